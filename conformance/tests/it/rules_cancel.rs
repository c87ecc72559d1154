//! Rules about cancelling: each reads a trace that holds, one that breaks, and one that does not concern it.

use serde_json::json;
use sim_antom::LostHow;
use wire::antom::PaymentStatus;

use crate::rules::{Trace, new};

/// Order A of 1000 yen is checked out, and its payment P accepted. Entries 1 to 3.
fn sale() -> Trace {
    new().sold().pays("P", "S SUCCESS")
}

fn paid() -> Trace {
    sale().ledger("P", PaymentStatus::Success, "SUCCESS")
}

#[test]
fn can_001_cancels_before_it_closes() {
    sale().cancels("P", "S SUCCESS").stands("cancelled", "0").holds("CAN-001");
    sale().stands("cancelled", "0").breaks("CAN-001", 5);
    sale().stands("failed", "0").breaks("CAN-001", 5);
    sale().inquires("P", "FAIL").stands("failed", "0").holds("CAN-001");
    sale().stands("open", "0").says_nothing_of("CAN-001");
}

#[test]
fn can_002_repeats_what_is_unsure() {
    let unsure = || sale().cancels("P", "U UNKNOWN_EXCEPTION");
    unsure().cancels("P", "S SUCCESS").pause(60).ended().holds("CAN-002");
    unsure().pause(60).ended().breaks("CAN-002", 5);
    unsure().ended().holds("CAN-002");
    unsure().inquires("P", "CANCELLED").pause(60).ended().holds("CAN-002");
    // It may have read the answer before it was killed.
    unsure().cancels("P", "F ORDER_STATUS_INVALID").at_once().crashed().pause(60).ended().holds("CAN-002");
    sale().cancels("P", "S SUCCESS").unheard(LostHow::Close).pause(60).ended().breaks("CAN-002", 4);
    (0..11).fold(sale(), |trace, _| trace.cancels("P", "U UNKNOWN_EXCEPTION")).breaks("CAN-002", 24);
    sale().cancels("P", "S SUCCESS").pause(60).ended().says_nothing_of("CAN-002");
}

#[test]
fn can_003_waits_for_s() {
    sale().cancels("P", "S SUCCESS").stands("cancelled", "0").holds("CAN-003");
    sale().cancels("P", "U UNKNOWN_EXCEPTION").stands("cancelled", "0").breaks("CAN-003", 7);
    sale().cancels("P", "S SUCCESS").unheard(LostHow::Close).stands("cancelled", "0").breaks("CAN-003", 7);
    sale().cancels("P", "U UNKNOWN_EXCEPTION").inquires("P", "CANCELLED").stands("cancelled", "0").holds("CAN-003");
    sale().stands("cancelled", "0").says_nothing_of("CAN-003");
}

#[test]
fn can_004_refunds_what_is_too_old_to_cancel() {
    let late = || paid().cancels("P", "F CANCEL_WINDOW_EXCEED");
    late().hands_back("R", "1000", "S SUCCESS").pause(60).ended().holds("CAN-004");
    late().pause(60).ended().breaks("CAN-004", 6);
    late().inquires("P", "SUCCESS").stands("parked", "1000").pause(60).ended().holds("CAN-004");
    sale().cancels("P", "F CANCEL_WINDOW_EXCEED").pause(60).ended().holds("CAN-004");
    paid().cancels("P", "S SUCCESS").pause(60).ended().says_nothing_of("CAN-004");
}

#[test]
fn can_005_never_ships_what_is_cancelled() {
    let cancelled = || sale().cancels("P", "S SUCCESS");
    cancelled().notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("cancelled", "0").holds("CAN-005");
    cancelled().notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000").breaks("CAN-005", 9);
    cancelled().pays("Q", "S SUCCESS").inquires("Q", "SUCCESS").stands("paid", "1000").holds("CAN-005");
    sale().stands("paid", "1000").says_nothing_of("CAN-005");
}

#[test]
fn can_006_leaves_fulfilled_orders_alone() {
    let shipped = || paid().notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000");
    shipped().cancels("P", "S SUCCESS").breaks("CAN-006", 9);
    shipped().asked("cancel", json!({"order": "A"})).cancels("P", "S SUCCESS").holds("CAN-006");
    let spare = shipped().pays("Q", "S SUCCESS").inquires("Q", "SUCCESS");
    spare.cancels("Q", "S SUCCESS").holds("CAN-006");
    shipped().says_nothing_of("CAN-006");
}

#[test]
fn can_007_closes_what_never_was() {
    let never = || new().sold().pays("P", "U UNKNOWN_EXCEPTION").cancels("P", "F ORDER_NOT_EXIST");
    never().stands("failed", "0").pause(60).ended().holds("CAN-007");
    never().stands("open", "0").pause(60).ended().breaks("CAN-007", 7);
    sale().cancels("P", "S SUCCESS").stands("open", "0").pause(60).ended().says_nothing_of("CAN-007");
}

#[test]
fn can_008_takes_no_for_an_answer() {
    for code in ["F ORDER_STATUS_INVALID", "F PROCESS_FAIL"] {
        let tries = |n: usize| (0..n).fold(sale(), |trace, _| trace.cancels("P", code));
        tries(3).holds("CAN-008");
        tries(4).breaks("CAN-008", 10);
        // What nobody answers is repeated with reason.
        let unheard = |trace: Trace| trace.cancels("P", "S SUCCESS").unheard(LostHow::Close);
        (0..4).fold(tries(1), |trace, _| unheard(trace)).holds("CAN-008");
        (0..2).fold(tries(2), |trace, _| unheard(trace)).holds("CAN-008");
    }
    sale().cancels("P", "U UNKNOWN_EXCEPTION").says_nothing_of("CAN-008");
}

#[test]
fn can_009_asks_who_won_the_race() {
    let lost = || paid().cancels("P", "F ORDER_STATUS_INVALID");
    lost().inquires("P", "SUCCESS").stands("paid", "1000").pause(60).ended().holds("CAN-009");
    lost().stands("cancelled", "0").pause(60).ended().breaks("CAN-009", 8);
    lost().stands("parked", "0").pause(60).ended().holds("CAN-009");
    sale().cancels("P", "F ORDER_STATUS_INVALID").stands("open", "0").pause(60).ended().says_nothing_of("CAN-009");
}
