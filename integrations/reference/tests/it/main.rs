//! The merchant as a whole, in memory and on the paused clock: driver lines in, a real simulated terminal and a small
//! fake gateway around it.

mod driver;
mod gateway;
mod shop;
mod shop_faults;
mod till;
mod till_faults;
mod world;
