//! Every documented code of the three sides, and how each is had on demand.

mod catalogue;
mod client;
mod find;

pub use catalogue::{Entry, How, Side, all};
pub(crate) use client::client_codes;
pub use find::{NotFound, find};
