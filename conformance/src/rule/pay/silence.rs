//! No answer, late answers, notifications that come first, and payments that expire.

use std::time::Duration;

use sim_antom::LostHow;
use wire::antom::{Operation, PaymentStatus};
use wire::time::{Moment, WireTime};

use super::identity::pairs;
use crate::driver::OrderState;
use crate::rule::story::{Asked, Outcome, Payment, Tells, Word};
use crate::rule::view::{Order, Status, View};
use crate::rule::{Finding, Judgement};

/// How long pay may take: the best-practice page.
const PAY_MAY_TAKE: Duration = Duration::from_secs(10);
/// An answer that comes sooner says nothing of a merchant's patience.
const SLOW: Duration = Duration::from_secs(5);
/// How long after its payment expired an order may stay open. Not documented, so ours (docs/choices.md).
const GRACE: Duration = Duration::from_secs(15 * 60);

/// PAY-007.
pub(in crate::rule) fn no_fresh_charge_after_silence(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let last = story.requests.last().map_or(0, |request| request.n);
    let exercised = story
        .requests
        .iter()
        .any(|r| r.is_creating() && !r.is(Operation::BatchPay) && r.told().is_none() && r.n < last);
    let is_it = |operation| operation != Operation::BatchPay;
    let mut findings = silent_before(view, is_it);
    findings.extend(failed_on_silence(view, is_it));
    Judgement::new(exercised, findings)
}

/// Orders that are called failed because an answer never came.
pub(in crate::rule) fn failed_on_silence(view: &View<'_>, is_it: impl Fn(Operation) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for order in view.story.sales(view) {
        for payment in view.story.payments_of(view, order) {
            let Some(operation) = payment.operation.filter(|operation| is_it(*operation)) else { continue };
            let Some((silent, failed)) = given_up(view, order, payment) else { continue };
            let text = format!(
                "order {} is called failed, but nobody knows: the answer to {operation} {:?} (entry {silent}) never came, \
                 and it was neither called again with that id nor inquired about",
                order.name, payment.id
            );
            findings.push(Finding { entry: failed.n, text });
        }
    }
    findings
}

/// Where an order was called failed on nothing but silence: the entry of the answer that never came, and the word. Without
/// the answer of createPaymentSession nobody can pay, so that one may be given up.
pub(in crate::rule) fn given_up<'v>(
    view: &'v View<'_>,
    order: &Order,
    payment: &Payment<'_>,
) -> Option<(usize, &'v Status)> {
    let story = &view.story;
    let is_silent = |how: LostHow| matches!(how, LostHow::Close | LostHow::Silence | LostHow::Reset);
    let failed = view.statuses.iter().find(|s| s.order == order.name && s.status.state == OrderState::Failed)?;
    // What was asked last, whatever it was, must be the call that was never answered.
    let (n, _) = payment.asked_after(0).filter(|(n, _)| *n < failed.n).last()?;
    let asked = payment.requests(&story.requests).find(|r| r.n == n && !r.is(Operation::CreatePaymentSession))?;
    let silent = asked.reply.as_ref().filter(|reply| reply.lost.is_some_and(is_silent))?;
    let is_known = payment.is_known_over(failed.n) || payment.is_over(failed.n);
    (!is_known).then_some((silent.n, failed))
}

/// Fresh charges while an earlier one of the same sale was never answered.
pub(in crate::rule) fn silent_before(view: &View<'_>, is_it: impl Fn(Operation) -> bool) -> Vec<Finding> {
    let story = &view.story;
    let mut findings = Vec::new();
    for (old, fresh) in pairs(view).into_iter().filter(|(old, _)| old.operation.is_some_and(&is_it)) {
        let (Some(begun), Some(operation)) = (fresh.words.first().map(|word| word.n), old.operation) else { continue };
        let is_silent = |n: usize| old.words.iter().all(|word| word.n <= n || word.n > begun || !word.is_said());
        let silent = old
            .requests(&story.requests)
            .filter(|r| r.n < begun && r.told().is_none_or(|reply| reply.n > begun))
            .last();
        // What had ended before it was asked about once more is resolved, whatever the answer was.
        let is_open = !old.is_known_over(begun);
        if let Some(silent) = silent.filter(|silent| is_open && is_silent(silent.n)) {
            let text = format!(
                "the answer to {operation} {:?} (entry {}) never came, and it was called with the new id {:?} before the first was \
                 resolved",
                old.id, silent.n, fresh.id
            );
            findings.push(Finding { entry: begun, text });
        }
    }
    findings
}

/// PAY-008. That a call was given up shows when it is made again before its answer; to inquire meanwhile is fine.
pub(in crate::rule) fn answers_are_waited_for(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in story.requests_of(Operation::Pay).filter(|r| r.is_authentic()) {
        let answered = match &request.reply {
            Some(reply) if reply.lost == Some(LostHow::Silence) => Moment::from_micros(u64::MAX),
            Some(reply) if reply.lost.is_none() => reply.at,
            _ => continue,
        };
        if answered.since(request.at) < SLOW {
            continue;
        }
        let patience = answered.min(request.at + PAY_MAY_TAKE);
        let again = story.requests_of(Operation::Pay).find(|r| r.n > request.n && r.id() == request.id());
        exercised |= again.is_some() || story.went_on(request.at, PAY_MAY_TAKE);
        if let Some(again) = again.filter(|again| again.at < patience) {
            let text = format!(
                "pay (entry {}) was given up after {} s; its answer may take 10 s",
                request.n,
                again.at.since(request.at).as_secs()
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-018. What an expired order is called, and that nothing is asked for it any more.
pub(in crate::rule) fn expired_orders_end(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in story.payments.iter().filter(|payment| !payment.made_by.is_empty()) {
        let Some(expiry) = expiry(view, payment) else { continue };
        exercised |= story.went_on(expiry, Duration::ZERO) && !payment.was_paid();
        let late = payment.requests(&story.requests).skip(1).find(|r| r.own_time() > expiry && r.at > expiry);
        if let Some(late) = late {
            let text =
                format!("{:?} is asked for again after its paymentExpiryTime: it cannot be paid any more", payment.id);
            findings.push(Finding { entry: late.n, text });
        }
    }
    for order in story.sales(view) {
        let payments = story.payments_of(view, order);
        let ends: Vec<_> = payments.iter().filter_map(|payment| expired(view, payment)).collect();
        let is_over = !payments.is_empty() && ends.len() == payments.len();
        exercised |= !ends.is_empty();
        let Some(end) = ends.into_iter().max().filter(|_| is_over) else { continue };
        let Some(last) = view.last_status(&order.name).filter(|s| s.status.state == OrderState::Open) else { continue };
        if story.went_on(end, GRACE) {
            let text = format!("order {} is still open, a quarter of an hour after its payment expired", order.name);
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// When a payment expires by the merchant's own word.
fn expiry(view: &View<'_>, payment: &Payment<'_>) -> Option<Moment> {
    let first = payment.requests(&view.story.requests).next()?;
    WireTime::parse(first.text("/paymentExpiryTime")?).ok().map(|time| time.moment())
}

/// When a payment expired in the ledger; none when it ended in another way.
fn expired(view: &View<'_>, payment: &Payment<'_>) -> Option<Moment> {
    let last = payment.changes.last()?;
    let is_refused =
        payment.requests(&view.story.requests).any(|r| r.told().is_some_and(|reply| reply.status() == "F"));
    let is_expired = last.status == PaymentStatus::Fail && last.code == "ORDER_IS_CLOSED" && !is_refused;
    is_expired.then_some(last.at)
}

/// PAY-027.
pub(in crate::rule) fn early_notifications_count(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in story.sales(view) {
        for payment in story.payments_of(view, order) {
            let answered =
                payment.words.iter().find(|w| w.is_said() && !matches!(w.tells, Tells::Notified(_)) && w.sure);
            let is_early = |w: &&Word<'_>| {
                w.tells == Tells::Notified(Outcome::Paid) && w.fits && w.sure && answered.is_none_or(|a| w.n < a.n)
            };
            let Some(early) = payment.words.iter().find(is_early) else { continue };
            // It came to an order that had been given up: that is what went wrong.
            if given_up(view, order, payment).is_some_and(|(_, failed)| failed.n < early.n) {
                continue;
            }
            exercised = true;
            let Some(last) = view.last_status(&order.name).filter(|_| view.ended.is_some()) else { continue };
            let is_dropped = match payment.status() {
                Some(PaymentStatus::Success) => matches!(last.status.state, OrderState::Open | OrderState::Failed),
                // The merchant asked for nothing better than to be rid of it.
                Some(PaymentStatus::Cancelled) => {
                    // A cancel may have waited for its turn behind pay.
                    let is_wish = |asked: &&Asked<'_>| match asked.method {
                        "cancel" => true,
                        // The buyer begins anew, and the merchant with him.
                        "checkout" | "checkoutBatch" => asked.n > order.n,
                        _ => false,
                    };
                    let wished = story.asked.iter().filter(is_wish).any(|a| a.is_about(&order.name));
                    // Money that is only held may be let go when nobody takes it.
                    let is_held = story.is_authorised_first(payment);
                    matches!(last.status.state, OrderState::Cancelled | OrderState::Failed) && !wished && !is_held
                }
                _ => false,
            };
            if is_dropped {
                let text = format!(
                    "order {} is {}; the notification of its payment (entry {}) came before pay was answered, and was dropped",
                    order.name, last.status.state, early.n
                );
                findings.push(Finding { entry: last.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}
