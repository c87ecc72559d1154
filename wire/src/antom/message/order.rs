//! The order that a payment is for, and who sells it.

use serde_json::Value;

use super::object::object;
use super::{Address, Buyer, Env, Flag, Goods, Shipping};
use crate::antom::field::{FieldKind, FieldRule, advised, expected, optional, required};
use crate::money::Money;
use crate::time::WireTime;

object! {
    /// `order`. The merchant's order id stays the same across payment attempts.
    Order {
        [
            reference_order_id: String,
            order_description: String,
            order_amount: Money,
        ]
        order_discount_amount: Money,
        sub_total_order_amount: Money,
        merchant: Merchant,
        goods: Vec<Goods>,
        shipping: Shipping,
        buyer: Buyer,
        env: Env,
        extend_info: String,
        transit: Value,
        lodging: Value,
        gaming: Value,
        need_declaration: Flag,
        declaration: Value,
    }
}

impl Order {
    /// What every order has and may have. In store, the merchant and his store are required beside it.
    pub const FIELDS: &'static [FieldRule] = &[
        required("referenceOrderId", FieldKind::Text(64)),
        required("orderDescription", FieldKind::Text(256)),
        required("orderAmount", FieldKind::Amount),
        optional("orderDiscountAmount", FieldKind::Amount),
        optional("subTotalOrderAmount", FieldKind::Amount),
        optional("merchant", FieldKind::Nested(Merchant::FIELDS)),
        optional("goods", FieldKind::List(0, 100, Goods::FIELDS)),
        optional("shipping", FieldKind::Nested(Shipping::FIELDS)),
        optional("buyer", FieldKind::Nested(Buyer::FIELDS)),
        optional("env", FieldKind::Nested(Env::FIELDS)),
        optional("extendInfo", FieldKind::Text(2048)),
        optional("transit", FieldKind::Object),
        optional("lodging", FieldKind::Object),
        optional("gaming", FieldKind::Object),
        optional("needDeclaration", FieldKind::Flag),
        optional("declaration", FieldKind::Object),
        // Of newer or other products, and of no use here.
        optional("orderType", FieldKind::Present),
        optional("sendReceipt", FieldKind::Present),
        optional("taxCalculationId", FieldKind::Present),
        optional("checkoutJwt", FieldKind::Present),
        optional("paymentAmount", FieldKind::Present),
    ];

    /// What in-store products require of it besides.
    pub const IN_STORE: &'static [FieldRule] = &[
        required("order.merchant", FieldKind::Present),
        required("order.merchant.merchantMCC", FieldKind::Present),
        required("order.merchant.store", FieldKind::Present),
        required("order.merchant.store.storeMCC", FieldKind::Present),
    ];
}

object! {
    /// `order.merchant`, required in store.
    Merchant {
        [
            reference_merchant_id: String,
            merchant_name: String,
        ]
        #[serde(rename = "merchantMCC")]
        merchant_mcc: String,
        merchant_display_name: String,
        merchant_address: Address,
        merchant_register_date: WireTime,
        store: Store,
        merchant_type: String,
    }
}

impl Merchant {
    const FIELDS: &'static [FieldRule] = &[
        required("referenceMerchantId", FieldKind::Text(64)),
        required("merchantName", FieldKind::Text(256)),
        optional("merchantMCC", FieldKind::Text(4)),
        advised("merchantMCC", &FieldKind::DigitsOf(4)),
        optional("merchantDisplayName", FieldKind::Text(64)),
        optional("merchantAddress", FieldKind::Nested(Address::FIELDS)),
        optional("merchantRegisterDate", FieldKind::DateTime),
        optional("store", FieldKind::Nested(Store::FIELDS)),
        optional("merchantType", FieldKind::OneOf(&["INDIVIDUAL", "ENTERPRISE"])),
    ];
}

object! {
    /// `order.merchant.store`, required in store.
    Store {
        [
            reference_store_id: String,
            store_name: String,
        ]
        #[serde(rename = "storeMCC")]
        store_mcc: String,
        store_display_name: String,
        store_terminal_id: String,
        store_operator_id: String,
        store_phone_no: String,
        store_address: Address,
    }
}

impl Store {
    const FIELDS: &'static [FieldRule] = &[
        required("referenceStoreId", FieldKind::Text(64)),
        required("storeName", FieldKind::Text(256)),
        optional("storeMCC", FieldKind::Text(4)),
        advised("storeMCC", &FieldKind::DigitsOf(4)),
        optional("storeDisplayName", FieldKind::Text(256)),
        optional("storeTerminalId", FieldKind::Text(64)),
        optional("storeOperatorId", FieldKind::Text(64)),
        optional("storePhoneNo", FieldKind::Text(64)),
        optional("storeAddress", FieldKind::Nested(Address::FIELDS)),
    ];
}

object! {
    /// `settlementStrategy`.
    SettlementStrategy {
        settlement_currency: String,
    }
}

impl SettlementStrategy {
    /// Required by contract only, so the documents' demand is a lint.
    pub const FIELDS: &'static [FieldRule] =
        &[expected("settlementCurrency", FieldKind::Text(3)), advised("settlementCurrency", &FieldKind::Currency)];
}
