//! What comes after an answer: what the buyer does, how refunds and captures end.

use serde::Deserialize;
use wire::antom::Operation;
use wire::time::Span;

use super::answer::Code;
use super::rule::What;
use super::topic::Topic;

/// What a buyer does after he was sent to his wallet.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Buyer {
    /// Pays.
    Pays {
        /// How long after the payment was created. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Declines, or his wallet does.
    Declines {
        /// The paymentResultCode. Default USER_BALANCE_NOT_ENOUGH.
        #[serde(default = "no_balance")]
        code: Code,
        /// How long after the payment was created. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Leaves, and the payment expires.
    Leaves,
    /// Leaves; and after the payment expired or was cancelled, his wallet says that it paid.
    PaysLate {
        /// How long after the end. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Pays by bank: the payment is pending for a while, then it ends.
    Pends {
        /// How long after the payment was created it becomes pending. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
        /// How long it is pending. Default 24h.
        #[serde(rename = "for", default = "one_day")]
        lasting: Span,
        /// How it ends. Default SUCCESS.
        #[serde(default = "success")]
        code: Code,
    },
}

/// How an accepted refund ends.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum RefundEnd {
    /// It is answered REFUND_IN_PROCESS, and given back later.
    Succeeds {
        /// How long after the request. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// It is answered REFUND_IN_PROCESS, and fails later.
    Fails {
        /// Why. Default MERCHANT_BALANCE_NOT_ENOUGH.
        #[serde(default = "no_merchant_balance")]
        code: Code,
        /// How long after the request. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
}

impl What for Buyer {
    fn topics(&self) -> Vec<Topic> {
        Topic::PAYING.into()
    }
}

impl What for RefundEnd {
    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Call(Operation::Refund)]
    }
}

const fn three_seconds() -> Span {
    Span::secs(3)
}
const fn one_day() -> Span {
    Span::secs(24 * 3600)
}
fn success() -> Code {
    Code(wire::antom::find_anywhere("SUCCESS").unwrap_or(&wire::antom::PAY[0]))
}
fn no_merchant_balance() -> Code {
    Code(wire::antom::find_anywhere("MERCHANT_BALANCE_NOT_ENOUGH").unwrap_or(&wire::antom::REFUND[0]))
}
fn no_balance() -> Code {
    Code(wire::antom::find_anywhere("USER_BALANCE_NOT_ENOUGH").unwrap_or(&wire::antom::PAYMENT_RESULT_CODE[0]))
}
