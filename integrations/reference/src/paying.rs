//! Paying: the request that makes a payment, a session or a batch, sent until it is known what came of it.
//!
//! An answer of pay books only where S means paid (user-presented, and online without a page). Otherwise S means that
//! there is a page or a code, and money is booked on a notification or an inquiry.

use std::time::Duration;

use bytes::Bytes;
use wire::antom::{Operation, ResultStatus};

use crate::answer::{Answer, Next, Said, read_answer};
use crate::entry::Entry;
use crate::fault::Fault;
use crate::following::Inquired;
use crate::json_text::JsonText;
use crate::order::{By, Order, OrderState};
use crate::settings::{LIMITED, UNANSWERED_SENDS, UNKNOWN_SENDS};
use crate::shop::Shop;

/// What a send came to.
enum Sent {
    /// There is nothing more to send.
    Done(Option<Next>),
    /// No answer that could be used.
    Unanswered,
    /// U: nobody knows.
    Unknown(String),
}

/// What is known of a payment whose answer did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// Nothing, or that the gateway has none.
    Nothing,
    /// It may have begun.
    Maybe,
    /// It has begun.
    Begun,
}

impl Shop {
    /// Sends until there is an answer, within bounds. What the buyer needs next, when there is something.
    pub(crate) async fn pay(&self, name: &str) -> Option<Next> {
        let (mut unanswered, mut unknown, mut known) = (0, 0, Known::Nothing);
        let mine = self.attempt(name)?.request_id;
        // A notification may have come first, or somebody may have called it off, or have begun anew.
        let is_mine = |order: &Order| {
            let is_last = order.attempt().is_some_and(|last| last.request_id == mine);
            order.is_open() && !order.cancelling && (is_last || self.merchant.has(Fault::NewIdAfterNoAnswer))
        };
        loop {
            let turn = self.turns.of(name);
            let (order, sent) = {
                let _mine = turn.lock().await;
                let order = self.merchant.order(name).filter(is_mine)?;
                let sent = self.send(&order, known).await;
                (order, sent)
            };
            let mut limited = 1;
            let pause = match sent {
                Sent::Done(next) => return next,
                Sent::Unanswered => {
                    unanswered += 1;
                    if self.merchant.has(Fault::NewIdAfterNoAnswer) {
                        self.begin_again(&order)?;
                    } else if !self.merchant.order(name).as_ref().is_some_and(is_mine) {
                        // What is asked about next is another try's affair.
                        return None;
                    } else {
                        known = known.max(match self.inquire(name).await {
                            Inquired::Going | Inquired::Pending => Known::Begun,
                            Inquired::NoSuchPayment => Known::Nothing,
                            _ => Known::Maybe,
                        });
                    }
                    if unanswered >= UNANSWERED_SENDS || order.by == By::PaymentCode {
                        return None;
                    }
                    unanswered
                }
                Sent::Unknown(code) => {
                    unknown += 1;
                    if self.merchant.has(Fault::UnknownPayIsFailure) {
                        self.merchant.close(name, OrderState::Failed, &code);
                        return None;
                    }
                    let hot = self.merchant.has(Fault::PayInAHotLoop);
                    // The buyer at the counter may be asked for his password: that is inquired about. So is what is known
                    // to have begun, and a batch that may have: after U its id is not used again.
                    let may_have_begun = known == Known::Begun || known == Known::Maybe && order.by == By::Batch;
                    let is_enough = unknown >= if hot { 30 } else { UNKNOWN_SENDS };
                    if may_have_begun || is_enough || order.by == By::PaymentCode {
                        return None;
                    }
                    if code == "REQUEST_TRAFFIC_EXCEED_LIMIT" {
                        limited = if self.merchant.has(Fault::LimitIgnored) { 0 } else { LIMITED };
                    }
                    if hot { 0 } else { unknown }
                }
            };
            self.merchant.pause(Duration::from_secs(pause) * limited).await;
        }
    }

    /// Sends it once. A payment that is known at the gateway is not failed by the answer to a repeat, and one that may have
    /// begun not by an answer that only leaves it open.
    async fn send(&self, order: &Order, known: Known) -> Sent {
        let name = order.name.as_str();
        let Some(attempt) = order.attempt() else { return Sent::Done(None) };
        let Some(body) = &attempt.body else { return Sent::Done(None) };
        let operation = match order.by {
            By::Session => Operation::CreatePaymentSession,
            By::Batch => Operation::BatchPay,
            _ => Operation::Pay,
        };
        let answered = match self.gateway.call(operation, Bytes::from(self.changed(body))).await {
            Ok(body) => read_answer(order.by, order.taking, attempt, &body, self.merchant.mistake()),
            Err(error) => {
                self.merchant.log(&format!("order {name}: {operation}: {error}"));
                if self.merchant.has(Fault::BrokenAnswerIsFailure) {
                    self.merchant.close(name, OrderState::Failed, "the answer is broken");
                    return Sent::Done(None);
                }
                return Sent::Unanswered;
            }
        };
        let Some(answer) = answered else {
            self.merchant.log(&format!("order {name}: {operation}: an answer that is none"));
            return Sent::Unanswered;
        };
        self.learn(order, &answer);
        match answer.said {
            Said::Made(next) => {
                if self.is_paid_by_decree(order.by) {
                    self.book(name, attempt, answer.payment_id, JsonText::of(&answer.result));
                }
                Sent::Done(Some(next))
            }
            Said::Paid => {
                if !self.merchant.is(name, |order| order.cancelling) {
                    self.book(name, attempt, answer.payment_id, JsonText::of(&answer.result));
                }
                Sent::Done(Some(Next::Nothing))
            }
            Said::Held => {
                self.hold(name, attempt, answer.payment_id, JsonText::of(&answer.result));
                Sent::Done(Some(Next::Nothing))
            }
            Said::Failed(code) if self.merchant.has(Fault::ProcessFailIsRepeated) && code == "PROCESS_FAIL" => {
                Sent::Unknown(code)
            }
            Said::Failed(_) if self.merchant.has(Fault::RefusedIsPaid) => {
                self.book(name, attempt, answer.payment_id, JsonText::of(&answer.result));
                Sent::Done(None)
            }
            Said::Failed(code) if known == Known::Begun => Sent::Unknown(code),
            // In process without a page to pay on says that there is none; any other U says nothing of the try before.
            Said::Failed(code)
                if known == Known::Maybe
                    && answer.result.result_status == ResultStatus::U
                    && answer.result.result_code != "PAYMENT_IN_PROCESS" =>
            {
                Sent::Unknown(code)
            }
            Said::Failed(code) => {
                // What is said of this try says nothing of the one that was begun meanwhile.
                if self.attempt(name).is_some_and(|last| last.request_id == attempt.request_id) {
                    self.merchant.close(name, OrderState::Failed, &code);
                }
                Sent::Done(None)
            }
            Said::Unknown(_) if order.by == By::PaymentCode && self.merchant.has(Fault::CodeInProcessIsPaid) => {
                self.book(name, attempt, answer.payment_id, JsonText::of(&answer.result));
                Sent::Done(None)
            }
            Said::Unknown(code) => Sent::Unknown(code),
        }
    }

    fn is_paid_by_decree(&self, by: By) -> bool {
        let fault = if by == By::Batch { Fault::BatchMadeIsPaid } else { Fault::PaySIsPaid };
        self.merchant.has(fault)
    }

    /// What the book keeps of an answer, whatever it says.
    fn learn(&self, order: &Order, answer: &Answer) {
        let Some(attempt) = order.attempt() else { return };
        self.note(&order.name, &attempt.request_id, answer.payment_id.as_deref(), "pay", JsonText::of(&answer.result));
        if !answer.summaries.is_empty() {
            let (at, batch, request_id) = (self.merchant.now(), order.name.clone(), attempt.request_id.clone());
            let payment_ids = answer.summaries.clone();
            self.write(&order.name, Entry::Summaries { at, batch, request_id, payment_ids });
        }
    }

    /// A repeat has the same bytes, unless a mistake is to be made.
    fn changed(&self, body: &JsonText) -> String {
        if !self.merchant.has(Fault::RepeatWithAnotherAmount) {
            return body.as_str().to_owned();
        }
        // The service charge of each try.
        let times = self.merchant.now().as_millis() % 7;
        body.as_str().replace("\"value\":\"", &format!("\"value\":\"{}", times + 1))
    }

    /// A fresh charge, for the mistake that starts one.
    fn begin_again(&self, order: &Order) -> Option<()> {
        let attempt = order.attempt()?;
        let (at, name, by, amount, taking) =
            (self.merchant.now(), order.name.clone(), order.by, order.amount, order.taking);
        let request_id = self.merchant.new_id(&name);
        let renamed = |text: &str| text.replace(&attempt.request_id, &request_id);
        let body = attempt.body.as_ref().map(|body| body.changed(renamed));
        self.write(&order.name, Entry::Intent { at, order: name, by, amount, request_id, body, taking }).then_some(())
    }
}
