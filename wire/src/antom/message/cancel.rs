//! cancel: closes a payment, and gives back what was paid. Always the whole of it.

use super::object::{answer, object};
use crate::antom::field::{FieldKind, FieldRule, optional};
use crate::time::WireTime;

object! {
    /// The body of the request: at least one of the two ids; paymentId wins.
    CancelRequest {
        payment_id: String,
        payment_request_id: String,
        merchant_account_id: String,
    }
}

impl CancelRequest {
    /// That one of the ids is there is checked beside the table.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("paymentId", FieldKind::Text(64)),
        optional("paymentRequestId", FieldKind::Text(64)),
        optional("merchantAccountId", FieldKind::Text(32)),
    ];
}

answer! {
    /// The body of the response.
    CancelResponse {
        payment_id: String,
        payment_request_id: String,
        cancel_time: WireTime,
    }
}
