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
use super::subject::{Purpose, Subject};
use crate::buyer::TooLate;
use crate::event::Event;
use crate::gateway::Gateway;
use crate::notices::Progress;
use crate::script::{Effect, Ending, NoticeKind, Opening, Play, Query};
use crate::vaulting::Vaulting;

/// What is known of the sessions beside what they are about.
#[derive(Debug, Default)]
pub(crate) struct Checkouts {
    /// By what they are about. As many as there are payments and vaultings at most.
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
    purpose: Purpose,
    /// What is to be paid.
    amount: String,
    description: String,
    order: Option<String>,
    method: String,
    /// Whether the holder's bank is to be asked.
    is_3ds: bool,
    /// The wallet's page.
    wallet: String,
    /// Where it is.
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
    pub(crate) subject: Subject,
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
    pub(crate) fn set(&mut self, id: &str, play: Play) {
        self.plays.insert(id.to_owned(), Arc::new(play));
    }

    /// The play of a session.
    pub(crate) fn play(&self, id: &str) -> Option<&Arc<Play>> {
        self.plays.get(id)
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

    /// A session by the id of what it is about, as the SDK's page sees it.
    #[must_use]
    pub fn checkout(&self, id: &str) -> Option<Checkout> {
        let desk = self.desk();
        let subject = Subject::of(self, id)?;
        let play = desk.checkouts.play(id);
        let wallet = format!("{}/session?paymentId={id}", desk.page_url);
        let steps = play.map(|play| play.steps.iter().flat_map(|step| notes(step, &subject, &wallet)).collect());
        let (purpose, names) = (subject.purpose(), subject.names());
        let told = |view: &crate::notices::NoticeView| {
            let is_of_cards = view.notice.kind == NoticeKind::NotifyVaulting;
            (view.notice.client.as_str(), view.notice.payment_request_id.as_str()) == names
                && is_of_cards == (purpose == Purpose::Vaulting)
                && view.progress == Progress::Done
        };
        let (amount, description, order, is_3ds) = match &subject {
            Subject::Payment(payment) => (
                crate::cashier::major(payment.amount),
                payment.description.clone(),
                payment.reference_order_id.clone(),
                false,
            ),
            Subject::Vaulting(vaulting) => (String::new(), String::new(), None, vaulting.is_3ds),
        };
        Some(Checkout {
            purpose,
            amount,
            description,
            order,
            is_3ds,
            method: subject.method().to_owned(),
            wallet,
            status: subject.status(),
            code: subject.code().to_owned(),
            is_notified: !subject.is_open() && desk.notices.views().iter().any(told),
            is_open: subject.status() == PaymentStatus::Processing,
            page: play.map(|play| play.page).unwrap_or_default(),
            notes: steps,
            done: desk.checkouts.places.get(id).copied().unwrap_or_default(),
            endings: endings()
                .map(|line| json!({"code": line.code, "status": line.status, "message": line.message}))
                .collect(),
            query: play.map(|play| play.query.clone()).unwrap_or_default(),
            subject,
        })
    }

    /// The server does something about what a session is about.
    ///
    /// # Errors
    /// It is too late, or there is no such session.
    pub fn checkout_does(&mut self, now: Moment, id: &str, effect: &Effect) -> Result<(), TooLate> {
        let subject = Subject::of(self, id).ok_or(TooLate::Unknown)?;
        if !subject.is_open() {
            return Err(TooLate::Ended(subject.status()));
        }
        self.desk_mut().now = now;
        let payment = match subject {
            Subject::Payment(payment) => payment,
            Subject::Vaulting(vaulting) => {
                self.vaulting_does(now, &vaulting, effect);
                return Ok(());
            }
        };
        match effect {
            Effect::Pays => self.end_payment(now, &payment, PaymentStatus::Success, "SUCCESS"),
            Effect::Declines { code } => self.end_payment(now, &payment, PaymentStatus::Fail, code.0.code),
            Effect::Fails { code } => self.desk_mut().conclude(&payment, now, PaymentStatus::Fail, code.0.code),
            Effect::Closes => self.end_payment(now, &payment, PaymentStatus::Fail, "ORDER_IS_CLOSED"),
            Effect::Pends => self.end_payment(now, &payment, PaymentStatus::Pending, "PAYMENT_IN_PROCESS"),
        }
        Ok(())
    }

    fn vaulting_does(&mut self, now: Moment, vaulting: &Vaulting, effect: &Effect) {
        let code = match effect {
            Effect::Pays => "SUCCESS",
            Effect::Fails { code } => code.0.code,
            Effect::Closes => Vaulting::EXPIRED,
            // Another try may follow; and it is in process as long as nothing else is known.
            Effect::Declines { .. } | Effect::Pends => return,
        };
        self.desk_mut().end_vaulting(&vaulting.client, &vaulting.vaulting_id, now, code);
    }

    /// What the SDK's page does when a person lets a session end so.
    #[must_use]
    pub fn checkout_ending(&self, id: &str, ending: &Ending) -> Option<Value> {
        let told = told(ending, &Subject::of(self, id)?);
        Some(json!([Note::End { event: told.event, answer: told.answer }]))
    }

    /// So many notes of a session's play are done with.
    pub fn checkout_goes_on(&mut self, id: &str, done: usize) {
        let checkouts = &mut self.desk_mut().checkouts;
        if checkouts.plays.contains_key(id) {
            checkouts.places.insert(id.to_owned(), done);
        }
    }

    /// Something is said about a session; it goes into the trace.
    pub fn checkout_said(&mut self, id: &str, saying: Saying) {
        let Some(subject) = Subject::of(self, id) else { return };
        let Saying { side, event, data } = saying;
        let payment_request_id = subject.names().1.to_owned();
        let data = TextBytes(data.to_string().into());
        self.desk_mut().event(Event::Client { payment_request_id, side, event, data });
    }
}
