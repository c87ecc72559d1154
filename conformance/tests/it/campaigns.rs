//! Campaigns: what is drawn can be written down and read again, the same seed is the same campaign, a mistake is found,
//! made small, and fails again from its file.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use conformance::campaign::{Area, Campaign, Chance, Record, Standing, draw, record};
use conformance::driver::Hello;
use conformance::integration::Integration;
use conformance::plan::{Case, plan};
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::{parse, to_value, write};
use conformance::trace::to_json_lines;
use conformance::verdict::Standard;
use conformance::world::Signing;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{code, conformance, root, stderr, stdout};

fn memory(fault: Option<&str>) -> (Settings, Hello) {
    let settings = Settings {
        integration: Integration::Memory(fault.map(|name| name.parse().unwrap())),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing: Signing::Words,
        client: None,
    };
    let hello = greet(&settings).unwrap();
    (settings, hello)
}

#[test]
fn every_committed_scenario_is_written_and_read_again_as_it_was() {
    let cases = plan(&[root().join("scenarios")], 1).unwrap();
    assert!(cases.len() > 300);
    for case in cases {
        let written = write(&case.scenario);
        let read =
            parse("written.yaml", &written).unwrap_or_else(|mistakes| panic!("{}: {mistakes:?}\n{written}", case.name));
        assert_eq!(to_value(&read), to_value(&case.scenario), "{}\n{written}", case.name);
    }
}

#[test]
fn whatever_is_drawn_is_a_scenario_that_can_be_written_and_read() {
    for area in Area::ALL {
        for number in 0..50 {
            let drawn = draw(area, &mut Chance::of(11, number));
            let written = write(&drawn);
            let read =
                parse("drawn.yaml", &written).unwrap_or_else(|mistakes| panic!("{number}: {mistakes:?}\n{written}"));
            assert_eq!(to_value(&read), to_value(&drawn), "{number}\n{written}");
        }
    }
}

#[test]
fn a_hundred_seeds_give_the_same_bytes_twice() {
    let (settings, hello) = memory(None);
    for seed in 0..100 {
        let campaign = Campaign::new(seed, None);
        let trace = || to_json_lines(&run(&campaign.case(seed), &settings, &hello).trace);
        let first = trace();
        let second = trace();
        let other = first.lines().zip(second.lines()).find(|(first, second)| first != second);
        assert!(first == second && first.lines().count() > 5, "seed {seed}: {other:?}");
    }
}

#[test]
fn a_history_goes_the_same_from_its_file() {
    let (settings, hello) = memory(None);
    for number in 0..20 {
        let case = Campaign::new(3, None).case(number);
        let scenario = parse("drawn.yaml", &write(&case.scenario)).unwrap();
        let read = Case { scenario, ..case.clone() };
        let trace = |case: &Case| to_json_lines(&run(case, &settings, &hello).trace);
        assert!(trace(&case) == trace(&read), "case {number}");
    }
}

#[test]
fn a_campaign_that_was_left_goes_on_as_if_it_had_not_been() {
    let (settings, hello) = memory(None);
    let rounds = |campaign: &mut Campaign, number: u64, threads| {
        for _ in 0..number {
            campaign.round(&settings, &hello, threads, u64::MAX).unwrap();
        }
    };
    let mut whole = Campaign::new(5, Some(Area::Edc));
    rounds(&mut whole, 2, 1);
    let mut first = Campaign::new(5, Some(Area::Edc));
    rounds(&mut first, 1, 2);
    let mut second = Campaign::from_value(serde_json::from_str(&first.to_value().to_string()).unwrap()).unwrap();
    rounds(&mut second, 1, 2);
    assert_eq!(whole.to_value(), second.to_value());
    assert!(Campaign::from_value(serde_json::json!({"format": 0})).is_err());
}

/// The first finding of a requirement in a campaign against a mistake, made small.
fn found(fault: &str, area: Area, requirement: &str) -> Record {
    let (settings, hello) = memory(Some(fault));
    let mut campaign = Campaign::new(1, Some(area));
    let folder = root().join("target/campaign");
    for _ in 0..16 {
        let fresh = campaign.round(&settings, &hello, 2, u64::MAX).unwrap();
        if let Some((key, case)) = fresh.into_iter().find(|(key, _)| key == requirement) {
            return record(&key, &case, &folder, "Found by a test.", 1000, &settings, &hello);
        }
    }
    panic!("{fault} was not found to break {requirement}: {:?}", campaign.found)
}

#[test]
fn a_mistake_is_found_made_small_and_fails_again_from_its_file() {
    for (fault, area, requirement) in [
        ("purchase-again-after-silence", Area::Edc, "EDC-P27"),
        ("notify-booked-twice", Area::Antom, "NTF-006"),
        ("refund-repeat-with-new-id", Area::Antom, "REF-001"),
    ] {
        let record = found(fault, area, requirement);
        assert_eq!(record.standing, Standing::Confirmed);
        assert!(record.steps <= 6, "{fault}: {}", record.yaml);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("campaign").join(record.path.file_name().unwrap());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &record.yaml).unwrap();
        let integration = format!("memory --fault {fault}");
        let output = conformance(&["run", "--integration", &integration, "--format", "json", file.to_str().unwrap()]);
        assert_eq!(code(&output), 1, "{}\n{}", record.yaml, stdout(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let broken = report["requirements"].as_array().unwrap().iter().filter(|r| r["state"] == "broken");
        let broken: Vec<_> = broken.map(|r| r["id"].as_str().unwrap()).collect();
        assert!(broken.contains(&requirement), "{broken:?}\n{}", record.yaml);
        // The same history breaks nothing of a right integration.
        let output = conformance(&["run", "--integration", "memory", file.to_str().unwrap()]);
        assert_eq!(code(&output), 0, "{}\n{}", record.yaml, stdout(&output));
    }
}

#[test]
fn a_campaign_is_interrupted_and_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["fuzz", "--for", "1h", "--area", "edc", "--out", out, "--integration", "memory --fault no-hello"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Its first finding shows that it is at work.
    let found = folder.path().join("edc-p01-0.yaml");
    let waited = std::time::Instant::now();
    while !found.exists() && waited.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    assert!(stdout(&output).contains("FOUND EDC-P01"), "{}", stdout(&output));
    assert!(stderr(&output).contains("--resume"), "{}", stderr(&output));
    let left = folder.path().join("resume.json");
    let state: serde_json::Value = serde_json::from_str(&fs::read_to_string(&left).unwrap()).unwrap();
    let done = state["done"].as_u64().unwrap();
    let cases = (done + 10).to_string();
    let resumed = ["fuzz", "--resume", left.to_str().unwrap(), "--cases", &cases, "--out", out];
    let output = conformance(&resumed);
    assert_eq!(code(&output), 1, "what was found before is told again: {}", stderr(&output));
    assert!(stdout(&output).contains(&format!("{cases} cases, seed 1")), "{}", stdout(&output));
    fs::write(&left, "{}").unwrap();
    assert_eq!(code(&conformance(&resumed)), 3);
}

/// Second opinion: which mistakes of the reference 2,000 drawn cases find, without any committed scenario. It takes
/// minutes: `cargo test --release -p conformance --test it second_opinion -- --ignored` writes the list to
/// docs/campaign-faults.md.
#[test]
#[ignore = "takes minutes; its list is in docs/campaign-faults.md"]
fn second_opinion() {
    use std::fmt::Write as _;
    let mut text = "# Mistakes that campaigns find\n\nMade by `cargo test --release -p conformance --test it second_opinion -- \
        --ignored`: each mistake of the reference in\na campaign of 2,000 cases in memory, seed 1, all areas in turn, without any \
        committed scenario.\n\n| mistake | its requirement | first found in case | by |\n|---|---|---|---|\n"
        .to_owned();
    let (mut found, mut missed) = (0, Vec::new());
    for fault in reference::Fault::ALL {
        let (settings, hello) = memory(Some(fault.name()));
        let mut campaign = Campaign::new(1, None);
        while campaign.done < 2000 && campaign.found.is_empty() {
            campaign.round(&settings, &hello, 2, 2000 - campaign.done).unwrap();
        }
        let first = campaign.found.values().map(|found| found.case).min();
        let by: Vec<_> =
            campaign.found.iter().filter(|(_, found)| Some(found.case) == first).map(|(key, _)| key.as_str()).collect();
        match first {
            Some(first) => {
                found += 1;
                let _ = writeln!(text, "| `{fault}` | {} | {first} | {} |", fault.requirement(), by.join(", "));
            }
            None => missed.push(*fault),
        }
    }
    let _ = write!(text, "\n{found} of {} are found. Not found:\n\n", reference::Fault::ALL.len());
    for fault in &missed {
        let _ = writeln!(text, "- `{fault}` ({}): {}", fault.requirement(), fault.what());
    }
    fs::write(root().join("docs/campaign-faults.md"), &text).unwrap();
    assert!(found * 10 >= reference::Fault::ALL.len() * 9, "{text}");
}
