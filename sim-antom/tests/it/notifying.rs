//! notifyPayment: when it is sent, what stops it, and what a merchant must not believe.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use sim_antom::{Delivery, Event};
use wire::time::Moment;

use super::merchant::{CLIENT, Draft, NOTIFY_URL, PAY, forger, is_antoms, pay_body};
use super::rig::{ACK, Rig};

/// The pauses before each delivery, in seconds.
const PAUSES: [u64; 8] = [0, 120, 600, 600, 3600, 7200, 21_600, 54_000];

/// A gateway with a payment that is paid, and its first delivery.
fn paid(script: &str) -> (Rig, Delivery) {
    let mut rig = Rig::new(script);
    rig.pay("PR-1");
    rig.pass(3);
    let mut deliveries = rig.delivered();
    assert_eq!(deliveries.len(), 1);
    (rig, deliveries.remove(0))
}

/// Whether a merchant that verifies as documented believes a delivery.
fn is_believed(delivery: &Delivery) -> bool {
    is_antoms("/notify?shop=1", &delivery.headers, "request-time", &delivery.body)
}

#[test]
fn a_paid_payment_is_notified_with_a_signature_that_verifies() {
    let (_, delivery) = paid("");
    assert_eq!(delivery.url, NOTIFY_URL);
    assert!(is_believed(&delivery));
    let names: Vec<_> = delivery.headers.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["content-type", "client-id", "request-time", "signature"]);
    assert_eq!(delivery.headers.value("client-id"), Some(CLIENT));
    assert_eq!(delivery.headers.value("request-time"), Some("2026-01-05T18:00:03+08:00"));
    assert_eq!(
        serde_json::from_slice::<Value>(&delivery.body).unwrap(),
        json!({
            "notifyType": "PAYMENT_RESULT",
            "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
            "paymentRequestId": "PR-1",
            "paymentId": "20260105114010800100000000000000001",
            "paymentAmount": {"currency": "JPY", "value": "1000"},
            "actualPaymentAmount": {"currency": "JPY", "value": "1000"},
            "paymentCreateTime": "2026-01-05T18:00:00+08:00",
            "paymentTime": "2026-01-05T18:00:03+08:00",
            "pspCustomerInfo": {"pspName": "ALIPAYCN", "pspCustomerId": "2088000000000001",
                                "displayCustomerId": "buy***@wallet.example"},
        })
    );
}

#[test]
fn without_an_acknowledgement_there_are_eight_deliveries_with_the_documented_pauses() {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    let mut sent = Vec::new();
    let mut wanted = Moment::WORLD_START + Duration::from_secs(3);
    for pause in PAUSES {
        wanted = wanted + Duration::from_secs(pause);
        rig.pass(pause + 3);
        let (at, delivery) = rig.deliveries.pop().unwrap();
        assert_eq!(at, wanted);
        assert!(is_believed(&delivery));
        // Answered at once: the pause counts from the answer.
        rig.now = at;
        rig.answer(delivery.id, Ok((200, b"OK")));
        sent.push(delivery);
    }
    rig.pass(1_000_000);
    assert!(rig.deliveries.is_empty());
    assert_eq!(rig.gateway.deadlines().next(), None);
    assert!(sent.windows(2).all(|pair| pair[0].body == pair[1].body && pair[0].headers != pair[1].headers));
    let attempts = rig.events.iter().filter_map(|event| match event {
        Event::Notice { attempt, genuine: true, .. } => Some(*attempt),
        _ => None,
    });
    assert_eq!(attempts.collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
}

#[test]
fn an_acknowledgement_ends_them() {
    let (mut rig, first) = paid("");
    rig.answer(first.id, Err("connection refused"));
    rig.pass(120);
    let second = rig.delivered().remove(0);
    rig.answer(second.id, Ok((200, ACK)));
    rig.pass(1_000_000);
    assert_eq!(rig.delivered(), []);
    assert_eq!(rig.verdicts(), [(1, false, Some("connection refused".to_owned())), (2, true, None)]);
}

#[rstest]
#[case(500, ACK)]
#[case(201, ACK)]
#[case(302, ACK)]
#[case(200, b"")]
#[case(200, b"success")]
#[case(200, b"{}")]
#[case(200, b"{\"result\":{\"resultCode\":\"UNKNOWN_EXCEPTION\",\"resultStatus\":\"U\"}}")]
#[case(200, b"{\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"F\"}}")]
fn a_wrong_acknowledgement_goes_on(#[case] status: u16, #[case] body: &'static [u8]) {
    let (mut rig, first) = paid("");
    rig.answer(first.id, Ok((status, body)));
    rig.pass(119);
    assert_eq!(rig.delivered(), []);
    rig.pass(1);
    assert_eq!(rig.delivered().len(), 1);
    let (_, acknowledged, problem) = rig.verdicts().remove(0);
    assert!(!acknowledged && problem.is_some());
}

#[test]
fn a_merchant_that_does_not_answer_within_ten_seconds_has_not_acknowledged() {
    let (mut rig, first) = paid("");
    assert_eq!(rig.gateway.deadlines().peer, Some(rig.now + Duration::from_secs(10)));
    assert_eq!(rig.gateway.deadlines().world, None);
    rig.pass(9);
    assert_eq!(rig.verdicts(), []);
    rig.pass(1);
    assert_eq!(rig.verdicts(), [(1, false, Some("no answer within 10 s".to_owned()))]);
    assert_eq!(rig.abandoned, [1]);
    // What comes after that is nobody's.
    rig.answer(first.id, Ok((200, ACK)));
    assert_eq!(rig.verdicts().len(), 1);
    rig.pass(120);
    assert_eq!(rig.delivered().len(), 1);
}

#[test]
fn an_answer_to_nothing_is_let_pass() {
    let (mut rig, first) = paid("");
    rig.answer(99, Ok((200, ACK)));
    rig.answer(first.id, Ok((200, ACK)));
    rig.answer(first.id, Ok((500, b"")));
    assert_eq!(rig.verdicts(), [(1, true, None)]);
    assert_eq!(rig.gateway.deadlines().next(), None);
}

#[rstest]
#[case::declined("{declines: {}}", "USER_BALANCE_NOT_ENOUGH")]
#[case::expired("leaves", "ORDER_IS_CLOSED")]
fn a_failure_is_notified_only_when_set(#[case] buyer: &str, #[case] code: &str) {
    let mut silent = Rig::new(&format!("buyer: [{buyer}]"));
    silent.pay("PR-1");
    silent.pass(1000);
    assert_eq!(silent.delivered(), []);
    let mut rig = Rig::new(&format!("{{buyer: [{buyer}], settings: {{notify-failure: true}}}}"));
    rig.pay("PR-1");
    rig.pass(600);
    let delivery = rig.delivered().remove(0);
    assert!(is_believed(&delivery));
    let body: Value = serde_json::from_slice(&delivery.body).unwrap();
    assert_eq!((&body["result"]["resultStatus"], &body["result"]["resultCode"]), (&json!("F"), &json!(code)));
    assert_eq!(body.get("paymentTime"), None);
}

#[test]
fn the_url_of_the_request_wins_over_the_dashboards() {
    let mut rig = Rig::new("");
    rig.gateway.set_dashboard_url(Some("http://127.0.0.1:9/dashboard".to_owned()));
    rig.pay("PR-1");
    let mut body = pay_body("PR-2", "1000");
    body.as_object_mut().unwrap().shift_remove("paymentNotifyUrl");
    rig.ask(Draft::new(PAY, &body).signed());
    rig.pass(3);
    let urls: Vec<_> = rig.delivered().into_iter().map(|delivery| delivery.url).collect();
    assert_eq!(urls, [NOTIFY_URL, "http://127.0.0.1:9/dashboard"]);
}

#[test]
fn without_any_url_nothing_is_sent() {
    let mut rig = Rig::new("");
    let mut body = pay_body("PR-1", "1000");
    body.as_object_mut().unwrap().shift_remove("paymentNotifyUrl");
    rig.ask(Draft::new(PAY, &body).signed());
    rig.pass(100);
    assert_eq!(rig.delivered(), []);
    assert_eq!(rig.gateway.deadlines().next(), None);
}

#[rstest]
#[case("http://127.0.0.1:9", "http://127.0.0.1:9", "/")]
#[case("http://127.0.0.1:9?a=b", "http://127.0.0.1:9/?a=b", "/?a=b")]
#[case("http://127.0.0.1:9/n?a=b#c", "http://127.0.0.1:9/n?a=b", "/n?a=b")]
fn the_signature_covers_the_path_as_it_is_sent(#[case] url: &str, #[case] sent: &str, #[case] path: &str) {
    let mut rig = Rig::new("");
    let mut body = pay_body("PR-1", "1000");
    body["paymentNotifyUrl"] = json!(url);
    rig.ask(Draft::new(PAY, &body).signed());
    rig.pass(3);
    let delivery = rig.delivered().remove(0);
    assert_eq!(delivery.url, sent);
    assert!(is_antoms(path, &delivery.headers, "request-time", &delivery.body));
}

#[test]
fn a_notification_is_repeated_although_it_was_acknowledged() {
    let (mut rig, first) = paid("faults: [{repeat-notification: {deliveries: 3, every: 5s}}]");
    rig.answer(first.id, Ok((200, ACK)));
    let mut seen = vec![first];
    for _ in 0..2 {
        rig.pass(4);
        assert_eq!(rig.delivered(), []);
        rig.pass(1);
        let again = rig.delivered().remove(0);
        rig.answer(again.id, Ok((200, ACK)));
        seen.push(again);
    }
    assert!(seen.iter().all(|delivery| is_believed(delivery) && delivery.body == seen[0].body));
    rig.pass(1_000_000);
    assert_eq!(rig.delivered(), []);
}

#[test]
fn a_lost_notification_is_never_sent_and_the_next_one_is() {
    let mut rig = Rig::new("faults: [lose-notification: {}]");
    rig.pay("PR-1");
    rig.pass(1_000_000);
    assert_eq!(rig.delivered(), []);
    assert!(rig.events.contains(&Event::Fault { name: "lose-notification".to_owned() }));
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "SUCCESS");
    rig.pay("PR-2");
    rig.pass(3);
    assert_eq!(rig.delivered().len(), 1);
}

#[rstest]
#[case::foreign_key("foreign-key")]
#[case::absent("absent")]
#[case::tampered_body("tampered-body")]
fn a_forged_notification_of_success_does_not_verify(#[case] how: &str) {
    let script = format!("{{buyer: [leaves], faults: [{{forge-notification: {{signature: {how}, after: 2s}}}}]}}");
    let mut rig = Rig::new(&script);
    rig.pay("PR-1");
    rig.pass(1);
    assert_eq!(rig.delivered(), []);
    rig.pass(1);
    let delivery = rig.delivered().remove(0);
    let body: Value = serde_json::from_slice(&delivery.body).unwrap();
    assert_eq!(body["result"]["resultCode"], "SUCCESS");
    assert_eq!(body["paymentRequestId"], "PR-1");
    assert!(!is_believed(&delivery));
    assert!(rig.events.iter().any(|event| matches!(event, Event::Notice { genuine: false, .. })));
    // Each is wrong in the one way that it says.
    let headers = &delivery.headers;
    match how {
        "absent" => assert_eq!(headers.value("signature"), None),
        "tampered-body" => assert!(is_antoms("/notify?shop=1", headers, "request-time", &delivery.body[1..])),
        _ => {
            let time = headers.value("request-time").unwrap();
            let foreign = forger().header(NOTIFY_URL, CLIENT, time, &delivery.body);
            assert_eq!(headers.value("signature"), Some(foreign.as_str()));
        }
    }
    // A forger does not insist, and the ledger knows nothing of it.
    rig.answer(delivery.id, Ok((500, b"")));
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PROCESSING");
    rig.pass(1_000_000);
    assert_eq!(rig.delivered(), []);
}

#[test]
fn a_forgery_takes_the_next_payment_and_the_genuine_notification_still_comes() {
    let mut rig = Rig::new("faults: [{forge-notification: {}}]");
    rig.pay("PR-1");
    rig.pay("PR-2");
    rig.pass(3);
    let believed: Vec<_> = rig.delivered().iter().map(is_believed).collect();
    assert_eq!(believed, [false, true, true]);
}

#[test]
fn a_jump_over_many_deadlines_notifies_in_the_order_of_the_clock() {
    let mut rig = Rig::new("buyer: [{pays: {after: 1s}}, {declines: {after: 5s}}, {pays: {after: 6s}}]");
    for id in ["A", "B", "C"] {
        rig.pay(id);
    }
    rig.events.clear();
    rig.now = rig.now + Duration::from_secs(100);
    rig.timeout();
    let told = rig.events.iter().map(|event| match event {
        Event::Payment { payment_request_id, .. } => format!("{payment_request_id} ends"),
        Event::Notice { payment_request_id, .. } => format!("{payment_request_id} is notified"),
        other => format!("{other:?}"),
    });
    assert_eq!(told.collect::<Vec<_>>(), ["A ends", "A is notified", "B ends", "C ends", "C is notified"]);
}
