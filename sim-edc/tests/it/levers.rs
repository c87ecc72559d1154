//! What an operator does to a terminal while it runs, and what must be kept before anything tells of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::time::Duration;

use serde_json::json;
use sim_edc::{CardholderAction, Event, Journal, Kept, Lever, Script, Settings, State};

use crate::desk::Desk;

fn script(yaml: &str) -> Lever {
    Lever::Script(Box::new(serde_saphyr::from_str(yaml).unwrap()))
}

fn action(yaml: &str) -> Lever {
    Lever::Cardholder(serde_saphyr::from_str::<CardholderAction>(yaml).unwrap())
}

const BY_HAND: &str = "cardholder: [nothing, nothing, nothing]";

#[test]
fn another_script_replaces_what_is_to_come_and_leaves_what_was() {
    let mut desk = Desk::scripted("{host: [{approve: {}}, {decline: {code: UNKNOWN}}], settings: {tip: outside}}");
    let paid = desk.purchase("R1", "104");
    desk.wait_secs(10);
    desk.pull(script("host: [{decline: {code: USER_BALANCE_NOT_ENOUGH}}]")).unwrap();
    let declined = desk.purchase("R2", "104");
    desk.wait_secs(10);
    let again = desk.purchase("R1", "104");
    assert_eq!(desk.end(&paid), "SUCCESS");
    assert_eq!(desk.end(&declined), "USER_BALANCE_NOT_ENOUGH", "not the old queue, and the till is still greeted");
    assert_eq!(desk.end(&again), "REPEAT_REQ_REJECT", "requestIds stay");
    assert_eq!(desk.ledger(), 104);
    assert_eq!(desk.device.script().settings, Settings::default());
}

#[test]
fn what_has_begun_goes_on_under_another_script() {
    let mut desk =
        Desk::scripted("{cardholder: [{insert: {after: 5s}}], host: [{decline: {code: UNKNOWN, after: 9s}}]}");
    let id = desk.purchase("R1", "104");
    desk.wait_secs(1);
    desk.pull(script("{}")).unwrap();
    desk.wait_secs(3);
    assert_eq!(desk.device.terminal().state(), State::Ready, "the card is still on its way");
    desk.wait_secs(2);
    desk.pull(script("host: [{decline: {code: INVALID_CONTRACT}}]")).unwrap();
    desk.wait_secs(8);
    assert_eq!(desk.end(&id), "SUCCESS", "the host was asked by the second script");
}

#[test]
fn faults_of_another_script_are_armed_and_those_before_are_not() {
    let mut desk = Desk::scripted("faults: [{lose-answer: {}}]");
    desk.pull(script("faults: [{busy: {}}]")).unwrap();
    let busy = desk.purchase("R1", "104");
    let paid = desk.purchase("R2", "104");
    desk.wait_secs(10);
    assert_eq!((desk.end(&busy).as_str(), desk.end(&paid).as_str()), ("CommandDeviceBusy", "SUCCESS"));
}

#[test]
fn other_settings_leave_the_queues() {
    let mut desk = Desk::scripted("host: [{decline: {code: UNKNOWN}}]");
    let settings = Settings { last_transaction_has_request_id: false, ..Settings::default() };
    desk.pull(Lever::Settings(Box::new(settings.clone()))).unwrap();
    let id = desk.purchase("R1", "104");
    desk.wait_secs(10);
    assert_eq!(desk.end(&id), "UNKNOWN");
    assert!(desk.last_transaction()["responseData"].get("requestId").is_none());
    assert_eq!(desk.device.script().settings, settings);
}

#[test]
fn a_card_under_the_hand_comes_at_once() {
    let mut desk = Desk::scripted(BY_HAND);
    let id = desk.purchase("R1", "60000");
    desk.wait_secs(5);
    assert_eq!(desk.device.terminal().state(), State::Ready);
    desk.pull(action("{insert: {card: debit, after: 60s}}")).unwrap();
    assert_eq!(desk.device.terminal().state(), State::CardDetected);
    desk.pull(action("{remove: {}}")).unwrap();
    assert_eq!(desk.device.terminal().state(), State::Ready);
    desk.pull(action("{tap: {}}")).unwrap();
    desk.wait_secs(1);
    assert_eq!(desk.device.terminal().state(), State::Sign);
    desk.pull(action("{sign: {}}")).unwrap();
    desk.wait_secs(2);
    assert_eq!(desk.end(&id), "SUCCESS");
    let operated = desk.trace.iter().filter(|event| matches!(event, Event::Operated { .. })).count();
    assert_eq!(operated, 4, "each is in the trace");
}

#[test]
fn what_the_script_was_about_to_do_gives_way_to_the_hand() {
    let mut desk = Desk::scripted("cardholder: [{insert: {after: 3s}}]");
    let id = desk.purchase("R1", "104");
    desk.wait_secs(1);
    desk.pull(action("{cancel-key: {}}")).unwrap();
    assert_eq!(desk.end(&id), "PROCESS_FAIL");
    desk.wait_secs(60);
    assert_eq!(desk.ledger(), 0);
}

#[test]
fn a_hand_at_the_wrong_moment_is_told_what_the_terminal_waits_for() {
    let mut desk = Desk::scripted(BY_HAND);
    let before = desk.trace.len();
    let idle = desk.pull(action("{insert: {}}")).unwrap_err();
    assert_eq!(idle, "the terminal waits for a command (state IDLE)");
    desk.purchase("R1", "60000");
    let ready = desk.pull(action("{sign: {}}")).unwrap_err();
    assert_eq!(ready, "the terminal waits for a card, a wallet or the cancel key (state READY)");
    let on = desk.pull(action("{on: {event: READY, then: {insert: {}}}}")).unwrap_err();
    assert!(on.contains("belongs into a script"), "{on}");
    let operated = desk.trace.iter().skip(before).any(|event| matches!(event, Event::Operated { .. }));
    assert!(!operated, "nothing happened");
}

#[test]
fn power_is_taken_and_given_by_hand() {
    let mut desk = Desk::new(&Script::default());
    let paid = desk.purchase("R1", "104");
    desk.wait_secs(10);
    let lost = desk.purchase("R2", "104");
    desk.pull(Lever::PowerOff).unwrap();
    assert_eq!(desk.pull(Lever::PowerOff).unwrap_err(), "the terminal is off already");
    desk.wait_secs(600);
    assert_eq!(desk.device.terminal().state(), State::Off, "it does not come back by itself");
    desk.pull(Lever::PowerOn).unwrap();
    assert_eq!(desk.device.terminal().state(), State::Initializing);
    desk.wait_secs(3);
    assert!(desk.pull(Lever::PowerOn).unwrap_err().contains("on already"));
    desk.greet();
    assert_eq!((desk.end(&paid).as_str(), desk.end(&lost).as_str()), ("SUCCESS", "nothing"));
    assert_eq!(desk.last_transaction()["responseData"]["requestId"], "R1");
}

#[test]
fn the_cable_is_pulled_and_plugged_in_by_hand() {
    let mut desk = Desk::scripted("faults: [{unplug: {at: ready, for: 5s}}]");
    assert!(desk.pull(Lever::Plug).unwrap_err().contains("plugged in already"));
    desk.pull(Lever::Unplug).unwrap();
    assert!(!desk.plugged && !desk.device.is_plugged());
    assert!(desk.pull(Lever::Unplug).unwrap_err().contains("unplugged already"));
    desk.pull(Lever::Plug).unwrap();
    assert!(desk.plugged && desk.device.is_plugged());
    // One that a script pulled can be plugged in before its time, and is not plugged in twice.
    desk.purchase("R1", "104");
    assert!(!desk.plugged);
    desk.pull(Lever::Plug).unwrap();
    desk.pull(Lever::Unplug).unwrap();
    desk.wait_secs(60);
    assert!(!desk.plugged, "the script's time is over and done with");
}

/// The history of a shop: what can be recorded is recorded, what can be used up is.
fn busy_day() -> Desk {
    let mut desk = Desk::scripted(
        "{host: [{approve: {}}, {decline: {code: UNKNOWN}}, {approve: {}}, {approve: {}}],
          faults: [{power-loss: {at: approved, for: 1s}}]}",
    );
    for n in 1..=3 {
        desk.greet();
        desk.purchase(&format!("R{n}"), "104");
        desk.wait_secs(20);
    }
    desk.greet();
    let recovered = desk.last_transaction();
    desk.cancel("C1", &recovered);
    desk.wait_secs(20);
    desk.purchase("R4", "104");
    desk
}

#[test]
fn what_a_store_kept_is_the_whole_journal() {
    let desk = busy_day();
    let journal = desk.device.terminal().journal();
    assert_eq!(journal.records().len(), 4, "two purchases, a decline and a cancel");
    let restored: Journal = desk.kept.iter().cloned().collect();
    assert_eq!(restored.records(), journal.records());
    let ids: Vec<_> = desk.kept.iter().filter(|kept| matches!(kept, Kept::RequestId(_))).collect();
    assert_eq!(ids.len(), 5, "four purchases and a cancel: {ids:?}");
}

#[test]
fn a_terminal_with_a_journal_goes_on_where_the_last_one_ended() {
    let day = busy_day();
    let mut desk = Desk::remembering(&Script::default(), day.kept.into_iter().collect());
    assert_eq!(desk.last_transaction()["responseData"]["responseCommand"], "PurchaseCancel");
    let again = desk.purchase("R4", "104");
    assert_eq!(desk.end(&again), "REPEAT_REQ_REJECT", "it had no record, but its id was used up");
    let paid = desk.purchase("R5", "104");
    desk.wait_secs(20);
    let result = desk.result(&paid).unwrap();
    let cancelled = desk.cancel("C5", &result);
    desk.wait_secs(20);
    assert_eq!((desk.end(&paid).as_str(), desk.end(&cancelled).as_str()), ("SUCCESS", "SUCCESS"));
    let numbers: Vec<_> =
        desk.device.terminal().journal().records().iter().map(|record| transaction_id(record)).collect();
    let mut unique = numbers.clone();
    unique.dedup();
    assert_eq!(numbers, unique, "transaction ids go on");
    assert_eq!(desk.kept.len(), 4, "only what is new is kept: two ids and two records");
}

fn transaction_id(record: &sim_edc::Record) -> Option<String> {
    record.data.acquirer_info.as_ref()?.acquirer_transaction_id.clone()
}

#[test]
fn nothing_is_told_before_it_is_kept() {
    // The desk reads each piece when the device hands it out, and notes what was kept by then.
    let mut desk = Desk::new(&Script::default());
    for n in 0..20 {
        let request_id = format!("R{n}");
        let id = desk.purchase(&request_id, "104");
        assert_eq!(desk.kept_by_first_byte, desk.kept.len(), "the id is kept before the ACK leaves");
        assert_eq!(desk.kept.last(), Some(&Kept::RequestId(request_id.clone())));
        while desk.result(&id).is_none() {
            desk.wait(Duration::from_millis(100));
        }
        let Some(Kept::Record(record)) = desk.kept.get(desk.kept_by_first_byte - 1) else {
            panic!("the result left before its record was kept");
        };
        assert_eq!(record.request_id, request_id);
        let result = desk.result(&id).unwrap();
        desk.cancel(&format!("C{n}"), &result);
        desk.wait_secs(3);
    }
    assert_eq!(desk.ledger(), 0);
    assert_eq!(json!(desk.kept.len()), json!(80));
}

#[test]
fn what_a_fault_puts_on_the_wire_is_in_the_trace_and_what_it_leaves_alone_is_not_there_twice() {
    let mut desk = Desk::scripted("faults: [{wrong-check: {}}, {split: {on: event}}]");
    desk.purchase("R1", "104");
    desk.wait_secs(20);
    let at = desk.trace.iter().position(|event| matches!(event, Event::OnWire { .. })).unwrap();
    let (Event::Sent { raw, .. }, Event::OnWire { raw: on_wire }) = (&desk.trace[at - 1], &desk.trace[at]) else {
        panic!("{:?}", &desk.trace[at - 1..=at]);
    };
    assert_eq!(raw.0.len(), on_wire.0.len());
    assert_eq!(raw.0[..raw.0.len() - 2], on_wire.0[..raw.0.len() - 2], "only the check differs");
    assert_ne!(raw, on_wire);
    assert!(desk.bytes.windows(on_wire.0.len()).any(|piece| piece == on_wire.0), "and that is what came");
    assert_eq!(desk.trace.iter().filter(|event| matches!(event, Event::OnWire { .. })).count(), 1);
}
