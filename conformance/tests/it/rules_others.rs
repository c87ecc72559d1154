//! What is about another order, command or payment, or comes a moment too late, excuses nothing and accuses nobody.

use serde_json::{Value, json};
use sim_antom::LostHow;
use sim_edc::{Event as Terminal, Note};

use crate::rules::{Trace, new, success};
use crate::rules_edc::sale;
use crate::rules_refund::{asks, paid};

/// A successful record of 100 won, without a requestId.
fn bare() -> Value {
    let mut data = success("R", "100");
    data["requestId"] = Value::Null;
    data["responseCommand"] = json!("Purchase");
    data
}

#[test]
fn edc_p10_knows_which_result_cannot_be_read() {
    let asks = |trace: Trace| trace.asks("2");
    let spoilt = || new().trouble("malformed-json").purchase("1", "R", "100");
    asks(sale()).breaks("EDC-P10", 3);
    asks(sale().trouble("malformed-json")).holds("EDC-P10");
    // It was spoilt before, and left now; or another left, which can be read.
    asks(spoilt().result("9", bare(), Some(Note::Corrupted), 1)).holds("EDC-P10");
    asks(spoilt().result("9", bare(), None, 1)).breaks("EDC-P10", 4);
    // Damaged on the line it is sent again.
    asks(sale().result("9", bare(), Some(Note::Corrupted), 1)).breaks("EDC-P10", 4);
}

#[test]
fn edc_p11_counts_the_tries_of_one_amount() {
    let busy = || sale().fails("1", "CommandDeviceBusy");
    busy().purchase("2", "S", "200").says("A", "failed").breaks("EDC-P11", 6);
    sale().pause(2).fails("1", "CommandDeviceBusy").says("A", "failed").breaks("EDC-P11", 5);
}

#[test]
fn edc_p53_hears_what_was_asked_after_the_sale() {
    let sold = |trace: Trace| trace.purchase("1", "R", "100").lost("1", "R", "100").says("A", "parked").ended();
    let asked = |trace: Trace| trace.recorded("R", 100).asks("2").result("2", bare(), None, 1);
    let order = || new().checkout("A", "terminal", "KRW", "100");
    sold(asked(order())).says_nothing_of("EDC-P53");
    asked(order().purchase("1", "R", "100").lost("1", "R", "100")).says("A", "parked").ended().breaks("EDC-P53", 8);
}

#[test]
fn line_l10_is_about_what_the_line_was_last_opened_for() {
    let pulled = |trace: Trace| trace.trouble("unplug").terminal(Terminal::Closed).terminal(Terminal::Plugged);
    let sold = || new().terminal(Terminal::Opened).checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
    let late = |trace: Trace| trace.pause(300).says("A", "parked").ended();
    late(pulled(sold())).breaks("LINE-L10", 6);
    late(pulled(sold().terminal(Terminal::Closed).terminal(Terminal::Opened))).says_nothing_of("LINE-L10");
    // What is sold after the line is back was not waiting then.
    let idle = || pulled(new().terminal(Terminal::Opened).checkout("A", "terminal", "KRW", "100"));
    late(idle().purchase("1", "R", "100")).says_nothing_of("LINE-L10");
    // Just five minutes, and not a moment more.
    pulled(sold()).pause(298).says("A", "parked").at_once().ended().says_nothing_of("LINE-L10");
}

#[test]
fn inq_002_gives_a_buyer_a_minute() {
    let cancelled = |seconds: u64| {
        let asked = new().sold().pays("P", "S SUCCESS").inquires("P", "PROCESSING");
        asked.pause(seconds).cancels("P", "S SUCCESS")
    };
    cancelled(55).breaks("INQ-002", 6);
    cancelled(56).holds("INQ-002");
}

#[test]
fn inq_007_hears_an_answer_to_pay_that_comes_after_the_inquirys() {
    let missing = new().sold().pays("P", "U UNKNOWN_EXCEPTION").inquires("P", "F ORDER_NOT_EXIST");
    // Of a clock that is hours behind, nothing is known of when it was sent.
    let missing = missing.header("request-time", Some("1767600000000"));
    missing.again().stands("failed", "0").breaks("INQ-007", 7);
    missing.pays("P", "U PAYMENT_IN_PROCESS").stands("failed", "0").holds("INQ-007");
}

#[test]
fn ops_003_knows_whose_order_a_person_asked_about() {
    let limited = |trace: Trace| trace.inquires("P", "U REQUEST_TRAFFIC_EXCEED_LIMIT").at_once();
    let asked_about = |order: &str| {
        let sold = new().sold().pays("P", "S SUCCESS").checkout("B", "cashier", "JPY", "1000");
        let twice = limited(limited(sold)).asked("cancel", json!({"order": order})).at_once();
        limited(twice.at_once())
    };
    asked_about("A").holds("OPS-003");
    asked_about("B").breaks("OPS-003", 10);
}

#[test]
fn ref_007_is_excused_by_the_answer_to_these_clicks() {
    let replied = |trace: Trace, method: &str| trace.replied(method, json!({"state": "paid"}));
    let clicks = |trace: Trace| asks(asks(trace, "400"), "400").hands_back("R", "400", "S SUCCESS");
    let second = |trace: Trace| trace.hands_back("S", "400", "S SUCCESS");
    second(replied(clicks(paid()), "refund")).holds("REF-007");
    second(replied(clicks(paid()), "cancel")).breaks("REF-007", 14);
    second(clicks(replied(asks(paid(), "100"), "refund"))).breaks("REF-007", 15);
}

#[test]
fn sig_011_hears_what_is_said_of_this_payments_making() {
    let cut = || new().checkout("A", "cashier", "JPY", "1000").pays("P", "U PAYMENT_IN_PROCESS").unheard(LostHow::Cut);
    cut().pays("P", "U PAYMENT_IN_PROCESS").stands("failed", "0").holds("SIG-011");
    cut().pays("Q", "U PAYMENT_IN_PROCESS").stands("failed", "0").breaks("SIG-011", 7);
    cut().inquires("P", "U PAYMENT_IN_PROCESS").stands("failed", "0").breaks("SIG-011", 7);
}
