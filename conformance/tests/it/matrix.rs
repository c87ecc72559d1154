//! The judge is judged: which scenario fails which mistake of the reference, by which requirement. `docs/faults.md` is
//! made from this very run; `UPDATE_DOCS=1 cargo test -p conformance matrix` writes it anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;
use std::time::Duration;

use conformance::driver::Hello;
use conformance::integration::Integration;
use conformance::plan::{Case, plan};
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::verdict::{CaseReport, Verdict};
use conformance::world::Signing;
use reference::Fault;

use crate::generated::equal;
use crate::judgements::{of_report, paragraph};
use crate::root;

/// What line and terminal can do to a till, in the order of the terminal's page, and the scenario that does it.
const TROUBLES: &[(&str, &str)] = &[
    ("bits are flipped on the way to the till", "fault-bit-noise"),
    ("bits are flipped on the way to the terminal", "noise-from-the-till"),
    ("noise between frames", "fault-line-noise"),
    ("a false STX", "fault-false-stx"),
    ("bytes are missing", "fault-drop-bytes"),
    ("bytes come twice", "fault-duplicate-bytes"),
    ("a frame in parts", "fault-split"),
    ("two frames in one read", "fault-merge"),
    ("a frame that trickles in", "fault-trickle"),
    ("a CRC that is wrong", "fault-wrong-check"),
    ("a CRC that is wrong, time and again", "damaged-result-is-refused"),
    ("a CRC that is always wrong", "check-always-wrong"),
    ("LEN too small", "fault-length-short"),
    ("LEN too large", "fault-length-long"),
    ("LEN 0", "fault-length-zero"),
    ("LEN FFFF", "fault-length-huge"),
    ("a command is refused", "nak-then-resend"),
    ("a command is refused for ever", "refused-for-ever"),
    ("an ACK is lost", "ack-lost"),
    ("an ACK is late", "fault-late-ack"),
    ("a storm of NAKs", "fault-nak-storm"),
    ("a stray ACK", "fault-stray-ack"),
    ("a stray NAK", "fault-stray-nak"),
    ("a result comes twice", "fault-repeat-result"),
    ("the result of an earlier command", "fault-stale-result"),
    ("a result with another amount", "fault-altered-amount"),
    ("a result of another terminal", "fault-altered-terminal"),
    ("events out of order", "fault-swap-events"),
    ("events twice", "fault-repeat-event"),
    ("an event that nobody knows", "fault-unknown-event"),
    ("events that never come", "fault-lose-event"),
    ("an event after the result", "fault-event-after-final"),
    ("no result after START_TRANSACTION", "answer-lost-and-recovered"),
    ("a result just before the limit", "answer-just-in-time"),
    ("a result just after the limit", "fault-late-answer"),
    ("a result that is no JSON", "fault-malformed-json"),
    ("a result full of nulls", "fault-null-fields"),
    ("numbers where texts belong", "fault-numbers-for-strings"),
    ("Korean text", "fault-korean-text"),
    ("texts that begin with blanks", "fault-leading-spaces"),
    ("a very large signData", "fault-large-signature"),
    ("no signData", "fault-missing-signature"),
    ("a tax that is off by one", "fault-tax-off-by-one"),
    ("power lost after approval, before the answer", "power-loss-after-approval"),
    ("power lost before approval", "power-loss-before-approval"),
    ("power lost during a CommandCancel", "power-loss-during-cancel"),
    ("the terminal dies during a refund", "refund-hang"),
    ("no last transaction", "last-transaction-empty"),
    ("the last transaction is not supported", "last-transaction-unsupported"),
    ("an older transaction of the same amount is the last", "older-sale-of-the-same-amount"),
    ("an older transaction is told", "older-transaction-is-told"),
    ("a last transaction without requestId", "last-transaction-without-request-id"),
    ("unplugged in READY", "fault-unplug"),
    ("unplugged during the payment", "unplug-during-payment"),
    ("the port is gone for good", "unplug-for-good"),
    ("stale bytes when the line is opened again", "fault-stale-bytes"),
    ("busy", "fault-busy"),
    ("busy for ever", "busy-for-ever"),
    ("hangs in READY", "fault-hang"),
    ("hangs for good", "hang-for-good"),
    ("CommandCancel races a card", "fault-card-races-cancel"),
    ("approved, and the reversal failed", "reversal-refused"),
    ("approved, and the reversal unanswered", "reversal-unanswered"),
    ("reversed by the terminal", "reversed"),
    ("a result that nobody asked for", "fault-unsolicited-result"),
    ("the terminal's SEQ starts again", "fault-seq-reset"),
];

/// How a fault was caught by a scenario.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Caught {
    /// A rule named the requirement.
    Rule,
    /// An expectation failed in a scenario about the requirement.
    Expectation,
}

fn settings(fault: Option<Fault>) -> Settings {
    Settings {
        integration: Integration::Memory(fault),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: conformance::verdict::Standard::default(),
        signing: Signing::Rsa,
        client: None,
    }
}

/// How a report convicts a fault, if it does.
fn caught(report: &CaseReport, fault: Fault) -> Option<Caught> {
    let requirement = fault.requirement();
    if report.broken().any(|(id, _)| id == requirement) {
        return Some(Caught::Rule);
    }
    let covers = report.covered.contains(&requirement);
    (covers && !report.expectations.is_empty()).then_some(Caught::Expectation)
}

/// What else a fault breaks follows from it: nothing of another side may be accused. At the gateway a payment has many
/// rules about it, and a mistake with one is a mistake by several.
fn accuses_only_its_side(report: &CaseReport, fault: Fault) -> bool {
    let side = |id: &str| match id.split('-').next() {
        Some("EDC") => "till",
        Some("LINE") => "line",
        _ => "gateway",
    };
    let own = side(fault.requirement());
    report.broken().all(|(id, _)| {
        let other = side(id);
        other == own || id.starts_with("MONEY-") || own == "line" && other == "till"
    })
}

/// The rows of a table tell one story: the first is enough.
fn is_first_of_its_table(case: &Case, cases: &[Case]) -> bool {
    cases.iter().find(|other| other.file == case.file).is_some_and(|first| first.name == case.name)
}

/// What came of the mistakes.
#[derive(Default)]
struct Convictions {
    /// Which case caught each, and how.
    caught: BTreeMap<Fault, BTreeMap<String, Caught>>,
    /// What all rules say of each in each case.
    judgements: BTreeMap<(Fault, String), String>,
}

/// Runs each fault on each scenario that covers its requirement.
fn convictions() -> Convictions {
    let cases = plan(&[root().join("scenarios")], 1).unwrap();
    let hello: Hello = greet(&settings(None)).unwrap();
    let pairs: Vec<(Fault, &Case)> = Fault::ALL
        .iter()
        .flat_map(|fault| {
            let about = |case: &&Case| {
                let covers = case.scenario.covers.iter().any(|id| id.value == fault.requirement());
                covers && is_first_of_its_table(case, &cases)
            };
            cases.iter().filter(about).map(move |case| (*fault, case))
        })
        .collect();
    let (next, found) = (Mutex::new(pairs.iter()), Mutex::new(Convictions::default()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((fault, case)) = next.lock().unwrap().next() else { return };
                    let report = run(case, &settings(Some(*fault)), &hello);
                    let problem = matches!(report.verdict, Verdict::NotCarriedOut(_) | Verdict::Skipped(_));
                    assert!(!problem, "{fault} on {}: {:?}", case.name, report.verdict);
                    let broken: Vec<_> = report.broken().collect();
                    assert!(accuses_only_its_side(&report, *fault), "{fault} on {}: {broken:?}", case.name);
                    let title = format!("{fault} in {}", case.name);
                    let judgement = paragraph(&title, &of_report(&report.requirements));
                    let mut found = found.lock().unwrap();
                    found.judgements.insert((*fault, case.name.clone()), judgement);
                    if let Some(how) = caught(&report, *fault) {
                        found.caught.entry(*fault).or_default().insert(case.name.clone(), how);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn link(case: &str) -> String {
    let name = case.rsplit('/').next().unwrap_or(case);
    // A row of a table is in the table's file.
    let file = case.split('[').next().unwrap_or(case);
    format!("[{}](../scenarios/{file}.yaml)", name.replace('[', "\\[").replace(']', "\\]"))
}

fn page(found: &BTreeMap<Fault, BTreeMap<String, Caught>>) -> String {
    let mut text = "# Mistakes, and who catches them\n\nMade from a run of every mistake in memory, and kept equal to it by \
        a test; `UPDATE_DOCS=1 cargo test -p conformance matrix` writes it anew.\n\n## Each mistake of the reference\n\n\
        `conformance run --integration \"reference --fault NAME\"` shows one. It is caught by its requirement: a rule \
        accuses it, or an\nexpectation fails in a scenario that is about it (marked e).\n\n| mistake | what it does wrong \
        | caught by | in |\n|---|---|---|---|\n"
        .to_owned();
    for fault in Fault::ALL {
        let scenarios: Vec<_> = found.get(fault).into_iter().flatten().collect();
        let shown = scenarios.iter().map(|(case, how)| {
            let mark = if **how == Caught::Expectation { " (e)" } else { "" };
            format!("{}{mark}", link(case))
        });
        let shown: Vec<_> = shown.collect();
        let (name, what, requirement) = (fault.name(), fault.what(), fault.requirement());
        let _ = writeln!(text, "| `{name}` | {what} | {requirement} | {} |", shown.join(", "));
    }
    text.push_str(
        "\n## Each trouble of line and terminal\n\nWhat a till without the defence does, in the words of its mistake.\n\n\
         | trouble | scenario | fails |\n|---|---|---|\n",
    );
    for (trouble, scenario) in TROUBLES {
        let case = format!("edc/{scenario}");
        let failed: Vec<_> = found
            .iter()
            .filter(|(_, cases)| cases.contains_key(&case))
            .map(|(fault, _)| format!("`{}`", fault.name()))
            .collect();
        let _ = writeln!(text, "| {trouble} | {} | {} |", link(&case), failed.join(", "));
    }
    text
}

#[test]
fn every_mistake_is_caught_by_its_requirement_and_every_trouble_fails_a_till_without_the_defence() {
    let Convictions { caught: found, judgements } = convictions();
    let path = root().join("docs/faults.md");
    let page = page(&found);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let free: Vec<_> = Fault::ALL
        .iter()
        .filter(|fault| !found.contains_key(*fault))
        .map(|fault| format!("{} ({})", fault.name(), fault.requirement()))
        .collect();
    assert!(free.is_empty(), "not caught: {}", free.join(", "));
    let harmless: Vec<_> = TROUBLES
        .iter()
        .filter(|(_, scenario)| !found.values().any(|cases| cases.contains_key(&format!("edc/{scenario}"))))
        .collect();
    assert!(harmless.is_empty(), "no till fails: {harmless:?}");
    assert!(std::fs::read_to_string(&path).unwrap_or_default() == page, "docs/faults.md: run with UPDATE_DOCS=1");
    let about = "What the rules say of each mistake of the reference, in each scenario about it.\n";
    let judgements: String = judgements.into_values().collect();
    equal("docs/judgements/mistakes.txt", &format!("{about}{judgements}"));
}
