//! pay: one request, five products. Which one it is, three fields say; what it needs, one table each.

use serde_json::Value;

use super::object::{answer, object};
use super::{
    ChallengeActionForm, CreditPayPlan, Env, Order, OrderCodeForm, PaymentFactor, PaymentMethod, PaymentResultInfo,
    PromotionResult, PspCustomerInfo, Quote, RedirectActionForm, SettlementStrategy,
};
use crate::antom::Json;
use crate::antom::field::{
    Condition, FieldKind, FieldRule, advised, expected, expected_when, optional, required, when,
};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// The body of a pay request.
    PayRequest {
        [
            product_code: String,
            /// The idempotency key, at most 64 characters, one per attempt.
            payment_request_id: String,
            /// What is to be paid, in minor units of the order's currency.
            payment_amount: Money,
            payment_method: PaymentMethod,
        ]
        payment_factor: PaymentFactor,
        order: Order,
        env: Env,
        payment_notify_url: String,
        payment_redirect_url: String,
        /// After it the payment must not succeed.
        payment_expiry_time: WireTime,
        settlement_strategy: SettlementStrategy,
        credit_pay_plan: CreditPayPlan,
        app_id: String,
        merchant_region: String,
        user_region: String,
        merchant_account_id: String,
        locale: String,
        extend_info: String,
        metadata: Value,
    }
}

/// What a request asks to be paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// The buyer scanned the shop's code and is sent to his wallet.
    EntryCode,
    /// The buyer scans a code that the shop shows.
    OrderCode,
    /// The shop scans a code that the buyer shows.
    UserPresented,
    /// A cashier page, or a card.
    Cashier,
    /// A token that the buyer gave once.
    AutoDebit,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::EntryCode, Self::OrderCode, Self::UserPresented, Self::Cashier, Self::AutoDebit];

    /// Which product a body asks for; none when it says nothing that is known.
    #[must_use]
    pub fn of(body: &impl Json) -> Option<Self> {
        let text = |path| body.at(path).and_then(Json::text);
        match (text("productCode")?, text("paymentFactor.inStorePaymentScenario")) {
            (PayRequest::IN_STORE_PAYMENT, Some(PayRequest::ENTRY_CODE)) => Some(Self::EntryCode),
            (PayRequest::IN_STORE_PAYMENT, Some(PayRequest::ORDER_CODE)) => Some(Self::OrderCode),
            (PayRequest::IN_STORE_PAYMENT, Some(PayRequest::PAYMENT_CODE)) => Some(Self::UserPresented),
            (PayRequest::CASHIER_PAYMENT, _) => Some(Self::Cashier),
            (PayRequest::AGREEMENT_PAYMENT, _) => Some(Self::AutoDebit),
            _ => None,
        }
    }

    /// What makes a request one for this product.
    #[must_use]
    pub const fn discriminators(self) -> &'static [FieldRule] {
        match self {
            Self::EntryCode => PayRequest::ENTRY_CODE_DISCRIMINATORS,
            Self::OrderCode => ORDER_CODE,
            Self::UserPresented => USER_PRESENTED,
            Self::Cashier => CASHIER,
            Self::AutoDebit => AUTO_DEBIT,
        }
    }

    /// The fields that this product requires beside [`PayRequest::FIELDS`].
    #[must_use]
    pub const fn fields(self) -> &'static [FieldRule] {
        match self {
            Self::EntryCode => PayRequest::ENTRY_CODE_FIELDS,
            Self::OrderCode => ORDER_CODE_FIELDS,
            Self::UserPresented => USER_PRESENTED_FIELDS,
            Self::Cashier => CASHIER_FIELDS,
            Self::AutoDebit => AUTO_DEBIT_FIELDS,
        }
    }

    /// Whether it is paid in a shop.
    #[must_use]
    pub const fn is_in_store(self) -> bool {
        matches!(self, Self::EntryCode | Self::OrderCode | Self::UserPresented)
    }
}

impl PayRequest {
    /// `productCode` of in-store payments.
    pub const IN_STORE_PAYMENT: &'static str = "IN_STORE_PAYMENT";
    /// `productCode` of cashier payments.
    pub const CASHIER_PAYMENT: &'static str = "CASHIER_PAYMENT";
    /// `productCode` of payments by token.
    pub const AGREEMENT_PAYMENT: &'static str = "AGREEMENT_PAYMENT";
    /// `paymentMethodType` of in-store wallets.
    pub const CONNECT_WALLET: &'static str = PaymentMethod::CONNECT_WALLET;
    /// `inStorePaymentScenario` of Entry Code.
    pub const ENTRY_CODE: &'static str = "EntryCode";
    /// `inStorePaymentScenario` of Order Code.
    pub const ORDER_CODE: &'static str = "OrderCode";
    /// `inStorePaymentScenario` of User-presented.
    pub const PAYMENT_CODE: &'static str = "PaymentCode";

    /// What every product has and may have.
    pub const FIELDS: &'static [FieldRule] = &[
        required("productCode", FieldKind::OneOf(&["IN_STORE_PAYMENT", "CASHIER_PAYMENT", "AGREEMENT_PAYMENT"])),
        required("paymentRequestId", FieldKind::Id(64)),
        required("paymentAmount", FieldKind::Amount),
        required("paymentMethod", FieldKind::Nested(PaymentMethod::FIELDS)),
        optional("paymentFactor", FieldKind::Nested(PaymentFactor::FIELDS)),
        required("order", FieldKind::Nested(Order::FIELDS)),
        optional("env", FieldKind::Nested(Env::FIELDS)),
        optional("paymentNotifyUrl", FieldKind::Url(2048)),
        optional("paymentRedirectUrl", FieldKind::Link(2048)),
        optional("paymentExpiryTime", FieldKind::DateTime),
        optional("settlementStrategy", FieldKind::Nested(SettlementStrategy::FIELDS)),
        optional("creditPayPlan", FieldKind::Nested(CreditPayPlan::FIELDS)),
        optional("appId", FieldKind::Text(32)),
        optional("merchantRegion", FieldKind::Region),
        optional("userRegion", FieldKind::Region),
        optional("merchantAccountId", FieldKind::Text(32)),
        optional("locale", FieldKind::Text(8)),
        optional("extendInfo", FieldKind::Text(2048)),
        advised("metadata", &FieldKind::Text(2048)),
    ];

    /// The three fields that make a request an Entry Code payment (requirement PAY-001).
    pub const ENTRY_CODE_DISCRIMINATORS: &'static [FieldRule] = &[
        required("productCode", FieldKind::OneOf(&[Self::IN_STORE_PAYMENT])),
        required("paymentMethod.paymentMethodType", FieldKind::OneOf(&[Self::CONNECT_WALLET])),
        required("paymentFactor.inStorePaymentScenario", FieldKind::OneOf(&[Self::ENTRY_CODE])),
    ];

    /// The other fields of an Entry Code payment, after the documented table and the SDK helpers' own checks.
    pub const ENTRY_CODE_FIELDS: &'static [FieldRule] = &[
        required("paymentRequestId", FieldKind::Id(64)),
        required("paymentAmount", FieldKind::Amount),
        required("order", FieldKind::Object),
        required("order.referenceOrderId", FieldKind::Text(64)),
        required("order.orderDescription", FieldKind::Text(256)),
        required("order.orderAmount", FieldKind::Amount),
        required("order.merchant", FieldKind::Object),
        required("order.merchant.referenceMerchantId", FieldKind::Text(64)),
        required("order.merchant.merchantMCC", FieldKind::Text(4)),
        required("order.merchant.merchantName", FieldKind::Text(256)),
        required("order.merchant.store", FieldKind::Object),
        required("order.merchant.store.referenceStoreId", FieldKind::Text(64)),
        required("order.merchant.store.storeName", FieldKind::Text(256)),
        required("order.merchant.store.storeMCC", FieldKind::Text(4)),
        required("order.env.userAgent", FieldKind::Text(2048)),
        expected("paymentNotifyUrl", FieldKind::Url(2048)),
        optional("paymentRedirectUrl", FieldKind::Link(2048)),
        optional("paymentExpiryTime", FieldKind::DateTime),
        optional("settlementStrategy.settlementCurrency", FieldKind::Text(3)),
        optional("merchantRegion", FieldKind::Region),
        IN_STORE_REGION,
    ];
}

/// Where in-store payments are sold.
const IN_STORE_REGION: FieldRule = advised("merchantRegion", &FieldKind::OneOf(&["US", "JP", "PK", "SG"]));
/// A card is paid with by its data, unless by a token of it.
const CARD_DATA: FieldRule = expected_when(
    "paymentMethod.paymentMethodMetaData",
    Condition::Both(
        &Condition::Is("paymentMethod.paymentMethodType", &["CARD"]),
        &Condition::Without("paymentMethod.paymentMethodId"),
    ),
);

const ORDER_CODE: &[FieldRule] = &[
    required("productCode", FieldKind::OneOf(&[PayRequest::IN_STORE_PAYMENT])),
    required("paymentMethod.paymentMethodType", FieldKind::OneOf(&[PayRequest::CONNECT_WALLET])),
    required("paymentFactor.inStorePaymentScenario", FieldKind::OneOf(&[PayRequest::ORDER_CODE])),
];
const USER_PRESENTED: &[FieldRule] = &[
    required("productCode", FieldKind::OneOf(&[PayRequest::IN_STORE_PAYMENT])),
    required("paymentMethod.paymentMethodType", FieldKind::OneOf(&[PayRequest::CONNECT_WALLET])),
    required("paymentFactor.inStorePaymentScenario", FieldKind::OneOf(&[PayRequest::PAYMENT_CODE])),
];
const CASHIER: &[FieldRule] = &[required("productCode", FieldKind::OneOf(&[PayRequest::CASHIER_PAYMENT]))];
const AUTO_DEBIT: &[FieldRule] = &[required("productCode", FieldKind::OneOf(&[PayRequest::AGREEMENT_PAYMENT]))];

const ORDER_CODE_FIELDS: &[FieldRule] = &[
    required("order.merchant", FieldKind::Present),
    required("order.merchant.merchantMCC", FieldKind::Present),
    required("order.merchant.store", FieldKind::Present),
    required("order.merchant.store.storeMCC", FieldKind::Present),
    expected("paymentNotifyUrl", FieldKind::Present),
    IN_STORE_REGION,
];
const USER_PRESENTED_FIELDS: &[FieldRule] = &[
    required("paymentMethod.paymentMethodId", FieldKind::Present),
    required("order.merchant", FieldKind::Present),
    required("order.merchant.merchantMCC", FieldKind::Present),
    required("order.merchant.store", FieldKind::Present),
    required("order.merchant.store.storeMCC", FieldKind::Present),
    required("order.env.storeTerminalId", FieldKind::Present),
    required("order.env.storeTerminalRequestTime", FieldKind::Present),
    expected("paymentNotifyUrl", FieldKind::Present),
    IN_STORE_REGION,
];
const CASHIER_FIELDS: &[FieldRule] = &[
    required("paymentRedirectUrl", FieldKind::Present),
    required("env.terminalType", FieldKind::Present),
    when("env.osType", FieldKind::Present, "env.terminalType", &["APP", "WAP"]),
    when("appId", FieldKind::Present, "env.terminalType", &["MINI_APP"]),
    CARD_DATA,
];
const AUTO_DEBIT_FIELDS: &[FieldRule] = &[required("paymentMethod.paymentMethodId", FieldKind::Present)];

answer! {
    /// The body of a pay response. What S means depends on the product: a redirect form or code was obtained, **not** that
    /// anything is paid (Entry Code, Order Code); paid (User-presented, cards, tokens).
    PayResponse {
        payment_request_id: String,
        payment_id: String,
        payment_amount: Money,
        payment_create_time: WireTime,
        payment_time: WireTime,
        actual_payment_amount: Money,
        payment_quote: Quote,
        gross_settlement_amount: Money,
        settlement_quote: Quote,
        psp_customer_info: PspCustomerInfo,
        redirect_action_form: RedirectActionForm,
        order_code_form: OrderCodeForm,
        challenge_action_form: ChallengeActionForm,
        payment_data: String,
        app_identifier: String,
        scheme_url: String,
        applink_url: String,
        normal_url: String,
        payment_result_info: PaymentResultInfo,
        promotion_result: Vec<PromotionResult>,
        auth_expiry_time: WireTime,
        payment_action_form: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_fields_say_which_product_it_is() {
        let body = |code: &str, scenario: &str| serde_json::json!({"productCode": code, "paymentFactor": {"inStorePaymentScenario": scenario}});
        for (code, scenario, product) in [
            ("IN_STORE_PAYMENT", "EntryCode", Some(Product::EntryCode)),
            ("IN_STORE_PAYMENT", "OrderCode", Some(Product::OrderCode)),
            ("IN_STORE_PAYMENT", "PaymentCode", Some(Product::UserPresented)),
            ("IN_STORE_PAYMENT", "entrycode", None),
            ("CASHIER_PAYMENT", "EntryCode", Some(Product::Cashier)),
            ("AGREEMENT_PAYMENT", "", Some(Product::AutoDebit)),
            ("", "EntryCode", None),
        ] {
            assert_eq!(Product::of(&body(code, scenario)), product, "{code} {scenario}");
            let in_store = product.is_some() && code == "IN_STORE_PAYMENT";
            assert_eq!(product.is_some_and(Product::is_in_store), in_store, "{code} {scenario}");
        }
        assert_eq!(Product::of(&Value::Null), None);
    }
}
