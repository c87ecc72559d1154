//! What the terminal shall do: the one language, spoken in a scenario's `given: terminal` and in `sim-edc --script FILE`.
//!
//! Lists are sequences: each time the terminal waits for the cardholder, the next entry of `cardholder` applies; each
//! time it asks the host, the next of `host`. When a list is used up the default goes on: a chip card after two seconds,
//! a signature after three, an approval after one.

use serde::{Deserialize, Serialize};
use wire::time::Span;

use crate::cardholder::CardholderAction;
use crate::host::HostAnswer;
use crate::settings::Settings;

/// A script. Everything has a default, so an empty one is a terminal that approves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Script {
    /// What the cardholder does, each time he is waited for.
    pub cardholder: Vec<CardholderAction>,
    /// What the host answers, each time it is asked.
    pub host: Vec<HostAnswer>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How this terminal is set up.
    pub settings: Settings,
}

/// What goes wrong. Each fault applies so many times and is then used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The terminal loses power and starts up again. Records survive, everything else is forgotten.
    PowerLoss {
        /// At which point of a payment.
        at: PowerLossAt,
        /// How long it stays off.
        #[serde(rename = "for", default = "five_seconds")]
        lasting: Span,
    },
    /// The final result of a Purchase never reaches the wire, none of its sends.
    LoseAnswer {
        /// How many answers. Default 1.
        #[serde(default = "once")]
        times: u32,
    },
    /// An intact command from the POS is refused with a NAK.
    NakCommand {
        /// How many frames. Default 1.
        #[serde(default = "once")]
        times: u32,
    },
    /// A result reaches the wire with a wrong check.
    CorruptResult {
        /// How many sends. Default 1.
        #[serde(default = "once")]
        times: u32,
    },
    /// The ACK of a command never reaches the wire.
    LoseAck {
        /// How many ACKs. Default 1.
        #[serde(default = "once")]
        times: u32,
    },
}

/// At which point of a payment the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerLossAt {
    /// While waiting for a card.
    Ready,
    /// While a card is read.
    CardDetected,
    /// While waiting for the signature.
    Signing,
    /// After START_TRANSACTION, before the host has answered: not charged.
    Authorizing,
    /// After the approval was recorded, before the first byte of the answer: charged.
    Approved,
    /// While a CommandCancel is carried out, before anything is answered: not charged.
    Cancelling,
}

const fn once() -> u32 {
    1
}
const fn five_seconds() -> Span {
    Span::secs(5)
}
