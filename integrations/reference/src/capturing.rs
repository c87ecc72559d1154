//! Capturing: money that a card's holder authorised is taken. It is booked when the gateway says that it was taken.

use wire::antom::{CaptureRequest, CaptureResponse, Operation, ResultStatus};
use wire::money::Money;

use crate::entry::Entry;
use crate::following::Inquired;
use crate::gateway::read;
use crate::json_text::JsonText;
use crate::order::{Attempt, Order, Taking};
use crate::settings::{FIRST_QUESTION, LAST_PAUSE, refuses};
use crate::shop::Shop;

/// How often the gateway is asked whether a capture succeeded whose answer nobody knows.
const QUESTIONS: u32 = 20;

/// What a capture came to.
enum Sent {
    /// There is nothing more to do.
    Ended,
    Failed,
    /// No answer says how it ended, or it takes time.
    Unknown,
}

impl Shop {
    /// Stores that held money shall be taken: whether it can be.
    pub(crate) fn begin_capture(&self, name: &str, amount: Option<Money>) -> bool {
        let at = self.merchant.now();
        let Some(order) = self.merchant.order(name) else { return false };
        let Some(attempt) = order.attempt() else { return false };
        let amount = amount.unwrap_or(order.amount);
        let fits = amount.currency == order.amount.currency && (1..=order.amount.minor).contains(&amount.minor);
        let is_payable = refuses(amount).is_none();
        let is_free = order.capture.is_none() && !order.cancelling;
        let Some(payment_id) = attempt.payment_id.clone() else { return false };
        if !(order.is_open() && attempt.held && order.taking == Taking::WhenAsked && fits && is_payable && is_free) {
            return false;
        }
        let request_id = self.merchant.new_id(name);
        let request = CaptureRequest::new(request_id.clone(), payment_id, amount);
        let body = JsonText::of(&request);
        self.write(name, Entry::CaptureIntent { at, order: name.to_owned(), request_id, amount, body })
    }

    /// Sends a capture whose intent is stored, and follows it to its end.
    pub(crate) async fn capture(&self, name: &str) {
        match self.send_capture(name).await {
            Sent::Ended => {}
            // The buyer gets back what is held.
            Sent::Failed => self.cancel(name).await,
            Sent::Unknown => self.follow_capture(name).await,
        }
    }

    /// Nobody calls the order off before this is answered: beside each other both could succeed.
    async fn send_capture(&self, name: &str) -> Sent {
        let turn = self.turns.of(name);
        let _mine = turn.lock().await;
        let Some(order) = self.merchant.order(name).filter(Order::is_open) else { return Sent::Ended };
        let (Some(capture), Some(attempt)) = (order.capture_under_way(), order.attempt()) else { return Sent::Ended };
        let answer = self.insist(name, Operation::Capture, capture.body.as_str(), "CAPTURE_IN_PROCESS").await;
        let taken = Attempt { amount: capture.amount, ..attempt.clone() };
        match answer {
            Some(answer) if answer.result.result_status == ResultStatus::S => {
                let said = read::<CaptureResponse>(&answer.body);
                let same = said.and_then(|said| said.capture_amount).is_none_or(|amount| amount == capture.amount);
                if same {
                    self.book(name, &taken, attempt.payment_id.clone(), JsonText::of(&answer.result));
                } else {
                    self.park(name, "another amount was captured");
                }
                Sent::Ended
            }
            Some(answer) if answer.result.result_status == ResultStatus::F => {
                self.capture_failed(name, &answer.result.result_code);
                Sent::Failed
            }
            _ => Sent::Unknown,
        }
    }

    async fn follow_capture(&self, name: &str) {
        let mut pause = FIRST_QUESTION;
        for _ in 0..QUESTIONS {
            self.merchant.pause(pause).await;
            if !self.merchant.is_open(name) || self.inquire(name).await == Inquired::Settled {
                return;
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
        self.park(name, "nobody knows whether the money was taken");
    }

    /// A capture came to nothing. The money is held, and will not be taken.
    pub(crate) fn capture_failed(&self, name: &str, reason: &str) {
        let (at, order, reason) = (self.merchant.now(), name.to_owned(), reason.to_owned());
        self.write(name, Entry::CaptureFailed { at, order, reason });
    }
}
