//! What a correct merchant asks, how often, and what it makes of the answers.

mod polling;

use std::collections::BTreeMap;
use std::time::Duration;

use wire::antom::{Operation, PaymentStatus};
use wire::time::Moment;

pub(super) use self::polling::polling_goes_on_and_ends;
use super::pay::believed;
use super::story::{Notice, Outcome, Payment, Reply, Request, Tells, Word, money};
use super::view::{Order, Status, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;

/// Inquiries about a payment that has ended, at most: a page of the buyer's may still be asking.
const MOST_AFTER_THE_END: usize = 5;
/// How long a request may be on its way on a busy machine. Who seems to have sent it earlier has another clock than the world.
const ON_ITS_WAY: Duration = Duration::from_secs(1);

/// INQ-001.
pub(super) fn status_is_the_outcome(view: &View<'_>) -> Judgement {
    let is_it = |_: &Payment<'_>, word: &Word<'_>| match word.tells {
        Tells::Status(status) => status != PaymentStatus::Success,
        Tells::Refused(operation, _) | Tells::Unsure(operation, _) => operation == Operation::InquiryPayment,
        _ => false,
    };
    let judged = believed(view, is_it, |_, word| {
        format!("but the inquiry (entry {}) did not say SUCCESS in paymentStatus", word.n)
    });
    // An inquiry that says SUCCESS exercises it too: its order may be called paid.
    let is_answered = |w: &Word<'_>| matches!(w.tells, Tells::Status(_));
    let exercised = view.story.payments.iter().any(|payment| payment.words.iter().any(is_answered));
    if judged == Judgement::NotExercised { Judgement::new(exercised, Vec::new()) } else { judged }
}

/// Payments of which an inquiry surely told this, and of no other.
fn told<'v>(view: &'v View<'_>, status: PaymentStatus) -> impl Iterator<Item = (&'v Payment<'v>, &'v Word<'v>)> {
    let is_it = move |word: &&Word<'_>| word.sure && word.fits && word.tells == Tells::Status(status);
    view.story.payments.iter().filter_map(move |p| Some((p, p.words.iter().rev().find(is_it)?)))
}

/// Payments for the orders that a driver asked for, each with its order.
fn sold<'v>(view: &'v View<'_>) -> Vec<(&'v Order, &'v Payment<'v>)> {
    let of = |order| view.story.payments_of(view, order).into_iter().map(move |payment| (order, payment));
    view.story.sales(view).flat_map(of).collect()
}

/// The first time after an entry that an order is in one of these states.
fn called<'v>(view: &'v View<'_>, order: &Order, after: usize, states: &[OrderState]) -> Option<&'v Status> {
    view.statuses.iter().find(|s| s.order == order.name && s.n > after && states.contains(&s.status.state))
}

/// Whether a person was told of a payment's order.
fn is_parked(view: &View<'_>, payment: &Payment<'_>) -> bool {
    let mut orders = sold(view).into_iter().filter(|(_, sold)| sold.id == payment.id);
    orders.any(|(order, _)| view.last_status(&order.name).is_some_and(|s| s.status.state == OrderState::Parked))
}

/// INQ-003.
pub(super) fn failed_payments_are_closed(view: &View<'_>) -> Judgement {
    ended_payments_are_closed(view, PaymentStatus::Fail, "FAIL")
}

/// INQ-004.
pub(super) fn cancelled_payments_are_closed(view: &View<'_>) -> Judgement {
    ended_payments_are_closed(view, PaymentStatus::Cancelled, "CANCELLED")
}

fn ended_payments_are_closed(view: &View<'_>, status: PaymentStatus, name: &str) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for (payment, word) in told(view, status) {
        exercised = true;
        if let Some(again) = payment.requests(&story.requests).find(|r| r.n > word.n) {
            let text = format!("{:?} is {name} (entry {}), and is used again: it is over for good", payment.id, word.n);
            findings.push(Finding { entry: again.n, text });
        }
        for (order, _) in sold(view).into_iter().filter(|(_, sold)| sold.id == payment.id) {
            let is_retried =
                story.payments_of(view, order).iter().any(|p| p.words.first().is_some_and(|w| w.n > word.n));
            let last = view.last_status(&order.name).filter(|s| s.status.state == OrderState::Open && !is_retried);
            if let Some(last) = last.filter(|_| story.had_time(word.at)) {
                let text = format!("order {} is still open; its payment is {name} (entry {})", order.name, word.n);
                findings.push(Finding { entry: last.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// Orders that were closed when the last thing said of their payment was no end of it.
fn closed_on<'v>(
    view: &'v View<'_>,
    states: &[OrderState],
    is_it: impl Fn(&Word<'_>) -> bool,
) -> Vec<(&'v Order, &'v Payment<'v>, &'v Word<'v>, &'v Status)> {
    let mut found = Vec::new();
    for (order, payment) in sold(view) {
        let Some(first) = payment.words.iter().find(|word| is_it(word)) else { continue };
        let Some(closed) = called(view, order, first.n, states) else { continue };
        let is_decided =
            payment.is_known_over(closed.n) || payment.is_known_paid(closed.n) || payment.is_over(closed.n);
        let last = payment.last_said(closed.n).filter(|word| is_it(word) && !is_decided);
        found.extend(last.map(|last| (order, payment, last, closed)));
    }
    found
}

/// INQ-005. That it is taken for paid is INQ-001's or NTF-010's affair.
pub(super) fn pending_is_no_end(view: &View<'_>) -> Judgement {
    let is_pending = |word: &Word<'_>| {
        matches!(word.tells, Tells::Status(PaymentStatus::Pending) | Tells::Notified(Outcome::Pending))
    };
    let closed = closed_on(view, &[OrderState::Failed, OrderState::Cancelled], is_pending);
    let findings = closed.into_iter().map(|(order, _, word, closed)| {
        let state = closed.status.state;
        let text = format!(
            "order {} is called {state} while its payment is PENDING (entry {}): the money may come for days",
            order.name, word.n
        );
        Finding { entry: closed.n, text }
    });
    let findings = findings.collect();
    let exercised = view.story.payments.iter().any(|p| p.words.iter().any(|word| word.sure && is_pending(word)));
    Judgement::new(exercised, findings)
}

/// INQ-006. No answer leaves no word but the question.
pub(super) fn unanswered_inquiries_are_no_failures(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let is_unclear = |payment: &Payment<'_>, word: &Word<'_>| {
        let request = word.request.and_then(|index| story.requests.get(index));
        let is_silent = word.tells == Tells::Sent(Operation::InquiryPayment)
            && request.is_some_and(|r| r.told().is_none() && r.reply.is_some());
        let is_unsure = matches!(word.tells, Tells::Unsure(Operation::InquiryPayment, _));
        (is_silent || is_unsure) && !payment.is_known_over(word.n) && !payment.is_known_paid(word.n)
    };
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(unclear) = payment.words.iter().find(|word| is_unclear(payment, word)) else { continue };
        exercised = true;
        let Some(closed) = called(view, order, unclear.n, &[OrderState::Failed, OrderState::Cancelled]) else {
            continue;
        };
        // The last inquiry before it, and its answer, are what it was called so on.
        let last = payment.before(closed.n).rev().find(|word| !matches!(word.tells, Tells::Forged(_)));
        let is_guess = !payment.is_known_over(closed.n)
            && !payment.is_over(closed.n)
            && last.is_some_and(|word| is_unclear(payment, word));
        if let Some(last) = last.filter(|_| is_guess) {
            let text = format!(
                "order {} is called {}, but the last inquiry (entry {}) went wrong: that says nothing of the payment",
                order.name, closed.status.state, last.n
            );
            findings.push(Finding { entry: closed.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// INQ-007. A second inquiry, a repeat of pay or a cancel is what makes sure.
pub(super) fn unknown_payments_may_appear(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(missing) = payment.words.iter().find(|word| word.is_missing() && word.sure) else { continue };
        if payment.before(missing.n).any(|word| word.tells == Tells::Accepted || word.is_failure()) {
            continue;
        }
        exercised = true;
        let closed = called(view, order, missing.n, &[OrderState::Failed, OrderState::Cancelled]);
        let Some(closed) = closed.filter(|closed| !payment.is_known_over(closed.n)) else { continue };
        let is_made_sure = payment.asked_after(missing.n).any(|(n, _)| n < closed.n);
        // An answer to pay that comes when the inquiry has been sent may say that nothing was made: in process, without a page
        // to pay on; of a batch, any U without one.
        let is_answered = |word: &Word<'_>| {
            matches!(
                word.tells,
                Tells::Unsure(Operation::Pay, "PAYMENT_IN_PROCESS") | Tells::Unsure(Operation::BatchPay, _)
            )
        };
        let asked = missing.request.and_then(|index| view.story.requests.get(index));
        let is_late = |word: &Word<'_>| {
            let request = word.request.and_then(|index| view.story.requests.get(index));
            let may_still_come = |reply: &Reply<'_>| reply.may_come_after(missing.at);
            word.n > missing.n
                || asked.is_some_and(|asked| is_sent_before(asked, word.at))
                || request.and_then(Request::told).is_some_and(may_still_come)
        };
        if !is_made_sure && !payment.before(closed.n).any(|word| is_late(word) && is_answered(word)) {
            let text = format!(
                "order {} is called {} at the first ORDER_NOT_EXIST (entry {}); pay was uncertain, and its payment may appear \
                 a moment later",
                order.name, closed.status.state, missing.n
            );
            findings.push(Finding { entry: closed.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether a merchant had sent a request when something came, though it arrived later: by its own clock, where that is the
/// world's, which it tells in milliseconds.
fn is_sent_before(request: &Request<'_>, came: Moment) -> bool {
    let sent = request.own_time();
    sent.as_millis() < came.as_millis() && request.at.since(sent) <= ON_ITS_WAY
}

/// INQ-008. Exercised when a payment was asked for and is not decided in the end, or was cancelled.
pub(super) fn given_up_payments_are_cancelled(view: &View<'_>) -> Judgement {
    let is_going = |word: &Word<'_>| word.tells == Tells::Status(PaymentStatus::Processing);
    let has_cancel = |p: &Payment<'_>| p.words.iter().any(|word| word.tells == Tells::Sent(Operation::Cancel));
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(first) = payment.words.iter().find(|word| is_going(word) && word.sure) else { continue };
        let closed = called(view, order, first.n, &[OrderState::Failed, OrderState::Cancelled, OrderState::Parked]);
        exercised |= closed.is_some() || has_cancel(payment);
        let Some(closed) = closed.filter(|closed| closed.status.state != OrderState::Parked) else { continue };
        let is_decided =
            payment.is_known_over(closed.n) || payment.is_over(closed.n) || payment.is_known_paid(closed.n);
        let is_called_off = payment.before(closed.n).any(|word| word.tells == Tells::Sent(Operation::Cancel));
        if !is_decided && !is_called_off {
            let text = format!(
                "order {} is called {}, but its payment was PROCESSING (entry {}) and is not cancelled: the buyer can still pay",
                order.name, closed.status.state, first.n
            );
            findings.push(Finding { entry: closed.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// INQ-009.
pub(super) fn answers_are_compared(view: &View<'_>) -> Judgement {
    let is_it = |_: &Payment<'_>, word: &Word<'_>| word.tells == Tells::Status(PaymentStatus::Success) && !word.fits;
    believed(view, is_it, |payment, word| {
        let asked = payment.amount.map(|amount| amount.to_string()).unwrap_or_default();
        format!(
            "but the inquiry (entry {}) speaks of another amount or payment than {:?} of {asked}",
            word.n, payment.id
        )
    })
}

/// INQ-010.
pub(super) fn restarts_ask_again(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in story.payments.iter().filter(|payment| !payment.made_by.is_empty()) {
        let is_open_at = |n: &usize| {
            payment.words.first().is_some_and(|word| word.n < *n)
                && !payment.is_known_over(*n)
                && !payment.is_known_paid(*n)
        };
        let Some(killed) = story.killed.iter().copied().rfind(is_open_at) else { continue };
        exercised = true;
        let goes_on = payment
            .after(killed)
            .any(|w| matches!(w.tells, Tells::Sent(_)) || (w.sure && matches!(w.tells, Tells::Notified(_))));
        let had_time = view.at(killed).is_some_and(|at| story.had_time(at));
        // The gateway never began it, and before it was killed the merchant told that nothing comes of it.
        let begun = payment.words.first().map_or(0, |word| word.n);
        let is_given_up = payment.status().is_none()
            && story.answered.iter().any(|(n, method, answer)| {
                matches!(*method, "checkout" | "checkoutBatch")
                    && (begun..killed).contains(n)
                    && matches!(answer["state"].as_str(), Some("failed" | "cancelled"))
            });
        if !is_given_up && !goes_on && had_time && !payment.is_over(usize::MAX) && !is_parked(view, payment) {
            let text = format!(
                "{:?} was under way when the integration was killed; afterwards nobody asks about it",
                payment.id
            );
            findings.push(Finding { entry: killed, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether a notification that is about a payment by Antom's id is about another by the merchant's: it contradicts itself.
fn names_another(notice: &Notice<'_>, payment: &Payment<'_>) -> bool {
    notice.text("/paymentRequestId").is_some_and(|id| id != payment.id.as_str())
}

/// Whether notifications up to an entry tell of all the money of a payment: of a batch, each may tell of one order only.
fn is_told_whole(view: &View<'_>, payment: &Payment<'_>, until: usize) -> bool {
    let paid = view.story.notices.iter().filter(|notice| {
        let is_acknowledged = notice.answer.as_ref().is_some_and(|answer| answer.acknowledged);
        let is_paid = notice.genuine && notice.outcome() == Some(Outcome::Paid);
        let is_its = notice.is_about(payment) && !names_another(notice, payment);
        notice.n <= until && is_acknowledged && is_paid && is_its
    });
    let parts: BTreeMap<_, _> =
        paid.map(|notice| (notice.text("/paymentId"), money(&notice.body["paymentAmount"]))).collect();
    let sum: u64 = parts.values().flatten().map(|part| part.minor).fold(0, u64::saturating_add);
    payment.operation != Some(Operation::BatchPay) || payment.amount.is_none_or(|amount| sum >= amount.minor)
}

/// INQ-011. Payments by card are asked for until they are captured. A notification of an end that never was ends nothing.
pub(super) fn finished_orders_are_left_alone(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in &story.payments {
        let is_card = payment.requests(&story.requests).any(|r| {
            r.text("/paymentMethod/paymentMethodType")
                .is_some_and(|method| matches!(method, "CARD" | "APPLEPAY" | "GOOGLEPAY"))
        });
        // By whose answer nobody learnt its orders, a notification of one of them ends nothing.
        let names_parts =
            |r: &Request<'_>| r.told().is_some_and(|reply| reply.body["orderSummaries"].as_array().is_some());
        let is_strange =
            payment.operation == Some(Operation::BatchPay) && !payment.requests(&story.requests).any(names_parts);
        let is_anothers = |n: usize| story.notices.iter().any(|notice| notice.n == n && names_another(notice, payment));
        let is_true = |word: &Word<'_>| match word.tells {
            Tells::Notified(_) if is_strange || is_anothers(word.n) => false,
            Tells::Notified(Outcome::Paid) => {
                payment.status_at(word.n) == Some(PaymentStatus::Success) && is_told_whole(view, payment, word.n)
            }
            Tells::Notified(Outcome::Failed) => payment.is_over(word.n),
            // What is refused when it is sent once more may be going on.
            Tells::Refused(..) => payment.status_at(word.n).is_none() || payment.is_over(word.n),
            _ => true,
        };
        let is_end = |word: &&Word<'_>| word.sure && (word.is_success() || word.is_failure()) && is_true(word);
        let Some(end) = payment.words.iter().find(is_end) else { continue };
        if is_card {
            continue;
        }
        exercised = true;
        let mut asked = payment.asked_after(end.n).filter(|(_, operation)| *operation == Operation::InquiryPayment);
        if let Some((n, _)) = asked.nth(MOST_AFTER_THE_END) {
            let text = format!("{:?} ended in entry {}, and is still being asked for", payment.id, end.n);
            findings.push(Finding { entry: n, text });
        }
    }
    Judgement::new(exercised, findings)
}
