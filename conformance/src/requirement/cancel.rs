//! Calling a payment off at the gateway.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "CAN-001",
        UPM,
        "cancel an unresolved payment before its order is closed",
        "the buyer pays for a closed order",
    ),
    must(
        "CAN-002",
        CANCEL,
        "after U or a time-out repeat the same cancel, then raise an alarm",
        "a payment stands that everybody believes cancelled",
    ),
    must("CAN-003", CANCEL, "call nothing cancelled before S", "the buyer is charged for a cancelled order"),
    must("CAN-004", CANCEL, "after CANCEL_WINDOW_EXCEED refund", "the money is kept because the day was over"),
    must("CAN-005", CANCEL, "never fulfil after a cancel succeeded", "goods go out for money that went back"),
    must(
        "CAN-006",
        SDK,
        "do not cancel an order that is known to be paid and fulfilled",
        "the goods are gone and so is the money",
    ),
    should(
        "CAN-007",
        DER,
        "close the order when cancelling a payment that was never made answers ORDER_NOT_EXIST",
        "an order that never existed at the gateway stays open",
    ),
    must(
        "CAN-008",
        CANCEL,
        "after ORDER_STATUS_INVALID or PROCESS_FAIL inquire or ask a person, without a loop",
        "a cancel that cannot work is repeated all night",
    ),
    should(
        "CAN-009",
        DER,
        "clear up a race of payment and cancel by inquiring",
        "the shop and the gateway end with different stories",
    ),
];

const CANCEL: &str = "cancel";
const UPM: &str = "user-presented best practice";
const SDK: &str = "official in-store SDK";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Cancel, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Cancel, Level::Should, id, source, statement, why)
}
