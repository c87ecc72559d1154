//! What integrations answer, parsed; and how it can go wrong.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::money::Money;
use wire::time::Moment;

use crate::scenario::Role;

/// JSON-RPC's code for a method that there is not.
const NO_SUCH_METHOD: i64 = -32601;

/// The answer to `initialize`.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// What the integration calls itself.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// The sides it plays.
    pub roles: Vec<Role>,
    /// What it can do beyond the minimum; words that are not known are let pass.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// Where notifications go when a request names no URL.
    #[serde(default)]
    pub notify_url: Option<String>,
}

/// What a shop says that does not sell by Entry Code, as all others do that are at the gateway.
pub const NO_ENTRY_CODE: &str = "no-entry-code";

/// The capabilities that there are (docs/driver.md).
pub const CAPABILITIES: &[&str] = &[
    "cancel",
    "cancel:edc",
    "cancel:antom",
    "refund",
    "refund:edc",
    "refund:antom",
    "restart",
    "clock",
    "stay",
    "words",
    NO_ENTRY_CODE,
    "order-code",
    "payment-code",
    "cashier",
    "session",
    "card",
    "batch",
    "capture",
    "cart",
    "retry",
    "returns",
    "screen",
    "terminal-sdk",
];

impl Hello {
    /// Capabilities that nobody knows, as a slip of the pen makes them: what they stand for is never tried.
    pub fn unknown_capabilities(&self) -> impl Iterator<Item = &str> {
        self.capabilities.iter().map(String::as_str).filter(|word| !CAPABILITIES.contains(word))
    }

    /// Whether a capability is offered.
    #[must_use]
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|c| c == capability)
    }
}

/// How an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrderState {
    /// Not decided yet.
    Open,
    /// Paid: the goods go out.
    Paid,
    /// Over, not paid.
    Failed,
    /// Called off.
    Cancelled,
    /// Was paid, was given back.
    Refunded,
    /// A person must look at it.
    Parked,
}

impl fmt::Display for OrderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Parked => "parked",
        })
    }
}

/// The answer to `orderStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatus {
    /// Where it is.
    pub state: OrderState,
    /// The sum of all bookings; none means nothing is booked.
    #[serde(default)]
    pub booked: Option<Money>,
    /// How much is on its way back at this moment.
    #[serde(default)]
    pub refunding: Option<Money>,
    /// Free text for the report.
    #[serde(default)]
    pub reason: Option<String>,
    /// The tax on the receipt.
    #[serde(default)]
    pub tax: Option<Money>,
}

/// How far before the world's time an integration may say that it was due: further is another unit, or another epoch.
const OVERDUE: Duration = Duration::from_secs(24 * 3600);

/// Reads the answer to `clock`: when the integration means to act by itself; none when it never will.
///
/// # Errors
/// There is no `wakeAt`, or it is no number of milliseconds since 1970 that can be meant.
pub(crate) fn wake_at(answer: &Value, now: Moment) -> Result<Option<Moment>, DriverError> {
    let nonsense = |problem: &str| {
        let said = answer.to_string().chars().take(200).collect();
        Err(DriverError::Misshapen { method: "clock".to_owned(), said, problem: problem.to_owned() })
    };
    match answer.get("wakeAt") {
        Some(Value::Null) => Ok(None),
        Some(Value::Number(at)) => match at.as_u64().map(Moment::from_millis) {
            Some(at) if at + OVERDUE < now => {
                nonsense("`wakeAt` is long before `now`; both are milliseconds since 1970")
            }
            Some(at) => Ok(Some(at)),
            None => nonsense("`wakeAt` is no whole number of milliseconds since 1970"),
        },
        Some(_) => nonsense("`wakeAt` is neither a number of milliseconds nor null"),
        None => nonsense("there is no `wakeAt`; null means that nothing will be done"),
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// Nothing came in time.
    #[error("the integration did not answer {method} within {} s", limit.as_secs_f32())]
    Silent {
        /// What was asked.
        method: String,
        /// How long it was waited for.
        limit: Duration,
    },
    /// The process or stream ended.
    #[error("the integration ended: {how}")]
    Ended {
        /// With which status, and its last words.
        how: String,
    },
    /// Something came that is no answer.
    #[error(
        "the integration said something that is no JSON-RPC answer (docs/driver.md, Transport): {problem}: {line:?}"
    )]
    Nonsense {
        /// What it said, or how it begins.
        line: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An answer in good form whose result is none that the method may have.
    #[error("what the integration answered to {method} is not as docs/driver.md has it: {problem}; it answered {said}")]
    Misshapen {
        /// What was asked.
        method: String,
        /// The result, or how it begins.
        said: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An error in good form.
    #[error("the integration answered {method} with error {code}: {message}")]
    Refused {
        /// What was asked.
        method: String,
        /// The JSON-RPC code.
        code: i64,
        /// Its words.
        message: String,
    },
    /// It cannot be reached or started.
    #[error("{0}")]
    Unreachable(String),
}

impl DriverError {
    /// Whether the integration says, in good form, that what was asked for cannot be done: not that it has no such method.
    #[must_use]
    pub fn is_about_an_order(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if *code != NO_SUCH_METHOD)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_cannot_be_meant_as_the_next_moment_is_no_answer() {
        let now = Moment::from_millis(1_767_607_200_000);
        let read = |answer: Value| wake_at(&answer, now);
        assert_eq!(read(json!({"wakeAt": null})), Ok(None));
        for at in [1_767_607_200_000_u64, 1_767_607_199_000, 1_767_607_295_000] {
            assert_eq!(read(json!({"wakeAt": at})), Ok(Some(Moment::from_millis(at))), "a moment, or one just missed");
        }
        for (answer, told) in [
            (json!({}), "null means"),
            (json!({"wakeAt": 5}), "long before `now`"),
            (json!({"wakeAt": 1_767_607_295}), "long before `now`"),
            (json!({"wakeAt": "1767607295000"}), "neither a number"),
            (json!({"wakeAt": -1}), "no whole number"),
            (json!({"wakeAt": 1_767_607_295_000.5}), "no whole number"),
        ] {
            let error = read(answer.clone()).expect_err("it is nonsense").to_string();
            assert!(error.contains(told), "{answer}: {error}");
        }
    }

    #[test]
    fn a_capability_that_is_misspelt_is_seen() {
        let hello: Hello = serde_json::from_value(
            json!({"name": "n", "roles": [], "capabilities": ["cahsier", "cancel:edc", "clock"]}),
        )
        .unwrap();
        assert_eq!(hello.unknown_capabilities().collect::<Vec<_>>(), ["cahsier"]);
    }
}
