//! cancel: what it closes, what it gives back, until when; and money that comes after the end.

use rstest::rstest;
use serde_json::{Value, json};
use wire::antom::PaymentStatus;

use super::merchant::{cashier_body, pay_body};
use super::rig::Rig;

fn cancel(rig: &mut Rig, id: &str) -> String {
    rig.told("cancel", &json!({ "paymentRequestId": id }))
}

#[test]
fn a_payment_that_is_not_paid_is_closed_and_nobody_is_notified() {
    let mut rig = Rig::new("");
    let paid = rig.pay("PR-1");
    let answer = rig.call("cancel", &json!({"paymentId": paid["paymentId"], "paymentRequestId": "other"}));
    assert_eq!(answer["result"]["resultCode"], "SUCCESS");
    assert_eq!((&answer["paymentId"], &answer["paymentRequestId"]), (&paid["paymentId"], &json!("PR-1")));
    assert_eq!(answer["cancelTime"], "2026-01-05T18:00:00+08:00");
    // The buyer who comes now can pay no more.
    rig.pass(3600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Cancelled);
    assert!(rig.delivered().is_empty());
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "CANCELLED");
    assert_eq!(rig.told("pay", &pay_body("PR-1", "1000")), "ORDER_IS_CANCELED");
}

#[test]
fn a_cancel_that_is_repeated_changes_nothing() {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    let first = rig.call("cancel", &json!({"paymentRequestId": "PR-1"}));
    rig.pass(60);
    assert_eq!(rig.call("cancel", &json!({"paymentRequestId": "PR-1"})), first);
}

#[rstest]
// Paid at 18:00:03 at +08:00; the window closes at 00:15 the next day.
#[case(6 * 3600 + 14 * 60, "SUCCESS")]
#[case(6 * 3600 + 15 * 60, "SUCCESS")]
#[case(6 * 3600 + 15 * 60 + 1, "CANCEL_WINDOW_EXCEED")]
fn a_paid_one_is_given_back_until_a_quarter_past_midnight(#[case] seconds: u64, #[case] code: &str) {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    rig.pass(seconds);
    assert_eq!(cancel(&mut rig, "PR-1"), code);
    let wanted = if code == "SUCCESS" { PaymentStatus::Cancelled } else { PaymentStatus::Success };
    assert_eq!(rig.status("PR-1"), wanted);
}

#[test]
fn a_failed_one_is_answered_s_and_stays_failed() {
    let mut rig = Rig::new("buyer: [{declines: {}}]");
    rig.pay("PR-1");
    rig.pass(3);
    assert_eq!(cancel(&mut rig, "PR-1"), "SUCCESS");
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

#[test]
fn one_that_was_refunded_even_partly_is_not_cancelled() {
    let mut rig = Rig::new("");
    let paid = rig.pay("PR-1");
    rig.pass(3);
    let refund = json!({"refundRequestId": "RR-1", "paymentId": paid["paymentId"], "refundAmount": {"currency": "JPY", "value": "1"}});
    assert_eq!(rig.told("refund", &refund), "SUCCESS");
    assert_eq!(cancel(&mut rig, "PR-1"), "PROCESS_FAIL");
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
}

#[test]
fn what_never_was_cannot_be_cancelled() {
    let mut rig = Rig::new("");
    assert_eq!(cancel(&mut rig, "PR-9"), "ORDER_NOT_EXIST");
    assert_eq!(rig.told("cancel", &json!({})), "PARAM_ILLEGAL");
}

#[rstest]
#[case(true, PaymentStatus::Cancelled)]
#[case(false, PaymentStatus::Fail)]
fn money_that_comes_after_the_end_goes_back_by_itself(#[case] cancelled: bool, #[case] status: PaymentStatus) {
    for fails in [false, true] {
        let mut rig =
            Rig::new(&format!("{{buyer: [{{pays-late: {{after: 1m}}}}], settings: {{reversal-fails: {fails}}}}}"));
        rig.pay("PR-1");
        if cancelled {
            cancel(&mut rig, "PR-1");
        } else {
            rig.pass(600);
        }
        rig.pass(59);
        let came = |rig: &Rig| rig.gateway.ledger().payment(super::merchant::CLIENT, "PR-1").unwrap().came_late;
        assert_eq!(came(&rig), None);
        rig.pass(1);
        assert_eq!(came(&rig), Some(rig.now));
        assert_eq!(rig.status("PR-1"), status);
        let types: Vec<Value> = rig.notified().iter().map(|body| body["notifyType"].clone()).collect();
        assert_eq!(types, if fails { vec![json!("PAYMENT_REVERSAL")] } else { Vec::new() });
    }
}

#[test]
fn a_card_that_was_captured_is_not_cancelled_and_one_that_was_not_is_for_seven_days() {
    for (wait, code) in [(3, "SUCCESS"), (5, "ORDER_STATUS_INVALID")] {
        let mut rig = Rig::new("");
        rig.call("pay", &cashier_body("PR-1", "1000", "CARD"));
        rig.pass(wait);
        assert_eq!(cancel(&mut rig, "PR-1"), code);
    }
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL", "isAuthorization": true});
    rig.call("pay", &body);
    rig.pass(7 * 24 * 3600 - 1);
    assert_eq!(cancel(&mut rig, "PR-1"), "SUCCESS");
}

#[rstest]
#[case("MERCADOPAGO", 7 * 24 * 3600 - 60, "SUCCESS")]
#[case("MERCADOPAGO", 7 * 24 * 3600 + 1, "CANCEL_WINDOW_EXCEED")]
#[case("BANKTRANSFER_THAI", 0, "SUCCESS")]
#[case("BANKTRANSFER_THAI", 60, "CANCEL_WINDOW_EXCEED")]
#[case("JKOPAY", 0, "PAYMENT_METHOD_NOT_SUPPORTED")]
#[case("JKOPAY", 60, "PAYMENT_METHOD_NOT_SUPPORTED")]
#[case("DANA", 60, "PAYMENT_METHOD_NOT_SUPPORTED")]
fn some_methods_have_a_window_of_their_own(#[case] method: &str, #[case] wait: u64, #[case] code: &str) {
    let mut rig = Rig::new("");
    rig.call("pay", &cashier_body("PR-1", "1000", method));
    // Paid after three seconds.
    rig.pass(if wait == 0 { 0 } else { 3 + wait });
    assert_eq!(cancel(&mut rig, "PR-1"), code);
}

#[test]
fn what_was_cancelled_says_no_time_of_payment() {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    rig.pass(3);
    assert!(rig.inquire("PR-1")["paymentTime"].is_string());
    assert_eq!(cancel(&mut rig, "PR-1"), "SUCCESS");
    assert_eq!(rig.inquire("PR-1").get("paymentTime"), None);
}
