//! Rules about front ends: each reads a trace that holds, one that breaks, and one that does not concern it.

use conformance::client::ClientEvent;
use conformance::trace::Event;
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, Side};
use wire::antom::{Operation, PaymentStatus};
use wire::hex::TextBytes;

use crate::rules::{Trace, new};

pub(crate) const DATA: &str = "c2ltOjE=&&SG&&111&&eyJhIjoxfQ==";

impl Trace {
    pub(crate) fn client(self, event: ClientEvent) -> Self {
        self.with(Event::Client(event))
    }

    pub(crate) fn visits(self) -> Self {
        let (order, page, url) = ("A".to_owned(), "checkout".to_owned(), "http://127.0.0.1/".to_owned());
        self.client(ClientEvent::Visited { order, page, url, query: None, amount: None })
    }

    pub(crate) fn comes_back(self) -> Self {
        let (order, page, url) = ("A".to_owned(), "return".to_owned(), "http://127.0.0.1/back".to_owned());
        self.client(ClientEvent::Visited {
            order,
            page,
            url,
            query: Some("resultStatus=SUCCESS".to_owned()),
            amount: None,
        })
    }

    pub(crate) fn told(self, code: &str) -> Self {
        self.told_with(json!({"code": code, "result": {"paymentResultCode": "X"}}))
    }

    pub(crate) fn told_with(self, payload: Value) -> Self {
        self.client(ClientEvent::Delivered { channel: "onEventCallback".to_owned(), instance: 1, payload, order: None })
    }

    pub(crate) fn sees(self, view: &str) -> Self {
        self.reads(view, "")
    }

    pub(crate) fn reads(self, view: &str, text: &str) -> Self {
        self.client(ClientEvent::Saw { shows: vec![view.to_owned()], text: text.to_owned() })
    }

    pub(crate) fn presses(self, what: &str) -> Self {
        self.client(ClientEvent::Pressed { what: what.to_owned() })
    }

    pub(crate) fn misses(self, what: &str) -> Self {
        self.client(ClientEvent::Missed { what: what.to_owned() })
    }

    pub(crate) fn calls(self, instance: u32, method: &str, args: Value) -> Self {
        self.client(ClientEvent::Called { method: method.to_owned(), instance, args })
    }

    pub(crate) fn settles(self, instance: u32, method: &str, ok: bool, value: Value) -> Self {
        self.client(ClientEvent::Settled { method: method.to_owned(), instance, ok, value })
    }

    pub(crate) fn answers(self, value: Value) -> Self {
        self.settles(1, "submitPayment", true, value)
    }

    pub(crate) fn throws(self) -> Self {
        self.client(ClientEvent::Threw { channel: "onEventCallback".to_owned(), error: "boom".to_owned() })
    }

    pub(crate) fn uncaught(self) -> Self {
        self.client(ClientEvent::Uncaught { text: "boom".to_owned() })
    }

    pub(crate) fn fetches(self, method: &str, body: Option<&str>) -> Self {
        let url = "http://127.0.0.1/api/orders/A".to_owned();
        self.client(ClientEvent::Asked { method: method.to_owned(), url, body: body.map(str::to_owned) })
    }

    pub(crate) fn logs(self, text: &str) -> Self {
        self.client(ClientEvent::Logged { level: "log".to_owned(), text: text.to_owned() })
    }

    pub(crate) fn navigates(self) -> Self {
        self.client(ClientEvent::Navigated { url: "http://127.0.0.1/elsewhere".to_owned() })
    }

    pub(crate) fn posts(self, event: &str) -> Self {
        self.gateway(Gateway::Client {
            payment_request_id: "P".to_owned(),
            side: Side::Page,
            event: event.to_owned(),
            data: TextBytes::default(),
        })
    }

    pub(crate) fn in_process(self) -> Self {
        self.ledger("P", PaymentStatus::Processing, "PAYMENT_IN_PROCESS")
    }

    pub(crate) fn gets_paid(self) -> Self {
        self.ledger("P", PaymentStatus::Success, "SUCCESS")
    }

    /// A session that lives for an hour; two entries.
    pub(crate) fn session(self, data: &str) -> Self {
        let body = json!({"paymentRequestId": "P", "paymentRedirectUrl": "https://shop.test/back"});
        let answer = json!({
            "result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentSessionData": data,
            "paymentSessionExpiryTime": "2026-01-05T11:00:00+00:00",
        });
        self.exchange(Operation::CreatePaymentSession, &body, &answer)
    }
}

/// A page is open, and a payment. Entries 1 and 2.
pub(crate) fn shop() -> Trace {
    new().visits().in_process()
}

pub(crate) const SUCCESS: &str = "SDK_PAYMENT_SUCCESSFUL";

#[test]
fn paid_is_shown_for_the_ledgers_sake_and_whatever_else_brought_it_is_named() {
    for (id, code) in [
        ("CLI-001", SUCCESS),
        ("CLI-004", "SDK_START_OF_LOADING"),
        ("CLI-007", "SDK_PAYMENT_PROCESSING"),
        ("CLI-010", "SDK_END_OF_LOADING"),
        ("CLI-019", "SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL"),
    ] {
        shop().told(code).sees("paid").breaks(id, 4);
        shop().told(code).gets_paid().sees("paid").holds(id);
        shop().told(code).sees("pending").holds(id);
        shop().says_nothing_of(id);
    }
    shop().told(SUCCESS).sees("paid").holds("CLI-004");
    shop().posts("forge").sees("paid").breaks("CLI-003", 4);
    shop().posts("forge").sees("form").holds("CLI-003");
    shop().posts("forge").told(SUCCESS).gets_paid().sees("paid").holds("CLI-003");
    shop().comes_back().sees("paid").breaks("CLI-022", 4);
    shop().comes_back().sees("pending").holds("CLI-022");
    shop().sees("form").says_nothing_of("CLI-022");
}

#[test]
fn cli_002_finds_what_no_client_told_of() {
    let sale = || new().checkout("A", "session", "JPY", "1000").visits().in_process().gets_paid();
    sale().status("A", "open", "JPY", "0").ended().breaks("CLI-002", 7);
    sale().status("A", "paid", "JPY", "1000").ended().holds("CLI-002");
    sale().told(SUCCESS).status("A", "open", "JPY", "0").ended().says_nothing_of("CLI-002");
    sale().says_nothing_of("CLI-002");
}

#[test]
fn a_handler_that_throws_breaks_what_it_did_not_expect() {
    for (id, payload) in [
        ("CLI-005", json!({"code": "SDK_FUTURE_CODE"})),
        ("CLI-006", json!({"code": SUCCESS})),
        ("CLI-006", json!({})),
        ("CLI-041", json!({"code": SUCCESS, "result": {"paymentStatus": "SUCCESS"}})),
    ] {
        shop().told_with(payload.clone()).throws().breaks(id, 4);
        shop().told_with(payload.clone()).throws().breaks("CLI-032", 4);
        shop().told_with(payload.clone()).told("SDK_END_OF_LOADING").throws().holds(id);
        shop().told_with(payload).holds(id);
        shop().told("SDK_END_OF_LOADING").says_nothing_of(id);
    }
    shop().told(SUCCESS).holds("CLI-032");
}

#[test]
fn what_is_unknown_is_neither_failed_nor_paid_nor_begun_again() {
    for (id, code) in [("CLI-007", "SDK_PAYMENT_PROCESSING"), ("CLI-008", "SDK_PAYMENT_ERROR")] {
        shop().told(code).sees("failed").breaks(id, 4);
        shop().told(code).sees("pending").ledger("P", PaymentStatus::Fail, "X").sees("failed").holds(id);
    }
    let error = || shop().told("SDK_PAYMENT_ERROR");
    error().session(DATA).breaks("CLI-008", 4);
    error().presses("again").session(DATA).holds("CLI-008");
}

#[test]
fn cli_009_wants_a_view_a_reason_and_another_try() {
    let fail = |code: &str| json!({"code": "SDK_PAYMENT_FAIL", "result": {"paymentResultCode": code}});
    let first = || shop().told_with(fail("A")).reads("failed", "no money");
    first().told_with(fail("B")).reads("failed", "wrong card").holds("CLI-009");
    first().told_with(fail("B")).reads("other", "no money").reads("failed", "no money").breaks("CLI-009", 7);
    first().misses("again").breaks("CLI-009", 5);
    shop().told_with(fail("A")).sees("form").pause(3).ended().breaks("CLI-009", 3);
    shop().says_nothing_of("CLI-009");
}

#[test]
fn cli_011_lets_nothing_turn_in_the_end() {
    let turning = || shop().told("SDK_START_OF_LOADING").sees("loading");
    turning().told("SDK_END_OF_LOADING").breaks("CLI-011", 5);
    turning().told(SUCCESS).sees("loading").breaks("CLI-011", 5);
    turning().told("SDK_END_OF_LOADING").sees("form").holds("CLI-011");
    turning().says_nothing_of("CLI-011");
}

#[test]
fn cli_012_keeps_an_order_that_the_buyer_only_left() {
    let left = || new().checkout("A", "session", "JPY", "1000").visits().in_process().told("SDK_PAYMENT_CANCEL");
    left().status("A", "cancelled", "JPY", "0").breaks("CLI-012", 6);
    left().status("A", "open", "JPY", "0").presses("again").holds("CLI-012");
    left().misses("again").breaks("CLI-012", 5);
    shop().says_nothing_of("CLI-012");
}

#[test]
fn cli_013_and_039_look_at_the_session_that_the_sdk_gets() {
    let args = |data: &str| json!([{"sessionData": data}]);
    let made = || new().visits().session(DATA);
    made().calls(1, "createComponent", args(DATA)).says_nothing_of("CLI-013");
    made().pause(4000).calls(1, "createComponent", args(DATA)).breaks("CLI-013", 4);
    made().pause(4000).calls(1, "createComponent", args("other")).says_nothing_of("CLI-013");
    made().calls(1, "createComponent", args(DATA)).holds("CLI-039");
    made().calls(1, "createComponent", args("c2ltOjE")).breaks("CLI-039", 4);
    made().holds("CLI-023");
    made().says_nothing_of("CLI-039");
}

#[test]
fn cli_014_and_015_read_results_that_come_again_or_contradict() {
    let twice = || shop().gets_paid().told(SUCCESS).fetches("POST", Some("receipt"));
    twice().told(SUCCESS).fetches("POST", Some("receipt")).breaks("CLI-014", 7);
    twice().told(SUCCESS).fetches("GET", None).holds("CLI-014");
    twice().presses("again").told(SUCCESS).fetches("POST", Some("receipt")).says_nothing_of("CLI-014");
    let fail = "SDK_PAYMENT_FAIL";
    shop().gets_paid().told(SUCCESS).sees("paid").told(fail).sees("failed").breaks("CLI-015", 7);
    shop().gets_paid().told(SUCCESS).sees("paid").told(fail).holds("CLI-015");
    shop().told(fail).told(SUCCESS).sees("paid").breaks("CLI-015", 5);
    shop().told(fail).presses("again").told(SUCCESS).sees("paid").says_nothing_of("CLI-015");
}

#[test]
fn small_events_begin_nothing_and_take_nothing_away() {
    for (id, code) in [
        ("CLI-016", "SDK_DUPLICATE_SUBMISSION_BEHAVIOR"),
        ("CLI-017", "SDK_FORM_VERIFICATION_FAILED"),
        ("CLI-024", "SDK_SUBMIT_NETWORK_ERROR"),
    ] {
        shop().told(code).session(DATA).breaks(id, 4);
        shop().told(code).calls(2, "createComponent", json!([])).breaks(id, 4);
        shop().told(code).presses("again").session(DATA).holds(id);
        shop().says_nothing_of(id);
    }
    for (id, code) in [("CLI-017", "SDK_FORM_VERIFICATION_FAILED"), ("CLI-018", "SDK_PAYMENT_CHALLENGE")] {
        shop().told(code).calls(1, "unmount", json!([])).breaks(id, 4);
        shop().told(code).told(SUCCESS).calls(1, "unmount", json!([])).holds(id);
    }
    shop().told("SDK_CALL_URL_SUCCESS").navigates().breaks("CLI-020", 4);
    shop().posts("onRedirect").told("SDK_CALL_URL_SUCCESS").navigates().says_nothing_of("CLI-020");
    shop().told("SDK_CALL_URL_SUCCESS").told("SDK_CALL_URL_SUCCESS").holds("CLI-020");
    for code in ["SDK_LAUNCH_PAYMENT_APP_ERROR", "SDK_CALL_URL_ERROR"] {
        shop().told(code).sees("failed").breaks("CLI-021", 4);
        shop().told(code).told("SDK_PAYMENT_FAIL").sees("failed").holds("CLI-021");
    }
}

#[test]
fn what_the_sdk_refuses_is_caught_and_shown() {
    for (id, method) in [("CLI-026", "createComponent"), ("CLI-026", "mount"), ("CLI-027", "new AMSCashierPayment")] {
        shop().settles(1, method, false, json!("no")).uncaught().breaks(id, 4);
        shop().settles(1, method, false, json!("no")).sees("problem").holds(id);
        shop().settles(1, method, true, json!(null)).uncaught().says_nothing_of(id);
    }
    let refused = || shop().told("SDK_CREATEPAYMENT_PARAMETER_ERROR");
    refused().sees("problem").holds("CLI-025");
    refused().sees("form").breaks("CLI-025", 3);
}

#[test]
fn options_are_of_the_form_that_the_sdk_wants() {
    let made = |options: Value| new().visits().session(DATA).calls(1, "new AMSCashierPayment", json!([options]));
    made(json!({"environment": "sandbox", "locale": "en_US"})).holds("CLI-028");
    made(json!({"environment": "sandbox"})).holds("CLI-029");
    made(json!({"environment": "production"})).breaks("CLI-028", 4);
    made(json!({"environment": "prod"})).holds("CLI-028");
    made(json!({"environment": "prod"})).breaks("CLI-029", 4);
    made(json!({"locale": "en_US"})).holds("CLI-040");
    for locale in ["en-US", "en", "EN_us"] {
        made(json!({"locale": locale})).breaks("CLI-040", 4);
    }
    made(json!({})).says_nothing_of("CLI-028");
}

#[test]
fn one_component_lives_at_a_time() {
    for (id, class, makes, releases) in [
        ("CLI-030", "new AMSCashierPayment", "createComponent", "unmount"),
        ("CLI-031", "new AMSElement", "mount", "destroy"),
    ] {
        let none = || json!([]);
        let one = || shop().calls(1, class, none()).calls(1, makes, none());
        one().calls(2, class, none()).calls(2, makes, none()).breaks(id, 6);
        one().calls(1, releases, none()).calls(2, class, none()).calls(2, makes, none()).holds(id);
        one().navigates().calls(2, class, none()).calls(2, makes, none()).holds(id);
        one().says_nothing_of(id);
    }
    let element = || shop().calls(1, "new AMSElement", json!([])).calls(1, "mount", json!([]));
    let again = element().calls(1, "unmount", json!([])).calls(2, "new AMSElement", json!([]));
    again.calls(2, "mount", json!([])).breaks("CLI-031", 7);
}

#[test]
fn what_submit_payment_comes_to_is_read_from_its_error_on() {
    let error = json!({"status": "SUCCESS", "error": {"code": "X"}});
    shop().answers(error.clone()).sees("paid").breaks("CLI-033", 4);
    shop().answers(error).sees("failed").holds("CLI-033");
    for status in ["PROCESSING", "PENDING"] {
        shop().answers(json!({"status": status})).sees("paid").breaks("CLI-033", 4);
        shop().answers(json!({"status": status})).sees("failed").breaks("CLI-034", 4);
        shop().answers(json!({"status": status})).sees("pending").holds("CLI-034");
        shop().answers(json!({"status": status, "error": {"code": "X"}})).sees("failed").says_nothing_of("CLI-034");
    }
}

#[test]
fn a_try_that_needs_another_session_gets_one() {
    let args = |data: &str| json!([{"sessionData": data}]);
    let element = || shop().calls(1, "new AMSElement", args(DATA));
    let wants = || element().answers(json!({"status": "FAIL", "error": {"needChangeSessionForRetry": true}}));
    wants().calls(2, "new AMSElement", args(DATA)).breaks("CLI-035", 5);
    wants().calls(1, "submitPayment", json!([])).breaks("CLI-035", 5);
    wants().calls(2, "new AMSElement", args("other")).holds("CLI-035");
    wants().says_nothing_of("CLI-035");
    let code = json!({"code": "SDK_PAYMENT_FAIL", "result": {"paymentResultCode": "USER_PAYMENT_VERIFICATION_FAILED"}});
    let failed = || shop().calls(1, "createComponent", args(DATA)).told_with(code.clone());
    failed().calls(2, "createComponent", args(DATA)).breaks("CLI-036", 5);
    failed().calls(2, "createComponent", args("other")).holds("CLI-036");
    failed().says_nothing_of("CLI-036");
}

#[test]
fn submits_come_one_at_a_time_and_from_the_buyer() {
    let submit = |trace: Trace| trace.calls(1, "submitPayment", json!([]));
    submit(submit(shop().presses("pay"))).breaks("CLI-037", 5);
    submit(submit(shop().presses("pay")).answers(json!({}))).holds("CLI-037");
    submit(shop().presses("pay")).holds("CLI-038");
    submit(shop().presses("pay").pause(9)).breaks("CLI-038", 4);
    submit(shop()).breaks("CLI-038", 3);
    shop().says_nothing_of("CLI-037");
}

#[test]
fn cli_042_finds_secrets_in_the_console() {
    let long = format!("{DATA}{}", "x".repeat(40));
    let paid = || shop().calls(1, "createComponent", json!([{"sessionData": long}])).told(SUCCESS);
    paid().logs(&format!("session {long}")).breaks("CLI-042", 5);
    paid().logs("{\"cardBin\":\"405469\"}").breaks("CLI-042", 5);
    paid().logs("405469******0768").holds("CLI-042");
    shop().says_nothing_of("CLI-042");
}

#[test]
fn cli_043_to_047_hold_goods_book_once_ask_with_measure_and_answer() {
    let risky = json!({"code": SUCCESS, "result": {"popRiskDecisionResultInfo": {"riskDecision": "REJECT"}}});
    shop().gets_paid().told_with(risky.clone()).sees("paid").breaks("CLI-043", 5);
    shop().gets_paid().told_with(risky).sees("pending").holds("CLI-043");
    shop().gets_paid().told(SUCCESS).sees("paid").says_nothing_of("CLI-043");
    let many = |pause: u64| (0..9).fold(shop(), |trace, _| trace.at_once().fetches("GET", None).pause(pause));
    many(2).holds("CLI-045");
    many(0).breaks("CLI-045", 11);
    shop().fetches("GET", None).says_nothing_of("CLI-045");
    let answers =
        |value: Value, took| shop().client(ClientEvent::Answered { channel: "onBeforeSubmit".to_owned(), value, took });
    answers(json!({"result": "CONTINUE"}), 5).holds("CLI-047");
    answers(json!({"result": "CONTINUE"}), 9000).breaks("CLI-047", 3);
    answers(json!({}), 5).breaks("CLI-047", 3);
    let throws = ClientEvent::Threw { channel: "onBeforeSubmit".to_owned(), error: "boom".to_owned() };
    shop().client(throws).breaks("CLI-047", 3);
}

#[test]
fn cli_044_books_once_when_the_notification_comes_first() {
    let first = || {
        let sale = new().checkout("A", "session", "JPY", "1000").visits().session(DATA).in_process().gets_paid();
        sale.notified("P", "PAYMENT_RESULT", "S SUCCESS").told(SUCCESS)
    };
    first().status("A", "paid", "JPY", "1000").holds("CLI-044");
    first().status("A", "paid", "JPY", "2000").breaks("CLI-044", 11);
    shop().told(SUCCESS).says_nothing_of("CLI-044");
}

#[test]
fn what_is_called_or_answered_beside_it_changes_nothing() {
    let submit = |trace: Trace| trace.calls(1, "submitPayment", json!([]));
    let submitted = || submit(shop().presses("pay"));
    submit(submitted().settles(1, "createComponent", true, json!({}))).breaks("CLI-037", 6);
    submit(submitted().navigates()).holds("CLI-037");
    submit(shop().presses("pay").pause(4)).holds("CLI-038");
    let answers = |channel: &str, took| {
        let (channel, value) = (channel.to_owned(), json!({"result": "CONTINUE"}));
        shop().client(ClientEvent::Answered { channel, value, took })
    };
    answers("onBeforeSubmit", 3000).holds("CLI-047");
    answers("onBeforeSubmit", 3001).breaks("CLI-047", 3);
    answers("onEventCallback", 9000).says_nothing_of("CLI-047");
    let refused = || shop().settles(1, "mount", false, json!("no"));
    let later = |entries| (0..entries).fold(refused(), |trace, _| trace.sees("problem")).uncaught();
    later(10).breaks("CLI-026", 14);
    later(11).holds("CLI-026");
    shop().uncaught().settles(1, "mount", false, json!("no")).sees("problem").holds("CLI-026");
    shop().settles(1, "createComponent", true, json!({})).says_nothing_of("CLI-006");
    for method in ["GET", "HEAD"] {
        let reads = |trace: Trace| trace.told(SUCCESS).fetches(method, None);
        reads(reads(shop().gets_paid())).holds("CLI-014");
    }
}

#[test]
fn what_a_page_shows_is_looked_for_after_its_reason_and_before_the_next() {
    let fail = || json!({"code": "SDK_PAYMENT_FAIL", "result": {"paymentResultCode": "A"}});
    shop().told_with(fail()).at_once().told("SDK_END_OF_LOADING").holds("CLI-009");
    shop().reads("failed", "no money").told_with(fail()).pause(3).ended().holds("CLI-009");
    shop().told_with(fail()).misses("menu").holds("CLI-009");
    shop().told_with(fail()).visits().misses("again").holds("CLI-009");
    shop().told_with(json!({})).says_nothing_of("CLI-005");
    shop().answers(json!({"code": "NEW"})).says_nothing_of("CLI-005");
    shop().navigates().told("SDK_CALL_URL_SUCCESS").holds("CLI-020");
    shop().told("SDK_CALL_URL_SUCCESS").presses("again").navigates().holds("CLI-020");
    let then = |method: &str| {
        let seen = shop().settles(1, method, false, json!("no")).sees("problem");
        seen.told("SDK_CREATEPAYMENT_PARAMETER_ERROR")
    };
    then("createComponent").holds("CLI-025");
    then("mountComponent").holds("CLI-025");
    then("submitPayment").breaks("CLI-025", 5);
    let turns = shop().told("SDK_START_OF_LOADING").sees("loading").told("SDK_END_OF_LOADING").words("CLI-011");
    assert_eq!(turns, "the page still turns after SDK_END_OF_LOADING");
    let element = || shop().calls(1, "new AMSElement", json!([{"sessionData": DATA}]));
    let error = json!({"needChangeSessionForRetry": true});
    element().told_with(json!({"code": "SDK_PAYMENT_FAIL", "error": error})).says_nothing_of("CLI-035");
    element().answers(json!({"status": "FAIL"})).says_nothing_of("CLI-035");
}

#[test]
fn the_sandbox_is_known_by_its_path_or_by_the_client() {
    let made = |environment: &str, is_sandbox_client: bool| {
        let session = new().visits().session(DATA).but(|_, target, _| *target = target.replace("/sandbox", ""));
        let client = if is_sandbox_client { "SANDBOX_1" } else { "5Y000001" };
        let options = json!([{"environment": environment}]);
        session.header("Client-Id", Some(client)).calls(1, "new AMSCashierPayment", options)
    };
    made("prod", false).holds("CLI-029");
    made("sandbox", false).breaks("CLI-029", 4);
    made("sandbox", true).holds("CLI-029");
    made("prod", true).breaks("CLI-029", 4);
}
