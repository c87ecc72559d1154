//! What a link has to say: one frame after the other, each byte for byte the same three times at most, until it is
//! acknowledged or given up.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use wire::clock::Deadlines;
use wire::edc::{Frame, Packet};
use wire::time::Moment;

use crate::event::{Event, Note};
use crate::link::LinkOutput;
use crate::profile::Profile;

/// How long a frame waits for its ACK.
const ACK_WAIT: Duration = Duration::from_secs(3);
/// How often a frame is sent at most.
const SENDS: u8 = 3;
/// Frames that may wait to be sent; more are dropped, as a terminal's small memory would.
const QUEUE: usize = 64;

/// See the module's documentation. What it wants done goes to the link's outputs.
#[derive(Debug)]
pub(crate) struct Outgoing {
    profile: Profile,
    next_seq: u8,
    waiting: Option<Waiting>,
    queue: VecDeque<(Packet, Option<Note>)>,
}

/// A frame that is out and not acknowledged.
#[derive(Debug)]
struct Waiting {
    frame: Frame,
    bytes: Bytes,
    sends: u8,
    note: Option<Note>,
    until: Moment,
}

impl Outgoing {
    pub(crate) const fn new(profile: Profile) -> Self {
        Self { profile, next_seq: 1, waiting: None, queue: VecDeque::new() }
    }

    /// Whether an ACK or NAK is waited for.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Waiting for the POS, except for a frame that a fault keeps from it: nobody can acknowledge what was never sent.
    pub(crate) fn deadlines(&self) -> Deadlines {
        match &self.waiting {
            Some(waiting) if waiting.note == Some(Note::Lost) => Deadlines { world: Some(waiting.until), peer: None },
            Some(waiting) => Deadlines { world: None, peer: Some(waiting.until) },
            None => Deadlines::default(),
        }
    }

    /// Counts frames from the start again.
    pub(crate) const fn restart_seq(&mut self) {
        self.next_seq = 1;
    }

    /// A message shall leave, when it is its turn.
    pub(crate) fn push(&mut self, now: Moment, packet: Packet, note: Option<Note>, out: &mut VecDeque<LinkOutput>) {
        if self.queue.len() < QUEUE {
            self.queue.push_back((packet, note));
        }
        self.send_next(now, out);
    }

    /// The frame that waits is through.
    pub(crate) fn acknowledged(&mut self, now: Moment, out: &mut VecDeque<LinkOutput>) {
        if let Some(waiting) = self.waiting.take() {
            out.push_back(LinkOutput::Settled(waiting.frame.kind()));
            self.send_next(now, out);
        }
    }

    /// The frame that waits was refused, or not answered: it is sent again, or given up.
    pub(crate) fn refused(&mut self, now: Moment, out: &mut VecDeque<LinkOutput>) {
        let Some(waiting) = &mut self.waiting else { return };
        if waiting.sends >= SENDS {
            out.push_back(waiting.given_up());
            return self.acknowledged(now, out);
        }
        waiting.sends += 1;
        waiting.until = now + ACK_WAIT;
        out.push_back(LinkOutput::Frame {
            bytes: waiting.bytes.clone(),
            packet: waiting.frame.clone().into_packet(),
            seq: Some(waiting.frame.seq()),
            attempt: waiting.sends,
            note: waiting.note,
        });
    }

    /// A deadline may have passed.
    pub(crate) fn timeout(&mut self, now: Moment, out: &mut VecDeque<LinkOutput>) {
        if self.waiting.as_ref().is_some_and(|waiting| waiting.until <= now) {
            self.refused(now, out);
        }
    }

    /// Nothing that waits can arrive any more.
    pub(crate) fn close(&mut self, out: &mut VecDeque<LinkOutput>) {
        if let Some(waiting) = self.waiting.take() {
            out.push_back(waiting.given_up());
            out.push_back(LinkOutput::Settled(waiting.frame.kind()));
        }
        out.extend(self.queue.drain(..).map(|(packet, _)| LinkOutput::Settled(packet.kind)));
    }

    fn send_next(&mut self, now: Moment, out: &mut VecDeque<LinkOutput>) {
        while self.waiting.is_none() {
            let Some((packet, note)) = self.queue.pop_front() else { break };
            let kind = packet.kind;
            if self.profile == Profile::Ndjson {
                let bytes = packet.to_line().into();
                out.push_back(LinkOutput::Frame { bytes, packet, seq: None, attempt: 1, note });
                out.push_back(LinkOutput::Settled(kind));
                continue;
            }
            let seq = self.next_seq;
            let frame = match Frame::new(packet, seq) {
                Ok(frame) => frame,
                Err(error) => {
                    out.push_back(LinkOutput::Event(Event::Refused { reason: error.to_string() }));
                    out.push_back(LinkOutput::Settled(kind));
                    continue;
                }
            };
            self.next_seq = Frame::seq_after(seq);
            let bytes: Bytes = frame.encode().into();
            if kind.is_acknowledged() {
                let (frame, bytes) = (frame.clone(), bytes.clone());
                self.waiting = Some(Waiting { frame, bytes, sends: 1, note, until: now + ACK_WAIT });
            }
            out.push_back(LinkOutput::Frame { bytes, packet: frame.into_packet(), seq: Some(seq), attempt: 1, note });
            if !kind.is_acknowledged() {
                out.push_back(LinkOutput::Settled(kind));
            }
        }
    }
}

impl Waiting {
    const fn given_up(&self) -> LinkOutput {
        LinkOutput::Event(Event::Unacknowledged { seq: self.frame.seq(), sends: self.sends })
    }
}
