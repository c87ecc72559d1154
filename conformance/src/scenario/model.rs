//! A scenario: what its files say together, wholly parsed.

use serde::{Deserialize, Serialize};
use serde_saphyr::{Location, Spanned};

use super::expect::Expectation;
use super::step::Step;

/// A scenario.
#[derive(Debug, Clone, Serialize)]
pub struct Scenario {
    /// What happens, as a fact.
    pub title: Spanned<String>,
    /// Which roles the integration must play.
    pub roles: Vec<Role>,
    /// Which requirements it exercises on purpose.
    pub covers: Vec<Spanned<String>>,
    /// What the simulators shall do.
    pub given: Given,
    /// What is done, in order.
    pub steps: Vec<Step>,
    /// What must hold in the end, beside every rule.
    pub expect: Vec<Spanned<Expectation>>,
}

/// A value of a scenario that stands in no file.
pub fn unplaced<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
}

/// A side that an integration plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Given {
    /// The terminal's script.
    pub terminal: sim_edc::Script,
    /// The gateway's script.
    pub antom: sim_antom::Script,
    /// What the serial line speaks: stx (default) or ndjson.
    pub profile: sim_edc::Profile,
}
