//! Antom's payment gateway on loopback.
//!
//! Everything that decides is pure: [`Gateway`] checks requests ([`check()`]), keeps the [`Ledger`], scripts answers and
//! buyers, and schedules notifications; it takes the time as an argument and does no I/O. The shell around it is thin:
//! [`serve()`] turns connections into envelopes, [`drive()`] feeds the gateway, [`Notifier`] delivers.
//!
//! ```text
//! http bytes → Envelope → checks → Request → Ledger → reply + effects (notify at T)
//! http bytes ← faults ← sign ← Envelope ←─────┘                                      every step → Event (the trace)
//! ```

mod checks;
mod clock;
mod desk;
mod drive;
mod event;
mod gateway;
mod keys;
mod ledger;
mod net;
mod notice;
mod notices;
mod notifier;
mod operation;
mod payment;
mod plan;
mod reply;
mod script;
mod server;
mod store;

pub mod cli;

pub use checks::{Client, Clients, Refusal, check};
pub use clock::SystemClock;
pub use drive::{Call, Observer, drive};
pub use event::{Event, LostHow};
pub use gateway::{Gateway, Input, Output};
pub use keys::{KeyRing, KeyRingError};
pub use ledger::Ledger;
pub use net::{Accept, Connect, Connecting, Stream, TcpAccept, TcpConnect};
pub use notice::{Delivery, Notice, Schedule, Truth};
pub use notifier::Notifier;
pub use payment::Payment;
pub use plan::{Plan, Turn};
pub use reply::Reply;
pub use script::{Answer, Buyer, Code, Fault, Forgery, Script, Settings};
pub use server::serve;
pub use store::{Key, MemoryStore, Record, Store, StoreError, Table};
