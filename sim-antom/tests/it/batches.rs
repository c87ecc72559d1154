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
    body["orderList"][4]["merchant"]["referenceMerchantId"] = json!("M7");
    assert_eq!(rig.told("batchPay", &body), "PAYMENT_IN_PROCESS");
    assert!(rig.noticed().1[0].contains("two orders of the merchant \"M7\""));
    assert_eq!(rig.told("batchPay", &batch_body("B-2", &[100; 10])), "PAYMENT_IN_PROCESS");
    assert_eq!(rig.noticed().1, [""; 0]);
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
fn an_order_of_a_batch_that_is_not_paid_is_not_cancelled_alone() {
    let mut rig = Rig::new("");
    let answer = rig.call("batchPay", &batch_body("B-1", &[300, 700]));
    let order = json!({"paymentId": answer["orderSummaries"][0]["transactionId"]});
    assert_eq!(rig.told("cancel", &order), "ORDER_STATUS_INVALID");
    rig.pass(3);
    assert_eq!(rig.notified()[0]["paymentAmount"]["value"], "1000");
    assert_eq!(rig.told("cancel", &order), "SUCCESS");
    assert_eq!(rig.told("cancel", &order), "SUCCESS", "again");
}

#[rstest]
#[case("1000", &["PROCESS_FAIL", "PROCESS_FAIL"])]
#[case("1", &["PROCESS_FAIL", "PROCESS_FAIL"])]
fn what_was_given_back_of_the_batch_is_not_given_back_by_order(#[case] value: &str, #[case] codes: &[&str]) {
    let mut rig = Rig::new("");
    let answer = rig.call("batchPay", &batch_body("B-1", &[300, 700]));
    rig.pass(3);
    let batch = rig.inquire("B-1")["paymentId"].clone();
    let refund =
        json!({"refundRequestId": "RR-1", "paymentId": batch, "refundAmount": {"currency": "JPY", "value": value}});
    assert_eq!(rig.told("refund", &refund), "SUCCESS");
    let cancels =
        [0, 1].map(|at| rig.told("cancel", &json!({"paymentId": answer["orderSummaries"][at]["transactionId"]})));
    assert_eq!(cancels, codes);
    assert_eq!(rig.gateway.ledger().payment(CLIENT, "B-1").unwrap().refunded.to_string(), value);
}

#[test]
fn one_order_is_cancelled_when_another_was_given_back_and_both_are_found_at_the_batch() {
    let mut rig = Rig::new("refunds: [{fails: {after: 1s}}]");
    let answer = rig.call("batchPay", &batch_body("B-1", &[300, 700]));
    rig.pass(3);
    let batch = rig.inquire("B-1")["paymentId"].clone();
    let refund = |id: &str, of: &serde_json::Value| json!({"refundRequestId": id, "paymentId": of, "refundAmount": {"currency": "JPY", "value": "300"}});
    // A refund that failed gave nothing back.
    assert_eq!(rig.told("refund", &refund("RR-1", &batch)), "REFUND_IN_PROCESS");
    rig.pass(1);
    assert_eq!(rig.told("refund", &refund("RR-2", &answer["orderSummaries"][0]["transactionId"])), "SUCCESS");
    let rows = rig.inquire("B-1")["transactions"].as_array().unwrap().clone();
    let ids: Vec<_> = rows.iter().map(|row| row["transactionRequestId"].clone()).collect();
    assert_eq!(ids, [json!("RR-1"), json!("RR-2")]);
    assert_eq!(rig.told("cancel", &json!({"paymentId": answer["orderSummaries"][1]["transactionId"]})), "SUCCESS");
    assert_eq!(rig.gateway.ledger().payment(CLIENT, "B-1").unwrap().refundable(), 0);
}

#[test]
fn the_orders_of_a_batch_take_no_id_of_the_merchants() {
    let mut rig = Rig::new("");
    let long = "B".repeat(64);
    let mut body = batch_body("B", &[300, 700]);
    body["batchPaymentRequestId"] = json!(long);
    let answer = rig.call("batchPay", &body);
    let order = rig.call("inquiryPayment", &json!({"paymentId": answer["orderSummaries"][1]["transactionId"]}));
    assert_eq!((&order["paymentRequestId"], &order["paymentAmount"]["value"]), (&json!(long), &json!("700")));
    rig.call("batchPay", &batch_body("B-1", &[300, 700]));
    assert_eq!(rig.inquire("B-1")["paymentAmount"]["value"], "1000");
    let paid = rig.pay("B-1_1");
    assert_eq!((&paid["result"]["resultCode"], &paid["paymentAmount"]["value"]), (&json!("SUCCESS"), &json!("1000")));
    // Nor has an order a page of its own.
    assert!(rig.gateway.sale(order["paymentId"].as_str().unwrap()).is_none());
}

#[rstest]
#[case("createPaymentSession", "pay")]
#[case("pay", "createPaymentSession")]
#[case("pay", "batchPay")]
#[case("batchPay", "pay")]
fn an_id_of_one_operation_is_not_answered_in_the_words_of_another(#[case] first: &str, #[case] second: &str) {
    let mut rig = Rig::new("");
    let body = |operation: &str| match operation {
        "batchPay" => batch_body("PR-1", &[1000]),
        "pay" => super::merchant::cashier_body("PR-1", "1000", "GCASH"),
        _ => {
            let mut body = super::merchant::cashier_body("PR-1", "1000", "GCASH");
            body["settlementStrategy"] = json!({"settlementCurrency": "JPY"});
            body
        }
    };
    rig.call(first, &body(first));
    assert_eq!(rig.told(second, &body(second)), "REPEAT_REQ_INCONSISTENT");
}

#[test]
fn only_pay_compares_what_is_paid_with() {
    for (operation, code) in
        [("pay", "REPEAT_REQ_INCONSISTENT"), ("createPaymentSession", "SUCCESS"), ("batchPay", "PAYMENT_IN_PROCESS")]
    {
        let mut rig = Rig::new("");
        let mut body = match operation {
            "batchPay" => batch_body("PR-1", &[1000]),
            _ => super::merchant::cashier_body("PR-1", "1000", "GCASH"),
        };
        rig.call(operation, &body);
        body["paymentMethod"]["paymentMethodId"] = json!("another");
        assert_eq!(rig.told(operation, &body), code, "{operation}");
    }
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
