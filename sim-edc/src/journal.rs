//! What survives a power loss: the records of transactions, and every requestId ever accepted.
//!
//! Behind this narrow door so that a store on disk can stand behind it: whatever is new here comes out once, as [`Kept`],
//! before anything else comes out of the device.

use std::collections::BTreeSet;

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
    Record(Box<Record>),
}

/// Records and requestIds.
#[derive(Debug, Default)]
pub struct Journal {
    records: Vec<Record>,
    request_ids: BTreeSet<String>,
    /// What no store knows yet. Taken after each input, so it holds a few entries at most.
    unsaved: Vec<Kept>,
}

impl Journal {
    /// Remembers a requestId; false when it was known.
    pub fn claim(&mut self, request_id: &str) -> bool {
        let is_new = self.request_ids.insert(request_id.to_owned());
        if is_new {
            self.unsaved.push(Kept::RequestId(request_id.to_owned()));
        }
        is_new
    }

    /// Whether a requestId was claimed before.
    #[must_use]
    pub fn knows(&self, request_id: &str) -> bool {
        self.request_ids.contains(request_id)
    }

    /// Stores a record. Call it before anything tells the POS of it.
    pub fn store(&mut self, record: Record) {
        self.unsaved.push(Kept::Record(Box::new(record.clone())));
        self.records.push(record);
    }

    /// What a store must keep before anything is answered, in order. Each comes out once.
    pub(crate) fn take_unsaved(&mut self) -> Vec<Kept> {
        std::mem::take(&mut self.unsaved)
    }

    /// The most recent transaction.
    #[must_use]
    pub fn last(&self) -> Option<&Record> {
        self.records.last()
    }

    /// The most recent transaction but one.
    #[must_use]
    pub fn last_but_one(&self) -> Option<&Record> {
        self.records.iter().nth_back(1)
    }

    /// The Purchase with a requestId, if it was stored.
    #[must_use]
    pub fn purchase(&self, request_id: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.kind == RecordKind::Purchase && record.request_id == request_id)
    }

    /// Whether the Purchase with this requestId was given back.
    #[must_use]
    pub fn is_cancelled(&self, request_id: &str) -> bool {
        let gave_back = |record: &Record| record.cancels.as_deref() == Some(request_id);
        self.records.iter().any(|record| gave_back(record) && record.data.result.is_success())
    }

    /// All records, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
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
                    journal.request_ids.insert(request_id);
                }
                Kept::Record(record) => journal.records.push(*record),
            }
        }
        journal
    }
}
