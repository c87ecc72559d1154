//! Cancelling: an order that is not paid is called off at the gateway, by somebody or because nothing decides it.
//!
//! Nothing is called cancelled before S. While a cancel is under way no success is booked: when it comes to nothing, an
//! inquiry says what became of the payment.

use wire::antom::{CancelRequest, Operation, ResultStatus};

use crate::entry::Entry;
use crate::extra::Returned;
use crate::fault::Fault;
use crate::following::Inquired;
use crate::order::{Order, OrderState};
use crate::shop::Shop;

impl Shop {
    /// Calls an order off, unless it has ended.
    pub(crate) async fn cancel(&self, name: &str) {
        // A batch is over when all of it is told; an order of it that was paid says already that the money is there.
        let may = |order: &Order| {
            (order.is_open() && !self.is_paid_in_part(name)) || self.merchant.has(Fault::CancelsWhatIsPaid)
        };
        let Some(order) = self.merchant.order(name).filter(may) else { return };
        let Some(attempt) = order.attempt().cloned() else { return };
        let at = self.merchant.now();
        if !self.write(name, Entry::Cancelling { at, order: name.to_owned() }) {
            return;
        }
        let turn = self.turns.of(name);
        let _mine = turn.lock().await;
        // Whoever talked to the gateway before may have learnt how it ended, and the buyer may have begun anew.
        let is_it = |order: &Order| order.attempt().is_some_and(|last| last.request_id == attempt.request_id);
        if !self.merchant.order(name).is_some_and(|order| may(&order) && is_it(&order)) {
            return;
        }
        if self.merchant.has(Fault::CancelledBeforeTheAnswer) {
            self.merchant.close(name, OrderState::Cancelled, "called off");
        }
        let request = CancelRequest { payment_request_id: Some(attempt.request_id.clone()), ..CancelRequest::new() };
        let body = serde_json::to_string(&request).unwrap_or_default();
        let answer = self.insist(name, Operation::Cancel, &body, "").await;
        let Some(answer) = answer else {
            self.park(name, "no answer says whether the payment was cancelled");
            // It may be cancelled at any time now: a success that was told of before does not make it paid any more.
            self.write(name, Entry::Cancelling { at: self.merchant.now(), order: name.to_owned() });
            return;
        };
        match (answer.result.result_status, answer.result.result_code.as_str()) {
            (ResultStatus::S, _) => self.called_off(name),
            // There is nothing that could be paid.
            (_, "ORDER_NOT_EXIST") => self.merchant.close(name, OrderState::Cancelled, "there is no such payment"),
            (_, "CANCEL_WINDOW_EXCEED") => {
                if !self.merchant.has(Fault::WindowExceededIsKept) && self.is_paid_after_all(name).await {
                    Box::pin(self.refund_all(name)).await;
                } else if self.merchant.is_open(name) {
                    self.park(name, "CANCEL_WINDOW_EXCEED");
                }
            }
            (_, code) => {
                // It may have been paid, or given back, in between.
                let code = code.to_owned();
                self.is_paid_after_all(name).await;
                if self.merchant.is_open(name) {
                    self.park(name, &code);
                }
            }
        }
    }

    /// Whether an order of a batch is known to be paid, or one that nobody can name.
    pub(crate) fn is_paid_in_part(&self, batch: &str) -> bool {
        let is_its = |order: &Order| order.batch.as_deref() == Some(batch) && order.state == OrderState::Paid;
        let is_told = |order: &Order| order.attempt().is_some_and(|last| last.has_paid_part);
        self.merchant.is(batch, is_told) || self.merchant.book(|book| book.orders().any(is_its))
    }

    fn called_off(&self, name: &str) {
        let is_paid = self.merchant.is(name, |order| order.state == OrderState::Paid);
        if is_paid {
            // Only by mistake: the goods are out, and the money is back.
            return;
        }
        self.merchant.close(name, OrderState::Cancelled, "called off");
    }

    /// Asks how a payment stands whose cancel came to nothing: whether it is booked now.
    async fn is_paid_after_all(&self, name: &str) -> bool {
        let Some(attempt) = self.attempt(name) else { return false };
        let Some(answer) = self.ask(name, &attempt).await else { return false };
        self.decide(name, &attempt, &answer) == Inquired::Settled
            && self.merchant.is(name, |order| order.state == OrderState::Paid)
    }

    /// Gives back a payment of an order that another payment has paid.
    pub(crate) async fn give_back_extra(&self, name: &str, request_id: &str) {
        let request = CancelRequest { payment_request_id: Some(request_id.to_owned()), ..CancelRequest::new() };
        let body = serde_json::to_string(&request).unwrap_or_default();
        let answer = self.insist(name, Operation::Cancel, &body, "").await;
        let done = match answer.map(|answer| answer.result) {
            Some(result) if result.result_status == ResultStatus::S => Returned::Yes,
            Some(result) if result.result_code == "CANCEL_WINDOW_EXCEED" => self.refund_extra(name, request_id).await,
            _ => Returned::No,
        };
        self.extra_ended(name, request_id, done);
    }
}
