//! The families of scenarios are whole: every documented code of an operation has its case.

use std::collections::{BTreeMap, BTreeSet};

use conformance::plan::{Case, plan};
use serde_json::Value;
use sim_antom::PlayStep;
use wire::antom::{CodeLine, INQUIRY_PAYMENT, INQUIRY_REFUND, PAY, PAYMENT_RESULT_CODE, ResultStatus};
use wire::edc::{BusinessCode, CommandCode};

use crate::{conformance, root};

fn cases() -> Vec<Case> {
    plan(&[root().join("scenarios")], 1).unwrap()
}

/// The rows of a family, up to the first of these signs.
fn rows(cases: &[Case], family: &str, end: &str) -> BTreeSet<String> {
    let name = |case: &Case| case.name.strip_prefix(family)?.strip_prefix('[')?.strip_suffix(']').map(str::to_owned);
    let code = |row: String| row.split(|c| end.contains(c)).next().unwrap_or_default().to_owned();
    cases.iter().filter_map(name).map(code).collect()
}

fn codes(table: &[CodeLine], status: ResultStatus) -> BTreeSet<String> {
    table.iter().filter(|line| line.status == status).map(|line| line.code.to_owned()).collect()
}

#[test]
fn a_case_has_one_name_and_one_seed_however_it_is_selected() {
    let all: BTreeMap<_, _> = cases().into_iter().map(|case| (case.name, case.seed)).collect();
    for path in ["scenarios/pay", "scenarios/pay/refused.yaml", "conformance/../scenarios/edc"] {
        let some = plan(&[root().join(path)], 1).unwrap();
        assert!(!some.is_empty());
        for case in some {
            assert_eq!(all.get(&case.name), Some(&case.seed), "{path}: {}", case.name);
        }
    }
}

#[test]
fn every_code_of_the_gateway_that_a_shop_meets_has_a_case() {
    let cases = cases();
    assert_eq!(rows(&cases, "pay/refused-with", ""), codes(PAY, ResultStatus::F));
    assert_eq!(rows(&cases, "pay/unclear-by-code", "-"), codes(PAY, ResultStatus::U));
    let mut inquiry = codes(INQUIRY_PAYMENT, ResultStatus::F);
    inquiry.extend(codes(INQUIRY_PAYMENT, ResultStatus::U));
    assert_eq!(rows(&cases, "inquiry/by-code", ""), inquiry);
    let mut of_refunds = codes(INQUIRY_REFUND, ResultStatus::F);
    of_refunds.extend(codes(INQUIRY_REFUND, ResultStatus::U));
    assert_eq!(rows(&cases, "refund/inquiry-by-code", ""), of_refunds);
    for family in ["inquiry/failed-with", "notify/declined-and-notified"] {
        assert_eq!(rows(&cases, family, ""), codes(PAYMENT_RESULT_CODE, ResultStatus::F), "{family}");
    }
}

#[test]
fn every_code_of_the_terminal_has_a_case_for_each_command() {
    let cases = cases();
    let commands: BTreeSet<_> = CommandCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let business = BusinessCode::ALL.iter().map(|code| code.as_str().to_owned());
    let all: BTreeSet<_> = commands.iter().cloned().chain(business).collect();
    assert_eq!(rows(&cases, "edc/last-transaction-by-code", ""), all);
    assert_eq!(rows(&cases, "edc/cancel-by-code", ""), commands);
    let mut refunds = rows(&cases, "edc/refund-by-code", "");
    // Its row would lie about an earlier refund; a story of its own has one.
    assert!(
        refunds.insert("ORDER_IS_CANCELED".to_owned())
            && cases.iter().any(|case| case.name == "edc/refund-asked-again")
    );
    assert_eq!(refunds, all);
}

#[test]
fn there_are_enough_of_them_each_says_what_it_covers_and_no_title_is_there_twice() {
    let cases = cases();
    assert!(cases.len() >= 250, "{} cases", cases.len());
    let mut titles = BTreeSet::new();
    for case in &cases {
        let title = case.scenario.title.value.as_str();
        let family = case.name.split('[').next().unwrap_or_default();
        assert!(titles.insert((title, family)) || case.name.contains('['), "{}: {title:?}", case.name);
    }
    let silent: Vec<_> =
        cases.iter().filter(|case| case.name.contains('[') && case.scenario.covers.is_empty()).collect();
    assert!(silent.is_empty(), "{:?}", silent.iter().map(|case| &case.name).collect::<Vec<_>>());
}

/// The documented codes as they were collected: by table.
fn documented() -> Value {
    let text = std::fs::read_to_string(root().join("fixtures/result-codes.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn names(table: &Value) -> BTreeSet<String> {
    let name = |one: &Value| one.as_str().or_else(|| one["code"].as_str()).unwrap().to_owned();
    table.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn all_151_documented_codes_are_listed_where_they_are_had() {
    let output = conformance(&["codes", "--format", "json"]);
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let had = |on: &[&str], family: Option<&str>| -> BTreeSet<String> {
        let fits = |one: &&Value| {
            on.contains(&one["on"].as_str().unwrap()) && family.is_none_or(|family| one["family"] == family)
        };
        listed.iter().filter(fits).map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    let terminal = ["hello", "Purchase", "PurchaseCancel", "CommandCancel"];
    let codes = documented();
    let client: BTreeSet<_> =
        ["status", "error", "result"].iter().flat_map(|class| names(&codes["clientSdk"][class])).collect();
    let edc: BTreeSet<_> = ["init", "event", "commandFailed", "businessFailed"]
        .iter()
        .flat_map(|class| names(&codes["edc"][class]))
        .collect();
    let mut count = 0;
    for (table, all, on) in [
        ("pay", names(&codes["pay"]), &["pay"][..]),
        ("batchPay", names(&codes["batchPay"]), &["batchPay"]),
        ("notifyPayment", names(&codes["notifyPayment"]), &["notifyPayment"]),
        ("paymentResultCode", names(&codes["paymentResultCode"]), &["payment"]),
        ("edc", edc, &terminal),
        ("clientSdk", client, &["event"]),
    ] {
        let missing: Vec<_> = all.difference(&had(on, None)).cloned().collect();
        assert!(missing.is_empty(), "{table}: {missing:?}");
        count += all.len();
    }
    assert_eq!(count, 151);
    assert!(listed.iter().all(|one| one["producible"] == true), "a code that is not to be had");
}

#[test]
fn every_code_of_the_client_and_every_payment_result_code_is_told_to_a_page() {
    let codes = documented();
    let all: BTreeSet<_> =
        ["status", "error", "result"].iter().flat_map(|class| names(&codes["clientSdk"][class])).collect();
    assert_eq!(all.len(), 18);
    let cases = cases();
    let story = cases.iter().find(|case| case.name == "client/all-codes").unwrap();
    let told: BTreeSet<_> = story
        .scenario
        .given
        .antom
        .client
        .iter()
        .flat_map(|rule| &rule.what.steps)
        .collect::<Vec<_>>()
        .into_iter()
        .filter_map(|step| match step {
            PlayStep::Emit(emitted) => emitted.code.clone(),
            _ => None,
        })
        .collect();
    assert!(told.is_superset(&all), "{:?}", all.difference(&told));
    assert_eq!(rows(&cases, "client/result-code", ""), names(&codes["paymentResultCode"]));
}
