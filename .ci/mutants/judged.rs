//! Judges what was recorded, once for each mutant that it comes to. Only a mutated copy of the repository has this test; it
//! is no part of the crate.
//!
//! MUTANTS_TRACES: a folder of traces. MUTANTS_JUDGED: where a line is written for each mutant: its number, and the trace that
//! is judged otherwise; or nothing, when none is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use conformance::mutants_switch::{left, set, take_reached};
use conformance::rule::{Judgement, judge};
use conformance::trace::{Entry, from_json_lines};

/// What is compared: what holds, and what is broken how often. The rest was not exercised.
fn found(entries: &[Entry]) -> Vec<(&'static str, usize)> {
    let found = judge(entries).into_iter().filter_map(|(id, judgement)| match judgement {
        Judgement::Held => Some((id, 0)),
        Judgement::Broken(findings) => Some((id, findings.len())),
        Judgement::NotExercised => None,
    });
    found.collect()
}

struct Trace {
    name: String,
    entries: Vec<Entry>,
    found: Vec<(&'static str, usize)>,
    reached: BTreeSet<u32>,
    asked: u64,
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set")))
}

fn read() -> Vec<Trace> {
    let files = std::fs::read_dir(folder("MUTANTS_TRACES")).unwrap().map(|entry| entry.unwrap().path());
    let mut traces: Vec<_> = files
        .map(|path| {
            let entries = from_json_lines(&std::fs::read_to_string(&path).unwrap()).unwrap();
            take_reached();
            set(0, u64::MAX);
            let found = found(&entries);
            let asked = u64::MAX - left();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Trace { name, entries, found, reached: take_reached(), asked }
        })
        .collect();
    traces.sort_by_key(|trace| trace.asked);
    traces
}

#[test]
fn judged() {
    std::panic::set_hook(Box::new(|_| {}));
    let traces: Arc<Vec<Trace>> = Arc::new(read());
    let mut by_mutant = BTreeMap::<u32, Vec<usize>>::new();
    for (index, trace) in traces.iter().enumerate() {
        for mutant in &trace.reached {
            by_mutant.entry(*mutant).or_default().push(index);
        }
    }
    let mut out = String::new();
    for (mutant, indices) in by_mutant {
        let (sender, receiver) = channel();
        let shared = Arc::clone(&traces);
        std::thread::spawn(move || {
            let other = indices.into_iter().find(|index| {
                let trace = &shared[*index];
                set(mutant, trace.asked.saturating_mul(50) + 100_000);
                let judged = std::panic::catch_unwind(|| found(&trace.entries));
                judged.is_err() || judged.is_ok_and(|judged| judged != trace.found)
            });
            let _ = sender.send(other.map(|index| shared[index].name.clone()));
        });
        // A mutant that never ends and asks for no switch on its way keeps its thread.
        let noticed = match receiver.recv_timeout(*limit()) {
            Ok(noticed) => noticed,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Some("hangs".to_owned()),
        };
        let _ = writeln!(out, "{mutant} {}", noticed.unwrap_or_default());
    }
    std::fs::write(folder("MUTANTS_JUDGED"), out).unwrap();
}

fn limit() -> &'static Duration {
    static LIMIT: OnceLock<Duration> = OnceLock::new();
    LIMIT.get_or_init(|| Duration::from_secs(300))
}
