//! Steps of a front end: which page a buyer opens, and what he presses there.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use wire::money::Money;

/// Open a page of the front end.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Visit {
    /// The order's name in this scenario.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// How much it costs, in minor units. Default USD 59.97.
    #[serde(default = "price")]
    #[schemars(with = "Money")]
    pub amount: Spanned<Money>,
    /// What is sold.
    #[serde(default = "goods")]
    pub description: String,
    /// Which product of the client SDK is used. Default cashier.
    #[serde(default)]
    pub product: Product,
    /// The paymentMethodType, such as CARD. Default a wallet.
    #[serde(default = "wallet")]
    pub method: Option<String>,
    /// Which page. Default checkout.
    #[serde(default)]
    pub page: Which,
    /// What is added to its address, and not to be believed.
    #[serde(default)]
    pub query: Option<String>,
    /// Whether the checkout is begun. Default true.
    #[serde(default = "yes")]
    pub start: bool,
}

/// A product of the client SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// AMSCashierPayment: its events tell how it ends.
    #[default]
    Cashier,
    /// AMSElement: the promise of submitPayment tells it.
    Element,
}

/// A page of the front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// Where an order is paid.
    #[default]
    Checkout,
    /// Where a buyer comes back to.
    Return,
}

/// Press something.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Press {
    /// Its name in the hook file.
    pub what: String,
    /// How often, quickly. Default 1.
    #[serde(default = "one")]
    pub times: u32,
}

impl Product {
    /// The word in scenarios and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Element => "element",
        }
    }
}

impl Which {
    /// The word in scenarios and traces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checkout => "checkout",
            Self::Return => "return",
        }
    }
}

fn price() -> Spanned<Money> {
    super::unplaced(Money::parse("USD", "5997").unwrap_or_else(|_| Money::krw(5997)))
}
fn goods() -> String {
    "two cups of tea".to_owned()
}
#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn wallet() -> Option<String> {
    Some("ALIPAY_CN".to_owned())
}
const fn yes() -> bool {
    true
}
const fn one() -> u32 {
    1
}
