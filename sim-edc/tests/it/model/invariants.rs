//! What holds in every history, whatever goes wrong.

use std::collections::BTreeMap;

use serde_json::Value;
use sim_edc::{Event, RecordKind, State, Transition};
use wire::edc::Kind;

use super::history::History;
use super::prediction::Expected;
use super::till::Till;

/// Of what one step left in the trace.
pub(super) fn of_a_step(till: &Till, trace: &[Event], expected: &Expected, n: usize) {
    // START_TRANSACTION at most once a payment, and never for one whose CommandCancel succeeded. A line that repeats an
    // event repeats its seq, too.
    for (_, id) in till.commands.iter().filter(|(step, _)| *step == n) {
        let starts = trace.iter().filter_map(|event| match event {
            Event::Sent { kind: Kind::Event, json, .. }
                if json["id"] == id.as_str() && json["eventCode"] == "START_TRANSACTION" =>
            {
                Some(json["seq"].to_string())
            }
            _ => None,
        });
        let starts: std::collections::BTreeSet<_> = starts.collect();
        assert!(starts.len() <= 1, "step {n}: {starts:?}");
    }
    let authorized = trace.iter().filter(|event| matches!(event, Event::State { to: State::Auth, .. })).count();
    assert!(authorized <= 1, "step {n}");
    assert!(expected.cancel_end != "SUCCESS" || authorized == 0, "step {n}: called off, and paid all the same");
    for event in trace {
        if let Event::State { from, to } = event {
            let is_known = Transition::TABLE.iter().any(|row| row.from == *from && row.to == *to);
            assert!(is_known, "step {n}: {from} -> {to} is not in the table");
        }
    }
}

/// Of all of it. The first few ids stand for all of them.
pub(super) fn of_a_history(till: &mut Till, history: &History) {
    stored_before_told(&till.trace);
    one_result_a_command(till, history);
    resent_byte_for_byte(&till.trace);
    recorded_is_the_ledger(till);
    for request_id in till.used.clone().into_iter().take(3) {
        assert!(till.is_used_up(&request_id), "{request_id} can be used again");
    }
}

/// A stored success exists before the first byte of a success leaves.
fn stored_before_told(trace: &[Event]) {
    let mut stored = Vec::new();
    for event in trace {
        match event {
            Event::Recorded { request_id, result_code, .. } if result_code == "SUCCESS" => {
                stored.push(request_id.as_str());
            }
            Event::Sent { kind: Kind::Result, json, .. } if json["responseData"]["acquirerInfo"].is_object() => {
                let data = &json["responseData"];
                if data["result"]["resultCode"] == "SUCCESS" {
                    assert!(stored.contains(&data["requestId"].as_str().unwrap_or_default()), "{json}");
                }
            }
            _ => {}
        }
    }
}

/// Exactly one final result a command, or none by a fault; what is heard again is the same.
fn one_result_a_command(till: &Till, history: &History) {
    let mut results: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for (_, json) in till.heard.iter().filter(|(kind, _)| *kind == Kind::Result) {
        results.entry(json["id"].to_string()).or_default().push(json);
    }
    for (id, results) in &results {
        assert!(results.iter().all(|result| result == &results[0]), "{id}: {results:?}");
    }
    // Of its own accord the terminal says a result once: what is sent anew gets a number of its own.
    let repeats = history.line.iter().any(|fault| fault.contains("repeat-result") || fault.contains("stale-result"));
    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    for event in &till.trace {
        if let Event::Sent { kind: Kind::Result, json, attempt: 1, .. } = event {
            *said.entry(json["id"].to_string()).or_default() += 1;
        }
    }
    assert!(repeats || said.values().all(|times| *times == 1), "{said:?}");
}

/// A resend is the same bytes.
fn resent_byte_for_byte(trace: &[Event]) {
    let mut last = None;
    for event in trace {
        if let Event::Sent { kind, raw, attempt, .. } = event
            && kind.is_acknowledged()
        {
            assert!(*attempt == 1 || last == Some(raw), "attempt {attempt} differs");
            last = Some(raw);
        }
    }
}

/// Successes minus cancels are the ledger's total.
fn recorded_is_the_ledger(till: &Till) {
    let mut total = 0;
    for event in &till.trace {
        if let Event::Recorded { kind, amount, result_code, .. } = event
            && result_code == "SUCCESS"
        {
            let won = i64::try_from(amount.minor).unwrap_or_default();
            total += if *kind == RecordKind::Purchase { won } else { -won };
        }
    }
    assert_eq!(total, till.ledger());
}
