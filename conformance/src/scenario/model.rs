//! The words of a scenario. Steps and expectations are externally tagged, so that errors keep their line and column.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use wire::edc::EventCode;
use wire::money::Money;
use wire::time::Span;

use super::expect::Expectation;
use super::sale::{Checkout, CheckoutBatch};

/// A scenario file.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// What happens, as a fact.
    pub title: Spanned<String>,
    /// Which roles the integration must play.
    pub roles: Vec<Role>,
    /// Which requirements it exercises on purpose.
    #[serde(default)]
    pub covers: Vec<Spanned<String>>,
    /// What the simulators shall do.
    #[serde(default)]
    pub given: Given,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must hold in the end, beside every rule.
    #[serde(default)]
    pub expect: Vec<Spanned<Expectation>>,
}

/// A side that an integration plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A till at the terminal.
    Edc,
    /// A merchant at the gateway.
    Antom,
    /// A front end with the client SDK.
    Client,
}

impl Role {
    /// The word in files and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edc => "edc",
            Self::Antom => "antom",
            Self::Client => "client",
        }
    }
}

/// What the simulators shall do.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Given {
    /// The terminal's script.
    pub terminal: sim_edc::Script,
    /// The gateway's script.
    pub antom: sim_antom::Script,
    /// What the serial line speaks: stx (default) or ndjson.
    pub profile: sim_edc::Profile,
}

/// A step.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Sell an order.
    Checkout(Checkout),
    /// Sell several orders at once.
    CheckoutBatch(CheckoutBatch),
    /// Let the buyer try again: the same order or batch is checked out once more.
    Retry(OrderRef),
    /// Take money that was only held.
    Capture(CaptureOrder),
    /// Call an order off.
    Cancel(OrderRef),
    /// Give back what was paid for an order, or part of it.
    Refund(Refund),
    /// Wait for something to happen.
    Until(Until),
    /// Kill the integration and start it again on the same state.
    Restart(Restart),
    /// Let time pass.
    Advance(Wait),
    /// Let everything run until every order has ended and nothing is going on any more.
    Settle(Settle),
}

/// An order by its name.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OrderRef {
    /// Its name.
    pub order: Spanned<String>,
}

/// Take money that was only held.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaptureOrder {
    /// The order's name.
    pub order: Spanned<String>,
    /// How much, in minor units. Default all of it.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// Give back what was paid.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Refund {
    /// The order's name.
    pub order: Spanned<String>,
    /// How much, in minor units.
    pub amount: Money,
}

/// Wait until the terminal has sent an event.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Until {
    /// The event.
    pub event: EventCode,
    /// How long at most. Default 1m.
    #[serde(default = "one_minute")]
    pub within: Span,
}

/// Kill and start again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Restart {}

/// Let time pass.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wait {
    /// How much.
    pub by: Span,
}

/// Let everything run.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settle {
    /// How long at most.
    pub within: Span,
}

const fn one_minute() -> Span {
    Span::secs(60)
}
