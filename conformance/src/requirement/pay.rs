//! Paying by Entry Code, and what holds for every way of paying.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "PAY-001",
        PAY,
        "send the fixed productCode, paymentMethodType and inStorePaymentScenario of Entry Code",
        "another combination is another product, which the contract does not have",
    )
    .since(1),
    must(
        "PAY-002",
        PAY,
        "send every required field of order, merchant, store and env",
        "the buyer sees an error instead of a payment page",
    )
    .since(1),
    must(
        "PAY-003",
        PAY,
        "send the buyer's real User-Agent as env.userAgent",
        "the wallet is chosen by it: the buyer lands in the wrong app",
    ),
    must(
        "PAY-004",
        PAY,
        "send a paymentNotifyUrl that is absolute, at most 2048 long and reachable",
        "the result of a payment never arrives",
    ),
    must(
        "PAY-005",
        PAY,
        "use one paymentRequestId an attempt, stored before it is sent",
        "after a crash nobody can ask what became of the payment",
    )
    .since(1),
    must(
        "PAY-006",
        IDEM,
        "send the same amount, currency and method with the same id",
        "a changed cart under an old id is refused, or the old amount is charged",
    ),
    must(
        "PAY-007",
        IDEM,
        "after no answer, repeat with the same id or inquire; never start a fresh charge first",
        "the first charge may stand: the buyer pays twice, or gets nothing for the money",
    )
    .since(1),
    should(
        "PAY-008",
        PRACTICE,
        "wait at least 10 s for the answer to pay",
        "a slow answer is cut off and becomes an uncertain payment",
    ),
    must(
        "PAY-009",
        PAY,
        "do not take the S of pay for payment: wait for a notification or inquire",
        "S only says that the payment page exists: goods go out unpaid",
    )
    .since(1),
    must(
        "PAY-010",
        PAY,
        "on S, send the buyer to redirectUrl in the way that redirectActionForm says",
        "the buyer never reaches the wallet",
    ),
    must(
        "PAY-011",
        PAY,
        "after U, call pay again with the same id and body",
        "the sale is given up at the first hiccup, or charged twice under a second id",
    )
    .since(1),
    should(
        "PAY-012",
        DER,
        "bound the repeats of pay, with a pause between them",
        "a hot loop gets the merchant limited, and the buyer waits for ever",
    ),
    must(
        "PAY-013",
        PAY,
        "after F, the attempt is over and no goods go out",
        "goods leave for a payment that was refused",
    )
    .since(1),
    must(
        "PAY-014",
        PAY,
        "after PROCESS_FAIL or SYSTEM_ERROR repeat nothing by itself, tell a person",
        "a fault that needs a person is hammered and hidden",
    ),
    must(
        "PAY-015",
        PAY,
        "after ORDER_IS_CLOSED or ORDER_IS_CANCELED use a new paymentRequestId",
        "the buyer can never pay: the old id stays closed",
    ),
    must(
        "PAY-016",
        PAY,
        "after REPEAT_REQ_INCONSISTENT use a new id, or the same fields",
        "the order is stuck on an id that belongs to other data",
    ),
    must("PAY-017", PAY, "after RISK_REJECT tell the user", "the buyer tries again and again, and gets blocked")
        .hidden("what a page shows to a buyer is not asked for; that the order fails is seen"),
    must(
        "PAY-018",
        PAY,
        "after paymentExpiryTime end the order and take no payment for it",
        "stock is held for a payment that cannot come any more",
    ),
    must(
        "PAY-019",
        PAY,
        "send a paymentExpiryTime in ISO 8601 with offset, in the future and within the product's limit",
        "a time without offset expires nine hours early, or never",
    ),
    should(
        "PAY-020",
        PAY,
        "use paymentRequestId to inquire and cancel when no paymentId came",
        "a payment without an answer cannot be cleared up",
    ),
    must(
        "PAY-021",
        CHECK,
        "do not mark an order as paid because the buyer came back",
        "anybody who types the return address gets the goods",
    ),
    should(
        "PAY-022",
        PRACTICE,
        "show that the payment is being processed after the return, and ask the own server every 3 to 5 s",
        "buyers pay again because nothing seems to happen",
    ),
    must(
        "PAY-023",
        PRACTICE,
        "let an order have one successful payment, and give an extra one back",
        "two tabs pay one cart twice, and one payment is kept for nothing",
    ),
    must(
        "PAY-024",
        PRACTICE,
        "clear up the old attempt before a new one",
        "the old page is still open and both succeed",
    ),
    should(
        "PAY-025",
        PRACTICE,
        "keep referenceOrderId over all attempts of an order",
        "support and settlement cannot tell what belongs together",
    ),
    should(
        "PAY-026",
        PAY,
        "send settlementStrategy and merchantRegion where the contract needs them",
        "money is settled in the wrong currency, or the call is refused",
    ),
    must(
        "PAY-027",
        DER,
        "process a notification that comes before the answer to pay",
        "a fast buyer's payment is dropped as unknown",
    ),
    must("PAY-028", CHECK, "compute the price on the server", "a changed form buys a television for one won")
        .hidden("what an order costs is said over the driver; what of a page's own messages to its backend is a price nobody else can tell"),
    must(
        "PAY-029",
        PAY,
        "keep every field within its type and length",
        "a long product name makes an order that cannot be paid",
    ),
    must(
        "PAY-030",
        UPM,
        "user-presented: only a final S is paid; after U inquire 10 to 20 times every 3 s, then cancel",
        "the queue at the counter waits, or goods go out unpaid",
    ),
    should(
        "PAY-031",
        PAY,
        "handle PAYMENT_IN_PROCESS without a second charge",
        "the documents disagree on what to do, and the wrong reading charges twice",
    ),
];

const PAY: &str = "pay (Entry Code Payment)";
const IDEM: &str = "idempotency";
const CHECK: &str = "integration checklist";
const PRACTICE: &str = "best practice";
const UPM: &str = "user-presented best practice";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Pay, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Pay, Level::Should, id, source, statement, why)
}
