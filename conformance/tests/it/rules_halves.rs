//! Conditions of two halves: traces that have the one without the other. First the till, then the gateway.

use serde_json::{Value, json};
use sim_antom::Event as Gateway;
use sim_edc::{Event as Terminal, Note, RecordKind};
use wire::antom::{Operation, PaymentStatus};
use wire::edc::Kind;
use wire::money::Money;

use conformance::rule::Judgement;

use crate::rules::{Trace, new, pay, success};
use crate::rules_apart::sale as order;
use crate::rules_edc::{data, sale};
use crate::rules_gateway::yen;
use crate::rules_refund::{asks as asks_back, paid};

#[track_caller]
fn is_not_broken(trace: &Trace, requirement: &str) {
    let found = trace.found(requirement);
    assert!(!matches!(found, Judgement::Broken(_)), "{requirement}: {found:?}");
}

#[test]
fn edc_p21_is_about_the_purchase_before_the_cancel() {
    let opened = || new().terminal(Terminal::Opened).purchase("1", "R", "100").event("1", "CARD_DETECTED");
    opened().calls_off("2").purchase("3", "S", "100").breaks("EDC-P21", 4);
    // Something else in between is no other purchase.
    opened().asks("9").calls_off("2").breaks("EDC-P21", 5);
}

#[test]
fn edc_p24_says_nothing_when_the_sale_had_ended_before() {
    let ended = sale().success("1", "R", "100").calls_off("2").fails("2", "CommandInvalid");
    ended.says("A", "failed").says_nothing_of("EDC-P24");
}

#[test]
fn edc_p27_counts_what_was_asked_and_heard_after_the_silence() {
    let failed = || json!({"requestId": "R", "result": {"resultCode": "PROCESS_FAIL"}});
    let early = new().checkout("A", "terminal", "KRW", "100").asks("0").result("0", failed(), None, 1);
    early.purchase("1", "R", "100").lost("1", "R", "100").purchase("3", "S", "100").breaks("EDC-P27", 6);
    let lost = || sale().lost("1", "R", "100").asks("2");
    lost().result("2", failed(), Some(Note::Corrupted), 1).purchase("3", "S", "100").breaks("EDC-P27", 6);
    lost().result("2", failed(), None, 1).purchase("3", "S", "100").holds("EDC-P27");
    lost().purchase("3", "S", "100").result("2", failed(), None, 1).breaks("EDC-P27", 5);
    // The same frame once more is excused by noise, and nothing else is; nor is another frame by noise.
    sale().purchase("1", "R", "100").breaks("EDC-P27", 3);
    sale().trouble("line-noise").purchase("1", "R", "100").holds("EDC-P27");
    sale().lost("1", "R", "100").trouble("line-noise").purchase("2", "S", "100").breaks("EDC-P27", 5);
    // A failure that was altered is one of this command, and a failure.
    let other = json!({"id": "2", "outcome": "businessFailed", "responseData": success("R", "101")});
    let altered = sale().asks("2").trouble("altered-amount").sent(Kind::Result, other, Some(Note::Corrupted));
    altered.purchase("3", "S", "100").breaks("EDC-P27", 6);
}

#[test]
fn edc_p33_looks_at_what_was_told_before_the_restart() {
    let told = || sale().asks("2").success("2", "R", "100");
    told().killed().purchase("3", "S", "200").says_nothing_of("EDC-P33");
    sale().asks("2").killed().success("2", "R", "100").purchase("3", "S", "200").breaks("EDC-P33", 6);
    // Parked alone is no excuse for going on.
    sale().says("A", "parked").killed().purchase("2", "S", "200").breaks("EDC-P33", 6);
}

#[test]
fn edc_p36_wants_metadata_that_was_heard_and_heard_before() {
    let refunded = |trace: Trace| trace.gives_back("2", "S", "100", "M");
    refunded(sale().result("1", data("M"), None, 1)).holds("EDC-P36");
    refunded(sale().result("1", data("M"), Some(Note::Lost), 1)).breaks("EDC-P36", 4);
    refunded(sale()).result("1", data("M"), None, 1).breaks("EDC-P36", 3);
}

#[test]
fn edc_p38_finds_the_order_by_way_and_amount() {
    let cancelled = |trace: Trace| {
        let sold = trace.purchase("1", "R", "100").result("1", data("M"), None, 1).refund("A", "100");
        let ended = sold.gives_back("2", "S", "100", "M").ends("2", "S", "100", "ORDER_IS_CANCELED");
        ended.says("A", "paid").ended()
    };
    let ours = || new().checkout("A", "terminal", "KRW", "100");
    cancelled(ours().checkout("B", "terminal", "KRW", "200")).breaks("EDC-P38", 9);
    cancelled(ours().checkout("B", "entry-code", "KRW", "100")).breaks("EDC-P38", 9);
    cancelled(ours().checkout("B", "terminal", "KRW", "100")).says_nothing_of("EDC-P38");
}

#[test]
fn edc_p11_lets_another_order_be_sold_at_once() {
    let sold = |by: &str, won: &str| new().checkout("A", "terminal", "KRW", "100").checkout("B", by, "KRW", won);
    let busy = |trace: Trace| trace.purchase("1", "R", "100").fails("1", "CommandDeviceBusy").at_once();
    busy(sold("terminal", "100")).purchase("2", "S", "100").holds("EDC-P11");
    busy(sold("terminal", "100")).purchase("2", "R", "100").breaks("EDC-P11", 5);
    for (by, won) in [("terminal", "200"), ("entry-code", "100")] {
        busy(sold(by, won)).purchase("2", "S", "100").breaks("EDC-P11", 5);
    }
    let late = busy(new().checkout("A", "terminal", "KRW", "100")).purchase("2", "S", "100");
    late.checkout("B", "terminal", "KRW", "100").breaks("EDC-P11", 4);
    // What was sold for another amount, or is sold later, makes no difference.
    let before = || new().checkout("C", "terminal", "KRW", "200").purchase("0", "T", "200").success("0", "T", "200");
    let both = before().checkout("A", "terminal", "KRW", "100").checkout("B", "terminal", "KRW", "100");
    let second = busy(both).purchase("2", "S", "100").success("2", "S", "100");
    second.again().holds("EDC-P11");
    second.pause(60).purchase("3", "U", "100").holds("EDC-P11");
}

#[test]
fn edc_p16_finds_the_order_by_way_and_amount() {
    let given_up = |by: &str, won: &str| {
        let sold =
            new().checkout("B", by, "KRW", won).checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
        sold.pause(60).says("A", "failed")
    };
    given_up("terminal", "200").breaks("EDC-P16", 5);
    given_up("entry-code", "100").breaks("EDC-P16", 5);
}

#[test]
fn edc_p40_takes_a_record_that_came_before_the_next_purchase() {
    let refused = || sale().ends("1", "R", "100", "REPEAT_REQ_REJECT").asks("2");
    let told =
        |trace: Trace| trace.result("2", json!({"requestId": "R", "result": {"resultCode": "PROCESS_FAIL"}}), None, 1);
    told(refused()).purchase("3", "S", "100").holds("EDC-P40");
    told(refused().purchase("3", "S", "100")).breaks("EDC-P40", 5);
}

#[test]
fn edc_p44_wants_both_ids() {
    let called = |trace: Trace| trace.status("A", "paid", "KRW", "100");
    called(sale().success("1", "X", "100")).breaks("EDC-P44", 5);
    called(sale().success("9", "R", "100")).breaks("EDC-P44", 5);
    let record = |request_id: Value| {
        let mut told = success("R", "100");
        told["requestId"] = request_id;
        let told = json!({"id": "2", "commandName": "GetLastTransaction", "responseData": told});
        called(sale().success("9", "X", "100").asks("2").sent(Kind::Result, told, None))
    };
    record(json!("R")).holds("EDC-P44");
    record(Value::Null).holds("EDC-P44");
    record(json!("X")).breaks("EDC-P44", 7);
}

#[test]
fn money_that_was_refused_was_not_taken() {
    let sold = || sale().recorded("R", 100).success("1", "R", "100");
    let refused = |code: &str| {
        let (kind, request_id, result_code) = (RecordKind::Purchase, "X".to_owned(), code.to_owned());
        let record = Terminal::Recorded { kind, request_id, amount: Money::krw(7), result_code };
        sold().terminal(record).status("A", "paid", "KRW", "100").ended()
    };
    refused("PROCESS_FAIL").holds("MONEY-001");
    refused("SUCCESS").breaks("MONEY-001", 5);
    // What was taken twice is another rule's.
    let twice = sold().recorded("S", 100).status("A", "paid", "KRW", "100").ended();
    is_not_broken(&twice, "MONEY-004");
}

#[test]
fn findings_name_the_place_of_an_amount() {
    let mut body = pay("P");
    body["order"]["goods"] = json!([{"referenceGoodsId": "1", "goodsUnitAmount": {"currency": "JPY", "value": 1000}}]);
    let words = new().pays_with(&body, "S SUCCESS").words("AMT-002");
    assert!(words.starts_with("order.goods[0].goodsUnitAmount "), "{words}");
    let mut body = pay("P");
    body["paymentAmount"]["value"] = json!("1.0");
    let words = new().pays_with(&body, "S SUCCESS").words("AMT-002");
    assert!(words.starts_with("paymentAmount "), "{words}");
}

#[test]
fn sig_003_reads_thirteen_digits_as_a_time_and_no_other_number() {
    order().header("Request-Time", Some("1767607200000")).holds("SIG-003");
    order().header("Request-Time", Some("1767607200")).breaks("SIG-003", 2);
    order().header("Request-Time", Some("176760720000a")).breaks("SIG-003", 2);
}

#[test]
fn pay_001_knows_the_way_of_two_orders_that_are_sold_alike() {
    let mut body = pay("P");
    body["paymentFactor"]["inStorePaymentScenario"] = json!("OrderCode");
    let sold = |by: &str| new().sold().checkout("B", by, "JPY", "1000").pays_with(&body, "S SUCCESS");
    sold("entry-code").breaks("PAY-001", 3);
    sold("order-code").holds("PAY-001");
}

#[test]
fn pay_003_lets_a_long_user_agent_be_cut_and_no_other() {
    let sold = |agent: &str, sent: &str| {
        let params = json!({"order": "A", "by": "entry-code", "amount": yen("1000"), "userAgent": agent});
        let mut body = pay("P");
        body["order"]["env"]["userAgent"] = json!(sent);
        new().asked("checkout", params).pays_with(&body, "S SUCCESS")
    };
    let long = "x".repeat(3000);
    sold(&long, &"x".repeat(2048)).holds("PAY-003");
    sold(&long, &"x".repeat(2047)).breaks("PAY-003", 2);
    sold(&long, &"y".repeat(2048)).breaks("PAY-003", 2);
    sold("AlipayClient", "Alipay").breaks("PAY-003", 2);
}

#[test]
fn pay_010_compares_what_a_form_is_sent_with_when_it_is_posted() {
    let sent = |method: &str, given: &str| {
        let form = json!({"redirectUrl": "https://w.test", "method": method, "parameters": "a=1"});
        let told = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "redirectActionForm": form});
        let redirect = json!({"url": "https://w.test", "method": method, "parameters": given});
        let asked = new().sold().exchange(Operation::Pay, &pay("P"), &told);
        asked.replied("checkout", json!({"state": "open", "redirect": redirect}))
    };
    sent("POST", "a=1").holds("PAY-010");
    sent("POST", "a=2").breaks("PAY-010", 4);
    sent("GET", "a=2").holds("PAY-010");
}

#[test]
fn pay_018_ends_an_order_when_all_its_payments_have_expired() {
    let closed = || order().ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED");
    let waits = |trace: Trace| trace.pause(7200).stands("open", "0").pause(3600).ended();
    waits(closed()).breaks("PAY-018", 6);
    let both = waits(closed().pays("Q", "S SUCCESS"));
    is_not_broken(&both, "PAY-018");
}

#[test]
fn pay_026_wants_two_letters_and_upper_case() {
    let of = |region: &str| {
        let mut body = pay("P");
        body["merchantRegion"] = json!(region);
        new().pays_with(&body, "S SUCCESS")
    };
    of("JP").holds("PAY-026");
    of("jp").breaks("PAY-026", 1);
    of("JPN").breaks("PAY-026", 1);
}

#[test]
fn inq_006_lets_what_is_over_be_closed_whatever_was_asked_last() {
    let unclear = |trace: Trace| trace.inquires("P", "U UNKNOWN_EXCEPTION");
    let over = || order().ledger("P", PaymentStatus::Fail, "PROCESS_FAIL");
    unclear(order()).stands("failed", "0").breaks("INQ-006", 7);
    unclear(over()).stands("failed", "0").holds("INQ-006");
    unclear(order()).ledger("P", PaymentStatus::Fail, "PROCESS_FAIL").stands("failed", "0").holds("INQ-006");
    let told = unclear(over()).notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL");
    unclear(told).stands("failed", "0").holds("INQ-006");
    unclear(order()).inquires("P", "PROCESSING").stands("failed", "0").holds("INQ-006");
}

#[test]
fn inq_007_is_excused_by_an_answer_to_pay_and_by_no_other() {
    let missing = || new().sold().pays("P", "U UNKNOWN_EXCEPTION").inquires("P", "F ORDER_NOT_EXIST");
    missing().stands("failed", "0").breaks("INQ-007", 7);
    missing().notice(9, "P", false, false).stands("failed", "0").breaks("INQ-007", 9);
    missing().pays("P", "U PAYMENT_IN_PROCESS").stands("failed", "0").holds("INQ-007");
}

#[test]
fn can_002_is_not_excused_by_what_was_known_before() {
    let unsure = |trace: Trace| trace.cancels("P", "U UNKNOWN_EXCEPTION").pause(600).ended();
    unsure(order().inquires("P", "SUCCESS")).breaks("CAN-002", 7);
    unsure(order()).breaks("CAN-002", 5);
}

#[test]
fn can_004_wants_a_refusal_that_was_surely_heard() {
    let refused = |seconds: u64| paid().cancels("P", "F CANCEL_WINDOW_EXCEED").wait(seconds).pause(600).ended();
    refused(1).breaks("CAN-004", 10);
    is_not_broken(&refused(6), "CAN-004");
}

#[test]
fn ops_001_is_about_what_has_no_known_end() {
    let tried = |code: &str| order().cancels("P", code).stands("open", "0").pause(600).ended();
    tried("U UNKNOWN_EXCEPTION").breaks("OPS-001", 7);
    tried("U PAYMENT_IN_PROCESS").says_nothing_of("OPS-001");
}

#[test]
fn ntf_014_is_excused_by_a_cancel_of_this_order_and_by_nothing_else() {
    let turned = |method: &str, order: &str| {
        let asked = paid().asked(method, json!({ "order": order }));
        asked.notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL").stands("failed", "0")
    };
    turned("cancel", "A").holds("NTF-014");
    turned("cancel", "B").breaks("NTF-014", 13);
    turned("capture", "A").breaks("NTF-014", 13);
}

#[test]
fn ntf_016_is_about_payments_that_were_asked_for() {
    let paid = |trace: Trace| trace.ledger("P", PaymentStatus::Success, "SUCCESS").pause(7200).ended();
    paid(order()).breaks("NTF-016", 4);
    paid(new()).says_nothing_of("NTF-016");
}

#[test]
fn ref_002_lets_what_was_on_its_way_when_the_merchant_was_killed_be_sent_again() {
    let refused = |trace: Trace| trace.hands_back("R", "400", "F REFUND_WINDOW_EXCEED");
    let starts = |trace: Trace| trace.asked("initialize", json!({}));
    refused(starts(refused(paid().crashed()))).holds("REF-002");
    refused(refused(starts(paid().crashed()))).breaks("REF-002", 13);
}

#[test]
fn ref_004_is_about_the_order_that_is_given_back() {
    let unsure = || paid().hands_back("R", "1000", "U REFUND_IN_PROCESS");
    unsure().status("B", "refunded", "JPY", "0").holds("REF-004");
    unsure().stands("refunded", "0").breaks("REF-004", 12);
    // What was captured of another payment makes no difference.
    let (capture_request_id, capture_id) = ("C".to_owned(), "c".to_owned());
    let (payment_id, code) = ("pid-X".to_owned(), "SUCCESS".to_owned());
    let amount = Money::parse("JPY", "400").unwrap();
    let other = Gateway::Capture { capture_request_id, capture_id, payment_id, amount, code };
    unsure().gateway(other).stands("refunded", "0").breaks("REF-004", 13);
}

#[test]
fn ref_005_compares_the_amount_of_an_inquired_refund() {
    let told = |value: &str| {
        let said = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "refundStatus": "SUCCESS",
            "refundRequestId": "R", "refundAmount": yen(value)});
        let asked = paid().hands_back("R", "400", "U REFUND_IN_PROCESS");
        asked.exchange(Operation::InquiryRefund, &json!({"refundRequestId": "R"}), &said).stands("paid", "600")
    };
    told("400").holds("REF-005");
    told("500").breaks("REF-005", 14);
}

#[test]
fn ref_007_knows_whose_refund_ended_and_between_which_clicks() {
    let clicked = || asks_back(paid(), "400").hands_back("R", "400", "U REFUND_IN_PROCESS");
    let again = |trace: Trace| asks_back(trace, "400").hands_back("S", "400", "S SUCCESS");
    again(clicked()).breaks("REF-007", 13);
    again(clicked().asks_for_refund("R", "PROCESSING")).breaks("REF-007", 15);
    again(clicked().asks_for_refund("R", "SUCCESS")).says_nothing_of("REF-007");
    let another = json!({"refundRequestId": "X", "paymentId": "pid-X", "refundAmount": yen("1000")});
    let told = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}});
    again(clicked().exchange(Operation::Refund, &another, &told)).breaks("REF-007", 15);
    let twice = asks_back(asks_back(paid(), "400"), "400").hands_back("R", "400", "S SUCCESS");
    again(twice).holds("REF-007");
}

#[test]
fn ref_010_is_about_the_order_that_was_given_back() {
    let back = || paid().hands_back("R", "1000", "S SUCCESS");
    let told = |trace: Trace| trace.notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000");
    told(back().stands("refunded", "0")).breaks("REF-010", 16);
    told(back().status("B", "refunded", "JPY", "0")).holds("REF-010");
}

/// A batch of order A of 1000 yen and order B of 500, paid. Entries 1 to 4.
fn batch() -> Trace {
    let item = |name: &str, value: &str| json!({"referenceOrderId": name, "orderAmount": yen(value)});
    let body = json!({"batchPaymentRequestId": "G", "paymentAmount": yen("1500"),
        "orderList": [item("A", "1000"), item("B", "500")]});
    let told = json!({"result": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS"}, "normalUrl": "https://w.test",
        "orderSummaries": [{"referenceOrderId": "A", "transactionId": "a"}, {"referenceOrderId": "B", "transactionId": "b"}]});
    let orders = json!([{"order": "A", "amount": yen("1000")}, {"order": "B", "amount": yen("500")}]);
    let asked = new().asked("checkoutBatch", json!({"batch": "G", "orders": orders}));
    asked.exchange(Operation::BatchPay, &body, &told).ledger("G", PaymentStatus::Success, "SUCCESS")
}

#[test]
fn a_part_of_a_batch_is_called_off_by_an_answer_that_says_so() {
    let cancelled = |status: &str| {
        let answer = json!({"result": {"resultStatus": status, "resultCode": "SUCCESS"}});
        let off = batch().exchange(Operation::Cancel, &json!({"paymentId": "a"}), &answer);
        off.stands("cancelled", "0").status("B", "paid", "JPY", "500").ended()
    };
    is_not_broken(&cancelled("S"), "MONEY-004");
    cancelled("F").breaks("MONEY-004", 8);
}

#[test]
fn a_refund_is_of_one_order_of_a_batch() {
    let body = json!({"refundRequestId": "R", "paymentId": "a", "refundAmount": yen("1000")});
    let unsure = json!({"result": {"resultStatus": "U", "resultCode": "REFUND_IN_PROCESS"}});
    let asked = || batch().exchange(Operation::Refund, &body, &unsure);
    asked().status("B", "refunded", "JPY", "0").holds("REF-004");
    asked().stands("refunded", "0").breaks("REF-004", 8);
}
