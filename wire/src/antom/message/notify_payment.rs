//! notifyPayment: Antom tells the merchant how a payment ended.

use serde::{Deserialize, Serialize};

use super::ResultObject;
use crate::money::Money;
use crate::time::WireTime;

/// The body of the notification. A payment is paid when the type is PAYMENT_RESULT **and** the result is S.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct NotifyPayment {
    pub notify_type: NotifyType,
    pub result: ResultObject,
    pub payment_request_id: String,
    pub payment_id: String,
    pub payment_amount: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_payment_amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_create_time: Option<WireTime>,
    /// Only when the result is S.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_time: Option<WireTime>,
}

/// `notifyType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NotifyType {
    /// The payment is final.
    PaymentResult,
    /// Still being processed, whatever the result says.
    PaymentPending,
}
