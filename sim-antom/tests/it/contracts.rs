//! What a contract allows: currencies, amounts, calls; and how strictly bodies are read.

use serde_json::json;

use super::merchant::{Draft, PAY, pay_body};
use super::rig::Rig;

#[test]
fn a_currency_that_the_gateway_does_not_deal_in_is_not_supported() {
    let mut rig = Rig::new("");
    let mut body = pay_body("PR-1", "1000");
    body["paymentAmount"]["currency"] = json!("XAF");
    assert_eq!(rig.told("pay", &body), "CURRENCY_NOT_SUPPORT");
    assert!(rig.noticed().1[0].contains("XAF"));
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "FAIL");
}

#[test]
fn an_amount_over_the_limit_is_refused() {
    let mut rig = Rig::new("settings: {limits: {JPY: 1000}}");
    assert_eq!(rig.told("pay", &pay_body("PR-1", "1000")), "SUCCESS");
    assert_eq!(rig.told("pay", &pay_body("PR-2", "1001")), "PAYMENT_AMOUNT_EXCEED_LIMIT");
}

#[test]
fn a_settlement_currency_without_a_contract_does_not_match() {
    let mut rig = Rig::new("settings: {settlement-currencies: [USD, EUR]}");
    for (currency, code) in [("EUR", "SUCCESS"), ("JPY", "SETTLE_CONTRACT_NOT_MATCH")] {
        let mut body = pay_body(&format!("PR-{currency}"), "1000");
        body["settlementStrategy"] = json!({"settlementCurrency": currency});
        assert_eq!(rig.told("pay", &body), code);
    }
}

#[test]
fn too_many_calls_are_turned_away_until_the_time_is_over() {
    let mut rig = Rig::new("settings: {rate-limit: {calls: 2, per: 10s}}");
    let codes: Vec<_> = (0..3).map(|n| rig.told("pay", &pay_body(&format!("PR-{n}"), "1000"))).collect();
    assert_eq!(codes, ["SUCCESS", "SUCCESS", "REQUEST_TRAFFIC_EXCEED_LIMIT"]);
    rig.pass(10);
    assert_eq!(rig.told("pay", &pay_body("PR-3", "1000")), "SUCCESS");
}

#[test]
fn strict_refuses_what_is_noted_otherwise() {
    let mut body = pay_body("PR-1", "1000");
    body["paymentRequestId"] = json!(1001);
    let mut rig = Rig::new("settings: {strict: true}");
    assert_eq!(rig.code(Draft::new(PAY, &body).signed()), "PARAM_ILLEGAL");
    assert_eq!(rig.noticed().1, ["paymentRequestId should be a JSON string, is a number"]);
    assert_eq!(rig.code(Draft::pay("PR-1", "1000").signed()), "SUCCESS");
}
