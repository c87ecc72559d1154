//! The terminal's state machine: commands, cardholder, host, records. Pure; the link below it has its own file.
//!
//! Invariants: a successful record is stored before anything tells the POS of it; a command that was accepted gets one
//! final result, unless a fault takes it; START_TRANSACTION comes at most once a Purchase, and never after its
//! CommandCancel succeeded.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value};
use wire::clock::Deadlines;
use wire::edc::{
    BusinessCode, BusinessResult, Command, CommandCode, CommandFault, CommandName, CommandProblem, CommandResult,
    Event as PosEvent, EventCode, Hello, HelloAnswer, InitCode, Invocation, Outcome, Packet, PurchaseRequest, Sale,
    TransactionData,
};
use wire::time::{Moment, Span};

use crate::answer;
use crate::event::Event;
use crate::fault::Faults;
use crate::journal::{Journal, Record, RecordKind};
use crate::script::{Card, CardholderAction, HostAnswer, PowerLossAt, Reversal, Script, Settings};
use crate::state::State;
use crate::timer::{Timer, Timers};

const START_UP: Duration = Duration::from_secs(2);
const READING: Duration = Duration::from_millis(500);
const SIGNATURE_LIMIT: Duration = Duration::from_secs(20);
const HOST_LIMIT: Duration = Duration::from_secs(30);
const REVERSAL_TIME: Duration = Duration::from_secs(2);

/// What the terminal is told.
#[derive(Debug)]
pub enum TerminalInput {
    /// A hello's object.
    Hello(Map<String, Value>),
    /// A command's object.
    Command(Map<String, Value>),
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
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Terminal {
    state: State,
    settings: Settings,
    cardholder: VecDeque<CardholderAction>,
    host: VecDeque<HostAnswer>,
    journal: Journal,
    timers: Timers,
    session: Option<Hello>,
    payment: Option<Payment>,
    /// Results that the link has not settled yet.
    unsettled: usize,
    /// What the cardholder will do when his timer is due.
    next_action: Option<CardholderAction>,
    /// What the host will say when its timer is due.
    next_answer: Option<HostAnswer>,
    out: VecDeque<TerminalOutput>,
}

/// A purchase in progress.
#[derive(Debug)]
struct Payment {
    id: String,
    sale: Sale,
    card: Card,
    signed: bool,
    events: u32,
}

impl Terminal {
    /// A terminal that is powered on, idle, and has never been used.
    #[must_use]
    pub fn new(script: &Script) -> Self {
        Self {
            state: State::Idle,
            settings: script.settings,
            cardholder: script.cardholder.clone().into(),
            host: script.host.clone().into(),
            journal: Journal::default(),
            timers: Timers::default(),
            session: None,
            payment: None,
            unsettled: 0,
            next_action: None,
            next_answer: None,
            out: VecDeque::new(),
        }
    }

    /// Takes an input. Then [`Terminal::poll`] until it returns nothing.
    pub(crate) fn handle(&mut self, now: Moment, input: TerminalInput, faults: &mut Faults) {
        match input {
            _ if self.state == State::Off && !matches!(input, TerminalInput::Timeout) => {}
            TerminalInput::Hello(object) => self.hello(&object),
            TerminalInput::Command(object) => match Invocation::parse(&object) {
                Ok(invocation) => self.command(now, invocation, faults),
                Err(fault) => self.bad_command(&fault),
            },
            TerminalInput::ResultSettled => {
                self.unsettled = self.unsettled.saturating_sub(1);
                if self.state == State::Respond && self.unsettled == 0 {
                    self.go(State::Idle);
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

    /// When to come back with a timeout: all of it is the simulated world's.
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
        let code = match Hello::parse(object) {
            _ if self.state == State::Initializing => InitCode::InitFailed,
            Ok(hello) => {
                self.session = Some(hello);
                InitCode::InitSuccess
            }
            Err(fault) => {
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
        self.answer(known.ok(), CommandResult::command_failed(&fault.id, &fault.name, code));
    }

    fn command(&mut self, now: Moment, invocation: Invocation, faults: &mut Faults) {
        let name = invocation.command.name();
        let fail = |code| CommandResult::command_failed(&invocation.id, name.as_str(), code);
        let refused = match (&invocation.command, self.state) {
            _ if self.settings.require_init && self.session.is_none() => {
                Some((CommandCode::Invalid, "no hello has succeeded yet"))
            }
            (Command::CommandCancel, State::Ready) | (_, State::Idle) => None,
            (Command::CommandCancel, _) => {
                Some((CommandCode::Invalid, "too late to cancel: the card has been read or no payment waits"))
            }
            (_, _) => Some((CommandCode::DeviceBusy, "another command is being carried out")),
        };
        if let Some((code, reason)) = refused {
            self.refuse(format!("{name}: {reason} (state {})", self.state));
            return self.answer(Some(name), fail(code));
        }
        match invocation.command {
            Command::Purchase(request) => self.purchase(now, invocation.id, &request, faults),
            Command::PurchaseCancel(_) => {
                self.refuse("PurchaseCancel is not built yet".to_owned());
                self.answer(Some(name), fail(CommandCode::NotSupport));
            }
            Command::GetLastTransaction => self.last_transaction(invocation.id),
            Command::CommandCancel if self.state == State::Idle => {
                self.refuse("CommandCancel: no payment waits for a card".to_owned());
                self.answer(Some(name), fail(CommandCode::Invalid));
            }
            Command::CommandCancel => {
                self.tell(EventCode::Cancelling);
                let data = TransactionData { result: BusinessResult::success(), ..TransactionData::default() };
                let outcome = Outcome::Success(Box::new(data));
                self.answer(
                    Some(name),
                    CommandResult { id: invocation.id, command_name: name.as_str().to_owned(), outcome },
                );
                self.fail_payment(
                    BusinessCode::ProcessFail,
                    "cancelled by the POS before a card was read",
                    State::Idle,
                );
            }
        }
    }

    fn purchase(&mut self, now: Moment, id: String, request: &PurchaseRequest, faults: &mut Faults) {
        let failed = |data| CommandResult {
            id: id.clone(),
            command_name: CommandName::Purchase.as_str().to_owned(),
            outcome: Outcome::BusinessFailed(Box::new(data)),
        };
        let sale = match request.sale() {
            Ok(sale) => sale,
            Err(error) => {
                self.refuse(error.to_string());
                return self.answer(Some(CommandName::Purchase), failed(answer::illegal(request)));
            }
        };
        if !self.journal.claim(&sale.request_id) {
            self.refuse(format!("requestId {:?} was seen before", sale.request_id));
            let data = answer::failed(&sale, BusinessCode::RepeatReqReject, "an order with this requestId exists");
            return self.answer(Some(CommandName::Purchase), failed(data));
        }
        let expiry = sale.expiry;
        self.payment = Some(Payment { id, sale, card: Card::default(), signed: false, events: 0 });
        self.go(State::Ready);
        self.tell(EventCode::Ready);
        self.timers.set(Timer::CardExpiry, now + expiry);
        self.await_cardholder(now);
        if let Some(lasting) = faults.take_power_loss(PowerLossAt::Ready) {
            self.lose_power(now, lasting);
        }
    }

    fn last_transaction(&mut self, id: String) {
        let outcome = match self.journal.last() {
            Some(record) => {
                let name = match record.kind {
                    RecordKind::Purchase => CommandName::Purchase,
                    RecordKind::PurchaseCancel => CommandName::PurchaseCancel,
                };
                let data = TransactionData { response_command: Some(name.as_str().to_owned()), ..record.data.clone() };
                Outcome::Success(Box::new(data))
            }
            None => {
                let result = BusinessResult::failure(BusinessCode::OrderStatusInvalid);
                Outcome::BusinessFailed(Box::new(TransactionData { result, ..TransactionData::default() }))
            }
        };
        let name = CommandName::GetLastTransaction;
        self.answer(Some(name), CommandResult { id, command_name: name.as_str().to_owned(), outcome });
    }

    fn due(&mut self, now: Moment, timer: Timer, faults: &mut Faults) {
        match (timer, self.state) {
            (Timer::PowerReturns, State::Off) => {
                self.go(State::Initializing);
                self.out.push_back(TerminalOutput::Send(PosEvent::new("", EventCode::DeviceInitialize, 1).packet()));
                self.timers.set(Timer::Initialized, now + START_UP);
            }
            (Timer::Initialized, State::Initializing) => self.go(State::Idle),
            (Timer::Cardholder, State::Ready | State::Sign) => {
                if let Some(action) = self.next_action.take() {
                    self.cardholder_acts(now, &action, faults);
                }
            }
            (Timer::CardExpiry, State::Ready) => {
                self.fail_payment(BusinessCode::ProcessFail, "no card was presented in time", State::Idle);
            }
            (Timer::CardRead, State::CardDetected) => self.card_read(now, faults),
            (Timer::SignatureExpiry, State::Sign) => {
                self.fail_payment(BusinessCode::IdentityVerifyFailed, "no signature was given in time", State::Idle);
            }
            (Timer::HostAnswer, State::Auth) => {
                if let Some(answer) = self.next_answer.take() {
                    self.host_answers(now, &answer, faults);
                }
            }
            (Timer::HostLimit, State::Auth) => {
                self.go(State::Reversing);
                self.timers.set(Timer::Reversal, now + REVERSAL_TIME);
            }
            (Timer::Reversal, State::Reversing) => {
                let reversal = match self.next_answer.take() {
                    Some(HostAnswer::Silent { reversal }) => reversal,
                    _ => Reversal::Done,
                };
                let (code, reason) = match reversal {
                    Reversal::Done => {
                        (BusinessCode::ProcessFail, "no answer from the host; the payment was taken back")
                    }
                    Reversal::Refused => {
                        (BusinessCode::Unknown, "no answer from the host; it refused to take the payment back")
                    }
                    Reversal::Silent => {
                        (BusinessCode::Unknown, "no answer from the host, nor to taking the payment back")
                    }
                };
                self.fail_payment(code, reason, State::Respond);
            }
            // A timer of a state that was left: nothing to do.
            _ => {}
        }
    }

    fn await_cardholder(&mut self, now: Moment) {
        use CardholderAction::{CancelKey, Insert, Nothing, RefuseSignature, Sign};
        let fits = |action: &CardholderAction| match self.state {
            State::Ready => matches!(action, Insert { .. } | CancelKey { .. } | Nothing),
            _ => matches!(action, Sign { .. } | RefuseSignature { .. } | CancelKey { .. } | Nothing),
        };
        // An entry that does not fit waits for its turn; the default applies meanwhile.
        let default = match self.state {
            State::Ready => Insert { card: Card::default(), after: Span::secs(2) },
            _ => Sign { after: Span::secs(3) },
        };
        let action =
            if self.cardholder.front().is_some_and(fits) { self.cardholder.pop_front() } else { Some(default) };
        let after = match action {
            Some(Insert { after, .. } | CancelKey { after } | Sign { after } | RefuseSignature { after }) => after,
            Some(Nothing) | None => return,
        };
        self.next_action = action;
        self.timers.set(Timer::Cardholder, now + after.0);
    }

    fn cardholder_acts(&mut self, now: Moment, action: &CardholderAction, faults: &mut Faults) {
        match action {
            CardholderAction::Insert { card, .. } => {
                self.timers.stop(Timer::CardExpiry);
                if let Some(payment) = &mut self.payment {
                    payment.card = *card;
                }
                self.go(State::CardDetected);
                self.tell(EventCode::CardDetected);
                self.timers.set(Timer::CardRead, now + READING);
            }
            CardholderAction::Sign { .. } => {
                if let Some(payment) = &mut self.payment {
                    payment.signed = true;
                }
                self.authorize(now, faults);
            }
            CardholderAction::RefuseSignature { .. } => {
                self.fail_payment(BusinessCode::ProcessFail, "the cardholder refused to sign", State::Idle);
            }
            CardholderAction::CancelKey { .. } => {
                self.fail_payment(BusinessCode::ProcessFail, "cancelled at the terminal", State::Idle);
            }
            CardholderAction::Nothing => {}
        }
    }

    fn card_read(&mut self, now: Moment, faults: &mut Faults) {
        self.go(State::CardRead);
        self.tell(EventCode::CardReadCompleted);
        if self.payment.as_ref().is_some_and(|p| p.sale.needs_signature()) {
            self.go(State::Sign);
            self.tell(EventCode::PendingSignature);
            self.timers.set(Timer::SignatureExpiry, now + SIGNATURE_LIMIT);
            self.await_cardholder(now);
        } else {
            self.authorize(now, faults);
        }
    }

    fn authorize(&mut self, now: Moment, faults: &mut Faults) {
        self.timers.stop(Timer::SignatureExpiry);
        self.go(State::Auth);
        self.tell(EventCode::StartTransaction);
        if let Some(lasting) = faults.take_power_loss(PowerLossAt::Authorizing) {
            return self.lose_power(now, lasting);
        }
        let answer = self.host.pop_front().unwrap_or(HostAnswer::Approve { after: Span::secs(1) });
        if let HostAnswer::Approve { after } | HostAnswer::Decline { after, .. } = &answer {
            self.timers.set(Timer::HostAnswer, now + after.0);
        }
        self.timers.set(Timer::HostLimit, now + HOST_LIMIT);
        self.next_answer = Some(answer);
    }

    fn host_answers(&mut self, now: Moment, answer: &HostAnswer, faults: &mut Faults) {
        self.timers.stop(Timer::HostLimit);
        match answer {
            HostAnswer::Approve { .. } => {
                let Some(payment) = self.payment.take() else { return };
                let number = u64::try_from(self.journal.records().len()).unwrap_or(u64::MAX).saturating_add(1);
                let data = answer::approved(&payment.sale, payment.card, payment.signed, number);
                // Stored before the first byte of the answer leaves: what is lost after this can be recovered.
                self.record(&payment.sale, data.clone());
                if let Some(lasting) = faults.take_power_loss(PowerLossAt::Approved) {
                    return self.lose_power(now, lasting);
                }
                self.go(State::Respond);
                let outcome = Outcome::Success(Box::new(data));
                let command_name = CommandName::Purchase.as_str().to_owned();
                self.answer(Some(CommandName::Purchase), CommandResult { id: payment.id, command_name, outcome });
            }
            HostAnswer::Decline { code, .. } => {
                if let Some(payment) = self.payment.take() {
                    let data = answer::failed(&payment.sale, *code, code.message());
                    self.record(&payment.sale, data);
                    self.payment = Some(payment);
                }
                self.fail_payment(*code, code.message(), State::Respond);
            }
            HostAnswer::Silent { .. } => {}
        }
    }

    fn record(&mut self, sale: &Sale, data: TransactionData) {
        self.event(Event::Recorded {
            kind: RecordKind::Purchase,
            request_id: sale.request_id.clone(),
            amount: sale.total,
            result_code: data.result.result_code.clone(),
        });
        let request_id = sale.request_id.clone();
        self.journal.store(Record { kind: RecordKind::Purchase, request_id, amount: sale.total, data });
    }

    fn fail_payment(&mut self, code: BusinessCode, reason: &str, next: State) {
        self.timers.stop_all();
        self.next_action = None;
        self.next_answer = None;
        let Some(payment) = self.payment.take() else { return };
        self.go(next);
        let outcome = Outcome::BusinessFailed(Box::new(answer::failed(&payment.sale, code, reason)));
        let command_name = CommandName::Purchase.as_str().to_owned();
        self.answer(Some(CommandName::Purchase), CommandResult { id: payment.id, command_name, outcome });
    }

    fn lose_power(&mut self, now: Moment, lasting: Span) {
        self.event(Event::Fault { name: "power-loss".to_owned() });
        self.timers.stop_all();
        self.session = None;
        self.payment = None;
        self.unsettled = 0;
        self.next_action = None;
        self.next_answer = None;
        self.go(State::Off);
        self.timers.set(Timer::PowerReturns, now + lasting.0);
        self.out.push_back(TerminalOutput::PowerLost);
    }

    fn go(&mut self, to: State) {
        let from = std::mem::replace(&mut self.state, to);
        if from != to {
            self.event(Event::State { from, to });
        }
    }

    /// An event of the payment in progress. The built-in dialog keeps events to itself.
    fn tell(&mut self, code: EventCode) {
        if self.session.as_ref().is_some_and(|s| s.built_in_dialog) {
            return;
        }
        if let Some(payment) = &mut self.payment {
            payment.events += 1;
            let packet = PosEvent::new(&payment.id, code, payment.events).packet();
            self.out.push_back(TerminalOutput::Send(packet));
        }
    }

    fn answer(&mut self, command: Option<CommandName>, result: CommandResult) {
        self.unsettled += 1;
        self.out.push_back(TerminalOutput::Result { packet: result.packet(), command });
    }

    fn refuse(&mut self, reason: String) {
        self.event(Event::Refused { reason });
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(TerminalOutput::Event(event));
    }
}
