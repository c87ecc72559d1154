//! What the terminal says, on its way to the link: said as it is, or what the faults leave of it.

use std::time::Duration;

use serde_json::Value;
use wire::edc::{CommandName, Kind, Packet};
use wire::time::Moment;

use crate::device::Device;
use crate::event::{Direction, Event, Note};
use crate::fault::{Hit, Target};
use crate::link::LinkInput;
use crate::tamper;
use crate::trouble::{Stage, Trick};

/// A message on its way to the link.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) packet: Packet,
    pub(crate) note: Option<Note>,
    /// The terminal waits for its end.
    pub(crate) awaited: bool,
}

/// What is true of a message when it is said once more: that it was lost is not, that it is not so is.
fn kept(note: Option<Note>) -> Option<Note> {
    note.filter(|note| *note == Note::Corrupted)
}

impl Device {
    /// Sends what the terminal says, or what the faults leave of it.
    pub(crate) fn say(&mut self, now: Moment, packet: Packet, command: Option<CommandName>, awaited: bool) {
        let mut message = Message { packet, note: None, awaited };
        if awaited && self.faults.take_lost_answer(command) {
            self.event(Event::Fault { name: "lose-answer".to_owned() });
            message.note = Some(Note::Lost);
        }
        let (mut before, mut after, mut held) = (Vec::new(), Vec::new(), None);
        for hit in self.message_hits(&message.packet, command) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            let extra = |packet, note| Message { packet, note, awaited: false };
            match hit.trick {
                Trick::RepeatResult | Trick::RepeatEvent => {
                    after.push(extra(message.packet.clone(), kept(message.note)));
                }
                Trick::StaleResult => {
                    before.extend(self.last_result.clone().map(|(packet, note)| extra(packet, note)));
                }
                Trick::UnsolicitedResult => {
                    before.extend(tamper::unsolicited(&message.packet).map(|packet| extra(packet, None)));
                }
                Trick::EventAfterFinal => {
                    after.extend(tamper::event_after(&message.packet).map(|packet| extra(packet, None)));
                }
                Trick::LateAnswer => held = Some(now + hit.lasting.map_or(Duration::from_secs(90), |span| span.0)),
                Trick::LoseEvent => message.note = Some(Note::Lost),
                Trick::SeqReset => self.link.restart_seq(),
                Trick::SwapEvents => {
                    self.swapped = Some(message);
                    return;
                }
                _ => {
                    let before = message.packet.clone();
                    message.note = tamper::message(&hit, &mut message.packet).or(message.note);
                    if hit.trick == Trick::MalformedJson {
                        // What was spoilt before is meant as it was then.
                        let meant = self.meant.take().filter(|(data, _)| *data == before.data);
                        let meant = meant.map(|(_, meant)| meant);
                        let meant = meant.unwrap_or_else(|| before.json().map_or(Value::Null, Value::Object));
                        self.meant = Some((message.packet.data.clone(), meant));
                    }
                }
            }
        }
        if message.packet.kind == Kind::Result {
            self.last_result = Some((message.packet.clone(), kept(message.note)));
        }
        for message in before {
            self.give(now, message);
        }
        match held {
            Some(until) => self.held.push((until, message)),
            None => self.give(now, message),
        }
        for message in after.into_iter().chain(self.swapped.take()) {
            self.give(now, message);
        }
    }

    fn message_hits(&mut self, packet: &Packet, command: Option<CommandName>) -> Vec<Hit> {
        let fits = |trick: Trick| trick.stage() == Stage::Message || trick == Trick::SeqReset;
        if !self.faults.has(fits) {
            return Vec::new();
        }
        let object = packet.json().unwrap_or_default();
        let event = object.get("eventCode").and_then(Value::as_str);
        let command = command.map(CommandName::as_str);
        let target = Target { command, event, ..Target::of(Direction::ToPos, Some(packet.kind)) };
        self.faults.hits(fits, target)
    }

    pub(crate) fn give(&mut self, now: Moment, message: Message) {
        let Message { packet, note, awaited } = message;
        if packet.kind == Kind::Result {
            self.awaited.push_back(awaited);
        }
        self.link.handle(now, LinkInput::Send { packet, note });
    }
}
