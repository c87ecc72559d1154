//! The till: one sale or refund at a time at the card terminal.
//!
//! A sale goes: hello if there is no session (`session.rs`), Purchase, wait for the result (`purchase.rs`). Whatever
//! leaves it open whether money came in goes to recovery (`recovery.rs`). Purchase is sent again only when the terminal
//! said that it did not take it. Refunds are in `purchase_cancel.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use wire::edc::{BusinessCode, CommandName, CommandResult, Event, EventCode, Kind, Packet};
use wire::money::{Currency, Money};
use wire::time::Moment;

use crate::book::{BookError, Evidence};
use crate::fault::Fault;
use crate::json_text::JsonText;
use crate::merchant::Merchant;
use crate::order::{By, Order, OrderState};
use crate::port::{Delivery, Heard, Port, Profile};
use crate::purchase::Went;
use crate::verdict::{self, Verdict};

const SECOND: Duration = Duration::from_secs(1);
const LARGEST_KRW: u64 = 999_999_999;
/// The faults of a till that, once it has given an order up, does not listen to what comes for it any more.
const GIVES_UP: &[Fault] = &[
    Fault::BadFrameEndsTheSale,
    Fault::CashierIsBelieved,
    Fault::CommandInvalidIsCancelled,
    Fault::CountdownEndsTheSale,
    Fault::CountdownNotStopped,
    Fault::EventsInOrderOnly,
    Fault::GivesUpWithoutAck,
    Fault::RestartForgets,
    Fault::SignatureTimeForgotten,
    Fault::StrayNakIsARefusal,
    Fault::TryAgainFailsTheSale,
    Fault::UnknownEventIsAnError,
];

/// Where the terminal is and which ids to pay through.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TerminalConfig {
    pub(crate) port: String,
    pub(crate) profile: Profile,
    pub(crate) merchant_id: String,
    pub(crate) terminal_id: String,
    pub(crate) registration_no: String,
}

/// The handle of the till: what can be asked of it.
#[derive(Clone)]
pub(crate) struct TillHandle {
    pub(crate) sales: mpsc::Sender<String>,
    pub(crate) cancels: mpsc::Sender<Request>,
    pub(crate) refunds: mpsc::Sender<Request>,
}

/// Somebody wants an order called off or given back; answered when it is known whether it is.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) order: String,
    /// When it was asked.
    pub(crate) at: Moment,
    pub(crate) done: oneshot::Sender<()>,
}

/// The till itself: run it in a task.
pub(crate) struct Till {
    pub(crate) merchant: Arc<Merchant>,
    pub(crate) config: TerminalConfig,
    pub(crate) port: Port,
    /// Orders in the queue.
    sales: mpsc::Receiver<String>,
    cancels: mpsc::Receiver<Request>,
    refunds: mpsc::Receiver<Request>,
    pub(crate) is_open: bool,
    /// Whether a hello succeeded on this line, at this terminal's uptime.
    pub(crate) session: bool,
    current: Option<String>,
    /// What is kept nowhere else, for the fault that does so.
    pub(crate) remembered: BTreeMap<String, String>,
}

/// What happened while the till waited.
pub(crate) enum Happening {
    Packet(Packet),
    Delivery(u64, Delivery),
    Cancel(Request),
    Refund(Request),
    Sale(String),
    /// The line opened or closed.
    Line,
    TimedOut,
}

impl Till {
    pub(crate) fn new(merchant: Arc<Merchant>, config: TerminalConfig) -> (Self, TillHandle) {
        let (sales_in, sales) = mpsc::channel(256);
        let (cancels_in, cancels) = mpsc::channel(256);
        let (refunds_in, refunds) = mpsc::channel(256);
        let port = Port::open(Arc::clone(&merchant), config.port.clone(), config.profile);
        let (is_open, session, current, remembered) = Default::default();
        let till = Self { merchant, config, port, sales, cancels, refunds, is_open, session, current, remembered };
        (till, TillHandle { sales: sales_in, cancels: cancels_in, refunds: refunds_in })
    }

    /// Recovers what an earlier process left open, then sells. Never ends by itself.
    pub(crate) async fn run(mut self) {
        let left: Vec<Order> = self.merchant.book(|book| {
            let ours = book.orders().filter(|order| order.by == By::Terminal);
            ours.filter(|order| order.is_open() || order.is_being_refunded()).cloned().collect()
        });
        for order in left {
            if order.is_being_refunded() {
                self.current = Some(order.name.clone());
                self.recover_refund(&order.name).await;
            } else if self.merchant.has(Fault::RestartForgets)
                || order.attempt().is_none_or(|attempt| attempt.commands.is_empty())
            {
                self.fail(&order.name, "the till stopped before anything was sent");
            } else {
                self.current = Some(order.name.clone());
                self.recover(&order.name).await;
            }
        }
        // When an order was last given back, or refused to be.
        let mut ended: BTreeMap<String, Moment> = BTreeMap::new();
        loop {
            self.current = None;
            match self.next(None, true).await {
                // Who clicks while an order is being given back, or at that moment, clicks twice.
                Happening::Refund(request) if ended.get(&request.order).is_some_and(|end| request.at <= *end) => {
                    let _ = request.done.send(());
                }
                Happening::Sale(order) => {
                    self.current = Some(order.clone());
                    self.sell(&order).await;
                }
                Happening::Refund(request) => {
                    self.current = Some(request.order.clone());
                    self.refund(&request.order).await;
                    ended.insert(request.order, self.merchant.now());
                    // Whoever asked may have gone.
                    let _ = request.done.send(());
                }
                other => self.aside(other),
            }
        }
    }

    /// Waits for the next thing to happen, or until a moment.
    pub(crate) async fn next(&mut self, until: Option<Moment>, is_idle: bool) -> Happening {
        let timeout = self.merchant.at(until);
        tokio::select! {
            biased;
            heard = self.port.hear() => match heard {
                Heard::Opened => {
                    self.is_open = true;
                    Happening::Line
                }
                Heard::Closed => {
                    self.is_open = false;
                    self.session = false;
                    Happening::Line
                }
                Heard::Packet(packet) => {
                    // A terminal that starts up has forgotten us. Its event is a hint only: CommandInvalid is the proof.
                    if event_of(&packet).is_some_and(|event| event.event_code == EventCode::DeviceInitialize.as_str()) {
                        self.session = false;
                    }
                    Happening::Packet(packet)
                }
                Heard::Delivery(token, delivery) => Happening::Delivery(token, delivery),
            },
            Some(request) = self.cancels.recv() => Happening::Cancel(request),
            Some(request) = self.refunds.recv(), if is_idle => Happening::Refund(request),
            Some(order) = self.sales.recv(), if is_idle => Happening::Sale(order),
            () = timeout => Happening::TimedOut,
        }
    }

    /// What happens beside what the till is doing: late results, and orders called off before their turn.
    pub(crate) fn aside(&mut self, happening: Happening) {
        match happening {
            Happening::Packet(packet) => self.overhear(&packet),
            Happening::Cancel(request) => {
                let order = self.merchant.order(&request.order);
                let unsent = |order: &Order| order.attempt().is_some_and(|attempt| attempt.commands.is_empty());
                if order.is_some_and(|order| order.by == By::Terminal && order.is_open() && unsent(&order)) {
                    self.merchant.close(&request.order, OrderState::Cancelled, "called off before its turn");
                }
                // Whoever asked may have gone.
                let _ = request.done.send(());
            }
            Happening::Delivery(..)
            | Happening::Refund(_)
            | Happening::Sale(_)
            | Happening::Line
            | Happening::TimedOut => {}
        }
    }

    /// A result that comes late still tells how its order ended.
    fn overhear(&mut self, packet: &Packet) {
        if self.merchant.has(Fault::LateEventUndoesTheSale) && packet.kind == Kind::Event {
            self.merchant.undo(packet);
        }
        if GIVES_UP.iter().any(|fault| self.merchant.has(*fault)) {
            return;
        }
        let Some(result) = result_of(packet) else { return };
        if self.overhear_refund(&result) {
            return;
        }
        let found = self
            .merchant
            .book(|book| book.by_command(&result.id).map(|(order, attempt)| (order.name.clone(), attempt.clone())));
        let Some((order, attempt)) = found else { return };
        match verdict::of_result(&result, CommandName::Purchase, &attempt, self.merchant.mistake()) {
            Verdict::Succeeded(evidence) if self.merchant.has(Fault::LateResultBookedAgain) => {
                self.merchant.book_again(&order, evidence);
            }
            Verdict::Succeeded(evidence) => self.paid(&order, evidence),
            Verdict::Failed(reason) => self.fail(&order, &reason),
            Verdict::Busy | Verdict::WantsHello | Verdict::Unclear(_) => {}
        }
    }

    /// Lets time pass, with open ears.
    pub(crate) async fn wait(&mut self, duration: Duration) {
        let until = self.merchant.now() + duration;
        loop {
            match self.next(Some(until), false).await {
                Happening::TimedOut => return,
                other => self.aside(other),
            }
        }
    }

    async fn sell(&mut self, name: &str) {
        let (mut busy, mut unheard, mut again) = (0, 0, 0);
        loop {
            if !self.merchant.is_open(name) {
                return;
            }
            if !self.session
                && !self.merchant.has(Fault::NoHello)
                && let Err(reason) = self.greet().await
            {
                return self.fail(name, &reason);
            }
            // It may have been called off meanwhile.
            let Some(order) = self.merchant.order(name).filter(Order::is_open) else { return };
            match self.purchase(&order).await {
                Went::Cancelled => {
                    return self.merchant.close(name, OrderState::Cancelled, "called off at the terminal");
                }
                Went::Refused => return self.fail(name, "the terminal refused each sending of the command"),
                Went::Verdict(Verdict::Succeeded(evidence)) => return self.paid(name, evidence),
                Went::Verdict(Verdict::Failed(reason)) if again < 2 && self.tries_again(&reason) => {
                    again += 1;
                    if begin(&self.merchant, name, order.amount).is_err() {
                        return;
                    }
                }
                Went::Verdict(Verdict::Failed(reason)) => return self.fail(name, &reason),
                Went::Verdict(Verdict::Unclear(reason)) => {
                    self.merchant.log(&format!("order {name}: {reason}"));
                    return self.recover(name).await;
                }
                Went::Verdict(Verdict::Busy) if self.merchant.has(Fault::GivesUpWhenBusy) => {
                    return self.fail(name, "the terminal is busy");
                }
                Went::Verdict(Verdict::Busy) if busy < 5 || self.merchant.has(Fault::BusyAskedForEver) => {
                    busy += 1;
                    if !self.merchant.has(Fault::BusyAskedAtOnce) {
                        self.wait(SECOND).await;
                    }
                }
                Went::Verdict(Verdict::Busy) => return self.fail(name, "the terminal stays busy"),
                Went::Verdict(Verdict::WantsHello) if unheard < 3 => {
                    unheard += 1;
                    self.session = false;
                }
                Went::Verdict(Verdict::WantsHello) => return self.fail(name, "the terminal takes no command"),
                Went::NotSent if unheard < 3 => {
                    unheard += 1;
                    self.wait(SECOND).await;
                }
                Went::NotSent => return self.fail(name, "the line to the terminal is closed"),
                Went::Silence if self.merchant.has(Fault::PurchaseAgainAfterSilence) && again < 2 => {
                    again += 1;
                    if begin(&self.merchant, name, order.amount).is_err() {
                        return;
                    }
                }
                Went::Silence if self.merchant.has(Fault::SaleBeforeRecovery) => {
                    return self.park(name, "no answer; somebody will look at it later");
                }
                Went::Silence => return self.recover(name).await,
            }
        }
    }

    /// Whether a code makes it try again by itself; a correct till never does.
    fn tries_again(&self, code: &str) -> bool {
        use BusinessCode::{
            AccessDenied, IdentityVerifyFailed, InvalidCardNumber, InvalidContract, ParamIllegal, ProcessFail,
            RepeatReqReject, UserAmountExceedLimit, UserBalanceNotEnough,
        };
        let fault = match code.parse() {
            Ok(ProcessFail) => Fault::ProcessFailIsRetried,
            Ok(RepeatReqReject) => Fault::NewIdAfterRepeat,
            Ok(InvalidContract | AccessDenied | ParamIllegal) => Fault::ContractErrorIsRetried,
            Ok(UserAmountExceedLimit | UserBalanceNotEnough | InvalidCardNumber | IdentityVerifyFailed) => {
                Fault::DeclineIsRetried
            }
            _ => return false,
        };
        self.merchant.has(fault)
    }

    pub(crate) fn paid(&mut self, order: &str, mut evidence: Evidence) {
        if self.merchant.has(Fault::MetadataInMemory) {
            let mut kept: Value = evidence.data.read();
            let metadata = kept.pointer_mut("/acquirerInfo/acquirerMetaData").map(Value::take);
            self.remembered.extend(metadata.and_then(|text| Some((order.to_owned(), text.as_str()?.to_owned()))));
            evidence.data = JsonText::of(&kept);
        }
        if let Err(error) = self.merchant.paid(order, evidence) {
            self.merchant.log(&format!("order {order}: {error}"));
        }
    }

    pub(crate) fn fail(&self, order: &str, reason: &str) {
        self.merchant.close(order, OrderState::Failed, reason);
    }

    pub(crate) fn park(&self, order: &str, reason: &str) {
        let state = if self.merchant.has(Fault::SilenceIsFailure) { OrderState::Failed } else { OrderState::Parked };
        self.merchant.close(order, state, reason);
    }
}

/// Stores that an order shall be paid at the terminal.
pub(crate) fn begin(merchant: &Merchant, order: &str, amount: Money) -> Result<(), BookError> {
    let now = merchant.now();
    let reuses = merchant.has(Fault::RequestIdReused);
    merchant.book(|book| {
        let request_id = if reuses { format!("SALE-{}", amount.minor) } else { book.new_id(order) };
        book.intent(now, order, By::Terminal, amount, &request_id, None)
    })
}

/// Why the terminal cannot take such an amount, if it cannot.
pub(crate) fn refuses(amount: Money) -> Option<&'static str> {
    match amount.minor {
        _ if amount.currency != Currency::KRW => Some("the terminal takes won only"),
        0 => Some("an amount must be positive"),
        minor if minor > LARGEST_KRW => Some("an amount has at most nine digits at the terminal"),
        _ => None,
    }
}

pub(crate) fn names(packet: &Packet, id: &str) -> bool {
    id_of(packet).is_some_and(|found| found == id)
}

/// The id in a message, if it is an object that has one. Nothing else of it is kept: this is asked of whatever comes.
pub(crate) fn id_of(packet: &Packet) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        id: Option<String>,
    }
    let is_object = packet.data.trim_ascii_start().first() == Some(&b'{');
    let named: Named = serde_json::from_slice(&packet.data).ok().filter(|_| is_object)?;
    named.id
}

pub(crate) fn result_of(packet: &Packet) -> Option<CommandResult> {
    if packet.kind == Kind::Result { CommandResult::parse(&packet.json().ok()?).ok() } else { None }
}

pub(crate) fn event_of(packet: &Packet) -> Option<Event> {
    if packet.kind == Kind::Event { serde_json::from_slice(&packet.data).ok() } else { None }
}
