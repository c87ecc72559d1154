//! Judges what was recorded, once for each mutant that it comes to. Only a mutated copy of the repository has this test; it
//! is no part of the crate.
//!
//! MUTANTS_TRACES: a folder of traces. MUTANTS_JUDGED: where a line is written for each mutant: its number, and the traces that
//! are judged otherwise, as many as MUTANTS_ENOUGH (one without it).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use conformance::mutants_switch::{left, set, take_reached};
use conformance::rule::{ALL, Judgement, View, judge, judge_view};
use conformance::trace::{Entry, from_json_lines};

/// What is compared: what holds, and what is broken how often; none for what was not exercised.
fn of(judgement: &Judgement) -> Option<usize> {
    match judgement {
        Judgement::Held => Some(0),
        Judgement::Broken(findings) => Some(findings.len()),
        Judgement::NotExercised => None,
    }
}

fn found(entries: &[Entry]) -> Vec<Option<usize>> {
    judge(entries).iter().map(|(_, judgement)| of(judgement)).collect()
}

/// A trace that was read and judged without a mutant.
struct Trace<'a> {
    name: &'a str,
    entries: &'a [Entry],
    view: View<'a>,
    found: Vec<Option<usize>>,
    /// Mutants that are reached while it is read.
    reading: BTreeSet<u32>,
    /// Rules, by their place, that come to a mutant, and what each says without it.
    rules: Vec<(usize, Option<usize>, BTreeSet<u32>)>,
    /// How often anybody asks which mutant is on.
    asked: u64,
}

impl<'a> Trace<'a> {
    fn new(name: &'a str, entries: &'a [Entry]) -> Self {
        set(0, u64::MAX);
        take_reached();
        let view = View::new(entries);
        let mut reading = take_reached();
        let _ = judge_view(&view);
        let all = take_reached();
        let mut rules = Vec::new();
        for (place, rule) in ALL.iter().enumerate() {
            let says = of(&(rule.judge)(&view));
            let reached = take_reached();
            // A rule that cannot tell anything of such a trace is not asked.
            if reached.is_subset(&all) {
                rules.push((place, says, reached));
            }
        }
        reading.extend(all.iter().filter(|mutant| !rules.iter().any(|(.., reached)| reached.contains(mutant))));
        let found = found(entries);
        Self { name, entries, view, found, reading, rules, asked: u64::MAX - left() }
    }

    fn reached(&self) -> BTreeSet<u32> {
        self.rules.iter().flat_map(|(.., reached)| reached).chain(&self.reading).copied().collect()
    }

    /// Whether it is judged otherwise with a mutant. One that never ends is noticed, too.
    fn is_other(&self, mutant: u32) -> bool {
        set(mutant, self.asked * 50 + 100_000);
        let is_same = catch_unwind(AssertUnwindSafe(|| {
            if self.reading.contains(&mutant) {
                return found(self.entries) == self.found;
            }
            let mut rules = self.rules.iter().filter(|(.., reached)| reached.contains(&mutant));
            rules.all(|(place, says, _)| of(&(ALL[*place].judge)(&self.view)) == *says)
        }));
        !is_same.unwrap_or(false)
    }
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(std::env::var_os(name).unwrap_or_else(|| panic!("{name} is not set")))
}

#[test]
fn judged() {
    std::panic::set_hook(Box::new(|_| {}));
    let enough: usize = std::env::var("MUTANTS_ENOUGH").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let only = std::env::var("MUTANTS_ONLY").ok();
    let only: Option<BTreeSet<u32>> = only.map(|text| text.split(',').filter_map(|n| n.parse().ok()).collect());
    let files = std::fs::read_dir(folder("MUTANTS_TRACES")).unwrap().map(|entry| entry.unwrap().path());
    let read = files.map(|path| {
        let entries = from_json_lines(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path.file_name().unwrap().to_string_lossy().into_owned(), entries)
    });
    let mut read: Vec<_> = read.collect();
    // The short ones first: they are judged sooner.
    read.sort_by_key(|(name, entries)| (entries.len(), name.clone()));
    let traces: Vec<_> = read.iter().map(|(name, entries)| Trace::new(name, entries)).collect();
    let mut by_mutant = BTreeMap::<u32, Vec<usize>>::new();
    for (index, trace) in traces.iter().enumerate() {
        for mutant in trace.reached() {
            by_mutant.entry(mutant).or_default().push(index);
        }
    }
    let mut out = String::new();
    for (mutant, indices) in by_mutant {
        if only.as_ref().is_some_and(|only| !only.contains(&mutant)) {
            continue;
        }
        let other = indices.into_iter().map(|index| &traces[index]).filter(|trace| trace.is_other(mutant));
        let names: Vec<_> = other.take(enough).map(|trace| trace.name).collect();
        let _ = writeln!(out, "{mutant} {}", names.join(" "));
    }
    std::fs::write(folder("MUTANTS_JUDGED"), out).unwrap();
}
