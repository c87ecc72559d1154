//! Rules read traces: one that holds, one that breaks, one that does not concern them. The traces are written by hand.

use std::time::Duration;

use conformance::rule::{Judgement, judge};
use conformance::trace::{CaseEvent, DriverEvent, Entry, Event};
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use sim_edc::{Direction, Event as Terminal, Note};
use wire::antom::{Headers, Operation, PaymentStatus, RefundStatus};
use wire::edc::Kind;
use wire::hex::{HexBytes, TextBytes};
use wire::money::Money;
use wire::time::Moment;

/// A trace with one entry a second.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) entries: Vec<Entry>,
    /// Since the world began.
    now: Duration,
    is_at_once: bool,
}

impl Trace {
    pub(crate) fn with(mut self, event: Event) -> Self {
        let n = self.entries.len() + 1;
        if !std::mem::take(&mut self.is_at_once) {
            self.now += Duration::from_secs(1);
        }
        self.entries.push(Entry { n, at: Moment::WORLD_START + self.now, event });
        self
    }

    /// The same trace once more.
    pub(crate) fn again(&self) -> Self {
        Self { entries: self.entries.clone(), ..*self }
    }

    /// What comes next comes in the same moment.
    pub(crate) fn at_once(mut self) -> Self {
        self.is_at_once = true;
        self
    }

    /// What came last came so much later.
    pub(crate) fn wait(mut self, seconds: u64) -> Self {
        self.now += Duration::from_secs(seconds);
        if let Some(last) = self.entries.last_mut() {
            last.at = Moment::WORLD_START + self.now;
        }
        self
    }

    /// What comes next comes so many milliseconds later.
    pub(crate) fn millis(mut self, later: u64) -> Self {
        self.now += Duration::from_millis(later);
        self.is_at_once = true;
        self
    }

    /// What comes next comes so much later.
    pub(crate) fn pause(mut self, seconds: u64) -> Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    pub(crate) fn terminal(self, event: Terminal) -> Self {
        self.with(Event::Terminal(event))
    }

    pub(crate) fn gateway(self, event: Gateway) -> Self {
        self.with(Event::Gateway(event))
    }

    pub(crate) fn checkout(self, order: &str, by: &str, currency: &str, value: &str) -> Self {
        let params = json!({"order": order, "by": by, "amount": {"currency": currency, "value": value}});
        self.with(Event::Driver(DriverEvent::Called { method: "checkout".to_owned(), params }))
    }

    pub(crate) fn status(self, order: &str, state: &str, currency: &str, booked: &str) -> Self {
        let method = "orderStatus".to_owned();
        let result = json!({"state": state, "booked": {"currency": currency, "value": booked}});
        self.with(Event::Driver(DriverEvent::Called { method: method.clone(), params: json!({"order": order}) }))
            .with(Event::Driver(DriverEvent::Answered { method, result }))
    }

    pub(crate) fn step(self, text: &str) -> Self {
        self.with(Event::Case(CaseEvent::Step { number: 1, text: text.to_owned() }))
    }

    pub(crate) fn ended(self) -> Self {
        self.with(Event::Case(CaseEvent::Ended { settled: true }))
    }

    pub(crate) fn command_raw(self, json: Value, refused: bool) -> Self {
        let raw = HexBytes(json.to_string().into_bytes().into());
        self.terminal(Terminal::Received { kind: Kind::Command, seq: Some(1), raw, json, repeat: false, refused })
    }

    pub(crate) fn command(self, id: &str, name: &str, params: Value) -> Self {
        self.command_raw(json!({"id": id, "commandName": name, "commandRequestParams": params, "options": {}}), false)
    }

    pub(crate) fn purchase(self, id: &str, request_id: &str, value: &str) -> Self {
        self.command(id, "Purchase", purchase(request_id, value))
    }

    pub(crate) fn result(self, id: &str, data: Value, fault: Option<Note>, attempt: u8) -> Self {
        let json = json!({"id": id, "commandName": "x", "outcome": "success", "responseData": data});
        self.terminal(Terminal::Sent {
            kind: Kind::Result,
            seq: Some(7),
            raw: HexBytes::default(),
            json,
            attempt,
            fault,
        })
    }

    pub(crate) fn success(self, id: &str, request_id: &str, value: &str) -> Self {
        self.result(id, success(request_id, value), None, 1)
    }

    pub(crate) fn ack(self) -> Self {
        self.terminal(Terminal::Ack { direction: Direction::FromPos, stray: false })
    }

    pub(crate) fn recorded(self, request_id: &str, won: u64) -> Self {
        let result_code = "SUCCESS".to_owned();
        let kind = sim_edc::RecordKind::Purchase;
        self.terminal(Terminal::Recorded {
            kind,
            request_id: request_id.to_owned(),
            amount: Money::krw(won),
            result_code,
        })
    }

    pub(crate) fn call(
        self,
        id: u64,
        operation: Operation,
        body: &Value,
        answer: &Value,
        lost: Option<LostHow>,
    ) -> Self {
        let text = |value: &Value| TextBytes(value.to_string().into());
        let headers = crate::rules_gateway::headers(Moment::WORLD_START + self.now + Duration::from_secs(1));
        self.gateway(Gateway::Request {
            id,
            method: "POST".to_owned(),
            target: format!("/ams/sandbox/api/v1/payments/{operation}"),
            headers,
            body: text(body),
            operation: Some(operation),
            refused: None,
            notes: vec![],
        })
        .gateway(Gateway::Response {
            id,
            operation: Some(operation),
            headers: Headers::new(),
            body: text(answer),
            lost,
            spoilt: None,
        })
    }

    pub(crate) fn pay(self, id: u64, request_id: &str, answer: &str, lost: Option<LostHow>) -> Self {
        let answer = json!({"result": {"resultStatus": &answer[..1], "resultCode": &answer[2..]}});
        self.call(id, Operation::Pay, &pay(request_id), &answer, lost)
    }

    pub(crate) fn notice(self, id: u64, request_id: &str, genuine: bool, acknowledged: bool) -> Self {
        let body = json!({"notifyType": "PAYMENT_RESULT", "result": {"resultStatus": "S", "resultCode": "SUCCESS"}});
        self.gateway(Gateway::Notice {
            id,
            payment_request_id: request_id.to_owned(),
            attempt: 1,
            url: "http://127.0.0.1/n".to_owned(),
            headers: Headers::new(),
            body: TextBytes(body.to_string().into()),
            genuine,
            altered: false,
        })
        .gateway(Gateway::NoticeAnswered {
            id,
            status: Some(200),
            body: TextBytes::default(),
            acknowledged,
            problem: (!acknowledged).then(|| "has no result".to_owned()),
        })
    }

    pub(crate) fn paid(self, request_id: &str) -> Self {
        self.gateway(Gateway::Payment {
            payment_request_id: request_id.to_owned(),
            payment_id: "P".to_owned(),
            reference_order_id: None,
            amount: Money::parse("JPY", "1000").unwrap(),
            status: PaymentStatus::Success,
            code: "SUCCESS".to_owned(),
        })
    }

    pub(crate) fn sold(self) -> Self {
        self.checkout("A", "entry-code", "JPY", "1000")
    }

    pub(crate) fn found(&self, requirement: &str) -> Judgement {
        let found = judge(&self.entries).into_iter().find(|(id, _)| *id == requirement);
        found.unwrap_or_else(|| panic!("no rule judges {requirement}")).1
    }

    #[track_caller]
    pub(crate) fn holds(self, requirement: &str) {
        assert_eq!(self.found(requirement), Judgement::Held, "{requirement}");
    }

    #[track_caller]
    pub(crate) fn breaks(self, requirement: &str, entry: usize) {
        match self.found(requirement) {
            Judgement::Broken(findings) => assert_eq!(findings[0].entry, entry, "{findings:?}"),
            other => panic!("{requirement}: {other:?}"),
        }
    }

    /// The words of what broke a requirement first.
    #[track_caller]
    pub(crate) fn words(self, requirement: &str) -> String {
        match self.found(requirement) {
            Judgement::Broken(findings) => findings[0].text.clone(),
            other => panic!("{requirement}: {other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn says_nothing_of(self, requirement: &str) {
        assert_eq!(self.found(requirement), Judgement::NotExercised, "{requirement}");
    }
}

pub(crate) fn purchase(request_id: &str, value: &str) -> Value {
    json!({
        "requestId": request_id, "paymentAmount": {"currency": "KRW", "value": value}, "tipAmount": {"currency": "KRW", "value": "0"},
        "creditPayPlan": {"installmentNum": "0"}, "acquirerInfo": {"acquirerTerminalId": "T", "acquirerRegistrationNo": "1234567890"}
    })
}

pub(crate) fn success(request_id: &str, value: &str) -> Value {
    json!({"requestId": request_id, "paymentAmount": {"currency": "KRW", "value": value}, "result": {"resultCode": "SUCCESS"}})
}

pub(crate) fn pay(request_id: &str) -> Value {
    json!({
        "productCode": "IN_STORE_PAYMENT", "paymentRequestId": request_id, "paymentAmount": {"currency": "JPY", "value": "1000"},
        "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"}, "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "paymentNotifyUrl": "http://127.0.0.1/n",
        "order": {
            "referenceOrderId": "A", "orderDescription": "tea", "orderAmount": {"currency": "JPY", "value": "1000"},
            "merchant": {"referenceMerchantId": "M", "merchantMCC": "5812", "merchantName": "S",
                         "store": {"referenceStoreId": "S", "storeName": "S", "storeMCC": "5812"}},
            "env": {"userAgent": "AlipayClient"}
        }
    })
}

pub(crate) fn new() -> Trace {
    Trace::default()
}

#[test]
fn an_empty_trace_exercises_nothing() {
    for (id, judgement) in judge(&[]) {
        assert_eq!(judgement, Judgement::NotExercised, "{id}");
    }
}

#[test]
fn edc_p03_looks_at_every_scalar() {
    new().purchase("1", "R", "1").holds("EDC-P03");
    new().command("1", "Purchase", json!({"requestId": "R", "more": [{"deep": 1}]})).breaks("EDC-P03", 1);
    new().sold().says_nothing_of("EDC-P03");
}

#[test]
fn edc_p04_names_all_that_is_missing() {
    let mut params = purchase("R", "1");
    for field in ["/requestId", "/tipAmount"] {
        *params.pointer_mut(field).unwrap() = Value::Null;
    }
    match new().command("1", "Purchase", params).found("EDC-P04") {
        Judgement::Broken(findings) => {
            let text = &findings[0].text;
            assert!(text.contains("requestId") && text.contains("tipAmount"), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn edc_p04_looks_for_every_required_field() {
    new().purchase("1", "R", "1").holds("EDC-P04");
    for field in [
        "/requestId",
        "/paymentAmount",
        "/tipAmount",
        "/creditPayPlan/installmentNum",
        "/acquirerInfo/acquirerTerminalId",
    ] {
        let mut params = purchase("R", "1");
        *params.pointer_mut(field).unwrap() = Value::Null;
        new().command("1", "Purchase", params).breaks("EDC-P04", 1);
    }
    new().command("1", "GetLastTransaction", json!({})).says_nothing_of("EDC-P04");
}

#[test]
fn edc_p07_compares_request_ids_that_were_taken_up() {
    new().purchase("1", "R", "1").success("1", "R", "1").purchase("2", "S", "1").holds("EDC-P07");
    new().purchase("1", "R", "1").success("1", "R", "1").purchase("2", "R", "1").breaks("EDC-P07", 3);
    new().purchase("1", "R", "1").says_nothing_of("EDC-P07");
    let busy = json!({"id": "1", "outcome": "commandFailed", "errorCode": "CommandDeviceBusy"});
    let sent = |json| Terminal::Sent {
        kind: Kind::Result,
        seq: Some(1),
        raw: HexBytes::default(),
        json,
        attempt: 1,
        fault: None,
    };
    new().purchase("1", "R", "1").terminal(sent(busy)).purchase("2", "R", "1").purchase("3", "S", "2").holds("EDC-P07");
}

#[test]
fn edc_p10_wants_a_result_or_the_callers_time_first() {
    new().purchase("1", "R", "1").success("1", "R", "1").command("2", "GetLastTransaction", json!({})).holds("EDC-P10");
    new().purchase("1", "R", "1").command("2", "GetLastTransaction", json!({})).breaks("EDC-P10", 2);
    new().purchase("1", "R", "1").command("2", "CommandCancel", json!({})).holds("EDC-P10");
    new().purchase("1", "R", "1").command("2", "GetLastTransaction", json!({})).wait(93).holds("EDC-P10");
    new()
        .purchase("1", "R", "1")
        .terminal(Terminal::Closed)
        .command("2", "GetLastTransaction", json!({}))
        .holds("EDC-P10");
    new().purchase("1", "R", "1").says_nothing_of("EDC-P10");
}

#[test]
fn edc_p22_wants_empty_parameters() {
    new().command("1", "CommandCancel", json!({})).holds("EDC-P22");
    new().command("1", "CommandCancel", json!({"requestId": "R"})).breaks("EDC-P22", 1);
    new().purchase("1", "R", "1").says_nothing_of("EDC-P22");
}

#[test]
fn edc_p27_forbids_a_second_purchase_until_the_first_is_known() {
    let lost = || {
        new().checkout("A", "terminal", "KRW", "1").purchase("1", "R", "1").result(
            "1",
            success("R", "1"),
            Some(Note::Lost),
            1,
        )
    };
    let asked = |data| lost().command("2", "GetLastTransaction", json!({})).result("2", data, None, 1);
    lost().command("2", "GetLastTransaction", json!({})).holds("EDC-P27");
    lost().purchase("2", "S", "1").breaks("EDC-P27", 4);
    lost().command("2", "GetLastTransaction", json!({})).purchase("3", "S", "1").breaks("EDC-P27", 5);
    asked(success("R", "1")).purchase("3", "S", "1").breaks("EDC-P27", 6);
    asked(success("other", "1")).purchase("3", "S", "1").breaks("EDC-P27", 6);
    let nothing = json!({"result": {"resultCode": "ORDER_STATUS_INVALID"}});
    asked(nothing.clone()).purchase("3", "S", "1").breaks("EDC-P27", 6);
    asked(nothing).checkout("B", "terminal", "KRW", "1").purchase("3", "S", "1").holds("EDC-P27");
    let failed = json!({"requestId": "R", "result": {"resultCode": "PROCESS_FAIL"}});
    asked(failed).purchase("3", "S", "1").holds("EDC-P27");
    new()
        .purchase("1", "R", "1")
        .success("1", "R", "1")
        .purchase("2", "S", "1")
        .success("2", "S", "1")
        .says_nothing_of("EDC-P27");
}

#[test]
fn edc_p29_wants_recovery_before_anything_else() {
    let lost = || new().purchase("1", "R", "1").result("1", success("R", "1"), Some(Note::Lost), 1);
    lost().command("2", "GetLastTransaction", json!({})).holds("EDC-P29");
    lost().purchase("2", "S", "2").breaks("EDC-P29", 3);
    lost().says_nothing_of("EDC-P29");
}

#[test]
fn line_l01_compares_the_resend_byte_for_byte() {
    let command = |id: &str| json!({"id": id, "commandName": "GetLastTransaction"});
    new().command_raw(command("1"), true).command_raw(command("1"), false).holds("LINE-L01");
    new().command_raw(command("1"), true).command_raw(command("2"), false).breaks("LINE-L01", 2);
    new().command_raw(command("1"), false).says_nothing_of("LINE-L01");
    new().command_raw(command("1"), true).wait(60).ended().breaks("LINE-L01", 1);
    new().command_raw(command("1"), true).terminal(Terminal::Closed).ended().says_nothing_of("LINE-L01");
    let refused = |trace: Trace| trace.command_raw(command("1"), true);
    refused(refused(refused(new()))).ended().holds("LINE-L01");
    // Whoever opens the line again may begin with another frame, and may not with one that it changed before.
    let again = |trace: Trace| trace.terminal(Terminal::Closed).command_raw(command("2"), false);
    again(refused(new())).says_nothing_of("LINE-L01");
    again(refused(new()).command_raw(command("2"), false)).breaks("LINE-L01", 2);
    refused(new()).terminal(Terminal::Closed).command_raw(command("1"), false).holds("LINE-L01");
}

#[test]
fn line_l02_wants_an_ack_for_what_was_sent_to_an_open_line() {
    let opened = || new().terminal(Terminal::Opened);
    opened().success("1", "R", "1").ack().holds("LINE-L02");
    opened().success("1", "R", "1").result("1", success("R", "1"), None, 2).ack().breaks("LINE-L02", 2);
    opened().success("1", "R", "1").terminal(Terminal::Unacknowledged { seq: 7, sends: 3 }).breaks("LINE-L02", 2);
    opened()
        .success("1", "R", "1")
        .terminal(Terminal::Closed)
        .terminal(Terminal::Unacknowledged { seq: 7, sends: 1 })
        .says_nothing_of("LINE-L02");
    new()
        .success("1", "R", "1")
        .terminal(Terminal::Opened)
        .result("1", success("R", "1"), None, 2)
        .ack()
        .holds("LINE-L02");
    opened()
        .result("1", success("R", "1"), Some(Note::Lost), 1)
        .terminal(Terminal::Unacknowledged { seq: 7, sends: 3 })
        .says_nothing_of("LINE-L02");
}

#[test]
fn pay_rules_look_at_the_body() {
    new().pay(1, "P", "S SUCCESS", None).holds("PAY-001");
    new().pay(1, "P", "S SUCCESS", None).holds("PAY-002");
    let with = |pointer: &str, value: Value| {
        let mut body = pay("P");
        *body.pointer_mut(pointer).unwrap() = value;
        new().call(1, Operation::Pay, &body, &json!({}), None)
    };
    with("/productCode", json!("CASHIER_PAYMENT")).breaks("PAY-001", 1);
    with("/order/env/userAgent", Value::Null).breaks("PAY-002", 1);
    with("/order/merchant/store/storeMCC", Value::Null).breaks("PAY-002", 1);
}

#[test]
fn pay_007_forbids_a_fresh_id_after_silence() {
    let lost = || new().sold().pay(1, "P", "S SUCCESS", Some(LostHow::Close));
    lost().pay(2, "P", "S SUCCESS", None).holds("PAY-007");
    lost().pay(2, "Q", "S SUCCESS", None).breaks("PAY-007", 4);
    let asked = lost().call(2, Operation::InquiryPayment, &json!({"paymentRequestId": "P"}), &json!({}), None);
    asked.pay(3, "Q", "S SUCCESS", None).holds("PAY-007");
    new().sold().pay(1, "P", "F PROCESS_FAIL", None).pay(2, "Q", "S SUCCESS", None).says_nothing_of("PAY-007");
}

#[test]
fn pay_009_wants_evidence_before_paid() {
    let accepted = || new().sold().pay(1, "P", "S SUCCESS", None);
    accepted().notice(1, "P", true, true).status("A", "paid", "JPY", "1000").holds("PAY-009");
    accepted().status("A", "paid", "JPY", "1000").breaks("PAY-009", 5);
    let inquired = json!({"paymentStatus": "SUCCESS", "paymentRequestId": "P"});
    accepted()
        .call(2, Operation::InquiryPayment, &json!({"paymentRequestId": "P"}), &inquired, None)
        .status("A", "paid", "JPY", "1000")
        .holds("PAY-009");
    new().sold().pay(1, "P", "F PROCESS_FAIL", None).says_nothing_of("PAY-009");
}

#[test]
fn inq_001_wants_the_status_to_say_success() {
    let asked = |status: &str| {
        let answer = json!({"result": {"resultStatus": "S"}, "paymentStatus": status, "paymentRequestId": "P"});
        let inquiry = json!({"paymentRequestId": "P"});
        new().sold().pay(1, "P", "S SUCCESS", None).call(2, Operation::InquiryPayment, &inquiry, &answer, None)
    };
    asked("SUCCESS").status("A", "paid", "JPY", "1000").holds("INQ-001");
    asked("PROCESSING").status("A", "open", "JPY", "0").holds("INQ-001");
    asked("PROCESSING").status("A", "paid", "JPY", "1000").breaks("INQ-001", 7);
    asked("PROCESSING").status("A", "paid", "JPY", "1000").holds("PAY-009");
    new().sold().pay(1, "P", "S SUCCESS", None).says_nothing_of("INQ-001");
}

#[test]
fn edc_p45_wants_the_code_to_say_success() {
    let sale = || new().checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
    let declined = json!({"requestId": "R", "paymentAmount": {"currency": "KRW", "value": "100"}, "result": {"resultCode": "PROCESS_FAIL"}});
    sale().success("1", "R", "100").status("A", "paid", "KRW", "100").holds("EDC-P45");
    sale().result("1", declined.clone(), None, 1).status("A", "failed", "KRW", "0").holds("EDC-P45");
    sale().result("1", declined, None, 1).status("A", "paid", "KRW", "100").breaks("EDC-P45", 5);
    sale().says_nothing_of("EDC-P45");
}

#[test]
fn pay_011_wants_the_same_request_after_u() {
    let unknown = || new().sold().pay(1, "P", "U UNKNOWN_EXCEPTION", None);
    unknown().pay(2, "P", "S SUCCESS", None).holds("PAY-011");
    unknown().pay(2, "Q", "S SUCCESS", None).breaks("PAY-011", 4);
    let mut other = pay("P");
    other["order"]["orderDescription"] = json!("coffee");
    unknown().call(2, Operation::Pay, &other, &json!({}), None).breaks("PAY-011", 4);
    unknown().says_nothing_of("PAY-011");
}

#[test]
fn notification_rules_look_at_belief_and_acknowledgement() {
    let asked = || new().sold().pay(1, "P", "S SUCCESS", None);
    asked().notice(1, "P", true, true).holds("NTF-003");
    asked().notice(1, "P", true, false).breaks("NTF-003", 5);
    let killed = || asked().with(Event::Driver(DriverEvent::Killed));
    killed().notice(1, "P", true, false).holds("NTF-003");
    let (method, result) = ("initialize".to_owned(), json!({}));
    let started = Event::Driver(DriverEvent::Answered { method, result });
    killed().with(started).notice(1, "P", true, false).breaks("NTF-003", 7);
    asked().notice(1, "P", false, false).holds("NTF-001");
    asked().notice(1, "P", false, true).breaks("NTF-005", 5);
    asked().notice(1, "P", false, false).holds("NTF-005");
    asked().notice(1, "P", false, true).status("A", "paid", "JPY", "1000").breaks("NTF-001", 7);
    asked().notice(1, "P", true, true).says_nothing_of("NTF-001");
    let twice = || asked().notice(1, "P", true, true).notice(2, "P", true, true);
    twice().status("A", "paid", "JPY", "1000").holds("NTF-006");
    twice().status("A", "paid", "JPY", "2000").breaks("NTF-006", 9);
    asked().notice(1, "P", true, true).status("A", "paid", "JPY", "1000").says_nothing_of("NTF-006");
}

#[test]
fn money_is_counted_at_the_end() {
    let sale = || new().checkout("A", "terminal", "KRW", "100").purchase("1", "R", "100");
    let charged = || sale().recorded("R", 100).success("1", "R", "100");
    let paid = || charged().status("A", "paid", "KRW", "100");
    for id in ["MONEY-001", "MONEY-002", "MONEY-003", "MONEY-004"] {
        paid().ended().holds(id);
    }
    sale().status("A", "paid", "KRW", "100").ended().breaks("MONEY-001", 4);
    charged().recorded("X", 7).status("A", "paid", "KRW", "100").ended().breaks("MONEY-001", 5);
    charged().recorded("S", 100).status("A", "paid", "KRW", "100").ended().breaks("MONEY-002", 5);
    sale().status("A", "paid", "KRW", "100").ended().breaks("MONEY-003", 4);
    charged().status("A", "failed", "KRW", "0").ended().breaks("MONEY-004", 6);
    charged().status("A", "paid", "KRW", "200").ended().breaks("MONEY-004", 6);
    charged().status("A", "parked", "KRW", "0").ended().holds("MONEY-004");
    let settled = |trace: Trace, state: &str| trace.step("settle within 5m").status("A", state, "KRW", "0").ended();
    settled(charged(), "paid").holds("MONEY-005");
    settled(charged(), "open").breaks("MONEY-005", 8);
    charged().status("A", "open", "KRW", "0").ended().says_nothing_of("MONEY-005");
    settled(charged(), "open").step("advance by 1s").says_nothing_of("MONEY-005");
    let waits = |wake_at: Option<Moment>| {
        let (from, to) = (Moment::WORLD_START, Moment::WORLD_START + Duration::from_secs(300));
        settled(charged().with(Event::Case(CaseEvent::Jumped { from, to, wake_at })), "open").words("MONEY-005")
    };
    let later = |seconds| Some(Moment::WORLD_START + Duration::from_secs(seconds));
    assert!(waits(later(390)).ends_with("; the integration means to act 90 s later, which is too late for that step"));
    for wake_at in [None, later(300), later(200)] {
        assert!(waits(wake_at).ends_with("is over"));
    }
    new().sold().paid("P").status("A", "failed", "JPY", "0").ended().breaks("MONEY-004", 4);
}

#[test]
fn money_that_went_back_is_counted_no_more() {
    let sold = || new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    let told = || sold().notified("P", "PAYMENT_RESULT", "S SUCCESS");
    let part = || told().given_back("R", "400", RefundStatus::Success);
    part().stands("paid", "600").ended().holds("MONEY-004");
    part().stands("paid", "1000").ended().breaks("MONEY-004", 9);
    part().stands("refunded", "0").ended().breaks("MONEY-004", 9);
    let (refunding, failed) = (RefundStatus::Processing, RefundStatus::Fail);
    told().given_back("R", "400", refunding).stands("paid", "1000").ended().holds("MONEY-004");
    told().given_back("R", "400", failed).stands("paid", "600").ended().breaks("MONEY-004", 9);
    let whole = || part().given_back("S", "600", RefundStatus::Success);
    whole().stands("refunded", "0").ended().says_nothing_of("MONEY-004");
    whole().stands("refunded", "0").ended().holds("MONEY-001");
    whole().stands("paid", "1000").ended().breaks("MONEY-001", 10);
    // The ledger says it twice when a refund takes time: it is one refund all the same.
    part().given_back("R", "400", RefundStatus::Success).stands("paid", "600").ended().holds("MONEY-004");
}

#[test]
fn money_of_a_card_is_taken_when_it_is_captured() {
    let mut card = pay("P");
    card["paymentMethod"]["paymentMethodType"] = json!("CARD");
    let held = || new().sold().pays_with(&card, "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    let takes = |trace: Trace, yen: &str, code: &str| {
        let amount = Money::parse("JPY", yen).unwrap();
        let (capture_request_id, capture_id) = ("C".to_owned(), "c".to_owned());
        let (payment_id, code) = ("pid-P".to_owned(), code.to_owned());
        trace.gateway(Gateway::Capture { capture_request_id, capture_id, payment_id, amount, code })
    };
    held().stands("cancelled", "0").ended().says_nothing_of("MONEY-004");
    held().stands("paid", "1000").ended().breaks("MONEY-001", 6);
    takes(held(), "1000", "SUCCESS").stands("paid", "1000").ended().holds("MONEY-001");
    takes(held(), "700", "SUCCESS").stands("paid", "700").ended().holds("MONEY-004");
    takes(held(), "700", "SUCCESS").stands("paid", "1000").ended().breaks("MONEY-004", 7);
    takes(held(), "1000", "PROCESS_FAIL").stands("paid", "1000").ended().breaks("MONEY-001", 7);
}

#[test]
fn money_of_a_batch_belongs_to_its_orders() {
    let orders = [("A", "1000"), ("B", "500")];
    let listed: Vec<_> = orders
        .iter()
        .map(|(name, yen)| json!({"referenceOrderId": name, "orderAmount": {"currency": "JPY", "value": yen}}))
        .collect();
    let body = json!({"batchPaymentRequestId": "G", "paymentAmount": {"currency": "JPY", "value": "1500"}, "orderList": listed});
    let told = json!({"result": {"resultStatus": "U", "resultCode": "PAYMENT_IN_PROCESS"}, "normalUrl": "https://wallet.test/G",
        "orderSummaries": [{"referenceOrderId": "A", "transactionId": "pid-P"}, {"referenceOrderId": "B", "transactionId": "b"}]});
    let listed: Vec<_> =
        orders.iter().map(|(name, yen)| json!({"order": name, "amount": {"currency": "JPY", "value": yen}})).collect();
    let paid = |trace: Trace| {
        let trace = trace.asked("checkoutBatch", json!({"batch": "G", "orders": listed}));
        trace.exchange(Operation::BatchPay, &body, &told).ledger("G", PaymentStatus::Success, "SUCCESS")
    };
    let ends = |trace: Trace, a: (&str, &str), b: &str| {
        trace.status("A", a.0, "JPY", a.1).status("B", b, "JPY", if b == "paid" { "500" } else { "0" }).ended()
    };
    ends(paid(new()), ("paid", "1000"), "paid").holds("MONEY-004");
    ends(paid(new()), ("paid", "1000"), "failed").breaks("MONEY-004", 8);
    let back = || paid(new()).given_back("R", "1000", RefundStatus::Success);
    ends(back(), ("refunded", "0"), "paid").holds("MONEY-001");
    ends(back(), ("paid", "1000"), "paid").breaks("MONEY-001", 7);
}
