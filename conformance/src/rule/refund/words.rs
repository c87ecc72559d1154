//! What is said about the refunds of an order, in order.

use std::cell::RefCell;
use std::rc::Rc;

use wire::antom::{Operation, RefundStatus, Tree};
use wire::money::Money;

use super::request::{id, refunds};
use crate::rule::story::{Request, money};
use crate::rule::view::{Order, View};

/// What was found to be said about the refunds of orders.
#[derive(Debug, Default)]
pub(in crate::rule) struct Known(RefCell<Vec<OfOrder>>);

/// What was found to be said about the refunds of an order.
#[derive(Debug)]
struct OfOrder {
    name: String,
    words: Rc<[RefundWord]>,
}

/// Something that was said about a refund.
#[derive(Debug, Clone)]
pub(super) struct RefundWord {
    /// The entry.
    pub(super) n: usize,
    /// The merchant's id for the refund.
    pub(super) id: String,
    /// How much.
    pub(super) amount: Option<Money>,
    /// What.
    pub(super) tells: RefundTells,
    /// Whether it surely was heard.
    pub(super) sure: bool,
    /// Whether the amount in it, if any, is that of the refund.
    pub(super) fits: bool,
}

/// What a word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefundTells {
    /// The merchant asked for it.
    Sent,
    /// The answer S.
    Done,
    /// The answer F.
    Refused,
    /// The answer U.
    Unsure,
    /// An inquiry was answered.
    Status(RefundStatus),
    /// A genuine notification.
    Notified(RefundStatus),
    /// A notification that nobody should believe.
    Forged,
}

impl RefundWord {
    /// Whether it is evidence that the money went back.
    pub(super) const fn is_success(&self) -> bool {
        use RefundTells::{Done, Notified, Status};
        self.fits && matches!(self.tells, Done | Status(RefundStatus::Success) | Notified(RefundStatus::Success))
    }

    /// Whether it is evidence that it did not.
    pub(super) const fn is_failure(&self) -> bool {
        use RefundTells::{Notified, Refused, Status};
        matches!(self.tells, Refused | Status(RefundStatus::Fail) | Notified(RefundStatus::Fail))
    }
}

/// The ids of Antom's that belong to an order: its payments', or its parts' of batches.
pub(super) fn payment_ids(view: &View<'_>, order: &Order) -> Vec<String> {
    let story = &view.story;
    let payments = story.payments_of(view, order);
    let parts = payments.iter().flat_map(|payment| story.parts(payment));
    let parts = parts.filter(|part| part.amount == order.amount).filter_map(|part| part.payment_id);
    let own = payments.iter().filter(|p| p.operation != Some(Operation::BatchPay));
    own.flat_map(|p| p.payment_ids.iter().map(|(_, id)| id.clone())).chain(parts).collect()
}

/// What was said about the refunds of an order. Found once: many rules ask.
pub(super) fn words(view: &View<'_>, order: &Order) -> Rc<[RefundWord]> {
    let Known(known) = &view.refund_words;
    if let Some(known) = known.borrow().iter().find(|known| known.name == order.name) {
        return Rc::clone(&known.words);
    }
    let words: Rc<[RefundWord]> = found(view, order).into();
    known.borrow_mut().push(OfOrder { name: order.name.clone(), words: Rc::clone(&words) });
    words
}

fn found(view: &View<'_>, order: &Order) -> Vec<RefundWord> {
    // Nothing was asked for in most traces, and then nothing is about it.
    if refunds(view).next().is_none() {
        return Vec::new();
    }
    let ids = payment_ids(view, order);
    let ours: Vec<&Request<'_>> =
        refunds(view).filter(|r| r.text("/paymentId").is_some_and(|id| ids.iter().any(|known| known == id))).collect();
    let amount_of = |wanted: &str| ours.iter().find(|r| id(r) == wanted).and_then(|r| money(&r.body["refundAmount"]));
    let is_ours = |wanted: &str| ours.iter().any(|r| id(r) == wanted);
    let word =
        |n, id: &str, tells, sure| RefundWord { n, id: id.to_owned(), amount: amount_of(id), tells, sure, fits: true };
    let fits = |id: &str, body: &Tree<'_>| {
        money(&body["refundAmount"]).is_none_or(|told| amount_of(id).is_none_or(|asked| asked == told))
    };
    let mut words = Vec::new();
    for request in &ours {
        words.push(word(request.n, id(request), RefundTells::Sent, true));
        if let Some(reply) = request.told() {
            let tells = match reply.status() {
                "S" => RefundTells::Done,
                "F" => RefundTells::Refused,
                _ => RefundTells::Unsure,
            };
            words.push(word(reply.n, id(request), tells, request.heard().is_some()));
        }
    }
    let status = |value: &Tree<'_>| <RefundStatus as serde::Deserialize>::deserialize(&value["refundStatus"]).ok();
    for request in view.story.requests_of(Operation::InquiryRefund).filter(|r| is_ours(id(r))) {
        let told = request.told().and_then(|reply| Some((reply, status(&reply.body)?)));
        words.extend(told.map(|(reply, status)| RefundWord {
            fits: fits(id(request), &reply.body),
            ..word(reply.n, id(request), RefundTells::Status(status), request.heard().is_some())
        }));
    }
    for notice in view.story.notices.iter().filter(|notice| notice.kind() == "REFUND_RESULT") {
        let Some(id) = notice.text("/refundRequestId").filter(|id| is_ours(id)) else { continue };
        let tells = match status(&notice.body) {
            Some(status) if notice.genuine => RefundTells::Notified(status),
            _ => RefundTells::Forged,
        };
        let fits = fits(id, &notice.body);
        words.push(RefundWord { fits, ..word(notice.n, id, tells, notice.arrived()) });
    }
    words.sort_by_key(|word| word.n);
    words
}
