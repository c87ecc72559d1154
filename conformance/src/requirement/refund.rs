//! Giving money back at the gateway.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "REF-001",
        REFUND,
        "use a refundRequestId of at most 64 characters, one a refund, the same for repeats",
        "a repeat under a new id refunds twice",
    ),
    must(
        "REF-002",
        REFUND,
        "after F, once its cause is mended, use a new id",
        "the refund can never succeed under the old one",
    ),
    must("REF-003", REFUND, "refund no more than was paid, in its currency", "money leaves that never came in"),
    must(
        "REF-004",
        REFUND,
        "read REFUND_IN_PROCESS as neither success nor failure",
        "the buyer is told a result that may turn around",
    ),
    must(
        "REF-005",
        STATUS,
        "take the end of a refund from refundStatus, not from result",
        "a failed refund counts as done",
    ),
    must(
        "REF-006",
        NOTIFY,
        "verify, acknowledge, process once and check the amount of notifyRefund",
        "anybody can mark refunds as done",
    ),
    must("REF-007", IDEM, "refund once when two people click at the same time", "the buyer gets the money twice"),
    must(
        "REF-008",
        REFUND,
        "refund only successful payments, by paymentId",
        "a refund of nothing is refused, or hits another payment",
    ),
    should(
        "REF-009",
        REFUND,
        "show the codes of window and capability to the operator, without a loop",
        "a refund that cannot work is repeated, and nobody tells the buyer",
    ),
    must(
        "REF-010",
        REFUND,
        "leave the record of the payment as it is when it is refunded",
        "the next inquiry says SUCCESS and ships the order again",
    ),
    must(
        "REF-011",
        REFUND,
        "open the refund again when it fails after REFUND_IN_PROCESS",
        "the buyer waits for money that never comes",
    ),
];

const REFUND: &str = "refund";
const IDEM: &str = "idempotency";
const STATUS: &str = "inquiryRefund";
const NOTIFY: &str = "notifyRefund";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Refund, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Refund, Level::Should, id, source, statement, why)
}
