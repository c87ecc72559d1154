//! The order that a payment is for.

use serde::{Deserialize, Serialize};

use crate::money::Money;

/// `order`. The merchant's order id stays the same across payment attempts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct Order {
    pub reference_order_id: String,
    pub order_description: String,
    pub order_amount: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant: Option<Merchant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub env: Option<Env>,
}

/// `order.merchant`, required in store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct Merchant {
    pub reference_merchant_id: String,
    #[serde(rename = "merchantMCC", skip_serializing_if = "Option::is_none")]
    pub merchant_mcc: Option<String>,
    pub merchant_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<Store>,
}

/// `order.merchant.store`, required in store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct Store {
    pub reference_store_id: String,
    pub store_name: String,
    #[serde(rename = "storeMCC", skip_serializing_if = "Option::is_none")]
    pub store_mcc: Option<String>,
}

/// `order.env`. Entry Code needs the buyer's User-Agent, by which the wallet is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct Env {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}
