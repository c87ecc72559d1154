//! Reports: each says what the others say, and none loses what went wrong.

use std::fs;
use std::path::Path;

use conformance::result::{CaseResult, Outcome, Phases, RunResult, Standing};
use serde_json::Value;

use crate::{code, conformance, root, stderr, stdout};

const BROKEN: &str = "memory --fault purchase-again-after-silence";
/// Some cases of it.
const BROKEN_RUN: [&str; 7] = ["run", "--integration", BROKEN, "--run", "edc/a*", "--run", "pay/p*"];

fn report(text: &str) -> RunResult {
    serde_json::from_str(text).expect("a report")
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

fn valid(schema: &str, value: &Value) {
    let schema = fs::read_to_string(root().join("docs/schema").join(schema)).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors: Vec<_> = validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_report_for_programs_fits_its_schema_and_another_thing_does_not() {
    let output = conformance(&[&BROKEN_RUN[..], &["--format", "json"]].concat());
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    valid("report.schema.json", &value);
    let run = report(&stdout(&output));
    let broken = run.requirements.iter().find(|r| r.id == "EDC-P27").unwrap();
    assert_eq!(broken.state, Standing::Broken);
    assert!(broken.broken.contains(&"edc/answer-lost-and-recovered".to_owned()));
    let case = run.cases.iter().find(|c| c.name == "edc/answer-lost-and-recovered").unwrap();
    assert!(case.exchange.iter().any(|row| row.marked && row.text.contains("Purchase")), "{case:?}");
    let schema = fs::read_to_string(root().join("docs/schema/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let mut wrong = value;
    wrong["cases"][0]["verdict"] = Value::from("splendid");
    assert!(!validator.is_valid(&wrong));
}

#[test]
fn junit_has_a_test_case_a_requirement() {
    let folder = tempfile::tempdir().unwrap();
    let (xml, json) = (path(&folder, "junit.xml"), path(&folder, "report.json"));
    conformance(&[&BROKEN_RUN[..], &["--junit", &xml, "--json", &json]].concat());
    let run = report(&fs::read_to_string(json).unwrap());
    let xml = fs::read_to_string(xml).unwrap();
    let checked: usize = run.cases.iter().map(|case| case.requirements.len() + 1).sum();
    assert_eq!(xml.matches("<testcase ").count(), checked);
    let wrong: usize = run.cases.iter().map(|c| c.broken().count() + usize::from(!c.expectations.is_empty())).sum();
    assert!(wrong > 0);
    assert_eq!(xml.matches("<failure ").count(), wrong);
    assert!(xml.contains("classname=\"edc/answer-lost-and-recovered\""));
    assert!(xml.contains("POS      -&gt; terminal"), "the failure shows the exchange");
}

#[test]
fn the_page_needs_nothing_else_and_nothing_in_it_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = folder.path().join("s");
    fs::create_dir_all(&scenarios).unwrap();
    let hostile = "title: '</script><script>alert(1)</script><!-- <img src=x onerror=alert(1)>'\nroles: [edc]\nsteps:\n  - \
                   checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 3m}\n";
    fs::write(scenarios.join("hostile.yaml"), hostile).unwrap();
    let page = path(&folder, "page.html");
    let output = conformance(&["run", "--integration", "memory", "--html", &page, scenarios.to_str().unwrap()]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let page = fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("</script>").count(), 2, "the data cannot end its element");
    assert!(!page.contains("<script>alert") && !page.contains("<img"));
    assert!(!page.contains("src=\"") && !page.contains("http://") && !page.contains("@import"));
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let run = report(data);
    assert!(run.cases[0].title.contains("</script>"));
    assert!(!run.cases[0].exchange.is_empty(), "there is a diagram of a case that passed");
    for placeholder in ["/*STYLE*/", "/*DATA*/", "/*SCRIPT*/"] {
        assert!(!page.contains(placeholder));
    }
}

#[test]
fn sarif_and_annotations_name_the_broken_requirement_and_its_scenario() {
    let folder = tempfile::tempdir().unwrap();
    let sarif = path(&folder, "report.sarif");
    let run =
        ["run", "--integration", BROKEN, "--run", "edc/answer-lost-and-recovered", "--sarif", &sarif, "--annotations"];
    let output = conformance(&run);
    let log: Value = serde_json::from_str(&fs::read_to_string(sarif).unwrap()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().find(|r| r["ruleId"] == "EDC-P27").unwrap();
    assert_eq!(found["level"], "error");
    let uri = &found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "scenarios/edc/answer-lost-and-recovered.yaml");
    // The step during which it went wrong, and the expectation: not the head of the file.
    let text = fs::read_to_string(root().join(uri.as_str().unwrap())).unwrap();
    let at = |what: &str| text.lines().position(|line| line.contains(what)).unwrap() + 1;
    let (sale, expected) = (at("- checkout"), at("- sent: {command: Purchase"));
    let line_of = |result: &Value| result["locations"][0]["physicalLocation"]["region"]["startLine"].clone();
    assert_eq!(line_of(found), sale);
    let says = |result: &&Value| result["message"]["text"].as_str().unwrap().contains("Purchase should have been sent");
    assert_eq!(line_of(results.iter().find(says).unwrap()), expected);
    let said = stderr(&output);
    for (what, line) in [("EDC-P27 broken", sale), ("Purchase should have been sent", expected)] {
        let told = said.lines().find(|line| line.starts_with("::") && line.contains(what)).unwrap();
        let begin = format!(
            "::error file=scenarios/edc/answer-lost-and-recovered.yaml,line={line},title=edc/answer-lost-and-recovered%3A"
        );
        assert!(told.starts_with(&begin), "{told}");
    }
}

#[test]
fn shards_share_the_cases_and_their_merged_report_is_the_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let whole = path(&folder, "whole.json");
    let selected = ["run", "--integration", BROKEN, "--run", "edc/a*", "--run", "edc/p*", "--run", "pay/p*"];
    let expected = conformance(&[&selected[..], &["--json", &whole]].concat());
    let parts: Vec<String> = (1..=3).map(|n| path(&folder, &format!("{n}.json"))).collect();
    for (index, part) in parts.iter().enumerate() {
        let shard = format!("{}/3", index + 1);
        conformance(&[&selected[..], &["--shard", &shard, "--json", part]].concat());
    }
    let merged = path(&folder, "merged.json");
    let files: Vec<&str> = parts.iter().map(String::as_str).collect();
    let output = conformance(&[&["merge", "--json", &merged][..], &files].concat());
    assert_eq!(code(&output), code(&expected), "{}", stderr(&output));
    let same = |file: &str| {
        let mut run = report(&fs::read_to_string(file).unwrap());
        run.cases.sort_by(|a, b| a.name.cmp(&b.name));
        // How long it took is another matter each time.
        run.seconds = None;
        for case in &mut run.cases {
            (case.seconds, case.phases) = (0.0, Phases::default());
        }
        run.requirements.iter_mut().for_each(|r| r.broken.sort());
        run
    };
    assert!(same(&merged) == same(&whole), "{merged} and {whole} differ");
    let twice = conformance(&["merge", &parts[0], &parts[0]]);
    assert_eq!(code(&twice), 3);
    assert!(stderr(&twice).contains("each case may be there once"), "{}", stderr(&twice));
    fs::write(&merged, "{\"about\": 1}").unwrap();
    let nonsense = conformance(&["merge", &parts[0], &merged]);
    assert_eq!(code(&nonsense), 3);
    assert!(stderr(&nonsense).contains("not a report written with --json"), "{}", stderr(&nonsense));
}

/// One failing case with a file of known failures.
fn known(folder: &tempfile::TempDir, text: &str, arguments: &[&str]) -> (i32, String, String) {
    let file = path(folder, "known.yaml");
    fs::write(&file, text).unwrap();
    let output = conformance(&[&["run", "--known-failing", &file], arguments].concat());
    (code(&output), stdout(&output), stderr(&output))
}

#[test]
fn failures_that_are_printed_to_be_pasted_are_known_when_they_are_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let run = ["--integration", BROKEN, "--run", "edc/answer-lost-and-recovered", "--run", "pay/refused"];
    let (exit, _, said) = known(&folder, "# none yet\n", &run);
    assert_eq!(exit, 1);
    let pasted = said.split("with a reason:\n").nth(1).expect("new failures are printed");
    let (exit, text, said) = known(&folder, pasted, &run);
    assert_eq!(exit, 0, "{text}{said}");
    assert!(text.contains("KNOWN edc/answer-lost-and-recovered"), "{text}");
    assert!(
        text.contains("2 cases: 1 passed, 0 failed, 0 could not be carried out, 0 skipped, 1 known to fail"),
        "{text}"
    );
    assert!(text.contains("EDC-P27 known to fail"), "{text}");
    // All but one of the failures: the case fails as before.
    let all_but_one = pasted.split("\n- ").skip(1).map(|entry| format!("- {entry}\n")).collect::<String>();
    let (exit, text, _) = known(&folder, &all_but_one, &run);
    assert_eq!(exit, 1);
    assert!(text.contains("FAIL edc/answer-lost-and-recovered"), "{text}");
}

#[test]
fn a_list_of_known_failures_may_come_through_a_pipe() {
    let program = env!("CARGO_BIN_EXE_conformance");
    let run = |list: &str| {
        let script = format!(
            "printf '%s\\n' '{list}' | \"$0\" run --integration memory --run pay/refused --known-failing /dev/stdin"
        );
        let output = std::process::Command::new("sh").args(["-c", &script, program]).current_dir(root()).output();
        let output = output.expect("start sh");
        (code(&output), stdout(&output) + &stderr(&output))
    };
    assert_eq!(run("# none").0, 0, "{}", run("# none").1);
    let (exit, said) = run("- nonsense");
    assert!(exit == 3 && said.contains("/dev/stdin:1:3"), "{said}");
    // What never ends is not waited for.
    let folder = tempfile::tempdir().unwrap();
    let pipe = path(&folder, "pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
    for arguments in [
        vec!["run", "--integration", "memory", "--known-failing", &pipe],
        vec!["merge", &pipe],
        vec!["check", &pipe],
        vec!["fuzz", "--resume", &pipe],
        vec!["merge", "/dev/zero"],
        vec!["check", "/dev/zero"],
        vec!["fuzz", "--resume", "/dev/zero"],
    ] {
        let output = conformance(&arguments);
        let said = stdout(&output) + &stderr(&output);
        assert!(matches!(code(&output), 2 | 3) && said.contains("it is no regular file"), "{arguments:?}: {said}");
    }
}

#[test]
fn known_failures_are_offered_by_those_who_take_a_list_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let traces = path(&folder, "traces");
    let run = ["run", "--integration", BROKEN, "--run", "edc/answer-lost-and-recovered", "--trace-dir", &traces];
    assert!(stderr(&conformance(&run)).contains("--known-failing"));
    let output = conformance(&["check", &traces]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(!stderr(&output).contains("--known-failing"), "{}", stderr(&output));
}

#[test]
fn an_entry_that_is_not_true_any_more_fails_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let entry = |case: &str, message: &str| format!("- case: {case}\n  message: '{message}'\n  reason: r\n");
    let passing = ["--integration", "memory", "--run", "pay/refused"];
    let (exit, text, _) = known(&folder, &entry("pay/refused", "x"), &passing);
    assert_eq!(exit, 1);
    assert!(text.contains("it passes now: remove the entry"), "{text}");
    // What was not selected says nothing; what no run could meet does.
    assert_eq!(known(&folder, &entry("edc/other", "x"), &passing).0, 0);
    let scenarios = folder.path().join("s");
    fs::create_dir_all(&scenarios).unwrap();
    fs::copy(root().join("scenarios/pay/refused.yaml"), scenarios.join("refused.yaml")).unwrap();
    let whole = ["--integration", "memory", scenarios.to_str().unwrap()];
    let (exit, text, _) = known(&folder, &entry("edc/other", "x"), &whole);
    assert_eq!(exit, 1);
    assert!(text.contains("there is no such case"), "{text}");
    let (exit, text, _) = known(&folder, "- requirement: EDC-P27\n  message: x\n  reason: r\n", &whole);
    assert_eq!(exit, 1);
    assert!(text.contains("no case breaks this requirement any more"), "{text}");
    let failing = ["--integration", BROKEN, "--run", "edc/answer-lost-and-recovered"];
    let (exit, text, _) = known(&folder, &entry("edc/answer-lost-and-recovered", "the moon is full"), &failing);
    assert_eq!(exit, 1);
    assert!(text.contains("FAIL ") && text.contains("fails otherwise: Purchase of 10400 was sent again"), "{text}");
}

#[test]
fn a_wrong_file_of_known_failures_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    for (text, told) in [
        ("- case: a\n  mesage: x\n  reason: r\n", "did you mean `message`?"),
        ("- message: x\n  reason: r\n", "names neither a case nor a requirement"),
        ("- requirement: EDC-P99\n  message: x\n  reason: r\n", "unknown requirement `EDC-P99`"),
        ("- case: a\n  message: ''\n  reason: r\n", "needs the expected message"),
    ] {
        let (exit, _, said) = known(&folder, text, &["--integration", "memory"]);
        assert_eq!(exit, 3, "{said}");
        assert!(said.contains(told) && said.contains("known.yaml"), "{said}");
    }
}

/// A driver that fails an order the first time it is asked of, and not the second.
const FLAPPING: &str = r#"
while read -r x; do
  id=$(echo "$x" | sed 's/.*"id":\([0-9]*\).*/\1/')
  case "$x" in
    *'"initialize"'*) r='{"name":"flapping","roles":["edc"]}'
      case "$x" in *greeting*) ;; *) if [ -e COUNT ]; then state=failed; else state=paid; touch COUNT; fi ;; esac ;;
    *'"orderStatus"'*) r="{\"state\":\"$state\"}" ;;
    *) r='{"state":"open"}' ;;
  esac
  echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$r}"
done
"#;

#[test]
fn a_case_that_passes_when_it_is_tried_again_is_flaky_and_keeps_its_failure() {
    let folder = tempfile::tempdir().unwrap();
    let driver = path(&folder, "driver.sh");
    fs::write(&driver, FLAPPING.replace("COUNT", &path(&folder, "count"))).unwrap();
    let scenario = "title: An order is not paid\nroles: [edc]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: \
                    KRW, value: \"10400\"}}\n  - advance: {by: 100ms}\nexpect:\n  - order: {A: failed}\n";
    let file = path(&folder, "flaky.yaml");
    fs::write(&file, scenario).unwrap();
    let (json, xml) = (path(&folder, "r.json"), path(&folder, "r.xml"));
    let integration = format!("sh {driver}");
    let run = ["run", &file, "--integration", &integration, "--json", &json, "--junit", &xml];
    let output = conformance(&[&run[..], &["--clock", "real", "--retries", "2"]].concat());
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let text = stdout(&output);
    assert!(text.contains("FLAKY ") && text.contains("passed at try 2 of 3") && text.contains("1 flaky"), "{text}");
    assert!(text.contains("expected otherwise"), "the first failure is shown: {text}");
    let run = report(&fs::read_to_string(json).unwrap());
    assert_eq!(run.cases[0].verdict, Outcome::Flaky);
    assert!(run.badge.contains("1 flaky"), "{}", run.badge);
    assert!(fs::read_to_string(xml).unwrap().contains("<flakyFailure"));
    let refused = conformance(&["run", "--integration", "memory", "--retries", "1"]);
    assert_eq!(code(&refused), 2);
    assert!(stderr(&refused).contains("only under --clock real"), "{}", stderr(&refused));
}

#[test]
fn a_recorded_trace_is_judged_as_its_run_was() {
    let folder = tempfile::tempdir().unwrap();
    let (traces, json) = (path(&folder, "traces"), path(&folder, "run.json"));
    let selected = ["--run", "edc/answer-lost-and-recovered", "--run", "pay/paid-by-notification"];
    conformance(&[&["run", "--integration", BROKEN, "--trace-dir", &traces, "--json", &json][..], &selected].concat());
    let output = conformance(&["check", &traces, "--format", "json"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let (run, checked) = (report(&fs::read_to_string(json).unwrap()), report(&stdout(&output)));
    let by_rule = |case: &CaseResult| {
        let rules = conformance::rule::ALL;
        let judged = case.requirements.iter().filter(|c| rules.iter().any(|rule| rule.requirement == c.id));
        judged.cloned().collect::<Vec<_>>()
    };
    for (ran, checked) in run.cases.iter().zip(&checked.cases) {
        assert_eq!((&ran.name, by_rule(ran)), (&checked.name, by_rule(checked)));
        assert_eq!(ran.seed, checked.seed);
    }
}

#[test]
fn the_trace_in_the_guide_is_one() {
    let guide = fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let lines: String =
        guide.lines().filter(|line| line.starts_with("{\"n\":")).map(|line| format!("{line}\n")).collect();
    assert!(lines.lines().count() > 3, "the guide shows one");
    let folder = tempfile::tempdir().unwrap();
    let trace = path(&folder, "guide.jsonl");
    fs::write(&trace, lines).unwrap();
    let output = conformance(&["check", &trace]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn a_requirement_is_explained_however_it_is_written() {
    let (small, large) = (conformance(&["explain", "edc-p27"]), conformance(&["explain", "EDC-P27"]));
    assert_eq!((code(&small), stdout(&small)), (0, stdout(&large)));
}

#[test]
fn a_trace_that_is_none_is_told_with_its_line_and_one_that_stops_is_judged_so_far() {
    let folder = tempfile::tempdir().unwrap();
    let traces = path(&folder, "traces");
    conformance(&["run", "--integration", "memory", "--run", "edc/purchase-approved", "--trace-dir", &traces]);
    let whole = fs::read_to_string(Path::new(&traces).join("edc/purchase-approved.jsonl")).unwrap();
    let lines: Vec<_> = whole.lines().collect();
    let file = path(&folder, "t.jsonl");
    let check = |text: &str| {
        fs::write(&file, text).unwrap();
        let output = conformance(&["check", &file]);
        (code(&output), stdout(&output), stderr(&output))
    };
    let (exit, text, said) = check(&lines[..lines.len() / 2].join("\n"));
    assert_eq!(exit, 0, "{text}{said}");
    assert!(said.contains("stops before its case ended"), "{said}");
    for (text, told) in [
        (String::new(), "there is no entry in it"),
        (format!("{}\nnonsense\n", lines[0]), "line 2, column 2: expected ident"),
        (format!("{}\n{{\"n\":2,\"at\":0,\"event\":{{\"foreign\":{{}}}}}}\n", lines[0]), "line 2, column "),
        (format!("{}\n{}\n", lines[1], lines[0]), "line 2: entry number 1 comes after number 2"),
        ("\u{feff}".to_owned() + lines[0], "line 1, column 1"),
    ] {
        let (exit, _, said) = check(&text);
        assert_eq!(exit, 3, "{said}");
        assert!(said.contains(told), "{said}");
    }
    fs::write(&file, b"{\"n\":1}\n\xff\xfe").unwrap();
    let output = conformance(&["check", &file]);
    assert_eq!(code(&output), 3);
    assert!(stderr(&output).contains("line 2: not UTF-8"), "{}", stderr(&output));
    assert_eq!(code(&conformance(&["check", "no-such-file"])), 2);
}

#[test]
fn cases_are_listed_as_they_would_run() {
    let output = conformance(&["list", "--format", "json", "--run", "pay/*"]);
    let cases: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<_> = cases.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"pay/refused") && names.iter().all(|name| name.starts_with("pay/")), "{names:?}");
    assert!(stdout(&conformance(&["list"])).contains("edc/purchase-approved"));
    assert_eq!(code(&conformance(&["list", "--run", "nothing"])), 5);
}

#[test]
fn completions_and_manual_name_every_subcommand() {
    let man = stdout(&conformance(&["man"]));
    for shell in ["bash", "zsh", "fish"] {
        let script = stdout(&conformance(&["completions", shell]));
        for name in ["check", "merge", "list", "requirements", "explain", "schema"] {
            assert!(script.contains(name), "{shell} does not complete {name}");
            assert!(man.contains(&name.to_uppercase()), "the manual does not tell {name}");
        }
    }
    assert!(man.contains("known\\-failing"), "options are in the manual");
    assert!(!man.contains("conformance\\-run"), "it names no page that nobody can print");
}
