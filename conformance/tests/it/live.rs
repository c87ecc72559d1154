//! `codes`, `reproduce` and `serve`: the two sides without an adapter, used as a person's own code would use them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use conformance::live::{Judge, News};
use conformance::rule::{Judgement, judge};
use conformance::trace::{Entry, Event, from_json_lines};
use conformance::verdict::Standard;
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::{code, conformance, root, stderr, stdout};

const QUICK: &str = "terminal: {cardholder: [{insert: {after: 10ms}}]}\nantom: {buyer: [{pays: {after: 10ms}}]}\n";
const HELLO: &str = r#"{"type":"hello","provider":"KICC","options":{"merchantId":"M1","useBuiltInDialog":false}}"#;
const PURCHASE: &str = r#"{"type":"command","id":"1","commandName":"Purchase","commandRequestParams":{"requestId":"R-1","paymentAmount":{"value":"10400","currency":"KRW"},"tipAmount":{"value":"0","currency":"KRW"},"creditPayPlan":{"installmentNum":"0"},"acquirerInfo":{"acquirerTerminalId":"T1","acquirerRegistrationNo":"1234567890"}}}"#;

/// The program, while it stands.
pub(crate) struct Standing {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Drop for Standing {
    fn drop(&mut self) {
        // Gone already, when all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Standing {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
        command.args(arguments).current_dir(root()).env("NO_COLOR", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// The next line that begins so; lines before it are passed over.
    pub(crate) fn line(&mut self, beginning: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "there is no line {beginning:?}");
            if line.starts_with(beginning) {
                return line.trim_end().to_owned();
            }
        }
    }

    /// Ends it, with the rest that it says and its exit code.
    fn stop(mut self, signal: Signal) -> (String, i32) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code().expect("it ends by itself"))
    }
}

/// The value of a word in a ready line.
pub(crate) fn word(line: &str, name: &str) -> String {
    let beginning = format!("{name}=");
    line.split(' ').find_map(|word| word.strip_prefix(&beginning)).expect("the word is there").to_owned()
}

/// A till by hand: lines of JSON over the port.
struct Line(BufReader<fs::File>);

impl Line {
    fn open(link: &str) -> Self {
        let mut options = fs::OpenOptions::new();
        let file = options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(link).unwrap();
        Self(BufReader::new(file))
    }

    fn say(&mut self, line: &str) {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The next line that contains this.
    fn hear(&mut self, part: &str) -> String {
        let mut line = String::new();
        while !line.contains(part) {
            line.clear();
            assert_ne!(self.0.read_line(&mut line).unwrap(), 0, "the line is gone");
        }
        line
    }
}

/// The reference integration, as anybody's own code: it knows the places, and the judge knows nothing of it.
struct Merchant {
    child: Child,
    input: ChildStdin,
    out: BufReader<ChildStdout>,
}

impl Merchant {
    fn start(fault: &[&str], terminal: Option<&str>, gateway: Option<&str>, state: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_conformance"));
        command.arg("reference").args(fault).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, out) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut merchant = Self { child, input, out };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        let now = u64::try_from(now).unwrap();
        fs::create_dir_all(state).unwrap();
        let mut params = json!({"protocol": "1", "case": "live", "seed": 1, "state": state, "clock": {"now": now}});
        if let Some(line) = terminal {
            params["terminal"] = json!({"port": word(line, "link"), "profile": word(line, "profile"),
                "merchantId": "M0001", "terminalId": "T0000001", "registrationNo": "1234567890"});
        }
        if let Some(line) = gateway {
            let key = |name| fs::read_to_string(word(line, name)).unwrap().trim().to_owned();
            params["gateway"] = json!({"url": word(line, "url"), "clientId": word(line, "client"),
                "privateKey": key("merchant-key"), "gatewayPublicKey": key("antom-key")});
        }
        merchant.call("initialize", &params);
        merchant
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        writeln!(self.input, "{request}").unwrap();
        let mut line = String::new();
        assert_ne!(self.out.read_line(&mut line).unwrap(), 0, "the merchant is gone");
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// Sells an order, and waits for its end.
    fn sell(&mut self, by: &str, currency: &str) -> Value {
        let amount = json!({"currency": currency, "value": "10400"});
        let order = json!({"order": by, "by": by, "amount": amount, "description": "tea"});
        self.call("checkout", &order);
        loop {
            let status = self.call("orderStatus", &json!({"order": by}));
            if status["state"] != "open" {
                return status;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn end(mut self) {
        drop(self.input);
        self.child.wait().unwrap();
    }
}

fn script(folder: &tempfile::TempDir, text: &str) -> String {
    let path = folder.path().join("script.yaml");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_broken_requirement_is_told_while_it_stands_and_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let traces = folder.path().join("traces").display().to_string();
    let script = script(&folder, QUICK);
    let mut standing = Standing::start(&["serve", "--profile", "ndjson", "--script", &script, "--trace-dir", &traces]);
    let link = word(&standing.line("terminal ready "), "link");
    let mut line = Line::open(&link);
    line.say(PURCHASE);
    let told = standing.line("BROKEN EDC-P01 ");
    assert!(told.contains("Purchase was sent before any initialisation"), "{told}");
    let shown = standing.line(">> ");
    assert!(shown.contains("POS      -> terminal  command Purchase id=1"), "{shown}");
    let (rest, exit) = standing.stop(Signal::SIGINT);
    assert_eq!(exit, 1, "{rest}");
    assert!(!rest.contains("BROKEN"), "it was told again: {rest}");
    assert!(rest.contains("FAIL live"), "{rest}");
    let checked = conformance(&["check", &traces]);
    assert_eq!(code(&checked), 1, "{}", stderr(&checked));
    assert!(stdout(&checked).contains("EDC-P01 broken"), "{}", stdout(&checked));
    assert!(!Path::new(&link).exists(), "the link is left behind");
}

#[test]
fn a_correct_merchant_is_accused_of_nothing_and_its_book_is_nobodys_business() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys").display().to_string();
    let script = script(&folder, QUICK);
    let report = folder.path().join("report.json").display().to_string();
    let mut standing = Standing::start(&["serve", "--script", &script, "--keys", &keys, "--json", &report]);
    let (terminal, gateway) = (standing.line("terminal ready "), standing.line("gateway ready "));
    let mut merchant = Merchant::start(&[], Some(&terminal), Some(&gateway), &folder.path().join("state"));
    assert_eq!(merchant.sell("terminal", "KRW")["state"], "paid");
    assert_eq!(merchant.sell("entry-code", "JPY")["state"], "paid");
    merchant.end();
    let (rest, exit) = standing.stop(Signal::SIGTERM);
    assert_eq!(exit, 0, "{rest}");
    assert!(rest.contains("PASS live") && !rest.contains("BROKEN"), "{rest}");
    let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let state = |id: &str| {
        let of = |r: &&Value| r["id"] == id;
        report["requirements"].as_array().unwrap().iter().find(of).unwrap()["state"].clone()
    };
    for id in ["MONEY-001", "EDC-P45", "PAY-009", "INQ-001"] {
        assert_eq!(state(id), "not-exercised", "{id} needs a driver");
    }
    for id in ["EDC-P01", "EDC-P03", "SIG-001", "PAY-002"] {
        assert_eq!(state(id), "held", "{id} was exercised");
    }
}

#[test]
fn the_page_that_a_buyer_is_sent_to_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut standing = Standing::start(&["serve", "--keys", &folder.path().join("keys").display().to_string()]);
    let gateway = standing.line("gateway ready ");
    let mut merchant = Merchant::start(&[], None, Some(&gateway), &folder.path().join("state"));
    let amount = json!({"currency": "USD", "value": "5997"});
    let sold =
        merchant.call("checkout", &json!({"order": "A", "by": "cashier", "amount": amount, "description": "tea"}));
    let url = sold["redirect"]["url"].as_str().unwrap();
    let (host, path) = url.strip_prefix("http://").and_then(|url| url.split_once('/')).unwrap();
    let mut line = std::net::TcpStream::connect(host).unwrap();
    write!(line, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    BufReader::new(line).read_line(&mut answer).unwrap();
    assert!(answer.contains(" 200 "), "{url}: {answer}");
    merchant.end();
    standing.stop(Signal::SIGTERM);
}

#[test]
fn a_merchant_with_a_mistake_is_caught_without_a_driver_and_the_report_says_so_to_programs() {
    let folder = tempfile::tempdir().unwrap();
    let script = script(&folder, QUICK);
    let report = folder.path().join("report.json").display().to_string();
    let mut standing = Standing::start(&["serve", "--script", &script, "--json", &report]);
    let terminal = standing.line("terminal ready ");
    let fault = ["--fault", "numbers-for-strings"];
    let mut merchant = Merchant::start(&fault, Some(&terminal), None, &folder.path().join("state"));
    merchant.call(
        "checkout",
        &json!({"order": "A", "by": "terminal", "amount": {"currency": "KRW", "value": "10400"}, "description": "tea"}),
    );
    standing.line("BROKEN EDC-P03 ");
    let (rest, exit) = standing.stop(Signal::SIGINT);
    merchant.end();
    assert_eq!(exit, 1, "{rest}");
    let run: conformance::result::RunResult = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let broken: Vec<_> = run.requirements.iter().filter(|r| !r.broken.is_empty()).map(|r| r.id.as_str()).collect();
    assert_eq!(broken, ["EDC-P03"]);
}

#[test]
fn a_script_that_changes_is_followed_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = script(&folder, QUICK);
    let mut standing = Standing::start(&["serve", "--script", &path]);
    let (terminal, gateway) = (standing.line("terminal ready "), standing.line("gateway ready "));
    let mut told = BufReader::new(standing.child.stderr.take().unwrap()).lines();
    script(&folder, "antom: {answers: [{in: pay}]}");
    assert!(told.any(|line| line.unwrap().contains("the script before it is followed on")));
    script(
        &folder,
        "terminal: {host: [{decline: {code: USER_BALANCE_NOT_ENOUGH}}]}\nantom: {answers: [{on: pay, code: RISK_REJECT}]}\n",
    );
    standing.line("script followed");
    let mut merchant = Merchant::start(&[], Some(&terminal), Some(&gateway), &folder.path().join("state"));
    assert_eq!(merchant.sell("terminal", "KRW")["state"], "failed");
    assert_eq!(merchant.sell("entry-code", "JPY")["state"], "failed");
    merchant.end();
    assert_eq!(standing.stop(Signal::SIGTERM).1, 0);
}

#[test]
fn when_nobody_came_nothing_is_known() {
    let mut standing = Standing::start(&["serve"]);
    standing.line("gateway ready ");
    let (rest, exit) = standing.stop(Signal::SIGINT);
    assert_eq!(exit, 5, "{rest}");
    assert!(rest.contains("nobody did anything that can be judged"), "{rest}");
}

#[test]
fn the_report_for_programs_has_stdout_for_itself() {
    let mut standing = Standing::start(&["serve", "--format", "json"]);
    let mut told = BufReader::new(standing.child.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().starts_with("gateway ready url=http://127.0.0.1:")));
    let (rest, exit) = standing.stop(Signal::SIGINT);
    assert_eq!(exit, 5);
    let run: conformance::result::RunResult = serde_json::from_str(&rest).expect("nothing but the report");
    assert_eq!(run.counts.skipped, 1);
}

#[test]
fn what_cannot_stand_is_explained_before_anything_does() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = script(&folder, "terminal: {cardholders: []}\n");
    let output = conformance(&["serve", "--script", &wrong]);
    assert_eq!(code(&output), 3);
    assert!(stderr(&output).contains("did you mean `cardholder`?"), "{}", stderr(&output));
    let output = conformance(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!((code(&output), stderr(&output).contains("only loopback")), (2, true), "{}", stderr(&output));
    let output = conformance(&["serve", "--link", &wrong]);
    assert_eq!((code(&output), stderr(&output).contains(&wrong)), (2, true), "{}", stderr(&output));
    assert!(Path::new(&wrong).is_file(), "a file was replaced");
}

#[test]
fn the_guide_names_options_that_are_there_and_its_script_is_one() {
    let guide = fs::read_to_string(root().join("docs/serve.md")).unwrap();
    let help = ["serve", "reproduce", "codes"].map(|command| stdout(&conformance(&[command, "--help"]))).concat();
    let words = guide.split(|c: char| c.is_whitespace() || "`,()".contains(c)).filter(|word| word.starts_with("--"));
    let named: BTreeSet<&str> = words.collect();
    assert!(named.len() > 10);
    for option in named {
        assert!(help.contains(option), "docs/serve.md names {option}");
    }
    let folder = tempfile::tempdir().unwrap();
    let example = guide.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mut standing = Standing::start(&["serve", "--script", &script(&folder, example)]);
    assert_eq!(word(&standing.line("terminal ready "), "profile"), "ndjson");
    assert_eq!(standing.stop(Signal::SIGTERM).1, 5);
}

#[test]
fn a_code_of_the_terminal_is_reproduced() {
    let mut standing = Standing::start(&["reproduce", "PROCESS_FAIL", "--on", "Purchase", "--profile", "ndjson"]);
    let mut line = Line::open(&word(&standing.line("terminal ready "), "link"));
    assert_eq!(standing.line("reproduce ready "), "reproduce ready code=PROCESS_FAIL on=Purchase");
    assert!(standing.line("To get ").contains("send a Purchase"));
    line.say(HELLO);
    line.hear("INIT_SUCCESS");
    line.say(PURCHASE);
    assert!(line.hear("\"result\"").contains("PROCESS_FAIL"));
    assert!(standing.line("given ").starts_with("given code=PROCESS_FAIL "));
    assert_eq!(standing.stop(Signal::SIGINT).1, 0);
}

#[test]
fn a_code_of_the_gateway_is_reproduced() {
    let folder = tempfile::tempdir().unwrap();
    let mut standing = Standing::start(&["reproduce", "MERCHANT_KYB_NOT_QUALIFIED", "--on", "pay"]);
    let gateway = standing.line("gateway ready ");
    standing.line("reproduce ready ");
    let mut merchant = Merchant::start(&[], None, Some(&gateway), &folder.path().join("state"));
    assert_eq!(merchant.sell("entry-code", "JPY")["state"], "failed");
    merchant.end();
    assert!(standing.line("given ").starts_with("given code=MERCHANT_KYB_NOT_QUALIFIED "));
    assert_eq!(standing.stop(Signal::SIGTERM).1, 0);
}

#[test]
fn how_a_payment_ends_is_reproduced_and_told_by_the_inquiry() {
    let folder = tempfile::tempdir().unwrap();
    let mut standing = Standing::start(&["reproduce", "RISK_REJECT", "--on", "payment"]);
    let gateway = standing.line("gateway ready ");
    let mut merchant = Merchant::start(&[], None, Some(&gateway), &folder.path().join("state"));
    assert_eq!(merchant.sell("entry-code", "JPY")["state"], "failed");
    merchant.end();
    standing.line("given code=RISK_REJECT ");
    assert!(standing.line("   ").contains("merchant <- gateway"));
    assert_eq!(standing.stop(Signal::SIGTERM).1, 0);
}

#[test]
fn a_code_that_is_none_or_too_many_is_explained() {
    for (arguments, help) in [
        (&["reproduce", "PROCESS_FIAL"][..], "did you mean `PROCESS_FAIL`?"),
        (&["reproduce", "INVALID_CONTRACT"], "such as --on Purchase"),
        (&["reproduce", "CANCEL_WINDOW_EXCEED", "--on", "pay"], "only on cancel"),
    ] {
        let output = conformance(arguments);
        assert_eq!((code(&output), stdout(&output).as_str()), (2, ""), "{arguments:?}");
        assert!(stderr(&output).contains(help), "{}", stderr(&output));
    }
}

#[test]
fn the_list_of_codes_has_each_with_a_command_that_is_understood() {
    let output = conformance(&["codes", "--format", "json"]);
    let codes: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    for entry in &codes {
        let command = entry["command"].as_str().unwrap_or_default();
        let words: Vec<_> = command.split(' ').collect();
        let [_, "reproduce", code, "--on", on] = words.as_slice() else { panic!("{entry}") };
        let found = conformance::code::find(code, Some(on)).map(|found| found.name());
        assert_eq!(found.as_deref().ok(), entry["name"].as_str(), "{entry}");
    }
    let text = stdout(&conformance(&["codes", "--area", "client"]));
    assert!(text.contains("client/event/SDK_PAYMENT_FAIL") && text.ends_with(", all to be had\n"), "{text}");
    let text = stdout(&conformance(&["codes", "--run", "terminal/*/PROCESS_FAIL"]));
    assert!(text.contains("script:    cardholder: [{cancel-key: {}}]") && text.contains("ends in 814"), "{text}");
    assert_eq!(code(&conformance(&["codes", "--run", "nothing/**"])), 5);
}

/// What passed in some cases, as it would have been seen without a driver.
fn without_driver(integration: &str, cases: [&str; 2]) -> Vec<(String, Vec<Entry>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = conformance(&[&["run", "--integration", integration, "--trace-dir", path][..], &cases].concat());
    assert!([0, 1].contains(&code(&output)), "{}", stderr(&output));
    let mut found = Vec::new();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let trace = from_json_lines(&fs::read_to_string(&path).unwrap()).unwrap();
            let seen = trace.into_iter().filter(|e| matches!(e.event, Event::Terminal(_) | Event::Gateway(_)));
            let seen = seen.enumerate().map(|(index, entry)| Entry { n: index + 1, ..entry }).collect();
            found.push((path.display().to_string(), seen));
        }
    }
    assert!(found.len() > 100);
    found
}

/// A trace as it might come, in some twenty parts at most.
fn parts(trace: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    trace.chunks((trace.len() / 20).max(4))
}

#[test]
fn whatever_a_correct_merchant_does_it_is_accused_of_nothing_at_any_time() {
    for (name, trace) in without_driver("memory", ["--shard", "1/3"]) {
        let mut judge = Judge::new(Standard::default());
        for part in parts(&trace) {
            let news = judge.hear(part.to_vec());
            assert_eq!(news, News::default(), "{name} after {} entries", judge.trace().len());
        }
    }
}

#[test]
fn what_was_told_is_true_in_the_end_or_withdrawn_and_nothing_is_left_out() {
    let (mut told, mut withdrawn) = (0, 0);
    for fault in ["purchase-again-after-silence", "cancels-after-the-card"] {
        for (name, trace) in without_driver(&format!("memory --fault {fault}"), ["--run", "edc/*"]) {
            let mut live = Judge::new(Standard::default());
            let mut told_now = BTreeSet::new();
            for news in parts(&trace).map(|part| live.hear(part.to_vec())) {
                for place in news.withdrawn {
                    assert!(told_now.remove(&place), "{name}: {place:?} was withdrawn and never told");
                    withdrawn += 1;
                }
                for said in news.told {
                    let place = (said.requirement, said.finding.entry);
                    assert!(told_now.insert(place), "{name}: {place:?} was told twice");
                }
            }
            let whole = judge(&trace).into_iter().flat_map(|(id, judgement)| match judgement {
                Judgement::Broken(findings) => findings.into_iter().map(|f| (id, f.entry)).collect(),
                Judgement::Held | Judgement::NotExercised => Vec::new(),
            });
            assert_eq!(told_now, whole.collect(), "{name}");
            told += told_now.len();
        }
    }
    assert!(told > 10 && withdrawn > 0, "{told} were told and {withdrawn} withdrawn");
}
