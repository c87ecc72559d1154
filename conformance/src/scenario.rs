//! Scenarios: what a YAML file says, parsed and checked.

mod check;
mod expect;
mod model;
mod parse;

pub use expect::{Charged, Count, Expectation};
pub use model::{By, Checkout, Given, OrderRef, Role, Scenario, Settle, Step, Until, Wait};
pub use parse::parse;
