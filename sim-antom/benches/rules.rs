//! A pay request that takes one of three hundred rules of a script, the first or the last: what it costs, without signatures.
//!
//! `cargo bench -p sim-antom --bench rules`. Rules are looked up, so both should cost the same within 5 %.

#[path = "throughput/order.rs"]
#[expect(dead_code, reason = "the scripts for the load are of no use here")]
mod order;

use divan::Bencher;
use serde_json::{Value, json};
use sim_antom::{Client, Clients, Gateway, Input, Output, Script, Signing};
use wire::antom::{Envelope, Headers, Signer};
use wire::time::Moment;

/// The program's own.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RULES: usize = 300;

fn main() {
    divan::main();
}

/// By a whole text.
#[divan::bench(args = [0, RULES - 1])]
fn by_text(bencher: Bencher<'_, '_>, number: usize) {
    run(bencher, number, |n| format!("order {n}"));
}

/// By a pattern.
#[divan::bench(args = [0, RULES - 1])]
fn by_pattern(bencher: Bencher<'_, '_>, number: usize) {
    run(bencher, number, |n| format!("?rder {n}"));
}

fn run(bencher: Bencher<'_, '_>, number: usize, pattern: impl Fn(usize) -> String) {
    let rule = |n| json!({"on": "pay", "where": {"order.orderDescription": pattern(n)}, "code": "RISK_REJECT", "times": "always"});
    let rules: Vec<Value> = (0..RULES).map(rule).collect();
    let script: Script = serde_json::from_value(json!({ "answers": rules })).unwrap_or_else(|error| panic!("{error}"));
    let load = |key| Signer::load(key).unwrap_or_else(|error| panic!("{error}"));
    let mut clients = Clients::from([(order::CLIENT.to_owned(), Client::keyless())]);
    clients.set_signing(Signing::Off);
    let mut gateway = Gateway::new(clients, load(order::ANTOM), None, script);
    let envelope = envelope(number);
    bencher.bench_local(|| {
        let envelope = envelope.clone();
        gateway.handle(Moment::WORLD_START, Input::Request { id: 1, envelope, unreadable: None });
        let refused = std::iter::from_fn(|| gateway.poll()).filter(|output| matches!(output, Output::Reply { .. }));
        assert_eq!(refused.count(), 1);
    });
}

fn envelope(number: usize) -> Envelope {
    let mut body: Value = serde_json::from_str(&order::body()).unwrap_or_default();
    // Texts of one length, so that only the place of the rule differs.
    body["order"]["orderDescription"] = json!(format!("order {number}"));
    body["order"]["referenceOrderId"] = json!("x".repeat(10 - number.to_string().len()));
    let headers = Headers::new().with("client-id", order::CLIENT).with("content-type", "application/json");
    Envelope { method: "POST".to_owned(), target: order::PAY.to_owned(), headers, body: body.to_string().into() }
}
