//! What a correct merchant does about what stays unresolved, about differences, and about limits.

use std::collections::BTreeMap;
use std::time::Duration;

use wire::antom::Operation;
use wire::money::{Currency, Money};

use super::story::{Asked, Reply, Request, Tells, Word};
use super::view::{Order, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;

/// After this time without a further try, a cancel or refund that is unknown is given up.
const GIVEN_UP: Duration = Duration::from_secs(600);
/// A call so soon after a refusal is no slower than before.
const AT_ONCE: Duration = Duration::from_secs(1);
/// What a merchant does for several orders at once goes out within this time.
const SAME_MOMENT: Duration = Duration::from_millis(50);

/// OPS-001.
pub(super) fn unresolved_orders_are_parked(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in story.sales(view) {
        for payment in story.payments_of(view, order) {
            let is_unsure = |r: &Request<'_>| {
                let code_is_unknown = |code: &str| matches!(code, "UNKNOWN_EXCEPTION" | "REQUEST_TRAFFIC_EXCEED_LIMIT");
                r.reply.as_ref().is_some_and(|reply| reply.lost.is_some() || reply.spoilt.is_some())
                    || r.told().is_some_and(|reply| reply.status() == "U" && code_is_unknown(reply.code()))
            };
            let is_it = |r: &&Request<'_>| r.is(Operation::Cancel) || r.is(Operation::Refund);
            let tries: Vec<_> = story.requests.iter().filter(is_it).filter(|r| payment.is_meant_by(r)).collect();
            let Some(last_try) = tries.last().filter(|r| is_unsure(r)) else { continue };
            let is_resolved = match last_try.operation {
                Some(Operation::Refund) => is_refund_known(view, last_try),
                _ => {
                    // What has failed has nothing left that could be cancelled.
                    let is_answered = |w: &Word<'_>| w.is_success() && !matches!(w.tells, Tells::Notified(_));
                    payment.is_known_over(usize::MAX) || payment.after(last_try.n).any(is_answered)
                }
            };
            if is_resolved || !story.went_on(last_try.at, GIVEN_UP) {
                continue;
            }
            exercised = true;
            let Some(last) = view.last_status(&order.name) else { continue };
            if last.status.state != OrderState::Parked {
                let what = last_try.operation.map_or("", Operation::as_str);
                let text = format!(
                    "order {} is {}, and nobody is told that its {what} (entry {}) has no known end",
                    order.name, last.status.state, last_try.n
                );
                findings.push(Finding { entry: last.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether the end of a refund was told by an inquiry or a notification.
fn is_refund_known(view: &View<'_>, refund: &Request<'_>) -> bool {
    let id = refund.text("/refundRequestId");
    let is_it = |r: &&Request<'_>| r.text("/refundRequestId") == id;
    let mut inquiries = view.story.requests_of(Operation::InquiryRefund).filter(is_it).filter_map(Request::told);
    let by_inquiry =
        inquiries.any(|reply| matches!(reply.text("/refundStatus"), Some("SUCCESS" | "FAIL")) || reply.status() == "F");
    by_inquiry || view.story.notices.iter().any(|n| n.genuine && id.is_some() && n.text("/refundRequestId") == id)
}

/// OPS-002. Both books at the end: what is booked for the orders of the gateway, and what the ledger took and kept.
/// Parked orders are a person's, and what is on its way back may be in either.
pub(super) fn books_agree(view: &View<'_>) -> Judgement {
    if view.ended.is_none() {
        return Judgement::NotExercised;
    }
    let mut sums: BTreeMap<Currency, (u64, u64, u64)> = BTreeMap::new();
    let mut amounts: Vec<Money> = Vec::new();
    let mut last_entry = 0;
    for order in view.story.sales(view) {
        let Some(last) = view.last_status(&order.name) else { return Judgement::NotExercised };
        if matches!(last.status.state, OrderState::Parked | OrderState::Open) {
            return Judgement::NotExercised;
        }
        let sum = sums.entry(order.amount.currency).or_default();
        let booked = last.status.booked.filter(|booked| booked.currency == order.amount.currency);
        sum.0 = sum.0.saturating_add(booked.map_or(0, |booked| booked.minor));
        sum.1 = sum.1.saturating_add(last.status.refunding.map_or(0, |money| money.minor));
        last_entry = last_entry.max(last.n);
        if !amounts.contains(&order.amount) {
            amounts.push(order.amount);
            let left: u64 = view.story.charges(order.amount).iter().map(|charge| charge.left).sum();
            sum.2 = sum.2.saturating_add(left);
        }
    }
    let findings = sums
        .iter()
        .filter(|(_, (booked, on_its_way, taken))| !(*taken..=taken.saturating_add(*on_its_way)).contains(booked));
    let findings = findings.map(|(currency, (booked, _, taken))| {
        let (booked, taken) = (Money::new(*currency, *booked), Money::new(*currency, *taken));
        Finding { entry: last_entry, text: format!("the own books say {booked} in the end, the gateway's {taken}") }
    });
    let findings = findings.collect();
    Judgement::new(sums.values().any(|(_, _, taken)| *taken > 0), findings)
}

/// What a request is about: a refund, or else a payment.
fn subject<'v>(request: &'v Request<'_>) -> Option<&'v str> {
    request.text("/refundRequestId").or_else(|| request.id())
}

/// OPS-003. One quick repeat is let pass.
pub(super) fn limits_slow_down(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let limited: Vec<_> = view
        .story
        .requests
        .iter()
        .filter_map(|r| Some((r, r.heard().filter(|reply| reply.code() == "REQUEST_TRAFFIC_EXCEED_LIMIT")?)))
        .collect();
    let mut quick = 0;
    for (request, reply) in &limited {
        let next = view.story.requests.iter().find(|other| other.n > reply.n && other.operation == request.operation);
        // Who was killed in between knows nothing of it, what a person wants is no repetition, and what is asked about
        // another payment or refund in the same moment was on its way.
        let is_killed = |n: usize| view.story.killed.iter().any(|killed| (reply.n..n).contains(killed));
        let is_wish = |next: &Request<'_>| {
            let is_first = !view.story.requests.iter().any(|other| other.n < next.n && other.id() == next.id());
            let asked = view.story.asked.iter().filter(|asked| (reply.n..next.n).contains(&asked.n));
            let is_checkout = |asked: &Asked<'_>| matches!(asked.method, "checkout" | "checkoutBatch");
            let is_its = |order: &Order| view.story.payments_of(view, order).iter().any(|p| next.id() == Some(&p.id));
            let is_about_it = |asked: &Asked<'_>| view.orders.iter().any(|o| asked.is_about(&o.name) && is_its(o));
            asked.into_iter().any(|asked| is_first && is_checkout(asked) || is_about_it(asked))
        };
        let is_beside = |next: &Request<'_>| subject(next) != subject(request) && next.at.since(reply.at) < SAME_MOMENT;
        // After a cancel that is refused the documents want an inquiry, whatever one was told before.
        let is_due = |next: &Request<'_>| {
            let is_between = |told: &Reply<'_>| (reply.n..next.n).contains(&told.n) && told.status() != "S";
            let is_its = |cancel: &Request<'_>| cancel.id() == next.id() && cancel.told().is_some_and(is_between);
            next.is(Operation::InquiryPayment) && view.story.requests_of(Operation::Cancel).any(is_its)
        };
        // Who asks about several payments, each at its own pace, asks about another one soon.
        let is_in_its_turn = |next: &Request<'_>| {
            let is_same =
                |r: &&Request<'_>| r.n < next.n && r.operation == next.operation && subject(r) == subject(next);
            let before = view.story.requests.iter().rev().find(is_same);
            subject(next) != subject(request) && before.is_some_and(|before| next.at.since(before.at) >= AT_ONCE)
        };
        let is_excused = |next: &Request<'_>| {
            is_killed(next.n) || is_wish(next) || is_beside(next) || is_due(next) || is_in_its_turn(next)
        };
        let is_quick = |next: &&Request<'_>| next.at.since(reply.at) < AT_ONCE && !is_excused(next);
        let Some(next) = next.filter(is_quick) else {
            quick = 0;
            continue;
        };
        quick += 1;
        if quick == 2 {
            let text = format!(
                "the gateway said twice that there are too many requests (entry {}), and is called again at once",
                reply.n
            );
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(!limited.is_empty(), findings)
}
