//! A refund as the ledger keeps it.

use serde::{Deserialize, Serialize};
use wire::antom::RefundStatus;
use wire::money::Money;
use wire::time::Moment;

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it: the idempotency key.
    pub refund_request_id: String,
    /// Antom's id for it.
    pub refund_id: String,
    /// The payment that is given back.
    pub payment_id: String,
    /// In minor units.
    pub amount: Money,
    /// Where it is.
    pub status: RefundStatus,
    /// The code that it was refused with, or ended with.
    pub code: String,
    /// Whether the request was refused, and no refund ever began.
    pub refused: bool,
    /// When it was asked for.
    pub created: Moment,
    /// When it was given back.
    pub done: Option<Moment>,
    /// Whether its end is notified, which is so when it did not end at once.
    pub is_async: bool,
    /// Where notifications go.
    pub notify_url: Option<String>,
}
