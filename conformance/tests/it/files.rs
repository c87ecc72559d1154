//! Scenario files that are wrong: exit 3, and a message with line, column and what to do.

use crate::{code, conformance, stderr, stdout};

const GOOD: &str = "title: A sale\nroles: [edc]\ncovers: [EDC-P27]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: paid}\n";

/// What the program says about a file, with its exit code.
fn told(text: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.yaml");
    std::fs::write(&file, text).unwrap();
    let output = conformance(&["run", "--integration", "memory", file.to_str().unwrap()]);
    (code(&output), stderr(&output))
}

/// The file is refused at this place with this help.
fn refused(text: &str, line: usize, column: usize, help: &str) {
    let (code, said) = told(text);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains(&format!("line {line}, column {column}")), "{said}");
    assert!(said.contains(&format!("help: {help}")), "{said}");
}

#[test]
fn the_good_file_is_good() {
    assert_eq!(told(GOOD).0, 0, "{}", told(GOOD).1);
}

#[test]
fn a_misspelt_key_is_pointed_at() {
    refused(&GOOD.replace("steps:", "stpes:"), 4, 1, "did you mean `steps`?");
    refused(&GOOD.replace("checkout:", "chekcout:"), 5, 5, "did you mean `checkout`?");
    refused(&GOOD.replace("order: A, by", "oder: A, by"), 5, 16, "did you mean `order`?");
}

#[test]
fn a_wrong_indentation_is_pointed_at() {
    let steps = "title: A sale\nroles: [edc]\nsteps:\n  - checkout:\n      order: A\n";
    let amount = "amount: {currency: KRW, value: \"1\"}\n";
    refused(&format!("{steps}     by: terminal\n      {amount}"), 5, 7, "`by:` stands in line 6");
    refused(&format!("{steps}      by: terminal\n        {amount}"), 6, 11, "look at the indentation: line 7");
    refused("title: A sale\nroles: [edc]\n steps: []\n", 3, 2, "look at the indentation");
    refused(
        "title: A sale\nroles: [edc]\ngiven:\n  terminal:\n  host: []\nsteps: []\n",
        4,
        11,
        "look at the indentation: what belongs to `terminal:`",
    );
    refused("title: A sale\n\troles: [edc]\n", 1, 8, "indent with blanks, not tabs");
}

#[test]
fn an_unknown_code_is_pointed_at() {
    let edc =
        GOOD.replace("steps:", "given: {terminal: {host: [{decline: {code: USER_BALLANCE_NOT_ENOUGH}}]}}\nsteps:");
    refused(&edc, 4, 44, "did you mean `USER_BALANCE_NOT_ENOUGH`?");
    let antom = GOOD.replace("steps:", "given: {antom: {answers: [{on: pay, code: RISK_REJCET}]}}\nsteps:");
    refused(&antom, 4, 43, "did you mean `RISK_REJECT`?");
}

#[test]
fn a_missing_field_is_named() {
    refused(&GOOD.replace(", by: terminal", ""), 5, 26, "add `by: …`");
    let (_, said) = told("title: A sale\nroles: [edc]\n");
    assert!(said.contains("the key `steps` is missing"), "{said}");
}

#[test]
fn an_empty_file_says_how_to_begin() {
    refused("", 1, 1, "begin with `title: …`");
    refused("# nothing but a remark\n", 1, 1, "begin with `title: …`");
}

#[test]
fn names_that_do_not_exist_are_pointed_at() {
    refused(&GOOD.replace("EDC-P27", "EDC-P277"), 3, 10, "did you mean `EDC-P27`?");
    refused(&GOOD.replace("{A: paid}", "{B: paid}"), 8, 5, "write one of: A");
    refused(&GOOD.replace("A: paid", "A: payed"), 8, 16, "did you mean `paid`?");
    refused(&GOOD.replace("order: {A: paid}", "one-of: {A: []}"), 8, 5, "write one at least: {A: [paid]}");
    refused(&GOOD.replace("3m", "soon"), 6, 22, "write a number and a unit");
    refused(&GOOD.replace("KRW", "USD"), 5, 48, "write `currency: KRW`");
    refused(&GOOD.replace("roles: [edc]", "roles: [antom]"), 5, 23, "add `edc` to `roles`");
}

#[test]
fn hostile_files_are_refused_and_nothing_crashes() {
    let deep = format!("title: {}\n", "[".repeat(100_000));
    let wide = "a: &a [x]\n".to_owned() + &"b: [*a, *a, *a, *a]\n".repeat(10_000);
    for text in [
        deep.as_str(),
        wide.as_str(),
        "\0\u{1}",
        "---\n---\n",
        "title: *nope\n",
        "? [a]\n: b\n",
        &"x".repeat(2_000_000),
        "title: 1e999\n",
    ] {
        let (code, said) = told(text);
        assert_eq!(code, 3, "{}", said.chars().take(400).collect::<String>());
    }
}

#[test]
fn all_mistakes_of_all_files_are_told_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), GOOD.replace("EDC-P27", "EDC-P72").replace("A: paid", "B: paid"))
        .unwrap();
    std::fs::write(folder.path().join("b.yaml"), "").unwrap();
    std::fs::write(folder.path().join("c.yaml"), [0xff, 0xfe]).unwrap();
    let output = conformance(&["run", "--integration", "memory", folder.path().to_str().unwrap()]);
    assert_eq!(code(&output), 3);
    assert!(stderr(&output).contains("4 things are wrong in 3 files; nothing was run"), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_file_counts_once_and_two_of_one_name_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("x.yaml"), folder.path().join("x.yml"));
    std::fs::write(&one, GOOD).unwrap();
    let (one, whole) = (one.to_str().unwrap(), folder.path().to_str().unwrap());
    let again = format!("{whole}/./x.yaml");
    let output = conformance(&["list", one, &again, one, whole]);
    assert_eq!((code(&output), stdout(&output).lines().count()), (0, 1), "{}{}", stdout(&output), stderr(&output));
    std::fs::write(&other, GOOD).unwrap();
    let output = conformance(&["run", "--integration", "memory", whole]);
    assert_eq!(code(&output), 3, "{}", stdout(&output));
    assert!(stderr(&output).contains(&format!("it has the same name as {one}: `x`")), "{}", stderr(&output));
    assert!(stderr(&output).contains(other.to_str().unwrap()), "{}", stderr(&output));
}

#[test]
fn what_never_ends_is_no_scenario_and_what_is_too_large_is_not_shown() {
    let output = conformance(&["list", "/dev/zero"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("failed to read /dev/zero: it is no regular file"), "{}", stderr(&output));
    let (code, said) = told(&"x".repeat(3_000_000));
    assert_eq!(code, 3);
    assert!(said.contains("the file is larger than 1 MiB") && said.len() < 1000, "{}", said.len());
}
