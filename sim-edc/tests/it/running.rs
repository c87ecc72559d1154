//! A running `sim-edc`, and a till with nothing but a file or a socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// How long anything may take before it counts as never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running terminal.
pub(crate) struct Program {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
    err: Option<BufReader<ChildStderr>>,
    /// What the ready lines said, in order.
    pub(crate) ready: Vec<String>,
    folder: tempfile::TempDir,
}

impl Program {
    /// A terminal on a PTY with more arguments.
    pub(crate) fn with(profile: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("terminal").display().to_string();
        Self::run(folder, &[&["--link", &link, "--profile", profile], more].concat(), 1)
    }

    /// A terminal on a PTY with a script.
    pub(crate) fn start(profile: &str, script: &str) -> Self {
        Self::scripted(profile, script, &[], 1)
    }

    /// The same with more arguments, and so many ready lines.
    pub(crate) fn scripted(profile: &str, script: &str, more: &[&str], lines: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("terminal").display().to_string();
        let file = folder.path().join("script.yaml");
        std::fs::write(&file, script).unwrap();
        let file = file.display().to_string();
        let arguments = [&["--link", &link, "--profile", profile, "--script", &file], more].concat();
        Self::run(folder, &arguments, lines)
    }

    /// The program with arguments, after so many ready lines.
    pub(crate) fn run(folder: tempfile::TempDir, arguments: &[impl AsRef<OsStr>], lines: usize) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sim-edc"));
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let mut ready = Vec::new();
        for _ in 0..lines {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            if !line.starts_with("sim-edc ready ") {
                let _ = child.kill();
                let _ = child.wait();
                let said: String = err.lines().map_while(Result::ok).collect();
                panic!("{line:?}, and on stderr {said:?}");
            }
            ready.push(line.trim_end().to_owned());
        }
        Self { child, out: Some(out), err: Some(err), ready, folder }
    }

    /// A word of the ready lines: what stands behind `key=`.
    pub(crate) fn told(&self, key: &str) -> String {
        let mut words = self.ready.iter().flat_map(|line| line.split(' '));
        words.find_map(|word| word.strip_prefix(key)?.strip_prefix('=')).unwrap().to_owned()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn link(&self) -> PathBuf {
        PathBuf::from(self.told("link"))
    }

    /// A till on the PTY.
    pub(crate) fn open(&self) -> Client {
        Client::open(&self.link())
    }

    /// The next line on stdout.
    pub(crate) fn says(&mut self) -> String {
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Reads stdout no more.
    pub(crate) fn close_stdout(&mut self) {
        self.out = None;
    }

    /// Waits for a line on stderr with a word.
    pub(crate) fn complains(&mut self, word: &str) -> String {
        let lines = self.err.as_mut().unwrap().lines().map_while(Result::ok);
        lines.into_iter().find(|line| line.contains(word)).unwrap_or_else(|| panic!("never said {word:?}"))
    }

    /// Asks the control API.
    pub(crate) fn asks(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let url = self.told("control");
        let address: SocketAddr = url.strip_prefix("http://").unwrap().strip_suffix("/_sim").unwrap().parse().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let request = format!(
            "{method} /_sim/{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// What a path of the control API says, as JSON.
    pub(crate) fn control(&self, path: &str) -> Value {
        serde_json::from_str(&self.asks("GET", path, "").1).unwrap()
    }

    /// Ends it as nobody should, and keeps its folder.
    pub(crate) fn kill(mut self) -> tempfile::TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Stops it as an operator would, and returns whether it went well.
    pub(crate) fn stop(mut self, signal: Signal) -> bool {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
        let fine = self.child.wait().unwrap().success();
        let link = self.ready.iter().any(|line| line.contains("link=")).then(|| self.link());
        fine && link.is_none_or(|link| std::fs::symlink_metadata(link).is_err())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Whatever went wrong: nothing is left running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A till.
pub(crate) struct Client<S = File> {
    pub(crate) stream: S,
    pub(crate) said: Vec<u8>,
}

impl Client {
    pub(crate) fn open(path: &Path) -> Self {
        let flags = nix::fcntl::OFlag::O_NONBLOCK.bits() | nix::fcntl::OFlag::O_NOCTTY.bits();
        let stream = OpenOptions::new().read(true).write(true).custom_flags(flags).open(path).unwrap();
        Self { stream, said: Vec::new() }
    }
}

impl Client<TcpStream> {
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nonblocking(true).unwrap();
        Self { stream, said: Vec::new() }
    }
}

impl<S: Read + Write> Client<S> {
    pub(crate) fn line(&mut self, text: &str) {
        self.stream.write_all(format!("{text}\n").as_bytes()).unwrap();
    }

    pub(crate) fn greet(&mut self) {
        self.line(HELLO);
        assert!(self.waits_for("INIT_SUCCESS"), "{}", self.text());
    }

    /// Sends a command.
    pub(crate) fn command(&mut self, id: &str, name: &str, parameters: &Value) {
        let command = serde_json::json!({
            "type": "command", "id": id, "commandName": name, "commandRequestParams": parameters, "options": {},
        });
        self.line(&command.to_string());
    }

    /// The result of an invocation; none when the line ends before it, or it never comes.
    pub(crate) fn result(&mut self, id: &str) -> Option<Value> {
        let wanted = |value: &Value| value["type"] == "result" && value["id"] == id;
        let mut at = 0;
        let until = Instant::now() + PATIENCE;
        loop {
            while let Some(end) = self.said.iter().skip(at).position(|byte| *byte == b'\n') {
                let line = serde_json::from_slice::<Value>(&self.said[at..at + end]).unwrap_or_default();
                at += end + 1;
                if wanted(&line) {
                    return Some(line);
                }
            }
            if !self.reads(until) {
                return None;
            }
        }
    }

    pub(crate) fn waits_for(&mut self, word: &str) -> bool {
        let until = Instant::now() + PATIENCE;
        while !self.text().contains(word) {
            if !self.reads(until) {
                return false;
            }
        }
        true
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    /// Reads what is there, or waits a little; false when the line has ended or it is too late.
    fn reads(&mut self, until: Instant) -> bool {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(n) if n > 0 => {
                self.said.extend_from_slice(&buffer[..n]);
                true
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(1));
                true
            }
            Ok(_) | Err(_) => false,
        }
    }
}

pub(crate) const HELLO: &str =
    r#"{"type":"hello","provider":"KICC","options":{"merchantId":"M0001","useBuiltInDialog":false}}"#;

pub(crate) fn purchase_line(won: &str) -> String {
    format!(
        r#"{{"type":"command","id":"1","commandName":"Purchase","commandRequestParams":{{"requestId":"R1","paymentAmount":{{"value":"{won}","currency":"KRW"}},"tipAmount":{{"value":"0","currency":"KRW"}},"creditPayPlan":{{"installmentNum":"0"}},"acquirerInfo":{{"acquirerTerminalId":"T1","acquirerRegistrationNo":"1234567890"}}}},"options":{{}}}}"#
    )
}

/// Everything at once.
pub(crate) const QUICK: &str = "{cardholder: [{insert: {after: 0ms}}], host: [{approve: {after: 0ms}}]}";

/// The parameters of a Purchase.
pub(crate) fn purchase(request_id: &str, won: &str) -> Value {
    crate::desk::purchase(request_id, won)
}
