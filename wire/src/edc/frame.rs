//! The `stx` frame: `STX 02 | LEN u16 BE | TYPE | SEQ | DATA | ETX 03 | CRC u16 BE`.
//!
//! LEN counts TYPE, SEQ and DATA; the CRC covers LEN through DATA. The framing is ours, see `docs/line.md`.

use bytes::Bytes;

use super::crc::crc16_xmodem_of;
use super::packet::{Kind, Packet};

/// Start of a frame.
pub const STX: u8 = 0x02;
/// End of a frame's data.
pub const ETX: u8 = 0x03;
/// The receiver has the frame.
pub const ACK: u8 = 0x06;
/// The receiver could not read the frame.
pub const NAK: u8 = 0x15;
/// The most DATA bytes a frame carries.
pub const MAX_DATA: usize = 32_768;

/// STX and LEN.
pub(super) const HEAD: usize = 3;
/// TYPE and SEQ.
pub(super) const TAG: usize = 2;
/// ETX and CRC.
pub(super) const TAIL: usize = 3;

/// A frame whose length fits and, when it came from a wire, whose check was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    kind: Kind,
    seq: u8,
    data: Bytes,
    check: u16,
}

impl Frame {
    /// A frame with a sequence number.
    ///
    /// # Errors
    /// The data is longer than [`MAX_DATA`].
    pub fn new(packet: Packet, seq: u8) -> Result<Self, FrameError> {
        if packet.data.len() > MAX_DATA {
            Err(FrameError { len: packet.data.len() })
        } else {
            let check = crc16_xmodem_of([&length(&packet.data), &[packet.kind.byte(), seq], &packet.data]);
            Ok(Self { kind: packet.kind, seq, data: packet.data, check })
        }
    }

    /// A frame from a wire, whose length and check were found right.
    pub(super) const fn checked(kind: Kind, seq: u8, data: Bytes, check: u16) -> Self {
        Self { kind, seq, data, check }
    }

    /// The kind of message.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The sequence number, 1 to 255 by rule; a retry keeps it.
    #[must_use]
    pub const fn seq(&self) -> u8 {
        self.seq
    }

    /// The DATA bytes.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        &self.data
    }

    /// The CRC that the encoded frame carries: with SEQ, it tells a retry from a new frame.
    #[must_use]
    pub const fn check(&self) -> u16 {
        self.check
    }

    /// The message without its frame.
    #[must_use]
    pub fn into_packet(self) -> Packet {
        Packet { kind: self.kind, data: self.data }
    }

    /// The bytes for the wire.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + TAG + self.data.len() + TAIL);
        bytes.push(STX);
        bytes.extend_from_slice(&length(&self.data));
        bytes.push(self.kind.byte());
        bytes.push(self.seq);
        bytes.extend_from_slice(&self.data);
        bytes.push(ETX);
        bytes.extend_from_slice(&self.check.to_be_bytes());
        bytes
    }

    /// The sequence number after `seq`: 1 to 255, then 1 again.
    #[must_use]
    pub const fn seq_after(seq: u8) -> u8 {
        if seq == u8::MAX { 1 } else { seq + 1 }
    }
}

/// LEN. `new` and the decoder bound the data to MAX_DATA, which with TAG fits sixteen bits.
fn length(data: &[u8]) -> [u8; 2] {
    u16::try_from(TAG + data.len()).unwrap_or(u16::MAX).to_be_bytes()
}

/// Data too long for a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("frame message: {len} bytes of data, but a frame carries at most {MAX_DATA}")]
pub struct FrameError {
    len: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_carries_at_most_max_data() {
        let packet = |len| Packet { kind: Kind::Result, data: vec![b' '; len].into() };
        assert!(Frame::new(packet(MAX_DATA), 1).is_ok());
        assert_eq!(Frame::new(packet(MAX_DATA + 1), 1).unwrap_err().len, MAX_DATA + 1);
    }

    #[test]
    fn the_sequence_skips_zero() {
        assert_eq!(Frame::seq_after(254), 255);
        assert_eq!(Frame::seq_after(255), 1);
        assert_eq!(Frame::seq_after(0), 1);
    }
}
