//! The ids of payments: one an attempt, kept over restarts, and used to ask.

use wire::antom::{Operation, Product};

use crate::rule::story::{Payment, Reply, Request, Tells};
use crate::rule::view::{View, at};
use crate::rule::{Finding, Judgement};

/// PAY-005. That an id is stored before it is sent shows when the merchant is killed: it must know it afterwards.
pub(in crate::rule) fn ids_are_one_an_attempt(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    for payment in &story.payments {
        let mut requests = payment.requests(&story.requests);
        let Some(first) = requests.next() else { continue };
        let length = payment.id.chars().count();
        if length > 64 && payment.operation != Some(Operation::BatchPay) {
            let text = format!("the id has {length} characters, 64 fit");
            findings.push(Finding { entry: first.n, text });
        }
        let reference = |r: &Request<'_>| r.text("/order/referenceOrderId").map(ToOwned::to_owned);
        if let Some(other) = requests.find(|r| reference(r) != reference(first) && reference(r).is_some()) {
            let text = format!(
                "the id {:?} belongs to order {:?} (entry {}) and is used for order {:?} too",
                payment.id,
                reference(first).unwrap_or_default(),
                first.n,
                reference(other).unwrap_or_default()
            );
            findings.push(Finding { entry: other.n, text });
        }
    }
    for (old, fresh) in pairs(view) {
        let (Some(first), Some(begun)) = (old.words.first(), fresh.words.first()) else { continue };
        let Some(killed) = story.killed.iter().copied().find(|killed| (first.n..begun.n).contains(killed)) else {
            continue;
        };
        let was_open = !old.is_known_over(killed) && !old.is_known_paid(killed) && !was_never_made(view, old, killed);
        let is_remembered = old.words.iter().any(|word| (killed..begun.n).contains(&word.n));
        if was_open && !is_remembered {
            let text = format!(
                "after the restart (entry {killed}) pay is called with the new id {:?}; nobody asked what became of {:?}",
                fresh.id, old.id
            );
            findings.push(Finding { entry: begun.n, text });
        }
    }
    let exercised = story.payments.iter().any(|payment| !payment.made_by.is_empty());
    Judgement::new(exercised, findings)
}

/// Whether the merchant was told before an entry that no payment came of it: it was refused, or is an online one that needs
/// a page and got none, or a batch of which there is a page or nothing.
fn was_never_made(view: &View<'_>, payment: &Payment<'_>, n: usize) -> bool {
    let is_bare = |reply: &Reply<'_>| reply.code() == "PAYMENT_IN_PROCESS" && reply.urls().next().is_none();
    let mut replies = payment.requests(&view.story.requests).filter_map(Request::told).filter(|reply| reply.n < n);
    let needs_page = payment.product == Some(Product::Cashier) && !view.story.is_authorised_first(payment);
    let is_batch = payment.operation == Some(Operation::BatchPay);
    let is_no_batch = |reply: &Reply<'_>| is_batch && reply.status() == "U" && reply.urls().next().is_none();
    replies.any(|reply| reply.status() == "F" || needs_page && is_bare(reply) || is_no_batch(reply))
}

/// Payments for one sale, an earlier and a later one.
pub(super) fn pairs<'v, 'a>(view: &'v View<'a>) -> Vec<(&'v Payment<'a>, &'v Payment<'a>)> {
    let story = &view.story;
    let made: Vec<_> = story.payments.iter().filter(|payment| !payment.made_by.is_empty()).collect();
    let mut pairs = Vec::new();
    for (index, later) in made.iter().enumerate() {
        let earlier = made[..index].iter().filter(|earlier| story.is_same_sale(view, earlier, later));
        pairs.extend(earlier.map(|earlier| (*earlier, *later)));
    }
    pairs
}

/// PAY-006.
pub(in crate::rule) fn same_id_same_payment(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for payment in story.payments.iter().filter(|payment| payment.made_by.len() > 1) {
        exercised = true;
        let mut requests = payment.requests(&story.requests);
        let Some(first) = requests.next() else { continue };
        for request in requests {
            let what = ["/paymentAmount", "/paymentMethod/paymentMethodType", "/paymentMethod/paymentMethodId"]
                .into_iter()
                .find(|pointer| at(&*request.body, pointer) != at(&*first.body, pointer));
            if let Some(what) = what {
                let show =
                    |r: &Request<'_>| at(&*r.body, what).map_or_else(|| "nothing".to_owned(), ToString::to_string);
                let text = format!(
                    "{} of {:?} was {} (entry {}) and is {}: one id, one payment",
                    what.trim_start_matches('/').replace('/', "."),
                    payment.id,
                    show(first),
                    first.n,
                    show(request)
                );
                findings.push(Finding { entry: request.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-020.
pub(in crate::rule) fn missing_payment_ids_are_done_without(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    let asking = story.requests.iter().filter(|r| r.is(Operation::InquiryPayment) || r.is(Operation::Cancel));
    for request in asking.filter(|r| r.is_authentic()) {
        let by = (request.text("/paymentRequestId"), request.text("/paymentId"));
        let told = |id: &str| {
            let in_reply = story.requests.iter().filter_map(Request::told).filter(|reply| reply.n < request.n);
            let mut in_reply = in_reply.map(|reply| reply.body.to_string());
            let mut in_notice = story.notices.iter().filter(|n| n.n < request.n).map(|n| n.body.to_string());
            let quoted = serde_json::Value::from(id).to_string();
            in_reply.any(|text| text.contains(&quoted)) || in_notice.any(|text| text.contains(&quoted))
        };
        let is_without = || {
            let payment = story.payments.iter().find(|payment| payment.is_meant_by(request));
            let is_begun = |p: &Payment<'_>| p.words.first().is_some_and(|w| w.n < request.n);
            payment.is_some_and(|p| is_begun(p) && !knows_antoms_id(view, p, request.n))
        };
        match by {
            (None, None) => {
                exercised = true;
                let text = "neither paymentRequestId nor paymentId is there: nothing is asked".to_owned();
                findings.push(Finding { entry: request.n, text });
            }
            (None, Some(id)) if !told(id) => {
                exercised = true;
                let text = format!(
                    "paymentId {id:?} was never told to the merchant; a payment without one is asked for by paymentRequestId"
                );
                findings.push(Finding { entry: request.n, text });
            }
            // Looked up once only: who asks for ever asks thousands of times.
            _ => exercised = exercised || is_without(),
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether the merchant may have known Antom's id before an entry.
fn knows_antoms_id(view: &View<'_>, payment: &Payment<'_>, n: usize) -> bool {
    let said = payment.before(n).filter(|word| word.is_said());
    let replies = said.filter_map(|word| view.story.requests.get(word.request?)?.told());
    let in_reply = replies.into_iter().any(|reply| reply.text("/paymentId").is_some());
    in_reply || payment.before(n).any(|word| matches!(word.tells, Tells::Notified(_)))
}

/// PAY-025.
pub(in crate::rule) fn references_stay(view: &View<'_>) -> Judgement {
    let pairs = pairs(view);
    let findings = pairs.iter().filter(|(old, fresh)| old.reference != fresh.reference).filter_map(|(old, fresh)| {
        let show = |payment: &Payment<'_>| payment.reference.clone().unwrap_or_default();
        let text = format!(
            "referenceOrderId was {:?} in the first attempt (id {:?}) and is {:?} in this one: nothing ties them together",
            show(old),
            old.id,
            show(fresh)
        );
        Some(Finding { entry: fresh.words.first()?.n, text })
    });
    let findings = findings.collect();
    Judgement::new(!pairs.is_empty(), findings)
}
