//! Documents that are made by the program equal what it makes. `UPDATE_DOCS=1 cargo test -p conformance --test it
//! generated` writes them anew.

use std::fs;

use serde_json::Value;

use crate::{code, conformance, root, stdout};

/// Compares a document with what the program prints, or writes it.
fn equal(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    } else {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "{path} differs: UPDATE_DOCS=1 cargo test -p conformance --test it generated");
    }
}

#[test]
fn the_page_of_requirements_is_the_catalogue() {
    equal("docs/requirements.md", &stdout(&conformance(&["requirements", "--format", "md"])));
}

#[test]
fn the_schemas_are_those_of_the_types() {
    for what in ["report", "known-failing", "scenario", "driver"] {
        equal(&format!("docs/schema/{what}.schema.json"), &stdout(&conformance(&["schema", what])));
    }
}

#[test]
fn the_manifest_says_which_case_showed_what() {
    let output = conformance(&["run", "--integration", "memory", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", crate::stderr(&output));
    let run = serde_json::from_slice(&output.stdout).expect("stdout is a report and nothing else");
    let manifest: Value = conformance::report::requirements::traceability(&run);
    equal("docs/traceability.json", &format!("{manifest:#}\n"));
}
