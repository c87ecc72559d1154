//! The control API: what an operator asks over HTTP, under `/_sim/`. `docs/terminal.md` describes it.
//!
//! Pure: [`ask`](read) makes a [`Call`] of a request, [`answer`](answer()) carries it out on a device and says what comes
//! of it. [`serve()`] is the shell around both, and only it knows sockets and axum.

mod answer;
mod ask;
mod live;
mod reply;
mod serve;

pub(crate) use answer::answer;
pub(crate) use ask::{Ask, Call, read};
pub(crate) use reply::Reply;
pub(crate) use serve::{Post, check_address, serve};
