//! The `Signature` header: read in every form that official SDKs write, written in the one form that all of them read.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A parsed `Signature` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Always `RSA256` by rule; kept as written.
    pub algorithm: Cow<'static, str>,
    /// The key's version, when it was sent.
    pub key_version: Option<Cow<'static, str>>,
    /// The signature's bytes.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// The one algorithm.
    pub const ALGORITHM: &'static str = "RSA256";

    /// A signature made with a version of a key.
    #[must_use]
    pub fn new(bytes: Vec<u8>, key_version: &str) -> Self {
        Self { algorithm: Cow::Borrowed(Self::ALGORITHM), key_version: Some(kept(key_version)), bytes }
    }

    /// As it is written in a header. In the order algorithm, keyVersion, signature, the base64 percent-encoded throughout: an
    /// unescaped `+` breaks the Python SDK, an unescaped `=` the Java and PHP ones.
    #[must_use]
    pub fn header(&self) -> String {
        let base64 = STANDARD.encode(&self.bytes);
        let version = self.key_version.as_deref().unwrap_or("1");
        // Room for a few escapes, which are rare in base64.
        let mut text =
            String::with_capacity(self.algorithm.len() + version.len() + base64.len() + base64.len() / 4 + 48);
        text.extend(["algorithm=", &self.algorithm, ",keyVersion=", version, ",signature="]);
        text.extend(utf8_percent_encode(&base64, NON_ALPHANUMERIC));
        text
    }

    /// Reads `algorithm=RSA256,keyVersion=1,signature=…` in any order, with blanks after commas, names in any case,
    /// percent-encoding of either case or none at all.
    ///
    /// # Errors
    /// No signature part, or one that is not base64.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let (mut algorithm, mut key_version, mut signature) = (None, None, None);
        let mut rest = text;
        while !rest.is_empty() {
            let (part, others) = split_at_byte(rest, b',').unwrap_or((rest, ""));
            rest = others;
            let Some((name, value)) = split_at_byte(part, b'=') else { continue };
            let name = name.trim_ascii();
            let is = |known: &str| name.eq_ignore_ascii_case(known);
            let slot = if is("algorithm") {
                &mut algorithm
            } else if is("keyVersion") {
                &mut key_version
            } else if is("signature") {
                &mut signature
            } else {
                continue;
            };
            *slot = Some(value.trim_ascii());
        }
        let signature = signature.filter(|s| !s.is_empty()).ok_or(SignatureError::Missing)?;
        // A blank is what a form decoder makes of an unescaped plus.
        let plus = |byte| if byte == b' ' { b'+' } else { byte };
        let mut decoded = Vec::with_capacity(signature.len());
        decoded.extend(percent_decode_str(signature).map(plus));
        let bytes = STANDARD.decode(&decoded).map_err(|_| SignatureError::NotBase64)?;
        Ok(Self { algorithm: kept(algorithm.unwrap_or_default()), key_version: key_version.map(kept), bytes })
    }
}

/// A text that outlives its header. Nearly all are the same.
fn kept(text: &str) -> Cow<'static, str> {
    let usual = [Signature::ALGORITHM, "1"].into_iter().find(|usual| *usual == text);
    usual.map_or_else(|| Cow::Owned(text.to_owned()), Cow::Borrowed)
}

/// What is before an ASCII byte, and what is behind it.
fn split_at_byte(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

impl fmt::Display for Signature {
    /// The [header](Self::header).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.header())
    }
}

/// A header that is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no `signature=` part.
    #[error("read Signature header: it has no signature=… part")]
    Missing,
    /// The part is there but is not base64.
    #[error("read Signature header: the signature part is not (percent-encoded) base64")]
    NotBase64,
}

#[cfg(test)]
mod tests {
    use super::*;

    // The bytes fb ef fe encode to ++/+, every awkward character at once.
    const BYTES: &[u8] = &[0xfb, 0xef, 0xfe, 0xfb];

    #[test]
    fn every_sdks_spelling_is_read() {
        let wanted = Signature::new(BYTES.to_vec(), "1");
        for text in [
            "algorithm=RSA256,keyVersion=1,signature=%2B%2B%2F%2B%2Bw%3D%3D",
            "algorithm=RSA256, keyVersion=1, signature=%2b%2b%2f%2b%2bw%3d%3d",
            "signature=++/++w==,keyVersion=1,algorithm=RSA256",
        ] {
            assert_eq!(Signature::parse(text).as_ref(), Ok(&wanted), "{text}");
        }
        // A form decoder somewhere on the way made blanks of unescaped pluses.
        let blanks = Signature::parse("algorithm=RSA256,keyVersion=1,signature=%2B /  w==").unwrap();
        assert_eq!(blanks, wanted);
    }

    #[test]
    fn it_is_written_percent_encoded_throughout_and_signature_last() {
        let text = Signature::new(BYTES.to_vec(), "2").to_string();
        assert_eq!(text, "algorithm=RSA256,keyVersion=2,signature=%2B%2B%2F%2B%2Bw%3D%3D");
    }

    #[test]
    fn a_header_without_a_signature_says_so() {
        for text in ["", "algorithm=RSA256", "signature=", "nonsense"] {
            assert_eq!(Signature::parse(text), Err(SignatureError::Missing), "{text}");
        }
        assert_eq!(Signature::parse("signature=!!"), Err(SignatureError::NotBase64));
    }
}
