//! The terminal itself: what comes in, what goes out, and the one way from state to state. Pure; the link below it has
//! its own file, as have what becomes of a command (`accept.rs`), the course of a payment (`course.rs`) and the table of
//! transitions (`transition.rs`).
//!
//! Invariants: a successful record is stored before anything tells the POS of it; a command that was accepted gets one
//! final result, unless a fault takes it; START_TRANSACTION comes at most once a payment, and never after its
//! CommandCancel succeeded.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};
use wire::clock::Deadlines;
use wire::edc::{
    Command, CommandCode, CommandFault, CommandName, CommandProblem, CommandResult, Event as PosEvent, EventCode,
    Hello, HelloAnswer, InitCode, Invocation, Packet,
};
use wire::time::{Moment, Span};

use crate::answer::{self, Clerk};
use crate::cardholder::CardholderAction;
use crate::event::{Direction, Event};
use crate::fault::{Faults, Target};
use crate::host::HostAnswer;
use crate::instead::{FailureCode, Reply, When};
use crate::journal::Journal;
use crate::payment::Payment;
use crate::plan::Plan;
use crate::recipe::Recipe;
use crate::script::Script;
use crate::settings::Settings;
use crate::state::State;
use crate::timer::{Timer, Timers};
use crate::transition::{Cause, next};
use crate::trouble::Trick;

const START_UP: Duration = Duration::from_secs(2);

/// What the terminal is told.
#[derive(Debug)]
pub enum TerminalInput {
    /// A hello's object.
    Hello(Map<String, Value>),
    /// A command, not yet read.
    Command(Packet),
    /// A result is through, or will never be.
    ResultSettled,
    /// A deadline may have passed.
    Timeout,
}

/// What the terminal wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum TerminalOutput {
    /// Send a message.
    Send(Packet),
    /// Send the final result of a command.
    Result {
        /// The message.
        packet: Packet,
        /// The command it ends, when its name is a documented one.
        command: Option<CommandName>,
    },
    /// The power is gone: whatever the link holds is lost.
    PowerLost,
    /// The line is unplugged.
    Unplug {
        /// How long; for good when this is not said.
        lasting: Option<Span>,
    },
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Terminal {
    pub(crate) state: State,
    pub(crate) settings: Settings,
    pub(crate) clerk: Clerk,
    pub(crate) plan: Plan,
    pub(crate) journal: Journal,
    pub(crate) timers: Timers,
    pub(crate) session: Option<Hello>,
    pub(crate) payment: Option<Payment>,
    /// Results that the link has not settled yet.
    pub(crate) unsettled: usize,
    /// What the cardholder will do when his timer is due.
    pub(crate) next_action: Option<CardholderAction>,
    /// What the host will say when its timer is due.
    pub(crate) next_answer: Option<HostAnswer>,
    /// Commands that are carried out and answered with another code: id, name, and that code.
    pub(crate) instead: Vec<(String, CommandName, CommandCode)>,
    /// Whether anybody wants to know of events.
    pub(crate) is_traced: bool,
    pub(crate) out: VecDeque<TerminalOutput>,
}

impl Terminal {
    /// A terminal that is powered on, idle, and has never been used.
    #[must_use]
    pub fn new(script: &Script) -> Self {
        Self {
            state: State::Idle,
            settings: script.settings.clone(),
            clerk: Clerk::new(&script.settings),
            plan: Plan::new(script),
            journal: Journal::default(),
            timers: Timers::default(),
            session: None,
            payment: None,
            unsettled: 0,
            next_action: None,
            next_answer: None,
            instead: Vec::new(),
            is_traced: true,
            out: VecDeque::new(),
        }
    }

    /// Takes an input. Then [`Terminal::poll`] until it returns nothing.
    pub(crate) fn handle(&mut self, now: Moment, input: TerminalInput, faults: &mut Faults) {
        match input {
            _ if self.state.is_deaf() && !matches!(input, TerminalInput::Timeout) => {}
            TerminalInput::Hello(object) => self.hello(&object),
            TerminalInput::Command(packet) => match Invocation::read(&packet) {
                Ok(invocation) => self.command(now, invocation, faults),
                Err(fault) => self.bad_command(&fault),
            },
            TerminalInput::ResultSettled => {
                self.unsettled = self.unsettled.saturating_sub(1);
                if self.unsettled == 0 {
                    self.step(now, Cause::Settled);
                }
            }
            TerminalInput::Timeout => {
                while let Some(timer) = self.timers.take_due(now) {
                    self.due(now, timer, faults);
                }
            }
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<TerminalOutput> {
        self.out.pop_front()
    }

    /// When to call `handle` with a timeout: all of it is the simulated world's.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        Deadlines { world: self.timers.next(), peer: None }
    }

    /// Where the terminal is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Records and requestIds.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    fn hello(&mut self, object: &Map<String, Value>) {
        let parsed = Hello::parse(object);
        let wanted = self.plan.take_hello().or_else(|| {
            let hello = parsed.as_ref().ok().filter(|_| self.settings.triggers)?;
            Recipe::wanted_by_merchant(&hello.merchant_id)
        });
        let code = match (parsed, wanted) {
            _ if self.state == State::Initializing => InitCode::InitFailed,
            (_, Some(code @ (InitCode::InitFailed | InitCode::InitParamError))) => {
                self.refuse(format!("hello: {code} is wanted"));
                code
            }
            (Ok(hello), _) => {
                self.session = Some(hello);
                InitCode::InitSuccess
            }
            (Err(fault), _) => {
                self.refuse(fault.to_string());
                InitCode::InitParamError
            }
        };
        self.out.push_back(TerminalOutput::Send(HelloAnswer::new(code).packet()));
    }

    fn bad_command(&mut self, fault: &CommandFault) {
        self.refuse(fault.to_string());
        let known = fault.name.parse::<CommandName>();
        let code = match fault.problem {
            CommandProblem::UnknownName => CommandCode::NotSupport,
            _ if self.state != State::Idle && known.is_ok() => CommandCode::DeviceBusy,
            _ => CommandCode::ParamError,
        };
        self.answer(known.ok(), &CommandResult::command_failed(&fault.id, &fault.name, code));
    }

    fn command(&mut self, now: Moment, invocation: Invocation, faults: &mut Faults) {
        let name = invocation.command.name();
        let target = Target { command: Some(name.as_str()), ..Target::of(Direction::ToPos, None) };
        if faults.hit(Trick::Busy, target).is_some() {
            self.event(Event::Fault { name: Trick::Busy.word().to_owned() });
            return self.fail_command(&invocation.id, name, CommandCode::DeviceBusy);
        }
        let refused = match (&invocation.command, self.state) {
            _ if self.settings.require_init && self.session.is_none() => {
                Some((CommandCode::Invalid, "no hello has succeeded yet"))
            }
            (Command::CommandCancel, State::Ready) => None,
            (Command::CommandCancel, _) => {
                Some((CommandCode::Invalid, "nothing waits for a card that could be called off"))
            }
            (_, State::Idle) => None,
            (_, _) => Some((CommandCode::DeviceBusy, "another command is being carried out")),
        };
        if let Some((code, reason)) = refused {
            self.refuse(format!("{name}: {reason} (state {})", self.state));
            return self.fail_command(&invocation.id, name, code);
        }
        if let Some(reply) = self.plan().take_reply(name)
            && self.reply_instead(&invocation, reply)
        {
            return;
        }
        match &invocation.command {
            Command::Purchase(request) => self.purchase(now, &invocation, request, faults),
            Command::PurchaseCancel(request) => self.purchase_cancel(now, &invocation, request, faults),
            Command::GetLastTransaction => self.last_transaction(invocation.id),
            Command::CommandCancel => self.call_off(now, invocation.id, faults),
        }
    }

    fn due(&mut self, now: Moment, timer: Timer, faults: &mut Faults) {
        match timer {
            Timer::PowerReturns => {
                self.step(now, Cause::PowerOn);
                self.step(now, Cause::Restarted);
                self.timers.set(Timer::Initialized, now + START_UP);
            }
            Timer::Initialized => {
                self.step(now, Cause::Initialized);
            }
            Timer::Cardholder => {
                if let Some(action) = self.next_action.take() {
                    self.cardholder_acts(now, &action, faults);
                }
            }
            Timer::CardExpiry => self.nobody_came(now),
            Timer::CardRead => self.card_read(now, faults),
            Timer::SignatureExpiry => self.nobody_signed(now),
            Timer::HostAnswer => {
                if let Some(answer) = self.next_answer.take() {
                    self.host_answers(now, &answer, faults);
                }
            }
            Timer::HostLimit => self.host_is_silent(now),
            Timer::Reversal => self.reversal_ends(now),
        }
    }

    /// Moves as the table of transitions says; false, and nothing happens, when it has no line for this.
    pub(crate) fn step(&mut self, now: Moment, cause: Cause) -> bool {
        let Some(row) = next(self.state, cause) else { return false };
        let from = std::mem::replace(&mut self.state, row.to);
        if from != row.to {
            self.event(Event::State { from, to: row.to });
        }
        if let Some(code) = row.event {
            self.tell(now, code);
        }
        true
    }

    /// An event of the payment in progress. The built-in dialog keeps events to itself; the cardholder sees them anyway.
    fn tell(&mut self, now: Moment, code: EventCode) {
        if let Some(action) = self.plan().cardholder.heard(code) {
            self.expect(now, action);
        }
        if self.session.as_ref().is_some_and(|s| s.built_in_dialog) {
            return;
        }
        let packet = match &mut self.payment {
            Some(payment) => {
                payment.events += 1;
                PosEvent::packet_of(&payment.id, code, payment.events)
            }
            None => PosEvent::packet_of("", code, 1),
        };
        self.out.push_back(TerminalOutput::Send(packet));
    }

    /// The cardholder will do something.
    pub(crate) fn expect(&mut self, now: Moment, action: CardholderAction) {
        if let Some(after) = action.after() {
            self.timers.set(Timer::Cardholder, now + after.0);
            self.next_action = Some(action);
        }
    }

    pub(crate) fn fail_command(&mut self, id: &str, name: CommandName, code: CommandCode) {
        self.answer(Some(name), &CommandResult::command_failed(id, name.as_str(), code));
    }

    /// What applies now: what a trigger brought along for this payment, else the script.
    pub(crate) fn plan(&mut self) -> &mut Plan {
        match &mut self.payment {
            Some(Payment { plan: Some(plan), .. }) => plan,
            _ => &mut self.plan,
        }
    }

    /// Answers a command with a code that is wanted. False when it shall be carried out first.
    pub(crate) fn reply_instead(&mut self, invocation: &Invocation, reply: Reply) -> bool {
        let (id, name) = (&invocation.id, invocation.command.name());
        match (reply.code, reply.when) {
            (FailureCode::Command(code), When::InTheEnd) => {
                self.instead.push((id.clone(), name, code));
                return false;
            }
            (FailureCode::Command(code), When::AtOnce) => {
                self.refuse(format!("{name}: {code} is wanted"));
                self.fail_command(id, name, code);
            }
            (FailureCode::Business(code), _) => {
                self.refuse(format!("{name}: {code} is wanted"));
                self.refuse_business(id, name, answer::instead(&invocation.command, code));
            }
        }
        true
    }

    pub(crate) fn answer(&mut self, command: Option<CommandName>, result: &CommandResult) {
        self.answer_with(command, &result.id, || result.packet());
    }

    /// Answers a command with a packet, unless something else is wanted.
    pub(crate) fn answer_with(&mut self, command: Option<CommandName>, id: &str, packet: impl FnOnce() -> Packet) {
        self.unsettled += 1;
        let ends = |(of, name, _): &(String, CommandName, CommandCode)| of == id && command == Some(*name);
        let packet = match self.instead.iter().position(ends).map(|index| self.instead.remove(index)) {
            Some((id, name, code)) => {
                self.event(Event::Fault { name: "answers".to_owned() });
                CommandResult::command_failed(&id, name.as_str(), code).packet()
            }
            None => packet(),
        };
        self.out.push_back(TerminalOutput::Result { packet, command });
    }

    pub(crate) fn refuse(&mut self, reason: String) {
        self.event(Event::Refused { reason });
    }

    pub(crate) fn event(&mut self, event: Event) {
        if self.is_traced {
            self.out.push_back(TerminalOutput::Event(event));
        }
    }

    pub(crate) fn say(&mut self, output: TerminalOutput) {
        self.out.push_back(output);
    }
}
