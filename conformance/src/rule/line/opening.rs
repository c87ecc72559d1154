//! What a correct POS does when the line is there again: it opens it, and throws away what lies in it.

use std::time::Duration;

use sim_edc::Event as Terminal;
use wire::edc::Kind;

use super::super::view::View;
use super::super::{Finding, Judgement};
use super::is_ack;
use crate::trace::{DriverEvent, Event};

/// How long opening a line, and throwing away what lies in it, may take.
const FLUSH: Duration = Duration::from_millis(100);
/// Nobody backs off for longer while a sale waits.
const BACK_OFF: Duration = Duration::from_secs(5 * 60);

pub(super) fn just_opened(view: &View<'_>, n: usize) -> bool {
    let opened = view.opened.iter().rev().find(|opened| **opened < n);
    let at = |n: usize| view.at(n);
    opened.and_then(|opened| Some(at(n)?.since(at(*opened)?) < FLUSH)).unwrap_or(false)
}

/// LINE-L10. A till that has a sale to recover opens the line; one that has nothing to say may leave it.
pub(in crate::rule) fn lines_are_opened_again(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for plugged in view.entries.iter().filter(|e| matches!(e.event, Event::Terminal(Terminal::Plugged))) {
        let before = |n: &&usize| **n < plugged.n;
        let Some(opened) = view.opened.iter().rev().find(before) else { continue };
        let is_waiting = view.silent().any(|command| command.n > *opened && command.n < plugged.n);
        let after = || view.entries.iter().skip(plugged.n);
        // Who is killed meanwhile, or whose line is pulled once more, begins anew.
        let is_undone = |event: &Event| match event {
            Event::Terminal(Terminal::Fault { name }) => name == "unplug",
            Event::Driver(DriverEvent::Killed) | Event::Terminal(Terminal::Operated { .. }) => true,
            _ => false,
        };
        let left = after().take_while(|e| !is_undone(&e.event) && e.at.since(plugged.at) <= BACK_OFF);
        let is_opened = left.clone().any(|e| matches!(e.event, Event::Terminal(Terminal::Opened)));
        let had_time = !after().any(|e| is_undone(&e.event) && e.at.since(plugged.at) <= BACK_OFF)
            && after().any(|e| e.at.since(plugged.at) > BACK_OFF);
        exercised |= is_opened || is_waiting && had_time;
        if is_waiting && had_time && !is_opened {
            let text = format!(
                "the line was plugged in again, with a sale to recover, and nobody opened it within {} minutes",
                BACK_OFF.as_secs() / 60
            );
            findings.push(Finding { entry: plugged.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// LINE-L11. The first frame after stale bytes is heard; one that comes in the moment of opening may be thrown away.
pub(in crate::rule) fn stale_input_spoils_nothing(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for stale in view.entries.iter() {
        let is_stale = matches!(&stale.event, Event::Terminal(Terminal::Fault { name }) if name == "stale-bytes");
        if !is_stale {
            continue;
        }
        let first = view.entries.iter().skip(stale.n).find_map(|entry| match &entry.event {
            Event::Terminal(Terminal::Sent { kind: Kind::Result | Kind::Hello, seq, attempt, fault: None, .. }) => {
                Some((entry.n, *seq, *attempt))
            }
            _ => None,
        });
        let Some((n, seq, attempt)) = first.filter(|(n, ..)| !just_opened(view, *n)) else { continue };
        let answer = view.entries.iter().skip(n).find_map(|entry| match &entry.event {
            event if is_ack(event) => Some(true),
            Event::Terminal(Terminal::Sent { seq: again, attempt: more, .. }) if *again == seq && *more > attempt => {
                Some(false)
            }
            Event::Terminal(Terminal::Unacknowledged { seq: unheard, .. }) if Some(*unheard) == seq => Some(false),
            _ => None,
        });
        exercised |= answer.is_some();
        if answer == Some(false) {
            let text = format!("the first frame after the stale bytes (entry {}) was not heard", stale.n);
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}
