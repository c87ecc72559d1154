//! What comes after an answer: what the buyer does, how refunds and captures end.

use serde::{Deserialize, Serialize};
use wire::antom::{Operation, ResultStatus};
use wire::time::Span;

use super::answer::Code;
use super::rule::What;
use super::topic::Topic;

/// What a buyer does after he was sent to his wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
        /// How long after that a notifyReversal says that it could not be given back. Default never, unless the setting
        /// reversal-fails says so.
        #[serde(default)]
        reversal: Option<Span>,
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
    /// Authorises a card payment, which nobody captures but the merchant. Of other payments he pays.
    Authorises {
        /// How long after the payment was created. Default 0s, which is at once.
        #[serde(default)]
        after: Span,
        /// How long he is bound. Then what was not captured is released. Default 7 days.
        #[serde(rename = "for", default = "seven_days")]
        lasting: Span,
    },
}

/// How an allowed capture ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CaptureEnd {
    /// It is answered CAPTURE_IN_PROCESS, and the money is taken later.
    Succeeds {
        /// How long after the request; 0s for at once. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// The money cannot be taken.
    Fails {
        /// Why. Default PROCESS_FAIL.
        #[serde(default = "process_fail")]
        code: Code,
        /// How long after the request; it is answered CAPTURE_IN_PROCESS until then. Default 0s, which is at once.
        #[serde(default)]
        after: Span,
    },
}

/// How an accepted refund ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
        Topic::BUYING.into()
    }

    fn check(&self) -> Result<(), String> {
        match self {
            // A U is no end: the payment stays in progress, and says so with this code.
            Self::Declines { code, .. } if code.0.status == ResultStatus::S => {
                Err(format!("`declines` with {} would be a success; `pays` says so", code.0.code))
            }
            Self::Pends { code, .. } if code.0.status == ResultStatus::U => {
                Err(format!("`pends` ends, and {} is no end; take SUCCESS or a code of a failure", code.0.code))
            }
            _ => Ok(()),
        }
    }
}

/// What fails, fails with the code of a failure.
fn fails_with(code: &Code) -> Result<(), String> {
    match code.0.status {
        ResultStatus::F => Ok(()),
        _ => Err(format!("`fails` with {} is no failure; take a code whose status is F", code.0.code)),
    }
}

impl What for RefundEnd {
    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Call(Operation::Refund)]
    }

    fn check(&self) -> Result<(), String> {
        if let Self::Fails { code, .. } = self { fails_with(code) } else { Ok(()) }
    }
}

impl What for CaptureEnd {
    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Call(Operation::Capture)]
    }

    fn check(&self) -> Result<(), String> {
        if let Self::Fails { code, .. } = self { fails_with(code) } else { Ok(()) }
    }
}

const fn seven_days() -> Span {
    Span::secs(7 * 24 * 3600)
}
fn process_fail() -> Code {
    Code(wire::antom::find(wire::antom::CAPTURE, "PROCESS_FAIL").unwrap_or(&wire::antom::CAPTURE[0]))
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
