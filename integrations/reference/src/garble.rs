//! How the port goes wrong with bad bytes when it is told to; a correct port refuses a bad frame once and goes on.

use wire::edc::{ACK, Frame, Kind, NAK};

use crate::fault::Fault;
use crate::serial::Serial;

/// What faults of the line remember.
#[derive(Default)]
pub(crate) struct Wrong {
    /// Bytes that are still to be thrown away.
    pub(crate) swallow: usize,
    /// What one read gave is thrown away, or stops being looked at.
    pub(crate) stop: bool,
    /// Nothing came since the line was opened; what comes is spoilt.
    pub(crate) is_fresh: bool,
    pub(crate) is_spoilt: bool,
    /// The terminal's SEQ.
    pub(crate) seq: u8,
}

impl Serial {
    /// Says that a frame was bad.
    pub(crate) fn refuse(&mut self) {
        match () {
            () if self.merchant.has(Fault::BadFrameUnrefused) => {}
            () if self.merchant.has(Fault::BadFrameRefusedThrice) => self.write(&[NAK; 3]),
            () if self.merchant.has(Fault::BadFrameAcknowledged) => self.write(&[ACK]),
            () => self.write(&[NAK]),
        }
    }

    /// What garbage does to those who cannot live with it.
    pub(crate) fn garbage(&mut self) {
        self.wrong.stop |= self.merchant.has(Fault::FlushesAfterGarbage);
        self.wrong.is_spoilt |= self.wrong.is_fresh && self.merchant.has(Fault::StaleBytesKept);
    }

    /// Whether an intact frame is not taken for one, by a fault.
    pub(crate) fn is_misread(&mut self, frame: &Frame) -> bool {
        let known = std::mem::replace(&mut self.wrong.seq, frame.seq());
        if self.merchant.has(Fault::CountsTheTerminalsSeq) && frame.seq() <= known && frame.kind() != Kind::Hello {
            self.wrong.seq = known;
            return true;
        }
        let data = frame.data();
        let is_wide = std::str::from_utf8(data).is_ok_and(|text| text.chars().count() != data.len());
        if is_wide && self.merchant.has(Fault::LengthInCharacters) {
            self.write(&[NAK]);
            return true;
        }
        false
    }
}
