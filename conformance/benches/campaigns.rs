//! How many drawn histories are carried out and judged in a second by one thread, in memory: at the terminal, at the
//! gateway with words in the place of RSA and with RSA, and beside it what RSA alone would allow.
//! `cargo bench -p conformance --bench campaigns`; figures in docs/performance.md.

use std::time::Duration;

use conformance::campaign::{Area, Campaign};
use conformance::driver::Hello;
use conformance::integration::Integration;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::trace::Event;
use conformance::verdict::Standard;
use conformance::world::Signing;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use wire::antom::Signer;

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

fn settings(signing: Signing) -> (Settings, Hello) {
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing,
        client: None,
    };
    match greet(&settings) {
        Ok(hello) => (settings, hello),
        Err(error) => fail(&error),
    }
}

fn fail(error: &str) -> ! {
    eprintln!("{error}");
    std::process::exit(1)
}

/// A hundred histories, the same in every sample.
const HISTORIES: u64 = 100;

fn histories(bencher: Bencher<'_, '_>, area: Area, signing: Signing) {
    let (settings, hello) = settings(signing);
    let campaign = Campaign::new(1, Some(area));
    bencher.counter(ItemsCount::new(HISTORIES)).bench(|| {
        for number in 0..HISTORIES {
            black_box(run(&campaign.case(number), &settings, &hello));
        }
    });
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn edc(bencher: Bencher<'_, '_>) {
    histories(bencher, Area::Edc, Signing::Words);
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn antom(bencher: Bencher<'_, '_>) {
    histories(bencher, Area::Antom, Signing::Words);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn antom_with_rsa(bencher: Bencher<'_, '_>) {
    histories(bencher, Area::Antom, Signing::Rsa);
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn joint(bencher: Bencher<'_, '_>) {
    histories(bencher, Area::Joint, Signing::Words);
}

/// What RSA alone allows: one signature for each message of the same histories.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn limit_of_rsa(bencher: Bencher<'_, '_>) {
    let (settings, hello) = settings(Signing::Words);
    let campaign = Campaign::new(1, Some(Area::Antom));
    let mut messages = 0_usize;
    for number in 0..HISTORIES {
        let report = run(&campaign.case(number), &settings, &hello);
        let is_signed = |event: &Event| {
            use sim_antom::Event::{Notice, Request, Response};
            matches!(event, Event::Gateway(Request { .. } | Response { .. } | Notice { .. }))
        };
        messages += report.trace.iter().filter(|entry| is_signed(&entry.event)).count();
    }
    let Ok(signer) = Signer::generate() else { fail("no key can be made") };
    bencher.counter(ItemsCount::new(HISTORIES)).bench(|| {
        for _ in 0..messages {
            black_box(signer.sign(b"a message of ordinary length, more or less"));
        }
    });
}
