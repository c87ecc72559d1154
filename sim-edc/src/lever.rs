//! The levers: what an operator does to a device while it runs, by the control API or by a changed script file.
//!
//! Pure like the device, and like every input it takes effect at once, between two others. A new script replaces what is
//! still to come: the queues of cardholder and host, the faults, the settings. What has begun goes on (a card that is on
//! its way, an answer that the host is about to give), and so do records, requestIds and session.

use std::time::Duration;

use bytes::Bytes;
use wire::hex::HexBytes;
use wire::time::{Moment, Span};

use crate::cardholder::CardholderAction;
use crate::device::{Device, Output};
use crate::event::Event;
use crate::fault::Faults;
use crate::script::Script;
use crate::settings::Settings;
use crate::state::State;
use crate::terminal::{Terminal, TerminalInput};
use crate::timer::Timer;
use crate::transition::Cause;

/// What an operator does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lever {
    /// Gives the terminal another script.
    Script(Box<Script>),
    /// Gives it other settings; the rest of the script goes on.
    Settings(Box<Settings>),
    /// Is the cardholder, now: how long the action says it takes is not waited for.
    Cardholder(CardholderAction),
    /// Takes the power away.
    PowerOff,
    /// Gives it back.
    PowerOn,
    /// Pulls the cable.
    Unplug,
    /// Plugs it in again.
    Plug,
    /// Puts bytes on the line to the POS, as they are.
    Say(Bytes),
}

/// A lever that does nothing where the terminal is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Stuck(String);

impl Device {
    /// Pulls a lever. Then [`Device::poll`] until it returns nothing.
    ///
    /// # Errors
    /// Nothing happens, since it makes no sense now; the text says what would.
    pub fn pull(&mut self, now: Moment, lever: Lever) -> Result<(), Stuck> {
        match lever {
            Lever::Script(script) => {
                self.operated("another script");
                self.faults = Faults::new(script.faults.clone());
                self.terminal.follow(&script);
                self.script = *script;
            }
            Lever::Settings(settings) => {
                self.operated("other settings");
                self.terminal.set_up(&settings);
                self.script.settings = *settings;
            }
            Lever::Cardholder(action) => {
                self.terminal.expects(&action)?;
                self.operated(&format!("cardholder {}", serde_json::to_string(&action).unwrap_or_default()));
                self.terminal.press(now, &action, &mut self.faults);
            }
            Lever::PowerOff => {
                if self.terminal.state == State::Off {
                    return Err(Stuck("the terminal is off already".to_owned()));
                }
                self.operated("power off");
                self.terminal.stop_dead(now, "power-loss", Cause::PowerLost, None);
            }
            Lever::PowerOn => {
                if self.terminal.state != State::Off {
                    return Err(Stuck(format!(
                        "the terminal is on already (state {}); to start it again, switch it off first",
                        self.terminal.state
                    )));
                }
                self.operated("power on");
                self.terminal.timers.set(Timer::PowerReturns, now);
                self.terminal.handle(now, TerminalInput::Timeout, &mut self.faults);
            }
            Lever::Unplug => {
                if !self.is_plugged {
                    return Err(Stuck("the line is unplugged already".to_owned()));
                }
                self.operated("unplug");
                self.unplug(now, None);
            }
            Lever::Plug => {
                if self.is_plugged {
                    return Err(Stuck("the line is plugged in already".to_owned()));
                }
                self.operated("plug");
                self.plug();
            }
            Lever::Say(bytes) => {
                if !self.is_plugged {
                    return Err(Stuck("the line is unplugged; plug it in first".to_owned()));
                }
                self.operated(&format!("{} raw bytes", bytes.len()));
                self.event(Event::OnWire { raw: HexBytes(bytes.clone()) });
                self.outbox.push(now, Duration::ZERO, bytes);
            }
        }
        self.finish(now);
        Ok(())
    }

    /// Takes the line away; it comes back by itself only when it is said when.
    pub(crate) fn unplug(&mut self, now: Moment, lasting: Option<Span>) {
        self.is_plugged = false;
        self.plug_at = lasting.map(|span| now + span.0);
        self.out.push_back(Output::Unplug);
    }

    /// Gives the line back.
    pub(crate) fn plug(&mut self) {
        self.is_plugged = true;
        self.plug_at = None;
        self.event(Event::Plugged);
        self.out.push_back(Output::Plug);
    }

    fn operated(&mut self, what: &str) {
        self.out.push_back(Output::Event(Event::Operated { what: what.to_owned() }));
    }
}

impl Terminal {
    /// Goes on by another script.
    fn follow(&mut self, script: &Script) {
        *self = Self {
            state: self.state,
            journal: std::mem::take(&mut self.journal),
            timers: self.timers.clone(),
            session: self.session.take(),
            payment: self.payment.take(),
            unsettled: self.unsettled,
            next_action: self.next_action.take(),
            next_answer: self.next_answer.take(),
            instead: std::mem::take(&mut self.instead),
            out: std::mem::take(&mut self.out),
            ..Self::new(script)
        };
    }

    /// Goes on with other settings.
    fn set_up(&mut self, settings: &Settings) {
        let fresh = Self::new(&Script { settings: settings.clone(), ..Script::default() });
        self.settings = fresh.settings;
        self.clerk = fresh.clerk;
    }

    /// Whether the terminal waits for what a cardholder would do.
    fn expects(&self, action: &CardholderAction) -> Result<(), Stuck> {
        if matches!(action, CardholderAction::On { .. }) {
            return Err(Stuck("`on` waits for an event; it belongs into a script, not under the hand".to_owned()));
        }
        if action.fits(self.state) {
            return Ok(());
        }
        Err(Stuck(format!("the terminal waits for {} (state {})", self.state.waits_for(), self.state)))
    }

    /// The cardholder does something now, instead of what he was about to do.
    fn press(&mut self, now: Moment, action: &CardholderAction, faults: &mut Faults) {
        self.timers.stop(Timer::Cardholder);
        self.next_action = None;
        self.cardholder_acts(now, action, faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;

    #[test]
    fn bytes_that_an_operator_puts_on_the_line_go_out_as_they_are_unless_it_is_unplugged() {
        let mut device = Device::new(Profile::Stx, &Script::default());
        let bytes = Bytes::from_static(b"\x02\xff");
        device.pull(Moment::WORLD_START, Lever::Say(bytes.clone())).unwrap();
        let said: Vec<_> = std::iter::from_fn(|| device.poll()).collect();
        assert!(said.contains(&Output::Transmit(bytes.clone())));
        assert!(said.contains(&Output::Event(Event::OnWire { raw: HexBytes(bytes.clone()) })));
        device.pull(Moment::WORLD_START, Lever::Unplug).unwrap();
        assert!(device.pull(Moment::WORLD_START, Lever::Say(bytes)).unwrap_err().to_string().contains("unplugged"));
    }
}
