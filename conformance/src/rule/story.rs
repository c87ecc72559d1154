//! The gateway's side of a trace as a merchant lived it: its requests with their answers, the notifications, and each
//! payment with everything that was said about it, in order.
//!
//! What may have been heard and what was surely heard are kept apart: the first excuses, only the second accuses.

mod notice;
mod payment;
mod read;
mod request;
mod sale;
mod taking;
mod tells;

pub(crate) use notice::{Notice, Outcome};
pub(crate) use payment::Payment;
pub(crate) use read::{Asked, Story};
pub(crate) use request::{Reply, Request, moment, money};
pub(crate) use taking::Charge;
pub(crate) use tells::{Tells, Word};
