//! The `ndjson` profile, for hands and scripts: one JSON object a line, its kind in the field `type`, no acknowledgement.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::frame::MAX_DATA;
use super::packet::{Kind, Packet, PacketError};

/// The longest line that is read: the largest data and room for the `type` field.
pub const MAX_LINE: usize = MAX_DATA + 256;

/// What the line decoder found next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A line that carries a packet, and its bytes.
    Packet(Packet, Bytes),
    /// A line that does not, with the reason.
    Bad(PacketError, Bytes),
    /// A line longer than [`MAX_LINE`]: how it begins. The rest, up to the line feed, is dropped.
    TooLong(Bytes),
}

/// A push decoder of lines. Never holds more than [`MAX_LINE`] bytes.
#[derive(Debug, Default)]
pub struct LineDecoder {
    buffer: Vec<u8>,
    dropping: bool,
}

impl LineDecoder {
    /// Takes what it needs from the front of `input` and returns the next line; `None` when the input is used up.
    pub fn decode(&mut self, input: &mut &[u8]) -> Option<Line> {
        loop {
            let (piece, ended) = match input.iter().position(|b| *b == b'\n') {
                Some(at) => (at, true),
                None => (input.len(), false),
            };
            let piece_bytes = input.get(..piece).unwrap_or_default();
            let room = MAX_LINE - self.buffer.len();
            if !self.dropping {
                self.buffer.extend_from_slice(piece_bytes.get(..piece.min(room)).unwrap_or_default());
            }
            let overflow = !self.dropping && piece > room;
            *input = input.get(piece + usize::from(ended)..).unwrap_or_default();
            if overflow {
                self.dropping = !ended;
                let mut line = std::mem::take(&mut self.buffer);
                line.truncate(256);
                return Some(Line::TooLong(line.into()));
            }
            if !ended {
                return None;
            }
            let line = Bytes::from(std::mem::take(&mut self.buffer));
            let was_dropping = std::mem::take(&mut self.dropping);
            if !was_dropping && !line.trim_ascii().is_empty() {
                return Some(match read(&line) {
                    Ok(packet) => Line::Packet(packet, line),
                    Err(error) => Line::Bad(error, line),
                });
            }
        }
    }

    /// Forgets everything, as after the line was closed.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.dropping = false;
    }
}

impl Packet {
    /// The packet as a line with its line feed. Data that is no JSON object (a scenario may send such) goes out as it is.
    #[must_use]
    pub fn to_line(&self) -> Vec<u8> {
        let mut line = match self.json() {
            Ok(object) => {
                let mut typed = Map::new();
                typed.insert("type".to_owned(), Value::from(self.kind.word()));
                typed.extend(object);
                Value::Object(typed).to_string().into_bytes()
            }
            Err(_) => self.data.iter().copied().filter(|b| *b != b'\n').collect(),
        };
        line.push(b'\n');
        line
    }
}

fn read(line: &[u8]) -> Result<Packet, PacketError> {
    let mut object = match serde_json::from_slice(line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err(PacketError::NotAnObject),
        Err(error) => return Err(PacketError::NotJson(error.to_string())),
    };
    let word = object.shift_remove("type");
    let kind = Kind::ALL.into_iter().find(|k| word.as_ref().and_then(Value::as_str) == Some(k.word()));
    let kind = kind.ok_or(PacketError::NoType)?;
    Ok(Packet { kind, data: Value::Object(object).to_string().into_bytes().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(decoder: &mut LineDecoder, mut input: &[u8]) -> Vec<Line> {
        std::iter::from_fn(|| decoder.decode(&mut input)).collect()
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let packet = Packet { kind: Kind::Command, data: Bytes::from_static(b"{\"id\":\"1\"}") };
        assert_eq!(packet.to_line(), b"{\"type\":\"command\",\"id\":\"1\"}\n");
        let found = all(&mut LineDecoder::default(), &packet.to_line());
        assert!(matches!(found.as_slice(), [Line::Packet(read, _)] if *read == packet), "{found:?}");
    }

    #[test]
    fn a_bad_line_is_reported_and_the_next_one_read() {
        let found = all(&mut LineDecoder::default(), b"nonsense\n\n[]\n{\"type\":\"x\"}\n{\"type\":\"ping\"}\n");
        assert!(matches!(
            found.as_slice(),
            [
                Line::Bad(PacketError::NotJson(_), _),
                Line::Bad(PacketError::NotAnObject, _),
                Line::Bad(PacketError::NoType, _),
                Line::Packet(..)
            ]
        ));
    }

    #[test]
    fn an_endless_line_is_dropped_up_to_its_end() {
        let mut decoder = LineDecoder::default();
        let mut found = Vec::new();
        for _ in 0..100 {
            found.extend(all(&mut decoder, &[b'x'; 1000]));
            assert!(decoder.buffer.len() <= MAX_LINE);
        }
        found.extend(all(&mut decoder, b"\n{\"type\":\"ping\"}\n"));
        assert!(matches!(found.as_slice(), [Line::TooLong(_), Line::Packet(..)]), "{found:?}");
    }

    #[test]
    fn what_was_begun_before_the_line_was_closed_is_forgotten() {
        let mut decoder = LineDecoder::default();
        for begun in [&b"{\"type\":"[..], &[b'x'; MAX_LINE + 1]] {
            all(&mut decoder, begun);
            decoder.reset();
            let found = all(&mut decoder, b"{\"type\":\"ping\"}\n");
            assert!(matches!(found.as_slice(), [Line::Packet(..)]), "{found:?}");
        }
    }
}
