//! What the host says: the words of a script's `host`. Each time the terminal asks it, the next entry applies; when the
//! list is used up, it approves after a second.

use serde::{Deserialize, Serialize};
use wire::edc::BusinessCode;
use wire::time::Span;

/// What the host answers to an authorisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum HostAnswer {
    /// Approves. One that takes longer than 30 seconds is too late: the terminal takes the payment back.
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
    /// Cannot be reached, and nothing was sent to it: PROCESS_FAIL.
    NetworkDown {
        /// How long the terminal tries. Default 1s.
        #[serde(default = "one_second")]
        after: Span,
    },
}

impl HostAnswer {
    /// Approves, after a second.
    pub(crate) const DEFAULT: Self = Self::Approve { after: one_second() };

    /// How long it takes; nothing when it never answers.
    pub(crate) const fn after(&self) -> Option<Span> {
        match self {
            Self::Approve { after } | Self::Decline { after, .. } | Self::NetworkDown { after } => Some(*after),
            Self::Silent { .. } => None,
        }
    }
}

/// How an automatic reversal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
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

const fn one_second() -> Span {
    Span::secs(1)
}
