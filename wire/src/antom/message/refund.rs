//! refund: gives back a paid amount, or a part of it.

use serde_json::Value;

use super::object::{answer, object};
use super::{AcquirerInfo, Flag, Goods, Quote};
use crate::antom::field::{FieldKind, FieldRule, advised, optional, required};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the request.
    RefundRequest {
        [
            /// The idempotency key.
            refund_request_id: String,
            payment_id: String,
            refund_amount: Money,
        ]
        reference_refund_id: String,
        refund_reason: String,
        refund_notify_url: String,
        capture_id: String,
        is_async_refund: Flag,
        extend_info: String,
        metadata: Value,
        refund_details: Vec<RefundDetail>,
        customized_info: Value,
        refund_to_bank_info: Value,
        refund_source_account_no: String,
        goods: Vec<Goods>,
        split_details: Vec<Value>,
        /// Sent by the in-store SDK.
        refund_request_time: WireTime,
    }
}

impl RefundRequest {
    /// The documented table.
    pub const FIELDS: &'static [FieldRule] = &[
        required("refundRequestId", FieldKind::Id(64)),
        required("paymentId", FieldKind::Text(64)),
        required("refundAmount", FieldKind::Amount),
        optional("referenceRefundId", FieldKind::Text(64)),
        optional("refundReason", FieldKind::Text(256)),
        optional("refundNotifyUrl", FieldKind::Url(2048)),
        optional("captureId", FieldKind::Text(64)),
        optional("isAsyncRefund", FieldKind::Flag),
        optional("extendInfo", FieldKind::Text(2048)),
        advised("metadata", &FieldKind::Text(2048)),
        optional("refundDetails", FieldKind::List(0, 100, RefundDetail::FIELDS)),
        optional("customizedInfo", FieldKind::Present),
        optional("refundToBankInfo", FieldKind::Present),
        optional("refundSourceAccountNo", FieldKind::Text(128)),
        optional("goods", FieldKind::List(0, 100, Goods::FIELDS)),
        optional("splitDetails", FieldKind::Items(100, &FieldKind::Present)),
        optional("refundRequestTime", FieldKind::DateTime),
    ];
}

object! {
    /// Who gives back how much.
    RefundDetail {
        refund_amount: Money,
        /// `SELLER`, `MARKETPLACE` or `UNSETTLED_FUNDS`.
        refund_from: String,
    }
}

impl RefundDetail {
    const FIELDS: &'static [FieldRule] = &[
        required("refundAmount", FieldKind::Amount),
        required("refundFrom", FieldKind::OneOf(&["SELLER", "MARKETPLACE", "UNSETTLED_FUNDS"])),
    ];
}

answer! {
    /// The body of the response: S refunded, U REFUND_IN_PROCESS accepted.
    RefundResponse {
        refund_request_id: String,
        refund_id: String,
        payment_id: String,
        refund_amount: Money,
        refund_time: WireTime,
        actual_refund_amount: Money,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        acquirer_reference_no: String,
        acquirer_info: AcquirerInfo,
    }
}
