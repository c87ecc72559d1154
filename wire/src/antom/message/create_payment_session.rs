//! createPaymentSession: a session for the client SDK, or a hosted page.

use serde_json::Value;

use super::object::{answer, object};
use super::{CreditPayPlan, Env, Flag, Order, PaymentFactor, PaymentMethod, Quote, SettlementStrategy};
use crate::antom::field::{FieldKind, FieldRule, advised, expected, optional, required};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of the request.
    CreatePaymentSessionRequest {
        [
            product_code: String,
            /// The idempotency key.
            payment_request_id: String,
            payment_amount: Money,
            order: Order,
        ]
        payment_method: PaymentMethod,
        product_scene: String,
        payment_redirect_url: String,
        payment_notify_url: String,
        settlement_strategy: SettlementStrategy,
        payment_session_expiry_time: WireTime,
        payment_expiry_time: WireTime,
        payment_factor: PaymentFactor,
        credit_pay_plan: CreditPayPlan,
        env: Env,
        merchant_region: String,
        user_region: String,
        merchant_account_id: String,
        locale: String,
        metadata: Value,
        allowed_payment_method_regions: Vec<String>,
        enable_installment_collection: Flag,
        saved_payment_methods: Vec<Value>,
        available_payment_method: Value,
        agreement_info: Value,
        risk_data: Value,
        subscription_info: Value,
        subscription_plan: Value,
        customized_info: Value,
        payment_quote: Quote,
        processing_amount: Money,
        scopes: Vec<String>,
    }
}

impl CreatePaymentSessionRequest {
    /// The documented table.
    pub const FIELDS: &'static [FieldRule] = &[
        required("productCode", FieldKind::OneOf(&["CASHIER_PAYMENT", "AGREEMENT_PAYMENT"])),
        required("paymentRequestId", FieldKind::Id(64)),
        required("paymentAmount", FieldKind::Amount),
        required("order", FieldKind::Nested(Order::FIELDS)),
        optional("paymentMethod", FieldKind::Nested(PaymentMethod::FIELDS)),
        optional("productScene", FieldKind::OneOf(&["CHECKOUT_PAYMENT", "ELEMENT_PAYMENT", "EASY_PAY"])),
        required("paymentRedirectUrl", FieldKind::Link(2048)),
        optional("paymentNotifyUrl", FieldKind::Url(2048)),
        expected("settlementStrategy", FieldKind::Nested(SettlementStrategy::FIELDS)),
        optional("paymentSessionExpiryTime", FieldKind::DateTime),
        optional("paymentExpiryTime", FieldKind::DateTime),
        optional("paymentFactor", FieldKind::Nested(PaymentFactor::FIELDS)),
        optional("creditPayPlan", FieldKind::Nested(CreditPayPlan::FIELDS)),
        optional("env", FieldKind::Nested(Env::FIELDS)),
        optional("merchantRegion", FieldKind::Region),
        optional("userRegion", FieldKind::Region),
        optional("merchantAccountId", FieldKind::Text(32)),
        optional("locale", FieldKind::Text(8)),
        advised("metadata", &FieldKind::Text(2048)),
        optional("allowedPaymentMethodRegions", FieldKind::Items(300, &FieldKind::Text(16))),
        optional("enableInstallmentCollection", FieldKind::Flag),
        optional("savedPaymentMethods", FieldKind::Items(100, &FieldKind::Present)),
        optional("availablePaymentMethod", FieldKind::Present),
        optional("agreementInfo", FieldKind::Present),
        optional("riskData", FieldKind::Present),
        optional("subscriptionInfo", FieldKind::Present),
        optional("subscriptionPlan", FieldKind::Present),
        optional("customizedInfo", FieldKind::Present),
        optional("paymentQuote", FieldKind::Nested(Quote::FIELDS)),
        optional("processingAmount", FieldKind::Amount),
        optional("scopes", FieldKind::Items(100, &FieldKind::Text(64))),
    ];
}

answer! {
    /// The body of the response: S means that there is a session, not that anything is paid.
    CreatePaymentSessionResponse {
        payment_session_data: String,
        payment_session_expiry_time: WireTime,
        payment_session_id: String,
        normal_url: String,
        url: String,
    }
}
