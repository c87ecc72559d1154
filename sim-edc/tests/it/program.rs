//! The real program: its command line, and its PTY with a plain file for a client. Real time, so as little as possible.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::io::Write as _;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::running::{HELLO, PATIENCE, Program, QUICK, purchase_line};

#[test]
fn a_purchase_by_hand_over_a_pty() {
    let program = Program::start("ndjson", QUICK);
    let mut till = program.open();
    till.line(HELLO);
    assert!(till.waits_for("INIT_SUCCESS"));
    till.line(&purchase_line("104"));
    assert!(till.waits_for(r#""outcome":"success""#), "{}", String::from_utf8_lossy(&till.said));
    assert!(till.waits_for("START_TRANSACTION"));
    drop(till);
    assert!(program.stop(Signal::SIGTERM), "it stops cleanly and takes its symlink along");
}

#[test]
fn the_line_carries_every_byte_and_forgets_between_clients() {
    let program = Program::start("stx", "");
    let hello = [
        &[0x02, 0x00, 0x4b, b'H', 1][..],
        br#"{"provider":"KICC","options":{"merchantId":"M","useBuiltInDialog":false}}"#,
        &[0x03],
    ]
    .concat();
    // The check is computed here by itself, so that a mistake shared by both ends of the crate would show.
    let mut crc = 0_u16;
    for byte in &hello[1..hello.len() - 1] {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    let frame = [hello, crc.to_be_bytes().to_vec()].concat();
    for round in 0..3 {
        let mut till = program.open();
        till.stream.write_all(&frame).unwrap();
        assert!(till.waits_for("INIT_SUCCESS"), "round {round}: {:?}", till.said);
        assert_eq!(till.said.first(), Some(&0x06), "round {round}: nothing stale before the ACK");
        // It is not acknowledged, and so would be sent again: to nobody, once this till has gone.
        drop(till);
        // A client that comes back within a blink is not seen to have left: the kernel tells of no such close.
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(program.stop(Signal::SIGINT));
}

#[test]
fn a_pulled_cable_is_another_pty_under_the_same_path() {
    let program = Program::start("ndjson", "faults: [{unplug: {at: ready, for: 200ms}}]");
    let before = std::fs::read_link(program.link()).unwrap();
    let mut till = program.open();
    till.line(HELLO);
    assert!(till.waits_for("INIT_SUCCESS"));
    till.line(&purchase_line("104"));
    assert!(!till.waits_for("a word that never comes"), "the line ends");
    drop(till);
    let until = Instant::now() + PATIENCE;
    while std::fs::metadata(program.link()).is_err() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut till = program.open();
    till.line(r#"{"type":"ping","n":"7"}"#);
    assert!(till.waits_for(r#""n":"7""#), "from {before:?}");
    drop(till);
    assert!(program.stop(Signal::SIGTERM));
}

fn refused(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sim-edc")).args(arguments).output().unwrap()
}

#[test]
fn wrong_usage_says_what_is_wrong_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (taken, wrong) = (path("file", "a file"), path("wrong.yaml", "hosts: []"));
    let link = folder.path().join("link").display().to_string();
    let used = folder.path().join("used").display().to_string();
    std::os::unix::fs::symlink(&taken, &used).unwrap();
    for (arguments, word) in [
        (vec![], "--link"),
        (vec!["--link", &taken], "is no symlink"),
        (vec!["--link", &used], "leads to"),
        (vec!["--link", &link, "--listen", "tcp:127.0.0.1:0"], "cannot be used with"),
        (vec!["--listen", "127.0.0.1:0"], "tcp:127.0.0.1:4001"),
        (vec!["--listen", "tcp:0.0.0.0:0"], "only loopback"),
        (vec!["--port", "/dev/nowhere"], "open the port /dev/nowhere"),
        (vec!["--link", &link, "--terminals", "1001"], "choose 1 to 1000"),
        (vec!["--link", &link, "--control", "0.0.0.0:0"], "only loopback"),
        (vec!["--link", &link, "--store", &taken], "is not that of a store"),
        (vec!["--link", &link, "--transcript", "/nowhere/t"], "write the transcript /nowhere/t"),
        (vec!["--link", &link, "--profile", "morse"], "choose stx or ndjson"),
        (vec!["--link", &link, "--script", "/nowhere.yaml"], "read script /nowhere.yaml"),
        (vec!["--link", &link, "--script", &wrong], "line 1, column 1: "),
    ] {
        let output = refused(&arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert!(std::fs::symlink_metadata(&link).is_err());
}

#[test]
fn help_names_every_option() {
    let text = String::from_utf8(refused(&["--help"]).stdout).unwrap();
    for option in [
        "--link",
        "--listen",
        "--port",
        "--terminals",
        "--profile",
        "--script",
        "--give",
        "--triggers",
        "--try",
        "--control",
        "--store",
        "--transcript",
        "--verbose",
    ] {
        assert!(text.contains(option), "{option}: {text}");
    }
}
