//! The operations, one file each: how its body is read, when it is refused, what it does and answers.

mod batch_pay;
mod cancel;
mod capture;
mod create_payment_session;
mod create_vaulting_session;
mod inquiry_payment;
mod inquiry_refund;
mod named;
mod new;
mod pay;
mod reader;
mod refund;
mod serve;
mod urls;

pub(crate) use reader::Reader;
pub(crate) use serve::{Serve, read};
pub(crate) use urls::urls;
