//! inquiryPayment: how did the payment go?

use serde::{Deserialize, Serialize};

use super::ResultObject;
use crate::money::Money;
use crate::time::WireTime;

/// The body of the request: at least one of the two ids; paymentId wins.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct InquiryPaymentRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
}

/// The body of the response. `result` tells only whether the call worked; `paymentStatus` is the outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct InquiryPaymentResponse {
    pub result: ResultObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_status: Option<PaymentStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_result_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_result_message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_create_time: Option<WireTime>,
    /// Only when the status is SUCCESS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_time: Option<WireTime>,
}

impl InquiryPaymentResponse {
    /// An answer that carries a result and nothing else.
    #[must_use]
    pub const fn bare(result: ResultObject) -> Self {
        Self {
            result,
            payment_status: None,
            payment_result_code: None,
            payment_result_message: None,
            payment_request_id: None,
            payment_id: None,
            payment_amount: None,
            payment_create_time: None,
            payment_time: None,
        }
    }
}

/// `paymentStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PaymentStatus {
    /// Paid.
    Success,
    /// Over, not paid.
    Fail,
    /// Not decided yet.
    Processing,
    /// Cancelled; anything paid was given back.
    Cancelled,
    /// Not decided yet, and may take days. Online products only.
    Pending,
}
