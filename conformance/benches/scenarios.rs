//! How many trivial scenarios are carried out and judged in a second, in memory: a buyer who pays, a card that is approved;
//! and how long the whole suite takes. `cargo bench -p conformance`; figures in docs/performance.md.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use conformance::driver::Hello;
use conformance::integration::Integration;
use conformance::plan::{Case, plan};
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::parse;
use conformance::verdict::{Standard, Verdict};
use conformance::world::Signing;
use divan::Bencher;
use divan::counter::ItemsCount;

const GATEWAY: &str = "title: The buyer pays\nroles: [antom]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: \
    {currency: JPY, value: \"1000\"}}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid}\n";
const TERMINAL: &str = "title: A card is approved\nroles: [edc]\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
    {currency: KRW, value: \"10400\"}}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid}\n";

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn settings(signing: Signing) -> Settings {
    Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing,
        client: None,
    }
}

fn hello() -> Hello {
    greet(&settings(Signing::Words)).unwrap_or_else(|error| fail(&error))
}

fn fail(error: &str) -> ! {
    eprintln!("{error}");
    std::process::exit(1)
}

fn case(text: &str) -> Case {
    let Ok(scenario) = parse("bench.yaml", text) else { fail("the scenario is wrong") };
    Case { name: "bench".to_owned(), file: "bench.yaml".to_owned(), scenario, seed: 1 }
}

/// Runs a case; one that does not pass measures nothing.
fn passes(case: &Case, settings: &Settings, hello: &Hello) {
    let report = run(case, settings, hello);
    if !matches!(report.verdict, Verdict::Passed) {
        fail(&format!("{}: {:?}", case.name, report.verdict));
    }
}

fn one(bencher: Bencher<'_, '_>, text: &str, signing: Signing) {
    let (case, settings, hello) = (case(text), settings(signing), hello());
    bencher.counter(ItemsCount::new(1_u32)).bench(|| passes(&case, &settings, &hello));
}

/// Each thread runs cases of its own, as `run --jobs` does.
#[divan::bench(threads = [1, 2])]
fn gateway(bencher: Bencher<'_, '_>) {
    one(bencher, GATEWAY, Signing::Words);
}

/// The same, every message signed and verified with RSA: three signatures a scenario.
#[divan::bench(threads = [1, 2])]
fn gateway_rsa(bencher: Bencher<'_, '_>) {
    one(bencher, GATEWAY, Signing::Rsa);
}

#[divan::bench(threads = [1, 2])]
fn terminal(bencher: Bencher<'_, '_>) {
    one(bencher, TERMINAL, Signing::Words);
}

/// A scenario file read, checked and laid out for running.
#[divan::bench]
fn parsed(bencher: Bencher<'_, '_>) {
    bencher.counter(ItemsCount::new(1_u32)).bench(|| parse("bench.yaml", GATEWAY));
}

/// Every committed scenario, on all cores.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn suite(bencher: Bencher<'_, '_>) {
    whole(bencher, Signing::Words);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn suite_rsa(bencher: Bencher<'_, '_>) {
    whole(bencher, Signing::Rsa);
}

fn whole(bencher: Bencher<'_, '_>, signing: Signing) {
    let (settings, hello) = (settings(signing), hello());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let Ok(mut cases) = plan(&[folder], 1) else { fail("the scenarios cannot be read") };
    // What only a browser can show is none of its.
    cases.retain(|case| !matches!(run(case, &settings, &hello).verdict, Verdict::Skipped(_)));
    bencher.counter(ItemsCount::new(cases.len())).bench(|| {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..available_parallelism().map_or(1, NonZeroUsize::get) {
                scope.spawn(|| {
                    while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                        passes(case, &settings, &hello);
                    }
                });
            }
        });
    });
}
