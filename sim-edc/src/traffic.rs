//! What goes over the line: frames on their way out and messages on their way in, and what the line does to both.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use wire::edc::{ACK, Kind, Packet};
use wire::hex::HexBytes;
use wire::time::Moment;

use crate::device::Device;
use crate::event::{Direction, Event, Note};
use crate::fault::Target;
use crate::link::{LinkInput, Verdict};
use crate::tamper;
use crate::terminal::TerminalInput;
use crate::trouble::{Stage, Trick};

impl Device {
    /// Puts a frame on the line, or what the faults leave of it.
    pub(crate) fn transmit(
        &mut self,
        now: Moment,
        bytes: Bytes,
        packet: &Packet,
        (seq, attempt, note): (Option<u8>, u8, Option<Note>),
    ) {
        // What is said on a line that nobody has open is said to nobody.
        let mut note = if self.is_open { note } else { Some(Note::Lost) };
        // What a fault makes of it; nothing as long as none does.
        let (mut pieces, mut merges, said) = (Vec::new(), false, note);
        if note != Some(Note::Lost) {
            if let Some(corrupted) = self.faults.take_outgoing(packet.kind) {
                note = Some(corrupted);
                pieces.push((Duration::ZERO, tamper::wrong_check(&bytes)));
            }
            let target = Target::of(Direction::ToPos, Some(packet.kind));
            let fits = |trick: Trick| matches!(trick.stage(), Stage::Bytes | Stage::Link) && trick != Trick::SeqReset;
            for hit in self.faults.hits(|trick| fits(trick) && trick != Trick::LateAck, target) {
                self.event(Event::Fault { name: hit.trick.word().to_owned() });
                merges |= hit.trick == Trick::Merge;
                if pieces.is_empty() {
                    pieces.push((Duration::ZERO, bytes.clone()));
                }
                note = tamper::bytes(hit, &mut pieces).or(note);
            }
        }
        let on_wire: Vec<u8> = pieces.iter().flat_map(|(_, piece)| piece.iter().copied()).collect();
        if note != said && seq.is_some() && tamper::is_readable(&on_wire, &bytes) {
            note = said;
        }
        if self.is_traced {
            let meant = self.meant.as_ref().filter(|(data, _)| *data == packet.data).map(|(_, meant)| meant.clone());
            let json = meant.unwrap_or_else(|| packet.json().map_or(Value::Null, Value::Object));
            let raw = HexBytes(bytes.clone());
            self.event(Event::Sent { kind: packet.kind, seq, raw, json, attempt, fault: note });
        }
        if note == Some(Note::Lost) {
            return;
        }
        if !pieces.is_empty() && on_wire != bytes {
            self.event(Event::OnWire { raw: HexBytes(on_wire.into()) });
        }
        self.last_frame = bytes.clone();
        if merges {
            return self.outbox.keep(pieces.into_iter().map(|(_, bytes)| bytes));
        }
        if pieces.is_empty() {
            return self.outbox.push(now, Duration::ZERO, bytes);
        }
        for (pause, piece) in pieces {
            self.outbox.push(now, pause, piece);
        }
    }

    pub(crate) fn offered(&mut self, now: Moment, packet: Packet, seq: Option<u8>, raw: Bytes) {
        let refused = seq.is_some() && self.faults.take_nak(packet.kind);
        if self.is_traced {
            let json = packet.json().map_or(Value::Null, Value::Object);
            self.event(Event::Received { kind: packet.kind, seq, raw: HexBytes(raw), json, repeat: false, refused });
        }
        let target = Target::of(Direction::ToPos, Some(packet.kind));
        let verdict = if refused {
            self.event(Event::Fault { name: "nak-command".to_owned() });
            Verdict::Refuse
        } else if self.faults.take_lost_ack(packet.kind) {
            self.event(Event::Fault { name: "lose-ack".to_owned() });
            Verdict::AcceptSilently
        } else if let Some(hit) = self.faults.hit(Trick::LateAck, target).filter(|_| seq.is_some()) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            let late = now + hit.lasting.map_or(Duration::from_secs(2), |span| span.0);
            self.outbox.push_late(late, Bytes::from_static(&[ACK]));
            Verdict::AcceptSilently
        } else {
            Verdict::Accept
        };
        self.link.handle(now, LinkInput::Answer(verdict));
        if refused {
            return;
        }
        let input = match packet.kind {
            Kind::Ping => return self.link.handle(now, LinkInput::Send { packet, note: None }),
            Kind::Hello => TerminalInput::Hello(packet.json().unwrap_or_default()),
            Kind::Command => TerminalInput::Command(packet),
            kind @ (Kind::Result | Kind::Event) => {
                return self.event(Event::Refused { reason: format!("a POS does not send a {}", kind.word()) });
            }
        };
        self.terminal.handle(now, input, &mut self.faults);
    }

    /// Bytes from the POS, after what the line did to them. Single signs are let pass: they have faults of their own.
    pub(crate) fn disturbed(&mut self, bytes: Bytes) -> Bytes {
        if bytes.len() < 8 {
            return bytes;
        }
        let tricks = [Trick::BitNoise, Trick::DropBytes, Trick::DuplicateBytes, Trick::LineNoise];
        let target = Target::of(Direction::FromPos, None);
        let mut bytes = bytes;
        for mut hit in self.faults.hits(|trick| tricks.contains(&trick), target) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            bytes = if hit.trick == Trick::LineNoise {
                [tamper::noise(hit.count.unwrap_or(16), &mut hit.rng).as_slice(), &bytes].concat().into()
            } else {
                tamper::disturb(hit.trick, &bytes, hit.count.unwrap_or(1), &mut hit.rng)
            };
        }
        bytes
    }

    pub(crate) fn stale_bytes(&mut self, now: Moment) {
        if self.last_frame.is_empty() {
            return;
        }
        let target = Target::of(Direction::ToPos, None);
        if let Some(hit) = self.faults.hit(Trick::StaleBytes, target) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            self.outbox.push(now, Duration::ZERO, self.last_frame.slice(self.last_frame.len() / 2..));
        }
    }
}
