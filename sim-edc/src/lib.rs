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

mod accept;
mod answer;
mod cardholder;
mod clock;
mod code;
mod control;
mod course;
mod device;
mod drive;
mod event;
mod fault;
mod host;
mod instead;
mod journal;
mod lever;
mod line;
mod link;
mod message;
mod outbox;
mod outgoing;
mod payment;
mod plan;
mod port;
mod port_settings;
mod profile;
mod program;
mod pty;
mod reason;
mod recipe;
mod recorder;
mod rehearsal;
mod rng;
mod script;
mod script_file;
mod settings;
mod signature;
mod state;
mod store;
mod symlink;
mod tamper;
mod tcp;
mod terminal;
mod text;
mod timer;
mod traffic;
mod transcript;
mod transition;
mod trouble;

pub mod cli;

pub use cardholder::{Card, CardholderAction};
pub use clock::SystemClock;
pub use code::Code;
pub use device::{Device, Input, Output};
pub use drive::{Drive, Keep, Observer, Operator, drive};
pub use event::{Direction, Event, Note};
pub use host::{HostAnswer, Reversal};
pub use instead::{FailureCode, Instead, Reply, When};
pub use journal::{Journal, Kept, Record, RecordKind};
pub use lever::{Lever, Stuck};
pub use line::{Line, LineEvent, MemoryLine, MemoryPlug};
pub use link::{Link, LinkInput, LinkOutput, Verdict};
pub use port::SerialLine;
pub use profile::Profile;
pub use pty::Pty;
pub use recipe::{Exchange, Recipe, Trigger};
pub use rehearsal::{Said, Wish, rehearse};
pub use script::Script;
pub use script_file::{ScriptFault, ScriptFile, Watch};
pub use settings::{CancelOrder, LastTransaction, Notes, Settings, TaxRounding, Tip};
pub use state::State;
pub use store::{Opened, Store, StoreFault};
pub use tcp::TcpLine;
pub use terminal::{Terminal, TerminalInput, TerminalOutput};
pub use text::TextFault;
pub use transcript::{Cut, Tape, Writer};
pub use transition::{Cause, Transition};
pub use trouble::{Aim, Fault, PowerLossAt, Stage};
