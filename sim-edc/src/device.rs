//! The whole device, still pure: link and terminal together, with the power and the faults of the line.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::Value;
use wire::clock::Deadlines;
use wire::edc::{ACK, Kind, Packet};
use wire::hex::HexBytes;
use wire::time::Moment;

use crate::event::{Direction, Event, Note};
use crate::fault::Faults;
use crate::link::{Link, LinkInput, LinkOutput, Profile, Verdict};
use crate::script::Script;
use crate::terminal::{Terminal, TerminalInput, TerminalOutput};

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
    /// Put bytes on the wire.
    Transmit(Bytes),
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Device {
    link: Link,
    terminal: Terminal,
    faults: Faults,
    out: VecDeque<Output>,
}

impl Device {
    /// A device that is powered on and idle.
    #[must_use]
    pub fn new(profile: Profile, script: &Script) -> Self {
        Self {
            link: Link::new(profile),
            terminal: Terminal::new(script),
            faults: Faults::new(script.faults.clone()),
            out: VecDeque::new(),
        }
    }

    /// Takes an input. Then [`Device::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: Input) {
        match input {
            Input::Opened => self.event(Event::Opened),
            Input::Closed => {
                self.event(Event::Closed);
                self.link.handle(now, LinkInput::Closed);
            }
            // Without power nobody listens.
            Input::Bytes(_) if self.terminal.state().is_deaf() => {}
            Input::Bytes(bytes) => self.link.handle(now, LinkInput::Bytes(&bytes)),
            Input::Timeout => {
                self.link.handle(now, LinkInput::Timeout);
                self.terminal.handle(now, TerminalInput::Timeout, &mut self.faults);
            }
        }
        self.settle(now);
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When to call [`Device::handle`] with a timeout.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        self.link.deadlines().and(self.terminal.deadlines())
    }

    /// The terminal inside.
    #[must_use]
    pub const fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Carries messages between link and terminal until both have nothing more to say.
    fn settle(&mut self, now: Moment) {
        loop {
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
            TerminalOutput::Send(packet) => self.link.handle(now, LinkInput::Send { packet, unheard: false }),
            TerminalOutput::Result { packet, command } => {
                let unheard = self.faults.take_lost_answer(command);
                if unheard {
                    self.event(Event::Fault { name: "lose-answer".to_owned() });
                }
                self.link.handle(now, LinkInput::Send { packet, unheard });
            }
            TerminalOutput::PowerLost => self.link.reset(),
            TerminalOutput::Event(event) => self.event(event),
        }
    }

    fn link_wants(&mut self, now: Moment, output: LinkOutput) {
        match output {
            LinkOutput::Offer { packet, seq, raw } => self.offered(now, packet, seq, raw),
            LinkOutput::Frame { bytes, packet, seq, attempt, unheard } => {
                let fault = if unheard { Some(Note::Lost) } else { self.faults.take_outgoing(packet.kind) };
                let json = packet.json().map_or(Value::Null, Value::Object);
                self.event(Event::Sent { kind: packet.kind, seq, raw: HexBytes(bytes.clone()), json, attempt, fault });
                match fault {
                    None => self.out.push_back(Output::Transmit(bytes)),
                    Some(Note::Lost) => {}
                    Some(Note::Corrupted) => self.out.push_back(Output::Transmit(corrupt(&bytes))),
                }
            }
            LinkOutput::Byte(byte) => {
                let event = if byte == ACK {
                    Event::Ack { direction: Direction::ToPos, stray: false }
                } else {
                    Event::Nak { direction: Direction::ToPos, stray: false }
                };
                self.event(event);
                self.out.push_back(Output::Transmit(Bytes::copy_from_slice(&[byte])));
            }
            LinkOutput::Settled(Kind::Result) => {
                self.terminal.handle(now, TerminalInput::ResultSettled, &mut self.faults)
            }
            LinkOutput::Settled(_) => {}
            LinkOutput::Event(event) => self.event(event),
        }
    }

    fn offered(&mut self, now: Moment, packet: Packet, seq: Option<u8>, raw: Bytes) {
        let refused = seq.is_some() && self.faults.take_nak(packet.kind);
        let object = packet.json();
        let json = object.as_ref().map_or(Value::Null, |object| Value::Object(object.clone()));
        self.event(Event::Received { kind: packet.kind, seq, raw: HexBytes(raw), json, repeat: false, refused });
        let verdict = if refused {
            self.event(Event::Fault { name: "nak-command".to_owned() });
            Verdict::Refuse
        } else if self.faults.take_lost_ack(packet.kind) {
            self.event(Event::Fault { name: "lose-ack".to_owned() });
            Verdict::AcceptSilently
        } else {
            Verdict::Accept
        };
        self.link.handle(now, LinkInput::Answer(verdict));
        if refused {
            return;
        }
        let input = match (packet.kind, object) {
            (Kind::Ping, _) => return self.link.handle(now, LinkInput::Send { packet, unheard: false }),
            (Kind::Hello, object) => TerminalInput::Hello(object.unwrap_or_default()),
            (Kind::Command, object) => TerminalInput::Command(object.unwrap_or_default()),
            (kind @ (Kind::Result | Kind::Event), _) => {
                return self.event(Event::Refused { reason: format!("a POS does not send a {}", kind.word()) });
            }
        };
        self.terminal.handle(now, input, &mut self.faults);
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}

/// The same frame with a check that is wrong.
fn corrupt(frame: &[u8]) -> Bytes {
    let mut bytes = frame.to_vec();
    if let Some(last) = bytes.last_mut() {
        *last ^= 0x01;
    }
    bytes.into()
}
