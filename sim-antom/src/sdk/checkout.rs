//! A session as the SDK's page sees it, and what is done in it: by a play, or by a person. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wire::antom::PaymentStatus;
use wire::hex::TextBytes;
use wire::time::Moment;

use super::ending::{endings, told};
use super::score::{Note, notes};
use crate::buyer::TooLate;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::notices::Progress;
use crate::payment::{Kind, Payment};
use crate::script::{Effect, Ending, Opening, Play, Query};

/// What is known of the sessions beside their payments.
#[derive(Debug, Default)]
pub(crate) struct Checkouts {
    /// By payment. As many as there are payments at most.
    plays: BTreeMap<String, Arc<Play>>,
    /// How far each has come: a page that is opened again goes on there.
    places: BTreeMap<String, usize>,
    /// Whether buyers of sessions wait for what happens on the SDK's page.
    pub(crate) is_served: bool,
}

/// A session as the SDK's page sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    amount: String,
    description: String,
    order: Option<String>,
    method: String,
    /// The wallet's page.
    wallet: String,
    /// Where its payment is.
    status: PaymentStatus,
    /// The paymentResultCode.
    code: String,
    /// Whether its end was notified, and the notification answered.
    is_notified: bool,
    is_open: bool,
    /// How far the page gets by itself.
    page: Opening,
    /// What it does then; none when a person decides.
    notes: Option<Vec<Note>>,
    /// How many of them are done with.
    done: usize,
    /// How a person may let it end.
    endings: Vec<Value>,
    /// How the SDK's first question is answered.
    #[serde(skip)]
    pub(crate) query: Query,
    #[serde(skip)]
    pub(crate) payment: Arc<Payment>,
}

/// Who says something about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The SDK, in the merchant's page, asks or says something.
    Sdk,
    /// The SDK's page tells the merchant's something.
    Page,
    /// The buyer does something.
    Buyer,
}

/// Something that is said about a session, for the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// Who.
    pub side: Side,
    /// A message's name, an operation, or what the buyer does.
    pub event: String,
    /// What it carries.
    #[serde(default)]
    pub data: Value,
}

impl Checkouts {
    /// Gives a session its play.
    pub(crate) fn set(&mut self, payment_id: &str, play: Play) {
        self.plays.insert(payment_id.to_owned(), Arc::new(play));
    }

    /// The play of a session.
    pub(crate) fn play(&self, payment_id: &str) -> Option<&Arc<Play>> {
        self.plays.get(payment_id)
    }

    /// Forgets all plays.
    pub(crate) fn clear(&mut self) {
        self.plays.clear();
        self.places.clear();
    }
}

impl Gateway {
    /// Lets buyers of sessions wait for what happens on the SDK's page, unless the script says what they do.
    pub const fn set_client(&mut self, is_served: bool) {
        self.desk_mut().checkouts.is_served = is_served;
    }

    /// A session by its payment, as the SDK's page sees it.
    #[must_use]
    pub fn checkout(&self, payment_id: &str) -> Option<Checkout> {
        let desk = self.desk();
        let payment = desk.ledger.payment_of_anybody(payment_id).filter(|payment| payment.kind == Kind::Session)?;
        let play = desk.checkouts.play(payment_id);
        let wallet = format!("{}/session?paymentId={payment_id}", desk.page_url);
        let steps = play.map(|play| play.steps.iter().flat_map(|step| notes(step, &payment, &wallet)).collect());
        let told = |view: &crate::notices::NoticeView| {
            view.notice.payment_request_id == payment.payment_request_id
                && view.notice.client == payment.client
                && view.progress == Progress::Done
        };
        Some(Checkout {
            amount: crate::cashier::major(payment.amount),
            description: payment.description.clone(),
            order: payment.reference_order_id.clone(),
            method: payment.payment_method_type.clone(),
            wallet,
            status: payment.status,
            code: payment.code.clone(),
            is_notified: !payment.is_open() && desk.notices.views().iter().any(told),
            is_open: payment.status == PaymentStatus::Processing,
            page: play.map(|play| play.page).unwrap_or_default(),
            notes: steps,
            done: desk.checkouts.places.get(payment_id).copied().unwrap_or_default(),
            endings: endings()
                .map(|line| json!({"code": line.code, "status": line.status, "message": line.message}))
                .collect(),
            query: play.map(|play| play.query.clone()).unwrap_or_default(),
            payment,
        })
    }

    /// The server does something about a session's payment.
    ///
    /// # Errors
    /// It is too late, or there is no such session.
    pub fn checkout_does(&mut self, now: Moment, payment_id: &str, effect: &Effect) -> Result<(), TooLate> {
        let payment = self.checkout(payment_id).ok_or(TooLate::Unknown)?.payment;
        if !payment.is_open() {
            return Err(TooLate::Ended(payment.status));
        }
        self.desk_mut().now = now;
        match effect {
            Effect::Pays => self.end_payment(now, &payment, PaymentStatus::Success, "SUCCESS"),
            Effect::Declines { code } => self.end_payment(now, &payment, PaymentStatus::Fail, code.0.code),
            Effect::Fails { code } => self.desk_mut().conclude(&payment, now, PaymentStatus::Fail, code.0.code),
            Effect::Closes => self.end_payment(now, &payment, PaymentStatus::Fail, "ORDER_IS_CLOSED"),
            Effect::Pends => self.end_payment(now, &payment, PaymentStatus::Pending, "PAYMENT_IN_PROCESS"),
        }
        Ok(())
    }

    /// What the SDK's page does when a person lets a session end so.
    #[must_use]
    pub fn checkout_ending(&self, payment_id: &str, ending: &Ending) -> Option<Value> {
        let told = told(ending, &self.checkout(payment_id)?.payment);
        Some(json!([Note::End { event: told.event, answer: told.answer }]))
    }

    /// So many notes of a session's play are done with.
    pub fn checkout_goes_on(&mut self, payment_id: &str, done: usize) {
        let checkouts = &mut self.desk_mut().checkouts;
        if checkouts.plays.contains_key(payment_id) {
            checkouts.places.insert(payment_id.to_owned(), done);
        }
    }

    /// Something is said about a session; it goes into the trace.
    pub fn checkout_said(&mut self, payment_id: &str, saying: Saying) {
        let Some(checkout) = self.checkout(payment_id) else { return };
        let Saying { side, event, data } = saying;
        let payment_request_id = checkout.payment.payment_request_id.clone();
        let data = TextBytes(data.to_string().into());
        self.desk_mut().event(Event::Client { payment_request_id, side, event, data });
    }
}
