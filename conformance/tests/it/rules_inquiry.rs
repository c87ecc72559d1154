//! Rules about inquiring: each reads a trace that holds, one that breaks, and one that does not concern it.

use std::time::Duration;

use serde_json::json;
use sim_antom::LostHow;
use wire::antom::{Operation, PaymentStatus};

use crate::rules::{Trace, new};
use crate::rules_gateway::yen;

/// Order A of 1000 yen is checked out, and its payment P accepted. Entries 1 to 3.
fn sale() -> Trace {
    new().sold().pays("P", "S SUCCESS")
}

#[test]
fn inq_002_wants_a_pause_and_an_end_and_no_less() {
    let going = || sale().inquires("P", "PROCESSING");
    going().inquires("P", "SUCCESS").pause(60).ended().holds("INQ-002");
    going().pause(60).ended().breaks("INQ-002", 5);
    going().ended().holds("INQ-002");
    going().stands("parked", "0").pause(60).ended().holds("INQ-002");
    going().pause(512).inquires("P", "PROCESSING").ended().holds("INQ-002");
    going().ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED").pause(60).ended().holds("INQ-002");
    let mut hot = (0..3).fold(sale(), |trace, _| trace.inquires("P", "PROCESSING"));
    for entry in &mut hot.entries {
        entry.at = wire::time::Moment::WORLD_START;
    }
    hot.breaks("INQ-002", 8);
    let quick = |millis: u64| {
        let mut asked = (0..3).fold(sale(), |trace, _| trace.inquires("P", "PROCESSING"));
        let began = asked.entries[3].at;
        asked.entries[4].at = began;
        asked.entries[5].at = began;
        asked.entries[6].at = began;
        asked.entries[7].at = began + Duration::from_millis(millis);
        asked
    };
    quick(2000).holds("INQ-002");
    quick(1999).breaks("INQ-002", 8);
    (0..301).fold(sale(), |trace, _| trace.inquires("P", "PROCESSING").pause(2)).breaks("INQ-002", 604);
    sale().inquires("P", "SUCCESS").says_nothing_of("INQ-002");
}

#[test]
fn inq_003_and_004_close_what_is_over() {
    for (id, status) in [("INQ-003", "FAIL"), ("INQ-004", "CANCELLED")] {
        let over = || sale().inquires("P", status);
        over().stands("failed", "0").pause(60).ended().holds(id);
        over().pays("Q", "S SUCCESS").stands("open", "0").pause(60).ended().holds(id);
        over().pays("P", "F ORDER_IS_CLOSED").breaks(id, 6);
        over().stands("open", "0").pause(60).ended().breaks(id, 7);
        over().stands("open", "0").ended().holds(id);
        sale().inquires("P", "PROCESSING").pause(60).ended().says_nothing_of(id);
    }
}

#[test]
fn inq_005_waits_while_it_is_pending() {
    let pending = || sale().inquires("P", "PENDING");
    pending().stands("open", "0").ended().holds("INQ-005");
    pending().stands("failed", "0").ended().breaks("INQ-005", 7);
    pending().inquires("P", "FAIL").stands("failed", "0").ended().holds("INQ-005");
    sale().notified("P", "PAYMENT_PENDING", "S SUCCESS").stands("cancelled", "0").breaks("INQ-005", 7);
    sale().inquires("P", "PROCESSING").stands("failed", "0").says_nothing_of("INQ-005");
}

#[test]
fn inq_006_learns_nothing_from_an_inquiry_that_went_wrong() {
    for wrong in [
        sale().inquires("P", "U UNKNOWN_EXCEPTION"),
        sale().inquires("P", "SUCCESS").unheard(LostHow::Silence),
        sale().inquires("P", "FAIL").unsound(),
    ] {
        wrong.again().stands("open", "0").ended().holds("INQ-006");
        wrong.again().inquires("P", "FAIL").stands("failed", "0").ended().holds("INQ-006");
        wrong.stands("failed", "0").ended().breaks("INQ-006", 7);
    }
    sale().inquires("P", "FAIL").stands("failed", "0").ended().says_nothing_of("INQ-006");
}

#[test]
fn inq_007_makes_sure_that_there_is_no_payment() {
    let missing = || new().sold().pays("P", "U UNKNOWN_EXCEPTION").inquires("P", "F ORDER_NOT_EXIST");
    missing().stands("failed", "0").breaks("INQ-007", 7);
    missing().inquires("P", "F ORDER_NOT_EXIST").stands("failed", "0").holds("INQ-007");
    missing().cancels("P", "F ORDER_NOT_EXIST").stands("failed", "0").holds("INQ-007");
    missing().pays("P", "S SUCCESS").stands("open", "0").holds("INQ-007");
    sale().inquires("P", "F ORDER_NOT_EXIST").stands("failed", "0").says_nothing_of("INQ-007");
}

#[test]
fn inq_008_cancels_what_it_gives_up() {
    let going = || sale().inquires("P", "PROCESSING");
    going().stands("failed", "0").breaks("INQ-008", 7);
    going().cancels("P", "S SUCCESS").stands("cancelled", "0").holds("INQ-008");
    going().stands("parked", "0").holds("INQ-008");
    going().ledger("P", PaymentStatus::Fail, "ORDER_IS_CLOSED").stands("failed", "0").holds("INQ-008");
    going().inquires("P", "SUCCESS").stands("paid", "1000").says_nothing_of("INQ-008");
}

#[test]
fn inq_009_compares_amount_and_ids() {
    let tells = |id: &str, amount: &str| {
        let said = json!({"result": {"resultStatus": "S", "resultCode": "SUCCESS"}, "paymentStatus": "SUCCESS",
            "paymentRequestId": id, "paymentAmount": yen(amount)});
        sale().exchange(Operation::InquiryPayment, &json!({"paymentRequestId": "P"}), &said)
    };
    tells("P", "1").stands("open", "0").holds("INQ-009");
    tells("P", "1").stands("paid", "1000").breaks("INQ-009", 7);
    tells("Q", "1000").stands("paid", "1000").breaks("INQ-009", 7);
    tells("P", "1").inquires("P", "SUCCESS").stands("paid", "1000").holds("INQ-009");
    tells("P", "1000").stands("paid", "1000").says_nothing_of("INQ-009");
}

#[test]
fn inq_010_asks_again_after_a_restart() {
    sale().crashed().inquires("P", "SUCCESS").pause(60).ended().holds("INQ-010");
    sale().crashed().notified("P", "PAYMENT_RESULT", "S SUCCESS").pause(60).ended().holds("INQ-010");
    sale().crashed().pause(60).ended().breaks("INQ-010", 4);
    sale().inquires("P", "SUCCESS").crashed().pause(60).ended().says_nothing_of("INQ-010");
}

#[test]
fn inq_011_leaves_finished_orders_alone() {
    let asks = |n: usize| (0..n).fold(sale(), |trace, _| trace.inquires("P", "SUCCESS"));
    asks(6).holds("INQ-011");
    asks(7).breaks("INQ-011", 16);
    // A success that never was ends nothing, whoever signed it.
    let told = || sale().notified("P", "PAYMENT_RESULT", "S SUCCESS");
    (0..9).fold(told(), |trace, _| trace.inquires("P", "PROCESSING")).says_nothing_of("INQ-011");
    let paid = sale().ledger("P", PaymentStatus::Success, "SUCCESS").notified("P", "PAYMENT_RESULT", "S SUCCESS");
    (0..7).fold(paid, |trace, _| trace.inquires("P", "PROCESSING")).breaks("INQ-011", 17);
    sale().inquires("P", "PROCESSING").says_nothing_of("INQ-011");
}
