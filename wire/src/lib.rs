//! Both protocols of an Antom integration as pure values: bytes in, values out.
//!
//! What is deliberately absent: sockets, files, clocks, threads, the environment. Time comes in as an argument
//! ([`time::Moment`]); whoever needs to wait does so through the contract in [`clock`], which the shells implement.
//!
//! | module | what |
//! |---|---|
//! | [`edc`] | the terminal's serial line: frames, commands, events, results, codes |
//! | [`antom`] | the gateway's HTTP API: envelopes, signatures, keys, messages, codes |
//! | [`money`], [`time`], [`hex`] | what both share |
//! | [`clock`] | the contract by which shells ask for the time and wait for it |
//! | [`suggest`] | "did you mean …?", for files that people write |
//!
//! Both simulators and the reference integration use this crate, so a mistake in it could hide at both ends. That is
//! why `fixtures/` holds frames and signatures made by other tools, and the tests compare with them byte for byte.

pub mod antom;
pub mod clock;
pub mod edc;
pub mod hex;
pub mod money;
pub mod suggest;
pub mod time;
