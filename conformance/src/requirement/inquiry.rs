//! Asking how a payment stands.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "INQ-001",
        INQUIRY,
        "read paymentStatus, not result, as the outcome of a payment",
        "the S of the call is taken for a payment: goods go out unpaid",
    )
    .since(1),
    must(
        "INQ-002",
        INQUIRY,
        "while PROCESSING, ask again every 3 to 5 s, a bounded number of times",
        "one question misses the payment; a hot loop gets the merchant limited",
    ),
    must("INQ-003", INQUIRY, "on FAIL close the order, or try with a new id", "the order stays open for ever"),
    must("INQ-004", INQUIRY, "on CANCELLED close the order", "the order stays open for ever"),
    must("INQ-005", INQUIRY, "do not take PENDING for an end", "a bank transfer under way is dropped or shipped"),
    must(
        "INQ-006",
        INQUIRY,
        "do not take U, a time-out or a 5xx of the inquiry for the failure of the payment",
        "a paid order is cancelled because a question went wrong",
    ),
    must(
        "INQ-007",
        SDK,
        "do not take ORDER_NOT_EXIST at once for failure after an uncertain pay",
        "the payment appears a second later, and its order is gone",
    ),
    must(
        "INQ-008",
        UPM,
        "after the last inquiry cancel; do not just call it failed",
        "the buyer pays after the shop gave up",
    ),
    must("INQ-009", CHECK, "compare amount and ids in the answer", "another payment's success is booked"),
    should("INQ-010", DER, "go on asking after a restart", "a deployment loses every payment under way"),
    should("INQ-011", DER, "stop asking about orders that ended", "the merchant is limited for nothing"),
];

const INQUIRY: &str = "inquiryPayment";
const UPM: &str = "user-presented best practice";
const CHECK: &str = "integration checklist";
const DER: &str = "follows from it";
const SDK: &str = "official in-store SDK";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Inquiry, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Inquiry, Level::Should, id, source, statement, why)
}
