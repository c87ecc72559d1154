//! How often a correct merchant asks, and for how long.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus};

use super::super::story::{Payment, Tells};
use super::super::view::{Order, View};
use super::super::{Finding, Judgement};
use super::{is_parked, sold, told};

/// Three inquiries within this time are a hot loop; documented are pauses of 2 to 5 s.
const HOT: (usize, Duration) = (3, Duration::from_secs(2));
/// A payment may stay open for a quarter of an hour and be asked for every three seconds.
const MOST: usize = 300;
/// A buyer has hardly taken out his telephone.
const HARDLY_BEGUN: Duration = Duration::from_secs(60);

/// INQ-002. A pause may grow as long as it likes, as long as somebody asks again.
pub(in crate::rule) fn polling_goes_on_and_ends(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (payment, last) in told(view, PaymentStatus::Processing) {
        exercised = true;
        if let Some(hot) = payment.crowd(Operation::InquiryPayment, HOT.0, HOT.1, &begun_anew(view)) {
            let text = format!(
                "inquired {} times within {} s about {:?}: there is no pause",
                HOT.0,
                HOT.1.as_secs(),
                payment.id
            );
            findings.push(Finding { entry: hot.n, text });
        }
        let mut sent = payment.words.iter().filter(|word| word.tells == Tells::Sent(Operation::InquiryPayment));
        if let Some(extra) = sent.nth(MOST) {
            let text = format!("inquired for the {}th time about {:?}: there is no end", MOST + 1, payment.id);
            findings.push(Finding { entry: extra.n, text });
        }
        let is_dropped = payment.after(last.n).next().is_none() && !payment.is_known_paid(last.n);
        let is_over = payment.is_known_over(last.n) || payment.is_over(usize::MAX);
        if is_dropped && !is_over && view.story.had_time(last.at) && !is_parked(view, payment) {
            let text = format!(
                "{:?} is still PROCESSING, and nobody asks again: a payment that succeeds now is missed",
                payment.id
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    findings.extend(sold(view).into_iter().filter_map(|(order, payment)| given_up_at_once(view, order, payment)));
    Judgement::new(exercised, findings)
}

/// Where a payment that was accepted is cancelled after a single question, by nobody's wish, while its buyer had hardly begun.
fn given_up_at_once(view: &View<'_>, order: &Order, payment: &Payment<'_>) -> Option<Finding> {
    let begun = payment.words.first()?;
    let cancel = payment.words.iter().find(|word| word.tells == Tells::Sent(Operation::Cancel))?;
    let before = || payment.before(cancel.n);
    let is_accepted = before().any(|word| word.sure && word.tells == Tells::Accepted);
    let questions = before().filter(|word| word.tells == Tells::Sent(Operation::InquiryPayment)).count();
    let said = payment.last_said(cancel.n)?;
    let is_open = said.sure && said.fits && said.tells == Tells::Status(PaymentStatus::Processing);
    let is_notified = before().any(|word| matches!(word.tells, Tells::Notified(_)));
    let is_wanted = view.story.asked.iter().any(|asked| {
        (begun.n..cancel.n).contains(&asked.n) && asked.method != "orderStatus" && asked.is_about(&order.name)
    });
    let is_killed = view.story.killed.iter().any(|n| (begun.n..cancel.n).contains(n));
    let waited = cancel.at.since(begun.at);
    let is_given_up = is_accepted && questions == 1 && is_open && waited < HARDLY_BEGUN;
    let text = format!(
        "{:?} was asked about once, was PROCESSING (entry {}), and is cancelled {} s after it began: ask again every few seconds",
        payment.id,
        said.n,
        waited.as_secs()
    );
    (is_given_up && !is_notified && !is_wanted && !is_killed).then_some(Finding { entry: cancel.n, text })
}

/// Where a merchant begins anew: killed and started again, asked for something by a person, or told by a cancel that it is
/// for an inquiry to say what became of the payment.
fn begun_anew(view: &View<'_>) -> Vec<usize> {
    let asked = view
        .story
        .asked
        .iter()
        .filter(|asked| matches!(asked.method, "checkout" | "checkoutBatch" | "cancel"))
        .map(|asked| asked.n);
    let cancelled = view.story.requests_of(Operation::Cancel).filter_map(|cancel| cancel.told()).map(|reply| reply.n);
    view.story.killed.iter().copied().chain(asked).chain(cancelled).collect()
}
