//! What a correct merchant says to the gateway.

use serde_json::Value;
use wire::antom::{FieldRule, Operation, PayRequest, Severity, check_fields};

use super::view::{Call, View};
use super::{Finding, Judgement};

fn pays<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Call> {
    view.calls
        .iter()
        .filter(|c| c.operation == Some(Operation::Pay) && c.refused.as_deref() != Some("INVALID_SIGNATURE"))
}

fn check_bodies(view: &View<'_>, table: &[FieldRule]) -> Judgement {
    let findings = pays(view).filter_map(|call| {
        let problem = check_fields(&call.body, table).into_iter().find(|p| p.severity == Severity::Error)?;
        Some(Finding { entry: call.n, text: format!("in pay, {problem}") })
    });
    Judgement::new(pays(view).next().is_some(), findings.collect())
}

/// PAY-001.
pub(super) fn discriminators_are_right(view: &View<'_>) -> Judgement {
    check_bodies(view, PayRequest::ENTRY_CODE_DISCRIMINATORS)
}

/// PAY-002.
pub(super) fn required_fields_are_there(view: &View<'_>) -> Judgement {
    check_bodies(view, PayRequest::ENTRY_CODE_FIELDS)
}

fn request_id(call: &Call) -> Option<&str> {
    call.text("/paymentRequestId")
}

/// Whether two payments are for one order: the same amount, and when several orders have it, or nobody knows how many do,
/// the same referenceOrderId.
fn is_same_sale(view: &View<'_>, one: &Call, other: &Call) -> bool {
    let amount = &one.body["paymentAmount"];
    let sold = view.orders.iter().filter(|o| o.by.is_at_gateway() && *amount == serde_json::json!(o.amount)).count();
    *amount == other.body["paymentAmount"]
        && (sold <= 1 && view.has_book()
            || one.body["order"]["referenceOrderId"] == other.body["order"]["referenceOrderId"])
}

/// PAY-007.
pub(super) fn no_fresh_charge_after_silence(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for silent in pays(view).filter(|c| c.lost.is_some()) {
        exercised |= view.calls.iter().any(|c| c.n > silent.n);
        let same_sale = |c: &&Call| c.n > silent.n && is_same_sale(view, silent, c);
        let fresh = pays(view).filter(same_sale).find(|c| request_id(c) != request_id(silent));
        let Some(fresh) = fresh else { continue };
        let resolved = view
            .calls
            .iter()
            .any(|c| c.n > silent.n && c.n < fresh.n && c.heard().is_some() && request_id(c) == request_id(silent));
        if !resolved {
            let (old, new) = (request_id(silent).unwrap_or_default(), request_id(fresh).unwrap_or_default());
            let text = format!(
                "the answer to pay {old:?} (entry {}) never came, and pay was called with the new id {new:?} before the first was resolved",
                silent.n
            );
            findings.push(Finding { entry: fresh.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-009. An order that a forged notification made paid is NTF-001's affair.
pub(super) fn s_is_not_paid(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|o| o.by.is_at_gateway()) {
        let ids = view.payment_request_ids(order.amount);
        let accepted = pays(view).find(|c| {
            let s = c.heard().is_some_and(|(_, body)| body["result"]["resultStatus"] == "S");
            s && request_id(c).is_some_and(|id| ids.contains(&id))
        });
        let Some(accepted) = accepted else { continue };
        exercised = true;
        let Some(paid) = view.called_paid(&order.name) else { continue };
        let forged =
            view.notices.iter().any(|n| !n.genuine && n.n < paid.n && ids.contains(&n.payment_request_id.as_str()));
        let inquired = misread_inquiry(view, &ids, paid.n).is_some();
        if !forged && !inquired && !view.evidence_before(paid.n, &ids) {
            let text = format!(
                "order {} is called paid after the S of pay (entry {}), but nobody had paid yet",
                order.name, accepted.n
            );
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-011. PAYMENT_IN_PROCESS is left out: the documents disagree about it.
pub(super) fn unknown_is_repeated_unchanged(view: &View<'_>) -> Judgement {
    let unknown = |body: &Value| {
        let code = body["result"]["resultCode"].as_str().unwrap_or_default();
        matches!(code, "UNKNOWN_EXCEPTION" | "REQUEST_TRAFFIC_EXCEED_LIMIT")
    };
    let mut findings = Vec::new();
    let mut exercised = false;
    for call in pays(view).filter(|c| c.heard().is_some_and(|(_, body)| unknown(body))) {
        let Some(next) = pays(view).find(|c| c.n > call.n && is_same_sale(view, call, c)) else {
            continue;
        };
        exercised = true;
        if request_id(next) != request_id(call) {
            let text = format!("pay was answered U (entry {}) and then called with another paymentRequestId", call.n);
            findings.push(Finding { entry: next.n, text });
        } else if next.body != call.body {
            let text = format!("pay was answered U (entry {}) and then called with another body", call.n);
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// The last inquiry before an entry that the merchant heard, that did not say SUCCESS, and after which pay was not
/// answered S any more: what an order that is then called paid was called so on.
fn misread_inquiry<'v>(view: &'v View<'_>, ids: &[&str], before: usize) -> Option<&'v Call> {
    let concerns = |c: &&Call| request_id(c).is_some_and(|id| ids.contains(&id));
    let accepted = pays(view).filter(concerns).filter_map(Call::heard);
    let accepted =
        accepted.filter(|(n, body)| *n < before && body["result"]["resultStatus"] == "S").map(|(n, _)| *n).max();
    let inquiries = view.calls.iter().rev().filter(|c| c.operation == Some(Operation::InquiryPayment)).filter(concerns);
    inquiries.into_iter().find(|c| {
        let misread =
            |(n, body): &(usize, Value)| *n < before && Some(*n) > accepted && body["paymentStatus"] != "SUCCESS";
        c.heard().is_some_and(misread)
    })
}

/// INQ-001.
pub(super) fn status_is_the_outcome(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let heard = view.calls.iter().filter(|c| c.operation == Some(Operation::InquiryPayment) && c.heard().is_some());
    let exercised = heard.count() > 0;
    for order in view.orders.iter().filter(|o| o.by.is_at_gateway()) {
        let ids = view.payment_request_ids(order.amount);
        let Some(paid) = view.called_paid(&order.name) else { continue };
        if let Some(inquiry) = misread_inquiry(view, &ids, paid.n)
            && !view.evidence_before(paid.n, &ids)
        {
            let text = format!(
                "order {} is called paid; the inquiry (entry {}) did not say SUCCESS in paymentStatus",
                order.name, inquiry.n
            );
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
