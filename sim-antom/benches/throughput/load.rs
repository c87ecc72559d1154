//! The load: wrk, a program of others, on the second core.

use std::io;
use std::process::Command;
use std::time::Duration;

use super::order::{Orders, PAY};
use super::peer::{Peer, Server};

/// Open connections: enough to keep the server busy, few enough to tell its latency.
const CONNECTIONS: &str = "16";

/// A load on one server.
pub(crate) struct Load<'s> {
    server: &'s Server,
    seconds: u64,
}

/// What wrk saw.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) calls: f64,
    /// Microseconds of the processor that the server had for one. They do not depend on how busy the load's core is, and
    /// little on the neighbours.
    pub(crate) processor: f64,
    pub(crate) p50: String,
    pub(crate) p90: String,
    pub(crate) p99: String,
}

impl<'s> Load<'s> {
    pub(crate) const fn on(server: &'s Server, seconds: u64) -> Self {
        Self { server, seconds }
    }

    /// Runs it. An answer that is not HTTP 200 is an error: it would be quicker than the work.
    pub(crate) fn run(&self, orders: &Orders, peer: Peer) -> io::Result<Measured> {
        let script = if peer.is_signed() { &orders.signed } else { &orders.unsigned };
        let before = self.server.processor_time()?;
        let output = Command::new("taskset")
            .args(["-c", "1", "wrk", "-t1", "-c", CONNECTIONS, "--latency"])
            .arg(format!("-d{}s", self.seconds))
            .arg("-s")
            .arg(script)
            .arg(format!("{}{PAY}", self.server.url))
            .output()
            .map_err(|error| io::Error::other(format!("start wrk (Debian's package wrk): {error}")))?;
        let processor = self.server.processor_time()?.saturating_sub(before);
        let text = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        let wrong = |line: &&str| ["Non-2xx", "Socket errors", ".lua"].iter().any(|word| line.contains(word));
        let bad = text.lines().chain(told.lines()).find(wrong);
        if let Some(bad) = bad {
            return Err(io::Error::other(format!("{}: {}", peer.title(), bad.trim())));
        }
        Measured::read(&text, processor).ok_or_else(|| io::Error::other(format!("{}: wrk said {text}", peer.title())))
    }
}

impl Measured {
    fn read(text: &str, processor: Duration) -> Option<Self> {
        let word = |name: &str| {
            let mut lines = text.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix(name)).map(|rest| rest.trim().to_owned())
        };
        let calls = word("Requests/sec:")?.parse().ok()?;
        let all = text.lines().find_map(|line| line.split_once(" requests in "))?.0.trim().parse::<u32>().ok()?;
        let processor = processor.as_secs_f64() * 1e6 / f64::from(all.max(1));
        Some(Self { calls, processor, p50: word("50%")?, p90: word("90%")?, p99: word("99%")? })
    }

    /// The one in the middle, by calls a second.
    pub(crate) fn median(mut all: Vec<Self>) -> Self {
        all.sort_by(|a, b| a.calls.total_cmp(&b.calls));
        let middle = all.len() / 2;
        all.swap_remove(middle)
    }
}
