//! A KICC card terminal behind a virtual serial port.
//!
//! Everything that decides is pure: [`Link`] (frames, ACK, NAK, resend), [`Terminal`] (commands, cardholder, host,
//! records) and [`Device`] (both, with power and faults) take the time as an argument and do no I/O. One loop,
//! [`drive()`], feeds a device from a [`Line`] (a PTY, or memory) and a clock:
//!
//! ```text
//! serial bytes → Link → Command → Terminal → events, result
//!      serial bytes ← faults ← Link ←────────────┘            every step → Event (the trace)
//! ```
//!
//! Run loop of a device: `handle(now, input)`, then `poll()` until it returns nothing, then wait for the next input or
//! for `deadlines()`, and so on.

mod answer;
mod clock;
mod device;
mod drive;
mod event;
mod fault;
mod journal;
mod line;
mod link;
mod pty;
mod script;
mod state;
mod terminal;
mod timer;

pub mod cli;

pub use clock::SystemClock;
pub use device::{Device, Input, Output};
pub use drive::{Observer, drive};
pub use event::{Direction, Event, Note};
pub use journal::{Journal, Record, RecordKind};
pub use line::{Line, LineEvent, MemoryLine};
pub use link::{Link, LinkInput, LinkOutput, Profile, Verdict};
pub use pty::Pty;
pub use script::{Card, CardholderAction, Fault, HostAnswer, PowerLossAt, Reversal, Script, Settings};
pub use state::State;
pub use terminal::{Terminal, TerminalInput, TerminalOutput};
