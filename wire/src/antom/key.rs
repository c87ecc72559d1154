//! Key texts: PEM or bare base64, told apart by what is inside, because the armour does not always say the truth
//! (some SDKs wrap PKCS#8 in `RSA PRIVATE KEY`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::sign::WORD;

/// The DER bytes of a key text: armour lines and whitespace stripped, base64 decoded. DER itself is let through.
///
/// # Errors
/// Empty, a format that is not DER inside, or not base64 at all.
pub fn der_of(key: &[u8]) -> Result<Vec<u8>, KeyError> {
    // A DER key is a SEQUENCE with a two-byte length; base64 of one begins with "MI".
    if key.starts_with(&[0x30, 0x82]) {
        return Ok(key.to_vec());
    }
    let text = std::str::from_utf8(key).map_err(|_| KeyError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(WORD) {
        return Err(KeyError::OtherFormat("a word in the place of a key, which only worlds in memory know; give RSA"));
    }
    for (label, what) in [
        (
            "BEGIN ENCRYPTED PRIVATE KEY",
            "an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN",
        ),
        ("BEGIN OPENSSH PRIVATE KEY", "an OpenSSH key; convert it first: ssh-keygen -p -m PKCS8 -f FILE"),
        ("BEGIN CERTIFICATE", "a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout"),
        ("BEGIN PGP", "a PGP key"),
    ] {
        if text.contains(label) {
            return Err(KeyError::OtherFormat(what));
        }
    }
    if text.trim_start().starts_with("ssh-") {
        return Err(KeyError::OtherFormat("an OpenSSH public key; convert it first: ssh-keygen -e -m PKCS8 -f FILE"));
    }
    let body: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("-----"))
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace())
        .collect();
    if body.is_empty() {
        return Err(KeyError::Empty);
    }
    STANDARD.decode(body).map_err(|_| KeyError::NotBase64)
}

/// What a DER key is, by its first elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DerKind {
    Pkcs8,
    Pkcs1Private,
    Spki,
    Pkcs1Public,
    OtherPkcs8,
    OtherSpki,
    EcPrivate,
    Certificate,
    EncryptedPkcs8,
    Other,
}

impl DerKind {
    pub(super) fn of(der: &[u8]) -> Self {
        const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        let Some((0x30, whole, _)) = element(der) else { return Self::Other };
        let Some((first_tag, first, rest)) = element(whole) else { return Self::Other };
        let second = element(rest);
        let is_rsa = |algorithm: &[u8]| element(algorithm).is_some_and(|(tag, oid, _)| tag == 0x06 && oid == RSA);
        match (first_tag, second) {
            (0x02, Some((0x30, algorithm, _))) if is_rsa(algorithm) => Self::Pkcs8,
            (0x02, Some((0x30, ..))) => Self::OtherPkcs8,
            (0x02, Some((0x04, ..))) => Self::EcPrivate,
            (0x02, Some((0x02, ..))) if first.len() <= 1 => Self::Pkcs1Private,
            (0x02, Some((0x02, ..))) => Self::Pkcs1Public,
            (0x30, Some((0x03, ..))) if is_rsa(first) => Self::Spki,
            (0x30, Some((0x03, ..))) => Self::OtherSpki,
            (0x30, Some((0x04, ..))) => Self::EncryptedPkcs8,
            (0x30, Some((0x30, ..))) => Self::Certificate,
            _ => Self::Other,
        }
    }

    /// How many bits the modulus of an RSA public key has, in either container.
    pub(super) fn public_bits(self, der: &[u8]) -> Option<usize> {
        let (_, whole, _) = element(der)?;
        let (_, first, rest) = element(whole)?;
        let modulus = match self {
            Self::Pkcs1Public => first,
            Self::Spki => {
                let (_, bit_string, _) = element(rest)?;
                let (_, key, _) = element(bit_string.get(1..)?)?;
                element(key)?.1
            }
            _ => return None,
        };
        let (zeros, top) = modulus.iter().enumerate().find(|(_, byte)| **byte != 0)?;
        Some((modulus.len() - zeros) * 8 - usize::try_from(top.leading_zeros()).ok()?)
    }

    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Pkcs8 => "a private key (PKCS#8)",
            Self::Pkcs1Private => "a private key (PKCS#1)",
            Self::Spki => "a public key (SubjectPublicKeyInfo)",
            Self::Pkcs1Public => "a public key (PKCS#1)",
            Self::OtherPkcs8 => "a private key of another algorithm than RSA (PKCS#8)",
            Self::OtherSpki => "a public key of another algorithm than RSA",
            Self::EcPrivate => "an elliptic-curve private key",
            Self::Certificate => "a certificate; take the key out first: openssl x509 -in FILE -pubkey -noout",
            Self::EncryptedPkcs8 => "an encrypted private key; decrypt it first: openssl pkcs8 -in FILE -out PLAIN",
            Self::Other => "no key in a known form",
        }
    }
}

/// The first element of DER bytes: tag, content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = (count <= 4).then(|| rest.split_at_checked(count)).flatten()?;
        (digits.iter().fold(0_usize, |len, b| len << 8 | usize::from(*b)), rest)
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

/// Why a key cannot be used; says what it is instead wherever that can be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Nothing there.
    #[error("load key: the text is empty; a PEM block or the base64 of a key is wanted")]
    Empty,
    /// Bytes that are neither text nor DER.
    #[error("load key: neither text nor DER")]
    NotText,
    /// Text that is not base64.
    #[error("load key: the text between the armour lines is not base64")]
    NotBase64,
    /// Another container.
    #[error("load key: this is {0}")]
    OtherFormat(&'static str),
    /// A private key is wanted.
    #[error("load private key: this is {0}")]
    NotPrivate(&'static str),
    /// A public key is wanted.
    #[error("load public key: this is {0}")]
    NotPublic(&'static str),
    /// The right container, but not usable.
    #[error("load key: this is {0}, but it is damaged or not RSA of 2048 to 8192 bits")]
    Refused(&'static str),
    /// No randomness.
    #[error("generate key: the operating system gives no randomness")]
    NoRandomness,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_key_says_what_it_is() {
        for (text, error) in [
            ("", KeyError::Empty),
            ("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", KeyError::Empty),
            ("not a key!", KeyError::NotBase64),
        ] {
            assert_eq!(der_of(text.as_bytes()), Err(error), "{text}");
        }
        let ssh = der_of(b"ssh-rsa AAAAB3NzaC1yc2E user@host").unwrap_err().to_string();
        assert!(ssh.contains("an OpenSSH public key"), "{ssh}");
    }

    #[test]
    fn a_modulus_is_as_long_as_its_bits_without_the_zeros_in_front() {
        let spki = [0x30, 0x0c, 0x30, 0x00, 0x03, 0x08, 0x00, 0x30, 0x05, 0x02, 0x03, 0x00, 0x01, 0xff];
        for (kind, der, bits) in [
            (DerKind::Pkcs1Public, &[0x30, 0x05, 0x02, 0x03, 0x00, 0x01, 0xff][..], Some(9)),
            (DerKind::Pkcs1Public, &[0x30, 0x04, 0x02, 0x02, 0x80, 0x00], Some(16)),
            (DerKind::Pkcs1Public, &[0x30, 0x03, 0x02, 0x01, 0x00], None),
            (DerKind::Spki, &spki, Some(9)),
            (DerKind::Pkcs8, &spki, None),
        ] {
            assert_eq!(kind.public_bits(der), bits, "{der:x?}");
        }
    }

    #[test]
    fn a_length_is_short_below_128_and_tells_its_own_length_from_there() {
        assert_eq!(element(&[0x04, 0x80]), Some((0x04, &[][..], &[][..])));
        assert_eq!(element(&[0x04, 0x01, 7, 8]), Some((0x04, &[7][..], &[8][..])));
        assert_eq!(element(&[0x04, 0x81, 0x01, 7, 8]), Some((0x04, &[7][..], &[8][..])));
        assert_eq!(element(&[0x04, 0x02, 7]), None);
    }

    #[test]
    fn nonsense_der_is_no_key() {
        for der in
            [&[][..], &[0x30], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x02, 0x01, 0x00]]
        {
            assert_eq!(DerKind::of(der), DerKind::Other, "{der:?}");
        }
    }
}
