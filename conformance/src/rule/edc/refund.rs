//! PurchaseCancel: a sale is given back.

use serde_json::Value;

use super::super::view::{Command, Order, Sending, View};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;

fn cancels<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Command<'a>> {
    view.commands.iter().filter(|c| c.name() == "PurchaseCancel" && !c.refused)
}

fn metadata_of(command: &Command<'_>) -> Option<String> {
    command.parameter("/acquirerInfo/acquirerMetaData")
}

/// What the terminal told of a sale before an entry: the data of its result, or of the last transaction.
fn sales<'v>(view: &'v View<'_>, before: usize) -> impl Iterator<Item = &'v Value> {
    let told = view.results.iter().filter(move |r| r.n < before && r.fault != Some(sim_edc::Note::Lost));
    told.map(|r| &r.json["responseData"]).filter(|data| data["acquirerInfo"]["acquirerMetaData"].is_string())
}

/// EDC-P36.
pub(in crate::rule) fn metadata_is_passed_back(view: &View<'_>) -> Judgement {
    let findings = cancels(view).filter_map(|cancel| {
        let sent = metadata_of(cancel).unwrap_or_default();
        let known = sales(view, cancel.n).any(|data| data["acquirerInfo"]["acquirerMetaData"] == sent.as_str());
        let text = "acquirerMetaData is not what the terminal gave with any sale, byte for byte".to_owned();
        (!known).then_some(Finding { entry: cancel.n, text })
    });
    Judgement::new(cancels(view).next().is_some(), findings.collect())
}

/// EDC-P37. The sale is told by its metadata.
pub(in crate::rule) fn amounts_equal_the_sales(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view) {
        let sent = metadata_of(cancel).unwrap_or_default();
        // What was told with an amount that was not so, or to nobody, tells nothing.
        let is_asked_for = |r: &&Sending<'_>| view.commands.iter().any(|command| command.is_answered_by(r));
        let intact = view.results.iter().filter(|r| r.n < cancel.n && r.fault.is_none()).filter(is_asked_for);
        let intact = intact.map(|r| &r.json["responseData"]);
        let sale = intact.into_iter().find(|data| data["acquirerInfo"]["acquirerMetaData"] == sent.as_str());
        let Some(sale) = sale else { continue };
        exercised = true;
        for field in ["paymentAmount", "tipAmount"] {
            let (asked, sold) = (cancel.parameter(&format!("/{field}/value")), sale[field]["value"].as_str());
            if let (Some(asked), Some(sold)) = (asked, sold)
                && asked != sold
            {
                let text = format!("{field} of the cancel is {asked}, that of its sale was {sold}");
                findings.push(Finding { entry: cancel.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P38.
pub(in crate::rule) fn cancelled_before_is_refunded(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view).filter(|_| view.ended.is_some()) {
        let Some(result) = view.heard_result_of(cancel).filter(|r| code(r.json) == "ORDER_IS_CANCELED") else {
            continue;
        };
        let same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == cancel.amount();
        let orders: Vec<_> = view.orders.iter().filter(same).collect();
        let [order] = orders.as_slice() else { continue };
        let Some(last) = view.last_status(&order.name) else { continue };
        exercised = true;
        if last.status.state != OrderState::Refunded {
            let text = format!(
                "the sale was cancelled before (entry {}), but order {} is called {}",
                result.n, order.name, last.status.state
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P39. A person may ask again; the till by itself may not.
pub(in crate::rule) fn invalid_status_ends_it(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view) {
        let Some(result) = view.heard_result_of(cancel).filter(|r| code(r.json) == "ORDER_STATUS_INVALID") else {
            continue;
        };
        exercised = true;
        let next = cancels(view).find(|c| c.n > result.n && metadata_of(c) == metadata_of(cancel));
        let asked = |n: usize| view.refunds.iter().any(|refund| refund.n > result.n && refund.n < n);
        if let Some(next) = next.filter(|next| !asked(next.n)) {
            let text = format!("PurchaseCancel was sent again after ORDER_STATUS_INVALID (entry {})", result.n);
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

fn code(result: &Value) -> &str {
    result["responseData"]["result"]["resultCode"].as_str().unwrap_or_default()
}
