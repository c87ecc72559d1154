//! One order, one payment.

use wire::antom::{Operation, PaymentStatus, RefundStatus};

use super::identity::pairs;
use crate::driver::OrderState;
use crate::rule::story::{Payment, Tells, Word};
use crate::rule::view::{Order, View};
use crate::rule::{Finding, Judgement};

/// Payments for an order that were taken and are kept whole in the end, with nobody having tried to give them back since.
fn kept<'v>(view: &'v View<'_>, order: &Order) -> Vec<&'v Payment<'v>> {
    let story = &view.story;
    let is_kept = |payment: &&Payment<'_>| {
        let ours = |id: &str| payment.payment_ids.iter().any(|(_, known)| known == id);
        let is_returned = story.refunds.iter().any(|r| ours(r.payment_id) && r.status != RefundStatus::Fail);
        let taken = payment.paid().map_or(0, |change| change.n);
        let tries = |operation| story.requests_of(operation).any(|r| r.n > taken && payment.is_meant_by(r));
        let is_tried = tries(Operation::Cancel) || tries(Operation::Refund);
        payment.status() == Some(PaymentStatus::Success) && !is_returned && !is_tried
    };
    story.payments_of(view, order).into_iter().filter(is_kept).collect()
}

/// Where an order is charged for the second time, for good and without a person being told.
fn second<'v>(view: &'v View<'_>, order: &Order) -> Option<&'v Payment<'v>> {
    let is_parked = view.last_status(&order.name).is_some_and(|s| s.status.state == OrderState::Parked);
    let kept = kept(view, order);
    let mut charges: Vec<_> = kept.into_iter().filter_map(|payment| Some((payment.paid()?.n, payment))).collect();
    charges.sort_by_key(|(n, _)| *n);
    charges.get(1).filter(|_| view.ended.is_some() && !is_parked).map(|(_, payment)| *payment)
}

/// PAY-023.
pub(in crate::rule) fn one_success_an_order(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let paid = view.story.payments_of(view, order).into_iter().filter(|payment| payment.was_paid()).count();
        exercised |= paid > 1;
        if let Some((second, change)) = second(view, order).and_then(|p| Some((p, p.paid()?))) {
            let text = format!(
                "order {} is paid a second time, by {:?}, and nothing is ever given back: neither cancel nor refund is called",
                order.name, second.id
            );
            findings.push(Finding { entry: change.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-031. Whatever is done about it, the buyer pays once.
pub(in crate::rule) fn in_process_charges_once(view: &View<'_>) -> Judgement {
    let is_it =
        |word: &Word<'_>| matches!(word.tells, Tells::Unsure(Operation::Pay, "PAYMENT_IN_PROCESS")) && word.sure;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let payments = view.story.payments_of(view, order);
        let Some(unsure) = payments.iter().flat_map(|payment| &payment.words).find(|word| is_it(word)) else {
            continue;
        };
        exercised = true;
        if let Some(change) = second(view, order).and_then(Payment::paid) {
            let text = format!(
                "order {} is paid twice after pay was answered PAYMENT_IN_PROCESS (entry {}): the first attempt went on",
                order.name, unsure.n
            );
            findings.push(Finding { entry: change.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-024. An attempt that is over at the gateway needs no clearing up. After silence and after U other requirements say
/// what comes next.
pub(in crate::rule) fn old_attempts_are_cleared_up(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (old, fresh) in pairs(view) {
        let Some(begun) = fresh.words.first().map(|word| word.n) else { continue };
        exercised = true;
        let Some(last) = old.last_said(begun) else { continue };
        let is_open = matches!(
            last.tells,
            Tells::Accepted
                | Tells::Status(PaymentStatus::Processing | PaymentStatus::Pending)
                | Tells::Refused(Operation::Cancel, _)
                | Tells::Unsure(Operation::Cancel, _)
        );
        let is_known = old.is_known_paid(begun) || old.is_known_over(begun) || old.is_over(begun);
        if is_open && !is_known {
            let text = format!(
                "a new attempt {:?} begins while {:?} can still be paid (last heard in entry {}): both can succeed; cancel the \
                 old one first",
                fresh.id, old.id, last.n
            );
            findings.push(Finding { entry: begun, text });
        }
    }
    Judgement::new(exercised, findings)
}
