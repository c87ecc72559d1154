//! Each row of the table of states, as a till sees it.

use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};
use sim_edc::{Event, Input, Lever, RecordKind, Script, State};
use wire::edc::ACK;

use crate::desk::{Desk, cancel, purchase};

const SMALL: [&str; 4] = ["READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "START_TRANSACTION"];

#[test]
fn up_to_fifty_thousand_won_no_signature_is_asked_for() {
    let mut desk = Desk::new(&Script::default());
    let id = desk.purchase("R1", "50000");
    desk.wait_secs(10);
    assert_eq!(desk.events(&id), SMALL);
    assert_eq!(desk.end(&id), "SUCCESS");
    let result = desk.result(&id).unwrap();
    assert_eq!(result["responseData"]["taxAmount"]["value"], "4545");
    assert_eq!(result["responseData"]["acquirerInfo"]["signData"], Value::Null);
    assert_eq!(desk.device.terminal().state(), State::Idle);
}

#[test]
fn above_it_a_card_wants_a_signature() {
    let mut desk = Desk::new(&Script::default());
    let id = desk.purchase("R1", "50001");
    desk.wait_secs(10);
    let events = ["READY", "CARD_DETECTED", "CARD_READ_COMPLETED", "PENDING_SIGNATURE", "START_TRANSACTION"];
    assert_eq!(desk.events(&id), events);
    assert!(desk.result(&id).unwrap()["responseData"]["acquirerInfo"]["signData"].as_str().unwrap().len() > 1000);
}

#[rstest]
#[case::cancel_key("cardholder: [{cancel-key: {}}]", "104", "PROCESS_FAIL")]
#[case::nobody("cardholder: [nothing]", "104", "PROCESS_FAIL")]
#[case::refuses_to_sign("cardholder: [{insert: {}}, {refuse-signature: {}}]", "60000", "PROCESS_FAIL")]
#[case::does_not_sign("cardholder: [{insert: {}}, nothing]", "60000", "IDENTITY_VERIFY_FAILED")]
#[case::cancel_key_at_signature(
    "cardholder: [{on: {event: PENDING_SIGNATURE, then: {cancel-key: {}}}}]",
    "60000",
    "PROCESS_FAIL"
)]
#[case::declined("host: [{decline: {code: INVALID_CARD_NUMBER}}]", "104", "INVALID_CARD_NUMBER")]
#[case::network_down("host: [{network-down: {}}]", "104", "PROCESS_FAIL")]
#[case::reversed("host: [{silent: {}}]", "104", "PROCESS_FAIL")]
#[case::too_slow("host: [{approve: {after: 31s}}]", "104", "PROCESS_FAIL")]
#[case::reversal_refused("host: [{silent: {reversal: refused}}]", "104", "UNKNOWN")]
#[case::reversal_unanswered("host: [{silent: {reversal: silent}}]", "104", "UNKNOWN")]
#[case::merchant("settings: {merchants: [M9]}", "104", "INVALID_CONTRACT")]
#[case::terminal("settings: {terminals: [T9]}", "104", "INVALID_CONTRACT")]
#[case::card_through_a_wallets_terminal(
    "settings: {terminals: [T9], wallet-terminals: [T0000001]}",
    "104",
    "ACCESS_DENIED"
)]
#[case::wallet_through_its_terminal(
    "{cardholder: [{wallet-qr: {}}], settings: {terminals: [T9], wallet-terminals: [T0000001]}}",
    "104",
    "SUCCESS"
)]
#[case::wallet_terminal("{cardholder: [{wallet-qr: {}}], settings: {wallet-terminals: [T9]}}", "104", "ACCESS_DENIED")]
#[case::zero("", "0", "PARAM_ILLEGAL")]
#[case::hang_up("{cardholder: [{insert: {}}], settings: {}}", "104", "SUCCESS")]
fn a_purchase_ends_as_the_script_wants(#[case] script: &str, #[case] won: &str, #[case] end: &str) {
    let script = if script.is_empty() { "{}" } else { script };
    let mut desk = Desk::scripted(script);
    let id = desk.purchase("R1", won);
    desk.wait_secs(80);
    assert_eq!(desk.end(&id), end);
    assert_eq!(desk.device.terminal().state(), State::Idle);
    assert_eq!(desk.ledger() > 0, end == "SUCCESS");
}

#[test]
fn every_business_code_can_be_had_from_the_host() {
    for code in wire::edc::BusinessCode::ALL {
        let mut desk = Desk::scripted(&format!("host: [{{decline: {{code: {code}}}}}]"));
        let id = desk.purchase("R1", "104");
        desk.wait_secs(10);
        assert_eq!(desk.end(&id), code.as_str());
    }
}

#[rstest]
#[case::chip("{chip-failure: {}}, {swipe: {}}", &["READY", "CARD_DETECTED", "FALLBACK_MAGCARDREADER", "CARD_DETECTED"])]
#[case::contactless("{tap-failure: {}}, {tap: {card: prepaid}}", &["READY", "CARD_DETECTED", "CARD_TRY_AGAIN", "CARD_DETECTED"])]
#[case::pulled("{insert: {}}, {remove: {}}, {insert: {}}", &["READY", "CARD_DETECTED", "CARD_MISSING", "CARD_DETECTED"])]
#[case::swiped("{swipe: {}}, {insert: {}}", &["READY", "REQUIRE_CARD_INSERT", "CARD_DETECTED"])]
#[case::magstripe("{swipe: {card: magstripe}}", &["READY", "CARD_DETECTED"])]
fn a_card_that_cannot_be_read_may_be_tried_again(#[case] cardholder: &str, #[case] events: &[&str]) {
    let mut desk = Desk::scripted(&format!("cardholder: [{cardholder}]"));
    let id = desk.purchase("R1", "104");
    desk.wait_secs(20);
    let all: Vec<_> = [events, &["CARD_READ_COMPLETED", "START_TRANSACTION"]].concat();
    assert_eq!(desk.events(&id), all);
    assert_eq!(desk.end(&id), "SUCCESS");
}

#[test]
fn failed_readings_do_not_begin_the_countdown_anew() {
    let failures = ["{tap-failure: {after: 8s}}"; 9].join(", ");
    let mut desk = Desk::scripted(&format!("cardholder: [{failures}]"));
    let id = desk.purchase("R1", "104");
    desk.wait_secs(29);
    assert_eq!(desk.result(&id), None);
    desk.wait_secs(1);
    assert_eq!(desk.end(&id), "PROCESS_FAIL");
}

#[rstest]
#[case("{insert: {}}", "CREDIT", "CARD", Some("94902200"), None)]
#[case("{swipe: {card: magstripe}}", "CREDIT", "CARD", Some("94902200"), None)]
#[case("{tap: {card: foreign}}", "CREDIT", "CARD", Some("41111100"), None)]
#[case("{insert: {card: debit}}", "DEBIT", "CARD", Some("53878200"), None)]
#[case("{insert: {card: credit}}", "CREDIT", "CARD", Some("94902200"), None)]
#[case("{tap: {card: prepaid}}", "PREPAID", "CARD", Some("94611700"), None)]
#[case("{wallet-qr: {barcode: '2810'}}", "PREPAID", "CONNECT_WALLET", None, Some("2810"))]
#[case("{samsung-pay: {}}", "CREDIT", "SAMSUNGPAY", None, None)]
fn the_result_tells_what_was_paid_with(
    #[case] action: &str,
    #[case] funding: &str,
    #[case] method: &str,
    #[case] bin: Option<&str>,
    #[case] id: Option<&str>,
) {
    let mut desk = Desk::scripted(&format!("cardholder: [{action}]"));
    let command = desk.purchase("R1", "60000");
    desk.wait_secs(20);
    let paid = &desk.result(&command).unwrap()["responseData"]["paymentResultInfo"];
    assert_eq!((&paid["funding"], &paid["paymentMethodType"]), (&json!(funding), &json!(method)));
    assert_eq!((paid["cardBin"].as_str(), paid["paymentMethodId"].as_str()), (bin, id));
    assert_eq!(desk.events(&command).contains(&"PENDING_SIGNATURE".to_owned()), bin.is_some());
}

#[test]
fn a_purchase_is_cancelled_whole_and_once() {
    let mut desk = Desk::new(&Script::default());
    let id = desk.purchase("R1", "10400");
    desk.wait_secs(10);
    let purchased = desk.result(&id).unwrap();
    assert_eq!(desk.ledger(), 10_400);

    let first = desk.cancel("X1", &purchased);
    desk.wait_secs(10);
    assert_eq!((desk.end(&first).as_str(), desk.ledger()), ("SUCCESS", 0));
    let data = &desk.result(&first).unwrap()["responseData"];
    assert_eq!(data["acquirerInfo"]["acquirerResultCode"], "0000");
    assert_eq!((&data["requestId"], &data["paymentResultInfo"]), (&json!("X1"), &Value::Null));
    assert_eq!(desk.last_transaction()["responseData"]["responseCommand"], "PurchaseCancel");
    assert_eq!(desk.device.terminal().journal().last().unwrap().kind, RecordKind::PurchaseCancel);

    let second = desk.cancel("X2", &purchased);
    assert_eq!(desk.end(&second), "ORDER_IS_CANCELED");
    let repeated = desk.cancel("X1", &purchased);
    assert_eq!(desk.end(&repeated), "REPEAT_REQ_REJECT");
    assert_eq!(desk.ledger(), 0);
}

#[test]
fn a_recovered_approval_can_be_cancelled_after_a_power_loss() {
    let mut desk = Desk::scripted("faults: [{power-loss: {at: approved}}]");
    desk.purchase("R1", "10400");
    desk.wait_secs(20);
    desk.greet();
    let recovered = desk.last_transaction();
    assert_eq!(recovered["responseData"]["requestId"], "R1");
    let id = desk.cancel("X1", &recovered);
    desk.wait_secs(5);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("SUCCESS", 0));
}

#[rstest]
#[case::amount("/paymentAmount/value", json!("104"), "PARAM_ILLEGAL")]
#[case::tip("/tipAmount/value", json!("1"), "PARAM_ILLEGAL")]
#[case::no_metadata("/acquirerInfo/acquirerMetaData", json!("bm9uc2Vuc2U="), "PARAM_ILLEGAL")]
#[case::no_base64("/acquirerInfo/acquirerMetaData", json!("?"), "PARAM_ILLEGAL")]
#[case::terminal("/acquirerInfo", json!({"acquirerMetaData": "AA==", "acquirerTerminalId": "T2"}), "PARAM_ILLEGAL")]
#[case::number("/paymentAmount/value", json!(10400), "CommandParamError")]
fn a_cancel_that_does_not_fit_its_purchase_is_refused(#[case] at: &str, #[case] value: Value, #[case] end: &str) {
    let mut desk = Desk::new(&Script::default());
    let id = desk.purchase("R1", "10400");
    desk.wait_secs(10);
    let mut request = cancel("X1", &desk.result(&id).unwrap());
    *request.pointer_mut(at).unwrap() = value;
    let id = desk.command("PurchaseCancel", &request);
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), (end, 10_400));
}

#[test]
fn metadata_of_a_purchase_that_this_terminal_does_not_know_is_no_order() {
    let mut other = Desk::new(&Script::default());
    let id = other.purchase("R1", "10400");
    other.wait_secs(10);
    let purchased = other.result(&id).unwrap();
    let mut desk = Desk::new(&Script::default());
    let id = desk.cancel("X1", &purchased);
    assert_eq!(desk.end(&id), "ORDER_STATUS_INVALID");
}

#[test]
fn a_cancel_may_want_the_card_first() {
    let mut desk = Desk::scripted("settings: {cancel-requires-card: true}");
    let id = desk.purchase("R1", "60000");
    desk.wait_secs(20);
    let purchased = desk.result(&id).unwrap();
    let id = desk.cancel("X1", &purchased);
    desk.wait_secs(20);
    assert_eq!(desk.events(&id), SMALL);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("SUCCESS", 0));
}

#[rstest]
#[case("answer-first", true)]
#[case("failure-first", false)]
fn command_cancel_ends_both_in_either_order(#[case] order: &str, #[case] answer_first: bool) {
    let mut desk = Desk::scripted(&format!("{{cardholder: [nothing], settings: {{cancel-order: {order}}}}}"));
    let id = desk.purchase("R1", "104");
    let cancel = desk.command("CommandCancel", &json!({}));
    desk.wait_secs(100);
    assert_eq!((desk.end(&id).as_str(), desk.end(&cancel).as_str()), ("PROCESS_FAIL", "SUCCESS"));
    assert_eq!(desk.events(&id), ["READY", "CANCELLING"]);
    let place =
        |id: &str| desk.heard.iter().position(|(kind, json)| *kind == wire::edc::Kind::Result && json["id"] == id);
    assert_eq!(place(&cancel) < place(&id), answer_first);
}

#[test]
fn command_cancel_after_the_card_is_too_late_and_the_payment_lives_on() {
    let mut desk = Desk::new(&Script::default());
    assert_eq!(
        {
            let id = desk.command("CommandCancel", &json!({}));
            desk.end(&id)
        },
        "CommandInvalid"
    );
    let id = desk.purchase("R1", "60000");
    for _ in 0..8 {
        desk.wait_secs(1);
        let ready = desk.device.terminal().state() == State::Ready;
        if !ready {
            let cancel = desk.command("CommandCancel", &json!({}));
            assert_eq!(desk.end(&cancel), "CommandInvalid");
        }
    }
    desk.wait_secs(10);
    assert_eq!(desk.end(&id), "SUCCESS");
}

#[test]
fn a_second_command_finds_the_terminal_busy() {
    let mut desk = Desk::new(&Script::default());
    desk.purchase("R1", "104");
    let id = desk.purchase("R2", "104");
    assert_eq!(desk.end(&id), "CommandDeviceBusy");
    let id = desk.command("Purchase", &json!({}));
    assert_eq!(desk.end(&id), "CommandDeviceBusy");
    let id = desk.command("Refund", &json!({}));
    assert_eq!(desk.end(&id), "CommandNotSupport");
}

#[test]
fn an_id_is_used_up_by_a_purchase_that_makes_sense() {
    let mut desk = Desk::new(&Script::default());
    let illegal = desk.purchase("R1", "0");
    assert_eq!(desk.end(&illegal), "PARAM_ILLEGAL");
    let first = desk.purchase("R1", "104");
    desk.wait_secs(10);
    let again = desk.purchase("R1", "104");
    assert_eq!((desk.end(&first).as_str(), desk.end(&again).as_str()), ("SUCCESS", "REPEAT_REQ_REJECT"));
}

#[test]
fn nothing_goes_before_a_hello() {
    let mut desk = Desk::silent(&Script::default());
    let id = desk.purchase("R1", "104");
    assert_eq!(desk.end(&id), "CommandInvalid");
    let mut desk = Desk::silent(&serde_saphyr::from_str("settings: {require-init: false}").unwrap());
    let id = desk.purchase("R1", "104");
    desk.wait_secs(10);
    assert_eq!(desk.end(&id), "SUCCESS");
}

#[rstest]
#[case("ok", "R2")]
#[case("stale", "R1")]
#[case("empty", "ORDER_STATUS_INVALID")]
#[case("unsupported", "CommandNotSupport")]
fn the_last_transaction_is_what_the_settings_say(#[case] word: &str, #[case] told: &str) {
    let mut desk = Desk::scripted(&format!("settings: {{last-transaction: {word}}}"));
    for request_id in ["R1", "R2"] {
        desk.purchase(request_id, "104");
        desk.wait_secs(10);
    }
    let id = desk.command("GetLastTransaction", &json!({}));
    let result = desk.result(&id).unwrap();
    match result["responseData"]["requestId"].as_str() {
        Some(request_id) => assert_eq!(request_id, told),
        None => assert_eq!(desk.end(&id), told),
    }
}

#[test]
fn the_last_transaction_may_keep_its_request_id_to_itself() {
    let mut desk = Desk::scripted("settings: {last-transaction-has-request-id: false}");
    desk.purchase("R1", "104");
    desk.wait_secs(10);
    let data = &desk.last_transaction()["responseData"];
    assert_eq!((&data["requestId"], &data["paymentAmount"]["value"]), (&Value::Null, &json!("104")));
    assert!(data["acquirerInfo"]["acquirerMetaData"].is_string());
}

#[rstest]
#[case("half-up", "104", "9")]
#[case("floor", "104", "9")]
#[case("half-up", "50001", "4546")]
#[case("floor", "50001", "4545")]
fn tax_is_rounded_as_the_settings_say(#[case] word: &str, #[case] won: &str, #[case] tax: &str) {
    let mut desk = Desk::scripted(&format!("settings: {{tax-rounding: {word}}}"));
    let id = desk.purchase("R1", won);
    desk.wait_secs(20);
    assert_eq!(desk.result(&id).unwrap()["responseData"]["taxAmount"]["value"], tax);
}

#[rstest]
#[case("inside", 1_000)]
#[case("outside", 1_100)]
fn the_tip_is_inside_or_on_top(#[case] word: &str, #[case] taken: i64) {
    let mut desk = Desk::scripted(&format!("settings: {{tip: {word}}}"));
    let mut request = purchase("R1", "1000");
    request["tipAmount"]["value"] = json!("100");
    let id = desk.command("Purchase", &request);
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("SUCCESS", taken));
    let purchased = desk.result(&id).unwrap();
    let id = desk.cancel("X1", &purchased);
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("SUCCESS", 0));
}

#[rstest]
#[case("ready", "104")]
#[case("card-detected", "104")]
#[case("signing", "60000")]
#[case("authorizing", "104")]
#[case("approved", "104")]
fn power_that_goes_takes_everything_but_records_and_ids(#[case] at: &str, #[case] won: &str) {
    let mut desk = Desk::scripted(&format!("faults: [{{power-loss: {{at: {at}, for: 5s}}}}]"));
    let id = desk.purchase("R1", won);
    desk.wait_secs(30);
    assert_eq!(desk.end(&id), "nothing");
    assert!(desk.heard.iter().any(|(_, json)| json["eventCode"] == "DEVICE_INITIALIZE"));
    let unheard = desk.purchase("R2", won);
    assert_eq!(desk.end(&unheard), "CommandInvalid");
    desk.greet();
    let again = desk.purchase("R1", won);
    assert_eq!(desk.end(&again), "REPEAT_REQ_REJECT");
    assert_eq!(desk.ledger() > 0, at == "approved");
}

#[test]
fn a_record_is_stored_before_the_answer_leaves() {
    let mut desk = Desk::new(&Script::default());
    desk.purchase("R1", "104");
    desk.wait_secs(10);
    let recorded = desk.trace.iter().position(|event| matches!(event, Event::Recorded { .. })).unwrap();
    let answered = |event: &Event| matches!(event, Event::Sent { json, .. } if json["outcome"] == "success");
    assert!(desk.trace.iter().position(answered).unwrap() > recorded);
}

#[test]
fn the_built_in_dialog_keeps_events_to_itself() {
    let mut desk = Desk::silent(&Script::default());
    let hello = json!({"provider": "KICC", "options": {"merchantId": "M"}});
    desk.send(&wire::edc::Packet::new(wire::edc::Kind::Hello, &hello));
    let id = desk.purchase("R1", "60000");
    desk.wait_secs(20);
    assert_eq!((desk.end(&id).as_str(), desk.events(&id).len()), ("SUCCESS", 0));
}

#[test]
fn the_trace_tells_each_move_once_and_the_events_of_a_payment_are_counted() {
    let mut desk = Desk::scripted("cardholder: [{swipe: {}}, {insert: {card: debit}}]");
    desk.purchase("R1", "104");
    desk.wait_secs(20);
    let moves: Vec<_> = desk.trace.iter().filter_map(moved).collect();
    assert!(!moves.is_empty() && moves.iter().all(|(from, to)| from != to), "{moves:?}");
    assert!(moves.windows(2).all(|pair| pair[0].1 == pair[1].0), "{moves:?}");
    let counted: Vec<_> = desk.heard.iter().filter_map(|(_, json)| json["seq"].as_str()).collect();
    let expected: Vec<_> = (1..=counted.len()).map(|n| n.to_string()).collect();
    assert_eq!(counted, expected);
}

const fn moved(event: &Event) -> Option<(State, State)> {
    match event {
        Event::State { from, to } => Some((*from, *to)),
        _ => None,
    }
}

#[test]
fn a_terminal_that_is_busy_for_one_command_carries_out_the_others() {
    let mut desk = Desk::scripted("faults: [{busy: {command: Purchase}}]");
    let last = desk.command("GetLastTransaction", &json!({}));
    assert_ne!(desk.end(&last), "CommandDeviceBusy");
    let busy = desk.purchase("R1", "104");
    assert_eq!(desk.end(&busy), "CommandDeviceBusy");
}

#[test]
fn it_is_idle_only_when_every_result_is_through() {
    let mut desk = Desk::new(&Script::default());
    desk.acknowledges = false;
    desk.purchase("R1", "104");
    desk.wait_secs(7);
    assert_eq!(desk.device.terminal().state(), State::Respond, "the result waits for its ACK");
    desk.purchase("R2", "104");
    desk.input(Input::Bytes(Bytes::from_static(&[ACK])));
    assert_eq!(desk.device.terminal().state(), State::Respond, "that R2 found it busy is a result, too");
    desk.input(Input::Bytes(Bytes::from_static(&[ACK])));
    assert_eq!(desk.device.terminal().state(), State::Idle);
}

#[test]
fn a_terminal_that_starts_refuses_a_hello_and_one_without_power_hears_nothing() {
    let mut desk = Desk::new(&Script::default());
    let answers = |desk: &Desk| -> Vec<String> {
        desk.heard.iter().filter_map(|(_, json)| Some(json["code"].as_str()?.to_owned())).collect()
    };
    desk.pull(Lever::PowerOff).unwrap();
    desk.greet();
    assert_eq!(answers(&desk), ["INIT_SUCCESS"]);
    desk.pull(Lever::PowerOn).unwrap();
    desk.greet();
    assert_eq!(answers(&desk), ["INIT_SUCCESS", "INIT_FAILED"]);
    desk.wait_secs(3);
    desk.greet();
    assert_eq!(answers(&desk), ["INIT_SUCCESS", "INIT_FAILED", "INIT_SUCCESS"]);
}
