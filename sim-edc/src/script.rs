//! What the terminal shall do: the one language, spoken in a scenario's `given: terminal` and in `sim-edc --script FILE`.
//!
//! Lists are sequences: each time the terminal waits for the cardholder, the next entry of `cardholder` applies; each
//! time it asks the host, the next of `host`. When a list is used up the default goes on: a chip card after two seconds,
//! a signature after three, an approval after one.

use serde::{Deserialize, Serialize};

use crate::cardholder::CardholderAction;
use crate::host::HostAnswer;
use crate::instead::Instead;
use crate::settings::Settings;
use crate::trouble::Fault;

/// A script. Everything has a default, so an empty one is a terminal that approves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Script {
    /// What the cardholder does, each time he is waited for.
    pub cardholder: Vec<CardholderAction>,
    /// What the host answers, each time it is asked.
    pub host: Vec<HostAnswer>,
    /// What the terminal answers instead of what it would.
    pub answers: Vec<Instead>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How this terminal is set up.
    pub settings: Settings,
}

impl Script {
    /// What another script's lists say, after what this one's say. Settings stay as they are.
    pub fn append(&mut self, other: Self) {
        self.cardholder.extend(other.cardholder);
        self.host.extend(other.host);
        self.answers.extend(other.answers);
        self.faults.extend(other.faults);
    }
}
