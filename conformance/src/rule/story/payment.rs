//! A payment, known by the id that the merchant chose for it.

use std::time::Duration;

use wire::antom::{Operation, PaymentStatus, Product};
use wire::money::Money;
use wire::time::Moment;

use super::{Request, Word};

/// A payment, from the first request to the end of the trace.
#[derive(Debug)]
pub(crate) struct Payment<'a> {
    /// The merchant's id.
    pub(crate) id: String,
    /// The requests that make it, as their places in [`super::Story::requests`].
    pub(crate) made_by: Vec<usize>,
    /// Antom's ids for it, with the entries that showed them.
    pub(crate) payment_ids: Vec<(usize, String)>,
    /// What is to be paid, as the ledger has it or the first request said.
    pub(crate) amount: Option<Money>,
    /// The operation that made it.
    pub(crate) operation: Option<Operation>,
    /// How it is to be paid.
    pub(crate) product: Option<Product>,
    /// The merchant's order, as the first request said.
    pub(crate) reference: Option<String>,
    /// What became of it.
    pub(crate) changes: Vec<Change>,
    /// What was said about it, in order.
    pub(crate) words: Vec<Word<'a>>,
}

/// A change of the ledger.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// Where it is then.
    pub(crate) status: PaymentStatus,
    /// The paymentResultCode.
    pub(crate) code: String,
}

impl<'a> Payment<'a> {
    pub(super) const fn new(id: String) -> Self {
        Self {
            id,
            made_by: Vec::new(),
            payment_ids: Vec::new(),
            amount: None,
            operation: None,
            product: None,
            reference: None,
            changes: Vec::new(),
            words: Vec::new(),
        }
    }

    /// The requests that make it.
    pub(crate) fn requests<'s>(&'s self, all: &'s [Request<'a>]) -> impl Iterator<Item = &'s Request<'a>> {
        self.made_by.iter().filter_map(|index| all.get(*index))
    }

    /// Where it is just before an entry; none before it is made.
    pub(crate) fn status_at(&self, n: usize) -> Option<PaymentStatus> {
        self.changes.iter().rev().find(|change| change.n < n).map(|change| change.status)
    }

    /// Where it is in the end.
    pub(crate) fn status(&self) -> Option<PaymentStatus> {
        self.changes.last().map(|change| change.status)
    }

    /// When it was paid first.
    pub(crate) fn paid(&self) -> Option<&Change> {
        self.changes.iter().find(|change| change.status == PaymentStatus::Success)
    }

    /// Whether money was taken for it, at any time.
    pub(crate) fn was_paid(&self) -> bool {
        self.paid().is_some()
    }

    /// What was said before an entry, by whoever said it.
    pub(crate) fn before(&self, n: usize) -> impl DoubleEndedIterator<Item = &Word<'a>> {
        self.words.iter().filter(move |word| word.n < n)
    }

    /// What was said after an entry.
    pub(crate) fn after(&self, n: usize) -> impl DoubleEndedIterator<Item = &Word<'a>> {
        self.words.iter().filter(move |word| word.n > n)
    }

    /// The last thing that the gateway said before an entry, and that may have been heard.
    pub(crate) fn last_said(&self, n: usize) -> Option<&Word<'a>> {
        self.before(n).rev().find(|word| word.is_said())
    }

    /// Whether the merchant may have known before an entry that money was taken.
    pub(crate) fn is_known_paid(&self, n: usize) -> bool {
        self.before(n).any(Word::is_success)
    }

    /// Whether the merchant may have known before an entry that no money will be taken.
    pub(crate) fn is_known_over(&self, n: usize) -> bool {
        self.before(n).any(Word::is_failure)
    }

    /// Whether it was over at the gateway before an entry, known or not: expired, declined or cancelled.
    pub(crate) fn is_over(&self, n: usize) -> bool {
        matches!(self.status_at(n), Some(PaymentStatus::Fail | PaymentStatus::Cancelled))
    }

    /// The first requests of the merchant about it after an entry.
    pub(crate) fn asked_after(&self, n: usize) -> impl Iterator<Item = (usize, Operation)> {
        self.after(n).filter_map(|word| match word.tells {
            super::Tells::Sent(operation) => Some((word.n, operation)),
            _ => None,
        })
    }

    /// Whether a request is about it, by either id.
    pub(crate) fn is_meant_by(&self, request: &Request<'_>) -> bool {
        let by_antoms_id = request.text("/paymentId").filter(|_| !request.is_creating());
        match by_antoms_id {
            Some(wanted) => self.payment_ids.iter().any(|(_, known)| known == wanted),
            None => request.id() == Some(self.id.as_str()),
        }
    }

    /// The last of so many requests of one operation within a time. Who was killed in between may ask at once again.
    pub(crate) fn crowd(
        &self,
        operation: Operation,
        many: usize,
        within: Duration,
        killed: &[usize],
    ) -> Option<&Word<'a>> {
        let sent: Vec<_> = self.words.iter().filter(|w| w.tells == super::Tells::Sent(operation)).collect();
        sent.windows(many.max(1))
            .find(|window| match (window.first(), window.last()) {
                (Some(first), Some(last)) => {
                    let is_one_life = !killed.iter().any(|killed| (first.n..last.n).contains(killed));
                    is_one_life && last.at.since(first.at) < within
                }
                _ => false,
            })
            .and_then(|window| window.last().copied())
    }
}
