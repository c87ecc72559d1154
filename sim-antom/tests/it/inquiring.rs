//! inquiryPayment: both ids, every state.

use rstest::rstest;
use serde_json::json;

use super::merchant::{Draft, INQUIRY, OTHER, forger};
use super::rig::Rig;

#[rstest]
#[case::processing("buyer: [leaves]", "PROCESSING", "PAYMENT_IN_PROCESS", false)]
#[case::paid("", "SUCCESS", "SUCCESS", true)]
#[case::declined("buyer: [{declines: {code: USER_KYC_NOT_QUALIFIED}}]", "FAIL", "USER_KYC_NOT_QUALIFIED", false)]
#[case::expired("{buyer: [leaves], settings: {expiry: 2s}}", "FAIL", "ORDER_IS_CLOSED", false)]
fn both_ids_find_the_payment_and_its_state(
    #[case] script: &str,
    #[case] status: &str,
    #[case] code: &str,
    #[case] paid: bool,
) {
    let mut rig = Rig::new(script);
    let payment_id = rig.pay("PR-1")["paymentId"].clone();
    rig.pass(3);
    let answer = rig.inquire("PR-1");
    assert_eq!(answer["result"]["resultCode"], "SUCCESS");
    assert_eq!(answer["paymentStatus"], status);
    assert_eq!(answer["paymentResultCode"], code);
    assert_eq!(answer["paymentRequestId"], "PR-1");
    assert_eq!(answer["paymentId"], payment_id);
    assert_eq!(answer["paymentAmount"], json!({"currency": "JPY", "value": "1000"}));
    assert_eq!(answer["paymentCreateTime"], "2026-01-05T18:00:00+08:00");
    assert_eq!(answer.get("paymentTime"), paid.then(|| json!("2026-01-05T18:00:03+08:00")).as_ref());
    assert_eq!(rig.ask(Draft::new(INQUIRY, &json!({ "paymentId": payment_id })).signed()), answer);
}

#[test]
fn the_payment_id_wins() {
    let mut rig = Rig::new("");
    let payment_id = rig.pay("PR-1")["paymentId"].clone();
    rig.pay("PR-2");
    let both = json!({"paymentRequestId": "PR-2", "paymentId": payment_id});
    assert_eq!(rig.ask(Draft::new(INQUIRY, &both).signed())["paymentRequestId"], "PR-1");
    let unknown = json!({"paymentRequestId": "PR-2", "paymentId": "nobody"});
    assert_eq!(rig.code(Draft::new(INQUIRY, &unknown).signed()), "ORDER_NOT_EXIST");
}

#[test]
fn an_unknown_payment_does_not_exist() {
    let mut rig = Rig::new("");
    let answer = rig.inquire("PR-1");
    assert_eq!(answer["result"]["resultStatus"], "F");
    assert_eq!(answer["result"]["resultCode"], "ORDER_NOT_EXIST");
    assert_eq!(answer.as_object().unwrap().len(), 1);
}

#[test]
fn a_call_that_was_left_unknown_left_no_payment() {
    let mut rig = Rig::new("answers: [{on: pay, code: UNKNOWN_EXCEPTION}]");
    rig.pay("PR-1");
    assert_eq!(rig.inquire("PR-1")["result"]["resultCode"], "ORDER_NOT_EXIST");
}

#[test]
fn a_merchant_does_not_see_the_payments_of_another() {
    let mut rig = Rig::new("");
    let payment_id = rig.pay("PR-1")["paymentId"].clone();
    for body in [json!({"paymentRequestId": "PR-1"}), json!({ "paymentId": payment_id })] {
        let draft = Draft { client_id: OTHER, ..Draft::new(INQUIRY, &body) };
        let signature = forger().header(INQUIRY, OTHER, draft.time, &draft.body);
        assert_eq!(rig.code(draft.with_signature(signature)), "ORDER_NOT_EXIST");
    }
}
