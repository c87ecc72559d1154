//! What a merchant's book says of refunds, and on what.

use super::words::{RefundTells, RefundWord, words};
use crate::driver::OrderState;
use crate::rule::story::Tells;
use crate::rule::view::{Order, Status, View};
use crate::rule::{Finding, Judgement};
use wire::antom::RefundStatus;

/// How much a status says was given back of an order that was paid before, in minor units.
fn claimed(order: &Order, status: &Status) -> u64 {
    let booked = status.status.booked.map(|money| money.minor);
    match status.status.state {
        OrderState::Refunded => order.amount.minor.saturating_sub(booked.unwrap_or_default()),
        OrderState::Paid => booked.map_or(0, |booked| order.amount.minor.saturating_sub(booked)),
        _ => 0,
    }
}

/// How much the merchant may have known before an entry to be given back, in minor units.
fn known_back(view: &View<'_>, order: &Order, words: &[RefundWord], n: usize) -> u64 {
    let is_cancelled =
        view.story.payments_of(view, order).iter().any(|p| p.before(n).any(|w| w.tells == Tells::Cancelled));
    if is_cancelled {
        return order.amount.minor;
    }
    let mut ids = Vec::new();
    let mut sum = 0_u64;
    for word in words.iter().filter(|word| word.n < n && word.is_success()) {
        if !ids.contains(&&word.id) {
            ids.push(&word.id);
            sum = sum.saturating_add(word.amount.map_or(0, |money| money.minor));
        }
    }
    sum
}

/// Orders whose book says that more was given back than anything said, and the last word before.
fn premature<'v>(view: &'v View<'_>) -> Vec<(&'v Order, &'v Status, RefundWord)> {
    let mut found = Vec::new();
    for order in view.story.sales(view) {
        let words = words(view, order);
        let Some(first) = words.first().filter(|_| !view.story.is_captured_in_part(view, order)) else { continue };
        let of_order = view.statuses.iter().filter(|status| status.order == order.name && status.n > first.n);
        let early =
            of_order.into_iter().find(|status| claimed(order, status) > known_back(view, order, &words, status.n));
        let Some(early) = early else { continue };
        if let Some(last) = words.iter().rfind(|word| word.n < early.n) {
            found.push((order, early, last.clone()));
        }
    }
    found
}

fn judge(view: &View<'_>, is_it: impl Fn(&RefundWord) -> bool, why: &str) -> Judgement {
    let said = |order| words(view, order).iter().any(|word| word.sure && is_it(word));
    let exercised = view.story.sales(view).any(said);
    let findings = premature(view).into_iter().filter(|(_, _, word)| is_it(word)).map(|(order, status, word)| {
        let text = format!("order {} is booked as refunded; {why} (entry {})", order.name, word.n);
        Finding { entry: status.n, text }
    });
    Judgement::new(exercised, findings.collect())
}

/// REF-004.
pub(in crate::rule) fn in_process_is_no_end(view: &View<'_>) -> Judgement {
    judge(view, |word| word.tells == RefundTells::Unsure, "the refund was only accepted, or is unknown")
}

/// REF-005.
pub(in crate::rule) fn refund_status_is_the_end(view: &View<'_>) -> Judgement {
    let is_status = |word: &RefundWord| matches!(word.tells, RefundTells::Status(_));
    judge(view, is_status, "the S of the inquiry says nothing, refundStatus is not SUCCESS")
}

/// REF-006. Belief, acknowledgement, and that a repeat books nothing. One that says what is not so may be doubted.
pub(in crate::rule) fn refund_notices_are_handled(view: &View<'_>) -> Judgement {
    let is_told =
        |word: &RefundWord| matches!(word.tells, RefundTells::Forged | RefundTells::Notified(RefundStatus::Success));
    let mut findings = match judge(view, is_told, "the notification does not say so much") {
        Judgement::Broken(findings) => findings,
        Judgement::Held | Judgement::NotExercised => Vec::new(),
    };
    let told = || view.story.notices.iter().filter(|notice| notice.kind() == "REFUND_RESULT");
    for notice in told() {
        let Some(answer) = &notice.answer else { continue };
        let text = match (notice.genuine, answer.acknowledged) {
            (false, true) => format!("the forged notifyRefund (entry {}) is acknowledged", notice.n),
            (true, false) if !notice.altered && !notice.is_old() && !view.was_down(notice.n, answer.n) => {
                format!("the notifyRefund (entry {}) is not acknowledged: the answer {}", notice.n, answer.problem)
            }
            _ => continue,
        };
        findings.push(Finding { entry: answer.n, text });
    }
    Judgement::new(told().next().is_some(), findings)
}

/// REF-010.
pub(in crate::rule) fn refunded_orders_stay_refunded(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let words = words(view, order);
        let Some(done) = words.iter().find(|word| word.is_success() && word.sure) else { continue };
        let payments = view.story.payments_of(view, order);
        let told = payments.iter().flat_map(|p| p.after(done.n)).find(|word| word.is_success());
        let Some(told) = told else { continue };
        exercised = true;
        let of_order = || view.statuses.iter().filter(|status| status.order == order.name);
        let Some(before) = of_order().rfind(|status| status.n < told.n && claimed(order, status) > 0) else { continue };
        let again = of_order()
            .find(|s| s.n > told.n && s.status.state == OrderState::Paid && claimed(order, s) < claimed(order, before));
        if let Some(again) = again {
            let text = format!(
                "order {} was refunded, and is booked again on a payment that says SUCCESS (entry {}), as it always will",
                order.name, told.n
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// REF-011.
pub(in crate::rule) fn failed_refunds_are_open_again(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let words = words(view, order);
        let accepted = |id: &str| words.iter().any(|word| word.id == id && word.tells == RefundTells::Unsure);
        let failed =
            words.iter().find(|word| word.is_failure() && word.tells != RefundTells::Refused && accepted(&word.id));
        // Less was taken than the order costs, so the book holds less by itself.
        let is_whole = !view.story.is_captured_in_part(view, order);
        let Some(failed) = failed.filter(|word| word.sure && is_whole) else { continue };
        exercised = true;
        let Some(last) = view.last_status(&order.name).filter(|last| last.n > failed.n) else { continue };
        if claimed(order, last) > known_back(view, order, &words, last.n) {
            let text = format!(
                "order {} is booked as refunded; the refund failed in the end (entry {}), and nothing came back",
                order.name, failed.n
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
