//! Notifications: what is due, every attempt, and what a person may do about them.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Problem, ok};
use super::api::Control;
use super::clock::written;
use crate::event::Event;
use crate::notice::Truth;
use crate::notices::{NoticeView, Progress};

/// All of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notifications {
    /// Whether nothing is sent for now.
    held: bool,
    /// Those that are not done with, and the newest thousand that are.
    notifications: Vec<Notification>,
    /// Every delivery since the last reset that the trace still holds.
    attempts: Vec<Attempt>,
}

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Notification {
    /// Its number, for `resend`.
    number: u64,
    client_id: String,
    payment_request_id: String,
    url: String,
    /// False when a merchant must not believe it.
    genuine: bool,
    /// How often it was sent.
    sent: u32,
    /// `due`, `under-way` or `done`.
    #[schema(value_type = String)]
    progress: Progress,
    /// When it is sent next.
    due: Option<String>,
    /// What is sent.
    body: String,
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attempt {
    /// The delivery's number in the trace.
    id: u64,
    payment_request_id: String,
    /// 1 for the first delivery of a notification.
    attempt: u32,
    url: String,
    /// When it was sent.
    at: String,
    /// When it was answered, or given up.
    answered: Option<String>,
    /// None while it is under way.
    acknowledged: Option<bool>,
    /// The HTTP status of the answer.
    status: Option<u16>,
    /// Why it is no acknowledgement.
    problem: Option<String>,
}

/// Every notification and every attempt to deliver it.
#[utoipa::path(get, path = "/_sim/notifications", responses((status = 200, description = "Notifications.", body = Notifications)))]
pub(super) async fn read_notifications(State(control): State<Control>) -> Result<Response, Problem> {
    notifications(&control).await
}

/// Holds notifications back until they are released. What is under way is not called back.
#[utoipa::path(post, path = "/_sim/notifications/hold", responses((status = 200, description = "Notifications.", body = Notifications)))]
pub(super) async fn hold(State(control): State<Control>) -> Result<Response, Problem> {
    control.ask(|gateway, _| gateway.hold_notices(true)).await?;
    notifications(&control).await
}

/// Lets notifications go again. What was due meanwhile is sent at once.
#[utoipa::path(post, path = "/_sim/notifications/release", responses((status = 200, description = "Notifications.", body = Notifications)))]
pub(super) async fn release(State(control): State<Control>) -> Result<Response, Problem> {
    control.ask(|gateway, _| gateway.hold_notices(false)).await?;
    notifications(&control).await
}

/// Sends a notification again, at once, acknowledged or not.
#[utoipa::path(post, path = "/_sim/notifications/{number}/resend",
    params(("number" = u64, Path, description = "The number of a notification.")),
    responses((status = 200, description = "Notifications.", body = Notifications),
        (status = 404, description = "There is none of that number, or it is under way.", body = Problem)))]
pub(super) async fn resend(State(control): State<Control>, Path(number): Path<String>) -> Result<Response, Problem> {
    let missing =
        || Problem::missing("no notification of that number can be sent now; GET /_sim/notifications lists them");
    let number = number.parse().map_err(|_| missing())?;
    if !control.ask(move |gateway, now| gateway.resend(now, number)).await? {
        return Err(missing());
    }
    notifications(&control).await
}

async fn notifications(control: &Control) -> Result<Response, Problem> {
    let (held, views) = control.ask(|gateway, _| (gateway.holds_notices(), gateway.notices())).await?;
    let notifications = views.into_iter().map(Notification::from).collect();
    Ok(ok(&Notifications { held, notifications, attempts: attempts(control) }))
}

fn attempts(control: &Control) -> Vec<Attempt> {
    let mut attempts = BTreeMap::new();
    for entry in control.journal.of_this_world() {
        let at = written(entry.moment());
        match &*entry.event {
            Event::Notice { id, payment_request_id, attempt, url, .. } => {
                let begun = Attempt {
                    id: *id,
                    payment_request_id: payment_request_id.clone(),
                    attempt: *attempt,
                    url: url.clone(),
                    at,
                    answered: None,
                    acknowledged: None,
                    status: None,
                    problem: None,
                };
                attempts.insert(*id, begun);
            }
            Event::NoticeAnswered { id, status, acknowledged, problem, .. } => {
                if let Some(attempt) = attempts.get_mut(id) {
                    attempt.answered = Some(at);
                    attempt.acknowledged = Some(*acknowledged);
                    attempt.status = *status;
                    attempt.problem.clone_from(problem);
                }
            }
            _ => {}
        }
    }
    attempts.into_values().collect()
}

impl From<NoticeView> for Notification {
    fn from(view: NoticeView) -> Self {
        let NoticeView { number, notice, progress } = view;
        Self {
            number,
            client_id: notice.client,
            payment_request_id: notice.payment_request_id,
            url: notice.url,
            genuine: notice.truth == Truth::Genuine,
            sent: notice.schedule.sent,
            progress,
            due: notice.schedule.due.map(written),
            body: String::from_utf8_lossy(&notice.body).into_owned(),
        }
    }
}
