//! Scenarios: what a YAML file says, parsed and checked.

mod check;
mod expect;
mod model;
mod parse;

pub use expect::{Called, Charged, Count, Expectation, Sent};
pub use model::{By, Checkout, Given, OrderRef, Refund, Restart, Role, Scenario, Settle, Step, Until, Wait};
pub(crate) use parse::document;
pub use parse::parse;
