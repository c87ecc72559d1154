//! Thousands of histories against a small model of its own: what each command must end with, and what the ledger holds.

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_edc::Event;
use wire::edc::Kind;

use crate::desk::Desk;

/// What happens next at the desk, each with the words of a script that make it so.
#[derive(Debug, Clone)]
enum Step {
    /// A purchase, what the cardholder and the host do, and when (in half seconds) the till calls it off.
    Purchase {
        won: u64,
        card: usize,
        host: usize,
        call_off: Option<u64>,
        same_id: bool,
    },
    /// A cancel of an earlier purchase, with another amount now and then.
    Cancel {
        which: usize,
        host: usize,
        wrong_amount: bool,
    },
    /// The line is closed and opened.
    Reopen,
    LastTransaction,
}

/// The cardholder's words, whether a card is read by them, and whether a signature may be asked for.
const CARDS: [(&str, bool, bool); 6] = [
    ("{insert: {}}", true, true),
    ("{wallet-qr: {}}", true, false),
    ("nothing", false, false),
    ("{cancel-key: {}}", false, false),
    ("{tap-failure: {}}, {tap: {}}", true, true),
    ("{insert: {}}, {remove: {}}, {insert: {card: debit}}", true, true),
];

/// The host's words and how a payment ends by them.
const HOSTS: [(&str, &str); 5] = [
    ("{approve: {}}", "SUCCESS"),
    ("{decline: {code: INVALID_CARD_NUMBER}}", "INVALID_CARD_NUMBER"),
    ("{silent: {}}", "PROCESS_FAIL"),
    ("{silent: {reversal: refused}}", "UNKNOWN"),
    ("{network-down: {}}", "PROCESS_FAIL"),
];

fn step() -> impl Strategy<Value = Step> {
    let won = prop_oneof![1_u64..100, Just(50_000), Just(50_001), 50_002_u64..999_999_999];
    let call_off = prop_oneof![2 => Just(None), 1 => (0_u64..8).prop_map(Some)];
    prop_oneof![
        4 => (won, 0..CARDS.len(), 0..HOSTS.len(), call_off, prop::bool::weighted(0.1)).prop_map(
            |(won, card, host, call_off, same_id)| Step::Purchase { won, card, host, call_off, same_id }),
        3 => (0_usize..4, 0..HOSTS.len(), prop::bool::weighted(0.2)).prop_map(
            |(which, host, wrong_amount)| Step::Cancel { which, host, wrong_amount }),
        1 => Just(Step::Reopen),
        1 => Just(Step::LastTransaction),
    ]
}

/// The model: what a terminal must remember, and nothing else.
#[derive(Default)]
struct Model {
    /// Approved purchases: their results, amounts, and whether they were given back.
    sold: Vec<(Value, i64, bool)>,
    used_first_id: bool,
    last: Option<String>,
}

/// The script that makes the steps happen, given what the model says of who is asked.
fn play(steps: &[Step]) {
    let (mut cards, mut hosts) = (Vec::new(), Vec::new());
    let (mut model, mut plan) = (Model::default(), Vec::new());
    for (n, step) in steps.iter().enumerate() {
        let end = match step {
            Step::Purchase { won, card, host, call_off, same_id } => {
                let repeats = *same_id && std::mem::replace(&mut model.used_first_id, true);
                let (words, is_read, may_sign) = CARDS[*card];
                // Cards come after two seconds: whoever is quicker wins.
                let called_off = call_off.is_some_and(|halves| halves < 4);
                if repeats {
                    "REPEAT_REQ_REJECT"
                } else if called_off {
                    cards.push("nothing");
                    "PROCESS_FAIL"
                } else {
                    cards.push(words);
                    if may_sign && *won > 50_000 {
                        cards.push("{sign: {}}");
                    }
                    let end = if is_read { HOSTS[*host].1 } else { "PROCESS_FAIL" };
                    if is_read {
                        hosts.push(HOSTS[*host].0);
                        if matches!(end, "SUCCESS" | "INVALID_CARD_NUMBER") {
                            model.last = Some(if *same_id { "SAME".to_owned() } else { format!("R{n}") });
                        }
                    }
                    if end == "SUCCESS" {
                        model.sold.push((Value::Null, i64::try_from(*won).unwrap_or_default(), false));
                    }
                    end
                }
            }
            Step::Cancel { which, host, wrong_amount } => match model.sold.get_mut(*which) {
                None => "none",
                Some(_) if *wrong_amount => "PARAM_ILLEGAL",
                Some((_, _, true)) => "ORDER_IS_CANCELED",
                Some((_, _, given_back)) => {
                    hosts.push(HOSTS[*host].0);
                    let end = HOSTS[*host].1;
                    *given_back = end == "SUCCESS";
                    if matches!(end, "SUCCESS" | "INVALID_CARD_NUMBER") {
                        model.last = Some(format!("X{n}"));
                    }
                    end
                }
            },
            Step::Reopen | Step::LastTransaction => "none",
        };
        let ledger: i64 = model.sold.iter().filter(|(_, _, given_back)| !given_back).map(|(_, won, _)| won).sum();
        plan.push((end, ledger, model.last.clone()));
    }
    let script = format!("{{cardholder: [{}], host: [{}]}}", cards.join(", "), hosts.join(", "));
    check(steps, &plan, Desk::scripted(&script));
}

fn check(steps: &[Step], plan: &[(&str, i64, Option<String>)], mut desk: Desk) {
    let mut sold: Vec<Value> = Vec::new();
    for (n, (step, (end, ledger, last))) in steps.iter().zip(plan).enumerate() {
        match step {
            Step::Purchase { won, call_off, same_id, .. } => {
                let request_id = if *same_id { "SAME".to_owned() } else { format!("R{n}") };
                let id = desk.purchase(&request_id, &won.to_string());
                if let Some(halves) = call_off {
                    desk.wait(std::time::Duration::from_millis(halves * 500));
                    let was_ready = desk.device.terminal().state() == sim_edc::State::Ready;
                    let cancel = desk.command("CommandCancel", &json!({}));
                    assert_eq!(desk.end(&cancel), if was_ready { "SUCCESS" } else { "CommandInvalid" }, "step {n}");
                    // A card that had not come yet is called off too, and then the model does not apply.
                    if was_ready && *halves >= 4 {
                        return;
                    }
                }
                desk.wait_secs(100);
                assert_eq!(desk.end(&id), *end, "step {n}: {step:?}");
                let started = desk.events(&id).iter().filter(|event| *event == "START_TRANSACTION").count();
                assert!(started <= 1, "step {n}");
                if *end == "SUCCESS" {
                    sold.extend(desk.result(&id));
                }
            }
            Step::Cancel { which, wrong_amount, .. } => {
                let Some(purchased) = sold.get(*which) else { continue };
                let mut request = crate::desk::cancel(&format!("X{n}"), purchased);
                if *wrong_amount {
                    request["paymentAmount"]["value"] = json!("999999999");
                }
                let id = desk.command("PurchaseCancel", &request);
                desk.wait_secs(100);
                assert_eq!(desk.end(&id), *end, "step {n}: {step:?}");
            }
            Step::Reopen => {
                desk.input(sim_edc::Input::Closed);
                desk.input(sim_edc::Input::Opened);
            }
            Step::LastTransaction => {
                let told = desk.last_transaction();
                assert_eq!(told["responseData"]["requestId"].as_str(), last.as_deref(), "step {n}");
            }
        }
        assert_eq!(desk.ledger(), *ledger, "step {n}: {step:?}");
    }
    stored_before_told(&desk);
    one_result_a_command(&desk);
}

/// A stored success exists before the first byte of a success leaves.
fn stored_before_told(desk: &Desk) {
    let mut stored = Vec::new();
    for event in &desk.trace {
        match event {
            Event::Recorded { request_id, .. } => stored.push(request_id.as_str()),
            Event::Sent { kind: Kind::Result, json, .. } if json["responseData"]["acquirerInfo"].is_object() => {
                let data = &json["responseData"];
                if data["result"]["resultCode"] == "SUCCESS" {
                    assert!(stored.contains(&data["requestId"].as_str().unwrap_or_default()), "{json}");
                }
            }
            _ => {}
        }
    }
}

fn one_result_a_command(desk: &Desk) {
    let mut ids: Vec<_> =
        desk.heard.iter().filter(|(kind, _)| *kind == Kind::Result).map(|(_, json)| &json["id"]).collect();
    let all = ids.len();
    ids.sort_by_key(|id| id.to_string());
    ids.dedup();
    assert_eq!(ids.len(), all);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_ends_as_the_model_says(steps in proptest::collection::vec(step(), 1..12)) {
        play(&steps);
    }
}
