//! What an order was called paid on, when nothing says that it is paid.
//!
//! The last thing that the merchant may have heard is what it believed. Each kind of it has a requirement of its own.

use wire::antom::Operation;

use crate::driver::OrderState;
use crate::rule::story::{Payment, Tells, Word};
use crate::rule::view::{Order, Status, View};
use crate::rule::{Finding, Judgement};

/// Judges belief in one kind of word: exercised when one was surely heard of a payment for an order, broken when an order
/// is called paid with it as the last thing said, and without evidence. The text goes on from "order A is called paid, ".
pub(in crate::rule) fn believed(
    view: &View<'_>,
    is_it: impl Fn(&Payment<'_>, &Word<'_>) -> bool,
    text: impl Fn(&Payment<'_>, &Word<'_>) -> String,
) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let payments = view.story.payments_of(view, order);
        exercised |= payments.iter().any(|p| p.words.iter().any(|word| word.sure && is_it(p, word)));
        if let Some((paid, payment, word)) = misbelief(view, order).filter(|(_, payment, word)| is_it(payment, word)) {
            let text = format!("order {} is called paid, {}", order.name, text(payment, word));
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// The moment at which an order was called paid without evidence, and the last word before it.
fn misbelief<'v>(view: &'v View<'_>, order: &Order) -> Option<(&'v Status, &'v Payment<'v>, &'v Word<'v>)> {
    let story = &view.story;
    let payments = story.payments_of(view, order);
    let paid = view.statuses.iter().find(|s| s.order == order.name && s.status.state == OrderState::Paid)?;
    if payments.iter().any(|payment| payment.is_known_paid(paid.n)) {
        return None;
    }
    // One that was refused to its face was not believed.
    let is_refused = |word: &Word<'_>| {
        let notice = story.notices.iter().find(|notice| notice.n == word.n);
        notice.is_some_and(|n| n.arrived() && !n.is_acknowledged())
    };
    let words = payments.into_iter().flat_map(|payment| payment.words.iter().map(move |word| (payment, word)));
    let said = words.filter(|(_, word)| word.n < paid.n && !matches!(word.tells, Tells::Sent(_)) && !is_refused(word));
    said.max_by_key(|(_, word)| word.n).map(|(payment, word)| (paid, payment, word))
}

/// PAY-009. User-presented payments, and others that are paid at once, are another matter.
pub(in crate::rule) fn s_is_not_paid(view: &View<'_>) -> Judgement {
    let is_it = |payment: &Payment<'_>, word: &Word<'_>| {
        word.tells == Tells::Accepted && payment.operation != Some(Operation::BatchPay)
    };
    believed(view, is_it, |_, word| {
        format!(
            "but the last thing said is the S of pay (entry {}): the buyer can pay now, nobody has paid yet",
            word.n
        )
    })
}
