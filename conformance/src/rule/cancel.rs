//! What a correct merchant does to call a payment off.

use wire::antom::{Operation, PaymentStatus};

use super::story::{Payment, Request, Tells, Word};
use super::view::{Order, Status, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;

/// Documented are three tries and five; a merchant that has sent more is in a loop.
const MOST_TRIES: usize = 10;
/// Tries after an answer that says that trying does not help.
const MOST_AFTER_A_NO: usize = 2;

/// Payments of orders, with what was said of their cancels.
fn sold<'v>(view: &'v View<'_>) -> Vec<(&'v Order, &'v Payment<'v>)> {
    let of = |order| view.story.payments_of(view, order).into_iter().map(move |payment| (order, payment));
    view.story.sales(view).flat_map(of).collect()
}

fn called<'v>(view: &'v View<'_>, order: &Order, after: usize, state: OrderState) -> Option<&'v Status> {
    view.statuses.iter().find(|s| s.order == order.name && s.n > after && s.status.state == state)
}

fn state(view: &View<'_>, order: &Order) -> Option<OrderState> {
    view.last_status(&order.name).map(|last| last.status.state)
}

const fn is_cancel_sent(word: &Word<'_>) -> bool {
    matches!(word.tells, Tells::Sent(Operation::Cancel))
}

/// The code of a cancel's F, surely heard.
fn no<'a>(word: &Word<'a>) -> Option<&'a str> {
    match word.tells {
        Tells::Refused(Operation::Cancel, code) if word.sure => Some(code),
        _ => None,
    }
}

/// Whether it may have been heard that a cancel is refused.
const fn is_no(word: &Word<'_>) -> bool {
    matches!(word.tells, Tells::Refused(Operation::Cancel, _))
}

/// Cancels that were answered U, or not at all: the word after which the merchant knows nothing. What comes so late that
/// another cancel, sent after it, is answered already says nothing any more.
fn unsure<'v>(view: &View<'_>, payment: &'v Payment<'v>) -> Option<&'v Word<'v>> {
    let is_old = |word: &Word<'_>| {
        let sent = word.request.and_then(|index| view.story.requests.get(index));
        let mut later = payment.words.iter().filter(|other| other.n < word.n && is_told(view, other, sent));
        later.any(|other| other.is_success() || is_no(other))
    };
    payment.words.iter().find(|word| match word.tells {
        Tells::Unsure(Operation::Cancel, _) => !is_old(word),
        Tells::Sent(Operation::Cancel) => {
            let request = word.request.and_then(|index| view.story.requests.get(index));
            request
                .is_some_and(|r| r.reply.as_ref().is_some_and(|reply| reply.lost.is_some() || reply.spoilt.is_some()))
        }
        _ => false,
    })
}

/// Whether a word answers a request that was sent after another one.
fn is_told(view: &View<'_>, word: &Word<'_>, before: Option<&Request<'_>>) -> bool {
    let asked = word.request.and_then(|index| view.story.requests.get(index));
    asked.zip(before).is_some_and(|(asked, before)| asked.n > before.n)
}

/// CAN-001.
pub(super) fn open_payments_are_cancelled_first(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(first) = payment.words.iter().find(|word| word.tells == Tells::Accepted && word.sure) else {
            continue;
        };
        for state in [OrderState::Failed, OrderState::Cancelled] {
            let Some(closed) = called(view, order, first.n, state) else { continue };
            exercised = true;
            let is_decided =
                payment.is_known_over(closed.n) || payment.is_over(closed.n) || payment.is_known_paid(closed.n);
            if !is_decided && !payment.before(closed.n).any(is_cancel_sent) {
                let text = format!(
                    "order {} is called {state}; {:?} can still be paid (entry {}), and was not cancelled first",
                    order.name, payment.id, first.n
                );
                findings.push(Finding { entry: closed.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-002.
pub(super) fn unsure_cancels_are_repeated(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in &story.payments {
        let Some(unsure) = unsure(view, payment) else { continue };
        exercised = true;
        let is_decided = payment.after(unsure.n).any(|word| word.is_failure() || word.is_success() || is_no(word));
        let is_repeated = payment.after(unsure.n).any(is_cancel_sent);
        // Money that came after its end tells of the end.
        let is_reversed = story.notices.iter().any(|notice| {
            notice.n > unsure.n && notice.genuine && notice.kind() == "PAYMENT_REVERSAL" && notice.is_about(payment)
        });
        if !is_repeated && !is_decided && !is_reversed && !payment.is_over(unsure.n) && story.had_time(unsure.at) {
            let text = format!("whether {:?} is cancelled is unknown, and nobody asks for it again", payment.id);
            findings.push(Finding { entry: unsure.n, text });
        }
        if let Some(extra) = payment.words.iter().filter(|word| is_cancel_sent(word)).nth(MOST_TRIES) {
            let text =
                format!("{:?} is cancelled for the {}th time: a person must look at it", payment.id, MOST_TRIES + 1);
            findings.push(Finding { entry: extra.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-003.
pub(super) fn nothing_is_cancelled_before_s(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(sent) = payment.words.iter().find(|word| is_cancel_sent(word)) else { continue };
        exercised = true;
        let Some(closed) = called(view, order, sent.n, OrderState::Cancelled) else { continue };
        if !payment.is_known_over(closed.n) && !payment.is_over(closed.n) {
            let last = payment.before(closed.n).next_back().map_or(sent.n, |word| word.n);
            let text = format!(
                "order {} is called cancelled; the cancel of {:?} (entry {last}) was not answered S",
                order.name, payment.id
            );
            findings.push(Finding { entry: closed.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-004. One that was not paid has nothing to give back, and a parked one is a person's: whoever parks it has asked before
/// whether it was paid.
pub(super) fn late_cancels_become_refunds(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in &story.payments {
        let Some(word) = payment.words.iter().find(|word| no(word) == Some("CANCEL_WINDOW_EXCEED")) else { continue };
        exercised = true;
        let is_refunded = story.requests_of(Operation::Refund).any(|r| r.n > word.n && payment.is_meant_by(r));
        let orders = sold(view).into_iter().filter(|(_, sold)| sold.id == payment.id);
        let is_parked = orders.into_iter().any(|(order, _)| state(view, order) == Some(OrderState::Parked));
        let is_asked = payment.asked_after(word.n).any(|(_, operation)| operation == Operation::InquiryPayment);
        let is_known = is_asked || payment.is_known_paid(word.n) || story.killed.iter().any(|n| *n > word.n);
        let is_paid = payment.status() == Some(PaymentStatus::Success);
        if is_paid && !is_refunded && !(is_parked && is_known) && story.had_time(word.at) {
            let how = if is_parked { "nobody asks whether it was paid" } else { "is not refunded" };
            let text = format!("{:?} cannot be cancelled any more, and {how}: the money is kept", payment.id);
            findings.push(Finding { entry: word.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-005. A later attempt of the same order may be paid.
pub(super) fn cancelled_is_never_fulfilled(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(word) = payment.words.iter().find(|word| word.tells == Tells::Cancelled && word.sure) else {
            continue;
        };
        exercised = true;
        let others = view.story.payments_of(view, order);
        let Some(paid) = called(view, order, word.n, OrderState::Paid) else { continue };
        if !others.iter().any(|other| other.id != payment.id && other.is_known_paid(paid.n)) {
            let text =
                format!("order {} is called paid, after its payment was cancelled (entry {})", order.name, word.n);
            findings.push(Finding { entry: paid.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-006. A cancel or refund that somebody asked for is no mistake, nor is giving back a second payment.
pub(super) fn paid_orders_are_not_cancelled(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        for cancel in payment.words.iter().filter(|word| is_cancel_sent(word)) {
            exercised = true;
            let is_fulfilled = view.statuses.iter().rev().find(|s| s.order == order.name && s.n < cancel.n);
            let is_fulfilled = is_fulfilled.is_some_and(|s| s.status.state == OrderState::Paid);
            let is_asked_for = story.asked.iter().any(|asked| {
                asked.n < cancel.n && matches!(asked.method, "cancel" | "refund") && asked.is_about(&order.name)
            });
            let is_spare =
                story.payments_of(view, order).iter().any(|p| p.id != payment.id && p.is_known_paid(cancel.n));
            if is_fulfilled && payment.is_known_paid(cancel.n) && !is_asked_for && !is_spare {
                let text = format!(
                    "{:?} is cancelled, though order {} was called paid: goods and money are gone",
                    payment.id, order.name
                );
                findings.push(Finding { entry: cancel.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-007.
pub(super) fn payments_never_made_are_closed(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let Some(word) = payment.words.iter().find(|word| no(word) == Some("ORDER_NOT_EXIST")) else { continue };
        exercised = true;
        let is_open = view.last_status(&order.name).filter(|last| last.status.state == OrderState::Open);
        if let Some(last) = is_open.filter(|_| view.story.had_time(word.at)) {
            let text = format!("order {} is still open; its payment was never made (entry {})", order.name, word.n);
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-008. One that is sent after the third such answer.
pub(super) fn refused_cancels_are_no_loop(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in &view.story.payments {
        let says_no = |word: &&Word<'_>| matches!(no(word), Some("ORDER_STATUS_INVALID" | "PROCESS_FAIL"));
        let mut refused = payment.words.iter().filter(says_no).peekable();
        exercised |= refused.peek().is_some();
        // What was not answered is repeated with reason.
        let Some(word) = refused.nth(MOST_AFTER_A_NO) else { continue };
        if let Some(again) = payment.after(word.n).find(|word| is_cancel_sent(word)) {
            let code = no(word).unwrap_or_default();
            let text = format!(
                "{code} (entry {}) says that {:?} cannot be cancelled; it is tried again and again",
                word.n, payment.id
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// CAN-009.
pub(super) fn races_are_cleared_up(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (order, payment) in sold(view) {
        let lost = |word: &&Word<'_>| no(word).is_some() && payment.status_at(word.n) == Some(PaymentStatus::Success);
        let Some(word) = payment.words.iter().find(lost) else { continue };
        exercised = true;
        let is_kept = payment.status() == Some(PaymentStatus::Success) && view.story.had_time(word.at);
        let given_back = view.story.requests_of(Operation::Refund).any(|r| payment.is_meant_by(r));
        let last = view
            .last_status(&order.name)
            .filter(|last| matches!(last.status.state, OrderState::Failed | OrderState::Cancelled | OrderState::Open));
        if let Some(last) = last.filter(|_| is_kept && !given_back) {
            let text = format!(
                "order {} is {}; its cancel was refused (entry {}) because the buyer had paid, which an inquiry would tell",
                order.name, last.status.state, word.n
            );
            findings.push(Finding { entry: last.n, text });
        }
    }
    Judgement::new(exercised, findings)
}
