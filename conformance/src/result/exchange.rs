//! A trace as people read it: who said what to whom, when, and which entry broke something.

use std::collections::BTreeSet;

use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim_antom::Event as Gateway;
use sim_edc::{Direction, Event as Terminal, Note};

use super::fold::fold;
use crate::client::ClientEvent;
use crate::trace::{CaseEvent, DriverEvent, Entry, Event};

/// How a row begins that says that time was skipped.
pub(super) const JUMP: &str = "time jumps by ";
/// Rows of a case at most; the marked ones and those around them are kept.
const ROWS: usize = 1000;
/// Characters of raw bytes at most, and of a decoded view.
const LONGEST: usize = 4000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// The number of the trace entry.
    pub entry: usize,
    /// Seconds in the simulated world since the case began.
    pub at: f64,
    /// Who did it.
    pub from: Lane,
    /// To whom it went; none when it went nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Lane>,
    /// In a few words.
    pub text: String,
    /// Whether this is the place where something was broken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub marked: bool,
    /// Whether a fault kept it from arriving, or from arriving intact.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lost: bool,
    /// The bytes on the wire, control characters by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// The decoded message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoded: Option<String>,
}

/// Who takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    /// The harness.
    Harness,
    /// What is under test: a till, a merchant.
    Integration,
    /// The card terminal.
    Terminal,
    /// The payment gateway.
    Gateway,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// The rows of a trace. Entries that say nothing on a wire are left out, and what is repeated is told once.
pub(crate) fn rows(entries: &[Entry], marked: &BTreeSet<usize>) -> Vec<Row> {
    let start = entries.first().map(|e| e.at).unwrap_or_default();
    let all: Vec<Row> = entries
        .iter()
        .filter_map(|entry| {
            let said = said(&entry.event)?;
            Some(Row {
                entry: entry.n,
                at: entry.at.since(start).as_secs_f64(),
                from: said.from,
                to: said.to,
                text: said.text,
                marked: marked.contains(&entry.n),
                lost: said.lost,
                bytes: said.bytes,
                decoded: said.decoded,
            })
        })
        .collect();
    let all = fold(all);
    if all.len() <= ROWS {
        return all;
    }
    let near = |n: usize| marked.range(n.saturating_sub(4)..n + 12).next().is_some();
    let kept = all.into_iter().enumerate().filter(|(index, row)| *index < ROWS / 2 || near(row.entry));
    kept.map(|(_, row)| row).take(ROWS).collect()
}

/// What a row is made of.
struct Said {
    from: Lane,
    to: Option<Lane>,
    text: String,
    lost: bool,
    bytes: Option<String>,
    decoded: Option<String>,
}

impl Said {
    fn at(from: Lane, text: String) -> Self {
        Self { from, to: None, text, lost: false, bytes: None, decoded: None }
    }

    fn to(from: Lane, to: Lane, text: String) -> Self {
        Self { to: Some(to), ..Self::at(from, text) }
    }

    fn with(self, raw: &Bytes, decoded: Option<&Value>) -> Self {
        let parsed = decoded.cloned().or_else(|| serde_json::from_slice(raw).ok());
        let decoded = parsed.filter(|v| !v.is_null()).map(|v| clip(&format!("{v:#}"), LONGEST));
        Self { bytes: Some(clip(&wire::hex::visible(raw), LONGEST)), decoded, ..self }
    }

    fn showing(self, value: &Value) -> Self {
        let decoded = Some(clip(&format!("{value:#}"), LONGEST)).filter(|_| !value.is_null());
        Self { decoded, ..self }
    }

    fn lost_if(self, lost: bool) -> Self {
        Self { lost, ..self }
    }
}

fn said(event: &Event) -> Option<Said> {
    match event {
        Event::Case(CaseEvent::Step { number, text }) => {
            Some(Said::at(Lane::Harness, format!("step {number}: {text}")))
        }
        Event::Case(CaseEvent::Jumped { from, to, wake_at }) => {
            let until = match wake_at {
                Some(wake) if wake <= to => ", to where the integration means to act".to_owned(),
                Some(wake) => {
                    format!("; the integration means to act {:.3} s later", wake.since(*to).as_secs_f64())
                }
                None => "; the integration names no time to act".to_owned(),
            };
            Some(Said::at(Lane::Harness, format!("{JUMP}{:.3} s{until}", to.since(*from).as_secs_f64())))
        }
        Event::Case(_) => None,
        Event::Driver(event) => driver(event),
        Event::Terminal(event) => terminal(event),
        Event::Gateway(event) => gateway(event),
        Event::Client(event) => client(event),
    }
}

fn driver(event: &DriverEvent) -> Option<Said> {
    use Lane::{Harness, Integration};
    Some(match event {
        DriverEvent::Called { method, .. } if method == "orderStatus" || method == "initialize" => return None,
        DriverEvent::Called { method, params } => {
            Said::to(Harness, Integration, format!("{method} {}", short(&params.to_string())))
        }
        DriverEvent::Answered { method, .. } if method == "initialize" => return None,
        DriverEvent::Answered { method, result } => {
            Said::to(Integration, Harness, format!("{method}: {}", short(&result.to_string())))
        }
        DriverEvent::Failed { method, error } => Said::to(Integration, Harness, format!("{method} failed: {error}")),
        DriverEvent::Said { line } => Said::at(Integration, format!("says: {}", short(line))),
        DriverEvent::Started => Said::at(Integration, "started".to_owned()),
        DriverEvent::Killed => Said::at(Integration, "killed".to_owned()),
    })
}

fn terminal(event: &Terminal) -> Option<Said> {
    let from_pos = |text: String| Said::to(Lane::Integration, Lane::Terminal, text);
    let to_pos = |text: String| Said::to(Lane::Terminal, Lane::Integration, text);
    let alone = |text: String| Said::at(Lane::Terminal, text);
    Some(match event {
        Terminal::Received { kind, json, repeat, refused, raw, .. } => {
            let note = match (repeat, refused) {
                (true, _) => "  (a resend)",
                (false, true) => "  (refused with NAK)",
                (false, false) => "",
            };
            from_pos(format!("{} {}{note}", kind.word(), message(json))).with(&raw.0, Some(json))
        }
        Terminal::Sent { kind, json, attempt, fault, raw, .. } => {
            let again = if *attempt > 1 { format!("  (send {attempt})") } else { String::new() };
            let note = match fault {
                Some(Note::Lost) => "  (LOST on the line)",
                Some(Note::Corrupted) => "  (DAMAGED on the line)",
                None => "",
            };
            let text = format!("{} {}{again}{note}", kind.word(), message(json));
            to_pos(text).with(&raw.0, Some(json)).lost_if(fault.is_some())
        }
        Terminal::Ack { direction: Direction::FromPos, .. } => from_pos("ACK".to_owned()),
        Terminal::Nak { direction: Direction::FromPos, .. } => from_pos("NAK".to_owned()),
        Terminal::Nak { direction: Direction::ToPos, .. } => to_pos("NAK".to_owned()),
        Terminal::Garbage { raw, .. } => {
            from_pos(format!("garbage {}", short(&wire::hex::visible(&raw.0)))).with(&raw.0, None)
        }
        Terminal::Unacknowledged { seq, sends } => {
            alone(format!("gave up frame {seq} after {sends} sends without ACK"))
        }
        Terminal::Refused { reason } => alone(reason.clone()),
        Terminal::Recorded { kind, request_id, amount, result_code } => {
            alone(format!("RECORDED {kind:?} {request_id} {amount} {result_code}"))
        }
        Terminal::Fault { name } => alone(format!("FAULT {name}")),
        Terminal::Operated { what } => alone(format!("operator: {what}")),
        Terminal::TurnedAway => alone("a second client was turned away".to_owned()),
        Terminal::PortSet { baud, mode } => alone(format!("the port is set to {baud} {mode}")),
        Terminal::Opened => alone("line opened".to_owned()),
        Terminal::Closed => alone("line closed".to_owned()),
        Terminal::Plugged => alone("line plugged in again".to_owned()),
        Terminal::OnWire { raw } => alone(format!("what left instead: {}", frame_check(&raw.0))).with(&raw.0, None),
        Terminal::Ack { direction: Direction::ToPos, .. } | Terminal::State { .. } => return None,
    })
}

fn gateway(event: &Gateway) -> Option<Said> {
    let from_merchant = |text: String| Said::to(Lane::Integration, Lane::Gateway, text);
    let to_merchant = |text: String| Said::to(Lane::Gateway, Lane::Integration, text);
    let alone = |text: String| Said::at(Lane::Gateway, text);
    Some(match event {
        Gateway::Request { method, target, body, refused, notes, .. } => {
            let verdict = match refused {
                Some(code) => format!("  ({code}: {})", notes.first().map(String::as_str).unwrap_or_default()),
                None => String::new(),
            };
            let text = format!("{method} {target} {}{verdict}", short(&wire::hex::visible(&body.0)));
            from_merchant(text).with(&body.0, None)
        }
        Gateway::Response { body, lost, spoilt, .. } => {
            let note = match (lost, spoilt) {
                (Some(_), _) => "  (LOST)".to_owned(),
                (None, Some(why)) => format!("  (NOT TO BE BELIEVED: {why})"),
                (None, None) => String::new(),
            };
            let text = format!("{}{note}", short(&wire::hex::visible(&body.0)));
            to_merchant(text).with(&body.0, None).lost_if(lost.is_some())
        }
        Gateway::Payment { payment_request_id, amount, status, code, .. } => {
            alone(format!("PAYMENT {payment_request_id} {amount} {status:?} {code}"))
        }
        Gateway::Refund { refund_request_id, amount, status, code, .. } => {
            alone(format!("REFUND {refund_request_id} {amount} {status:?} {code}"))
        }
        Gateway::Capture { capture_request_id, amount, code, .. } => {
            alone(format!("CAPTURE {capture_request_id} {amount} {code}"))
        }
        Gateway::Vaulting { vaulting_request_id, status, code, .. } => {
            alone(format!("CARD {vaulting_request_id} {status:?} {code}"))
        }
        Gateway::Notice { attempt, body, genuine, altered, .. } => {
            let what = match (genuine, altered) {
                (false, _) => "FORGED notification",
                (true, true) => "ALTERED notification",
                (true, false) => "notification",
            };
            let text = format!("{what} (delivery {attempt}) {}", short(&wire::hex::visible(&body.0)));
            to_merchant(text).with(&body.0, None)
        }
        Gateway::NoticeAnswered { status, body, problem, .. } => {
            let status = status.map_or_else(|| "no answer".to_owned(), |s| s.to_string());
            let note = problem.as_ref().map(|p| format!("  (no acknowledgement: it {p})")).unwrap_or_default();
            from_merchant(format!("{status} {}{note}", short(&wire::hex::visible(&body.0)))).with(&body.0, None)
        }
        Gateway::Client { side, event, data, .. } => {
            let data: Value = serde_json::from_slice(&data.0).unwrap_or_default();
            let text = format!("SDK's page: {event} {}", told(&data));
            match side {
                sim_antom::Side::Sdk => from_merchant(text),
                sim_antom::Side::Page => to_merchant(text),
                sim_antom::Side::Buyer => alone(text),
            }
        }
        Gateway::Fault { name } => alone(format!("FAULT {name}")),
    })
}

/// What the SDK tells, by its codes; all of it when it has none.
fn told(payload: &Value) -> String {
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let pointers = ["/code", "/status", "/error/code", "/result/paymentResultCode", "/message"];
    let words: Vec<&str> = pointers.into_iter().filter_map(text).filter(|word| !word.is_empty()).collect();
    if words.is_empty() { short(&payload.to_string()) } else { short(&words.join(" ")) }
}

/// The front end stands in the lane of what is under test; its SDK is the gateway's.
fn client(event: &ClientEvent) -> Option<Said> {
    use Lane::{Gateway, Harness, Integration};
    let json = |value: &Value| short(&value.to_string());
    let page = |text: String| Said::at(Integration, text);
    Some(match event {
        ClientEvent::Visited { order, page, url, .. } => {
            Said::to(Harness, Integration, format!("the buyer of {order} opens the {page} page {}", short(url)))
        }
        ClientEvent::Pressed { what } => Said::to(Harness, Integration, format!("the buyer presses {what}")),
        ClientEvent::Missed { what } => page(format!("shows no `{what}` that the buyer could press")),
        ClientEvent::Called { method, args, .. } => {
            Said::to(Integration, Gateway, format!("SDK: {method}")).showing(args)
        }
        ClientEvent::Settled { method, ok, value, .. } => {
            let how = if *ok { "came to" } else { "FAILED with" };
            Said::to(Gateway, Integration, format!("SDK: {method} {how} {}", told(value))).showing(value)
        }
        ClientEvent::Sent { command, params, .. } => {
            Said::to(Integration, Gateway, format!("SDK: {command}")).showing(params)
        }
        ClientEvent::Counted { left: Some(left) } => page(format!("counts down from {left} s")),
        ClientEvent::Counted { left: None } => return None,
        ClientEvent::Screen { is } => Said::to(Harness, Integration, format!("the app's screen is {is}")),
        ClientEvent::Delivered { channel, payload, .. } => {
            Said::to(Gateway, Integration, format!("SDK: {} ({channel})", told(payload))).showing(payload)
        }
        ClientEvent::Threw { channel, error } => page(format!("{channel} THREW {error}")),
        ClientEvent::Answered { channel, value, took } => {
            page(format!("{channel} answers {} after {took} ms", json(value)))
        }
        ClientEvent::Saw { shows, text } if shows.is_empty() => page(format!("the buyer sees no view {text}")),
        ClientEvent::Saw { shows, text } => page(format!("the buyer sees [{}] {text}", shows.join(", "))),
        ClientEvent::Navigated { url } => page(format!("goes to {}", short(url))),
        ClientEvent::Asked { method, url, .. } => page(format!("asks its backend: {method} {}", short(url))),
        ClientEvent::Uncaught { text } => page(format!("UNCAUGHT {text}")),
        ClientEvent::Logged { level, text } => page(format!("console {level}: {}", short(text))),
    })
}

fn short(text: &str) -> String {
    clip(text, 200)
}

/// What is right and wrong about the bytes of a frame, in a few words.
fn frame_check(raw: &[u8]) -> String {
    let shown = clip(&wire::hex::visible(raw), 60);
    let [0x02, high, low, rest @ ..] = raw else { return format!("{shown}, which is no frame") };
    let told = usize::from(u16::from_be_bytes([*high, *low]));
    let Some((body, [0x03, check @ ..])) = rest.split_at_checked(told) else {
        return format!("{shown}, LEN {told} with {} bytes behind it", rest.len());
    };
    let &[one, other, ..] = check else { return format!("{shown}, cut off") };
    let carried = u16::from_be_bytes([one, other]);
    let right = wire::edc::crc16_xmodem(&[&raw[1..3], body].concat());
    match carried == right {
        true => format!("{shown}, CRC {carried:04X}, which is right"),
        false => format!("{shown}, CRC {carried:04X}, where {right:04X} is right"),
    }
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

fn clip(text: &str, longest: usize) -> String {
    let mut clipped: String = text.chars().take(longest).collect();
    if text.chars().count() > longest {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_of_a_frame_is_compared_with_its_bytes() {
        // LEN 4: R, SEQ 1, two bytes.
        let right = b"\x02\x00\x04R\x01{}\x03";
        let check = wire::edc::crc16_xmodem(b"\x00\x04R\x01{}").to_be_bytes();
        let whole = [&right[..], &check].concat();
        assert_eq!(frame_check(&whole).split_once(", ").unwrap().1, format!("CRC {}, which is right", hex(check)));
        let mut wrong = whole.clone();
        wrong[8] ^= 1;
        let carried = hex([check[0] ^ 1, check[1]]);
        assert!(frame_check(&wrong).ends_with(&format!("CRC {carried}, where {} is right", hex(check))));
        let mut long = whole.clone();
        long[2] = 9;
        assert!(frame_check(&long).ends_with("LEN 9 with 7 bytes behind it"), "{}", frame_check(&long));
        assert!(frame_check(&whole[..9]).ends_with("cut off"));
        for odd in [&b""[..], b"\x02", b"hello", b"\x02\x00"] {
            assert!(frame_check(odd).ends_with("which is no frame"), "{odd:?}");
        }
    }

    fn hex(check: [u8; 2]) -> String {
        format!("{:04X}", u16::from_be_bytes(check))
    }
}
