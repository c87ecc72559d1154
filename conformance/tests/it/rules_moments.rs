//! How long is too long: a trace on each side of the moment.

use conformance::trace::Event;
use serde_json::json;
use sim_antom::Event as Gateway;
use sim_edc::{Event as Terminal, Note};
use wire::hex::HexBytes;

use crate::rules::{Trace, new};
use crate::rules_apart::sale as order;
use crate::rules_edc::sale;
use crate::rules_line::opened;
use crate::rules_refund::paid;

#[test]
fn line_l03_counts_noise_as_long_as_one_nak_is_owed() {
    let noise = || Terminal::OnWire { raw: HexBytes::default() };
    let noisy = |later| {
        let damaged = opened().trouble("wrong-check").at_once().sends(1, Some(Note::Corrupted)).at_once();
        let refused = damaged.terminal(noise()).at_once().nak().at_once().nak();
        refused.millis(later).terminal(noise()).sends(2, None).ack()
    };
    noisy(99).holds("LINE-L03");
    noisy(100).breaks("LINE-L03", 6);
}

#[test]
fn line_l03_takes_an_ack_for_that_of_a_frame_of_the_same_moment() {
    let beside = |later| {
        let intact = opened().sends_another(1).millis(later).trouble("wrong-check").at_once();
        intact.sends(1, Some(Note::Corrupted)).at_once().ack()
    };
    beside(99).holds("LINE-L03");
    beside(100).breaks("LINE-L03", 5);
}

#[test]
fn edc_p16_lets_a_till_give_up_a_second_early_and_wants_ten_seconds_to_say_anything() {
    let given_up = |millis| sale().millis(millis).asks("2");
    given_up(93_999).breaks("EDC-P16", 3);
    given_up(94_000).holds("EDC-P16");
    let took = |millis| sale().millis(millis).success("1", "R", "100");
    took(10_000).says_nothing_of("EDC-P16");
    took(10_001).holds("EDC-P16");
}

#[test]
fn pay_008_begins_when_an_answer_takes_five_seconds() {
    let took = |seconds: u64| order().wait(seconds - 1).pause(60).ended();
    took(4).says_nothing_of("PAY-008");
    took(5).holds("PAY-008");
}

#[test]
fn a_notification_is_old_after_an_hour() {
    // Delivered so long after it was signed, and not acknowledged.
    let signed = |millis: u64| {
        let mut told = order().millis(millis).delivered("P", &json!({}), true);
        if let Some(Event::Gateway(Gateway::Notice { headers, .. })) = told.entries.last_mut().map(|e| &mut e.event) {
            headers.push("request-time", "2026-01-05T10:00:03Z");
        }
        told.answered(Some(200), Some("has no result"))
    };
    signed(3_600_000).breaks("NTF-003", 5);
    signed(3_600_001).says_nothing_of("NTF-003");
}

#[test]
fn ref_002_lets_a_program_take_a_moment_to_take_in_a_refusal() {
    let refused = |trace: Trace| trace.hands_back("R", "400", "F REFUND_WINDOW_EXCEED");
    let killed = |trace: Trace| refused(trace.crashed().asked("initialize", json!({})));
    killed(refused(paid()).millis(50)).holds("REF-002");
    killed(refused(paid()).millis(51)).breaks("REF-002", 13);
    // In memory no time passes.
    killed(refused(paid()).at_once()).breaks("REF-002", 13);
}

#[test]
fn inq_007_goes_by_when_the_inquiry_was_sent() {
    let sent = |millis: u64| {
        let made = new().sold().pays("P", "U PAYMENT_IN_PROCESS").at_once();
        let at = (1_767_607_200_000 + millis).to_string();
        made.inquires("P", "F ORDER_NOT_EXIST").header("request-time", Some(&at)).stands("failed", "0")
    };
    // The answer to pay and the inquiry come after three seconds.
    sent(3_000).breaks("INQ-007", 7);
    sent(2_999).holds("INQ-007");
    sent(2_000).holds("INQ-007");
    // Of another clock nothing is known.
    sent(1_999).breaks("INQ-007", 7);
}
