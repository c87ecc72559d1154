//! The life of payments and refunds: what begins them, what happens to them by itself, what ends them.

use std::sync::Arc;

use wire::antom::{PaymentStatus, RefundStatus, ResultStatus};
use wire::time::{Moment, Span};

use crate::capture::CaptureMode;
use crate::desk::Desk;
use crate::event::Event;
use crate::payment::{Kind, Payment};
use crate::plan::{Plan, Turn};
use crate::refund::Refund;
use crate::script::{Buyer, Code, RefundEnd};
use crate::trigger;

impl Desk {
    /// A payment begins: what will become of it? One that is decided at once comes back decided.
    pub(crate) fn begin(&mut self, mut payment: Payment) -> Arc<Payment> {
        let at_once = Span::secs(if payment.kind.is_direct() { 0 } else { 3 });
        let is_played = self.checkouts.is_served || self.checkouts.play(&payment.payment_id).is_some();
        let waits = self.by_hand && !payment.kind.is_direct() || payment.kind == Kind::Session && is_played;
        let otherwise = if waits { Buyer::Leaves } else { Buyer::Pays { after: at_once } };
        let asked = trigger::result(&payment.description).filter(|_| self.takes_triggers());
        let mut buyer = match asked {
            Some(line) if line.status == ResultStatus::S => Buyer::Pays { after: at_once },
            Some(line) => Buyer::Declines { code: Code(line), after: at_once },
            None => self.stage.buyer(self.now).unwrap_or(otherwise),
        };
        match buyer {
            Buyer::PaysLate { after, reversal } => {
                payment.late = Some(after.0);
                payment.reversal = reversal.map(|span| span.0);
            }
            Buyer::Authorises { after, lasting } => {
                if payment.capture.is_some() {
                    payment.capture = Some(CaptureMode::Manual);
                    payment.bound = Some(lasting.0);
                }
                buyer = Buyer::Pays { after };
            }
            // Not an end: the payment stays in progress, and says so with this code.
            Buyer::Declines { code, .. } if code.0.status == ResultStatus::U => {
                code.0.code.clone_into(&mut payment.code);
                buyer = Buyer::Leaves;
            }
            _ => {}
        }
        let payment = self.keep(payment);
        let decided = match &buyer {
            Buyer::Pays { after } if payment.kind.is_direct() && *after == Span::secs(0) => {
                Some((PaymentStatus::Success, "SUCCESS"))
            }
            Buyer::Declines { code, after } if payment.kind.is_direct() && *after == Span::secs(0) => {
                Some((PaymentStatus::Fail, code.0.code))
            }
            _ => None,
        };
        match decided {
            Some((status, code)) => {
                self.end_payment(&payment, self.now, status, code);
                self.ledger.payment_by_id(&payment.client, &payment.payment_id).unwrap_or(payment)
            }
            None => {
                self.plan_buyer(&payment, self.now, &buyer);
                payment
            }
        }
    }

    /// Plans what a buyer does, from now on.
    fn plan_buyer(&mut self, payment: &Payment, now: Moment, buyer: &Buyer) {
        let turn = match buyer {
            Buyer::Pays { after } => Some((now + after.0, PaymentStatus::Success, "SUCCESS")),
            Buyer::Declines { code, after } => Some((now + after.0, PaymentStatus::Fail, code.0.code)),
            Buyer::Pends { after, .. } => Some((now + after.0, PaymentStatus::Pending, "PAYMENT_IN_PROCESS")),
            Buyer::Leaves | Buyer::PaysLate { .. } | Buyer::Authorises { .. } => None,
        };
        // Only the first thing that ends a payment is planned: a plan that can change nothing would keep the world busy.
        let (at, status, code) = turn.filter(|(at, ..)| *at <= payment.expires).unwrap_or((
            payment.expires,
            PaymentStatus::Fail,
            "ORDER_IS_CLOSED",
        ));
        if let (Buyer::Pends { lasting, code, .. }, PaymentStatus::Pending) = (buyer, status) {
            let status = if code.0.code == "SUCCESS" { PaymentStatus::Success } else { PaymentStatus::Fail };
            self.plan_end(payment, at + lasting.0, status, code.0.code);
        }
        self.plan_end(payment, at, status, code);
    }

    fn plan_end(&mut self, payment: &Payment, at: Moment, status: PaymentStatus, code: &str) {
        let payment_request_id = payment.payment_request_id.clone();
        self.plan(at, &payment.client, Turn::PaymentEnds { payment_request_id, status, code: code.to_owned() });
    }

    pub(crate) fn plan(&mut self, at: Moment, client: &str, turn: Turn) {
        self.plans.add(self.ledger.store(), Plan { at, client: client.to_owned(), turn });
    }

    /// What was planned happens, at its own time.
    pub(crate) fn carry_out(&mut self, plan: &Plan) {
        let (at, client) = (plan.at, plan.client.as_str());
        match &plan.turn {
            Turn::PaymentEnds { payment_request_id, status, code } => {
                let payment = self.ledger.payment(client, payment_request_id);
                let Some(payment) = payment.filter(|payment| payment.is_open()) else { return };
                // What has become pending is beyond expiry: the bank has it.
                let is_expiry = code == "ORDER_IS_CLOSED" && at == payment.expires;
                if !(is_expiry && payment.status == PaymentStatus::Pending) {
                    self.end_payment(&payment, at, *status, code);
                }
            }
            Turn::ComesLate { payment_id } => self.come_late(client, payment_id, at),
            Turn::RefundEnds { refund_id, code } => self.end_refund(client, refund_id, at, code),
            Turn::CaptureEnds { capture_id, code } => self.end_capture(client, capture_id, at, code),
            Turn::Reversed { payment_id } => {
                if let Some(payment) = self.ledger.payment_by_id(client, payment_id) {
                    self.notify_reversal(&payment, at);
                }
            }
            Turn::VaultingEnds { vaulting_id, code } => self.end_vaulting(client, vaulting_id, at, code),
            Turn::CaptureDue { payment_id } => self.capture_by_itself(client, payment_id, at),
            Turn::AuthorisationEnds { payment_id } => {
                let payment = self.ledger.payment_by_id(client, payment_id);
                let held = |payment: &Arc<Payment>| payment.status == PaymentStatus::Success && payment.captured == 0;
                if let Some(payment) = payment.filter(held) {
                    self.cancel(&payment, at);
                }
            }
        }
    }

    /// A payment in progress ends, or becomes pending.
    pub(crate) fn end_payment(&mut self, payment: &Payment, at: Moment, status: PaymentStatus, code: &str) {
        let is_expiry = code == "ORDER_IS_CLOSED";
        let is_live = at < payment.expires && payment.session_until.is_none_or(|until| at < until);
        if payment.kind == Kind::Session && status == PaymentStatus::Fail && !is_expiry && is_live {
            // Within a live session a failed attempt is not the end: the buyer may try again.
            let buyer = self.stage.another_buyer(at).unwrap_or(Buyer::Leaves);
            return self.plan_buyer(payment, at, &buyer);
        }
        self.conclude(payment, at, status, code);
    }

    /// A payment ends, or becomes pending, whatever may still be tried.
    pub(crate) fn conclude(&mut self, payment: &Payment, at: Moment, status: PaymentStatus, code: &str) {
        let success = status == PaymentStatus::Success;
        let payment = self.keep(Payment {
            status,
            code: code.to_owned(),
            paid: success.then_some(at),
            ended: (status == PaymentStatus::Fail).then_some(at),
            ..payment.clone()
        });
        for child in payment.orders.clone() {
            if let Some(child) = self.ledger.payment_by_id(&payment.client, &child).filter(|child| child.is_open()) {
                let (paid, ended) = (payment.paid, payment.ended);
                self.keep(Payment { status, code: code.to_owned(), paid, ended, ..(*child).clone() });
            }
        }
        let payment_id = payment.payment_id.clone();
        match (status, payment.capture) {
            (PaymentStatus::Success, Some(CaptureMode::Automatic)) => {
                self.plan(at + self.settings.capture_after.0, &payment.client, Turn::CaptureDue { payment_id });
            }
            (PaymentStatus::Success, Some(CaptureMode::Manual)) => {
                let until = payment.bound_until().unwrap_or(at);
                self.plan(until, &payment.client, Turn::AuthorisationEnds { payment_id });
            }
            _ => {}
        }
        if success || status == PaymentStatus::Pending || !payment.kind.is_in_store() || self.settings.notify_failure {
            self.notify_payment(&payment, at);
        }
        if status == PaymentStatus::Fail {
            self.plan_late(&payment, at);
        }
    }

    /// Cancels a payment, and the orders of a batch with it. Anything paid is given back.
    pub(crate) fn cancel(&mut self, payment: &Payment, at: Moment) {
        let cancelled = |payment: &Payment| Payment {
            status: PaymentStatus::Cancelled,
            code: "ORDER_IS_CANCELED".to_owned(),
            ended: Some(at),
            ..payment.clone()
        };
        let payment = self.keep(cancelled(payment));
        for child in payment.orders.clone() {
            if let Some(child) = self.ledger.payment_by_id(&payment.client, &child) {
                self.keep(cancelled(&child));
            }
        }
        if let Some(parent) = payment.batch.as_ref().and_then(|id| self.ledger.payment_by_id(&payment.client, id)) {
            self.cancel_in_batch(&payment, &parent, at);
        }
        self.plan_late(&payment, at);
    }

    /// One order of a batch was cancelled: the last one takes the batch with it; money for the others is kept.
    fn cancel_in_batch(&mut self, order: &Payment, parent: &Payment, at: Moment) {
        let others = parent.orders.iter().filter_map(|id| self.ledger.payment_by_id(&parent.client, id));
        if others.into_iter().all(|other| other.status == PaymentStatus::Cancelled) {
            return self.cancel(parent, at);
        }
        self.keep(Payment { refunded: parent.refunded.saturating_add(order.amount.minor), ..parent.clone() });
    }

    fn plan_late(&mut self, payment: &Payment, at: Moment) {
        if let Some(after) = payment.late {
            let turn = Turn::ComesLate { payment_id: payment.payment_id.clone() };
            self.plan(at + after, &payment.client, turn);
        }
    }

    /// The wallet says that it paid, after the payment had ended: the money goes back by itself, or a person must look.
    fn come_late(&mut self, client: &str, payment_id: &str, at: Moment) {
        let Some(payment) = self.ledger.payment_by_id(client, payment_id) else { return };
        self.event(Event::Fault { name: "pays-late".to_owned() });
        let payment = Payment { came_late: Some(at), late: None, ..(*payment).clone() };
        self.ledger.keep(Arc::new(payment.clone()));
        match payment.reversal {
            Some(after) => {
                let turn = Turn::Reversed { payment_id: payment.payment_id.clone() };
                self.plan(at + after, client, turn);
            }
            None if self.settings.reversal_fails => self.notify_reversal(&payment, at),
            None => {}
        }
    }

    /// A refund was accepted: it is given back at once, or later.
    pub(crate) fn begin_refund(&mut self, refund: Refund) -> Arc<Refund> {
        let end = self.stage.refund(self.now);
        let (after, code) = match end {
            Some(RefundEnd::Succeeds { after }) => (Some(after), "SUCCESS"),
            Some(RefundEnd::Fails { code, after }) => (Some(after), code.0.code),
            None if refund.is_async => (Some(Span::secs(3)), "SUCCESS"),
            None => (None, "SUCCESS"),
        };
        let (client, refund_id) = (refund.client.clone(), refund.refund_id.clone());
        let refund = self.keep_refund(Refund { is_async: after.is_some(), ..refund });
        self.count_refund(&refund, true);
        match after {
            Some(after) => {
                self.plan(self.now + after.0, &client, Turn::RefundEnds { refund_id, code: code.to_owned() });
                refund
            }
            None => {
                self.end_refund(&client, &refund_id, self.now, code);
                self.ledger.refund_by_id(&client, &refund_id).unwrap_or(refund)
            }
        }
    }

    fn end_refund(&mut self, client: &str, refund_id: &str, at: Moment, code: &str) {
        let refund = self.ledger.refund_by_id(client, refund_id);
        let Some(refund) = refund.filter(|refund| refund.status == RefundStatus::Processing) else { return };
        let success = code == "SUCCESS";
        let status = if success { RefundStatus::Success } else { RefundStatus::Fail };
        let done = success.then_some(at);
        let refund = self.keep_refund(Refund { status, code: code.to_owned(), done, ..(*refund).clone() });
        if !success {
            self.count_refund(&refund, false);
        }
        if refund.is_async || self.settings.notify_refund {
            self.notify_refund(&refund, at);
        }
    }

    /// What is given back counts against its payment, and against the batch that it is in.
    fn count_refund(&mut self, refund: &Refund, begins: bool) {
        let Some(payment) = self.ledger.payment_by_id(&refund.client, &refund.payment_id) else { return };
        let batch = payment.batch.as_ref().and_then(|id| self.ledger.payment_by_id(&refund.client, id));
        for (payment, is_own) in [(Some(payment), true), (batch, false)] {
            let Some(payment) = payment else { continue };
            let mut payment = (*payment).clone();
            payment.refunded = if begins {
                payment.refunded.saturating_add(refund.amount.minor)
            } else {
                payment.refunded.saturating_sub(refund.amount.minor)
            };
            if begins && is_own {
                payment.refunds.push(refund.refund_id.clone());
            }
            self.ledger.keep(Arc::new(payment));
        }
    }

    /// Files a refund as it is now, and puts it into the trace.
    pub(crate) fn keep_refund(&mut self, refund: Refund) -> Arc<Refund> {
        let refund = Arc::new(refund);
        self.event(Event::Refund {
            refund_request_id: refund.refund_request_id.clone(),
            refund_id: refund.refund_id.clone(),
            payment_id: refund.payment_id.clone(),
            amount: refund.amount,
            status: refund.status,
            code: refund.code.clone(),
        });
        self.ledger.keep_refund(Arc::clone(&refund));
        refund
    }
}
