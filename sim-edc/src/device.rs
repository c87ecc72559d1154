//! The whole device, still pure: link and terminal together, with the faults between them. What the terminal says goes
//! through `message.rs`, what is on the line through `traffic.rs`; what an operator does is in `lever.rs`.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use wire::clock::Deadlines;
use wire::edc::{ACK, Kind, NAK, Packet};
use wire::time::Moment;

use crate::event::{Direction, Event, Note};
use crate::fault::Faults;
use crate::journal::{Journal, Kept};
use crate::link::{Link, LinkInput, LinkOutput};
use crate::message::Message;
use crate::outbox::Outbox;
use crate::profile::Profile;
use crate::script::Script;
use crate::terminal::{Terminal, TerminalInput, TerminalOutput};
use crate::trouble::Trick;

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
    pub(crate) link: Link,
    pub(crate) terminal: Terminal,
    pub(crate) faults: Faults,
    /// As it was given.
    pub(crate) script: Script,
    pub(crate) outbox: Outbox,
    /// Messages that a fault holds back, until when.
    pub(crate) held: Vec<(Moment, Message)>,
    /// An event that comes after the next message.
    pub(crate) swapped: Option<Message>,
    /// For each result that the link has: whether the terminal waits for its end.
    pub(crate) awaited: VecDeque<bool>,
    pub(crate) last_result: Option<(Packet, Option<Note>)>,
    pub(crate) last_frame: Bytes,
    /// A message that is no JSON any more, and what it was: a trace shall tell whose it is.
    pub(crate) meant: Option<(Bytes, Value)>,
    pub(crate) is_open: bool,
    pub(crate) is_traced: bool,
    pub(crate) is_plugged: bool,
    pub(crate) plug_at: Option<Moment>,
    pub(crate) out: VecDeque<Output>,
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
            is_traced: true,
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

    /// The same device without [`Output::Event`], for who looks at no trace: decoding each message for it again is most
    /// of the work.
    #[must_use]
    pub fn untraced(mut self) -> Self {
        self.is_traced = false;
        self.terminal.is_traced = false;
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
                self.link.handle(now, LinkInput::Bytes(bytes));
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
            while let Some(kept) = self.terminal.journal.take_unsaved() {
                self.out.push_back(Output::Store(kept));
            }
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
                let (event, sign): (_, &'static [u8]) = if byte == ACK {
                    (Event::Ack { direction: Direction::ToPos, stray: false }, &[ACK])
                } else {
                    (Event::Nak { direction: Direction::ToPos, stray: false }, &[NAK])
                };
                self.event(event);
                self.outbox.push(now, Duration::ZERO, Bytes::from_static(sign));
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

    pub(crate) fn event(&mut self, event: Event) {
        if self.is_traced {
            self.out.push_back(Output::Event(event));
        }
    }
}
