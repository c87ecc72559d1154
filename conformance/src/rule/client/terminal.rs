//! Whether an app at the terminal does with the callbacks of the terminal's SDK what a till does with its events.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::history::History;
use crate::client::ClientEvent;
use crate::rule::{Finding, Judgement, View};

/// The seconds for a card where the Purchase names none, and those for a signature.
const CARD: u64 = 30;
const SIGNATURE: u64 = 20;
/// What a countdown that is just set may be off.
const SLACK: u64 = 2;
/// How long a device that is busy is left alone.
const BREATH: Duration = Duration::from_secs(1);

/// A callback of the terminal's SDK.
#[derive(Debug, Clone, Copy)]
struct Heard<'v> {
    n: usize,
    order: &'v str,
    channel: &'v str,
    payload: &'v Value,
}

/// CLI-050.
pub(crate) fn countdown_is_the_terminals(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut exercised = false;
    let mut findings = Vec::new();
    for heard in heard(&history) {
        let Some((what, wanted)) = wanted(&history, &heard) else { continue };
        let until = next_heard(&history, heard.n);
        let Some((n, left)) = history.events.iter().find_map(|(n, _, event)| match event {
            ClientEvent::Counted { left } if *n > heard.n && *n < until => Some((*n, *left)),
            _ => None,
        }) else {
            continue;
        };
        exercised = true;
        let fits = match (wanted, left) {
            (None, left) => left.is_none(),
            (Some(wanted), Some(left)) => left.abs_diff(wanted) <= SLACK,
            (Some(_), None) => false,
        };
        if !fits {
            let words =
                |seconds: Option<u64>| seconds.map_or_else(|| "no countdown".to_owned(), |left| format!("{left} s"));
            let text = format!("after {what} the cashier sees {}, and not {}", words(left), words(wanted));
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// What the cashier must see after a callback: so many seconds, or no countdown. None where nothing is said of it.
fn wanted(history: &History<'_>, heard: &Heard<'_>) -> Option<(String, Option<u64>)> {
    let code = heard.code();
    let is = |command: &str| heard.payload["command"] == command;
    let wanted = match (heard.channel, code) {
        ("onEvent", "READY") => {
            let sale =
                history.sent(heard.order).filter(|(n, command, _)| *n < heard.n && *command == "Purchase").last();
            let asked = sale.and_then(|(_, _, params)| match &params["paymentExpiryTime"] {
                Value::String(text) => text.parse().ok(),
                other => other.as_u64(),
            });
            Some(asked.unwrap_or(CARD))
        }
        ("onEvent", "PENDING_SIGNATURE") => Some(SIGNATURE),
        ("onEvent", "START_TRANSACTION") => None,
        ("onSuccess", _) if is("CommandCancel") => None,
        ("onCommandFailed", "CommandResponseTimeout") => None,
        _ => return None,
    };
    let what = if code.is_empty() { format!("{} of CommandCancel", heard.channel) } else { code.to_owned() };
    Some((what, wanted))
}

/// CLI-051: what is unknown is asked about before it is charged again, and no failure is charged again by itself.
pub(crate) fn failures_are_read_as_the_till_must(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut exercised = false;
    let mut findings = Vec::new();
    for heard in heard(&history) {
        if heard.payload["command"] != "Purchase" {
            continue;
        }
        let later = || history.sent(heard.order).filter(|(n, ..)| *n > heard.n);
        let purchase = later().find(|(_, command, _)| *command == "Purchase");
        let pressed = history.next_act(heard.n);
        let found = match (heard.channel, heard.code()) {
            ("onCommandFailed", "CommandResponseTimeout") => {
                let asked = later().find(|(_, command, _)| *command == "GetLastTransaction").map(|(n, ..)| n);
                let charged = purchase.filter(|(n, ..)| asked.is_none_or(|asked| *n < asked)).map(|(n, ..)| {
                    (n, "after CommandResponseTimeout it charges again, and has not asked for the last transaction")
                });
                let until = asked.unwrap_or(usize::MAX).min(next_heard(&history, heard.n)).min(pressed);
                let decided = history.seen_between(heard.n, until).find(|sight| sight.shows("failed"));
                charged.or_else(|| {
                    decided.map(|sight| (sight.n, "CommandResponseTimeout is shown as failed, and nobody knows that"))
                })
            }
            ("onBusinessFailed", "REPEAT_REQ_REJECT") => purchase
                .filter(|(_, _, params)| params["requestId"] == heard.payload["requestId"])
                .map(|(n, ..)| (n, "after REPEAT_REQ_REJECT it sends Purchase with the same requestId")),
            ("onBusinessFailed", "PROCESS_FAIL") => purchase
                .filter(|(n, ..)| *n < pressed)
                .map(|(n, ..)| (n, "after PROCESS_FAIL it charges again by itself")),
            ("onCommandFailed", "CommandDeviceBusy") => {
                let soon = |n: usize| {
                    history.view.at(n).zip(history.view.at(heard.n)).is_some_and(|(at, told)| at.since(told) < BREATH)
                };
                let first = later().next().filter(|(n, ..)| *n < pressed && soon(*n));
                first.map(|(n, ..)| (n, "after CommandDeviceBusy it sends the next command at once"))
            }
            _ => continue,
        };
        exercised = true;
        findings.extend(found.map(|(entry, text)| Finding { entry, text: text.to_owned() }));
    }
    Judgement::new(exercised, findings)
}

/// CLI-052.
pub(crate) fn metadata_is_kept_and_ids_are_unique(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let busy: Vec<&str> = heard(&history)
        .filter(|heard| heard.code() == "CommandDeviceBusy")
        .filter_map(|heard| heard.payload["requestId"].as_str())
        .collect();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut requests, mut given_back) = (0, 0);
    let mut findings = Vec::new();
    for (n, order, command, params) in history.all_sent() {
        if !matches!(command, "Purchase" | "PurchaseCancel") {
            continue;
        }
        requests += 1;
        if let Some(id) = params["requestId"].as_str()
            && ids.insert(id, n).is_some()
            && !busy.contains(&id)
        {
            findings.push(Finding { entry: n, text: format!("{command} has the requestId {id} of a request before") });
        }
        if command != "PurchaseCancel" {
            continue;
        }
        given_back += 1;
        let metadata = "/acquirerInfo/acquirerMetaData";
        let kept = heard(&history)
            .filter(|heard| heard.n < n && heard.order == order && heard.channel == "onSuccess")
            .filter_map(|heard| heard.payload.pointer(metadata)?.as_str())
            .last();
        if let Some(kept) = kept
            && params.pointer(metadata).and_then(Value::as_str) != Some(kept)
        {
            let text = "PurchaseCancel does not have the acquirerMetaData that the sale brought".to_owned();
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(requests > 1 || given_back > 0, findings)
}

impl<'v> Heard<'v> {
    /// The event, the errorCode or the resultCode.
    fn code(&self) -> &'v str {
        let code = ["/code", "/errorCode", "/result/resultCode"].into_iter();
        code.filter_map(|pointer| self.payload.pointer(pointer)?.as_str()).next().unwrap_or_default()
    }
}

/// All callbacks that name an order.
fn heard<'h, 'v>(history: &'h History<'v>) -> impl Iterator<Item = Heard<'v>> + 'h {
    history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Delivered { channel, payload, order: Some(order), .. } => {
            Some(Heard { n: *n, order, channel, payload })
        }
        _ => None,
    })
}

fn next_heard(history: &History<'_>, n: usize) -> usize {
    heard(history).map(|heard| heard.n).find(|at| *at > n).unwrap_or(usize::MAX)
}

impl<'v> History<'v> {
    /// Commands that an app has handed to the SDK: entry, order, command, parameters.
    fn all_sent(&self) -> impl Iterator<Item = (usize, &'v str, &'v str, &'v Value)> + '_ {
        self.events.iter().filter_map(|(n, _, event)| match event {
            ClientEvent::Sent { order, command, params } => Some((*n, order.as_str(), command.as_str(), params)),
            _ => None,
        })
    }

    /// Those of an order.
    fn sent<'h>(&'h self, order: &'h str) -> impl Iterator<Item = (usize, &'v str, &'v Value)> + 'h {
        self.all_sent().filter(move |(_, of, ..)| *of == order).map(|(n, _, command, params)| (n, command, params))
    }
}
