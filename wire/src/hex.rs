//! Hexadecimal text for bytes: in traces, in fixtures, and in the dump that people read.

use std::fmt::Write as _;

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
    fn control_bytes_are_shown_by_name() {
        assert_eq!(visible(b"\x02a\x06\xff\x15"), "<STX>a<ACK><ff><NAK>");
    }
}
