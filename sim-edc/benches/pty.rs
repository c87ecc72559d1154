//! A purchase over a PTY with the real program and no waits, beside a bare PTY echo of the same frames in the same run.
//!
//! `cargo bench -p sim-edc --bench pty`; figures in docs/performance.md.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use divan::Bencher;
use nix::pty::openpty;
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use serde_json::json;
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, Packet};

/// Purchases that the script has a cardholder and a host for.
const PURCHASES: usize = 3000;

fn main() {
    divan::main();
}

/// A running terminal and a till at its line.
struct Desk {
    program: Child,
    line: File,
    _folder: tempfile::TempDir,
    number: u32,
}

impl Desk {
    fn open() -> std::io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (link, script) = (folder.path().join("terminal"), folder.path().join("script.yaml"));
        let inserts = "{insert: {after: 0ms}}, ".repeat(PURCHASES);
        let approvals = "{approve: {after: 0ms}}, ".repeat(PURCHASES);
        let text = format!("cardholder: [{inserts}]\nhost: [{approvals}]\nsettings: {{reading: 0ms}}\n");
        std::fs::write(&script, text)?;
        let mut program = Command::new(env!("CARGO_BIN_EXE_sim-edc"))
            .arg("--link")
            .arg(&link)
            .arg("--script")
            .arg(&script)
            .stdout(Stdio::piped())
            .spawn()?;
        if let Some(out) = program.stdout.take() {
            BufReader::new(out).read_line(&mut String::new())?;
        }
        let line = OpenOptions::new().read(true).write(true).open(&link)?;
        let mut desk = Self { program, line, _folder: folder, number: 0 };
        let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
        desk.converse(&framed(Kind::Hello, &hello, 250), Kind::Hello)?;
        Ok(desk)
    }

    fn next_command(&mut self) -> Vec<u8> {
        self.number += 1;
        let params = json!({
            "requestId": format!("R-{:06}", self.number),
            "paymentAmount": {"value": "10400", "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "0"},
            "acquirerInfo": {"acquirerTerminalId": "T0000001", "acquirerRegistrationNo": "1234567890"},
        });
        let id = format!("{:06}", self.number);
        let command = json!({"id": id, "commandName": "Purchase", "commandRequestParams": params, "options": {}});
        framed(Kind::Command, &command, u8::try_from(self.number % 200).unwrap_or_default() + 1)
    }

    /// Sends a frame, hears everything up to the message of a kind, and acknowledges that. What came, sign by sign.
    fn converse(&mut self, bytes: &[u8], until: Kind) -> std::io::Result<Vec<Vec<u8>>> {
        self.line.write_all(bytes)?;
        let (mut decoder, mut buffer, mut heard) = (Decoder::default(), [0; 4096], Vec::new());
        loop {
            let n = self.line.read(&mut buffer)?;
            let mut input = &buffer[..n];
            while let Some(found) = decoder.decode(&mut input) {
                match found {
                    Decoded::Ack => heard.push(vec![ACK]),
                    Decoded::Frame(frame, raw) => {
                        heard.push(raw.to_vec());
                        if frame.kind() == until {
                            self.line.write_all(&[ACK])?;
                            return Ok(heard);
                        }
                    }
                    other => return Err(std::io::Error::other(format!("on the line: {other:?}"))),
                }
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn framed(kind: Kind, message: &serde_json::Value, seq: u8) -> Vec<u8> {
    Frame::new(Packet::new(kind, message), seq).map(|frame| frame.encode()).unwrap_or_default()
}

#[divan::bench(sample_count = 100, sample_size = 10)]
fn purchase_over_pty(bencher: Bencher<'_, '_>) {
    let desk = RefCell::new(Desk::open().expect("start the terminal"));
    bencher
        .with_inputs(|| desk.borrow_mut().next_command())
        .bench_local_values(|command| desk.borrow_mut().converse(&command, Kind::Result).expect("a purchase"));
}

/// The same bytes both ways, and nobody who thinks about them.
#[divan::bench(sample_count = 100, sample_size = 10)]
fn bare_echo_over_pty(bencher: Bencher<'_, '_>) {
    let mut desk = Desk::open().expect("start the terminal");
    let command = desk.next_command();
    let replies = desk.converse(&command, Kind::Result).expect("a purchase");
    assert_eq!(replies.len(), 6, "an ACK, four events, a result");
    drop(desk);
    let pair = openpty(None, None).expect("open a PTY");
    let mut settings = tcgetattr(&pair.slave).expect("read the PTY's settings");
    cfmakeraw(&mut settings);
    tcsetattr(&pair.slave, SetArg::TCSANOW, &settings).expect("make the PTY raw");
    let (mut master, mut slave) = (File::from(pair.master), File::from(pair.slave));
    let (asked, said) = (command.len(), replies.clone());
    let echo = std::thread::spawn(move || {
        let mut heard = vec![0; asked];
        // It ends when the other end closes.
        while master.read_exact(&mut heard).is_ok() {
            if said.iter().any(|reply| master.write_all(reply).is_err()) || master.read_exact(&mut [0]).is_err() {
                break;
            }
        }
    });
    let mut answer = vec![0; replies.iter().map(Vec::len).sum()];
    bencher.bench_local(|| {
        slave.write_all(&command).and_then(|()| slave.read_exact(&mut answer)).and_then(|()| slave.write_all(&[ACK]))
    });
    drop(slave);
    assert!(echo.join().is_ok());
}
