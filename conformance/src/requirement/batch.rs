//! Paying several merchants at once.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "BAT-001",
        BATCH,
        "send the sum of the orders as paymentAmount, all in one currency",
        "the call is refused, or a seller is short of money",
    ),
    must(
        "BAT-002",
        BATCH,
        "send one to ten orders, complete, each of another merchant",
        "the eleventh seller in a cart makes it unpayable",
    ),
    must(
        "BAT-003",
        BATCH,
        "use a batchPaymentRequestId of at most 64 characters, unique and kept for repeats",
        "a repeat under a new id charges the whole cart twice",
    ),
    must(
        "BAT-004",
        BATCH,
        "after F, or U other than PAYMENT_IN_PROCESS, use a new batchPaymentRequestId",
        "the next try is refused under the old id",
    ),
    must(
        "BAT-005",
        BATCH,
        "on PAYMENT_IN_PROCESS with a URL send the buyer there, whichever of the three it is",
        "buyers on the devices that get only one of them cannot pay",
    ),
    must(
        "BAT-006",
        BATCH,
        "on PAYMENT_IN_PROCESS without a URL take the creation for failed, and use a new id",
        "the shop waits for a payment that does not exist",
    ),
    must(
        "BAT-007",
        BATCH,
        "do not take a batch for paid before a notification or inquiry",
        "all sellers ship for nothing",
    ),
    must(
        "BAT-008",
        BATCH,
        "send paymentRedirectUrl, paymentNotifyUrl, env and orderList, and appId for mini apps",
        "the call is refused",
    ),
    must(
        "BAT-009",
        BATCH,
        "keep an own expiry below 10 minutes, 48 hours for bank transfers",
        "a longer one is refused or cut",
    ),
    should(
        "BAT-010",
        NOTIFY,
        "move all orders of a batch together, and keep the summary of each",
        "a single order cannot be refunded later",
    ),
    should(
        "BAT-011",
        BATCH,
        "tell the buyer what PAYMENT_PROHIBITED and the USER codes mean",
        "the buyer repeats what can never work",
    ),
];

const BATCH: &str = "batchPay";
const NOTIFY: &str = "notifyPayment";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Batch, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Batch, Level::Should, id, source, statement, why)
}
