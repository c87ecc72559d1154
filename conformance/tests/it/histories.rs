//! Histories that campaigns drew, played by the reference and by some of its mistakes. They were chosen because they tell rules
//! apart that no scenario tells apart: each is what noticed some change of a rule. What the rules say of each is pinned in
//! `docs/judgements/histories.txt`; `UPDATE_DOCS=1` writes it anew.
//!
//! A history is a scenario whose first line names who plays it.

use std::fs;
use std::sync::Mutex;
use std::time::Duration;

use conformance::integration::Integration;
use conformance::plan::Case;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::parse;
use conformance::verdict::Standard;
use conformance::world::Signing;
use reference::Fault;

use crate::generated::equal;
use crate::judgements::{of_report, paragraph};
use crate::root;

const FIRST_LINE: &str = "# played by: ";
/// The reference without a mistake.
const RIGHT: &str = "reference";

fn settings(player: &str) -> Settings {
    let fault: Option<Fault> = (player != RIGHT).then(|| player.parse().unwrap());
    Settings {
        integration: Integration::Memory(fault),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing: Signing::Words,
        client: None,
    }
}

/// The histories by their names, each with one who plays it.
fn histories() -> Vec<(Case, String)> {
    let files = fs::read_dir(root().join("conformance/tests/histories")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let mut histories = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let players = text.lines().next().and_then(|line| line.strip_prefix(FIRST_LINE)).unwrap();
        let scenario = parse(&name, &text).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
        for player in players.split(", ") {
            let case = Case { name: name.clone(), file: String::new(), scenario: scenario.clone(), seed: 1 };
            histories.push((case, player.to_owned()));
        }
    }
    histories
}

#[test]
fn the_judgement_of_every_history_is_the_one_that_was_written_down() {
    let histories = histories();
    let hello = greet(&settings(RIGHT)).unwrap();
    let (next, found) = (Mutex::new(histories.iter().enumerate()), Mutex::new(vec![String::new(); histories.len()]));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((index, (case, player))) = next.lock().unwrap().next() else { return };
                    let report = run(case, &settings(player), &hello);
                    let text = paragraph(&format!("{player} in {}", case.name), &of_report(&report.requirements));
                    found.lock().unwrap()[index] = text;
                }
            });
        }
    });
    let page = found.into_inner().unwrap().concat();
    equal("docs/judgements/histories.txt", &format!("What the rules say of histories that were drawn.\n{page}"));
}
