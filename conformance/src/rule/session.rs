//! What a correct merchant does with sessions of the client SDK.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus};
use wire::time::WireTime;

use super::story::{Reply, Request};
use super::view::View;
use super::{Finding, Judgement};

/// How long a session may live.
const HOUR: Duration = Duration::from_secs(3600);
/// What leaves within this time of the end of a session was on its way.
const AT_ONCE: Duration = Duration::from_secs(1);
/// What the answer of createPaymentSession has for the client.
const FOR_THE_CLIENT: [&str; 6] =
    ["paymentSessionData", "paymentSessionExpiryTime", "paymentSessionId", "normalUrl", "environment", "locale"];

fn sessions<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    view.story.requests_of(Operation::CreatePaymentSession).filter(|request| request.is_authentic())
}

/// SES-001. What the client gets is what the driver answers.
pub(super) fn clients_get_session_data_only(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, _, answer) in view.story.answered.iter().filter(|(_, method, _)| *method == "checkout") {
        let Some(session) = answer["session"].as_object() else { continue };
        exercised = true;
        let data = session.get("paymentSessionData").and_then(|data| data.as_str()).unwrap_or_default();
        let told = sessions(view).filter_map(Request::told).filter(|reply| reply.n < *n);
        // An answer whose data are empty is passed on as it is.
        let is_ours = told.into_iter().any(|reply| reply.body["paymentSessionData"] == data);
        let text = if let Some(extra) = session.keys().find(|name| !FOR_THE_CLIENT.contains(&name.as_str())) {
            format!("the client gets {extra} beside the session's data")
        } else if !is_ours {
            "the client gets session data that no createPaymentSession of the server was answered with".to_owned()
        } else {
            continue;
        };
        findings.push(Finding { entry: *n, text });
    }
    Judgement::new(exercised, findings)
}

/// SES-002. One that ended with an answer which the merchant could not read may be asked for again.
pub(super) fn dead_sessions_are_left(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in story.payments.iter().filter(|p| p.operation == Some(Operation::CreatePaymentSession)) {
        let is_over = |status| matches!(status, PaymentStatus::Fail | PaymentStatus::Cancelled);
        let Some(over) = payment.changes.iter().find(|change| is_over(change.status)) else { continue };
        let later = |n: usize| n > over.n;
        // What left at the moment at which it ended could not know.
        let knows = |request: &&Request<'_>| later(request.n) && request.at.since(over.at) >= AT_ONCE;
        let is_after = |n: usize| later(n) && view.at(n).is_some_and(|at| at.since(over.at) >= AT_ONCE);
        exercised |= sessions(view).any(|request| later(request.n));
        let ends_with_answer = payment.requests(&story.requests).any(|request| {
            let is_open = |reply: &Reply<'_>| (request.n..reply.n).contains(&over.n);
            request.reply.as_ref().is_some_and(is_open)
        });
        // An answer that came when nobody waited for it any more is none.
        let may_know =
            |n: usize| !ends_with_answer || payment.before(n).any(|word| word.is_failure() && word.sure && word.fits);
        let mut requests = payment.requests(&story.requests);
        if let Some(again) = requests.find(|request| knows(request) && may_know(request.n)) {
            let text = format!("the session {:?} is over (entry {}), and its id is used again", payment.id, over.n);
            findings.push(Finding { entry: again.n, text });
        }
        let told: Vec<_> =
            payment.requests(&story.requests).filter_map(|r| r.told()?.text("/paymentSessionData")).collect();
        let handed_out = story.answered.iter().find(|(n, _, answer)| {
            is_after(*n) && answer["session"]["paymentSessionData"].as_str().is_some_and(|data| told.contains(&data))
        });
        if let Some((n, _, _)) = handed_out {
            exercised = true;
            let text = format!("the client gets the session {:?} again, which is over (entry {})", payment.id, over.n);
            findings.push(Finding { entry: *n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// SES-004. Without a time of its own a session lives for an hour.
pub(super) fn sessions_live_an_hour(view: &View<'_>) -> Judgement {
    let findings = sessions(view).filter_map(|request| {
        let written = request.text("/paymentSessionExpiryTime")?;
        let text = match WireTime::parse(written) {
            Err(error) => format!("paymentSessionExpiryTime: {error}"),
            Ok(expiry) if expiry.moment() <= request.own_time() => {
                format!("paymentSessionExpiryTime {written} is not in the future")
            }
            Ok(expiry) if expiry.moment().since(request.own_time()) > HOUR => {
                format!("paymentSessionExpiryTime {written} is more than an hour ahead")
            }
            Ok(_) => return None,
        };
        Some(Finding { entry: request.n, text })
    });
    let findings = findings.collect();
    Judgement::new(sessions(view).next().is_some(), findings)
}
