//! What the methods of the driver protocol are given, see `docs/driver.md`.

use serde::Deserialize;
use serde_json::Value;
use wire::money::{Currency, Money};

use crate::cart;
use crate::gateway::GatewayConfig;
use crate::order::By;
use crate::till::TerminalConfig;

#[derive(Deserialize)]
pub(crate) struct Initialize {
    pub(crate) protocol: String,
    pub(crate) state: String,
    pub(crate) clock: Option<ClockNow>,
    pub(crate) terminal: Option<TerminalConfig>,
    pub(crate) gateway: Option<GatewayConfig>,
}

#[derive(Deserialize)]
pub(crate) struct ClockNow {
    pub(crate) now: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckoutParams {
    pub(crate) order: String,
    pub(crate) by: By,
    pub(crate) amount: Option<Money>,
    /// What is in the basket, when the amount is to be computed.
    #[serde(default)]
    pub(crate) cart: Vec<cart::Line>,
    pub(crate) currency: Option<Currency>,
    pub(crate) description: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) payment_code: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) capture: Option<CaptureMode>,
    /// The client SDK's product that the page uses, by session.
    pub(crate) product: Option<Product>,
    /// Where the buyer comes back to, by session; our own page when nothing is said.
    pub(crate) return_url: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CaptureMode {
    Automatic,
    Manual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Product {
    Cashier,
    #[default]
    Element,
}

#[derive(Deserialize)]
pub(crate) struct ClientEvent {
    pub(crate) order: Option<String>,
    pub(crate) channel: String,
    pub(crate) payload: Value,
}

#[derive(Deserialize)]
pub(crate) struct ClientPress {
    #[serde(default)]
    pub(crate) order: String,
    pub(crate) what: String,
    pub(crate) amount: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct ClientReturn {
    pub(crate) order: String,
}

#[derive(Deserialize)]
pub(crate) struct ClientScreen {
    pub(crate) is: Presence,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Presence {
    Gone,
    Back,
}

#[derive(Deserialize)]
pub(crate) struct OrderParams {
    pub(crate) order: String,
}

/// Of a refund or a capture.
#[derive(Deserialize)]
pub(crate) struct PartParams {
    pub(crate) order: String,
    pub(crate) amount: Option<Money>,
}
