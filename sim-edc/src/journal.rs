//! What survives a power loss: the records of transactions, and every requestId ever accepted.
//!
//! Behind this narrow door so that a store on disk can take its place.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wire::edc::TransactionData;
use wire::money::Money;

/// A transaction that reached the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it was.
    pub kind: RecordKind,
    /// The POS's transaction number.
    pub request_id: String,
    /// In won.
    pub amount: Money,
    /// The requestId of the Purchase that this gives back.
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

/// Records and requestIds.
#[derive(Debug, Default)]
pub struct Journal {
    records: Vec<Record>,
    request_ids: BTreeSet<String>,
}

impl Journal {
    /// Remembers a requestId; false when it was known.
    pub fn claim(&mut self, request_id: &str) -> bool {
        self.request_ids.insert(request_id.to_owned())
    }

    /// Whether a requestId was claimed before.
    #[must_use]
    pub fn knows(&self, request_id: &str) -> bool {
        self.request_ids.contains(request_id)
    }

    /// Stores a record. Call it before anything tells the POS of it.
    pub fn store(&mut self, record: Record) {
        self.records.push(record);
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
