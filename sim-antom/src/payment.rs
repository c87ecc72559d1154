//! A payment as the ledger keeps it.

use serde::{Deserialize, Serialize};
use wire::antom::PaymentStatus;
use wire::money::Money;
use wire::time::Moment;

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it: the idempotency key.
    pub payment_request_id: String,
    /// Antom's id for it.
    pub payment_id: String,
    /// The merchant's order.
    pub reference_order_id: Option<String>,
    /// In minor units.
    pub amount: Money,
    /// Compared on a repeat, beside the amount.
    pub payment_method_id: Option<String>,
    /// Where it is.
    pub status: PaymentStatus,
    /// The paymentResultCode.
    pub code: String,
    /// Whether the request was refused for good, and no payment ever began.
    pub refused: bool,
    /// When it was created.
    pub created: Moment,
    /// When it was paid.
    pub paid: Option<Moment>,
    /// When it expires unless paid.
    pub expires: Moment,
    /// Where notifications go.
    pub notify_url: Option<String>,
}
