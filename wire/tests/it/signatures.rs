//! Signatures that openssl made (`fixtures/signatures/make.sh`): ours are the same byte for byte, theirs verify, and
//! nothing that was altered does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use wire::antom::{Envelope, Headers, Signature, SignatureError, Signer, Verifier, string_to_sign};

use super::keys;

/// One folder of `fixtures/signatures`.
struct Message {
    name: &'static str,
    key: &'static str,
    client_id: &'static str,
    time: &'static str,
    path: &'static str,
    body: &'static [u8],
    string_to_sign: &'static [u8],
    signature: &'static str,
    header: &'static str,
}

macro_rules! part {
    ($name:literal, $part:literal) => {
        concat!("../../../fixtures/signatures/", $name, "/", $part)
    };
}

macro_rules! messages {
    ($($name:literal),+ $(,)?) => {
        const MESSAGES: &[Message] = &[$(Message {
            name: $name,
            key: include_str!(part!($name, "key")),
            client_id: include_str!(part!($name, "client-id")),
            time: include_str!(part!($name, "time")),
            path: include_str!(part!($name, "path")),
            body: include_bytes!(part!($name, "body")),
            string_to_sign: include_bytes!(part!($name, "string-to-sign")),
            signature: include_str!(part!($name, "signature")),
            header: include_str!(part!($name, "header")),
        }),+];
    };
}

messages![
    "notification-query",
    "notification-root",
    "request-empty-body",
    "request-escapes",
    "request-layout",
    "request-non-ascii",
    "request-pay",
    "request-query",
    "request-sandbox",
    "request-second-key",
    "response-empty-body",
    "response-pay",
    "response-sandbox",
];

impl Message {
    fn named(name: &str) -> &'static Self {
        MESSAGES.iter().find(|m| m.name == name).unwrap()
    }

    fn signer(&self) -> Signer {
        Signer::load(keys::pool(self.key).0.as_bytes()).unwrap()
    }

    fn verifier(&self) -> Verifier {
        Verifier::load(keys::pool(self.key).1.as_bytes()).unwrap()
    }

    /// openssl's signature.
    fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(self.signature).unwrap()
    }

    fn parsed(&self) -> Signature {
        Signature::parse(self.header).unwrap()
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            method: "POST".to_owned(),
            target: self.path.to_owned(),
            headers: Headers::new(),
            body: Bytes::from_static(self.body),
        }
    }

    fn key_version(&self) -> String {
        self.parsed().key_version.unwrap().into_owned()
    }
}

#[test]
fn the_string_to_sign_is_the_golden_one_byte_for_byte() {
    for m in MESSAGES {
        let ours = string_to_sign("POST", m.path, m.client_id, m.time, m.body);
        assert_eq!(ours, m.string_to_sign, "{}: {}", m.name, String::from_utf8_lossy(&ours));
    }
}

#[test]
fn our_signature_is_openssls_byte_for_byte() {
    for m in MESSAGES {
        assert_eq!(STANDARD.encode(m.signer().sign(m.string_to_sign)), m.signature, "{}", m.name);
    }
}

#[test]
fn openssls_signature_verifies() {
    for m in MESSAGES {
        assert!(m.verifier().verify(m.string_to_sign, &m.bytes()), "{}", m.name);
        let verifier = m.verifier();
        assert!(verifier.verify_envelope(&m.envelope(), m.client_id, m.time, &m.parsed()), "{}", m.name);
    }
}

#[test]
fn our_header_is_the_golden_one_byte_for_byte() {
    for m in MESSAGES {
        let ours = Signature::new(m.signer().sign(m.string_to_sign), &m.key_version()).to_string();
        assert_eq!(ours, m.header, "{}", m.name);
    }
    for m in MESSAGES.iter().filter(|m| m.key_version() == "1") {
        assert_eq!(m.signer().header(m.path, m.client_id, m.time, m.body), m.header, "{}", m.name);
        let url = format!("https://gateway.test:8443{}", m.path);
        assert_eq!(m.signer().header(&url, m.client_id, m.time, m.body), m.header, "{} as a URL", m.name);
    }
}

#[test]
fn the_golden_header_reads_as_algorithm_version_and_bytes() {
    for m in MESSAGES {
        let wanted = if m.name == "request-second-key" { "2" } else { "1" };
        let signature = m.parsed();
        assert_eq!(signature.algorithm, "RSA256", "{}", m.name);
        assert_eq!(signature.key_version.as_deref(), Some(wanted), "{}", m.name);
        assert_eq!(signature.bytes, m.bytes(), "{}", m.name);
        assert_eq!(signature.to_string(), m.header, "{}", m.name);
    }
}

#[test]
fn the_headers_of_a_request_carry_what_was_signed() {
    let m = Message::named("request-pay");
    let headers = m.signer().headers(m.path, m.client_id, m.time, m.body);
    let written: Vec<(&str, &str)> = headers.iter().collect();
    let content_type = ("content-type", "application/json; charset=UTF-8");
    let wanted = [content_type, ("client-id", m.client_id), ("request-time", m.time), ("signature", m.header)];
    assert_eq!(written, wanted);
}

#[test]
fn every_spelling_of_the_header_verifies() {
    let m = Message::named("request-pay");
    let escaped = m.header.rsplit_once('=').unwrap().1;
    let lower = ["%2B", "%2F", "%3D"].iter().fold(escaped.to_owned(), |t, e| t.replace(e, &e.to_ascii_lowercase()));
    assert_ne!(lower, escaped, "the golden signature has nothing to escape");
    for header in [
        format!("algorithm=RSA256, keyVersion=1, signature={escaped}"),
        format!("algorithm=RSA256,keyVersion=1,signature={lower}"),
        format!("algorithm=RSA256,keyVersion=1,signature={}", m.signature),
        format!("signature={escaped},keyVersion=1,algorithm=RSA256"),
        format!("Algorithm=RSA256,KeyVersion=1,Signature={escaped}"),
        format!("signature={escaped}"),
    ] {
        let signature = Signature::parse(&header).unwrap();
        assert!(m.verifier().verify_envelope(&m.envelope(), m.client_id, m.time, &signature), "{header}");
    }
}

#[test]
fn a_header_without_a_key_version_is_told_apart_from_version_one() {
    let signature = Signature::parse("algorithm=RSA256,signature=AA%3D%3D").unwrap();
    assert_eq!(signature.key_version, None);
    assert_eq!(Signature::parse("keyVersion=7,signature=AA==").unwrap().key_version.as_deref(), Some("7"));
}

#[test]
fn a_header_that_is_no_signature_says_why() {
    assert_eq!(Signature::parse("algorithm=RSA256,keyVersion=1"), Err(SignatureError::Missing));
    assert_eq!(SignatureError::Missing.to_string(), "read Signature header: it has no signature=… part");
    for header in ["signature=%ff%fe", "signature=A", "signature=AA=A", "signature=한글"] {
        assert_eq!(Signature::parse(header), Err(SignatureError::NotBase64), "{header}");
    }
    assert_eq!(
        SignatureError::NotBase64.to_string(),
        "read Signature header: the signature part is not (percent-encoded) base64"
    );
}

#[test]
fn a_message_with_one_part_altered_is_refused() {
    for m in MESSAGES {
        let (verifier, signature) = (m.verifier(), m.parsed());
        let holds = |envelope: &Envelope, client_id: &str, time: &str| {
            verifier.verify_envelope(envelope, client_id, time, &signature)
        };
        assert!(holds(&m.envelope(), m.client_id, m.time), "{}", m.name);
        let with = |change: &dyn Fn(&mut Envelope)| {
            let mut envelope = m.envelope();
            change(&mut envelope);
            holds(&envelope, m.client_id, m.time)
        };
        let body = |bytes: &[u8]| with(&|e| e.body = Bytes::copy_from_slice(bytes));
        assert!(!with(&|e| e.method = "post".to_owned()), "{}: method", m.name);
        assert!(!with(&|e| e.target.push('x')), "{}: path", m.name);
        assert!(!with(&|e| e.target.push('?')), "{}: an empty query", m.name);
        assert!(!with(&|e| e.target.insert_str(0, "/ams")), "{}: prefix", m.name);
        assert!(!holds(&m.envelope(), &m.client_id.to_lowercase(), m.time), "{}: client id", m.name);
        assert!(!holds(&m.envelope(), "", m.time), "{}: no client id", m.name);
        assert!(!holds(&m.envelope(), m.client_id, &format!("{} ", m.time)), "{}: time", m.name);
        assert!(!holds(&m.envelope(), m.client_id, ""), "{}: no time", m.name);
        assert!(!body(&[m.body, b"\n"].concat()), "{}: a line feed after the body", m.name);
        assert!(!body(&[b"\n", m.body].concat()), "{}: a line feed before the body", m.name);
        assert!(!body(&[b"\xef\xbb\xbf", m.body].concat()), "{}: a byte order mark", m.name);
        for at in 0..m.body.len() {
            let mut altered = m.body.to_vec();
            altered[at] ^= 1;
            assert!(!body(&altered), "{}: byte {at} of the body", m.name);
        }
        if let Some((_, shorter)) = m.body.split_last() {
            assert!(!body(shorter), "{}: the last byte of the body", m.name);
        }
    }
}

#[test]
fn the_same_json_written_another_way_is_refused() {
    for name in ["request-escapes", "request-layout"] {
        let m = Message::named(name);
        let mut envelope = m.envelope();
        let value: serde_json::Value = serde_json::from_slice(m.body).unwrap();
        envelope.body = value.to_string().into();
        assert_ne!(envelope.body, m.body);
        assert!(!m.verifier().verify_envelope(&envelope, m.client_id, m.time, &m.parsed()), "{name}");
    }
}

#[test]
fn the_query_is_part_of_what_is_signed() {
    for name in ["request-query", "notification-query"] {
        let m = Message::named(name);
        for target in
            [m.path.split_once('?').unwrap().0.to_owned(), m.path.replace("%2", "%"), m.path.replace('&', "&&")]
        {
            if target == m.path {
                continue;
            }
            let envelope = Envelope { target, ..m.envelope() };
            assert!(!m.verifier().verify_envelope(&envelope, m.client_id, m.time, &m.parsed()), "{}", envelope.target);
        }
    }
}

#[test]
fn where_the_message_was_sent_to_does_not_matter_only_its_path() {
    let m = Message::named("request-query");
    let (path, query) = m.path.split_once('?').unwrap();
    for target in [
        format!("http://localhost:9000{}", m.path),
        format!("https://gateway.test{}", m.path),
        format!("/{}", m.path),
        format!("https://gateway.test/{}", m.path),
        format!("{}?{query}", path.replace("/v1/", "//v1/")),
    ] {
        let envelope = Envelope { target, ..m.envelope() };
        assert!(m.verifier().verify_envelope(&envelope, m.client_id, m.time, &m.parsed()), "{}", envelope.target);
    }
}

#[test]
fn an_altered_signature_is_refused() {
    let m = Message::named("request-pay");
    let (verifier, bytes) = (m.verifier(), m.bytes());
    assert_eq!(bytes.len(), 256);
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 0x01;
        assert!(!verifier.verify(m.string_to_sign, &altered), "byte {at}");
    }
    for wrong in [&bytes[..255], &bytes[1..], &[bytes.as_slice(), &[0]].concat(), &[0; 256], &[0xff; 256], &[]] {
        assert!(!verifier.verify(m.string_to_sign, wrong), "{} bytes", wrong.len());
    }
}

#[test]
fn a_signature_made_with_another_key_or_for_another_message_is_refused() {
    for m in MESSAGES {
        for other in MESSAGES.iter().filter(|other| other.name != m.name) {
            assert!(!m.verifier().verify(m.string_to_sign, &other.bytes()), "{} with that of {}", m.name, other.name);
        }
        for key in keys::NAMES.iter().filter(|key| **key != m.key) {
            let verifier = Verifier::load(keys::pool(key).1.as_bytes()).unwrap();
            assert!(!verifier.verify(m.string_to_sign, &m.bytes()), "{} with {key}", m.name);
        }
    }
}
