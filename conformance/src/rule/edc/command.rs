//! The shape and order of what a till sends.

use std::time::Duration;

use serde_json::Value;
use sim_edc::Event as Terminal;
use wire::edc::{
    CommandName, InitCode, Kind, PurchaseCancelRequest, PurchaseRequest, ShapeError, caller_timeout, shape_errors,
};

use super::super::view::View;
use super::super::{Finding, Judgement};
use crate::trace::Event;

/// The longest amount that the terminal takes.
const DIGITS: usize = 9;

/// EDC-P01. A terminal that was started again may be found out by its refusal, so only the first hello is asked for, and
/// that the last one did not fail.
pub(in crate::rule) fn hello_comes_first(view: &View<'_>) -> Judgement {
    let hellos = view.entries.iter().filter_map(|entry| match &entry.event {
        Event::Terminal(Terminal::Sent { kind: Kind::Hello, json, .. }) => Some((entry.n, json["code"].as_str())),
        _ => None,
    });
    let hellos: Vec<_> = hellos.collect();
    let findings = view.commands.iter().filter_map(|command| {
        let last = hellos.iter().rev().find(|(n, _)| *n < command.n);
        let text = match last {
            None => format!("{} was sent before any initialisation", command.name()),
            Some((_, Some(code))) if *code != InitCode::InitSuccess.as_str() => {
                format!("{} was sent although the initialisation had ended {code}", command.name())
            }
            Some(_) => return None,
        };
        Some(Finding { entry: command.n, text })
    });
    Judgement::new(!view.commands.is_empty(), findings.take(1).collect())
}

/// EDC-P02.
pub(in crate::rule) fn names_are_documented(view: &View<'_>) -> Judgement {
    let findings = view.commands.iter().filter(|c| c.name().parse::<CommandName>().is_err()).map(|command| {
        let known: Vec<_> = CommandName::ALL.iter().map(|name| name.as_str()).collect();
        let text = format!("there is no command {:?}, only {}", command.name(), known.join(", "));
        Finding { entry: command.n, text }
    });
    Judgement::new(!view.commands.is_empty(), findings.collect())
}

/// EDC-P03.
pub(in crate::rule) fn every_scalar_is_a_string(view: &View<'_>) -> Judgement {
    let findings = view.commands.iter().filter_map(|command| {
        let error = shape_errors(command.json, &[]).into_iter().find(|e| matches!(e, ShapeError::NotText { .. }))?;
        Some(Finding { entry: command.n, text: format!("in {}, {error}", command.name()) })
    });
    Judgement::new(!view.commands.is_empty(), findings.collect())
}

/// EDC-P04.
pub(in crate::rule) fn required_fields_are_there(view: &View<'_>) -> Judgement {
    let financial = || view.commands.iter().filter(|c| c.is_financial());
    let findings = financial().filter_map(|command| {
        let table = if command.name() == "Purchase" { PurchaseRequest::SHAPE } else { PurchaseCancelRequest::SHAPE };
        let errors = shape_errors(&command.json["commandRequestParams"], table);
        let missing = errors.iter().filter(|e| matches!(e, ShapeError::Missing { .. })).map(ToString::to_string);
        let missing: Vec<_> = missing.collect();
        let text = || format!("in {}, {}", command.name(), missing.join("; "));
        (!missing.is_empty()).then(|| Finding { entry: command.n, text: text() })
    });
    Judgement::new(financial().next().is_some(), findings.collect())
}

/// EDC-P05.
pub(in crate::rule) fn amounts_are_whole_won(view: &View<'_>) -> Judgement {
    check_amounts(view, |currency, value| {
        if currency != "KRW" {
            return Some(format!("is in {currency:?}, not in KRW"));
        }
        let is_whole = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        (!is_whole).then(|| format!("is {value:?}, which is no whole number of won"))
    })
}

/// EDC-P06.
pub(in crate::rule) fn amounts_are_positive_and_short(view: &View<'_>) -> Judgement {
    check_amounts(view, |_, value| {
        let digits = value.trim_start_matches('0');
        if value.starts_with('-') || !value.is_empty() && digits.is_empty() {
            return Some(format!("is {value}, which is not positive"));
        }
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        (is_number && digits.len() > DIGITS).then(|| format!("is {value}, which has more than nine digits"))
    })
}

/// Looks at paymentAmount of each command that moves money.
fn check_amounts(view: &View<'_>, problem: impl Fn(&str, &str) -> Option<String>) -> Judgement {
    let amounts = view
        .commands
        .iter()
        .filter(|c| c.is_financial())
        .filter_map(|command| Some((command, command.parameter("/paymentAmount/currency")?, command.amount()?)));
    let amounts: Vec<_> = amounts.collect();
    let findings = amounts.iter().filter_map(|(command, currency, value)| {
        let text = format!("paymentAmount of {} {}", command.name(), problem(currency, value)?);
        Some(Finding { entry: command.n, text })
    });
    Judgement::new(!amounts.is_empty(), findings.collect())
}

/// EDC-P07. A command that the terminal did not take up (busy, wrong shape) has not used its id.
pub(in crate::rule) fn request_ids_are_unique(view: &View<'_>) -> Judgement {
    unique_ids(view, "Purchase")
}

/// EDC-P08.
pub(in crate::rule) fn cancels_have_ids_of_their_own(view: &View<'_>) -> Judgement {
    unique_ids(view, "PurchaseCancel")
}

/// Whether the requestIds of a command were not used before.
fn unique_ids(view: &View<'_>, name: &str) -> Judgement {
    let financial: Vec<_> = view.taken_up().collect();
    let mut findings = Vec::new();
    for (index, command) in financial.iter().enumerate().filter(|(_, c)| c.name() == name) {
        let id = command.parameter("/requestId").unwrap_or_default();
        let earlier =
            financial.iter().take(index).find(|other| other.parameter("/requestId").unwrap_or_default() == id);
        if let Some(earlier) = earlier {
            let text = format!("requestId {id:?} was used before, in entry {}", earlier.n);
            findings.push(Finding { entry: command.n, text });
        }
    }
    let exercised = financial.iter().skip(1).any(|c| c.name() == name);
    Judgement::new(exercised, findings)
}

/// EDC-P10. A command whose result never came is over when its caller's time is, or when the line broke.
pub(in crate::rule) fn one_command_at_a_time(view: &View<'_>) -> Judgement {
    let commands: Vec<_> = view.commands.iter().filter(|c| !c.refused).collect();
    let mut findings = Vec::new();
    for (index, command) in commands.iter().enumerate().filter(|(_, c)| c.name() != "CommandCancel") {
        let running = commands.iter().take(index).rev().find(|earlier| {
            if view.result_of(earlier).is_some_and(|r| r.n < command.n) {
                return false;
            }
            let Ok(name) = earlier.name().parse::<CommandName>() else { return false };
            let won = earlier.amount().and_then(|a| a.parse().ok()).unwrap_or(0);
            // The caller's clock is not the terminal's: a second of grace.
            let is_over = command.at.since(earlier.at) + Duration::from_secs(1) >= caller_timeout(name, won);
            let is_called_off = || super::silence::called_off(view, earlier).is_some_and(|n| n < command.n);
            let is_lost = || view.unreadable_between(earlier.n, command.n) || view.broke_between(earlier.n, command.n);
            !is_over && !is_called_off() && !is_lost()
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
pub(in crate::rule) fn cancel_has_no_parameters(view: &View<'_>) -> Judgement {
    let cancels = || view.commands.iter().filter(|c| c.name() == "CommandCancel");
    let empty = |value: &Value| value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty);
    let findings = cancels()
        .filter(|c| !empty(&c.json["commandRequestParams"]))
        .map(|c| Finding { entry: c.n, text: "CommandCancel carries parameters".to_owned() });
    Judgement::new(cancels().next().is_some(), findings.collect())
}
