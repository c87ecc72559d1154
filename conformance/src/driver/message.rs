//! What integrations answer, parsed; and how it can go wrong.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::money::Money;

use crate::scenario::Role;

/// The answer to `initialize`.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// What the integration calls itself.
    #[serde(default)]
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

impl Hello {
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
    #[error("the integration said something that is no JSON-RPC answer: {line:?} ({problem})")]
    Nonsense {
        /// What it said, or how it begins.
        line: String,
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
