//! Whether a front end lets the server decide about money.

use sim_antom::Event as Gateway;
use wire::antom::Operation;

use super::history::{History, RESULTS, SUCCESS, Sight, Telling, after_each};
use crate::client::ClientEvent;
use crate::driver::OrderState;
use crate::rule::{Finding, Judgement, View};
use crate::trace::Event;

/// Why a page shows `paid` that the ledger does not know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The SDK has said success.
    Success,
    /// Somebody else has.
    Forgery,
    /// The address of a return page.
    Address,
    /// An event that says something else, or nothing at all.
    Event,
    Processing,
    Authorised,
    EndOfLoading,
    Unknown,
    Answer,
}

/// Sights of `paid` without a payment in the ledger, and why.
fn unproven<'v>(history: &History<'v>) -> Vec<(Sight<'v>, Cause, String)> {
    let mut found = Vec::new();
    let mut before = false;
    for sight in &history.sights {
        // At a terminal the SDK's result is the server's word.
        let shows = sight.shows("paid") && !history.is_at_terminal(sight.n);
        if shows && !before && !history.is_paid_at(sight.n) {
            let (cause, words) = cause(history, sight.n);
            found.push((*sight, cause, words));
        }
        before = shows;
    }
    found
}

fn cause(history: &History<'_>, n: usize) -> (Cause, String) {
    let opened = history.opened_before(n);
    let is_return = history.events.iter().any(|(at, _, event)| {
        *at <= opened && *at + 3 > opened && matches!(event, ClientEvent::Visited { page, .. } if page == "return")
    });
    if is_return {
        return (Cause::Address, "the address of the return page".to_owned());
    }
    let forged = history.posted().filter(|(at, event)| *at < n && *event == "forge").last();
    match history.told_before(n) {
        told if forged.is_some_and(|(at, _)| told.is_none_or(|told| at > told.n)) => {
            (Cause::Forgery, "an event that did not come from the SDK's page".to_owned())
        }
        None => (Cause::Event, "nothing that the SDK has told".to_owned()),
        Some(told) => {
            let cause = match told.code() {
                _ if told.is_answer() && told.payload.get("error").is_some_and(|error| !error.is_null()) => {
                    Cause::Answer
                }
                _ if told.is_success() => Cause::Success,
                "SDK_PAYMENT_PROCESSING" => Cause::Processing,
                "SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL" => Cause::Authorised,
                "SDK_END_OF_LOADING" => Cause::EndOfLoading,
                "SDK_PAYMENT_ERROR" => Cause::Unknown,
                _ => Cause::Event,
            };
            (cause, told.words())
        }
    }
}

/// Judges whether `paid` is shown for this reason.
fn proven(view: &View<'_>, wrong: Cause, exercised: impl Fn(&History<'_>) -> bool) -> Judgement {
    let history = History::of(view);
    let found = unproven(&history).into_iter().filter(|(_, cause, _)| *cause == wrong);
    let findings = found.map(|(sight, _, words)| Finding {
        entry: sight.n,
        text: format!("the buyer sees `paid` after {words}, and the ledger knows of no payment"),
    });
    let findings = findings.collect();
    Judgement::new(exercised(&history), findings)
}

/// CLI-001.
pub(crate) fn client_success_is_not_paid(view: &View<'_>) -> Judgement {
    proven(view, Cause::Success, |history| history.tellings.iter().any(Telling::is_success))
}

/// CLI-003.
pub(crate) fn forged_success_is_nothing(view: &View<'_>) -> Judgement {
    proven(view, Cause::Forgery, |history| history.posted().any(|(_, event)| event == "forge"))
}

/// CLI-004 is told with the codes; here is what belongs to no other.
pub(super) fn shown_by_a_strange_event(view: &View<'_>) -> Vec<Finding> {
    match proven(view, Cause::Event, |_| false) {
        Judgement::Broken(findings) => findings,
        Judgement::Held | Judgement::NotExercised => Vec::new(),
    }
}

/// CLI-010 likewise.
pub(super) fn shown_by_the_end_of_loading(view: &View<'_>) -> Judgement {
    proven(view, Cause::EndOfLoading, |history| history.told("SDK_END_OF_LOADING").next().is_some())
}

/// CLI-019.
pub(crate) fn authorised_is_not_paid(view: &View<'_>) -> Judgement {
    let code = "SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL";
    proven(view, Cause::Authorised, |history| history.told(code).next().is_some())
}

/// CLI-022.
pub(crate) fn addresses_are_not_trusted(view: &View<'_>) -> Judgement {
    proven(view, Cause::Address, |history| {
        history
            .events
            .iter()
            .any(|(_, _, event)| matches!(event, ClientEvent::Visited { page, .. } if page == "return"))
    })
}

/// CLI-033 is told with the Element.
pub(super) fn shown_by_an_error(view: &View<'_>) -> Vec<Finding> {
    match proven(view, Cause::Answer, |_| false) {
        Judgement::Broken(findings) => findings,
        Judgement::Held | Judgement::NotExercised => Vec::new(),
    }
}

/// CLI-002: a payment that the client was told nothing of.
pub(crate) fn lost_clients_lose_nothing(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let told = history.tellings.iter().any(|told| RESULTS.contains(&told.code()) || told.is_answer());
    let is_paid = history.is_paid_at(usize::MAX);
    if history.is_empty() || told || !is_paid || view.ended.is_none() {
        return Judgement::NotExercised;
    }
    let findings = view.orders.iter().filter(|order| view.called_paid(&order.name).is_none()).map(|order| Finding {
        entry: view.entries.len(),
        text: format!("order {} was paid while no page told of it, and the shop has lost it", order.name),
    });
    Judgement::new(true, findings.collect())
}

/// CLI-007.
pub(crate) fn processing_is_open(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_PAYMENT_PROCESSING"), |told| decided(&history, told))
}

/// CLI-008: what is unknown stays so, and is not charged again.
pub(crate) fn errors_are_unknown(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_PAYMENT_ERROR"), |told| {
        let until = history.next_act(told.n);
        let again = history.began_between(told.n, until).filter(|_| history.is_open_at(told.n));
        let text =
            || "after SDK_PAYMENT_ERROR the page begins another payment by itself; the first may stand".to_owned();
        again.map(|n| (n, text())).or_else(|| decided(&history, told))
    })
}

/// Where the buyer is shown an end that the ledger does not know, before anything else is told or done.
fn decided(history: &History<'_>, told: &Telling<'_>) -> Option<(usize, String)> {
    let until = history.next_told(told.n).min(history.next_act(told.n));
    let seen = history.seen_between(told.n, until).find(|sight| {
        let shows = sight.shows("failed") || sight.shows("paid") && !history.is_paid_at(sight.n);
        shows && (history.is_open_at(sight.n) || sight.shows("paid"))
    })?;
    let view = if seen.shows("failed") { "failed" } else { "paid" };
    Some((seen.n, format!("the buyer sees `{view}` after {}, while the ledger has the payment open", told.words())))
}

/// CLI-014: the same result twice, and what was asked of the backend for it.
pub(crate) fn results_are_handled_once(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut findings = Vec::new();
    let mut exercised = false;
    for code in RESULTS {
        let all: Vec<_> = history.told(code).collect();
        let [first, .., last] = all.as_slice() else { continue };
        if history.next_act(first.n) < last.n {
            continue;
        }
        exercised = true;
        let until = history.next_act(last.n);
        let posts: Vec<_> = history.posts().filter(|(n, _)| *n > first.n && *n < until).collect();
        let again =
            posts.iter().enumerate().find(|(at, (_, what))| posts.iter().take(*at).any(|(_, before)| before == what));
        if let Some((_, (n, what))) = again {
            let text = format!("{code} came {} times, and the page asks its backend again: {what}", all.len());
            findings.push(Finding { entry: *n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CLI-015: of results that contradict each other the server decides which is shown in the end.
pub(crate) fn contradictions_are_the_servers(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let (failed, succeeded) = (history.told("SDK_PAYMENT_FAIL").last(), history.told(SUCCESS).last());
    let (Some(failed), Some(succeeded), Some(last)) = (failed, succeeded, history.seen_last()) else {
        return Judgement::NotExercised;
    };
    let between = failed.n.min(succeeded.n);
    if history.next_act(between) < failed.n.max(succeeded.n) {
        return Judgement::NotExercised;
    }
    let is_paid = history.is_paid_at(usize::MAX);
    let text = match (is_paid, last.shows("failed"), last.shows("paid")) {
        (true, true, _) => "the ledger has the payment, and the buyer is left with `failed`",
        (false, _, true) => "the ledger has no payment, and the buyer is left with `paid`",
        _ => return Judgement::Held,
    };
    Judgement::Broken(vec![Finding { entry: last.n, text: text.to_owned() }])
}

/// CLI-043.
pub(crate) fn goods_are_held(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let risky = |told: &Telling<'_>| {
        let decision = told.payload.pointer("/result/popRiskDecisionResultInfo/riskDecision");
        decision.and_then(|decision| decision.as_str()).is_some_and(|decision| matches!(decision, "REJECT" | "REVIEW"))
    };
    after_each(&history, history.told(SUCCESS).filter(risky), |told| {
        let seen = history.seen_between(told.n, usize::MAX).find(|sight| sight.shows("paid"))?;
        let text = "the buyer is promised the goods, although the risk decision says REJECT or REVIEW".to_owned();
        Some((seen.n, text))
    })
}

/// CLI-044: a notification before the client's event, and one booking.
pub(crate) fn notices_come_first(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let Some(told) = history.tellings.iter().find(|told| told.is_success()) else { return Judgement::NotExercised };
    let first = view
        .entries
        .iter()
        .take_while(|entry| entry.n < told.n)
        .find(|entry| matches!(&entry.event, Event::Gateway(Gateway::NoticeAnswered { acknowledged: true, .. })));
    if first.is_none() || view.story.requests_of(Operation::CreatePaymentSession).next().is_none() {
        return Judgement::NotExercised;
    }
    let findings = view.orders.iter().filter_map(|order| {
        let status = view.statuses.iter().rev().find(|status| status.order == order.name)?;
        let booked = status.status.booked.filter(|_| status.status.state == OrderState::Paid)?;
        let text = format!("order {} of {} is booked with {booked}", order.name, order.amount);
        (booked != order.amount).then_some(Finding { entry: status.n, text })
    });
    Judgement::new(true, findings.collect())
}

/// CLI-046: money that is only held is not taken yet, whatever the client was told.
pub(crate) fn held_is_not_fulfilled(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut sessions = view.story.requests_of(Operation::CreatePaymentSession).peekable();
    let is_held = sessions.peek().is_some()
        && sessions.all(|request| request.text("/paymentFactor/captureMode") == Some("MANUAL"));
    let told = |code: &str| history.told(code).next().is_some();
    let is_told = told("SDK_PAYMENT_AUTHORIZATION_SUCCESSFUL") || history.tellings.iter().any(Telling::is_success);
    let taken = view.story.captures.iter().find(|capture| capture.status).map_or(usize::MAX, |capture| capture.n);
    let shown = history.sights.iter().find(|sight| sight.shows("paid") && sight.n < taken);
    let booked = view.statuses.iter().find(|status| status.n < taken && status.status.state == OrderState::Paid);
    let mut findings = Vec::new();
    if is_held && let Some(sight) = shown {
        let text = "the buyer sees `paid`, and the money is only held: nothing was captured".to_owned();
        findings.push(Finding { entry: sight.n, text });
    }
    if is_held && let Some(status) = booked {
        let text = format!("order {} is called paid, and its money is only held: nothing was captured", status.order);
        findings.push(Finding { entry: status.n, text });
    }
    Judgement::new(is_held && is_told, findings)
}
