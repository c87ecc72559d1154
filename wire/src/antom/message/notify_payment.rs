//! notifyPayment: Antom tells the merchant how a payment ended.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::object;
use super::{AcquirerInfo, CardInfo, PaymentResultInfo, PromotionResult, PspCustomerInfo, Quote, ResultObject};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the notification. A payment is paid when the type is PAYMENT_RESULT **and** the result is S.
    NotifyPayment {
        [
            notify_type: NotifyType,
            result: ResultObject,
            payment_request_id: String,
            payment_id: String,
            payment_amount: Money,
        ]
        actual_payment_amount: Money,
        payment_create_time: WireTime,
        /// Only when the result is S.
        payment_time: WireTime,
        psp_customer_info: PspCustomerInfo,
        payment_quote: Quote,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        customs_declaration_amount: Money,
        receipt_info: Value,
        acquirer_info: AcquirerInfo,
        acquirer_reference_no: String,
        card_info: CardInfo,
        payment_result_info: PaymentResultInfo,
        promotion_result: Vec<PromotionResult>,
        payment_method_type: String,
        auth_expiry_time: WireTime,
        metadata: Value,
        processing_amount: Money,
    }
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

/// `notifyType` of what may come after a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AfterPayment {
    /// A refund is final.
    RefundResult,
    /// A capture is final.
    CaptureResult,
    /// Money came for an order that was closed already, and could not be given back.
    PaymentReversal,
}
