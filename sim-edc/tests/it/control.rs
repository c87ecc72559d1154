//! The control API of the real program, the script file that is read again, and the transcript.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::running::{PATIENCE, Program, QUICK, purchase, purchase_line};

const BY_HAND: &str = "cardholder: [nothing]\nhost: [{approve: {after: 0ms}}]\n";

fn controlled(script: &str) -> Program {
    Program::scripted("ndjson", script, &["--control", "127.0.0.1:0"], 2)
}

/// Waits until a path says something.
fn until(program: &Program, path: &str, is: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = program.control(path);
        if is(&said) {
            return said;
        }
        assert!(Instant::now() < deadline, "{path} still says {said}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_operator_sees_the_terminal_and_is_the_cardholder() {
    let program = controlled(BY_HAND);
    let mut till = program.open();
    till.greet();
    let idle = program.control("state");
    assert_eq!((&idle["state"], &idle["session"]["merchantId"]), (&json!("IDLE"), &json!("M0001")));
    assert_eq!(idle["terminal"], 1);
    assert!(idle["port"].as_str().unwrap().contains("link="), "{idle}");
    assert_eq!(idle["left"]["cardholder"], 1);

    till.line(&purchase_line("104"));
    let ready = until(&program, "state", |state| state["state"] == "READY");
    assert_eq!(ready["payment"]["requestId"], "R1");
    assert_eq!(ready["waitsFor"], "a card, a wallet or the cancel key");

    let (status, body) = program.asks("POST", "cardholder", "sign: {}");
    assert_eq!(status, 409);
    assert!(body.contains("waits for a card, a wallet or the cancel key (state READY)"), "{body}");
    let (status, body) = program.asks("POST", "terminals/1/cardholder", "{\"tap\": {\"card\": \"debit\"}}");
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("CARD_DETECTED"), "{body}");

    let result = till.result("1").unwrap();
    assert_eq!(result["responseData"]["paymentResultInfo"]["funding"], "DEBIT");
    let ledger = program.control("ledger");
    assert_eq!(ledger["total"], json!({"currency": "KRW", "value": "104"}));
    assert_eq!(ledger["records"][0]["requestId"], "R1");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn power_and_cable_under_the_hand() {
    let program = controlled(QUICK);
    let mut till = program.open();
    till.greet();
    assert_eq!(program.asks("POST", "power/off", "").0, 200);
    assert_eq!(program.control("state")["state"], "OFF");
    assert_eq!(program.asks("POST", "power/off", "").0, 409);
    assert_eq!(program.asks("POST", "power/on", "").0, 200);
    assert_eq!(program.control("state")["state"], "INITIALIZING");

    let device = std::fs::read_link(program.link()).unwrap();
    assert_eq!(program.asks("POST", "line/unplug", "").0, 200);
    assert!(!till.waits_for("a word that never comes"), "the line ends");
    assert!(std::fs::symlink_metadata(program.link()).is_err(), "the port is gone");
    assert_eq!(program.control("state")["line"], json!({"plugged": false, "open": false}));
    drop(till);
    assert_eq!(program.asks("POST", "line/plug", "").0, 200);
    assert_eq!(program.asks("POST", "line/plug", "").0, 409);
    let mut till = program.open();
    till.line(r#"{"type":"ping","n":"7"}"#);
    assert!(till.waits_for(r#""n":"7""#), "another PTY under the same path, after {device:?}");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn script_and_settings_are_read_and_replaced() {
    let program = controlled(QUICK);
    let script = program.control("script");
    assert_eq!(script["host"], json!([{"approve": {"after": "0s"}}]));
    let (status, body) = program.asks("PUT", "script", "host:\n- decline: {code: UNKNOWN, after: 0ms}\n- declin: {}\n");
    assert_eq!(status, 400);
    let mistake: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((mistake["line"].as_u64(), mistake["column"].as_u64()), (Some(3), Some(3)), "{body}");
    assert_eq!(program.control("script"), script, "the old one stays");

    // What one terminal says can be given to another.
    let other = "{\"cardholder\": [{\"insert\": {\"after\": \"0ms\"}}], \"host\": [{\"decline\": {\"code\": \"UNKNOWN\", \"after\": \"0ms\"}}]}";
    assert_eq!(program.asks("PUT", "script", other).0, 200);
    let told = program.control("script").to_string();
    assert_eq!(program.asks("PUT", "script", &told).0, 200, "{told}");
    assert_eq!(program.asks("PUT", "settings", "{last-transaction: unsupported}").0, 200);
    assert_eq!(program.control("settings")["last-transaction"], "unsupported");

    let mut till = program.open();
    till.greet();
    till.line(&purchase_line("104"));
    assert_eq!(till.result("1").unwrap()["responseData"]["result"]["resultCode"], "UNKNOWN");
    till.command("2", "GetLastTransaction", &json!({}));
    assert_eq!(till.result("2").unwrap()["errorCode"], "CommandNotSupport");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn what_the_api_does_not_serve_is_refused_with_a_reason() {
    let program = Program::scripted("ndjson", QUICK, &["--control", "127.0.0.1:0", "--terminals", "2"], 3);
    for (method, path, body, status, word) in [
        ("GET", "nothing", "", 404, "/_sim/state"),
        ("GET", "terminals/3/state", "", 404, "from 1 to 2"),
        ("DELETE", "script", "", 405, "GET, PUT"),
        ("POST", "cardholder", "on: {event: READY, then: nothing}", 409, "belongs into a script"),
        ("PUT", "script", &format!("# {}", "x".repeat(1024 * 1024)), 413, "1 MiB"),
    ] {
        let (found, said) = program.asks(method, path, body);
        assert_eq!(found, status, "{method} {path}: {said}");
        assert!(said.contains(word), "{method} {path}: {said}");
    }
    assert_eq!(program.control("terminals/2/state")["terminal"], 2);

    // A page in a browser is told apart from a program.
    let address = program.told("control").strip_prefix("http://").unwrap().strip_suffix("/_sim").unwrap().to_owned();
    for head in ["host: evil.example\r\n", &format!("host: {address}\r\norigin: http://evil.example\r\n")] {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "POST /_sim/power/off HTTP/1.1\r\n{head}content-length: 0\r\n\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        assert!(line.contains(" 403 "), "{head:?}: {line}");
    }
    assert_eq!(program.control("state")["state"], "IDLE");
}

#[test]
fn a_transcript_is_read_from_a_line_on_and_followed_as_it_grows() {
    let program = controlled(QUICK);
    let mut till = program.open();
    till.greet();
    let (_, text) = program.asks("GET", "transcript", "");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().enumerate().all(|(index, line)| line["n"] == index + 1), "{text}");
    let hello = lines.iter().find(|line| line["event"] == "received").unwrap();
    assert_eq!((&hello["direction"], &hello["decoded"]["provider"]), (&json!("from-pos"), &json!("KICC")));

    let address = program.told("control").strip_prefix("http://").unwrap().strip_suffix("/_sim").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    let from = lines.len() + 1;
    write!(stream, "GET /_sim/transcript?from={from}&follow=true HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    till.line(r#"{"type":"ping","n":"7"}"#);
    let mut live = BufReader::new(stream).lines().map(Result::unwrap);
    let entry = live.find(|line| line.starts_with("{\"n\":")).unwrap();
    let entry: Value = serde_json::from_str(&entry).unwrap();
    assert_eq!((&entry["n"], &entry["decoded"]["n"]), (&json!(from), &json!("7")));
    till.line(r#"{"type":"ping","n":"8"}"#);
    assert!(live.any(|line| line.contains(r#""n":"8""#)), "it goes on");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn a_script_file_is_read_again_when_it_changes_and_a_broken_one_changes_nothing() {
    let mut program = controlled(QUICK);
    let file = program.path("script.yaml");
    std::fs::write(&file, "host: [{decline: {code: UNKNOWN, after: 0ms}}]\ncardholder: [{insert: {after: 0ms}}]\n")
        .unwrap();
    until(&program, "script", |script| script["host"][0]["decline"]["code"] == "UNKNOWN");
    assert!(program.complains("followed from now on").contains("script"));
    std::fs::write(&file, "host:\n- decline: {code: NO_SUCH_CODE}\n").unwrap();
    let told = program.complains("failed to read script");
    assert!(told.contains("script.yaml: line 2, column ") && told.contains("NO_SUCH_CODE"), "{told}");
    let mut till = program.open();
    till.greet();
    till.command("1", "Purchase", &purchase("R1", "104"));
    assert_eq!(till.result("1").unwrap()["responseData"]["result"]["resultCode"], "UNKNOWN");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn a_transcript_on_stdout_leaves_it_to_the_transcript() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("terminal").display().to_string();
    let mut program = Program::run(folder, &["--link", &link, "--profile", "ndjson", "--transcript", "-"], 0);
    let ready = program.complains("sim-edc ready");
    assert!(ready.contains(&link), "{ready}");
    program.ready.push(ready);
    let mut till = program.open();
    till.greet();
    let first: Value = serde_json::from_str(&program.says()).unwrap();
    assert_eq!((&first["n"], &first["terminal"], &first["event"]), (&json!(1), &json!(1), &json!("opened")));
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn a_reader_of_the_transcript_who_leaves_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("terminal").display().to_string();
    let mut program = Program::run(folder, &["--link", &link, "--profile", "ndjson", "--transcript", "-"], 0);
    let ready = program.complains("sim-edc ready");
    program.ready.push(ready);
    program.close_stdout();
    let mut till = program.open();
    till.greet();
    till.line(&purchase_line("104"));
    assert_eq!(till.result("1").unwrap()["outcome"], "success");
    assert!(program.stop(Signal::SIGTERM));
}

/// The curl lines of the guide, in their order, against one terminal that a till has just asked for a card.
#[test]
fn every_curl_line_of_the_guide_works() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/terminal.md")).unwrap();
    let lines: Vec<&str> = guide.lines().filter(|line| line.starts_with("curl ")).collect();
    assert!(lines.len() >= 10, "{lines:?}");
    let program = controlled(BY_HAND);
    let mut till = program.open();
    till.greet();
    till.line(&purchase_line("104"));
    until(&program, "state", |state| state["state"] == "READY");
    let url = program.told("control");
    for line in lines {
        let line = line
            .replace("http://127.0.0.1:8081/_sim", &url)
            .replace("curl ", "curl -sS --fail-with-body --max-time 20 ");
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.is_empty(), "{line}: {said}{error}");
    }
}
