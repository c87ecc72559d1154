//! The catalogue: what a correct integration does, as data. Each entry in the project's own words, with its source.
//!
//! It grows with the rules and scenarios; an obligation that is not here yet is not judged yet.

use serde::Serialize;

/// An obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its name in reports and scenarios.
    pub id: &'static str,
    /// How binding it is.
    pub level: Level,
    /// What a correct integration does.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// How binding an obligation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Breaking it fails a case.
    Must,
    /// Breaking it is told, and fails nothing.
    Should,
}

/// The requirement of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Requirement> {
    ALL.iter().find(|requirement| requirement.id == id)
}

const POS: &str = "in-store EDC integration, KICC devices";
const LINE: &str = "docs/line.md (the framing is ours)";
const PAY: &str = "pay (Entry Code Payment)";
const SIGNING: &str = "digital signature";
const NOTIFY: &str = "notifyPayment";
const INQUIRY: &str = "inquiryPayment";
const MONEY: &str = "follows from all of them";

const fn must(id: &'static str, source: &'static str, statement: &'static str) -> Requirement {
    Requirement { id, level: Level::Must, statement, source }
}

/// All obligations, in the order of the areas.
pub const ALL: &[Requirement] = &[
    must("EDC-P01", POS, "initialise first, and send nothing after a failed initialisation"),
    must("EDC-P03", POS, "send every scalar as a JSON string"),
    must("EDC-P04", POS, "send every required field"),
    must("EDC-P07", POS, "use a new requestId for each transaction, also after a restart"),
    must("EDC-P10", POS, "send one command at a time"),
    must("EDC-P18", POS, "survive events that are unknown, repeated, missing or out of order"),
    must("EDC-P21", POS, "send CommandCancel only before a card is detected"),
    must("EDC-P22", POS, "send CommandCancel with empty parameters"),
    must("EDC-P23", POS, "after CommandCancel succeeded, close the sale as cancelled"),
    must("EDC-P25", POS, "accept the answer to CommandCancel and the failure of its Purchase in either order"),
    must("EDC-P27", POS, "never send Purchase or PurchaseCancel again because no answer came"),
    must("EDC-P29", POS, "after silence, ask GetLastTransaction before anything else"),
    must("EDC-P30", POS, "match a recovered transaction by more than its amount"),
    must("EDC-P31", POS, "book a recovered success once, also when the late answer still arrives"),
    must("EDC-P32", POS, "if recovery is impossible, park the order for a person"),
    must("EDC-P33", POS, "recover the open order after a restart"),
    must("EDC-P34", POS, "store the intent before sending it"),
    must("EDC-P41", POS, "do not repeat a payment by itself after PROCESS_FAIL"),
    must("EDC-P42", POS, "after a balance, limit or card code, end the attempt and leave the order to another method"),
    must("EDC-P45", POS, "judge success by resultCode, not by the arrival of a result"),
    must("LINE-L01", LINE, "send a refused frame again unchanged, three times at most"),
    must("LINE-L02", LINE, "acknowledge every valid result, repeated ones too"),
    must("LINE-L03", LINE, "refuse a damaged frame once, and read its resend"),
    must("SIG-001", SIGNING, "sign every request over its path, client, time and exact body"),
    must("PAY-001", PAY, "send the fixed productCode, paymentMethodType and inStorePaymentScenario of Entry Code"),
    must("PAY-002", PAY, "send every required field of order, merchant, store and env"),
    must("PAY-005", PAY, "use one paymentRequestId an attempt, stored before it is sent"),
    must("PAY-007", PAY, "after no answer, repeat with the same id or inquire; never start a fresh charge first"),
    must("PAY-009", PAY, "do not take the S of pay for payment: wait for a notification or inquire"),
    must("PAY-011", PAY, "after U, call pay again with the same id and body"),
    must("PAY-013", PAY, "after F, the attempt is over and no goods go out"),
    must("NTF-001", NOTIFY, "verify a notification's signature first, and believe none that fails"),
    must("NTF-003", NOTIFY, "acknowledge a genuine notification with HTTP 200 and S SUCCESS"),
    must("NTF-005", NOTIFY, "do not acknowledge what could not be verified"),
    must("NTF-006", NOTIFY, "process a repeated notification once"),
    must("NTF-016", NOTIFY, "cover a lost notification by inquiring"),
    must("INQ-001", INQUIRY, "read paymentStatus, not result, as the outcome of a payment"),
    must("MONEY-001", MONEY, "money taken minus money returned equals the value of the orders called paid"),
    must("MONEY-002", MONEY, "no order is paid for twice"),
    must("MONEY-003", MONEY, "nothing is called paid without verified evidence"),
    must("MONEY-004", MONEY, "money that was taken is booked once or given back, or a person is told"),
    must("MONEY-005", MONEY, "every order reaches an end"),
];
