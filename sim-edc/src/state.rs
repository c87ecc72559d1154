//! The states of the terminal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where the terminal is. `transition.rs` has the table of how it gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// No power.
    Off,
    /// Starting up.
    Initializing,
    /// Waiting for a command.
    Idle,
    /// Waiting for a card.
    Ready,
    /// A card is there and being read.
    CardDetected,
    /// The card is read.
    CardRead,
    /// Waiting for the signature.
    Sign,
    /// Waiting for the host.
    Auth,
    /// Taking back what the host may have approved.
    Reversing,
    /// The POS called the payment off.
    Cancelling,
    /// The result is being delivered.
    Respond,
    /// A fault: nothing is heard and nothing said.
    Hung,
}

impl State {
    /// All states.
    pub const ALL: [Self; 12] = [
        Self::Off,
        Self::Initializing,
        Self::Idle,
        Self::Ready,
        Self::CardDetected,
        Self::CardRead,
        Self::Sign,
        Self::Auth,
        Self::Reversing,
        Self::Cancelling,
        Self::Respond,
        Self::Hung,
    ];

    /// Whether nothing that comes over the line is heard.
    #[must_use]
    pub const fn is_deaf(self) -> bool {
        matches!(self, Self::Off | Self::Hung)
    }

    /// What it waits for here, for whoever stands before it.
    #[must_use]
    pub const fn waits_for(self) -> &'static str {
        match self {
            Self::Off => "the power",
            Self::Initializing => "the end of its start-up",
            Self::Idle => "a command",
            Self::Ready => "a card, a wallet or the cancel key",
            Self::CardDetected => "the card to be read; it can be removed",
            Self::Sign => "a signature, its refusal or the cancel key",
            Self::Auth | Self::Reversing => "the host",
            Self::CardRead | Self::Cancelling => "nothing",
            Self::Respond => "the POS to acknowledge the result",
            Self::Hung => "nothing, it hangs",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "OFF",
            Self::Initializing => "INITIALIZING",
            Self::Idle => "IDLE",
            Self::Ready => "READY",
            Self::CardDetected => "CARD_DETECTED",
            Self::CardRead => "CARD_READ",
            Self::Sign => "SIGN",
            Self::Auth => "AUTH",
            Self::Reversing => "REVERSING",
            Self::Cancelling => "CANCELLING",
            Self::Respond => "RESPOND",
            Self::Hung => "HUNG",
        })
    }
}
