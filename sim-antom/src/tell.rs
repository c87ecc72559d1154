//! What merchants are told without having asked: the bodies of notifications, and where they go.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use wire::antom::{
    AfterPayment, NotifyCapture, NotifyPayment, NotifyRefund, NotifyReversal, NotifyType, NotifyVaulting,
    PaymentStatus, ResultObject, VaultedMethod,
};
use wire::time::{Moment, WireTime};

use crate::capture::Capture;
use crate::desk::{Desk, Exchanged};
use crate::event::Event;
use crate::ledger::OFFSET_MINUTES;
use crate::notice::{Notice, Schedule, Truth};
use crate::payer::{Card, Payer};
use crate::payment::{Kind, Payment};
use crate::refund::Refund;
use crate::reply::json;
use crate::script::{Changes, Fault, NoticeKind};
use crate::url::as_sent;
use crate::vaulting::{Vaulting, VaultingStatus};

impl Desk {
    /// notifyPayment: how a payment stands now. A batch is told of once, or once an order.
    pub(crate) fn notify_payment(&mut self, payment: &Payment, at: Moment) {
        if payment.kind == Kind::Batch && self.settings.notify_each_order {
            let orders: Vec<_> =
                payment.orders.iter().filter_map(|id| self.ledger.payment_by_id(&payment.client, id)).collect();
            // Nobody is told of a cancel.
            for order in orders.into_iter().filter(|order| order.status != PaymentStatus::Cancelled) {
                let message = self.payment_message(&order, &payment.payment_request_id);
                self.post(
                    NoticeKind::NotifyPayment,
                    About::payment(&order),
                    payment.notify_url.as_deref(),
                    &message,
                    at,
                );
            }
            return;
        }
        let message = self.payment_message(payment, &payment.payment_request_id);
        self.post(NoticeKind::NotifyPayment, About::payment(payment), payment.notify_url.as_deref(), &message, at);
    }

    /// A notifyPayment of success that Antom never sent, if the script has one for a payment that is new.
    pub(crate) fn forge_if_scripted(&mut self, payment: &Payment) {
        if let Some(Fault::ForgeNotification { signature, after, set, .. }) = self.stage.forgery(self.now) {
            self.event(Event::Fault { name: "forge-notification".to_owned() });
            self.forge(payment, self.now + after.0, Truth::Forged(signature), &set);
        }
    }

    /// A notifyPayment of success, with these fields changed.
    pub(crate) fn forge(&mut self, payment: &Payment, at: Moment, truth: Truth, set: &Changes) {
        let (code, status) = ("SUCCESS".to_owned(), PaymentStatus::Success);
        let paid = Payment { code, status, paid: Some(at), ..payment.clone() };
        let Some(url) = self.target(paid.notify_url.as_deref()) else { return };
        let mut message = value(&self.payment_message(&paid, &paid.payment_request_id));
        set.iter().for_each(|(path, value)| path.set(&mut message, value));
        let notice = Notice {
            payment_request_id: paid.payment_request_id,
            client: paid.client,
            url,
            body: json(&message),
            kind: NoticeKind::NotifyPayment,
            truth,
            schedule: Schedule::starting(at),
        };
        self.notices.add(self.ledger.store(), notice);
    }

    fn payment_message(&self, payment: &Payment, payment_request_id: &str) -> NotifyPayment {
        let is_pending = payment.status == PaymentStatus::Pending;
        let kind = if is_pending { NotifyType::PaymentPending } else { NotifyType::PaymentResult };
        // While it is pending, S means that it is still being processed.
        let result = if is_pending { ResultObject::success() } else { ResultObject::documented(&payment.code) };
        let (money, payer) = (self.exchanged(payment), Payer::of(payment));
        NotifyPayment {
            psp_customer_info: payer.customer,
            card_info: payer.card,
            payment_result_info: payer.result,
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
        let money = (refund.done.is_some()).then(|| self.exchange(&payment, refund.amount));
        let message = NotifyRefund {
            actual_refund_amount: money.as_ref().and_then(Exchanged::returned),
            gross_settlement_amount: money.as_ref().and_then(|money| money.settlement),
            settlement_quote: money.and_then(|money| money.settlement_quote),
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
        self.post(NoticeKind::NotifyRefund, About::payment(&payment), refund.notify_url.as_deref(), &message, at);
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
        self.post(
            NoticeKind::NotifyCapture,
            About::payment(payment),
            payment.notify_url.as_deref(),
            &message,
            capture.at,
        );
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
        self.post(NoticeKind::NotifyReversal, About::payment(payment), payment.notify_url.as_deref(), &message, at);
    }

    /// notifyVaulting: whether a card is kept, and its token.
    pub(crate) fn notify_vaulting(&mut self, vaulting: &Vaulting, at: Moment) {
        let message = vaulting_message(vaulting);
        self.post(NoticeKind::NotifyVaulting, About::vaulting(vaulting), Some(&vaulting.notify_url), &message, at);
    }

    /// A notifyVaulting of success that Antom never sent, if the script has one for a session that is new.
    pub(crate) fn forge_vaulting_if_scripted(&mut self, vaulting: &Vaulting) {
        let Some(Fault::ForgeNotification { signature, after, set, .. }) = self.stage.forgery(self.now) else { return };
        self.event(Event::Fault { name: "forge-notification".to_owned() });
        let (code, status) = ("SUCCESS".to_owned(), VaultingStatus::Success);
        // The token of somebody else's card.
        let kept = Vaulting { code, status, vaulting_id: format!("{}X", vaulting.vaulting_id), ..vaulting.clone() };
        let mut message = value(&vaulting_message(&kept));
        set.iter().for_each(|(path, value)| path.set(&mut message, value));
        let Some(url) = self.target(Some(&kept.notify_url)) else { return };
        let notice = Notice {
            payment_request_id: kept.vaulting_request_id,
            client: kept.client,
            url,
            body: json(&message),
            kind: NoticeKind::NotifyVaulting,
            truth: Truth::Forged(signature),
            schedule: Schedule::starting(self.now + after.0),
        };
        self.notices.add(self.ledger.store(), notice);
    }

    /// Puts a notification into the queue, as the script's faults want it.
    fn post(&mut self, kind: NoticeKind, about: About<'_>, url: Option<&str>, message: &impl Serialize, at: Moment) {
        let Some(url) = self.target(url) else { return };
        let fits = self.stage.about(kind, || value(message));
        let (mut schedule, mut copies, mut is_behind) = (Schedule::starting(at), 1, false);
        for word in FAULTS {
            let Some(fault) = self.stage.fault(word, &fits, self.now) else { continue };
            self.event(Event::Fault { name: (*word).to_owned() });
            match fault {
                Fault::LoseNotification { .. } => return,
                Fault::DelayNotification { lasting, .. } => schedule.due = Some(at + lasting.0),
                Fault::RepeatNotification { deliveries, every, .. } => schedule.repeats = Some((deliveries, every.0)),
                Fault::ConcurrentNotification { deliveries, .. } => copies = deliveries,
                Fault::ReorderNotification { lasting, .. } => {
                    schedule.due = Some(at + lasting.0);
                    is_behind = true;
                }
                _ => {}
            }
        }
        let notice = Notice {
            payment_request_id: about.request_id.to_owned(),
            client: about.client.to_owned(),
            url,
            body: json(message),
            kind,
            truth: Truth::Genuine,
            schedule,
        };
        let store = self.ledger.store();
        if is_behind {
            return self.notices.add_behind(store, notice);
        }
        self.notices.overtake(store, &notice.client, schedule.due.unwrap_or(at) + A_MOMENT);
        for _ in 0..copies {
            self.notices.add(store, notice.clone());
        }
    }

    fn target(&self, url: Option<&str>) -> Option<String> {
        url.or(self.dashboard_url.as_deref()).map(as_sent)
    }
}

/// What a notification is about.
#[derive(Debug, Clone, Copy)]
struct About<'a> {
    client: &'a str,
    /// The merchant's id for it.
    request_id: &'a str,
}

impl<'a> About<'a> {
    fn payment(payment: &'a Payment) -> Self {
        Self { client: &payment.client, request_id: &payment.payment_request_id }
    }

    fn vaulting(vaulting: &'a Vaulting) -> Self {
        Self { client: &vaulting.client, request_id: &vaulting.vaulting_request_id }
    }
}

/// Of a card that is not kept there is nothing to tell.
fn vaulting_message(vaulting: &Vaulting) -> NotifyVaulting {
    let is_kept = vaulting.status == VaultingStatus::Success;
    let card = is_kept.then(|| Card::default().vaulted(vaulting.card_token()));
    NotifyVaulting {
        vaulting_create_time: Some(WireTime::new(vaulting.created, OFFSET_MINUTES)),
        ..NotifyVaulting::new(
            ResultObject::documented(&vaulting.code),
            vaulting.vaulting_request_id.clone(),
            VaultedMethod { card, ..VaultedMethod::new("CARD".to_owned()) },
        )
    }
}

/// The faults that decide whether, when and how often a notification is sent; a lost one is nothing else.
const FAULTS: &[&str] = &[
    "lose-notification",
    "delay-notification",
    "repeat-notification",
    "concurrent-notification",
    "reorder-notification",
];
/// How long after another one a notification comes that it overtook.
const A_MOMENT: Duration = Duration::from_secs(1);

fn value(message: &impl Serialize) -> Value {
    // As with the bytes: null is the harmless answer to a bug.
    serde_json::to_value(message).unwrap_or_default()
}
