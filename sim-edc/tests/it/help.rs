//! What `sim-edc --help` says, word for word. `UPDATE_DOCS=1 cargo test -p sim-edc` writes it anew.

use std::path::Path;
use std::process::Command;

#[test]
fn the_help_is_what_was_last_read_and_found_good() {
    let output = Command::new(env!("CARGO_BIN_EXE_sim-edc")).arg("--help").env("COLUMNS", "100").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/help.txt");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "run with UPDATE_DOCS=1");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let pages: Vec<_> = text.split_whitespace().filter(|word| word.starts_with("docs/")).collect();
    assert!(pages.iter().any(|page| page.starts_with("docs/first-purchase.md")), "{text}");
    for page in pages {
        let page = page.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        assert!(root.join(page).exists(), "the help names {page}, which is not there");
    }
}
