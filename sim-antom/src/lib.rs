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

mod api_key;
mod buyer;
mod capture;
mod cashier;
mod chance;
mod checks;
mod client;
mod clock;
mod codes;
mod control;
mod counter;
mod desk;
mod drive;
mod durable;
mod event;
mod faults;
mod forger;
mod gateway;
mod held;
mod journal;
mod keys;
mod ledger;
mod life;
mod log;
mod matcher;
mod net;
mod notice;
mod notices;
mod notifier;
mod operation;
mod packed;
mod patience;
mod payer;
mod payment;
mod plan;
mod quote;
mod raw;
mod refund;
mod reply;
mod room;
mod rules;
mod script;
mod script_text;
mod sdk;
mod seal;
mod server;
mod spoil;
mod stage;
mod store;
mod targets;
mod tell;
mod tls;
mod trigger;
mod url;
mod vaulting;
mod window;

pub mod cli;

pub use api_key::{ApiKey, ApiKeyError};
pub use buyer::{Act, Sale, TooLate};
pub use capture::{Capture, CaptureMode};
pub use cashier::Cashier;
pub use checks::{Refusal, check};
pub use client::{Client, Clients, Signing};
pub use clock::SystemClock;
pub use codes::{natural_cause, page as codes_page, trigger_place};
pub use control::Control;
pub use drive::{Call, Errand, Observer, drive};
pub use durable::DurableStore;
pub use event::{Event, LostHow};
pub use faults::{EFFECTS, FaultRow, OF_ANSWERS, OF_NOTIFICATIONS, page as faults_page};
pub use forger::Forger;
pub use gateway::{Gateway, Input, Output};
pub use journal::Journal;
pub use keys::{KeyRing, KeyRingError};
pub use ledger::Ledger;
pub use net::{Accept, Arrival, Connect, Connecting, Handing, Stream, TcpAccept, TcpConnect, TcpConnectTo};
pub use notice::{Beside, Delivery, Notice, Schedule, Truth};
pub use notices::{NoticeView, Numbers, Progress};
pub use notifier::Notifier;
pub use payer::Card;
pub use payment::{Kind, Payment};
pub use plan::{Plan, Turn};
pub use quote::Rates;
pub use refund::Refund;
pub use reply::{Pace, Raw, Reply};
pub use script::{
    Aim, Answer, Buyer, CaptureEnd, Chance, Changes, Code, Cue, DataGiven, Effect, Emitted, Ending, Fault, FieldPath,
    Fields, Forgery, Hangup, NoticeKind, Oddity, Opening, Pattern, Place, PlaceName, Play, PlayStep, Point, Query,
    RateLimit, RefundEnd, Rule, Script, Settings, Spelling, Status, Target, Times, UrlKind,
};
pub use script_text::Mistake;
pub use sdk::{Checkout, ClientPages, Saying, Side, chromium_flags, session_payment};
pub use server::{Front, serve};
pub use store::{Key, MemoryStore, Record, Store, StoreError, Table};
pub use tls::{Authority, TlsClient, TlsError, TlsServer};
pub use vaulting::{Vaulting, VaultingStatus};
pub use window::{Heard, Window};
