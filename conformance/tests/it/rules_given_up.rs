//! Rules about giving up too soon, and about what there is to go on with: a busy terminal, a cable that is back, a record
//! without a requestId, a buyer who has hardly begun.

use std::time::Duration;

use serde_json::{Value, json};
use sim_antom::LostHow;
use sim_edc::{Direction, Event as Terminal, Note};
use wire::antom::{Operation, PaymentStatus};
use wire::edc::Kind;
use wire::hex::HexBytes;
use wire::time::Moment;

use crate::rules::{Trace, new, purchase, success};
use crate::rules_apart::sale as order;
use crate::rules_edc::sale;

/// Order A of 100 won, and the first answer that the terminal is busy. Entries 1 to 3.
fn busy() -> Trace {
    sale().fails("1", "CommandDeviceBusy")
}

#[test]
fn edc_p11_wants_a_second_try_when_nothing_is_in_the_way() {
    busy().says("A", "failed").breaks("EDC-P11", 5);
    busy().says("A", "parked").breaks("EDC-P11", 5);
    busy().says("A", "open").holds("EDC-P11");
    busy().purchase("2", "R", "100").fails("2", "CommandDeviceBusy").says("A", "failed").holds("EDC-P11");
    // What came before the answer was not said because of it.
    sale().says("A", "failed").fails("1", "CommandDeviceBusy").holds("EDC-P11");
    sale().pause(4).fails("1", "CommandDeviceBusy").says("A", "failed").holds("EDC-P11");
    // A damaged second try, a power cut, a kill, a person.
    busy().trouble("bit-noise").says("A", "failed").holds("EDC-P11");
    busy().says("A", "failed").trouble("bit-noise").breaks("EDC-P11", 5);
    busy().command_raw(json!({"id": "2", "commandName": "Purchase"}), true).says("A", "failed").holds("EDC-P11");
    busy().terminal(Terminal::Garbage { defect: None, raw: HexBytes::default() }).says("A", "failed").holds("EDC-P11");
    busy().terminal(Terminal::Closed).says("A", "failed").holds("EDC-P11");
    busy().says("A", "failed").ended().terminal(Terminal::Closed).breaks("EDC-P11", 5);
    busy().killed().says("A", "failed").holds("EDC-P11");
    busy().asked("cancel", json!({"order": "A"})).says("A", "failed").holds("EDC-P11");
    // Of two orders of one amount nobody knows which was tried.
    busy().checkout("B", "terminal", "KRW", "100").says("A", "failed").holds("EDC-P11");
    busy().checkout("B", "terminal", "KRW", "200").says("A", "failed").breaks("EDC-P11", 6);
    // An order that is paid elsewhere is no matter of this terminal.
    let elsewhere = new().checkout("A", "entry-code", "KRW", "100").purchase("1", "R", "100");
    elsewhere.fails("1", "CommandDeviceBusy").says("A", "failed").holds("EDC-P11");
}

fn bare(value: &str, code: &str, command: &str) -> Value {
    let mut data = success("R", value);
    data["requestId"] = Value::Null;
    data["responseCommand"] = json!(command);
    data["result"]["resultCode"] = json!(code);
    data
}

#[test]
fn edc_p53_reads_the_record_that_can_be_of_one_sale_only() {
    let asked = || sale().recorded("R", 100).lost("1", "R", "100").asks("2");
    let told = || asked().result("2", bare("100", "SUCCESS", "Purchase"), None, 1);
    told().says("A", "parked").ended().breaks("EDC-P53", 8);
    told().says("A", "failed").ended().breaks("EDC-P53", 8);
    told().says("A", "paid").ended().holds("EDC-P53");
    told().says("A", "open").ended().holds("EDC-P53");
    told().says("A", "open").pause(60).ended().breaks("EDC-P53", 8);
    told().says("A", "parked").holds("EDC-P53");
    let late = |seconds| {
        let told = asked().pause(seconds).result("2", bare("100", "SUCCESS", "Purchase"), None, 1);
        told.says("A", "parked").ended()
    };
    late(3).says_nothing_of("EDC-P53");
    late(2).breaks("EDC-P53", 8);
    told().says("A", "parked").killed().ended().holds("EDC-P53");
    // Told minutes after the line had broken, a person was called before.
    let back = |seconds, state| {
        let lost = sale().recorded("R", 100).lost("1", "R", "100").killed().pause(seconds).asks("2");
        lost.result("2", bare("100", "SUCCESS", "Purchase"), None, 1).says("A", state).ended()
    };
    back(300, "parked").holds("EDC-P53");
    back(300, "failed").breaks("EDC-P53", 9);
    back(100, "parked").breaks("EDC-P53", 9);
    told().asked("cancel", json!({"order": "A"})).says("A", "cancelled").ended().holds("EDC-P53");
    told().says("A", "parked").ended().terminal(Terminal::Closed).breaks("EDC-P53", 8);
    asked().success("2", "R", "100").says("A", "parked").ended().breaks("EDC-P53", 8);
    // With another id, of another amount, of a failure, of a refund, spoilt: other requirements' affair.
    let nothing = |trace: Trace| trace.says("A", "parked").ended().says_nothing_of("EDC-P53");
    nothing(asked().success("2", "S", "100"));
    nothing(asked().result("2", bare("101", "SUCCESS", "Purchase"), None, 1));
    nothing(asked().result("2", bare("100", "PROCESS_FAIL", "Purchase"), None, 1));
    nothing(asked().result("2", bare("100", "SUCCESS", "PurchaseCancel"), None, 1));
    nothing(asked().result("2", bare("100", "SUCCESS", "Purchase"), Some(Note::Corrupted), 1));
    // Of another sale, of none, of one of two.
    nothing(sale().lost("1", "R", "100").asks("2").result("2", bare("100", "SUCCESS", "Purchase"), None, 1));
    nothing(
        told()
            .recorded("S", 100)
            .asks("3")
            .result("3", bare("100", "SUCCESS", "Purchase"), None, 1)
            .purchase("4", "S", "100"),
    );
    nothing(told().checkout("B", "terminal", "KRW", "100"));
    nothing(sale().recorded("R", 100).success("1", "R", "100").asks("2").result(
        "2",
        bare("100", "SUCCESS", "Purchase"),
        None,
        1,
    ));
}

#[test]
fn edc_p27_lets_a_frame_be_sent_for_each_refusal() {
    let nak = || Terminal::Nak { direction: Direction::ToPos, stray: false };
    let garbage = || Terminal::Garbage { defect: None, raw: HexBytes::default() };
    let json = json!({"id": "1", "commandName": "Purchase", "commandRequestParams": purchase("R", "100")});
    let again = || Terminal::Received {
        kind: Kind::Command,
        seq: Some(1),
        raw: HexBytes::default(),
        json: json.clone(),
        repeat: true,
        refused: false,
    };
    let sent = |refusals: usize| {
        let begun = new().checkout("A", "terminal", "KRW", "100").terminal(garbage());
        (0..refusals).fold(begun, |trace, _| trace.terminal(nak())).purchase("1", "R", "100").terminal(again())
    };
    sent(2).holds("EDC-P27");
    sent(1).breaks("EDC-P27", 5);
}

#[test]
fn ref_002_knows_that_the_dead_hear_nothing() {
    let asked = |trace: Trace| trace.hands_back("R", "400", "F SYSTEM_ERROR");
    let paid = || new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    asked(asked(paid())).breaks("REF-002", 7);
    // The same, but it was killed before the first answer came.
    let mut killed = asked(paid());
    let answer = killed.entries.pop().unwrap().event;
    let again = killed.crashed().asked("initialize", json!({})).with(answer);
    asked(again).holds("REF-002");
}

#[test]
fn line_l10_opens_what_is_there_again_when_a_sale_waits() {
    let pulled = || new().terminal(Terminal::Opened).checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
    let pulled = || pulled().trouble("unplug").terminal(Terminal::Closed).terminal(Terminal::Plugged);
    let late = |trace: Trace| trace.pause(300).says("A", "parked").ended();
    late(pulled()).breaks("LINE-L10", 6);
    late(pulled().terminal(Terminal::Opened)).holds("LINE-L10");
    pulled().pause(301).terminal(Terminal::Opened).ended().breaks("LINE-L10", 6);
    pulled().pause(299).terminal(Terminal::Opened).says("A", "parked").ended().holds("LINE-L10");
    // There was no time, or it was pulled once more, or the till was killed, or somebody handled the terminal.
    pulled().says("A", "parked").ended().says_nothing_of("LINE-L10");
    late(pulled().trouble("unplug")).says_nothing_of("LINE-L10");
    late(pulled().trouble("busy")).breaks("LINE-L10", 6);
    late(pulled().killed()).says_nothing_of("LINE-L10");
    late(pulled().terminal(Terminal::Operated { what: "unplug".to_owned() })).says_nothing_of("LINE-L10");
    pulled().pause(301).says("A", "parked").killed().ended().breaks("LINE-L10", 6);
    // Nothing waits: nothing was sold, or it was heard, or the line was never opened.
    late(new().terminal(Terminal::Opened).terminal(Terminal::Closed).terminal(Terminal::Plugged))
        .says_nothing_of("LINE-L10");
    let heard = new().terminal(Terminal::Opened).purchase("1", "R", "100").success("1", "R", "100");
    late(heard.terminal(Terminal::Closed).terminal(Terminal::Plugged)).says_nothing_of("LINE-L10");
    late(order().terminal(Terminal::Plugged)).says_nothing_of("LINE-L10");
}

#[test]
fn inq_002_lets_a_buyer_take_out_his_telephone() {
    let asked = || new().sold().pays("P", "S SUCCESS").inquires("P", "PROCESSING");
    asked().cancels("P", "S SUCCESS").breaks("INQ-002", 6);
    asked().pause(3).inquires("P", "PROCESSING").cancels("P", "S SUCCESS").holds("INQ-002");
    asked().pause(60).cancels("P", "S SUCCESS").holds("INQ-002");
    asked().pause(50).cancels("P", "S SUCCESS").breaks("INQ-002", 6);
    // A person wanted it, or it was begun anew, or the buyer's bank was told of something.
    asked().asked("cancel", json!({"order": "A"})).cancels("P", "S SUCCESS").holds("INQ-002");
    asked().sold().cancels("P", "S SUCCESS").holds("INQ-002");
    asked().killed().cancels("P", "S SUCCESS").holds("INQ-002");
    asked().notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL").cancels("P", "S SUCCESS").holds("INQ-002");
    // Nobody knows whether it was accepted; it was not in process.
    new()
        .sold()
        .pays("P", "U UNKNOWN_EXCEPTION")
        .inquires("P", "PROCESSING")
        .cancels("P", "S SUCCESS")
        .holds("INQ-002");
    new().sold().pays("P", "S SUCCESS").inquires("P", "PENDING").cancels("P", "S SUCCESS").says_nothing_of("INQ-002");
}

#[test]
fn can_004_wants_somebody_to_ask_whether_it_was_paid_before_a_person_is_called() {
    let late = || {
        let paid = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
        paid.cancels("P", "F CANCEL_WINDOW_EXCEED")
    };
    let parked = |trace: Trace| trace.stands("parked", "0").pause(60).ended();
    parked(late()).breaks("CAN-004", 6);
    parked(late().inquires("P", "U UNKNOWN_EXCEPTION")).holds("CAN-004");
    parked(late().crashed()).holds("CAN-004");
    late().stands("open", "0").crashed().pause(60).ended().breaks("CAN-004", 6);
    // Who was told that it was paid need not ask.
    let told = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    let told = told.notified("P", "PAYMENT_RESULT", "S SUCCESS").cancels("P", "F CANCEL_WINDOW_EXCEED");
    parked(told).holds("CAN-004");
}

#[test]
fn ops_003_lets_several_orders_be_asked_about_in_one_moment() {
    // Three calls, each so much after the answer to the one before.
    let limited = |ids: [&str; 3], millis: u64| {
        let mut trace = ids.into_iter().fold(new(), |trace, id| trace.inquires(id, "U REQUEST_TRAFFIC_EXCEED_LIMIT"));
        for (place, entry) in trace.entries.iter_mut().enumerate() {
            let calls_before = u64::try_from(place / 2).unwrap();
            entry.at = Moment::WORLD_START + Duration::from_millis(millis * calls_before);
        }
        trace
    };
    limited(["P", "Q", "R"], 49).holds("OPS-003");
    limited(["P", "Q", "R"], 50).breaks("OPS-003", 5);
    limited(["P", "P", "P"], 0).breaks("OPS-003", 5);
    limited(["P", "P", "P"], 999).breaks("OPS-003", 5);
    limited(["P", "P", "P"], 1000).holds("OPS-003");
    // After a cancel that is refused it is another question, about that payment.
    let asks = |trace: Trace| trace.inquires("P", "U REQUEST_TRAFFIC_EXCEED_LIMIT");
    let hurried = |mut trace: Trace| {
        trace.entries.iter_mut().for_each(|entry| entry.at = Moment::WORLD_START);
        trace
    };
    let with_cancel = |id: &str, answer: &str| hurried(asks(asks(asks(new())).cancels(id, answer)));
    hurried(asks(asks(asks(new())))).breaks("OPS-003", 5);
    with_cancel("P", "F ACCESS_DENIED").holds("OPS-003");
    with_cancel("Q", "F ACCESS_DENIED").breaks("OPS-003", 7);
    with_cancel("P", "S SUCCESS").breaks("OPS-003", 7);
    hurried(asks(asks(asks(new()).cancels("P", "F ACCESS_DENIED")))).holds("OPS-003");
    // Two payments in turn are no excuse, where each is asked about too soon; that one was paid for long ago is another call.
    let mut in_turn = ["Q", "P", "Q"]
        .into_iter()
        .fold(new().pays("Q", "S SUCCESS"), |trace, id| trace.inquires(id, "U REQUEST_TRAFFIC_EXCEED_LIMIT"));
    for (call, entries) in in_turn.entries.chunks_mut(2).enumerate() {
        let later = if call == 0 { 0 } else { 3_600_000 + 100 * u64::try_from(call).unwrap() };
        entries.iter_mut().for_each(|entry| entry.at = Moment::WORLD_START + Duration::from_millis(later));
    }
    in_turn.breaks("OPS-003", 7);
    // And several refunds, which say nothing of their payments.
    let too_many = json!({"result": {"resultStatus": "U", "resultCode": "REQUEST_TRAFFIC_EXCEED_LIMIT"}});
    let refunds = |ids: [&str; 3]| {
        let question = |id| json!({"refundRequestId": id});
        ids.into_iter().fold(new(), |trace, id| trace.exchange(Operation::InquiryRefund, &question(id), &too_many))
    };
    let at_once = |mut trace: Trace| {
        trace.entries.iter_mut().for_each(|entry| entry.at = Moment::WORLD_START);
        trace
    };
    at_once(refunds(["P", "Q", "R"])).holds("OPS-003");
    at_once(refunds(["P", "P", "P"])).breaks("OPS-003", 5);
}

#[test]
fn sig_011_hears_what_is_said_after_the_answer_that_says_nothing() {
    let cut = || new().checkout("A", "cashier", "JPY", "1000").pays("P", "U PAYMENT_IN_PROCESS").unheard(LostHow::Cut);
    cut().stands("failed", "0").breaks("SIG-011", 5);
    cut().pays("P", "U PAYMENT_IN_PROCESS").stands("failed", "0").holds("SIG-011");
    cut().pays("P", "U UNKNOWN_EXCEPTION").stands("failed", "0").breaks("SIG-011", 7);
    cut().pays("P", "U PAYMENT_IN_PROCESS").unheard(LostHow::Close).stands("failed", "0").breaks("SIG-011", 7);
    cut().stands("failed", "0").pays("P", "U PAYMENT_IN_PROCESS").breaks("SIG-011", 5);
}

#[test]
fn edc_p29_wants_no_question_of_whom_nobody_can_ask() {
    let second = |trace: Trace| trace.checkout("B", "terminal", "KRW", "200").purchase("2", "S", "200");
    let silent = || sale().lost("1", "R", "100");
    let garbage = || Terminal::Garbage { defect: None, raw: HexBytes::default() };
    second(silent().says("A", "parked")).breaks("EDC-P29", 7);
    second(silent().terminal(garbage()).says("A", "parked")).says_nothing_of("EDC-P29");
    second(silent().terminal(garbage()).says("A", "open")).breaks("EDC-P29", 8);
    second(
        new().terminal(garbage()).checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100").says("A", "parked"),
    )
    .breaks("EDC-P29", 7);
}
