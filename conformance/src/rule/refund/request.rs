//! What a refund request says, and when it is sent.

use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use crate::rule::story::{Outcome, Payment, Request, money};
use crate::rule::view::View;
use crate::rule::{Finding, Judgement};

/// Refusals at the door: the refund was never looked at, so the same id is as good as new.
const AT_THE_DOOR: [&str; 7] = [
    "INVALID_SIGNATURE",
    "KEY_NOT_FOUND",
    "CLIENT_INVALID",
    "NO_INTERFACE_DEF",
    "METHOD_NOT_SUPPORTED",
    "MEDIA_TYPE_NOT_ACCEPTABLE",
    "INVALID_API",
];
/// What no repeat can mend.
const USELESS: [&str; 4] = [
    "REFUND_WINDOW_EXCEED",
    "PARTIAL_REFUND_NOT_SUPPORTED",
    "MULTIPLE_REFUNDS_NOT_SUPPORTED",
    "PAYMENT_METHOD_NOT_SUPPORTED",
];

pub(super) fn refunds<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    view.story.requests_of(Operation::Refund).filter(|request| request.is_authentic())
}

pub(super) fn id<'r>(request: &'r Request<'_>) -> &'r str {
    request.text("/refundRequestId").unwrap_or_default()
}

fn amount(request: &Request<'_>) -> Option<Money> {
    money(&request.body["refundAmount"])
}

fn is_same_money(one: &Request<'_>, other: &Request<'_>) -> bool {
    one.body["paymentId"] == other.body["paymentId"] && one.body["refundAmount"] == other.body["refundAmount"]
}

/// Whether the end of a refund may have been heard before an entry.
fn is_decided(view: &View<'_>, refund: &Request<'_>, n: usize) -> bool {
    let is_it = |r: &&Request<'_>| r.text("/refundRequestId") == Some(id(refund));
    let by_answer =
        refunds(view).filter(is_it).filter_map(Request::told).any(|reply| reply.n < n && reply.status() != "U");
    let asked = view.story.requests_of(Operation::InquiryRefund).filter(is_it).filter_map(Request::told);
    let by_inquiry = asked.into_iter().any(|reply| {
        let is_end = matches!(reply.text("/refundStatus"), Some("SUCCESS" | "FAIL")) || reply.status() == "F";
        reply.n < n && is_end
    });
    let by_notice = view
        .story
        .notices
        .iter()
        .any(|notice| notice.n < n && notice.genuine && notice.text("/refundRequestId") == Some(id(refund)));
    by_answer || by_inquiry || by_notice
}

/// REF-001. Another id for the same money is a second refund, unless somebody asked for one.
pub(in crate::rule) fn one_id_a_refund(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    for request in refunds(view) {
        let mut find = |text: String| findings.push(Finding { entry: request.n, text });
        let length = id(request).chars().count();
        if !(1..=64).contains(&length) {
            find(format!("refundRequestId has {length} characters, 1 to 64 fit"));
            continue;
        }
        let before = || refunds(view).filter(|other| other.n < request.n);
        if let Some(other) = before().find(|other| id(other) == id(request) && !is_same_money(other, request)) {
            find(format!("the id {:?} belongs to another refund (entry {}) already", id(request), other.n));
            continue;
        }
        let unsure = before().find(|other| {
            is_same_money(other, request) && id(other) != id(request) && !is_decided(view, other, request.n)
        });
        let is_repeat = before().any(|other| id(other) == id(request));
        let Some(unsure) = unsure.filter(|_| view.has_book() && !is_repeat) else { continue };
        if !view.story.asked_between(&["refund"], unsure.n, request.n) {
            find(format!(
                "{:?} asks for the same money as {:?} (entry {}), of which nothing is known yet: both may be given back",
                id(request),
                id(unsure),
                unsure.n
            ));
        }
    }
    Judgement::new(refunds(view).next().is_some(), findings)
}

/// REF-002.
pub(in crate::rule) fn failed_ids_are_left(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in refunds(view) {
        let Some(reply) = request.heard().filter(|r| r.status() == "F" && !AT_THE_DOOR.contains(&r.code())) else {
            continue;
        };
        exercised = true;
        if let Some(again) = refunds(view).find(|other| other.n > reply.n && id(other) == id(request)) {
            let text = format!(
                "{:?} was refused with {} (entry {}), and its id is used again: it can only be refused again",
                id(request),
                reply.code(),
                reply.n
            );
            findings.push(Finding { entry: again.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// The payment that a refund is of, and how much of it there is: all of a payment, or a part of a batch.
fn paid_for<'v>(view: &'v View<'_>, request: &Request<'_>) -> Option<(&'v Payment<'v>, Money)> {
    let wanted = request.text("/paymentId")?;
    let story = &view.story;
    let whole = story.payments.iter().find(|p| p.payment_ids.iter().any(|(_, known)| known == wanted));
    if let Some(payment) = whole {
        return Some((payment, payment.amount?));
    }
    story.payments.iter().find_map(|batch| {
        let part = story.parts(batch).into_iter().find(|part| part.payment_id.as_deref() == Some(wanted))?;
        Some((batch, part.amount))
    })
}

/// REF-003. A refund that failed counts no more.
pub(in crate::rule) fn no_more_than_was_paid(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in refunds(view) {
        let (Some((payment, paid)), Some(back)) = (paid_for(view, request), amount(request)) else { continue };
        exercised = true;
        if back.currency != paid.currency {
            let text = format!("{back} is to be given back of a payment in {}", paid.currency);
            findings.push(Finding { entry: request.n, text });
            continue;
        }
        let mut ids = Vec::new();
        let mut before = 0_u64;
        for other in refunds(view).filter(|other| other.n < request.n && id(other) != id(request)) {
            let failed = other.reply.as_ref().is_some_and(|reply| reply.status() == "F" && reply.n < request.n);
            let failed_later = view
                .story
                .refunds
                .iter()
                .any(|r| r.id == id(other) && r.n < request.n && r.status == wire::antom::RefundStatus::Fail);
            if other.body["paymentId"] == request.body["paymentId"]
                && !failed
                && !failed_later
                && !ids.contains(&id(other))
            {
                ids.push(id(other));
                before = before.saturating_add(amount(other).map_or(0, |money| money.minor));
            }
        }
        if before.saturating_add(back.minor) > paid.minor {
            let earlier = Money::new(paid.currency, before);
            let text =
                format!("{back} is to be given back of {:?}, which was {paid}, after {earlier} before", payment.id);
            findings.push(Finding { entry: request.n, text });
        }
    }
    let asked_for_more = view.refunds.iter().any(|refund| {
        let order = view.orders.iter().find(|order| order.name == refund.name);
        order.is_some_and(|order| order.by.is_at_gateway() && refund.amount.minor > order.amount.minor)
    });
    Judgement::new(exercised || asked_for_more, findings)
}

/// REF-007. Two people ask for the same before either got an answer.
pub(in crate::rule) fn clicks_refund_once(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in story.sales(view) {
        let clicks: Vec<_> =
            story.asked.iter().filter(|asked| asked.method == "refund" && asked.is_about(&order.name)).collect();
        let ids: Vec<_> = story.payments_of(view, order).iter().flat_map(|p| p.payment_ids.clone()).collect();
        let is_ours = |r: &Request<'_>| ids.iter().any(|(_, known)| r.text("/paymentId") == Some(known));
        let twice = clicks.windows(2).find(|pair| {
            let is_answered = |n: &usize| (pair[0].n..pair[1].n).contains(n);
            let same = pair[0].params["amount"] == pair[1].params["amount"];
            // Who was killed in between answers no more, and the second click comes long after the first.
            let was_killed = story.killed.iter().any(is_answered);
            // A notification may tell the end before the driver answers.
            let mut between = refunds(view).filter(|r| is_answered(&r.n) && is_ours(r));
            let is_over = between.any(|r| is_decided(view, r, pair[1].n));
            let is_answered = story.answered.iter().any(|(n, method, _)| *method == "refund" && is_answered(n));
            same && !was_killed && !is_over && !is_answered
        });
        let Some(twice) = twice else { continue };
        exercised = true;
        let until = clicks.iter().find(|click| click.n > twice[1].n).map_or(usize::MAX, |click| click.n);
        let mut seen: Vec<&Request<'_>> = Vec::new();
        // Clicks that come at once are not always read at once: whoever had told the end of the first, and a while later reads
        // the second, cannot know that it was one of them. In memory no time passes in between.
        let told = story.answered.iter().find(|(n, method, _)| *method == "refund" && *n > twice[1].n);
        let is_another = |first: &Request<'_>, second: &Request<'_>| {
            told.is_some_and(|(n, ..)| *n < second.n) && first.told().is_some_and(|reply| reply.at < second.at)
        };
        for request in refunds(view).filter(|r| r.n > twice[0].n && r.n < until) {
            let is_new = seen.iter().all(|other| id(other) != id(request));
            let is_after_failure =
                seen.iter().any(|other| other.told().is_some_and(|reply| reply.status() == "F" && reply.n < request.n));
            let is_later = seen.first().is_some_and(|first| is_another(first, request));
            if is_ours(request) && is_new && !is_after_failure && !is_later {
                seen.push(request);
            }
        }
        if let Some(second) = seen.get(1) {
            let text = format!(
                "order {} is refunded a second time, as {:?}: two people clicked at once (entries {} and {}), and both clicks \
                 went through",
                order.name,
                id(second),
                twice[0].n,
                twice[1].n
            );
            findings.push(Finding { entry: second.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// REF-008. Who was told by Antom's own signature that it is paid may give it back, whatever the ledger says.
pub(in crate::rule) fn only_paid_payments_are_refunded(view: &View<'_>) -> Judgement {
    let findings = refunds(view).filter_map(|request| {
        let text = match (request.text("/paymentId"), paid_for(view, request)) {
            (None, _) => "there is no paymentId: a refund has no other way to name its payment".to_owned(),
            (Some(wanted), None) => format!("there is no payment {wanted:?}"),
            (Some(_), Some((payment, _))) => match payment.status_at(request.n) {
                Some(PaymentStatus::Success) => return None,
                _ if was_told_paid(view, request.n, &payment.id) => return None,
                Some(status) => format!("{:?} is {status:?}: nothing was paid that could be given back", payment.id),
                None => format!("{:?} was never paid", payment.id),
            },
        };
        Some(Finding { entry: request.n, text })
    });
    let findings = findings.collect();
    Judgement::new(refunds(view).next().is_some(), findings)
}

/// Whether a notification that was to be believed called a payment paid before an entry.
fn was_told_paid(view: &View<'_>, before: usize, payment_request_id: &str) -> bool {
    let told = view.story.notices.iter().filter(|notice| notice.genuine && notice.n < before);
    told.filter(|notice| notice.outcome() == Some(Outcome::Paid)).any(|n| n.payment_request_id == payment_request_id)
}

/// REF-009. A person may try once more.
pub(in crate::rule) fn useless_refunds_are_no_loop(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in refunds(view) {
        let Some(reply) = request.heard().filter(|r| r.status() == "F" && USELESS.contains(&r.code())) else {
            continue;
        };
        exercised = true;
        let again =
            refunds(view).filter(|other| other.n > reply.n && other.body["paymentId"] == request.body["paymentId"]);
        if let Some(loops) =
            again.into_iter().nth(1).filter(|other| !view.story.asked_between(&["refund"], reply.n, other.n))
        {
            let text = format!(
                "{} (entry {}) does not go away, and the refund is tried again and again",
                reply.code(),
                reply.n
            );
            findings.push(Finding { entry: loops.n, text });
            break;
        }
    }
    Judgement::new(exercised, findings)
}
