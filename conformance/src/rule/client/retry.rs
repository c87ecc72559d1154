//! Whether a front end keeps its session while it lives, changes it when it must, and asks its backend with measure.

use std::collections::BTreeMap;
use std::time::Duration;

use wire::antom::Operation;
use wire::time::{Moment, WireTime};

use super::history::History;
use crate::client::ClientEvent;
use crate::driver::OrderState;
use crate::rule::{Finding, Judgement, View};

/// CLI-012.
pub(crate) fn cancelled_orders_stay(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let all: Vec<_> = history.told("SDK_PAYMENT_CANCEL").collect();
    let mut findings = history.missed("again", &all, "after SDK_PAYMENT_CANCEL the buyer finds no way to try again");
    for told in &all {
        let until = history.next_act(told.n);
        let over = view.statuses.iter().find(|status| {
            let is_over = matches!(status.status.state, OrderState::Cancelled | OrderState::Failed);
            status.n > told.n && status.n < until && is_over && history.is_open_at(told.n)
        });
        if let Some(status) = over {
            let text =
                format!("after SDK_PAYMENT_CANCEL the shop calls order {} {}", status.order, status.status.state);
            findings.push(Finding { entry: status.n, text });
        }
    }
    Judgement::new(!all.is_empty(), findings)
}

/// CLI-013.
pub(crate) fn dead_sessions_are_not_paid(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let until: BTreeMap<&str, Moment> = view
        .story
        .requests_of(Operation::CreatePaymentSession)
        .filter_map(|request| {
            let told = request.told()?;
            let until = WireTime::parse(told.text("/paymentSessionExpiryTime")?).ok()?;
            Some((told.text("/paymentSessionData")?, until.moment()))
        })
        .collect();
    let mut exercised = false;
    let mut findings = Vec::new();
    for (n, _, _, args) in history.calls() {
        let Some(expiry) = History::data_of(args).and_then(|data| until.get(data)) else { continue };
        let Some(at) = view.at(n) else { continue };
        // Only a page that was open beyond an expiry could get it wrong.
        exercised |= until.values().any(|expiry| *expiry <= at);
        if *expiry <= at {
            let text = "the SDK gets a session whose paymentSessionExpiryTime is over".to_owned();
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CLI-023.
pub(crate) fn return_addresses_are_sent(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    if history.is_empty() {
        return Judgement::NotExercised;
    }
    let sessions: Vec<_> = view.story.requests_of(Operation::CreatePaymentSession).collect();
    let findings = sessions.iter().filter_map(|request| {
        let url = request.text("/paymentRedirectUrl").unwrap_or_default();
        let is_url = url.starts_with("http://") || url.starts_with("https://");
        (!is_url).then(|| Finding { entry: request.n, text: format!("paymentRedirectUrl is {url:?}") })
    });
    Judgement::new(!sessions.is_empty(), findings.collect())
}

/// CLI-036: after a failed confirmation and after the end of the session's time.
pub(crate) fn sessions_change_when_they_must(view: &View<'_>) -> Judgement {
    const ENDED: [&str; 2] = ["USER_PAYMENT_VERIFICATION_FAILED", "ORDER_IS_CLOSED"];
    let history = History::of(view);
    let failed = history.told("SDK_PAYMENT_FAIL").filter_map(|told| {
        let code = told.payload.pointer("/result/paymentResultCode")?.as_str()?;
        ENDED.contains(&code).then_some((told.n, code))
    });
    let cancelled = history.tellings.iter().filter(|told| told.payload["userCanceled3D"] == true);
    let all: Vec<_> = failed.chain(cancelled.map(|told| (told.n, "userCanceled3D"))).collect();
    let mut exercised = false;
    let mut findings = Vec::new();
    for (n, code) in all {
        let Some(before) = history.data_before(n) else { continue };
        let next =
            history.calls().find_map(|(at, _, _, args)| Some((at, History::data_of(args)?)).filter(|(at, _)| *at > n));
        let Some((at, data)) = next else { continue };
        exercised = true;
        if data == before {
            let text = format!("after {code} the next try has the same session");
            findings.push(Finding { entry: at, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CLI-045: not so often that it is a flood, and not for ever.
pub(crate) fn polling_is_bounded(view: &View<'_>) -> Judgement {
    /// Questions that may come closer together than that: several parts of a page may each ask once.
    const CLOSE: Duration = Duration::from_millis(700);
    const FEW: usize = 6;
    let history = History::of(view);
    let mut asked: BTreeMap<&str, Vec<(usize, Moment)>> = BTreeMap::new();
    for (n, at, event) in &history.events {
        if let ClientEvent::Asked { method, url, .. } = event
            && method == "GET"
        {
            asked.entry(url).or_default().push((*n, *at));
        }
    }
    let mut findings = Vec::new();
    for (url, times) in &asked {
        let close = times.windows(2).filter(|pair| matches!(pair, [(_, a), (_, b)] if b.since(*a) < CLOSE)).count();
        if let Some((n, _)) = times.last().filter(|_| close > FEW) {
            let text = format!("the page asks {url} {} times, mostly less than {CLOSE:?} apart", times.len());
            findings.push(Finding { entry: *n, text });
        }
    }
    Judgement::new(asked.values().any(|times| times.len() > 1), findings)
}
