//! Revisions of the catalogue: a pipeline that names one gets no new ways to fail by an update of this program.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A revision, counted from 1. Each names a set of obligations that never changes again (`fixtures/requirements`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct Revision(pub(super) u16);

impl Revision {
    /// What this program judges by unless told otherwise.
    pub const NEWEST: Self = Self(2);

    /// All of them, with what they brought.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self(1), "the first rules"), (Self(2), "all obligations of the documents as of November 2026")];

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

impl Default for Revision {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Revision> for u16 {
    fn from(revision: Revision) -> Self {
        revision.0
    }
}

impl TryFrom<u16> for Revision {
    type Error = String;

    fn try_from(number: u16) -> Result<Self, String> {
        number.to_string().parse()
    }
}

impl FromStr for Revision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.parse().ok().map(Self);
        let known = Self::ALL.into_iter().find(|(revision, _)| Some(*revision) == wanted);
        known.map(|(revision, _)| revision).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|(revision, what)| format!("{revision} ({what})")).collect();
            format!("there is no such revision; write one of {}", known.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_revisions_are_read() {
        assert_eq!("1".parse(), Ok(Revision(1)));
        for wrong in ["0", "3", "-1", "x", "", "99999999"] {
            assert!(wrong.parse::<Revision>().unwrap_err().contains("2 (all obligations"), "{wrong}");
        }
    }

    #[test]
    fn the_newest_is_the_last() {
        assert_eq!(Revision::ALL.last().map(|(revision, _)| *revision), Some(Revision::NEWEST));
    }
}
