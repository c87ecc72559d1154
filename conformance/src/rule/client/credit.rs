//! Whether a shop lets only its gateway's word pay an order: not what a client is told, nor that a buyer has come back. And
//! what that buyer is shown meanwhile.

use std::time::Duration;

use super::history::{History, Telling};
use crate::client::ClientEvent;
use crate::rule::{Finding, Judgement, View};
use crate::trace::Event;

/// What may have misled a shop into calling an order paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lure {
    /// The client was told of a success, by the SDK or by somebody else.
    Event,
    /// The buyer has come back.
    Return,
}

/// A return that is over sooner shows nothing of what follows it.
const WHILE: Duration = Duration::from_secs(8);

/// SES-003.
pub(crate) fn events_credit_nothing(view: &View<'_>) -> Judgement {
    credits_nothing(view, Lure::Event, "the client was told of a success")
}

/// PAY-021.
pub(crate) fn coming_back_pays_nothing(view: &View<'_>) -> Judgement {
    credits_nothing(view, Lure::Return, "the buyer came back")
}

/// An order that is called paid while the ledger has no payment, and nothing forged or altered has said that it is.
fn credits_nothing(view: &View<'_>, lure: Lure, words: &str) -> Judgement {
    let history = History::of(view);
    let lures = lures(&history);
    let asked = |n: usize| view.statuses.iter().any(|status| status.n > n);
    let exercised = lures.iter().any(|(n, kind)| *kind == lure && !history.is_paid_at(*n) && asked(*n));
    let findings = view.orders.iter().filter_map(|order| {
        let paid = view.called_paid(&order.name)?;
        // What somebody else is to blame for is another requirement's.
        let is_misled = view.notices.iter().any(|notice| notice.n < paid.n && (!notice.genuine || notice.altered))
            || view.calls.iter().any(|call| call.answer.as_ref().is_some_and(|(n, _)| *n < paid.n) && !call.is_sound);
        let (n, last) = lures.iter().rev().find(|(n, _)| *n < paid.n)?;
        let is_it = *last == lure && !is_misled && !history.is_paid_at(paid.n) && !history.is_at_terminal(*n);
        let text = format!("order {} is called paid after {words}, and the ledger knows of no payment", order.name);
        is_it.then_some(Finding { entry: paid.n, text })
    });
    Judgement::new(exercised, findings.collect())
}

fn lures(history: &History<'_>) -> Vec<(usize, Lure)> {
    let told = history.tellings.iter().filter(|told| told.is_success()).map(|told: &Telling<'_>| told.n);
    let forged = history.posted().filter(|(_, event)| *event == "forge").map(|(n, _)| n);
    let events = told.chain(forged).map(|n| (n, Lure::Event));
    let mut all: Vec<_> = events.chain(returns(history).map(|(n, ..)| (n, Lure::Return))).collect();
    all.sort_by_key(|(n, _)| *n);
    all
}

/// Where a buyer came back: the entry, its index among the events, and whether it is an app that he came back to.
fn returns<'h>(history: &'h History<'_>) -> impl Iterator<Item = (usize, usize, bool)> + 'h {
    history.events.iter().enumerate().filter_map(|(index, (n, _, event))| match event {
        ClientEvent::Visited { page, url, .. } if page == "return" => Some((*n, index, url == "app")),
        _ => None,
    })
}

/// PAY-022: who comes back while his payment is under way is shown that it is, and his page goes on asking. How often is told
/// by CLI-045.
pub(crate) fn coming_back_is_followed(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, index, is_app) in returns(&history).filter(|(n, ..)| history.is_open_at(*n)) {
        let ends = |entry: &&crate::trace::Entry| {
            matches!(&entry.event, Event::Gateway(sim_antom::Event::Payment { .. })) && !history.is_open_at(entry.n + 1)
        };
        let ended = view.entries.iter().filter(|entry| entry.n > n).find(ends).map_or(usize::MAX, |entry| entry.n);
        let until = history.next_act(n).min(ended);
        let last = view.entries.iter().take_while(|entry| entry.n <= until).last();
        let lasts = last.zip(history.events.get(index)).map(|(last, (_, came, _))| last.at.since(*came));
        if lasts.is_none_or(|lasts| lasts < WHILE) {
            continue;
        }
        exercised = true;
        let seen = history.seen_at(until).filter(|sight| is_app || sight.n > n);
        if !seen.is_some_and(|sight| sight.shows("pending")) {
            let text = "the buyer has come back while his payment is under way, and is not shown that it is".to_owned();
            findings.push(Finding { entry: seen.map_or(n, |sight| sight.n), text });
        }
        let asks = |event: &ClientEvent| matches!(event, ClientEvent::Asked { .. } | ClientEvent::Navigated { .. });
        let times = history.events.iter().filter(|(at, _, event)| *at > n && *at < until && asks(event)).count();
        // The page itself is one of them; of an app is not seen what it asks.
        if !is_app && times < 3 {
            let text =
                "the page that the buyer has come back to does not go on asking how his payment stands".to_owned();
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}
