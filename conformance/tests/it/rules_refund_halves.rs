//! Refunds and captures: what they are of, when they were told of, and how much they are.

use serde_json::json;
use sim_antom::Event as Gateway;
use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use crate::rules::{Trace, pay};
use crate::rules_gateway::yen;
use crate::rules_refund::paid;

#[test]
fn ref_002_wants_a_refusal_that_was_heard_before_the_merchant_was_killed() {
    let refused = |trace: Trace| trace.hands_back("R", "400", "F REFUND_WINDOW_EXCEED");
    let starts = |trace: Trace| trace.asked("initialize", json!({}));
    let during = |fault: &str| {
        let fault = Gateway::Fault { name: fault.to_owned() };
        refused(starts(refused(paid()).gateway(fault).crossed(10).crashed()))
    };
    during("slow-answer").breaks("REF-002", 14);
    during("trickle-answer").holds("REF-002");
}

#[test]
fn ref_004_is_about_what_was_captured_in_part() {
    let captured = |value: &str| {
        let (capture_request_id, capture_id) = ("C".to_owned(), "c".to_owned());
        let (payment_id, code) = ("pid-P".to_owned(), "SUCCESS".to_owned());
        let amount = Money::parse("JPY", value).unwrap();
        let taken = Gateway::Capture { capture_request_id, capture_id, payment_id, amount, code };
        paid().gateway(taken).hands_back("R", "400", "U REFUND_IN_PROCESS").stands("refunded", "0")
    };
    captured("1000").breaks("REF-004", 13);
    captured("999").holds("REF-004");
}

#[test]
fn ref_008_knows_every_id_that_a_payment_was_given() {
    let back = |trace: Trace| {
        let body = json!({"refundRequestId": "R", "paymentId": "pid-Z", "refundAmount": yen("1000")});
        trace.exchange(Operation::Refund, &body, &json!({}))
    };
    back(paid()).breaks("REF-008", 9);
    let (payment_request_id, payment_id, code) = ("P".to_owned(), "pid-Z".to_owned(), "SUCCESS".to_owned());
    let (amount, status) = (Money::parse("JPY", "1000").unwrap(), PaymentStatus::Success);
    let reference_order_id = None;
    let second = Gateway::Payment { payment_request_id, payment_id, reference_order_id, amount, status, code };
    back(paid().gateway(second)).holds("REF-008");
    let told = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentId": "pid-Z"});
    back(paid().exchange(Operation::Pay, &pay("P"), &told)).holds("REF-008");
}

#[test]
fn ref_010_compares_what_was_claimed_before_and_after_the_payment_was_told_of() {
    let back = || paid().hands_back("R", "400", "S SUCCESS");
    let told = |trace: Trace| trace.notified("P", "PAYMENT_RESULT", "S SUCCESS");
    told(back().stands("paid", "600")).stands("paid", "600").holds("REF-010");
    told(back().stands("paid", "600")).stands("paid", "1000").breaks("REF-010", 16);
    // Nothing was claimed before.
    told(back()).stands("paid", "1000").stands("paid", "600").holds("REF-010");
    // What was booked again in between does not undo what was claimed.
    told(back().stands("paid", "600").stands("paid", "1000")).stands("paid", "1000").breaks("REF-010", 18);
}
