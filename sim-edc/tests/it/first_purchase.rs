//! `docs/first-purchase.md`, typed into a shell as it is written, each command once the one before has brought what the
//! page says. The program that the tests were built with stands in for what `cargo build` would build again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A shell and all that it started.
struct Shell(Child);

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = killpg(Pid::from_raw(i32::try_from(self.0.id()).unwrap()), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

/// The page's commands, each with the lines that it says it brings.
fn page() -> Vec<(String, Vec<String>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/first-purchase.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut steps: Vec<(String, Vec<String>)> = Vec::new();
    for block in text.split("\n```").filter(|block| block.starts_with("sh\n") || block.starts_with("text\n")) {
        let (kind, body) = block.split_once('\n').unwrap();
        if kind == "sh" {
            steps.push((body.to_owned(), Vec::new()));
        } else {
            steps.last_mut().unwrap().1 = body.lines().map(ToOwned::to_owned).collect();
        }
    }
    steps
}

/// Whether a line is what the page shows, where `…` stands for anything.
fn fits(shown: &str, line: &str) -> bool {
    let mut rest = line;
    shown.split('…').all(|part| rest.find(part).map(|at| rest = &rest[at + part.len()..]).is_some())
}

/// Waits until `cat` has the line open, for which a person at a keyboard needs no help.
fn wait_for_cat(terminal: &Path) {
    let device = std::fs::read_link(terminal).unwrap();
    let has_it_open = |process: &Path| {
        let is_cat = std::fs::read_to_string(process.join("comm")).is_ok_and(|name| name.trim() == "cat");
        let mut files = std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
        is_cat && files.any(|file| std::fs::read_link(file.path()).is_ok_and(|path| path == device))
    };
    let until = Instant::now() + PATIENCE;
    while !std::fs::read_dir("/proc").unwrap().flatten().any(|entry| has_it_open(&entry.path())) {
        assert!(Instant::now() < until, "cat never opened {}", device.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn five_commands_lead_to_a_purchase() {
    let steps = page();
    assert_eq!(steps.len(), 5);
    assert!(steps.iter().all(|(command, _)| command.lines().count() == 1));

    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("target/debug")).unwrap();
    std::fs::create_dir(folder.path().join("bin")).unwrap();
    symlink(env!("CARGO_BIN_EXE_sim-edc"), folder.path().join("target/debug/sim-edc")).unwrap();
    let cargo = folder.path().join("bin/cargo");
    std::fs::write(&cargo, "#!/bin/sh\ntest \"$*\" = 'build -p sim-edc'\n").unwrap();
    std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", folder.path().join("bin").display(), std::env::var("PATH").unwrap());

    let shell = Command::new("sh")
        .args(["-e", "-s"])
        .current_dir(folder.path())
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut shell = Shell(shell);
    let (tell, told) = mpsc::channel();
    let said = BufReader::new(shell.0.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in said.lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    let mut typed = shell.0.stdin.take().unwrap();
    for (command, shown) in steps {
        writeln!(typed, "{command}").unwrap();
        if command.starts_with("cat ") {
            wait_for_cat(&folder.path().join("terminal"));
        }
        for shown in shown {
            let line = told.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("{command} does not bring {shown}"));
            assert!(fits(&shown, &line), "{command} brings {line}, not {shown}");
        }
    }
}
