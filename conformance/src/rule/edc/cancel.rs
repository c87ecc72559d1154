//! CommandCancel: the sale is called off, or it is too late.

use std::time::Duration;

use sim_edc::Event as Terminal;
use wire::edc::{CommandName, EventCode, Kind, caller_timeout};
use wire::time::Moment;

use super::super::view::{Command, Order, Sending, View};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;
use crate::trace::Event;

/// What crosses on the line within this time may have crossed.
const CROSSING: Duration = Duration::from_secs(1);

fn cancels<'v, 'a>(view: &'v View<'a>) -> impl Iterator<Item = &'v Command<'a>> {
    view.commands.iter().filter(|c| c.name() == "CommandCancel" && !c.refused)
}

/// The Purchase that a CommandCancel is about, and its order, when only one can be meant.
fn meant<'v, 'a>(view: &'v View<'a>, cancel: &Command<'a>) -> Option<(&'v Command<'a>, &'v Order)> {
    let purchase = view.commands.iter().rev().find(|c| c.n < cancel.n && c.name() == "Purchase" && !c.refused)?;
    let same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == purchase.amount();
    let mut orders = view.orders.iter().filter(same);
    let order = orders.next()?;
    orders.next().is_none().then_some((purchase, order))
}

/// EDC-P21. A card that went away again, or could not be read, leaves it open whether a cancel is in time. An event that is
/// held back until the next frame has not been heard yet, and what a terminal said before it lost power is over.
pub(in crate::rule) fn cancels_come_before_the_card(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    for cancel in cancels(view) {
        let events = view.entries.iter().take(cancel.n).rev().filter_map(|entry| match &entry.event {
            Event::Terminal(Terminal::Sent { kind: Kind::Event, json, fault: None, .. })
                if view.was_open(entry.n)
                    && cancel.at.since(entry.at) >= CROSSING
                    && !view.broke_between(entry.n, cancel.n)
                    && !is_held_back(view, entry.n) =>
            {
                let purchase = view.commands.iter().rev().find(|c| c.n < cancel.n && c.name() == "Purchase")?;
                // One whose result was heard is over: the cancel is meant for a Purchase that came damaged.
                if view.heard_result_of(purchase).is_some_and(|r| r.n < cancel.n) {
                    return None;
                }
                let code = json["eventCode"].as_str()?.parse::<EventCode>().ok()?;
                (json["id"] == purchase.json["id"]).then_some((entry.n, code))
            }
            _ => None,
        });
        use EventCode::{CardDetected, CardReadCompleted, PendingSignature, StartTransaction};
        let last = events.into_iter().next();
        if let Some((n, code @ (CardDetected | CardReadCompleted | PendingSignature | StartTransaction))) = last {
            let text = format!("CommandCancel was sent after {code} (entry {n})");
            findings.push(Finding { entry: cancel.n, text });
        }
    }
    Judgement::new(cancels(view).next().is_some(), findings)
}

/// Whether what was said at an entry left with the next frame only.
fn is_held_back(view: &View<'_>, n: usize) -> bool {
    let before = n.checked_sub(2).and_then(|index| view.entries.get(index));
    before.is_some_and(|e| matches!(&e.event, Event::Terminal(Terminal::Fault { name }) if name == "merge"))
}

/// EDC-P23.
pub(in crate::rule) fn cancelled_sales_are_closed(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view).filter(|_| view.ended.is_some()) {
        // An answer that comes when nobody waits for it any more decides nothing.
        let patience = caller_timeout(CommandName::CommandCancel, 0);
        // The caller's clock is not the terminal's: a second of grace.
        let is_in_time = |at: Moment| at.since(cancel.at) + CROSSING <= patience;
        let heard = view.heard_result_of(cancel);
        let is_agreed = |r: &Sending<'_>| is_in_time(r.at) && r.json["outcome"] == "success";
        let agreed = heard.is_some_and(|r| is_agreed(r) && !view.is_refused_for_noise(r));
        let Some((_, order)) = meant(view, cancel).filter(|_| agreed) else { continue };
        let Some(last) = view.last_status(&order.name) else { continue };
        exercised = true;
        if last.status.state != OrderState::Cancelled {
            let text = format!(
                "CommandCancel (entry {}) succeeded, but order {} is called {}",
                cancel.n, order.name, last.status.state
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P24. After CommandInvalid the order is not called cancelled; what it is called before the result came is wrong.
pub(in crate::rule) fn refused_cancels_leave_the_sale(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view) {
        let invalid = view.heard_result_of(cancel).filter(|r| r.json["errorCode"] == "CommandInvalid");
        let (Some(invalid), Some((purchase, order))) = (invalid, meant(view, cancel)) else { continue };
        let result = view.result_of(purchase).map_or(usize::MAX, |r| r.n);
        if result < invalid.n {
            continue;
        }
        exercised = true;
        let wrong = view.statuses.iter().find(|s| {
            let early = s.n < result && s.status.state == OrderState::Failed;
            s.order == order.name && s.n > invalid.n && (early || s.status.state == OrderState::Cancelled)
        });
        if let Some(wrong) = wrong {
            let text = format!(
                "CommandCancel was refused (entry {}), and order {} is called {} all the same",
                invalid.n, order.name, wrong.status.state
            );
            findings.push(Finding { entry: wrong.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P26. Money that was taken after CommandCancel is not called off.
pub(in crate::rule) fn races_agree_with_the_ledger(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for cancel in cancels(view).filter(|_| view.ended.is_some()) {
        let Some((_, order)) = meant(view, cancel) else { continue };
        let charges = view.charges(By::Terminal, order.amount);
        let Some(charge) = charges.into_iter().find(|n| *n > cancel.n) else { continue };
        let Some(last) = view.last_status(&order.name) else { continue };
        exercised = true;
        if matches!(last.status.state, OrderState::Cancelled | OrderState::Failed) {
            let text = format!(
                "the card was quicker than CommandCancel and paid (entry {charge}), but order {} is called {}",
                order.name, last.status.state
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
