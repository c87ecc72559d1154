//! Whole runs of the committed scenarios.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::{code, conformance, stderr, stdout};

/// All files below a folder, with their contents.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(name, bytes)| (format!("{}/{name}", path.display()), bytes)));
        } else {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            found.insert(name, fs::read(&path).expect("the file can be read"));
        }
    }
    found
}

#[test]
fn the_reference_passes_over_a_pty_and_loopback() {
    // Every sixth case shows it; the pipeline runs a third by itself, and all of them are run in memory.
    let output = conformance(&["run", "--shard", "1/6", "--jobs", "6"]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.lines().filter(|line| line.starts_with("PASS ")).count() >= 12, "{text}");
    assert!(text.contains(" 0 failed, 0 could not be carried out, "), "{text}");
    // Front ends need a browser: `conformance client` runs those.
    assert!(text.lines().filter(|line| line.starts_with("SKIP ")).all(|line| line.contains(" client/")), "{text}");
}

#[test]
fn one_seed_in_memory_gives_one_trace_byte_for_byte() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (folder, jobs) in folders.iter().zip(["1", "4"]) {
        let path = folder.path().to_str().unwrap();
        let run = ["run", "--integration", "memory", "--seed", "42", "--shard", "1/4", "--jobs", jobs];
        let output = conformance(&[&run[..], &["--trace-dir", path]].concat());
        assert_eq!(code(&output), 0, "{}", stdout(&output));
    }
    let strip = |index: usize| {
        let folder = folders[index].path();
        let prefix = folder.display().to_string();
        files(folder).into_iter().map(|(name, bytes)| (name.replace(&prefix, ""), bytes)).collect::<BTreeMap<_, _>>()
    };
    let (first, second) = (strip(0), strip(1));
    assert!(first.len() > 100);
    assert!(first == second, "the traces differ");
}

#[test]
fn another_seed_draws_other_keys() {
    let trace = |seed: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let run = [
            "run",
            "--integration",
            "memory",
            "--run",
            "pay/paid-by-notification",
            "--signing",
            "rsa",
            "--seed",
            seed,
            "--trace-dir",
            &path,
        ];
        assert_eq!(code(&conformance(&run)), 0);
        fs::read(folder.path().join("pay/paid-by-notification.jsonl")).unwrap()
    };
    assert_ne!(trace("1"), trace("2"));
}

#[test]
fn only_in_memory_may_words_stand_for_keys() {
    let run = |integration: &str, signing: &str| {
        let arguments =
            ["run", "--integration", integration, "--signing", signing, "--run", "pay/paid-by-notification"];
        let output = conformance(&arguments);
        (code(&output), stderr(&output))
    };
    assert_eq!(run("memory", "rsa").0, 0);
    assert_eq!(run("memory", "words").0, 0);
    let (exit, told) = run("reference", "words");
    assert_eq!(exit, 2);
    assert!(told.contains("--signing words: only the reference in memory"), "{told}");
}

#[test]
fn reports_for_programs_say_what_the_text_says() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("reports/junit.xml");
    let output = conformance(&[
        "run",
        "--integration",
        "memory --fault numbers-for-strings",
        "--run",
        "edc/*",
        "--format",
        "json",
        "--junit",
        junit.to_str().unwrap(),
    ]);
    assert_eq!(code(&output), 1);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is JSON and nothing else");
    let broken: Vec<_> = report["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["state"] == "broken")
        .map(|r| r["id"].as_str().unwrap())
        .collect();
    assert_eq!(broken, ["EDC-P03"]);
    let failed = report["cases"].as_array().unwrap().iter().filter(|c| c["verdict"] == "failed").count();
    let xml = fs::read_to_string(junit).unwrap();
    assert!(failed > 0);
    assert_eq!(xml.matches("<failure message=\"broken: EDC-P03").count(), failed);
}

#[test]
fn a_failing_case_shows_the_exchange_and_marks_the_place() {
    let output =
        conformance(&["run", "--integration", "memory --fault numbers-for-strings", "--run", "edc/purchase-approved"]);
    let text = stdout(&output);
    assert!(text.contains("FAIL edc/purchase-approved"), "{text}");
    assert!(text.contains("EDC-P03 broken: send every scalar as a JSON string"), "{text}");
    let marked: Vec<_> = text.lines().filter(|line| line.trim_start().starts_with(">>")).collect();
    assert!(
        marked
            .iter()
            .any(|line| line.contains("POS      -> terminal") && line.contains("amount=10400 (a JSON number)")),
        "{text}"
    );
    assert!(text.contains("seed "), "{text}");
}

#[test]
fn selection_by_pattern_and_nothing_selected() {
    let output = conformance(&["run", "--integration", "memory", "--run", "notify/**", "--skip", "**/forged-*"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("PASS notify/repeated-eight-times"));
    let said = stdout(&output);
    let mut names = said.lines().filter_map(|line| line.strip_prefix("PASS "));
    assert!(names.all(|name| name.starts_with("notify/") && !name.contains("/forged-")), "{said}");
    let output = conformance(&["run", "--integration", "memory", "--run", "nothing/*"]);
    assert_eq!(code(&output), 5);
    assert!(stderr(&output).contains("no case fits --run \"nothing/*\""), "{}", stderr(&output));
    let output = conformance(&["run", "--integration", "memory", "--run", "pay/refused", "--skip", "pay/*"]);
    assert_eq!(code(&output), 5);
    assert!(stderr(&output).contains("no case is selected"), "{}", stderr(&output));
}

#[test]
fn a_pattern_that_no_case_fits_stops_the_run_though_another_does() {
    for (wrong, help) in [
        ("edc/answer-lost-and-recoverd", "did you mean \"edc/answer-lost-and-recovered\"?"),
        ("pay/answer-lost[clos-1]", "did you mean \"pay/answer-lost[close-1]\"?"),
        ("notify", "did you mean \"notify/**\"?"),
    ] {
        let output = conformance(&["run", "--integration", "memory", "--run", "pay/refused", "--run", wrong]);
        assert_eq!(code(&output), 5, "{}", stdout(&output));
        assert!(stderr(&output).contains(&format!("no case fits --run {wrong:?}; {help}")), "{}", stderr(&output));
        assert!(!stdout(&output).contains("PASS"), "{}", stdout(&output));
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let program = env!("CARGO_BIN_EXE_conformance");
    let script = format!("'{program}' requirements | head -n 1; exit ${{PIPESTATUS[0]}}");
    let output = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", stderr(&output));
}

#[test]
fn requirements_are_listed_and_explained() {
    for asked in [&["explain", "EDC-P27"][..], &["requirements"]] {
        let output = conformance(&[asked, &["--scenarios", "nowhere"]].concat());
        assert_eq!(code(&output), 2, "{}", stdout(&output));
        assert!(stderr(&output).contains("--scenarios: failed to read nowhere"), "{}", stderr(&output));
    }
    assert!(stdout(&conformance(&["requirements"])).contains("EDC-P27"));
    let output = conformance(&["explain", "EDC-P27"]);
    assert!(stdout(&output).contains("never send Purchase"), "{}", stdout(&output));
    let output = conformance(&["explain", "EDC-P272"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("did you mean EDC-P27"), "{}", stderr(&output));
}
