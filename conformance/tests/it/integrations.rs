//! Integrations that cannot be tested: a clear reason within seconds, exit 4, never a hang.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::{code, conformance, stderr, stdout};

fn reason(integration: &str) -> String {
    let began = Instant::now();
    let output = conformance(&["run", "--integration", integration, "--start-timeout", "1s"]);
    assert_eq!(code(&output), 4, "{integration}: {}{}", stdout(&output), stderr(&output));
    assert!(began.elapsed() < Duration::from_secs(30), "{integration} took {:?}", began.elapsed());
    assert!(stdout(&output).contains("could not be carried out"), "{}", stdout(&output));
    stderr(&output)
}

#[test]
fn one_that_ends_at_once_is_told_with_its_status() {
    assert!(reason("false").contains("the integration ended: exit status: 1"));
    assert!(
        reason("sh -c 'echo no config >&2; exit 7'").contains("exit status: 7; its last words on stderr: no config")
    );
}

#[test]
fn one_that_says_nothing_is_given_up() {
    assert!(reason("sleep 1000").contains("did not answer initialize within 1 s"));
}

#[test]
fn one_that_talks_nonsense_is_quoted() {
    let folder = tempfile::tempdir().unwrap();
    assert!(reason("yes").contains("not JSON: \"y\""));
    assert!(reason("cat").contains("does it echo what it is sent?"));
    assert!(reason("sh -c 'echo [1]; sleep 9'").contains("not an object"));
    let says = |answer: &str| {
        let file = folder.path().join("driver.sh");
        std::fs::write(&file, format!("read x\n{answer}\nsleep 9\n")).unwrap();
        reason(&format!("sh {}", file.display()))
    };
    for (answer, told) in [
        (r#"echo '{"jsonrpc":"2.0","id":1}'"#, "neither result nor error"),
        (r#"echo '{"id":1,"result":{"name":"n","roles":[]}}'"#, "without \"jsonrpc\":\"2.0\""),
        (r#"echo '{"jsonrpc":"2.0","id":101,"result":{}}'"#, "it answers request 101, and the last one was 1"),
        (
            r#"echo '{"jsonrpc":"2.0","id":1,"result":{}}'"#,
            "answered to initialize is not as docs/driver.md has it: there is no `name`",
        ),
    ] {
        assert!(says(answer).contains(told), "{answer}: {}", says(answer));
    }
    assert!(reason("sh -c 'tr \"\\\\\\\\0\" x < /dev/zero'").contains("longer than 1 MiB"));
}

#[test]
fn one_that_is_not_there_is_named() {
    assert!(reason("no-such-program-anywhere").contains("start \"no-such-program-anywhere\""));
    assert!(reason("http://127.0.0.1:1/driver").contains("connect to http://127.0.0.1:1/driver"));
}

#[test]
fn one_that_dies_in_the_middle_stops_its_case_with_what_it_said() {
    let script = "read x; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"name\":\"n\",\"roles\":[\"edc\"]}}'; read x; echo dying >&2; exit 9";
    let integration = format!("sh -c \"{}\"", script.replace('"', "\\\""));
    let output = conformance(&["run", "--integration", &integration, "--run", "edc/purchase-approved"]);
    assert_eq!(code(&output), 4, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("STOP edc/purchase-approved") && text.contains("exit status: 9; its last words on stderr: dying"),
        "{text}"
    );
}

#[test]
fn one_without_a_role_has_its_cases_skipped_and_counted() {
    let script = "while read x; do id=$(echo \"$x\" | sed 's/.*\"id\":\\([0-9]*\\).*/\\1/'); echo \"{\\\"jsonrpc\\\":\\\"2.0\\\",\\\"id\\\":$id,\\\"result\\\":{\\\"name\\\":\\\"n\\\",\\\"roles\\\":[\\\"client\\\"]}}\"; done";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("driver.sh");
    std::fs::write(&file, script).unwrap();
    let output = conformance(&["run", "--integration", &format!("sh {}", file.display())]);
    assert_eq!(code(&output), 5, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("the integration does not play the role `edc`"), "{text}");
    assert!(text.contains(" 0 passed, 0 failed, 0 could not be carried out, "), "{text}");
}

/// A driver in Python that pays by decree: enough to see what the harness asks of it.
const DECREE: &str = r#"
import sys, json
for line in sys.stdin:
    m = json.loads(line)
    print(m["method"], json.dumps(m["params"]), file=sys.stderr, flush=True)
    states = {"orderStatus": {"state": "refunded" if STATE.get("refunded") else "failed"}}
    if m["method"] == "refund": STATE["refunded"] = True
    result = {"name": "n", "roles": ["edc"], "capabilities": CAPABILITIES} if m["method"] == "initialize" else states.get(m["method"], {"state": "failed"})
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": result}), flush=True)
"#;

#[test]
fn a_refund_is_asked_of_those_who_offer_it_and_of_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("driver.py");
    let scenario = folder.path().join("refund.yaml");
    let steps = "steps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - refund: {order: A, amount: {currency: KRW, value: \"400\"}}\n";
    std::fs::write(&scenario, format!("title: A refund\nroles: [edc]\n{steps}expect:\n  - order: {{A: refunded}}\n"))
        .unwrap();
    let run = |capabilities: &str| {
        std::fs::write(&file, format!("STATE = {{}}\nCAPABILITIES = {capabilities}\n{DECREE}")).unwrap();
        conformance(&["run", "--integration", &format!("python3 {}", file.display()), scenario.to_str().unwrap()])
    };
    let offered = run("['refund']");
    assert_eq!(code(&offered), 0, "{}{}", stdout(&offered), stderr(&offered));
    let lacking = run("[]");
    assert_eq!(code(&lacking), 5);
    assert!(stdout(&lacking).contains("the integration has no capability `refund`"), "{}", stdout(&lacking));
}

/// A driver in Python that sells only when it knows what time it is.
const TIMELESS: &str = r#"
import sys, json
told = False
for line in sys.stdin:
    m = json.loads(line)
    told = told or m["method"] == "clock"
    results = {"initialize": {"name": "n", "roles": ["edc"], "capabilities": ["clock", "restart"]}, "clock": {"wakeAt": None}}
    answer = {"result": results.get(m["method"], {"state": "failed"})}
    if m["method"] == "checkout" and not told:
        answer = {"error": {"code": -1, "message": "what time is it?"}}
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], **answer}), flush=True)
"#;

#[test]
fn the_time_is_told_before_the_first_sale_and_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (file, scenario) = (folder.path().join("driver.py"), folder.path().join("restart.yaml"));
    std::fs::write(&file, TIMELESS).unwrap();
    let sale = |order: &str| {
        format!("  - checkout: {{order: {order}, by: terminal, amount: {{currency: KRW, value: \"10400\"}}}}\n")
    };
    let steps = format!("steps:\n{}  - restart: {{}}\n{}", sale("A"), sale("B"));
    let text = format!("title: A restart\nroles: [edc]\n{steps}expect:\n  - order: {{A: failed, B: failed}}\n");
    std::fs::write(&scenario, text).unwrap();
    let run = ["run", "--integration", &format!("python3 {}", file.display()), scenario.to_str().unwrap()];
    let output = conformance(&run);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
}

/// A driver in Python that says hello to the terminal, and takes its time to acknowledge the answer: real time, in a thread that
/// sleeps. BUSY is what it answers to `clock` meanwhile.
const SLOW: &str = r#"
import sys, json, os, threading, time, tty
sleeping = threading.Event()
def acknowledge(line):
    while b"INIT_SUCCESS" not in os.read(line, 4096): pass
    sleeping.set()
    time.sleep(1)
    os.write(line, b"\x06")
    sleeping.clear()
for line in sys.stdin:
    m = json.loads(line)
    result = {"state": "open"}
    if m["method"] == "initialize":
        port = m["params"].get("terminal", {}).get("port")
        result = {"name": "n", "roles": ["edc"], "capabilities": ["clock"]}
    if m["method"] == "clock":
        result = {"wakeAt": eval(BUSY) if sleeping.is_set() else None}
    if m["method"] == "checkout":
        fd = os.open(port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(fd)
        threading.Thread(target=acknowledge, args=(fd,), daemon=True).start()
        os.write(fd, bytes.fromhex("02004f48267b2270726f7669646572223a224b494343222c226f7074696f6e73223a7b226d65726368616e744964223a224d30303031222c227573654275696c74496e4469616c6f67223a66616c73657d7d037820"))
    print(json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": result}), flush=True)
"#;

/// How often the answer to a hello was sent, in real time, to a driver that answers `clock` so while it sleeps.
fn sent(clock: &str, busy: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let (file, scenario) = (folder.path().join("driver.py"), folder.path().join("hello.yaml"));
    std::fs::write(&file, format!("BUSY = {busy:?}\n{SLOW}")).unwrap();
    let sale = "  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n";
    let text = format!("title: A hello\nroles: [edc]\nsteps:\n{sale}  - advance: {{by: 20s}}\n");
    std::fs::write(&scenario, text).unwrap();
    let traces = folder.path().join("traces");
    let integration = format!("python3 {}", file.display());
    let (traces, scenario) = (traces.to_str().unwrap(), scenario.to_str().unwrap());
    let output =
        conformance(&["run", "--clock", clock, "--integration", &integration, "--trace-dir", traces, scenario]);
    assert!(stdout(&output).contains("1 case"), "{}{}", stdout(&output), stderr(&output));
    let mut files = walkdir(Path::new(traces));
    let trace = std::fs::read_to_string(files.pop().unwrap()).unwrap();
    trace.lines().filter(|line| line.contains("INIT_SUCCESS") && line.contains("\"sent\"")).count()
}

fn walkdir(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walkdir(&path) } else { vec![path] }).collect()
}

#[test]
fn what_is_owed_is_not_waited_for_only_where_the_integration_is_trusted_and_says_so() {
    // The honest one says that it is at it, and has all the time in the world.
    assert_eq!(sent("trusting", "m['params']['now']"), 1);
    // The other one says that it will do nothing any more, while it does: so its time is over at once.
    assert_eq!(sent("trusting", "None"), 3);
    // Who is not trusted is waited for, whatever he says.
    assert_eq!(sent("skipping", "None"), 1);
}

#[test]
fn one_that_sells_nothing_fails_the_expectations_and_is_accused_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("driver.py");
    std::fs::write(&file, format!("STATE = {{}}\nCAPABILITIES = []\n{DECREE}")).unwrap();
    let output = conformance(&[
        "run",
        "--integration",
        &format!("python3 {}", file.display()),
        "--run",
        "edc/purchase-declined",
    ]);
    assert_eq!(code(&output), 1, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("Purchase should have been sent exactly 1 times, was sent 0 times"), "{text}");
    assert!(text.contains("this scenario exercises EDC-P42, EDC-P45"), "{text}");
    assert!(text.contains(" 0 broken,") && !text.contains("broken:"), "{text}");
}

#[test]
fn what_cannot_be_read_as_an_integration_is_wrong_usage() {
    for (text, problem) in [
        ("'unclosed", "is not closed"),
        ("http://10.1.2.3/driver", "loopback only"),
        ("https://127.0.0.1/", "only http://"),
        ("http://localhost:99999/driver", "the port is none"),
        ("http://[::1]:0/driver", "the port is none"),
        ("memory --fault nothing-of-the-kind", "nothing-of-the-kind"),
        ("", "the command is empty"),
    ] {
        let output = conformance(&["run", "--integration", text]);
        assert_eq!(code(&output), 2, "{text}: {}", stderr(&output));
        assert!(stderr(&output).contains(problem), "{text}: {}", stderr(&output));
    }
}

/// A driver in Python that knows at once how its order stands, and is still selling it.
const LINGERING: &str = r#"
import sys, json, threading
def answer(id, result): print(json.dumps({"jsonrpc": "2.0", "id": id, "result": result}), flush=True)
for line in sys.stdin:
    m = json.loads(line)
    results = {"initialize": {"name": "n", "roles": ["edc"]}, "orderStatus": {"state": "failed"}}
    if m["method"] != "checkout": answer(m["id"], results.get(m["method"], {}))
    elif LINGERS is not None: threading.Timer(LINGERS, answer, (m["id"], {"state": "failed"})).start()
"#;

/// What is wrong with an answer in the middle of a case stops the case, and is told with what was expected.
#[test]
fn an_answer_in_a_wrong_shape_stops_its_case_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("driver.py");
    let good = r#"results = {"initialize": {"name": "n", "roles": ["edc"]}, "orderStatus": {"state": "failed"}, "checkout": {"state": "failed"}}"#;
    for (answers, told) in [
        (r#"results["checkout"] = {"state": "payed"}"#, "`state` is \"payed\" (did you mean `paid`?)"),
        (r#"results["checkout"] = None"#, "`result` is null, not an object"),
        (
            r#"results["orderStatus"] = {"order": "ZZ", "state": "failed"}"#,
            "about the order \"ZZ\", and was asked about \"A\"",
        ),
        (r#"results["orderStatus"]["booked"] = {"currency": "KRW", "value": 1.5}"#, "not an amount such as"),
        ("twice = True", "was answered before: each is answered once"),
    ] {
        let loops = r#"
for line in sys.stdin:
    m = json.loads(line)
    text = json.dumps({"jsonrpc": "2.0", "id": m["id"], "result": results.get(m["method"], {})})
    print(text + ("\n" + text if twice and m["method"] == "checkout" else ""), flush=True)
"#;
        std::fs::write(&file, format!("import sys, json\ntwice = False\n{good}\n{answers}\n{loops}")).unwrap();
        let integration = format!("python3 {}", file.display());
        let output = conformance(&["run", "--integration", &integration, "--run", "edc/purchase-declined"]);
        let text = stdout(&output);
        assert_eq!(code(&output), 4, "{answers}: {text}{}", stderr(&output));
        assert!(text.contains("STOP edc/purchase-declined") && text.contains(told), "{answers}: {text}");
        assert!(text.contains("docs/driver.md"), "{answers}: {text}");
    }
}

/// What becomes of a case whose checkout is answered after so many seconds, or never: output and trace.
fn lingering(seconds: &str, timeout: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let (file, scenario) = (folder.path().join("driver.py"), folder.path().join("scenarios/late.yaml"));
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(&file, format!("LINGERS = {seconds}\n{LINGERING}")).unwrap();
    let steps = "steps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 10m}\n";
    std::fs::write(&scenario, format!("title: Late\nroles: [edc]\n{steps}expect:\n  - order: {{A: failed}}\n"))
        .unwrap();
    let (integration, traces) = (format!("python3 {}", file.display()), folder.path().join("traces"));
    let run =
        ["run", "--integration", &integration, "--case-timeout", timeout, "--trace-dir", traces.to_str().unwrap()];
    let output = conformance(&[&run[..], &[scenario.to_str().unwrap()]].concat());
    (code(&output), stdout(&output), std::fs::read_to_string(traces.join("late.jsonl")).unwrap())
}

#[test]
fn a_case_is_not_over_while_its_checkout_is_unanswered() {
    let (exit, text, trace) = lingering("0.7", "1m");
    assert_eq!(exit, 0, "{text}");
    let at = |what: &str| trace.lines().position(|line| line.contains(what));
    let answered = trace
        .lines()
        .position(|line| line.contains("\"answered\"") && line.contains("\"checkout\""))
        .unwrap_or_else(|| panic!("checkout is answered: {trace}"));
    assert!(at("\"settled\":true").is_some_and(|ended| ended > answered), "{trace}");
}

#[test]
fn a_checkout_that_is_never_answered_stops_its_case_and_is_named() {
    let (exit, text, _) = lingering("None", "2s");
    assert_eq!(exit, 4, "{text}");
    assert!(text.contains("--case-timeout") && text.contains("not answered until then: `checkout` (entry "), "{text}");
}
