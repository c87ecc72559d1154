//! What follows an answer of pay.

use std::time::Duration;

use wire::antom::{Operation, Product};

use super::belief::believed;
use crate::driver::OrderState;
use crate::rule::story::{Payment, Request, Tells, Word};
use crate::rule::view::{View, at};
use crate::rule::{Finding, Judgement};

/// So many repeats at once are what an official SDK does; one more in so short a time is a hot loop.
const AT_ONCE: usize = 4;
const SHORT: Duration = Duration::from_secs(2);
const MOST_SENDS: usize = 10;

/// Requests that make a payment, with the answer that was surely heard.
fn answered<'v>(view: &'v View<'_>, status: &'v str) -> impl Iterator<Item = (&'v Request<'v>, usize, &'v str)> {
    let heard = move |r: &'v Request<'v>| {
        r.heard().filter(|reply| reply.status() == status).map(|reply| (r, reply.n, reply.code()))
    };
    view.story.requests.iter().filter(|r| r.is_creating()).filter_map(heard)
}

fn payment<'v>(view: &'v View<'_>, request: &Request<'_>) -> Option<&'v Payment<'v>> {
    let id = request.id()?;
    view.story.payments.iter().find(|payment| payment.id == id)
}

/// The next request after an entry that makes a payment for the same sale.
fn next_for<'v>(view: &'v View<'_>, request: &Request<'_>, after: usize) -> Option<&'v Request<'v>> {
    let this = payment(view, request)?;
    let is_same = |other: &Request<'_>| {
        payment(view, other).is_some_and(|p| p.id == this.id || view.story.is_same_sale(view, p, this))
    };
    view.story.requests.iter().find(|r| r.n > after && r.is_creating() && is_same(r))
}

/// PAY-011. For Entry Code and Order Code: the other products inquire, or take another id. PAYMENT_IN_PROCESS is left out:
/// the documents disagree about it.
pub(in crate::rule) fn unknown_is_repeated_unchanged(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (request, n, code) in answered(view, "U") {
        let is_shown =
            !matches!(request.product(), Some(Product::UserPresented | Product::Cashier | Product::AutoDebit));
        let is_unknown = matches!(code, "UNKNOWN_EXCEPTION" | "REQUEST_TRAFFIC_EXCEED_LIMIT");
        let Some(payment) = payment(view, request).filter(|_| request.is(Operation::Pay) && is_shown && is_unknown)
        else {
            continue;
        };
        let Some(next) = next_for(view, request, n) else {
            exercised |= gives_up(view, payment, n, code, &mut findings);
            continue;
        };
        exercised = true;
        let is_cleared = payment.words.iter().any(|w| (n + 1..next.n).contains(&w.n) && w.is_said());
        if next.id() != request.id() && !is_cleared {
            let text = format!(
                "pay was answered U {code} (entry {n}) and then called with another paymentRequestId: the first may stand, \
                 and the buyer pays twice"
            );
            findings.push(Finding { entry: next.n, text });
        } else if next.id() == request.id() && next.body != request.body {
            let text =
                format!("pay was answered U {code} (entry {n}) and then called with another body under the same id");
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// A sale that is dropped although nothing is known of it.
fn gives_up(view: &View<'_>, payment: &Payment<'_>, n: usize, code: &str, findings: &mut Vec<Finding>) -> bool {
    // Who is told of its failure meanwhile need not ask.
    let is_told = payment.after(n).any(Word::is_failure);
    let is_dropped = payment.asked_after(n).next().is_none() && !payment.is_known_paid(usize::MAX) && !is_told;
    let mut orders =
        view.story.sales(view).filter(|o| view.story.payments_of(view, o).iter().any(|p| p.id == payment.id));
    let closed = orders.find_map(|order| {
        let last = view.last_status(&order.name)?;
        matches!(last.status.state, OrderState::Failed | OrderState::Cancelled).then_some((order, last))
    });
    let Some((order, last)) = closed.filter(|_| is_dropped && view.ended.is_some()) else { return false };
    let text = format!(
        "order {} is called {}; pay was answered U {code} (entry {n}), and nobody asked again",
        order.name, last.status.state
    );
    findings.push(Finding { entry: last.n, text });
    true
}

/// PAY-012.
pub(in crate::rule) fn repeats_are_bounded(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in view.story.payments.iter().filter(|payment| payment.made_by.len() > 1) {
        exercised = true;
        let operation = payment.operation.unwrap_or(Operation::Pay);
        if let Some(hot) = payment.crowd(operation, AT_ONCE, SHORT, &view.story.killed) {
            let text = format!(
                "{operation} is sent {AT_ONCE} times in {} s for {:?}: there is no pause",
                SHORT.as_secs(),
                payment.id
            );
            findings.push(Finding { entry: hot.n, text });
        }
        if let Some(extra) = payment.requests(&view.story.requests).nth(MOST_SENDS) {
            let text =
                format!("{operation} is sent for the {}th time for {:?}: there is no end", MOST_SENDS + 1, payment.id);
            findings.push(Finding { entry: extra.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-013.
pub(in crate::rule) fn failures_end_the_attempt(view: &View<'_>) -> Judgement {
    let is_it = |_: &Payment<'_>, word: &Word<'_>| matches!(word.tells, Tells::Refused(operation, _) if operation != Operation::Cancel && operation != Operation::InquiryPayment);
    believed(view, is_it, |_, word| {
        let code = if let Tells::Refused(_, code) = word.tells { code } else { "" };
        format!("but pay was answered F {code} (entry {}): nothing will ever be paid under this id", word.n)
    })
}

/// PAY-014. A person may try again: what follows another checkout is not done by itself.
pub(in crate::rule) fn fatal_codes_stop(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (request, n, code) in
        answered(view, "F").filter(|(_, _, code)| matches!(*code, "PROCESS_FAIL" | "SYSTEM_ERROR"))
    {
        exercised = true;
        let Some(next) = next_for(view, request, n) else { continue };
        // It may be the answer to a repeat, and the buyer may have tried again before.
        let first = view.story.requests.iter().find(|r| r.is_creating() && r.id() == request.id());
        let since = first.map_or(request.n, |first| first.n);
        if !view.story.asked_between(&["checkout", "checkoutBatch"], since, next.n) {
            let text =
                format!("{code} (entry {n}) is for a person to look at; here the payment is tried again by itself");
            findings.push(Finding { entry: next.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-015.
pub(in crate::rule) fn closed_ids_are_left(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (request, n, code) in
        answered(view, "F").filter(|(_, _, code)| matches!(*code, "ORDER_IS_CLOSED" | "ORDER_IS_CANCELED"))
    {
        exercised = true;
        let again = view.story.requests.iter().find(|r| r.n > n && r.is_creating() && r.id() == request.id());
        if let Some(again) = again {
            let id = request.id().unwrap_or_default();
            let text = format!("{code} (entry {n}) says that {id:?} is over for good; here it is used again");
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-016. The same fields are those of the first request with the id.
pub(in crate::rule) fn inconsistent_repeats_are_mended(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (request, n, _) in answered(view, "F").filter(|(_, _, code)| *code == "REPEAT_REQ_INCONSISTENT") {
        exercised = true;
        let same_id = || view.story.requests.iter().filter(|r| r.is_creating() && r.id() == request.id());
        let Some(first) = same_id().next() else { continue };
        let differs = |r: &&Request<'_>| {
            ["/paymentAmount", "/paymentMethod/paymentMethodId"]
                .iter()
                .any(|place| at(&*r.body, place) != at(&*first.body, place))
        };
        if let Some(again) = same_id().find(|r| r.n > n && differs(r)) {
            let text = format!(
                "REPEAT_REQ_INCONSISTENT (entry {n}): the id {:?} belongs to other data (entry {}), and is used with neither \
                 those nor a new id",
                request.id().unwrap_or_default(),
                first.n
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
