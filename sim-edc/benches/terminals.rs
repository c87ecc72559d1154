//! Start-up and memory for one terminal and for a thousand.
//!
//! `cargo bench -p sim-edc --bench terminals`; figures in docs/performance.md. Memory is what /proc says, so Linux only.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::json;
use sim_edc::{Device, Input, Profile, Script};
use wire::edc::{ACK, Frame, Kind, Packet};
use wire::time::Moment;

/// What a whole thousand may take.
const LIMIT: u64 = 200 << 20;

fn main() -> std::io::Result<()> {
    let mut lines = vec!["what                                        start-up       memory".to_owned()];
    for count in [1_usize, 1000] {
        let before = resident("self")?;
        let begun = Instant::now();
        let terminals: Vec<Device> = (0..count).map(|_| used()).collect();
        let taken = begun.elapsed();
        let memory = resident("self")?.saturating_sub(before);
        lines.push(line(&format!("{count} in memory, each after a purchase"), taken, memory));
        assert!(memory < LIMIT, "{count} terminals take {memory} bytes");
        drop(terminals);
    }
    for count in [1_usize, 1000] {
        let folder = tempfile::tempdir()?;
        let link = folder.path().join("terminal").display().to_string();
        let mut arguments = vec!["--link".to_owned(), link];
        if count > 1 && !has_option("--terminals")? {
            lines.push(format!("{count} in a process                          this program has no --terminals"));
            continue;
        }
        if count > 1 {
            arguments.extend(["--terminals".to_owned(), count.to_string()]);
        }
        let begun = Instant::now();
        let program = Running::start(&arguments, count)?;
        let taken = begun.elapsed();
        let memory = resident(&program.0.id().to_string())?;
        lines.push(line(&format!("{count} in a process, ready for a till"), taken, memory));
        assert!(memory < LIMIT, "{count} terminals take {memory} bytes");
    }
    std::io::stdout().write_all((lines.join("\n") + "\n").as_bytes())
}

fn has_option(name: &str) -> std::io::Result<bool> {
    let help = Command::new(env!("CARGO_BIN_EXE_sim-edc")).arg("--help").output()?;
    Ok(String::from_utf8_lossy(&help.stdout).contains(name))
}

fn line(what: &str, taken: Duration, memory: u64) -> String {
    let megabytes = memory as f64 / f64::from(1 << 20);
    format!("{what:40} {:>8.2} ms  {megabytes:>8.2} MB", taken.as_secs_f64() * 1000.0)
}

/// A terminal that has taken a payment.
fn used() -> Device {
    let mut device = Device::new(Profile::Stx, &Script::default());
    let mut now = Moment::WORLD_START;
    device.handle(now, Input::Opened);
    let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
    let params = json!({
        "requestId": "R-1",
        "paymentAmount": {"value": "10400", "currency": "KRW"},
        "tipAmount": {"value": "0", "currency": "KRW"},
        "creditPayPlan": {"installmentNum": "0"},
        "acquirerInfo": {"acquirerTerminalId": "T0000001", "acquirerRegistrationNo": "1234567890"},
    });
    let command = json!({"id": "1", "commandName": "Purchase", "commandRequestParams": params, "options": {}});
    for (seq, kind, message) in [(1, Kind::Hello, hello), (2, Kind::Command, command)] {
        let frame = Frame::new(Packet::new(kind, &message), seq).map(|frame| frame.encode()).unwrap_or_default();
        device.handle(now, Input::Bytes(frame.into()));
        for _ in 0..8 {
            while device.poll().is_some() {}
            device.handle(now, Input::Bytes(Bytes::from_static(&[ACK])));
            if let Some(at) = device.deadlines().next() {
                now = now.max(at);
                device.handle(now, Input::Timeout);
            }
        }
    }
    while device.poll().is_some() {}
    assert_eq!(device.terminal().journal().records().len(), 1, "the purchase was taken");
    device
}

/// A program that is ended when it is no longer needed.
struct Running(Child);

impl Running {
    /// Starts it and waits for as many ready lines.
    fn start(arguments: &[String], count: usize) -> std::io::Result<Self> {
        let program = Command::new(env!("CARGO_BIN_EXE_sim-edc")).args(arguments).stdout(Stdio::piped()).spawn()?;
        let mut running = Self(program);
        let ready = running.0.stdout.take().map(BufReader::new);
        let ready = ready.map_or(0, |out| out.lines().map_while(Result::ok).take(count).count());
        assert_eq!(ready, count, "{arguments:?} says {ready} ready lines");
        Ok(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has nothing to save.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a process holds in memory.
fn resident(process: &str) -> std::io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok());
    Ok(kilobytes.unwrap_or_default() * 1024)
}
