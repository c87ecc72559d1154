//! Following: waits for the notification of a payment, then asks, within bounds; then cancels.

use std::time::Duration;

use wire::antom::{InquiryPaymentRequest, InquiryPaymentResponse, Operation, PaymentStatus, TransactionType};

use crate::entry::Entry;
use crate::fault::Fault;
use crate::gateway::read;
use crate::json_text::JsonText;
use crate::order::{Attempt, Order, OrderState, Taking};
use crate::settings::{DAYS_IN_PROCESS, HELD, SELDOM, watch};
use crate::shop::Shop;

/// What an inquiry said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inquired {
    /// The order is decided, and the book says how.
    Settled,
    /// The gateway knows the payment and has not decided.
    Going,
    /// A bank decides, which may take days.
    Pending,
    /// A card's money is held, and somebody may ask for it.
    Held,
    /// The gateway does not know the payment (yet).
    NoSuchPayment,
    /// No answer that can be used.
    Unknown,
}

/// Whether what is said of a try still counts: of one that is over it says nothing of the next, unless it was paid after
/// all, and nobody has called it off meanwhile.
fn counts(order: &Order, attempt: &Attempt, answer: &InquiryPaymentResponse) -> bool {
    let is_last = order.attempt().is_some_and(|last| last.request_id == attempt.request_id);
    let is_called_off =
        order.attempts.iter().any(|known| known.request_id == attempt.request_id && known.is_called_off);
    is_last || answer.payment_status == Some(PaymentStatus::Success) && !is_called_off
}

impl Shop {
    /// Follows an order until it is decided, somebody calls it off, or its buyer tries again.
    pub(crate) async fn follow(&self, name: &str, at_once: bool) {
        let Some(order) = self.merchant.order(name) else { return };
        let attempts = order.attempts.len();
        let watch = watch(order.by);
        let mut until = self.merchant.now() + if at_once { Duration::ZERO } else { watch.patience };
        let patience_for_days = self.merchant.now() + DAYS_IN_PROCESS;
        let mut questions = 0;
        loop {
            if !self.wait_for_news(name, attempts, until).await {
                return;
            }
            let inquired =
                if self.merchant.has(Fault::NeverInquires) { Inquired::Unknown } else { self.inquire(name).await };
            let pause = match inquired {
                Inquired::Settled if !self.merchant.has(Fault::InquiresAfterTheEnd) => return,
                Inquired::Pending if self.merchant.now() < patience_for_days => SELDOM,
                Inquired::Held if self.merchant.now() < patience_for_days => HELD,
                Inquired::NoSuchPayment if self.merchant.has(Fault::NotExistIsFailure) => {
                    return self.merchant.close(name, OrderState::Failed, "the gateway knows no such payment");
                }
                _ => {
                    questions += 1;
                    watch.pause(questions)
                }
            };
            let enough = if self.merchant.has(Fault::InquiresOnce) { 1 } else { watch.questions };
            if questions >= enough && !self.merchant.has(Fault::InquiresForEver) {
                break;
            }
            let hot = self.merchant.has(Fault::InquiresInAHotLoop) && pause == watch.pause(questions);
            until = self.merchant.now() + if hot { Duration::from_millis(200) } else { pause };
        }
        if self.merchant.has(Fault::GivesUpWithoutCancel) {
            return self.merchant.close(name, OrderState::Failed, "no notification, and the gateway does not decide");
        }
        if self.is_paid_in_part(name) {
            // What is paid cannot be called off, and nobody tells of the rest.
            return self.park(name, "some of its orders are paid, and nothing is known of the others");
        }
        Box::pin(self.cancel(name)).await;
    }

    /// Waits until a moment, or until something is to be done: whether the order is still to be followed.
    async fn wait_for_news(&self, name: &str, attempts: usize, until: wire::time::Moment) -> bool {
        let mut changes = self.merchant.changes();
        loop {
            let is_followed = |order: &&Order| order.is_open() && !order.cancelling && order.attempts.len() == attempts;
            let captures = |order: &Order| order.capture_under_way().is_some();
            let Some(is_captured) = self.merchant.book(|book| book.order(name).filter(is_followed).map(captures))
            else {
                if self.merchant.has(Fault::InquiresAfterTheEnd) {
                    self.merchant.until(until).await;
                    return true;
                }
                return false;
            };
            if is_captured {
                return false;
            }
            tokio::select! {
                biased;
                () = changes.changed() => {}
                () = self.merchant.until(until) => return true,
            }
        }
    }

    /// Asks once how the payment stands.
    pub(crate) async fn inquire(&self, name: &str) -> Inquired {
        let Some(attempt) = self.attempt(name) else { return Inquired::Settled };
        match self.ask(name, &attempt).await {
            // While it is being called off, only who calls it off decides; and what was said before an end is old.
            Some(answer)
                if self.merchant.book(|book| {
                    book.order(name).is_some_and(|order| order.may_be_decided() && counts(order, &attempt, &answer))
                }) =>
            {
                self.decide(name, &attempt, &answer)
            }
            Some(_) => Inquired::Going,
            None if self.merchant.has(Fault::UnansweredInquiryIsFailure) => {
                self.merchant.close(name, OrderState::Failed, "the inquiry failed");
                Inquired::Settled
            }
            None => Inquired::Unknown,
        }
    }

    /// One question, and its verified answer.
    pub(crate) async fn ask(&self, name: &str, attempt: &Attempt) -> Option<Box<InquiryPaymentResponse>> {
        let question = InquiryPaymentRequest {
            payment_request_id: Some(attempt.request_id.clone()),
            ..InquiryPaymentRequest::new()
        };
        let body = serde_json::to_vec(&question).unwrap_or_default();
        match self.gateway.call(Operation::InquiryPayment, body.into()).await {
            Ok(body) => read(&body),
            Err(error) => {
                self.merchant.log(&format!("order {name}: inquiryPayment: {error}"));
                None
            }
        }
    }

    /// What an answer means for the order. paymentStatus decides, not result.
    pub(crate) fn decide(&self, name: &str, attempt: &Attempt, answer: &InquiryPaymentResponse) -> Inquired {
        if !answer.result.is_success() {
            let unknown = answer.result.result_code == "ORDER_NOT_EXIST";
            return if unknown { Inquired::NoSuchPayment } else { Inquired::Unknown };
        }
        if self.merchant.has(Fault::InquirySIsPaid) {
            self.book(name, attempt, answer.payment_id.clone(), JsonText::of(answer));
            return Inquired::Settled;
        }
        let fits = |theirs: &Option<String>, ours: &Option<String>| match (theirs, ours) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => true,
        };
        let is_ours = fits(&answer.payment_request_id, &Some(attempt.request_id.clone()))
            && fits(&answer.payment_id, &attempt.payment_id);
        let is_whole = is_ours && answer.payment_amount == Some(attempt.amount);
        let code = answer.payment_result_code.as_deref().unwrap_or("");
        match answer.payment_status {
            Some(PaymentStatus::Success) if is_whole || self.merchant.has(Fault::InquiredAmountUnchecked) => {
                self.succeeded(name, attempt, answer)
            }
            Some(PaymentStatus::Success) => {
                self.note(name, &attempt.request_id, None, "inquiry", JsonText::of(answer));
                self.park(name, "paid, but the amount or the ids are not the order's");
                Inquired::Settled
            }
            _ if !is_ours => Inquired::Unknown,
            Some(PaymentStatus::Fail) if !self.merchant.has(Fault::FailedStaysOpen) => {
                self.merchant.close(name, OrderState::Failed, &format!("the payment failed {code}"));
                Inquired::Settled
            }
            Some(PaymentStatus::Cancelled) if !self.merchant.has(Fault::CancelledStaysOpen) => {
                self.merchant.close(name, OrderState::Cancelled, "the payment was cancelled");
                Inquired::Settled
            }
            Some(PaymentStatus::Pending) if self.merchant.has(Fault::PendingIsFailure) => {
                self.merchant.close(name, OrderState::Failed, "the payment is pending");
                Inquired::Settled
            }
            Some(PaymentStatus::Pending) => Inquired::Pending,
            Some(PaymentStatus::Fail | PaymentStatus::Cancelled | PaymentStatus::Processing) => Inquired::Going,
            None => Inquired::Unknown,
        }
    }

    /// SUCCESS of a card means that its money is held; a capture takes it.
    fn succeeded(&self, name: &str, attempt: &Attempt, answer: &InquiryPaymentResponse) -> Inquired {
        let Some(order) = self.merchant.order(name) else { return Inquired::Settled };
        let captured = answer.transactions.iter().flatten().find(|transaction| {
            transaction.transaction_type == TransactionType::Capture
                && transaction.transaction_status == PaymentStatus::Success
        });
        match captured {
            _ if order.taking == Taking::AtOnce || self.merchant.has(Fault::HeldIsPaid) => {
                self.book(name, attempt, answer.payment_id.clone(), JsonText::of(answer));
                Inquired::Settled
            }
            Some(capture) => {
                let taken = Attempt { amount: capture.transaction_amount, ..attempt.clone() };
                self.book(name, &taken, answer.payment_id.clone(), JsonText::of(answer));
                Inquired::Settled
            }
            None => {
                self.hold(name, attempt, answer.payment_id.clone(), JsonText::of(&answer.result));
                if order.taking == Taking::WhenAsked { Inquired::Held } else { Inquired::Going }
            }
        }
    }

    /// A card's money is held: the buyer has paid, and the shop has nothing yet.
    pub(crate) fn hold(&self, name: &str, attempt: &Attempt, payment_id: Option<String>, data: JsonText) {
        if self.merchant.has(Fault::HeldIsPaid) {
            return self.book(name, attempt, payment_id, data);
        }
        let is_new = |order: &Order| order.attempt().is_some_and(|known| !known.held);
        if self.merchant.is(name, is_new) {
            let (at, order, request_id) = (self.merchant.now(), name.to_owned(), attempt.request_id.clone());
            self.write(name, Entry::Held { at, order, request_id, payment_id, data });
        }
    }
}
