//! Amounts, sessions and operations.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "AMT-001",
        AMOUNT,
        "send amounts in minor units, without decimals where the currency has none",
        "1,000 yen become 100,000, or ten",
    ),
    must(
        "AMT-002",
        AMOUNT,
        "send an amount as a string of at most 16 digits, without sign, point, exponent or leading zeros",
        "the gateway refuses it, or reads another number",
    ),
    must("AMT-003", AMOUNT, "let an amount in IDR end with 00", "the payment is refused"),
    must(
        "AMT-004",
        AMOUNT,
        "write currencies in upper case, the same in order, payment and refund",
        "the payment is refused, or refunded in other money",
    ),
    should("AMT-005", METHODS, "respect the method's smallest amount", "the buyer gets an error at the very end"),
    must(
        "AMT-006",
        DER,
        "compute amounts without binary fractions",
        "three times 19.99 is a cent short, and the sums do not match",
    ),
    should(
        "AMT-007",
        NOTIFY,
        "do not take actualPaymentAmount or grossSettlementAmount for paymentAmount",
        "every order with a voucher or another currency is refused as wrongly paid",
    ),
    must(
        "SES-001",
        SESSION,
        "create sessions on the server, and give the client nothing but their data",
        "keys and prices end up in the browser",
    ),
    must(
        "SES-002",
        SESSION,
        "after expiry, failed 3-D Secure or cancel make a new session with a new id",
        "the buyer tries again on a dead session",
    ),
    must(
        "SES-003",
        CALLBACK,
        "never credit an order because of a client event code",
        "whoever opens the console of a browser gets the goods",
    ),
    should(
        "SES-004",
        SESSION,
        "respect the hour that a session lives, or an own time of up to an hour",
        "the buyer pays into an expired session",
    ),
    must(
        "OPS-001",
        SDK,
        "raise an alarm, or queue for a person, what stays unresolved",
        "money hangs in between and nobody looks",
    ),
    should(
        "OPS-002",
        RECONCILE,
        "compare the own books with the gateway's",
        "a difference is found by the auditor, or never",
    ),
    should(
        "OPS-003",
        PAY,
        "slow down when the gateway says that there are too many requests",
        "the limit is kept up by the calls that it refuses",
    ),
];

const AMOUNT: &str = "amount and currency";
const METHODS: &str = "payment methods";
const SESSION: &str = "createPaymentSession";
const CALLBACK: &str = "SDK references, callback data";
const NOTIFY: &str = "notifyPayment";
const PAY: &str = "pay (Entry Code Payment)";
const RECONCILE: &str = "reconciliation";
const SDK: &str = "official in-store SDK";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Amount, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Amount, Level::Should, id, source, statement, why)
}
