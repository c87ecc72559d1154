//! Steps of a front end: which page a buyer opens, and what he presses there; and of an app, what the SDK calls late.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_saphyr::Spanned;
use wire::money::Money;

use super::sale::Capture;

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
    /// Whether the money is only held until it is captured.
    #[serde(default)]
    pub capture: Capture,
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
    /// AMSEDCPayment, in an app at the terminal: its commands are seen, and what the SDK calls back is written as steps.
    Terminal,
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

/// Call the app back, as the SDK would: at a moment of the scenario's own choice.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Callback {
    /// The order for whose payment the SDK calls.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// Which callback. Default onEventCallback.
    #[serde(default = "on_event_callback")]
    pub channel: String,
    /// With what. At the terminal `command` says which command is answered, and its requestId is put in.
    #[serde(default)]
    pub payload: Value,
}

/// The app's screen goes, as when a phone is turned or the buyer leaves; or it comes back.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Screen {
    /// What becomes of it.
    pub is: Presence,
}

/// Whether an app's screen is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is destroyed: onDestroy on Android, a view controller that goes on iOS.
    Gone,
    /// It is made anew.
    Back,
}

impl Presence {
    /// The word in scenarios and to the driver.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Back => "back",
        }
    }
}

impl Product {
    /// The word in scenarios and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Element => "element",
            Self::Terminal => "terminal",
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
fn on_event_callback() -> String {
    "onEventCallback".to_owned()
}
const fn yes() -> bool {
    true
}
const fn one() -> u32 {
    1
}
