//! Keys and signatures: nothing panics, what is written reads back, what is signed verifies.

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use wire::antom::{Envelope, Headers, Signature, Signer, Verifier, der_of};

use super::config;
use super::json::text;

const PRIVATE: &[u8] = include_bytes!("../../../../fixtures/keys/forms/private.pkcs8.der");
const PUBLIC: &[u8] = include_bytes!("../../../../fixtures/keys/forms/public.spki.der");

/// A key with one byte altered, often one of those that say what it is, or cut.
fn near_key() -> impl Strategy<Value = Vec<u8>> {
    let at = prop_oneof![0_usize..48, 0_usize..2000];
    (select([PRIVATE, PUBLIC].as_slice()), at, proptest::option::of(any::<u8>())).prop_map(|(key, at, byte)| {
        let mut key = key.to_vec();
        let at = at % key.len();
        match byte {
            Some(byte) => key[at] = byte,
            None => key.truncate(at),
        }
        key
    })
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn no_key_makes_loading_panic(key in prop_oneof![near_key(), vec(any::<u8>(), 0..64), text().prop_map(String::into_bytes)]) {
        let _ = der_of(&key);
        if let Err(error) = Signer::load(&key) {
            prop_assert!(error.to_string().starts_with("load "));
        }
        if let Err(error) = Verifier::load(&key) {
            prop_assert!(error.to_string().starts_with("load "));
        }
    }

    #[test]
    fn a_signature_header_reads_back_as_it_was_written(bytes in vec(any::<u8>(), 1..300), version in "[0-9A-Za-z]{1,8}") {
        let signature = Signature::new(bytes, &version);
        let header = signature.to_string();
        let value = header.strip_prefix(&format!("algorithm=RSA256,keyVersion={version},signature=")).unwrap();
        prop_assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'%'), "{}", value);
        prop_assert_eq!(Signature::parse(&header), Ok(signature));
    }

    #[test]
    fn no_text_makes_reading_a_signature_header_panic(
        text in prop_oneof![".{0,40}", "(algorithm=RSA256)?[, ]{0,2}(keyVersion=[0-9])?,signature=[A-Za-z0-9%+/= ]{0,20}"],
    ) {
        if let Ok(signature) = Signature::parse(&text) {
            let written = signature.to_string();
            if !signature.bytes.is_empty() {
                prop_assert_eq!(Signature::parse(&written).map(|s| s.bytes), Ok(signature.bytes));
            }
        }
    }
}

proptest! {
    #![proptest_config(config(16))]

    #[test]
    fn what_is_signed_verifies_and_nothing_else(
        path in "/[a-z/]{0,12}(\\?[a-z=&]{0,8})?",
        client in "[A-Z0-9_]{1,12}",
        body in vec(any::<u8>(), 0..40),
        other in vec(any::<u8>(), 0..40),
    ) {
        let signer = Signer::load(PRIVATE).unwrap();
        let verifier = Verifier::load(PUBLIC).unwrap();
        let header = signer.header(&path, &client, "1767607200000", &body);
        let signature = Signature::parse(&header).unwrap();
        let envelope = |body: &[u8]| Envelope {
            method: "POST".to_owned(),
            target: path.clone(),
            headers: Headers::new(),
            body: Bytes::copy_from_slice(body),
        };
        prop_assert!(verifier.verify_envelope(&envelope(&body), &client, "1767607200000", &signature));
        prop_assert_eq!(
            verifier.verify_envelope(&envelope(&other), &client, "1767607200000", &signature),
            other == body
        );
    }
}
