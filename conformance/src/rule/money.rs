//! The money invariants: what must hold whatever happened.
//!
//! Charges belong to orders by their amount, since a black box shows nothing else; scenarios give each order its own.

use super::view::{Order, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;

/// For each order at the end of a case: the order, its last status' entry and state, and the charges for it.
fn ends<'v>(view: &'v View<'_>) -> impl Iterator<Item = (&'v Order, usize, OrderState, Vec<usize>)> {
    let ended = view.ended.is_some();
    view.orders.iter().filter(move |_| ended).filter_map(move |order| {
        let status = view.last_status(&order.name)?;
        Some((order, status.n, status.status.state, view.charges(order.by, order.amount)))
    })
}

/// MONEY-001.
pub(super) fn taken_equals_paid(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    for (order, n, state, charges) in ends(view) {
        let unpaid = state == OrderState::Paid && charges.is_empty();
        if unpaid {
            findings.push(Finding {
                entry: n,
                text: format!("order {} is called paid, but {} was never taken for it", order.name, order.amount),
            });
        }
    }
    if view.ended.is_some() {
        findings.extend(
            view.unowned_charges().into_iter().map(|(entry, amount)| Finding {
                entry,
                text: format!("{amount} was taken, which no order asked for"),
            }),
        );
    }
    Judgement::new(ends(view).next().is_some(), findings)
}

/// MONEY-002.
pub(super) fn nothing_is_paid_twice(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in &view.orders {
        let charges = view.charges(order.by, order.amount);
        exercised |= !charges.is_empty();
        if let [first, second, ..] = charges.as_slice() {
            let text = format!(
                "{} was taken {} times for order {} (first in entry {first})",
                order.amount,
                charges.len(),
                order.name
            );
            findings.push(Finding { entry: *second, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// MONEY-003. At the terminal, evidence is a success that the POS heard, from Purchase or GetLastTransaction.
pub(super) fn paid_needs_evidence(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in &view.orders {
        let Some(paid) = view.called_paid(&order.name) else { continue };
        exercised = true;
        let evidence = match order.by {
            By::EntryCode => view.evidence_before(paid.n, &view.payment_request_ids(order.amount)),
            By::Terminal => view.results.iter().any(|r| {
                let data = &r.json["responseData"];
                r.n < paid.n
                    && r.fault.is_none()
                    && data["result"]["resultCode"] == "SUCCESS"
                    && data["paymentAmount"]["value"] == order.amount.value().as_str()
            }),
        };
        if !evidence {
            findings.push(Finding {
                entry: paid.n,
                text: format!("order {} is called paid, and nothing on the wire says so", order.name),
            });
        }
    }
    Judgement::new(exercised, findings)
}

/// MONEY-004.
pub(super) fn taken_money_is_accounted_for(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, n, state, charges) in ends(view) {
        let Some(charge) = charges.first() else { continue };
        exercised = true;
        let lost = matches!(state, OrderState::Failed | OrderState::Cancelled | OrderState::Refunded);
        if lost {
            let text = format!(
                "{} was taken for order {} (entry {charge}), which is called {state}",
                order.amount, order.name
            );
            findings.push(Finding { entry: n, text });
        }
        let booked = view.last_status(&order.name).and_then(|s| s.status.booked);
        if state == OrderState::Paid && booked != Some(order.amount) {
            let booked = booked.map_or_else(|| "nothing".to_owned(), |b| b.to_string());
            let text = format!("order {} of {} is paid, but {booked} is booked for it", order.name, order.amount);
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// MONEY-005.
pub(super) fn every_order_ends(view: &View<'_>) -> Judgement {
    let findings = ends(view).filter(|(_, _, state, _)| *state == OrderState::Open).map(|(order, n, ..)| Finding {
        entry: n,
        text: format!("order {} is still open when nothing more happens", order.name),
    });
    Judgement::new(ends(view).next().is_some(), findings.collect())
}
