//! The rules of the line, as a till sees them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use sim_edc::{Direction, Event, Input, Lever, Script, State};
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, NAK, Packet};

use crate::desk::Desk;

fn hello(seq: u8) -> Vec<u8> {
    let hello = json!({"provider": "KICC", "options": {"merchantId": "M", "useBuiltInDialog": false}});
    Frame::new(Packet::new(Kind::Hello, &hello), seq).unwrap().encode()
}

fn put(desk: &mut Desk, bytes: &[u8]) -> Vec<u8> {
    desk.bytes.clear();
    desk.input(Input::Bytes(Bytes::copy_from_slice(bytes)));
    desk.bytes.clone()
}

/// The SEQ of each frame among bytes.
fn seqs(mut bytes: &[u8]) -> Vec<u8> {
    let mut frames = Decoder::default();
    let found = std::iter::from_fn(|| frames.decode(&mut bytes));
    found.filter_map(|found| if let Decoded::Frame(frame, _) = found { Some(frame.seq()) } else { None }).collect()
}

/// Of each ACK and NAK in the trace, whether nobody waited for it.
fn strays(desk: &Desk) -> Vec<bool> {
    let signs = desk.trace.iter().filter_map(|event| match event {
        Event::Ack { direction: Direction::FromPos, stray } | Event::Nak { direction: Direction::FromPos, stray } => {
            Some(*stray)
        }
        _ => None,
    });
    signs.collect()
}

fn unheard() -> Desk {
    let mut desk = Desk::silent(&Script::default());
    desk.acknowledges = false;
    desk
}

#[test]
fn a_frame_is_acknowledged_and_then_answered() {
    let bytes = put(&mut unheard(), &hello(1));
    assert_eq!((bytes[0], bytes[1]), (ACK, 0x02));
}

#[test]
fn a_result_without_an_ack_is_sent_three_times_the_same() {
    let mut desk = unheard();
    let first = put(&mut desk, &hello(1));
    desk.bytes.clear();
    desk.wait_secs(20);
    assert_eq!(desk.bytes, [&first[1..], &first[1..]].concat());
    assert!(desk.trace.iter().any(|event| matches!(event, Event::Unacknowledged { sends: 3, .. })));
}

#[test]
fn a_nak_brings_the_same_frame_again_and_not_for_ever() {
    let mut desk = unheard();
    let first = put(&mut desk, &hello(1));
    assert_eq!(put(&mut desk, &[NAK]), &first[1..]);
    assert_eq!(put(&mut desk, &[NAK]), &first[1..]);
    assert_eq!(put(&mut desk, &[NAK]), b"");
}

#[test]
fn a_repeat_is_acknowledged_again_and_not_carried_out_again() {
    let mut desk = Desk::new(&Script::default());
    let id = desk.purchase("R1", "104");
    desk.wait_secs(20);
    let object = json!({"id": "x", "commandName": "GetLastTransaction", "commandRequestParams": {}});
    let frame = desk.send(&Packet::new(Kind::Command, &object));
    let heard = desk.heard.len();
    assert_eq!(put(&mut desk, &frame), [ACK]);
    assert_eq!((desk.heard.len(), desk.end(&id).as_str()), (heard, "SUCCESS"));
}

#[test]
fn a_frame_that_stops_is_refused_after_200_ms() {
    let mut desk = unheard();
    let frame = hello(1);
    assert_eq!(put(&mut desk, &frame[..20]), b"");
    desk.wait(Duration::from_millis(199));
    assert!(desk.bytes.is_empty());
    desk.wait(Duration::from_millis(1));
    assert_eq!(desk.bytes, [NAK]);
    desk.wait_secs(1);
    assert_eq!(put(&mut desk, &frame)[0], ACK);
}

#[test]
fn a_frame_may_trickle_but_not_for_more_than_three_seconds() {
    let frame = hello(1);
    for (pause, answer) in [(10, ACK), (60, NAK)] {
        let mut desk = unheard();
        for byte in &frame {
            desk.input(Input::Bytes(Bytes::copy_from_slice(&[*byte])));
            desk.wait(Duration::from_millis(pause));
        }
        assert_eq!(desk.bytes.first(), Some(&answer), "{pause} ms");
    }
}

#[test]
fn bad_frames_are_refused_once_in_100_ms() {
    let mut desk = unheard();
    let mut bad = hello(1);
    *bad.last_mut().unwrap() ^= 1;
    for _ in 0..20 {
        desk.input(Input::Bytes(Bytes::copy_from_slice(&bad)));
        desk.wait(Duration::from_millis(10));
    }
    let naks = desk.bytes.iter().filter(|byte| **byte == NAK).count();
    assert!((2..=3).contains(&naks), "{naks}");
}

#[test]
fn stray_signs_are_ignored() {
    let mut desk = Desk::new(&Script::default());
    assert_eq!(put(&mut desk, &[ACK, NAK, NAK, ACK]), b"");
    assert_eq!(put(&mut desk, &hello(9))[0], ACK);
}

#[test]
fn the_trace_tells_a_sign_that_was_waited_for_from_a_stray_one() {
    let mut desk = unheard();
    put(&mut desk, &hello(1));
    put(&mut desk, &[NAK, ACK]);
    put(&mut desk, &[NAK, ACK]);
    assert_eq!(strays(&desk), [false, false, true, true]);
}

#[test]
fn frames_in_one_piece_are_answered_one_after_the_other() {
    let mut desk = Desk::silent(&Script::default());
    let ping = |n, seq| Frame::new(Packet::new(Kind::Ping, &json!({"n": n})), seq).unwrap().encode();
    put(&mut desk, &[hello(1), ping("7", 2), ping("8", 3)].concat());
    let heard: Vec<_> = desk.heard.iter().map(|(kind, json)| (*kind, json["n"].as_str())).collect();
    assert_eq!(heard, [(Kind::Hello, None), (Kind::Ping, Some("7")), (Kind::Ping, Some("8"))]);
}

#[test]
fn a_false_head_does_not_hide_the_frame_behind_it() {
    let mut desk = unheard();
    put(&mut desk, &[&[0x02, 0x00, 0x40, b'C', 1][..], &hello(1)].concat());
    desk.wait_secs(4);
    assert!(desk.heard.iter().any(|(kind, json)| *kind == Kind::Hello && json["code"] == "INIT_SUCCESS"));
}

#[test]
fn a_line_that_closes_forgets_halves_and_waits_for_nothing() {
    let mut desk = unheard();
    put(&mut desk, &hello(1)[..9]);
    desk.input(Input::Closed);
    desk.wait_secs(5);
    desk.input(Input::Opened);
    assert_eq!(put(&mut desk, &hello(1))[0], ACK);
    desk.input(Input::Closed);
    assert!(desk.trace.iter().any(|event| matches!(event, Event::Unacknowledged { .. })));
    assert_eq!(desk.device.deadlines(), wire::clock::Deadlines::default());
}

#[test]
fn a_payment_goes_on_when_the_line_closes() {
    let mut desk = Desk::new(&Script::default());
    desk.purchase("R1", "104");
    desk.input(Input::Closed);
    desk.wait_secs(30);
    assert_eq!((desk.ledger(), desk.device.terminal().state()), (104, State::Idle));
}

#[test]
fn a_ping_is_answered_with_the_same() {
    let mut desk = Desk::silent(&Script::default());
    desk.send(&Packet::new(Kind::Ping, &json!({"n": "7"})));
    assert_eq!(desk.heard, [(Kind::Ping, json!({"n": "7"}))]);
}

#[test]
fn after_one_silence_no_head_of_a_frame_that_never_came_is_waited_for() {
    let mut desk = unheard();
    put(&mut desk, &[0x02, 0x7f, 0xff, b'C'].repeat(4096));
    desk.wait(Duration::from_millis(200));
    let said = put(&mut desk, &hello(1));
    assert_eq!(said.first(), Some(&ACK));
}

#[test]
fn frames_are_counted_from_1_again_after_a_loss_of_power_and_the_old_ones_forgotten() {
    let mut desk = Desk::new(&Script::default());
    desk.purchase("R1", "104");
    desk.wait_secs(20);
    desk.acknowledges = false;
    let before = put(&mut desk, &hello(1));
    assert_ne!(seqs(&before), [1], "{before:?}");
    desk.pull(Lever::PowerOff).unwrap();
    desk.wait_secs(1);
    desk.bytes.clear();
    desk.pull(Lever::PowerOn).unwrap();
    desk.wait_secs(60);
    assert_eq!(seqs(&desk.bytes), [1], "it tells that it starts; what waited for its ACK is gone with the power");
    assert_eq!(seqs(&put(&mut desk, &hello(1))), [2]);
}

#[test]
fn a_terminal_that_counts_again_sends_1_in_the_middle_of_a_payment() {
    let counted = |script: &str| {
        let mut desk = Desk::scripted(script);
        desk.purchase("R1", "104");
        desk.wait_secs(20);
        *seqs(&desk.bytes).last().unwrap()
    };
    assert!(counted("{}") > 1);
    assert_eq!(counted("faults: [{seq-reset: {}}]"), 1);
}
