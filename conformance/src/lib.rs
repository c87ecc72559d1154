//! Scenarios against any Antom integration, judged requirement by requirement.
//!
//! ```text
//! scenario.yaml → Scenario → check → Plan → run → Trace → judge → Verdict → reports
//!                 parse     diagnostics      shell  pure    pure             sinks
//! ```
//! The only files with I/O are the shells: [`run`] and what it uses (`world`, `clock`, `driver`, `memory`), and the
//! reports' sinks in `cli`. Rules read a trace and nothing else, so a trace recorded anywhere can be judged.

pub mod adapter;
pub mod campaign;
pub mod cli;
pub mod client;
pub mod clock;
pub mod code;
pub mod diagnostic;
mod dials;
pub mod driver;
pub mod exit;
pub mod expectation;
pub mod integration;
pub mod interrupt;
pub mod live;
pub mod memory;
pub mod plan;
mod post;
mod read;
pub mod report;
pub mod requirement;
pub mod result;
pub mod rule;
pub mod run;
pub mod scenario;
pub mod tally;
pub mod trace;
pub mod verdict;
pub mod world;
