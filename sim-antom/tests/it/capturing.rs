//! capture: by itself or by hand, within seven days, up to what was authorised.

use rstest::rstest;
use serde_json::{Value, json};
use wire::antom::PaymentStatus;

use super::merchant::{batch_body, cashier_body};
use super::rig::Rig;

const DAY: u64 = 24 * 3600;

fn authorised() -> (Rig, Value) {
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL", "isAuthorization": true});
    let answer = rig.call("pay", &body);
    assert_eq!(answer["result"]["resultStatus"], "S");
    assert_eq!(answer["authExpiryTime"], "2026-01-12T18:00:00+08:00");
    rig.timeout();
    assert_eq!(rig.notified()[0]["notifyType"], "PAYMENT_RESULT");
    let id = answer["paymentId"].clone();
    (rig, id)
}

fn request(id: &str, payment_id: &Value, value: u64, kind: &str) -> Value {
    json!({
        "captureRequestId": id, "paymentId": payment_id, "captureType": kind,
        "captureAmount": {"currency": "JPY", "value": value.to_string()},
    })
}

#[test]
fn a_card_is_captured_by_itself_after_four_seconds() {
    let mut rig = Rig::new("");
    let id = rig.call("pay", &cashier_body("PR-1", "1000", "CARD"))["paymentId"].clone();
    rig.pass(3);
    assert_eq!(rig.notified().len(), 1);
    rig.pass(1);
    let told = rig.notified();
    assert_eq!((&told[0]["notifyType"], &told[0]["paymentId"]), (&json!("CAPTURE_RESULT"), &id));
    assert_eq!(told[0]["captureAmount"]["value"], "1000");
    assert_eq!(told[0].get("paymentRequestId"), None);
    let found = rig.inquire("PR-1");
    assert_eq!(found["transactions"][0]["transactionType"], "CAPTURE");
    assert_eq!(rig.told("capture", &request("CR-1", &id, 1, "FINAL")), "MULTIPLE_CAPTURES_NOT_SUPPORTED");
}

#[test]
fn parts_are_captured_until_the_last_one() {
    let (mut rig, id) = authorised();
    let first = rig.call("capture", &request("CR-1", &id, 400, "NON_FINAL"));
    assert_eq!(
        (&first["captureRequestId"], &first["captureTime"]),
        (&json!("CR-1"), &json!("2026-01-05T18:00:00+08:00"))
    );
    assert_eq!(rig.call("capture", &request("CR-1", &id, 400, "NON_FINAL")), first);
    assert_eq!(rig.told("capture", &request("CR-1", &id, 401, "NON_FINAL")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.told("capture", &request("CR-2", &id, 601, "FINAL")), "CAPTURE_AMOUNT_EXCEED");
    assert_eq!(rig.told("capture", &request("CR-3", &id, 500, "FINAL")), "SUCCESS");
    assert_eq!(rig.told("capture", &request("CR-4", &id, 100, "FINAL")), "MULTIPLE_CAPTURES_NOT_SUPPORTED");
    rig.timeout();
    assert_eq!(rig.notified().len(), 2);
}

#[test]
fn what_is_not_captured_in_seven_days_is_released() {
    let (mut rig, id) = authorised();
    rig.pass(7 * DAY - 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Cancelled);
    assert_eq!(rig.told("capture", &request("CR-1", &id, 1, "FINAL")), "ORDER_IS_CANCELED");
    // What was captured in part stays, and can be captured no further.
    let (mut rig, id) = authorised();
    rig.call("capture", &request("CR-1", &id, 400, "NON_FINAL"));
    rig.pass(7 * DAY + 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
    assert_eq!(rig.told("capture", &request("CR-2", &id, 1, "FINAL")), "CAPTURE_WINDOW_EXCEED");
}

#[test]
fn what_cannot_be_captured_is_refused() {
    let mut rig = Rig::new("buyer: [{pays: {}}, {declines: {after: 0s}}]");
    assert_eq!(rig.told("capture", &request("CR-1", &json!("none"), 1, "FINAL")), "ORDER_NOT_EXIST");
    let wallet = rig.call("pay", &cashier_body("PR-1", "1000", "GCASH"))["paymentId"].clone();
    rig.pass(3);
    assert_eq!(rig.told("capture", &request("CR-2", &wallet, 1, "FINAL")), "ORDER_STATUS_INVALID");
    assert_eq!(rig.told("pay", &cashier_body("PR-2", "1000", "CARD")), "USER_BALANCE_NOT_ENOUGH");
    let declined = rig.inquire("PR-2")["paymentId"].clone();
    assert_eq!(rig.told("capture", &request("CR-3", &declined, 1, "FINAL")), "ORDER_IS_CLOSED");
}

/// What is taken of a card of 1000 that the gateway captures by itself, in all.
/// The documents: an F is final for its id, whatever would be true by now.
#[test]
fn a_refusal_is_final_for_its_capture() {
    let (mut rig, id) = authorised();
    assert_eq!(rig.told("capture", &request("CR-1", &json!("unknown"), 1000, "FINAL")), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("capture", &request("CR-1", &id, 1000, "FINAL")), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("capture", &request("CR-2", &id, 1001, "FINAL")), "CAPTURE_AMOUNT_EXCEED");
    assert_eq!(rig.told("capture", &request("CR-2", &id, 500, "FINAL")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.told("capture", &request("CR-3", &id, 1000, "FINAL")), "SUCCESS");
    let listed = rig.inquire("PR-1")["transactions"].as_array().map(Vec::len);
    assert_eq!(listed, Some(1), "what was refused was never one of the payment's captures");
}

#[test]
fn a_capture_in_another_currency_is_illegal_and_may_be_put_right() {
    let (mut rig, id) = authorised();
    let mut body = request("CR-1", &id, 10, "FINAL");
    body["captureAmount"]["currency"] = json!("USD");
    assert_eq!(rig.told("capture", &body), "PARAM_ILLEGAL");
    assert_eq!(rig.told("capture", &request("CR-1", &id, 1000, "FINAL")), "SUCCESS");
}

fn taken(rig: &mut Rig) -> u64 {
    let found = rig.inquire("PR-1");
    let captures = found["transactions"].as_array().unwrap().iter().filter(|row| row["transactionType"] == "CAPTURE");
    let done = captures.filter(|row| row["transactionStatus"] == "SUCCESS");
    done.map(|row| row["transactionAmount"]["value"].as_str().unwrap().parse::<u64>().unwrap()).sum()
}

#[rstest]
#[case("", 1000, "FINAL", 1000)]
#[case("", 300, "FINAL", 300)]
#[case("", 400, "NON_FINAL", 1000)]
#[case("captures: [{succeeds: {after: 1h}}]", 400, "NON_FINAL", 1000)]
#[case("captures: [{succeeds: {after: 1h}}]", 400, "FINAL", 400)]
#[case("captures: [{fails: {after: 1h}}]", 400, "NON_FINAL", 600)]
fn what_the_merchant_captured_himself_is_not_captured_again(
    #[case] script: &str,
    #[case] value: u64,
    #[case] kind: &str,
    #[case] all: u64,
) {
    let mut rig = Rig::new(script);
    let id = rig.call("pay", &cashier_body("PR-1", "1000", "CARD"))["paymentId"].clone();
    rig.told("capture", &request("CR-1", &id, value, kind));
    rig.pass(2 * 3600);
    assert_eq!(taken(&mut rig), all);
    let refund = |number: &str, value: u64| json!({"refundRequestId": number, "paymentId": id, "refundAmount": {"currency": "JPY", "value": value.to_string()}});
    let (more, just) = (refund("RR-1", all + 1), refund("RR-2", all));
    assert_eq!(
        (rig.told("refund", &more).as_str(), rig.told("refund", &just).as_str()),
        ("REFUND_AMOUNT_EXCEED", "SUCCESS")
    );
}

/// A card is a card however it is asked for: authorised first, then captured, and given back only then.
#[rstest]
#[case("createPaymentSession", "AUTOMATIC")]
#[case("createPaymentSession", "MANUAL")]
#[case("batchPay", "AUTOMATIC")]
#[case("batchPay", "MANUAL")]
#[case("pay", "AUTOMATIC")]
#[case("pay", "MANUAL")]
fn a_card_is_one_by_every_operation(#[case] operation: &str, #[case] mode: &str) {
    let mut rig = Rig::new("");
    let mut body = match operation {
        "batchPay" => batch_body("PR-1", &[300, 700]),
        "pay" => {
            let mut body = cashier_body("PR-1", "1000", "CARD");
            body["productCode"] = json!("AGREEMENT_PAYMENT");
            body["paymentMethod"]["paymentMethodId"] = json!("token");
            body
        }
        _ => {
            let mut body = cashier_body("PR-1", "1000", "CARD");
            body["settlementStrategy"] = json!({"settlementCurrency": "JPY"});
            body
        }
    };
    body["paymentMethod"]["paymentMethodType"] = json!("CARD");
    body["paymentFactor"] = json!({"captureMode": mode, "isAuthorization": true});
    rig.call(operation, &body);
    rig.pass(3);
    let found = rig.inquire("PR-1");
    assert!(found["authExpiryTime"].is_string(), "{found}");
    let id = found["paymentId"].clone();
    let refund = |id: &Value, number: u8| json!({"refundRequestId": format!("RR-{number}"), "paymentId": id, "refundAmount": {"currency": "JPY", "value": "300"}});
    assert_eq!(rig.told("refund", &refund(&id, 1)), "ORDER_STATUS_INVALID");
    if mode == "MANUAL" {
        rig.pass(100);
        assert_eq!(rig.told("capture", &request("CR-1", &id, 1000, "FINAL")), "SUCCESS");
    }
    rig.pass(4);
    assert_eq!(taken(&mut rig), 1000);
    let told = rig.notified();
    assert!(told.iter().any(|body| body["notifyType"] == "CAPTURE_RESULT" && body["paymentId"] == id), "{told:?}");
    assert_eq!(rig.told("refund", &refund(&id, 2)), "SUCCESS");
    if operation == "batchPay" {
        let order = rig.call("batchPay", &body)["orderSummaries"][0]["transactionId"].clone();
        assert_eq!(rig.told("cancel", &json!({"paymentId": order})), "ORDER_STATUS_INVALID");
        assert_eq!(rig.told("refund", &refund(&order, 3)), "SUCCESS");
    }
}
