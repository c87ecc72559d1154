//! The real binary as a test holds it: started, asked, ended.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. Dropping it ends it.
pub(super) struct Program {
    child: Child,
    pub(super) ready: String,
    said: Option<mpsc::Receiver<String>>,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sim-antom"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the program, which must end by itself.
pub(super) fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = command(arguments).spawn().unwrap();
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let Output { status, stderr, .. } = child.wait_with_output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

impl Program {
    pub(super) fn start(arguments: &[&str]) -> Self {
        let mut child = command(arguments).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let (line, lines) = mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            let _ = BufReader::new(stdout).read_line(&mut text);
            let _ = line.send(text);
        });
        // Built first, so that a program that does not get ready is ended too.
        let mut program = Self { child, ready: String::new(), said: None };
        program.ready = lines.recv_timeout(PATIENCE).unwrap();
        program
    }

    pub(super) fn field(&self, name: &str) -> &str {
        let prefix = format!("{name}=");
        self.ready.trim_end().split(' ').find_map(|word| word.strip_prefix(&prefix)).unwrap()
    }

    pub(super) fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.field("url").strip_prefix("http://").unwrap()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks the control API: status and body.
    pub(super) fn control(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.request(&format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// Sends a request and takes the answer apart: status and body.
    pub(super) fn request(&self, request: &str) -> (u16, String) {
        let answer = self.exchange(request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.unwrap_or_else(|| panic!("{head}")), body.to_owned())
    }

    /// The most memory that it has had, in KiB.
    pub(super) fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Ends it as a crash would: nothing is told, nothing is put in order.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The next line on stderr that holds a text.
    pub(super) fn says(&mut self, text: &str) -> String {
        if let Some(stderr) = self.child.stderr.take() {
            let (line, lines) = mpsc::channel();
            std::thread::spawn(move || {
                BufReader::new(stderr).lines().map_while(Result::ok).try_for_each(|l| line.send(l))
            });
            self.said = Some(lines);
        }
        let lines = self.said.as_ref().unwrap();
        loop {
            let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never said {text}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    /// Sends a signal and tells how the program ended.
    pub(super) fn end_with(mut self, signal: &str) -> (Option<i32>, String) {
        let killed = Command::new("sh").args(["-c", &format!("kill -{signal} {}", self.child.id())]).status();
        assert!(killed.unwrap().success());
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let mut stderr = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
                return (status.code(), stderr);
            }
            assert!(since.elapsed() < PATIENCE, "it does not stop");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
