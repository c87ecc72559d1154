//! Refunding: a paid order, or a part of it, is given back at the gateway. One refund of an order at a time.
//!
//! Its end is refundStatus, of a notification or an inquiry, or the S of a refund that was carried out at once; never the
//! result of a question. What was refused leaves the order paid, and the next refund has an id of its own.

use std::time::Duration;

use serde_json::Value;
use wire::antom::{InquiryRefundRequest, InquiryRefundResponse, Operation, RefundRequest, RefundStatus, ResultStatus};
use wire::money::Money;

use crate::book::RefundEnd;
use crate::entry::Entry;
use crate::fault::Fault;
use crate::gateway::read;
use crate::insist::Verified;
use crate::json_text::JsonText;
use crate::order::{GiveBack, Order, OrderState};
use crate::settings::{DAYS_IN_PROCESS, FIRST_QUESTION, LAST_PAUSE, refuses};
use crate::shop::Shop;

impl Shop {
    /// Stores that an amount shall be given back: the refund's id, or none when it cannot be.
    pub(crate) fn begin_refund(&self, name: &str, amount: Money) -> Option<String> {
        let at = self.merchant.now();
        let notify_url = format!("{}/notify", self.base_url);
        let (any_state, any_amount, any_number) = (
            self.merchant.has(Fault::RefundsWhatIsNotPaid),
            self.merchant.has(Fault::RefundsMoreThanPaid),
            self.merchant.has(Fault::EachClickRefunds),
        );
        let old_id = self.merchant.has(Fault::OldIdForANewRefund);
        let begun = self.merchant.book(|book| {
            let order = book.order(name)?;
            let is_paid = order.state == OrderState::Paid || any_state;
            let is_payable = refuses(amount).is_none();
            let fits =
                amount.currency == order.amount.currency && (1..=order.booked).contains(&amount.minor) && is_payable;
            let is_free = order.refund_under_way().is_none();
            let may = is_paid && (fits || any_amount || any_state) && (is_free || any_number);
            let payment_id = order.reference.clone().or_else(|| order.attempt()?.payment_id.clone()).filter(|_| may)?;
            let last = order.refunds.last().map(|refund| refund.request_id.clone()).filter(|_| old_id);
            let request_id = last.unwrap_or_else(|| book.new_id(name));
            let request = RefundRequest {
                refund_reason: Some("the buyer brought it back".to_owned()),
                refund_notify_url: Some(notify_url),
                ..RefundRequest::new(request_id.clone(), payment_id, amount)
            };
            let body = JsonText::of(&request);
            let entry = Entry::GiveBack { at, order: name.to_owned(), request_id: request_id.clone(), amount, body };
            Some(book.write(entry).map(|()| request_id))
        });
        self.merchant.tell_change();
        match begun? {
            Ok(request_id) => Some(request_id),
            Err(error) => {
                self.merchant.log(&format!("order {name}: {error}"));
                None
            }
        }
    }

    /// Gives back all that is left of an order.
    pub(crate) async fn refund_all(&self, name: &str) {
        let Some(order) = self.merchant.order(name) else { return };
        if let Some(request_id) = self.begin_refund(name, Money::new(order.amount.currency, order.booked)) {
            self.refund(name, &request_id).await;
        }
    }

    /// Sends a refund whose intent is stored, and follows it to its end.
    pub(crate) async fn refund(&self, name: &str, request_id: &str) {
        self.send_refund(name, request_id).await;
        self.follow_refund(name, request_id).await;
    }

    /// Sends a refund until there is an answer, within bounds. Whether it has ended, the book says.
    pub(crate) async fn send_refund(&self, name: &str, request_id: &str) {
        let Some(refund) = self.refund_of(name, request_id) else { return };
        let mut body = refund.body.clone();
        if self.merchant.has(Fault::RefundRepeatWithNewId) && self.first_try_is_unknown(name, body.as_str()).await {
            body = body.changed(|text| text.replace(request_id, &self.merchant.new_id(name)));
        }
        // A notification may tell its end while it is repeated.
        let is_over = || self.refund_of(name, request_id).is_none_or(|refund| refund.end.is_some());
        let answer = self.insist_unless(name, Operation::Refund, body.as_str(), "REFUND_IN_PROCESS", is_over).await;
        match answer.as_ref().map(|answer| answer.result.result_status) {
            Some(ResultStatus::S) if answer.as_ref().is_some_and(|answer| is_of(answer, &refund)) => {
                self.refund_ended(name, request_id, RefundEnd::Given, "given back");
            }
            Some(ResultStatus::F) if self.merchant.has(Fault::RefusedRefundIsTriedAgain) => {
                for _ in 0..20 {
                    self.merchant.pause(Duration::from_secs(1)).await;
                    self.insist(name, Operation::Refund, body.as_str(), "REFUND_IN_PROCESS").await;
                }
            }
            Some(ResultStatus::F) => {
                let code = answer.map(|answer| answer.result.result_code).unwrap_or_default();
                self.refund_ended(name, request_id, RefundEnd::Refused, &format!("not given back: {code}"));
            }
            Some(ResultStatus::U) if self.merchant.has(Fault::InProcessIsGivenBack) => {
                self.refund_ended(name, request_id, RefundEnd::Given, "given back");
            }
            // It is in process, or nobody knows.
            _ => {}
        }
    }

    /// Waits for the notification, and asks meanwhile, more and more seldom.
    pub(crate) async fn follow_refund(&self, name: &str, request_id: &str) {
        let Some(begun) = self.refund_of(name, request_id).map(|refund| refund.at) else { return };
        let until = begun + DAYS_IN_PROCESS;
        let mut pause = FIRST_QUESTION;
        let mut is_refused = false;
        let mut changes = self.merchant.changes();
        while self.merchant.now() < until {
            let next = self.merchant.now() + pause;
            loop {
                if self.refund_of(name, request_id).is_none_or(|refund| refund.end.is_some()) {
                    return;
                }
                tokio::select! {
                    biased;
                    () = changes.changed() => {}
                    () = self.merchant.until(next) => break,
                }
            }
            is_refused |= self.inquire_refund(name, request_id, is_refused).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
        self.refund_ended(name, request_id, RefundEnd::Parked, "nobody knows whether it was given back");
    }

    /// Asks once, and sends a refund again that the gateway does not know, unless it was refused before: whether it is now.
    async fn inquire_refund(&self, name: &str, request_id: &str, was_refused: bool) -> bool {
        let Some(refund) = self.refund_of(name, request_id) else { return false };
        let question =
            InquiryRefundRequest { refund_request_id: Some(request_id.to_owned()), ..InquiryRefundRequest::new() };
        let body = serde_json::to_vec(&question).unwrap_or_default();
        let answer = match self.gateway.call(Operation::InquiryRefund, body.into()).await {
            Ok(body) => read::<InquiryRefundResponse>(&body),
            Err(error) => {
                self.merchant.log(&format!("order {name}: inquiryRefund: {error}"));
                return false;
            }
        };
        let Some(answer) = answer else { return false };
        if !answer.result.is_success() {
            if answer.result.result_code != "REFUND_NOT_EXIST" || was_refused {
                return false;
            }
            // It never arrived: the same request again. Of one that arrived after all, a refusal says nothing.
            let is_over = || self.refund_of(name, request_id).is_none_or(|refund| refund.end.is_some());
            let body = refund.body.as_str();
            let answer = self.insist_unless(name, Operation::Refund, body, "REFUND_IN_PROCESS", is_over).await;
            return answer.is_some_and(|answer| answer.result.result_status == ResultStatus::F);
        }
        if self.merchant.has(Fault::RefundResultIsStatus) {
            self.refund_ended(name, request_id, RefundEnd::Given, "given back");
            return false;
        }
        let is_ours = answer.refund_request_id.as_deref().is_none_or(|id| id == request_id)
            && answer.refund_amount.is_none_or(|amount| amount == refund.amount);
        if is_ours && let Some(status) = answer.refund_status {
            self.refund_stands(name, request_id, status, "");
        }
        false
    }

    /// What a refundStatus means.
    pub(crate) fn refund_stands(&self, name: &str, request_id: &str, status: RefundStatus, code: &str) {
        match status {
            RefundStatus::Success => self.refund_ended(name, request_id, RefundEnd::Given, "given back"),
            RefundStatus::Fail if self.merchant.has(Fault::FailedRefundIsOver) => {
                self.refund_ended(name, request_id, RefundEnd::Given, "given back");
            }
            RefundStatus::Fail => {
                self.refund_ended(name, request_id, RefundEnd::Refused, format!("not given back {code}").trim());
            }
            RefundStatus::Processing => {}
        }
    }

    fn refund_ended(&self, name: &str, request_id: &str, end: RefundEnd, reason: &str) {
        let open = |refund: &GiveBack| {
            refund.end.is_none() || refund.end == Some(RefundEnd::Parked) && end != RefundEnd::Parked
        };
        if self.refund_of(name, request_id).as_ref().is_some_and(open) {
            let (at, order) = (self.merchant.now(), name.to_owned());
            let (request_id, reason) = (request_id.to_owned(), reason.to_owned());
            self.write(name, Entry::GivenBack { at, order, request_id, end, reason });
        }
    }

    pub(crate) fn refund_of(&self, name: &str, request_id: &str) -> Option<GiveBack> {
        let find = |order: &Order| order.refunds.iter().find(|refund| refund.request_id == request_id).cloned();
        self.merchant.book(|book| book.order(name).and_then(find))
    }

    /// For the mistake that does not repeat: whether the first try came to nothing that is known.
    async fn first_try_is_unknown(&self, name: &str, body: &str) -> bool {
        match self.gateway.call(Operation::Refund, body.to_owned().into()).await {
            Ok(answer) => read::<Value>(&answer).is_none_or(|answer| answer["result"]["resultStatus"] == "U"),
            Err(error) => {
                self.merchant.log(&format!("order {name}: refund: {error}"));
                true
            }
        }
    }
}

/// Whether an answer is that of this refund, as far as it says.
fn is_of(answer: &Verified, refund: &GiveBack) -> bool {
    let Some(fields) = read::<Value>(&answer.body) else { return false };
    let amount = serde_json::from_value::<Money>(fields["refundAmount"].clone());
    fields["refundRequestId"].as_str().is_none_or(|id| id == refund.request_id)
        && amount.is_ok_and(|amount| amount == refund.amount)
}
