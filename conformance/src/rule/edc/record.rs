//! What a till makes of the terminal's last transaction.

use std::time::Duration;

use sim_edc::{Event as Terminal, RecordKind};

use super::super::view::{Command, Order, Sending, View, at};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;
use crate::trace::Event;

/// An answer that takes longer may come to nobody: 5 s are waited for it.
const IN_TIME: Duration = Duration::from_secs(4);
/// How long after a Purchase a person may have been called, when the terminal could not be reached in between: a minute is
/// waited for the result, and for two the till asks in vain.
const A_PERSON_IS_CALLED: Duration = Duration::from_secs(180);

/// EDC-P53. A record of a sale by its requestId, or one without that can be of one sale only: the till sold that amount once,
/// and so did the terminal.
pub(in crate::rule) fn records_without_ids_are_read(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|order| order.by == By::Terminal) {
        let Some((purchase, told)) = only_record(view, order) else { continue };
        exercised = true;
        let last = view.last_status(&order.name).filter(|last| last.n > told.n);
        let is_asked_for = view
            .story
            .asked
            .iter()
            .any(|asked| matches!(asked.method, "cancel" | "refund") && asked.is_about(&order.name));
        let is_lost = |state| match state {
            OrderState::Parked | OrderState::Failed | OrderState::Cancelled => true,
            OrderState::Open => view.story.had_time(told.at),
            OrderState::Paid | OrderState::Refunded => false,
        };
        // Who was killed, or lost the line, just then need not have understood it.
        let is_excused = is_asked_for || view.ended.is_none_or(|end| view.broke_between(told.n, end));
        let is_late = told.at.since(purchase.at) >= A_PERSON_IS_CALLED && view.broke_between(purchase.n, told.n);
        let may_be_called = |state| state == OrderState::Parked && is_late;
        let is_wrong = |state| is_lost(state) && !may_be_called(state);
        if let Some(last) = last.filter(|last| !is_excused && is_wrong(last.status.state)) {
            let text = format!(
                "order {} is called {}, although the last transaction (entry {}) tells of its success, and can be of no other \
                 sale, with a requestId or without",
                order.name, last.status.state, told.n
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// An order's Purchase of which the till heard nothing, and what it heard of the last transaction after it, if that can only be
/// this order's.
fn only_record<'v, 'a>(view: &'v View<'a>, order: &Order) -> Option<(&'v Command<'a>, &'v Sending<'a>)> {
    let amount = order.amount.value();
    let is_alike = |other: &&Order| other.by == By::Terminal && other.amount == order.amount;
    let mut purchases = view.commands.iter().filter(|c| c.name() == "Purchase" && c.amount() == Some(amount.clone()));
    let purchase =
        purchases.next().filter(|_| purchases.next().is_none() && view.orders.iter().filter(is_alike).count() == 1)?;
    if purchase.refused || view.heard_result_of(purchase).is_some() {
        return None;
    }
    let mut asked = view.commands.iter().filter(|c| c.n > purchase.n && c.name() == "GetLastTransaction");
    let is_in_time = |c: &Command<'_>, told: &Sending<'_>| {
        told.at.since(c.at) < IN_TIME && !view.is_answered_badly_before(c, told.n)
    };
    let told = asked.find_map(|c| view.heard_result_of(c).filter(|told| is_in_time(c, told)))?;
    let is_its = |event: &Event| {
        matches!(event, Event::Terminal(Terminal::Recorded { kind: RecordKind::Purchase, amount, result_code, .. })
            if *amount == order.amount && result_code == "SUCCESS")
    };
    let booked = view.entries.iter().take(told.n).filter(|entry| is_its(&entry.event)).count();
    let text = |path| at(told.json, path).and_then(serde_json::Value::as_str);
    let is_of_a_sale = text("/responseData/responseCommand").is_none_or(|command| command == "Purchase");
    let is_success = text("/responseData/result/resultCode") == Some("SUCCESS");
    let is_its_own =
        text("/responseData/requestId").is_none_or(|id| purchase.parameter("/requestId").as_deref() == Some(id));
    let is_right = text("/responseData/paymentAmount/value") == Some(amount.as_str());
    (booked == 1 && is_of_a_sale && is_success && is_its_own && is_right).then_some((purchase, told))
}
