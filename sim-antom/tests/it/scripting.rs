//! Scripted answers in sequence, and answers that are lost.

use rstest::rstest;
use serde_json::json;
use sim_antom::{Event, Hangup, Reply};
use wire::antom::PaymentStatus;

use super::merchant::{Draft, pay_body, with_header};
use super::rig::Rig;

fn codes(rig: &mut Rig, calls: usize) -> Vec<String> {
    (0..calls).map(|_| rig.code(Draft::pay("PR-1", "1000").signed())).collect()
}

#[test]
fn two_unknown_outcomes_and_then_success() {
    let mut rig = Rig::new("answers: [{on: pay, code: UNKNOWN_EXCEPTION, times: 2}]");
    assert_eq!(codes(&mut rig, 3), ["UNKNOWN_EXCEPTION", "UNKNOWN_EXCEPTION", "SUCCESS"]);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
}

#[test]
fn answers_are_used_up_in_the_order_of_the_script() {
    let mut rig = Rig::new(
        "answers: [{on: pay, code: PAYMENT_IN_PROCESS}, {on: inquiryPayment, code: SYSTEM_ERROR}, \
         {on: pay, code: REQUEST_TRAFFIC_EXCEED_LIMIT}, {on: pay, code: SUCCESS}]",
    );
    assert_eq!(codes(&mut rig, 1), ["PAYMENT_IN_PROCESS"]);
    assert_eq!(rig.inquire("PR-1")["result"]["resultCode"], "SYSTEM_ERROR");
    assert_eq!(codes(&mut rig, 2), ["REQUEST_TRAFFIC_EXCEED_LIMIT", "SUCCESS"]);
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PROCESSING");
}

#[test]
fn an_answer_carries_the_documented_status_and_message() {
    let mut rig = Rig::new("answers: [{on: pay, code: PROCESS_FAIL}]");
    let answer = rig.pay("PR-1");
    assert_eq!(answer["result"]["resultStatus"], "F");
    assert_eq!(answer["result"]["resultMessage"], "A general business failure occurred.");
}

#[test]
fn a_request_that_fails_a_check_uses_no_answer_up() {
    let mut rig = Rig::new("answers: [{on: pay, code: PROCESS_FAIL}]");
    let unsigned = with_header(&Draft::pay("PR-1", "1000").signed(), "Signature", None);
    assert_eq!(rig.code(unsigned), "INVALID_SIGNATURE");
    assert_eq!(codes(&mut rig, 1), ["PROCESS_FAIL"]);
}

#[rstest]
#[case("faults: [{lose-answer: {on: pay}}]", Hangup::Close)]
#[case("faults: [{lose-answer: {on: pay, how: close}}]", Hangup::Close)]
#[case("faults: [{lose-answer: {on: pay, how: silence}}]", Hangup::Silence)]
fn a_call_whose_answer_is_lost_is_carried_out(#[case] script: &str, #[case] how: Hangup) {
    let mut rig = Rig::new(script);
    // Another operation's answer arrives.
    assert_eq!(rig.inquire("PR-1")["result"]["resultCode"], "ORDER_NOT_EXIST");
    assert_eq!(rig.send(Draft::pay("PR-1", "1000").signed()), Err(how));
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    assert!(rig.events.contains(&Event::Fault { name: "lose-answer".to_owned() }));
    // What would have been said is in the trace, and is what the repeat gets.
    let lost_body = rig.events.iter().find_map(|event| match event {
        Event::Response { lost: Some(_), body, .. } => Some(body.0.clone()),
        _ => None,
    });
    assert_eq!(Some(rig.send(Draft::pay("PR-1", "1000").signed()).unwrap()), lost_body);
}

#[test]
fn so_many_answers_are_lost_and_no_more() {
    let mut rig = Rig::new("faults: [{lose-answer: {on: pay, times: 2}}, {lose-answer: {on: pay, how: silence}}]");
    let mut send = || rig.send(Draft::pay("PR-1", "1000").signed()).err();
    assert_eq!(
        [send(), send(), send(), send()],
        [Some(Hangup::Close), Some(Hangup::Close), Some(Hangup::Silence), None]
    );
}

#[test]
fn trigger_words_can_be_turned_off_whatever_the_script_says() {
    for (script, flag, code) in [
        ("", true, "RISK_REJECT"),
        ("settings: {triggers: false}", true, "SUCCESS"),
        ("settings: {triggers: true}", false, "SUCCESS"),
    ] {
        let mut rig = Rig::new(script);
        rig.gateway.set_triggers(flag);
        let mut body = pay_body("PR-1", "1000");
        body["order"]["orderDescription"] = json!("tea [sim:RISK_REJECT]");
        assert_eq!(rig.told("pay", &body), code, "{script} {flag}");
    }
}

#[test]
fn an_answer_to_a_signature_that_does_not_fit_is_unsigned_when_the_setting_says_so_and_no_other_is() {
    let mut rig = Rig::new("settings: {sign-invalid-signature: false}");
    let draft = Draft::pay("PR-1", "1000");
    let forged = draft.with_signature("algorithm=RSA256,keyVersion=1,signature=AAAA");
    let Some(Reply::Answer { headers, body }) = rig.reply(forged.clone()) else { panic!("no answer") };
    assert_eq!(headers.value("signature"), None);
    assert!(String::from_utf8_lossy(&body).contains("INVALID_SIGNATURE"));
    assert!(rig.events.iter().any(|event| matches!(event, Event::Response { spoilt: None, .. })), "as it should be");
    // Other refusals are signed: send() looks.
    assert_eq!(rig.code(with_header(&draft.signed(), "Client-Id", Some("nobody"))), "CLIENT_INVALID");
    assert_eq!(Rig::new("").code(forged), "INVALID_SIGNATURE");
}
