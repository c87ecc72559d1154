//! The push decoder of the `stx` profile: bytes in, frames, ACKs, NAKs and a report of everything skipped out.
//!
//! Invariant: it never holds more than one frame of the largest size. It never flushes: when a candidate frame turns
//! out bad it moves on **one byte** and scans again, so a good frame behind garbage (or behind a false STX) is found.
//! What lies whole in the input is read where it lies; only the beginning of a frame whose rest is still to come is kept.
//! It keeps no time; who does calls [`Decoder::abandon`] when a frame that began does not go on.

use bytes::{Buf as _, Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::crc::crc16_xmodem;
use super::frame::{ACK, ETX, Frame, HEAD, MAX_DATA, NAK, STX, TAG, TAIL};
use super::packet::Kind;

/// What the decoder found next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A whole frame with a right check, and its bytes on the wire.
    Frame(Frame, Bytes),
    /// An acknowledgement between frames.
    Ack,
    /// A refusal between frames.
    Nak,
    /// A frame began here but is bad: one byte was skipped. The receiver answers with a NAK.
    Bad {
        /// What is wrong with it.
        defect: Defect,
        /// How the candidate began, at most [`Decoder::SAMPLE`] bytes of it.
        sample: Bytes,
    },
    /// Bytes that belong to no frame, at most [`Decoder::SAMPLE`] of them at a time.
    Noise(Bytes),
}

/// What is wrong with a candidate frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Defect {
    /// LEN is below 2 or above the largest frame.
    Length,
    /// TYPE is not one of the five letters.
    Type,
    /// No ETX where LEN says.
    End,
    /// The CRC differs.
    Check,
    /// The frame stopped coming.
    Silence,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Decoder {
    /// A frame that has begun, or what looks like one. Everything else never gets here.
    buffer: BytesMut,
    noise: Vec<u8>,
}

impl Decoder {
    /// How many bytes a report of something skipped holds at most.
    pub const SAMPLE: usize = 256;

    /// Takes what it needs from the front of `input` and returns the next thing found; `None` when the input is used up.
    /// Call it until it returns `None`.
    pub fn decode(&mut self, input: &mut &[u8]) -> Option<Decoded> {
        loop {
            let scan = scan(self.front(input));
            // What was skipped is reported before whatever follows it.
            let noise_ends = !matches!(scan, Scan::Noise | Scan::Wants(_)) || self.noise.len() >= Self::SAMPLE;
            if noise_ends && !self.noise.is_empty() {
                return self.take_noise();
            }
            match scan {
                Scan::Wants(missing) => {
                    // All of the input is the beginning of one frame while nothing is kept yet.
                    let taken = if self.buffer.is_empty() { input.len() } else { missing.min(input.len()) };
                    let (now, later) = input.split_at(taken);
                    self.buffer.extend_from_slice(now);
                    *input = later;
                    if taken == 0 {
                        return self.take_noise();
                    }
                }
                Scan::Noise => {
                    // Whole runs at once: noise has no structure to look at byte by byte.
                    let room = Self::SAMPLE - self.noise.len();
                    let front = self.front(input);
                    let run = front.iter().take(room).take_while(|b| !matches!(**b, STX | ACK | NAK)).count();
                    let run = self.take(run, input);
                    self.noise.extend_from_slice(&run);
                }
                Scan::Ack => {
                    self.skip(1, input);
                    return Some(Decoded::Ack);
                }
                Scan::Nak => {
                    self.skip(1, input);
                    return Some(Decoded::Nak);
                }
                Scan::Bad { defect, len } => return Some(self.skip_one(defect, len, input)),
                Scan::Frame { kind, len, check } => {
                    let raw = self.take(len, input);
                    let seq = raw.get(HEAD + 1).copied().unwrap_or_default();
                    let data = raw.slice(HEAD + TAG..len - TAIL);
                    return Some(Decoded::Frame(Frame::checked(kind, seq, data, check), raw));
                }
            }
        }
    }

    /// Whether a frame has begun and is not complete, so that silence would be a defect.
    #[must_use]
    pub fn is_inside_frame(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Gives up on the frame that began: the next byte is scanned as if it had not. Call [`Decoder::decode`] with no
    /// input afterwards, since a whole frame may lie behind it.
    pub fn abandon(&mut self) -> Option<Decoded> {
        self.is_inside_frame().then(|| self.skip_one(Defect::Silence, self.buffer.len(), &mut [].as_slice()))
    }

    /// Forgets everything, as after the line was closed.
    pub fn reset(&mut self) {
        self.buffer.clear();
        self.noise.clear();
    }

    /// What is looked at next: what is kept, else the input itself.
    fn front<'a>(&'a self, input: &'a [u8]) -> &'a [u8] {
        if self.buffer.is_empty() { input } else { &self.buffer }
    }

    /// Takes bytes from the front: copied, so that nothing small keeps something large alive.
    fn take(&mut self, len: usize, input: &mut &[u8]) -> Bytes {
        let bytes = Bytes::copy_from_slice(self.front(input).get(..len).unwrap_or_default());
        self.skip(len, input);
        bytes
    }

    fn skip(&mut self, len: usize, input: &mut &[u8]) {
        if self.buffer.is_empty() {
            input.advance(len.min(input.len()));
        } else {
            self.buffer.advance(len.min(self.buffer.len()));
        }
    }

    fn skip_one(&mut self, defect: Defect, len: usize, input: &mut &[u8]) -> Decoded {
        let sample = self.front(input).get(..len.min(Self::SAMPLE)).unwrap_or_default();
        let sample = Bytes::copy_from_slice(sample);
        self.skip(1, input);
        Decoded::Bad { defect, sample }
    }

    fn take_noise(&mut self) -> Option<Decoded> {
        (!self.noise.is_empty()).then(|| Decoded::Noise(std::mem::take(&mut self.noise).into()))
    }
}

/// Looks at what begins here. Pure, so that it does not matter whether the bytes are kept or still in the input.
fn scan(front: &[u8]) -> Scan {
    match front.first() {
        None => return Scan::Wants(1),
        Some(&ACK) => return Scan::Ack,
        Some(&NAK) => return Scan::Nak,
        Some(&STX) => {}
        Some(_) => return Scan::Noise,
    }
    let (Some(&high), Some(&low)) = (front.get(1), front.get(2)) else {
        return Scan::Wants(HEAD - front.len());
    };
    let counted = usize::from(u16::from_be_bytes([high, low]));
    if !(TAG..=TAG + MAX_DATA).contains(&counted) {
        return Scan::Bad { defect: Defect::Length, len: HEAD };
    }
    let Some(&kind) = front.get(HEAD) else { return Scan::Wants(1) };
    // Looked at early, so that a false STX seldom holds up what follows it.
    let Some(kind) = Kind::from_byte(kind) else { return Scan::Bad { defect: Defect::Type, len: HEAD + 1 } };
    let len = HEAD + counted + TAIL;
    if front.len() < len {
        return Scan::Wants(len - front.len());
    }
    if front.get(len - TAIL) != Some(&ETX) {
        return Scan::Bad { defect: Defect::End, len };
    }
    let check = crc16_xmodem(front.get(1..len - TAIL).unwrap_or_default());
    if front.get(len - 2..len) == Some(check.to_be_bytes().as_slice()) {
        Scan::Frame { kind, len, check }
    } else {
        Scan::Bad { defect: Defect::Check, len }
    }
}

/// What the bytes at the front are.
enum Scan {
    Wants(usize),
    Noise,
    Ack,
    Nak,
    /// So many bytes were looked at.
    Bad {
        defect: Defect,
        len: usize,
    },
    Frame {
        kind: Kind,
        len: usize,
        check: u16,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edc::Packet;

    fn frame(data: &str, seq: u8) -> Frame {
        Frame::new(Packet { kind: Kind::Command, data: Bytes::copy_from_slice(data.as_bytes()) }, seq).unwrap()
    }

    fn all(decoder: &mut Decoder, mut input: &[u8]) -> Vec<Decoded> {
        std::iter::from_fn(|| decoder.decode(&mut input)).collect()
    }

    fn frames(found: &[Decoded]) -> Vec<Frame> {
        found.iter().filter_map(|d| if let Decoded::Frame(frame, _) = d { Some(frame.clone()) } else { None }).collect()
    }

    #[test]
    fn two_frames_in_one_read_are_two_frames() {
        let bytes = [frame("{}", 1).encode(), frame("{\"a\":1}", 2).encode()].concat();
        assert_eq!(frames(&all(&mut Decoder::default(), &bytes)), [frame("{}", 1), frame("{\"a\":1}", 2)]);
    }

    #[test]
    fn a_frame_split_at_every_byte_is_one_frame() {
        let mut decoder = Decoder::default();
        let found: Vec<_> = frame("{\"a\":1}", 9).encode().iter().flat_map(|b| all(&mut decoder, &[*b])).collect();
        assert_eq!(frames(&found), [frame("{\"a\":1}", 9)]);
        assert!(!decoder.is_inside_frame());
    }

    #[test]
    fn noise_that_was_kept_and_noise_behind_it_are_told_in_pieces_that_are_not_too_long() {
        let mut decoder = Decoder::default();
        // A frame begins, and has no end where it should: what was kept of it is noise, and so is what follows.
        let begun = [&[STX, 0, 120, b'C'][..], &[b'a'; 60]].concat();
        assert_eq!(all(&mut decoder, &begun), []);
        let found = all(&mut decoder, &[b'a'; 500]);
        assert!(matches!(found.first(), Some(Decoded::Bad { defect: Defect::End, .. })), "{found:?}");
        let pieces: Vec<_> =
            found.iter().filter_map(|d| if let Decoded::Noise(raw) = d { Some(raw.len()) } else { None }).collect();
        assert_eq!(pieces.iter().sum::<usize>(), begun.len() - 1 + 500);
        assert!(pieces.iter().all(|length| *length <= Decoder::SAMPLE), "{pieces:?}");
    }

    #[test]
    fn a_wrong_check_is_reported_and_the_next_frame_found() {
        let mut bytes = frame("{}", 1).encode();
        *bytes.last_mut().unwrap() ^= 1;
        bytes.extend(frame("{}", 2).encode());
        let found = all(&mut Decoder::default(), &bytes);
        assert!(matches!(found.first(), Some(Decoded::Bad { defect: Defect::Check, .. })), "{found:?}");
        assert_eq!(frames(&found), [frame("{}", 2)]);
    }

    #[test]
    fn a_false_stx_with_a_large_length_hides_a_frame_only_until_it_is_abandoned() {
        let mut decoder = Decoder::default();
        let mut bytes = vec![STX, 0x40, 0x00, b'C'];
        bytes.extend(frame("{}", 7).encode());
        assert_eq!(frames(&all(&mut decoder, &bytes)), []);
        assert!(decoder.is_inside_frame());
        assert!(matches!(decoder.abandon(), Some(Decoded::Bad { defect: Defect::Silence, .. })));
        assert_eq!(frames(&all(&mut decoder, &[])), [frame("{}", 7)]);
    }

    #[test]
    fn a_hostile_length_is_refused_before_anything_is_stored() {
        for len in [[0, 0], [0, 1], [0xff, 0xff], [0x80, 0x03]] {
            let found = all(&mut Decoder::default(), &[STX, len[0], len[1]]);
            assert!(matches!(found.first(), Some(Decoded::Bad { defect: Defect::Length, .. })), "{len:?}: {found:?}");
        }
    }

    #[test]
    fn noise_is_reported_in_bounded_pieces_and_in_order() {
        let mut bytes = vec![b'x'; 600];
        bytes.push(ACK);
        let found = all(&mut Decoder::default(), &bytes);
        let lengths: Vec<_> = found.iter().map(|d| if let Decoded::Noise(n) = d { n.len() } else { 0 }).collect();
        assert_eq!(lengths, [256, 256, 88, 0]);
        assert_eq!(found.last(), Some(&Decoded::Ack));
        let mut decoder = Decoder::default();
        let (mut one, mut other) = (&[b'x'; 100][..], &bytes[..]);
        decoder.decode(&mut one);
        assert!(matches!(decoder.decode(&mut other), Some(Decoded::Noise(noise)) if noise.len() == 256));
    }

    #[test]
    fn what_was_looked_at_of_a_false_frame_is_told() {
        let found = all(&mut Decoder::default(), &[STX, 0, 2, b'?', b'{']);
        let Some(Decoded::Bad { defect: Defect::Type, sample }) = found.first() else { panic!("{found:?}") };
        assert_eq!(sample.as_ref(), [STX, 0, 2, b'?']);
    }
}
