//! Statements that hold for whatever is asked, scripted and answered.

use std::time::Duration;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sim_antom::{Event, Input, Output, Reply};
use wire::antom::{Envelope, Headers, PaymentStatus};

use super::merchant::{CLIENT, Draft, INQUIRY, PAY, is_antoms, pay_body};
use super::rig::{ACK, Rig};

/// Anything at all, as a request.
fn anything() -> impl Strategy<Value = Envelope> {
    let method = prop_oneof![Just("POST".to_owned()), ".{0,8}"];
    let target = prop_oneof![Just(PAY.to_owned()), Just(INQUIRY.to_owned()), ".{0,40}"];
    let name = prop_oneof![
        select(vec!["Content-Type", "Client-Id", "Request-Time", "Signature"]).prop_map(str::to_owned),
        "[a-z-]{1,8}"
    ];
    let value = prop_oneof![
        select(vec!["application/json", CLIENT, "algorithm=RSA256,signature=AAAA"]).prop_map(str::to_owned),
        ".{0,20}"
    ];
    let headers = proptest::collection::vec((name, value), 0..8);
    let body = proptest::collection::vec(any::<u8>(), 0..64);
    (method, target, headers, body).prop_map(|(method, target, headers, body)| Envelope {
        method,
        target,
        headers: Headers::from_iter(headers),
        body: body.into(),
    })
}

/// A signed request whose body is nearly right.
fn nearly_right() -> impl Strategy<Value = Envelope> {
    let paths = [
        "/paymentRequestId",
        "/paymentAmount",
        "/paymentAmount/value",
        "/paymentMethod",
        "/paymentExpiryTime",
        "/paymentNotifyUrl",
        "/order",
        "/order/merchant/store",
        "/order/env",
    ];
    let value = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        any::<bool>().prop_map(|b| json!(b)),
        ".{0,70}".prop_map(|text| json!(text)),
        Just(json!("2026-01-05T10:00:00Z")),
        Just(json!([{}])),
        Just(json!({})),
    ];
    (select(paths.to_vec()), value, select(vec![PAY, INQUIRY])).prop_map(|(path, value, target)| {
        let mut body = pay_body("PR-1", "1000");
        match body.pointer_mut(path) {
            Some(field) => *field = value,
            None => body[path.trim_start_matches('/')] = value,
        }
        Draft::new(target, &body).signed()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_request_gets_one_signed_answer_and_a_refusal_a_reason(
        envelope in prop_oneof![anything(), nearly_right()],
    ) {
        let mut rig = Rig::new("");
        let path = envelope.path_and_query().to_owned();
        rig.gateway.handle(rig.now, Input::Request { id: 7, envelope, unreadable: None });
        let mut replies = 0;
        while let Some(output) = rig.gateway.poll() {
            match output {
                Output::Reply { id, reply: Reply::Answer { headers, body } } => {
                    replies += 1;
                    prop_assert_eq!(id, 7);
                    prop_assert!(is_antoms(&path, &headers, "response-time", &body));
                    prop_assert!(headers.iter().all(|(_, value)| value.bytes().all(|b| (32..127).contains(&b))));
                    let body: Value = serde_json::from_slice(&body).unwrap();
                    prop_assert!(body["result"]["resultCode"].is_string());
                }
                Output::Event(Event::Request { refused: Some(_), notes, .. }) => prop_assert!(!notes[0].is_empty()),
                Output::Event(_) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
        prop_assert_eq!(replies, 1);
    }

    #[test]
    fn a_notification_is_sent_at_most_eight_times_and_never_after_its_acknowledgement(
        answers in proptest::collection::vec((select(vec![200_u16, 204, 302, 500]), any::<bool>(), 0_u64..20), 10),
    ) {
        let mut rig = Rig::new("");
        rig.pay("PR-1");
        rig.pass(3);
        let mut acknowledged = false;
        let mut sent = 0;
        for (status, right, wait) in answers {
            let Some(delivery) = rig.delivered().pop() else { break };
            prop_assert!(!acknowledged);
            sent += 1;
            rig.pass(wait);
            let body = Bytes::from_static(if right { ACK } else { b"{}" });
            rig.gateway.handle(rig.now, Input::Answered { id: delivery.id, answer: Ok((status, body)) });
            while rig.gateway.poll().is_some() {}
            acknowledged = status == 200 && right && wait < 10;
            if let Some(next) = rig.gateway.deadlines().world {
                rig.pass(next.since(rig.now).as_secs());
            }
        }
        prop_assert!(sent <= 8);
        prop_assert!(acknowledged || sent == 8);
        rig.pass(1_000_000);
        prop_assert!(rig.delivered().is_empty());
        prop_assert_eq!(rig.gateway.deadlines().next(), None);
    }

    #[test]
    fn a_payment_ends_once_and_nothing_is_pending_then(
        expiry in 0_u64..100, after in 0_u64..100, pays in any::<bool>(), step in 1_u64..50,
    ) {
        let buyer = if pays { "pays" } else { "declines" };
        let mut rig = Rig::new(&format!(
            "{{buyer: [{{{buyer}: {{after: {after}s}}}}], settings: {{expiry: {expiry}s}}, faults: [lose-notification: {{}}]}}"
        ));
        rig.pay("PR-1");
        for _ in 0..200 / step + 1 {
            rig.now = rig.now + Duration::from_secs(step);
            rig.timeout();
        }
        let paid = pays && after <= expiry;
        prop_assert_eq!(rig.status("PR-1"), if paid { PaymentStatus::Success } else { PaymentStatus::Fail });
        let changes = rig.events.iter().filter(|event| matches!(event, Event::Payment { .. })).count();
        prop_assert_eq!(changes, 2);
        prop_assert_eq!(rig.gateway.deadlines().next(), None);
    }
}
