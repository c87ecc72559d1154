//! How notifications are answered.

use std::time::Duration;

use serde_json::Value;

use crate::rule::story::{Notice, Outcome};
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

/// NTF-003. A merchant that was killed before it could answer is excused, and one that doubts what is not so.
pub(in crate::rule) fn genuine_ones_are_acknowledged(view: &View<'_>) -> Judgement {
    let genuine = || {
        view.notices
            .iter()
            .filter(|n| n.genuine && !n.altered)
            .filter_map(|n| n.answer.as_ref().map(|answer| (n, answer)))
    };
    let findings = genuine().filter_map(|(notice, (n, acknowledged, problem))| {
        let excused = *acknowledged || view.was_down(notice.n, *n);
        let why = problem.clone().unwrap_or_default();
        (!excused).then(|| Finding {
            entry: *n,
            text: format!("the acknowledgement of the notification in entry {} {why}", notice.n),
        })
    });
    Judgement::new(genuine().next().is_some(), findings.collect())
}

/// Genuine deliveries that were answered with something, and not acknowledged, and no restart came in between.
fn unacknowledged(
    view: &View<'_>,
    is_it: impl Fn(&Notice<'_>) -> bool,
    text: impl Fn(&Notice<'_>, &str) -> String,
) -> Judgement {
    let all = || view.story.notices.iter().filter(|n| n.genuine && !n.altered && n.answer.is_some() && is_it(n));
    let findings = all().filter_map(|notice| {
        let answer = notice.answer.as_ref()?;
        let excused = answer.acknowledged || view.was_down(notice.n, answer.n);
        (!excused).then(|| Finding { entry: answer.n, text: text(notice, answer.problem) })
    });
    let findings = findings.collect();
    Judgement::new(all().next().is_some(), findings)
}

/// NTF-004.
pub(in crate::rule) fn failures_are_acknowledged(view: &View<'_>) -> Judgement {
    let is_failure = |notice: &Notice<'_>| notice.outcome() == Some(Outcome::Failed);
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

/// NTF-017.
pub(in crate::rule) fn odd_fields_are_accepted(view: &View<'_>) -> Judgement {
    let is_odd = |notice: &Notice<'_>| notice.kind() == "PAYMENT_RESULT" && oddity(&notice.body).is_some();
    unacknowledged(view, is_odd, |notice, problem| {
        let oddity = oddity(&notice.body).unwrap_or_default();
        format!("a notification with {oddity} (entry {}) is not acknowledged: the answer {problem}", notice.n)
    })
}

/// What a merchant has not seen before in a notification, in a few words.
fn oddity(body: &Value) -> Option<String> {
    let fields = body.as_object()?;
    if let Some(unknown) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Some(format!("an unknown field, {unknown}"));
    }
    let natives = fields.iter().chain(body["paymentAmount"].as_object().into_iter().flatten());
    if let Some((name, _)) = natives.into_iter().find(|(_, value)| value.is_number() || value.is_boolean()) {
        return Some(format!("a native value in {name}"));
    }
    if ["paymentCreateTime", "paymentTime"].iter().all(|name| !fields.contains_key(*name)) {
        return Some("optional fields left out".to_owned());
    }
    (!body.to_string().is_ascii()).then(|| "another script".to_owned())
}

/// NTF-018.
pub(in crate::rule) fn the_address_is_public(view: &View<'_>) -> Judgement {
    let arrived = || {
        view.story.notices.iter().filter(|n| n.genuine).filter_map(|n| n.answer.as_ref().filter(|a| a.status.is_some()))
    };
    let findings = arrived().filter_map(|answer| {
        let status = answer.status?;
        let what = match status {
            300..=399 => "a redirect, which is not followed",
            401 | 403 | 407 | 419 => "a login or token, which the gateway does not have",
            404 | 405 => "no door for a POST",
            _ => return None,
        };
        Some(Finding { entry: answer.n, text: format!("a genuine notification meets {what}: HTTP {status}") })
    });
    let findings = findings.collect();
    Judgement::new(arrived().next().is_some(), findings)
}

/// NTF-009. Whether it is refused or acknowledged does not matter.
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
        let is_silent = answer.status.is_none() && !view.was_down(notice.n, answer.n);
        is_silent.then(|| Finding {
            entry: answer.n,
            text: format!(
                "a notification of a payment that is not ours (entry {}) is answered with nothing: {}",
                notice.n, answer.problem
            ),
        })
    });
    let findings = findings.collect();
    Judgement::new(strange().next().is_some(), findings)
}

/// NTF-024.
pub(in crate::rule) fn reversals_are_taken(view: &View<'_>) -> Judgement {
    unacknowledged(
        view,
        |notice| notice.kind() == "PAYMENT_REVERSAL",
        |notice, problem| {
            format!("the reversal of a payment (entry {}) is not acknowledged: the answer {problem}", notice.n)
        },
    )
}
