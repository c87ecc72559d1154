//! For authors of adapters: skeletons pass `driver-check`, and what is wrong with an adapter is explained.

use std::fs;
use std::process::Command;
use std::time::Duration;

use conformance::adapter::PAYMENTS;
use conformance::integration::Integration;
use conformance::run::{Settings, TimeMode, run};
use conformance::verdict::{Standard, Verdict};
use conformance::world::Signing;
use serde_json::json;

use crate::{code, conformance, root, stderr, stdout};

fn checked(integration: &str) -> (i32, String) {
    let output = conformance(&["driver-check", "--integration", integration, "--start-timeout", "20s"]);
    (code(&output), stdout(&output) + &stderr(&output))
}

fn skeleton(language: &str, start: impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("adapter").display().to_string();
    let written = conformance(&["new-adapter", language, &dir]);
    assert_eq!(code(&written), 0, "{}", stderr(&written));
    let (exit, text) = checked(&start(&dir));
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("ok    3") && text.contains("plays no role yet"), "{text}");
    let again = conformance(&["new-adapter", language, &dir]);
    assert_eq!(code(&again), 2, "nothing is written over");
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));
}

#[test]
fn the_python_skeleton_passes() {
    skeleton("python", |dir| format!("python3 {dir}/driver.py"));
}

#[test]
fn the_node_skeleton_passes() {
    skeleton("node", |dir| format!("node {dir}/driver.mjs"));
}

#[test]
fn the_java_skeleton_passes() {
    skeleton("java", |dir| format!("java {dir}/Driver.java"));
}

/// The callbacks reach a handler that was compiled without the vendor's library, and what it throws is told.
#[test]
fn the_java_skeleton_delivers_the_sdks_callbacks_to_a_handler() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().display().to_string();
    assert_eq!(code(&conformance(&["new-adapter", "java", &dir])), 0);
    let call = |channel: &str, payload: &str| {
        let params = format!(r#"{{"order":"A","channel":"{channel}","payload":{payload}}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"clientEvent","params":{params}}}"#)
    };
    let said = [
        call("onEventCallback", r#"{"code":"SDK_START_OF_LOADING"}"#),
        call("onEventCallback", r#"{"code":"SDK_PAYMENT_PROCESSING","result":{"paymentStatus":"PROCESSING"}}"#),
        call("onEventCallback", "{}"),
        call("onSubmitPayCallback", r#"{"status":"FAIL","error":{"code":"DO_NOT_HONOR"}}"#),
        call("onSubmitPayCallback", r#"{"status":"BANANA"}"#),
    ];
    let mut java = Command::new("java");
    java.arg(format!("{dir}/Driver.java")).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = java.spawn().expect("start java: install it, this test needs it");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), said.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answers: Vec<serde_json::Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown: Vec<_> = answers.iter().map(|answer| answer["result"]["shows"][0].as_str().unwrap()).collect();
    assert_eq!(shown, ["form", "pending", "pending", "failed", "failed"]);
    assert!(answers[4]["result"]["threw"].as_str().unwrap().contains("BANANA"), "{answers:?}");
    assert!(answers[3]["result"].get("threw").is_none());
}

/// Built with the versions that this workspace has locked, so that nothing need be fetched.
#[test]
fn the_rust_skeleton_passes() {
    skeleton("rust", |dir| {
        fs::copy(root().join("Cargo.lock"), format!("{dir}/Cargo.lock")).unwrap();
        let target = format!("{}/rust-skeleton", env!("CARGO_TARGET_TMPDIR"));
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--offline", "--target-dir", &target]).current_dir(dir);
        let built = build.output().expect("cargo starts");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        format!("{target}/debug/driver")
    });
}

/// A command for an adapter in Python with the packages that it needs, which are installed when they are not there yet.
fn python() -> String {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let with = ["fixtures/python/with.py", "--command", "integrations/python/requirements.txt", folder];
    let ready = Command::new("python3").args(with).current_dir(root()).output();
    let ready = ready.expect("start python3: install it, this test needs it");
    assert!(ready.status.success(), "{}", String::from_utf8_lossy(&ready.stderr));
    format!("{} integrations/python/driver.py", String::from_utf8_lossy(&ready.stdout).trim())
}

/// A part of the suite, so that all tests stay quick; the README of each integration says how to run it whole.
const PART: &str = "1/20";

/// Both roles are played in the steps of `driver-check`; then comes a part of the suite.
fn passes(integration: &str, name: &str) {
    let (exit, text) = checked(integration);
    assert_eq!(exit, 0, "{text}");
    let run = conformance(&["run", "--integration", integration, "--shard", PART, "--start-timeout", "20s"]);
    let text = stdout(&run) + &stderr(&run);
    assert_eq!(code(&run), 0, "{text}");
    assert!(text.contains(&format!(": {name} 1.0.0")) && text.contains("\nPASS "), "{text}");
    assert!(text.contains(" 0 failed, 0 could not be carried out, "), "{text}");
}

#[test]
fn the_integration_in_python_passes() {
    passes(&python(), "python");
}

#[test]
fn the_integration_in_node_passes() {
    passes("node integrations/node/driver.mjs", "node");
}

#[test]
fn the_reference_passes_every_step() {
    let (exit, text) = checked("reference");
    assert_eq!(exit, 0, "{text}");
    assert!(
        text.contains("ok    8")
            && text.contains(
                "\ngreen (cart, restart, retry not tried here). Next: conformance run --integration \"reference\""
            ),
        "{text}"
    );
    assert!(!text.contains("FAIL"), "{text}");
}

/// An adapter that plays a role by name only: HELLO, UNKNOWN and STATUS are what it answers.
const POOR: &str = r#"
while read -r x; do
  id=$(echo "$x" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case "$x" in
    *'"initialize"'*) r='"result":{"name":"poor","roles":[ROLE]MORE}' ;;
    *'"no-such-method"'*) r='UNKNOWN' ;;
    *) r='"result":STATUS' ;;
  esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":$id,$r}"
done
"#;

#[test]
fn what_is_wrong_is_explained_with_the_next_thing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let poor = |name: &str, role: &str, unknown: &str, status: &str| {
        let file = folder.path().join(name);
        let text = POOR.replace("[ROLE]MORE", role).replace("UNKNOWN", unknown).replace("STATUS", status);
        fs::write(&file, text).unwrap();
        format!("sh {}", file.display())
    };
    let (known, failed) = (r#""error":{"code":-32601,"message":"m"}"#, r#"{"state":"failed"}"#);
    for (integration, told) in [
        ("no-such-program".to_owned(), "is the command right?"),
        ("false".to_owned(), "the adapter must live until stdin ends"),
        ("echo hello".to_owned(), "\"hello\""),
        ("printf hello".to_owned(), "without a line feed: \"hello\""),
        ("yes".to_owned(), "stdout belongs to the protocol"),
        (poor("f", r#"["edcc"]"#, known, failed), "did you mean `edc`?"),
        (poor("g", r#""edc""#, known, failed), "write [\"edc\"]"),
        (poor("h", r#"[],"notifyUrl":"http://example.com/x""#, known, failed), "on loopback only"),
        (poor("i", r#"["edc"]"#, known, r#"{"order":"Z","state":"open"}"#), "is about the order \"Z\""),
        (poor("j", "[]", known, "null"), "its `result` has another shape than docs/driver.md shows"),
        (poor("a", "[]", r#""result":{}"#, failed), "FAIL  2  a method that it does not know"),
        (poor("b", "[]", r#""error":{"code":-1,"message":"m"}"#, failed), "seen: the error -1"),
        (poor("c", "[]", known, r#"{"state":"splendid"}"#), "open, paid, failed, cancelled"),
        (poor("d", r#"["edc"]"#, known, failed), "nobody opened the serial port"),
        (poor("e", r#"["antom"]"#, known, failed), "no request came: when `checkout` is called, POST"),
    ] {
        let (exit, text) = checked(&integration);
        assert_eq!(exit, 1, "{integration}: {text}");
        assert!(text.contains(told) && text.contains("next: "), "{integration}: {text}");
        // What to do comes first, the evidence behind it.
        let place = |part: &str| text.find(part);
        assert!(place("what happened:").is_none_or(|chart| Some(chart) > place("next: ")), "{integration}: {text}");
    }
}

#[test]
fn a_wrong_answer_during_a_payment_is_explained_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let poor = |name: &str, change: &dyn Fn(String) -> String| {
        let file = folder.path().join(name);
        let known = r#""error":{"code":-32601,"message":"m"}"#;
        let text = POOR.replace("[ROLE]MORE", r#"["edc"]"#).replace("UNKNOWN", known);
        fs::write(&file, change(text.replace("STATUS", r#"{"state":"open"}"#))).unwrap();
        format!("sh {}", file.display())
    };
    let null = |text: String| text.replace("    *) r=", "    *'\"checkout\"'*) r='\"result\":null' ;;\n    *) r=");
    // The last line of the loop is the answer: once more for a checkout.
    let twice = |text: String| {
        let answer = text.lines().find(|line| line.trim_start().starts_with("echo")).unwrap().trim().to_owned();
        let again = format!("{answer}\n  case \"$x\" in *'\"checkout\"'*) {answer} ;; esac");
        text.replace(&answer, &again)
    };
    for (integration, told) in [
        (poor("null", &null), "its `result` has another shape than docs/driver.md shows"),
        (poor("twice", &twice), "one JSON-RPC answer a line, once for each request"),
    ] {
        let (exit, text) = checked(&integration);
        assert_eq!(exit, 1, "{text}");
        assert!(text.contains("FAIL  4") && text.contains(told), "{text}");
    }
}

/// It never decides its order: what was waited for, and how long, is told, and the limit is one that can be set.
#[test]
fn a_payment_that_does_not_end_is_given_up_after_a_limit_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("undecided");
    let text = POOR.replace("[ROLE]MORE", r#"["edc"]"#).replace("STATUS", r#"{"state":"open"}"#);
    fs::write(&file, text.replace("UNKNOWN", r#""error":{"code":-32601,"message":"m"}"#)).unwrap();
    let integration = format!("sh {}", file.display());
    let output = conformance(&["driver-check", "--integration", &integration, "--case-timeout", "4s"]);
    let text = stdout(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(text.contains("seen: it took longer than 4 s, --case-timeout; by orderStatus still open: A"), "{text}");
}

#[test]
fn a_capability_that_is_misspelt_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("misspelt");
    let text = POOR.replace("[ROLE]MORE", r#"[],"capabilities":["cahsier"]"#);
    let text =
        text.replace("UNKNOWN", r#""error":{"code":-32601,"message":"m"}"#).replace("STATUS", r#"{"state":"failed"}"#);
    fs::write(&file, text).unwrap();
    let (exit, text) = checked(&format!("sh {}", file.display()));
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("`cahsier` (did you mean `cashier`?)"), "{text}");
}

/// The reference stands for a shop that says it has no Entry Code, and one way to sell.
#[test]
fn a_shop_without_entry_code_is_tried_by_what_it_sells() {
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing: Signing::Words,
        client: None,
    };
    for way in ["cashier", "order-code", "payment-code", "session"] {
        let capabilities = json!(["no-entry-code", way, "cancel", "refund", "clock"]);
        let hello =
            serde_json::from_value(json!({"name": "shop", "roles": ["antom"], "capabilities": capabilities})).unwrap();
        let reports = PAYMENTS.iter().map(|payment| run(&payment.case(&hello).unwrap(), &settings, &hello));
        let (skipped, tried): (Vec<_>, Vec<_>) = reports.partition(|r| matches!(r.verdict, Verdict::Skipped(_)));
        for report in &tried {
            assert_eq!(report.verdict, Verdict::Passed, "{way}: {} {:?}", report.name, report.expectations);
        }
        assert_eq!((tried.len(), skipped.len()), (6, PAYMENTS.len() - 6), "{way}");
    }
}

#[test]
fn the_guide_names_every_language_and_every_capability() {
    let guide = fs::read_to_string(root().join("docs/driver.md")).unwrap();
    for language in ["python", "node", "java", "rust"] {
        assert!(guide.contains(language), "{language}");
    }
    for capability in conformance::driver::CAPABILITIES {
        assert!(guide.contains(&format!("`{capability}`")), "{capability}");
    }
}
