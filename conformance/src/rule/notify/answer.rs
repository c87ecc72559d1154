//! How notifications are answered.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus, Tree};

use crate::driver::OrderState;
use crate::rule::story::{Notice, Outcome, Payment, Reply, Request, money};
use crate::rule::text::any_text;
use crate::rule::view::View;
use crate::rule::{Finding, Judgement};

/// A merchant should take no longer than this.
const QUICK: Duration = Duration::from_secs(5);
/// What the page of notifyPayment names; whatever else comes is new.
const KNOWN: [&str; 29] = [
    "notifyType",
    "result",
    "paymentRequestId",
    "paymentId",
    "paymentAmount",
    "actualPaymentAmount",
    "paymentCreateTime",
    "paymentTime",
    "pspCustomerInfo",
    "grossSettlementAmount",
    "settlementQuote",
    "receiptInfo",
    "acquirerInfo",
    "acquirerReferenceNo",
    "cardInfo",
    "paymentResultInfo",
    "paymentQuote",
    "customsDeclarationAmount",
    "promotionResult",
    "paymentMethodType",
    "authExpiryTime",
    "metadata",
    "subscriptionOrderId",
    "updateRequestId",
    "retryInfo",
    "taxCalculationId",
    "customizedInfo",
    "processingAmount",
    "merchantAccountId",
];

/// NTF-003.
pub(in crate::rule) fn genuine_ones_are_acknowledged(view: &View<'_>) -> Judgement {
    unacknowledged(
        view,
        |notice| !notice.altered,
        |notice, problem| format!("the acknowledgement of the notification in entry {} {problem}", notice.n),
    )
}

/// Genuine deliveries that were answered with something, and not acknowledged. A merchant that was killed before it could
/// answer is excused, and one that wants no message of long ago, or cannot know yet which order it is about.
fn unacknowledged(
    view: &View<'_>,
    is_it: impl Fn(&Notice<'_>) -> bool,
    text: impl Fn(&Notice<'_>, &str) -> String,
) -> Judgement {
    let is_fresh = |notice: &Notice<'_>| notice.genuine && !notice.is_old();
    let all = || view.story.notices.iter().filter(|n| is_fresh(n) && n.answer.is_some() && is_it(n));
    let findings = all().filter_map(|notice| {
        let answer = notice.answer.as_ref()?;
        let excused = answer.acknowledged || view.was_down(notice.n, answer.n) || is_of_unknown_part(view, notice);
        (!excused).then(|| Finding { entry: answer.n, text: text(notice, answer.problem) })
    });
    let findings = findings.collect();
    Judgement::new(all().next().is_some(), findings)
}

/// Whether it tells of one order of a batch by an id of Antom's, which only the answer that made the batch tells, and that
/// was not heard before: one that came at the same moment may be read later.
pub(super) fn is_of_unknown_part(view: &View<'_>, notice: &Notice<'_>) -> bool {
    let story = &view.story;
    let is_its = |p: &&Payment<'_>| p.operation == Some(Operation::BatchPay) && notice.is_about(p);
    story.payments.iter().filter(is_its).any(|batch| {
        let is_part = money(&notice.body["paymentAmount"]) != batch.amount;
        let names_parts = |reply: &Reply<'_>| reply.body["orderSummaries"].as_array().is_some();
        // Who finds a key twice may take the answer for none.
        let is_odd = |r: &Request<'_>, reply: &Reply<'_>| view.gateway_fault_between("repeat-key", r.n, reply.n);
        let is_told = |r: &Request<'_>| {
            r.told().is_some_and(|told| told.has_come_before(notice.at) && names_parts(told) && !is_odd(r, told))
        };
        is_part && !batch.requests(&story.requests).any(is_told)
    })
}

/// NTF-004.
pub(in crate::rule) fn failures_are_acknowledged(view: &View<'_>) -> Judgement {
    let is_failure = |notice: &Notice<'_>| !notice.altered && notice.outcome() == Some(Outcome::Failed);
    unacknowledged(view, is_failure, |notice, problem| {
        format!("the notification of a failed payment (entry {}) is not acknowledged: the answer {problem}", notice.n)
    })
}

/// NTF-015. Simulated time stands still while a merchant owes an answer, unless it has a clock of its own.
pub(in crate::rule) fn answers_are_quick(view: &View<'_>) -> Judgement {
    let answered = || view.story.notices.iter().filter_map(|n| Some((n, n.answer.as_ref()?)));
    let findings = answered().filter(|(notice, answer)| answer.at.since(notice.at) > QUICK).map(|(notice, answer)| {
        let took = answer.at.since(notice.at).as_secs();
        let text = format!("the notification in entry {} is answered after {took} s; do the work afterwards", notice.n);
        Finding { entry: answer.n, text }
    });
    let findings = findings.collect();
    Judgement::new(answered().next().is_some(), findings)
}

/// NTF-017. What was altered counts too, as long as nothing in it that a merchant compares is untrue.
pub(in crate::rule) fn odd_fields_are_accepted(view: &View<'_>) -> Judgement {
    let is_odd = |notice: &Notice<'_>| {
        let is_it = notice.kind() == "PAYMENT_RESULT" && oddity(&notice.body).is_some();
        is_it && (!notice.altered || is_true(view, notice))
    };
    unacknowledged(view, is_odd, |notice, problem| {
        let oddity = oddity(&notice.body).unwrap_or_default();
        format!("a notification with {oddity} (entry {}) is not acknowledged: the answer {problem}", notice.n)
    })
}

/// Whether ids, amount and result in a notification are those of the ledger.
fn is_true(view: &View<'_>, notice: &Notice<'_>) -> bool {
    let Some(payment) = view.story.payments.iter().find(|payment| notice.is_about(payment)) else { return false };
    let is_result = match notice.outcome() {
        Some(Outcome::Paid) => payment.status_at(notice.n) == Some(PaymentStatus::Success),
        Some(Outcome::Failed) => payment.is_over(notice.n),
        Some(Outcome::Pending) | None => false,
    };
    let is_known = |id: &str| payment.payment_ids.iter().any(|(_, known)| known == id);
    is_result
        && money(&notice.body["paymentAmount"]) == payment.amount
        && notice.text("/paymentRequestId") == Some(payment.id.as_str())
        && notice.text("/paymentId").is_some_and(is_known)
}

/// What a merchant has not seen before in a notification, in a few words.
fn oddity(body: &Tree<'_>) -> Option<String> {
    let Tree::Object(fields) = body else { return None };
    if let Some((unknown, _)) = fields.iter().find(|(name, _)| !KNOWN.contains(&&**name)) {
        return Some(format!("an unknown field, {unknown}"));
    }
    if let Some((name, _)) = fields.iter().find(|(_, value)| has_native(value)) {
        return Some(format!("a native value in {name}"));
    }
    if ["paymentCreateTime", "paymentTime"].iter().all(|name| body[*name].is_null()) {
        return Some("optional fields left out".to_owned());
    }
    any_text(body, &mut |text| !text.is_ascii()).then(|| "another script".to_owned())
}

/// Whether a number or boolean is in it, which the documents write as text.
fn has_native(value: &Tree<'_>) -> bool {
    match value {
        Tree::Number(_) | Tree::Bool(_) => true,
        Tree::List(items) => items.iter().any(has_native),
        Tree::Object(fields) => fields.iter().any(|(_, value)| has_native(value)),
        Tree::Null | Tree::Text(_) => false,
    }
}

/// NTF-018.
pub(in crate::rule) fn the_address_is_public(view: &View<'_>) -> Judgement {
    let arrived = || {
        // What says something else than what happened may be refused.
        let true_ones = view.story.notices.iter().filter(|n| n.genuine && !n.altered);
        true_ones.filter_map(|n| n.answer.as_ref().filter(|a| a.status.is_some()))
    };
    let findings = arrived().filter_map(|answer| {
        let status = answer.status?;
        let what = match status {
            300..=399 => "a redirect, which is not followed",
            401 | 403 | 407 | 419 => {
                "a login or a token, which the gateway does not have, or a check of yours that refuses it"
            }
            404 | 405 => "no door for a POST",
            _ => return None,
        };
        Some(Finding { entry: answer.n, text: format!("a genuine notification meets {what}: HTTP {status}") })
    });
    let findings = findings.collect();
    Judgement::new(arrived().next().is_some(), findings)
}

/// NTF-009. Whether it is refused or acknowledged does not matter; no answer, and HTTP 500, are what a crash looks like.
pub(in crate::rule) fn strangers_do_no_harm(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let is_known = |id: &str| {
        let is_it = |own: &str| own == id || id.strip_prefix(own).is_some_and(|rest| rest.starts_with('_'));
        story.payments.iter().any(|payment| !payment.made_by.is_empty() && is_it(&payment.id))
    };
    let strange = || {
        let told = story.notices.iter().filter(|notice| notice.outcome().is_some());
        told.filter(|notice| notice.text("/paymentRequestId").is_some_and(|id| !is_known(id)))
    };
    let findings = strange().filter_map(|notice| {
        let answer = notice.answer.as_ref()?;
        let what = match answer.status {
            None if !view.was_down(notice.n, answer.n) => format!("nothing: {}", answer.problem),
            Some(500) => "HTTP 500: something broke".to_owned(),
            _ => return None,
        };
        let text = format!("a notification of a payment that is not ours (entry {}) is answered with {what}", notice.n);
        Some(Finding { entry: answer.n, text })
    });
    let findings = findings.collect();
    Judgement::new(strange().next().is_some(), findings)
}

/// NTF-024. That a person was told shows in the order, or in money that goes back.
pub(in crate::rule) fn reversals_are_taken(view: &View<'_>) -> Judgement {
    let is_reversal = |notice: &Notice<'_>| !notice.altered && notice.kind() == "PAYMENT_REVERSAL";
    let judgement = unacknowledged(view, is_reversal, |notice, problem| {
        format!("the reversal of a payment (entry {}) is not acknowledged: the answer {problem}", notice.n)
    });
    if judgement != Judgement::Held {
        return judgement;
    }
    let mut findings = Vec::new();
    for order in view.story.sales(view) {
        for payment in view.story.payments_of(view, order) {
            let is_told = |n: &&Notice<'_>| n.genuine && is_reversal(n) && n.is_acknowledged() && n.is_about(payment);
            let Some(told) = view.story.notices.iter().find(is_told) else { continue };
            let goes_back = view.story.requests_of(Operation::Refund).any(|r| r.n > told.n && payment.is_meant_by(r));
            let last = view.last_status(&order.name).filter(|last| {
                matches!(last.status.state, OrderState::Open | OrderState::Cancelled | OrderState::Failed)
            });
            if let Some(last) = last.filter(|_| !goes_back && view.story.had_time(told.at)) {
                let text = format!(
                    "order {} is {}; its money came and cannot go back by itself (entry {}), and nobody is told",
                    order.name, last.status.state, told.n
                );
                findings.push(Finding { entry: told.n, text });
            }
        }
    }
    Judgement::new(true, findings)
}
