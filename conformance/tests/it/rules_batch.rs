//! Rules about batches and sessions: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use crate::rules::{Trace, new, pay};
use crate::rules_gateway::yen;

const URL: &str = "https://wallet.test/G";

fn listed(name: &str, merchant: &str, value: &str) -> Value {
    json!({"referenceOrderId": name, "orderDescription": "tea", "orderAmount": yen(value),
        "merchant": {"referenceMerchantId": merchant, "merchantName": merchant}})
}

/// A batch of order A of 1000 yen and order B of 500.
pub(crate) fn batch(id: &str) -> Value {
    json!({"productCode": "CASHIER_PAYMENT", "batchPaymentRequestId": id, "paymentAmount": yen("1500"),
        "paymentMethod": {"paymentMethodType": "GCASH"}, "paymentRedirectUrl": "http://127.0.0.1/b",
        "paymentNotifyUrl": "http://127.0.0.1/n", "env": {"terminalType": "WEB"},
        "orderList": [listed("A", "M1", "1000"), listed("B", "M2", "500")]})
}

fn but(pointer: &str, value: Value) -> Trace {
    let mut body = batch("G");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        object => object[name] = value,
    }
    new().exchange(Operation::BatchPay, &body, &json!({}))
}

pub(crate) trait Batches {
    fn batches(self, id: &str, answer: &str) -> Self;
}

impl Batches for Trace {
    /// batchPay; the answer `U PAYMENT_IN_PROCESS` has a URL, `U PAYMENT_IN_PROCESS bare` has none.
    fn batches(self, id: &str, answer: &str) -> Self {
        let (status, code) = answer.split_once(' ').unwrap();
        let (code, bare) = code.split_once(' ').map_or((code, false), |(code, _)| (code, true));
        let mut told = json!({"result": {"resultStatus": status, "resultCode": code}});
        if code == "PAYMENT_IN_PROCESS" && !bare {
            told["normalUrl"] = json!(URL);
        }
        self.exchange(Operation::BatchPay, &batch(id), &told)
    }
}

/// The orders are checked out. One entry.
pub(crate) fn cart() -> Trace {
    let order = |name: &str, value: &str| json!({"order": name, "amount": yen(value)});
    new().asked("checkoutBatch", json!({"batch": "G", "orders": [order("A", "1000"), order("B", "500")]}))
}

pub(crate) const MADE: &str = "U PAYMENT_IN_PROCESS";
const BARE: &str = "U PAYMENT_IN_PROCESS bare";

#[test]
fn bat_001_adds_up() {
    new().batches("G", MADE).holds("BAT-001");
    but("/paymentAmount", yen("1501")).breaks("BAT-001", 1);
    but("/orderList/0/orderAmount", json!({"currency": "USD", "value": "1000"})).breaks("BAT-001", 1);
    new().sold().pays("P", "S SUCCESS").says_nothing_of("BAT-001");
}

#[test]
fn bat_002_has_ten_orders_of_ten_merchants() {
    let of = |n: usize| (0..n).map(|i| listed(&i.to_string(), &i.to_string(), "1")).collect::<Value>();
    but("/orderList", of(10)).holds("BAT-002");
    but("/orderList", of(11)).breaks("BAT-002", 1);
    but("/orderList", json!([])).breaks("BAT-002", 1);
    but("/orderList/1", json!("B")).breaks("BAT-002", 1);
    but("/orderList/1", listed("B", "M1", "500")).breaks("BAT-002", 1);
    new().sold().pays("P", "S SUCCESS").says_nothing_of("BAT-002");
}

#[test]
fn bat_003_keeps_its_id() {
    new().batches("G", MADE).holds("BAT-003");
    new().batches(&"x".repeat(65), "F PARAM_ILLEGAL").breaks("BAT-003", 1);
    let silent = || new().batches("G", MADE).unheard(LostHow::Close);
    silent().batches("G", MADE).holds("BAT-003");
    silent().batches("H", MADE).breaks("BAT-003", 3);
    silent().inquires("G", "F ORDER_NOT_EXIST").batches("H", MADE).holds("BAT-003");
    let given_up = || cart().batches("G", MADE).unheard(LostHow::Close);
    given_up().stands("failed", "0").breaks("BAT-003", 5);
    given_up().inquires("G", "FAIL").stands("failed", "0").holds("BAT-003");
    new().sold().pays("P", "S SUCCESS").says_nothing_of("BAT-003");
}

#[test]
fn bat_004_and_006_take_a_new_id() {
    for (requirement, answer) in [("BAT-004", "F RISK_REJECT"), ("BAT-004", "U UNKNOWN_EXCEPTION"), ("BAT-006", BARE)] {
        new().batches("G", answer).batches("H", MADE).holds(requirement);
        new().batches("G", answer).batches("G", answer).breaks(requirement, 3);
        new().batches("G", MADE).batches("G", MADE).says_nothing_of(requirement);
    }
    let waits = |state: &str| cart().batches("G", BARE).stands(state, "0").pause(60).ended();
    waits("failed").holds("BAT-006");
    waits("open").breaks("BAT-006", 5);
}

#[test]
fn bat_005_sends_the_buyer_to_the_url() {
    let sent = |answer: Value| cart().batches("G", MADE).replied("checkoutBatch", answer);
    sent(json!({"state": "open", "redirect": {"url": URL, "method": "GET"}})).holds("BAT-005");
    sent(json!({"state": "open", "redirect": {"url": "https://shop.test", "method": "GET"}})).breaks("BAT-005", 4);
    sent(json!({"state": "failed"})).breaks("BAT-005", 4);
    // Whoever still works on it has refused nobody.
    sent(json!({"state": "open"})).holds("BAT-005");
    cart().batches("G", BARE).replied("checkoutBatch", json!({"state": "failed"})).says_nothing_of("BAT-005");
}

#[test]
fn bat_006_wants_an_order_without_a_payment_to_end_or_to_be_tried_again() {
    let bare = || cart().batches("G", BARE);
    bare().stands("open", "0").ended().holds("BAT-006");
    bare().stands("open", "0").pause(900).ended().breaks("BAT-006", 5);
    bare().batches("H", MADE).stands("open", "0").pause(900).ended().holds("BAT-006");
}

#[test]
fn bat_006_is_not_kept_by_who_goes_on_asking() {
    let bare = || cart().batches("G", BARE);
    let denied = |trace: Trace| trace.inquires("G", "F ORDER_NOT_EXIST").ended();
    denied(bare().pause(58)).holds("BAT-006");
    denied(bare().pause(59)).breaks("BAT-006", 4);
    bare().pause(60).cancels("G", "F ORDER_NOT_EXIST").ended().holds("BAT-006");
    // It is there after all.
    bare().pause(60).inquires("G", "PROCESSING").ended().holds("BAT-006");
    denied(bare().ledger("G", PaymentStatus::Processing, "PAYMENT_IN_PROCESS").pause(60)).holds("BAT-006");
}

#[test]
fn bat_007_waits_for_the_money() {
    let made = || cart().batches("G", MADE);
    made().stands("open", "0").holds("BAT-007");
    made().stands("paid", "1000").breaks("BAT-007", 5);
    made().notified("G", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000").holds("BAT-007");
    new().sold().pays("P", "S SUCCESS").stands("paid", "1000").says_nothing_of("BAT-007");
}

#[test]
fn orders_of_a_batch_may_be_told_of_one_by_one() {
    // In the ledger each order has an id of its own; the body names the batch.
    let body = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
        "paymentRequestId": "G", "paymentId": "pid-G_1", "paymentAmount": yen("1000")});
    let paid = || cart().batches("G", MADE).ledger("G", PaymentStatus::Success, "SUCCESS");
    let told = || paid().delivered("G_1", &body, true).answered(Some(200), None).stands("paid", "1000");
    told().holds("BAT-007");
    told().says_nothing_of("NTF-009");
    told().pause(900).ended().says_nothing_of("NTF-016");
    let other = |id: &str| paid().delivered(id, &body, true).answered(Some(200), None).stands("paid", "1000");
    other("GX_1").breaks("BAT-007", 8);
}

#[test]
fn bat_008_and_009_read_the_request() {
    new().batches("G", MADE).holds("BAT-008");
    for field in ["/paymentRedirectUrl", "/paymentNotifyUrl", "/env", "/orderList"] {
        but(field, Value::Null).breaks("BAT-008", 1);
    }
    but("/env", json!({"terminalType": "MINI_APP"})).breaks("BAT-008", 1);
    new().sold().pays("P", "S SUCCESS").says_nothing_of("BAT-008");
    but("/paymentExpiryTime", json!("2026-01-05T10:09:00Z")).holds("BAT-009");
    but("/paymentExpiryTime", json!("2026-01-05T10:30:00Z")).breaks("BAT-009", 1);
    but("/paymentExpiryTime", json!("2026-01-05T10:10:01Z")).holds("BAT-009");
    but("/paymentExpiryTime", json!("2026-01-05T10:10:02Z")).breaks("BAT-009", 1);
    but("/paymentExpiryTime", json!("soon")).breaks("BAT-009", 1);
    new().batches("G", MADE).says_nothing_of("BAT-009");
}

#[test]
fn bat_010_moves_all_orders() {
    let paid = |b: &str| {
        let sold = cart().batches("G", MADE).gateway(Gateway::Payment {
            payment_request_id: "G".to_owned(),
            payment_id: "pid-G".to_owned(),
            reference_order_id: None,
            amount: Money::parse("JPY", "1500").unwrap(),
            status: PaymentStatus::Success,
            code: "SUCCESS".to_owned(),
        });
        sold.stands("paid", "1000").status("B", b, "JPY", "500")
    };
    paid("paid").ended().holds("BAT-010");
    paid("open").ended().breaks("BAT-010", 8);
    paid("paid")
        .asked("refund", json!({"order": "B"}))
        .status("B", "open", "JPY", "0")
        .ended()
        .says_nothing_of("BAT-010");
}

/// A session for order A, with its data.
fn opens(trace: Trace, id: &str, expiry: Value) -> Trace {
    let mut body = pay(id);
    body["paymentSessionExpiryTime"] = expiry;
    let told =
        json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentSessionData": format!("data-{id}")});
    trace.exchange(Operation::CreatePaymentSession, &body, &told)
}

fn session(id: &str) -> Trace {
    opens(new().checkout("A", "session", "JPY", "1000"), id, Value::Null)
}

fn given(trace: Trace, session: Value) -> Trace {
    trace.replied("checkout", json!({"state": "open", "session": session}))
}

#[test]
fn ses_001_gives_the_client_nothing_but_the_session() {
    given(session("P"), json!({"paymentSessionData": "data-P"})).holds("SES-001");
    given(session("P"), json!({"paymentSessionData": "data-P", "amount": "1000"})).breaks("SES-001", 4);
    given(session("P"), json!({"paymentSessionData": "made-up"})).breaks("SES-001", 4);
    new().sold().pays("P", "S SUCCESS").replied("checkout", json!({"state": "open"})).says_nothing_of("SES-001");
}

#[test]
fn ses_002_leaves_dead_sessions() {
    let dead = || {
        given(session("P"), json!({"paymentSessionData": "data-P"})).ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED")
    };
    opens(dead(), "Q", Value::Null).holds("SES-002");
    opens(dead(), "P", Value::Null).breaks("SES-002", 6);
    given(dead(), json!({"paymentSessionData": "data-P"})).breaks("SES-002", 6);
    dead().says_nothing_of("SES-002");
}

#[test]
fn ses_004_lets_a_session_live_an_hour() {
    session("P").holds("SES-004");
    opens(new(), "P", json!("2026-01-05T10:30:00Z")).holds("SES-004");
    opens(new(), "P", json!("2026-01-05T12:00:00Z")).breaks("SES-004", 1);
    opens(new(), "P", json!("2026-01-05T11:00:01Z")).holds("SES-004");
    opens(new(), "P", json!("2026-01-05T11:00:02Z")).breaks("SES-004", 1);
    opens(new(), "P", json!("2026-01-05T10:00:02Z")).holds("SES-004");
    opens(new(), "P", json!("2026-01-05T10:00:01Z")).breaks("SES-004", 1);
    opens(new(), "P", json!("2026-01-05T09:00:00Z")).breaks("SES-004", 1);
    new().sold().pays("P", "S SUCCESS").says_nothing_of("SES-004");
}
