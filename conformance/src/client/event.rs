//! What is seen of a front end: entries of the trace.

use serde::{Deserialize, Serialize};
use serde_json::Value;

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
