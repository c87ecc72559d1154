//! What the gateway does that the provider's own sandbox cannot, line by line: how it is asked for is read from the
//! scenario that shows it, so `docs/gateway-checklist.md` says what is really run. `UPDATE_DOCS=1 cargo test -p sim-antom`
//! writes it.

use std::fmt::Write as _;
use std::path::Path;

use sim_antom::{Fault, Script};

/// What it is, a word that its script (or its steps) must have, and the scenarios that show it.
type Item = (&'static str, &'static str, &'static [&'static str]);

const ANSWERS: &[Item] = &[
    ("the answer lost, and the payment made", "lose-answer", &["pay/answer-lost-after-commit", "pay/lost-how"]),
    ("the answer lost, and nothing done", "carried-out: false", &["pay/not-carried-out"]),
    ("no answer, ever", "how: silence", &["pay/answer-never-comes"]),
    ("unknown, then success", "UNKNOWN_EXCEPTION", &["pay/unknown-unknown-success"]),
    ("unknown for ever", "UNKNOWN_EXCEPTION", &["pay/unknown-for-ever"]),
    ("a slow answer", "delay-answer", &["pay/slow-answer"]),
    ("an answer that trickles in", "trickle-answer", &["pay/trickling-answer"]),
    ("a cut answer", "cut-answer", &["pay/answer-cut", "inquiry/answer-cut-off", "refund/answer-cut-off"]),
    ("a connection that is reset", "lose-answer", &["pay/lost-how"]),
    ("5xx and a page of a proxy", "html-answer", &["pay/page-of-a-proxy", "refund/page-of-a-proxy"]),
    ("an answer without a signature, or with a wrong one", "forge-answer", &["pay/answer-not-to-be-believed"]),
    ("the same JSON in other bytes", "respell-answer", &["pay/odd-bytes"]),
    ("odd headers", "odd-headers", &["pay/odd-headers"]),
    ("unknown fields", "extra-fields", &["pay/unknown-fields"]),
    ("a field twice", "repeat-key", &["pay/field-twice"]),
    ("another amount in the answer", "alter-answer", &["pay/answer-with-another-amount", "inquiry/another-amount"]),
    ("another payment in the answer", "alter-answer", &["inquiry/another-payment"]),
];

const NOTIFICATIONS: &[Item] = &[
    ("before the answer to pay", "early-notification", &["notify/before-the-answer"]),
    ("repeated", "repeat-notification", &["notify/repeated", "notify/repeated-eight-times"]),
    ("many at once", "concurrent-notification", &["notify/twenty-at-once"]),
    ("all eight deliveries of the schedule, in no time", "times: 7", &["notify/whole-schedule"]),
    ("reordered", "reorder-notification", &["notify/pending-after-paid"]),
    ("delayed", "delay-notification", &["notify/delayed"]),
    ("lost", "lose-notification", &["inquiry/notification-lost", "cashier/notification-lost"]),
    ("with a bad signature, or a wrong key", "spoil-notification", &["notify/not-to-be-believed"]),
    ("forged", "forge-notification", &["notify/forged", "notify/forged-foreign-key"]),
    ("for another client", "other-client", &["notify/of-another-client"]),
    ("with another amount or currency", "alter-notification", &["notify/another-amount", "notify/another-currency"]),
    ("about nobody's payment", "paymentRequestId", &["notify/of-nobodys-payment"]),
    ("PAYMENT_PENDING", "pends", &["notify/pending-is-not-paid"]),
    ("F", "notify-failure", &["notify/declined-and-notified"]),
];

const STATES: &[Item] = &[
    ("money that comes after a cancel", "pays-late", &["cancel/late-money"]),
    ("a success that is told after a cancel", "forge-notification", &["notify/success-after-cancel"]),
    ("money that comes after expiry", "pays-late", &["pay/late-money-after-expiry"]),
    ("an inquiry that says PROCESSING for ever", "leaves", &["inquiry/never-decided"]),
    ("ORDER_NOT_EXIST, then SUCCESS", "ORDER_NOT_EXIST", &["inquiry/not-exist-at-first"]),
    ("a cancel that is unknown twice, then done", "on: cancel", &["cancel/unknown-twice"]),
    ("a cancel that is unknown for ever", "on: cancel", &["cancel/unknown-for-ever"]),
    ("CANCEL_WINDOW_EXCEED", "CANCEL_WINDOW_EXCEED", &["cancel/window-exceeded"]),
    ("REFUND_IN_PROCESS, then FAIL", "fails", &["refund/in-process-then-failed"]),
    ("the clock: a day passes at once", "advance: {by: 26h}", &["notify/a-day-later"]),
];

const CALLS: &[Item] = &[
    ("by a pattern of paymentRequestId", "where: {paymentRequestId", &["pay/request-id-refused"]),
    ("by amount", "where: {paymentAmount.value", &["pay/one-amount-refused"]),
    ("by order", "where: {order.referenceOrderId", &["pay/one-order-refused"]),
    ("the nth call", "nth: 2", &["pay/second-call-refused"]),
    ("every code of pay", "code: \"${code}\"", &["pay/refused-with", "pay/unclear-by-code"]),
    ("every code of batchPay", "code: \"${code}\"", &["batch/refused-with"]),
    ("every code of createPaymentSession", "code: \"${code}\"", &["session/refused-with"]),
    ("every code of inquiryPayment", "code: \"${code}\"", &["inquiry/by-code"]),
    ("every code of cancel", "code: \"${code}\"", &["cancel/refused-with"]),
    ("every code of refund", "code: \"${code}\"", &["refund/refused-with"]),
    ("every code of inquiryRefund", "code: \"${code}\"", &["refund/inquiry-by-code"]),
    ("every code of capture", "code: \"${code}\"", &["capture/refused-with"]),
];

const SECTIONS: &[(&str, &[Item])] = &[
    ("Answers", ANSWERS),
    ("Notifications", NOTIFICATIONS),
    ("States, and time", STATES),
    ("One call among many", CALLS),
];

const HEAD: &str = "# The check list of the gateway\n\nWhat the provider's sandbox cannot do and this gateway does, each with \
                    what the scenario beside it runs with.\nMade from the scenarios by a test; the words are explained in \
                    [gateway.md](gateway.md), all faults are in\n[gateway-faults.md](gateway-faults.md), all codes in \
                    [gateway-codes.md](gateway-codes.md).\n";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a scenario's `given: antom` says, in one line each.
fn given(text: &str) -> Vec<String> {
    let script = text.split("\n  antom:\n").nth(1).unwrap_or_default();
    script.lines().take_while(|line| line.starts_with("    ")).map(|line| line.trim().to_owned()).collect()
}

fn table(items: &[Item], seen: &mut String) -> String {
    let mut text = "| what happens | how to ask for it | scenario |\n|---|---|---|\n".to_owned();
    for (item, word, scenarios) in items {
        let (mut asked, mut links) = (Vec::new(), Vec::new());
        for scenario in *scenarios {
            let whole = read(&format!("scenarios/{scenario}.yaml"));
            assert!(whole.contains(word), "{scenario} does not ask for {word}");
            let script = given(&whole);
            let all = script.join("\n");
            // What a table of the scenario fills in is checked where scenarios are.
            assert!(all.contains("${") || Script::parse(&all).is_ok(), "{scenario}: {all}");
            seen.push_str(&all);
            asked.extend(script.into_iter().map(|line| format!("`{}`", line.replace('|', "\\|"))));
            links.push(format!("[{scenario}](../scenarios/{scenario}.yaml)"));
        }
        let _ = writeln!(text, "| {item} | {} | {} |", asked.join("<br>"), links.join("<br>"));
    }
    text
}

#[test]
fn every_line_of_what_the_sandbox_cannot_do_has_a_scenario_that_asks_for_it() {
    let (mut seen, mut page) = (String::new(), HEAD.to_owned());
    for (title, items) in SECTIONS {
        let _ = write!(page, "\n## {title}\n{}", table(items, &mut seen));
    }
    for word in Fault::WORDS {
        assert!(seen.contains(word), "no scenario of the list asks for {word}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateway-checklist.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    } else {
        assert_eq!(read("docs/gateway-checklist.md"), page, "run with UPDATE_DOCS=1");
    }
}
