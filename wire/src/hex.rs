//! Hexadecimal text for bytes: in traces, in fixtures, and in the dump that people read.

use std::fmt::Write as _;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Lower-case hex without separators, two digits a byte.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hex of either case; blanks between digits are ignored, so dumps can be pasted.
///
/// # Errors
/// Names the first character that is not a hex digit, or says that the number of digits is odd.
pub fn decode(text: &str) -> Result<Vec<u8>, HexError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let digit = c.to_digit(16).and_then(|d| u8::try_from(d).ok()).ok_or(HexError::Digit { at, c })?;
        match high.take() {
            None => high = Some(digit << 4),
            Some(h) => bytes.push(h | digit),
        }
    }
    if high.is_some() { Err(HexError::Odd) } else { Ok(bytes) }
}

/// Why a text is not hex.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
    /// A character that is no hex digit.
    #[error("read hex: {c:?} at byte {at} is not a hex digit")]
    Digit {
        /// Byte offset in the text.
        at: usize,
        /// The character found there.
        c: char,
    },
    /// Half a byte is left over.
    #[error("read hex: an odd number of digits")]
    Odd,
}

/// The bytes as people read them: control characters by name (`<STX>`), printable ASCII and UTF-8 as it is, the rest as `<e1>`.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\u{02}' => text.push_str("<STX>"),
                '\u{03}' => text.push_str("<ETX>"),
                '\u{06}' => text.push_str("<ACK>"),
                '\u{15}' => text.push_str("<NAK>"),
                c if c.is_control() => {
                    let _ = write!(text, "<{:02x}>", u32::from(c));
                }
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(text, "<{byte:02x}>");
        }
    }
    text
}

/// Bytes that are written as hex text in traces.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct HexBytes(pub Bytes);

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        decode(&text).map(|bytes| Self(bytes.into())).map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for HexBytes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "HexBytes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "description": "Bytes in hex, such as `02 00 ff`.", "pattern": "^[0-9A-Fa-f\\s]*$",
        })
    }
}

/// Bytes that are nearly always text, such as JSON bodies: written as a string in traces, as `{"hex": …}` when not UTF-8.
/// Formats that are not for people get the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct TextBytes(pub Bytes);

impl Serialize for TextBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_bytes(&self.0);
        }
        match std::str::from_utf8(&self.0) {
            Ok(text) => serializer.serialize_str(text),
            Err(_) => NotText { hex: HexBytes(self.0.clone()) }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for TextBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Bytes::deserialize(deserializer).map(Self);
        }
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(text.into())),
            other => NotText::deserialize(other).map(|n| Self(n.hex.0)).map_err(serde::de::Error::custom),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct NotText {
    hex: HexBytes,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_reads_what_it_writes_and_forgives_blanks() {
        assert_eq!(encode(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(decode("00 1F\nff"), Ok(vec![0, 0x1f, 0xff]));
    }

    #[test]
    fn hex_names_the_wrong_character() {
        assert_eq!(decode("0g"), Err(HexError::Digit { at: 1, c: 'g' }));
        assert_eq!(decode("012"), Err(HexError::Odd));
    }

    #[test]
    fn bytes_keep_their_value_through_a_trace() {
        for bytes in [&b"{}"[..], &[0xff, 0x02], b""] {
            let text = TextBytes(Bytes::from_static(bytes));
            assert_eq!(serde_json::from_str::<TextBytes>(&serde_json::to_string(&text).unwrap()).unwrap(), text);
            let hex = HexBytes(Bytes::from_static(bytes));
            assert_eq!(serde_json::from_str::<HexBytes>(&serde_json::to_string(&hex).unwrap()).unwrap(), hex);
        }
    }

    #[test]
    fn control_bytes_are_shown_by_name() {
        assert_eq!(visible(b"\x02a\x06\xff\x15\x01\x03"), "<STX>a<ACK><ff><NAK><01><ETX>");
    }
}
