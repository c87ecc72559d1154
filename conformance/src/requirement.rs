//! The catalogue: what a correct integration does, as data. Each obligation in the project's own words, with its level,
//! the harm of breaking it, its source, and whether a black box shows it.
//!
//! One file an area; all of them in order are [`ALL`]. The set is frozen per [`Revision`]: what a revision names never
//! changes, what comes later is judged and reported, and counts once the revision is raised.

mod amount;
mod batch;
mod cancel;
mod catalogue;
mod client;
mod edc;
mod inquiry;
mod line;
mod money;
mod notify;
mod obligation;
mod pay;
mod refund;
mod revision;
mod signing;

pub use catalogue::{ALL, find};
pub use obligation::{Area, Level, Requirement, Sight};
pub use revision::Revision;
