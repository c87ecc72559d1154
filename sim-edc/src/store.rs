//! The store: records and requestIds in a file, so that they survive the end of the program, whatever ends it.
//!
//! The file is append-only: one JSON object a line, each with a check over its entry, written and synced before
//! [`Keep::keep`] returns. The last line may be torn, when the program was killed or the disk was full while it was
//! written; nothing told of it yet, so it is dropped. Damage anywhere else is for a person to look at. While a process
//! has the file it is locked; the lock goes with the process.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crc::{CRC_32_ISO_HDLC, Crc};
use serde::{Deserialize, Serialize};

use crate::drive::Keep;
use crate::journal::{Journal, Kept};

/// The longest line that is read.
const LONGEST: u64 = 1024 * 1024;
const CHECK: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// An open store.
#[derive(Debug)]
pub struct Store {
    file: File,
    path: PathBuf,
}

/// What an opened store holds.
#[derive(Debug)]
pub struct Opened {
    /// The store, to keep what comes next.
    pub store: Store,
    /// What it kept.
    pub journal: Journal,
    /// The bytes of a torn last line that was dropped; 0 when there was none.
    pub torn: u64,
}

/// One line's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Entry {
    /// The first line: what this file is.
    SimEdcStore {
        version: u32,
    },
    Kept(Kept),
}

const HEAD: Entry = Entry::SimEdcStore { version: 1 };

impl Store {
    /// Opens a store, or makes it.
    ///
    /// # Errors
    /// Another process has it, it cannot be read or written, or it is no store or damaged.
    pub fn open(path: &Path) -> Result<Opened, StoreFault> {
        let fault = |why| StoreFault { path: path.to_owned(), why };
        let broken = |error: io::Error| fault(Why::Io(error));
        let file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(broken)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => fault(Why::Taken),
            TryLockError::Error(error) => fault(Why::Io(error)),
        })?;
        let (kept, good) = read(&file).map_err(fault)?;
        let torn = file.metadata().map_err(broken)?.len().saturating_sub(good);
        if torn > 0 {
            file.set_len(good).map_err(broken)?;
        }
        let mut store = Self { file, path: path.to_owned() };
        if good == 0 {
            store.append(&HEAD).map_err(broken)?;
            // The file's name must survive too.
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)?;
        } else {
            store.file.sync_data().map_err(broken)?;
        }
        Ok(Opened { store, journal: kept.into_iter().collect(), torn })
    }

    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        // One write a line: a kill between two writes could leave half of it.
        self.file.write_all(encode(entry)?.as_bytes())?;
        self.file.sync_data()
    }
}

impl Keep for Store {
    fn keep(&mut self, kept: &Kept) -> io::Result<()> {
        self.append(&Entry::Kept(kept.clone())).map_err(|error| {
            let text =
                format!("write the store {}: {error}; what it could not keep was not answered", self.path.display());
            io::Error::new(error.kind(), text)
        })
    }
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("open the store {path}: {why}", path = path.display())]
pub struct StoreFault {
    path: PathBuf,
    why: Why,
}

#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("another process has it; stop that one, or take another file")]
    Taken,
    #[error("line {line} is damaged, and not only the last; look at the file, and move it away to begin anew")]
    Damaged { line: usize },
    #[error("its first line is not that of a store of version 1; take another file")]
    NoStore,
    #[error("{0}")]
    Io(io::Error),
}

/// Reads what was kept, and how many bytes of the file are good.
fn read(mut file: &File) -> Result<(Vec<Kept>, u64), Why> {
    file.seek(SeekFrom::Start(0)).map_err(Why::Io)?;
    let mut reader = BufReader::new(file);
    let (mut kept, mut good, mut number, mut bad) = (Vec::new(), 0_u64, 0, None);
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = (&mut reader).take(LONGEST).read_until(b'\n', &mut line).map_err(Why::Io)?;
        if length == 0 {
            break;
        }
        number += 1;
        if let Some(line) = bad {
            return Err(Why::Damaged { line });
        }
        match decode(&line) {
            Some(Entry::SimEdcStore { version: 1 }) if number == 1 => {}
            Some(Entry::Kept(entry)) if number > 1 => kept.push(entry),
            // A first line that was torn is a prefix of the one that every store begins with.
            None if number == 1 && !encode(&HEAD).is_ok_and(|head| head.as_bytes().starts_with(&line)) => {
                return Err(Why::NoStore);
            }
            None => {
                bad = Some(number);
                continue;
            }
            Some(_) => return Err(if number == 1 { Why::NoStore } else { Why::Damaged { line: number } }),
        }
        good += u64::try_from(length).unwrap_or_default();
    }
    Ok((kept, good))
}

/// `{"crc":"cbf43926","entry":{…}}` and a line's end; the check is over the entry's bytes.
fn encode(entry: &Entry) -> io::Result<String> {
    let entry = serde_json::to_string(entry)?;
    Ok(format!("{{\"crc\":\"{:08x}\",\"entry\":{entry}}}\n", CHECK.checksum(entry.as_bytes())))
}

fn decode(line: &[u8]) -> Option<Entry> {
    let line = std::str::from_utf8(line).ok()?;
    let (crc, entry) = line.strip_prefix("{\"crc\":\"")?.split_once("\",\"entry\":")?;
    let entry = entry.strip_suffix("}\n")?;
    let crc = u32::from_str_radix(crc, 16).ok()?;
    if crc != CHECK.checksum(entry.as_bytes()) {
        return None;
    }
    serde_json::from_str(entry).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wire::edc::TransactionData;
    use wire::money::Money;

    use super::*;
    use crate::journal::{Record, RecordKind};

    fn record(request_id: &str) -> Kept {
        let data = TransactionData { request_id: Some(request_id.to_owned()), ..TransactionData::default() };
        let (kind, request_id) = (RecordKind::Purchase, request_id.to_owned());
        Kept::Record(Arc::new(Record { kind, request_id, amount: Money::krw(104), cancels: None, data }))
    }

    /// A store with two ids and a record, and its path.
    fn filled(folder: &Path) -> PathBuf {
        let path = folder.join("store");
        let mut store = Store::open(&path).unwrap().store;
        for kept in [Kept::RequestId("R1".to_owned()), record("R1"), Kept::RequestId("R2".to_owned())] {
            store.keep(&kept).unwrap();
        }
        path
    }

    fn fault(path: &Path) -> String {
        Store::open(path).unwrap_err().to_string()
    }

    #[test]
    fn what_was_kept_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let Opened { mut journal, torn, .. } = Store::open(&filled(folder.path())).unwrap();
        assert_eq!(torn, 0);
        assert_eq!(journal.purchase("R1").map(|record| record.amount), Some(Money::krw(104)));
        assert!(!journal.claim("R1") && !journal.claim("R2") && journal.claim("R3"));
    }

    #[test]
    fn a_line_is_json_with_the_catalogue_check() {
        // CRC-32/ISO-HDLC, computed by Python's zlib.crc32.
        assert_eq!(encode(&HEAD).unwrap(), "{\"crc\":\"95f3b5cd\",\"entry\":{\"sim-edc-store\":{\"version\":1}}}\n");
    }

    #[test]
    fn a_file_cut_anywhere_keeps_every_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1).collect();
        // Around every line's end, and here and there in between: each try is synced, and that takes its time.
        let near = |length: &usize| ends.iter().any(|end| end.abs_diff(*length) <= 2) || length.is_multiple_of(23);
        for length in (0..=whole.len()).filter(near) {
            std::fs::write(&path, &whole[..length]).unwrap();
            let Opened { store, mut journal, torn } = Store::open(&path).unwrap();
            let lines = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(journal.purchase("R1").is_some(), lines >= 3, "cut at {length}");
            assert_eq!(!journal.claim("R1"), lines >= 2, "cut at {length}");
            assert_eq!(!journal.claim("R2"), lines >= 4, "cut at {length}");
            let kept = ends.iter().copied().filter(|end| *end <= length).max().unwrap_or(0);
            assert_eq!(torn, u64::try_from(length - kept).unwrap());
            drop(store);
            // What was torn is gone for good, and what comes next stands on a line of its own.
            Store::open(&path).unwrap().store.keep(&record("R9")).unwrap();
            assert!(Store::open(&path).unwrap().journal.purchase("R9").is_some(), "cut at {length}");
        }
    }

    #[test]
    fn damage_before_the_last_line_is_for_a_person() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let mut bytes = std::fs::read(&path).unwrap();
        let second = bytes.iter().position(|b| *b == b'\n').unwrap() + 30;
        bytes[second] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let text = fault(&path);
        assert!(text.contains("line 2 is damaged"), "{text}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "nothing was touched");
    }

    #[test]
    fn another_file_is_no_store_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter");
        for text in ["Dear Sir", "Dear Sir,\nhow are you\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(fault(&path).contains("take another file"), "{}", fault(&path));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_second_owner_is_refused_while_the_first_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let first = Store::open(&path).unwrap();
        assert!(fault(&path).contains("another process has it"));
        drop(first);
        assert!(Store::open(&path).is_ok());
    }
}
