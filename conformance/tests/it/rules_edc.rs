//! Rules about the till: each reads a trace that holds, one that breaks, and one that does not concern it.

use conformance::trace::{DriverEvent, Event};
use serde_json::{Value, json};
use sim_edc::{Direction, Event as Terminal, Note};
use wire::edc::Kind;
use wire::hex::HexBytes;

use crate::rules::{Trace, new, purchase, success};

impl Trace {
    /// A message of the terminal.
    pub(crate) fn sent(self, kind: Kind, json: Value, fault: Option<Note>) -> Self {
        let (seq, raw, attempt) = (Some(7), HexBytes::default(), 1);
        self.terminal(Terminal::Sent { kind, seq, raw, json, attempt, fault })
    }

    pub(crate) fn greeted(self, code: &str) -> Self {
        self.sent(Kind::Hello, json!({"code": code, "message": ""}), None)
    }

    pub(crate) fn event(self, id: &str, code: &str) -> Self {
        self.sent(Kind::Event, json!({"id": id, "eventCode": code, "seq": "1"}), None)
    }

    pub(crate) fn fails(self, id: &str, code: &str) -> Self {
        self.sent(Kind::Result, json!({"id": id, "outcome": "commandFailed", "errorCode": code}), None)
    }

    pub(crate) fn ends(self, id: &str, request_id: &str, value: &str, code: &str) -> Self {
        let mut data = success(request_id, value);
        data["result"]["resultCode"] = json!(code);
        self.sent(Kind::Result, json!({"id": id, "outcome": "businessFailed", "responseData": data}), None)
    }

    pub(crate) fn lost(self, id: &str, request_id: &str, value: &str) -> Self {
        self.result(id, success(request_id, value), Some(Note::Lost), 1)
    }

    pub(crate) fn asks(self, id: &str) -> Self {
        self.command(id, "GetLastTransaction", json!({}))
    }

    pub(crate) fn calls_off(self, id: &str) -> Self {
        self.command(id, "CommandCancel", json!({}))
    }

    pub(crate) fn gives_back(self, id: &str, request_id: &str, value: &str, metadata: &str) -> Self {
        let amount = json!({"currency": "KRW", "value": value});
        let params = json!({"requestId": request_id, "paymentAmount": amount, "tipAmount": {"currency": "KRW", "value": "0"},
            "acquirerInfo": {"acquirerMetaData": metadata}});
        self.command(id, "PurchaseCancel", params)
    }

    pub(crate) fn refund(self, order: &str, value: &str) -> Self {
        let params = json!({"order": order, "amount": {"currency": "KRW", "value": value}});
        self.with(Event::Driver(DriverEvent::Called { method: "refund".to_owned(), params }))
    }

    pub(crate) fn killed(self) -> Self {
        self.with(Event::Driver(DriverEvent::Killed))
    }

    pub(crate) fn trouble(self, name: &str) -> Self {
        self.terminal(Terminal::Fault { name: name.to_owned() })
    }

    pub(crate) fn says(self, order: &str, state: &str) -> Self {
        self.status(order, state, "KRW", "0")
    }
}

/// Order A of 100 won is checked out, and its Purchase sent: entries 1 and 2.
pub(crate) fn sale() -> Trace {
    new().checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100")
}

/// The result of a sale as a refund needs it.
pub(crate) fn data(metadata: &str) -> Value {
    let mut data = success("R", "100");
    data["acquirerInfo"] = json!({"acquirerMetaData": metadata});
    data["tipAmount"] = json!({"currency": "KRW", "value": "0"});
    data
}

fn sold(metadata: &str) -> Trace {
    sale().result("1", data(metadata), None, 1)
}

#[test]
fn edc_p01_wants_a_hello_that_succeeded() {
    new().greeted("INIT_SUCCESS").purchase("1", "R", "1").holds("EDC-P01");
    new().purchase("1", "R", "1").breaks("EDC-P01", 1);
    new().greeted("INIT_PARAM_ERROR").purchase("1", "R", "1").breaks("EDC-P01", 2);
    new().greeted("INIT_FAILED").greeted("INIT_SUCCESS").purchase("1", "R", "1").holds("EDC-P01");
    new().greeted("INIT_FAILED").says_nothing_of("EDC-P01");
}

#[test]
fn edc_p02_knows_four_names() {
    new().asks("1").holds("EDC-P02");
    new().command("1", "Refund", json!({})).breaks("EDC-P02", 1);
    new().greeted("INIT_SUCCESS").says_nothing_of("EDC-P02");
}

#[test]
fn edc_p05_and_p06_look_at_the_amount() {
    let of = |currency: &str, value: &str| {
        let mut params = purchase("R", value);
        params["paymentAmount"]["currency"] = json!(currency);
        new().command("1", "Purchase", params)
    };
    of("KRW", "100").holds("EDC-P05");
    of("KRW", "999999999").holds("EDC-P06");
    of("USD", "100").breaks("EDC-P05", 1);
    of("KRW", "100.00").breaks("EDC-P05", 1);
    of("KRW", "1,000").breaks("EDC-P05", 1);
    of("KRW", "100.00").holds("EDC-P06");
    for value in ["0", "000", "-5", "1000000000"] {
        of("KRW", value).breaks("EDC-P06", 1);
    }
    for id in ["EDC-P05", "EDC-P06"] {
        new().asks("1").says_nothing_of(id);
    }
}

#[test]
fn edc_p08_wants_another_request_id_for_a_cancel() {
    sold("M").gives_back("2", "S", "100", "M").holds("EDC-P08");
    sold("M").gives_back("2", "R", "100", "M").breaks("EDC-P08", 4);
    sold("M").purchase("2", "R", "100").says_nothing_of("EDC-P08");
}

#[test]
fn edc_p11_wants_a_pause_and_an_end() {
    let busy =
        |trace: Trace, n: usize| trace.purchase(&n.to_string(), "R", "100").fails(&n.to_string(), "CommandDeviceBusy");
    busy(busy(new(), 1), 2).holds("EDC-P11");
    let (many, more) = ((1..=20).fold(new(), busy), (1..=21).fold(new(), busy));
    many.holds("EDC-P11");
    more.breaks("EDC-P11", 41);
    busy(new(), 1).at_once().purchase("2", "R", "100").breaks("EDC-P11", 3);
    busy(new(), 1).millis(49).purchase("2", "R", "100").breaks("EDC-P11", 3);
    busy(new(), 1).millis(50).purchase("2", "R", "100").holds("EDC-P11");
    new().purchase("1", "R", "1").success("1", "R", "1").says_nothing_of("EDC-P11");
}

#[test]
fn the_end_of_a_countdown_ends_no_payment() {
    let ready = || sale().event("1", "READY");
    let signs = || ready().event("1", "CARD_DETECTED").event("1", "PENDING_SIGNATURE");
    let starts = || ready().event("1", "CARD_DETECTED").event("1", "START_TRANSACTION");
    for (id, course, entry) in [("EDC-P17", ready(), 5), ("EDC-P14", signs(), 7), ("EDC-P13", starts(), 7)] {
        let (patient, hasty) = (course.again().pause(27), course.again().pause(27));
        patient.pause(5).success("1", "R", "100").says("A", "paid").holds(id);
        hasty.says("A", "failed").breaks(id, entry);
        course.again().success("1", "R", "100").says_nothing_of(id);
        // Giving up much later has nothing to do with the countdown.
        course.pause(50).says("A", "failed").says_nothing_of(id);
    }
}

#[test]
fn edc_p16_wants_the_callers_time() {
    sale().pause(60).success("1", "R", "100").says("A", "paid").holds("EDC-P16");
    sale().pause(60).says("A", "failed").breaks("EDC-P16", 4);
    sale().pause(10).asks("2").breaks("EDC-P16", 3);
    sale().pause(94).asks("2").holds("EDC-P16");
    sale().pause(60).terminal(Terminal::Closed).asks("2").holds("EDC-P16");
    sale().pause(20).calls_off("2").says("A", "cancelled").holds("EDC-P16");
    sale().success("1", "R", "100").says_nothing_of("EDC-P16");
}

#[test]
fn edc_p21_wants_no_card_to_be_there() {
    let opened = || new().terminal(Terminal::Opened).purchase("1", "R", "100").event("1", "READY");
    opened().calls_off("2").holds("EDC-P21");
    opened().event("1", "CARD_DETECTED").calls_off("2").breaks("EDC-P21", 5);
    opened().event("1", "CARD_DETECTED").event("1", "CARD_MISSING").calls_off("2").holds("EDC-P21");
    let lost = json!({"id": "1", "eventCode": "CARD_DETECTED", "seq": "2"});
    opened().sent(Kind::Event, lost, Some(Note::Lost)).calls_off("2").holds("EDC-P21");
    opened().says_nothing_of("EDC-P21");
}

#[test]
fn edc_p23_wants_a_cancelled_sale_to_be_cancelled() {
    let agreed = || sale().calls_off("2").result("2", json!({}), None, 1).ends("1", "R", "100", "PROCESS_FAIL");
    agreed().says("A", "cancelled").ended().holds("EDC-P23");
    agreed().says("A", "failed").ended().breaks("EDC-P23", 7);
    sale().calls_off("2").fails("2", "CommandInvalid").says("A", "paid").ended().says_nothing_of("EDC-P23");
}

#[test]
fn edc_p24_lets_a_sale_live_that_could_not_be_cancelled() {
    let refused = || sale().calls_off("2").fails("2", "CommandInvalid");
    refused().success("1", "R", "100").says("A", "paid").holds("EDC-P24");
    refused().ends("1", "R", "100", "PROCESS_FAIL").says("A", "failed").holds("EDC-P24");
    refused().says("A", "cancelled").breaks("EDC-P24", 6);
    refused().says("A", "failed").success("1", "R", "100").breaks("EDC-P24", 6);
    sale().calls_off("2").result("2", json!({}), None, 1).says_nothing_of("EDC-P24");
}

#[test]
fn edc_p26_wants_a_race_to_end_as_the_ledger_says() {
    let race = || sale().calls_off("2").recorded("R", 100).fails("2", "CommandInvalid");
    race().says("A", "paid").ended().holds("EDC-P26");
    race().says("A", "parked").ended().holds("EDC-P26");
    race().says("A", "cancelled").ended().breaks("EDC-P26", 7);
    sale().recorded("R", 100).says("A", "paid").ended().says_nothing_of("EDC-P26");
}

#[test]
fn edc_p27_sees_a_frame_that_nothing_refused() {
    let again = |trace: Trace| {
        let json = json!({"id": "1", "commandName": "Purchase", "commandRequestParams": purchase("R", "100")});
        let raw = HexBytes::default();
        let kind = Kind::Command;
        trace.terminal(Terminal::Received { kind, seq: Some(1), raw, json, repeat: true, refused: false })
    };
    again(sale().trouble("lose-ack")).breaks("EDC-P27", 4);
    again(sale().trouble("nak-storm")).success("1", "R", "100").says_nothing_of("EDC-P27");
    sale().trouble("lose-ack").success("1", "R", "100").holds("EDC-P27");
    again(sale().trouble("lose-ack").asks("2")).breaks("EDC-P27", 5);
    again(sale().terminal(Terminal::Nak { direction: Direction::ToPos, stray: false })).holds("EDC-P27");
    // What came after it was sent again does not make it right.
    sale().pause(95).purchase("2", "S", "100").success("1", "R", "100").breaks("EDC-P27", 3);
}

#[test]
fn edc_p27_lets_a_person_ask_for_a_refund_again() {
    let asked = || {
        let lost = sold("M").refund("A", "100").gives_back("2", "S", "100", "M").lost("2", "S", "100");
        lost.asks("3").fails("3", "CommandNotSupport")
    };
    asked().refund("A", "100").gives_back("4", "T", "100", "M").holds("EDC-P27");
    asked().gives_back("4", "T", "100", "M").breaks("EDC-P27", 9);
    // Neither is another command of the amount, nor another amount that was sold, a second sale.
    sale().lost("1", "R", "100").gives_back("2", "S", "100", "M").holds("EDC-P27");
    let other = sale().lost("1", "R", "100").checkout("B", "terminal", "KRW", "200");
    other.asks("2").fails("2", "CommandNotSupport").purchase("3", "S", "100").breaks("EDC-P27", 7);
}

#[test]
fn edc_p29_lets_a_person_who_was_called_do_without_the_question() {
    let silent = |name: &str| sale().checkout("B", "terminal", "KRW", "200").trouble(name);
    for name in ["unplug", "hang"] {
        silent(name).says("A", "parked").purchase("2", "S", "300").says_nothing_of("EDC-P29");
        silent(name).says("B", "parked").purchase("2", "S", "300").breaks("EDC-P29", 7);
        silent(name).says("A", "open").purchase("2", "S", "300").breaks("EDC-P29", 7);
    }
    silent("line-noise").says("A", "parked").purchase("2", "S", "300").breaks("EDC-P29", 7);
}

#[test]
fn edc_p30_wants_a_success_for_each_paid_order() {
    let second = || {
        let first = sale().success("1", "R", "100").status("A", "paid", "KRW", "100");
        first.checkout("B", "terminal", "KRW", "100").purchase("2", "S", "100").lost("2", "S", "100").asks("3")
    };
    second().success("3", "S", "100").status("B", "paid", "KRW", "100").holds("EDC-P30");
    second().success("3", "R", "100").says("B", "parked").holds("EDC-P30");
    second().success("3", "R", "100").status("B", "paid", "KRW", "100").breaks("EDC-P30", 12);
    sale().success("1", "R", "100").says_nothing_of("EDC-P30");
}

#[test]
fn edc_p31_wants_one_booking() {
    let recovered = || sale().lost("1", "R", "100").asks("2").success("2", "R", "100");
    recovered().status("A", "paid", "KRW", "100").holds("EDC-P31");
    recovered().status("A", "paid", "KRW", "200").breaks("EDC-P31", 7);
    let twice = || sale().success("1", "R", "100").success("1", "R", "100");
    twice().status("A", "paid", "KRW", "200").breaks("EDC-P31", 6);
    sale().success("1", "R", "100").status("A", "paid", "KRW", "100").says_nothing_of("EDC-P31");
}

#[test]
fn edc_p32_wants_no_guess() {
    let lost = || sale().lost("1", "R", "100");
    lost().says("A", "parked").ended().holds("EDC-P32");
    lost().says("A", "failed").ended().breaks("EDC-P32", 5);
    lost().says("A", "cancelled").ended().breaks("EDC-P32", 5);
    let told = lost().asks("2").ends("2", "R", "100", "PROCESS_FAIL");
    told.says("A", "failed").ended().says_nothing_of("EDC-P32");
    sale().ends("1", "R", "100", "UNKNOWN").says("A", "failed").ended().breaks("EDC-P32", 5);
    let cancelled = lost().calls_off("2").result("2", json!({}), None, 1);
    cancelled.says("A", "cancelled").ended().says_nothing_of("EDC-P32");
    sale().success("1", "R", "100").says("A", "paid").ended().says_nothing_of("EDC-P32");
    // The next sale's cancel is none of this one.
    let next = lost().checkout("B", "terminal", "KRW", "200").purchase("2", "S", "200");
    next.calls_off("3").result("3", json!({}), None, 1).says("A", "failed").ended().breaks("EDC-P32", 9);
}

#[test]
fn edc_p33_wants_the_question_after_a_restart() {
    sale().killed().asks("2").holds("EDC-P33");
    sale().killed().purchase("2", "S", "200").breaks("EDC-P33", 4);
    sale().killed().says("A", "failed").ended().breaks("EDC-P33", 3);
    sale().success("1", "R", "100").killed().ended().says_nothing_of("EDC-P33");
    let late = sale().killed().terminal(Terminal::Opened).success("1", "R", "100");
    late.says("A", "paid").ended().says_nothing_of("EDC-P33");
    sale().killed().says_nothing_of("EDC-P33");
    // What was answered, told or called off before is no reason to ask; another sale's answer is no end of this one.
    let next = |trace: Trace| trace.killed().purchase("3", "S", "200");
    next(sale().success("1", "R", "100").asks("2")).says_nothing_of("EDC-P33");
    next(sale().lost("1", "R", "100").asks("2").success("2", "R", "100")).says_nothing_of("EDC-P33");
    next(sale().calls_off("2").result("2", json!({}), None, 1)).says_nothing_of("EDC-P33");
    sale().killed().calls_off("2").result("2", json!({}), None, 1).breaks("EDC-P33", 4);
    let opened = || sale().killed().terminal(Terminal::Opened);
    opened().success("9", "X", "5").says("A", "failed").ended().breaks("EDC-P33", 3);
    opened().lost("1", "R", "100").says("A", "failed").ended().breaks("EDC-P33", 3);
    let closed = opened().terminal(Terminal::Closed).success("1", "R", "100");
    closed.says("A", "failed").ended().breaks("EDC-P33", 3);
}

#[test]
fn refunds_carry_the_sale_byte_for_byte() {
    sold("TWE=").gives_back("2", "S", "100", "TWE=").holds("EDC-P36");
    sold("TWE=").gives_back("2", "S", "100", "TWE").breaks("EDC-P36", 4);
    sold("TWE=").says_nothing_of("EDC-P36");
    sold("M").gives_back("2", "S", "100", "M").holds("EDC-P37");
    sold("M").gives_back("2", "S", "91", "M").breaks("EDC-P37", 4);
    sold("M").gives_back("2", "S", "91", "another").says_nothing_of("EDC-P37");
}

#[test]
fn edc_p38_and_p39_read_the_code_of_a_refund() {
    let answered = |code| sold("M").refund("A", "100").gives_back("2", "S", "100", "M").ends("2", "S", "100", code);
    answered("ORDER_IS_CANCELED").says("A", "refunded").ended().holds("EDC-P38");
    answered("ORDER_IS_CANCELED").says("A", "paid").ended().breaks("EDC-P38", 8);
    answered("PROCESS_FAIL").says("A", "paid").ended().says_nothing_of("EDC-P38");
    let invalid = || answered("ORDER_STATUS_INVALID");
    invalid().says("A", "paid").holds("EDC-P39");
    invalid().gives_back("3", "T", "100", "M").breaks("EDC-P39", 7);
    invalid().refund("A", "100").gives_back("3", "T", "100", "M").holds("EDC-P39");
    answered("PROCESS_FAIL").gives_back("3", "T", "100", "M").says_nothing_of("EDC-P39");
}

#[test]
fn a_code_of_failure_starts_no_payment_by_itself() {
    for (id, code) in [
        ("EDC-P40", "REPEAT_REQ_REJECT"),
        ("EDC-P41", "PROCESS_FAIL"),
        ("EDC-P42", "USER_BALANCE_NOT_ENOUGH"),
        ("EDC-P42", "USER_AMOUNT_EXCEED_LIMIT"),
        ("EDC-P42", "INVALID_CARD_NUMBER"),
        ("EDC-P43", "INVALID_CONTRACT"),
        ("EDC-P43", "ACCESS_DENIED"),
        ("EDC-P43", "PARAM_ILLEGAL"),
    ] {
        let ended = || sale().ends("1", "R", "100", code);
        ended().says("A", "failed").holds(id);
        ended().purchase("2", "S", "100").breaks(id, 4);
        ended().checkout("B", "terminal", "KRW", "100").purchase("2", "S", "100").holds(id);
        sale().success("1", "R", "100").says_nothing_of(id);
    }
    let repeated = sale().ends("1", "R", "100", "REPEAT_REQ_REJECT").asks("2");
    repeated.ends("2", "R", "100", "PROCESS_FAIL").purchase("3", "S", "100").holds("EDC-P40");
}

#[test]
fn edc_p44_wants_a_success_of_its_own() {
    let foreign = || sale().success("nobody", "X", "100");
    foreign().says("A", "open").holds("EDC-P44");
    foreign().status("A", "paid", "KRW", "100").breaks("EDC-P44", 5);
    foreign().success("1", "R", "100").status("A", "paid", "KRW", "100").holds("EDC-P44");
    let altered = || sale().result("1", success("R", "101"), Some(Note::Corrupted), 1);
    altered().status("A", "paid", "KRW", "100").breaks("EDC-P44", 5);
    let record = json!({"id": "2", "commandName": "GetLastTransaction", "responseData": success("R", "100")});
    altered().asks("2").sent(Kind::Result, record, None).status("A", "paid", "KRW", "100").holds("EDC-P44");
    sale().success("1", "R", "100").status("A", "paid", "KRW", "100").says_nothing_of("EDC-P44");
}

#[test]
fn edc_p48_looks_for_the_whole_number_in_what_is_let_out() {
    let told = || {
        let mut data = success("R", "100");
        data["paymentResultInfo"] = json!({"cardBin": "40546957"});
        sale().result("1", data, None, 1)
    };
    let says = |line: &str| told().with(Event::Driver(DriverEvent::Said { line: line.to_owned() }));
    let n = told().entries.len() + 1;
    says("sold to 40546957…0768").holds("EDC-P48");
    says("sold to 4054 6957 2310 0768").breaks("EDC-P48", n);
    says("transaction 4054695723100769").holds("EDC-P48");
    says("transaction 5162774114974622").holds("EDC-P48");
    told().command("2", "Purchase", json!({"note": "4054695723100768"})).breaks("EDC-P48", n);
    let failed = DriverEvent::Failed { method: "checkout".to_owned(), error: "4054695723100768".to_owned() };
    told().with(Event::Driver(failed)).breaks("EDC-P48", n);
    told().pays_with(&json!({"note": "4054695723100768"}), "S SUCCESS").breaks("EDC-P48", n);
    sale().says_nothing_of("EDC-P48");
}

#[test]
fn edc_p49_compares_the_receipt_with_the_terminal() {
    let told = |tax: Value| {
        let mut data = success("R", "100");
        data["taxAmount"] = json!({"currency": "KRW", "value": tax});
        sale().result("1", data, None, 1)
    };
    let prints = |trace: Trace, tax: &str| {
        let method = "orderStatus".to_owned();
        let result = json!({"state": "paid", "tax": {"currency": "KRW", "value": tax}});
        trace
            .with(Event::Driver(DriverEvent::Called { method: method.clone(), params: json!({"order": "A"}) }))
            .with(Event::Driver(DriverEvent::Answered { method, result }))
    };
    prints(told(json!("10")), "10").holds("EDC-P49");
    prints(told(json!(10)), "10").holds("EDC-P49");
    prints(told(json!("10")), "9").breaks("EDC-P49", 5);
    told(json!("10")).status("A", "paid", "KRW", "100").says_nothing_of("EDC-P49");
}
