//! The table of faults: every word can be asked for, is told of in docs/terminal.md, and has its scenario.

use std::fmt::Write as _;
use std::path::Path;

use rstest::rstest;
use sim_edc::{Event, Fault, Script, Stage, State};

use crate::desk::Desk;

#[test]
fn every_fault_has_its_word_its_line_in_the_docs_and_its_scenario() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut table = "| fault | works on | aimed at | what happens | scenario |\n|---|---|---|---|---|\n".to_owned();
    for (word, stage, kind, meaning) in Fault::table() {
        let script: Result<Script, _> = serde_saphyr::from_str(&format!("faults: [{{{word}: {{}}}}]"));
        assert!(script.is_ok(), "{word}: {script:?}");
        let scenario = format!("scenarios/edc/fault-{word}.yaml");
        let text = std::fs::read_to_string(root.join(&scenario)).unwrap_or_default();
        assert!(text.contains(&format!("{word}: {{")), "{scenario} shows {word}");
        let stage = match stage {
            Stage::Message => "what is said",
            Stage::Bytes => "bytes",
            Stage::Link => "ACK and NAK",
            Stage::Terminal => "the terminal",
        };
        let kind = kind.map_or("", wire::edc::Kind::word);
        let _ = writeln!(table, "| `{word}` | {stage} | {kind} | {meaning} | [fault-{word}](../{scenario}) |");
    }
    let _page = crate::checklist::PAGE.lock().unwrap();
    let path = root.join("docs/terminal.md");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let (begin, end) = ("<!-- faults: made from the code -->\n", "<!-- end -->");
    let start = text.find(begin).map_or(0, |at| at + begin.len());
    let stop = text.find(end).unwrap_or(text.len());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let fresh = format!("{}{table}{}", &text[..start], &text[stop..]);
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert_eq!(&text[start..stop], table, "run with UPDATE_DOCS=1");
    }
}

#[test]
fn a_sale_survives_every_fault_or_leaves_a_record() {
    for (word, ..) in Fault::table() {
        let mut desk = Desk::scripted(&format!("faults: [{{{word}: {{for: 3s}}}}]"));
        let id = desk.purchase("R1", "10400");
        desk.wait_secs(200);
        let state = desk.device.terminal().state();
        assert_eq!(state, State::Idle, "{word}");
        let taken = desk.ledger();
        if desk.end(&id) == "SUCCESS" {
            assert_eq!(taken, 10_400, "{word}");
        }
        assert!(taken == 10_400 || matches!(word, "hang" | "busy"), "{word}: {taken}");
    }
}

#[test]
fn a_fault_is_the_same_each_time_for_the_same_seed() {
    for word in ["bit-noise", "drop-bytes", "duplicate-bytes", "line-noise"] {
        let bytes = |seed: u64| {
            let mut desk = Desk::scripted(&format!("faults: [{{{word}: {{count: 5, seed: {seed}}}}}]"));
            desk.purchase("R1", "10400");
            desk.wait_secs(30);
            desk.bytes
        };
        assert_eq!(bytes(1), bytes(1), "{word}");
        assert_ne!(bytes(1), bytes(2), "{word}");
    }
}

#[rstest]
#[case("{lose-event: {event: CARD_DETECTED}}", &["READY", "CARD_READ_COMPLETED", "START_TRANSACTION"])]
#[case("{repeat-event: {event: READY}}", &["READY", "READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION"])]
#[case("{swap-events: {skip: 1}}", &["READY", "CARD_READ_COMPLETED", "CARD_DETECTED", "START_TRANSACTION"])]
#[case("{unknown-event: {}}", &["CARD_WAVED_AT", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION"])]
#[case("{event-after-final: {}}", &["READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION", "CARD_READ_COMPLETED"])]
#[case("{merge: {}}", &["READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION"])]
fn events_come_as_the_fault_says(#[case] fault: &str, #[case] events: &[&str]) {
    let mut desk = Desk::scripted(&format!("faults: [{fault}]"));
    let id = desk.purchase("R1", "104");
    desk.wait_secs(20);
    assert_eq!(desk.events(&id), events);
    assert_eq!(desk.end(&id), "SUCCESS");
}

#[test]
fn unplugging_takes_the_line_and_brings_it_back() {
    let mut desk = Desk::scripted("faults: [{unplug: {at: ready, for: 5s}}]");
    desk.purchase("R1", "104");
    assert!(!desk.plugged);
    desk.wait_secs(5);
    assert!(desk.plugged);
}

#[test]
fn a_terminal_that_hangs_says_nothing_until_it_is_started_again() {
    let mut desk = Desk::scripted("faults: [{hang: {at: authorizing, for: 60s}}]");
    let id = desk.purchase("R1", "104");
    desk.wait_secs(30);
    let before = desk.bytes.len();
    desk.command("GetLastTransaction", &serde_json::json!({}));
    assert_eq!((desk.bytes.len(), desk.device.terminal().state()), (before, State::Hung));
    desk.wait_secs(60);
    assert_eq!((desk.end(&id).as_str(), desk.device.terminal().state()), ("nothing", State::Idle));
    let faults = desk.trace.iter().filter(|event| matches!(event, Event::Fault { name } if name == "hang"));
    assert_eq!(faults.count(), 1);
}

#[rstest]
#[case("faults: [{bit-noize: {}}]")]
#[case("faults: [{bit-noise: {how-often: 3}}]")]
#[case("faults: [{power-loss: {}}]")]
#[case("cardholder: [{insert: {card: gold}}]")]
#[case("settings: {tip: beside}")]
#[case("hosts: []")]
fn a_word_that_is_unknown_is_an_error(#[case] script: &str) {
    assert!(serde_saphyr::from_str::<Script>(script).is_err());
}
