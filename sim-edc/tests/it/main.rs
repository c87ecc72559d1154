//! The terminal from outside: in memory with a clock that is moved by hand, and the real program on a real PTY.

mod checklist;
mod code_scenarios;
mod codes;
mod control;
mod desk;
mod faults;
mod fields;
mod first_purchase;
mod flood;
mod garbage;
mod help;
mod levers;
mod lines;
mod link;
mod model;
mod payments;
mod program;
mod pyserial;
mod running;
mod states;
mod store;
