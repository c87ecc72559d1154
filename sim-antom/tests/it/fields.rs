//! Answers and payments field by field: what a request says is kept and said again, and nothing is left out.

use serde_json::{Value, json};

use super::merchant::{CLIENT, NOTIFY_URL, batch_body, cashier_body};
use super::rig::Rig;

/// What the ledger keeps of a payment.
fn kept(rig: &Rig, id: &str) -> Value {
    serde_json::to_value(rig.gateway.ledger().payment(CLIENT, id).unwrap().as_ref()).unwrap()
}

fn session_body(id: &str, method: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "paymentAmount": {"currency": "JPY", "value": "1000"},
        "order": {"referenceOrderId": "O-7", "orderDescription": "tea", "orderAmount": {"currency": "JPY", "value": "1000"}},
        "paymentMethod": {"paymentMethodType": method}, "env": {"terminalType": "WAP"},
        "paymentNotifyUrl": NOTIFY_URL, "paymentRedirectUrl": "https://shop.example/back",
    })
}

#[test]
fn a_session_keeps_what_its_request_says() {
    let mut rig = Rig::new("");
    rig.call("createPaymentSession", &session_body("S-1", "GCASH"));
    let payment = kept(&rig, "S-1");
    let said = [
        ("reference_order_id", json!("O-7")),
        ("description", json!("tea")),
        ("payment_method_type", json!("GCASH")),
        ("terminal_type", json!("WAP")),
        ("notify_url", json!(NOTIFY_URL)),
        ("redirect_url", json!("https://shop.example/back")),
        ("card", Value::Null),
        ("capture", Value::Null),
    ];
    for (field, value) in said {
        assert_eq!(payment[field], value, "{field}");
    }
    let mut card = session_body("S-2", "CARD");
    card["paymentMethod"]["paymentMethodMetaData"] = json!({"cardNo": "4054695723100768"});
    card["paymentFactor"] = json!({"captureMode": "MANUAL"});
    rig.call("createPaymentSession", &card);
    assert_eq!(kept(&rig, "S-2")["card"], json!({"bin": "405469", "last_four": "0768"}));
    // Only a card is captured.
    let captured = |rig: &mut Rig, id: &str, method: &str, mode: &str| {
        let mut body = session_body(id, method);
        body["paymentFactor"] = json!({ "captureMode": mode });
        rig.call("createPaymentSession", &body);
        !kept(rig, id)["capture"].is_null()
    };
    assert!(captured(&mut rig, "S-3", "CARD", "MANUAL") && captured(&mut rig, "S-4", "CARD", "AUTOMATIC"));
    assert!(!captured(&mut rig, "S-5", "GCASH", "MANUAL") && !captured(&mut rig, "S-6", "GCASH", "AUTOMATIC"));
}

/// The region is what keeps the SDK's page from beginning.
#[test]
fn only_the_data_of_a_page_that_stays_away_say_so() {
    let mut rig = Rig::new("client: [{page: absent}, {page: hidden}, {page: absent}, {page: hidden}]");
    let card =
        |id: &str| json!({"paymentMethodType": "CARD", "vaultingRequestId": id, "vaultingNotificationUrl": NOTIFY_URL});
    let said = [
        rig.call("createPaymentSession", &session_body("S-1", "GCASH"))["paymentSessionData"].take(),
        rig.call("createPaymentSession", &session_body("S-2", "GCASH"))["paymentSessionData"].take(),
        rig.call("createVaultingSession", &card("V-1"))["vaultingSessionData"].take(),
        rig.call("createVaultingSession", &card("V-2"))["vaultingSessionData"].take(),
    ];
    let regions = said.each_ref().map(|data| data.as_str().unwrap().split("&&").nth(1).unwrap());
    assert_eq!(regions, ["ABSENT", "SG", "ABSENT", "SG"]);
}

#[test]
fn a_batch_and_its_orders_keep_what_their_request_says() {
    let mut rig = Rig::new("");
    let mut body = batch_body("B-1", &[100, 250]);
    body["orderList"][1]["orderDescription"] = json!("milk");
    body["env"] = json!({"terminalType": "APP", "osType": "IOS"});
    let answer = rig.call("batchPay", &body);
    assert_eq!(answer["result"]["resultCode"], "PAYMENT_IN_PROCESS", "{:?}", rig.noticed());
    let batch = kept(&rig, "B-1");
    for (field, value) in [("description", "tea, milk"), ("payment_method_type", "GCASH"), ("terminal_type", "APP")] {
        assert_eq!(batch[field], value, "{field}");
    }
    for field in ["normalUrl", "schemeUrl", "applinkUrl", "appIdentifier"] {
        assert!(answer[field].is_string(), "{field}");
    }
    let order = answer["orderSummaries"][1]["transactionId"].as_str().unwrap();
    let order = rig.gateway.ledger().payment_by_id(CLIENT, order).unwrap();
    assert_eq!((order.description.as_str(), order.reference_order_id.as_deref()), ("milk", Some("O-B-1-1")));
    assert_eq!(answer.get("pspCustomerInfo"), None);
    rig.pass(3);
    assert_eq!(rig.call("batchPay", &body)["pspCustomerInfo"]["pspName"], "GCASH");
}

#[test]
fn a_batch_that_is_paid_by_card_says_which() {
    let mut rig = Rig::new("");
    let mut body = batch_body("B-1", &[100, 250]);
    body["paymentMethod"] =
        json!({"paymentMethodType": "CARD", "paymentMethodMetaData": {"cardNo": "5162770114774974"}});
    body["paymentFactor"] = json!({"isAuthorization": true, "captureMode": "AUTOMATIC"});
    let answer = rig.call("batchPay", &body);
    assert_eq!(answer["result"]["resultCode"], "PAYMENT_IN_PROCESS", "{:?}", rig.noticed());
    assert_eq!(kept(&rig, "B-1")["card"], json!({"bin": "516277", "last_four": "4974"}));
    rig.pass(3);
    assert!(rig.call("batchPay", &body)["paymentResultInfo"].is_object());
}

#[test]
fn a_capture_and_a_refund_are_told_with_all_that_is_known_of_them() {
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL", "isAuthorization": true});
    let id = rig.call("pay", &body)["paymentId"].clone();
    rig.pass(3);
    let yen = |value: &str| json!({"currency": "JPY", "value": value});
    let capture =
        json!({"captureRequestId": "CR-1", "paymentId": id, "captureType": "FINAL", "captureAmount": yen("1000")});
    let captured = rig.call("capture", &capture);
    assert!(captured["captureId"].as_str().unwrap().len() == 35);
    let mut expected = captured.clone();
    for (field, value) in [
        ("captureRequestId", json!("CR-1")),
        ("paymentId", id.clone()),
        ("captureAmount", yen("1000")),
        ("captureTime", json!("2026-01-05T18:00:03+08:00")),
    ] {
        expected[field] = value;
    }
    assert_eq!(captured, expected);
    rig.pass(3);
    let refund = json!({"refundRequestId": "RR-1", "paymentId": id, "refundAmount": yen("400")});
    let refunded = rig.call("refund", &refund);
    let found = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!(
        found,
        json!({
            "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
            "refundId": refunded["refundId"], "refundRequestId": "RR-1", "refundAmount": yen("400"),
            "refundStatus": "SUCCESS", "refundTime": "2026-01-05T18:00:06+08:00",
        })
    );
    let asked = rig.inquire("PR-1");
    assert_eq!(asked["paymentResultMessage"], "success.");
    let times: Vec<_> = asked["transactions"].as_array().unwrap().iter().collect();
    let of = |place: usize| (&times[place]["transactionRequestId"], &times[place]["transactionTime"]);
    assert_eq!(of(0), (&json!("CR-1"), &json!("2026-01-05T18:00:03+08:00")));
    assert_eq!(of(1), (&json!("RR-1"), &json!("2026-01-05T18:00:06+08:00")));
}

#[test]
fn what_was_refused_is_kept_with_its_end() {
    let script = "answers: [{on: pay, code: PROCESS_FAIL}, {on: batchPay, code: PROCESS_FAIL}, \
                  {on: createPaymentSession, code: PROCESS_FAIL}, {on: createVaultingSession, code: PROCESS_FAIL}]";
    let mut rig = Rig::new(script);
    rig.pass(1);
    rig.pay("PR-1");
    rig.call("batchPay", &batch_body("B-1", &[100]));
    rig.call("createPaymentSession", &session_body("S-1", "GCASH"));
    for id in ["PR-1", "B-1", "S-1"] {
        let payment = kept(&rig, id);
        assert_eq!(
            (&payment["refused"], &payment["code"], &payment["status"]),
            (&json!(true), &json!("PROCESS_FAIL"), &json!("FAIL")),
            "{id}"
        );
        assert_eq!(payment["ended"], payment["created"], "{id}");
    }
    let card = json!({"paymentMethodType": "CARD", "vaultingRequestId": "V-1", "vaultingNotificationUrl": NOTIFY_URL,
        "redirectUrl": "https://shop.example/cards", "merchantRegion": "SG"});
    rig.call("createVaultingSession", &card);
    let vaulting = rig.gateway.ledger().vaulting(CLIENT, "V-1").unwrap();
    assert_eq!((vaulting.status, vaulting.refused), (sim_antom::VaultingStatus::Fail, true));
    assert_eq!(vaulting.ended, Some(vaulting.created));
    // A refund that never began is none that failed.
    let amount = json!({"currency": "JPY", "value": "1"});
    rig.call("refund", &json!({"refundRequestId": "RR-1", "paymentId": "nobody's", "refundAmount": amount}));
    assert!(rig.gateway.ledger().refund(CLIENT, "RR-1").unwrap().refused);
}

/// What has come is waited for no longer.
#[test]
fn money_that_came_late_comes_once() {
    let mut rig = Rig::new("buyer: [{pays-late: {after: 5s}}]");
    rig.call("pay", &cashier_body("PR-1", "1000", "GCASH"));
    rig.call("cancel", &json!({"paymentRequestId": "PR-1"}));
    assert!(kept(&rig, "PR-1")["late"].is_object());
    rig.pass(5);
    let payment = kept(&rig, "PR-1");
    assert_eq!(payment["came_late"].as_u64(), payment["created"].as_u64().map(|at| at + 5_000_000));
    assert_eq!(payment["late"], Value::Null);
}

#[test]
fn a_settlement_that_was_asked_for_is_kept() {
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "GCASH");
    body["settlementStrategy"] = json!({"settlementCurrency": "USD"});
    rig.call("pay", &body);
    assert_eq!(kept(&rig, "PR-1")["settlement"], "USD");
}

#[test]
fn a_payment_that_ended_keeps_when_and_why() {
    let mut rig = Rig::new("buyer: [{declines: {after: 2s, code: USER_KYC_NOT_QUALIFIED}}, leaves, {pays-late: {}}]");
    rig.call("pay", &cashier_body("PR-1", "1000", "GCASH"));
    rig.call("pay", &cashier_body("PR-2", "1000", "GCASH"));
    rig.pass(2);
    let declined = kept(&rig, "PR-1");
    assert_eq!((&declined["status"], &declined["code"]), (&json!("FAIL"), &json!("USER_KYC_NOT_QUALIFIED")));
    assert_eq!(declined["ended"].as_u64(), declined["created"].as_u64().map(|at| at + 2_000_000));
    rig.call("cancel", &json!({"paymentRequestId": "PR-2"}));
    let cancelled = kept(&rig, "PR-2");
    assert_eq!((&cancelled["status"], &cancelled["code"]), (&json!("CANCELLED"), &json!("ORDER_IS_CANCELED")));
    assert_eq!(cancelled["ended"], declined["ended"]);
}

/// A card whose money is held, and a request to take a part of it.
fn held(script: &str) -> (Rig, Value) {
    let mut rig = Rig::new(script);
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL", "isAuthorization": true});
    let id = rig.call("pay", &body)["paymentId"].clone();
    (rig, id)
}

fn capture(id: &str, payment: &Value, value: &str, kind: &str) -> Value {
    let amount = json!({"currency": "JPY", "value": value});
    json!({"captureRequestId": id, "paymentId": payment, "captureType": kind, "captureAmount": amount})
}

#[test]
fn a_capture_is_told_by_its_end_and_a_refused_one_by_its_code_alone() {
    let (mut rig, id) = held("captures: [{succeeds: {after: 10s}}]");
    let begun = rig.call("capture", &capture("CR-1", &id, "400", "FINAL"));
    assert_eq!((begun["result"]["resultStatus"].as_str(), begun.get("captureTime")), (Some("U"), None));
    assert!(begun["captureId"].is_string(), "{begun}");
    rig.pass(10);
    let taken = rig.inquire("PR-1")["transactions"][0].clone();
    assert_eq!(taken["transactionTime"], "2026-01-05T18:00:10+08:00");
    let (mut rig, id) = held("");
    let refused = rig.call("capture", &capture("CR-1", &id, "1001", "FINAL"));
    assert_eq!(refused["result"]["resultCode"], "CAPTURE_AMOUNT_EXCEED");
    assert_eq!(refused.as_object().unwrap().len(), 1, "{refused}");
}

#[test]
fn what_a_script_refuses_is_refused_for_good() {
    let (mut rig, id) = held("answers: [{on: capture, code: PROCESS_FAIL}, {on: refund, code: PROCESS_FAIL}]");
    let wanted = capture("CR-1", &id, "1000", "FINAL");
    assert_eq!(rig.told("capture", &wanted), "PROCESS_FAIL");
    assert_eq!(rig.told("capture", &wanted), "PROCESS_FAIL");
    assert_eq!(rig.told("capture", &capture("CR-2", &id, "1000", "FINAL")), "SUCCESS");
    rig.pass(5);
    let wanted =
        json!({"refundRequestId": "RR-1", "paymentId": id, "refundAmount": {"currency": "JPY", "value": "400"}});
    assert_eq!(rig.told("refund", &wanted), "PROCESS_FAIL");
    assert_eq!(rig.told("refund", &wanted), "PROCESS_FAIL");
    let found = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!(found["refundStatus"], "FAIL", "{found}");
    assert!(rig.gateway.ledger().refund(CLIENT, "RR-1").unwrap().refused, "no refund began");
}

#[test]
fn the_last_moment_of_a_window_is_within_it() {
    const WEEK: u64 = 7 * 24 * 3600;
    let (mut rig, id) = held("");
    assert_eq!(rig.told("capture", &capture("CR-1", &id, "400", "NON_FINAL")), "SUCCESS");
    rig.pass(WEEK);
    assert_eq!(rig.told("capture", &capture("CR-2", &id, "100", "NON_FINAL")), "SUCCESS");
    rig.pass(1);
    assert_eq!(rig.told("capture", &capture("CR-3", &id, "100", "NON_FINAL")), "CAPTURE_WINDOW_EXCEED");
}

#[test]
fn an_order_code_names_the_wallet_it_is_for() {
    let mut rig = Rig::new("");
    let mut body = super::merchant::pay_body("PR-1", "1000");
    body["paymentFactor"]["inStorePaymentScenario"] = json!("OrderCode");
    let answer = rig.call("pay", &body);
    assert_eq!(answer["orderCodeForm"]["paymentMethodType"], body["paymentMethod"]["paymentMethodType"], "{answer}");
}

#[test]
fn the_orders_of_a_batch_that_failed_keep_its_code() {
    let mut rig = Rig::new("buyer: [{declines: {after: 2s, code: USER_KYC_NOT_QUALIFIED}}]");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    rig.pass(2);
    let order = answer["orderSummaries"][1]["transactionId"].as_str().unwrap();
    let order = rig.gateway.ledger().payment_by_id(CLIENT, order).unwrap();
    assert_eq!((order.code.as_str(), order.ended), ("USER_KYC_NOT_QUALIFIED", Some(rig.now)));
}

#[test]
fn a_payment_in_two_currencies_is_answered_with_both_as_it_is_inquired() {
    let script = "settings: {wallet-currency: CNY, settlement-currencies: [USD], rates: {JPY: 6600, CNY: 140000}}";
    let mut rig = Rig::new(script);
    let mut body = cashier_body("PR-1", "1000", "GCASH");
    body["settlementStrategy"] = json!({"settlementCurrency": "USD"});
    rig.call("pay", &body);
    rig.pass(3);
    let (again, found) = (rig.call("pay", &body), rig.inquire("PR-1"));
    for field in ["settlementQuote", "grossSettlementAmount", "paymentQuote"] {
        assert!(found[field].is_object(), "{field}: {found}");
        assert_eq!(again[field], found[field], "{field}");
    }
}
