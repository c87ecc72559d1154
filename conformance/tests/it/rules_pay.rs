//! Rules about paying: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::{Value, json};
use sim_antom::LostHow;
use wire::antom::{Operation, PaymentStatus};

use crate::rules::{Trace, new, pay};
use crate::rules_gateway::yen;

/// Order A of 1000 yen is checked out by Entry Code; its pay has the id P. Entries 1 to 3.
fn sale(answer: &str) -> Trace {
    new().sold().pays("P", answer)
}

fn body(pointer: &str, value: Value) -> Value {
    let mut body = pay("P");
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

fn sends(pointer: &str, value: Value) -> Trace {
    new().pays_with(&body(pointer, value), "S SUCCESS")
}

/// The pay request of a payment code.
fn counter() -> Value {
    let mut body = body("/paymentFactor/inStorePaymentScenario", json!("PaymentCode"));
    body["paymentMethod"]["paymentMethodId"] = json!("281012020262467128");
    body["order"]["env"] = json!({"storeTerminalId": "T", "storeTerminalRequestTime": "2026-01-05T10:00:00Z"});
    body
}

#[test]
fn pay_001_and_002_know_the_other_products() {
    let code =
        |trace: Trace| trace.pays_with(&body("/paymentFactor/inStorePaymentScenario", json!("OrderCode")), "S SUCCESS");
    code(new()).holds("PAY-001");
    code(new().checkout("A", "order-code", "JPY", "1000")).holds("PAY-001");
    code(new().sold()).breaks("PAY-001", 2);
    new().pays_with(&counter(), "S SUCCESS").holds("PAY-002");
    let mut bare = counter();
    bare["paymentMethod"]["paymentMethodId"] = Value::Null;
    new().pays_with(&bare, "F PARAM_ILLEGAL").breaks("PAY-002", 1);
    new().sold().says_nothing_of("PAY-001");
    new().sold().says_nothing_of("PAY-002");
}

#[test]
fn pay_003_compares_the_user_agent_with_the_buyers() {
    let sold = |agent: &str| {
        let params = json!({"order": "A", "by": "entry-code", "amount": yen("1000"), "userAgent": agent});
        new().asked("checkout", params).pays("P", "S SUCCESS")
    };
    sold("AlipayClient").holds("PAY-003");
    sold("GCash/1").breaks("PAY-003", 2);
    new().pays("P", "S SUCCESS").says_nothing_of("PAY-003");
}

#[test]
fn pay_004_wants_an_address_where_notifications_arrive() {
    sale("S SUCCESS").holds("PAY-004");
    let without = |trace: Trace| trace.pays_with(&body("/paymentNotifyUrl", Value::Null), "S SUCCESS");
    without(new().sold()).breaks("PAY-004", 2);
    without(new().replied("initialize", json!({"notifyUrl": "http://127.0.0.1/n"})).sold()).holds("PAY-004");
    without(new()).holds("PAY-004");
    sends("/paymentNotifyUrl", json!("/notify")).breaks("PAY-004", 1);
    sends("/paymentNotifyUrl", json!(format!("http://{}", "x".repeat(2041)))).holds("PAY-004");
    sends("/paymentNotifyUrl", json!(format!("http://{}", "x".repeat(2042)))).breaks("PAY-004", 1);
    sends("/paymentNotifyUrl", json!(format!("http://{}", "x".repeat(2048)))).breaks("PAY-004", 1);
    let deaf = || {
        sale("S SUCCESS").delivered("P", &json!({}), true).answered(None, Some("was not answered: connection refused"))
    };
    deaf().breaks("PAY-004", 2);
    deaf().delivered("P", &json!({}), true).answered(Some(200), None).holds("PAY-004");
    new().sold().says_nothing_of("PAY-004");
}

#[test]
fn pay_005_wants_an_id_an_attempt_that_outlives_a_crash() {
    sale("S SUCCESS").holds("PAY-005");
    new().pays(&"x".repeat(64), "S SUCCESS").holds("PAY-005");
    new().pays(&"x".repeat(65), "F PARAM_ILLEGAL").breaks("PAY-005", 1);
    sale("S SUCCESS").pays_with(&body("/order/referenceOrderId", json!("B")), "S SUCCESS").breaks("PAY-005", 4);
    let crashed = || new().sold().pays("P", "S SUCCESS").crashed();
    crashed().pays("Q", "S SUCCESS").breaks("PAY-005", 5);
    crashed().inquires("P", "FAIL").pays("Q", "S SUCCESS").holds("PAY-005");
    sale("F RISK_REJECT").crashed().pays("Q", "S SUCCESS").holds("PAY-005");
    new().sold().says_nothing_of("PAY-005");
}

#[test]
fn pay_006_wants_the_same_payment_under_the_same_id() {
    sale("U UNKNOWN_EXCEPTION").pays("P", "S SUCCESS").holds("PAY-006");
    sale("U UNKNOWN_EXCEPTION")
        .pays_with(&body("/paymentAmount", yen("900")), "F REPEAT_REQ_INCONSISTENT")
        .breaks("PAY-006", 4);
    let other = body("/paymentMethod/paymentMethodType", json!("GCASH"));
    sale("U UNKNOWN_EXCEPTION").pays_with(&other, "S SUCCESS").breaks("PAY-006", 4);
    sale("S SUCCESS").says_nothing_of("PAY-006");
}

#[test]
fn pay_007_forbids_to_call_silence_a_failure() {
    let lost = |how| sale("S SUCCESS").unheard(how);
    for how in [LostHow::Close, LostHow::Silence, LostHow::Reset] {
        lost(how).stands("failed", "0").breaks("PAY-007", 5);
    }
    lost(LostHow::Close).pays("P", "F RISK_REJECT").stands("failed", "0").holds("PAY-007");
    lost(LostHow::Close).inquires("P", "FAIL").stands("failed", "0").holds("PAY-007");
    lost(LostHow::Close).inquires("P", "PROCESSING").stands("failed", "0").holds("PAY-007");
    lost(LostHow::Close).cancels("P", "S SUCCESS").stands("cancelled", "0").holds("PAY-007");
    let expired = |trace: Trace| trace.ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED");
    expired(lost(LostHow::Close)).stands("failed", "0").says_nothing_of("PAY-007");
    // A page or half an answer is SIG-011's, and nobody pays a session that nobody got.
    lost(LostHow::Page).stands("failed", "0").says_nothing_of("PAY-007");
    let session = new().sold().exchange(Operation::CreatePaymentSession, &pay("P"), &json!({}));
    session.unheard(LostHow::Close).stands("failed", "0").says_nothing_of("PAY-007");
}

#[test]
fn money_that_comes_to_an_order_given_up_on_silence_is_told_by_the_silence_alone() {
    let given_up = || sale("S SUCCESS").unheard(LostHow::Close).stands("failed", "0");
    let paid = |trace: Trace| {
        let told = trace.ledger("P", PaymentStatus::Success, "SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS");
        told.stands("failed", "0").ended()
    };
    paid(given_up()).breaks("PAY-007", 5);
    paid(given_up()).breaks("MONEY-004", 10);
    paid(given_up()).says_nothing_of("PAY-027");
    paid(given_up()).says_nothing_of("NTF-013");
    // Who gave up after an inquiry did not do so on silence.
    paid(sale("S SUCCESS").unheard(LostHow::Close).inquires("P", "PROCESSING").stands("failed", "0"))
        .breaks("NTF-013", 12);
}

#[test]
fn pay_008_lets_pay_take_ten_seconds() {
    let silent = || sale("S SUCCESS").unheard(LostHow::Silence);
    silent().pause(8).pays("P", "S SUCCESS").holds("PAY-008");
    silent().pause(7).pays("P", "S SUCCESS").breaks("PAY-008", 4);
    silent().pause(6).pays("P", "S SUCCESS").breaks("PAY-008", 4);
    silent().pause(5).inquires("P", "PROCESSING").pause(5).pays("P", "S SUCCESS").holds("PAY-008");
    sale("S SUCCESS").unheard(LostHow::Close).pays("P", "S SUCCESS").says_nothing_of("PAY-008");
}

#[test]
fn pay_010_wants_the_buyer_where_the_form_says() {
    let sent = |url: &str, method: &str| {
        sale("S SUCCESS").replied("checkout", json!({"state": "open", "redirect": {"url": url, "method": method}}))
    };
    sent("https://wallet.test/P", "GET").holds("PAY-010");
    sent("https://wallet.test/P", "POST").breaks("PAY-010", 4);
    sent("https://shop.test/thanks", "GET").breaks("PAY-010", 4);
    sale("S SUCCESS").replied("checkout", json!({"state": "open"})).says_nothing_of("PAY-010");
}

#[test]
fn pay_011_is_about_shown_codes_and_given_up_sales() {
    let unsure = || sale("U UNKNOWN_EXCEPTION");
    unsure().stands("failed", "0").ended().breaks("PAY-011", 5);
    unsure().stands("parked", "0").ended().says_nothing_of("PAY-011");
    unsure().inquires("P", "F ORDER_NOT_EXIST").pays("Q", "S SUCCESS").holds("PAY-011");
    new().pays_with(&counter(), "U UNKNOWN_EXCEPTION").says_nothing_of("PAY-011");
}

#[test]
fn pay_012_wants_pauses_and_an_end() {
    let many =
        |n: usize, pause: u64| (0..n).fold(new(), |trace, _| trace.pays("P", "U UNKNOWN_EXCEPTION").pause(pause));
    many(10, 0).holds("PAY-012");
    many(11, 3).breaks("PAY-012", 21);
    let hot =
        |n: usize| (0..n).fold(new(), |t, _| t.at_once().exchange(Operation::Pay, &pay("P"), &json!({}))).at_once();
    hot(2).holds("PAY-012");
    hot(1).says_nothing_of("PAY-012");
    let moment = |trace: Trace| trace.at_once().call(99, Operation::Pay, &pay("P"), &json!({}), None);
    let mut burst = (0..4).fold(new(), |trace, _| moment(trace));
    for entry in &mut burst.entries {
        entry.at = wire::time::Moment::WORLD_START;
    }
    burst.breaks("PAY-012", 7);
}

#[test]
fn pay_013_ships_nothing_after_f() {
    sale("F RISK_REJECT").stands("failed", "0").holds("PAY-013");
    sale("F RISK_REJECT").stands("paid", "1000").breaks("PAY-013", 5);
    let next = sale("F RISK_REJECT").pays("Q", "S SUCCESS").inquires("Q", "SUCCESS");
    next.stands("paid", "1000").holds("PAY-013");
    sale("S SUCCESS").stands("paid", "1000").says_nothing_of("PAY-013");
}

#[test]
fn pay_014_leaves_fatal_codes_to_people() {
    for code in ["F PROCESS_FAIL", "F SYSTEM_ERROR"] {
        sale(code).stands("failed", "0").holds("PAY-014");
        sale(code).pays("P", "S SUCCESS").breaks("PAY-014", 4);
        sale(code).pays("Q", "S SUCCESS").breaks("PAY-014", 4);
        let again = json!({"order": "A", "by": "entry-code", "amount": yen("1000")});
        sale(code).asked("checkout", again).pays("Q", "S SUCCESS").holds("PAY-014");
    }
    sale("F RISK_REJECT").pays("Q", "S SUCCESS").says_nothing_of("PAY-014");
}

#[test]
fn pay_015_and_016_wants_another_id_or_the_old_fields() {
    for code in ["F ORDER_IS_CLOSED", "F ORDER_IS_CANCELED"] {
        sale(code).pays("Q", "S SUCCESS").holds("PAY-015");
        sale(code).pays("P", code).breaks("PAY-015", 4);
    }
    sale("S SUCCESS").pays("P", "S SUCCESS").says_nothing_of("PAY-015");
    let inconsistent = || sale("F REPEAT_REQ_INCONSISTENT");
    inconsistent().pays("P", "S SUCCESS").holds("PAY-016");
    inconsistent().pays("Q", "S SUCCESS").holds("PAY-016");
    inconsistent().pays_with(&body("/paymentAmount", yen("900")), "F REPEAT_REQ_INCONSISTENT").breaks("PAY-016", 4);
    sale("S SUCCESS").says_nothing_of("PAY-016");
}

#[test]
fn pay_018_ends_what_expired() {
    let expires = || new().sold().pays_with(&body("/paymentExpiryTime", json!("2026-01-05T10:05:00Z")), "S SUCCESS");
    let expired = || expires().pause(300).ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED");
    expired().stands("failed", "0").pause(900).ended().holds("PAY-018");
    expired().stands("open", "0").pause(900).ended().breaks("PAY-018", 6);
    expired().stands("open", "0").pause(60).ended().holds("PAY-018");
    let late = body("/paymentExpiryTime", json!("2026-01-05T10:05:00Z"));
    expires().pause(300).pays_with(&late, "F ORDER_IS_CLOSED").breaks("PAY-018", 4);
    sale("S SUCCESS").stands("open", "0").ended().says_nothing_of("PAY-018");
}

#[test]
fn pay_019_reads_the_expiry() {
    let expiry = |text: &str| sends("/paymentExpiryTime", json!(text));
    expiry("2026-01-05T19:05:00+09:00").holds("PAY-019");
    expiry("2026-01-05T10:05:00").breaks("PAY-019", 1);
    expiry("2026-01-05T10:05:00+09:00").breaks("PAY-019", 1);
    let cashier = |time: &str, method: &str| {
        let mut body = body("/paymentExpiryTime", json!(time));
        body["productCode"] = json!("CASHIER_PAYMENT");
        body["paymentFactor"] = Value::Null;
        body["paymentMethod"]["paymentMethodType"] = json!(method);
        new().pays_with(&body, "S SUCCESS")
    };
    cashier("2026-01-05T10:09:00Z", "GCASH").holds("PAY-019");
    cashier("2026-01-05T10:10:01Z", "GCASH").holds("PAY-019");
    cashier("2026-01-05T10:10:02Z", "GCASH").breaks("PAY-019", 1);
    expiry("2026-01-05T10:00:02Z").holds("PAY-019");
    expiry("2026-01-05T10:00:01Z").breaks("PAY-019", 1);
    cashier("2026-01-05T10:30:00Z", "GCASH").breaks("PAY-019", 1);
    cashier("2026-01-06T10:00:00Z", "BANKTRANSFER_MAYBANK").holds("PAY-019");
    sale("S SUCCESS").says_nothing_of("PAY-019");
}

#[test]
fn pay_020_asks_by_the_own_id_when_there_is_no_other() {
    let unsure = || sale("U UNKNOWN_EXCEPTION");
    unsure().inquires("P", "PROCESSING").holds("PAY-020");
    let asks = |trace: Trace, id: Value| trace.exchange(Operation::Cancel, &json!({"paymentId": id}), &json!({}));
    asks(unsure(), json!("pid-P")).breaks("PAY-020", 4);
    asks(unsure(), Value::Null).breaks("PAY-020", 4);
    asks(sale("S SUCCESS"), json!("pid-P")).says_nothing_of("PAY-020");
}

#[test]
fn pay_023_gives_the_second_payment_back() {
    let once = || sale("S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS").pays("Q", "S SUCCESS");
    let twice = || once().ledger("Q", PaymentStatus::Success, "SUCCESS");
    twice().stands("paid", "1000").ended().breaks("PAY-023", 7);
    twice().ledger("Q", PaymentStatus::Cancelled, "SUCCESS").stands("paid", "1000").ended().holds("PAY-023");
    twice().cancels("Q", "F CANCEL_WINDOW_EXCEED").stands("paid", "1000").ended().holds("PAY-023");
    twice().stands("parked", "1000").ended().holds("PAY-023");
    let denied = sale("S SUCCESS").cancels("P", "F ORDER_NOT_EXIST").ledger("P", PaymentStatus::Success, "SUCCESS");
    let denied = denied.pays("Q", "S SUCCESS").ledger("Q", PaymentStatus::Success, "SUCCESS");
    denied.stands("paid", "1000").ended().breaks("PAY-023", 9);
    once().stands("paid", "1000").ended().says_nothing_of("PAY-023");
}

#[test]
fn pay_024_clears_up_before_it_tries_again() {
    sale("S SUCCESS").pays("Q", "S SUCCESS").breaks("PAY-024", 4);
    sale("S SUCCESS").inquires("P", "PROCESSING").pays("Q", "S SUCCESS").breaks("PAY-024", 6);
    sale("S SUCCESS").inquires("P", "FAIL").pays("Q", "S SUCCESS").holds("PAY-024");
    sale("S SUCCESS").cancels("P", "S SUCCESS").pays("Q", "S SUCCESS").holds("PAY-024");
    sale("S SUCCESS").ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED").pays("Q", "S SUCCESS").holds("PAY-024");
    sale("U PAYMENT_IN_PROCESS").pays("Q", "S SUCCESS").holds("PAY-024");
    sale("S SUCCESS").pays("P", "S SUCCESS").says_nothing_of("PAY-024");
}

#[test]
fn pay_025_keeps_the_order_s_reference() {
    sale("F RISK_REJECT").pays("Q", "S SUCCESS").holds("PAY-025");
    let mut other = pay("Q");
    other["order"]["referenceOrderId"] = json!("A-2");
    sale("F RISK_REJECT").pays_with(&other, "S SUCCESS").breaks("PAY-025", 4);
    sale("S SUCCESS").says_nothing_of("PAY-025");
}

#[test]
fn pay_026_reads_region_and_refusal() {
    sends("/merchantRegion", json!("JP")).holds("PAY-026");
    sends("/merchantRegion", json!("Japan")).breaks("PAY-026", 1);
    sale("F SETTLE_CONTRACT_NOT_MATCH").refused("SETTLE_CONTRACT_NOT_MATCH").breaks("PAY-026", 2);
    sale("S SUCCESS").says_nothing_of("PAY-026");
}

#[test]
fn pay_027_counts_a_notification_that_comes_first() {
    let early = || sale("S SUCCESS").unheard(LostHow::Close).ledger("P", PaymentStatus::Success, "SUCCESS");
    let told = || early().notified("P", "PAYMENT_RESULT", "S SUCCESS");
    told().stands("paid", "1000").ended().holds("PAY-027");
    told().stands("open", "0").ended().breaks("PAY-027", 8);
    told().stands("failed", "0").ended().breaks("PAY-027", 8);
    let called_off = |trace: Trace| {
        let gone = trace.cancels("P", "S SUCCESS").ledger("P", PaymentStatus::Cancelled, "SUCCESS");
        gone.stands("cancelled", "0").ended()
    };
    called_off(told()).breaks("PAY-027", 11);
    called_off(told().asked("cancel", json!({"order": "A"}))).holds("PAY-027");
    sale("S SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000").says_nothing_of("PAY-027");
}

#[test]
fn pay_029_knows_types_and_lengths() {
    sale("S SUCCESS").holds("PAY-029");
    sends("/order/orderDescription", json!("x".repeat(257))).breaks("PAY-029", 1);
    sends("/order/orderDescription", json!("x".repeat(256))).holds("PAY-029");
    sends("/merchantRegion", json!("Japan")).breaks("PAY-029", 1);
    sends("/paymentAmount", yen("1.5")).holds("PAY-029");
    new().sold().says_nothing_of("PAY-029");
}

#[test]
fn pay_030_asks_at_the_counter_and_cancels_in_the_end() {
    let unsure = || new().checkout("A", "payment-code", "JPY", "1000").pays_with(&counter(), "U PAYMENT_IN_PROCESS");
    unsure().inquires("P", "PROCESSING").inquires("P", "SUCCESS").stands("paid", "1000").ended().holds("PAY-030");
    unsure().stands("paid", "1000").breaks("PAY-030", 5);
    unsure().pause(60).ended().breaks("PAY-030", 2);
    // Half a minute, and no moment more, whoever asks, knows, or is called.
    unsure().pause(28).inquires("P", "SUCCESS").ended().holds("PAY-030");
    unsure().pause(29).inquires("P", "SUCCESS").ended().breaks("PAY-030", 2);
    let told = |trace: Trace| trace.notified("P", "PAYMENT_RESULT", "S SUCCESS").pause(60).ended();
    told(unsure().pause(28)).holds("PAY-030");
    told(unsure().pause(29)).breaks("PAY-030", 2);
    let called = |trace: Trace| trace.stands("open", "0").pause(60).ended();
    called(unsure().pause(25).stands("open", "0").stands("parked", "0")).holds("PAY-030");
    called(unsure().pause(26).stands("open", "0").stands("parked", "0")).breaks("PAY-030", 2);
    unsure().inquires("P", "PROCESSING").stands("failed", "0").breaks("PAY-030", 7);
    unsure().inquires("P", "PROCESSING").cancels("P", "S SUCCESS").stands("cancelled", "0").holds("PAY-030");
    let called_off = unsure().inquires("P", "PROCESSING").cancels("P", "U UNKNOWN_EXCEPTION");
    called_off.stands("failed", "0").holds("PAY-030");
    (0..30).fold(unsure(), |trace, _| trace.inquires("P", "PROCESSING")).holds("PAY-030");
    (0..31).fold(unsure(), |trace, _| trace.inquires("P", "PROCESSING")).breaks("PAY-030", 64);
    let direct = new().checkout("A", "payment-code", "JPY", "1000").pays_with(&counter(), "S SUCCESS");
    direct.stands("paid", "1000").pause(60).ended().holds("PAY-030");
    sale("S SUCCESS").pause(60).ended().says_nothing_of("PAY-030");
}

#[test]
fn pay_031_charges_once_whichever_advice_is_followed() {
    let unsure = || sale("U PAYMENT_IN_PROCESS").pays("Q", "S SUCCESS").ledger("Q", PaymentStatus::Success, "SUCCESS");
    unsure().stands("paid", "1000").ended().holds("PAY-031");
    let both = unsure().ledger("P", PaymentStatus::Success, "SUCCESS");
    both.stands("paid", "1000").ended().breaks("PAY-031", 7);
    sale("U UNKNOWN_EXCEPTION").stands("open", "0").ended().says_nothing_of("PAY-031");
}
