//! What to do next, from what was seen. Pure.

use sim_antom::Event as Gateway;
use sim_edc::Event as Terminal;
use wire::edc::Kind;

use crate::driver::DriverError;
use crate::requirement;
use crate::scenario::Role;
use crate::trace::{DriverEvent, Entry, Event};

/// What to do about an adapter that does not answer as it should.
#[must_use]
pub fn about_driver(error: &DriverError) -> &'static str {
    match error {
        DriverError::Unreachable(_) => {
            "is the command right? Words are split at blanks, without a shell: run it by hand from this folder. \
             For a URL: is the adapter running, and does it listen there?"
        }
        DriverError::Ended { .. } => {
            "the adapter must live until stdin ends: read lines in a loop, and let no request end the program. \
             What it said on stderr is shown above"
        }
        DriverError::Misshapen { .. } => SHAPE,
        DriverError::Nonsense { .. } => PROTOCOL,
        DriverError::Silent { .. } => {
            "write the answer as one line, and flush stdout after it: many languages hold output back when it is a pipe"
        }
        DriverError::Refused { .. } => {
            "answer with `result`; `error` is for a request that cannot be carried out at all. An order that fails is a state"
        }
    }
}

/// What to do when a payment could not be carried out because of how the adapter answered; none when that is not why.
#[must_use]
pub fn about_reason(reason: &str) -> Option<&'static str> {
    // The words of `DriverError`, which a case's reason has in it.
    if reason.contains("is not as docs/driver.md has it") {
        Some(SHAPE)
    } else if reason.contains("no JSON-RPC answer") {
        Some(PROTOCOL)
    } else {
        None
    }
}

const SHAPE: &str = "the answer is JSON-RPC, but its `result` has another shape than docs/driver.md shows for this method; \
                     `conformance schema driver` prints what is allowed";
const PROTOCOL: &str = "stdout belongs to the protocol: one JSON-RPC answer a line, once for each request, with its id, and \
                        nothing else. Log to stderr";

/// What to do about a requirement that was broken.
#[must_use]
pub fn about_rule(id: &str) -> String {
    let statement = requirement::find(id).map_or("", |requirement| requirement.statement);
    format!("{statement}. The line marked >> below shows the place; `conformance explain {id}` tells why it matters")
}

/// What to do about a payment that did not end as it should: the first thing that is missing on the wires.
#[must_use]
pub fn about_payment(role: Role, trace: &[Entry]) -> String {
    let refused = trace.iter().find_map(|entry| match &entry.event {
        Event::Driver(DriverEvent::Failed { method, error }) => Some(format!("{method} failed: {error}")),
        _ => None,
    });
    if let Some(refused) = refused {
        return format!("{refused}. Answer every method that your roles and capabilities promise with a `result`");
    }
    match role {
        Role::Edc => terminal(trace),
        Role::Antom => gateway(trace),
        Role::Client => {
            "clientEvent and clientState answer what the buyer sees, such as {\"shows\":[\"pending\"]} (docs/driver.md)"
                .to_owned()
        }
    }
}

fn terminal(trace: &[Entry]) -> String {
    let events = || {
        trace.iter().filter_map(|entry| match &entry.event {
            Event::Terminal(event) => Some(event),
            _ => None,
        })
    };
    let got = |wanted: Kind| events().any(|e| matches!(e, Terminal::Received { kind, .. } if *kind == wanted));
    let answered = || {
        events().find_map(|e| match e {
            Terminal::Sent { kind: Kind::Result, json, .. } => Some(json.to_string()),
            _ => None,
        })
    };
    if !events().any(|e| matches!(e, Terminal::Opened)) {
        return "nobody opened the serial port: open `terminal.port` of `initialize`, as raw bytes".to_owned();
    }
    if let Some(Terminal::Garbage { defect, .. }) = events().find(|e| matches!(e, Terminal::Garbage { .. }))
        && !got(Kind::Hello)
    {
        let what = defect.map_or_else(String::new, |defect| format!(" ({defect:?})"));
        return format!(
            "bytes came that are no frame{what}: docs/line.md has the frame, with an example; `terminal.profile` says which"
        );
    }
    if !got(Kind::Hello) {
        return "the line was opened and no hello came: send one first (docs/line.md)".to_owned();
    }
    if !got(Kind::Command) {
        return "the hello was answered and no command came: send Purchase when `checkout` is called".to_owned();
    }
    if let Some(Terminal::Refused { reason }) = events().find(|e| matches!(e, Terminal::Refused { .. })) {
        return format!("the terminal refused it: {reason}");
    }
    match answered() {
        None => {
            "the command was taken up and its result never came back: acknowledge frames, and keep reading".to_owned()
        }
        Some(result) => format!(
            "the terminal answered {result}: make the order's state from `outcome` and `resultCode`, and tell it by orderStatus"
        ),
    }
}

fn gateway(trace: &[Entry]) -> String {
    let events = || {
        trace.iter().filter_map(|entry| match &entry.event {
            Event::Gateway(event) => Some(event),
            _ => None,
        })
    };
    if !events().any(|e| matches!(e, Gateway::Request { .. })) {
        return "no request came: when `checkout` is called, POST to `gateway.url` + /ams/api/v1/payments/pay"
            .to_owned();
    }
    let refused = events().find_map(|e| match e {
        Gateway::Request { refused: Some(code), notes, .. } => Some((code, notes)),
        _ => None,
    });
    if let Some((code, notes)) = refused {
        let why = notes.first().map_or("", String::as_str);
        let next = match code.as_str() {
            "INVALID_SIGNATURE" | "CLIENT_INVALID" | "KEY_NOT_FOUND" => "docs/gateway.md signs a request by hand",
            "NO_INTERFACE_DEF" => "docs/gateway.md has the paths",
            _ => "docs/gateway.md has whole requests",
        };
        return format!("the gateway refused a request with {code}: {why}. {next}");
    }
    if !events().any(|e| matches!(e, Gateway::Payment { .. })) {
        return "a request came and made no payment: look at its answer in the exchange below".to_owned();
    }
    let notices = || events().filter(|e| matches!(e, Gateway::Notice { .. })).count();
    if notices() == 0 {
        return "the payment ended and there was nowhere to notify: send paymentNotifyUrl with pay, on loopback"
            .to_owned();
    }
    let unheard = events().find_map(|e| match e {
        Gateway::NoticeAnswered { acknowledged: false, problem, .. } => Some(problem.clone().unwrap_or_default()),
        _ => None,
    });
    let refused = events().find_map(|e| match e {
        Gateway::NoticeAnswered { status: Some(status @ (400 | 401 | 403)), acknowledged: false, .. } => Some(*status),
        _ => None,
    });
    if let Some(status) = refused {
        return format!(
            "your server refused a genuine notification with {status}: does your verification fail? What is signed is \
             `POST <path of your URL>\\n<client-id>.<request-time>.<body>`, the key is gatewayPublicKey of `initialize`"
        );
    }
    match unheard {
        Some(problem) => format!(
            "a notification was not acknowledged: it {problem}. Answer HTTP 200 with \
             {{\"result\":{{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"}}}}"
        ),
        None => {
            "the notification was acknowledged: make the order's state from it, and tell it by orderStatus".to_owned()
        }
    }
}
