//! What is about another order, command or payment, or comes a moment too late, excuses nothing and accuses nobody.

use conformance::trace::Event;
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use sim_edc::{Direction, Event as Terminal, Note};
use wire::antom::{Operation, PaymentStatus};
use wire::edc::Kind;
use wire::hex::HexBytes;
use wire::money::Money;

use crate::rules::{Trace, new, success};
use crate::rules_batch::{Batches as _, MADE, batch, cart};
use crate::rules_edc::sale;
use crate::rules_gateway::{changed, yen};
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
    // The same answer to a call of before, and no second question.
    let crossed =
        new().sold().pays("P", "U PAYMENT_IN_PROCESS").inquires("P", "F ORDER_NOT_EXIST").crossed(3).crossed(4);
    let crossed = |time| {
        let mut trace = crossed.again();
        for entry in &mut trace.entries {
            if let Event::Gateway(Gateway::Request { headers, .. }) = &mut entry.event {
                *headers = changed(headers, "request-time", Some(time));
            }
        }
        trace.stands("failed", "0")
    };
    crossed("1767600000000").holds("INQ-007");
}

#[test]
fn can_002_hears_of_the_end_from_money_that_came_after_it() {
    let unsure = || new().sold().pays("P", "S SUCCESS").cancels("P", "U UNKNOWN_EXCEPTION");
    let told = |kind: &str| unsure().notified("P", kind, "S SUCCESS").stands("parked", "0").pause(600).ended();
    told("PAYMENT_REVERSAL").holds("CAN-002");
    unsure().notified("Q", "PAYMENT_REVERSAL", "S SUCCESS").pause(600).ended().breaks("CAN-002", 5);
    let before = new().sold().pays("P", "S SUCCESS").notified("P", "PAYMENT_REVERSAL", "S SUCCESS");
    before.cancels("P", "U UNKNOWN_EXCEPTION").pause(600).ended().breaks("CAN-002", 7);
}

#[test]
fn pay_011_needs_no_question_of_who_is_told() {
    let unsure = || new().sold().pays("P", "U UNKNOWN_EXCEPTION");
    let told = |trace: Trace| trace.notified("P", "PAYMENT_RESULT", "F PROCESS_FAIL");
    let failed = |trace: Trace| trace.stands("failed", "0").ended();
    failed(unsure()).breaks("PAY-011", 5);
    failed(told(unsure())).says_nothing_of("PAY-011");
    failed(told(new().sold()).pays("P", "U UNKNOWN_EXCEPTION")).breaks("PAY-011", 7);
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

#[test]
fn sig_011_knows_that_any_unsure_answer_to_a_batch_without_a_page_made_nothing() {
    let cut = || cart().batches("G", MADE).unheard(LostHow::Cut);
    let failed = |trace: Trace| trace.status("A", "failed", "JPY", "0");
    failed(cut().batches("G", "U UNKNOWN_EXCEPTION")).holds("SIG-011");
    failed(cut().batches("G", "F PARAM_ILLEGAL")).holds("SIG-011");
    failed(cut().batches("G", MADE)).breaks("SIG-011", 7);
    failed(cut()).breaks("SIG-011", 5);
}

#[test]
fn ntf_016_lets_a_day_pass_where_a_bank_decides() {
    let paid = |status: &str, seconds: u64| {
        let sold = new().sold().pays("P", "S SUCCESS").inquires("P", status);
        let paid = sold.ledger("P", PaymentStatus::Success, "SUCCESS").pause(seconds);
        paid.inquires("P", "SUCCESS").pause(3600).ended()
    };
    let day = 24 * 3600;
    paid("PROCESSING", 600).breaks("NTF-016", 6);
    paid("PENDING", 600).holds("NTF-016");
    paid("PENDING", day + 359).holds("NTF-016");
    paid("PENDING", day + 360).breaks("NTF-016", 6);
}

#[test]
fn amt_007_leaves_a_wrong_amount_or_payment_to_a_person() {
    let told_of = |id: &str, named: &str, amount: Value| {
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "P", "paymentAmount": yen("1000"),
            "actualPaymentAmount": {"currency": "CNY", "value": "4800"}});
        let sold = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
        let answer = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentStatus": "SUCCESS",
            "paymentRequestId": named, "paymentAmount": amount});
        let told = sold.delivered("P", &said, true).answered(Some(200), None);
        let asked = told.exchange(Operation::InquiryPayment, &json!({"paymentRequestId": id}), &answer);
        asked.stands("parked", "0").ended()
    };
    let told = |id, amount| told_of(id, id, amount);
    told("P", yen("1000")).breaks("AMT-007", 10);
    told_of("P", "NOBODY-1", yen("1000")).says_nothing_of("AMT-007");
    told("P", json!({"currency": "USD", "value": "1000"})).says_nothing_of("AMT-007");
    told("Q", json!({"currency": "USD", "value": "1000"})).breaks("AMT-007", 10);
    // What a notification says counts where it is genuine.
    let noted = |genuine: bool| {
        let answer = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentStatus": "SUCCESS",
            "paymentRequestId": "P", "paymentAmount": yen("1000"),
            "actualPaymentAmount": {"currency": "CNY", "value": "4800"}});
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "P", "paymentAmount": yen("999")});
        let sold = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
        let told = sold.delivered("P", &said, genuine).answered(Some(200), None);
        let asked = told.exchange(Operation::InquiryPayment, &json!({"paymentRequestId": "P"}), &answer);
        asked.stands("parked", "0").ended()
    };
    noted(true).says_nothing_of("AMT-007");
    noted(false).breaks("AMT-007", 10);
}

#[test]
fn inq_011_adds_up_what_a_batch_was_told_of() {
    let part = |trace: Trace, id: &str, value: &str, problem: Option<&str>| {
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "G", "paymentId": id, "paymentAmount": yen(value)});
        trace.delivered("G", &said, true).answered(Some(200), problem)
    };
    let amount = Money::parse("JPY", "1500").unwrap();
    let paid = || {
        let parts =
            json!([{"referenceOrderId": "A", "transactionId": "a"}, {"referenceOrderId": "B", "transactionId": "b"}]);
        let told = json!({"result": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS"}, "normalUrl": "https://w.test/G",
            "orderSummaries": parts});
        let (payment_request_id, payment_id) = ("G".to_owned(), "pid-G".to_owned());
        let (status, code, reference_order_id) = (PaymentStatus::Success, "SUCCESS".to_owned(), None);
        let made = Gateway::Payment { payment_request_id, payment_id, reference_order_id, amount, status, code };
        cart().exchange(Operation::BatchPay, &batch("G"), &told).gateway(made)
    };
    let asks = |trace: Trace| (0..7).fold(trace, |trace, _| trace.inquires("G", "PROCESSING"));
    asks(part(paid(), "b", "500", None)).says_nothing_of("INQ-011");
    asks(part(part(paid(), "b", "500", None), "b", "500", None)).says_nothing_of("INQ-011");
    asks(part(part(paid(), "a", "1000", Some("none")), "b", "500", None)).says_nothing_of("INQ-011");
    // What failed is not paid.
    let failed = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "F", "resultCode": "PROCESS_FAIL"},
        "paymentRequestId": "G", "paymentId": "a", "paymentAmount": yen("1000")});
    let failed = paid().delivered("G", &failed, true).answered(Some(200), None);
    asks(part(failed, "b", "500", None)).says_nothing_of("INQ-011");
    asks(part(part(paid(), "a", "1000", None), "b", "500", None)).breaks("INQ-011", 19);
    asks(part(paid(), "pid-G", "1500", None)).breaks("INQ-011", 17);
}

#[test]
fn inq_011_believes_no_notification_that_contradicts_itself() {
    let told = |id: Value| {
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": id, "paymentId": "pid-P", "paymentAmount": yen("1000")});
        let paid = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
        let told = paid.delivered("P", &said, true).answered(Some(200), None);
        (0..7).fold(told, |trace, _| trace.inquires("P", "PROCESSING"))
    };
    told(json!("P")).breaks("INQ-011", 17);
    told(Value::Null).breaks("INQ-011", 17);
    told(json!("Q")).says_nothing_of("INQ-011");
}

#[test]
fn line_l03_finds_the_frame_among_noise_that_an_ack_is_for() {
    let raw = HexBytes(b"a sound frame".as_slice().into());
    let sent = |trace: Trace, left: &'static [u8]| {
        let json = json!({"id": "1", "commandName": "x", "outcome": "success", "responseData": success("R", "100")});
        let (kind, seq, fault) = (Kind::Result, Some(7), Some(Note::Corrupted));
        let sent = Terminal::Sent { kind, seq, raw: raw.clone(), json, attempt: 1, fault };
        trace
            .trouble("false-stx")
            .at_once()
            .terminal(sent)
            .at_once()
            .terminal(Terminal::OnWire { raw: HexBytes(left.into()) })
    };
    let again = |trace: Trace| {
        let damaged = trace.at_once().trouble("length-short").at_once().sends(2, Some(Note::Corrupted));
        damaged.at_once().ack()
    };
    let opened = || new().terminal(Terminal::Opened);
    again(sent(opened(), b"noise, a sound frame")).holds("LINE-L03");
    again(sent(opened(), b"noise, a sou#d frame")).breaks("LINE-L03", 7);
    again(opened()).breaks("LINE-L03", 4);
}

#[test]
fn line_l01_counts_what_came_damaged_after_a_refusal() {
    let nak = || Terminal::Nak { direction: Direction::ToPos, stray: false };
    let garbage = || Terminal::Garbage { defect: None, raw: HexBytes::default() };
    let refused = || new().command_raw(json!({"id": "1", "commandName": "Purchase"}), true).terminal(nak());
    let damaged = |trace: Trace| trace.terminal(garbage()).terminal(nak());
    let given_up = |trace: Trace| trace.pause(60).says("A", "failed").ended();
    given_up(damaged(damaged(refused()))).holds("LINE-L01");
    given_up(damaged(refused())).breaks("LINE-L01", 1);
    given_up(refused()).breaks("LINE-L01", 1);
}

#[test]
fn ntf_003_lets_an_answer_come_to_its_end_that_names_the_orders_of_a_batch() {
    let told = |fault: &str, seconds: u64| {
        let parts = json!([{"referenceOrderId": "A", "transactionId": "a"}]);
        let answer =
            json!({"result": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS"}, "orderSummaries": parts});
        let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
            "paymentRequestId": "G", "paymentId": "a", "paymentAmount": yen("1000")});
        let mut made = cart().exchange(Operation::BatchPay, &batch("G"), &answer);
        let answered = made.entries.pop().unwrap().event;
        let made = made.gateway(Gateway::Fault { name: fault.to_owned() }).with(answered).pause(seconds);
        made.delivered("G", &said, true).answered(Some(200), Some("says U"))
    };
    told("trickle-answer", 0).holds("NTF-003");
    told("trickle-answer", 9).holds("NTF-003");
    told("trickle-answer", 10).breaks("NTF-003", 6);
    told("slow-answer", 0).breaks("NTF-003", 6);
}

#[test]
fn inq_007_lets_an_answer_trickle_for_ten_seconds() {
    let missing = |seconds: u64| {
        let mut made = new().sold().pays("P", "U PAYMENT_IN_PROCESS");
        let answered = made.entries.pop().unwrap().event;
        let made = made.gateway(Gateway::Fault { name: "trickle-answer".to_owned() }).with(answered).pause(seconds);
        made.inquires("P", "F ORDER_NOT_EXIST").stands("failed", "0")
    };
    // The answer to the inquiry comes two seconds later.
    missing(8).holds("INQ-007");
    missing(9).breaks("INQ-007", 8);
}

#[test]
fn amt_007_knows_the_amount_of_a_whole_batch() {
    let said = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"},
        "paymentRequestId": "G", "paymentId": "g", "paymentAmount": yen("1500"),
        "actualPaymentAmount": {"currency": "CNY", "value": "7200"}});
    let told = cart().batches("G", MADE).ledger("G", PaymentStatus::Success, "SUCCESS").delivered("G", &said, true);
    let told = || told.again().answered(Some(200), None);
    told().status("A", "parked", "JPY", "0").ended().breaks("AMT-007", 8);
    told().status("A", "paid", "JPY", "1000").ended().holds("AMT-007");
}

#[test]
fn edc_p23_counts_a_result_in_noise_when_it_was_taken() {
    let noisy = || {
        sale().calls_off("2").result("2", json!({}), None, 1).terminal(Terminal::OnWire { raw: HexBytes::default() })
    };
    let failed = |trace: Trace| trace.ends("1", "R", "100", "PROCESS_FAIL").says("A", "failed").ended();
    failed(noisy().ack()).breaks("EDC-P23", 9);
    failed(noisy()).says_nothing_of("EDC-P23");
}
