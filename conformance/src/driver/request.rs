//! What the harness asks of an integration, as it goes over the driver.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::money::{Amount, Currency};

use super::OrderState;
use crate::scenario::{By, Capture, CartLine, Presence, Product};

/// `initialize`: everything a driver needs to configure its integration.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Initialize {
    /// `1`.
    pub protocol: String,
    /// The case's name, for your logs.
    pub case: String,
    /// The case's seed, for your logs.
    pub seed: u64,
    /// A folder of this case's own, which survives when the driver is killed and started again.
    pub state: String,
    /// The time in the simulated world.
    pub clock: ClockNow,
    /// Where the terminal is; absent when the case has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<TerminalAt>,
    /// Where the gateway is; absent when the case has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway: Option<GatewayAt>,
}

/// A time; also the parameters of `clock`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClockNow {
    /// Milliseconds since 1970.
    pub now: u64,
}

/// Where the card terminal is, and the ids to pay through.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TerminalAt {
    /// The serial port's path.
    pub port: String,
    /// What the line speaks.
    pub profile: sim_edc::Profile,
    /// The merchant id.
    pub merchant_id: String,
    /// acquirerTerminalId.
    pub terminal_id: String,
    /// acquirerRegistrationNo.
    pub registration_no: String,
}

/// Where the gateway is, and who you are there.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayAt {
    /// Base URL; paths begin `/ams/`.
    pub url: String,
    /// Your client id.
    pub client_id: String,
    /// Your private key: PKCS#8, base64.
    pub private_key: String,
    /// Antom's public key: SubjectPublicKeyInfo, base64.
    pub gateway_public_key: String,
}

/// `checkout`: sell an order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckoutOrder {
    /// The order's name.
    pub order: String,
    /// How it is paid.
    pub by: By,
    /// How much; absent with a cart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// What is sold.
    pub description: String,
    /// The currency of a cart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What is in the basket: the integration computes the amount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub cart: Vec<CartLine>,
    /// What the buyer's browser says of itself, by entry-code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// What the buyer's wallet shows, by payment-code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_code: Option<String>,
    /// The paymentMethodType; your choice when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// `manual`: only hold the money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<Capture>,
    /// The client SDK's product that the page uses, by session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<Product>,
    /// Where the buyer comes back to, by session; your choice when it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_url: Option<String>,
}

/// `checkoutBatch`: sell several orders at once, each of another merchant.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckoutOrders {
    /// The batch's name.
    pub batch: String,
    /// What is in it.
    pub orders: Vec<OrderInBatch>,
}

/// An order of a batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderInBatch {
    /// The order's name.
    pub order: String,
    /// How much.
    pub amount: Amount,
    /// What is sold.
    pub description: String,
    /// Who sells it.
    pub merchant: String,
}

/// `orderStatus` and `cancel`: an order by its name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedOrder {
    /// The order's name.
    pub order: String,
}

/// `refund`: give back what was paid, or part of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefundOrder {
    /// The order's name.
    pub order: String,
    /// How much.
    pub amount: Amount,
}

/// `capture`: take money that was only held.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TakeHeld {
    /// The order's name.
    pub order: String,
    /// How much; all of it when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// `clientEvent`: the client SDK calls the app back.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientCallback {
    /// The order that the buyer pays.
    pub order: String,
    /// Which callback: onEventCallback, or onSubmitPayCallback; at the terminal onEvent, onSuccess, onCommandFailed,
    /// onBusinessFailed.
    pub channel: String,
    /// With what. Every part of it may be missing.
    pub payload: Value,
}

/// `clientPress`: the buyer presses something in the app.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientPress {
    /// The order that he pays.
    pub order: String,
    /// What, such as `again`; in an app at the terminal also `sell`, `cancel`, `give-back`.
    pub what: String,
    /// How much is sold, with `sell`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
}

/// `clientScreen`: the app's screen goes, or comes back.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScreenChange {
    /// What becomes of it.
    pub is: Presence,
}

/// `clientReturn`: the buyer comes back by the shop's return address.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientReturn {
    /// The order that he pays.
    pub order: String,
    /// What stands behind the address, and is not to be believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// A command that an app hands to the terminal's SDK.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SdkCommand {
    /// Its name, such as Purchase.
    pub command: String,
    /// Its parameters, as Antom documents them.
    #[serde(default)]
    pub params: Value,
}

/// The answer to `clientEvent`, `clientState`, `clientPress`, `clientReturn` and `clientScreen`: what the buyer sees.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientScreen {
    /// The views: loading, form, paid, pending, failed, cancelled, problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Vec<String>>,
    /// The message that he reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the handler threw, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threw: Option<String>,
    /// The session with which the app opens the SDK's form, when it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionData>,
    /// The commands that the app has handed to the terminal's SDK since it was asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sends: Option<Vec<SdkCommand>>,
    /// The seconds that the cashier is shown, while a countdown runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countdown: Option<u64>,
}

/// `shutdown`: end.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Goodbye {
    /// Only sent to a driver with the capability `stay`: begin anew in place of exiting.
    #[serde(skip_serializing_if = "is_false")]
    #[schemars(default)]
    pub stay: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(is: &bool) -> bool {
    !*is
}

/// `clientState`: nothing.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The parameters as they are sent.
#[must_use]
pub fn params<T: Serialize>(request: &T) -> Value {
    // Plain structs with string keys always have a JSON form.
    serde_json::to_value(request).unwrap_or_default()
}

/// The answer to what was sold, called off, given back or taken: the state, and what a buyer needs next.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// How the order stands.
    pub state: OrderState,
    /// Where the buyer is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<Redirect>,
    /// What the shop shows, by order-code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What the client SDK gets, by session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionData>,
}

/// Where a buyer is sent.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redirect {
    /// GET or POST.
    pub method: String,
    /// Where.
    pub url: String,
    /// The form's parameters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<String>,
}

/// All that a client gets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionData {
    /// From createPaymentSession.
    pub payment_session_data: String,
    /// Until when it lives, as createPaymentSession told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_session_expiry_time: Option<String>,
}

/// The answer to `clock`.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waking {
    /// The earliest moment at which the integration would do something by itself; null when it never will.
    pub wake_at: Option<u64>,
}
