//! What notifications change, and what they leave alone.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus};

use super::answer::is_of_unknown_part;
use crate::driver::OrderState;
use crate::rule::pay::{believed, given_up};
use crate::rule::story::{Outcome, Payment, Request, Tells, Word};
use crate::rule::view::{Order, Status, View};
use crate::rule::{Finding, Judgement};

/// What is sent so soon after something was told may have been on its way before.
const AT_ONCE: Duration = Duration::from_secs(1);

const fn is_told(word: &Word<'_>, outcome: Outcome) -> bool {
    matches!(
        (word.tells, outcome),
        (Tells::Notified(Outcome::Paid), Outcome::Paid)
            | (Tells::Notified(Outcome::Failed), Outcome::Failed)
            | (Tells::Notified(Outcome::Pending), Outcome::Pending)
    )
}

/// NTF-008.
pub(in crate::rule) fn notices_are_compared(view: &View<'_>) -> Judgement {
    let is_it = |_: &Payment<'_>, word: &Word<'_>| is_told(word, Outcome::Paid) && !word.fits;
    believed(view, is_it, |payment, word| {
        let asked = payment.amount.map(|amount| amount.to_string()).unwrap_or_default();
        format!(
            "but the notification (entry {}) is about another amount or payment than {:?} of {asked}",
            word.n, payment.id
        )
    })
}

/// NTF-010.
pub(in crate::rule) fn pending_is_not_paid(view: &View<'_>) -> Judgement {
    believed(
        view,
        |_, word| is_told(word, Outcome::Pending),
        |_, word| {
            format!("but the notification (entry {}) is PAYMENT_PENDING: its S says that the payment goes on", word.n)
        },
    )
}

/// NTF-011.
pub(in crate::rule) fn failed_is_not_paid(view: &View<'_>) -> Judgement {
    let judged = believed(
        view,
        |_, word| is_told(word, Outcome::Failed),
        |_, word| format!("but the notification (entry {}) says that the payment failed", word.n),
    );
    // Of an order of a batch nobody knows that, before the answer to the batch.
    let is_unclear =
        |n: usize| view.story.notices.iter().any(|notice| notice.n == n && is_of_unknown_part(view, notice));
    let told = |payment: &Payment<'_>| {
        let mut failed = payment.words.iter().filter(|w| w.sure && w.fits && is_told(w, Outcome::Failed));
        failed.find(|w| !is_unclear(w.n)).map(|w| (w.n, w.at))
    };
    let mut findings = Vec::new();
    for payment in &view.story.payments {
        let Some((n, at)) = told(payment) else { continue };
        // What was on its way when it came is no answer to it.
        let is_after = |r: &&Request<'_>| r.n > n && r.at.since(at) >= AT_ONCE;
        if let Some(again) = payment.requests(&view.story.requests).find(is_after) {
            let text =
                format!("{:?} failed, as the notification (entry {n}) said, and its id is used again", payment.id);
            findings.push(Finding { entry: again.n, text });
        }
    }
    match judged {
        Judgement::Broken(more) => {
            findings.extend(more);
            Judgement::Broken(findings)
        }
        Judgement::Held => Judgement::new(true, findings),
        Judgement::NotExercised => Judgement::new(false, findings),
    }
}

/// Successes that surely were told after an order was called something.
fn told_late<'v>(
    view: &'v View<'_>,
    states: &[OrderState],
) -> Vec<(&'v Order, &'v Payment<'v>, &'v Status, &'v Word<'v>)> {
    let mut found = Vec::new();
    for order in view.story.sales(view) {
        for payment in view.story.payments_of(view, order) {
            let told = payment.words.iter().find(|word| word.sure && word.fits && is_told(word, Outcome::Paid));
            let Some(told) = told else { continue };
            let before = view.statuses.iter().rev().find(|s| s.order == order.name && s.n < told.n);
            // A buyer who tried again has a payment of his own, which is not late.
            let is_older = |s: &&Status| payment.words.first().is_none_or(|first| first.n < s.n);
            let closed = before.filter(|s| states.contains(&s.status.state)).filter(is_older);
            found.extend(closed.map(|closed| (order, payment, closed, told)));
        }
    }
    found
}

/// NTF-012.
pub(in crate::rule) fn cancelled_stays_cancelled(view: &View<'_>) -> Judgement {
    let late = told_late(view, &[OrderState::Cancelled]);
    let findings = late.iter().filter_map(|(order, payment, closed, told)| {
        let paid = view
            .statuses
            .iter()
            .find(|s| s.order == order.name && s.n > told.n && s.status.state == OrderState::Paid)?;
        let others = view.story.payments_of(view, order);
        let is_other = others.iter().any(|other| other.id != payment.id && other.is_known_paid(paid.n));
        let text = format!(
            "order {} was cancelled (entry {}), and is called paid on a notification that came later (entry {})",
            order.name, closed.n, told.n
        );
        (!is_other).then_some(Finding { entry: paid.n, text })
    });
    let findings = findings.collect();
    Judgement::new(!late.is_empty(), findings)
}

/// NTF-013. An order that was given up on silence was not closed: that is PAY-007's and BAT-003's.
pub(in crate::rule) fn late_money_is_not_lost(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut late = told_late(view, &[OrderState::Failed, OrderState::Cancelled]);
    late.retain(|(order, payment, _, told)| given_up(view, order, payment).is_none_or(|(_, failed)| failed.n > told.n));
    let findings = late.iter().filter_map(|(order, payment, _, told)| {
        let last = view.last_status(&order.name)?;
        let is_ignored = matches!(last.status.state, OrderState::Failed | OrderState::Cancelled | OrderState::Open);
        let gives_back = |operation| story.requests_of(operation).any(|r| r.n > told.n && payment.is_meant_by(r));
        let is_kept = payment.status() == Some(PaymentStatus::Success) && view.ended.is_some();
        let is_lost = is_kept && is_ignored && !gives_back(Operation::Cancel) && !gives_back(Operation::Refund);
        let text = format!(
            "order {} is {}; its payment succeeded after all (entry {}), and is neither booked nor given back",
            order.name, last.status.state, told.n
        );
        is_lost.then_some(Finding { entry: last.n, text })
    });
    let findings = findings.collect();
    Judgement::new(!late.is_empty(), findings)
}

/// NTF-014. What was asked for, a refund or a cancel, may turn it back.
pub(in crate::rule) fn paid_is_never_turned_back(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    let is_setback = |word: &&Word<'_>| {
        let said = matches!(word.tells, Tells::Notified(Outcome::Failed | Outcome::Pending))
            || matches!(word.tells, Tells::Status(status) if status != PaymentStatus::Success && status != PaymentStatus::Cancelled);
        word.sure && said
    };
    for order in story.sales(view) {
        let Some(paid) = view.called_paid(&order.name) else { continue };
        for payment in story.payments_of(view, order) {
            let Some(setback) = payment.after(paid.n).find(is_setback).filter(|_| payment.is_known_paid(paid.n)) else {
                continue;
            };
            exercised = true;
            let turned = view.statuses.iter().find(|s| {
                s.order == order.name
                    && s.n > setback.n
                    && matches!(s.status.state, OrderState::Open | OrderState::Failed | OrderState::Cancelled)
            });
            let Some(turned) = turned else { continue };
            let is_asked_for = story.asked.iter().any(|asked| {
                (paid.n..turned.n).contains(&asked.n)
                    && matches!(asked.method, "cancel" | "refund")
                    && asked.is_about(&order.name)
            });
            if !is_asked_for {
                let text = format!(
                    "order {} was paid, and is called {} on something that came late (entry {}): the money was taken",
                    order.name, turned.status.state, setback.n
                );
                findings.push(Finding { entry: turned.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// NTF-023. That money was captured shows in the ledger; whoever calls an order paid before cannot have been told.
pub(in crate::rule) fn cards_are_captured_first(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in story.sales(view) {
        let payments = story.payments_of(view, order);
        let held: Vec<_> = payments.into_iter().filter(|p| p.was_paid() && story.is_authorised_first(p)).collect();
        if held.is_empty() {
            continue;
        }
        exercised = true;
        let Some(paid) = view.called_paid(&order.name) else { continue };
        let is_captured = story.captures.iter().any(|capture| {
            let is_ours = |p: &&Payment<'_>| p.payment_ids.iter().any(|(_, known)| known == capture.payment_id);
            capture.status && capture.n < paid.n && held.iter().any(is_ours)
        });
        if !is_captured {
            let text = format!(
                "order {} is called paid; its card is only authorised, and no money was captured yet",
                order.name
            );
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
