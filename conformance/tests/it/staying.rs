//! What makes campaigns against a program quick: drivers that stay from one case to the next, and that sign with words.

use std::fs;
use std::path::Path;

use crate::{code, conformance, stderr, stdout};

/// Stands before the reference, and does with `shutdown` what `on_shutdown` says; `answer` answers it.
fn stand_in(folder: &Path, on_shutdown: &str) -> String {
    let script = folder.join("stand_in.py");
    let text = format!(
        r#"import json, subprocess, sys
child = subprocess.Popen([{program:?}, "reference"], stdin=subprocess.PIPE, text=True)
def answer(request):
    print(json.dumps({{"jsonrpc": "2.0", "id": request["id"], "result": {{}}}}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if request["method"] == "shutdown":
        {on_shutdown}
        continue
    child.stdin.write(line)
    child.stdin.flush()
child.kill()
"#,
        program = env!("CARGO_BIN_EXE_conformance"),
    );
    fs::write(&script, text).unwrap();
    format!("python3 {}", script.display())
}

fn checked(integration: &str) -> (i32, String) {
    let output = conformance(&["driver-check", "--integration", integration]);
    (code(&output), stdout(&output) + &stderr(&output))
}

#[test]
fn a_campaign_starts_who_stays_only_when_one_was_killed_or_more_are_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (script, out) = (folder.path().join("counted.sh"), folder.path().join("found"));
    let program = env!("CARGO_BIN_EXE_conformance");
    fs::write(&script, format!("echo >> \"$0.starts\"\nexec '{program}' reference\n")).unwrap();
    let integration = format!("sh {}", script.display());
    let started = |clock: &str| {
        let _ = fs::remove_file(folder.path().join("counted.sh.starts"));
        let arguments = ["fuzz", "--cases", "12", "--jobs", "1", "--clock", clock, "--integration", &integration];
        let output = conformance(&[&arguments[..], &["--out", out.to_str().unwrap()]].concat());
        assert_eq!(code(&output), 0, "{}\n{}", stdout(&output), stderr(&output));
        fs::read_to_string(folder.path().join("counted.sh.starts")).unwrap().lines().count()
    };
    let (staying, anew) = (started("trusting"), started("skipping"));
    // Greeted, begun, and begun again where a case kills it; otherwise each case begins it, too.
    assert!(staying + 11 <= anew, "{staying} and {anew} starts");
}

#[test]
fn driver_check_tries_whether_one_stays() {
    let (exit, text) = checked("reference");
    assert_eq!(exit, 0, "{text}");
    assert!(text.contains("it stays after `shutdown` with `stay`"), "{text}");
}

#[test]
fn who_says_that_it_stays_and_ends_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, text) = checked(&stand_in(folder.path(), "answer(request); child.kill(); sys.exit()"));
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("FAIL") && text.contains("or leave `stay` out"), "{text}");
}

#[test]
fn who_does_not_forget_its_case_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (exit, text) = checked(&stand_in(folder.path(), "answer(request)"));
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains("FAIL") && text.contains("initialize was asked for twice"), "{text}");
}

#[test]
fn a_campaign_signs_with_words_only_where_the_integration_can() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("found").display().to_string();
    let fuzz = |integration: &str, signing: &[&str]| {
        let arguments = ["fuzz", "--cases", "16", "--area", "antom", "--out", &out, "--integration", integration];
        conformance(&[&arguments[..], signing].concat())
    };
    for signing in [&[][..], &["--signing", "rsa"], &["--signing", "words"]] {
        let output = fuzz("reference", signing);
        assert_eq!(code(&output), 0, "{signing:?}: {}\n{}", stdout(&output), stderr(&output));
    }
    let refused = fuzz("node integrations/node/driver.mjs", &["--signing", "words"]);
    assert_eq!(code(&refused), 2, "{}", stdout(&refused));
    assert!(stderr(&refused).contains("the capability `words`"), "{}", stderr(&refused));
    let found = fuzz("reference --fault signs-reserialised-body", &[]);
    assert!(code(&found) == 1 && stdout(&found).contains("FOUND SIG-001"), "{}", stdout(&found));
}
