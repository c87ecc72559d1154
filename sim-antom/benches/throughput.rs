//! Signed and unsigned pay through loopback, beside what bounds them: handlers of the same web framework that answer the
//! same bytes and do nothing else, that read the JSON, and that verify and sign.
//!
//! `cargo bench -p sim-antom --bench throughput [-- SECONDS]` needs wrk (Debian's package of that name) and two cores: the
//! server has one, the load the other. Figures in docs/performance.md.

#[path = "throughput/load.rs"]
mod load;
#[path = "throughput/order.rs"]
mod order;
#[path = "throughput/peer.rs"]
mod peer;

use std::io::{self, Write as _};
use std::process::ExitCode;

use load::{Load, Measured};
use order::Orders;
use peer::{Peer, Server};

/// How often each is measured; the median counts.
const ROUNDS: usize = 3;

pub(crate) fn main() -> ExitCode {
    let outcome = match std::env::var(peer::VARIABLE) {
        Ok(name) => peer::serve(&name),
        Err(_) => compare(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "throughput: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare() -> io::Result<()> {
    let seconds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(3);
    let folder = tempfile::tempdir()?;
    let orders = Orders::prepare(folder.path(), seconds)?;
    // Whoever answers fewer bytes has less to do.
    let len = |peer| Server::start(peer, folder.path())?.answer_len(&order::request());
    let (gateway, handler) = (len(Peer::Unsigned)?, len(Peer::Bare)?);
    if gateway != handler {
        return Err(io::Error::other(format!("the gateway answers {gateway} bytes, the handlers {handler}")));
    }
    let mut measured: Vec<(Peer, Vec<Measured>)> = Peer::ALL.map(|peer| (peer, Vec::new())).into();
    // In turns, so that a busy minute of the machine is everybody's.
    for round in 0..ROUNDS {
        for (peer, results) in &mut measured {
            let _ = writeln!(io::stderr(), "round {} of {ROUNDS}: {}", round + 1, peer.title());
            let server = Server::start(*peer, folder.path())?;
            results.push(Load::on(&server, seconds).run(&orders, *peer)?);
        }
    }
    let mut lines =
        vec![format!("{:40} {:>9} {:>9} {:>9} {:>9} {:>12}", "what", "calls/s", "p50", "p90", "p99", "CPU a call")];
    let medians: Vec<(Peer, Measured)> =
        measured.into_iter().map(|(peer, results)| (peer, Measured::median(results))).collect();
    for (peer, result) in &medians {
        let Measured { calls, processor, p50, p90, p99 } = result;
        lines.push(format!("{:40} {calls:>9.0} {p50:>9} {p90:>9} {p99:>9} {processor:>9.1} us", peer.title()));
    }
    let found = |wanted: Peer| medians.iter().find(|(peer, _)| *peer == wanted).map(|(_, result)| result);
    let calls = |wanted: Peer| found(wanted).map_or(0.0, |result| result.calls);
    let processor = |wanted: Peer| found(wanted).map_or(0.0, |result| result.processor);
    for (of, to, target) in [
        (Peer::Signed, Peer::VerifyAndSign, 90.0),
        (Peer::Unsigned, Peer::Parsing, 85.0),
        (Peer::Unsigned, Peer::Bare, 50.0),
    ] {
        let share = calls(of) / calls(to) * 100.0;
        let by_processor = processor(to) / processor(of) * 100.0;
        lines.push(format!(
            "{} has {share:.0} % of {} by the clock, {by_processor:.0} % by the processor (target: {target:.0} %)",
            of.title(),
            to.title()
        ));
    }
    io::stdout().write_all((lines.join("\n") + "\n").as_bytes())
}
