//! What survives a power loss: the records of transactions, and every requestId ever accepted.
//!
//! Behind this narrow door so that a store on disk can stand behind it: whatever is new here comes out once, as [`Kept`],
//! before anything else comes out of the device.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::edc::TransactionData;
use wire::money::Money;

/// A transaction that reached the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// What it was.
    pub kind: RecordKind,
    /// The POS's transaction number.
    pub request_id: String,
    /// In won.
    pub amount: Money,
    /// The requestId of the Purchase that this gives back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancels: Option<String>,
    /// The result as it was, or would have been, answered.
    pub data: TransactionData,
}

/// What a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecordKind {
    /// Money taken.
    Purchase,
    /// Money given back.
    PurchaseCancel,
}

/// One thing that must survive, as a store keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// A requestId is used up.
    RequestId(String),
    /// A transaction was recorded.
    Record(Arc<Record>),
}

/// Records and requestIds.
#[derive(Debug, Default)]
pub struct Journal {
    records: Vec<Arc<Record>>,
    /// Every requestId, and where the first record of a Purchase with it is.
    request_ids: HashMap<String, Option<usize>>,
    /// The requestIds of Purchases that were given back.
    cancelled: HashSet<String>,
    /// What no store knows yet. A device takes it after each input, whether or not there is a store, so it holds a few
    /// entries at most.
    unsaved: VecDeque<Kept>,
}

impl Journal {
    /// Remembers a requestId; false when it was known.
    pub(crate) fn claim(&mut self, request_id: &str) -> bool {
        let Entry::Vacant(unused) = self.request_ids.entry(request_id.to_owned()) else { return false };
        unused.insert(None);
        self.unsaved.push_back(Kept::RequestId(request_id.to_owned()));
        true
    }

    /// Whether a requestId was claimed before.
    #[must_use]
    pub fn knows(&self, request_id: &str) -> bool {
        self.request_ids.contains_key(request_id)
    }

    /// Stores a record. Call it before anything tells the POS of it.
    pub(crate) fn store(&mut self, record: Arc<Record>) {
        self.unsaved.push_back(Kept::Record(Arc::clone(&record)));
        self.add(record);
    }

    fn add(&mut self, record: Arc<Record>) {
        match (record.kind, &record.cancels) {
            (RecordKind::Purchase, _) => {
                let at = self.records.len();
                match self.request_ids.get_mut(&record.request_id) {
                    Some(first) => *first = first.or(Some(at)),
                    None => drop(self.request_ids.insert(record.request_id.clone(), Some(at))),
                }
            }
            (RecordKind::PurchaseCancel, Some(original)) if record.data.result.is_success() => {
                self.cancelled.insert(original.clone());
            }
            (RecordKind::PurchaseCancel, _) => {}
        }
        self.records.push(record);
    }

    /// The next thing that a store must keep before anything is answered. Each comes out once.
    pub(crate) fn take_unsaved(&mut self) -> Option<Kept> {
        self.unsaved.pop_front()
    }

    /// The most recent transaction.
    #[must_use]
    pub fn last(&self) -> Option<&Record> {
        self.records.last().map(Arc::as_ref)
    }

    /// The most recent transaction but one.
    #[must_use]
    pub fn last_but_one(&self) -> Option<&Record> {
        self.records.iter().nth_back(1).map(Arc::as_ref)
    }

    /// The Purchase with a requestId, if it was stored.
    #[must_use]
    pub fn purchase(&self, request_id: &str) -> Option<&Record> {
        self.request_ids.get(request_id).and_then(|at| self.records.get((*at)?)).map(Arc::as_ref)
    }

    /// Whether the Purchase with this requestId was given back.
    #[must_use]
    pub fn is_cancelled(&self, request_id: &str) -> bool {
        self.cancelled.contains(request_id)
    }

    /// All records, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Arc<Record>] {
        &self.records
    }
}

/// What a store kept, oldest first.
impl FromIterator<Kept> for Journal {
    fn from_iter<I: IntoIterator<Item = Kept>>(kept: I) -> Self {
        let mut journal = Self::default();
        for kept in kept {
            match kept {
                Kept::RequestId(request_id) => {
                    journal.request_ids.entry(request_id).or_default();
                }
                Kept::Record(record) => journal.add(record),
            }
        }
        journal
    }
}

#[cfg(test)]
mod tests {
    use wire::edc::{BusinessCode, BusinessResult};

    use super::*;

    fn record(request_id: &str, cancels: Option<&str>, result: BusinessResult) -> Arc<Record> {
        let kind = if cancels.is_some() { RecordKind::PurchaseCancel } else { RecordKind::Purchase };
        let (request_id, cancels) = (request_id.to_owned(), cancels.map(ToOwned::to_owned));
        let data = TransactionData { result, ..TransactionData::default() };
        Arc::new(Record { kind, request_id, amount: Money::krw(104), cancels, data })
    }

    #[test]
    fn purchases_and_what_was_given_back_are_found_also_after_a_restart() {
        let mut journal = Journal::default();
        for record in [
            record("R1", None, BusinessResult::success()),
            record("R2", None, BusinessResult::success()),
            record("C1", Some("R1"), BusinessResult::failure(BusinessCode::ProcessFail)),
            record("C2", Some("R2"), BusinessResult::success()),
        ] {
            journal.store(record);
        }
        let restored = std::iter::from_fn(|| journal.take_unsaved()).collect();
        assert_eq!(journal.take_unsaved(), None, "each comes out once");
        for journal in [journal, restored] {
            let found = |request_id| journal.purchase(request_id).map(|record| record.request_id.as_str());
            assert_eq!(["R1", "R2", "C1", "C2"].map(found), [Some("R1"), Some("R2"), None, None]);
            assert_eq!(["R1", "R2", "C1"].map(|request_id| journal.is_cancelled(request_id)), [false, true, false]);
        }
    }
}
