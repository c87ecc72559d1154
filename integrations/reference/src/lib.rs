//! A correct little merchant behind the driver protocol, with faults that can be switched on.
//!
//! It plays three roles: a till that takes card payments at a terminal on a serial line, a shop that takes wallet payments
//! through the gateway and receives its notifications, and an app whose buyer pays with the client SDK. The judge is judged by it: it
//! must break no obligation, and each [`Fault`] must break the one that it names.
//!
//! ```text
//! driver lines → serve → checkout → Till → Port (serial actor) ⇄ terminal
//!                   │             → Shop → Gateway ⇄ Antom,  Notify ← Antom
//!                   │               (paying, following, cancelling, refunding, capturing)
//!                   └ orderStatus ← Book (append-only: intent, sent, note, booked, state)
//! ```
//!
//! Two rules hold everywhere. An intent is in the book before anything is sent for it. Money is booked in one place,
//! [once](Fault::NotifyBookedTwice), and only on evidence whose ids and amount match.
//!
//! What it needs of the outside comes through [`World`]: the program gives it a serial port, TCP, files and a clock; a
//! harness gives it memory and a paused clock. It never reads a clock or waits otherwise.

mod answer;
mod app;
mod book;
mod cancelling;
mod capturing;
mod cart;
mod clock;
mod countdown;
mod counter;
mod driver;
mod entry;
mod extra;
mod fault;
mod following;
mod garble;
mod gateway;
mod insist;
mod json_text;
mod merchant;
mod news;
mod notice;
mod notify;
mod opening;
mod order;
mod params;
mod pay_body;
mod paying;
mod port;
mod pos;
mod post;
mod purchase;
mod purchase_cancel;
mod recovery;
mod refunding;
mod replay;
mod rpc;
mod screen;
mod serial;
mod serve;
mod session;
mod settings;
mod shop;
mod stdio;
mod system;
mod till;
mod verdict;
mod world;

pub mod cli;

pub use clock::ToldClock;
pub use fault::{Fault, UnknownFault};
pub use post::{Answer, post};
pub use rpc::Refusal;
pub use serve::{Call, serve, serve_calls};
pub use system::SystemWorld;
pub use world::{Accept, Arrival, BookStore, BoxFuture, Stream, World};
