//! refund and inquiryRefund: how much, how often, how long, and how it ends.

use rstest::rstest;
use serde_json::{Value, json};

use super::merchant::cashier_body;
use super::rig::Rig;

fn request(id: &str, payment_id: &Value, value: u64) -> Value {
    json!({
        "refundRequestId": id, "paymentId": payment_id, "refundReason": "broken",
        "refundAmount": {"currency": "JPY", "value": value.to_string()}, "refundNotifyUrl": "http://127.0.0.1:9/refunds",
    })
}

/// A paid payment of 1000 yen.
fn paid(script: &str) -> (Rig, Value) {
    let mut rig = Rig::new(script);
    let payment_id = rig.pay("PR-1")["paymentId"].clone();
    rig.pass(3);
    rig.notified();
    (rig, payment_id)
}

#[test]
fn parts_are_given_back_up_to_the_whole_and_not_a_yen_more() {
    let (mut rig, id) = paid("");
    let answer = rig.call("refund", &request("RR-1", &id, 400));
    assert_eq!(answer["result"]["resultCode"], "SUCCESS");
    assert_eq!((&answer["refundRequestId"], &answer["paymentId"]), (&json!("RR-1"), &id));
    assert_eq!(answer["refundAmount"], json!({"currency": "JPY", "value": "400"}));
    assert_eq!(answer["refundTime"], "2026-01-05T18:00:03+08:00");
    assert_eq!(answer["refundId"].as_str().unwrap().len(), 35);
    assert_eq!(rig.told("refund", &request("RR-2", &id, 601)), "REFUND_AMOUNT_EXCEED");
    assert_eq!(rig.told("refund", &request("RR-3", &id, 600)), "SUCCESS");
    assert_eq!(rig.told("refund", &request("RR-4", &id, 1)), "REFUND_AMOUNT_EXCEED");
    // The payment stays what it was, and lists its refunds.
    let found = rig.inquire("PR-1");
    assert_eq!(found["paymentStatus"], "SUCCESS");
    let amounts: Vec<_> =
        found["transactions"].as_array().unwrap().iter().map(|t| t["transactionAmount"]["value"].clone()).collect();
    assert_eq!(amounts, ["400", "600"]);
    assert_eq!(found["transactions"][0]["transactionRequestId"], "RR-1");
    // A refund that ends at once is not notified.
    rig.pass(60);
    assert!(rig.notified().is_empty());
}

#[test]
fn the_same_id_gets_the_same_answer_and_with_another_amount_none() {
    let (mut rig, id) = paid("");
    let first = rig.call("refund", &request("RR-1", &id, 400));
    rig.pass(60);
    assert_eq!(rig.call("refund", &request("RR-1", &id, 400)), first);
    assert_eq!(rig.told("refund", &request("RR-1", &id, 401)), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.told("refund", &request("RR-2", &id, 601)), "REFUND_AMOUNT_EXCEED");
    // What was refused stays refused for its id, also when it would fit in the end.
    assert_eq!(rig.told("refund", &request("RR-2", &id, 601)), "REFUND_AMOUNT_EXCEED");
    let found = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!((&found["refundStatus"], &found["refundId"]), (&json!("SUCCESS"), &first["refundId"]));
    assert_eq!(rig.call("inquiryRefund", &json!({"refundId": first["refundId"], "refundRequestId": "x"})), found);
}

#[rstest]
#[case("refunds: [{succeeds: {after: 3s}}]", false, "SUCCESS", "S")]
#[case("refunds: [{fails: {after: 3s}}]", false, "FAIL", "F")]
#[case("", true, "SUCCESS", "S")]
fn a_refund_that_takes_time_is_in_process_and_notified_at_its_end(
    #[case] script: &str,
    #[case] asked: bool,
    #[case] status: &str,
    #[case] result: &str,
) {
    let (mut rig, id) = paid(script);
    let mut body = request("RR-1", &id, 1000);
    if asked {
        body["isAsyncRefund"] = json!(true);
    }
    let answer = rig.call("refund", &body);
    assert_eq!(
        (&answer["result"]["resultStatus"], &answer["result"]["resultCode"]),
        (&json!("U"), &json!("REFUND_IN_PROCESS"))
    );
    assert_eq!(rig.call("refund", &body), answer);
    assert_eq!(rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}))["refundStatus"], "PROCESSING");
    // What is in process is spoken for.
    assert_eq!(rig.told("refund", &request("RR-2", &id, 1)), "REFUND_AMOUNT_EXCEED");
    rig.pass(3);
    let told = rig.notified();
    assert_eq!((&told[0]["notifyType"], &told[0]["refundStatus"]), (&json!("REFUND_RESULT"), &json!(status)));
    assert_eq!(told[0]["result"]["resultStatus"], result);
    assert_eq!(told.len(), 1);
    assert_eq!(rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}))["refundStatus"], status);
    // What failed may be given back after all, under a new id.
    let again = if status == "FAIL" { "SUCCESS" } else { "REFUND_AMOUNT_EXCEED" };
    assert_eq!(rig.told("refund", &request("RR-3", &id, 1000)), again);
}

/// The documents: an F is final for its id, whatever would be true by now.
#[test]
fn a_refusal_is_final_for_its_refund() {
    let (mut rig, id) = paid("");
    assert_eq!(rig.told("refund", &request("RR-1", &json!("unknown"), 400)), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("refund", &request("RR-1", &id, 400)), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("refund", &request("RR-1", &id, 500)), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.told("refund", &request("RR-2", &id, 1000)), "SUCCESS");
}

#[test]
fn a_refund_of_money_that_was_exchanged_tells_what_it_was_worth() {
    let (mut rig, id) = paid("settings: {wallet-currency: CNY, settlement-currencies: [USD], notify-refund: true}");
    let answer = rig.call("refund", &request("RR-1", &id, 500));
    let (dollars, yuan) = (json!({"currency": "USD", "value": "330"}), json!({"currency": "CNY", "value": "2357"}));
    assert_eq!((&answer["grossSettlementAmount"], &answer["actualRefundAmount"]), (&dollars, &yuan));
    let quote = &answer["settlementQuote"];
    assert_eq!(quote["quoteCurrencyPair"], "JPY/USD");
    rig.pass(0);
    let told = rig.notified().remove(0);
    assert_eq!((&told["grossSettlementAmount"], &told["actualRefundAmount"]), (&dollars, &yuan));
    let asked = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!((&asked["grossSettlementAmount"], &asked["settlementQuote"]), (&dollars, quote));
    let listed = &rig.inquire("PR-1")["transactions"][0];
    assert_eq!((&listed["grossSettlementAmount"], &listed["settlementQuote"]), (&dollars, quote));
    // One that is still in process is worth nothing yet.
    let mut later = request("RR-2", &id, 500);
    later["isAsyncRefund"] = json!(true);
    assert_eq!(rig.call("refund", &later)["grossSettlementAmount"], Value::Null);
}

#[test]
fn a_refund_goes_to_its_own_url() {
    let (mut rig, id) = paid("settings: {notify-refund: true}");
    rig.call("refund", &request("RR-1", &id, 400));
    rig.timeout();
    assert_eq!(rig.delivered()[0].url, "http://127.0.0.1:9/refunds");
}

#[test]
fn only_paid_payments_of_ones_own_are_given_back() {
    let mut rig = Rig::new("buyer: [leaves, leaves, leaves]");
    let open = rig.pay("PR-1")["paymentId"].clone();
    assert_eq!(rig.told("refund", &request("RR-1", &open, 1)), "ORDER_STATUS_INVALID");
    rig.call("cancel", &json!({"paymentId": open}));
    assert_eq!(rig.told("refund", &request("RR-2", &open, 1)), "ORDER_IS_CANCELED");
    assert_eq!(rig.told("refund", &request("RR-3", &json!("none"), 1)), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("inquiryRefund", &json!({"refundRequestId": "RR-9"})), "REFUND_NOT_EXIST");
    assert_eq!(rig.told("inquiryRefund", &json!({})), "PARAM_ILLEGAL");
}

#[test]
fn another_currency_and_a_year_later_are_refused() {
    let (mut rig, id) = paid("");
    let mut body = request("RR-1", &id, 1);
    body["refundAmount"]["currency"] = json!("USD");
    assert_eq!(rig.told("refund", &body), "CURRENCY_NOT_SUPPORT");
    rig.pass(365 * 24 * 3600);
    assert_eq!(rig.told("refund", &request("RR-2", &id, 1)), "SUCCESS");
    rig.pass(1);
    assert_eq!(rig.told("refund", &request("RR-3", &id, 1)), "REFUND_WINDOW_EXCEED");
}

#[test]
fn of_a_card_only_what_was_captured_is_given_back() {
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL"});
    let id = rig.call("pay", &body)["paymentId"].clone();
    assert_eq!(rig.told("refund", &request("RR-1", &id, 1)), "ORDER_STATUS_INVALID");
    let capture =
        json!({"captureRequestId": "CR-1", "paymentId": id, "captureAmount": {"currency": "JPY", "value": "600"}});
    assert_eq!(rig.told("capture", &capture), "SUCCESS");
    assert_eq!(rig.told("refund", &request("RR-2", &id, 601)), "REFUND_AMOUNT_EXCEED");
    assert_eq!(rig.told("refund", &request("RR-3", &id, 600)), "SUCCESS");
}

#[rstest]
#[case("answers: [{on: refund, code: REFUND_IN_PROCESS}]", "broken")]
#[case("", "broken [sim:REFUND_IN_PROCESS]")]
fn a_refund_that_is_said_to_be_in_process_is(#[case] script: &str, #[case] reason: &str) {
    let (mut rig, id) = paid(script);
    let mut body = request("RR-1", &id, 400);
    body["refundReason"] = json!(reason);
    assert_eq!(rig.told("refund", &body), "REFUND_IN_PROCESS");
    let found = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!(found["refundStatus"], "PROCESSING");
    rig.pass(3);
    let found = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}));
    assert_eq!(found["refundStatus"], "SUCCESS");
    assert_eq!(rig.notified()[0]["notifyType"], "REFUND_RESULT");
    // One that cannot be begun is answered so, and there is none.
    let mut rig = Rig::new("answers: [{on: refund, code: REFUND_IN_PROCESS}]");
    assert_eq!(rig.told("refund", &request("RR-1", &json!("none"), 400)), "REFUND_IN_PROCESS");
    assert_eq!(rig.told("inquiryRefund", &json!({"refundRequestId": "RR-1"})), "REFUND_NOT_EXIST");
}
