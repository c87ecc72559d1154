//! The seal on `acquirerMetaData`: opaque to a POS, and any change to it shows.
//!
//! The base64 text holds a keyed hash (HMAC-SHA256) and what was sealed. The keyed hash comes from aws-lc-rs, which the
//! workspace already carries for the gateway's signatures; this file is its only use on the terminal's side, so that the
//! crate can be replaced in one place for each protocol.

use std::fmt;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The length of the keyed hash in front of what was sealed.
const TAG: usize = 32;

/// A key that seals and opens metadata.
pub struct MetaSeal(Key);

impl MetaSeal {
    /// A seal with a secret of any length.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(Key::new(HMAC_SHA256, secret))
    }

    /// Seals bytes into a text.
    #[must_use]
    pub fn seal(&self, bytes: &[u8]) -> String {
        STANDARD.encode([sign(&self.0, bytes).as_ref(), bytes].concat())
    }

    /// The bytes that were sealed.
    ///
    /// # Errors
    /// The text is not base64, too short, or not what this key sealed.
    pub fn open(&self, text: &str) -> Result<Vec<u8>, MetaFault> {
        let sealed = STANDARD.decode(text).map_err(|_| MetaFault("not base64"))?;
        let (tag, bytes) = sealed.split_at_checked(TAG).ok_or(MetaFault("too short"))?;
        verify(&self.0, bytes, tag).map_err(|_| MetaFault("not what this terminal returned"))?;
        Ok(bytes.to_vec())
    }
}

impl fmt::Debug for MetaSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetaSeal(..)")
    }
}

/// Metadata that was tampered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("open acquirerMetaData: {0}")]
pub struct MetaFault(&'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_and_is_the_same_text_each_time() {
        let seal = MetaSeal::new(b"secret");
        let text = seal.seal(b"{\"amount\":\"104\"}");
        assert_eq!(seal.open(&text), Ok(b"{\"amount\":\"104\"}".to_vec()));
        assert_eq!(seal.seal(b"{\"amount\":\"104\"}"), text);
        assert_eq!(format!("{seal:?}"), "MetaSeal(..)");
    }

    #[test]
    fn the_keyed_hash_is_hmac_sha256() {
        // RFC 4231, test case 2, computed by others.
        let sealed = STANDARD.decode(MetaSeal::new(b"Jefe").seal(b"what do ya want for nothing?")).unwrap();
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(crate::hex::encode(&sealed[..TAG]), expected);
    }

    #[test]
    fn a_change_anywhere_shows() {
        let seal = MetaSeal::new(b"secret");
        let sealed = STANDARD.decode(seal.seal(b"104")).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(seal.open(&STANDARD.encode(changed)).is_err(), "byte {at}");
        }
        for text in ["", "x", "====", "AAAA"] {
            assert!(seal.open(text).is_err(), "{text:?}");
        }
        assert!(MetaSeal::new(b"other").open(&seal.seal(b"104")).is_err());
    }
}
