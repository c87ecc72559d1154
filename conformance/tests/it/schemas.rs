//! The schemas say what is so: every committed scenario and every message of real runs fits them, wrong ones do not.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use conformance::integration::Integration;
use conformance::plan::plan;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::trace::{DriverEvent, Event};
use conformance::world::Signing;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{conformance, root, stdout};

fn schema(what: &str) -> Validator {
    let schema: Value = serde_json::from_str(&stdout(&conformance(&["schema", what]))).unwrap();
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// What is wrong with a YAML text.
fn faults(schema: &Validator, text: &str) -> Vec<String> {
    let value: Value = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    schema.iter_errors(&value).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

#[test]
fn every_committed_scenario_and_every_example_fits_the_schema() {
    let schema = schema("scenario");
    let mut paths = Vec::new();
    files(&root().join("scenarios"), &mut paths);
    assert!(paths.len() > 100);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(faults(&schema, &text), [""; 0], "{}", path.display());
    }
    let guide = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    for example in guide.split("```yaml\n").skip(1) {
        let text = example.split("\n```").next().unwrap();
        assert_eq!(faults(&schema, text), [""; 0], "{text}");
    }
}

#[test]
fn what_the_program_refuses_for_its_form_the_schema_refuses_too() {
    let schema = schema("scenario");
    let good = "title: A sale\nroles: [edc]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  \
                - until: {event: READY}\n  - settle: {within: 3m}\nexpect: [{order: {A: paid}}, {charged: {A: \"1\"}}]\n";
    assert_eq!(faults(&schema, good), [""; 0]);
    let with_a_variable =
        good.replace("READY", "\"${event}\"").replace("10400", "${price}").replace("{A: paid}", "{A: \"${state}\"}");
    assert_eq!(
        faults(&schema, &with_a_variable.replace("3m", "\"${time}\"").replace("terminal", "\"${by}\"")),
        [""; 0]
    );
    for (right, wrong) in [
        ("title:", "titel:"),
        ("roles: [edc]", "roles: [till]"),
        ("steps:", "expekt: []\nsteps:"),
        ("checkout:", "chekcout:"),
        ("order: A, ", ""),
        ("by: terminal", "by: hand"),
        ("KRW", "won"),
        ("10400", "10,400"),
        ("READY", "REDY"),
        ("event: READY", "within: 3s"),
        ("event: READY", "event: READY, sent: Purchase"),
        ("3m", "soon"),
        ("A: paid", "A: payed"),
        ("charged: {A: \"1\"}", "charged: {}"),
        ("expect:", "vars: {\"a b\": 1}\nexpect:"),
        ("expect:", "table: []\nexpect:"),
        ("expect:", "given: {terminal: {host: [{decline: {code: NO_SUCH}}]}}\nexpect:"),
        ("expect:", "given: {terminal: {faults: [{lose-anser: {}}]}}\nexpect:"),
        ("expect:", "given: {antom: {answers: [{on: pay, code: NO_SUCH}]}}\nexpect:"),
        ("expect:", "given: {antom: {settings: {expiry: [1]}}}\nexpect:"),
        ("- settle: {within: 3m}", "- repeat: {times: x, steps: []}"),
        ("- settle: {within: 3m}", "- send-raw: {to: till, hex: zz}"),
    ] {
        assert!(good.contains(right), "{right}");
        assert_ne!(faults(&schema, &good.replacen(right, wrong, 1)), [""; 0], "{wrong}");
    }
}

#[test]
fn keys_have_the_descriptions_that_an_editor_shows() {
    let schema: Value = serde_json::from_str(&stdout(&conformance(&["schema", "scenario"]))).unwrap();
    for pointer in [
        "/$defs/ScenarioFile/properties/covers/description",
        "/$defs/Checkout/properties/by",
        "/$defs/Until/properties/within/description",
        "/$defs/Span/description",
    ] {
        assert!(schema.pointer(pointer).is_some(), "{pointer}");
    }
}

#[test]
fn every_message_between_harness_and_driver_fits_its_schema() {
    let schema = schema("driver");
    let whole: Value = serde_json::from_str(&stdout(&conformance(&["schema", "driver"]))).unwrap();
    let of = |title: String| {
        let messages = whole["anyOf"].as_array().unwrap().iter();
        let one = messages.clone().find(|one| one["title"] == title.as_str()).unwrap_or_else(|| panic!("{title}"));
        let mut one = one.clone();
        one["$defs"] = whole["$defs"].clone();
        jsonschema::validator_for(&one).unwrap()
    };
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: conformance::verdict::Standard::default(),
        signing: Signing::Rsa,
        client: None,
    };
    let hello = greet(&settings).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let mut made: BTreeMap<String, Validator> = BTreeMap::new();
    let cases = plan(&[root().join("scenarios/pay"), root().join("scenarios/notify")], 1).unwrap();
    let terminal =
        plan(&[root().join("scenarios/edc/refund-whole.yaml"), root().join("scenarios/edc/cancel-in-time.yaml")], 1);
    for case in cases.iter().chain(&terminal.unwrap()) {
        for entry in run(case, &settings, &hello).trace {
            let (method, title, message) = match entry.event {
                Event::Driver(DriverEvent::Called { method, params }) => {
                    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
                    (method.clone(), format!("{method}: request"), message)
                }
                Event::Driver(DriverEvent::Answered { method, result }) => {
                    (method.clone(), format!("{method}: answer"), json!({"jsonrpc": "2.0", "id": 1, "result": result}))
                }
                _ => continue,
            };
            // To make a validator takes longer than all that it looks at.
            let one = made.entry(title.clone()).or_insert_with_key(|title| of(title.clone()));
            let faults: Vec<_> = one.iter_errors(&message).map(|error| error.to_string()).collect();
            assert_eq!(faults, [""; 0], "{title} {message}");
            assert!(schema.is_valid(&message));
            seen.insert(method);
        }
    }
    for method in ["initialize", "checkout", "orderStatus", "cancel", "refund"] {
        assert!(seen.contains(method), "{method} is not in any trace: {seen:?}");
    }
    for wrong in [
        json!({"jsonrpc": "2.0", "id": 1, "method": "checkout", "params": {"order": "A"}}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "sell", "params": {}}),
        json!({"id": 1, "result": {"state": "open"}}),
    ] {
        assert!(!schema.is_valid(&wrong), "{wrong}");
    }
    assert!(
        !of("orderStatus: answer".to_owned())
            .is_valid(&json!({"jsonrpc": "2.0", "id": 1, "result": {"state": "sold"}}))
    );
}
