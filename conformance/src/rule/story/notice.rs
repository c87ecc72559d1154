//! One delivery of a notification.

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use wire::antom::{Headers, Operation, Tree};
use wire::time::Moment;

use super::Payment;
use super::request::moment;
use crate::rule::view::at;

/// A delivery whose own time is longer ago than this is replayed.
const OLD: Duration = Duration::from_secs(3600);

/// A delivery.
#[derive(Debug)]
pub(crate) struct Notice<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// Which payment it is about, by the merchant's id.
    pub(crate) payment_request_id: &'a str,
    /// Where to.
    pub(crate) url: &'a str,
    /// The headers.
    pub(crate) headers: &'a Headers,
    /// The body, decoded.
    pub(crate) body: Arc<Tree<'a>>,
    /// Whether a merchant should believe that Antom sent it.
    pub(crate) genuine: bool,
    /// Whether it says something else than what happened, rightly signed.
    pub(crate) altered: bool,
    /// What the merchant answered.
    pub(crate) answer: Option<Answer<'a>>,
    /// [Whether it is old](Self::is_old), once somebody has asked.
    pub(super) is_old: OnceCell<bool>,
}

/// The answer to a delivery.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// The HTTP status; none when nothing came.
    pub(crate) status: Option<u16>,
    /// Whether it is an acknowledgement.
    pub(crate) acknowledged: bool,
    /// Why it is none.
    pub(crate) problem: &'a str,
}

/// What a notification says of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is paid.
    Paid,
    /// It failed.
    Failed,
    /// It is still being processed.
    Pending,
}

impl Notice<'_> {
    /// Whether it is about a payment, or about one order of it, when that is a batch: such an order has an id of its own
    /// in the ledger, which the merchant never chose.
    pub(crate) fn is_about(&self, payment: &Payment<'_>) -> bool {
        let is_batch = payment.operation == Some(Operation::BatchPay);
        let rest = self.payment_request_id.strip_prefix(payment.id.as_str());
        rest.is_some_and(|rest| rest.is_empty() || is_batch && rest.starts_with('_'))
    }

    /// Its kind, such as PAYMENT_RESULT.
    pub(crate) fn kind(&self) -> &str {
        self.body["notifyType"].as_str().unwrap_or_default()
    }

    /// The result's status, S or F.
    pub(crate) fn status(&self) -> &str {
        self.body["result"]["resultStatus"].as_str().unwrap_or_default()
    }

    /// What it says of its payment; none when it is about something else.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        match (self.kind(), self.status()) {
            ("PAYMENT_RESULT", "S") => Some(Outcome::Paid),
            ("PAYMENT_RESULT", "F") => Some(Outcome::Failed),
            ("PAYMENT_PENDING", _) => Some(Outcome::Pending),
            _ => None,
        }
    }

    /// What it says of its payment when it tells that held money was taken.
    pub(crate) fn captured(&self) -> Option<Outcome> {
        ((self.kind(), self.status()) == ("CAPTURE_RESULT", "S")).then_some(Outcome::Paid)
    }

    /// A text in the body.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        at(&*self.body, pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// A header, its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.value(name)
    }

    /// Whether it was signed long before it came: somebody else has kept it.
    pub(crate) fn is_old(&self) -> bool {
        let is_old = || self.header("request-time").and_then(moment).is_some_and(|time| self.at.since(time) > OLD);
        *self.is_old.get_or_init(is_old)
    }

    /// Whether it surely arrived: something came back.
    pub(crate) fn arrived(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.status.is_some())
    }

    /// Whether it was acknowledged.
    pub(crate) fn is_acknowledged(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.acknowledged)
    }
}
