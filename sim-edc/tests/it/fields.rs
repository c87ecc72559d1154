//! The fields of a message one by one: what a Purchase may say, and what its result tells.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use base64::Engine as _;
use rstest::rstest;
use serde_json::{Value, json};
use sim_edc::Script;

use crate::desk::{Desk, purchase};

/// A purchase with one field changed, and how it ends.
fn end_with(at: &str, value: Value) -> String {
    let mut desk = Desk::new(&Script::default());
    let mut request = purchase("R1", "50000");
    let (parent, field) = at.rsplit_once('/').unwrap();
    let parent = request.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.insert(field.to_owned(), value);
    let id = desk.command("Purchase", &request);
    desk.wait_secs(10);
    desk.end(&id)
}

#[rstest]
#[case("/requestId", json!("x".repeat(64)), "SUCCESS")]
#[case("/requestId", json!("x".repeat(65)), "PARAM_ILLEGAL")]
#[case("/requestId", json!(""), "PARAM_ILLEGAL")]
#[case("/requestId", json!(1), "CommandParamError")]
#[case("/requestId", Value::Null, "CommandParamError")]
#[case("/paymentAmount/value", json!("0"), "PARAM_ILLEGAL")]
#[case("/paymentAmount/value", json!("999999999"), "SUCCESS")]
#[case("/paymentAmount/value", json!("1000000000"), "PARAM_ILLEGAL")]
#[case("/paymentAmount/value", json!("-1"), "PARAM_ILLEGAL")]
#[case("/paymentAmount/value", json!("1.5"), "PARAM_ILLEGAL")]
#[case("/paymentAmount/currency", json!("USD"), "PARAM_ILLEGAL")]
#[case("/taxAmount", json!({"value": "9", "currency": "KRW"}), "SUCCESS")]
#[case("/taxAmount", json!({"value": "50001", "currency": "KRW"}), "PARAM_ILLEGAL")]
#[case("/taxAmount", json!({"value": 9, "currency": "KRW"}), "CommandParamError")]
#[case("/tipAmount/value", json!("50000"), "SUCCESS")]
#[case("/tipAmount/value", json!("50001"), "PARAM_ILLEGAL")]
#[case("/tipAmount", Value::Null, "CommandParamError")]
#[case("/creditPayPlan/installmentNum", json!("0"), "SUCCESS")]
#[case("/creditPayPlan/installmentNum", json!("1"), "PARAM_ILLEGAL")]
#[case("/creditPayPlan/installmentNum", json!("2"), "SUCCESS")]
#[case("/creditPayPlan/installmentNum", json!("12"), "SUCCESS")]
#[case("/creditPayPlan/installmentNum", json!("13"), "PARAM_ILLEGAL")]
#[case("/creditPayPlan", Value::Null, "CommandParamError")]
#[case("/paymentExpiryTime", json!("0"), "PARAM_ILLEGAL")]
#[case("/paymentExpiryTime", json!("240"), "SUCCESS")]
#[case("/paymentExpiryTime", json!("241"), "PARAM_ILLEGAL")]
#[case("/paymentExpiryTime", json!("soon"), "PARAM_ILLEGAL")]
#[case("/paymentExpiryTime", json!(30), "CommandParamError")]
#[case("/acquirerInfo/acquirerTerminalId", json!(""), "PARAM_ILLEGAL")]
#[case("/acquirerInfo/acquirerRegistrationNo", json!("123456789"), "PARAM_ILLEGAL")]
#[case("/acquirerInfo/acquirerRegistrationNo", json!("0000000000"), "SUCCESS")]
#[case("/acquirerInfo", json!({}), "CommandParamError")]
fn a_field_of_a_purchase_is_checked(#[case] at: &str, #[case] value: Value, #[case] end: &str) {
    assert_eq!(end_with(at, value), end);
}

#[test]
fn instalments_below_fifty_thousand_won_are_illegal() {
    let mut desk = Desk::new(&Script::default());
    let mut request = purchase("R1", "49999");
    request["creditPayPlan"]["installmentNum"] = json!("2");
    let id = desk.command("Purchase", &request);
    assert_eq!(desk.end(&id), "PARAM_ILLEGAL");
}

#[rstest]
#[case(None, 30)]
#[case(Some("1"), 1)]
#[case(Some("240"), 240)]
fn a_card_is_waited_for_as_long_as_the_pos_says(#[case] expiry: Option<&str>, #[case] seconds: u64) {
    let mut desk = Desk::scripted("cardholder: [nothing]");
    let mut request = purchase("R1", "104");
    if let Some(expiry) = expiry {
        request["paymentExpiryTime"] = json!(expiry);
    }
    let id = desk.command("Purchase", &request);
    desk.wait(std::time::Duration::from_millis(seconds * 1000 - 1));
    assert_eq!(desk.result(&id), None);
    desk.wait(std::time::Duration::from_millis(1));
    assert_eq!(desk.end(&id), "PROCESS_FAIL");
}

#[test]
fn a_tax_that_the_pos_sends_is_told_back() {
    let mut desk = Desk::new(&Script::default());
    let mut request = purchase("R1", "10400");
    request["taxAmount"] = json!({"value": "7", "currency": "KRW"});
    let id = desk.command("Purchase", &request);
    desk.wait_secs(10);
    assert_eq!(desk.result(&id).unwrap()["responseData"]["taxAmount"]["value"], "7");
}

/// `responseData` of a sale of 60,000 won with this script.
fn sold(script: &str) -> Value {
    let mut desk = Desk::scripted(script);
    let id = desk.purchase("R1", "60000");
    desk.wait_secs(20);
    desk.result(&id).unwrap()["responseData"].clone()
}

#[test]
fn what_every_success_tells() {
    for card in ["insert: {}", "insert: {card: debit}", "wallet-qr: {}", "samsung-pay: {}"] {
        let data = sold(&format!("cardholder: [{{{card}}}]"));
        assert_eq!(data["requestId"], "R1");
        assert_eq!(data["paymentAmount"], json!({"currency": "KRW", "value": "60000"}));
        assert_eq!(data["result"], json!({"resultCode": "SUCCESS", "resultMessage": "success"}));
        assert_eq!(data["creditPayPlan"]["installmentNum"], "0");
        let told = &data["acquirerInfo"];
        assert_eq!(told["acquirerName"], "KICC");
        assert_eq!(told["acquirerRegistrationNo"], "1234567890");
        for field in ["acquirerTransactionId", "acquirerTerminalId", "acquirerMerchantId", "acquirerApprovalNum"] {
            assert!(told[field].as_str().is_some_and(|text| !text.is_empty()), "{card}: {field}");
        }
        assert!(told["acquirerMetaData"].is_string());
        let paid = &data["paymentResultInfo"];
        assert!(["DEBIT", "CREDIT", "PREPAID"].contains(&paid["funding"].as_str().unwrap()));
        assert!(paid["issuerCode"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[rstest]
#[case("", "insert: {}", false)]
#[case("", "insert: {card: debit}", true)]
#[case("", "tap: {card: prepaid}", true)]
#[case("", "insert: {card: foreign}", true)]
#[case("", "wallet-qr: {}", true)]
#[case("", "samsung-pay: {}", true)]
#[case(", settings: {notes: always}", "insert: {}", true)]
#[case(", settings: {notes: never}", "insert: {card: debit}", false)]
fn what_a_success_tells_sometimes(#[case] settings: &str, #[case] action: &str, #[case] told: bool) {
    let data = sold(&format!("{{cardholder: [{{{action}}}]{settings}}}"));
    let notice = data["acquirerInfo"]["notice"].as_str();
    assert_eq!(notice.is_some(), told);
    assert!(notice.is_none_or(|text| text.chars().any(|c| ('가'..='힣').contains(&c))), "in Korean: {notice:?}");
    assert_eq!(data["acquirerInfo"]["acquirerResultCode"].as_str(), told.then_some("0000"));
    assert_eq!(data["acquirerInfo"]["acquirerResultMessage"].is_string(), told);
    for note in ["AD1", "AD2"] {
        assert_eq!(data["extendInfo"][note].is_string(), told, "{note}");
    }
}

#[rstest]
#[case("insert: {}", "026", "KR")]
#[case("insert: {card: foreign}", "해외비자", "US")]
#[case("wallet-qr: {}", "ALIPAY+", "GLOBAL")]
fn an_issuer_is_a_code_or_a_name_and_has_a_region(#[case] action: &str, #[case] issuer: &str, #[case] region: &str) {
    let paid = sold(&format!("cardholder: [{{{action}}}]"))["paymentResultInfo"].clone();
    assert_eq!((&paid["issuerCode"], &paid["paymentMethodRegion"]), (&json!(issuer), &json!(region)));
}

#[test]
fn a_signature_is_a_picture() {
    let data = sold("cardholder: [{insert: {}}]");
    let text = data["acquirerInfo"]["signData"].as_str().unwrap();
    assert_eq!(text.len(), 1_448);
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    assert_eq!((&bytes[..2], bytes.len()), (&b"BM"[..], 1_086));
    assert_eq!(sold("cardholder: [{wallet-qr: {}}]")["acquirerInfo"]["signData"], Value::Null);
}

#[rstest]
#[case("cardholder: [{cancel-key: {}}]", "8001")]
#[case("cardholder: [nothing]", "8003")]
#[case("cardholder: [{insert: {}}, nothing]", "8004")]
#[case("cardholder: [{insert: {}}, {refuse-signature: {}}]", "8005")]
#[case("host: [{network-down: {}}]", "8006")]
#[case("{cardholder: [{wallet-qr: {}}], settings: {wallet-terminals: [T9]}}", "8007")]
#[case("host: [{silent: {}}]", "8008")]
#[case("host: [{silent: {reversal: refused}}]", "8009")]
#[case("host: [{silent: {reversal: silent}}]", "8010")]
#[case("host: [{decline: {code: INVALID_CARD_NUMBER}}]", "8100")]
#[case("settings: {merchants: [M9]}", "8000")]
fn the_acquirer_says_why_a_payment_failed(#[case] script: &str, #[case] code: &str) {
    let mut desk = Desk::scripted(script);
    let id = desk.purchase("R1", "60000");
    desk.wait_secs(100);
    let told = &desk.result(&id).unwrap()["responseData"]["acquirerInfo"];
    assert_eq!(told["acquirerResultCode"], code);
    assert!(told["acquirerResultMessage"].is_string());
}
