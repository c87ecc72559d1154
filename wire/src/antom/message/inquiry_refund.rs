//! inquiryRefund: how did the refund go?

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::{answer, object};
use super::{AcquirerInfo, Quote};
use crate::antom::field::{FieldKind, FieldRule, optional};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the request: at least one of the two ids; refundId wins.
    InquiryRefundRequest {
        refund_request_id: String,
        refund_id: String,
        merchant_account_id: String,
    }
}

impl InquiryRefundRequest {
    /// That one of the ids is there is checked beside the table.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("refundRequestId", FieldKind::Text(64)),
        optional("refundId", FieldKind::Text(64)),
        optional("merchantAccountId", FieldKind::Text(32)),
    ];
}

answer! {
    /// The body of the response. `result` tells only whether the call worked; `refundStatus` is the outcome.
    InquiryRefundResponse {
        refund_id: String,
        refund_request_id: String,
        refund_amount: Money,
        refund_status: RefundStatus,
        /// Only when the status is SUCCESS.
        refund_time: WireTime,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        acquirer_info: AcquirerInfo,
        arn: String,
        rrn: String,
        metadata: Value,
        customized_info: Value,
        split_details: Vec<Value>,
    }
}

/// `refundStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RefundStatus {
    /// Given back.
    Success,
    /// Accepted, and not decided yet.
    Processing,
    /// Not given back.
    Fail,
}
