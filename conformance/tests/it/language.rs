//! Variables, includes, tables, repeated and parallel steps: what they make of a file, and where their mistakes are told.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{code, conformance, stderr, stdout};

const SALE: &str = "title: A sale\nroles: [edc]\n";
const STEPS: &str = "steps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"${price}\"}}\n  - settle: {within: 3m}\n";

/// A folder called `scenarios` with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("scenarios").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(folder: &Path, options: &[&str]) -> (i32, String, String) {
    let scenarios = folder.join("scenarios");
    let mut arguments = vec!["run", "--integration", "memory", scenarios.to_str().unwrap()];
    arguments.extend(options);
    let output = conformance(&arguments);
    (code(&output), stdout(&output), stderr(&output))
}

/// These files are refused at this place of one of them, with this message and this help.
fn refused(files: &[(&str, &str)], place: &str, message: &str, help: &str) {
    let folder = folder(files);
    let (code, _, said) = run(folder.path(), &[]);
    assert_eq!(code, 3, "{said}");
    for part in [place, message, &format!("help: {help}")] {
        assert!(said.contains(part), "{part:?} is not in\n{said}");
    }
}

/// One file is refused.
fn wrong(text: &str, place: &str, message: &str, help: &str) {
    refused(&[("wrong.yaml", text)], &format!("wrong.yaml:{place}"), message, help);
}

#[test]
fn every_row_of_a_table_is_a_case_that_is_listed_selected_sharded_and_reported() {
    let text = format!(
        "title: \"The host says ${{code}}\"\nroles: [edc]\nvars: {{price: \"10400\"}}\ntable:\n  columns: [code, state]\n  rows:\n    \
         - [USER_BALANCE_NOT_ENOUGH, failed]\n    - [USER_AMOUNT_EXCEED_LIMIT, failed]\ngiven: {{terminal: {{host: \
         [{{decline: {{code: \"${{code}}\"}}}}]}}}}\n{STEPS}expect: [{{order: {{A: \"${{state}}\"}}}}]\n"
    );
    let folder = folder(&[("answers/by-code.yaml", &text)]);
    let (code, said, _) = run(folder.path(), &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let cases = report["cases"].as_array().unwrap();
    let names: Vec<_> = cases.iter().map(|case| case["name"].as_str().unwrap()).collect();
    assert_eq!(code, 0);
    assert_eq!(names, ["answers/by-code[USER_BALANCE_NOT_ENOUGH]", "answers/by-code[USER_AMOUNT_EXCEED_LIMIT]"]);
    assert_eq!(cases[0]["title"], "The host says USER_BALANCE_NOT_ENOUGH");
    assert_ne!(cases[0]["seed"], cases[1]["seed"]);
    let count = |options: &[&str]| {
        let scenarios = folder.path().join("scenarios");
        let listed = conformance(&[&["list", scenarios.to_str().unwrap()], options].concat());
        stdout(&listed).lines().count()
    };
    assert_eq!(count(&[]), 2);
    assert_eq!(count(&["--run", "answers/by-code[USER_BALANCE*]"]), 1);
    assert_eq!(count(&["--run", "answers/by-code"]), 2);
    assert_eq!(count(&["--skip", "answers/*LIMIT]"]), 1);
    assert_eq!(count(&["--shard", "1/2"]) + count(&["--shard", "2/2"]), 2);
}

#[test]
fn a_table_may_be_a_list_of_rows_and_name_them_in_a_column() {
    let text = format!(
        "{SALE}table:\n  - {{price: 100, name: small}}\n  - {{price: 100000, name: large}}\n{STEPS}expect: [{{charged: {{A: \"${{price}}\"}}}}]\n"
    );
    let folder = folder(&[("sale.yaml", &text)]);
    let (code, said, problem) = run(folder.path(), &[]);
    assert_eq!(code, 0, "{problem}");
    assert!(said.contains("PASS sale[small]") && said.contains("PASS sale[large]"), "{said}");
}

#[test]
fn what_is_included_comes_first_and_the_file_itself_has_the_last_word() {
    let part = "part: A slow till\nvars: {pause: 4s, price: \"1\"}\ngiven:\n  terminal:\n    cardholder: [cancel-key: {after: \"${pause}\"}]\n    \
                settings: {require-init: false}\nsteps:\n  - checkout: {order: FIRST, by: terminal, amount: {currency: KRW, value: \"${price}\"}}\n  \
                - settle: {within: 3m}\nexpect: [{order: {FIRST: failed}}]\n";
    let more = "part: More\ninclude: [slow.yaml]\n";
    let own = "given: {terminal: {cardholder: [insert: {card: chip, after: 1s}]}}\nexpect: [{order: {A: paid}}]\n";
    let steps = STEPS.replace("${price}", "10400");
    let text = format!("{SALE}include: [../common/more.yaml, ../common/slow.yaml]\n{own}{steps}");
    let folder = folder(&[("common/slow.yaml", part), ("common/more.yaml", more), ("edc/sale.yaml", &text)]);
    let (code, said, problem) = run(folder.path(), &["--trace-dir", folder.path().join("t").to_str().unwrap()]);
    assert_eq!(code, 0, "{said}{problem}");
    assert!(said.contains("1 case: 1 passed"), "a part is no case: {said}");
    let trace = fs::read_to_string(folder.path().join("t/edc/sale.jsonl")).unwrap();
    let at = |text: &str| trace.find(text).unwrap_or_else(|| panic!("{text} is not in the trace"));
    assert!(at("checkout FIRST") < at("checkout A"));
}

#[test]
fn a_part_can_be_given_other_values_by_whoever_includes_it() {
    let part = format!("part: A sale\nvars: {{price: \"100\"}}\n{STEPS}");
    let own = "title: Dear\nroles: [edc]\ninclude: [common/sale.yaml]\nvars: {price: \"777\"}\nsteps: []\nexpect: [{charged: {A: \"${price}\"}}]\n";
    let folder = folder(&[("common/sale.yaml", &part), ("dear.yaml", own)]);
    let (code, said, problem) = run(folder.path(), &[]);
    assert_eq!(code, 0, "{said}{problem}");
}

#[test]
fn repeated_steps_count_their_rounds() {
    let text = format!(
        "{SALE}steps:\n  - repeat:\n      times: 3\n      steps:\n        - checkout: {{order: \"S-${{n}}\", by: terminal, amount: \
         {{currency: KRW, value: \"100${{n}}\"}}}}\n        - settle: {{within: 3m}}\nexpect:\n  - charged: {{S-1: \"1001\"}}\n  - charged: \
         {{S-3: \"1003\"}}\n  - sent: {{command: Purchase, times: 3}}\n"
    );
    let folder = folder(&[("three.yaml", &text)]);
    let (code, said, problem) = run(folder.path(), &[]);
    assert_eq!(code, 0, "{said}{problem}");
}

#[test]
fn lists_of_steps_are_taken_at_the_same_time_and_the_same_seed_gives_the_same_bytes() {
    let text = "title: Both sides at once\nroles: [edc, antom]\nsteps:\n  - parallel:\n      - - checkout: {order: A, by: terminal, amount: \
                {currency: KRW, value: \"10400\"}}\n        - until: {event: READY}\n        - until: {order: {A: paid}, within: 2m}\n      - - checkout: \
                {order: B, by: entry-code, amount: {currency: JPY, value: \"1000\"}}\n        - until: {called: pay}\n        - until: {notified: \
                PAYMENT_RESULT}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: paid, B: paid}\n";
    let folder = folder(&[("both.yaml", text)]);
    let trace = |name: &str| {
        let to = folder.path().join(name);
        let (code, said, problem) = run(folder.path(), &["--trace-dir", to.to_str().unwrap()]);
        assert_eq!(code, 0, "{said}{problem}");
        fs::read_to_string(to.join("both.jsonl")).unwrap()
    };
    let first = trace("one");
    assert!(first == trace("two"), "two runs differ");
    let at = |text: &str| first.find(text).unwrap_or_else(|| panic!("{text} is not in the trace"));
    assert!(at("list 2: checkout B") < at("READY"), "the second list does not wait for the first");
    assert!(at("list 1: until READY") < at("list 2: until PAYMENT_RESULT"));
}

#[test]
fn a_payment_can_be_called_off_beside_its_checkout() {
    let text = "title: Called off at once\nroles: [edc]\ngiven: {terminal: {cardholder: [nothing]}}\nsteps:\n  - parallel:\n      - - checkout: {order: A, by: \
                terminal, amount: {currency: KRW, value: \"10400\"}}\n      - - until: {event: READY}\n        - cancel: {order: A}\n  - settle: {within: \
                3m}\nexpect: [{order: {A: cancelled}}, {charged: {A: \"10400\", times: 0}}]\n";
    let folder = folder(&[("off.yaml", text)]);
    let (code, said, problem) = run(folder.path(), &[]);
    assert_eq!(code, 0, "{said}{problem}");
}

#[test]
fn raw_bytes_reach_the_till_and_the_notify_url_and_do_no_harm() {
    let text = "title: Noise on both sides\nroles: [edc, antom]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \
                \"10400\"}}\n  - until: {event: READY}\n  - send-raw: {to: till, hex: \"15 02 00 ff\"}\n  - checkout: {order: B, by: entry-code, amount: \
                {currency: JPY, value: \"1000\"}}\n  - until: {called: pay}\n  - notify-raw: {body: '{\"notifyType\":\"PAYMENT_RESULT\",\"result\":{\"resultCode\":\"SUCCESS\",\"resultStatus\":\"S\",\"resultMessage\":\"success\"},\"paymentRequestId\":\"X\",\"paymentId\":\"Y\",\"paymentAmount\":{\"currency\":\"JPY\",\"value\":\"1000\"}}'}\n  - notify-raw: {hex: \"00 ff\", headers: \
                {Content-Type: text/plain}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: paid, B: paid}\n";
    let folder = folder(&[("noise.yaml", text)]);
    let (code, said, problem) = run(folder.path(), &["--trace-dir", folder.path().join("t").to_str().unwrap()]);
    assert_eq!(code, 0, "{said}{problem}");
    let trace = fs::read_to_string(folder.path().join("t/noise.jsonl")).unwrap();
    assert!(trace.contains("\"raw\":\"150200ff\"") && trace.contains("text/plain"), "they are in the trace");
    assert_eq!(trace.matches("\"genuine\":false").count(), 2);
    let scenarios = folder.path().join("scenarios");
    let believer = ["run", "--integration", "memory --fault notify-signature-unchecked", scenarios.to_str().unwrap()];
    let output = conformance(&believer);
    assert!(
        output.status.code() == Some(1) && stdout(&output).contains("NTF-005"),
        "who believes them is told so: {}",
        stdout(&output)
    );
}

#[test]
fn a_mistake_in_a_value_is_told_at_the_value() {
    let rows = "table: [{code: USER_BALANCE_NOT_ENOUGH, price: '1'}, {code: USER_BALLANCE_NOT_ENOUGH, price: '2'}]\n";
    let given = "given: {terminal: {host: [{decline: {code: \"${code}\"}}]}}\n";
    wrong(
        &format!("{SALE}{rows}{given}{STEPS}"),
        "3:61",
        "unknown word `USER_BALLANCE_NOT_ENOUGH` (as `${code}` in ",
        "did you mean",
    );
    wrong(
        &format!("{SALE}vars: {{price: abc}}\n{STEPS}"),
        "3:15",
        "read money: \"abc\" is not a number",
        "write an amount such as",
    );
    for (amount, place) in [("currency: KRW, value: \"-5\"", "4:71"), ("currency: krw, value: 1", "4:59")] {
        let steps = STEPS.replace("currency: KRW, value: \"${price}\"", amount);
        wrong(&format!("{SALE}{steps}"), place, "read money: ", "write an amount such as");
    }
    refused(
        &[
            ("common/sale.yaml", &format!("part: A sale\nvars: {{price: '-5'}}\n{STEPS}")),
            ("sale.yaml", &format!("{SALE}include: [common/sale.yaml]\nsteps: []\n")),
        ],
        "common/sale.yaml:2:15",
        "read money: \"-5\"",
        "write an amount such as",
    );
}

#[test]
fn a_mistake_in_an_included_file_is_told_there() {
    let own = format!("{SALE}include: [common/part.yaml]\nsteps: []\n");
    let at = |part: &str, place: &str, message: &str, help: &str| {
        refused(&[("common/part.yaml", part), ("a.yaml", &own)], &format!("common/part.yaml:{place}"), message, help);
    };
    at("part: P\nexpekt: []\n", "2:1", "unknown key `expekt`", "did you mean `expect`?");
    at("part: P\nexpect: [{order: {A: paid}}]\n", "2:10", "no order `A` is checked out", "no order is, before this");
    at(
        "part: P\nsteps: [{checkout: {order: A, by: entry-code, amount: {currency: JPY, value: 1}}}]\n",
        "2:28",
        "needs the role `antom`",
        "add `antom`",
    );
}

#[test]
fn a_mistake_in_a_part_that_nobody_includes_is_told_and_one_that_somebody_includes_is_told_once() {
    let part = "part: P\nvars: {price: 1}\nsteps: [{settel: {within: 3m}}]\n";
    refused(&[("common/part.yaml", part)], "common/part.yaml:3:10", "unknown word `settel`", "did you mean `settle`?");
    // Who includes it gives it what it needs.
    let needs = "part: P\nsteps: [{advance: {by: \"${pause}\"}}]\n";
    let own = format!("{SALE}include: [common/needs.yaml, common/part.yaml]\nvars: {{pause: 1s}}\nsteps: []\n");
    let folder = folder(&[("common/needs.yaml", needs), ("common/part.yaml", part), ("a.yaml", &own)]);
    let (code, _, said) = run(folder.path(), &[]);
    assert_eq!((code, said.matches("unknown word `settel`").count()), (3, 1), "{said}");
    assert!(said.contains("1 thing is wrong in 1 file"), "{said}");
}

#[test]
fn a_scenario_that_checks_nothing_is_refused() {
    let steps = "steps: [{advance: {by: 1s}}]\n";
    wrong(&format!("{SALE}steps: []\nexpect: []\n"), "3:1", "there are no steps", "write what is done");
    let expect = |text: &str, message: &str, help: &str| {
        wrong(&format!("{SALE}{steps}expect: [{text}]\n"), "4:10", message, help);
    };
    expect("{order: {}}", "this expects nothing", "name an order");
    expect("{one-of: {}}", "this expects nothing", "name an order");
    expect("{sent: {command: Purchase}}", "any number is right", "write `times`");
    expect("{called: {operation: pay, at-least: 0}}", "any number is right", "write `times`");
    expect("{acknowledged: {times: 1, at-least: 2}}", "no number is exactly 1 and at least 2", "`times` alone");
    expect("{resent: {at-least: 3, at-most: 2}}", "no number is at least 3 and at most 2", "`times` alone");
}

#[test]
fn mistakes_in_the_yaml_itself_are_told_in_words_for_people() {
    let sale = format!("{SALE}{}", STEPS.replace("${price}", "1"));
    let steps = |steps: &str| format!("title: A sale\nroles: [edc]\nsteps: [{steps}]\n");
    wrong(&format!("{sale}---\n{sale}"), "7:1", "a second document begins here", "write one a file");
    wrong(&steps("{repeat: {times: -1, steps: []}}"), "3:26", "expected a whole number here", "write digits only");
    wrong(
        &format!("{sale}expect: [{{sent: {{command: Purchase, times: many}}}}]\n"),
        "6:44",
        "expected a whole number here",
        "write digits",
    );
    wrong(
        "title: A sale\nroles: [edc]\nsteps:\n  - settle: {within: 3m}\n    advance: {by: 1m}\n",
        "5:5",
        "a second key in one entry of the list",
        "begin it with a dash",
    );
    wrong(&steps("{send-raw: {to: till, hex: \"0\"}}"), "3:36", "odd number of digits", "write pairs of hex digits");
    wrong("title: A sale\nroles: edc\nsteps: []\n", "2:8", "expected a list here", "write `[edc]`");
    wrong("title: [A, sale]\nroles: [edc]\nsteps: []\n", "1:8", "expected a text here", "put it in quotes");
    wrong(
        "title: Terminal: a sale\nroles: [edc]\nsteps: []\n",
        "1:16",
        "a key where none can be",
        "put a text that has",
    );
    wrong(&format!("title: *sale\n{}", &sale[14..]), "1:8", "no anchor of that name", "write `&name`");
    wrong(&steps("[[]]"), "3:9", "expected a word here, or a key with its value", "such as `settle: {within: 3m}`");
    let deep = format!("{}{}", "{repeat: {times: 1, steps: [".repeat(40), "]}}".repeat(40));
    wrong(&steps(&deep), "3:", "too deep", "no file needs");
    let bomb = (0..20).fold("  - &s0 {advance: {by: 1s}}\n".to_owned(), |text, n| {
        format!("{text}  - &s{} {{repeat: {{times: 2, steps: [*s{n}, *s{n}, *s{n}]}}}}\n", n + 1)
    });
    let message = "with its aliases put in, the file is too large";
    wrong(&format!("{SALE}steps:\n{bomb}"), "", message, "write it out");
}

#[test]
fn a_file_in_another_encoding_is_told_with_the_place() {
    let folder = folder(&[]);
    let scenarios = folder.path().join("scenarios");
    fs::create_dir_all(&scenarios).unwrap();
    fs::write(scenarios.join("latin.yaml"), b"title: A sale\nroles: [edc]\n# caf\xe9\nsteps: []\n").unwrap();
    fs::write(scenarios.join("wide.yaml"), b"\xff\xfet\x00i\x00").unwrap();
    let (code, _, said) = run(folder.path(), &[]);
    assert_eq!(code, 3);
    assert!(said.contains("latin.yaml:3:6") && said.contains("the byte 0xe9 stands here"), "{said}");
    assert!(said.contains("wide.yaml:1:1") && said.contains("it is UTF-16 now"), "{said}");
}

#[test]
fn what_cannot_be_included_is_pointed_at() {
    let own = |name: &str| format!("{SALE}include: [{name}]\nsteps: []\n");
    let part = ("common/till.yaml", "part: A till\n");
    let at = |name: &str, message: &str, help: &str| {
        refused(&[part, ("edc/a.yaml", &own(name))], "edc/a.yaml:3:11", message, help);
    };
    at("../common/tlil.yaml", "there is no file `../common/tlil.yaml`", "did you mean `../common/till.yaml`?");
    at("/etc/passwd", "no path from this file's folder", "write a path from this file's folder");
    at("../../outside.yaml", "there is no file", "write a path");
    at("a.yaml", "includes itself", "take one of the includes out");
    let folder = folder(&[("a.yaml", &own("../outside.yaml"))]);
    fs::write(folder.path().join("outside.yaml"), "part: Outside\n").unwrap();
    let (_, _, said) = run(folder.path(), &[]);
    assert!(said.contains("`../outside.yaml` is outside the folder of the scenarios"), "{said}");
    refused(
        &[("b.yaml", &format!("{SALE}steps: []\n")), ("a.yaml", &own("b.yaml"))],
        "a.yaml:3:11",
        "is no part, but a scenario of its own",
        "begin it with `part: …`",
    );
}

#[test]
fn a_name_that_nobody_defined_or_uses_is_pointed_at() {
    wrong(
        &format!("{SALE}vars: {{prize: '1'}}\n{STEPS}"),
        "5:71",
        "unknown variable `price`",
        "did you mean `${prize}`?",
    );
    wrong(
        &format!("{SALE}vars: {{xy: '1'}}\n{}", STEPS.replace("price", "xz")),
        "5:71",
        "unknown variable `xz`",
        "add `vars: {xz: …}`, or a column of that name; known are `xy`",
    );
    wrong(
        &format!("{SALE}vars: {{price: '1', more: x}}\n{STEPS}"),
        "3:20",
        "nothing uses the variable `more`",
        "write `${more}`",
    );
    wrong(
        &format!("{SALE}vars: {{price: '${{a}}'}}\n{STEPS}"),
        "3:15",
        "a value cannot refer to another variable",
        "write both",
    );
    wrong(
        &format!("{SALE}vars: {{p-q: 1}}\n{}", STEPS.replace("${price}", "1")),
        "3:8",
        "`p-q` is no name of a variable",
        "use letters",
    );
    wrong(
        &format!("{SALE}vars: {{n: 1}}\n{}", STEPS.replace("${price}", "1")),
        "3:8",
        "`n` counts the rounds",
        "choose another",
    );
    wrong(
        &format!("{SALE}{}", STEPS.replace("${price}", "${n}")),
        "4:71",
        "`${n}` stands outside `repeat`",
        "it counts",
    );
    wrong(&format!("{SALE}{}", STEPS.replace("${price}", "$price")), "4:71", "a `$` without braces", "write `${name}`");
    wrong(
        &format!("{SALE}vars: {{price: 1}}\n{}", STEPS.replace("\"${price}\"", "${price}")),
        "5:72",
        "must be quoted here",
        "between { and }",
    );
}

#[test]
fn rows_that_cannot_be_told_apart_are_pointed_at() {
    let table = |table: &str, place: &str, message: &str, help: &str| {
        wrong(&format!("{SALE}table: {table}\n{STEPS}"), place, message, help);
    };
    table("[{price: 1}, {price: 1}]", "3:29", "two rows are called `1`", "give them a column `name`");
    table(
        "[{price: 1, name: x}, {price: 2}]",
        "3:30",
        "the rows differ: `name` is not in each",
        "give every row the same",
    );
    table("[{name: a/b, price: 1}]", "3:16", "`a/b` cannot name a case", "use letters");
    table(
        "{columns: [name, price], rows: [[a, 1], [b]]}",
        "3:48",
        "not as many values as there are columns",
        "write a value",
    );
    let literal = STEPS.replace("${price}", "1");
    wrong(&format!("{SALE}table: []\n{literal}"), "3:1", "the table has no rows", "add one");
    table("{columns: [price], rows: []}", "3:1", "the table has no rows", "add one");
    table("{columns: [], rows: [[], []]}", "3:1", "the table has no columns", "name them");
    table("{columns: [price], rows: [[]]}", "3:34", "not as many values as there are columns", "write a value");
    table("{columns: [price, price], rows: [[1, 2]]}", "3:26", "the column `price` is there twice", "give it another");
    table("{columns: [price], rwos: []}", "3:27", "unknown key `rwos`", "did you mean `rows`?");
}

#[test]
fn steps_that_make_no_sense_together_are_pointed_at() {
    let steps = |steps: &str, place: &str, message: &str, help: &str| {
        wrong(&format!("title: A sale\nroles: [edc]\nsteps: [{steps}]\n"), place, message, help);
    };
    let sale = "{checkout: {order: A, by: terminal, amount: {currency: KRW, value: 1}}}";
    steps("{until: {within: 3s}}", "3:17", "`until` waits for one thing", "name one of: event");
    steps("{until: {event: READY, sent: Purchase}}", "3:17", "`until` waits for one thing", "name one of: event");
    steps("{until: {order: {B: paid}}}", "3:17", "no order `B` is checked out", "");
    steps(
        &format!("{{parallel: [[{sale}]]}}"),
        "3:20",
        "no lists of steps to take at the same time",
        "write two to 16",
    );
    steps(
        &format!("{{parallel: [[{sale}], [{{parallel: []}}]]}}"),
        "3:20",
        "`parallel` within `parallel`",
        "write all lists",
    );
    steps("{repeat: {times: 101, steps: []}}", "3:18", "it is not repeated so often", "write `times` from 1 to 100");
    steps(
        "{repeat: {times: 2, steps: [{repeat: {times: 2, steps: []}}]}}",
        "3:18",
        "`repeat` within `repeat`",
        "write the inner",
    );
    steps(
        &format!("{{repeat: {{times: 2, steps: [{sale}]}}}}"),
        "3:56",
        "the order `A` was checked out before",
        "give each order",
    );
    steps("{send-raw: {to: till, hex: \"0g\"}}", "3:36", "'g' at byte 1 is not a hex digit", "");
    steps("{notify-raw: {body: x}}", "3:22", "does not name the role `antom`", "add `antom`");
    let many = vec!["{advance: {by: 1s}}"; 30].join(", ");
    steps(
        &format!("{{repeat: {{times: 100, steps: [{many}]}}}}"),
        "3:18",
        "too many steps",
        "a scenario has at most 1000",
    );
}

#[test]
fn hostile_files_are_refused_soon() {
    let began = std::time::Instant::now();
    let many = |n: usize| (0..n).map(|n| format!("  - {{name: r{n}, price: {n}}}\n")).collect::<String>();
    wrong(&format!("{SALE}table:\n{}{STEPS}", many(20_000)), "4:3", "more than 500 rows", "make several files");
    let chain: Vec<(String, String)> =
        (0..20).map(|n| (format!("p{n}.yaml"), format!("part: P\ninclude: [p{}.yaml]\n", n + 1))).collect();
    let mut files: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let own = format!("{SALE}include: [p0.yaml]\nsteps: []\n");
    files.push(("a.yaml", &own));
    refused(&files, "p7.yaml:2:11", "too many files are included", "include at most 32 files");
    let round = [("p.yaml", "part: P\ninclude: [q.yaml]\n"), ("q.yaml", "part: Q\ninclude: [p.yaml]\n")];
    refused(&[round[0], round[1], ("a.yaml", &own.replace("p0", "p"))], "q.yaml:2:11", "includes itself", "take one");
    let long = "x".repeat(4000);
    let uses = "${v}".repeat(1000);
    let text = format!("title: \"{uses}\"\nroles: [edc]\nvars: {{v: {long}}}\nsteps: []\n");
    wrong(&text, "1:1", "the file is larger than 1 MiB", "use shorter values");
    let filler = "# a remark\n".repeat(20_000);
    let text = format!("{SALE}table:\n{}{STEPS}{filler}", many(499));
    wrong(&text, "1:1", "more than can be read", "split it");
    assert!(began.elapsed().as_secs() < 60, "a bound that only a hang passes");
}
