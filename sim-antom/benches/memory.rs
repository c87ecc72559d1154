//! What a million payments leave in memory, and how large the trace beside them may become.
//!
//! `cargo bench -p sim-antom --bench memory [-- PAYMENTS]`; figures in docs/performance.md. Every payment is made, paid
//! after three seconds of the simulated clock, notified, and acknowledged. Memory is what /proc says, so Linux only.

#[path = "throughput/order.rs"]
#[expect(dead_code, reason = "the scripts for the load are of no use here")]
mod order;

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use sim_antom::{Client, Clients, Gateway, Input, Journal, Output, Script, Signing};
use wire::antom::{Ack, Envelope, Headers, Signer};
use wire::time::Moment;

/// The program's own.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes that a payment may take.
const LIMIT: u64 = 1024;
/// How far apart payments are.
const PACE: Duration = Duration::from_millis(10);

fn main() -> io::Result<()> {
    let payments: u64 = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1_000_000);
    let mut world = World::new()?;
    // What a process takes anyway is no payment's. The first of them shows it; a ledger has room for a million in all.
    world.pay(0);
    world.settle();
    let before = resident()?;
    let begun = Instant::now();
    for number in 1..payments {
        world.pay(number);
        if number % (payments / 10).max(1) == 0 {
            let _ = writeln!(io::stderr(), "{number} payments, {} MB", (resident()? - before) >> 20);
        }
    }
    world.settle();
    let taken = begun.elapsed();
    let ledger = resident()? - before;
    assert_eq!(world.gateway.ledger().len() as u64, payments, "payments were refused");
    assert_eq!(world.acknowledged, payments, "notifications are missing");
    let each = ledger / payments;
    let mut out = io::stdout();
    writeln!(out, "{payments} payments, paid and notified: {each} bytes each, {} MB in all", ledger >> 20)?;
    writeln!(out, "{:.1} µs each", taken.as_secs_f64() * 1e6 / payments as f64)?;
    let again = resident()?;
    let journal = Journal::default();
    for number in 0..payments {
        for event in world.trace_of(number) {
            journal.add(world.now, event);
        }
    }
    writeln!(out, "the trace of as many calls: {} MB in memory", resident()?.saturating_sub(again) >> 20)?;
    assert!(each < LIMIT, "a payment takes {each} bytes");
    Ok(())
}

/// A gateway, its clock, and a merchant who acknowledges everything.
struct World {
    gateway: Gateway,
    now: Moment,
    body: String,
    acknowledged: u64,
    sample: Vec<sim_antom::Event>,
}

impl World {
    fn new() -> io::Result<Self> {
        let signer = Signer::load(order::ANTOM).map_err(io::Error::other)?;
        let merchant = Signer::load(order::MERCHANT).and_then(|key| key.verifier()).map_err(io::Error::other)?;
        let mut clients = Clients::from([(order::CLIENT.to_owned(), Client::with_key(merchant))]);
        clients.set_signing(Signing::Off);
        let gateway = Gateway::new(clients, signer, None, Script::default());
        Ok(Self { gateway, now: Moment::WORLD_START, body: order::body(), acknowledged: 0, sample: Vec::new() })
    }

    fn pay(&mut self, number: u64) {
        let headers = Headers::new()
            .with("content-type", "application/json; charset=UTF-8")
            .with("client-id", order::CLIENT)
            .with("request-time", "1767607200000");
        let body = self.body.replace("0000000000", &format!("{number:010}")).into();
        let envelope = Envelope { method: "POST".to_owned(), target: order::PAY.to_owned(), headers, body };
        self.handle(Input::Request { id: number, envelope, unreadable: None });
        self.now = self.now + PACE;
        self.handle(Input::Timeout);
    }

    /// Lets everything end that is under way.
    fn settle(&mut self) {
        self.now = self.now + Duration::from_secs(3);
        // A merchant gets so many at once; the answers make room for the next.
        while self.gateway.deadlines().next().is_some_and(|next| next <= self.now) {
            self.handle(Input::Timeout);
        }
    }

    fn handle(&mut self, input: Input) {
        self.gateway.handle(self.now, input);
        let mut deliveries = Vec::new();
        while let Some(output) = self.gateway.poll() {
            match output {
                Output::Deliver(delivery) => deliveries.push(delivery.id),
                Output::Event(event) if self.sample.len() < 3 => self.sample.push(event),
                _ => {}
            }
        }
        for id in deliveries {
            let ack = serde_json::to_vec(&Ack::success()).unwrap_or_default().into();
            self.acknowledged += 1;
            self.handle(Input::Answered { id, answer: Ok((200, ack)) });
        }
    }

    /// What a call leaves in the trace.
    fn trace_of(&self, _: u64) -> Vec<sim_antom::Event> {
        self.sample.clone()
    }
}

/// Bytes of this process that are in memory.
fn resident() -> io::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    kilobytes
        .and_then(|text| text.trim().parse::<u64>().ok())
        .map(|kb| kb << 10)
        .ok_or_else(|| io::Error::other("no VmRSS"))
}
