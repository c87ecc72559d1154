//! A packet: what a profile (`stx` frames or `ndjson` lines) carries. One JSON object and the kind of message it is.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::object_writer::ObjectWriter;

/// The kind of a message: the TYPE byte of a frame, the `type` field of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `H`: initialisation, and its answer.
    Hello,
    /// `C`: a command, from POS to terminal.
    Command,
    /// `R`: the final result of a command.
    Result,
    /// `E`: an event on the way.
    Event,
    /// `P`: ping, answered with the same.
    Ping,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Hello, Self::Command, Self::Result, Self::Event, Self::Ping];

    /// The TYPE byte of a frame.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Hello => b'H',
            Self::Command => b'C',
            Self::Result => b'R',
            Self::Event => b'E',
            Self::Ping => b'P',
        }
    }

    /// The kind of a TYPE byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }

    /// The word in the `type` field of a line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Command => "command",
            Self::Result => "result",
            Self::Event => "event",
            Self::Ping => "ping",
        }
    }

    /// How long a message of this kind is at most, as a rule: room for it is made at once. No more than a kilobyte, up to
    /// which allocators hand out blocks at once.
    const fn usual_length(self) -> usize {
        match self {
            Self::Hello | Self::Ping => 64,
            Self::Event => 128,
            Self::Command => 512,
            Self::Result => 1024,
        }
    }

    /// Whether the receiver acknowledges it with ACK or refuses it with NAK.
    #[must_use]
    pub const fn is_acknowledged(self) -> bool {
        matches!(self, Self::Hello | Self::Command | Self::Result)
    }
}

/// A message of a kind, as the bytes of its JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// What kind of message it is.
    pub kind: Kind,
    /// The JSON object, UTF-8, without the `type` field of the line profile. Not yet known to be valid JSON.
    pub data: Bytes,
}

impl Packet {
    /// A packet of a kind with the JSON of `message`.
    #[must_use]
    pub fn new(kind: Kind, message: &impl Serialize) -> Self {
        // Our message types have string keys and no fallible serialisers, so this cannot fail; an empty object is the
        // harmless answer to a bug rather than a panic.
        let mut data = Vec::with_capacity(kind.usual_length());
        if serde_json::to_writer(&mut data, message).is_err() {
            data = b"{}".to_vec();
        }
        Self { kind, data: data.into() }
    }

    /// A packet of a kind with the fields that `fields` writes.
    pub(super) fn written(kind: Kind, fields: impl FnOnce(&mut ObjectWriter<'_>)) -> Self {
        let mut data = Vec::with_capacity(kind.usual_length());
        ObjectWriter::write(&mut data, fields);
        Self { kind, data: data.into() }
    }

    /// The JSON object.
    ///
    /// # Errors
    /// The data is not JSON, or not an object.
    pub fn json(&self) -> Result<Map<String, Value>, PacketError> {
        // That all of it is UTF-8 is quicker seen once than string by string; where it is not, the reader says where.
        let read = match std::str::from_utf8(&self.data) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&self.data),
        };
        match read {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(PacketError::NotAnObject),
            Err(error) => Err(PacketError::NotJson(error.to_string())),
        }
    }
}

/// Data that is no JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// Not JSON at all.
    #[error("read message: not JSON: {0}")]
    NotJson(String),
    /// JSON, but not an object.
    #[error("read message: the JSON is not an object")]
    NotAnObject,
    /// A line without a usable `type` field.
    #[error("read line: the field \"type\" must be one of hello, command, result, event, ping")]
    NoType,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_pings_are_not_acknowledged() {
        let acknowledged: Vec<_> =
            Kind::ALL.into_iter().filter(|kind| kind.is_acknowledged()).map(Kind::word).collect();
        assert_eq!(acknowledged, ["hello", "command", "result"]);
    }
}
