//! The whole device, still pure: link and terminal together, with the power, and the faults of messages and line.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use wire::clock::Deadlines;
use wire::edc::{ACK, CommandName, Kind, Packet};
use wire::hex::HexBytes;
use wire::time::Moment;

use crate::event::{Direction, Event, Note};
use crate::fault::{Faults, Hit, Target};
use crate::journal::{Journal, Kept};
use crate::link::{Link, LinkInput, LinkOutput, Profile, Verdict};
use crate::outbox::Outbox;
use crate::script::Script;
use crate::tamper;
use crate::terminal::{Terminal, TerminalInput, TerminalOutput};
use crate::trouble::{Stage, Trick};

/// What the device is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A client opened the line.
    Opened,
    /// Bytes arrived.
    Bytes(Bytes),
    /// The client closed the line.
    Closed,
    /// A deadline may have passed.
    Timeout,
}

/// What the device wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Keep this where it survives. It comes before every byte that tells of it: carry outputs out in order.
    Store(Kept),
    /// Put bytes on the wire.
    Transmit(Bytes),
    /// The line is unplugged: whoever has it open loses it, and nobody can open it.
    Unplug,
    /// The line is plugged in again.
    Plug,
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Device {
    link: Link,
    pub(crate) terminal: Terminal,
    pub(crate) faults: Faults,
    /// As it was given.
    pub(crate) script: Script,
    outbox: Outbox,
    /// Messages that a fault holds back, until when.
    held: Vec<(Moment, Message)>,
    /// An event that comes after the next message.
    swapped: Option<Message>,
    /// For each result that the link has: whether the terminal waits for its end.
    awaited: VecDeque<bool>,
    last_result: Option<Packet>,
    last_frame: Bytes,
    /// A message that is no JSON any more, and what it was: a trace shall tell whose it is.
    meant: Option<(Bytes, Value)>,
    is_open: bool,
    pub(crate) is_plugged: bool,
    pub(crate) plug_at: Option<Moment>,
    pub(crate) out: VecDeque<Output>,
}

/// A message on its way to the link.
#[derive(Debug, Clone)]
struct Message {
    packet: Packet,
    note: Option<Note>,
    /// The terminal waits for its end.
    awaited: bool,
}

impl Device {
    /// A device that is powered on and idle.
    #[must_use]
    pub fn new(profile: Profile, script: &Script) -> Self {
        Self {
            link: Link::new(profile),
            terminal: Terminal::new(script),
            faults: Faults::new(script.faults.clone()),
            script: script.clone(),
            outbox: Outbox::default(),
            held: Vec::new(),
            swapped: None,
            awaited: VecDeque::new(),
            last_result: None,
            last_frame: Bytes::new(),
            meant: None,
            is_open: false,
            is_plugged: true,
            plug_at: None,
            out: VecDeque::new(),
        }
    }

    /// The same device, with what an earlier one left behind.
    #[must_use]
    pub fn with_journal(mut self, journal: Journal) -> Self {
        self.terminal.journal = journal;
        self
    }

    /// Takes an input. Then [`Device::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: Input) {
        match input {
            Input::Opened => {
                self.is_open = true;
                self.event(Event::Opened);
                self.stale_bytes(now);
            }
            Input::Closed => {
                self.is_open = false;
                self.event(Event::Closed);
                self.outbox.clear();
                self.link.handle(now, LinkInput::Closed);
            }
            // Without power nobody listens.
            Input::Bytes(_) if self.terminal.state().is_deaf() => {}
            Input::Bytes(bytes) => {
                let bytes = self.disturbed(bytes);
                self.link.handle(now, LinkInput::Bytes(&bytes));
            }
            Input::Timeout => {
                self.link.handle(now, LinkInput::Timeout);
                self.terminal.handle(now, TerminalInput::Timeout, &mut self.faults);
                self.release(now);
            }
        }
        self.finish(now);
    }

    /// Ends every input: what it set going goes as far as it can, and what is due goes out.
    pub(crate) fn finish(&mut self, now: Moment) {
        self.settle(now);
        while let Some(bytes) = self.outbox.take(now) {
            self.out.push_back(Output::Transmit(bytes));
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When to call [`Device::handle`] with a timeout.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        let held = self.held.iter().map(|(at, _)| *at).min();
        let own = [held, self.plug_at, self.outbox.next()].into_iter().flatten().min();
        // Nobody can acknowledge anything on a line that is closed: waiting for it is the simulated world's affair.
        let link = match self.link.deadlines() {
            waiting if self.is_open => waiting,
            waiting => Deadlines { world: waiting.next(), peer: None },
        };
        link.and(self.terminal.deadlines()).and(Deadlines { world: own, peer: None })
    }

    /// The script as it was last given.
    #[must_use]
    pub const fn script(&self) -> &Script {
        &self.script
    }

    /// Whether a client has the line open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether the line is plugged in.
    #[must_use]
    pub const fn is_plugged(&self) -> bool {
        self.is_plugged
    }

    /// The terminal inside.
    #[must_use]
    pub const fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Carries messages between link and terminal until both have nothing more to say.
    fn settle(&mut self, now: Moment) {
        loop {
            self.out.extend(self.terminal.journal.take_unsaved().into_iter().map(Output::Store));
            if let Some(output) = self.terminal.poll() {
                self.terminal_wants(now, output);
            } else if let Some(output) = self.link.poll() {
                self.link_wants(now, output);
            } else {
                return;
            }
        }
    }

    fn terminal_wants(&mut self, now: Moment, output: TerminalOutput) {
        match output {
            TerminalOutput::Send(packet) => self.say(now, packet, None, false),
            TerminalOutput::Result { packet, command } => self.say(now, packet, command, true),
            TerminalOutput::PowerLost => {
                self.link.reset();
                self.outbox.clear();
                self.held.clear();
                self.swapped = None;
                self.awaited.clear();
            }
            TerminalOutput::Unplug { lasting } => {
                self.event(Event::Fault { name: Trick::Unplug.word().to_owned() });
                self.unplug(now, lasting);
            }
            TerminalOutput::Event(event) => self.event(event),
        }
    }

    /// Sends what the terminal says, or what the faults leave of it.
    fn say(&mut self, now: Moment, packet: Packet, command: Option<CommandName>, awaited: bool) {
        let mut message = Message { packet, note: None, awaited };
        if awaited && self.faults.take_lost_answer(command) {
            self.event(Event::Fault { name: "lose-answer".to_owned() });
            message.note = Some(Note::Lost);
        }
        let (mut before, mut after, mut held) = (Vec::new(), Vec::new(), None);
        for hit in self.message_hits(&message.packet, command) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            let extra = |packet| Message { packet, note: None, awaited: false };
            match hit.trick {
                Trick::RepeatResult | Trick::RepeatEvent => after.push(extra(message.packet.clone())),
                Trick::StaleResult => before.extend(self.last_result.clone().map(extra)),
                Trick::UnsolicitedResult => before.extend(tamper::unsolicited(&message.packet).map(extra)),
                Trick::EventAfterFinal => after.extend(tamper::event_after(&message.packet).map(extra)),
                Trick::LateAnswer => held = Some(now + hit.lasting.map_or(Duration::from_secs(90), |span| span.0)),
                Trick::LoseEvent => message.note = Some(Note::Lost),
                Trick::SeqReset => self.link.restart_seq(),
                Trick::SwapEvents => {
                    self.swapped = Some(message);
                    return;
                }
                _ => {
                    let meant = message.packet.json().map_or(Value::Null, Value::Object);
                    message.note = tamper::message(&hit, &mut message.packet).or(message.note);
                    if hit.trick == Trick::MalformedJson {
                        self.meant = Some((message.packet.data.clone(), meant));
                    }
                }
            }
        }
        if message.packet.kind == Kind::Result {
            self.last_result = Some(message.packet.clone());
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
        let object = packet.json().unwrap_or_default();
        let event = object.get("eventCode").and_then(Value::as_str);
        let command = command.map(CommandName::as_str);
        let target = Target { command, event, ..Target::of(Direction::ToPos, Some(packet.kind)) };
        self.faults.hits(|trick| trick.stage() == Stage::Message || trick == Trick::SeqReset, target)
    }

    fn give(&mut self, now: Moment, message: Message) {
        let Message { packet, note, awaited } = message;
        if packet.kind == Kind::Result {
            self.awaited.push_back(awaited);
        }
        self.link.handle(now, LinkInput::Send { packet, note });
    }

    /// What was held back and is due.
    fn release(&mut self, now: Moment) {
        if self.plug_at.is_some_and(|at| at <= now) {
            self.plug();
        }
        let (due, later) = std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at <= now);
        self.held = later;
        let due: Vec<(Moment, Message)> = due;
        for (_, message) in due {
            self.give(now, message);
        }
    }

    fn link_wants(&mut self, now: Moment, output: LinkOutput) {
        match output {
            LinkOutput::Offer { packet, seq, raw } => self.offered(now, packet, seq, raw),
            LinkOutput::Frame { bytes, packet, seq, attempt, note } => {
                self.transmit(now, bytes, &packet, (seq, attempt, note));
            }
            LinkOutput::Byte(byte) => {
                let event = if byte == ACK {
                    Event::Ack { direction: Direction::ToPos, stray: false }
                } else {
                    Event::Nak { direction: Direction::ToPos, stray: false }
                };
                self.event(event);
                self.outbox.push(now, Duration::ZERO, Bytes::copy_from_slice(&[byte]));
            }
            LinkOutput::Settled(Kind::Result) => {
                if self.awaited.pop_front().unwrap_or(false) {
                    self.terminal.handle(now, TerminalInput::ResultSettled, &mut self.faults);
                }
            }
            LinkOutput::Settled(_) => {}
            LinkOutput::Event(event) => self.event(event),
        }
    }

    /// Puts a frame on the line, or what the faults leave of it.
    fn transmit(
        &mut self,
        now: Moment,
        bytes: Bytes,
        packet: &Packet,
        (seq, attempt, note): (Option<u8>, u8, Option<Note>),
    ) {
        // What is said on a line that nobody has open is said to nobody.
        let mut note = if self.is_open { note } else { Some(Note::Lost) };
        let mut pieces = vec![(Duration::ZERO, bytes.clone())];
        let mut merges = false;
        if note != Some(Note::Lost) {
            if let Some(corrupted) = self.faults.take_outgoing(packet.kind) {
                note = Some(corrupted);
                pieces = vec![(Duration::ZERO, tamper::wrong_check(&bytes))];
            }
            let target = Target::of(Direction::ToPos, Some(packet.kind));
            let fits = |trick: Trick| matches!(trick.stage(), Stage::Bytes | Stage::Link) && trick != Trick::SeqReset;
            for hit in self.faults.hits(|trick| fits(trick) && trick != Trick::LateAck, target) {
                self.event(Event::Fault { name: hit.trick.word().to_owned() });
                merges |= hit.trick == Trick::Merge;
                note = tamper::bytes(hit, &mut pieces).or(note);
            }
        }
        let meant = self.meant.as_ref().filter(|(data, _)| *data == packet.data).map(|(_, meant)| meant.clone());
        let json = meant.unwrap_or_else(|| packet.json().map_or(Value::Null, Value::Object));
        self.event(Event::Sent { kind: packet.kind, seq, raw: HexBytes(bytes.clone()), json, attempt, fault: note });
        if note == Some(Note::Lost) {
            return;
        }
        self.last_frame = bytes;
        if merges {
            return self.outbox.keep(pieces.into_iter().map(|(_, bytes)| bytes));
        }
        for (pause, piece) in pieces {
            self.outbox.push(now, pause, piece);
        }
    }

    fn offered(&mut self, now: Moment, packet: Packet, seq: Option<u8>, raw: Bytes) {
        let refused = seq.is_some() && self.faults.take_nak(packet.kind);
        let object = packet.json();
        let json = object.as_ref().map_or(Value::Null, |object| Value::Object(object.clone()));
        self.event(Event::Received { kind: packet.kind, seq, raw: HexBytes(raw), json, repeat: false, refused });
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
        let input = match (packet.kind, object) {
            (Kind::Ping, _) => return self.link.handle(now, LinkInput::Send { packet, note: None }),
            (Kind::Hello, object) => TerminalInput::Hello(object.unwrap_or_default()),
            (Kind::Command, object) => TerminalInput::Command(object.unwrap_or_default()),
            (kind @ (Kind::Result | Kind::Event), _) => {
                return self.event(Event::Refused { reason: format!("a POS does not send a {}", kind.word()) });
            }
        };
        self.terminal.handle(now, input, &mut self.faults);
    }

    /// Bytes from the POS, after what the line did to them. Single signs are let pass: they have faults of their own.
    fn disturbed(&mut self, bytes: Bytes) -> Bytes {
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

    fn stale_bytes(&mut self, now: Moment) {
        if self.last_frame.is_empty() {
            return;
        }
        let target = Target::of(Direction::ToPos, None);
        if let Some(hit) = self.faults.hit(Trick::StaleBytes, target) {
            self.event(Event::Fault { name: hit.trick.word().to_owned() });
            self.outbox.push(now, Duration::ZERO, self.last_frame.slice(self.last_frame.len() / 2..));
        }
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}
