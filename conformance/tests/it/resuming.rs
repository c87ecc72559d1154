//! Campaigns that are left, and go on.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::{code, conformance, root, stderr, stdout};

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
    let waited = Instant::now();
    while !found.exists() && waited.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    assert!(stdout(&output).contains("FOUND EDC-P01"), "{}", stdout(&output));
    assert!(stderr(&output).contains("--resume"), "{}", stderr(&output));
    let left = folder.path().join("resume.json");
    let state: Value = serde_json::from_str(&fs::read_to_string(&left).unwrap()).unwrap();
    let done = state["campaign"]["done"].as_u64().unwrap();
    let cases = (done + 10).to_string();
    let resumed = ["fuzz", "--resume", left.to_str().unwrap(), "--cases", &cases];
    let output = conformance(&resumed);
    assert_eq!(code(&output), 1, "what was found before is told again: {}", stderr(&output));
    assert!(stdout(&output).contains(&format!("{cases} cases, seed 1")), "{}", stdout(&output));
    fs::write(&left, "{}").unwrap();
    assert_eq!(code(&conformance(&resumed)), 3);
}

#[test]
fn a_campaign_in_two_parts_leaves_what_one_in_one_part_leaves() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    let fuzz = |out: &Path, cases: &str| {
        let integration = "memory --fault refunds-what-is-not-paid";
        let out = out.to_str().unwrap();
        let arguments = ["fuzz", "--cases", cases, "--seed", "98", "--integration", integration, "--out", out];
        assert_eq!(code(&conformance(&arguments)), 1);
    };
    fuzz(&whole, "60");
    fuzz(&parts, "20");
    let left = parts.join("resume.json");
    let output = conformance(&["fuzz", "--resume", left.to_str().unwrap(), "--cases", "60"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let files = |folder: &Path| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let yaml = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
        let named = yaml.map(|path| (path.file_name().unwrap().to_owned(), fs::read_to_string(&path).unwrap()));
        named.collect::<BTreeMap<_, _>>()
    };
    assert!(files(&whole).len() > 1);
    assert_eq!(files(&parts), files(&whole));
    // What has no file of its own names the one that shows it.
    let shown = stdout(&output);
    let of_found = |text: &str| shown.matches(text).count();
    assert_eq!(of_found("\nFOUND ") + 1, of_found(".yaml: ") + of_found("shows it, too: "), "{shown}");
}

#[test]
fn a_campaign_goes_on_as_the_same_one_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("it's here");
    let integration = "memory --fault no-hello";
    let wanted = ["--area", "edc", "--fail-on", "should", "--tries", "0"];
    let begin = ["fuzz", "--cases", "3", "--integration", integration, "--out", out.to_str().unwrap()];
    let output = conformance(&[&begin[..], &wanted].concat());
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    // The commands in messages are a shell's.
    let shown = stdout(&output);
    assert!(shown.contains(&format!("`conformance run --integration '{integration}' \"{}/", out.display())), "{shown}");
    let left = out.join("resume.json");
    let resume = |more: &[&str]| conformance(&[&["fuzz", "--resume", left.to_str().unwrap()], more].concat());
    let output = resume(&["--cases", "4"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("with the fault no-hello"), "{}", stderr(&output));
    assert!(stdout(&output).contains("4 cases, seed 1"), "{}", stdout(&output));
    let output = resume(&[]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("4 cases are done already"), "{}", stderr(&output));
    for (other, was) in [(["--integration", "memory"], integration), (["--fail-on", "must"], "should")] {
        let output = resume(&other);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(&format!("was of {was}")), "{}", stderr(&output));
    }
    // A file that somebody else has written: names are no paths, and numbers add up.
    let state: Value = serde_json::from_str(&fs::read_to_string(&left).unwrap()).unwrap();
    let fresh = json!(["EDC-P01", {"name": "fuzz/1-0", "seed": 1, "trace": null, "history": {
        "title": "x", "roles": ["edc"], "steps": [{"settle": {"within": "1s"}}]}}]);
    let with = |pointer: &str, value: Value| {
        let mut state = state.clone();
        state["campaign"]["fresh"] = json!([fresh]);
        *state.pointer_mut(pointer).unwrap() = value;
        fs::write(&left, state.to_string()).unwrap();
        let output = resume(&["--cases", "5"]);
        (code(&output), stderr(&output))
    };
    assert_eq!(with("/campaign/fresh/0/0", "EDC-P01".into()).0, 1);
    for (pointer, value) in [
        ("/campaign/fresh/0/0", json!("../outside")),
        ("/campaign/fresh/0/0", json!("XYZ-001")),
        ("/campaign/fresh/0/1/name", json!("../../outside-1")),
        ("/campaign/fresh/0/1/name", json!("fuzz/1-../../outside")),
        ("/campaign/done", json!(u64::MAX)),
        ("/campaign/skipped", json!(1)),
        ("/campaign/failed", json!(1000)),
        ("/campaign/rounds", json!(u64::MAX)),
        ("/took", json!(-1)),
        ("/asked", json!({"revision": 77})),
        ("/asked", json!({"speed": 1})),
    ] {
        let (code, told) = with(pointer, value.clone());
        assert_eq!(code, 3, "{pointer} {value}: {told}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_a_campaign_leaves_can_be_written_before_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("resume.json")).unwrap();
    let output = conformance(&["fuzz", "--for", "1h", "--out", folder.path().to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("resume.json"), "{}", stderr(&output));
}
