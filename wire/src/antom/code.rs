//! The gateway's result codes, one line each: wire form, status, message, and what the merchant does about it.
//!
//! Four tables are published whole and equal `fixtures/result-codes.json`, compared line by line in `tests/it/codes.rs`.
//! Those of the other operations are published in part only; they hold what the documents name.

mod find;
mod line;
mod partial;
mod whole;

pub use find::{codes, find, find_anywhere, known_codes};
pub use line::{CodeLine, NextStep, ResultStatus};
pub use partial::{
    CANCEL, CAPTURE, CREATE_PAYMENT_SESSION, CREATE_VAULTING_SESSION, INQUIRY_PAYMENT, INQUIRY_REFUND, REFUND,
};
pub use whole::{BATCH_PAY, NOTIFY_PAYMENT, PAY, PAYMENT_RESULT_CODE};
