//! Keys that openssl made (`fixtures/keys/make.sh`): every form of a good one loads, and everything else is refused with
//! a text that says what it is, because that text is all that a person has who pasted the wrong thing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use wire::antom::{Signer, Verifier, der_of};

macro_rules! key {
    ($name:literal) => {
        include_bytes!(concat!("../../../fixtures/keys/", $name)).as_slice()
    };
}

macro_rules! pair {
    ($name:literal) => {
        (
            include_str!(concat!("../../../fixtures/keys/", $name, ".private.pem")),
            include_str!(concat!("../../../fixtures/keys/", $name, ".public.pem")),
        )
    };
}

/// The pool.
pub(super) const NAMES: [&str; 6] = ["pool-0", "pool-1", "pool-2", "pool-3", "pool-4", "pool-5"];

/// The private and the public text of a pool key.
pub(super) fn pool(name: &str) -> (&'static str, &'static str) {
    match name {
        "pool-0" => pair!("pool-0"),
        "pool-1" => pair!("pool-1"),
        "pool-2" => pair!("pool-2"),
        "pool-3" => pair!("pool-3"),
        "pool-4" => pair!("pool-4"),
        "pool-5" => pair!("pool-5"),
        other => panic!("no key {other} in the pool"),
    }
}

/// What openssl signed with pool-0.
const SIGNED: &[u8] = include_bytes!("../../../fixtures/signatures/request-pay/string-to-sign");
const SIGNATURE: &str = include_str!("../../../fixtures/signatures/request-pay/signature");

fn is_pool_0(signer: &Signer) -> bool {
    STANDARD.encode(signer.sign(SIGNED)) == SIGNATURE
}

fn verifies_pool_0(verifier: &Verifier) -> bool {
    verifier.verify(SIGNED, &STANDARD.decode(SIGNATURE).unwrap())
}

#[test]
fn the_halves_of_every_pool_key_belong_together_and_to_no_other() {
    for private in NAMES {
        let signature = Signer::load(pool(private).0.as_bytes()).unwrap().sign(b"message");
        for public in NAMES {
            let verifier = Verifier::load(pool(public).1.as_bytes()).unwrap();
            assert_eq!(verifier.verify(b"message", &signature), private == public, "{private} with {public}");
        }
    }
}

#[rstest]
#[case::pkcs8_pem(key!("pool-0.private.pem"))]
#[case::pkcs8_der(key!("forms/private.pkcs8.der"))]
#[case::pkcs8_base64_on_one_line(key!("forms/private.pkcs8.line.base64"))]
#[case::pkcs8_base64_with_line_breaks(key!("forms/private.pkcs8.lines.base64"))]
#[case::pkcs8_in_rsa_armour(key!("forms/private.pkcs8-in-rsa-armour.pem"))]
#[case::pkcs1_pem(key!("forms/private.pkcs1.pem"))]
#[case::pkcs1_der(key!("forms/private.pkcs1.der"))]
#[case::pkcs1_base64_on_one_line(key!("forms/private.pkcs1.line.base64"))]
fn a_private_key_loads_in_this_form(#[case] key: &[u8]) {
    assert!(is_pool_0(&Signer::load(key).unwrap()));
}

#[rstest]
#[case::spki_pem(key!("pool-0.public.pem"))]
#[case::spki_der(key!("forms/public.spki.der"))]
#[case::spki_base64_on_one_line(key!("forms/public.spki.line.base64"))]
#[case::spki_base64_with_line_breaks(key!("forms/public.spki.lines.base64"))]
#[case::pkcs1_pem(key!("forms/public.pkcs1.pem"))]
#[case::pkcs1_der(key!("forms/public.pkcs1.der"))]
fn a_public_key_loads_in_this_form(#[case] key: &[u8]) {
    assert!(verifies_pool_0(&Verifier::load(key).unwrap()));
}

#[test]
fn what_editors_and_shells_do_to_a_text_does_no_harm() {
    let (private, public) = pool("pool-0");
    for change in [
        |text: &str| text.replace('\n', "\r\n"),
        |text: &str| format!("\u{feff}{text}"),
        |text: &str| format!("\n\n  {}\n\n", text.replace('\n', "  \n  ")),
        |text: &str| text.trim_end().to_owned(),
    ] {
        assert!(is_pool_0(&Signer::load(change(private).as_bytes()).unwrap()), "{}", change(private));
        assert!(verifies_pool_0(&Verifier::load(change(public).as_bytes()).unwrap()), "{}", change(public));
    }
}

#[test]
fn every_form_of_a_container_has_the_same_der_inside() {
    let der = key!("forms/private.pkcs8.der");
    for form in [
        key!("pool-0.private.pem"),
        key!("forms/private.pkcs8.line.base64"),
        key!("forms/private.pkcs8.lines.base64"),
        key!("forms/private.pkcs8-in-rsa-armour.pem"),
        der,
    ] {
        assert_eq!(der_of(form).unwrap(), der);
    }
    assert_eq!(der_of(key!("forms/private.pkcs1.pem")).unwrap(), key!("forms/private.pkcs1.der"));
    assert_eq!(der_of(key!("forms/public.pkcs1.pem")).unwrap(), key!("forms/public.pkcs1.der"));
    assert_eq!(der_of(key!("pool-0.public.pem")).unwrap(), key!("forms/public.spki.der"));
}

#[test]
fn a_loaded_key_is_handed_out_as_openssl_writes_it() {
    let signer = Signer::load(key!("forms/private.pkcs1.pem")).unwrap();
    assert_eq!(signer.public_base64().unwrap().as_bytes(), key!("forms/public.spki.line.base64"));
    assert_eq!(signer.to_pkcs8_base64().unwrap().as_bytes(), key!("forms/private.pkcs8.line.base64"));
    assert!(verifies_pool_0(&signer.verifier().unwrap()));
}

#[test]
fn a_key_does_not_show_itself_in_debug_output() {
    let (private, public) = pool("pool-0");
    assert_eq!(format!("{:?}", Signer::load(private.as_bytes()).unwrap()), "Signer(a private key)");
    assert_eq!(format!("{:?}", Verifier::load(public.as_bytes()).unwrap()), "Verifier(a public key)");
}

/// A wrong thing, what loading it as a private key says, and what loading it as a public key says.
#[rstest]
#[case::public_key(
    key!("pool-0.public.pem"),
    "load private key: this is a public key (SubjectPublicKeyInfo)",
    ""
)]
#[case::public_pkcs1(
    key!("forms/public.pkcs1.pem"),
    "load private key: this is a public key (PKCS#1)",
    ""
)]
#[case::private_key(
    key!("pool-0.private.pem"),
    "",
    "load public key: this is a private key (PKCS#8)"
)]
#[case::private_pkcs1(
    key!("forms/private.pkcs1.pem"),
    "",
    "load public key: this is a private key (PKCS#1)"
)]
#[case::ec_private(
    key!("wrong/ec.private.pem"),
    "load private key: this is a private key of another algorithm than RSA (PKCS#8)",
    "load public key: this is a private key of another algorithm than RSA (PKCS#8)"
)]
#[case::ec_private_sec1(
    key!("wrong/ec.sec1.pem"),
    "load private key: this is an elliptic-curve private key",
    "load public key: this is an elliptic-curve private key"
)]
#[case::ec_public(
    key!("wrong/ec.public.pem"),
    "load private key: this is a public key of another algorithm than RSA",
    "load public key: this is a public key of another algorithm than RSA"
)]
#[case::encrypted_pem(
    key!("wrong/encrypted.private.pem"),
    "load key: this is an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN",
    "load key: this is an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN"
)]
#[case::encrypted_base64(
    key!("wrong/encrypted.private.base64"),
    "load private key: this is an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN",
    "load public key: this is an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN"
)]
#[case::certificate_pem(
    key!("wrong/certificate.pem"),
    "load key: this is a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout",
    "load key: this is a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout"
)]
#[case::certificate_der(
    key!("wrong/certificate.der"),
    "load private key: this is a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout",
    "load public key: this is a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout"
)]
#[case::rsa_1024_private(
    key!("wrong/rsa-1024.private.pem"),
    "load key: this is a private key (PKCS#8), but it is damaged or not RSA of 2048 to 8192 bits",
    "load public key: this is a private key (PKCS#8)"
)]
#[case::rsa_1024_public(
    key!("wrong/rsa-1024.public.pem"),
    "load private key: this is a public key (SubjectPublicKeyInfo)",
    "load key: this is a public key (SubjectPublicKeyInfo), but it is damaged or not RSA of 2048 to 8192 bits"
)]
#[case::truncated_private(
    key!("wrong/truncated.private.pem"),
    "load private key: this is no key in a known form",
    "load public key: this is no key in a known form"
)]
#[case::truncated_public(
    key!("wrong/truncated.public.pem"),
    "load private key: this is no key in a known form",
    "load public key: this is no key in a known form"
)]
#[case::damaged_private(
    key!("wrong/damaged.private.der"),
    "load key: this is a private key (PKCS#8), but it is damaged or not RSA of 2048 to 8192 bits",
    "load public key: this is a private key (PKCS#8)"
)]
#[case::ssh_public(
    key!("wrong/ssh.public"),
    "load key: this is an OpenSSH public key; convert it first: ssh-keygen -e -m PKCS8 -f FILE",
    "load key: this is an OpenSSH public key; convert it first: ssh-keygen -e -m PKCS8 -f FILE"
)]
#[case::a_word(
    b" no-key:tea\n",
    "load key: this is a word in the place of a key, which only worlds in memory know; give RSA",
    "load key: this is a word in the place of a key, which only worlds in memory know; give RSA"
)]
#[case::nothing(
    b"",
    "load key: the text is empty; a PEM block or the base64 of a key is wanted",
    "load key: the text is empty; a PEM block or the base64 of a key is wanted"
)]
#[case::armour_alone(
    b"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    "load key: the text is empty; a PEM block or the base64 of a key is wanted",
    "load key: the text is empty; a PEM block or the base64 of a key is wanted"
)]
#[case::a_file_name(
    b"/etc/keys/merchant.pem",
    "load key: the text between the armour lines is not base64",
    "load key: the text between the armour lines is not base64"
)]
#[case::bytes_of_no_kind(b"\xff\xfe\x00\x01", "load key: neither text nor DER", "load key: neither text nor DER")]
fn a_wrong_thing_says_what_it_is(#[case] key: &[u8], #[case] as_private: &str, #[case] as_public: &str) {
    let text = |error: Option<wire::antom::KeyError>| error.map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(text(Signer::load(key).err()), as_private);
    assert_eq!(text(Verifier::load(key).err()), as_public);
}
