//! A capture as the ledger keeps it: money taken that a card's holder had authorised.

use serde::{Deserialize, Serialize};
use wire::money::Money;
use wire::time::Moment;

/// A capture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it; the gateway's own when it was automatic.
    pub capture_request_id: String,
    /// Antom's id for it.
    pub capture_id: String,
    /// The payment that is captured.
    pub payment_id: String,
    /// In minor units.
    pub amount: Money,
    /// The code that it ended with; SUCCESS when the money was taken.
    pub code: String,
    /// When it ended.
    pub at: Moment,
    /// Whether no other may follow.
    pub is_last: bool,
}

impl Capture {
    /// Whether the money was taken.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code == "SUCCESS"
    }
}

/// How a card payment is captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaptureMode {
    /// By the gateway, shortly after the authorisation.
    Automatic,
    /// By the merchant, within seven days.
    Manual,
}
