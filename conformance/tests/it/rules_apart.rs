//! Rules keep apart what lies beside each other: two orders of one amount, the payment that a call is about and another one, what
//! came before and what came after.

use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use sim_edc::Event as Terminal;
use wire::antom::{Operation, PaymentStatus, RefundStatus};
use wire::money::Money;

use crate::rules::{Trace, new, pay};
use crate::rules_gateway::yen;

/// Order A of 1000 yen is checked out, and its payment P accepted. Entries 1 to 3.
pub(crate) fn sale() -> Trace {
    new().sold().pays("P", "S SUCCESS")
}

/// The same, and the buyer pays; the merchant is told. Entries 1 to 6.
fn paid() -> Trace {
    sale().ledger("P", PaymentStatus::Success, "SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS")
}

/// A refund of another payment.
fn gives_another_back(trace: Trace) -> Trace {
    let body = json!({"refundRequestId": "X", "paymentId": "pid-X", "refundAmount": yen("1000")});
    trace.exchange(Operation::Refund, &body, &json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}}))
}

#[test]
fn two_orders_of_one_amount_have_a_payment_each() {
    let mut second = pay("Q");
    second["order"]["referenceOrderId"] = json!("B");
    let both = || {
        new().sold().checkout("B", "entry-code", "JPY", "1000").pays("P", "S SUCCESS").pays_with(&second, "S SUCCESS")
    };
    let told = |id: &str| both().notified(id, "PAYMENT_RESULT", "S SUCCESS");
    told("P").stands("paid", "1000").holds("PAY-009");
    told("Q").stands("paid", "1000").breaks("PAY-009", 10);
    told("Q").status("B", "paid", "JPY", "1000").holds("PAY-009");
}

#[test]
fn two_batches_of_one_amount_have_their_orders_each() {
    let batch = |id: &str, order: &str| {
        json!({"batchPaymentRequestId": id, "paymentAmount": yen("1000"),
            "orderList": [{"referenceOrderId": order, "orderAmount": yen("1000")}]})
    };
    let made = |trace: Trace, id: &str, order: &str| {
        let told = json!({"result": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS"}, "normalUrl": "https://w.test",
            "orderSummaries": [{"referenceOrderId": order, "transactionId": format!("pid-{id}-{order}")}]});
        let orders = json!([{"order": order, "amount": yen("1000")}]);
        let asked = trace.asked("checkoutBatch", json!({"batch": id, "orders": orders}));
        asked.exchange(Operation::BatchPay, &batch(id, order), &told)
    };
    let both = || made(made(new(), "G", "A"), "H", "B");
    let told = |id: &str| both().notified(id, "PAYMENT_RESULT", "S SUCCESS");
    told("G").stands("paid", "1000").holds("BAT-007");
    told("H").stands("paid", "1000").breaks("BAT-007", 10);
}

#[test]
fn what_is_asked_for_one_order_says_nothing_of_another() {
    let called_off = |order: &str| {
        let asked = paid().stands("paid", "1000").asked("cancel", json!({ "order": order }));
        asked.cancels("P", "S SUCCESS")
    };
    called_off("A").holds("CAN-006");
    called_off("B").breaks("CAN-006", 10);
    let in_batch = |order: &str| {
        let asked = paid().stands("paid", "1000").asked("cancel", json!({"orders": [{"order": order}]}));
        asked.cancels("P", "S SUCCESS")
    };
    in_batch("A").holds("CAN-006");
    in_batch("B").breaks("CAN-006", 10);
    // Nor does what another order is called.
    let beside = new().sold().checkout("B", "entry-code", "JPY", "500").pays("P", "S SUCCESS").stands("open", "0");
    beside.status("B", "paid", "JPY", "500").cancels("P", "S SUCCESS").holds("CAN-006");
    let beside = paid().stands("paid", "1000").notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL");
    beside.again().stands("paid", "1000").holds("NTF-014");
    beside.again().status("B", "failed", "JPY", "0").holds("NTF-014");
    beside.stands("failed", "0").breaks("NTF-014", 12);
}

#[test]
fn an_answer_belongs_to_the_call_that_was_made_for_it() {
    // Whose state is asked for is said by the question, not by what is asked of the merchant meanwhile.
    let asked = sale().asked("orderStatus", json!({"order": "A"})).asked("cancel", json!({"order": "B"}));
    asked.replied("orderStatus", json!({"state": "paid", "booked": yen("1000")})).breaks("PAY-009", 6);
    // Only what answers initialize has started.
    let down = || sale().crashed().replied("orderStatus", json!({"state": "open"}));
    down().notice(1, "P", true, false).holds("NTF-003");
    down().replied("initialize", json!({})).notice(1, "P", true, false).breaks("NTF-003", 8);
}

#[test]
fn a_refund_of_another_payment_gives_nothing_back() {
    let late = || paid().cancels("P", "F CANCEL_WINDOW_EXCEED");
    late().hands_back("R", "1000", "S SUCCESS").pause(60).ended().holds("CAN-004");
    gives_another_back(late()).pause(60).ended().breaks("CAN-004", 8);
    let before = paid().hands_back("R", "1000", "S SUCCESS").cancels("P", "F CANCEL_WINDOW_EXCEED");
    before.pause(60).ended().breaks("CAN-004", 10);
    let given_up = || sale().stands("failed", "0").ledger("P", PaymentStatus::Success, "SUCCESS");
    let told = || given_up().notified("P", "PAYMENT_RESULT", "S SUCCESS");
    told().hands_back("R", "1000", "S SUCCESS").stands("failed", "0").ended().holds("NTF-013");
    gives_another_back(told()).stands("failed", "0").ended().breaks("NTF-013", 12);
    // As long as a case goes on, something may still be done.
    told().stands("failed", "0").holds("NTF-013");
}

#[test]
fn money_is_taken_and_given_back_by_the_payment_that_it_is_of() {
    let amount = Money::parse("JPY", "1000").unwrap();
    let captured = |id: &str| {
        let (capture_request_id, capture_id, payment_id) = ("C".to_owned(), "c".to_owned(), id.to_owned());
        paid().gateway(Gateway::Capture {
            capture_request_id,
            capture_id,
            payment_id,
            amount,
            code: "SUCCESS".to_owned(),
        })
    };
    captured("pid-X").stands("paid", "1000").ended().holds("MONEY-001");
    captured("pid-P").stands("paid", "1000").ended().holds("MONEY-001");
    let twice = || paid().pays("Q", "S SUCCESS").ledger("Q", PaymentStatus::Success, "SUCCESS");
    let back = |status| twice().given_back("R", "1000", status).stands("paid", "1000").ended();
    back(RefundStatus::Success).holds("PAY-023");
    back(RefundStatus::Fail).breaks("PAY-023", 9);
}

#[test]
fn what_was_said_before_it_was_killed_is_not_forgotten() {
    let unknown = || new().sold().pays("P", "U UNKNOWN_EXCEPTION");
    let told = |trace: Trace, method: &str, state: &str| trace.replied(method, json!({ "state": state }));
    let killed = |trace: Trace| trace.crashed().pause(600).ended();
    killed(told(unknown(), "checkout", "failed")).holds("INQ-010");
    killed(told(unknown(), "checkout", "open")).breaks("INQ-010", 5);
    killed(told(unknown(), "orderStatus", "failed")).breaks("INQ-010", 5);
    killed(told(new().sold(), "checkout", "failed").pays("P", "U UNKNOWN_EXCEPTION")).breaks("INQ-010", 5);
    // A stranger's notification is no question, and no answer.
    sale().crashed().notice(1, "P", false, false).pause(600).ended().breaks("INQ-010", 4);
}

#[test]
fn a_failure_that_never_was_ends_nothing() {
    let asks = |trace: Trace| (0..7).fold(trace, |trace, _| trace.inquires("P", "PROCESSING"));
    let told = || sale().notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL");
    asks(told()).says_nothing_of("INQ-011");
    let failed =
        sale().ledger("P", PaymentStatus::Fail, "PROCESS_FAIL").notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL");
    asks(failed).breaks("INQ-011", 17);
    let pending = || sale().inquires("P", "PENDING");
    pending().stands("failed", "0").breaks("INQ-005", 7);
    pending().ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED").stands("failed", "0").holds("INQ-005");
}

#[test]
fn what_has_no_known_end_is_ended_by_an_inquiry_and_not_by_a_notification() {
    let unsure = || sale().cancels("P", "U UNKNOWN_EXCEPTION");
    let waits = |trace: Trace| trace.stands("open", "0").pause(600).ended();
    waits(unsure().inquires("P", "SUCCESS")).says_nothing_of("OPS-001");
    waits(unsure().notified("P", "PAYMENT_RESULT", "S SUCCESS")).breaks("OPS-001", 9);
}

#[test]
fn the_counter_is_looked_after_by_the_same_request_too() {
    let mut counter = pay("P");
    counter["paymentFactor"] = json!({"inStorePaymentScenario": "PaymentCode"});
    counter["paymentMethod"] = json!({"paymentMethodType": "CONNECT_WALLET", "paymentMethodId": "2881"});
    let sold = || new().checkout("A", "payment-code", "JPY", "1000");
    let unsure = || sold().pays_with(&counter, "U PAYMENT_IN_PROCESS");
    unsure().pays_with(&counter, "U PAYMENT_IN_PROCESS").pause(60).ended().holds("PAY-030");
    unsure().pause(60).ended().breaks("PAY-030", 2);
    // What the order was called before is about the try before.
    let again = sold().stands("failed", "0").pays_with(&counter, "U PAYMENT_IN_PROCESS");
    again.inquires("P", "PROCESSING").holds("PAY-030");
    // Each life counts anew.
    let asks = |trace: Trace, n: usize| (0..n).fold(trace, |trace, _| trace.inquires("P", "PROCESSING"));
    asks(asks(unsure(), 20).crashed(), 20).holds("PAY-030");
    asks(asks(unsure(), 10).crashed(), 31).breaks("PAY-030", 85);
}

#[test]
fn an_answer_that_was_cut_off_was_not_waited_for() {
    let slow = |how| sale().wait(6).unheard(how).pays("P", "S SUCCESS");
    slow(LostHow::Silence).breaks("PAY-008", 4);
    slow(LostHow::Close).says_nothing_of("PAY-008");
}

#[test]
fn a_stranger_is_not_answered_by_one_who_is_down() {
    let strange = |trace: Trace| {
        let body = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "X", "paymentId": "pid-X", "paymentAmount": yen("1000")});
        trace.delivered("X", &body, true).answered(None, Some("was not answered: connection refused"))
    };
    strange(sale()).breaks("NTF-009", 5);
    strange(sale().crashed()).holds("NTF-009");
}

#[test]
fn findings_name_what_they_are_about() {
    let part = paid().given_back("R", "400", RefundStatus::Success).stands("paid", "1000").ended();
    assert_eq!(part.words("MONEY-004"), "JPY 600 is left of what was taken for order A; JPY 1000 is booked");
    let expiry = |time: &str| {
        let mut body = pay("P");
        body["paymentExpiryTime"] = json!(time);
        body["productCode"] = json!("CASHIER_PAYMENT");
        body["paymentFactor"] = Value::Null;
        body["paymentMethod"]["paymentMethodType"] = json!("GCASH");
        new().pays_with(&body, "S SUCCESS").words("PAY-019")
    };
    assert_eq!(expiry("2026-01-05T10:30:01Z"), "paymentExpiryTime is 30 min ahead; GCASH may have less than 10");
}

#[test]
fn a_busy_terminal_is_asked_again_for_the_same_and_not_for_another_amount() {
    let busy = |trace: Trace, n: usize, value: &str| {
        let result = json!({"id": n.to_string(), "outcome": "commandFailed", "errorCode": "CommandDeviceBusy"});
        trace.purchase(&n.to_string(), value, value).sent(wire::edc::Kind::Result, result, None)
    };
    let two = (1..=24).fold(new(), |trace, n| busy(trace, n, if n % 2 == 0 { "100" } else { "200" }));
    two.holds("EDC-P11");
    busy(new(), 1, "100").at_once().purchase("2", "S", "200").holds("EDC-P11");
    busy(new(), 1, "100").at_once().purchase("2", "100", "100").breaks("EDC-P11", 3);
    busy(new(), 1, "100").at_once().crashed().at_once().purchase("2", "100", "100").holds("EDC-P11");
}

#[test]
fn another_order_of_another_amount_is_no_reason_to_charge_again() {
    let fails = |code: &str| {
        let data = json!({"requestId": "R", "paymentAmount": {"currency": "KRW", "value": "100"}, "result": {"resultCode": code}});
        let result = json!({"id": "1", "outcome": "businessFailed", "responseData": data});
        let sold = new().checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
        sold.sent(wire::edc::Kind::Result, result, None)
    };
    for (by, value) in [("terminal", "200"), ("entry-code", "100")] {
        fails("PROCESS_FAIL").checkout("B", by, "KRW", value).purchase("2", "S", "100").breaks("EDC-P41", 5);
    }
    fails("PROCESS_FAIL").checkout("B", "terminal", "KRW", "100").purchase("2", "S", "100").holds("EDC-P41");
    // A repeat that was refused is resolved by a record that says that it failed, and by no other.
    let told = |code: &str| {
        let data = json!({"requestId": "R", "paymentAmount": {"currency": "KRW", "value": "100"}, "result": {"resultCode": code}});
        let asked = fails("REPEAT_REQ_REJECT").command("2", "GetLastTransaction", json!({}));
        asked.result("2", data, None, 1).purchase("3", "S", "100")
    };
    told("PROCESS_FAIL").holds("EDC-P40");
    told("SUCCESS").breaks("EDC-P40", 6);
    told("UNKNOWN").breaks("EDC-P40", 6);
}

#[test]
fn a_stray_between_two_others_is_still_a_stray() {
    let nak = || Terminal::Nak { direction: sim_edc::Direction::FromPos, stray: false };
    let refused = || new().terminal(Terminal::Opened).trouble("stray-ack").at_once().terminal(nak()).at_once();
    refused().trouble("stray-nak").breaks("LINE-L06", 3);
    refused().trouble("nak-storm").breaks("LINE-L06", 3);
    refused().trouble("line-noise").holds("LINE-L06");
}

#[test]
fn what_is_known_or_over_may_be_closed_for_either_reason() {
    sale().inquires("P", "FAIL").inquires("P", "PENDING").stands("failed", "0").holds("INQ-005");
    sale().inquires("P", "FAIL").stands("failed", "0").holds("CAN-001");
    sale().ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED").stands("failed", "0").holds("CAN-001");
    sale().stands("failed", "0").breaks("CAN-001", 5);
    let unsure = || sale().cancels("P", "U UNKNOWN_EXCEPTION");
    unsure().inquires("P", "SUCCESS").pause(600).ended().holds("CAN-002");
    unsure().inquires("P", "PROCESSING").pause(600).ended().breaks("CAN-002", 5);
    // Whoever lost a race has time to clear it up.
    let lost = || paid().cancels("P", "F ORDER_STATUS_INVALID").stands("cancelled", "0");
    lost().ended().holds("CAN-009");
    lost().pause(60).ended().breaks("CAN-009", 10);
}

#[test]
fn two_sales_of_one_amount_are_told_apart_by_the_merchants_reference() {
    let lost =
        || new().sold().checkout("B", "entry-code", "JPY", "1000").pays("P", "S SUCCESS").unheard(LostHow::Close);
    let mut second = pay("Q");
    lost().pays_with(&second, "S SUCCESS").breaks("PAY-007", 5);
    second["order"]["referenceOrderId"] = json!("B");
    lost().pays_with(&second, "S SUCCESS").holds("PAY-007");
}

#[test]
fn a_refund_in_the_ledger_is_of_one_payment() {
    let twice = || paid().pays("Q", "S SUCCESS").ledger("Q", PaymentStatus::Success, "SUCCESS");
    let amount = Money::parse("JPY", "1000").unwrap();
    let (refund_request_id, refund_id, code) = ("R".to_owned(), "rid".to_owned(), "SUCCESS".to_owned());
    let (payment_id, status) = ("pid-X".to_owned(), RefundStatus::Success);
    let refund = Gateway::Refund { refund_request_id, refund_id, payment_id, amount, status, code };
    twice().gateway(refund).stands("paid", "1000").ended().breaks("PAY-023", 9);
}

#[test]
fn another_buyer_is_no_repetition_only_when_somebody_asked_for_it() {
    let limited = |trace: Trace, id: &str| trace.at_once().millis(100).pays(id, "U REQUEST_TRAFFIC_EXCEED_LIMIT");
    limited(limited(limited(new(), "P"), "Q"), "R").breaks("OPS-003", 5);
    let asked = |trace: Trace| trace.at_once().checkout("B", "entry-code", "JPY", "2000");
    limited(asked(limited(asked(limited(new(), "P")), "Q")), "R").holds("OPS-003");
    limited(asked(limited(asked(limited(new(), "P")), "P")), "P").breaks("OPS-003", 7);
}

#[test]
fn a_trace_without_a_driver_says_nothing_of_books() {
    let bare = || new().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS").ended();
    for id in ["MONEY-001", "MONEY-002", "MONEY-003", "MONEY-004", "OPS-002"] {
        bare().says_nothing_of(id);
    }
}

#[test]
fn an_id_that_a_notification_told_may_be_asked_by() {
    let unknown = || new().sold().pays("P", "U UNKNOWN_EXCEPTION");
    let asks = |trace: Trace| trace.exchange(Operation::Cancel, &json!({"paymentId": "pid-P"}), &json!({}));
    asks(unknown()).breaks("PAY-020", 4);
    let told = asks(unknown().notified("P", "PAYMENT_RESULT", "S SUCCESS"));
    assert!(!matches!(told.found("PAY-020"), conformance::rule::Judgement::Broken(_)));
}
