//! Each of the 32 codes comes: by script, by trigger, and from the real program, asked by `--give` or by the control API. The page about them is made here;
//! `UPDATE_DOCS=1 cargo test -p sim-edc` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use rstest::rstest;
use serde_json::Value;
use sim_edc::{Code, Direction, Exchange, Recipe, Said, Script, Trigger, Wish, rehearse};

use crate::desk::Desk;
use crate::running::{HELLO, Program, purchase_line};

/// Whether the terminal says a code, in the field where its family stands.
fn says(code: Code, message: &Value) -> bool {
    let field = match code {
        Code::Init(_) => "/code",
        Code::Event(_) => "/eventCode",
        Code::Command(_) => "/errorCode",
        Code::Business(_) => "/responseData/result/resultCode",
    };
    message.pointer(field).and_then(Value::as_str) == Some(code.as_str())
}

fn heard(said: &[Said]) -> Vec<Value> {
    let from_terminal = said.iter().filter(|said| said.direction == Direction::ToPos);
    from_terminal.map(|said| serde_json::from_str(&said.line).unwrap()).collect()
}

#[test]
fn the_recipes_are_for_the_codes_of_the_fixture() {
    let fixture: Value = serde_json::from_str(include_str!("../../../fixtures/result-codes.json")).unwrap();
    let mut documented = Vec::new();
    for family in ["init", "event", "commandFailed", "businessFailed"] {
        for line in fixture["edc"][family].as_array().unwrap() {
            documented.push((family, line["code"].as_str().unwrap()));
        }
    }
    assert_eq!(documented.len(), 32);
    let ours: Vec<_> = Recipe::all().map(|recipe| (recipe.code.family(), recipe.code.as_str())).collect();
    assert_eq!(ours, documented);
}

#[test]
fn every_code_comes_by_its_script_and_by_its_trigger() {
    for recipe in Recipe::all() {
        for wish in [Wish::Script, Wish::Trigger] {
            let said = rehearse(&recipe, wish);
            let times = heard(&said).iter().filter(|message| says(recipe.code, message)).count();
            assert_eq!(times, 1, "{} by {wish:?}: {said:#?}", recipe.code);
        }
    }
}

#[test]
fn an_amount_asks_for_nothing_unless_triggers_are_on() {
    for recipe in Recipe::all() {
        let Trigger::Amount(digits) = recipe.trigger else { continue };
        let mut desk = Desk::new(&Script::default());
        let id = desk.purchase("R1", &format!("10{digits}"));
        desk.wait_secs(10);
        assert_eq!(desk.end(&id), "SUCCESS", "{}", recipe.code);
    }
}

#[test]
fn a_trigger_applies_to_its_own_payment_only() {
    let mut desk = Desk::scripted("{cardholder: [{insert: {card: debit}}], settings: {triggers: true}}");
    let cancelled = desk.purchase("R1", "10616");
    desk.wait_secs(40);
    assert_eq!(desk.end(&cancelled), "PROCESS_FAIL", "nobody comes, as the trigger wants");
    let next = desk.purchase("R2", "10400");
    desk.wait_secs(10);
    assert_eq!(desk.result(&next).unwrap()["responseData"]["paymentResultInfo"]["funding"], "DEBIT");
    // A trigger does not use an id up when nothing is carried out, and is heeded each time.
    for _ in 0..2 {
        let refused = desk.purchase("R3", "10714");
        assert_eq!(desk.end(&refused), "CommandDeviceBusy");
    }
    let illegal = desk.command("Purchase", &crate::desk::purchase("", "10811"));
    assert_eq!(desk.end(&illegal), "PARAM_ILLEGAL", "what makes no sense asks for nothing");
}

#[rstest]
#[case("CommandResponseTimeout", "", true)]
#[case("CommandInvalidResponse", "", true)]
#[case("CommandResponseTimeout", ", when: at-once", false)]
#[case("CommandDeviceBusy", "", false)]
#[case("CommandDeviceBusy", ", when: in-the-end", true)]
#[case("UNKNOWN", "", false)]
fn an_answer_in_the_end_is_charged_and_can_be_recovered(#[case] code: &str, #[case] when: &str, #[case] charged: bool) {
    let mut desk = Desk::scripted(&format!("answers: [{{Purchase: {{code: {code}{when}}}}}]"));
    let id = desk.purchase("R1", "10400");
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), (code, if charged { 10_400 } else { 0 }));
    let told = desk.last_transaction()["responseData"]["requestId"].clone();
    assert_eq!(told.as_str(), charged.then_some("R1"));
    let next = desk.purchase("R2", "10400");
    desk.wait_secs(10);
    assert_eq!(desk.end(&next), "SUCCESS", "once");
}

#[test]
fn answers_are_a_queue_for_each_command() {
    let mut desk = Desk::scripted(
        "answers: [{GetLastTransaction: {code: CommandNotSupport}}, {Purchase: {code: UNKNOWN}}, \
         {GetLastTransaction: {code: ACCESS_DENIED}}, {PurchaseCancel: {code: CommandResponseTimeout}}]",
    );
    let ends: Vec<_> = (0..3)
        .map(|_| {
            let id = desk.command("GetLastTransaction", &serde_json::json!({}));
            desk.end(&id)
        })
        .collect();
    assert_eq!(ends, ["CommandNotSupport", "ACCESS_DENIED", "ORDER_STATUS_INVALID"]);
    let id = desk.purchase("R1", "10400");
    assert_eq!(desk.end(&id), "UNKNOWN");
    let id = desk.purchase("R1", "10400");
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("SUCCESS", 10_400));
    let purchased = desk.result(&id).unwrap();
    let id = desk.cancel("X1", &purchased);
    desk.wait_secs(10);
    assert_eq!((desk.end(&id).as_str(), desk.ledger()), ("CommandResponseTimeout", 0), "given back all the same");
}

#[test]
fn a_hello_that_is_refused_on_demand_opens_nothing() {
    let script = "answers: [{hello: {code: INIT_FAILED}}, {hello: {code: INIT_SUCCESS}}]";
    let mut desk = Desk::silent(&serde_saphyr::from_str(script).unwrap());
    desk.greet();
    let id = desk.purchase("R1", "104");
    assert_eq!(desk.end(&id), "CommandInvalid");
    desk.greet();
    let codes: Vec<_> = desk.heard.iter().filter_map(|(_, json)| json["code"].as_str()).collect();
    assert_eq!(codes, ["INIT_FAILED", "INIT_SUCCESS"]);
}

#[test]
fn the_program_plays_every_code_in_memory() {
    for recipe in Recipe::all() {
        for more in [&[][..], &["--triggers"]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_sim-edc"));
            let output = command.args(["--try", recipe.code.as_str()]).args(more).output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let text = String::from_utf8(output.stdout).unwrap();
            let told = text.lines().filter_map(|line| line.split_once(" < ")).map(|(_, json)| json);
            let told: Vec<Value> = told.map(|json| serde_json::from_str(json).unwrap()).collect();
            assert!(told.iter().any(|message| says(recipe.code, message)), "{} {more:?}: {text}", recipe.code);
        }
    }
}

#[rstest]
#[case::by_give(|recipe: Recipe| Program::with("ndjson", &["--give", recipe.code.as_str()]))]
#[case::by_control_api(|recipe: Recipe| {
    let program = Program::scripted("ndjson", "{}", &["--control", "127.0.0.1:0"], 2);
    assert_eq!(program.asks("PUT", "script", recipe.script).0, 200, "{}", recipe.code);
    program
})]
fn the_program_gives_every_code_to_a_till_on_its_pty(#[case] start: fn(Recipe) -> Program) {
    // They mostly wait for cardholders: beside each other, so that they wait together.
    std::thread::scope(|scope| {
        for recipe in Recipe::all() {
            scope.spawn(move || given(recipe, start(recipe)));
        }
    });
}

fn given(recipe: Recipe, program: Program) {
    let mut till = program.open();
    till.line(HELLO);
    if recipe.exchange != Exchange::Hello {
        assert!(till.waits_for("INIT_SUCCESS"), "{}", recipe.code);
        till.line(&purchase_line(if recipe.exchange == Exchange::LargePurchase { "60000" } else { "10400" }));
    }
    match recipe.exchange {
        Exchange::Hello | Exchange::Purchase | Exchange::LargePurchase => {}
        Exchange::CommandCancel => {
            assert!(till.waits_for(r#""READY""#), "{}", recipe.code);
            till.line(r#"{"type":"command","id":"2","commandName":"CommandCancel","commandRequestParams":{}}"#);
        }
        Exchange::PurchaseCancel => {
            assert!(till.waits_for(r#""resultCode":"SUCCESS""#), "{}", recipe.code);
            let text = till.text();
            let meta = text.split(r#""acquirerMetaData":""#).nth(1).unwrap().split('"').next().unwrap();
            till.line(&format!(
                r#"{{"type":"command","id":"2","commandName":"PurchaseCancel","commandRequestParams":{{"requestId":"R2","paymentAmount":{{"value":"10400","currency":"KRW"}},"tipAmount":{{"value":"0","currency":"KRW"}},"acquirerInfo":{{"acquirerMetaData":"{meta}"}}}}}}"#
            ));
        }
    }
    assert!(till.waits_for(&format!("\"{}\"", recipe.code)), "{}: {}", recipe.code, till.text());
    drop(till);
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn the_page_about_the_codes_is_the_table() {
    let mut text = "# Every code on demand\n\n\
        Made from the table in `sim-edc/src/recipe.rs`, and kept equal to it by a test that has every code come in each of \
        the\nways below; `UPDATE_DOCS=1 cargo test -p sim-edc` writes it anew.\n\n\
        The last column plays the whole exchange in memory, prints what both sides say, and leaves. For a till of your own:\n\n\
        - **by script**: put the fragment into `--script FILE`, into a scenario's `given: terminal`, or into the body of the\n  \
        control API. The words are in [terminal.md](terminal.md).\n\
        - **by `--give CODE`**: the same fragment, appended to the script; may be repeated, one after the other:\n  \
        `sim-edc --link /tmp/terminal --give CommandDeviceBusy --give UNKNOWN`.\n\
        - **by trigger**, off by default: with `--triggers`, or `settings: {triggers: true}`, what the till sends asks for the \
        code, each\n  time. Amounts count by their last three digits, so `10,811`, `811` and `250,811` all ask for \
        REPEAT_REQ_REJECT. The\n  fragment then applies to this one payment, instead of what the script says.\n\n\
        Each code also comes by itself, without being asked for, from what is in the column *cause*. A code in `answers` that \
        tells\nof a command that was carried out (CommandInvalidResponse, CommandResponseTimeout) comes **after** the payment \
        was\ncharged; `when: at-once` would have it come instead.\n\n"
        .to_owned();
    text.push_str("| code | family | meaning | the till | script | trigger | cause | one command |\n|---|---|---|---|---|---|---|---|\n");
    for recipe in Recipe::all() {
        let till = match recipe.exchange {
            Exchange::Hello => "hello",
            Exchange::Purchase => "Purchase",
            Exchange::LargePurchase => "Purchase above 50,000 won",
            Exchange::CommandCancel => "Purchase, and CommandCancel on READY",
            Exchange::PurchaseCancel => "Purchase, then PurchaseCancel",
        };
        let trigger = match recipe.trigger {
            Trigger::Always => "none needed".to_owned(),
            Trigger::Merchant => format!("a merchantId ending in `-{}`", recipe.code),
            Trigger::Amount(digits) => format!("an amount ending in `{digits}`"),
        };
        let cause = if recipe.cause.is_empty() { "only on demand" } else { recipe.cause };
        let (code, family, meaning, script) = (recipe.code, recipe.code.family(), recipe.code.message(), recipe.script);
        let _ = writeln!(
            text,
            "| `{code}` | {family} | {meaning} | {till} | `{script}` | {trigger} | {cause} | `cargo run -p sim-edc -- --try {code}` |"
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal-codes.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "run with UPDATE_DOCS=1");
}
