//! Rules about what pays an order: neither what a client is told nor a buyer who comes back; and what he is shown then.

use conformance::client::ClientEvent;
use sim_antom::LostHow;
use wire::antom::PaymentStatus;

use crate::rules::{Trace, new};
use crate::rules_client::DATA;

pub(crate) fn sale() -> Trace {
    new().checkout("A", "session", "JPY", "1000").visits().session(DATA).in_process()
}

impl Trace {
    pub(crate) fn called(self, state: &str) -> Self {
        self.status("A", state, "JPY", "1000")
    }

    pub(crate) fn returns_to(self, url: &str) -> Self {
        let (order, page) = ("A".to_owned(), "return".to_owned());
        self.client(ClientEvent::Visited { order, page, url: url.to_owned(), query: None, amount: None })
    }
}

#[test]
fn an_order_that_is_called_paid_after_an_event_alone_was_credited_by_it() {
    for lured in [|| sale().told("SDK_PAYMENT_SUCCESSFUL"), || sale().posts("forge")] {
        lured().called("paid").breaks("SES-003", 8);
        lured().called("open").holds("SES-003");
        lured().gets_paid().called("paid").holds("SES-003");
        lured().says_nothing_of("SES-003");
        lured().called("paid").says_nothing_of("PAY-021");
    }
    sale().told("SDK_PAYMENT_FAIL").called("paid").says_nothing_of("SES-003");
    // The ledger knew first.
    sale().gets_paid().told("SDK_PAYMENT_SUCCESSFUL").called("paid").says_nothing_of("SES-003");
}

#[test]
fn what_a_forged_notification_has_paid_no_event_has() {
    let lured = || sale().told("SDK_PAYMENT_SUCCESSFUL");
    lured().notice(9, "P", false, true).called("paid").holds("SES-003");
    lured().pay(9, "P", "SUCCESS", Some(LostHow::Cut)).called("paid").breaks("SES-003", 10);
}

#[test]
fn an_order_that_is_called_paid_after_a_return_alone_was_credited_by_it() {
    let back = || sale().returns_to("http://127.0.0.1/back");
    back().called("paid").breaks("PAY-021", 8);
    back().called("open").holds("PAY-021");
    back().gets_paid().called("paid").holds("PAY-021");
    sale().ledger("P", PaymentStatus::Success, "SUCCESS").returns_to("x").called("paid").says_nothing_of("PAY-021");
    // The last of both is what did it.
    back().told("SDK_PAYMENT_SUCCESSFUL").called("paid").holds("PAY-021");
    back().called("paid").says_nothing_of("SES-003");
}

#[test]
fn who_comes_back_too_early_is_shown_so_and_his_page_goes_on_asking() {
    let back = || sale().returns_to("http://127.0.0.1/back");
    let asks = |trace: Trace| trace.fetches("GET", None).pause(2).fetches("GET", None).pause(2).fetches("GET", None);
    asks(back().sees("pending")).pause(4).gets_paid().holds("PAY-022");
    asks(back().sees("form")).pause(4).gets_paid().breaks("PAY-022", 7);
    asks(back()).pause(4).gets_paid().breaks("PAY-022", 6);
    back().sees("pending").fetches("GET", None).pause(9).gets_paid().breaks("PAY-022", 6);
    // What comes to an end at once shows nothing; nor does one that had ended before.
    back().sees("form").gets_paid().says_nothing_of("PAY-022");
    asks(sale().gets_paid().returns_to("x").sees("form")).pause(9).says_nothing_of("PAY-022");
    // Of an app is seen what it shows, and not what it asks.
    sale().sees("pending").returns_to("app").pause(9).gets_paid().holds("PAY-022");
    sale().sees("form").returns_to("app").pause(9).gets_paid().breaks("PAY-022", 6);
}
