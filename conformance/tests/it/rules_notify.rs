//! Rules about notifications: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::{Value, json};
use sim_antom::Event as Gateway;
use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use crate::rules::{Trace, new, pay};
use crate::rules_gateway::{changed, with, yen};

/// Order A of 1000 yen is checked out, and its payment P accepted. Entries 1 to 3.
fn sale() -> Trace {
    new().sold().pays("P", "S SUCCESS")
}

fn paid() -> Trace {
    sale().ledger("P", PaymentStatus::Success, "SUCCESS")
}

/// The body of a success, with some fields changed.
fn says(more: &Value) -> Value {
    let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
        "paymentRequestId": "P", "paymentId": "pid-P", "paymentAmount": yen("1000"), "paymentTime": "2026-01-05T10:00:00Z"});
    with(said, more)
}

fn told(trace: Trace, more: &Value) -> Trace {
    trace.delivered("P", &says(more), true).answered(Some(200), None)
}

const SUCCESS: (&str, &str) = ("PAYMENT_RESULT", "S SUCCESS");
const FAILURE: (&str, &str) = ("PAYMENT_RESULT", "F USER_BALANCE_NOT_ENOUGH");
const PENDING: (&str, &str) = ("PAYMENT_PENDING", "S SUCCESS");

fn notified(trace: Trace, what: (&str, &str)) -> Trace {
    trace.notified("P", what.0, what.1)
}

#[test]
fn ntf_002_turns_signed_forgeries_away() {
    let forged = || sale().delivered("P", &says(&json!({})), false);
    forged().answered(Some(200), Some("has the result U")).holds("NTF-002");
    forged().answered(Some(200), None).breaks("NTF-002", 5);
    told(sale(), &json!({})).says_nothing_of("NTF-002");
}

#[test]
fn ntf_004_acknowledges_failures() {
    let failed =
        || sale().delivered("P", &says(&json!({"result": {"resultStatus": "F", "resultCode": "RISK_REJECT"}})), true);
    failed().answered(Some(200), None).holds("NTF-004");
    failed().answered(Some(500), Some("is HTTP 500")).breaks("NTF-004", 5);
    failed().crashed().answered(None, Some("never came")).holds("NTF-004");
    told(sale(), &json!({})).says_nothing_of("NTF-004");
}

#[test]
fn ntf_007_019_and_022_book_once() {
    let open = || paid().delivered("P", &says(&json!({})), true);
    let both = || open().delivered("P", &says(&json!({})), true).answered(Some(200), None).answered(Some(200), None);
    both().stands("paid", "1000").holds("NTF-007");
    both().stands("paid", "2000").breaks("NTF-007", 10);
    let after = told(told(paid(), &json!({})), &json!({}));
    after.again().stands("paid", "2000").says_nothing_of("NTF-007");
    after.stands("paid", "2000").says_nothing_of("NTF-019");
    let other = || told(told(paid(), &json!({})), &json!({"paymentId": "pid-X"}));
    other().stands("paid", "1000").holds("NTF-019");
    other().stands("paid", "2000").breaks("NTF-019", 10);
    let replayed = |hours: u64| {
        let mut trace = told(paid(), &json!({})).pause(hours * 3600).delivered("P", &says(&json!({})), true);
        if let Some(conformance::trace::Event::Gateway(Gateway::Notice { headers, .. })) =
            trace.entries.last_mut().map(|entry| &mut entry.event)
        {
            headers.push("request-time", "2026-01-05T10:00:05Z");
        }
        trace.answered(Some(200), None)
    };
    replayed(24).stands("paid", "1000").holds("NTF-022");
    replayed(24).stands("paid", "2000").breaks("NTF-022", 10);
    replayed(0).stands("paid", "2000").says_nothing_of("NTF-022");
}

#[test]
fn ntf_008_compares_amount_currency_and_id() {
    for wrong in [
        json!({"paymentAmount": yen("1")}),
        json!({"paymentAmount": {"currency": "KRW", "value": "1000"}}),
        json!({"paymentRequestId": "Q"}),
    ] {
        told(sale(), &wrong).stands("open", "0").holds("NTF-008");
        told(sale(), &wrong).stands("paid", "1000").breaks("NTF-008", 7);
        told(told(sale(), &wrong), &json!({})).stands("paid", "1000").holds("NTF-008");
    }
    told(sale(), &json!({})).stands("paid", "1000").says_nothing_of("NTF-008");
}

#[test]
fn ntf_009_answers_strangers_with_something() {
    let strange = || sale().delivered("Q", &says(&json!({"paymentRequestId": "Q"})), true);
    strange().answered(Some(404), Some("is HTTP 404")).holds("NTF-009");
    strange().answered(Some(200), None).holds("NTF-009");
    strange().answered(Some(503), Some("is HTTP 503")).holds("NTF-009");
    strange().answered(None, Some("never came: the connection closed")).breaks("NTF-009", 5);
    strange().answered(Some(500), Some("is HTTP 500")).breaks("NTF-009", 5);
    told(sale(), &json!({"paymentRequestId": "P_1"})).says_nothing_of("NTF-009");
}

#[test]
fn ntf_010_and_011_know_what_is_no_success() {
    notified(sale(), PENDING).stands("open", "0").holds("NTF-010");
    notified(sale(), PENDING).stands("paid", "1000").breaks("NTF-010", 7);
    notified(notified(sale(), PENDING), SUCCESS).stands("paid", "1000").holds("NTF-010");
    notified(sale(), SUCCESS).stands("paid", "1000").says_nothing_of("NTF-010");
    notified(sale(), FAILURE).pays("Q", "S SUCCESS").stands("open", "0").holds("NTF-011");
    notified(sale(), FAILURE).stands("paid", "1000").breaks("NTF-011", 7);
    notified(sale(), FAILURE).pays("P", "F ORDER_IS_CLOSED").breaks("NTF-011", 6);
    notified(sale(), SUCCESS).stands("paid", "1000").says_nothing_of("NTF-011");
}

#[test]
fn ntf_012_keeps_cancelled_orders_cancelled() {
    let cancelled = || sale().cancels("P", "S SUCCESS").stands("cancelled", "0");
    notified(cancelled(), SUCCESS).stands("cancelled", "0").holds("NTF-012");
    notified(cancelled(), SUCCESS).stands("paid", "1000").breaks("NTF-012", 11);
    let again = notified(cancelled(), SUCCESS).pays("Q", "S SUCCESS").inquires("Q", "SUCCESS");
    again.stands("paid", "1000").holds("NTF-012");
    cancelled().says_nothing_of("NTF-012");
}

#[test]
fn ntf_013_loses_no_late_money() {
    let late = || notified(sale().stands("failed", "0").ledger("P", PaymentStatus::Success, "SUCCESS"), SUCCESS);
    late().stands("paid", "1000").ended().holds("NTF-013");
    late().stands("failed", "0").ended().breaks("NTF-013", 10);
    late().stands("parked", "0").ended().holds("NTF-013");
    late().hands_back("R", "1000", "S SUCCESS").stands("failed", "0").ended().holds("NTF-013");
    notified(paid(), SUCCESS).stands("failed", "0").ended().says_nothing_of("NTF-013");
}

#[test]
fn ntf_014_turns_nothing_back() {
    let shipped = || notified(paid(), SUCCESS).stands("paid", "1000");
    for late in [FAILURE, PENDING] {
        notified(shipped(), late).stands("paid", "1000").holds("NTF-014");
        notified(shipped(), late).stands("failed", "0").breaks("NTF-014", 12);
        let asked = json!({"order": "A", "amount": yen("1000")});
        notified(shipped(), late).asked("refund", asked).stands("open", "1000").holds("NTF-014");
    }
    notified(sale(), FAILURE).stands("failed", "0").says_nothing_of("NTF-014");
}

#[test]
fn ntf_015_answers_within_five_seconds() {
    told(sale(), &json!({})).holds("NTF-015");
    sale().delivered("P", &says(&json!({})), true).pause(4).answered(Some(200), None).holds("NTF-015");
    sale().delivered("P", &says(&json!({})), true).pause(5).answered(Some(200), None).breaks("NTF-015", 5);
    sale().says_nothing_of("NTF-015");
}

#[test]
fn ntf_016_asks_when_nothing_comes() {
    paid().inquires("P", "SUCCESS").pause(600).ended().holds("NTF-016");
    paid().pause(600).ended().breaks("NTF-016", 4);
    paid().pause(600).inquires("P", "SUCCESS").pause(600).ended().breaks("NTF-016", 4);
    paid().pause(359).inquires("P", "SUCCESS").pause(600).ended().holds("NTF-016");
    paid().pause(360).inquires("P", "SUCCESS").pause(600).ended().breaks("NTF-016", 4);
    notified(paid().pause(359), SUCCESS).pause(600).ended().says_nothing_of("NTF-016");
    notified(paid().pause(360), SUCCESS).pause(600).ended().breaks("NTF-016", 4);
    notified(paid(), SUCCESS).pause(600).ended().says_nothing_of("NTF-016");
    paid().pause(60).ended().says_nothing_of("NTF-016");
}

#[test]
fn ntf_016_gives_a_session_its_hour() {
    let body = json!({"paymentRequestId": "P", "paymentAmount": yen("1000")});
    let made =
        || new().sold().exchange(Operation::CreatePaymentSession, &body, &json!({"result": {"resultStatus": "S"}}));
    let paid = || made().ledger("P", PaymentStatus::Success, "SUCCESS");
    paid().pause(1800).inquires("P", "SUCCESS").pause(7200).ended().holds("NTF-016");
    paid().pause(3959).inquires("P", "SUCCESS").pause(7200).ended().holds("NTF-016");
    paid().pause(3960).inquires("P", "SUCCESS").pause(7200).ended().breaks("NTF-016", 4);
    paid().pause(7200).ended().breaks("NTF-016", 4);
    paid().pause(7200).inquires("P", "SUCCESS").ended().breaks("NTF-016", 4);
}

#[test]
fn ntf_017_takes_what_it_has_not_seen_before() {
    for odd in [
        json!({"newField": {"a": [1]}}),
        json!({"paymentAmount": {"currency": "JPY", "value": 1000}}),
        json!({"metadata": "차"}),
        json!({"metadata": true}),
    ] {
        told(sale(), &odd).holds("NTF-017");
        sale().delivered("P", &says(&odd), true).answered(Some(400), Some("is HTTP 400")).breaks("NTF-017", 5);
    }
    told(sale(), &json!({})).says_nothing_of("NTF-017");
}

/// The last delivery says something that the gateway did not mean.
fn altered(mut trace: Trace) -> Trace {
    match trace.entries.last_mut().map(|entry| &mut entry.event) {
        Some(conformance::trace::Event::Gateway(Gateway::Notice { altered, .. })) => *altered = true,
        other => panic!("{other:?}"),
    }
    trace
}

#[test]
fn ntf_017_counts_what_was_added_but_nothing_that_is_not_so() {
    let refused = |more: &Value| {
        let delivered = altered(paid().delivered("P", &says(more), true));
        delivered.answered(Some(400), Some("is HTTP 400"))
    };
    refused(&json!({"newField": 1})).breaks("NTF-017", 6);
    refused(&json!({"newField": 1})).says_nothing_of("NTF-003");
    for untrue in [
        json!({"newField": 1, "paymentAmount": yen("1")}),
        json!({"newField": 1, "paymentId": "pid-X"}),
        json!({"newField": 1, "paymentRequestId": "X"}),
        json!({"newField": 1, "result": {"resultStatus": "F"}}),
    ] {
        refused(&untrue).says_nothing_of("NTF-017");
    }
}

#[test]
fn a_notification_of_long_ago_need_not_be_acknowledged() {
    let late = |seconds: u64| {
        let mut trace = paid().pause(seconds).delivered("P", &says(&json!({})), true);
        if let Some(conformance::trace::Event::Gateway(Gateway::Notice { headers, .. })) =
            trace.entries.last_mut().map(|entry| &mut entry.event)
        {
            headers.push("request-time", "2026-01-05T10:00:00Z");
        }
        trace.answered(Some(200), Some("has the result U"))
    };
    late(600).breaks("NTF-003", 6);
    late(7200).says_nothing_of("NTF-003");
}

#[test]
fn ntf_018_has_an_open_door() {
    told(sale(), &json!({})).holds("NTF-018");
    for status in [302, 401, 403, 404, 405] {
        let met = sale().delivered("P", &says(&json!({})), true).answered(Some(status), Some("is no 200"));
        met.breaks("NTF-018", 5);
    }
    sale().says_nothing_of("NTF-018");
}

#[test]
fn ntf_021_knows_its_own_client_id() {
    let foreign = |problem: Option<&str>| {
        let mut trace = sale().delivered("P", &says(&json!({})), false);
        if let Some(conformance::trace::Event::Gateway(Gateway::Notice { headers, .. })) =
            trace.entries.last_mut().map(|entry| &mut entry.event)
        {
            *headers = changed(headers, "client-id", Some("SANDBOX_2"));
        }
        trace.answered(Some(200), problem)
    };
    foreign(Some("has the result U")).holds("NTF-021");
    foreign(None).breaks("NTF-021", 5);
    told(sale(), &json!({})).says_nothing_of("NTF-021");
}

#[test]
fn ntf_023_waits_for_the_capture() {
    let mut card = pay("P");
    card["paymentMethod"]["paymentMethodType"] = json!("CARD");
    let held =
        || notified(new().sold().pays_with(&card, "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS"), SUCCESS);
    let takes = |trace: Trace, code: &str| {
        let amount = Money::parse("JPY", "1000").unwrap();
        let (capture_request_id, capture_id) = ("C".to_owned(), "c".to_owned());
        let (payment_id, code) = ("pid-P".to_owned(), code.to_owned());
        trace.gateway(Gateway::Capture { capture_request_id, capture_id, payment_id, amount, code })
    };
    takes(held(), "SUCCESS").stands("paid", "1000").holds("NTF-023");
    takes(held(), "PROCESS_FAIL").stands("paid", "1000").breaks("NTF-023", 9);
    held().stands("open", "0").holds("NTF-023");
    notified(paid(), SUCCESS).stands("paid", "1000").says_nothing_of("NTF-023");
}

#[test]
fn ntf_024_takes_reversals() {
    let reversed = || sale().delivered("P", &says(&json!({"notifyType": "PAYMENT_REVERSAL"})), true);
    reversed().answered(Some(200), None).holds("NTF-024");
    reversed().answered(Some(400), Some("is HTTP 400")).breaks("NTF-024", 5);
    let ignored = |state: &str| reversed().answered(Some(200), None).stands(state, "0").pause(60).ended();
    ignored("cancelled").breaks("NTF-024", 4);
    ignored("parked").holds("NTF-024");
    let acknowledged = |trace: Trace| trace.answered(Some(200), None);
    let cancelled = |trace: Trace| trace.stands("cancelled", "0").pause(60).ended();
    cancelled(acknowledged(reversed()).hands_back("R", "1000", "S SUCCESS")).holds("NTF-024");
    let before = sale().hands_back("R", "1000", "S SUCCESS");
    let before = before.delivered("P", &says(&json!({"notifyType": "PAYMENT_REVERSAL"})), true);
    cancelled(acknowledged(before)).breaks("NTF-024", 6);
    acknowledged(reversed()).stands("cancelled", "0").ended().holds("NTF-024");
    let others = json!({"notifyType": "PAYMENT_REVERSAL", "paymentRequestId": "Q", "paymentId": "pid-Q"});
    cancelled(acknowledged(told(sale(), &json!({})).delivered("Q", &others, true))).holds("NTF-024");
    told(sale(), &json!({})).says_nothing_of("NTF-024");
}
