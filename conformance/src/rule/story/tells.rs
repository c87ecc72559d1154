//! What is said about a payment: one word after the other.

use wire::antom::{Operation, PaymentStatus};
use wire::time::Moment;

use super::Outcome;

/// Something that was said about a payment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// What.
    pub(crate) tells: Tells<'a>,
    /// Whether the merchant surely heard it.
    pub(crate) sure: bool,
    /// Whether the amount and ids in it, if any, are those of the payment.
    pub(crate) fits: bool,
    /// The request that it answers or is, as its place in [`super::Story::requests`].
    pub(crate) request: Option<usize>,
}

/// What a word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tells<'a> {
    /// The merchant asked for something.
    Sent(Operation),
    /// It was made, and the buyer can pay.
    Accepted,
    /// It is paid, by the answer that made it.
    PaidAtOnce,
    /// The answer F.
    Refused(Operation, &'a str),
    /// The answer U.
    Unsure(Operation, &'a str),
    /// An inquiry was answered with its status.
    Status(PaymentStatus),
    /// A cancel was answered S.
    Cancelled,
    /// A genuine notification.
    Notified(Outcome),
    /// A notification that nobody should believe.
    Forged(Outcome),
}

impl Word<'_> {
    /// Whether it is evidence that money was taken.
    pub(crate) fn is_success(&self) -> bool {
        let says_so = matches!(
            self.tells,
            Tells::PaidAtOnce | Tells::Status(PaymentStatus::Success) | Tells::Notified(Outcome::Paid)
        );
        says_so && self.fits
    }

    /// Whether it is evidence that no money will be taken.
    pub(crate) fn is_failure(&self) -> bool {
        match self.tells {
            Tells::Refused(operation, code) => match operation {
                Operation::Cancel => code == "ORDER_NOT_EXIST",
                operation => super::request::creates(operation) && code != "REPEAT_REQ_INCONSISTENT",
            },
            Tells::Status(PaymentStatus::Fail | PaymentStatus::Cancelled)
            | Tells::Cancelled
            | Tells::Notified(Outcome::Failed) => true,
            _ => false,
        }
    }

    /// Whether the inquiry did not know the payment.
    pub(crate) fn is_missing(&self) -> bool {
        self.tells == Tells::Refused(Operation::InquiryPayment, "ORDER_NOT_EXIST")
    }

    /// Whether the gateway said something, as opposed to being asked.
    pub(crate) const fn is_said(&self) -> bool {
        !matches!(self.tells, Tells::Sent(_) | Tells::Forged(_))
    }
}
