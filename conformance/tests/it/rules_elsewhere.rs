//! What happens to another payment, order or request, or at another time, is no reason for anything here.

use conformance::trace::Event;
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use wire::antom::{Operation, PaymentStatus, RefundStatus};

use crate::rules::{Trace, new, pay};
use crate::rules_apart::sale;
use crate::rules_batch::{Batches as _, MADE, cart};
use crate::rules_gateway::yen;
use crate::rules_refund::paid;

impl Trace {
    /// This entry and the next one happen the other way round.
    pub(crate) fn crossed(mut self, n: usize) -> Self {
        let (before, after) = self.entries.split_at_mut(n);
        std::mem::swap(&mut before.last_mut().unwrap().event, &mut after.first_mut().unwrap().event);
        self
    }
}

fn refused(trace: Trace) -> Trace {
    trace.answered(Some(200), Some("has the result F"))
}

#[test]
fn bat_005_is_about_what_was_told_since_the_batch_was_asked_for() {
    let closed = |trace: Trace| trace.replied("checkoutBatch", json!({"state": "failed"}));
    let before = closed(cart().batches("F", "F PROCESS_FAIL"));
    let again = before.asked("checkoutBatch", json!({"batch": "G", "orders": []}));
    closed(again.batches("G", MADE)).breaks("BAT-005", 8);
    // A failure that was surely told is a reason, and one that may not have arrived is none.
    let told = || cart().batches("G", MADE).notified("G", "PAYMENT_RESULT", "F PROCESS_FAIL");
    closed(told()).holds("BAT-005");
    let mut lost = told();
    lost.entries.pop();
    closed(lost.answered(None, Some("never came"))).breaks("BAT-005", 6);
}

#[test]
fn can_006_looks_at_what_the_order_was_called_before_the_cancel() {
    let sold = || sale().ledger("P", PaymentStatus::Success, "SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS");
    sold().cancels("P", "F ORDER_STATUS_INVALID").stands("paid", "1000").holds("CAN-006");
    sold().stands("paid", "1000").cancels("P", "F ORDER_STATUS_INVALID").breaks("CAN-006", 9);
}

#[test]
fn ntf_001_takes_the_true_notification_for_evidence() {
    let forged = || sale().notice(8, "P", false, true);
    forged().notice(9, "P", true, true).stands("paid", "1000").holds("NTF-001");
    forged().stands("paid", "1000").notice(9, "P", true, true).breaks("NTF-001", 7);
}

#[test]
fn money_004_leaves_what_was_taken_twice_to_another_rule() {
    let twice = paid().pays("Q", "S SUCCESS").ledger("Q", PaymentStatus::Success, "SUCCESS");
    twice.given_back("R", "400", RefundStatus::Success).stands("paid", "1000").ended().holds("MONEY-004");
}

#[test]
fn ntf_003_is_excused_by_a_batch_that_it_is_about_and_by_nothing_else() {
    let lost = || cart().batches("G", MADE).unheard(LostHow::Close);
    let part = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
        "paymentRequestId": "G_A", "paymentAmount": yen("1000")});
    refused(lost().delivered("G_A", &part, true)).holds("NTF-003");
    // Another payment, whose amount is none of the batch either.
    refused(lost().pays("P", "S SUCCESS").delivered("P", &part, true)).breaks("NTF-003", 7);
    let unheard = sale().unheard(LostHow::Close);
    let mut other = part;
    other["paymentAmount"] = yen("500");
    refused(unheard.delivered("P", &other, true)).breaks("NTF-003", 5);
}

#[test]
fn ntf_011_is_about_a_failure_that_could_be_told_apart() {
    let lost = || cart().batches("G", MADE).unheard(LostHow::Close);
    let failed = |id: &str, value: &str| {
        let body = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "F", "resultCode": "PROCESS_FAIL"},
            "paymentRequestId": id, "paymentAmount": yen(value)});
        lost().delivered(id, &body, true).answered(Some(200), None).pause(2).batches("G", MADE)
    };
    failed("G_A", "1000").holds("NTF-011");
    failed("G", "1500").breaks("NTF-011", 6);
}

#[test]
fn ntf_013_is_about_an_order_that_was_closed_and_not_given_up() {
    let silent = || sale().unheard(LostHow::Close);
    let told = |trace: Trace| {
        trace.ledger("P", PaymentStatus::Success, "SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS")
    };
    told(silent().stands("cancelled", "0")).stands("failed", "0").ended().breaks("NTF-013", 10);
    told(silent().stands("failed", "0")).stands("failed", "0").ended().says_nothing_of("NTF-013");
}

#[test]
fn ntf_016_is_about_the_notification_of_this_payment() {
    let waits = |id: &str| {
        let paid = sale().ledger("P", PaymentStatus::Success, "SUCCESS");
        paid.notified(id, "PAYMENT_RESULT", "S SUCCESS").pause(7200).ended()
    };
    waits("P").says_nothing_of("NTF-016");
    waits("P_2").breaks("NTF-016", 4);
}

#[test]
fn pay_005_asks_again_unless_nothing_can_have_been_made() {
    let began = |body: &Value, answer: &str| new().sold().pays_with(body, answer).crashed().pays("Q", "S SUCCESS");
    began(&pay("P"), "U PAYMENT_IN_PROCESS").breaks("PAY-005", 5);
    began(&pay("P"), "F PROCESS_FAIL").holds("PAY-005");
    let mut cashier = pay("P");
    cashier["productCode"] = json!("CASHIER_PAYMENT");
    cashier["paymentFactor"] = Value::Null;
    cashier["paymentMethod"]["paymentMethodType"] = json!("GCASH");
    let began =
        |answer: &str| new().sold().pays_with(&cashier, answer).crashed().pays_with(&another(&cashier), "S SUCCESS");
    began("U PAYMENT_IN_PROCESS").holds("PAY-005");
    began("U UNKNOWN_EXCEPTION").breaks("PAY-005", 5);
}

fn another(body: &Value) -> Value {
    let mut body = body.clone();
    body["paymentRequestId"] = json!("Q");
    body
}

#[test]
fn pay_007_knows_an_answer_that_came_too_late() {
    let both = || sale().pays("Q", "S SUCCESS");
    both().crossed(3).breaks("PAY-007", 3);
    both().says_nothing_of("PAY-007");
}

#[test]
fn pay_009_is_not_excused_by_a_notification_of_another_payment_that_was_refused() {
    let body = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"}});
    refused(sale().delivered("X", &body, false)).stands("paid", "1000").breaks("PAY-009", 7);
}

#[test]
fn pay_004_says_why_nothing_was_reached() {
    let deaf = sale().delivered("P", &json!({}), true).answered(None, Some("was not answered: connection refused"));
    let words = deaf.words("PAY-004");
    assert!(words.ends_with(": was not answered: connection refused"), "{words}");
}

#[test]
fn pay_014_and_016_are_about_the_id_that_was_refused() {
    let before = || new().pays("X", "S SUCCESS").sold();
    before().pays("P", "F PROCESS_FAIL").pays("Q", "S SUCCESS").breaks("PAY-014", 6);
    let again = sale().pays("P", "F PROCESS_FAIL").checkout("B", "entry-code", "JPY", "1000");
    again.pays("P", "S SUCCESS").holds("PAY-014");
    let mut other = pay("Q");
    other["paymentAmount"]["value"] = json!("500");
    let refused = || sale().pays("P", "F REPEAT_REQ_INCONSISTENT");
    refused().pays_with(&other, "S SUCCESS").holds("PAY-016");
    other["paymentRequestId"] = json!("P");
    refused().pays_with(&other, "S SUCCESS").breaks("PAY-016", 6);
}

#[test]
fn pay_030_counts_anew_after_a_cancel_and_is_excused_by_its_own_order() {
    let mut counter = pay("P");
    counter["paymentFactor"] = json!({"inStorePaymentScenario": "PaymentCode"});
    counter["paymentMethod"] = json!({"paymentMethodType": "CONNECT_WALLET", "paymentMethodId": "2881"});
    let sold = || new().checkout("A", "payment-code", "JPY", "1000");
    let unsure = || sold().pays_with(&counter, "U PAYMENT_IN_PROCESS");
    let parked = |order: &str| unsure().status(order, "parked", "JPY", "0").pause(60).ended();
    parked("A").holds("PAY-030");
    parked("B").breaks("PAY-030", 2);
    let asks = |trace: Trace, n: usize| (0..n).fold(trace, |trace, _| trace.inquires("P", "PROCESSING"));
    let refused = |n: usize| asks(asks(unsure(), 20).cancels("P", "F ORDER_STATUS_INVALID"), n);
    refused(30).holds("PAY-030");
    refused(31).breaks("PAY-030", 106);
    // A message that contradicts itself calls a person, when it is turned away and comes soon.
    let warned = |id: &str, later: u64, problem: Option<&str>| {
        let told = json!({"notifyType": "PAYMENT_PENDING", "result": {"resultStatus": "S", "resultCode": "SUCCESS"}});
        let told = unsure().millis(later).delivered(id, &told, true).answered(Some(200), problem);
        let mut trace = told.pause(60).ended();
        if let Event::Gateway(Gateway::Notice { altered, .. }) = &mut trace.entries[3].event {
            *altered = true;
        }
        trace
    };
    let refused = Some("has the result U");
    warned("P", 29_000, refused).holds("PAY-030");
    warned("P", 29_001, refused).breaks("PAY-030", 2);
    warned("P", 29_000, None).breaks("PAY-030", 2);
    warned("Q", 29_000, refused).breaks("PAY-030", 2);
}

#[test]
fn pay_020_is_about_a_payment_that_was_asked_for_before() {
    let asks = |trace: Trace| trace.inquires("P", "F ORDER_NOT_EXIST");
    asks(new()).pays("P", "U UNKNOWN_EXCEPTION").says_nothing_of("PAY-020");
    asks(new().pays("P", "U UNKNOWN_EXCEPTION")).holds("PAY-020");
}

#[test]
fn pay_018_goes_by_the_later_of_two_clocks() {
    let mut body = pay("P");
    body["paymentExpiryTime"] = json!("2026-01-05T10:05:00Z");
    let (expiry, later) = ("2026-01-05T10:05:00Z", "2026-01-05T10:05:01Z");
    // The second request comes at such a second of the world, and at such a time of the merchant's own.
    let again = |second: u64, own: &str| {
        let began = new().sold().pays_with(&body, "S SUCCESS").pause(second - 4);
        began.pays_with(&body, "F ORDER_IS_CLOSED").header("Request-Time", Some(own))
    };
    again(301, later).breaks("PAY-018", 4);
    again(301, expiry).says_nothing_of("PAY-018");
    again(300, later).says_nothing_of("PAY-018");
}

#[test]
fn ses_002_is_about_what_the_client_gets() {
    let session = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentSessionData": "data"});
    let made = new().exchange(Operation::CreatePaymentSession, &json!({"paymentRequestId": "P"}), &session);
    let over = made.ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED");
    let given =
        |method: &str| over.again().pause(60).replied(method, json!({"session": {"paymentSessionData": "data"}}));
    given("checkout").breaks("SES-002", 4);
    given("orderStatus").says_nothing_of("SES-002");
}
