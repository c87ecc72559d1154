//! What an obligation is made of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Revision;

/// An obligation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its name in reports and scenarios.
    pub id: &'static str,
    /// What it is about.
    pub area: Area,
    /// How binding it is.
    pub level: Level,
    /// What a correct integration does.
    pub statement: &'static str,
    /// What goes wrong in a shop when it is broken.
    pub why: &'static str,
    /// The document that it comes from.
    pub source: &'static str,
    /// Whether the judge can see it.
    pub sight: Sight,
    /// The revision of the catalogue that brought it.
    pub since: Revision,
}

/// What an obligation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// The till at the terminal.
    Edc,
    /// The bytes of the serial line.
    Line,
    /// Signing and transport at the gateway.
    Signing,
    /// Paying at the gateway.
    Pay,
    /// Paying several merchants at once.
    Batch,
    /// Notifications.
    Notify,
    /// Inquiring.
    Inquiry,
    /// Cancelling at the gateway.
    Cancel,
    /// Refunding at the gateway.
    Refund,
    /// Amounts, sessions and operations.
    Amount,
    /// The front end.
    Client,
    /// Sums over a whole history.
    Money,
}

/// How binding an obligation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Breaking it fails a case.
    Must,
    /// Breaking it is told, and fails nothing unless that is asked for.
    Should,
}

/// Whether the judge, which sees wires and the driver only, can see an obligation kept or broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// It can.
    Seen,
    /// No black box can, and why.
    Hidden(&'static str),
    /// Not before this is there.
    Waits(&'static str),
}

impl Requirement {
    /// A visible obligation of the newest revision.
    pub(super) const fn new(
        area: Area,
        level: Level,
        id: &'static str,
        source: &'static str,
        statement: &'static str,
        why: &'static str,
    ) -> Self {
        Self { id, area, level, statement, why, source, sight: Sight::Seen, since: Revision::NEWEST }
    }

    /// The same, brought by an earlier revision.
    pub(super) const fn since(self, revision: u16) -> Self {
        Self { since: Revision(revision), ..self }
    }

    /// The same, which no black box can see, and why.
    pub(super) const fn hidden(self, reason: &'static str) -> Self {
        Self { sight: Sight::Hidden(reason), ..self }
    }

    /// The same, which cannot be seen before something is there.
    #[expect(dead_code, reason = "nothing waits at present; a later revision may bring what does")]
    pub(super) const fn waits(self, until: &'static str) -> Self {
        Self { sight: Sight::Waits(until), ..self }
    }

    /// Whether a run can say anything about it at all.
    #[must_use]
    pub fn is_testable(&self) -> bool {
        self.sight == Sight::Seen
    }
}

impl Area {
    /// All areas, in the order of the catalogue.
    pub const ALL: [Self; 12] = [
        Self::Edc,
        Self::Line,
        Self::Signing,
        Self::Pay,
        Self::Batch,
        Self::Notify,
        Self::Inquiry,
        Self::Cancel,
        Self::Refund,
        Self::Amount,
        Self::Client,
        Self::Money,
    ];

    /// A heading for it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Edc => "The till at the terminal",
            Self::Line => "The serial line",
            Self::Signing => "Signing and transport",
            Self::Pay => "Paying",
            Self::Batch => "Paying several merchants at once",
            Self::Notify => "Notifications",
            Self::Inquiry => "Inquiring",
            Self::Cancel => "Cancelling",
            Self::Refund => "Refunding",
            Self::Amount => "Amounts, sessions, operations",
            Self::Client => "The front end",
            Self::Money => "Money, over the whole history",
        }
    }
}

impl Level {
    /// The word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        }
    }
}
