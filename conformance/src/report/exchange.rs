//! A trace as people read it: who said what to whom, when, and which entry broke something.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;
use sim_antom::Event as Gateway;
use sim_edc::{Direction, Event as Terminal, Note};

use crate::trace::{CaseEvent, DriverEvent, Entry, Event};

/// How many lines are shown at most: the beginning, and what is around the marked entries.
const LINES: usize = 80;

/// The exchange, one line an entry, with `>>` before the marked ones. Entries that say nothing on a wire are left out.
pub(super) fn render(entries: &[Entry], marked: &BTreeSet<usize>) -> String {
    let start = entries.first().map(|e| e.at).unwrap_or_default();
    let lines: Vec<(usize, String)> = entries
        .iter()
        .filter_map(|entry| {
            let text = line(&entry.event)?;
            let seconds = entry.at.since(start).as_secs_f64();
            let mark = if marked.contains(&entry.n) { ">>" } else { "  " };
            Some((entry.n, format!("{mark} {:>5} {seconds:>10.3}s  {text}", format!("#{}", entry.n))))
        })
        .collect();
    let near = |n: usize| marked.iter().any(|m| n + 12 >= *m && n <= *m + 4);
    let mut shown = String::new();
    let mut left_out = 0;
    for (index, (n, text)) in lines.iter().enumerate() {
        if lines.len() <= LINES || index < LINES / 4 || near(*n) {
            if left_out > 0 {
                let _ = writeln!(shown, "         … {left_out} more …");
                left_out = 0;
            }
            let _ = writeln!(shown, "{text}");
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(shown, "         … {left_out} more …");
    }
    shown
}

fn line(event: &Event) -> Option<String> {
    match event {
        Event::Case(CaseEvent::Step { number, text }) => Some(format!("step {number}: {text}")),
        Event::Case(_) => None,
        Event::Driver(event) => driver(event),
        Event::Terminal(event) => terminal(event),
        Event::Gateway(event) => gateway(event),
    }
}

fn driver(event: &DriverEvent) -> Option<String> {
    Some(match event {
        DriverEvent::Called { method, .. } if method == "orderStatus" || method == "initialize" => return None,
        DriverEvent::Called { method, params } => {
            format!("harness  => integration  {method} {}", clip(&params.to_string()))
        }
        DriverEvent::Answered { method, .. } if method == "initialize" => return None,
        DriverEvent::Answered { method, result } => {
            format!("harness  <= integration  {method}: {}", clip(&result.to_string()))
        }
        DriverEvent::Failed { method, error } => format!("harness  <= integration  {method} failed: {error}"),
        DriverEvent::Said { line } => format!("            integration  says: {}", clip(line)),
        DriverEvent::Started => "            integration  started".to_owned(),
        DriverEvent::Killed => "            integration  killed".to_owned(),
    })
}

fn terminal(event: &Terminal) -> Option<String> {
    Some(match event {
        Terminal::Received { kind, json, repeat, refused, .. } => {
            let note = if *repeat {
                "  (a resend)"
            } else if *refused {
                "  (refused with NAK)"
            } else {
                ""
            };
            format!("POS      -> terminal  {} {}{note}", kind.word(), message(json))
        }
        Terminal::Sent { kind, json, attempt, fault, .. } => {
            let again = if *attempt > 1 { format!("  (send {attempt})") } else { String::new() };
            let note = match fault {
                Some(Note::Lost) => "  (LOST on the line)",
                Some(Note::Corrupted) => "  (DAMAGED on the line)",
                None => "",
            };
            format!("POS      <- terminal  {} {}{again}{note}", kind.word(), message(json))
        }
        Terminal::Ack { direction: Direction::FromPos, .. } => "POS      -> terminal  ACK".to_owned(),
        Terminal::Nak { direction: Direction::FromPos, .. } => "POS      -> terminal  NAK".to_owned(),
        Terminal::Nak { direction: Direction::ToPos, .. } => "POS      <- terminal  NAK".to_owned(),
        Terminal::Garbage { raw, .. } => format!("POS      -> terminal  garbage {}", clip(&wire::hex::visible(&raw.0))),
        Terminal::Unacknowledged { seq, sends } => {
            format!("            terminal  gave up frame {seq} after {sends} sends without ACK")
        }
        Terminal::Refused { reason } => format!("            terminal  {reason}"),
        Terminal::Recorded { kind, request_id, amount, result_code } => {
            format!("            terminal  RECORDED {kind:?} {request_id} {amount} {result_code}")
        }
        Terminal::Fault { name } => format!("            fault     {name}"),
        Terminal::Operated { what } => format!("            operator  {what}"),
        Terminal::TurnedAway => "            terminal  a second client was turned away".to_owned(),
        Terminal::PortSet { baud, mode } => format!("            terminal  the port is set to {baud} {mode}"),
        Terminal::Opened => "            terminal  line opened".to_owned(),
        Terminal::Closed => "            terminal  line closed".to_owned(),
        Terminal::Ack { direction: Direction::ToPos, .. } | Terminal::State { .. } | Terminal::OnWire { .. } => {
            return None;
        }
    })
}

fn gateway(event: &Gateway) -> Option<String> {
    Some(match event {
        Gateway::Request { method, target, body, refused, notes, .. } => {
            let verdict = match refused {
                Some(code) => format!("  ({code}: {})", notes.first().map(String::as_str).unwrap_or_default()),
                None => String::new(),
            };
            format!("merchant -> gateway   {method} {target} {}{verdict}", clip(&wire::hex::visible(&body.0)))
        }
        Gateway::Response { body, lost, .. } => {
            let note = if lost.is_some() { "  (LOST)" } else { "" };
            format!("merchant <- gateway   {}{note}", clip(&wire::hex::visible(&body.0)))
        }
        Gateway::Payment { payment_request_id, amount, status, code, .. } => {
            format!("            gateway   PAYMENT {payment_request_id} {amount} {status:?} {code}")
        }
        Gateway::Refund { refund_request_id, amount, status, code, .. } => {
            format!("            gateway   REFUND {refund_request_id} {amount} {status:?} {code}")
        }
        Gateway::Capture { capture_request_id, amount, code, .. } => {
            format!("            gateway   CAPTURE {capture_request_id} {amount} {code}")
        }
        Gateway::Notice { attempt, body, genuine, .. } => {
            let what = if *genuine { "notification" } else { "FORGED notification" };
            format!("merchant <- gateway   {what} (delivery {attempt}) {}", clip(&wire::hex::visible(&body.0)))
        }
        Gateway::NoticeAnswered { status, body, problem, .. } => {
            let status = status.map_or_else(|| "no answer".to_owned(), |s| s.to_string());
            let note = problem.as_ref().map(|p| format!("  (no acknowledgement: it {p})")).unwrap_or_default();
            format!("merchant -> gateway   {status} {}{note}", clip(&wire::hex::visible(&body.0)))
        }
        Gateway::Fault { name } => format!("            fault     {name}"),
    })
}

/// A message of the serial line in a few words.
fn message(json: &Value) -> String {
    let text = |pointer: &str| json.pointer(pointer).and_then(Value::as_str);
    let mut words = Vec::new();
    for pointer in ["/commandName", "/eventCode", "/code", "/outcome", "/errorCode", "/responseData/result/resultCode"]
    {
        words.extend(text(pointer).map(ToOwned::to_owned));
    }
    for (pointer, label) in [
        ("/id", "id"),
        ("/commandRequestParams/requestId", "requestId"),
        ("/responseData/requestId", "requestId"),
        ("/commandRequestParams/paymentAmount/value", "amount"),
        ("/responseData/paymentAmount/value", "amount"),
    ] {
        match json.pointer(pointer) {
            Some(Value::String(value)) if !value.is_empty() => words.push(format!("{label}={value}")),
            Some(Value::Number(value)) => words.push(format!("{label}={value} (a JSON number)")),
            _ => {}
        }
    }
    words.join(" ")
}

fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(200).collect();
    if text.chars().count() > 200 {
        clipped.push('…');
    }
    clipped
}
