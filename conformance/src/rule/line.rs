//! What a correct POS does on the line.

use std::time::Duration;

use sim_edc::{Direction, Event as Terminal};
use wire::edc::Kind;

use super::view::View;
use super::{Finding, Judgement};
use crate::trace::Event;

/// How often a frame is sent at most.
const SENDS: u32 = 3;
/// How long a POS may take to send a refused frame again.
const PATIENCE: Duration = Duration::from_secs(3);

/// LINE-L01. A frame that was refused three times has had its sends; a line that broke excuses.
pub(super) fn refused_frames_come_again_unchanged(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let mut refusals = 0;
    for (index, entry) in view.entries.iter().enumerate() {
        let Event::Terminal(Terminal::Received { kind, raw, refused, .. }) = &entry.event else { continue };
        refusals = if *refused { refusals + 1 } else { 0 };
        if !refused {
            continue;
        }
        let next = view.entries.iter().skip(index + 1).find_map(|later| match &later.event {
            Event::Terminal(Terminal::Received { kind: next, raw, .. }) if next == kind => Some((later.n, raw)),
            _ => None,
        });
        match next {
            Some((n, next)) => {
                exercised = true;
                if next != raw {
                    let text = format!("the frame that was refused in entry {} came again changed", entry.n);
                    findings.push(Finding { entry: n, text });
                }
            }
            None if refusals >= SENDS => exercised = true,
            None => {
                let soon = view.entries.iter().skip(index).take_while(|later| later.at.since(entry.at) <= PATIENCE);
                let excused = view.ended.is_none() || soon.into_iter().any(|later| view.breaks.contains(&later.n));
                if !excused {
                    findings.push(Finding {
                        entry: entry.n,
                        text: "the frame was refused and never came again".to_owned(),
                    });
                }
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// LINE-L02. A result that had to be sent again although it was neither refused nor damaged was not acknowledged.
pub(super) fn results_are_acknowledged(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for sending in view.results.iter().filter(|s| s.fault.is_none() && s.seq.is_some() && view.was_open(s.n)) {
        let mut verdict = None;
        for entry in view.entries.iter().skip(sending.n) {
            verdict = match &entry.event {
                Event::Terminal(Terminal::Ack { direction: Direction::FromPos, .. }) => Some(true),
                Event::Terminal(Terminal::Nak { direction: Direction::FromPos, .. }) => Some(true),
                Event::Terminal(Terminal::Sent { kind: Kind::Result, seq, attempt, .. })
                    if *seq == sending.seq && *attempt > sending.attempt =>
                {
                    Some(false)
                }
                Event::Terminal(Terminal::Unacknowledged { seq, .. }) if Some(*seq) == sending.seq => {
                    // A line that was closed can acknowledge nothing.
                    Some(view.broke_between(sending.n, entry.n))
                }
                _ if view.breaks.contains(&entry.n) => break,
                _ => None,
            };
            if verdict.is_some() {
                break;
            }
        }
        exercised |= verdict.is_some();
        if verdict == Some(false) {
            let name = sending.json["commandName"].as_str().unwrap_or_default();
            let text = format!("the result of {name} was not acknowledged within 3 s");
            findings.push(Finding { entry: sending.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
