//! What a correct POS does on the line.

mod opening;

use std::time::Duration;

use sim_edc::{Direction, Event as Terminal};
use wire::edc::{Decoded, Decoder, Kind};

use self::opening::just_opened;
pub(super) use self::opening::{lines_are_opened_again, stale_input_spoils_nothing};
use super::view::{Sending, View};
use super::{Finding, Judgement};
use crate::trace::{Entry, Event};

/// How often a frame is sent at most.
const SENDS: usize = 3;
/// How long a POS may take to send a refused frame again.
const PATIENCE: Duration = Duration::from_secs(3);
/// A till sends one NAK in this time at most.
const NAK_PAUSE: Duration = Duration::from_millis(100);
/// How long the rest of a frame is waited for at most.
const WHOLE_FRAME: Duration = Duration::from_secs(3);

/// LINE-L01. A frame that was refused three times has had its sends; a line that broke excuses.
pub(super) fn refused_frames_come_again_unchanged(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let mut refusals = 0_usize;
    let mut last: Option<&wire::hex::HexBytes> = None;
    for (index, entry) in view.entries.iter().enumerate() {
        let Event::Terminal(Terminal::Received { kind, raw, refused, .. }) = &entry.event else { continue };
        refusals = match (*refused, last == Some(raw)) {
            (true, true) => refusals + 1,
            (true, false) => 1,
            (false, _) => 0,
        };
        last = Some(raw);
        if !refused {
            continue;
        }
        if refusals == SENDS + 1 {
            let text = format!("the frame was refused {SENDS} times and sent once more");
            findings.push(Finding { entry: entry.n, text });
        }
        // One that came damaged was a send, too.
        let sends = refusals.max(refused_since_ack(view, entry.n) + 1);
        let next = view.entries.iter().skip(index + 1).find_map(|later| match &later.event {
            Event::Terminal(Terminal::Received { kind: next, raw, .. }) if next == kind => Some((later.n, raw)),
            _ => None,
        });
        match next {
            Some((n, next)) => {
                // What was sent again may have come damaged.
                let between = view.entries.get(entry.n..n.saturating_sub(1)).unwrap_or_default();
                let is_garbled = |e: &Entry| matches!(&e.event, Event::Terminal(Terminal::Garbage { .. }));
                // Who was killed, or lost the line, with the refusal on its way does not know of it.
                let is_cut_off = view.broke_between(entry.n, n);
                let is_lost = next != raw && (is_cut_off || between.iter().any(is_garbled));
                exercised |= !is_lost;
                if next != raw && !is_lost && sends < SENDS {
                    let text = format!("the frame that was refused in entry {} came again changed", entry.n);
                    findings.push(Finding { entry: n, text });
                }
            }
            // What came damaged afterwards, and was refused, may have been it. The first NAK is its own.
            None if sends + refused_after(view, entry.n).saturating_sub(1) >= SENDS => exercised = true,
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

/// How often the terminal refused what came before an entry, since it acknowledged anything.
pub(super) fn refused_since_ack(view: &View<'_>, n: usize) -> usize {
    let is_ack = |e: &&Entry| !matches!(&e.event, Event::Terminal(Terminal::Ack { direction: Direction::ToPos, .. }));
    let since = view.entries.iter().take(n.saturating_sub(1)).rev().take_while(is_ack);
    since.filter(|e| is_nak_to_pos(&e.event)).count()
}

/// How often the terminal refused what came after an entry.
fn refused_after(view: &View<'_>, n: usize) -> usize {
    view.entries.iter().skip(n).filter(|e| is_nak_to_pos(&e.event)).count()
}

const fn is_nak_to_pos(event: &Event) -> bool {
    matches!(event, Event::Terminal(Terminal::Nak { direction: Direction::ToPos, .. }))
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
        // A till may throw away what comes in the very moment in which it opens the line.
        // And the last byte of what trickles may come when the time for the ACK is over.
        let is_excused = || just_opened(view, sending.n) || is_trickled(view, sending) || is_broken_up(view, sending);
        if verdict == Some(false) && is_excused() {
            continue;
        }
        exercised |= verdict.is_some();
        if verdict == Some(false) {
            let name = sending.json["commandName"].as_str().unwrap_or_default();
            let text = format!("the result of {name} was not acknowledged within 3 s");
            findings.push(Finding { entry: sending.n, text });
        }
    }
    findings.extend(refused_for_good(view));
    Judgement::new(exercised, findings)
}

/// Whether a frame left as it was, and is one.
fn is_sound(view: &View<'_>, sending: &Sending<'_>) -> bool {
    let own = sending.n.checked_sub(1).and_then(|index| view.entries.get(index)).map(|entry| &entry.event);
    let left = view.entries.get(sending.n).map(|entry| &entry.event);
    match own {
        Some(Event::Terminal(Terminal::Sent { raw, .. }))
            if !matches!(left, Some(Event::Terminal(Terminal::OnWire { .. }))) =>
        {
            matches!(Decoder::default().decode(&mut &raw.0[..]), Some(Decoded::Frame(..)))
        }
        _ => false,
    }
}

/// Whether noise came into the middle of it: what left holds the frame nowhere in one piece.
fn is_broken_up(view: &View<'_>, sending: &Sending<'_>) -> bool {
    left_whole(view, sending) == Some(false)
}

/// Whether noise came around it: what left holds the frame in one piece.
fn is_whole_among_noise(view: &View<'_>, sending: &Sending<'_>) -> bool {
    left_whole(view, sending) == Some(true)
}

/// Where something else left than a frame: whether the frame is in it, in one piece.
fn left_whole(view: &View<'_>, sending: &Sending<'_>) -> Option<bool> {
    let own = sending.n.checked_sub(1).and_then(|index| view.entries.get(index));
    match (&own?.event, &view.entries.get(sending.n)?.event) {
        (Event::Terminal(Terminal::Sent { raw, .. }), Event::Terminal(Terminal::OnWire { raw: left })) => {
            Some(memchr::memmem::find(&left.0, &raw.0).is_some())
        }
        _ => None,
    }
}

/// Results that were sent three times, intact and with no noise around them, and refused each time.
fn refused_for_good(view: &View<'_>) -> Vec<Finding> {
    let given_up = view.entries.iter().filter_map(|entry| match &entry.event {
        Event::Terminal(Terminal::Unacknowledged { seq, sends: 3 }) => Some((entry.n, *seq)),
        _ => None,
    });
    let findings = given_up.filter_map(|(end, seq)| {
        let sendings: Vec<_> = view.results.iter().filter(|s| s.n < end && s.seq == Some(seq)).collect();
        let [.., first, second, third] = sendings.as_slice() else { return None };
        let between = view.entries.get(first.n..end).unwrap_or_default();
        let naks = between.iter().filter(|e| is_nak(&e.event)).count();
        let is_plain = [first, second, third].iter().all(|s| s.fault.is_none())
            && (first.attempt, third.attempt) == (1, 3)
            && !view.broke_between(first.n, end)
            && !between.iter().any(|e| matches!(e.event, Event::Terminal(Terminal::Fault { .. })));
        let name = first.json["commandName"].as_str().unwrap_or_default();
        let text = format!("the result of {name} was intact, and refused three times");
        (is_plain && naks >= 3).then_some(Finding { entry: third.n, text })
    });
    findings.collect()
}

const fn is_nak(event: &Event) -> bool {
    matches!(event, Event::Terminal(Terminal::Nak { direction: Direction::FromPos, .. }))
}

const fn is_ack(event: &Event) -> bool {
    matches!(event, Event::Terminal(Terminal::Ack { direction: Direction::FromPos, .. }))
}

/// LINE-L03. Of the ways in which a frame is damaged, those that leave no doubt where it began and ended.
pub(super) fn bad_frames_are_refused_once(view: &View<'_>) -> Judgement {
    const PLAIN: [&str; 4] = ["wrong-check", "corrupt-result", "length-short", "length-long"];
    let mut findings = Vec::new();
    let mut exercised = false;
    // A line of JSON has no frames, and nobody refuses it.
    for sending in view.results.iter().filter(|s| s.fault.is_some() && s.seq.is_some() && view.was_open(s.n)) {
        // Of two faults the one may take away what the other leaves.
        let before = |by: usize| match &sending.n.checked_sub(by).and_then(|index| view.entries.get(index))?.event {
            Event::Terminal(Terminal::Fault { name }) => Some(name.as_str()),
            _ => None,
        };
        let is_plain = before(2).is_some_and(|name| PLAIN.contains(&name)) && before(3).is_none();
        // Faults may undo each other, and leave a sound frame about nonsense.
        let is_plain = is_plain && !is_sound(view, sending);
        let after = view.entries.iter().skip(sending.n);
        let answer = after.clone().take_while(|e| !is_next(&e.event)).find(|e| is_ack(&e.event) || is_nak(&e.event));
        let next = after.clone().find(|e| is_next(&e.event));
        let naks: Vec<_> =
            after.filter(|e| is_nak(&e.event)).take_while(|e| e.at.since(sending.at) < NAK_PAUSE).collect();
        let until = sending.n.saturating_sub(1);
        let refused_just_before =
            view.entries.iter().take(until).rev().take_while(|e| sending.at.since(e.at) < NAK_PAUSE);
        let refused_just_before = refused_just_before.into_iter().any(|e| is_nak(&e.event));
        exercised |= is_plain && (answer.is_some() || next.is_some());
        let text = match (answer, next) {
            _ if !is_plain || view.breaks.iter().any(|n| next.is_some_and(|next| (sending.n..next.n).contains(n))) => {
                None
            }
            (Some(answer), _) if is_ack(&answer.event) && !is_behind_another(view, sending, answer.n) => {
                Some((answer.n, format!("the damaged frame (entry {}) was acknowledged", sending.n)))
            }
            (None, Some(next)) if next.at.since(sending.at) > Duration::from_secs(1) && !refused_just_before => {
                Some((sending.n, "the frame was damaged, and nothing refused it before it came again".to_owned()))
            }
            _ => None,
        };
        if let Some((entry, text)) = text {
            findings.push(Finding { entry, text });
            continue;
        }
        // Each of them may be refused: the pause between two NAKs is measured by the till's own clock, which a skipped
        // wait moves a moment later than ours.
        let damaged = view.results.iter().filter(|s| s.fault.is_some() && s.n >= sending.n);
        let damaged = damaged.take_while(|s| s.at.since(sending.at) < NAK_PAUSE).count();
        // So may noise between them.
        let soon = view.entries.iter().skip(sending.n).take_while(|e| e.at.since(sending.at) < NAK_PAUSE);
        let disturbed = soon.filter(|e| matches!(e.event, Event::Terminal(Terminal::OnWire { .. }))).count();
        let damaged = damaged.max(disturbed);
        if let Some(more) = naks.get(damaged) {
            let times = naks.len();
            let text = match damaged {
                1 => format!("one bad frame (entry {}) was refused {times} times", sending.n),
                _ => format!("{damaged} bad frames (from entry {} on) were refused {times} times", sending.n),
            };
            findings.push(Finding { entry: more.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether a frame came intact before, and may be what an ACK is for: the same one, that noise in front of it can hide at
/// first, or one of the same moment that no ACK before this one is for.
fn is_behind_another(view: &View<'_>, sending: &Sending<'_>, answer: usize) -> bool {
    let is_intact = |s: &Sending<'_>| s.fault.is_none() || is_whole_among_noise(view, s);
    let intact = || view.results.iter().filter(|s| s.n < sending.n && is_intact(s));
    let mut alike = intact().filter(|s| s.seq == sending.seq);
    if alike.any(|s| sending.at.since(s.at) < WHOLE_FRAME) {
        return true;
    }
    let beside: Vec<_> = intact().filter(|s| sending.at.since(s.at) < NAK_PAUSE).map(|s| s.n).collect();
    let since = beside.first().copied().unwrap_or(answer);
    let acks = view.entries.iter().take(answer).skip(since).filter(|e| is_ack(&e.event)).count();
    acks <= beside.len() && !beside.is_empty()
}

/// Whether a frame, or one that it waits behind, left in pieces that take their time.
fn is_trickled(view: &View<'_>, sending: &Sending<'_>) -> bool {
    let first = view.results.iter().find(|s| s.seq == sending.seq && s.n <= sending.n && s.json == sending.json);
    let from = first.map_or(sending.n, |first| first.n).saturating_sub(2);
    let is_trickle = |e: &Entry| matches!(&e.event, Event::Terminal(Terminal::Fault { name }) if name == "trickle");
    if view.entries.iter().take(sending.n).skip(from).any(is_trickle) {
        return true;
    }
    // One that was given up goes on leaving, and nothing is heard before its last byte.
    let mut before = view.entries.iter().take(sending.n).rev().take_while(|e| !is_ack(&e.event));
    before.any(is_trickle)
}

/// The next frame that wants an answer.
const fn is_next(event: &Event) -> bool {
    matches!(event, Event::Terminal(Terminal::Sent { kind: Kind::Result | Kind::Hello, .. }))
}

/// LINE-L06.
pub(super) fn strays_are_ignored(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for entry in view.entries {
        let Event::Terminal(Terminal::Fault { name }) = &entry.event else { continue };
        if !["stray-ack", "stray-nak", "nak-storm"].contains(&name.as_str()) {
            continue;
        }
        exercised = true;
        let soon = || view.entries.iter().skip(entry.n).take_while(|e| e.at.since(entry.at) < NAK_PAUSE);
        let disturbed = soon().any(|e| match &e.event {
            Event::Terminal(Terminal::Sent { fault, .. }) => fault.is_some(),
            Event::Terminal(Terminal::Fault { name }) => !name.contains("stray") && name != "nak-storm",
            // Whoever handles the terminal puts bytes of his own on the line.
            Event::Terminal(Terminal::Operated { .. }) => true,
            _ => false,
        });
        // What lay on the line before may be refused at any moment until a frame that it began must have ended.
        let before = view.entries.iter().take(entry.n.saturating_sub(1)).rev();
        let mut before = before.take_while(|e| entry.at.since(e.at) <= WHOLE_FRAME);
        let disturbed = disturbed
            || before.any(|e| {
                matches!(&e.event, Event::Terminal(Terminal::OnWire { .. } | Terminal::Sent { fault: Some(_), .. }))
            });
        if let Some(nak) = soon().find(|e| is_nak(&e.event)).filter(|_| !disturbed) {
            let text = format!("an acknowledgement that nobody waited for ({name}, entry {}) was refused", entry.n);
            findings.push(Finding { entry: nak.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
