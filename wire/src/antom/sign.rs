//! Signing and verifying: SHA256withRSA (PKCS#1 v1.5) over `POST path\nclient.time.body`. The aws-lc-rs crate is used here only.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{self, SHA256};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::envelope::{Envelope, Headers, path_and_query};
use super::key::{DerKind, KeyError, der_of};
use super::signature::Signature;

/// The bytes that are signed: one line feed, two dots, exactly the body on the wire.
#[must_use]
pub fn string_to_sign(method: &str, path_and_query: &str, client_id: &str, time: &str, body: &[u8]) -> Vec<u8> {
    // Each message is signed or verified: put together at once.
    let [method, path, client, time] = [method, path_and_query, client_id, time].map(str::as_bytes);
    [method, b" ", path, b"\n", client, b".", time, b".", body].concat()
}

/// A private key that signs, and the version under which the other side knows it: 1 unless said otherwise.
#[derive(Clone)]
pub struct Signer {
    key: Private,
    version: u32,
}

/// What signs.
#[derive(Clone)]
enum Private {
    Rsa(Arc<RsaKeyPair>),
    Word(Word),
}

/// A word in the place of a key, for worlds in memory that RSA would hold up: a signature is a digest of the word and the
/// message. It proves nothing to anybody else, since whoever can check it can make it.
#[derive(Clone)]
struct Word(Arc<str>);

/// How a word is written where a key belongs. No key is.
pub(super) const WORD: &str = "no-key:";

impl Signer {
    /// A new RSA-2048 key.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn generate() -> Result<Self, KeyError> {
        RsaKeyPair::generate(KeySize::Rsa2048).map(Self::of).map_err(|_| KeyError::NoRandomness)
    }

    /// No key but a word: its signatures cost next to nothing, and are worth as much. [`Signer::load_or_word`] and
    /// [`Verifier::load_or_word`] read it back from what [`Signer::to_pkcs8_base64`] and [`Signer::public_base64`] write;
    /// where keys come from people, [`Signer::load`] and [`Verifier::load`] refuse it.
    #[must_use]
    pub fn word(word: &str) -> Self {
        Self { key: Private::Word(Word(word.into())), version: 1 }
    }

    fn of(key: RsaKeyPair) -> Self {
        Self { key: Private::Rsa(Arc::new(key)), version: 1 }
    }

    /// Reads a private key: PKCS#8 or PKCS#1; PEM (whatever the armour claims), bare base64 with or without line breaks, or DER.
    ///
    /// # Errors
    /// Says what the key is instead, when it can be told.
    pub fn load(key: &[u8]) -> Result<Self, KeyError> {
        let der = der_of(key)?;
        let kind = DerKind::of(&der);
        let parsed = match kind {
            DerKind::Pkcs8 => RsaKeyPair::from_pkcs8(&der),
            DerKind::Pkcs1Private => RsaKeyPair::from_der(&der),
            other => return Err(KeyError::NotPrivate(other.describe())),
        };
        parsed.map(Self::of).map_err(|_| KeyError::Refused(kind.describe()))
    }

    /// The same, and a word is read too: for whoever gets his keys from a world in memory.
    ///
    /// # Errors
    /// As [`Signer::load`].
    pub fn load_or_word(key: &[u8]) -> Result<Self, KeyError> {
        match Word::read(key) {
            Some(word) => Ok(Self { key: Private::Word(word), version: 1 }),
            None => Self::load(key),
        }
    }

    /// The same key under another version.
    #[must_use]
    pub fn with_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// The version that headers name.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Signs bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let key = match &self.key {
            Private::Rsa(key) => key,
            Private::Word(word) => return word.digest(message),
        };
        let mut signature = vec![0; key.public_modulus_len()];
        // It fails only for a buffer of the wrong length; an empty signature verifies nowhere.
        match key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature) {
            Ok(()) => signature,
            Err(_) => Vec::new(),
        }
    }

    /// The `Signature` header of a message with this target, client, time and body.
    #[must_use]
    pub fn header(&self, target: &str, client_id: &str, time: &str, body: &[u8]) -> String {
        let text = string_to_sign("POST", path_and_query(target), client_id, time, body);
        Signature::new(self.sign(&text), &self.version.to_string()).header()
    }

    /// The headers that a merchant's request or Antom's notification carries.
    #[must_use]
    pub fn headers(&self, target: &str, client_id: &str, time: &str, body: &[u8]) -> Headers {
        let signature = self.header(target, client_id, time, body);
        Headers::with_capacity(4, 96 + client_id.len() + time.len() + signature.len())
            .with("content-type", "application/json; charset=UTF-8")
            .with("client-id", client_id)
            .with("request-time", time)
            .with("signature", signature)
    }

    /// The private key as PKCS#8, in base64 on one line: the form that portals hand out.
    ///
    /// # Errors
    /// The key cannot be written, which no key that was loaded or generated here has shown.
    pub fn to_pkcs8_base64(&self) -> Result<String, KeyError> {
        let key = match &self.key {
            Private::Rsa(key) => key,
            Private::Word(word) => return Ok(word.written()),
        };
        let der: Pkcs8V1Der<'_> = key.as_der().map_err(|_| KeyError::Refused("a private key"))?;
        Ok(STANDARD.encode(der.as_ref()))
    }

    /// The public key as SubjectPublicKeyInfo, in base64 on one line.
    ///
    /// # Errors
    /// As [`Signer::to_pkcs8_base64`].
    pub fn public_base64(&self) -> Result<String, KeyError> {
        let key = match &self.key {
            Private::Rsa(key) => key,
            Private::Word(word) => return Ok(word.written()),
        };
        let der: PublicKeyX509Der<'_> = key.public_key().as_der().map_err(|_| KeyError::Refused("a public key"))?;
        Ok(STANDARD.encode(der.as_ref()))
    }

    /// The verifier of this key's signatures.
    ///
    /// # Errors
    /// As [`Signer::to_pkcs8_base64`].
    pub fn verifier(&self) -> Result<Verifier, KeyError> {
        Verifier::load_or_word(self.public_base64()?.as_bytes())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer(a private key)")
    }
}

/// A public key that verifies.
pub struct Verifier {
    key: Public,
}

/// What verifies.
enum Public {
    Rsa(ParsedPublicKey),
    Word(Word),
}

impl Verifier {
    /// Reads a public key: SubjectPublicKeyInfo or PKCS#1; PEM, bare base64 with or without line breaks, or DER.
    ///
    /// # Errors
    /// Says what the key is instead, when it can be told.
    pub fn load(key: &[u8]) -> Result<Self, KeyError> {
        let der = der_of(key)?;
        let kind = DerKind::of(&der);
        if !matches!(kind, DerKind::Spki | DerKind::Pkcs1Public) {
            return Err(KeyError::NotPublic(kind.describe()));
        }
        // Parsing lets any size pass; a key of a wrong size would then verify nothing and never say why.
        if !kind.public_bits(&der).is_some_and(|bits| (2048..=8192).contains(&bits)) {
            return Err(KeyError::Refused(kind.describe()));
        }
        let parsed = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &der);
        parsed.map(|key| Self { key: Public::Rsa(key) }).map_err(|_| KeyError::Refused(kind.describe()))
    }

    /// The same, and a word is read too: for whoever gets his keys from a world in memory.
    ///
    /// # Errors
    /// As [`Verifier::load`].
    pub fn load_or_word(key: &[u8]) -> Result<Self, KeyError> {
        match Word::read(key) {
            Some(word) => Ok(Self { key: Public::Word(word) }),
            None => Self::load(key),
        }
    }

    /// Whether `signature` was made over `message` with the private half.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Public::Rsa(key) => key.verify_sig(message, signature).is_ok(),
            Public::Word(word) => word.digest(message) == signature,
        }
    }

    /// Whether the envelope's signature covers its path (as written, or with single slashes), client, time and body.
    #[must_use]
    pub fn verify_envelope(&self, envelope: &Envelope, client_id: &str, time: &str, signature: &Signature) -> bool {
        envelope.signed_paths().iter().any(|path| {
            let text = string_to_sign(&envelope.method, path, client_id, time, &envelope.body);
            self.verify(&text, &signature.bytes)
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(a public key)")
    }
}

impl Word {
    fn read(key: &[u8]) -> Option<Self> {
        let word = std::str::from_utf8(key).ok()?.trim().strip_prefix(WORD)?;
        Some(Self(word.into()))
    }

    fn written(&self) -> String {
        format!("{WORD}{}", self.0)
    }

    fn digest(&self, message: &[u8]) -> Vec<u8> {
        let mut digest = digest::Context::new(&SHA256);
        digest.update(self.0.as_bytes());
        digest.update(b"\0");
        digest.update(message);
        digest.finish().as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_to_sign_has_one_line_feed_and_two_dots() {
        assert_eq!(string_to_sign("POST", "/a?b=c", "C1", "1700000000000", b"{}"), b"POST /a?b=c\nC1.1700000000000.{}");
    }

    #[test]
    fn a_header_names_the_version_of_its_key() {
        let signer = Signer::generate().unwrap();
        assert!(signer.header("/", "C", "T", b"").starts_with("algorithm=RSA256,keyVersion=1,signature="));
        let second = signer.with_version(2);
        assert_eq!(second.version(), 2);
        assert!(second.header("/", "C", "T", b"").starts_with("algorithm=RSA256,keyVersion=2,signature="));
    }

    #[test]
    fn a_word_signs_for_those_who_know_it_and_for_nobody_else() {
        let signer = Signer::word("tea");
        let again = Signer::load_or_word(signer.to_pkcs8_base64().unwrap().as_bytes()).unwrap();
        let verifier = signer.verifier().unwrap();
        assert!(verifier.verify(b"message", &again.sign(b"message")));
        assert!(!verifier.verify(b"massage", &again.sign(b"message")) && !verifier.verify(b"message", b""));
        assert!(!verifier.verify(b"message", &Signer::word("coffee").sign(b"message")));
        let rsa = Signer::generate().unwrap();
        assert!(!verifier.verify(b"message", &rsa.sign(b"message")));
        assert!(!rsa.verifier().unwrap().verify(b"message", &signer.sign(b"message")));
    }

    #[test]
    fn a_generated_key_loads_again_and_verifies_its_own_signature_only() {
        let signer = Signer::generate().unwrap();
        let again = Signer::load(signer.to_pkcs8_base64().unwrap().as_bytes()).unwrap();
        let verifier = signer.verifier().unwrap();
        assert!(verifier.verify(b"message", &again.sign(b"message")));
        assert!(!verifier.verify(b"massage", &again.sign(b"message")));
        assert!(!verifier.verify(b"message", b""));
        let message = Verifier::load(signer.to_pkcs8_base64().unwrap().as_bytes()).unwrap_err().to_string();
        assert_eq!(message, "load public key: this is a private key (PKCS#8)");
    }
}
