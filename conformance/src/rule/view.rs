//! A trace as rules like to read it: commands with their answers, calls with theirs, deliveries, orders.

mod bodies;
mod call;
mod command;
mod order;

use serde_json::{Value, json};
use sim_antom::Event as GatewayEvent;
use sim_edc::{Direction, Event as TerminalEvent, Note, State};
use wire::antom::Json;
use wire::edc::Kind;
use wire::time::Moment;

pub(super) use self::bodies::Bodies;
pub use self::call::{Call, Notice};
pub use self::command::{Command, Sending};
use self::order::cart;
pub use self::order::{Order, Status};
use super::refund::KnownWords;
use super::story::Story;
use crate::client::ClientEvent;
use crate::driver::OrderState;
use crate::scenario::By;
use crate::trace::{CaseEvent, DriverEvent, Entry, Event};

/// See the module's documentation.
#[derive(Debug)]
pub struct View<'a> {
    /// The trace.
    pub entries: &'a [Entry],
    /// Intact new commands of the POS, refused ones too.
    pub commands: Vec<Command<'a>>,
    /// Sendings of results.
    pub results: Vec<Sending<'a>>,
    /// Calls of the gateway.
    pub calls: Vec<Call<'a>>,
    /// Deliveries of notifications.
    pub notices: Vec<Notice>,
    /// Orders that were checked out, each once, however often its buyer tried.
    pub orders: Vec<Order>,
    /// Refunds that were asked for, with what is given back.
    pub refunds: Vec<Order>,
    /// What the integration said of orders, in time.
    pub statuses: Vec<Status>,
    /// Where a client opened the line.
    pub opened: Vec<usize>,
    /// Where the line to the POS broke: closed, power lost or back, or the integration killed.
    pub breaks: Vec<usize>,
    /// The entry that ended the case, when it was carried out to its end.
    pub ended: Option<usize>,
    /// What happened in the front end.
    pub(super) client: Vec<(&'a Entry, &'a ClientEvent)>,
    /// The gateway's side of it.
    pub(crate) story: Story<'a>,
    /// What was said about refunds, once somebody has asked.
    pub(super) refund_words: KnownWords,
}

impl<'a> View<'a> {
    /// Reads a trace.
    #[must_use]
    pub fn new(entries: &'a [Entry]) -> Self {
        let bodies = Bodies::of(entries);
        let mut view = Self {
            entries,
            commands: Vec::new(),
            results: Vec::new(),
            calls: Vec::new(),
            notices: Vec::new(),
            orders: Vec::new(),
            refunds: Vec::new(),
            statuses: Vec::new(),
            opened: Vec::new(),
            breaks: Vec::new(),
            ended: None,
            client: Vec::new(),
            story: Story::read(entries, &bodies),
            refund_words: KnownWords::default(),
        };
        // Requests and deliveries are matched with their answers by number: the last ones are the likeliest.
        let mut call_ids = Vec::new();
        let mut notice_ids = Vec::new();
        let mut asked = None;
        for entry in entries {
            match &entry.event {
                Event::Terminal(event) => view.terminal(entry, event),
                Event::Gateway(event) => view.gateway(entry, event, &bodies, (&mut call_ids, &mut notice_ids)),
                Event::Driver(event) => view.driver(entry, event, &mut asked),
                Event::Client(event) => {
                    view.client.push((entry, event));
                    if let ClientEvent::Visited { order, amount: Some(amount), .. } = event {
                        view.checked_out(entry.n, &json!({"order": order, "amount": amount}), By::Session);
                    }
                }
                Event::Case(CaseEvent::Ended { .. }) => view.ended = Some(entry.n),
                Event::Case(_) => {}
            }
        }
        view
    }

    fn terminal(&mut self, entry: &'a Entry, event: &'a TerminalEvent) {
        match event {
            TerminalEvent::Received { kind: Kind::Command, json, repeat: false, refused, .. } => {
                let name = json["commandName"].as_str().unwrap_or_default();
                let (n, at, refused, own_id) = (entry.n, entry.at, *refused, &json["id"]);
                self.commands.push(Command { n, at, json, refused, name, own_id });
            }
            TerminalEvent::Sent { kind: Kind::Result, json, seq, attempt, fault, .. } => {
                let (n, at, own_id) = (entry.n, entry.at, &json["id"]);
                self.results.push(Sending { n, at, json, seq: *seq, attempt: *attempt, fault: *fault, own_id });
            }
            TerminalEvent::Opened => self.opened.push(entry.n),
            TerminalEvent::Closed | TerminalEvent::State { to: State::Off | State::Initializing, .. } => {
                self.breaks.push(entry.n);
            }
            _ => {}
        }
    }

    fn gateway(
        &mut self,
        entry: &'a Entry,
        event: &'a GatewayEvent,
        bodies: &Bodies<'a>,
        (call_ids, notice_ids): (&mut Vec<u64>, &mut Vec<u64>),
    ) {
        let json = || bodies.at(entry.n);
        match event {
            GatewayEvent::Request { id, operation, refused, notes, body, .. } => {
                call_ids.push(*id);
                self.calls.push(Call {
                    n: entry.n,
                    operation: *operation,
                    refused: refused.clone(),
                    notes: notes.clone(),
                    raw: body.0.clone(),
                    body: json(),
                    answer: None,
                    lost: None,
                    is_sound: true,
                });
            }
            GatewayEvent::Response { id, lost, spoilt, .. } => {
                let call = call_ids.iter().rposition(|known| known == id).and_then(|index| self.calls.get_mut(index));
                if let Some(call) = call {
                    call.answer = Some((entry.n, json()));
                    call.lost = *lost;
                    call.is_sound = spoilt.is_none();
                }
            }
            GatewayEvent::Notice { id, payment_request_id, genuine, altered, .. } => {
                notice_ids.push(*id);
                let body = json();
                self.notices.push(Notice {
                    n: entry.n,
                    payment_request_id: payment_request_id.clone(),
                    genuine: *genuine,
                    altered: *altered,
                    success: body["notifyType"] == "PAYMENT_RESULT" && body["result"]["resultStatus"] == "S",
                    answer: None,
                });
            }
            GatewayEvent::NoticeAnswered { id, acknowledged, problem, .. } => {
                let notice =
                    notice_ids.iter().rposition(|known| known == id).and_then(|index| self.notices.get_mut(index));
                if let Some(notice) = notice {
                    notice.answer = Some((entry.n, *acknowledged, problem.clone()));
                }
            }
            GatewayEvent::Payment { .. }
            | GatewayEvent::Refund { .. }
            | GatewayEvent::Capture { .. }
            | GatewayEvent::Vaulting { .. }
            | GatewayEvent::Client { .. }
            | GatewayEvent::Fault { .. } => {}
        }
    }

    fn driver(&mut self, entry: &Entry, event: &'a DriverEvent, asked: &mut Option<&'a Value>) {
        match event {
            DriverEvent::Called { method, params } if method == "checkout" => {
                if let Ok(by) = serde::Deserialize::deserialize(&params["by"]) {
                    self.checked_out(entry.n, params, by);
                }
            }
            DriverEvent::Called { method, params } if method == "checkoutBatch" => {
                for order in params["orders"].as_array().into_iter().flatten() {
                    self.checked_out(entry.n, order, By::Batch);
                }
            }
            DriverEvent::Called { method, params } if method == "refund" => {
                let order = self.orders.iter().find(|order| Some(order.name.as_str()) == params["order"].as_str());
                let amount = serde::Deserialize::deserialize(&params["amount"]);
                if let (Some(order), Ok(amount)) = (order.cloned(), amount) {
                    self.refunds.push(Order { n: entry.n, amount, ..order });
                }
            }
            DriverEvent::Called { method, params } if method == "orderStatus" => *asked = Some(params),
            DriverEvent::Answered { method, result } if method == "orderStatus" => {
                let order = asked.and_then(|params| params["order"].as_str());
                if let (Some(order), Ok(status)) = (order, serde::Deserialize::deserialize(result)) {
                    self.statuses.push(Status { n: entry.n, order: order.to_owned(), status });
                }
            }
            DriverEvent::Killed => self.breaks.push(entry.n),
            _ => {}
        }
    }

    /// An order is checked out, for the first time or once more.
    fn checked_out(&mut self, n: usize, params: &Value, by: By) {
        let Some(name) = params["order"].as_str().filter(|name| self.orders.iter().all(|o| o.name != *name)) else {
            return;
        };
        let asked = serde::Deserialize::deserialize(&params["amount"]).ok();
        if let Some(amount) = asked.or_else(|| cart(params)) {
            self.orders.push(Order { n, name: name.to_owned(), by, amount });
        }
    }

    /// Whether the line broke between two entries.
    #[must_use]
    pub fn broke_between(&self, from: usize, to: usize) -> bool {
        self.breaks.iter().any(|at| (from..to).contains(at))
    }

    /// Whether a fault of the terminal struck between two entries.
    #[must_use]
    pub fn fault_between(&self, fault: &str, from: usize, to: usize) -> bool {
        let between = self.entries.get(from..to).unwrap_or_default();
        between.iter().any(|e| matches!(&e.event, Event::Terminal(TerminalEvent::Fault { name }) if name == fault))
    }

    /// Whether a fault of the gateway struck between two entries.
    #[must_use]
    pub fn gateway_fault_between(&self, fault: &str, from: usize, to: usize) -> bool {
        let between = self.entries.get(from..to).unwrap_or_default();
        between.iter().any(|e| matches!(&e.event, Event::Gateway(GatewayEvent::Fault { name, .. }) if name == fault))
    }

    /// Whether a command was answered with what a POS must not rely on before an entry: who took that for the answer need not
    /// read it once more.
    #[must_use]
    pub fn is_answered_badly_before(&self, command: &Command<'_>, n: usize) -> bool {
        let mut before = self.results.iter().filter(|r| (command.n..n).contains(&r.n) && command.is_answered_by(r));
        before.any(|r| r.fault == Some(Note::Corrupted))
    }

    /// Whether a result in which no JSON can be read came between two entries: whose it was, nobody knows. It may leave long
    /// after it was spoilt.
    #[must_use]
    pub fn unreadable_between(&self, from: usize, to: usize) -> bool {
        let has_left = |r: &Sending<'_>| (from..to).contains(&r.n) && r.fault == Some(Note::Corrupted);
        self.fault_between("malformed-json", from, to)
            || self.fault_between("malformed-json", 0, from) && self.results.iter().any(has_left)
    }

    /// Whether nobody can answer for what came between two entries: the integration was killed, or had not started again.
    #[must_use]
    pub fn was_down(&self, from: usize, to: usize) -> bool {
        let before = self.entries.iter().take(from).rev();
        let last = before.into_iter().find_map(|entry| match &entry.event {
            Event::Driver(DriverEvent::Killed) => Some(true),
            Event::Driver(DriverEvent::Answered { method, .. }) if method == "initialize" => Some(false),
            _ => None,
        });
        last.unwrap_or(false) || self.broke_between(from, to)
    }

    /// Whether a client had the line open at an entry: what is sent to nobody, nobody can acknowledge.
    #[must_use]
    pub fn was_open(&self, n: usize) -> bool {
        let last = |places: &[usize]| places.iter().rev().find(|at| **at < n).copied();
        let closed =
            self.entries.iter().take(n).rev().find(|e| matches!(e.event, Event::Terminal(TerminalEvent::Closed)));
        last(&self.opened) > closed.map(|e| e.n)
    }

    /// The first sending of a result for an invocation after an entry, whether heard or not.
    #[must_use]
    pub fn result_of(&self, command: &Command<'_>) -> Option<&Sending<'a>> {
        self.results.iter().find(|r| r.n > command.n && command.is_answered_by(r))
    }

    /// The first sending that the POS could hear, with nothing broken in between.
    #[must_use]
    pub fn heard_result_of(&self, command: &Command<'_>) -> Option<&Sending<'a>> {
        let heard = |r: &&Sending<'_>| {
            r.n > command.n && command.is_answered_by(r) && r.fault.is_none() && !self.broke_between(command.n, r.n)
        };
        self.results.iter().find(heard)
    }

    /// Whether a frame left in other bytes, noise for one, and the POS may have made nothing of it: it took nothing until the
    /// next frame left.
    #[must_use]
    pub fn is_refused_for_noise(&self, sending: &Sending<'_>) -> bool {
        let mut after = self.entries.iter().skip(sending.n);
        let is_changed = after.next().is_some_and(|e| matches!(e.event, Event::Terminal(TerminalEvent::OnWire { .. })));
        let mut until = after.take_while(|e| !matches!(e.event, Event::Terminal(TerminalEvent::Sent { .. })));
        let takes =
            |e: &Entry| matches!(e.event, Event::Terminal(TerminalEvent::Ack { direction: Direction::FromPos, .. }));
        is_changed && !until.any(takes)
    }

    /// Commands that move money and whose result the POS never heard.
    pub fn silent(&self) -> impl Iterator<Item = &Command<'a>> {
        self.commands.iter().filter(|c| c.is_financial() && !c.refused && self.heard_result_of(c).is_none())
    }

    /// Commands that move money and that the terminal took up: neither refused nor answered that it cannot.
    pub fn taken_up(&self) -> impl Iterator<Item = &Command<'a>> {
        let is_taken_up = |c: &&Command<'_>| {
            c.is_financial() && !c.refused && self.result_of(c).is_none_or(|r| r.json["outcome"] != "commandFailed")
        };
        self.commands.iter().filter(is_taken_up)
    }

    /// What the POS heard of the last transaction after an entry.
    pub fn told_by_last_transaction(&self, after: usize) -> impl Iterator<Item = &Sending<'a>> {
        let inquiries = self.commands.iter().filter(move |c| c.n > after && c.name() == "GetLastTransaction");
        inquiries.filter_map(|c| self.heard_result_of(c))
    }

    /// When an entry was written.
    #[must_use]
    pub fn at(&self, n: usize) -> Option<Moment> {
        self.entries.get(n.checked_sub(1)?).map(|entry| entry.at)
    }

    /// What the integration said last of an order.
    #[must_use]
    pub fn last_status(&self, order: &str) -> Option<&Status> {
        self.statuses.iter().rev().find(|s| s.order == order)
    }

    /// The first time that the integration called an order paid.
    #[must_use]
    pub fn called_paid(&self, order: &str) -> Option<&Status> {
        self.statuses.iter().find(|s| s.order == order && s.status.state == OrderState::Paid)
    }
}

/// What is at a place of an object, written like a JSON pointer to fields: no lists, nothing escaped. Rules look things up all
/// the time, and a real pointer asks for memory.
pub(super) fn at<'v, J: Json>(value: &'v J, path: &str) -> Option<&'v J> {
    let (mut value, mut rest) = (value, path.strip_prefix('/')?);
    while let Some(end) = rest.bytes().position(|byte| byte == b'/') {
        value = value.any_field(rest.get(..end)?)?;
        rest = rest.get(end + 1..)?;
    }
    value.any_field(rest)
}
