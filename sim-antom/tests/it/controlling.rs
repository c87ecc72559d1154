//! The control API of the real binary.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};
use wire::antom::{Envelope, Signer};

use super::http::written;
use super::merchant::{CLIENT, Draft, INQUIRY, PAY, pay_body};
use super::process::{PATIENCE, Program};

/// A gateway and a merchant with the key that it made for him.
struct Rig {
    folder: tempfile::TempDir,
    gateway: Program,
    merchant: Signer,
}

impl Rig {
    fn new(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().to_str().unwrap();
        let gateway = Program::start(&[&["--keys", keys, "--client-id", CLIENT], more].concat());
        let merchant = Signer::load(&fs::read(folder.path().join("merchant-private.key")).unwrap()).unwrap();
        Self { folder, gateway, merchant }
    }

    fn send(&self, path: &str, body: &Value) -> Value {
        let draft = Draft::new(path, body);
        let signature = self.merchant.header(path, CLIENT, draft.time, &draft.body);
        self.ask(&draft.with_signature(signature))
    }

    fn ask(&self, envelope: &Envelope) -> Value {
        let answer = self.gateway.exchange(&written(envelope));
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn pay(&self, id: &str) -> Value {
        self.send(PAY, &pay_body(id, "1000"))
    }

    fn status(&self, id: &str) -> String {
        let answer = self.send(INQUIRY, &json!({ "paymentRequestId": id }));
        answer["paymentStatus"].as_str().unwrap_or("none").to_owned()
    }

    fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, body) = self.gateway.control(method, path, body);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

#[test]
fn a_day_passes_at_once_and_everything_in_it_happens() {
    let rig = Rig::new(&[]);
    rig.pay("A");
    let before = rig.control("GET", "/_sim/clock", "");
    assert_eq!((before["speed"].as_u64(), before["next"].is_string()), (Some(1), true));
    let after = rig.control("POST", "/_sim/clock/advance", r#"{"by": "25h"}"#);
    let passed = after["millis"].as_u64().unwrap() - before["millis"].as_u64().unwrap();
    assert!(passed >= 25 * 3600 * 1000, "{passed}");
    assert_eq!(rig.status("A"), "SUCCESS");
    // Nobody listens at the notify URL: all eight deliveries were made and given up.
    let (_, trace) = rig.gateway.control("GET", "/_sim/trace", "");
    let attempts = trace.lines().filter(|line| line.contains("\"event\":{\"notice\":")).count();
    assert_eq!(attempts, 8, "{trace}");
    assert_eq!(after["next"], Value::Null);
}

#[test]
fn a_clock_that_stands_still_lets_nothing_happen() {
    let rig = Rig::new(&[]);
    assert_eq!(rig.control("PUT", "/_sim/clock/speed", r#"{"speed": 0}"#)["speed"], 0);
    let first = rig.control("GET", "/_sim/clock", "")["millis"].clone();
    rig.pay("A");
    assert_eq!(rig.status("A"), "PROCESSING");
    assert_eq!(rig.control("GET", "/_sim/clock", "")["millis"], first);
    rig.control("POST", "/_sim/clock/advance", r#"{"by": "3s"}"#);
    assert_eq!(rig.status("A"), "SUCCESS");
}

#[test]
fn a_script_is_replaced_and_one_with_a_mistake_is_not() {
    let rig = Rig::new(&[]);
    let script = "answers:\n  - {on: pay, code: RISK_REJECT}\n";
    assert_eq!(rig.gateway.control("PUT", "/_sim/script", script), (200, script.to_owned()));
    let (status, body) = rig.gateway.control("PUT", "/_sim/script", "answers:\n  - {on: pay, code: RISK}\n");
    assert_eq!(status, 422);
    let mistake: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((mistake["line"].as_u64(), mistake["column"].as_u64()), (Some(2), Some(21)), "{mistake}");
    assert!(mistake["error"].as_str().unwrap().contains("RISK"), "{mistake}");
    assert_eq!(rig.gateway.control("GET", "/_sim/script", ""), (200, script.to_owned()));
    assert_eq!(rig.pay("A")["result"]["resultCode"], "RISK_REJECT");
}

#[test]
fn the_ledger_the_state_and_a_fresh_start() {
    let rig = Rig::new(&[]);
    rig.pay("A");
    rig.pay("B");
    let ledger = rig.control("GET", "/_sim/ledger", "");
    assert_eq!(ledger.as_array().unwrap().len(), 2, "{ledger}");
    assert!(ledger.to_string().contains("\"A\"") && ledger.to_string().contains(CLIENT), "{ledger}");
    assert_eq!(rig.control("GET", "/_sim/state", "")["payments"], 2);
    rig.control("POST", "/_sim/clock/advance", r#"{"by": "3s"}"#);
    let before = rig.control("GET", "/_sim/notifications", "");
    assert!(before["attempts"][0]["at"].as_str().is_some_and(|at| at.contains('T')), "{before}");
    let fresh = rig.control("POST", "/_sim/reset", "");
    let after = rig.control("GET", "/_sim/notifications", "");
    assert_eq!((&after["attempts"], &after["notifications"]), (&json!([]), &json!([])), "they are another world's");
    assert_eq!((&fresh["payments"], &fresh["next"]), (&json!(0), &Value::Null));
    assert_eq!(rig.status("A"), "none");
    // The id is free again.
    assert_eq!(rig.pay("A")["result"]["resultCode"], "SUCCESS");
}

#[test]
fn the_trace_is_there_from_a_number_on_and_live() {
    let rig = Rig::new(&[]);
    rig.pay("A");
    let (_, trace) = rig.gateway.control("GET", "/_sim/trace?after=1&most=1", "");
    let entry: Value = serde_json::from_str(&trace).unwrap();
    assert_eq!(entry["number"], 2);
    let mut stream = TcpStream::connect(rig.gateway.field("url").strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /_sim/trace/live?after=2 HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream);
    let mut wait = |text: &str| {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the stream ended before {text}");
        }
    };
    wait("id: 3\n");
    rig.pay("LIVE");
    wait("data: {\"number\":");
    wait("LIVE");
    assert_eq!(rig.gateway.control("GET", "/_sim/trace?before=1", "").0, 400);
}

#[test]
fn a_rotated_key_signs_under_the_next_version_and_a_new_merchant_is_a_stranger_to_the_others() {
    let rig = Rig::new(&[]);
    let first = rig.control("GET", "/_sim/keys", "");
    let second = rig.control("POST", "/_sim/keys/rotate", "");
    assert_eq!((&first["version"], &second["version"]), (&json!(1), &json!(2)));
    assert_ne!(first["publicKey"], second["publicKey"]);
    let answer = rig.gateway.exchange(&written(&Draft::pay("A", "1").with_signature("signature=AA")));
    assert!(answer.contains("signature: algorithm=RSA256,keyVersion=2,signature="), "{answer}");
    let other = super::merchant::forger();
    let upload = json!({ "publicKey": other.public_base64().unwrap(), "version": 4 });
    let keys = rig.control("PUT", "/_sim/clients/OTHER", &upload.to_string());
    assert!(keys["clients"].as_array().unwrap().contains(&json!({ "clientId": "OTHER", "versions": [4] })), "{keys}");
    rig.pay("A");
    let draft = Draft { client_id: "OTHER", ..Draft::new(INQUIRY, &json!({ "paymentRequestId": "A" })) };
    let signature = other.header(INQUIRY, "OTHER", draft.time, &draft.body).replace("keyVersion=1", "keyVersion=4");
    assert_eq!(rig.ask(&draft.with_signature(signature))["result"]["resultCode"], "ORDER_NOT_EXIST");
    for (body, reason) in
        [("{}x", "read the body"), (r#"{"publicKey": "x"}"#, "key"), (r#"{"apiKey": "x"}"#, "API key")]
    {
        let (status, said) = rig.gateway.control("PUT", "/_sim/clients/OTHER", body);
        assert!(status == 400 && said.contains(reason), "{status} {said}");
    }
    assert_eq!(rig.gateway.control("PUT", "/_sim/clients/a%20b", "{}").0, 400);
}

#[test]
fn notifications_are_held_released_and_sent_again() {
    let rig = Rig::new(&[]);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    rig.control("POST", "/_sim/notifications/hold", "");
    let mut body = pay_body("A", "1000");
    body["paymentNotifyUrl"] = json!(format!("http://{}/n", listener.local_addr().unwrap()));
    rig.send(PAY, &body);
    rig.control("POST", "/_sim/clock/advance", r#"{"by": "1h"}"#);
    let held = rig.control("GET", "/_sim/notifications", "");
    assert_eq!((&held["held"], &held["attempts"]), (&json!(true), &json!([])));
    let notification = &held["notifications"][0];
    assert_eq!((&notification["progress"], &notification["sent"]), (&json!("due"), &json!(0)), "{held}");
    rig.control("POST", "/_sim/notifications/release", "");
    let acknowledge = || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = [0; 16];
        std::io::Read::read_exact(&mut stream, &mut head).unwrap();
        assert_eq!(&head, b"POST /n HTTP/1.1");
        let ack = super::rig::ACK;
        let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", ack.len());
        stream.write_all(&[answer.as_bytes(), ack].concat()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        // The rest of the request is read, so that nothing is reset.
        let _ = std::io::Read::read_to_end(&mut stream, &mut Vec::new());
    };
    let done = |sent: u64| {
        let since = std::time::Instant::now();
        loop {
            let all = rig.control("GET", "/_sim/notifications", "");
            let first = &all["notifications"][0];
            if first["progress"] == "done" && first["sent"] == sent {
                return all;
            }
            assert!(since.elapsed() < PATIENCE, "{all}");
        }
    };
    acknowledge();
    let all = done(1);
    assert_eq!((&all["attempts"][0]["acknowledged"], &all["attempts"][0]["status"]), (&json!(true), &json!(200)));
    rig.control("POST", "/_sim/notifications/1/resend", "");
    acknowledge();
    assert_eq!(done(2)["attempts"].as_array().unwrap().len(), 2);
    for number in ["7", "x"] {
        assert_eq!(rig.gateway.control("POST", &format!("/_sim/notifications/{number}/resend"), "").0, 404);
    }
}

#[test]
fn two_merchants_of_one_gateway_see_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().to_str().unwrap();
    let gateway = Program::start(&["--keys", keys, "--client-id", "ONE", "--client-id", "TWO"]);
    assert!(gateway.ready.contains(" client=ONE client=TWO "), "{}", gateway.ready);
    let ask = |client: &'static str, key: &str, path: &str, body: &Value| -> Value {
        let signer = Signer::load(&fs::read(folder.path().join(key)).unwrap()).unwrap();
        let draft = Draft { client_id: client, ..Draft::new(path, body) };
        let signature = signer.header(path, client, draft.time, &draft.body);
        let answer = gateway.exchange(&written(&draft.with_signature(signature)));
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    };
    let (one, two) = ("merchant-private.key", "clients/TWO/merchant-private.key");
    let first = ask("ONE", one, PAY, &pay_body("A", "1000"));
    assert_eq!(first["result"]["resultCode"], "SUCCESS");
    let inquiry = json!({ "paymentId": first["paymentId"] });
    assert_eq!(ask("TWO", two, INQUIRY, &inquiry)["result"]["resultCode"], "ORDER_NOT_EXIST");
    assert_eq!(ask("ONE", one, INQUIRY, &inquiry)["result"]["resultCode"], "SUCCESS");
    // The same id is another payment.
    let second = ask("TWO", two, PAY, &pay_body("A", "2000"));
    assert_eq!(second["result"]["resultCode"], "SUCCESS");
    assert_ne!(second["paymentId"], first["paymentId"]);
    assert_eq!(ask("TWO", one, PAY, &pay_body("B", "1"))["result"]["resultCode"], "INVALID_SIGNATURE");
}

#[test]
fn strangers_pages_and_wrong_calls_are_told_why_not() {
    let rig = Rig::new(&[]);
    let get = |more: &str| rig.gateway.request(&format!("GET /_sim/state HTTP/1.1\r\nconnection: close\r\n{more}\r\n"));
    assert_eq!(get("host: 127.0.0.1\r\n").0, 200);
    assert_eq!(get("host: evil.test\r\n").0, 403);
    assert_eq!(get("host: localhost\r\norigin: http://evil.test\r\n").0, 403);
    assert_eq!(rig.gateway.control("GET", "/_sim/nothing", "").0, 404);
    assert_eq!(rig.gateway.control("POST", "/_sim/clock/advance", r#"{"by": "1 day"}"#).0, 400);
    assert_eq!(rig.gateway.control("POST", "/_sim/clock/advance", r#"{"by": "9601h"}"#).0, 400);
    assert_eq!(rig.gateway.control("PUT", "/_sim/clock/speed", r#"{"speed": 10001}"#).0, 400);
    let guarded = Rig::new(&["--control-token", "long enough"]);
    assert_eq!(guarded.gateway.control("GET", "/_sim/state", "").0, 403);
    let with = "GET /_sim/state HTTP/1.1\r\nhost: h\r\nconnection: close\r\nauthorization: Bearer long enough\r\n\r\n";
    assert_eq!(guarded.gateway.request(with).0, 200);
}

#[test]
fn every_call_is_described_and_every_described_one_is_there() {
    let rig = Rig::new(&[]);
    let description = rig.control("GET", "/_sim/openapi.json", "");
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"), "{description}");
    let paths = description["paths"].as_object().unwrap();
    let rows = include_str!("../../../docs/gateway.md").lines().filter(|line| line.starts_with("| `"));
    let calls = rows.flat_map(|row| row.split(" | ").next().unwrap_or_default().split('`'));
    let documented = calls.filter_map(|call| call.find("/_sim/").map(|at| call[at..].split('?').next().unwrap()));
    let documented = documented.map(|path| path.replace("{id}", "{client}")).collect::<BTreeSet<_>>();
    assert_eq!(
        paths.keys().filter(|path| !path.ends_with("openapi.json")).cloned().collect::<BTreeSet<_>>(),
        documented
    );
    for (path, calls) in paths {
        for (method, call) in calls.as_object().unwrap() {
            assert!(call["summary"].is_string() || call["description"].is_string(), "{method} {path}");
            if path.ends_with("live") || path.ends_with("reset") || path.ends_with("resend") {
                continue;
            }
            let (status, said) = rig.gateway.control(&method.to_uppercase(), &path.replace("{client}", "C"), "x");
            assert!(status != 404 && status != 405, "{method} {path}: {said}");
        }
    }
}

#[test]
fn a_script_file_is_read_again_and_a_broken_one_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    fs::write(&script, "").unwrap();
    let mut rig = Rig::new(&["--script", script.to_str().unwrap()]);
    fs::write(&script, "answers:\n  - {on: pay, code: RISK}\n").unwrap();
    let said = rig.gateway.says("the old one stays");
    assert!(said.contains("line 2 column 21"), "{said}");
    assert_eq!(rig.pay("A")["result"]["resultCode"], "SUCCESS");
    fs::write(&script, "answers:\n  - {on: pay, code: RISK_REJECT}\n").unwrap();
    rig.gateway.says("read again");
    assert_eq!(rig.pay("B")["result"]["resultCode"], "RISK_REJECT");
    drop(rig.folder);
}
