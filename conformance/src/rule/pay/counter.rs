//! Payment codes at the counter: the buyer waits, so it must end.

use std::collections::BTreeMap;
use std::time::Duration;

use wire::antom::{Operation, Product};

use super::belief::believed;
use crate::driver::OrderState;
use crate::rule::story::{Payment, Tells, Word};
use crate::rule::view::{Order, View};
use crate::rule::{Finding, Judgement};

/// An unsure payment is asked for within this time, at the latest; documented are 3 to 5 s.
const SOON: Duration = Duration::from_secs(30);
/// Documented are 10 to 20 inquiries; one that was unlucky with U and time-outs may need more.
const MOST_INQUIRIES: usize = 30;

/// PAY-030.
pub(in crate::rule) fn payment_codes_are_followed(view: &View<'_>) -> Judgement {
    let is_counter = |payment: &Payment<'_>| payment.product == Some(Product::UserPresented);
    let is_unsure = |word: &Word<'_>| matches!(word.tells, Tells::Unsure(Operation::Pay, _));
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        for payment in view.story.payments_of(view, order).into_iter().filter(|payment| is_counter(payment)) {
            exercised = true;
            follow(view, order, payment, &mut findings);
        }
    }
    let on_unsure = believed(
        view,
        |_, word| is_unsure(word),
        |_, word| format!("but pay was answered U (entry {}): whether the buyer paid is unknown", word.n),
    );
    if let Judgement::Broken(more) = on_unsure {
        findings.extend(more);
    }
    Judgement::new(exercised, findings)
}

/// What becomes of a payment whose answer was U, or that had none.
fn follow(view: &View<'_>, order: &Order, payment: &Payment<'_>, findings: &mut Vec<Finding>) {
    let story = &view.story;
    let Some(first) = payment.words.first() else { return };
    // Whatever was refused, nothing was begun that could be asked for.
    let is_refused = |word: &Word<'_>| matches!(word.tells, Tells::Refused(Operation::Pay, _));
    let is_decided = |word: &Word<'_>| word.is_success() || word.is_failure() || is_refused(word);
    let decided = payment.words.iter().find(|word| is_decided(word));
    let inquiries: Vec<_> =
        payment.words.iter().filter(|word| word.tells == Tells::Sent(Operation::InquiryPayment)).collect();
    if decided.is_none_or(|word| word.at.since(first.at) > SOON) && story.went_on(first.at, SOON) {
        // Who calls it off, or sends the same again, asks for its end, too.
        let asks = |word: &&Word<'_>| match word.tells {
            Tells::Sent(Operation::Pay) => word.n > first.n,
            Tells::Sent(Operation::InquiryPayment | Operation::Cancel) => true,
            _ => false,
        };
        let late = payment.words.iter().find(asks).is_none_or(|asked| asked.at.since(first.at) > SOON);
        // A person was called meanwhile, who does it: at once, as far as anybody asked.
        let mut said = view.statuses.iter().filter(|status| status.order == order.name && status.n > first.n);
        let is_soon = |n: usize| view.at(n).is_some_and(|at| at.since(first.at) <= SOON);
        let is_parked = said.clone().next().is_some_and(|status| status.status.state == OrderState::Parked)
            || said.any(|status| status.status.state == OrderState::Parked && is_soon(status.n));
        // So was one by a message that contradicts itself, and was turned away.
        let is_warned = story.notices.iter().any(|notice| {
            let is_refused = notice.answer.as_ref().is_some_and(|answer| !answer.acknowledged);
            notice.altered && is_refused && notice.is_about(payment) && notice.at.since(first.at) <= SOON
        });
        if late && !is_parked && !is_warned {
            let text = format!(
                "whether {:?} is paid is unknown, and nobody inquires within {} s: the buyer stands at the counter",
                payment.id,
                SOON.as_secs()
            );
            return findings.push(Finding { entry: first.n, text });
        }
    }
    // Each life of a merchant counts anew, and so does, once, whoever looks into a cancel that did not work.
    let lives = |n: usize| story.killed.iter().filter(|killed| **killed < n).count();
    let is_cancelled = |n: usize| payment.before(n).any(|word| word.tells == Tells::Sent(Operation::Cancel));
    let mut counts = BTreeMap::new();
    let extra = inquiries.iter().find(|word| {
        let count = counts.entry((lives(word.n), is_cancelled(word.n))).or_insert(0_usize);
        *count += 1;
        *count > MOST_INQUIRIES
    });
    if let Some(extra) = extra {
        let text = format!(
            "this is inquiry number {} for {:?}; after 20 it is to be cancelled",
            MOST_INQUIRIES + 1,
            payment.id
        );
        findings.push(Finding { entry: extra.n, text });
    }
    let is_given_up = view.last_status(&order.name).filter(|last| {
        // What was said before this attempt was about another.
        matches!(last.status.state, OrderState::Failed | OrderState::Cancelled)
            && first.n < last.n
            && !payment.is_known_over(last.n)
            && !payment.is_over(last.n)
            && !payment.words.iter().any(|w| w.n < last.n && w.tells == Tells::Sent(Operation::Cancel))
    });
    if let Some(last) = is_given_up {
        let text = format!(
            "order {} is called {}, but {:?} was never cancelled: the buyer may still confirm it",
            order.name, last.status.state, payment.id
        );
        findings.push(Finding { entry: last.n, text });
    }
}
