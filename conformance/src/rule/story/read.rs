//! Reading a story out of a trace.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use sim_antom::{Event as Gateway, LostHow};
use wire::antom::{Operation, RefundStatus};
use wire::money::Money;
use wire::time::Moment;

use super::notice::Answer;
use super::payment::Change as PaymentChange;
use super::request::{Pace, TRICKLE, creates, money};
use super::sale::OfOrder;
use super::{Notice, Payment, Reply, Request, Tells, Word};
use crate::rule::view::Bodies;
use crate::trace::{CaseEvent, DriverEvent, Entry, Event};

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Story<'a> {
    /// What the merchant asked the gateway.
    pub(crate) requests: Vec<Request<'a>>,
    /// Deliveries of notifications.
    pub(crate) notices: Vec<Notice<'a>>,
    /// The payments, in the order in which they were first seen.
    pub(crate) payments: Vec<Payment<'a>>,
    /// What the ledger says of refunds.
    pub(crate) refunds: Vec<Change<'a, RefundStatus>>,
    /// What the ledger says of captures: done or not.
    pub(crate) captures: Vec<Change<'a, bool>>,
    /// What the harness asked the integration to do.
    pub(crate) asked: Vec<Asked<'a>>,
    /// What the integration answered to it: the entry, the method, the answer.
    pub(crate) answered: Vec<(usize, &'a str, &'a Value)>,
    /// Where the integration was killed.
    pub(crate) killed: Vec<usize>,
    /// Where the trace ended, when its case was carried out to its end.
    pub(crate) end: Option<(usize, Moment)>,
    /// The last entry that says that an answer trickles.
    trickled: usize,
    /// Whether the merchant was killed, and is not asked to begin again yet.
    is_down: bool,
    /// Requests that were on their way when it was killed: whoever sent them hears nothing.
    of_the_dead: Vec<usize>,
    /// Which payments are for which order, once somebody has asked.
    pub(super) of_orders: OnceCell<Vec<OfOrder>>,
}

/// A change of the ledger that gives back money, or takes what was authorised.
#[derive(Debug)]
pub(crate) struct Change<'a, S> {
    /// The entry.
    pub(crate) n: usize,
    /// The merchant's id for it.
    pub(crate) id: &'a str,
    /// Antom's id for the payment.
    pub(crate) payment_id: &'a str,
    /// How much.
    pub(crate) amount: Money,
    /// Where it is.
    pub(crate) status: S,
}

/// Something that the harness asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// The driver's method.
    pub(crate) method: &'a str,
    /// Its parameters.
    pub(crate) params: &'a Value,
}

impl Asked<'_> {
    /// Whether it concerns an order.
    pub(crate) fn is_about(&self, order: &str) -> bool {
        let in_batch = || self.params["orders"].as_array().is_some_and(|all| all.iter().any(|o| o["order"] == order));
        self.params["order"] == order || in_batch()
    }
}

impl<'a> Story<'a> {
    /// Reads a trace.
    pub(in crate::rule) fn read(entries: &'a [Entry], bodies: &Bodies<'a>) -> Self {
        let mut story = Self::default();
        let mut open: BTreeMap<u64, usize> = BTreeMap::new();
        let mut delivered: BTreeMap<u64, usize> = BTreeMap::new();
        for entry in entries {
            match &entry.event {
                Event::Gateway(event) => story.gateway(entry, event, bodies, (&mut open, &mut delivered)),
                Event::Driver(event) => story.driver(entry, event),
                Event::Case(CaseEvent::Ended { .. }) => story.end = Some((entry.n, entry.at)),
                Event::Case(_) | Event::Terminal(_) | Event::Client(_) => {}
            }
        }
        story.tell();
        story
    }

    fn gateway(
        &mut self,
        entry: &'a Entry,
        event: &'a Gateway,
        bodies: &Bodies<'a>,
        (open, delivered): (&mut BTreeMap<u64, usize>, &mut BTreeMap<u64, usize>),
    ) {
        let (n, at) = (entry.n, entry.at);
        let json = || bodies.at(n);
        match event {
            Gateway::Request { id, method, target, headers, body, operation, refused, notes } => {
                open.insert(*id, self.requests.len());
                if self.is_down {
                    self.of_the_dead.push(n);
                }
                self.requests.push(Request {
                    n,
                    at,
                    operation: *operation,
                    method,
                    target,
                    is_to_api: target.contains("/ams/"),
                    headers,
                    raw: &body.0,
                    body: json(),
                    refused: refused.as_deref(),
                    notes,
                    reply: None,
                    problems: OnceCell::new(),
                });
            }
            Gateway::Response { id, lost, spoilt, .. } => {
                let request = open.get(id).and_then(|index| self.requests.get_mut(*index));
                if let Some(request) = request {
                    let to_nobody = self.of_the_dead.contains(&request.n).then_some(LostHow::Close);
                    let (lost, spoilt) = (lost.or(to_nobody), spoilt.as_deref());
                    let pace = if self.trickled > request.n { Pace::Trickling } else { Pace::Whole };
                    request.reply = Some(Reply { n, at, body: json(), lost, spoilt, pace });
                }
            }
            Gateway::Payment { payment_request_id, payment_id, amount, status, code, .. } => {
                let payment = self.payment(payment_request_id);
                if payment.payment_ids.iter().all(|(_, known)| known != payment_id) {
                    payment.payment_ids.push((n, payment_id.clone()));
                }
                payment.amount = payment.amount.or(Some(*amount));
                payment.changes.push(PaymentChange { n, at, status: *status, code: code.clone() });
            }
            Gateway::Refund { refund_request_id, payment_id, amount, status, .. } => {
                self.refunds.push(Change { n, id: refund_request_id, payment_id, amount: *amount, status: *status });
            }
            Gateway::Capture { capture_request_id, payment_id, amount, code, .. } => {
                let status = code == "SUCCESS";
                self.captures.push(Change { n, id: capture_request_id, payment_id, amount: *amount, status });
            }
            Gateway::Notice { id, payment_request_id, url, headers, genuine, altered, .. } => {
                delivered.insert(*id, self.notices.len());
                self.notices.push(Notice {
                    n,
                    at,
                    payment_request_id,
                    url,
                    headers,
                    body: json(),
                    genuine: *genuine,
                    altered: *altered,
                    answer: None,
                    is_old: OnceCell::new(),
                });
            }
            Gateway::NoticeAnswered { id, status, acknowledged, problem, .. } => {
                let notice = delivered.get(id).and_then(|index| self.notices.get_mut(*index));
                if let Some(notice) = notice {
                    let problem = problem.as_deref().unwrap_or_default();
                    notice.answer = Some(Answer { n, at, status: *status, acknowledged: *acknowledged, problem });
                }
            }
            Gateway::Fault { name, .. } if name == "trickle-answer" => self.trickled = n,
            // Of cards that are kept nothing is demanded.
            Gateway::Fault { .. } | Gateway::Client { .. } | Gateway::Vaulting { .. } => {}
        }
    }

    fn driver(&mut self, entry: &'a Entry, event: &'a DriverEvent) {
        match event {
            DriverEvent::Called { method, params } if method != "orderStatus" => {
                self.is_down &= method != "initialize";
                self.asked.push(Asked { n: entry.n, method, params });
            }
            DriverEvent::Answered { method, result } if method != "orderStatus" => {
                self.answered.push((entry.n, method, result));
            }
            DriverEvent::Killed => {
                self.killed.push(entry.n);
                self.is_down = true;
                self.of_the_dead.extend(self.requests.iter().filter(|r| r.reply.is_none()).map(|r| r.n));
                let replies = self.requests.iter_mut().rev().filter_map(|request| request.reply.as_mut());
                for reply in replies.take_while(|reply| entry.at.since(reply.at) <= TRICKLE) {
                    // In memory it is taken in at the moment at which it comes.
                    let before = entry.at.since(reply.at);
                    let is_sudden = !before.is_zero() && before <= TAKEN_IN;
                    if reply.pace == Pace::Trickling || is_sudden {
                        reply.pace = Pace::BrokenOff;
                    }
                }
            }
            _ => {}
        }
    }

    fn payment(&mut self, id: &str) -> &mut Payment<'a> {
        let index = self.payments.iter().position(|payment| payment.id == id).unwrap_or_else(|| {
            self.payments.push(Payment::new(id.to_owned()));
            self.payments.len() - 1
        });
        &mut self.payments[index]
    }

    /// Gathers what was said about each payment.
    fn tell(&mut self) {
        let requests = std::mem::take(&mut self.requests);
        for (index, request) in requests.iter().enumerate().filter(|(_, r)| r.is_creating()) {
            let Some(id) = request.id() else { continue };
            let payment = self.payment(id);
            if payment.made_by.is_empty() {
                payment.operation = request.operation;
                payment.product = request.product();
                payment.reference = reference(request);
                payment.amount = request.amount().or(payment.amount);
            }
            payment.made_by.push(index);
            let shown = request.told().and_then(|reply| Some((reply.n, reply.text("/paymentId")?.to_owned())));
            payment
                .payment_ids
                .extend(shown.filter(|(_, id)| payment.payment_ids.iter().all(|(_, known)| known != id)));
        }
        // In batches an order's own payment is known by the id that its answer told.
        for (index, request) in requests.iter().enumerate() {
            for word in words(index, request) {
                if let Some(payment) = self.payments.iter_mut().find(|p| p.is_meant_by(request)) {
                    let fits = word.fits && fits(payment, request);
                    payment.words.push(Word { fits, ..word });
                }
            }
        }
        let notices = std::mem::take(&mut self.notices);
        for notice in &notices {
            let Some(outcome) = notice.outcome().or_else(|| notice.captured()) else { continue };
            // An order of a batch may be told of by itself: that is told of the batch, too.
            let is_part = |p: &Payment<'_>| {
                p.operation == Some(Operation::BatchPay) && is_part_of(notice.payment_request_id, &p.id)
            };
            let batch = self.payments.iter().position(is_part);
            let own = || self.payments.iter().position(|p| p.id == notice.payment_request_id);
            let Some(payment) = batch.or_else(own).and_then(|at| self.payments.get_mut(at)) else { continue };
            let amount_fits = money(&notice.body["paymentAmount"]).is_none_or(|told| Some(told) == payment.amount);
            let is_own = |told: &str| told == payment.id || is_part_of(told, &payment.id);
            let fits = (amount_fits || payment.operation == Some(Operation::BatchPay))
                && notice.text("/paymentRequestId").is_none_or(is_own);
            let tells = if notice.genuine { Tells::Notified(outcome) } else { Tells::Forged(outcome) };
            let (n, at, sure) = (notice.n, notice.at, notice.arrived());
            payment.words.push(Word { n, at, tells, sure, fits, request: None });
        }
        for payment in &mut self.payments {
            payment.words.sort_by_key(|word| word.n);
        }
        (self.requests, self.notices) = (requests, notices);
    }

    /// Whether the case went on for so long after an entry.
    pub(crate) fn went_on(&self, at: Moment, long: Duration) -> bool {
        self.end.is_some_and(|(_, end)| end.since(at) >= long)
    }

    /// Whether the case ended so long after a moment that a merchant who meant to go on would have.
    pub(crate) fn had_time(&self, at: Moment) -> bool {
        self.went_on(at, PATIENCE)
    }

    /// Whether the merchant may have known before an entry that money of a payment was given back.
    pub(crate) fn is_known_refunded(&self, payment: &Payment<'_>, n: usize) -> bool {
        let ids: Vec<_> = self.requests_of(Operation::Refund).filter(|r| payment.is_meant_by(r)).collect();
        let by_answer = ids.iter().any(|r| r.told().is_some_and(|reply| reply.n < n && reply.status() == "S"));
        let is_ours = |id: Option<&str>| ids.iter().any(|r| id.is_some() && r.text("/refundRequestId") == id);
        let by_inquiry = self.requests_of(Operation::InquiryRefund).filter_map(Request::told).any(|reply| {
            reply.n < n && reply.body["refundStatus"] == "SUCCESS" && is_ours(reply.text("/refundRequestId"))
        });
        let by_notice = self.notices.iter().any(|notice| {
            let is_done = notice.kind() == "REFUND_RESULT" && notice.body["refundStatus"] == "SUCCESS";
            notice.n < n && notice.genuine && is_done && is_ours(notice.text("/refundRequestId"))
        });
        by_answer || by_inquiry || by_notice
    }

    /// The requests of one operation.
    pub(crate) fn requests_of(&self, operation: Operation) -> impl Iterator<Item = &Request<'a>> {
        self.requests.iter().filter(move |request| request.is(operation))
    }

    /// Whether the harness asked for something again between two entries: what follows is not done by itself.
    pub(crate) fn asked_between(&self, methods: &[&str], from: usize, to: usize) -> bool {
        self.asked.iter().any(|asked| (from..to).contains(&asked.n) && methods.contains(&asked.method))
    }
}

/// Whether an id is that of an order of a batch: it begins with that of the batch.
fn is_part_of(id: &str, batch: &str) -> bool {
    id.strip_prefix(batch).is_some_and(|rest| rest.starts_with('_'))
}

/// How long a program on a busy machine may take to take in an answer that has come.
const TAKEN_IN: Duration = Duration::from_millis(50);
/// How long a merchant has to go on with a payment before it is said to have given it up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The merchant's order, or those of a batch.
fn reference(request: &Request<'_>) -> Option<String> {
    if !request.is(Operation::BatchPay) {
        return request.text("/order/referenceOrderId").map(ToOwned::to_owned);
    }
    let orders = request.body["orderList"].as_array()?;
    Some(orders.iter().filter_map(|order| order["referenceOrderId"].as_str()).collect::<Vec<_>>().join(", "))
}

/// What a request and its answer say of their payment.
fn words<'a>(index: usize, request: &Request<'a>) -> Vec<Word<'a>> {
    let Some(operation) = request.operation.filter(|_| request.is_authentic()) else { return Vec::new() };
    let is_about = creates(operation) || matches!(operation, Operation::InquiryPayment | Operation::Cancel);
    if !is_about {
        return Vec::new();
    }
    let word = |n, at, tells, sure| Word { n, at, tells, sure, fits: true, request: Some(index) };
    let mut words = vec![word(request.n, request.at, Tells::Sent(operation), true)];
    if let Some(reply) = request.told() {
        words.push(word(reply.n, reply.at, meaning(operation, request, reply), request.heard().is_some()));
    }
    words
}

fn meaning<'a>(operation: Operation, request: &Request<'_>, reply: &Reply<'_>) -> Tells<'a> {
    // Codes are kept as the documents' own words, which live as long as the program.
    let code = wire::antom::find_anywhere(reply.code()).map_or("", |line| line.code);
    let is_created = || creates(operation) && code == "PAYMENT_IN_PROCESS" && reply.urls().next().is_some();
    match (operation, reply.status()) {
        (Operation::InquiryPayment, "S") => {
            let status = serde::Deserialize::deserialize(&reply.body["paymentStatus"]);
            status.map_or(Tells::Unsure(operation, code), Tells::Status)
        }
        (Operation::Cancel, "S") => Tells::Cancelled,
        (Operation::Pay, "S") => {
            let pays = matches!(request.product(), Some(product) if is_direct(product));
            if pays { Tells::PaidAtOnce } else { Tells::Accepted }
        }
        (_, "S") => Tells::Accepted,
        (_, "F") => Tells::Refused(operation, code),
        _ if is_created() => Tells::Accepted,
        _ => Tells::Unsure(operation, code),
    }
}

/// Whether the S of pay means paid.
const fn is_direct(product: wire::antom::Product) -> bool {
    use wire::antom::Product;
    matches!(product, Product::UserPresented | Product::Cashier | Product::AutoDebit)
}

/// Whether an inquiry's answer is about what was asked.
fn fits(payment: &Payment<'_>, request: &Request<'_>) -> bool {
    let Some(reply) = request.told().filter(|_| request.is(Operation::InquiryPayment)) else { return true };
    let amount = money(&reply.body["paymentAmount"]).is_none_or(|told| Some(told) == payment.amount);
    let id = reply.text("/paymentRequestId").is_none_or(|told| told == payment.id);
    let paid = reply.body["paymentStatus"] == "SUCCESS";
    id && (!paid || amount)
}
