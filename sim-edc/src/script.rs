//! What the terminal shall do: the one language, spoken in a scenario's `given: terminal` and in `sim-edc --script FILE`.
//!
//! Lists are sequences: each time the terminal waits for the cardholder, the next entry of `cardholder` applies; each
//! time it asks the host, the next of `host`. When a list is used up the default goes on: a chip card after two seconds,
//! a signature after three, an approval after one.

use serde::{Deserialize, Serialize};
use wire::edc::BusinessCode;
use wire::time::Span;

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

/// What a cardholder does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum CardholderAction {
    /// Inserts a card.
    Insert {
        /// Which kind.
        #[serde(default)]
        card: Card,
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Presses the cancel key.
    CancelKey {
        /// How long after he was asked. Default 2s.
        #[serde(default = "two_seconds")]
        after: Span,
    },
    /// Signs.
    Sign {
        /// How long after he was asked. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Refuses to sign.
    RefuseSignature {
        /// How long after he was asked. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Does nothing until the terminal gives up.
    Nothing,
}

/// What kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Card {
    /// A chip card, credit.
    #[default]
    Chip,
    /// A chip card, debit.
    Debit,
}

/// What the host answers to an authorisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum HostAnswer {
    /// Approves.
    Approve {
        /// How long it takes. Default 1s.
        #[serde(default = "one_second")]
        after: Span,
    },
    /// Declines with any business code.
    Decline {
        /// The code that the POS gets.
        code: BusinessCode,
        /// How long it takes. Default 1s.
        #[serde(default = "one_second")]
        after: Span,
    },
    /// Does not answer within 30 seconds, so that the terminal takes the payment back by itself.
    Silent {
        /// How the reversal goes.
        #[serde(default)]
        reversal: Reversal,
    },
}

/// How an automatic reversal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reversal {
    /// Done: PROCESS_FAIL, not charged.
    #[default]
    Done,
    /// Refused: UNKNOWN, the charge state is unknown.
    Refused,
    /// No answer: UNKNOWN, the charge state is unknown.
    Silent,
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
    /// After START_TRANSACTION, before the host has answered: not charged.
    Authorizing,
    /// After the approval was recorded, before the first byte of the answer: charged.
    Approved,
}

/// How a terminal is set up where the documentation leaves a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settings {
    /// Whether commands before a successful hello are refused with CommandInvalid. Default true.
    pub require_init: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { require_init: true }
    }
}

const fn once() -> u32 {
    1
}
const fn one_second() -> Span {
    Span::secs(1)
}
const fn two_seconds() -> Span {
    Span::secs(2)
}
const fn three_seconds() -> Span {
    Span::secs(3)
}
const fn five_seconds() -> Span {
    Span::secs(5)
}
