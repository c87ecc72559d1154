//! Rules about refunding: each reads a trace that holds, one that breaks, and one that does not concern it.

use conformance::trace::Event;
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use wire::antom::{Operation, PaymentStatus, RefundStatus};

use crate::rules::{Trace, new};
use crate::rules_gateway::yen;

/// Order A of 1000 yen is paid and called so. Entries 1 to 8.
pub(crate) fn paid() -> Trace {
    let sold = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    sold.notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000")
}

pub(crate) fn asks(trace: Trace, value: &str) -> Trace {
    trace.asked("refund", json!({"order": "A", "amount": yen(value)}))
}

fn told(trace: Trace, id: &str, status: &str, genuine: bool, problem: Option<&str>) -> Trace {
    let body = json!({"notifyType": "REFUND_RESULT", "refundRequestId": id, "refundStatus": status});
    trace.delivered("P", &body, genuine).answered(Some(200), problem)
}

const IN_PROCESS: &str = "U REFUND_IN_PROCESS";

#[test]
fn ref_001_wants_one_id_a_refund() {
    paid().hands_back("R", "400", "S SUCCESS").hands_back("S", "400", "S SUCCESS").holds("REF-001");
    paid().hands_back(&"x".repeat(65), "400", "F PARAM_ILLEGAL").breaks("REF-001", 9);
    paid()
        .hands_back("R", "400", "S SUCCESS")
        .hands_back("R", "300", "F REPEAT_REQ_INCONSISTENT")
        .breaks("REF-001", 11);
    let silent = || paid().hands_back("R", "400", "S SUCCESS").unheard(LostHow::Close);
    silent().hands_back("R", "400", "S SUCCESS").holds("REF-001");
    silent().hands_back("S", "400", "S SUCCESS").breaks("REF-001", 11);
    silent().asks_for_refund("R", "FAIL").hands_back("S", "400", "S SUCCESS").holds("REF-001");
    asks(silent(), "400").hands_back("S", "400", "S SUCCESS").holds("REF-001");
    paid().says_nothing_of("REF-001");
}

#[test]
fn ref_002_takes_a_new_id_after_f() {
    let refused = || paid().hands_back("R", "400", "F MERCHANT_BALANCE_NOT_ENOUGH");
    refused().hands_back("S", "400", "S SUCCESS").holds("REF-002");
    refused().hands_back("R", "400", "F MERCHANT_BALANCE_NOT_ENOUGH").breaks("REF-002", 11);
    let stopped = paid().hands_back("R", "400", "F INVALID_SIGNATURE");
    stopped.hands_back("R", "400", "S SUCCESS").says_nothing_of("REF-002");
    paid().hands_back("R", "400", "S SUCCESS").says_nothing_of("REF-002");
}

#[test]
fn ref_003_gives_back_no_more_than_came_in() {
    paid().hands_back("R", "400", "S SUCCESS").hands_back("S", "600", "S SUCCESS").holds("REF-003");
    paid().hands_back("R", "400", "S SUCCESS").hands_back("S", "700", "F REFUND_AMOUNT_EXCEED").breaks("REF-003", 11);
    paid().hands_back("R", "400", "F PROCESS_FAIL").hands_back("S", "1000", "S SUCCESS").holds("REF-003");
    let body = json!({"refundRequestId": "R", "paymentId": "pid-P", "refundAmount": {"currency": "USD", "value": "1"}});
    paid().exchange(Operation::Refund, &body, &json!({})).breaks("REF-003", 9);
    asks(paid(), "2000").holds("REF-003");
    asks(paid(), "500").says_nothing_of("REF-003");
}

#[test]
fn ref_004_waits_for_the_end_of_a_refund() {
    let accepted = || paid().hands_back("R", "1000", IN_PROCESS);
    accepted().stands("paid", "1000").holds("REF-004");
    accepted().stands("refunded", "0").breaks("REF-004", 12);
    accepted().stands("paid", "600").breaks("REF-004", 12);
    accepted().asks_for_refund("R", "SUCCESS").stands("refunded", "0").holds("REF-004");
    paid().hands_back("R", "1000", "S SUCCESS").stands("refunded", "0").says_nothing_of("REF-004");
}

#[test]
fn ref_005_reads_refund_status() {
    let asked = |status: &str| paid().hands_back("R", "1000", IN_PROCESS).asks_for_refund("R", status);
    asked("SUCCESS").stands("refunded", "0").holds("REF-005");
    asked("PROCESSING").stands("refunded", "0").breaks("REF-005", 14);
    asked("FAIL").stands("refunded", "0").breaks("REF-005", 14);
    paid().hands_back("R", "1000", IN_PROCESS).stands("paid", "1000").says_nothing_of("REF-005");
}

#[test]
fn ref_006_handles_notify_refund_as_any_other() {
    let accepted = || paid().hands_back("R", "400", IN_PROCESS);
    told(accepted(), "R", "SUCCESS", true, None).stands("paid", "600").holds("REF-006");
    told(accepted(), "R", "SUCCESS", true, Some("has no result")).breaks("REF-006", 12);
    told(accepted(), "R", "SUCCESS", false, None).breaks("REF-006", 12);
    told(accepted(), "R", "SUCCESS", false, Some("has the result U")).stands("paid", "1000").holds("REF-006");
    let twice = told(told(accepted(), "R", "SUCCESS", true, None), "R", "SUCCESS", true, None);
    twice.again().stands("paid", "600").holds("REF-006");
    twice.stands("paid", "200").breaks("REF-006", 16);
    accepted().says_nothing_of("REF-006");
}

#[test]
fn ref_006_compares_the_amount_and_lets_what_is_not_so_be_doubted() {
    let of = |value: &str, problem: Option<&str>| {
        let body = json!({"notifyType": "REFUND_RESULT", "refundRequestId": "R", "refundStatus": "SUCCESS",
            "refundAmount": yen(value)});
        let mut told = paid().hands_back("R", "400", IN_PROCESS).delivered("P", &body, true);
        match told.entries.last_mut().map(|entry| &mut entry.event) {
            Some(Event::Gateway(Gateway::Notice { altered, .. })) => *altered = value != "400",
            other => panic!("{other:?}"),
        }
        told.answered(Some(200), problem)
    };
    of("400", None).stands("paid", "600").holds("REF-006");
    of("400", Some("has the result U")).breaks("REF-006", 12);
    of("1", Some("has the result U")).stands("paid", "1000").holds("REF-006");
    of("1", None).stands("paid", "1000").holds("REF-006");
    of("1", None).stands("paid", "600").breaks("REF-006", 14);
    of("1", None).stands("paid", "999").breaks("REF-006", 14);
}

#[test]
fn ref_007_refunds_two_clicks_once() {
    let clicks = || asks(asks(paid(), "400"), "400");
    clicks().hands_back("R", "400", "S SUCCESS").replied("refund", json!({"state": "paid"})).holds("REF-007");
    clicks().hands_back("R", "400", "S SUCCESS").hands_back("S", "400", "S SUCCESS").breaks("REF-007", 13);
    clicks().hands_back("R", "400", "F PROCESS_FAIL").hands_back("S", "400", "S SUCCESS").holds("REF-007");
    let one_by_one = asks(asks(paid(), "400").replied("refund", json!({"state": "paid"})), "400");
    one_by_one.hands_back("R", "400", "S SUCCESS").hands_back("S", "400", "S SUCCESS").says_nothing_of("REF-007");
    // Whoever has told the end of the first, and sends the second a while later, had not read it before.
    let told = |trace: Trace| trace.replied("refund", json!({"state": "paid"}));
    told(clicks().hands_back("R", "400", "S SUCCESS")).hands_back("S", "400", "S SUCCESS").holds("REF-007");
    // In the same moment it has.
    let at_once = told(clicks().hands_back("R", "400", "S SUCCESS").at_once()).at_once();
    at_once.hands_back("S", "400", "S SUCCESS").breaks("REF-007", 14);
    // It is no excuse when it is told after both.
    told(clicks().hands_back("R", "400", "S SUCCESS").hands_back("S", "400", "S SUCCESS")).breaks("REF-007", 13);
}

#[test]
fn ref_008_refunds_what_is_paid_by_its_payment_id() {
    paid().hands_back("R", "400", "S SUCCESS").holds("REF-008");
    new().sold().pays("P", "S SUCCESS").hands_back("R", "400", "F ORDER_STATUS_INVALID").breaks("REF-008", 4);
    let told = |genuine: bool| {
        let result = json!({"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success"});
        let body =
            json!({"notifyType": "PAYMENT_RESULT", "paymentRequestId": "P", "paymentId": "pay-P", "result": result});
        let told = new().sold().pays("P", "S SUCCESS").delivered("P", &body, genuine);
        told.hands_back("R", "400", "F ORDER_STATUS_INVALID")
    };
    told(true).holds("REF-008");
    told(false).breaks("REF-008", 5);
    let by = |id: Value| {
        let body = json!({"refundRequestId": "R", "paymentId": id, "refundAmount": yen("1")});
        paid().exchange(Operation::Refund, &body, &json!({}))
    };
    by(Value::Null).breaks("REF-008", 9);
    by(json!("P")).breaks("REF-008", 9);
    paid().says_nothing_of("REF-008");
}

#[test]
fn ref_009_does_not_insist() {
    for code in ["F REFUND_WINDOW_EXCEED", "F PARTIAL_REFUND_NOT_SUPPORTED"] {
        let tries = |n: usize| (0..n).fold(paid(), |trace, i| trace.hands_back(&i.to_string(), "400", code));
        tries(2).holds("REF-009");
        tries(3).breaks("REF-009", 13);
    }
    paid().hands_back("R", "400", "F PROCESS_FAIL").says_nothing_of("REF-009");
}

#[test]
fn ref_010_ships_nothing_again() {
    let refunded = || paid().hands_back("R", "1000", "S SUCCESS").stands("refunded", "0").inquires("P", "SUCCESS");
    refunded().stands("refunded", "0").holds("REF-010");
    refunded().stands("paid", "1000").breaks("REF-010", 16);
    paid().hands_back("R", "1000", "S SUCCESS").stands("refunded", "0").says_nothing_of("REF-010");
}

#[test]
fn ref_011_opens_a_refund_that_failed_in_the_end() {
    let failed = || paid().hands_back("R", "1000", IN_PROCESS).given_back("R", "1000", RefundStatus::Fail);
    told(failed(), "R", "FAIL", true, None).stands("paid", "1000").ended().holds("REF-011");
    told(failed(), "R", "FAIL", true, None).stands("refunded", "0").ended().breaks("REF-011", 15);
    failed().stands("paid", "1000").ended().says_nothing_of("REF-011");
}
