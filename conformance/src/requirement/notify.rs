//! Notifications: what a merchant does when the gateway calls.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "NTF-001",
        NOTIFY,
        "verify a notification's signature first, and believe none that fails",
        "whoever knows the address marks orders as paid",
    )
    .since(1),
    must(
        "NTF-002",
        SIGNING,
        "verify over path, client id, time and raw body",
        "a part that is not covered can be changed by anybody",
    ),
    must(
        "NTF-003",
        NOTIFY,
        "acknowledge a genuine notification with HTTP 200 and S SUCCESS",
        "the gateway repeats for a day and then gives up: later changes are lost",
    )
    .since(1),
    must(
        "NTF-004",
        GUIDE,
        "acknowledge the notification of a failed payment too",
        "failures come again and again, and hide what is new",
    ),
    must(
        "NTF-005",
        NOTIFY,
        "do not acknowledge what could not be verified",
        "a genuine one that failed to verify by mistake is never sent again",
    )
    .since(1),
    must("NTF-006", NOTIFY, "process a repeated notification once", "a parcel goes out with every repeat").since(1),
    must("NTF-007", GUIDE, "process notifications that come at the same time once", "two workers ship the same order"),
    must(
        "NTF-008",
        CHECK,
        "compare paymentRequestId, amount and currency with the own order",
        "a payment of one cent pays for the television",
    ),
    must(
        "NTF-009",
        DER,
        "make no order of an unknown paymentRequestId, and do not crash",
        "a foreign notification stops those behind it",
    ),
    must("NTF-010", CHECK, "take only PAYMENT_RESULT with status S for success", "a pending payment ships goods"),
    must("NTF-011", NOTIFY, "after F do not fulfil; another try gets a new id", "goods leave for a failed payment"),
    must(
        "NTF-012",
        CANCEL,
        "leave an order cancelled that was cancelled, also when a success comes late",
        "cancelled goods go out",
    ),
    must(
        "NTF-013",
        PRACTICE,
        "fulfil or give back a success that comes after the own expiry",
        "the buyer paid and gets nothing",
    ),
    must(
        "NTF-014",
        DER,
        "never turn paid back by a later F or PENDING",
        "a paid order is dropped because messages were reordered",
    ),
    should(
        "NTF-015",
        DER,
        "acknowledge within 5 s, and do the work afterwards",
        "a slow shop gets every notification many times",
    ),
    must("NTF-016", NOTIFY, "cover a lost notification by inquiring", "a paid order stays unpaid for ever").since(1),
    must(
        "NTF-017",
        NOTIFY,
        "accept unknown fields, missing optional ones, any script, and native numbers and booleans",
        "a new field at the gateway stops all payments",
    ),
    must(
        "NTF-018",
        GUIDE,
        "take notifications at a public POST address, without login, CSRF token or redirect",
        "no notification ever arrives",
    ),
    must(
        "NTF-019",
        NOTIFY,
        "keep paymentId and paymentRequestId one to one, and raise an alarm otherwise",
        "a second payment hides behind the first",
    ),
    should("NTF-020", GUIDE, "keep notifications for an audit", "a dispute cannot be answered")
        .hidden("what an integration keeps for itself is not asked for"),
    should("NTF-021", SIGNING, "accept only the own client id", "another merchant's notification pays for the order"),
    should("NTF-022", DER, "let a replay of an old notification do no harm", "an eavesdropper ships goods again"),
    must(
        "NTF-023",
        CAPTURE,
        "hand out goods paid by card only after the capture succeeded",
        "an authorisation that is never captured brings no money",
    ),
    should(
        "NTF-024",
        REVERSAL,
        "handle PAYMENT_REVERSAL, or raise an alarm",
        "a payment is taken back and nobody notices",
    ),
];

const NOTIFY: &str = "notifyPayment";
const SIGNING: &str = "digital signature";
const GUIDE: &str = "notifications";
const CHECK: &str = "integration checklist";
const CANCEL: &str = "cancel";
const CAPTURE: &str = "notifyCapture";
const REVERSAL: &str = "notifyReversal";
const PRACTICE: &str = "best practice";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Notify, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Notify, Level::Should, id, source, statement, why)
}
