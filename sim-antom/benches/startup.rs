//! How soon the program answers its first request after it was started, with its keys at hand.
//!
//! `cargo bench -p sim-antom --bench startup`; figures in docs/performance.md.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts; the middle one counts.
const STARTS: usize = 31;

fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let keys = folder.path().join("keys");
    // The first start makes the keys.
    start(&keys)?;
    let mut ready: Vec<(Duration, Duration)> = (0..STARTS).map(|_| start(&keys)).collect::<io::Result<_>>()?;
    ready.sort();
    let mut out = io::stdout();
    for (name, at) in [("fastest", 0), ("median", STARTS / 2), ("slowest", STARTS - 1)] {
        if let Some((ready, answered)) = ready.get(at) {
            writeln!(out, "{name:8} ready line after {ready:>8.2?}, first answer after {answered:>8.2?}")?;
        }
    }
    Ok(())
}

fn start(keys: &std::path::Path) -> io::Result<(Duration, Duration)> {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sim-antom"))
        .arg("--keys")
        .arg(keys)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let outcome = answered(&mut child, begun);
    child.kill()?;
    child.wait()?;
    outcome
}

fn answered(child: &mut std::process::Child, begun: Instant) -> io::Result<(Duration, Duration)> {
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    let ready = begun.elapsed();
    let address = line.split_whitespace().find_map(|word| word.strip_prefix("url=http://"));
    let address = address.ok_or_else(|| io::Error::other(format!("the ready line is {line:?}")))?;
    let mut stream = TcpStream::connect(address)?;
    let request = "POST /ams/api/v1/payments/inquiryPayment HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
                   Content-Length: 2\r\nConnection: close\r\n\r\n{}";
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    // It has no client id: a refusal, signed like any other answer.
    if answer.contains("CLIENT_INVALID") { Ok((ready, begun.elapsed())) } else { Err(io::Error::other(answer)) }
}
