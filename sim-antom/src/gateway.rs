//! The whole gateway, still pure: checks, operations, buyers and the notification schedule together.
//!
//! Run loop: `handle(now, input)`, then `poll()` until it returns nothing, then wait for the next input or `deadlines()`.

mod answer;
mod delivery;
mod input;
mod lever;
mod machine;
mod output;
mod request;
#[cfg(test)]
mod rig;

pub use input::Input;
pub use machine::Gateway;
pub use output::Output;
