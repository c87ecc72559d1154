//! The trace: what is kept of it, and what comes, live.

#![expect(unused_qualifications, reason = "that is how the macro of utoipa names the parameters")]

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::response::Response;
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use super::answer::{Problem, text};
use super::api::Control;
use crate::journal::Entry;

/// How much is answered at once unless asked for less.
const MOST: usize = 10_000;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// Only those after this number. Default 0.
    #[serde(default)]
    after: u64,
    /// At most so many. Default and maximum 10000.
    #[serde(default = "most")]
    most: usize,
}

/// The trace as JSON Lines: every message with its bytes, every change of a payment, every fault. The newest
/// gigabyte is kept; `after` walks through it.
#[utoipa::path(get, path = "/_sim/trace", params(Which),
    responses((status = 200, description = "One entry a line.", content_type = "application/x-ndjson", body = String)))]
pub(super) async fn read_trace(
    State(control): State<Control>,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(which) = which.map_err(|error| Problem::bad(error.body_text()))?;
    let mut lines = control.journal.lines_after(which.after, which.most.min(MOST));
    lines.iter_mut().for_each(|line| line.push('\n'));
    let lines = lines.concat();
    Ok(text("application/x-ndjson", lines))
}

/// The same, live: server-sent events, first the newest that are kept (20000, at most 8 MiB), then what happens. Each
/// event's id is the entry's number. A listener who falls too far behind gets an event `missed` with how many entries are gone.
#[utoipa::path(get, path = "/_sim/trace/live", params(Which),
    responses((status = 200, description = "A stream of events.", content_type = "text/event-stream", body = String)))]
pub(super) async fn follow_trace(
    State(control): State<Control>,
    which: Result<Query<Which>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(which) = which.map_err(|error| Problem::bad(error.body_text()))?;
    let body = Body::from_stream(events(&control, which.after));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert("content-type", axum::http::HeaderValue::from_static("text/event-stream"));
    headers.insert("cache-control", axum::http::HeaderValue::from_static("no-store"));
    Ok(response)
}

fn events(control: &Control, after: u64) -> impl Stream<Item = Result<Bytes, Infallible>> + use<> {
    let (kept, live) = control.journal.follow(after);
    let kept = stream::iter(kept).map(|entry| event(&entry));
    let live = stream::unfold(live, |mut live| async move {
        let event = match live.recv().await {
            Ok(entry) => event(&entry),
            Err(RecvError::Lagged(missed)) => format!("event: missed\ndata: {missed}\n\n"),
            Err(RecvError::Closed) => return None,
        };
        Some((event, live))
    });
    kept.chain(live).map(|event| Ok(Bytes::from(event)))
}

fn event(entry: &Entry) -> String {
    format!("id: {}\ndata: {}\n\n", entry.number, entry.line())
}

const fn most() -> usize {
    MOST
}
