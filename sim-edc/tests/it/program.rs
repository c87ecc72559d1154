//! The real program: its command line, and its PTY with a plain file for a client. Real time, so as little as possible.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A running terminal.
pub(crate) struct Program {
    child: Child,
    link: PathBuf,
    _folder: tempfile::TempDir,
}

impl Program {
    /// A terminal with more arguments.
    pub(crate) fn with(profile: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::begin(folder, profile, more)
    }

    /// A terminal with a script.
    pub(crate) fn start(profile: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("script.yaml");
        std::fs::write(&file, script).unwrap();
        Self::begin(folder, profile, &["--script", file.to_str().unwrap()])
    }

    fn begin(folder: tempfile::TempDir, profile: &str, more: &[&str]) -> Self {
        let link = folder.path().join("terminal");
        let mut child = Command::new(env!("CARGO_BIN_EXE_sim-edc"))
            .args([Path::new("--link"), &link, Path::new("--profile"), Path::new(profile)])
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("sim-edc ready link="), "{ready:?}");
        Self { child, link, _folder: folder }
    }

    /// The path of its port.
    pub(crate) fn link(&self) -> &Path {
        &self.link
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn open(&self) -> Client {
        let flags = nix::fcntl::OFlag::O_NONBLOCK.bits();
        let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(&self.link).unwrap();
        Client { file, said: Vec::new() }
    }

    /// Stops it as an operator would, and returns whether it went well.
    pub(crate) fn stop(mut self, signal: Signal) -> bool {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
        let fine = self.child.wait().unwrap().success();
        fine && std::fs::symlink_metadata(&self.link).is_err()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Whatever went wrong: nothing is left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A till with nothing but a file.
pub(crate) struct Client {
    pub(crate) file: File,
    pub(crate) said: Vec<u8>,
}

impl Client {
    pub(crate) fn line(&mut self, text: &str) {
        self.file.write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    pub(crate) fn waits_for(&mut self, word: &str) -> bool {
        let until = Instant::now() + PATIENCE;
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&self.said).contains(word) {
            match self.file.read(&mut buffer) {
                Ok(n) if n > 0 => self.said.extend_from_slice(&buffer[..n]),
                Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                Ok(_) | Err(_) => return false,
            }
        }
        true
    }
}

pub(crate) const HELLO: &str =
    r#"{"type":"hello","provider":"KICC","options":{"merchantId":"M0001","useBuiltInDialog":false}}"#;

pub(crate) fn purchase_line(won: &str) -> String {
    format!(
        r#"{{"type":"command","id":"1","commandName":"Purchase","commandRequestParams":{{"requestId":"R1","paymentAmount":{{"value":"{won}","currency":"KRW"}},"tipAmount":{{"value":"0","currency":"KRW"}},"creditPayPlan":{{"installmentNum":"0"}},"acquirerInfo":{{"acquirerTerminalId":"T1","acquirerRegistrationNo":"1234567890"}}}},"options":{{}}}}"#
    )
}

const QUICK: &str = "{cardholder: [{insert: {after: 0ms}}], host: [{approve: {after: 0ms}}]}";

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
        till.file.write_all(&frame).unwrap();
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
    let before = std::fs::read_link(&program.link).unwrap();
    let mut till = program.open();
    till.line(HELLO);
    assert!(till.waits_for("INIT_SUCCESS"));
    till.line(&purchase_line("104"));
    assert!(!till.waits_for("a word that never comes"), "the line ends");
    drop(till);
    let until = Instant::now() + PATIENCE;
    while std::fs::metadata(&program.link).is_err() && Instant::now() < until {
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
    for (arguments, word) in [
        (vec![], "--link"),
        (vec!["--link", &taken], "is no symlink"),
        (vec!["--link", &link, "--profile", "morse"], "choose stx or ndjson"),
        (vec!["--link", &link, "--script", "/nowhere.yaml"], "read script /nowhere.yaml"),
        (vec!["--link", &link, "--script", &wrong], "hosts"),
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
    for option in ["--link", "--profile", "--script", "--verbose"] {
        assert!(text.contains(option), "{option}: {text}");
    }
}
