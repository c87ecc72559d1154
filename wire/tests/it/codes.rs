//! The code tables equal `fixtures/result-codes.json`, line by line and in its order, and the terminal's timeouts too.

use std::str::FromStr;

use rstest::rstest;
use serde::Serialize;
use serde_json::{Map, Value, json};
use wire::antom::{
    BATCH_PAY, CodeLine, NOTIFY_PAYMENT, Operation, PAY, PAYMENT_RESULT_CODE, codes, find, find_anywhere, known_codes,
};
use wire::edc::{
    BusinessCode, Command, CommandCode, CommandName, EventCode, InitCode, Invocation, SIGNATURE_ABOVE_KRW, Sale,
    caller_timeout,
};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../fixtures/result-codes.json")).unwrap()
}

/// The lines of a table, each without the columns that are remarks for people.
fn lines(pointer: &str, remarks: &[&str]) -> Vec<Map<String, Value>> {
    let fixture = fixture();
    let table = fixture.pointer(pointer).and_then(Value::as_array).unwrap();
    table
        .iter()
        .map(|line| {
            let mut line = line.as_object().cloned().unwrap();
            line.retain(|column, _| !remarks.contains(&column.as_str()));
            line
        })
        .collect()
}

fn line(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A word as serde writes it.
fn word(value: &impl Serialize) -> Value {
    json!(value)
}

/// `ours` and the table have the same lines in the same order. One line is compared at a time, so that a failure is short.
fn compare(ours: Vec<Map<String, Value>>, table: &[Map<String, Value>], count: usize) {
    assert_eq!(table.len(), count, "the fixture's number of lines");
    for (ours, theirs) in ours.iter().zip(table) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), count, "our number of lines");
}

#[rstest]
#[case::pay("/pay", PAY, 29)]
#[case::batch_pay("/batchPay", BATCH_PAY, 42)]
#[case::notify_payment("/notifyPayment", NOTIFY_PAYMENT, 3)]
#[case::payment_result_code("/paymentResultCode", PAYMENT_RESULT_CODE, 27)]
fn the_gateways_table_equals_the_fixture(
    #[case] pointer: &str,
    #[case] table: &'static [CodeLine],
    #[case] count: usize,
) {
    let ours = table
        .iter()
        .map(|l| {
            line(json!({"code": l.code, "status": word(&l.status), "message": l.message, "advice": word(&l.advice)}))
        })
        .collect();
    compare(ours, &lines(pointer, &["note", "statusInferred"]), count);
    for (at, line) in table.iter().enumerate() {
        assert!(std::ptr::eq(find(table, line.code).unwrap(), &raw const table[at]), "{} is there twice", line.code);
    }
    assert_eq!(find(table, "success"), None);
}

#[test]
fn a_code_is_found_wherever_it_is_documented_and_pays_own_line_first() {
    for code in PAY {
        assert_eq!(find_anywhere(code.code), Some(code));
    }
    for table in [BATCH_PAY, NOTIFY_PAYMENT, PAYMENT_RESULT_CODE] {
        for code in table {
            assert_eq!(find_anywhere(code.code).map(|line| line.code), Some(code.code));
        }
    }
    assert_eq!(find_anywhere("NO_SUCH_CODE"), None);
}

#[test]
fn an_operations_codes_are_documented_and_all_that_are_documented_are_known() {
    let known = known_codes();
    for operation in Operation::ALL {
        let codes = codes(operation);
        assert!(!codes.is_empty() && codes.iter().all(|line| known.contains(line.code)), "{operation}");
    }
    assert!(PAYMENT_RESULT_CODE.iter().all(|line| known.contains(line.code)));
    assert!(known.iter().all(|code| find_anywhere(code).is_some()));
    assert_eq!(codes(Operation::Pay), PAY);
}

#[test]
fn init_codes_equal_the_fixture() {
    let ours = InitCode::ALL.iter().map(|c| line(json!({"code": c.as_str(), "advice": word(&c.advice())}))).collect();
    compare(ours, &lines("/edc/init", &[]), 3);
}

#[test]
fn event_codes_equal_the_fixture() {
    let ours = EventCode::ALL.iter().map(|c| line(json!({"code": c.as_str(), "timer": word(&c.timer())}))).collect();
    let mut theirs = lines("/edc/event", &[]);
    // The fixture writes "no effect" as null, serde writes it as a word.
    for timer in theirs.iter_mut().filter_map(|line| line.get_mut("timer")).filter(|timer| timer.is_null()) {
        *timer = json!("none");
    }
    compare(ours, &theirs, 11);
}

#[test]
fn command_failed_codes_equal_the_fixture() {
    let ours = CommandCode::ALL
        .iter()
        .map(|c| line(json!({"code": c.as_str(), "message": c.message(), "charge": word(&c.charge())})))
        .collect();
    // Its column timer holds for one code only and is the POS's business: stop the card timer, then recover.
    compare(ours, &lines("/edc/commandFailed", &["timer"]), 6);
}

#[test]
fn business_failed_codes_equal_the_fixture() {
    let ours = BusinessCode::ALL
        .iter()
        .map(|c| line(json!({"code": c.as_str(), "message": c.message(), "advice": word(&c.advice())})))
        .collect();
    compare(ours, &lines("/edc/businessFailed", &[]), 12);
}

#[test]
fn the_terminals_codes_read_back_as_they_are_written_in_text_and_in_json() {
    fn check<C>(all: &[C])
    where
        C: Copy + PartialEq + std::fmt::Debug + std::fmt::Display + Serialize + FromStr<Err: std::fmt::Debug>,
    {
        for code in all {
            assert_eq!(code.to_string().parse::<C>().unwrap(), *code);
            assert_eq!(word(code), Value::from(code.to_string()));
        }
    }
    check(InitCode::ALL);
    check(EventCode::ALL);
    check(CommandCode::ALL);
    check(BusinessCode::ALL);
    let error = "ready".parse::<EventCode>().unwrap_err();
    assert_eq!(error.to_string(), "read code: \"ready\" is not a documented code");
}

/// The sale that a POS asks for when it sends required fields only.
fn smallest_sale() -> Sale {
    let object = json!({
        "id": "1",
        "commandName": "Purchase",
        "commandRequestParams": {
            "requestId": "R-1",
            "paymentAmount": {"value": "50000", "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "0"},
            "acquirerInfo": {"acquirerTerminalId": "T1", "acquirerRegistrationNo": "1234567890"}
        }
    });
    match Invocation::parse(object.as_object().unwrap()).unwrap().command {
        Command::Purchase(request) => request.sale().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn timeouts_equal_the_fixture() {
    let seconds = |name, won| caller_timeout(name, won).as_secs();
    let ours = json!({
        "Purchase": seconds(CommandName::Purchase, SIGNATURE_ABOVE_KRW),
        "PurchaseWithSignature": seconds(CommandName::Purchase, SIGNATURE_ABOVE_KRW + 1),
        "PurchaseCancel": seconds(CommandName::PurchaseCancel, SIGNATURE_ABOVE_KRW + 1),
        "GetLastTransaction": seconds(CommandName::GetLastTransaction, SIGNATURE_ABOVE_KRW + 1),
        "CommandCancel": seconds(CommandName::CommandCancel, SIGNATURE_ABOVE_KRW + 1),
        "paymentExpiryDefault": smallest_sale().expiry.as_secs(),
        "signatureAboveKRW": SIGNATURE_ABOVE_KRW,
    });
    let mut theirs = line(fixture()["edc"]["timeouts"].clone());
    // The terminal's own wait for a signature is not known to this crate; the event's advice names it.
    assert_eq!(theirs.shift_remove("signature"), Some(json!(20)));
    assert_eq!(word(&EventCode::PendingSignature.timer()), json!("restart 20 s"));
    assert_eq!(ours.as_object(), Some(&theirs));
}

#[test]
fn exactly_the_documented_amount_needs_no_signature() {
    assert!(!smallest_sale().needs_signature());
}
