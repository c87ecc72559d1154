//! The store under a real program that is really killed: whatever was answered is known afterwards.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::cancel;
use crate::running::{Client, Program, purchase};

fn start(folder: tempfile::TempDir) -> Program {
    let script = folder.path().join("script.yaml");
    let (cards, approvals) = (["insert: {after: 0ms}"; 8].join("}, {"), ["approve: {after: 0ms}"; 8].join("}, {"));
    std::fs::write(&script, format!("cardholder: [{{{cards}}}]\nhost: [{{{approvals}}}]\n")).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (link, store) = (path("terminal"), path("store"));
    let script = script.display().to_string();
    let arguments = ["--link", &link, "--profile", "ndjson", "--script", &script, "--store", &store];
    Program::run(folder, &arguments, 1)
}

/// Carries out a command to its end.
fn done(till: &mut Client, id: &str, name: &str, parameters: &Value) -> Value {
    till.command(id, name, parameters);
    till.result(id).unwrap()
}

fn code(result: &Value) -> &str {
    result["responseData"]["result"]["resultCode"].as_str().unwrap_or_default()
}

#[test]
fn killed_at_any_moment_it_knows_what_it_answered() {
    // Several shops at once, since a card takes half a second to be read: each has its own moments of being killed.
    let shops: Vec<_> = (0..4).map(|shop| std::thread::spawn(move || shop_of_many_kills(shop))).collect();
    for shop in shops {
        shop.join().unwrap();
    }
}

/// Sells, is killed, and looks at what is left; again and again.
fn shop_of_many_kills(shop: u32) {
    let mut folder = tempfile::tempdir().unwrap();
    let mut answered: Vec<(String, Value)> = Vec::new();
    let mut unanswered = String::new();
    for round in 0..4_u32 {
        let program = start(folder);
        let mut till = program.open();
        till.greet();

        // What was answered before the kill is all there; what was not may have been recorded, too.
        if let Some((last, _)) = answered.last() {
            let found = done(&mut till, "last", "GetLastTransaction", &json!({}));
            let found = found["responseData"]["requestId"].as_str().unwrap_or_default();
            assert!(found == last || found == unanswered, "{found} is neither {last} nor {unanswered}");
        }
        for (n, (request_id, _)) in answered.iter().enumerate() {
            let again = done(&mut till, &format!("again{n}"), "Purchase", &purchase(request_id, "104"));
            assert_eq!(code(&again), "REPEAT_REQ_REJECT", "{request_id}");
        }

        // The kill: just after an answer, or at some moment of the next purchase: early, or around its approval.
        let request_id = format!("R{round}");
        let paid = done(&mut till, &request_id, "Purchase", &purchase(&request_id, "104"));
        assert_eq!(code(&paid), "SUCCESS");
        answered.push((request_id, paid));
        if round > 0 {
            unanswered = format!("U{round}");
            till.said.clear();
            till.command("next", "Purchase", &purchase(&unanswered, "104"));
            // The approval follows START_TRANSACTION at once.
            assert!(round == 1 || till.waits_for("START_TRANSACTION"));
            std::thread::sleep(Duration::from_micros(u64::from(shop) * 150));
        }
        folder = program.kill();
    }

    let program = start(folder);
    let mut till = program.open();
    till.greet();
    for (n, (request_id, paid)) in answered.iter().enumerate() {
        let given_back = done(&mut till, &format!("c{n}"), "PurchaseCancel", &cancel(&format!("C{n}"), paid));
        assert_eq!(code(&given_back), "SUCCESS", "{request_id} can be given back after all those kills");
    }
    let twice = done(&mut till, "twice", "PurchaseCancel", &cancel("C-twice", &answered[0].1));
    assert_eq!(code(&twice), "ORDER_IS_CANCELED");
}

#[test]
fn a_store_has_one_owner_at_a_time() {
    let program = start(tempfile::tempdir().unwrap());
    let store = program.path("store").display().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sim-edc"))
        .args(["--listen", "tcp:127.0.0.1:0", "--store", &store])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("another process has it"), "{said}");
}

#[test]
fn a_torn_line_is_dropped_and_told() {
    let folder = start(tempfile::tempdir().unwrap()).kill();
    let store = folder.path().join("store");
    let whole = std::fs::read_to_string(&store).unwrap();
    std::fs::write(&store, format!("{whole}{{\"crc\":\"00")).unwrap();
    let mut program = start(folder);
    assert!(program.complains("was torn").contains("(10 bytes)"));
    assert_eq!(std::fs::read_to_string(&store).unwrap(), whole);
}

#[test]
fn what_cannot_be_kept_is_not_answered() {
    // Every write to this file fails for want of room.
    let folder = tempfile::tempdir().unwrap();
    let full = folder.path().join("full");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sim-edc"))
        .args(["--listen", "tcp:127.0.0.1:0", "--store", full.to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("open the store") && output.stdout.is_empty(), "{said}");
}
