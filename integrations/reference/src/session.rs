//! The session at the terminal, and the exchange of one command for its result.

use std::time::Duration;

use serde_json::json;
use wire::edc::{Command, CommandResult, Hello, HelloAnswer, InitCode, Invocation, Kind, Packet, caller_timeout};

use crate::fault::Fault;
use crate::port::Delivery;
use crate::till::{Happening, Till, names, result_of};

const SECOND: Duration = Duration::from_secs(1);
/// Three sends with three seconds each, and time to answer.
const HELLO_WAIT: Duration = Duration::from_secs(14);
/// A little longer than the port tries before it gives up.
const LINE_WAIT: Duration = Duration::from_secs(32);

/// What came of a command.
pub(crate) enum Exchange {
    Result(CommandResult),
    /// Something came in its place that cannot be read.
    Unreadable,
    /// Each sending was refused: the terminal never took it.
    Refused,
    /// No byte of it left.
    NotSent,
    /// The caller's time-out passed.
    Silence,
}

impl Till {
    /// Sends a command that moves no money and waits for its result: none when it did not come or cannot be read.
    pub(crate) async fn ask(&mut self, order: &str, command: Command) -> Option<CommandResult> {
        let wait = caller_timeout(command.name(), 0);
        let id = self.merchant.new_id(order);
        let mut packet = Invocation { id: id.clone(), command }.packet();
        if self.merchant.has(Fault::OwnCommandName)
            && let Ok(mut object) = packet.json()
        {
            object.insert("commandName".to_owned(), json!("InquiryTransaction"));
            packet = Packet::new(Kind::Command, &object);
        }
        match self.exchange(&id, packet, wait).await {
            Exchange::Result(result) => Some(result),
            _ => None,
        }
    }

    /// Sends a command once and waits for its result.
    pub(crate) async fn exchange(&mut self, id: &str, packet: Packet, wait: Duration) -> Exchange {
        let mut until = self.merchant.now() + wait;
        let token = self.port.send(packet);
        let mut is_delivered = false;
        loop {
            match self.next(Some(until), false).await {
                Happening::Packet(packet) if packet.kind == Kind::Result && names(&packet, id) => {
                    return result_of(&packet).map_or(Exchange::Unreadable, Exchange::Result);
                }
                // Whose it was cannot be read; only ours is awaited. What came before the command got there answers another.
                Happening::Packet(packet) if is_delivered && packet.kind == Kind::Result && packet.json().is_err() => {
                    return Exchange::Unreadable;
                }
                Happening::Delivery(sent, Delivery::Refused) if sent == token => return Exchange::Refused,
                Happening::Delivery(sent, Delivery::NotSent) if sent == token => return Exchange::NotSent,
                Happening::Delivery(sent, Delivery::Acknowledged) if sent == token => {
                    is_delivered = true;
                    // It may have waited behind another frame: the terminal has as long from now on.
                    until = self.merchant.now() + wait;
                }
                Happening::TimedOut => return Exchange::Silence,
                other => self.aside(other),
            }
        }
    }

    /// Gets a session: patiently, since nothing was sent yet that could have cost anything.
    pub(crate) async fn greet(&mut self) -> Result<(), String> {
        let (mut refusals, mut silences) = (0, 0);
        loop {
            match self.hello().await {
                Some(InitCode::InitSuccess) => return Ok(()),
                Some(InitCode::InitParamError) => return Err("the terminal refuses our merchantId".to_owned()),
                Some(InitCode::InitFailed) if refusals < 5 => refusals += 1,
                Some(InitCode::InitFailed) => return Err("the terminal cannot be initialised".to_owned()),
                None if silences < 2 => silences += 1,
                None => return Err("the terminal does not answer".to_owned()),
            }
            self.wait(SECOND).await;
        }
    }

    /// One hello, and the terminal's answer if there is one.
    pub(crate) async fn hello(&mut self) -> Option<InitCode> {
        if !self.is_open {
            self.port.wake();
            let until = self.merchant.now() + LINE_WAIT;
            while !self.is_open {
                match self.next(Some(until), false).await {
                    Happening::TimedOut => return None,
                    other => self.aside(other),
                }
            }
        }
        let hello = Hello { merchant_id: self.config.merchant_id.clone(), built_in_dialog: false };
        let token = self.port.send(hello.packet());
        let until = self.merchant.now() + HELLO_WAIT;
        loop {
            match self.next(Some(until), false).await {
                Happening::Packet(packet) if packet.kind == Kind::Hello => {
                    let answer: HelloAnswer = serde_json::from_slice(&packet.data).ok()?;
                    self.session = answer.code == InitCode::InitSuccess;
                    return Some(answer.code);
                }
                Happening::Delivery(sent, delivery) if sent == token && delivery != Delivery::Acknowledged => {
                    return None;
                }
                Happening::TimedOut => return None,
                Happening::Line if !self.is_open => return None,
                other => self.aside(other),
            }
        }
    }
}
