//! The shop: payments through the gateway, from the stored intent to an end that is backed by evidence.
//!
//! ```text
//! begin → pay (paying) → watch (following) → booked, by a notification or an inquiry
//!                                          → cancel (cancelling) when nothing decides, or somebody calls it off
//! booked → refund (refunding)      held → capture (capturing)
//! ```
//! Whatever is sent is in the book before, and repeated with the same id and the same bytes, a bounded number of times.
//! What stays unknown is cancelled; what cannot even be cancelled is parked for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::answer::Next;
use crate::book::{BookError, Evidence};
use crate::entry::{Entry, Member};
use crate::fault::Fault;
use crate::gateway::Gateway;
use crate::json_text::JsonText;
use crate::merchant::Merchant;
use crate::order::{Attempt, Order, OrderState};
use crate::pay_body::{BatchCheckout, Checkout, Writer};
use crate::settings;

/// See the module's documentation.
pub(crate) struct Shop {
    pub(crate) merchant: Arc<Merchant>,
    pub(crate) gateway: Gateway,
    /// Our own listener.
    pub(crate) base_url: String,
    /// One conversation about a payment at a time: no cancel overtakes the pay that it is about.
    pub(crate) turns: Turns,
    /// Orders whose last attempt is being cleared up for a new one.
    pub(crate) trials: Trials,
    /// Orders whose payment is being made: the request is sent until it is answered.
    pub(crate) makings: Trials,
}

/// Who may talk to the gateway about an order's payment.
#[derive(Default)]
pub(crate) struct Turns(Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    pub(crate) fn of(&self, order: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(order.to_owned()).or_default())
    }
}

/// What goes on about which orders, such as a new try that waits for the end of the last one: who clicks twice tries once.
#[derive(Default)]
pub(crate) struct Trials(Mutex<BTreeSet<String>>);

impl Trials {
    /// Whether nobody was at it already.
    pub(crate) fn begin(&self, order: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(order.to_owned())
    }

    pub(crate) fn end(&self, order: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(order);
    }

    pub(crate) fn is_going(&self, order: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(order)
    }
}

impl Shop {
    /// Stores the intent. Only then [`Shop::sell`].
    pub(crate) fn begin(&self, checkout: &Checkout) -> Result<(), BookError> {
        let now = self.merchant.now();
        let (order, by, amount, taking) = (checkout.order.clone(), checkout.by, checkout.amount, checkout.taking);
        self.merchant.book(|book| {
            let last = book.order(&order).and_then(Order::attempt).map(|attempt| attempt.request_id.clone());
            let request_id = match last {
                Some(id) if self.merchant.has(Fault::OldIdForANewTry) => id,
                _ => book.new_id(&order),
            };
            let body = Some(self.writer().sale(checkout, &request_id));
            book.write(Entry::Intent { at: now, order, by, amount, request_id, body, taking })
        })
    }

    /// Stores the intent to sell several orders at once. Only then [`Shop::sell`], by the batch's name.
    pub(crate) fn begin_batch(&self, checkout: &BatchCheckout) -> Result<(), BookError> {
        let now = self.merchant.now();
        self.merchant.book(|book| {
            let batch = checkout.batch.clone();
            let last = book.order(&batch).and_then(Order::attempt).map(|attempt| attempt.request_id.clone());
            let request_id = match last {
                Some(id) if self.merchant.has(Fault::OldIdForANewBatch) => id,
                _ => book.new_id(&batch),
            };
            let body = self.writer().batch(checkout, &request_id);
            let member =
                |order: &crate::pay_body::BatchOrder| Member { order: order.order.clone(), amount: order.amount };
            let orders = checkout.orders.iter().map(member).collect();
            book.write(Entry::BatchIntent { at: now, batch, amount: checkout.amount, request_id, body, orders })
        })
    }

    pub(crate) fn writer(&self) -> Writer<'_> {
        Writer { base_url: &self.base_url, now: self.merchant.now(), mistake: self.merchant.mistake() }
    }

    /// Pays an order whose intent is stored, and follows it to its end. `answer` gets what the buyer needs next.
    pub(crate) async fn sell(&self, order: &str, answer: oneshot::Sender<Option<Next>>) {
        let last = || self.attempt(order).map(|attempt| attempt.request_id);
        let mine = last();
        self.makings.begin(order);
        let next = self.pay(order).await;
        self.makings.end(order);
        // Whoever asked may have gone; the order goes on.
        let _ = answer.send(next);
        // When its buyer has tried again meanwhile, who sells it then follows it.
        if last() == mine || self.merchant.has(Fault::NewIdAfterNoAnswer) {
            self.follow(order, false).await;
        }
    }

    /// Clears up what is left of the last attempt, so that there may be a new one: whether there may.
    pub(crate) async fn clear_up(&self, order: &str) -> bool {
        if self.merchant.is_open(order) && !self.merchant.has(Fault::NewTryBesideTheOld) {
            self.inquire(order).await;
            if self.merchant.is_open(order) {
                self.cancel(order).await;
            }
        }
        let state = self.merchant.book(|book| book.order(order).map(|order| order.state));
        let over = matches!(state, Some(OrderState::Failed | OrderState::Cancelled));
        over || self.merchant.has(Fault::NewTryBesideTheOld)
    }

    /// Goes on with whatever an earlier process left undone about an order.
    pub(crate) async fn resume(&self, order: &Order) {
        let name = order.name.as_str();
        if let Some(refund) = order.refund_under_way() {
            self.refund(name, &refund.request_id).await;
        } else if order.cancelling && order.is_open() {
            self.cancel(name).await;
        } else if order.capture_under_way().is_some() {
            self.capture(name).await;
        } else if order.is_open() && order.batch.is_none() {
            self.follow(name, true).await;
        }
    }

    /// What was left undone.
    pub(crate) fn left(&self) -> Vec<Order> {
        let is_left =
            |order: &&Order| order.by.is_at_gateway() && (order.is_open() || order.refund_under_way().is_some());
        self.merchant.book(|book| book.orders().filter(is_left).cloned().collect())
    }

    /// The order whose payment this one's is: its own, or the batch.
    pub(crate) fn payer(&self, order: &str) -> String {
        let batch = self.merchant.book(|book| book.order(order).and_then(|order| order.batch.clone()));
        batch.unwrap_or_else(|| order.to_owned())
    }

    pub(crate) fn attempt(&self, order: &str) -> Option<Attempt> {
        self.merchant.book(|book| book.order(order)?.attempt().cloned())
    }

    /// Books an order on evidence. Called off is called off, and what is paid twice is given back once.
    pub(crate) fn book(&self, order: &str, attempt: &Attempt, payment_id: Option<String>, data: JsonText) {
        let evidence = Evidence { amount: attempt.amount, reference: payment_id, data };
        if let Err(error) = self.merchant.paid(order, evidence) {
            self.merchant.log(&format!("order {order}: {error}"));
        }
    }

    /// Writes a line about an order; one that cannot be written is told.
    pub(crate) fn write(&self, order: &str, entry: Entry) -> bool {
        let written = self.merchant.book(|book| book.write(entry));
        if let Err(error) = &written {
            self.merchant.log(&format!("order {order}: {error}"));
        }
        self.merchant.tell_change();
        written.is_ok()
    }

    pub(crate) fn note(&self, order: &str, request_id: &str, payment_id: Option<&str>, what: &str, data: JsonText) {
        let (at, order_name) = (self.merchant.now(), order.to_owned());
        let (request_id, payment_id, what) = (request_id.to_owned(), payment_id.map(str::to_owned), what.to_owned());
        self.write(order, Entry::Note { at, order: order_name, request_id, payment_id, what, data });
    }

    /// Parks an order for a person.
    pub(crate) fn park(&self, order: &str, reason: &str) {
        let guesses = self.merchant.has(Fault::UnresolvedIsFailure);
        let state = if guesses { OrderState::Failed } else { OrderState::Parked };
        self.merchant.log(&format!("order {order}: a person must look: {reason}"));
        self.merchant.close(order, state, reason);
    }
}

/// The part of an answer to `checkout` that is for the buyer.
pub(crate) fn told(next: &Next, mistake: crate::fault::Mistake) -> Option<(&'static str, Value)> {
    match next {
        Next::Redirect(form) => {
            let mut redirect = json!({"method": form.method, "url": form.redirect_url});
            if let Some(parameters) = &form.parameters {
                redirect["parameters"] = json!(parameters);
            }
            if mistake.is(Fault::RedirectRebuilt) {
                redirect["url"] = json!(form.redirect_url.split('?').next());
            }
            Some(("redirect", redirect))
        }
        Next::Code(code) => Some(("code", json!(code))),
        Next::Session(session) if mistake.is(Fault::SessionTellsAll) => Some(("session", json!(session))),
        Next::Session(session) => {
            let mut told = json!({"paymentSessionData": session.payment_session_data});
            if let Some(expiry) = &session.payment_session_expiry_time {
                told["paymentSessionExpiryTime"] = json!(expiry);
            }
            Some(("session", told))
        }
        Next::Nothing => None,
    }
}

/// Why orders cannot be sold together, if they cannot.
pub(crate) fn refuses_batch(checkout: &BatchCheckout, mistake: crate::fault::Mistake) -> Option<&'static str> {
    let currency = checkout.amount.currency;
    let merchants: BTreeSet<_> = checkout.orders.iter().map(|order| &order.merchant).collect();
    let amounts = || checkout.orders.iter().map(|order| order.amount);
    if checkout.orders.len() > settings::LARGEST_BATCH && !mistake.is(Fault::ElevenInABatch) {
        Some("a batch has at most ten orders")
    } else if checkout.orders.is_empty() {
        Some("a batch without orders")
    } else if merchants.len() < checkout.orders.len() && !mistake.is(Fault::OneSellerTwiceInABatch) {
        Some("each order of a batch is of another merchant")
    } else if amounts().any(|amount| amount.currency != currency) {
        Some("the orders of a batch have one currency")
    } else {
        amounts().find_map(settings::refuses)
    }
}

/// What the book calls a batch: no order has such a name.
pub(crate) fn batch_name(batch: &str) -> String {
    format!("{BATCH}{batch}")
}

/// Whether a name is that of a batch in the book.
pub(crate) fn is_batch_name(name: &str) -> bool {
    name.starts_with(BATCH)
}

const BATCH: &str = "batch:";
