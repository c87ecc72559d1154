//! The world's clock: read it, move it ahead, let it run faster.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use wire::clock::{Clock as _, Deadlines};
use wire::time::{Moment, Span, WireTime};

use super::answer::{Problem, ok, read};
use super::api::Control;
use crate::clock::SystemClock;
use crate::gateway::Input;

/// The farthest that one call moves the clock.
const FARTHEST: Duration = Duration::from_secs(400 * 24 * 3600);
/// How often it is asked whether the answer to a notification has come.
const GLANCE: Duration = Duration::from_millis(2);

/// The clock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reading {
    /// The world's time.
    now: String,
    /// The same in milliseconds since 1970.
    millis: u64,
    /// Seconds of the world in a second; 0 stands still.
    speed: u32,
    /// When something will happen by itself next: a buyer, an expiry, a notification.
    next: Option<String>,
}

/// How far to move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Advance {
    /// Such as `90s`, `15m`, `24h`.
    #[schema(value_type = String, example = "24h")]
    by: Span,
}

/// How fast to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Speed {
    /// Seconds of the world in a second, 0 to 10000; 0 stands still.
    speed: u32,
}

/// What time it is.
#[utoipa::path(get, path = "/_sim/clock", responses((status = 200, description = "The clock.", body = Reading)))]
pub(super) async fn read_clock(State(control): State<Control>) -> Result<Response, Problem> {
    reading(&control).await
}

/// Moves the clock ahead. All that was to happen until then happens, in its order: buyers, expiries, notifications; each
/// notification is answered, or given up, before time goes on.
#[utoipa::path(post, path = "/_sim/clock/advance", request_body = Advance,
    responses((status = 200, description = "The clock afterwards.", body = Reading), (status = 400, body = Problem)))]
pub(super) async fn advance(State(control): State<Control>, body: Bytes) -> Result<Response, Problem> {
    let Advance { by } = read(&body)?;
    if by.0 > FARTHEST {
        return Err(Problem::bad("move the clock by at most 400 days at once"));
    }
    let _turn = control.advancing.lock().await;
    let until = control.clock.now() + by.0;
    loop {
        let deadlines = step(&control).await?;
        if deadlines.peer.is_some() {
            tokio::time::sleep(GLANCE).await;
        } else if control.clock.now() >= until {
            return reading(&control).await;
        } else {
            control.clock.jump_to(deadlines.world.map_or(until, |next| next.min(until)));
        }
    }
}

/// Lets the clock run faster, slower, or stand still.
#[utoipa::path(put, path = "/_sim/clock/speed", request_body = Speed,
    responses((status = 200, description = "The clock.", body = Reading), (status = 400, body = Problem)))]
pub(super) async fn set_speed(State(control): State<Control>, body: Bytes) -> Result<Response, Problem> {
    let Speed { speed } = read(&body)?;
    if speed > SystemClock::FASTEST {
        return Err(Problem::bad(format!("a speed is 0 to {}", SystemClock::FASTEST)));
    }
    control.clock.set_speed(speed);
    reading(&control).await
}

/// Lets happen what is due, and tells what is waited for then.
async fn step(control: &Control) -> Result<Deadlines, Problem> {
    control
        .ask(|gateway, now| {
            gateway.handle(now, Input::Timeout);
            gateway.deadlines()
        })
        .await
}

async fn reading(control: &Control) -> Result<Response, Problem> {
    let deadlines = control.ask(|gateway, _| gateway.deadlines()).await?;
    let now = control.clock.now();
    Ok(ok(&Reading {
        now: written(now),
        millis: now.as_millis(),
        speed: control.clock.speed(),
        next: deadlines.next().map(written),
    }))
}

pub(super) fn written(moment: Moment) -> String {
    WireTime::new(moment, 0).to_string()
}
