//! The two languages of the line.

use serde::{Deserialize, Serialize};

/// Which codec the line speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Frames with length, check, ACK and NAK.
    #[default]
    Stx,
    /// One JSON object a line, for hands and scripts.
    Ndjson,
}

impl Profile {
    /// All profiles.
    pub const ALL: [Self; 2] = [Self::Stx, Self::Ndjson];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stx => "stx",
            Self::Ndjson => "ndjson",
        }
    }
}
