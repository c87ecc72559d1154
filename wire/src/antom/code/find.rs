//! Codes looked up in their tables.

use std::collections::BTreeSet;

use super::{
    BATCH_PAY, CANCEL, CAPTURE, CREATE_PAYMENT_SESSION, CREATE_VAULTING_SESSION, CodeLine, INQUIRY_PAYMENT,
    INQUIRY_REFUND, PAY, PAYMENT_RESULT_CODE, REFUND,
};
use crate::antom::Operation;

/// The line of a code in a table.
#[must_use]
pub fn find(table: &'static [CodeLine], code: &str) -> Option<&'static CodeLine> {
    table.iter().find(|line| line.code == code)
}

/// Every table, pay's own first.
const TABLES: [&[CodeLine]; 10] = [
    PAY,
    INQUIRY_PAYMENT,
    BATCH_PAY,
    PAYMENT_RESULT_CODE,
    REFUND,
    CANCEL,
    CAPTURE,
    INQUIRY_REFUND,
    CREATE_PAYMENT_SESSION,
    CREATE_VAULTING_SESSION,
];

/// The line of a code wherever it is documented; pay's own line first.
#[must_use]
pub fn find_anywhere(code: &str) -> Option<&'static CodeLine> {
    TABLES.into_iter().find_map(|table| find(table, code))
}

/// Every code that is documented anywhere, in alphabetical order.
#[must_use]
pub fn known_codes() -> BTreeSet<&'static str> {
    TABLES.into_iter().flatten().map(|line| line.code).collect()
}

/// The codes of an operation.
#[must_use]
pub const fn codes(operation: Operation) -> &'static [CodeLine] {
    match operation {
        Operation::Pay => PAY,
        Operation::BatchPay => BATCH_PAY,
        Operation::CreatePaymentSession => CREATE_PAYMENT_SESSION,
        Operation::InquiryPayment => INQUIRY_PAYMENT,
        Operation::Cancel => CANCEL,
        Operation::Refund => REFUND,
        Operation::InquiryRefund => INQUIRY_REFUND,
        Operation::Capture => CAPTURE,
        Operation::CreateVaultingSession => CREATE_VAULTING_SESSION,
    }
}
