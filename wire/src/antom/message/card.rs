//! What is told of a card, its issuer and its acquirer.

use serde_json::Value;

use super::object::object;
use super::{CreditPayPlan, Flag};

object! {
    /// `paymentResultInfo`.
    PaymentResultInfo {
        card_no: String,
        card_brand: String,
        card_token: String,
        card_bin: String,
        last_four: String,
        issuer_name: String,
        issuing_country: String,
        funding: String,
        payment_method_region: String,
        card_category: String,
        expiry_month: String,
        expiry_year: String,
        cardholder_name: String,
        avs_result_raw: String,
        cvv_result_raw: String,
        network_transaction_id: String,
        refusal_code_raw: String,
        refusal_reason_raw: String,
        merchant_advice_code: String,
        exemption_requested: Value,
        credential_type_used: String,
        rrn: String,
        authorization_code: String,
        credit_pay_plan: CreditPayPlan,
        acquirer_info: AcquirerInfo,
        #[serde(rename = "threeDSResult")]
        three_ds_result: ThreeDsResult,
        incremental_authorization_available: Flag,
        extended_authorization_available: Flag,
        refund_on_authorization_available: Flag,
        user_authorization_status: String,
        account_no: String,
        fingerprint: String,
    }
}

object! {
    /// `cardInfo`.
    CardInfo {
        card_no: String,
        card_brand: String,
        card_token: String,
        issuing_country: String,
        funding: String,
        payment_method_region: String,
        #[serde(rename = "threeDSResult")]
        three_ds_result: ThreeDsResult,
    }
}

object! {
    /// How the 3D Secure check went.
    ThreeDsResult {
        #[serde(rename = "threeDSVersion")]
        three_ds_version: String,
        eci: String,
        cavv: String,
        ds_transaction_id: String,
        xid: String,
        challenged: Flag,
        #[serde(rename = "threeDStransactionStatusReason")]
        three_ds_transaction_status_reason: String,
        challenge_cancel: String,
        exemption_type: String,
        #[serde(rename = "threeDSOffered")]
        three_ds_offered: Flag,
    }
}

object! {
    /// `acquirerInfo`: the card's side of the trade.
    AcquirerInfo {
        acquirer_name: String,
        reference_request_id: String,
        acquirer_transaction_id: String,
        acquirer_merchant_id: String,
        acquirer_result_code: String,
        acquirer_result_message: String,
        acquirer_merchant_name: String,
        acquirer_reason_description: String,
        ptsp_transaction_id: String,
        acquirer_card_token: String,
    }
}
