//! Rules about operations: each reads a trace that holds, one that breaks, and one that does not concern it.

use sim_antom::LostHow;
use wire::antom::{PaymentStatus, RefundStatus};

use crate::rules::{Trace, new};

/// Order A of 1000 yen is paid and called so. Entries 1 to 8.
fn paid() -> Trace {
    let sold = new().sold().pays("P", "S SUCCESS").ledger("P", PaymentStatus::Success, "SUCCESS");
    sold.notified("P", "PAYMENT_RESULT", "S SUCCESS").stands("paid", "1000")
}

#[test]
fn ops_001_tells_a_person_of_what_has_no_end() {
    let unsure = || new().sold().pays("P", "S SUCCESS").cancels("P", "U UNKNOWN_EXCEPTION");
    unsure().stands("parked", "0").pause(600).ended().holds("OPS-001");
    unsure().stands("open", "0").pause(600).ended().breaks("OPS-001", 7);
    unsure().stands("failed", "0").pause(600).ended().breaks("OPS-001", 7);
    unsure().stands("open", "0").ended().says_nothing_of("OPS-001");
    unsure().inquires("P", "CANCELLED").stands("cancelled", "0").pause(600).ended().says_nothing_of("OPS-001");
    let failed = || new().sold().pays("P", "S SUCCESS").inquires("P", "FAIL").cancels("P", "U UNKNOWN_EXCEPTION");
    failed().stands("failed", "0").pause(600).ended().says_nothing_of("OPS-001");
    let refund = || paid().hands_back("R", "1000", "S SUCCESS").unheard(LostHow::Silence);
    refund().stands("paid", "1000").pause(600).ended().breaks("OPS-001", 12);
    refund().asks_for_refund("R", "SUCCESS").stands("refunded", "0").pause(600).ended().says_nothing_of("OPS-001");
}

#[test]
fn ops_002_compares_the_books() {
    paid().ended().holds("OPS-002");
    paid().stands("paid", "900").ended().breaks("OPS-002", 10);
    paid().stands("failed", "0").ended().breaks("OPS-002", 10);
    paid().given_back("R", "400", RefundStatus::Success).stands("paid", "600").ended().holds("OPS-002");
    paid().stands("parked", "0").ended().says_nothing_of("OPS-002");
    paid().says_nothing_of("OPS-002");
}

#[test]
fn ops_003_slows_down() {
    let limited = |trace: Trace| trace.pays("P", "U REQUEST_TRAFFIC_EXCEED_LIMIT");
    limited(limited(new())).pays("P", "S SUCCESS").holds("OPS-003");
    let quick = |trace: Trace| limited(trace.at_once());
    quick(limited(new())).pays("P", "S SUCCESS").holds("OPS-003");
    quick(quick(limited(new()))).breaks("OPS-003", 5);
    new().pays("P", "S SUCCESS").says_nothing_of("OPS-003");
}
