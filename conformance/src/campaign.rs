//! Campaigns: whole histories that nobody wrote, drawn from a seed, judged by all rules.
//!
//! ```text
//! seed → draw → history (a Scenario) → run → Trace → judge → findings → shrink → YAML
//!        pure                          memory        pure                pure
//! ```
//! docs/campaigns.md says what is drawn, what is counted, and how a finding becomes a scenario to be committed.

mod chance;
mod corpus;
mod crew;
mod draw;
mod hunt;
mod record;
mod shrink;
mod situation;

pub use chance::Chance;
pub use corpus::Corpus;
pub use draw::{Area, Origin, draw, piece};
pub use hunt::{AHEAD, Campaign, EXPECTATION, Found, Fresh, NOT_CARRIED_OUT, ROUND, findings};
pub use record::{Record, Standing, record};
pub use shrink::shrink;
pub use situation::{OrderWord, PaymentState, Situation, reachable, situations};
