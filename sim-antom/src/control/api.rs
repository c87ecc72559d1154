//! The routes of the control API, and their description.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use tokio::sync::mpsc;
use utoipa::OpenApi;
use wire::time::Moment;

use super::answer::{Problem, ok};
use super::guard::{Caller, admit};
use super::{clock, keys, ledger, notifications, script, trace};
use crate::clock::SystemClock;
use crate::drive::{Call, Errand};
use crate::gateway::Gateway;
use crate::journal::Journal;
use crate::server::Peer;

/// The longest body that is read: a script of 4 MiB.
const BODY: usize = 5 * 1024 * 1024;

/// What the control API works with. Clones share it.
#[derive(Debug, Clone)]
pub struct Control {
    pub(super) clock: SystemClock,
    pub(super) journal: Journal,
    /// The text of the script that is in force.
    pub(super) script: Arc<Mutex<String>>,
    /// One move of the clock at a time.
    pub(super) advancing: Arc<tokio::sync::Mutex<()>>,
    calls: mpsc::Sender<Call>,
    token: Option<Arc<str>>,
}

impl Control {
    /// Controls the gateway that takes these calls.
    #[must_use]
    pub fn new(calls: mpsc::Sender<Call>, clock: SystemClock, journal: Journal) -> Self {
        Self { clock, journal, script: Arc::default(), advancing: Arc::default(), calls, token: None }
    }

    /// Asks for a token, and lets whoever has it in from everywhere.
    #[must_use]
    pub fn with_token(mut self, token: Option<String>) -> Self {
        self.token = token.map(Into::into);
        self
    }

    /// Says what the script is that the gateway began with.
    #[must_use]
    pub fn with_text(mut self, script: &str) -> Self {
        self.script = Arc::new(Mutex::new(script.to_owned()));
        self
    }

    /// The pages below `/_sim`.
    pub fn pages(self) -> Router {
        let guarded = from_fn_with_state(self.clone(), guard);
        Router::new()
            .route("/_sim/state", get(ledger::read_state))
            .route("/_sim/ledger", get(ledger::read_ledger))
            .route("/_sim/vaultings", get(ledger::read_vaultings))
            .route("/_sim/reset", post(ledger::reset))
            .route("/_sim/trace", get(trace::read_trace))
            .route("/_sim/trace/live", get(trace::follow_trace))
            .route("/_sim/script", get(script::read_script).put(script::put_script))
            .route("/_sim/clock", get(clock::read_clock))
            .route("/_sim/clock/advance", post(clock::advance))
            .route("/_sim/clock/speed", put(clock::set_speed))
            .route("/_sim/keys", get(keys::read_keys))
            .route("/_sim/keys/rotate", post(keys::rotate))
            .route("/_sim/clients/{client}", put(keys::put_client))
            .route("/_sim/notifications", get(notifications::read_notifications))
            .route("/_sim/notifications/hold", post(notifications::hold))
            .route("/_sim/notifications/release", post(notifications::release))
            .route("/_sim/notifications/{number}/resend", post(notifications::resend))
            .route("/_sim/openapi.json", get(describe))
            .route("/_sim", get(nothing_here))
            .route("/_sim/{*path}", get(nothing_here).post(nothing_here).put(nothing_here).delete(nothing_here))
            .layer(guarded)
            .layer(DefaultBodyLimit::max(BODY))
            .with_state(self)
    }

    /// Has something done with the gateway.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        errand: impl FnOnce(&mut Gateway, Moment) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (errand, outcome) = Errand::new(errand);
        self.calls.send(Call::Errand(errand)).await.map_err(|_| Problem::stopping())?;
        outcome.await.map_err(|_| Problem::stopping())
    }
}

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "sim-antom control API",
        description = "What a test, or a person, sees of a running gateway and does to it. Loopback only, or with a token.",
    ),
    paths(
        ledger::read_state,
        ledger::read_ledger,
        ledger::read_vaultings,
        ledger::reset,
        trace::read_trace,
        trace::follow_trace,
        script::read_script,
        script::put_script,
        clock::read_clock,
        clock::advance,
        clock::set_speed,
        keys::read_keys,
        keys::rotate,
        keys::put_client,
        notifications::read_notifications,
        notifications::hold,
        notifications::release,
        notifications::resend,
        describe,
    )
)]
struct Description;

/// This description, as OpenAPI 3.1.
#[utoipa::path(get, path = "/_sim/openapi.json", responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json", body = String)))]
async fn describe() -> Response {
    ok(&Description::openapi())
}

async fn nothing_here() -> Problem {
    Problem::missing("there is no such call; GET /_sim/openapi.json describes all there are")
}

async fn guard(State(control): State<Control>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().and_then(|peer| peer.address);
    let headers = request.headers();
    let caller = Caller {
        peer,
        host: value(headers, "host"),
        origin: value(headers, "origin"),
        token: value(headers, "authorization").and_then(|text| text.strip_prefix("Bearer ")),
    };
    match admit(caller, control.token.as_deref()) {
        Ok(()) => next.run(request).await,
        Err(reason) => Problem::new(StatusCode::FORBIDDEN, reason).into_response(),
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
