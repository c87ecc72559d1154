//! Rules about signing and transport: each reads a trace that holds, one that breaks, and one that does not concern it.

use conformance::trace::{DriverEvent, Event};
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use wire::hex::TextBytes;

use crate::rules::{Trace, new, pay};

fn called() -> Trace {
    new().pays("P", "S SUCCESS")
}

fn sells(description: &str) -> Value {
    let mut body = pay("P");
    body["order"]["orderDescription"] = json!(description);
    body
}

#[test]
fn sig_001_and_002_tell_which_bytes_do_not_verify() {
    called().holds("SIG-001");
    called().refused("INVALID_SIGNATURE").breaks("SIG-001", 1);
    new().sold().says_nothing_of("SIG-001");
    new().pays_with(&sells("grün \"und\" süß"), "S SUCCESS").holds("SIG-002");
    new().pays_with(&sells("grün"), "S SUCCESS").refused("INVALID_SIGNATURE").breaks("SIG-002", 1);
    new().pays_with(&sells("a \"b\""), "S SUCCESS").refused("INVALID_SIGNATURE").breaks("SIG-002", 1);
    called().refused("INVALID_SIGNATURE").says_nothing_of("SIG-002");
}

#[test]
fn sig_003_looks_for_three_headers_and_takes_every_documented_form() {
    called().holds("SIG-003");
    for name in ["Client-Id", "Request-Time", "Signature"] {
        called().header(name, None).breaks("SIG-003", 1);
    }
    for time in ["2026-01-05T10:00:01+0000", "2026-01-05T10:00:01.1234567Z", "2026-01-05T18:00:01+08:00"] {
        called().header("request-time", Some(time)).holds("SIG-003");
    }
    called().header("Request-Time", Some("2026-01-05 10:00:01")).breaks("SIG-003", 1);
    called().header("Signature", Some("signature=YWFh, algorithm=RSA256")).holds("SIG-003");
    called().header("Signature", Some("algorithm=RSA512,signature=YWFh")).breaks("SIG-003", 1);
    called().header("Signature", Some("algorithm=RSA256,keyVersion=1,signature=Y+Fh")).breaks("SIG-003", 1);
    called().header("Signature", Some("algorithm=RSA256,keyVersion=1,signature=YWE=")).breaks("SIG-003", 1);
    called().header("Signature", Some("algorithm=RSA256,keyVersion=1,signature=YWE%3d")).holds("SIG-003");
    called().refused("KEY_NOT_FOUND").breaks("SIG-003", 1);
    called().refused("CLIENT_INVALID").breaks("SIG-003", 1);
    called().header("Signature", None).header("Authorization", Some("Bearer isak_TEST_a_b")).holds("SIG-003");
    new().sold().says_nothing_of("SIG-003");
}

#[test]
fn sig_004_compares_the_clock_with_the_worlds() {
    called().holds("SIG-004");
    let at = |seconds: i64| called().header("Request-Time", Some(&(1_767_607_201_000 + seconds * 1000).to_string()));
    at(299).holds("SIG-004");
    at(-299).holds("SIG-004");
    at(301).breaks("SIG-004", 1);
    at(-301).breaks("SIG-004", 1);
    at(300).holds("SIG-004");
    at(-300).holds("SIG-004");
    assert!(at(301).words("SIG-004").contains("301 s ahead"));
    assert!(at(-301).words("SIG-004").contains("301 s behind"));
    let later = |seconds: i64| {
        let time = (1_767_607_200_000 + seconds * 1000).to_string();
        new().sold().pause(86_400).pays("P", "S SUCCESS").header("Request-Time", Some(&time))
    };
    // One that cannot follow the world's jumps still reads the time of its start.
    later(60).holds("SIG-004");
    later(-600).breaks("SIG-004", 2);
    new().sold().says_nothing_of("SIG-004");
}

#[test]
fn sig_005_wants_a_sound_answer_behind_every_move() {
    let sold = || new().sold().pays("P", "S SUCCESS");
    sold().inquires("P", "SUCCESS").unsound().stands("open", "0").holds("SIG-005");
    sold().inquires("P", "SUCCESS").unsound().stands("paid", "1000").breaks("SIG-005", 7);
    sold().inquires("P", "SUCCESS").unsound().inquires("P", "SUCCESS").stands("paid", "1000").holds("SIG-005");
    sold().cancels("P", "S SUCCESS").unsound().stands("cancelled", "0").breaks("SIG-005", 7);
    sold().cancels("P", "S SUCCESS").unsound().cancels("P", "S SUCCESS").stands("cancelled", "0").holds("SIG-005");
    sold().hands_back("R", "1000", "S SUCCESS").unsound().stands("refunded", "0").breaks("SIG-005", 7);
    sold().inquires("P", "SUCCESS").stands("paid", "1000").says_nothing_of("SIG-005");
    // What says that the payment goes on is no reason to call it paid, but another rule's.
    sold().inquires("P", "PROCESSING").unsound().stands("paid", "1000").holds("SIG-005");
}

#[test]
fn sig_005_knows_in_three_ways_that_money_went_back() {
    /// What is heard, and whether it tells.
    type Way = (Box<dyn Fn(Trace) -> Trace>, bool);
    let unsure = || new().sold().pays("P", "S SUCCESS").hands_back("R", "1000", "S SUCCESS").unsound();
    let told = |kind: &str, status: &str, id: &str, genuine| {
        let body = json!({"notifyType": kind, "refundStatus": status, "refundRequestId": id});
        move |trace: Trace| trace.delivered("P", &body, genuine).answered(Some(200), None)
    };
    let ways: [Way; 10] = [
        (Box::new(|trace| trace.hands_back("R", "1000", "S SUCCESS")), true),
        (Box::new(|trace| trace.hands_back("R", "1000", "U UNKNOWN_EXCEPTION")), false),
        (Box::new(|trace| trace.asks_for_refund("R", "SUCCESS")), true),
        (Box::new(|trace| trace.asks_for_refund("R", "PROCESSING")), false),
        (Box::new(|trace| trace.asks_for_refund("S", "SUCCESS")), false),
        (Box::new(told("REFUND_RESULT", "SUCCESS", "R", true)), true),
        (Box::new(told("REFUND_RESULT", "FAIL", "R", true)), false),
        (Box::new(told("REFUND_RESULT", "SUCCESS", "S", true)), false),
        (Box::new(told("REFUND_RESULT", "SUCCESS", "R", false)), false),
        (Box::new(told("PAYMENT_RESULT", "SUCCESS", "R", true)), false),
    ];
    for (way, is_known) in ways {
        let first = way(unsure()).stands("refunded", "0");
        if is_known {
            first.holds("SIG-005")
        } else {
            first.breaks("SIG-005", 9)
        }
        way(unsure().stands("refunded", "0")).breaks("SIG-005", 7);
    }
}

#[test]
fn sig_007_wants_post_and_json() {
    called().holds("SIG-007");
    called().but(|method, _, _| *method = "GET".to_owned()).breaks("SIG-007", 1);
    called().header("Content-Type", Some("text/plain")).breaks("SIG-007", 1);
    called().header("Content-Type", Some("Application/JSON")).holds("SIG-007");
    called().header("Content-Type", None).holds("SIG-007");
    new().pays_with(&json!("text"), "F PARAM_ILLEGAL").breaks("SIG-007", 1);
    called()
        .but(|method, target, _| (*method, *target) = ("GET".to_owned(), "/wallet/1".to_owned()))
        .says_nothing_of("SIG-007");
}

#[test]
fn sig_008_keeps_sandbox_and_production_apart() {
    called().holds("SIG-008");
    let production = |trace: Trace| trace.but(|_, target, _| *target = target.replace("/sandbox", ""));
    production(called()).holds("SIG-008");
    production(called().inquires("P", "SUCCESS")).breaks("SIG-008", 3);
    called().header("Client-Id", Some("5Y000001")).breaks("SIG-008", 1);
    called().header("Client-Id", None).holds("SIG-008");
    new().sold().says_nothing_of("SIG-008");
}

#[test]
fn sig_010_finds_private_keys_wherever_they_go() {
    let said = |line: &str| called().with(Event::Driver(DriverEvent::Said { line: line.to_owned() }));
    said("paid").holds("SIG-010");
    said("key=MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw").breaks("SIG-010", 3);
    said("-----BEGIN RSA PRIVATE KEY-----").breaks("SIG-010", 3);
    called().replied("checkout", json!({"page": "MIIEpAIBAAKCAQEAu1"})).breaks("SIG-010", 3);
    new().pays_with(&sells("MIIEpAIBAAKCAQEAu1"), "S SUCCESS").breaks("SIG-010", 1);
    called().replied("initialize", json!({"key": "MIIEpAIBAAKCAQEAu1"})).holds("SIG-010");
    let answer = |body: &str| {
        let body = TextBytes(body.to_owned().into());
        called().gateway(Gateway::NoticeAnswered { id: 1, status: Some(200), body, acknowledged: true, problem: None })
    };
    answer("ok").holds("SIG-010");
    answer("MIIEpAIBAAKCAQEAu1").breaks("SIG-010", 3);
    new().sold().says_nothing_of("SIG-010");
}

#[test]
fn sig_011_reads_a_spoilt_answer_as_unknown() {
    let sold = || new().sold().pays("P", "S SUCCESS").unsound();
    sold().stands("open", "0").holds("SIG-011");
    sold().stands("failed", "0").breaks("SIG-011", 5);
    sold().inquires("P", "FAIL").stands("failed", "0").holds("SIG-011");
    let lost = |how| new().sold().pays("P", "S SUCCESS").unheard(how).stands("failed", "0");
    lost(LostHow::Cut).breaks("SIG-011", 5);
    lost(LostHow::Page).breaks("SIG-011", 5);
    lost(LostHow::Close).says_nothing_of("SIG-011");
}
