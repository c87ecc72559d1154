//! A store in a file, safe against crashes. The redb crate is used here only.
//!
//! Everything is in memory too, so reading costs what it costs without a file; the file is written at each commit, in
//! one transaction that is on the disk when it returns. Records are JSON, filed under `table`, a line feed, and their id.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use redb::{
    Database, DatabaseError, Durability, ReadableDatabase as _, ReadableTable as _, StorageError, TableDefinition,
};

use crate::store::{Key, MemoryStore, Record, Store, StoreError, Table};

/// See the module's documentation.
pub struct DurableStore {
    memory: MemoryStore,
    file: Database,
    /// What changed since the last commit; none where a record was forgotten.
    changed: BTreeMap<Key, Option<Record>>,
    /// Whether everything was forgotten before that.
    cleared: bool,
}

const RECORDS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("records");
const ABOUT: TableDefinition<'_, &str, &str> = TableDefinition::new("about");
/// The form of the records, so that a later program can tell what it reads.
const FORM: &str = "sim-antom 1";

impl DurableStore {
    /// Opens a file, or makes one.
    ///
    /// # Errors
    /// It cannot be opened, another process has it open, or it is no such store.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |what: &dyn fmt::Display| StoreError(format!("open {}: {what}", path.display()));
        // A plain open trusts the file, and may panic at one that was damaged.
        let file = Database::builder().set_check_integrity_on_open(true).create(path).map_err(|error| match error {
            DatabaseError::DatabaseAlreadyOpen => failed(&"another process has it open"),
            DatabaseError::Storage(StorageError::Corrupted(what)) => {
                failed(&format_args!("it is damaged ({what}); put a copy in its place, or begin with a new file"))
            }
            other => failed(&other),
        })?;
        let mut store = Self { memory: MemoryStore::default(), file, changed: BTreeMap::new(), cleared: false };
        store.read().map_err(|error| failed(&error))?;
        Ok(store)
    }

    fn read(&mut self) -> Result<(), String> {
        let text = |error: redb::Error| error.to_string();
        let write = self.file.begin_write().map_err(|error| text(error.into()))?;
        {
            let mut about = write.open_table(ABOUT).map_err(|error| text(error.into()))?;
            let form = about.get("form").map_err(|error| text(error.into()))?.map(|form| form.value().to_owned());
            match form.as_deref() {
                Some(FORM) => {}
                Some(other) => return Err(format!("it was written as {other:?}, this program reads {FORM:?}")),
                None => {
                    about.insert("form", FORM).map_err(|error| text(error.into()))?;
                }
            }
            write.open_table(RECORDS).map_err(|error| text(error.into()))?;
        }
        write.commit().map_err(|error| text(error.into()))?;
        let read = self.file.begin_read().map_err(|error| text(error.into()))?;
        let records = read.open_table(RECORDS).map_err(|error| text(error.into()))?;
        for entry in records.iter().map_err(|error| text(error.into()))? {
            let (key, record) = entry.map_err(|error| text(error.into()))?;
            let key = parse(key.value()).ok_or_else(|| format!("the record {:?} is of no known table", key.value()))?;
            let record: Record = serde_json::from_slice(record.value())
                .map_err(|error| format!("the record {:?} cannot be read: {error}", key.id))?;
            self.memory.put(key, record);
        }
        Ok(())
    }

    fn write(&self) -> Result<(), redb::Error> {
        let mut write = self.file.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        if self.cleared {
            write.delete_table(RECORDS)?;
        }
        {
            let mut records = write.open_table(RECORDS)?;
            for (key, record) in &self.changed {
                let name = name(key);
                match record {
                    Some(record) => {
                        let text = serde_json::to_vec(record).map_err(|error| redb::Error::Io(error.into()))?;
                        records.insert(name.as_str(), text.as_slice())?;
                    }
                    None => {
                        records.remove(name.as_str())?;
                    }
                }
            }
        }
        write.commit()?;
        Ok(())
    }
}

impl Store for DurableStore {
    fn get(&self, key: &Key) -> Option<Record> {
        self.memory.get(key)
    }

    fn put(&mut self, key: Key, record: Record) {
        self.changed.insert(key.clone(), Some(record.clone()));
        self.memory.put(key, record);
    }

    fn remove(&mut self, key: &Key) {
        self.changed.insert(key.clone(), None);
        self.memory.remove(key);
    }

    fn clear(&mut self) {
        self.changed.clear();
        self.cleared = true;
        self.memory.clear();
    }

    fn count(&self, table: Table) -> usize {
        self.memory.count(table)
    }

    fn all(&self, table: Table) -> Vec<(Key, Record)> {
        self.memory.all(table)
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        if self.changed.is_empty() && !self.cleared {
            return Ok(());
        }
        self.write().map_err(|error| StoreError(error.to_string()))?;
        self.changed.clear();
        self.cleared = false;
        Ok(())
    }
}

impl fmt::Debug for DurableStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DurableStore({} changes)", self.changed.len())
    }
}

fn name(key: &Key) -> String {
    let table = serde_json::to_value(key.table).ok();
    let table = table.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    format!("{table}\n{}", key.id)
}

fn parse(name: &str) -> Option<Key> {
    let (table, id) = name.split_once('\n')?;
    let table = serde_json::from_value(serde_json::Value::String(table.to_owned())).ok()?;
    Some(Key::new(table, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(to: &str) -> Record {
        Record::Link(to.into())
    }

    fn key(id: &str) -> Key {
        Key::of_client(Table::PaymentRequest, "C", id)
    }

    #[test]
    fn what_was_committed_is_there_after_a_restart_and_what_was_not_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let mut store = DurableStore::open(&path).unwrap();
        store.put(key("A"), link("1"));
        store.put(key("B"), link("2"));
        store.put(Key::new(Table::Payment, "A"), link("3"));
        store.commit().unwrap();
        store.remove(&key("B"));
        store.put(key("A"), link("4"));
        store.commit().unwrap();
        store.put(key("C"), link("5"));
        drop(store);
        let mut store = DurableStore::open(&path).unwrap();
        assert_eq!(store.all(Table::PaymentRequest), [(key("A"), link("4"))]);
        assert_eq!(store.get(&Key::new(Table::Payment, "A")), Some(link("3")));
        store.clear();
        store.put(key("D"), link("6"));
        assert_eq!(store.count(Table::Payment), 0);
        store.commit().unwrap();
        drop(store);
        let store = DurableStore::open(&path).unwrap();
        assert_eq!((store.all(Table::PaymentRequest), store.count(Table::Payment)), (vec![(key("D"), link("6"))], 0));
    }

    #[test]
    fn a_file_that_is_no_store_or_is_in_use_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        std::fs::write(&path, "something else entirely".repeat(1000)).unwrap();
        let before = std::fs::read(&path).unwrap();
        let error = DurableStore::open(&path).unwrap_err().to_string();
        assert!(error.contains("open ") && error.contains("ledger"), "{error}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "what is not ours stays as it is");
        let other = folder.path().join("other");
        let _open = DurableStore::open(&other).unwrap();
        assert!(DurableStore::open(&other).unwrap_err().to_string().contains("another process has it open"));
    }

    /// Every page of it, one flipped bit at a time: what the file's checks see is told, and the rest is no harm.
    #[test]
    fn a_damaged_file_is_told_and_panics_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let mut store = DurableStore::open(&path).unwrap();
        for number in 0..400 {
            store.put(key(&format!("{number:03}")), link(&"x".repeat(100)));
        }
        store.commit().unwrap();
        drop(store);
        let whole = std::fs::read(&path).unwrap();
        let other = folder.path().join("damaged");
        let mut told = 0;
        let mut open = |bytes: &[u8]| {
            std::fs::write(&other, bytes).unwrap();
            match DurableStore::open(&other) {
                Ok(store) => assert_eq!(store.count(Table::PaymentRequest), 400),
                Err(error) => {
                    assert!(error.to_string().contains("open "), "{error}");
                    told += 1;
                }
            }
        };
        for at in (0..whole.len()).step_by(whole.len() / 40 + 97) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            open(&damaged);
        }
        let mut damaged = whole.clone();
        damaged[12_288..12_488].iter_mut().for_each(|byte| *byte = !*byte);
        open(&damaged);
        open(&whole[..whole.len() / 2]);
        assert!(told > 0);
    }

    #[test]
    fn a_store_of_another_form_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        {
            let store = DurableStore::open(&path).unwrap();
            let write = store.file.begin_write().unwrap();
            write.open_table(ABOUT).unwrap().insert("form", "sim-antom 9").unwrap();
            write.commit().unwrap();
        }
        let error = DurableStore::open(&path).unwrap_err().to_string();
        assert!(error.contains("sim-antom 9"), "{error}");
    }
}
