//! Rules about front ends keep apart what lies beside each other: what came before and after, what was told by whom, and how far
//! apart two things may be.

use serde_json::json;
use wire::antom::PaymentStatus;

use crate::rules::{Trace, new};
use crate::rules_client::{DATA, SUCCESS, shop};
use crate::rules_client_apps::counter;
use crate::rules_client_back::sale;

/// The buyer has come back to a page in the browser; the entry that he came with is 6.
fn back() -> Trace {
    sale().returns_to("http://127.0.0.1/back")
}

fn asks(trace: Trace) -> Trace {
    trace.fetches("GET", None).pause(2).fetches("GET", None).pause(2).fetches("GET", None)
}

#[test]
fn only_what_somebody_else_is_to_blame_for_excuses_a_credit() {
    let lured = || sale().told(SUCCESS);
    lured().notice(9, "P", true, true).called("paid").breaks("SES-003", 10);
    lured().called("paid").notice(9, "P", false, true).breaks("SES-003", 8);
    lured().pays("P", "S SUCCESS").unsound().called("paid").holds("SES-003");
    lured().called("paid").pays("P", "S SUCCESS").unsound().breaks("SES-003", 8);
    // What was told at a terminal was said by the server, whatever page comes next.
    let counter = sale().shows_order("A", "terminal").returns_to("app");
    counter.called("paid").holds("PAY-021");
}

#[test]
fn pay_022_looks_until_the_payment_ends_and_no_longer() {
    // A change that leaves it open is no end.
    back().sees("form").in_process().pause(9).gets_paid().breaks("PAY-022", 7);
    back().sees("form").pause(5).in_process().gets_paid().breaks("PAY-022", 7);
    // What is shown when it has ended is another matter.
    asks(back().sees("pending")).pause(4).gets_paid().sees("paid").holds("PAY-022");
    // Eight seconds are long enough, and seven are not.
    back().sees("form").pause(6).gets_paid().breaks("PAY-022", 7);
    back().sees("form").pause(5).gets_paid().says_nothing_of("PAY-022");
}

#[test]
fn pay_022_counts_what_the_page_asks_and_nothing_else() {
    let shown = |trace: Trace| trace.sees("pending").sees("pending").sees("pending");
    shown(back()).fetches("GET", None).pause(9).gets_paid().breaks("PAY-022", 6);
    let before = asks(sale()).returns_to("http://127.0.0.1/back").sees("pending");
    before.pause(9).gets_paid().breaks("PAY-022", 9);
    asks(back().sees("pending").pause(9).gets_paid()).breaks("PAY-022", 6);
}

#[test]
fn cli_035_is_about_an_answer_that_wants_another_session() {
    let args = |data: &str| json!([{"sessionData": data}]);
    let element = || shop().calls(1, "new AMSElement", args(DATA));
    let again = |trace: Trace, data: &str| trace.calls(2, "new AMSElement", args(data));
    let submits = |trace: Trace, instance| trace.calls(instance, "submitPayment", json!([]));
    again(element().answers(json!({"status": "FAIL"})), DATA).says_nothing_of("CLI-035");
    let wants = || element().answers(json!({"status": "FAIL", "error": {"needChangeSessionForRetry": true}}));
    // The first of both is the next try.
    submits(again(wants(), "other"), 2).holds("CLI-035");
    again(submits(wants(), 1), "other").breaks("CLI-035", 5);
}

#[test]
fn what_is_shown_at_a_checkout_is_not_excused_by_a_terminal_that_comes_later() {
    let shown = || shop().told(SUCCESS).sees("paid");
    shown().shows_order("A", "terminal").breaks("CLI-001", 4);
    shop().shows_order("A", "terminal").told(SUCCESS).sees("paid").holds("CLI-001");
}

#[test]
fn the_address_of_a_return_page_is_to_blame_just_after_it() {
    let later = |between: usize| {
        let seen = (0..between).fold(shop().comes_back(), |trace, _| trace.sees("pending"));
        seen.navigates().told(SUCCESS).sees("paid")
    };
    later(1).breaks("CLI-022", 7);
    later(2).holds("CLI-022");
    later(2).breaks("CLI-001", 8);
    later(4).breaks("CLI-001", 10);
}

#[test]
fn the_last_of_what_was_told_and_what_was_forged_is_to_blame() {
    let end = "SDK_END_OF_LOADING";
    shop().told(end).posts("forge").sees("paid").breaks("CLI-003", 5);
    shop().posts("forge").told(end).sees("paid").breaks("CLI-010", 5);
    shop().posts("forge").told(end).sees("paid").holds("CLI-003");
    shop().posts("onRedirect").sees("paid").breaks("CLI-004", 4);
    shop().sees("paid").posts("forge").breaks("CLI-004", 3);
}

#[test]
fn each_reason_to_show_paid_too_soon_has_one_requirement() {
    for code in ["SDK_PAYMENT_PROCESSING", "SDK_PAYMENT_ERROR"] {
        shop().told(code).sees("paid").holds("CLI-004");
    }
    shop().told("SDK_FUTURE_CODE").sees("paid").breaks("CLI-004", 4);
    shop().answers(json!({"status": "SUCCESS"})).sees("paid").breaks("CLI-001", 4);
    let odd = json!({"code": SUCCESS, "error": {"code": "X"}});
    shop().told_with(odd).sees("paid").breaks("CLI-001", 4);
}

#[test]
fn cli_008_is_about_a_payment_that_may_stand() {
    let error = |trace: Trace| trace.told("SDK_PAYMENT_ERROR").session(DATA);
    error(shop()).breaks("CLI-008", 4);
    error(new().visits()).holds("CLI-008");
    error(shop().ledger("P", PaymentStatus::Fail, "PROCESS_FAIL")).holds("CLI-008");
}

#[test]
fn cli_014_counts_what_is_asked_after_the_first_result() {
    let posts = |trace: Trace| trace.fetches("POST", Some("receipt"));
    posts(posts(shop().gets_paid()).told(SUCCESS)).told(SUCCESS).holds("CLI-014");
    let twice = || posts(shop().gets_paid().told(SUCCESS)).told(SUCCESS);
    posts(twice()).breaks("CLI-014", 7);
    posts(twice().presses("again")).holds("CLI-014");
}

#[test]
fn cli_042_and_045_leave_a_margin() {
    let made = |data: &str| shop().calls(1, "createComponent", json!([{"sessionData": data}])).told(SUCCESS);
    let logs = |data: &str| made(data).logs(data);
    logs(&"x".repeat(41)).breaks("CLI-042", 5);
    logs(&"x".repeat(40)).holds("CLI-042");
    let asks = |times: usize| (0..times).fold(shop(), |trace, _| trace.at_once().fetches("GET", None));
    asks(7).holds("CLI-045");
    asks(8).breaks("CLI-045", 10);
}

#[test]
fn cli_050_goes_by_the_last_purchase_and_by_no_other_command() {
    let ready = json!({"code": "READY"});
    let longer = || counter().hands("Purchase", json!({"paymentExpiryTime": "60"}));
    let asked = longer().hands("GetLastTransaction", json!({}));
    asked.called_back("A", "onEvent", ready.clone()).counts(Some(60)).holds("CLI-050");
    let another = longer().called_back("A", "onEvent", ready).counts(Some(60));
    another.hands("Purchase", json!({"paymentExpiryTime": "90"})).holds("CLI-050");
}

#[test]
fn cli_051_wants_the_question_before_the_next_purchase_and_a_second_of_peace() {
    let again = || json!({"requestId": "S"});
    let silence = json!({"command": "Purchase", "errorCode": "CommandResponseTimeout"});
    let silent = counter().called_back("A", "onCommandFailed", silence);
    silent.hands("Purchase", again()).hands("GetLastTransaction", json!({})).breaks("CLI-051", 4);
    let busy = json!({"command": "Purchase", "errorCode": "CommandDeviceBusy"});
    let busy = || counter().called_back("A", "onCommandFailed", busy.clone());
    busy().millis(999).hands("Purchase", again()).breaks("CLI-051", 4);
    busy().millis(1000).hands("Purchase", again()).holds("CLI-051");
}
