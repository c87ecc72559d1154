//! The trace reads back as it was written, whatever was on the wire.

use sim_antom::{Event, Hangup};

use super::merchant::{Draft, PAY, with_header};
use super::rig::{ACK, Rig};

fn round_trips(event: &Event) {
    let text = serde_json::to_string(event).unwrap();
    assert_eq!(&serde_json::from_str::<Event>(&text).unwrap(), event, "{text}");
}

#[test]
fn every_event_of_an_eventful_day_reads_back() {
    let mut rig = Rig::new(
        "{buyer: [{pays: {after: 1s}}, {declines: {after: 1s}}], \
          answers: [{on: inquiryPayment, code: SYSTEM_ERROR}], \
          faults: [{lose-answer: {on: pay, how: silence}}, {lose-notification: {}}, {forge-notification: {}}]}",
    );
    assert_eq!(rig.send(Draft::pay("PR-1", "1000").signed()), Err(Hangup::Silence));
    rig.pass(2);
    rig.pay("PR-2");
    rig.pass(2);
    rig.pay("PR-3");
    rig.pass(20);
    rig.inquire("PR-1");
    let bytes: &[u8] = b"\xff\x00\xfe no text";
    rig.ask(Draft::of_bytes(PAY, bytes).signed());
    rig.ask(with_header(&Draft::of_bytes("/\u{fffd}", "").signed(), "Client-Id", None));
    for (_, delivery) in std::mem::take(&mut rig.deliveries) {
        rig.answer(delivery.id, Ok((200, ACK)));
    }
    rig.pass(200);
    let mut kinds = std::collections::BTreeSet::new();
    for event in &rig.events {
        round_trips(event);
        kinds.insert(serde_json::to_value(event).unwrap().as_object().unwrap().keys().next().unwrap().clone());
    }
    let all = ["fault", "notice", "notice-answered", "payment", "request", "response"];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), all);
    assert!(rig.events.iter().any(|event| matches!(event, Event::Request { refused: Some(_), operation: None, .. })));
}

#[test]
fn the_names_in_a_trace_stay_what_they_are() {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    let payment = rig.events.iter().find(|event| matches!(event, Event::Payment { .. })).unwrap();
    assert_eq!(
        serde_json::to_string(payment).unwrap(),
        "{\"payment\":{\"paymentRequestId\":\"PR-1\",\"paymentId\":\"20260105114010800100000000000000001\",\
         \"referenceOrderId\":\"O-PR-1\",\"amount\":{\"currency\":\"JPY\",\"value\":\"1000\"},\
         \"status\":\"PROCESSING\",\"code\":\"PAYMENT_IN_PROCESS\"}}"
    );
}
