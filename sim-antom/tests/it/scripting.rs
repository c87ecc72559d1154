//! Scripted answers in sequence, and answers that are lost.

use rstest::rstest;
use sim_antom::{Event, Hangup};
use wire::antom::PaymentStatus;

use super::merchant::{Draft, with_header};
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
