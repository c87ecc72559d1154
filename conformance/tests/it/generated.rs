//! Documents that are made by the program equal what it makes. `UPDATE_DOCS=1 cargo test -p conformance --test it
//! generated` writes them anew.

use std::fs;

use conformance::result::RunResult;
use serde_json::Value;

use crate::judgements::{of_result, paragraph};
use crate::{code, conformance, root, stdout};

/// Compares a document with what the program prints, or writes it.
#[track_caller]
pub(crate) fn equal(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    } else {
        let committed = fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "{path} differs: UPDATE_DOCS=1 cargo test -p conformance --test it writes it anew");
    }
}

#[test]
fn the_page_of_requirements_is_the_catalogue() {
    equal("docs/requirements.md", &stdout(&conformance(&["requirements", "--format", "md"])));
}

#[test]
fn the_page_of_a_front_ends_mistakes_is_the_list() {
    let list = fs::read_to_string(root().join("integrations/web/faults.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&list).unwrap();
    let mut page = "# Mistakes of a front end, and who catches them\n\n\
        The page in `integrations/web` makes each of these when it is told to. Made from `integrations/web/faults.json`;\n\
        `conformance client --page integrations/web --fault NAME --run SCENARIO scenarios/client` shows one, and \
        `--every-fault` instead\nof `--fault` and `--run` makes them all and says which were caught.\n\n\
        | mistake | what it does | breaks | shown by |\n|---|---|---|---|\n"
        .to_owned();
    for fault in &list {
        let text = |name: &str| fault[name].as_str().unwrap().replace('|', "\\|");
        let id = text("requirement");
        assert!(conformance::requirement::find(&id).is_some_and(|r| r.is_testable()), "{id}");
        let shown = text("scenario");
        let family = shown.split('[').next().unwrap_or_default();
        assert!(root().join("scenarios").join(format!("{family}.yaml")).is_file(), "{family}");
        let row = format!("| `{}` | {} | {id} | `{}` |\n", text("name"), text("what"), text("scenario"));
        page.push_str(&row);
    }
    equal("docs/client-faults.md", &page);
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
    let run: RunResult = serde_json::from_slice(&output.stdout).expect("stdout is a report and nothing else");
    let manifest: Value = conformance::report::requirements::traceability(&run);
    equal("docs/traceability.json", &format!("{manifest:#}\n"));
    let mut page = "What the rules say of the reference in every scenario.\n".to_owned();
    for case in &run.cases {
        page.push_str(&paragraph(&case.name, &of_result(case)));
    }
    equal("docs/judgements/scenarios.txt", &page);
}
