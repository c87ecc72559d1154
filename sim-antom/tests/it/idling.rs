//! Nothing is pending when nothing can happen, and the same inputs give the same outputs.

use bytes::Bytes;
use rstest::rstest;
use serde_json::json;
use sim_antom::{Gateway, Input, Output};
use wire::clock::Deadlines;
use wire::time::Moment;

use super::merchant::{Draft, antom, cashier_body, forger};
use super::rig::{ACK, Rig, clients, script};

#[test]
fn a_gateway_that_has_seen_nothing_waits_for_nothing() {
    assert_eq!(Rig::new("").gateway.deadlines(), Deadlines::default());
}

#[test]
fn a_world_in_which_everything_has_ended_is_idle() {
    let mut rig = Rig::new("buyer: [{pays: {}}, {declines: {}}]");
    rig.pay("PR-1");
    rig.pay("PR-2");
    rig.pass(3);
    let delivery = rig.delivered().remove(0);
    rig.answer(delivery.id, Ok((200, ACK)));
    // Neither expires any more, though ten minutes have not passed.
    assert_eq!(rig.gateway.deadlines(), Deadlines::default());
}

/// What is captured is released by nobody, so nothing waits for the seven days to pass: not when the gateway has captured
/// the whole, nor when the merchant has, though he did not say that no more follows, nor when he took a part and the
/// gateway's own capture of the rest failed.
#[rstest]
#[case("", None, &["S", "S"])]
#[case("", Some("1000"), &["S", "S"])]
#[case("captures: [{succeeds: {after: 0s}}, fails]", Some("400"), &["S", "S", "F"])]
fn a_card_that_was_captured_is_idle(#[case] script: &str, #[case] part: Option<&str>, #[case] told: &[&str]) {
    let mut rig = Rig::new(script);
    let id = rig.call("pay", &cashier_body("PR-1", "1000", "CARD"))["paymentId"].clone();
    if let Some(part) = part {
        let amount = json!({"currency": "JPY", "value": part});
        let body =
            json!({"captureRequestId": "CR-1", "paymentId": id, "captureType": "NON_FINAL", "captureAmount": amount});
        assert_eq!(rig.told("capture", &body), "SUCCESS");
    }
    rig.pass(4);
    let results: Vec<_> = rig.notified().iter().map(|body| body["result"]["resultStatus"].clone()).collect();
    assert_eq!(results, told);
    assert_eq!(rig.gateway.deadlines(), Deadlines::default());
}

#[test]
fn a_forgery_that_was_answered_is_done_with() {
    let mut rig = Rig::new("{buyer: [{declines: {after: 0s}}], faults: [{forge-notification: {after: 0s}}]}");
    rig.pay("PR-1");
    rig.pass(0);
    let delivery = rig.delivered().remove(0);
    rig.answer(delivery.id, Ok((500, b"")));
    assert_eq!(rig.gateway.deadlines(), Deadlines::default());
}

/// Everything that a gateway says in a run with faults of every kind.
fn run() -> Vec<Output> {
    let script = script(
        "{answers: [{on: pay, code: UNKNOWN_EXCEPTION}], \
          buyer: [leaves, {declines: {after: 7s}}, {pays: {after: 2s}}], \
          faults: [{lose-answer: {on: inquiryPayment}}, {repeat-notification: {deliveries: 2, times: always}}, {forge-notification: {}}]}",
    );
    let mut gateway = Gateway::new(clients(), antom(), Some(forger()), script);
    let mut now = Moment::WORLD_START;
    let mut said = Vec::new();
    let mut ids = 0;
    for round in 0_u64..40 {
        if round < 8 {
            ids += 1;
            let envelope = Draft::pay(&format!("PR-{}", round / 2), "1000").signed();
            gateway.handle(now, Input::Request { id: ids, envelope, unreadable: None });
        } else if let Some(next) = gateway.deadlines().next() {
            now = next;
            gateway.handle(now, Input::Timeout);
        }
        let mut deliveries = Vec::new();
        while let Some(output) = gateway.poll() {
            if let Output::Deliver(delivery) = &output {
                deliveries.push(delivery.id);
            }
            said.push(output);
        }
        for id in deliveries.into_iter().filter(|id| id % 3 != 0) {
            gateway.handle(now, Input::Answered { id, answer: Ok((200, Bytes::from_static(ACK))) });
        }
    }
    said
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let first = run();
    assert!(first.len() > 50, "{}", first.len());
    assert_eq!(first, run());
}
