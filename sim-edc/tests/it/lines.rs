//! The lines that a terminal can hang on, under the real program: TCP, a real port, and several at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::fs::File;
use std::io::Read as _;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::Signal;
use nix::sys::termios::{BaudRate, ControlFlags, SetArg, cfsetspeed, tcgetattr, tcsetattr};
use serde_json::Value;

use crate::running::{Client, PATIENCE, Program, QUICK, purchase, purchase_line};

fn on(arguments: &[&str], lines: usize) -> Program {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    std::fs::write(&script, QUICK).unwrap();
    let script = script.display().to_string();
    Program::run(folder, &[arguments, &["--profile", "ndjson", "--script", &script]].concat(), lines)
}

fn address(program: &Program) -> String {
    program.told("listen").strip_prefix("tcp:").unwrap().to_owned()
}

#[test]
fn a_purchase_over_tcp_and_the_next_client_starts_clean() {
    let program = on(&["--listen", "tcp:127.0.0.1:0"], 1);
    let mut till = Client::connect(&address(&program));
    till.greet();
    till.line(&purchase_line("104"));
    assert_eq!(till.result("1").unwrap()["outcome"], "success");
    // This one leaves in the middle; what it would have been told is not told to the next.
    till.command("2", "Purchase", &purchase("R2", "104"));
    assert!(till.waits_for("CARD_DETECTED"));
    drop(till);
    let mut till = Client::connect(&address(&program));
    till.greet();
    assert!(till.text().starts_with("{\"type\":\"hello\""), "nothing stale: {}", till.text());
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn a_second_client_over_tcp_is_turned_away_and_it_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("transcript.jsonl");
    let program = on(&["--listen", "tcp:127.0.0.1:0", "--transcript", transcript.to_str().unwrap()], 1);
    let mut till = Client::connect(&address(&program));
    till.greet();
    let mut second = Client::connect(&address(&program));
    assert!(!second.waits_for("a word that never comes"), "it is closed");
    till.line(r#"{"type":"ping","n":"7"}"#);
    assert!(till.waits_for(r#""n":"7""#), "the first stays");
    assert!(program.stop(Signal::SIGTERM));
    let text = std::fs::read_to_string(transcript).unwrap();
    assert!(text.contains(r#""event":"turned-away""#), "{text}");
}

/// A PTY whose slave stands for a serial port, and whose master for the till's end of the cable.
fn cable() -> (Client, String) {
    let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let slave = ptsname_r(&master).unwrap();
    let stream = File::from(master.as_fd().try_clone_to_owned().unwrap());
    (Client { stream, said: Vec::new() }, slave)
}

#[test]
fn a_purchase_over_a_port_that_is_set_to_57600_8n1() {
    let (mut till, slave) = cable();
    let program = on(&["--port", &slave], 1);
    let speed = rustix::termios::tcgetattr(&till.stream).unwrap().output_speed();
    assert_eq!(speed, 57_600);
    let settings = tcgetattr(&till.stream).unwrap();
    let flags = settings.control_flags;
    assert_eq!(flags & ControlFlags::CSIZE, ControlFlags::CS8);
    assert!(!flags.intersects(ControlFlags::PARENB | ControlFlags::CSTOPB | ControlFlags::CRTSCTS));
    till.greet();
    till.line(&purchase_line("104"));
    assert_eq!(till.result("1").unwrap()["outcome"], "success");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn a_port_that_goes_is_no_end_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let port = folder.path().join("ttyUSB0");
    let (mut till, slave) = cable();
    std::os::unix::fs::symlink(&slave, &port).unwrap();
    let program = on(&["--port", port.to_str().unwrap()], 1);
    till.greet();
    // The adapter is pulled, and another one plugged in under the same name.
    std::fs::remove_file(&port).unwrap();
    drop(till);
    let (mut till, slave) = cable();
    std::os::unix::fs::symlink(&slave, &port).unwrap();
    let until = Instant::now() + PATIENCE;
    while !till.said.ends_with(b"\n") && Instant::now() < until {
        // Whatever is written before the port is open again is lost, as on a real one.
        till.line(r#"{"type":"ping","n":"7"}"#);
        std::thread::sleep(Duration::from_millis(20));
        let mut buffer = [0; 4096];
        if let Ok(n) = till.stream.read(&mut buffer) {
            till.said.extend_from_slice(&buffer[..n]);
        }
    }
    assert!(till.text().contains(r#""n":"7""#), "{}", till.text());
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn several_terminals_are_strangers_to_each_other() {
    let program = on(&["--listen", "tcp:127.0.0.1:0", "--terminals", "3"], 3);
    let addresses: Vec<String> = program
        .ready
        .iter()
        .map(|line| line.split("listen=tcp:").nth(1).unwrap().split(' ').next().unwrap().to_owned())
        .collect();
    for (n, address) in addresses.iter().enumerate() {
        assert!(program.ready[n].ends_with(&format!("terminal={}", n + 1)), "{:?}", program.ready[n]);
        let mut till = Client::connect(address);
        till.greet();
        till.command("1", "Purchase", &purchase("R1", "104"));
        let result = till.result("1").unwrap();
        assert_eq!(result["outcome"], "success", "each has a ledger of its own: {result}");
    }
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn several_links_are_numbered_and_all_removed() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("terminal").display().to_string();
    let program = on(&["--link", &link, "--terminals", "12"], 12);
    for n in [1, 12] {
        let path = folder.path().join(format!("terminal.{n}"));
        let mut till = Client::open(&path);
        till.line(&format!(r#"{{"type":"ping","n":"{n}"}}"#));
        assert!(till.waits_for(&format!(r#""n":"{n}""#)), "terminal {n}");
    }
    assert!(program.stop(Signal::SIGTERM));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn what_a_till_sets_its_port_to_is_told_with_its_first_bytes_and_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let transcript = folder.path().join("transcript.jsonl");
    let program = Program::with("ndjson", &["--transcript", transcript.to_str().unwrap()]);
    let mut till = program.open();
    let ping = |till: &mut Client, n: u32| {
        till.line(&format!(r#"{{"type":"ping","n":"{n}"}}"#));
        assert!(till.waits_for(&format!(r#""n":"{n}""#)));
    };
    ping(&mut till, 1);
    ping(&mut till, 2);
    let mut settings = tcgetattr(&till.stream).unwrap();
    cfsetspeed(&mut settings, BaudRate::B9600).unwrap();
    settings.control_flags.insert(ControlFlags::CSTOPB);
    tcsetattr(&till.stream, SetArg::TCSANOW, &settings).unwrap();
    ping(&mut till, 3);
    assert!(program.stop(Signal::SIGTERM));
    let text = std::fs::read_to_string(transcript).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let set: Vec<String> =
        lines.filter(|line| line["event"] == "port-set").map(|l| format!("{} {}", l["baud"], l["mode"])).collect();
    assert_eq!(set, ["57600 \"8N1\"", "9600 \"8N2\""]);
}

#[test]
fn a_link_that_a_killed_program_left_is_taken_over_and_one_in_use_is_not() {
    let folder = Program::start("ndjson", "").kill();
    let link = folder.path().join("terminal");
    assert!(std::fs::symlink_metadata(&link).is_ok(), "it was left behind");
    let link = link.display().to_string();
    let program = on(&["--link", &link], 1);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_sim-edc")).args(["--link", &link]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("another terminal has this path"), "{said}");
    assert_eq!(std::fs::read_link(&link).unwrap().display().to_string(), program.told("device"));
    assert!(program.stop(Signal::SIGTERM));
}
