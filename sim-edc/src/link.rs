//! The link: bytes to messages and back, with ACK, NAK and resend. Pure; its deadlines are its own.
//!
//! Invariant: at most one frame waits for its ACK; frames leave in the order they were given. A frame that is not
//! acknowledged is sent three times in all, byte for byte the same.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use wire::clock::Deadlines;
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, Line, LineDecoder, NAK, Packet};
use wire::hex::HexBytes;
use wire::time::Moment;

use crate::event::{Direction, Event, Note};
use crate::outgoing::Outgoing;
use crate::profile::Profile;

/// Silence inside a frame after which it is given up.
const GAP: Duration = Duration::from_millis(200);
/// How long a frame may take in all.
const WHOLE_FRAME: Duration = Duration::from_secs(3);
/// The least time between two NAKs.
const NAK_PAUSE: Duration = Duration::from_millis(100);

/// What the link is told.
#[derive(Debug)]
pub enum LinkInput {
    /// Bytes arrived.
    Bytes(Bytes),
    /// A message shall leave.
    Send {
        /// The message.
        packet: Packet,
        /// What a fault has done or will do to it, all its sends.
        note: Option<Note>,
    },
    /// Accept or refuse the message that was just offered.
    Answer(Verdict),
    /// A deadline may have passed.
    Timeout,
    /// The line was closed: nothing that waits can arrive any more.
    Closed,
}

/// What becomes of a message that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is acknowledged.
    Accept,
    /// It is carried out, but its ACK is lost.
    AcceptSilently,
    /// It is refused with a NAK.
    Refuse,
}

/// What the link wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkOutput {
    /// Put a frame on the wire.
    Frame {
        /// Its bytes.
        bytes: Bytes,
        /// What it carries.
        packet: Packet,
        /// Its sequence number; none in the line profile.
        seq: Option<u8>,
        /// 1 for the first sending.
        attempt: u8,
        /// What a fault has done or will do to it.
        note: Option<Note>,
    },
    /// Put an ACK or NAK on the wire.
    Byte(u8),
    /// An intact new message. Answer with [`LinkInput::Answer`] before anything else is handled.
    Offer {
        /// The message.
        packet: Packet,
        /// Its sequence number; none in the line profile.
        seq: Option<u8>,
        /// The bytes on the wire.
        raw: Bytes,
    },
    /// The oldest message that waited is through, or will never be.
    Settled(Kind),
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Link {
    profile: Profile,
    frames: Decoder,
    lines: LineDecoder,
    /// Bytes that wait until the message on offer is answered.
    unread: VecDeque<Bytes>,
    offered: Option<Frame>,
    last_accepted: Option<(u8, u16)>,
    outgoing: Outgoing,
    out: VecDeque<LinkOutput>,
    gap: Option<Moment>,
    whole: Option<Moment>,
    last_nak: Option<Moment>,
}

impl Link {
    /// A link that has seen nothing.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            frames: Decoder::default(),
            lines: LineDecoder::default(),
            unread: VecDeque::new(),
            offered: None,
            last_accepted: None,
            outgoing: Outgoing::new(profile),
            out: VecDeque::new(),
            gap: None,
            whole: None,
            last_nak: None,
        }
    }

    /// Takes an input. Then [`Link::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: LinkInput) {
        match input {
            LinkInput::Bytes(bytes) => {
                self.unread.push_back(bytes);
                self.read(now);
            }
            LinkInput::Send { packet, note } => {
                self.outgoing.push(now, packet, note, &mut self.out);
            }
            LinkInput::Answer(verdict) => {
                self.answer(now, verdict);
                self.read(now);
            }
            LinkInput::Timeout => self.timeout(now),
            LinkInput::Closed => self.close(),
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<LinkOutput> {
        self.out.pop_front()
    }

    /// When to call [`Link::handle`] with a timeout.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        let inside = match (self.gap, self.whole) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        self.outgoing.deadlines().and(Deadlines { world: None, peer: inside })
    }

    /// Forgets everything but the sequence number's start, as a terminal does that loses power.
    pub fn reset(&mut self) {
        *self = Self::new(self.profile);
    }

    /// Counts frames from the start again, as after a loss of power that nobody saw.
    pub(crate) const fn restart_seq(&mut self) {
        self.outgoing.restart_seq();
    }

    fn read(&mut self, now: Moment) {
        while self.offered.is_none() {
            let Some(piece) = self.unread.pop_front() else { break };
            let mut rest = piece.as_ref();
            match self.profile {
                Profile::Stx => {
                    while let Some(found) = self.frames.decode(&mut rest) {
                        self.found(now, found);
                        if self.offered.is_some() {
                            break;
                        }
                    }
                    if self.offered.is_some() {
                        // What the decoder holds beyond the offered frame is looked at after the answer.
                        self.unread.push_front(piece.slice(piece.len() - rest.len()..));
                        break;
                    }
                    self.watch_frame(now);
                }
                Profile::Ndjson => {
                    while let Some(line) = self.lines.decode(&mut rest) {
                        self.found_line(line);
                    }
                }
            }
        }
    }

    fn found(&mut self, now: Moment, found: Decoded) {
        match found {
            Decoded::Frame(frame, raw) => {
                self.watch_nothing();
                // A hello is answered every time: that harms nothing, and a POS that restarted begins with the same frame.
                let repeat = frame.kind() != Kind::Hello && self.last_accepted == Some((frame.seq(), frame.check()));
                if repeat && frame.kind().is_acknowledged() {
                    let (kind, seq) = (frame.kind(), Some(frame.seq()));
                    let json = frame.into_packet().json().map(Into::into).unwrap_or_default();
                    self.event(Event::Received { kind, seq, raw: HexBytes(raw), json, repeat, refused: false });
                    self.byte(ACK);
                } else {
                    let (packet, seq) = (frame.clone().into_packet(), Some(frame.seq()));
                    self.offered = Some(frame);
                    self.out.push_back(LinkOutput::Offer { packet, seq, raw });
                }
            }
            Decoded::Ack => {
                let stray = !self.outgoing.is_waiting();
                self.event(Event::Ack { direction: Direction::FromPos, stray });
                self.outgoing.acknowledged(now, &mut self.out);
            }
            Decoded::Nak => {
                let stray = !self.outgoing.is_waiting();
                self.event(Event::Nak { direction: Direction::FromPos, stray });
                self.outgoing.refused(now, &mut self.out);
            }
            Decoded::Bad { defect, sample } => {
                self.event(Event::Garbage { defect: Some(defect), raw: HexBytes(sample) });
                if self.last_nak.is_none_or(|at| now.since(at) >= NAK_PAUSE) {
                    self.last_nak = Some(now);
                    self.byte(NAK);
                }
            }
            Decoded::Noise(raw) => self.event(Event::Garbage { defect: None, raw: HexBytes(raw) }),
        }
    }

    fn found_line(&mut self, line: Line) {
        match line {
            Line::Packet(packet, raw) => self.out.push_back(LinkOutput::Offer { packet, seq: None, raw }),
            Line::Bad(error, raw) => {
                self.event(Event::Garbage { defect: None, raw: HexBytes(raw) });
                self.event(Event::Refused { reason: error.to_string() });
            }
            Line::TooLong(raw) => {
                self.event(Event::Garbage { defect: None, raw: HexBytes(raw) });
                self.event(Event::Refused { reason: format!("read line: longer than {} bytes", wire::edc::MAX_LINE) });
            }
        }
    }

    fn answer(&mut self, now: Moment, verdict: Verdict) {
        let Some(frame) = self.offered.take() else { return };
        if !frame.kind().is_acknowledged() {
            return;
        }
        match verdict {
            Verdict::Refuse => {
                self.last_nak = Some(now);
                self.byte(NAK);
            }
            Verdict::Accept | Verdict::AcceptSilently => {
                self.last_accepted = Some((frame.seq(), frame.check()));
                if verdict == Verdict::Accept {
                    self.byte(ACK);
                }
            }
        }
    }

    fn timeout(&mut self, now: Moment) {
        self.outgoing.timeout(now, &mut self.out);
        if self.gap.is_some_and(|at| at <= now) || self.whole.is_some_and(|at| at <= now) {
            self.watch_nothing();
            // Whatever had begun by now has been silent for as long: heads of frames that never come must not make the
            // next message wait for each of them.
            while self.offered.is_none()
                && let Some(bad) = self.frames.abandon()
            {
                self.found(now, bad);
                self.unread.push_front(Bytes::new());
                self.read(now);
            }
        }
    }

    fn close(&mut self) {
        self.outgoing.close(&mut self.out);
        self.frames.reset();
        self.lines.reset();
        self.unread.clear();
        self.offered = None;
        self.watch_nothing();
    }

    fn watch_frame(&mut self, now: Moment) {
        if self.frames.is_inside_frame() {
            self.gap = Some(now + GAP);
            self.whole = self.whole.or(Some(now + WHOLE_FRAME));
        } else {
            self.watch_nothing();
        }
    }

    const fn watch_nothing(&mut self) {
        self.gap = None;
        self.whole = None;
    }

    fn byte(&mut self, byte: u8) {
        self.out.push_back(LinkOutput::Byte(byte));
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(LinkOutput::Event(event));
    }
}
