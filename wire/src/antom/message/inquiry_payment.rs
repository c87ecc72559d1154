//! inquiryPayment: how did the payment go?

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::object::{answer, object};
use super::{
    AcquirerInfo, CardInfo, PaymentResultInfo, PromotionResult, PspCustomerInfo, Quote, RedirectActionForm,
    ResultObject,
};
use crate::antom::field::{FieldKind, FieldRule, optional};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the request: at least one of the two ids; paymentId wins.
    InquiryPaymentRequest {
        payment_request_id: String,
        payment_id: String,
        merchant_account_id: String,
    }
}

impl InquiryPaymentRequest {
    /// That one of the ids is there is checked beside the table.
    pub const FIELDS: &'static [FieldRule] = &[
        optional("paymentRequestId", FieldKind::Text(64)),
        optional("paymentId", FieldKind::Text(64)),
        optional("merchantAccountId", FieldKind::Text(32)),
    ];
}

answer! {
    /// The body of the response. `result` tells only whether the call worked; `paymentStatus` is the outcome.
    InquiryPaymentResponse {
        payment_status: PaymentStatus,
        payment_result_code: String,
        payment_result_message: String,
        payment_request_id: String,
        payment_id: String,
        payment_amount: Money,
        payment_create_time: WireTime,
        /// Only when the status is SUCCESS.
        payment_time: WireTime,
        actual_payment_amount: Money,
        payment_quote: Quote,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        auth_expiry_time: WireTime,
        psp_customer_info: PspCustomerInfo,
        redirect_action_form: RedirectActionForm,
        card_info: CardInfo,
        payment_result_info: PaymentResultInfo,
        acquirer_info: AcquirerInfo,
        acquirer_reference_no: String,
        customs_declaration_amount: Money,
        promotion_results: Vec<PromotionResult>,
        payment_method_type: String,
        merchant_account_id: String,
        metadata: Value,
        retry_info: Value,
        /// Refunds and captures; absent when there are none.
        transactions: Vec<Transaction>,
    }
}

object! {
    /// A refund or capture of a payment.
    Transaction {
        [
            transaction_result: ResultObject,
            transaction_id: String,
            transaction_type: TransactionType,
            transaction_status: PaymentStatus,
            transaction_amount: Money,
        ]
        transaction_request_id: String,
        transaction_time: WireTime,
        acquirer_info: AcquirerInfo,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
    }
}

/// `transactionType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the provider's own words")]
pub enum TransactionType {
    Payment,
    Refund,
    Capture,
    Cancel,
    Authorization,
    Void,
    Incremental,
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
