//! Scenarios: what YAML files say, parsed and checked before anything runs.
//!
//! ```text
//! file → what it includes → a case for each row of its table → variables put in → repeated steps unrolled → checked
//! head    source             head                               variables          unroll                    check
//! ```
//! Each file is parsed once for every case with that case's variables (`parse`), so whatever is wrong has a
//! place in a file that somebody wrote: the cell of the table, the value of the variable, the line of an included file.
//! Nothing here reads files or runs anything: [`Shelf`] is where files come from, `plan` has a real one, and `run` takes
//! the [`Scenario`]s.

mod check;
mod expand;
mod expect;
mod file;
mod front;
mod given;
mod head;
mod mistake;
mod model;
mod parse;
mod sale;
mod schema;
mod source;
mod step;
mod unroll;
mod variables;
mod write;

pub use expand::{Contents, Row, expand};
pub use expect::{Called, Charged, Count, Expectation, Sent};
pub use file::{PartFile, ScenarioFile};
pub use front::{Callback, Presence, Press, Product, Screen, Visit, Which};
pub use head::{Cells, Table};
pub use model::{Given, Role, Scenario, unplaced};
pub use parse::parse;
pub(crate) use parse::{document, too_large};
pub use sale::{BatchOrder, By, Capture, CartLine, Checkout, CheckoutBatch, total};
pub use schema::schema;
pub use source::{Missing, NoShelf, Shelf, Source};
pub(crate) use step::line;
pub use step::{
    CaptureOrder, Condition, GatewayKey, NoticeType, NotifyRaw, OrderRef, RawTo, Refund, Repeat, ReplayNotification,
    Restart, SendRaw, Settle, Step, Until, Wait,
};
pub use write::{from_value, terse, text, to_value, write};
