//! What happens at the till to another order, command or frame, or at another time, is no reason for anything here.

use serde_json::json;
use sim_edc::Event as Terminal;
use wire::edc::Kind;

use crate::rules::{Trace, new, success};
use crate::rules_edc::sale;
use crate::rules_line::opened;

/// The answer to a Purchase of 100 won was lost. Entries 1 to 3.
fn lost() -> Trace {
    sale().lost("1", "R", "100")
}

/// A person is told of order A, and order B of the same amount is paid with requestId S. Four entries.
fn goes_on(trace: Trace) -> Trace {
    trace.says("A", "parked").checkout("B", "terminal", "KRW", "100").purchase("9", "S", "100")
}

#[test]
fn edc_p27_lets_the_next_order_be_paid_when_the_terminal_was_asked_in_vain_until_then() {
    let asks = |trace: Trace| trace.asks("2").asks("3").asks("4");
    goes_on(asks(lost())).holds("EDC-P27");
    // An answer that comes later was none until then.
    goes_on(asks(lost())).success("4", "R", "100").holds("EDC-P27");
    asks(goes_on(lost())).breaks("EDC-P27", 7);
    goes_on(lost().calls_off("2").calls_off("3").calls_off("4")).breaks("EDC-P27", 10);
    lost().checkout("B", "terminal", "KRW", "100").purchase("9", "S", "100").breaks("EDC-P27", 5);
}

#[test]
fn edc_p29_is_not_excused_by_the_failure_of_another_command() {
    let failed = |id: &str| {
        let json = json!({"id": id, "outcome": "businessFailed", "responseData": success("R", "101")});
        sale()
            .trouble("altered-amount")
            .sent(Kind::Result, json, Some(sim_edc::Note::Corrupted))
            .purchase("2", "S", "200")
    };
    failed("9").breaks("EDC-P29", 5);
    failed("1").says_nothing_of("EDC-P29");
}

#[test]
fn edc_p11_knows_an_order_of_its_own_by_its_requests() {
    let busy =
        |trace: Trace, id: &str, request: &str| trace.purchase(id, request, "100").fails(id, "CommandDeviceBusy");
    let sold = |trace: Trace, order: &str| trace.checkout(order, "terminal", "KRW", "100");
    let both = || sold(sold(new(), "A"), "B");
    busy(both(), "1", "R").at_once().purchase("2", "S", "100").holds("EDC-P11");
    // A third id is one more than were sold, whatever is sold later or was sent for another amount.
    let twice = || busy(busy(both(), "1", "R"), "2", "S");
    twice().at_once().purchase("3", "T", "100").breaks("EDC-P11", 7);
    sold(twice().at_once().purchase("3", "T", "100"), "C").breaks("EDC-P11", 7);
    let before = both().purchase("8", "X", "300").success("8", "X", "300");
    busy(before, "1", "R").at_once().purchase("2", "S", "100").holds("EDC-P11");
    busy(both(), "1", "R").at_once().purchase("2", "S", "100").purchase("3", "T", "100").holds("EDC-P11");
}

#[test]
fn edc_p24_is_about_a_sale_that_had_not_ended_before_the_refusal() {
    // With one id for both, the refusal is the first result of either.
    let refused = |id: &str| sale().calls_off(id).fails(id, "CommandInvalid").says("A", "cancelled");
    refused("1").breaks("EDC-P24", 6);
    refused("2").breaks("EDC-P24", 6);
}

#[test]
fn edc_p17_is_about_purchases_that_the_terminal_took() {
    let returned = sale().success("1", "R", "100").gives_back("2", "S", "100", "M").event("2", "READY");
    returned.pause(40).success("2", "S", "100").says_nothing_of("EDC-P17");
    let ready = sale().event("1", "READY").pause(40).success("1", "R", "100");
    ready.holds("EDC-P17");
}

#[test]
fn line_l02_excuses_what_trickles_and_nothing_that_came_before() {
    let trickled = || opened().trouble("trickle").result("1", success("R", "100"), None, 1).ack();
    let given_up = |trace: Trace| trace.terminal(Terminal::Unacknowledged { seq: 7, sends: 2 });
    given_up(trickled().result("1", success("R", "100"), None, 2)).holds("LINE-L02");
    given_up(trickled().result("2", success("S", "100"), None, 1)).breaks("LINE-L02", 5);
    given_up(trickled().sends_another(1).ack().result("2", success("S", "100"), None, 1)).breaks("LINE-L02", 7);
}
