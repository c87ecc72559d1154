//! PurchaseCancel: a sale at the terminal is given back, whole.
//!
//! The same care as for a sale: the intent first, one send, and what is not known is asked for, never guessed. The
//! terminal wants the acquirerMetaData of the sale exactly as it gave it.

use std::time::Duration;

use serde_json::Value;
use wire::edc::{
    AcquirerInfo, BusinessCode, Command, CommandName, CommandResult, Invocation, PurchaseCancelRequest, caller_timeout,
};
use wire::money::Money;

use crate::book::{BookError, RefundEnd};
use crate::fault::Fault;
use crate::order::{Attempt, Order};
use crate::recovery::NO_ANSWER;
use crate::session::Exchange;
use crate::till::Till;
use crate::verdict::{self, Verdict};

const SECOND: Duration = Duration::from_secs(1);

impl Till {
    /// Gives an order back, unless there is nothing to give.
    pub(crate) async fn refund(&mut self, name: &str) {
        let (mut busy, mut unheard, mut again) = (0, 0, 0);
        let doubt = self.merchant.book(|book| book.order(name).and_then(Order::refund_in_doubt).cloned());
        if let Some(doubt) = doubt
            && !self.may_refund_again(name, &doubt).await
        {
            return;
        }
        if !self.merchant.is(name, Order::can_be_refunded) || self.intend(name).is_err() {
            return;
        }
        loop {
            if !self.session
                && let Err(reason) = self.greet().await
            {
                return self.refund_ended(name, RefundEnd::Refused, &reason);
            }
            let Some(order) = self.merchant.order(name).filter(Order::is_being_refunded) else { return };
            let Some(attempt) = order.refund.clone() else { return };
            let verdict = match self.purchase_cancel(&order, &attempt).await {
                Exchange::Result(result) => {
                    verdict::of_result(&result, CommandName::PurchaseCancel, &attempt, self.merchant.mistake())
                }
                Exchange::Unreadable => Verdict::Unclear("the result cannot be read".to_owned()),
                Exchange::Refused => Verdict::Failed("the terminal refused each sending of the command".to_owned()),
                Exchange::NotSent if unheard < 3 => {
                    unheard += 1;
                    self.wait(SECOND).await;
                    continue;
                }
                Exchange::NotSent => Verdict::Failed("the line to the terminal is closed".to_owned()),
                Exchange::Silence if self.merchant.has(Fault::RefundAgainAfterSilence) && again < 2 => {
                    again += 1;
                    if self.intend(name).is_err() {
                        return;
                    }
                    continue;
                }
                Exchange::Silence => return self.recover_refund(name).await,
            };
            match verdict {
                Verdict::Unclear(reason) => {
                    self.merchant.log(&format!("order {name}: refund: {reason}"));
                    return self.recover_refund(name).await;
                }
                Verdict::Busy if busy < 5 => {
                    busy += 1;
                    self.wait(SECOND).await;
                }
                Verdict::WantsHello if unheard < 3 => {
                    unheard += 1;
                    self.session = false;
                }
                Verdict::Failed(code)
                    if code == BusinessCode::OrderStatusInvalid.as_str()
                        && self.merchant.has(Fault::RefundTriedForEver) =>
                {
                    self.wait(SECOND).await;
                    if self.intend(name).is_err() {
                        return;
                    }
                }
                verdict => return self.conclude_refund(name, verdict),
            }
        }
    }

    /// Asks what became of a refund, or parks the order.
    pub(crate) async fn recover_refund(&mut self, name: &str) {
        if self.merchant.order(name).and_then(|order| order.refund).is_none_or(|refund| refund.commands.is_empty()) {
            return self.refund_ended(name, RefundEnd::Refused, "the till stopped before anything was sent");
        }
        let verdict = match self.last_transaction(name, Order::is_being_refunded).await {
            None => return,
            Some(Err(reason)) => Verdict::Unclear(reason.to_owned()),
            Some(Ok(data)) => {
                let Some(attempt) = self.merchant.order(name).and_then(|order| order.refund) else { return };
                let (terminal_id, mistake) = (&self.config.terminal_id, self.merchant.mistake());
                // Without its requestId, a record may be of any refund.
                let only_one = false;
                verdict::of_last_transaction(
                    &data,
                    CommandName::PurchaseCancel,
                    &attempt,
                    terminal_id,
                    only_one,
                    mistake,
                )
            }
        };
        self.conclude_refund(name, verdict);
    }

    /// Asks what became of a refund that a person was called for, before it is tried once more. Whether it may be: not when
    /// it succeeded, nor as long as the terminal says nothing.
    async fn may_refund_again(&mut self, name: &str, doubt: &Attempt) -> bool {
        let data = match self.last_transaction(name, Order::can_be_refunded).await {
            Some(Ok(data)) => data,
            // One that has no record, or never tells it, has answered.
            Some(Err(reason)) => return reason != NO_ANSWER,
            None => return false,
        };
        let (terminal_id, mistake) = (&self.config.terminal_id, self.merchant.mistake());
        match verdict::of_last_transaction(&data, CommandName::PurchaseCancel, doubt, terminal_id, false, mistake) {
            verdict @ Verdict::Succeeded(_) => {
                self.conclude_refund(name, verdict);
                false
            }
            _ => true,
        }
    }

    /// A late result of a refund still tells how it ended. Whether it was one.
    pub(crate) fn overhear_refund(&self, result: &CommandResult) -> bool {
        let found = self
            .merchant
            .book(|book| book.by_refund(&result.id).map(|(order, refund)| (order.name.clone(), refund.clone())));
        let Some((order, refund)) = found else { return false };
        match verdict::of_result(result, CommandName::PurchaseCancel, &refund, self.merchant.mistake()) {
            Verdict::Busy | Verdict::WantsHello | Verdict::Unclear(_) => {}
            verdict => self.conclude_refund(&order, verdict),
        }
        true
    }

    fn conclude_refund(&self, name: &str, verdict: Verdict) {
        match verdict {
            Verdict::Succeeded(_) => self.refund_ended(name, RefundEnd::Given, "given back"),
            Verdict::Failed(code) if code == BusinessCode::OrderIsCanceled.as_str() => {
                if self.merchant.has(Fault::CancelledBeforeIsAnError) {
                    return self.refund_ended(name, RefundEnd::Parked, &code);
                }
                self.refund_ended(name, RefundEnd::Given, "was given back before");
            }
            Verdict::Failed(reason) => self.refund_ended(name, RefundEnd::Refused, &reason),
            Verdict::Busy => self.refund_ended(name, RefundEnd::Refused, "the terminal stays busy"),
            Verdict::WantsHello => self.refund_ended(name, RefundEnd::Refused, "the terminal takes no command"),
            Verdict::Unclear(reason) => self.refund_ended(name, RefundEnd::Parked, &reason),
        }
    }

    fn refund_ended(&self, name: &str, end: RefundEnd, reason: &str) {
        let now = self.merchant.now();
        if let Err(error) = self.merchant.book(|book| book.refund_ended(now, name, end, reason)) {
            self.merchant.log(&format!("order {name}: {error}"));
        }
        self.merchant.tell_change();
    }

    /// Stores that an order shall be given back, by a requestId of its own.
    fn intend(&self, name: &str) -> Result<(), BookError> {
        let now = self.merchant.now();
        let reuses = self.merchant.has(Fault::CancelReusesRequestId);
        let stored = self.merchant.book(|book| {
            let sale = book.order(name).and_then(Order::attempt).map(|attempt| attempt.request_id.clone());
            let request_id = if reuses { sale.unwrap_or_default() } else { book.new_id(name) };
            book.refund_intent(now, name, &request_id)
        });
        if let Err(error) = &stored {
            self.merchant.log(&format!("order {name}: {error}"));
        }
        stored
    }

    /// One PurchaseCancel, from the book to its result.
    async fn purchase_cancel(&mut self, order: &Order, refund: &Attempt) -> Exchange {
        let (now, id) = (self.merchant.now(), self.merchant.new_id(&order.name));
        if let Err(error) = self.merchant.book(|book| book.refund_sent(now, &order.name, &id)) {
            self.merchant.log(&format!("order {}: {error}", order.name));
            return Exchange::NotSent;
        }
        let request = self.cancel_request(order, refund);
        let packet = Invocation { id: id.clone(), command: Command::PurchaseCancel(request) }.packet();
        self.exchange(&id, packet, caller_timeout(CommandName::PurchaseCancel, 0)).await
    }

    fn cancel_request(&self, order: &Order, refund: &Attempt) -> PurchaseCancelRequest {
        let kept: Value = order.kept.read();
        let kept = |pointer: &str| kept.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned);
        let mut metadata = kept("/acquirerInfo/acquirerMetaData");
        if self.merchant.has(Fault::MetadataInMemory) {
            metadata = self.remembered.get(&order.name).cloned();
        }
        if self.merchant.has(Fault::MetadataReEncoded) {
            metadata = metadata.map(|text| text.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned());
        }
        let tax = kept("/taxAmount/value").and_then(|tax| tax.parse::<u64>().ok()).unwrap_or(0);
        let amount = match refund.amount {
            amount if self.merchant.has(Fault::RefundWithoutTax) => Money::krw(amount.minor.saturating_sub(tax)),
            amount => amount,
        };
        PurchaseCancelRequest {
            request_id: refund.request_id.clone(),
            payment_amount: amount.amount(),
            tip_amount: Money::krw(kept("/tipAmount/value").and_then(|tip| tip.parse().ok()).unwrap_or(0)).amount(),
            credit_pay_plan: None,
            acquirer_info: AcquirerInfo {
                acquirer_meta_data: metadata,
                acquirer_terminal_id: Some(self.config.terminal_id.clone()),
                acquirer_registration_no: Some(self.config.registration_no.clone()),
                ..AcquirerInfo::default()
            },
        }
    }
}
