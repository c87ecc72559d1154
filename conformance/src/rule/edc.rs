//! What a correct POS says to the terminal.

use std::time::Duration;

use serde_json::Value;
use wire::edc::{CommandName, PurchaseCancelRequest, PurchaseRequest, ShapeError, caller_timeout, shape_errors};

use super::view::{Command, Order, View};
use super::{Finding, Judgement};
use crate::scenario::By;

/// EDC-P03.
pub(super) fn every_scalar_is_a_string(view: &View<'_>) -> Judgement {
    let findings = view.commands.iter().filter_map(|command| {
        let error = shape_errors(command.json, &[]).into_iter().find(|e| matches!(e, ShapeError::NotText { .. }))?;
        Some(Finding { entry: command.n, text: format!("in {}, {error}", command.name()) })
    });
    Judgement::new(!view.commands.is_empty(), findings.collect())
}

/// EDC-P04.
pub(super) fn required_fields_are_there(view: &View<'_>) -> Judgement {
    let financial = || view.commands.iter().filter(|c| c.is_financial());
    let findings = financial().filter_map(|command| {
        let table = if command.name() == "Purchase" { PurchaseRequest::SHAPE } else { PurchaseCancelRequest::SHAPE };
        let errors = shape_errors(&command.json["commandRequestParams"], table);
        let error = errors.into_iter().find(|e| matches!(e, ShapeError::Missing { .. }))?;
        Some(Finding { entry: command.n, text: format!("in {}, {error}", command.name()) })
    });
    Judgement::new(financial().next().is_some(), findings.collect())
}

/// EDC-P07. A command that the terminal did not take up (busy, wrong shape) has not used its id.
pub(super) fn request_ids_are_unique(view: &View<'_>) -> Judgement {
    let taken_up = |c: &&Command<'_>| {
        c.is_financial() && !c.refused && view.result_of(c).is_none_or(|r| r.json["outcome"] != "commandFailed")
    };
    let financial: Vec<_> = view.commands.iter().filter(taken_up).collect();
    let mut findings = Vec::new();
    for (index, command) in financial.iter().enumerate() {
        let id = command.parameter("/requestId").unwrap_or_default();
        let earlier =
            financial.iter().take(index).find(|other| other.parameter("/requestId").unwrap_or_default() == id);
        if let Some(earlier) = earlier {
            let text = format!("requestId {id:?} was used before, in entry {}", earlier.n);
            findings.push(Finding { entry: command.n, text });
        }
    }
    Judgement::new(financial.len() > 1, findings)
}

/// EDC-P10. A command whose result never came is over when its caller's time is, or when the line broke.
pub(super) fn one_command_at_a_time(view: &View<'_>) -> Judgement {
    let commands: Vec<_> = view.commands.iter().filter(|c| !c.refused).collect();
    let mut findings = Vec::new();
    for (index, command) in commands.iter().enumerate().filter(|(_, c)| c.name() != "CommandCancel") {
        let running = commands.iter().take(index).rev().find(|earlier| {
            let answered = view.result_of(earlier).is_some_and(|r| r.n < command.n);
            let Ok(name) = earlier.name().parse::<CommandName>() else { return false };
            let won = earlier.amount().and_then(|a| a.parse().ok()).unwrap_or(0);
            // The caller's clock is not the terminal's: a second of grace.
            let over = command.at.since(earlier.at) + Duration::from_secs(1) >= caller_timeout(name, won);
            !answered && !over && !view.broke_between(earlier.n, command.n)
        });
        if let Some(running) = running {
            let text =
                format!("{} was sent while {} (entry {}) had no result yet", command.name(), running.name(), running.n);
            findings.push(Finding { entry: command.n, text });
        }
    }
    Judgement::new(commands.len() > 1, findings)
}

/// EDC-P22.
pub(super) fn cancel_has_no_parameters(view: &View<'_>) -> Judgement {
    let cancels = || view.commands.iter().filter(|c| c.name() == "CommandCancel");
    let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    let findings = cancels()
        .filter(|c| !empty(&c.json["commandRequestParams"]))
        .map(|c| Finding { entry: c.n, text: "CommandCancel carries parameters".to_owned() });
    Judgement::new(cancels().next().is_some(), findings.collect())
}

/// EDC-P27. The same amount is the same order, unless more orders of that amount are sold.
pub(super) fn no_second_charge_after_silence(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    for silent in view.silent() {
        let same = |c: &&Command<'_>| !c.refused && c.name() == silent.name() && c.amount() == silent.amount();
        let again = view.commands.iter().filter(same).find(|c| c.n > silent.n && !may_follow(view, silent, c));
        if let Some(again) = again {
            let amount = silent.amount().unwrap_or_default();
            let text = format!(
                "{} of {amount} was sent again; the first one (entry {}) got no answer and may have charged",
                silent.name(),
                silent.n
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(view.silent().next().is_some(), findings)
}

/// Whether a command may follow a silent one of the same amount: the terminal was asked and has told that the silent one
/// did not charge, or has answered whatever and this is another order.
fn may_follow(view: &View<'_>, silent: &Command<'_>, next: &Command<'_>) -> bool {
    let inquiries = view.commands.iter().filter(|c| c.name() == "GetLastTransaction" && c.n > silent.n && c.n < next.n);
    let mut heard =
        inquiries.filter_map(|c| view.heard_result_of(c)).filter(|r| r.n < next.n).map(|r| &r.json["responseData"]);
    let is_same = |o: &&Order| o.by == By::Terminal && Some(o.amount.value()) == silent.amount();
    let sold = view.orders.iter().filter(is_same).filter(|o| o.n < next.n).count();
    let purchases =
        view.commands.iter().filter(|c| !c.refused && c.name() == silent.name() && c.amount() == silent.amount());
    let asked = purchases.filter(|c| c.n <= next.n).count();
    heard.any(|data| {
        let is_silents = data["requestId"].as_str().map(ToOwned::to_owned) == silent.parameter("/requestId");
        asked <= sold || is_silents && data["result"]["resultCode"] != "SUCCESS"
    })
}

/// EDC-P29.
pub(super) fn recovery_comes_first(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for silent in view.silent() {
        // CommandCancel belongs to the payment itself; a NAKed command was never taken up.
        let next = view.commands.iter().find(|c| c.n > silent.n && !c.refused && c.name() != "CommandCancel");
        let Some(next) = next else { continue };
        exercised = true;
        if next.name() != "GetLastTransaction" {
            let text = format!(
                "{} got no answer (entry {}), and {} came next instead of GetLastTransaction",
                silent.name(),
                silent.n,
                next.name()
            );
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// EDC-P45. An order that is called paid although the POS heard only of failure.
pub(super) fn success_is_judged_by_its_code(view: &View<'_>) -> Judgement {
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
