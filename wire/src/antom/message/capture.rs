//! capture: takes money that a card's holder authorised.

use serde_json::Value;

use super::object::{answer, object};
use super::{Flag, Goods};
use crate::antom::field::{FieldKind, FieldRule, optional, required};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the request.
    CaptureRequest {
        [
            /// The idempotency key.
            capture_request_id: String,
            payment_id: String,
            capture_amount: Money,
        ]
        is_last_capture: Flag,
        capture_type: String,
        transit: Value,
        goods: Vec<Goods>,
        shippings: Vec<Value>,
    }
}

impl CaptureRequest {
    /// The documented table.
    pub const FIELDS: &'static [FieldRule] = &[
        required("captureRequestId", FieldKind::Id(64)),
        required("paymentId", FieldKind::Text(64)),
        required("captureAmount", FieldKind::Amount),
        optional("isLastCapture", FieldKind::Flag),
        optional("captureType", FieldKind::OneOf(&["FINAL", "NON_FINAL"])),
        optional("transit", FieldKind::Object),
        optional("goods", FieldKind::List(0, 100, Goods::FIELDS)),
        optional("shippings", FieldKind::Items(100, &FieldKind::Present)),
    ];
}

answer! {
    /// The body of the response.
    CaptureResponse {
        capture_request_id: String,
        capture_id: String,
        payment_id: String,
        capture_amount: Money,
        capture_time: WireTime,
        acquirer_reference_no: String,
    }
}
