//! pay, Entry Code: the buyer scanned the shop's code, and is now sent to his wallet.

use serde::{Deserialize, Serialize};

use super::{Order, ResultObject};
use crate::antom::field::{FieldKind, FieldNeed, FieldRule};
use crate::money::Money;
use crate::time::WireTime;

/// The body of a pay request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct PayRequest {
    pub product_code: String,
    /// The idempotency key, at most 64 characters, one per attempt.
    pub payment_request_id: String,
    /// What is to be paid, in minor units of the order's currency.
    pub payment_amount: Money,
    pub payment_method: PaymentMethod,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_factor: Option<PaymentFactor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<Order>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_notify_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_redirect_url: Option<String>,
    /// After it the payment must not succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_expiry_time: Option<WireTime>,
}

/// `paymentMethod`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct PaymentMethod {
    pub payment_method_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<String>,
}

/// `paymentFactor`: for in-store products, which of the three scenarios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct PaymentFactor {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_store_payment_scenario: Option<String>,
}

impl PayRequest {
    /// `productCode` of in-store payments.
    pub const IN_STORE_PAYMENT: &'static str = "IN_STORE_PAYMENT";
    /// `paymentMethodType` of in-store wallets.
    pub const CONNECT_WALLET: &'static str = "CONNECT_WALLET";
    /// `inStorePaymentScenario` of Entry Code.
    pub const ENTRY_CODE: &'static str = "EntryCode";

    /// The three fields that make a request an Entry Code payment (requirement PAY-001).
    pub const ENTRY_CODE_DISCRIMINATORS: &'static [FieldRule] = &[
        rule("productCode", FieldNeed::Required, FieldKind::OneOf(&[Self::IN_STORE_PAYMENT])),
        rule("paymentMethod.paymentMethodType", FieldNeed::Required, FieldKind::OneOf(&[Self::CONNECT_WALLET])),
        rule("paymentFactor.inStorePaymentScenario", FieldNeed::Required, FieldKind::OneOf(&[Self::ENTRY_CODE])),
    ];

    /// The other fields of an Entry Code payment, after the documented table and the SDK helpers' own checks.
    pub const ENTRY_CODE_FIELDS: &'static [FieldRule] = &[
        rule("paymentRequestId", FieldNeed::Required, FieldKind::Text(64)),
        rule("paymentAmount", FieldNeed::Required, FieldKind::Amount),
        rule("order", FieldNeed::Required, FieldKind::Object),
        rule("order.referenceOrderId", FieldNeed::Required, FieldKind::Text(64)),
        rule("order.orderDescription", FieldNeed::Required, FieldKind::Text(256)),
        rule("order.orderAmount", FieldNeed::Required, FieldKind::Amount),
        rule("order.merchant", FieldNeed::Required, FieldKind::Object),
        rule("order.merchant.referenceMerchantId", FieldNeed::Required, FieldKind::Text(64)),
        rule("order.merchant.merchantMCC", FieldNeed::Required, FieldKind::Text(4)),
        rule("order.merchant.merchantName", FieldNeed::Required, FieldKind::Text(256)),
        rule("order.merchant.store", FieldNeed::Required, FieldKind::Object),
        rule("order.merchant.store.referenceStoreId", FieldNeed::Required, FieldKind::Text(64)),
        rule("order.merchant.store.storeName", FieldNeed::Required, FieldKind::Text(256)),
        rule("order.merchant.store.storeMCC", FieldNeed::Required, FieldKind::Text(4)),
        rule("order.env.userAgent", FieldNeed::Required, FieldKind::Text(2048)),
        rule("paymentNotifyUrl", FieldNeed::Expected, FieldKind::Url(2048)),
        rule("paymentRedirectUrl", FieldNeed::Optional, FieldKind::Url(2048)),
        rule("paymentExpiryTime", FieldNeed::Optional, FieldKind::DateTime),
        rule("settlementStrategy.settlementCurrency", FieldNeed::Optional, FieldKind::Text(3)),
        rule("merchantRegion", FieldNeed::Optional, FieldKind::Region),
    ];
}

const fn rule(path: &'static str, need: FieldNeed, kind: FieldKind) -> FieldRule {
    FieldRule { path, need, kind }
}

/// The body of a pay response. S means that a redirect form was obtained, **not** that anything is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct PayResponse {
    pub result: ResultObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_amount: Option<Money>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_create_time: Option<WireTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_action_form: Option<RedirectActionForm>,
}

impl PayResponse {
    /// An answer that carries a result and nothing else.
    #[must_use]
    pub const fn bare(result: ResultObject) -> Self {
        Self {
            result,
            payment_request_id: None,
            payment_id: None,
            payment_amount: None,
            payment_create_time: None,
            redirect_action_form: None,
        }
    }
}

/// Where to send the buyer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct RedirectActionForm {
    /// `GET` or `POST`.
    pub method: String,
    pub redirect_url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_form_type: Option<String>,
}
