//! What an integration is given that is killed and started again: its port, and that it need not know what it was killed in.

use std::fs;
use std::path::Path;

use crate::{code, conformance, stderr, stdout};

/// A driver that answers what `answers` says: a Python function of the method and its life, whose exceptions are errors.
fn driver(folder: &Path, answers: &str) -> String {
    let script = folder.join("driver.py");
    let text = format!(
        r#"import json, os, socket, sys
lives = os.path.join(os.path.dirname(__file__), "lives")
with open(lives, "a") as file:
    file.write("*")
life = os.path.getsize(lives)
{answers}
for line in sys.stdin:
    request = json.loads(line)
    response = {{"jsonrpc": "2.0", "id": request["id"]}}
    try:
        is_clock = request["method"] == "clock"
        response["result"] = {{"wakeAt": None}} if is_clock else answer(request["method"], request["params"])
    except KeyError as error:
        response["error"] = {{"code": -32000, "message": "no such order"}}
    if response.get("result") == "silence":
        continue
    print(json.dumps(response), flush=True)
    if request["method"] == "shutdown":
        break
"#
    );
    fs::write(&script, text).unwrap();
    format!("python3 {}", script.display())
}

const HELLO: &str =
    r#"{"name": "stand-in", "roles": ["edc", "antom"], "capabilities": ["restart", "refund", "retry", "clock"]}"#;

fn run(folder: &Path, integration: &str, steps: &str) -> (i32, String) {
    let file = folder.join("case.yaml");
    let text = format!("title: a restart\nroles: [antom]\nsteps:\n{steps}");
    fs::write(&file, text).unwrap();
    let output = conformance(&["run", "--integration", integration, file.to_str().unwrap()]);
    (code(&output), stdout(&output) + &stderr(&output))
}

const STEPS: &str = "  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"1007\"}}\n  \
                     - restart: {}\n  - refund: {order: A, amount: {currency: JPY, value: \"1007\"}}\n  \
                     - settle: {within: 1h}\n";

/// Answers a checkout as it is told, and knows of no order.
fn forgetful(folder: &Path, checkout: &str) -> String {
    let answers = format!(
        r#"
def answer(method, params):
    if method == "initialize":
        return {HELLO}
    if method == "checkout":
        return {checkout}
    if method in ("orderStatus", "refund"):
        raise KeyError
    return {{}}
"#
    );
    driver(folder, &answers)
}

#[test]
fn who_is_killed_before_it_has_taken_an_order_need_not_know_it() {
    let folder = tempfile::tempdir().unwrap();
    let integration = forgetful(folder.path(), "\"silence\"");
    let (exit, text) = run(folder.path(), &integration, STEPS);
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn who_has_no_such_method_is_told_whatever_it_was_killed_in() {
    let folder = tempfile::tempdir().unwrap();
    let integration = forgetful(folder.path(), "\"silence\"");
    let script = folder.path().join("driver.py");
    let text = fs::read_to_string(&script).unwrap();
    fs::write(&script, text.replace("-32000", "-32601")).unwrap();
    let (exit, text) = run(folder.path(), &integration, STEPS);
    assert_eq!(exit, 4, "{text}");
}

#[test]
fn who_is_told_of_the_order_once_more_must_know_it() {
    let folder = tempfile::tempdir().unwrap();
    // The first checkout is cut off, the second one is answered.
    let integration = forgetful(folder.path(), r#""silence" if life < 3 else {"state": "open"}"#);
    let steps = STEPS.replace("  - refund", "  - retry: {order: A}\n  - refund");
    let (exit, text) = run(folder.path(), &integration, &steps);
    assert_eq!(exit, 4, "{text}");
    assert!(text.contains("no such order"), "{text}");
}

#[test]
fn who_has_said_that_it_sells_an_order_must_know_it_ever_after() {
    let folder = tempfile::tempdir().unwrap();
    let integration = forgetful(folder.path(), r#"{"state": "open"}"#);
    let (exit, text) = run(folder.path(), &integration, STEPS);
    assert_eq!(exit, 4, "{text}");
    assert!(text.contains("no such order"), "{text}");
}

/// Listens at the same port in each life, with the option that servers set, or without it.
fn listener(folder: &Path, reuse: &str) -> String {
    let answers = format!(
        r#"
at = os.path.join(os.path.dirname(__file__), "port")
server = socket.socket()
if {reuse}:
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
def answer(method, params):
    if method == "initialize":
        try:
            server.bind(("127.0.0.1", int(open(at).read()) if os.path.exists(at) else 0))
        except OSError:
            server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        if not os.path.exists(at):
            open(at, "w").write(str(port))
        return dict({HELLO}, notifyUrl=f"http://127.0.0.1:{{port}}/notify")
    if method == "orderStatus":
        return {{"order": params["order"], "state": "failed"}}
    return {{"state": "failed"}} if method in ("checkout", "refund") else {{}}
"#
    );
    driver(folder, &answers)
}

#[test]
fn a_port_is_kept_while_nobody_listens_and_given_up_to_who_cannot_listen_there_otherwise() {
    // With each driver: one life for the greeting, two for the case; and one more for who cannot have a port that is kept.
    for (reuse, lives) in [("True", 3), ("False", 4)] {
        let folder = tempfile::tempdir().unwrap();
        let integration = listener(folder.path(), reuse);
        let (exit, text) = run(folder.path(), &integration, STEPS);
        assert_eq!(exit, 0, "{text}");
        let lived = fs::read_to_string(folder.path().join("lives")).unwrap().len();
        assert_eq!(lived, lives, "SO_REUSEADDR {reuse}: {text}");
    }
}
