//! What merchants are told without having asked: the bodies of notifications, and where they go.

use serde::Serialize;
use wire::antom::{
    AfterPayment, NotifyCapture, NotifyPayment, NotifyRefund, NotifyReversal, NotifyType, PaymentStatus, ResultObject,
};
use wire::time::{Moment, WireTime};

use crate::capture::Capture;
use crate::desk::Desk;
use crate::event::Event;
use crate::ledger::OFFSET_MINUTES;
use crate::notice::{Notice, Schedule, Truth, as_sent};
use crate::payment::{Kind, Payment};
use crate::refund::Refund;
use crate::reply::json;

impl Desk {
    /// notifyPayment: how a payment stands now. A batch is told of once, or once an order.
    pub(crate) fn notify_payment(&mut self, payment: &Payment, at: Moment) {
        if payment.kind == Kind::Batch && self.settings.notify_each_order {
            let orders: Vec<_> =
                payment.orders.iter().filter_map(|id| self.ledger.payment_by_id(&payment.client, id)).collect();
            for order in orders {
                let message = self.payment_message(&order, &payment.payment_request_id);
                self.post(&order, payment.notify_url.as_deref(), &message, at, Truth::Genuine);
            }
            return;
        }
        let message = self.payment_message(payment, &payment.payment_request_id);
        self.post(payment, payment.notify_url.as_deref(), &message, at, Truth::Genuine);
    }

    /// A notifyPayment of success that Antom never sent.
    pub(crate) fn forge(&mut self, payment: &Payment, at: Moment, truth: Truth) {
        let (code, status) = ("SUCCESS".to_owned(), PaymentStatus::Success);
        let paid = Payment { code, status, paid: Some(at), ..payment.clone() };
        let message = self.payment_message(&paid, &paid.payment_request_id);
        self.post(&paid, paid.notify_url.as_deref(), &message, at, truth);
    }

    fn payment_message(&self, payment: &Payment, payment_request_id: &str) -> NotifyPayment {
        let is_pending = payment.status == PaymentStatus::Pending;
        let kind = if is_pending { NotifyType::PaymentPending } else { NotifyType::PaymentResult };
        // While it is pending, S means that it is still being processed.
        let result = if is_pending { ResultObject::success() } else { ResultObject::documented(&payment.code) };
        let money = self.exchanged(payment);
        NotifyPayment {
            actual_payment_amount: Some(money.actual),
            payment_quote: money.payment_quote,
            gross_settlement_amount: money.settlement,
            settlement_quote: money.settlement_quote,
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: payment.paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..NotifyPayment::new(
                kind,
                result,
                payment_request_id.to_owned(),
                payment.payment_id.clone(),
                payment.amount,
            )
        }
    }

    /// notifyRefund: how a refund ended.
    pub(crate) fn notify_refund(&mut self, refund: &Refund, at: Moment) {
        let Some(payment) = self.ledger.payment_by_id(&refund.client, &refund.payment_id) else { return };
        let message = NotifyRefund {
            refund_time: refund.done.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..NotifyRefund::new(
                AfterPayment::RefundResult,
                ResultObject::documented(&refund.code),
                refund.status,
                refund.refund_request_id.clone(),
                refund.refund_id.clone(),
                refund.amount,
            )
        };
        self.post(&payment, refund.notify_url.as_deref(), &message, at, Truth::Genuine);
    }

    /// notifyCapture: how a capture ended.
    pub(crate) fn notify_capture(&mut self, capture: &Capture, payment: &Payment) {
        let message = NotifyCapture {
            capture_time: capture.is_success().then(|| WireTime::new(capture.at, OFFSET_MINUTES)),
            ..NotifyCapture::new(
                AfterPayment::CaptureResult,
                ResultObject::documented(&capture.code),
                capture.capture_request_id.clone(),
                capture.payment_id.clone(),
                capture.capture_id.clone(),
                capture.amount,
            )
        };
        self.post(payment, payment.notify_url.as_deref(), &message, capture.at, Truth::Genuine);
    }

    /// notifyReversal: money came too late and could not be given back.
    pub(crate) fn notify_reversal(&mut self, payment: &Payment, at: Moment) {
        let message = NotifyReversal {
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: payment.came_late.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..NotifyReversal::new(
                AfterPayment::PaymentReversal,
                ResultObject::success(),
                payment.payment_request_id.clone(),
                payment.payment_id.clone(),
                payment.amount,
            )
        };
        self.post(payment, payment.notify_url.as_deref(), &message, at, Truth::Genuine);
    }

    fn post(&mut self, payment: &Payment, url: Option<&str>, message: &impl Serialize, at: Moment, truth: Truth) {
        let Some(url) = url.or(self.dashboard_url.as_deref()).map(as_sent) else { return };
        let mut schedule = Schedule::starting(at);
        if truth == Truth::Genuine {
            if self.loses_notification() {
                return self.event(Event::Fault { name: "lose-notification".to_owned() });
            }
            schedule.repeats = self.repeats();
        }
        let payment_request_id = payment.payment_request_id.clone();
        let client = payment.client.clone();
        let notice = Notice { payment_request_id, client, url, body: json(message), truth, schedule };
        self.notices.add(self.ledger.store(), notice);
    }
}
