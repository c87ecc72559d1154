//! Scenarios: what a YAML file says, parsed and checked.

mod check;
mod expect;
mod model;
mod parse;
mod sale;

pub use expect::{Called, Charged, Count, Expectation, Sent};
pub use model::{CaptureOrder, Given, OrderRef, Refund, Restart, Role, Scenario, Settle, Step, Until, Wait};
pub(crate) use parse::document;
pub use parse::parse;
pub use sale::{BatchOrder, By, Capture, CartLine, Checkout, CheckoutBatch, total};
