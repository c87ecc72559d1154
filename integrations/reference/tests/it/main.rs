//! The merchant as a whole, in memory and on the paused clock: driver lines in, a real simulated terminal and a small
//! fake gateway around it.

#![expect(clippy::unwrap_used, reason = "what helps the tests is test code too")]

mod driver;
mod gateway;
mod line;
mod noise;
mod process;
mod shop;
mod shop_faults;
mod soak;
mod till;
mod till_faults;
mod world;
