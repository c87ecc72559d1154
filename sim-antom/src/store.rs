//! Where a gateway keeps what must outlive a request: records by key, in tables, behind a narrow trait.
//!
//! The gateway writes what an input changed, then calls [`Store::commit`], and only then lets its answers go: what a
//! merchant was told is kept. In memory a store is a map a table, in which payments rest as bytes: there may be a million
//! of them, and few are looked at again. A durable store writes the same records, which are all serialisable.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::time::Moment;

use crate::capture::Capture;
use crate::notice::Notice;
use crate::notices::Numbers;
use crate::packed;
use crate::payment::Payment;
use crate::plan::Plan;
use crate::refund::Refund;
use crate::vaulting::Vaulting;

/// What a record is filed under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// The table.
    pub table: Table,
    /// Unique in the table. Keys that people chose are prefixed with their client id and a line feed.
    pub id: Box<str>,
}

/// The tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Table {
    /// Payments by paymentId.
    Payment,
    /// The paymentId of each client's paymentRequestId.
    PaymentRequest,
    /// Refunds by refundId.
    Refund,
    /// The refundId of each client's refundRequestId.
    RefundRequest,
    /// Captures by captureId.
    Capture,
    /// The captureId of each client's captureRequestId.
    CaptureRequest,
    /// What will happen by itself, by number.
    Plan,
    /// Notifications that are not done with, by number.
    Notice,
    /// The numbers that notifications have come to.
    Numbers,
    /// How far the world's time has come.
    Time,
    /// Cards that are to be kept, by the gateway's ids.
    Vaulting,
    /// The id of each client's vaultingRequestId.
    VaultingRequest,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Record {
    /// A payment.
    Payment(Arc<Payment>),
    /// A refund.
    Refund(Arc<Refund>),
    /// A capture.
    Capture(Arc<Capture>),
    /// The key of another record.
    Link(Box<str>),
    /// Something that will happen.
    Plan(Arc<Plan>),
    /// A notification.
    Notice(Arc<Notice>),
    /// What was counted so far.
    Numbers(Numbers),
    /// A moment.
    Time(Moment),
    /// A card that is to be kept.
    Vaulting(Arc<Vaulting>),
}

/// A store that could not keep what it was given.
#[derive(Debug, thiserror::Error)]
#[error("keep the ledger: {0}")]
pub struct StoreError(pub String);

/// See the module's documentation.
pub trait Store: fmt::Debug + Send {
    /// The record under a key.
    fn get(&self, key: &Key) -> Option<Record>;

    /// Files a record, in place of the one that was there.
    fn put(&mut self, key: Key, record: Record);

    /// Forgets a record.
    fn remove(&mut self, key: &Key);

    /// Forgets everything.
    fn clear(&mut self);

    /// How many records a table has.
    fn count(&self, table: Table) -> usize;

    /// A table's records in the order of their keys: asked once, at the start.
    fn all(&self, table: Table) -> Vec<(Key, Record)>;

    /// Makes everything since the last call last, all of it or nothing.
    ///
    /// # Errors
    /// It cannot be kept; then nothing may be answered any more.
    fn commit(&mut self) -> Result<(), StoreError>;
}

/// A store that lives as long as its process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: BTreeMap<Table, BTreeMap<Box<str>, AtRest>>,
    /// The last record that was written as bytes, or read from them: a request asks for its payment more than once.
    last: RefCell<Option<(Key, Record)>>,
}

/// A record as it rests in memory.
#[derive(Debug)]
enum AtRest {
    /// As bytes, a third of the size.
    Packed(Box<[u8]>),
    /// As it is.
    Whole(Record),
}

impl AtRest {
    fn of(record: Record) -> Self {
        match record {
            Record::Payment(_) | Record::Refund(_) | Record::Capture(_) | Record::Vaulting(_) => {
                match packed::pack(&record) {
                    Some(bytes) => Self::Packed(bytes),
                    None => Self::Whole(record),
                }
            }
            Record::Link(_) | Record::Plan(_) | Record::Notice(_) | Record::Numbers(_) | Record::Time(_) => {
                Self::Whole(record)
            }
        }
    }

    /// The record. Bytes that were packed here can be read here, which a test shows for every kind.
    fn record(&self) -> Option<Record> {
        match self {
            Self::Packed(bytes) => packed::read(bytes),
            Self::Whole(record) => Some(record.clone()),
        }
    }
}

impl Store for MemoryStore {
    fn get(&self, key: &Key) -> Option<Record> {
        if let Some((_, record)) = self.last.borrow().as_ref().filter(|(last, _)| last == key) {
            return Some(record.clone());
        }
        let rest = self.tables.get(&key.table)?.get(&key.id)?;
        let record = rest.record();
        if let (AtRest::Packed(_), Some(record)) = (rest, &record) {
            *self.last.borrow_mut() = Some((key.clone(), record.clone()));
        }
        record
    }

    fn put(&mut self, key: Key, record: Record) {
        let rest = AtRest::of(record.clone());
        let last = self.last.get_mut();
        if matches!(rest, AtRest::Packed(_)) {
            *last = Some((key.clone(), record));
        } else if last.as_ref().is_some_and(|(last, _)| *last == key) {
            *last = None;
        }
        self.tables.entry(key.table).or_default().insert(key.id, rest);
    }

    fn remove(&mut self, key: &Key) {
        self.last.get_mut().take_if(|(last, _)| last == key);
        if let Some(table) = self.tables.get_mut(&key.table) {
            table.remove(&key.id);
        }
    }

    fn clear(&mut self) {
        *self.last.get_mut() = None;
        self.tables.clear();
    }

    fn count(&self, table: Table) -> usize {
        self.tables.get(&table).map_or(0, BTreeMap::len)
    }

    fn all(&self, table: Table) -> Vec<(Key, Record)> {
        let records = self.tables.get(&table).into_iter().flatten();
        records.filter_map(|(id, rest)| Some((Key { table, id: id.clone() }, rest.record()?))).collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Key {
    /// A key that the gateway made.
    #[must_use]
    pub fn new(table: Table, id: impl Into<Box<str>>) -> Self {
        Self { table, id: id.into() }
    }

    /// A key that a merchant chose.
    #[must_use]
    pub fn of_client(table: Table, client: &str, id: &str) -> Self {
        // Made for each request, more than once: in one piece.
        Self { table, id: [client, "\n", id].concat().into() }
    }

    /// A counted key; keys of a table sort by number.
    #[must_use]
    pub fn numbered(table: Table, number: u64) -> Self {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        for place in digits.iter_mut().rev() {
            *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        // Digits are text.
        Self { table, id: std::str::from_utf8(&digits).unwrap_or_default().into() }
    }

    /// The number of a counted key.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        self.id.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_replaced_counted_and_forgotten() {
        let mut store = MemoryStore::default();
        let key = Key::of_client(Table::PaymentRequest, "C", "A");
        assert_eq!((store.get(&key), store.count(Table::PaymentRequest)), (None, 0));
        store.put(key.clone(), Record::Link("1".into()));
        store.put(key.clone(), Record::Link("2".into()));
        store.put(Key::new(Table::Payment, "A"), Record::Link("3".into()));
        assert_eq!(store.get(&key), Some(Record::Link("2".into())));
        assert_eq!(store.all(Table::PaymentRequest), [(key.clone(), Record::Link("2".into()))]);
        assert_eq!((store.count(Table::PaymentRequest), store.count(Table::Payment)), (1, 1));
        store.remove(&key);
        assert_eq!((store.get(&key), store.count(Table::PaymentRequest)), (None, 0));
        assert!(store.commit().is_ok());
        store.clear();
        assert_eq!(store.count(Table::Payment), 0);
    }

    #[test]
    fn what_rests_as_bytes_comes_back_as_it_was_and_is_small() {
        let now = Moment::WORLD_START;
        let bare = crate::payment::example("SANDBOX_5Y00000000000001", &"R".repeat(64), &"1".repeat(35), now);
        let full = Payment {
            settlement: Some(wire::money::Currency::KRW),
            paid: Some(now),
            late: Some(std::time::Duration::from_millis(1500)),
            notify_url: Some("http://127.0.0.1:9/notify".to_owned()),
            orders: vec!["A".to_owned(), "차".to_owned()],
            capture: Some(crate::capture::CaptureMode::Manual),
            captured: u64::MAX,
            ..bare.clone()
        };
        let refund = Refund {
            client: "C".to_owned(),
            refund_request_id: "A".to_owned(),
            refund_id: "2".to_owned(),
            payment_id: "1".to_owned(),
            amount: bare.amount,
            status: wire::antom::RefundStatus::Processing,
            code: "SUCCESS".to_owned(),
            refused: true,
            created: now,
            done: None,
            is_async: true,
            notify_url: None,
        };
        let capture = Capture {
            client: "C".to_owned(),
            capture_request_id: "A".to_owned(),
            capture_id: "3".to_owned(),
            payment_id: "1".to_owned(),
            amount: bare.amount,
            code: "SUCCESS".to_owned(),
            at: now,
            is_last: true,
        };
        let vaulting = Vaulting {
            client: "C".to_owned(),
            vaulting_request_id: "A".to_owned(),
            vaulting_id: "4".to_owned(),
            status: crate::vaulting::VaultingStatus::Processing,
            code: "SUCCESS".to_owned(),
            refused: false,
            created: now,
            ended: Some(now),
            session_until: now,
            notify_url: "http://127.0.0.1:9/vaulted".to_owned(),
            redirect_url: None,
            is_3ds: true,
        };
        for record in [
            Record::Payment(bare.into()),
            Record::Payment(full.into()),
            Record::Refund(refund.into()),
            Record::Capture(capture.into()),
            Record::Vaulting(vaulting.into()),
        ] {
            let rest = AtRest::of(record.clone());
            assert_eq!(rest.record(), Some(record));
            assert!(matches!(rest, AtRest::Packed(bytes) if bytes.len() < 300));
        }
    }

    /// The last packed record is kept whole beside its bytes, and must not outlive them.
    #[test]
    fn what_was_packed_last_is_found_as_long_as_it_is_there_and_not_in_place_of_another() {
        let mut store = MemoryStore::default();
        let key = |id: &str| Key::new(Table::Payment, id);
        let payment = |id: &str| Record::Payment(crate::payment::example("C", id, id, Moment::WORLD_START).into());
        store.put(key("1"), payment("1"));
        store.put(key("2"), payment("2"));
        assert_eq!((store.get(&key("1")), store.get(&key("2"))), (Some(payment("1")), Some(payment("2"))));
        store.put(key("2"), Record::Link("1".into()));
        assert_eq!(store.get(&key("2")), Some(Record::Link("1".into())));
        store.put(key("1"), payment("1"));
        store.remove(&key("1"));
        assert_eq!(store.get(&key("1")), None);
    }

    #[test]
    fn counted_keys_sort_by_number() {
        assert_eq!(&*Key::numbered(Table::Plan, u64::MAX).id, u64::MAX.to_string());
        assert_eq!(&*Key::numbered(Table::Plan, 120).id, "00000000000000000120");
        let keys: Vec<Key> = [2, 10, 9].map(|number| Key::numbered(Table::Plan, number)).to_vec();
        let mut sorted = keys;
        sorted.sort();
        assert_eq!(sorted.iter().filter_map(Key::number).collect::<Vec<_>>(), [2, 9, 10]);
    }
}
