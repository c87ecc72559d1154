//! A capture, money taken that a card's holder had authorised: as the ledger keeps it, and how it begins and ends.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::antom::PaymentStatus;
use wire::money::Money;
use wire::time::{Moment, Span};

use crate::desk::Desk;
use crate::event::Event;
use crate::payment::Payment;
use crate::plan::Turn;
use crate::script::CaptureEnd;

/// A capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it; the gateway's own when it was automatic.
    pub capture_request_id: String,
    /// Antom's id for it.
    pub capture_id: String,
    /// The payment that is captured.
    pub payment_id: String,
    /// In minor units.
    pub amount: Money,
    /// The code that it ended with, SUCCESS when the money was taken; CAPTURE_IN_PROCESS before that.
    pub code: String,
    /// When it ended.
    pub at: Moment,
    /// Whether no other may follow.
    pub is_last: bool,
}

impl Capture {
    /// The code of one that has not ended.
    pub(crate) const IN_PROCESS: &'static str = "CAPTURE_IN_PROCESS";

    /// Whether it has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.code == Self::IN_PROCESS
    }

    /// Whether the money was taken.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == "SUCCESS"
    }
}

/// How a card payment is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureMode {
    /// By the gateway, shortly after the authorisation.
    Automatic,
    /// By the merchant, within seven days.
    Manual,
}

impl Desk {
    /// How much of a payment can still be captured, in minor units; none when the last capture was made. What is under
    /// way counts as captured until it has failed.
    pub(crate) fn capturable(&self, payment: &Payment) -> Option<u64> {
        let captures = payment.captures.iter().filter_map(|id| self.ledger.capture_by_id(&payment.client, id));
        let under_way: Vec<_> = captures.filter(|capture| capture.is_open()).collect();
        let taken = under_way.iter().fold(payment.captured, |sum, capture| sum.saturating_add(capture.amount.minor));
        let is_last = payment.is_captured || under_way.iter().any(|capture| capture.is_last);
        (!is_last).then(|| payment.amount.minor.saturating_sub(taken))
    }

    /// The gateway captures what the merchant left to it.
    pub(crate) fn capture_by_itself(&mut self, client: &str, payment_id: &str, at: Moment) {
        let payment = self.ledger.payment_by_id(client, payment_id);
        let Some(payment) = payment.filter(|payment| payment.status == PaymentStatus::Success) else { return };
        // The merchant may have been quicker.
        let Some(left) = self.capturable(&payment).filter(|left| *left > 0) else { return };
        let end = self.stage.own_capture(at);
        let capture = Capture {
            client: client.to_owned(),
            capture_request_id: format!("AUTO-{payment_id}"),
            capture_id: self.ledger.next_capture_id(at),
            payment_id: payment_id.to_owned(),
            amount: Money { minor: left, ..payment.amount },
            code: "SUCCESS".to_owned(),
            at,
            is_last: true,
        };
        self.begin_capture(capture, end.as_ref());
    }

    /// A capture is allowed: it ends at once, or later.
    pub(crate) fn begin_capture(&mut self, capture: Capture, end: Option<&CaptureEnd>) -> Arc<Capture> {
        let (code, after) = match end {
            None => ("SUCCESS", Span::secs(0)),
            Some(CaptureEnd::Succeeds { after }) => ("SUCCESS", *after),
            Some(CaptureEnd::Fails { code, after }) => (code.0.code, *after),
        };
        if after == Span::secs(0) {
            return self.keep_capture(Capture { code: code.to_owned(), ..capture });
        }
        let turn = Turn::CaptureEnds { capture_id: capture.capture_id.clone(), code: code.to_owned() };
        self.plan(capture.at + after.0, &capture.client, turn);
        let capture = Arc::new(Capture { code: Capture::IN_PROCESS.to_owned(), ..capture });
        self.ledger.keep_capture(Arc::clone(&capture));
        if let Some(payment) = self.ledger.payment_by_id(&capture.client, &capture.payment_id) {
            let mut payment = (*payment).clone();
            payment.captures.push(capture.capture_id.clone());
            self.ledger.keep(Arc::new(payment));
        }
        capture
    }

    /// What a card's holder authorised may have been released meanwhile.
    pub(crate) fn end_capture(&mut self, client: &str, capture_id: &str, at: Moment, code: &str) {
        let capture = self.ledger.capture_by_id(client, capture_id);
        let Some(capture) = capture.filter(|capture| capture.is_open()) else { return };
        let payment = self.ledger.payment_by_id(client, &capture.payment_id);
        let is_bound = payment.is_some_and(|payment| payment.status == PaymentStatus::Success);
        let code = if is_bound { code } else { "ORDER_IS_CANCELED" };
        self.keep_capture(Capture { code: code.to_owned(), at, ..(*capture).clone() });
    }

    /// A capture ended: it counts against its payment, and is notified.
    pub(crate) fn keep_capture(&mut self, capture: Capture) -> Arc<Capture> {
        let capture = Arc::new(capture);
        self.event(Event::Capture {
            capture_request_id: capture.capture_request_id.clone(),
            capture_id: capture.capture_id.clone(),
            payment_id: capture.payment_id.clone(),
            amount: capture.amount,
            code: capture.code.clone(),
        });
        self.ledger.keep_capture(Arc::clone(&capture));
        let Some(payment) = self.ledger.payment_by_id(&capture.client, &capture.payment_id) else { return capture };
        let mut payment = (*payment).clone();
        if !payment.captures.contains(&capture.capture_id) {
            payment.captures.push(capture.capture_id.clone());
        }
        if !capture.is_success() && payment.capture == Some(CaptureMode::Automatic) && payment.captured == 0 {
            // Nobody tries again by himself: what is not captured by hand is released in the end.
            let until = payment.bound_until().unwrap_or(capture.at);
            let payment_id = payment.payment_id.clone();
            self.plan(until, &capture.client, Turn::AuthorisationEnds { payment_id });
        }
        if capture.is_success() {
            payment.captured = payment.captured.saturating_add(capture.amount.minor);
            payment.is_captured |= capture.is_last;
        }
        self.ledger.keep(Arc::new(payment.clone()));
        self.notify_capture(&capture, &payment);
        capture
    }
}
