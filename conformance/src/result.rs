//! What a run came to, as a value: read by every report, written as JSON, and read back to be merged.
//!
//! Pure. The only places that decide anything are [`known`] (a failure that was expected) and [`RunResult::new`] (sums).

mod case;
mod exchange;
mod fold;
pub mod known;
mod phases;
mod run;

pub use case::{CaseResult, Checked, Outcome, Problem, State};
pub(crate) use exchange::rows;
pub use exchange::{Lane, Row};
pub use phases::Phases;
pub(crate) use run::number_of_cases;
pub use run::{About, Counts, Obligation, RunResult, Standing};
