//! Rules about the bytes of the line: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::json;
use sim_edc::{Direction, Event as Terminal, Note};
use wire::edc::Kind;
use wire::hex::HexBytes;

use crate::rules::{Trace, new, success};

impl Trace {
    pub(crate) fn nak(self) -> Self {
        self.terminal(Terminal::Nak { direction: Direction::FromPos, stray: false })
    }

    /// A sending of another frame.
    pub(crate) fn sends_another(self, attempt: u8) -> Self {
        let (kind, raw, json) = (Kind::Result, HexBytes::default(), json!({"id": "2"}));
        self.terminal(Terminal::Sent { kind, seq: Some(8), raw, json, attempt, fault: None })
    }

    /// A sending of a result, in the same moment as what came before.
    pub(crate) fn sends(self, attempt: u8, fault: Option<Note>) -> Self {
        self.result("1", success("R", "100"), fault, attempt)
    }
}

pub(crate) fn opened() -> Trace {
    new().terminal(Terminal::Opened)
}

#[test]
fn line_l01_counts_the_sends() {
    let refused = |trace: Trace| trace.command_raw(json!({"id": "1", "commandName": "Purchase"}), true);
    let thrice = || refused(refused(refused(new())));
    thrice().ended().holds("LINE-L01");
    refused(thrice()).ended().breaks("LINE-L01", 4);
    // A hello in between is another frame, and no answer to the refusal.
    let (raw, json) = (HexBytes(b"hello".as_slice().into()), serde_json::Value::Null);
    let hello = Terminal::Received { kind: Kind::Hello, seq: Some(1), raw, json, repeat: false, refused: false };
    let again = refused(new()).terminal(hello).command_raw(json!({"id": "1", "commandName": "Purchase"}), false);
    again.ended().holds("LINE-L01");
}

#[test]
fn line_l02_sees_an_intact_result_that_is_refused_for_good() {
    let sent = |trace: Trace, attempt| trace.sends(attempt, None).nak();
    let refused = || sent(sent(sent(opened(), 1), 2), 3);
    let given_up = Terminal::Unacknowledged { seq: 7, sends: 3 };
    refused().terminal(given_up.clone()).breaks("LINE-L02", 6);
    let beside = sent(sent(sent(opened(), 1), 2).sends_another(1).ack(), 3);
    beside.terminal(given_up.clone()).breaks("LINE-L02", 8);
    sent(sent(opened(), 1), 2).sends(3, None).ack().holds("LINE-L02");
    let noisy = opened().trouble("line-noise");
    sent(sent(sent(noisy, 1).trouble("line-noise"), 2).trouble("line-noise"), 3).terminal(given_up).holds("LINE-L02");
}

#[test]
fn line_l02_lets_a_till_throw_away_what_comes_while_it_opens_the_line() {
    let again = |trace: Trace| trace.sends(1, None).sends(2, None).ack();
    again(opened()).breaks("LINE-L02", 2);
    again(opened().at_once()).holds("LINE-L02");
    again(opened().millis(99)).holds("LINE-L02");
    again(opened().millis(100)).breaks("LINE-L02", 2);
}

#[test]
fn another_frame_in_between_says_nothing_of_the_first() {
    let given_up = || Terminal::Unacknowledged { seq: 9, sends: 3 };
    for (id, first) in [("LINE-L02", opened()), ("LINE-L11", opened().trouble("stale-bytes"))] {
        first.again().sends(1, None).sends_another(1).ack().holds(id);
        first.again().sends(1, None).sends_another(2).ack().holds(id);
        first.again().sends(1, None).sends(1, None).ack().holds(id);
        first.sends(1, None).terminal(given_up()).ack().holds(id);
    }
}

#[test]
fn line_l03_wants_one_nak_for_a_damaged_frame() {
    let damaged = |name: &str| opened().trouble(name).at_once().sends(1, Some(Note::Corrupted));
    for name in ["wrong-check", "corrupt-result", "length-short", "length-long"] {
        damaged(name).at_once().nak().sends(2, None).ack().holds("LINE-L03");
        damaged(name).at_once().ack().breaks("LINE-L03", 4);
        damaged(name).pause(3).sends(2, None).ack().breaks("LINE-L03", 3);
    }
    let twice = || damaged("wrong-check").at_once().nak().at_once().nak().sends(2, None).ack();
    twice().breaks("LINE-L03", 5);
    assert_eq!(twice().words("LINE-L03"), "one bad frame (entry 3) was refused 2 times");
    damaged("wrong-check").at_once().ack().sends(2, None).breaks("LINE-L03", 4);
    // A tenth of a second later another NAK is about something else.
    damaged("wrong-check").at_once().nak().millis(99).nak().sends(2, None).ack().breaks("LINE-L03", 5);
    damaged("wrong-check").at_once().nak().millis(100).nak().sends(2, None).ack().holds("LINE-L03");
    let noisy =
        |later| damaged("wrong-check").at_once().nak().at_once().nak().millis(later).sends(2, Some(Note::Corrupted));
    noisy(99).pause(3).sends(3, None).ack().holds("LINE-L03");
    noisy(100).pause(3).sends(3, None).ack().breaks("LINE-L03", 5);
    // It is refused before it comes again, a second later; or was, a moment before.
    damaged("wrong-check").millis(1000).sends(2, None).ack().holds("LINE-L03");
    damaged("wrong-check").millis(1001).sends(2, None).ack().breaks("LINE-L03", 3);
    let before = |later| opened().nak().millis(later).trouble("wrong-check").at_once().sends(1, Some(Note::Corrupted));
    before(99).pause(3).sends(2, None).ack().holds("LINE-L03");
    before(100).pause(3).sends(2, None).ack().breaks("LINE-L03", 4);
    // What is acknowledged may be the same frame that came intact before, as long as a frame may take.
    let twice =
        |later| opened().sends(1, None).millis(later).trouble("wrong-check").at_once().sends(2, Some(Note::Corrupted));
    twice(2999).at_once().ack().holds("LINE-L03");
    twice(3000).at_once().ack().breaks("LINE-L03", 5);
    // Where a frame began is not known when its bytes are.
    damaged("bit-noise").pause(3).sends(2, None).ack().says_nothing_of("LINE-L03");
    opened().sends(1, None).ack().says_nothing_of("LINE-L03");
    // One NAK in a tenth of a second is all that a till may send.
    let twice = damaged("wrong-check").at_once().nak().at_once().trouble("wrong-check").at_once();
    twice.sends(2, Some(Note::Corrupted)).pause(3).sends(3, None).ack().holds("LINE-L03");
}

#[test]
fn line_l06_wants_no_answer_to_a_stray() {
    for name in ["stray-ack", "stray-nak", "nak-storm"] {
        opened().trouble(name).ack().holds("LINE-L06");
        opened().trouble(name).at_once().nak().breaks("LINE-L06", 3);
    }
    opened().trouble("wrong-check").at_once().nak().says_nothing_of("LINE-L06");
    // What is refused may be something else that came then.
    let stray = || opened().trouble("stray-ack").at_once();
    stray().sends(1, Some(Note::Corrupted)).at_once().nak().holds("LINE-L06");
    stray().sends(1, None).at_once().nak().breaks("LINE-L06", 4);
    stray().trouble("line-noise").at_once().nak().holds("LINE-L06");
    stray().trouble("stray-nak").at_once().nak().breaks("LINE-L06", 4);
    opened().trouble("stray-ack").millis(99).nak().breaks("LINE-L06", 3);
    opened().trouble("stray-ack").millis(100).nak().holds("LINE-L06");
    let began = |before| opened().sends(1, Some(Note::Corrupted)).millis(before).trouble("stray-ack").at_once().nak();
    began(3000).holds("LINE-L06");
    began(3001).breaks("LINE-L06", 4);
    stray().trouble("nak-storm").at_once().nak().breaks("LINE-L06", 4);
}

#[test]
fn line_l11_wants_the_first_frame_after_stale_bytes_to_be_heard() {
    let stale = || opened().trouble("stale-bytes");
    stale().sends(1, None).ack().holds("LINE-L11");
    stale().sends(1, None).sends(2, None).ack().breaks("LINE-L11", 3);
    stale().sends(3, None).terminal(Terminal::Unacknowledged { seq: 7, sends: 3 }).breaks("LINE-L11", 3);
    opened().at_once().trouble("stale-bytes").at_once().sends(1, None).sends(2, None).says_nothing_of("LINE-L11");
    opened().sends(1, None).ack().says_nothing_of("LINE-L11");
}

#[test]
fn an_unreadable_frame_of_the_till_is_no_command() {
    let raw = HexBytes::default();
    let json = serde_json::Value::Null;
    let command = Terminal::Received { kind: Kind::Command, seq: None, raw, json, repeat: false, refused: false };
    new().terminal(command).breaks("EDC-P02", 1);
}
