//! What a notification means: verify, take in once, acknowledge.
//!
//! What cannot be vouched for changes nothing and is not acknowledged with S, so that the real one comes again. What it
//! changes is on disk before the acknowledgement leaves.

use std::time::Duration;

use serde_json::Value;
use wire::antom::{Ack, Envelope, NotifyCapture, NotifyPayment, NotifyRefund, NotifyType, ResultStatus};

use crate::book::BookError;
use crate::entry::PAID_PART;
use crate::fault::Fault;
use crate::gateway::read;
use crate::json_text::JsonText;
use crate::order::{Attempt, Order, OrderState, Taking};
use crate::shop::Shop;

impl Shop {
    /// Takes a notification in and says how it is acknowledged. None is for the mistake that crashes.
    pub(crate) async fn notified(&self, envelope: &Envelope) -> Option<Ack> {
        if !self.merchant.has(Fault::NotifySignatureUnchecked) && !self.gateway.vouches(envelope, "request-time") {
            self.merchant.log("a notification whose signature does not fit");
            let believes = self.merchant.has(Fault::AcknowledgesEverything);
            return Some(if believes { Ack::success() } else { Ack::unknown() });
        }
        let kind = read::<Value>(&envelope.body).and_then(|body| Some(body.get("notifyType")?.as_str()?.to_owned()));
        let dealt_with = match kind.as_deref() {
            Some("REFUND_RESULT") => read(&envelope.body).is_some_and(|notice| self.refund_notice(&notice)),
            Some("CAPTURE_RESULT") => read(&envelope.body).is_some_and(|notice| self.capture_notice(&notice)),
            Some("PAYMENT_REVERSAL") => self.reversal(&envelope.body),
            _ => match read::<NotifyPayment>(&envelope.body) {
                Some(notice) => self.payment_notice(&notice).await?,
                None => false,
            },
        };
        if !dealt_with {
            self.merchant.log("a notification that cannot be dealt with");
        }
        Some(if dealt_with { Ack::success() } else { Ack::unknown() })
    }

    /// Whether it is dealt with. None is for the mistake that crashes.
    async fn payment_notice(&self, notice: &NotifyPayment) -> Option<bool> {
        let ours = |book: &mut crate::book::Book| {
            let found = book.by_payment(&notice.payment_request_id);
            // An order of a batch may be told of by itself, by the payment that the gateway gave it; its paymentRequestId is
            // the batch's, or begins with it.
            let is_part = |(order, attempt): &(&Order, &Attempt)| {
                order.batch.is_some() && notice.payment_request_id.starts_with(&attempt.request_id)
            };
            let itself = book.by_payment_id(&notice.payment_id).filter(is_part);
            itself.or(found).map(|(order, attempt)| (order.clone(), attempt.clone()))
        };
        let Some((order, attempt)) = self.merchant.book(ours) else {
            // Genuine, but none of ours: nothing to do, and nothing gained by getting it again.
            self.merchant.log("a notification for a payment that is not ours");
            return if self.merchant.has(Fault::UnknownPaymentCrashes) { None } else { Some(true) };
        };
        if self.merchant.has(Fault::ConcurrentNoticesBookedTwice) && order.booked == 0 {
            // Looks, works, and only then writes.
            self.merchant.pause(Duration::from_millis(50)).await;
            return Some(self.book_unlooked(&order, &attempt, notice));
        }
        if self.merchant.has(Fault::EarlyNoticeIsDropped) && attempt.payment_id.is_none() {
            return Some(true);
        }
        match self.take_in(&order, &attempt, notice) {
            Ok(is_dealt_with) => Some(is_dealt_with),
            Err(error) => {
                self.merchant.log(&format!("order {}: {error}", order.name));
                Some(false)
            }
        }
    }

    fn take_in(&self, order: &Order, attempt: &Attempt, notice: &NotifyPayment) -> Result<bool, BookError> {
        let name = order.name.as_str();
        let fits = attempt.payment_id.as_ref().is_none_or(|id| *id == notice.payment_id)
            && notice.payment_amount == attempt.amount;
        let is_pending = notice.notify_type == NotifyType::PaymentPending;
        match notice.result.result_status {
            _ if is_pending && !self.merchant.has(Fault::PendingNoticeIsPaid) => Ok(true),
            // One order of a batch whose answer has not come: which one, that answer tells. When none is waited for any
            // more, the next inquiry about the batch decides, and more of these would not help.
            _ if !fits && self.is_unknown_part(order, notice) => {
                let is_awaited = self.makings.is_going(name);
                if notice.result.result_status == ResultStatus::S {
                    self.note(name, &attempt.request_id, None, PAID_PART, JsonText::of(notice));
                }
                Ok(!is_awaited)
            }
            _ if !fits && !self.merchant.has(Fault::NotifiedAmountUnchecked) => {
                self.merchant.log(&format!("order {name}: notified of another amount or another payment"));
                // While it is called off, only the answer to that decides.
                if !order.cancelling {
                    self.merchant.close(name, OrderState::Parked, "notified of another amount or another payment");
                }
                Ok(false)
            }
            ResultStatus::S => self.success_notice(order, attempt, notice),
            ResultStatus::F if self.merchant.has(Fault::FailureIsNotAcknowledged) => Ok(false),
            ResultStatus::F if self.merchant.has(Fault::LateFailureUndoesTheSale) => {
                let at = self.merchant.now();
                self.merchant.book(|book| book.overwrite(at, name, OrderState::Failed))?;
                Ok(true)
            }
            ResultStatus::F if self.merchant.has(Fault::FailedNoticeIsPaid) => {
                self.success_notice(order, attempt, notice)
            }
            ResultStatus::F => {
                if order.attempt().is_some_and(|last| last.request_id == attempt.request_id) {
                    self.merchant.close(name, OrderState::Failed, &notice.result.result_code);
                }
                Ok(true)
            }
            // A result that is none: the next delivery may say more.
            ResultStatus::U => Ok(false),
        }
    }

    /// Whether it may be about an order of a batch, while no answer has told by which ids the gateway knows them.
    fn is_unknown_part(&self, batch: &Order, notice: &NotifyPayment) -> bool {
        let parts: Vec<Attempt> = batch.members.iter().filter_map(|name| self.attempt(name)).collect();
        parts.iter().all(|part| part.payment_id.is_none())
            && parts.iter().any(|part| part.amount == notice.payment_amount)
    }

    fn success_notice(&self, order: &Order, attempt: &Attempt, notice: &NotifyPayment) -> Result<bool, BookError> {
        let name = order.name.as_str();
        let data = JsonText::of(notice);
        self.note(name, &attempt.request_id, Some(&notice.payment_id), "notified", JsonText::of(&notice.result));
        let paid_by_another = order.was_booked
            && order.attempts.len() > 1
            && order.reference.as_ref().is_some_and(|booked| *booked != notice.payment_id);
        let is_called_off = order.state == OrderState::Cancelled || attempt.is_called_off;
        let is_with_batch = |batch: &String| self.merchant.is(batch, |batch| batch.cancelling);
        let is_being_called_off = order.cancelling || order.batch.as_ref().is_some_and(is_with_batch);
        if paid_by_another && attempt.extra.is_none() && !self.merchant.has(Fault::ExtraPaymentIsKept) {
            self.owe_extra(name, &attempt.request_id);
        } else if is_being_called_off || is_called_off && !self.merchant.has(Fault::LateSuccessRevives) {
            // Called off is called off: the gateway gives back what came in after all. While that is not answered, only
            // its answer decides.
        } else if order.taking != Taking::AtOnce {
            self.hold(name, attempt, Some(notice.payment_id.clone()), data);
        } else if self.merchant.has(Fault::NotifyBookedTwice) {
            self.book_unlooked(order, attempt, notice);
        } else {
            self.book(name, attempt, Some(notice.payment_id.clone()), data);
        }
        Ok(true)
    }

    /// Books without looking whether it is booked.
    fn book_unlooked(&self, order: &Order, attempt: &Attempt, notice: &NotifyPayment) -> bool {
        let reference = Some(notice.payment_id.clone());
        let evidence = crate::book::Evidence { amount: attempt.amount, reference, data: JsonText::of(notice) };
        self.merchant.book_again(&order.name, evidence);
        true
    }

    /// Whether it is dealt with.
    fn refund_notice(&self, notice: &NotifyRefund) -> bool {
        let found = self.merchant.book(|book| {
            let (order, refund) = book.by_refund_request(&notice.refund_request_id)?;
            Some((order.name.clone(), refund.clone()))
        });
        let Some((name, refund)) = found else {
            self.merchant.log("a notification for a refund that is not ours");
            return true;
        };
        if notice.refund_amount != refund.amount && !self.merchant.has(Fault::RefundNoticeUnchecked) {
            self.merchant.log(&format!("order {name}: notified of a refund of another amount"));
            return false;
        }
        self.refund_stands(&name, &refund.request_id, notice.refund_status, &notice.result.result_code);
        true
    }

    /// Whether it is dealt with.
    fn capture_notice(&self, notice: &NotifyCapture) -> bool {
        let found = self.merchant.book(|book| {
            let (order, attempt) = book.by_payment_id(&notice.payment_id)?;
            Some((order.clone(), attempt.clone()))
        });
        let Some((order, attempt)) = found else {
            self.merchant.log("a notification for a capture that is not ours");
            return true;
        };
        let name = order.name.as_str();
        let asked = order.capture.as_ref();
        let expected = asked.map_or(attempt.amount, |capture| capture.amount);
        if asked.is_some_and(|capture| capture.request_id != notice.capture_request_id) {
            self.merchant.log(&format!("order {name}: notified of a capture that nobody asked for"));
            return false;
        }
        match notice.result.result_status {
            ResultStatus::S if notice.capture_amount == expected => {
                let taken = Attempt { amount: expected, ..attempt };
                if order.is_open() && !order.cancelling {
                    self.book(name, &taken, Some(notice.payment_id.clone()), JsonText::of(notice));
                }
                true
            }
            ResultStatus::F => {
                if order.is_open() {
                    self.capture_failed(name, &notice.result.result_code);
                }
                true
            }
            ResultStatus::S | ResultStatus::U => {
                self.merchant.log(&format!("order {name}: notified of a capture of another amount"));
                false
            }
        }
    }

    /// Money came for an order that had ended, and could not be given back: a person must.
    fn reversal(&self, body: &[u8]) -> bool {
        let request_id = read::<Value>(body).and_then(|body| Some(body.get("paymentRequestId")?.as_str()?.to_owned()));
        let Some(request_id) = request_id else { return false };
        if self.merchant.has(Fault::ReversalIsIgnored) {
            return true;
        }
        let name = self.merchant.book(|book| book.by_payment(&request_id).map(|(order, _)| order.name.clone()));
        if let Some(name) = name {
            self.merchant.log(&format!("order {name}: a person must give back money that came after its end"));
            let at = self.merchant.now();
            let parked = self.merchant.book(|book| book.reversed(at, &name));
            if let Err(error) = parked {
                self.merchant.log(&format!("order {name}: {error}"));
                return false;
            }
            self.merchant.tell_change();
        }
        true
    }
}
