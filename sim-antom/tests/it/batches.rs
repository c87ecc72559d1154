//! batchPay and createPaymentSession.

use rstest::rstest;
use serde_json::json;
use wire::antom::PaymentStatus;

use super::merchant::{CLIENT, batch_body};
use super::rig::Rig;

#[test]
fn a_batch_is_created_told_of_by_order_and_paid_together() {
    let mut rig = Rig::new("");
    let body = batch_body("B-1", &[100, 250, 650]);
    let answer = rig.call("batchPay", &body);
    assert_eq!(
        (&answer["result"]["resultStatus"], &answer["result"]["resultCode"]),
        (&json!("U"), &json!("PAYMENT_IN_PROCESS"))
    );
    assert!(answer["normalUrl"].is_string());
    let summaries = answer["orderSummaries"].as_array().unwrap();
    assert_eq!(summaries.len(), 3);
    assert_eq!(summaries[1]["orderAmount"], json!({"currency": "JPY", "value": "250"}));
    assert_eq!(
        (&summaries[1]["referenceOrderId"], &summaries[1]["referenceMerchantId"]),
        (&json!("O-B-1-1"), &json!("M1"))
    );
    assert_eq!(rig.call("batchPay", &body), answer);
    rig.pass(3);
    let told = rig.notified();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["paymentRequestId"], &told[0]["paymentAmount"]["value"]), (&json!("B-1"), &json!("1000")));
    assert_eq!(rig.inquire("B-1")["paymentStatus"], "SUCCESS");
    for summary in summaries {
        let found = rig.call("inquiryPayment", &json!({"paymentId": summary["transactionId"]}));
        assert_eq!((&found["paymentStatus"], &found["paymentAmount"]), (&json!("SUCCESS"), &summary["orderAmount"]));
    }
    let again = rig.call("batchPay", &body);
    assert_eq!((&again["result"]["resultStatus"], again.get("normalUrl")), (&json!("S"), None));
}

#[test]
fn a_batch_may_be_notified_once_an_order() {
    let mut rig = Rig::new("settings: {notify-each-order: true}");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    rig.pass(3);
    let told = rig.notified();
    let ids: Vec<_> = told.iter().map(|body| (body["paymentRequestId"].clone(), body["paymentId"].clone())).collect();
    let summaries = &answer["orderSummaries"];
    assert_eq!(
        ids,
        [(json!("B-1"), summaries[0]["transactionId"].clone()), (json!("B-1"), summaries[1]["transactionId"].clone())]
    );
}

#[rstest]
#[case(&[], "orderList must have 1 to 10 elements, has 0")]
#[case(&[1; 11], "orderList must have 1 to 10 elements, has 11")]
fn a_batch_has_one_to_ten_orders(#[case] values: &[u64], #[case] reason: &str) {
    let mut rig = Rig::new("");
    assert_eq!(rig.told("batchPay", &batch_body("B-1", values)), "PARAM_ILLEGAL");
    assert!(rig.noticed().1[0].contains(reason), "{:?}", rig.noticed());
    assert!(rig.gateway.ledger().is_empty());
}

#[test]
fn the_amounts_add_up_in_one_currency_and_each_order_is_another_merchants() {
    let mut rig = Rig::new("");
    let mut body = batch_body("B-1", &[100, 250]);
    body["paymentAmount"]["value"] = json!("351");
    assert_eq!(rig.told("batchPay", &body), "PARAM_ILLEGAL");
    assert!(rig.noticed().1[0].contains("add up to 350"));
    let mut body = batch_body("B-1", &[100, 250]);
    body["orderList"][1]["orderAmount"]["currency"] = json!("USD");
    assert_eq!(rig.told("batchPay", &body), "PARAM_ILLEGAL");
    let mut body = batch_body("B-1", &[100; 10]);
    body["orderList"][1]["merchant"]["referenceMerchantId"] = json!("M0");
    assert_eq!(rig.told("batchPay", &body), "PAYMENT_IN_PROCESS");
    assert!(rig.noticed().1[0].contains("two orders of the merchant \"M0\""));
}

#[rstest]
#[case("normal")]
#[case("scheme")]
#[case("applink")]
fn each_url_may_come_alone(#[case] kind: &str) {
    let mut rig = Rig::new(&format!("settings: {{urls: [{kind}]}}"));
    let answer = rig.call("batchPay", &batch_body("B-1", &[100]));
    let found: Vec<_> =
        ["normal", "scheme", "applink"].into_iter().filter(|name| answer.get(format!("{name}Url")).is_some()).collect();
    assert_eq!(found, [kind]);
}

#[test]
fn without_a_url_no_batch_was_created() {
    let mut rig = Rig::new("settings: {urls: []}");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100]));
    assert_eq!(answer["result"]["resultCode"], "PAYMENT_IN_PROCESS");
    assert_eq!(answer.get("orderSummaries"), None);
    assert!(rig.gateway.ledger().is_empty());
}

#[test]
fn one_order_of_a_batch_is_cancelled_and_the_last_one_takes_the_batch_with_it() {
    let mut rig = Rig::new("");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    rig.pass(3);
    let order = |index: usize| json!({"paymentId": answer["orderSummaries"][index]["transactionId"]});
    assert_eq!(rig.told("cancel", &order(0)), "SUCCESS");
    assert_eq!(rig.call("inquiryPayment", &order(0))["paymentStatus"], "CANCELLED");
    assert_eq!(rig.status("B-1"), PaymentStatus::Success);
    // The batch holds only what is left.
    let batch = rig.inquire("B-1")["paymentId"].clone();
    let refund = |id: &str, value: &str| json!({"refundRequestId": id, "paymentId": batch, "refundAmount": {"currency": "JPY", "value": value}});
    assert_eq!(rig.told("refund", &refund("RR-1", "251")), "REFUND_AMOUNT_EXCEED");
    assert_eq!(rig.told("cancel", &order(1)), "SUCCESS");
    assert_eq!(rig.status("B-1"), PaymentStatus::Cancelled);
}

#[test]
fn a_batch_is_cancelled_with_all_its_orders() {
    let mut rig = Rig::new("buyer: [leaves]");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    assert_eq!(rig.told("cancel", &json!({"paymentRequestId": "B-1"})), "SUCCESS");
    let order = json!({"paymentId": answer["orderSummaries"][1]["transactionId"]});
    assert_eq!(rig.call("inquiryPayment", &order)["paymentStatus"], "CANCELLED");
    assert_eq!(rig.told("batchPay", &batch_body("B-1", &[100, 250])), "ORDER_IS_CANCELED");
}

#[test]
fn an_order_is_given_back_once_whether_alone_or_with_its_batch() {
    let mut rig = Rig::new("");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    rig.pass(3);
    let order = answer["orderSummaries"][0]["transactionId"].clone();
    let batch = rig.gateway.ledger().payment(CLIENT, "B-1").unwrap().payment_id.clone();
    let refund = |id: &str, of: &serde_json::Value, value: &str| json!({"refundRequestId": id, "paymentId": of, "refundAmount": {"currency": "JPY", "value": value}});
    assert_eq!(rig.told("refund", &refund("RR-1", &order, "101")), "REFUND_AMOUNT_EXCEED");
    assert_eq!(rig.told("refund", &refund("RR-2", &json!(batch), "300")), "SUCCESS");
    // 50 are left in the batch, whatever the order was worth.
    assert_eq!(rig.told("refund", &refund("RR-3", &order, "51")), "REFUND_AMOUNT_EXCEED");
    assert_eq!(rig.told("refund", &refund("RR-4", &order, "50")), "SUCCESS");
}

#[test]
fn a_batch_expires_and_its_orders_with_it() {
    let mut rig = Rig::new("buyer: [leaves]");
    let answer = rig.call("batchPay", &batch_body("B-1", &[100, 250]));
    rig.pass(14 * 60);
    assert_eq!(rig.status("B-1"), PaymentStatus::Fail);
    let order = json!({"paymentId": answer["orderSummaries"][0]["transactionId"]});
    assert_eq!(rig.call("inquiryPayment", &order)["paymentStatus"], "FAIL");
    assert_eq!(rig.told("batchPay", &batch_body("B-1", &[100, 250])), "ORDER_IS_CLOSED");
}

fn session(id: &str) -> serde_json::Value {
    json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "productScene": "CHECKOUT_PAYMENT",
        "paymentAmount": {"currency": "USD", "value": "1999"},
        "order": {"referenceOrderId": "O", "orderDescription": "tea", "orderAmount": {"currency": "USD", "value": "1999"}},
        "paymentRedirectUrl": "https://shop.example/back", "paymentNotifyUrl": super::merchant::NOTIFY_URL,
        "settlementStrategy": {"settlementCurrency": "USD"},
    })
}

#[test]
fn a_session_lasts_an_hour_and_survives_a_failed_attempt() {
    let mut rig = Rig::new("buyer: [{declines: {after: 10m}}, {pays: {after: 10m}}]");
    let answer = rig.call("createPaymentSession", &session("PR-1"));
    assert_eq!(answer["result"]["resultStatus"], "S");
    assert_eq!(answer["paymentSessionExpiryTime"], "2026-01-05T19:00:00+08:00");
    assert!(["paymentSessionData", "paymentSessionId", "normalUrl"].iter().all(|name| answer[name].is_string()));
    assert_eq!(answer.get("paymentId"), None);
    assert_eq!(rig.call("createPaymentSession", &session("PR-1")), answer);
    rig.pass(600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
    assert_eq!(rig.notified().len(), 1);
}

#[test]
fn a_session_expires_and_cannot_be_asked_for_longer() {
    let mut rig = Rig::new("buyer: [leaves]");
    rig.call("createPaymentSession", &session("PR-1"));
    rig.pass(3600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
    assert_eq!(rig.told("createPaymentSession", &session("PR-1")), "ORDER_IS_CLOSED");
    let mut body = session("PR-2");
    body["paymentSessionExpiryTime"] = json!("2026-01-05T20:00:01+08:00");
    assert_eq!(rig.told("createPaymentSession", &body), "PARAM_ILLEGAL");
    body["paymentSessionExpiryTime"] = json!("2026-01-05T20:00:00+08:00");
    assert_eq!(rig.told("createPaymentSession", &body), "SUCCESS");
    rig.pass(3601);
    assert_eq!(rig.told("createPaymentSession", &body), "SUCCESS", "asked for again when its hour is over");
}
