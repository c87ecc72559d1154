//! Rules about amounts: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::{Value, json};
use wire::antom::{Operation, PaymentStatus};

use crate::rules::{Trace, new, pay};
use crate::rules_gateway::{with, yen};

fn asks(amount: &Value) -> Trace {
    let mut body = pay("P");
    body["paymentAmount"] = amount.clone();
    body["order"]["orderAmount"] = amount.clone();
    new().pays_with(&body, "S SUCCESS")
}

fn of(currency: &str, value: &str) -> Value {
    json!({"currency": currency, "value": value})
}

/// An order, and pay for another amount.
fn sold(currency: &str, costs: &str, asked: &str) -> Trace {
    let mut body = pay("P");
    body["paymentAmount"] = of(currency, asked);
    new().checkout("A", "entry-code", currency, costs).pays_with(&body, "S SUCCESS")
}

#[test]
fn amt_001_counts_in_minor_units() {
    sold("JPY", "1000", "1000").holds("AMT-001");
    sold("JPY", "1000", "100000").breaks("AMT-001", 2);
    sold("USD", "1000", "10").breaks("AMT-001", 2);
    sold("JPY", "1000", "777").holds("AMT-001");
    asks(&yen("1000")).says_nothing_of("AMT-001");
}

#[test]
fn amt_002_wants_digits_in_a_string() {
    asks(&yen("1000")).holds("AMT-002");
    asks(&json!({"currency": "JPY", "value": 1000})).breaks("AMT-002", 1);
    for value in ["1000.00", "-1", "+1", "1e3", "01", "", "12345678901234567", "1,000"] {
        asks(&of("USD", value)).breaks("AMT-002", 1);
    }
    asks(&json!({"currency": "USD", "value": 10.5})).breaks("AMT-002", 1);
    for value in ["0", "1234567890123456"] {
        asks(&of("USD", value)).holds("AMT-002");
    }
    let goods = |price: Value| {
        let mut body = pay("P");
        body["order"]["goods"] = json!([{"goodsName": "tea", "goodsUnitAmount": price}, {"currency": "JPY"}]);
        new().pays_with(&body, "S SUCCESS")
    };
    goods(yen("500")).holds("AMT-002");
    goods(yen("0500")).breaks("AMT-002", 1);
    new().inquires("P", "SUCCESS").says_nothing_of("AMT-002");
}

#[test]
fn amt_003_wants_whole_rupiah() {
    asks(&of("IDR", "1500000")).holds("AMT-003");
    asks(&of("IDR", "1500050")).breaks("AMT-003", 1);
    asks(&yen("1050")).says_nothing_of("AMT-003");
}

#[test]
fn amt_004_wants_one_currency_in_upper_case() {
    asks(&yen("1000")).holds("AMT-004");
    asks(&of("jpy", "1000")).breaks("AMT-004", 1);
    let mut mixed = pay("P");
    mixed["order"]["orderAmount"] = of("USD", "1000");
    new().pays_with(&mixed, "S SUCCESS").breaks("AMT-004", 1);
    let back = json!({"refundRequestId": "R", "paymentId": "pid-P", "refundAmount": of("USD", "1")});
    asks(&yen("1000")).exchange(Operation::Refund, &back, &json!({})).breaks("AMT-004", 3);
    new().inquires("P", "SUCCESS").says_nothing_of("AMT-004");
}

#[test]
fn amt_005_knows_the_least_of_a_method() {
    let by = |value: &str| {
        let mut body = pay("P");
        body["paymentMethod"]["paymentMethodType"] = json!("KAKAOPAY");
        body["paymentAmount"] = of("KRW", value);
        new().pays_with(&body, "S SUCCESS")
    };
    by("50").holds("AMT-005");
    by("49").breaks("AMT-005", 1);
    asks(&yen("1")).says_nothing_of("AMT-005");
}

#[test]
fn amt_006_finds_a_lost_cent() {
    sold("USD", "5997", "5997").holds("AMT-006");
    sold("USD", "5997", "5996").breaks("AMT-006", 2);
    sold("USD", "5997", "4000").holds("AMT-006");
    sold("JPY", "1000", "1000").says_nothing_of("AMT-006");
}

#[test]
fn amt_007_takes_payment_amount_for_the_amount() {
    let told = |more: &Value| {
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "P", "paymentAmount": yen("1000")});
        let sold = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
        sold.delivered("P", &with(said, more), true).answered(Some(200), None)
    };
    let other = json!({"actualPaymentAmount": of("CNY", "4800")});
    told(&other).stands("paid", "1000").ended().holds("AMT-007");
    told(&other).stands("failed", "0").ended().breaks("AMT-007", 8);
    told(&other).status("A", "paid", "CNY", "4800").ended().breaks("AMT-007", 8);
    told(&json!({"actualPaymentAmount": yen("1000")})).stands("failed", "0").ended().says_nothing_of("AMT-007");
}
