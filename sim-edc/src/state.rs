//! The states of the terminal.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where the terminal is. See section 6 of the specification for the transitions; `terminal.rs` makes them.
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
    /// The result is being delivered.
    Respond,
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
            Self::Respond => "RESPOND",
        })
    }
}
