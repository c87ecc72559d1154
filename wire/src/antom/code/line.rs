//! A line of a table, and how tables are written down.

use serde::{Deserialize, Serialize};

/// A line of a code table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLine {
    /// As on the wire.
    pub code: &'static str,
    /// S, F or U.
    pub status: ResultStatus,
    /// The message that travels with it.
    pub message: &'static str,
    /// What the merchant does about it.
    pub advice: NextStep,
}

/// `resultStatus`: whether the call succeeded, failed, or left the outcome unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the provider's own letters, explained above")]
pub enum ResultStatus {
    S,
    F,
    U,
}

/// What a merchant does about a code, in one word. The words are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NextStep {
    /// Nothing is left to do.
    Done,
    /// Contact support.
    Support,
    /// Correct the request.
    FixRequest,
    /// Compare the parameters with the contract.
    CheckContract,
    /// Correct keys or signing.
    FixKeys,
    /// Register the merchant.
    RegisterMerchant,
    /// Try with a new request id.
    NewRequestId,
    /// Lower the amount.
    LowerAmount,
    /// Do not retry; a person looks at it.
    DoNotRetry,
    /// Send the same fields again, or a new request id.
    SameFieldsOrNewRequestId,
    /// Tell the user.
    TellUser,
    /// The documents disagree; see the note in the fixture.
    SeeNote,
    /// Call again with the same id.
    CallAgain,
    /// The user refreshes the payment code.
    UserRefreshesCode,
    /// Offer another payment method.
    OtherPaymentMethod,
    /// The user completes the identity check.
    UserCompletesKyc,
    /// The user gets a new verification code.
    UserGetsNewVerificationCode,
    /// Try again with 3D Secure.
    #[serde(rename = "retry_with_3ds")] // By itself serde writes retry_with3ds.
    RetryWith3ds,
    /// Give up: there is no appeal.
    GiveUp,
    /// Offer another card.
    OtherCard,
    /// Correct the card details.
    FixCardDetails,
    /// Try again after one working day.
    RetryAfterOneWorkingDay,
    /// Not final: inquire.
    Inquire,
    /// Too late to cancel: refund.
    UseRefund,
    /// Fill up the merchant's balance, then try with a new request id.
    TopUp,
}

/// A table: a code a line, with its status, its message, and what to do about it.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident; $($code:ident = $status:ident, $message:literal, $advice:ident;)+) => {
        $(#[$doc])*
        pub const $name: &[CodeLine] = &[
            $(CodeLine {
                code: stringify!($code),
                status: ResultStatus::$status,
                message: $message,
                advice: NextStep::$advice,
            }),+
        ];
    };
}

pub(super) use table;
