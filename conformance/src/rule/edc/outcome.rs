//! What a till makes of a result.

use serde_json::Value;
use wire::edc::BusinessCode;

use super::super::view::{Command, Order, Sending, View, at};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;

/// EDC-P45. An order that is called paid although the POS heard only of failure.
pub(in crate::rule) fn success_is_judged_by_its_code(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for command in view.commands.iter().filter(|c| c.name() == "Purchase") {
        let Some(result) = view.heard_result_of(command) else { continue };
        exercised = true;
        let of_amount =
            |data: &Value| data["paymentAmount"]["value"].as_str().map(ToOwned::to_owned) == command.amount();
        let succeeded = |n: usize| {
            view.results.iter().any(|r| {
                let data = &r.json["responseData"];
                r.n < n && data["result"]["resultCode"] == "SUCCESS" && of_amount(data)
            })
        };
        let orders = view.orders.iter().filter(|o| o.by == By::Terminal && Some(o.amount.value()) == command.amount());
        for paid in orders.filter_map(|o| view.called_paid(&o.name)) {
            if paid.n > result.n && !succeeded(paid.n) {
                let text =
                    format!("order {} is called paid, but its result (entry {}) is no success", paid.order, result.n);
                findings.push(Finding { entry: paid.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P40.
pub(in crate::rule) fn repeats_are_looked_into(view: &View<'_>) -> Judgement {
    no_own_retry(view, &[BusinessCode::RepeatReqReject])
}

/// EDC-P41.
pub(in crate::rule) fn failures_are_not_retried(view: &View<'_>) -> Judgement {
    no_own_retry(view, &[BusinessCode::ProcessFail])
}

/// EDC-P42.
pub(in crate::rule) fn declines_are_not_retried(view: &View<'_>) -> Judgement {
    use BusinessCode::{InvalidCardNumber, UserAmountExceedLimit, UserBalanceNotEnough};
    no_own_retry(view, &[UserAmountExceedLimit, UserBalanceNotEnough, InvalidCardNumber])
}

/// EDC-P43.
pub(in crate::rule) fn contract_errors_stop(view: &View<'_>) -> Judgement {
    no_own_retry(view, &[BusinessCode::InvalidContract, BusinessCode::AccessDenied, BusinessCode::ParamIllegal])
}

/// After one of these codes, Purchase of an amount is not sent more often than orders of it were checked out; unless the
/// last transaction was asked for meanwhile, and told that the payment had failed.
fn no_own_retry(view: &View<'_>, codes: &[BusinessCode]) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let purchases: Vec<_> = view.taken_up().filter(|c| c.name() == "Purchase").collect();
    for command in &purchases {
        let Some(result) = view.heard_result_of(command) else { continue };
        let code = result.json["responseData"]["result"]["resultCode"].as_str().unwrap_or_default();
        let Some(code) = code.parse::<BusinessCode>().ok().filter(|code| codes.contains(code)) else { continue };
        exercised = true;
        let same = |c: &&&Command<'_>| c.amount() == command.amount();
        let Some(next) = purchases.iter().filter(same).find(|c| c.n > result.n) else { continue };
        let ordered = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == command.amount();
        let orders = view.orders.iter().filter(ordered).filter(|o| o.n < next.n).count();
        let asked = purchases.iter().filter(same).filter(|c| c.n <= next.n).count();
        let is_resolved = code == BusinessCode::RepeatReqReject && has_failed_record(view, result.n, next.n);
        if asked > orders && !is_resolved {
            let amount = command.amount().unwrap_or_default();
            let text = format!("Purchase of {amount} was sent again by itself after {code} (entry {})", result.n);
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

fn has_failed_record(view: &View<'_>, from: usize, to: usize) -> bool {
    let told = view.told_by_last_transaction(from).filter(|r| r.n < to && r.fault.is_none());
    told.map(|r| &r.json["responseData"]["result"]["resultCode"]).any(|code| code != "SUCCESS" && code != "UNKNOWN")
}

/// EDC-P44. An order that is called paid after results that are not its own, and none that is.
pub(in crate::rule) fn results_are_matched(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let is_success = |r: &&Sending<'_>| r.json["responseData"]["result"]["resultCode"] == "SUCCESS";
    for order in view.orders.iter().filter(|o| o.by == By::Terminal) {
        let purchases =
            || view.commands.iter().filter(|c| c.name() == "Purchase" && c.amount() == Some(order.amount.value()));
        let Some(first) = purchases().next() else { continue };
        let own = |r: &Sending<'_>| {
            let data = &r.json["responseData"];
            let of_amount = data["paymentAmount"]["value"] == order.amount.value().as_str();
            let ids = |c: &Command<'_>| {
                let same_request = Some(&data["requestId"]) == at(c.json, "/commandRequestParams/requestId");
                let by_id = c.is_answered_by(r) && same_request;
                let by_record = r.json["commandName"] == "GetLastTransaction";
                by_id || by_record && (same_request || data["requestId"].is_null())
            };
            r.fault.is_none() && of_amount && purchases().any(ids)
        };
        let until = purchases().filter_map(|c| view.result_of(c)).map(|r| r.n).max().unwrap_or(usize::MAX);
        let foreign = view.results.iter().filter(is_success).find(|r| {
            let is_record = r.json["commandName"] == "GetLastTransaction";
            r.n > first.n && r.n <= until && !own(r) && !is_record && is_near(view, r, first)
        });
        let Some(foreign) = foreign else { continue };
        exercised = true;
        let Some(paid) = view.called_paid(&order.name).filter(|paid| paid.n > foreign.n) else { continue };
        if !view.results.iter().filter(is_success).any(|r| r.n < paid.n && own(r)) {
            let text = format!(
                "order {} is called paid, and the only success (entry {}) is not that of its Purchase (entry {})",
                order.name, foreign.n, first.n
            );
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether a result that is not a Purchase's own could be taken for it: no other Purchase was sent in between.
fn is_near(view: &View<'_>, result: &Sending<'_>, purchase: &Command<'_>) -> bool {
    let others = view.commands.iter().filter(|c| c.is_financial() && c.amount() != purchase.amount());
    others.map(|c| c.n).all(|n| n < purchase.n || n > result.n)
}

/// EDC-P49. The receipt's tax is one that the terminal told for that payment.
pub(in crate::rule) fn tax_is_the_terminals(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|o| o.by == By::Terminal) {
        let told: Vec<String> = view
            .results
            .iter()
            .filter(|r| r.fault != Some(sim_edc::Note::Lost))
            .map(|r| &r.json["responseData"])
            .filter(|data| data["paymentAmount"]["value"] == order.amount.value().as_str())
            .filter_map(|data| digits(&data["taxAmount"]["value"]))
            .collect();
        let paid = view
            .statuses
            .iter()
            .find(|s| s.order == order.name && s.status.state == OrderState::Paid && s.status.tax.is_some());
        let Some((status, tax)) = paid.and_then(|s| Some((s, s.status.tax?))) else { continue };
        if told.is_empty() {
            continue;
        }
        exercised = true;
        if !told.contains(&tax.value()) {
            let text = format!("the tax of order {} is {tax}; the terminal told {}", order.name, told.join(", "));
            findings.push(Finding { entry: status.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

fn digits(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
