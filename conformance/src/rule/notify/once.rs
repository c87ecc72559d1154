//! One notification, one booking.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus};

use crate::driver::OrderState;
use crate::rule::story::{Notice, Outcome, Payment, Tells};
use crate::rule::view::{Order, View};
use crate::rule::{Finding, Judgement};

/// NTF-006.
pub(in crate::rule) fn repeats_are_processed_once(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.orders.iter().filter(|o| o.by.is_at_gateway()) {
        let ids = view.payment_request_ids(order.amount);
        let deliveries = view
            .notices
            .iter()
            .filter(|n| n.genuine && !n.altered && n.success && ids.contains(&n.payment_request_id.as_str()))
            .count();
        if deliveries < 2 {
            continue;
        }
        exercised = true;
        let double = view.statuses.iter().find(|s| {
            s.order == order.name
                && s.status.booked.is_some_and(|b| b.currency == order.amount.currency && b.minor > order.amount.minor)
        });
        if let Some(double) = double
            && let Some(booked) = double.status.booked
        {
            let text = format!(
                "order {} of {} is booked with {booked} after {deliveries} deliveries of one notification",
                order.name, order.amount
            );
            findings.push(Finding { entry: double.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// Genuine deliveries of success for the payments of an order.
fn successes<'v>(view: &'v View<'_>, order: &Order) -> Vec<&'v Notice<'v>> {
    let payments = view.story.payments_of(view, order);
    let is_it =
        |n: &&Notice<'_>| n.genuine && n.outcome() == Some(Outcome::Paid) && payments.iter().any(|p| n.is_about(p));
    view.story.notices.iter().filter(is_it).collect()
}

/// Judges that some successes of an order, of which `is_it` finds the last one, are booked once.
fn booked_once(view: &View<'_>, is_it: impl Fn(&[&Notice<'_>]) -> Option<usize>, why: &str) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view) {
        let Some(second) = is_it(&successes(view, order)) else { continue };
        exercised = true;
        let is_double =
            |booked: wire::money::Money| booked.currency == order.amount.currency && booked.minor > order.amount.minor;
        let double = view.statuses.iter().find(|s| s.order == order.name && s.status.booked.is_some_and(is_double));
        let Some((double, booked)) = double.and_then(|s| Some((s, s.status.booked?))) else { continue };
        let text = format!("order {} of {} is booked with {booked}: {why} (entry {second})", order.name, order.amount);
        findings.push(Finding { entry: double.n, text });
    }
    Judgement::new(exercised, findings)
}

/// NTF-007.
pub(in crate::rule) fn concurrent_ones_are_processed_once(view: &View<'_>) -> Judgement {
    let overlap = |told: &[&Notice<'_>]| {
        let is_open =
            |first: &Notice<'_>, second: &Notice<'_>| first.answer.as_ref().is_none_or(|answer| answer.n > second.n);
        told.windows(2).find(|pair| is_open(pair[0], pair[1])).map(|pair| pair[1].n)
    };
    booked_once(view, overlap, "the same notification came again before the first was answered")
}

/// NTF-019.
pub(in crate::rule) fn payment_ids_stay_one_to_one(view: &View<'_>) -> Judgement {
    let foreign = |told: &[&Notice<'_>]| {
        let first = told.first()?;
        let other = |n: &&&Notice<'_>| {
            n.payment_request_id == first.payment_request_id && n.text("/paymentId") != first.text("/paymentId")
        };
        told.iter().find(other).map(|n| n.n)
    };
    booked_once(view, foreign, "a second payment came under the same paymentRequestId, with another paymentId")
}

/// NTF-022.
pub(in crate::rule) fn replays_do_no_harm(view: &View<'_>) -> Judgement {
    let replayed = |told: &[&Notice<'_>]| told.iter().find(|notice| notice.is_old()).map(|n| n.n);
    booked_once(view, replayed, "an old notification was replayed")
}

/// Whether a person was told of a payment's order: it is his.
fn is_a_persons(view: &View<'_>, payment: &Payment<'_>) -> bool {
    let is_its = |order: &&Order| view.story.payments_of(view, order).iter().any(|p| p.id == payment.id);
    let parked =
        |order: &Order| view.statuses.iter().any(|s| s.order == order.name && s.status.state == OrderState::Parked);
    view.story.sales(view).filter(is_its).any(|order| parked(order) || may_be_parked(view, order, payment))
}

/// Whether a person may have been told though nobody asked how the order stood just then: its cancel came to nothing, or
/// money for it that could not go back.
fn may_be_parked(view: &View<'_>, order: &Order, payment: &Payment<'_>) -> bool {
    let Some(paid) = payment.paid() else { return false };
    let is_cancel = payment.before(paid.n).any(|word| word.tells == Tells::Sent(Operation::Cancel));
    let payments = view.story.payments_of(view, order);
    let is_kept =
        |n: &Notice<'_>| n.genuine && n.kind() == "PAYMENT_REVERSAL" && payments.iter().any(|p| n.is_about(p));
    is_cancel || view.story.notices.iter().any(is_kept)
}

/// NTF-016. Exercised by a payment that succeeded and of which the merchant was not told.
pub(in crate::rule) fn lost_ones_are_asked_for(view: &View<'_>) -> Judgement {
    /// The page says five minutes; one more for the pause between two questions.
    const PATIENCE: Duration = Duration::from_secs(360);
    /// Nobody knows when in its hour the buyer pays a session.
    const SESSION: Duration = Duration::from_secs(3600);
    /// Of what a bank decides, in days, one may wait to be told; once a day it is asked for.
    const PENDING: Duration = Duration::from_secs(24 * 3600);
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in story.payments.iter().filter(|payment| !payment.made_by.is_empty()) {
        let Some(paid) = payment.paid().filter(|_| payment.status() == Some(PaymentStatus::Success)) else { continue };
        let is_session = payment.operation == Some(Operation::CreatePaymentSession);
        let is_pending =
            payment.last_said(paid.n).is_some_and(|word| word.tells == Tells::Status(PaymentStatus::Pending));
        let patience = match () {
            () if is_pending => PENDING + PATIENCE,
            () if is_session => SESSION + PATIENCE,
            () => PATIENCE,
        };
        let is_told = story.notices.iter().any(|n| {
            n.genuine
                && n.is_about(payment)
                && (n.outcome().is_some() || n.captured().is_some())
                && n.at.since(paid.at) <= patience
        });
        let is_direct = payment.words.iter().any(|word| word.tells == Tells::PaidAtOnce);
        if is_told || is_direct || is_a_persons(view, payment) {
            continue;
        }
        let asked = payment.asked_after(paid.n).next();
        exercised |= asked.is_some() || story.went_on(paid.at, patience);
        let late = asked.is_none_or(|(n, _)| view.at(n).is_some_and(|at| at.since(paid.at) > patience));
        if late && story.went_on(paid.at, patience) {
            let text = format!(
                "{:?} is paid, its notification never came, and nobody asks within {} minutes",
                payment.id,
                patience.as_secs() / 60
            );
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
