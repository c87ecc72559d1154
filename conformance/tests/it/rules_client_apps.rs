//! Rules about apps, and about money that is only held: a trace that holds, one that breaks, one that does not concern them.

use conformance::client::ClientEvent;
use serde_json::{Value, json};
use sim_antom::Event as Gateway;
use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use crate::rules::{Trace, new};
use crate::rules_client::{DATA, SUCCESS, shop};

impl Trace {
    fn screen(self, is: &str) -> Self {
        self.client(ClientEvent::Screen { is: is.to_owned() })
    }

    fn throws_late(self) -> Self {
        self.client(ClientEvent::Threw { channel: "onEventCallback".to_owned(), error: "boom".to_owned() })
    }

    pub(crate) fn called_back(self, order: &str, channel: &str, payload: Value) -> Self {
        let order = Some(order.to_owned());
        self.client(ClientEvent::Delivered { channel: channel.to_owned(), instance: 1, payload, order })
    }

    pub(crate) fn shows_order(self, order: &str, page: &str) -> Self {
        let (order, page, url) = (order.to_owned(), page.to_owned(), "app".to_owned());
        self.client(ClientEvent::Visited { order, page, url, query: None, amount: None })
    }

    pub(crate) fn hands(self, command: &str, params: Value) -> Self {
        self.client(ClientEvent::Sent { order: "A".to_owned(), command: command.to_owned(), params })
    }

    pub(crate) fn counts(self, left: Option<u64>) -> Self {
        self.client(ClientEvent::Counted { left })
    }

    /// A payment of the ledger.
    fn settles_at(self, payment_id: &str, status: PaymentStatus) -> Self {
        self.gateway(Gateway::Payment {
            payment_request_id: payment_id.to_owned(),
            payment_id: payment_id.to_owned(),
            reference_order_id: None,
            amount: Money::parse("USD", "5997").unwrap(),
            status,
            code: String::new(),
        })
    }

    fn captured(self) -> Self {
        self.gateway(Gateway::Capture {
            capture_request_id: "C".to_owned(),
            capture_id: "C1".to_owned(),
            payment_id: "P".to_owned(),
            amount: Money::parse("USD", "5997").unwrap(),
            code: "SUCCESS".to_owned(),
        })
    }

    fn held_session(self) -> Self {
        let body = json!({"paymentRequestId": "P", "paymentFactor": {"captureMode": "MANUAL"}});
        let answer = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentSessionData": DATA});
        self.call(1, Operation::CreatePaymentSession, &body, &answer, None)
    }
}

/// An app at the terminal that has handed a Purchase to the SDK. Entries 1 and 2.
pub(crate) fn counter() -> Trace {
    new().shows_order("A", "terminal").hands("Purchase", json!({"requestId": "R"}))
}

#[test]
fn cli_046_wants_held_money_captured_before_it_is_paid() {
    let held = || new().visits().held_session().gets_paid().told(SUCCESS);
    held().sees("paid").breaks("CLI-046", 6);
    held().sees("pending").captured().sees("paid").holds("CLI-046");
    held().status("A", "paid", "USD", "5997").breaks("CLI-046", 7);
    new().visits().held_session().sees("form").says_nothing_of("CLI-046");
    new().visits().session(DATA).gets_paid().told(SUCCESS).sees("paid").says_nothing_of("CLI-046");
}

#[test]
fn cli_048_wants_late_callbacks_survived_and_kept() {
    let late = || shop().screen("gone").told(SUCCESS);
    late().throws_late().breaks("CLI-048", 5);
    late().screen("back").gets_paid().sees("paid").holds("CLI-048");
    late().screen("back").gets_paid().sees("pending").holds("CLI-048");
    late().screen("back").gets_paid().sees("form").breaks("CLI-048", 7);
    shop().told(SUCCESS).throws_late().says_nothing_of("CLI-048");
    shop().screen("gone").settles(1, "submitPayment", true, json!({})).holds("CLI-048");
    shop().screen("gone").settles(1, "createComponent", true, json!({})).says_nothing_of("CLI-048");
    shop().screen("gone").gets_paid().screen("back").sees("form").says_nothing_of("CLI-048");
    shop().screen("gone").screen("back").told(SUCCESS).says_nothing_of("CLI-048");
}

#[test]
fn cli_049_wants_events_to_stay_with_their_payment() {
    let success = json!({"code": SUCCESS});
    let second = || {
        let first = new().shows_order("A", "checkout").settles_at("1", PaymentStatus::Success);
        first.shows_order("B", "checkout").settles_at("2", PaymentStatus::Processing).sees("form")
    };
    second().called_back("A", "onEventCallback", success.clone()).sees("paid").breaks("CLI-049", 7);
    second().called_back("A", "onEventCallback", json!({})).sees("failed").breaks("CLI-049", 7);
    second().called_back("A", "onEventCallback", success.clone()).holds("CLI-049");
    second().called_back("A", "onEventCallback", success.clone()).sees("other").holds("CLI-049");
    let paid = second().called_back("A", "onEventCallback", success.clone()).settles_at("2", PaymentStatus::Success);
    paid.sees("paid").holds("CLI-049");
    second().called_back("B", "onEventCallback", success).sees("paid").says_nothing_of("CLI-049");
}

#[test]
fn cli_050_compares_the_countdown_with_the_terminals() {
    for (channel, payload, right, wrong) in [
        ("onEvent", json!({"code": "READY"}), Some(30), None),
        ("onEvent", json!({"code": "READY"}), Some(29), Some(20)),
        ("onEvent", json!({"code": "PENDING_SIGNATURE"}), Some(20), Some(11)),
        ("onEvent", json!({"code": "START_TRANSACTION"}), None, Some(12)),
        ("onSuccess", json!({"command": "CommandCancel"}), None, Some(12)),
        ("onCommandFailed", json!({"command": "Purchase", "errorCode": "CommandResponseTimeout"}), None, Some(1)),
    ] {
        counter().called_back("A", channel, payload.clone()).counts(right).holds("CLI-050");
        counter().called_back("A", channel, payload).counts(wrong).breaks("CLI-050", 4);
    }
    let longer = counter().hands("Purchase", json!({"paymentExpiryTime": "60"}));
    longer.called_back("A", "onEvent", json!({"code": "READY"})).counts(Some(60)).holds("CLI-050");
    counter().called_back("A", "onEvent", json!({"code": "CARD_DETECTED"})).counts(None).says_nothing_of("CLI-050");
}

#[test]
fn cli_051_wants_silence_asked_about_and_failures_left_alone() {
    let silence = json!({"command": "Purchase", "errorCode": "CommandResponseTimeout"});
    let silent = || counter().called_back("A", "onCommandFailed", silence.clone());
    let again = || json!({"requestId": "S"});
    silent().hands("Purchase", again()).breaks("CLI-051", 4);
    silent().presses("again").hands("Purchase", again()).breaks("CLI-051", 5);
    silent().hands("GetLastTransaction", json!({})).hands("Purchase", again()).holds("CLI-051");
    silent().sees("failed").breaks("CLI-051", 4);
    silent().sees("pending").holds("CLI-051");
    let business = |code: &str| {
        let payload = json!({"command": "Purchase", "requestId": "R", "result": {"resultCode": code}});
        counter().called_back("A", "onBusinessFailed", payload)
    };
    business("REPEAT_REQ_REJECT").hands("Purchase", json!({"requestId": "R"})).breaks("CLI-051", 4);
    business("REPEAT_REQ_REJECT").hands("Purchase", again()).holds("CLI-051");
    business("PROCESS_FAIL").hands("Purchase", again()).breaks("CLI-051", 4);
    business("PROCESS_FAIL").presses("again").hands("Purchase", again()).holds("CLI-051");
    let busy = json!({"command": "Purchase", "errorCode": "CommandDeviceBusy"});
    let busy = || counter().called_back("A", "onCommandFailed", busy.clone());
    busy().at_once().hands("Purchase", again()).breaks("CLI-051", 4);
    busy().pause(3).hands("Purchase", again()).holds("CLI-051");
    business("USER_BALANCE_NOT_ENOUGH").hands("Purchase", again()).says_nothing_of("CLI-051");
}

#[test]
fn cli_052_wants_metadata_back_and_ids_of_their_own() {
    let metadata = |text: &str| json!({"requestId": "S", "acquirerInfo": {"acquirerMetaData": text}});
    let sold = || {
        let told = json!({"command": "Purchase", "acquirerInfo": {"acquirerMetaData": "m=="}});
        counter().called_back("A", "onSuccess", told)
    };
    sold().hands("PurchaseCancel", metadata("m==")).holds("CLI-052");
    sold().hands("PurchaseCancel", metadata("m")).breaks("CLI-052", 4);
    sold().hands("PurchaseCancel", json!({"requestId": "S"})).breaks("CLI-052", 4);
    counter().hands("Purchase", json!({"requestId": "R"})).breaks("CLI-052", 3);
    let told = |text: &str| json!({"command": "Purchase", "acquirerInfo": {"acquirerMetaData": text}});
    sold().called_back("B", "onSuccess", told("n==")).hands("PurchaseCancel", metadata("n==")).breaks("CLI-052", 5);
    sold().called_back("A", "onEvent", told("n==")).hands("PurchaseCancel", metadata("n==")).breaks("CLI-052", 5);
    let alone = new().shows_order("A", "terminal").called_back("A", "onSuccess", told("m=="));
    alone.hands("PurchaseCancel", metadata("m==")).holds("CLI-052");
    let busy = json!({"command": "Purchase", "requestId": "R", "errorCode": "CommandDeviceBusy"});
    let busy = counter().called_back("A", "onCommandFailed", busy);
    busy.hands("Purchase", json!({"requestId": "R"})).holds("CLI-052");
    counter().says_nothing_of("CLI-052");
}
