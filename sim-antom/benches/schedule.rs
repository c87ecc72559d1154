//! The whole notification schedule, 24 hours and 22 minutes, in virtual time: how long it takes.
//!
//! `cargo bench -p sim-antom --bench schedule`; figures in docs/performance.md.

#[path = "throughput/order.rs"]
#[expect(dead_code, reason = "the scripts for the load are of no use here")]
mod order;

use divan::Bencher;
use sim_antom::{Client, Clients, Gateway, Input, Output, Script};
use wire::antom::{Envelope, Signer};
use wire::time::Moment;

/// The program's own.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A payment that is made, paid, and notified eight times to a merchant who never answers: until nothing is planned.
#[divan::bench]
fn a_day_of_notifications(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(world).bench_values(|(mut gateway, envelope)| {
        let mut now = Moment::WORLD_START;
        let mut sent = 0;
        gateway.handle(now, Input::Request { id: 1, envelope, unreadable: None });
        loop {
            while let Some(output) = gateway.poll() {
                sent += u32::from(matches!(output, Output::Deliver(_)));
            }
            let Some(next) = gateway.deadlines().next() else { break };
            now = next;
            gateway.handle(now, Input::Timeout);
        }
        assert_eq!((sent, now.since(Moment::WORLD_START).as_secs() / 3600), (8, 24));
    });
}

fn world() -> (Gateway, Envelope) {
    let load = |key| Signer::load(key).unwrap_or_else(|error| panic!("{error}"));
    let (antom, merchant) = (load(order::ANTOM), load(order::MERCHANT));
    let verifier = merchant.verifier().unwrap_or_else(|error| panic!("{error}"));
    let clients = Clients::from([(order::CLIENT.to_owned(), Client::with_key(verifier))]);
    let body = order::body();
    let headers = merchant.headers(order::PAY, order::CLIENT, "1767607200000", body.as_bytes());
    let envelope = Envelope { method: "POST".to_owned(), target: order::PAY.to_owned(), headers, body: body.into() };
    let mut gateway = Gateway::new(clients, antom, None, Script::default());
    // As the program has it.
    gateway.set_page_url("http://127.0.0.1:40000/_sim/cashier".to_owned());
    (gateway, envelope)
}
