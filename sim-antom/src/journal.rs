//! The trace of a running gateway, as the control API shows it: the newest entries in memory, older ones on the disk, both
//! bounded, and a live stream of them.
//!
//! Entries are kept as what they tell, and on the disk packed: few are ever read, and those are written as JSON then.

mod spill;

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use wire::time::Moment;

use self::spill::Spill;
use crate::event::Event;
use crate::packed;

/// Entries that are kept in memory at most.
const ENTRIES: usize = 20_000;
/// Bytes that they may have together.
const BYTES: usize = 8 * 1024 * 1024;
/// Bytes that each of the two files of older ones may have.
const FILE: u64 = 512 * 1024 * 1024;
/// How far a listener may fall behind before it misses entries.
const BEHIND: usize = 1024;

/// See the module's documentation. Clones share it.
#[derive(Debug, Clone)]
pub struct Journal(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    kept: Mutex<Kept>,
    live: broadcast::Sender<Entry>,
}

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    bytes: usize,
    last: u64,
    /// The last entry of the world before this one.
    before: u64,
    /// All entries, also those that memory has no room for any more; none where nothing is to be written.
    spill: Option<Spill>,
}

/// One entry of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Counts entries from 1.
    pub(crate) number: u64,
    /// When, in milliseconds.
    at: u64,
    /// What it tells.
    pub(crate) event: Arc<Event>,
}

impl Entry {
    /// When it was.
    pub(crate) const fn moment(&self) -> Moment {
        Moment::from_millis(self.at)
    }

    /// The entry as JSON.
    pub(crate) fn line(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self(Arc::new(Shared { kept: Mutex::default(), live: broadcast::Sender::new(BEHIND) }))
    }
}

impl Journal {
    /// A journal that keeps older entries in files without a name, in the folder for temporary files.
    ///
    /// # Errors
    /// No file can be made there.
    pub fn on_disk() -> io::Result<Self> {
        let journal = Self::default();
        journal.kept().spill = Some(Spill::of_at_most(FILE)?);
        Ok(journal)
    }

    /// Adds an entry; the oldest go when there are too many.
    pub fn add(&self, at: Moment, event: Event) {
        let mut kept = self.kept();
        kept.last += 1;
        let number = kept.last;
        let entry = Entry { number, at: at.as_millis(), event: Arc::new(event) };
        if let Some(spill) = &mut kept.spill
            && spill.add(number, |block| packed::append(&entry, block)).is_err()
        {
            // The disk is full, say. The gateway goes on with what memory holds.
            kept.spill = None;
        }
        kept.bytes += entry.event.size();
        kept.entries.push_back(entry.clone());
        while kept.entries.len() > ENTRIES || (kept.bytes > BYTES && kept.entries.len() > 1) {
            let gone = kept.entries.pop_front();
            kept.bytes -= gone.map_or(0, |gone| gone.event.size());
        }
        // Nobody may be listening. Sent under the lock, so that a listener misses nothing and hears nothing twice.
        let _ = self.0.live.send(entry);
    }

    /// The lines of the entries after a number, oldest first, at most so many: from the disk what memory has no more.
    pub(crate) fn lines_after(&self, number: u64, most: usize) -> Vec<String> {
        let mut kept = self.kept();
        let first = kept.entries.front().map_or(u64::MAX, |entry| entry.number);
        if number.saturating_add(1) < first
            && let Some(spill) = &mut kept.spill
            && let Ok(records) = spill.after(number, most)
        {
            drop(kept);
            return records.iter().filter_map(|record| Some(packed::read::<Entry>(record)?.line())).collect();
        }
        drop(kept);
        self.after(number, most).iter().map(Entry::line).collect()
    }

    /// The entries in memory after a number, oldest first, at most so many.
    pub(crate) fn after(&self, number: u64, most: usize) -> Vec<Entry> {
        let kept = self.kept();
        let from = kept.entries.partition_point(|entry| entry.number <= number);
        kept.entries.range(from..).take(most).cloned().collect()
    }

    /// The entries after a number, and everything that comes.
    pub(crate) fn follow(&self, number: u64) -> (Vec<Entry>, broadcast::Receiver<Entry>) {
        let kept = self.kept();
        let from = kept.entries.partition_point(|entry| entry.number <= number);
        (kept.entries.range(from..).cloned().collect(), self.0.live.subscribe())
    }

    /// The world begins anew: what was told so far is of another one.
    pub(crate) fn begin_anew(&self) {
        let mut kept = self.kept();
        kept.before = kept.last;
    }

    /// The entries of this world that are in memory, oldest first.
    pub(crate) fn of_this_world(&self) -> Vec<Entry> {
        let before = self.kept().before;
        self.after(before, usize::MAX)
    }

    /// The number of the last entry.
    pub(crate) fn last(&self) -> u64 {
        self.kept().last
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(name: impl Into<String>) -> Event {
        Event::Fault { name: name.into() }
    }

    #[test]
    fn entries_are_numbered_and_found_after_a_number() {
        let journal = Journal::default();
        for name in ["a", "b", "c"] {
            journal.add(Moment::from_millis(7), fault(name));
        }
        let lines: Vec<_> = journal.after(1, 9).iter().map(|entry| entry.line()).collect();
        assert_eq!(
            lines,
            [
                r#"{"number":2,"at":7,"event":{"fault":{"name":"b"}}}"#,
                r#"{"number":3,"at":7,"event":{"fault":{"name":"c"}}}"#
            ]
        );
        assert_eq!(journal.after(0, 1).len(), 1);
        assert!(journal.after(3, 9).is_empty() && journal.after(u64::MAX, 9).is_empty());
    }

    #[test]
    fn too_many_entries_or_bytes_push_the_oldest_out() {
        let journal = Journal::default();
        for _ in 0..ENTRIES + 5 {
            journal.add(Moment::default(), fault("a"));
        }
        let kept = journal.after(0, usize::MAX);
        assert_eq!((kept.len(), kept[0].number, journal.last()), (ENTRIES, 6, ENTRIES as u64 + 5));
        for _ in 0..3 {
            journal.add(Moment::default(), fault("x".repeat(BYTES / 2)));
        }
        assert_eq!(journal.after(0, usize::MAX).len(), 1);
        assert_eq!(journal.lines_after(0, usize::MAX).len(), 1, "and nothing was written");
    }

    #[test]
    fn what_memory_has_no_room_for_is_found_on_the_disk() {
        let journal = Journal::on_disk().unwrap();
        for number in 1..=ENTRIES + 5 {
            journal.add(Moment::default(), fault(number.to_string()));
        }
        assert_eq!(journal.after(0, 1)[0].number, 6);
        let old = journal.lines_after(2, 5);
        let newer = journal.lines_after(7, 2);
        assert!(old[0].contains(r#""number":3,"#) && old[4].contains(r#""number":7,"#), "{old:?}");
        assert!(newer[0].contains(r#""number":8,"#) && newer.len() == 2, "{newer:?}");
    }

    #[test]
    fn a_listener_hears_what_was_and_what_comes_without_a_gap() {
        let journal = Journal::default();
        journal.add(Moment::default(), fault("a"));
        let (before, mut live) = journal.follow(0);
        journal.add(Moment::default(), fault("b"));
        assert_eq!((before.len(), live.try_recv().unwrap().number), (1, 2));
    }
}
