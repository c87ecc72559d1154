//! The operations, one file each: how its body is read, when it is refused, what it does and answers.

mod inquiry_payment;
mod pay;
mod serve;

pub(crate) use serve::{Serve, read};
