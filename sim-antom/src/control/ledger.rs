//! The ledger, the state of everything at a glance, and a fresh start.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Problem, ok};
use super::api::Control;
use super::clock::written;
use crate::gateway::Gateway;

/// Everything at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Glance {
    /// The program's version.
    version: &'static str,
    /// The world's time.
    now: String,
    /// Payments in the ledger.
    payments: usize,
    /// The number of the last entry of the trace.
    trace: u64,
    /// When something will happen by itself next.
    next: Option<String>,
}

/// Everything at a glance.
#[utoipa::path(get, path = "/_sim/state", responses((status = 200, description = "The state.", body = Glance)))]
pub(super) async fn read_state(State(control): State<Control>) -> Result<Response, Problem> {
    let (payments, deadlines, now) =
        control.ask(|gateway, now| (gateway.ledger().len(), gateway.deadlines(), now)).await?;
    Ok(ok(&Glance {
        version: env!("CARGO_PKG_VERSION"),
        now: written(now),
        payments,
        trace: control.journal.last(),
        next: deadlines.next().map(written),
    }))
}

/// Every payment of every merchant, as it is now, in the order in which they were made.
#[utoipa::path(get, path = "/_sim/ledger",
    responses((status = 200, description = "An array of payments.", content_type = "application/json", body = String)))]
pub(super) async fn read_ledger(State(control): State<Control>) -> Result<Response, Problem> {
    let payments = control.ask(|gateway, _| gateway.ledger().payments()).await?;
    Ok(ok(&payments))
}

/// Every card that is kept or to be kept, in the order in which their sessions were made.
#[utoipa::path(get, path = "/_sim/vaultings",
    responses((status = 200, description = "An array.", content_type = "application/json", body = String)))]
pub(super) async fn read_vaultings(State(control): State<Control>) -> Result<Response, Problem> {
    let vaultings = control.ask(|gateway, _| gateway.ledger().vaultings()).await?;
    Ok(ok(&vaultings))
}

/// Forgets all payments, plans and notifications, and begins the script anew. Keys, merchants, clock and trace stay.
#[utoipa::path(post, path = "/_sim/reset", responses((status = 200, description = "The state.", body = Glance)))]
pub(super) async fn reset(State(control): State<Control>) -> Result<Response, Problem> {
    let text = control.script.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    let script = crate::script::Script::parse(&text)?;
    let journal = control.journal.clone();
    let afresh = move |gateway: &mut Gateway, _| {
        gateway.reset(script);
        journal.begin_anew();
    };
    control.ask(afresh).await?;
    read_state(State(control)).await
}
