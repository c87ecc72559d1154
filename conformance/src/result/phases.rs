//! Where the real time of a case went, in seconds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::verdict;

/// Where the real time of a case went, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Phases {
    /// Its world was opened, and the integration started and initialized.
    pub start: f64,
    /// Its steps were taken.
    pub play: f64,
    /// The integration was ended.
    pub end: f64,
    /// What happened was judged.
    pub judge: f64,
}

impl Phases {
    /// Their sum.
    #[must_use]
    pub fn all(&self) -> f64 {
        self.named().iter().map(|(_, seconds)| seconds).sum()
    }

    /// Each with its name, in their order.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, f64); 4] {
        [("start", self.start), ("play", self.play), ("end", self.end), ("judge", self.judge)]
    }

    /// Both together.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self {
            start: self.start + other.start,
            play: self.play + other.play,
            end: self.end + other.end,
            judge: self.judge + other.judge,
        }
    }
}

impl From<verdict::Phases> for Phases {
    fn from(took: verdict::Phases) -> Self {
        Self {
            start: took.start.as_secs_f64(),
            play: took.play.as_secs_f64(),
            end: took.end.as_secs_f64(),
            judge: took.judge.as_secs_f64(),
        }
    }
}
