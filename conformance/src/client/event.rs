//! What is seen of a front end: entries of the trace.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::money::Amount;

/// One thing that happened in the buyer's browser or app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ClientEvent {
    /// A page was opened for an order.
    Visited {
        /// The order.
        order: String,
        /// Which page: checkout or return.
        page: String,
        /// Its address.
        url: String,
        /// What was added to it that is not to be believed.
        #[serde(default)]
        query: Option<String>,
        /// What the order costs, where the page's own backend sells it and nobody else tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        amount: Option<Amount>,
    },
    /// The buyer pressed something.
    Pressed {
        /// Its name in the hook file.
        what: String,
    },
    /// The buyer wanted to press something that was not there, or could not be pressed.
    Missed {
        /// Its name in the hook file.
        what: String,
    },
    /// The page called the SDK.
    Called {
        /// Such as `new AMSCashierPayment` or `createComponent`.
        method: String,
        /// Which instance, counted from 1.
        instance: u32,
        /// With what; functions are told by a word.
        args: Value,
    },
    /// A call of the SDK ended: a promise was kept or broken, or the call threw.
    Settled {
        /// The call.
        method: String,
        /// Which instance.
        instance: u32,
        /// Whether it went well.
        ok: bool,
        /// What came of it.
        value: Value,
    },
    /// The SDK called the page back.
    Delivered {
        /// Such as onEventCallback.
        channel: String,
        /// Which instance.
        instance: u32,
        /// With what.
        payload: Value,
        /// For which order, where that is known: of an app.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
    },
    /// The app handed a command to the terminal's SDK.
    Sent {
        /// The order that it is about.
        order: String,
        /// Such as Purchase.
        command: String,
        /// Its parameters.
        params: Value,
    },
    /// What the cashier sees of the countdown after a callback.
    Counted {
        /// The seconds that are left; none while it stands.
        left: Option<u64>,
    },
    /// The app's screen went, or came back.
    Screen {
        /// `gone` or `back`.
        is: String,
    },
    /// A handler of the page threw, or its promise was broken.
    Threw {
        /// Such as onEventCallback.
        channel: String,
        /// What it threw.
        error: String,
    },
    /// A handler that the SDK waits for has answered.
    Answered {
        /// Such as onBeforeSubmit.
        channel: String,
        /// What.
        value: Value,
        /// After how many milliseconds.
        took: u64,
    },
    /// What the buyer sees has changed.
    Saw {
        /// The views of the hook file that are visible.
        shows: Vec<String>,
        /// The message that is shown.
        text: String,
    },
    /// The page went to another address.
    Navigated {
        /// Where to.
        url: String,
    },
    /// The page asked a backend.
    Asked {
        /// The method.
        method: String,
        /// The address.
        url: String,
        /// The body, cut.
        #[serde(default)]
        body: Option<String>,
    },
    /// Nobody caught an error, or a broken promise.
    Uncaught {
        /// In words.
        text: String,
    },
    /// The page wrote to the console.
    Logged {
        /// Such as error.
        level: String,
        /// The text, cut.
        text: String,
    },
}
