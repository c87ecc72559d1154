//! Which mutant is on, in this thread. A mutated crate gets this file as `mutants_switch.rs`; every place that has mutants
//! asks here.
//!
//! MUTANT: the number of the mutant that is on when the program starts. MUTANTS_REACHED: a file to which the numbers of
//! mutants are added that are asked for. MUTANTS_KEEP: a folder for what is worth keeping.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};

thread_local! {
    static ACTIVE: Cell<Option<u32>> = const { Cell::new(None) };
    /// How often a mutant may be asked for before it counts as one that never ends.
    static PATIENCE: Cell<u64> = const { Cell::new(u64::MAX) };
}

/// The mutants that were asked for, if anybody wants to know.
static REACHED: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn from_environment() -> u32 {
    static MUTANT: OnceLock<u32> = OnceLock::new();
    *MUTANT.get_or_init(|| std::env::var("MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0))
}

fn list() -> Option<&'static PathBuf> {
    static LIST: OnceLock<Option<PathBuf>> = OnceLock::new();
    LIST.get_or_init(|| std::env::var_os("MUTANTS_REACHED").map(PathBuf::from)).as_ref()
}

/// Switches a mutant on in this thread; none with 0.
pub fn set(mutant: u32, patience: u64) {
    ACTIVE.with(|active| active.set(Some(mutant)));
    PATIENCE.with(|left| left.set(patience));
}

/// How much patience is left.
pub fn left() -> u64 {
    PATIENCE.with(Cell::get)
}

/// The mutants that were reached since this was asked last, by whoever has `MUTANTS_REACHED`.
pub fn take_reached() -> BTreeSet<u32> {
    std::mem::take(&mut *REACHED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether a mutant is on.
pub fn on(mutant: u32) -> bool {
    which(&[mutant]) == 1
}

/// Which of some mutants is on, counted from 1; 0 for none.
pub fn which(mutants: &[u32]) -> usize {
    let active = ACTIVE.try_with(|active| {
        let known = active.get().unwrap_or_else(from_environment);
        active.set(Some(known));
        known
    });
    let left = PATIENCE.try_with(|left| {
        left.set(left.get().saturating_sub(1));
        left.get()
    });
    assert!(left != Ok(0), "it goes on for ever");
    if let Some(path) = list() {
        note(mutants, path);
    }
    let active = active.unwrap_or(0);
    mutants.iter().position(|mutant| *mutant == active).map_or(0, |index| index + 1)
}

fn note(mutants: &[u32], path: &PathBuf) {
    let mut reached = REACHED.lock().unwrap_or_else(PoisonError::into_inner);
    let fresh: Vec<_> = mutants.iter().filter(|mutant| reached.insert(**mutant)).map(u32::to_string).collect();
    if !fresh.is_empty() {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        let _ = file.and_then(|mut file| file.write_all(format!("{}\n", fresh.join("\n")).as_bytes()));
    }
}

/// Keeps a text in the folder of `MUTANTS_KEEP`, once.
pub fn keep(text: impl FnOnce() -> String) {
    if let Some(folder) = std::env::var_os("MUTANTS_KEEP") {
        let text = text();
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let _ = std::fs::write(PathBuf::from(folder).join(format!("{hash:016x}")), text);
    }
}

/// One of two iterators: a function that returns some iterator returns one type.
pub enum Either<L, R> {
    /// A mutant's.
    Left(L),
    /// The function's own.
    Right(R),
}

impl<L: Iterator, R: Iterator<Item = L::Item>> Iterator for Either<L, R> {
    type Item = L::Item;

    fn next(&mut self) -> Option<L::Item> {
        match self {
            Self::Left(iterator) => iterator.next(),
            Self::Right(iterator) => iterator.next(),
        }
    }
}

impl<L: DoubleEndedIterator, R: DoubleEndedIterator<Item = L::Item>> DoubleEndedIterator for Either<L, R> {
    fn next_back(&mut self) -> Option<L::Item> {
        match self {
            Self::Left(iterator) => iterator.next_back(),
            Self::Right(iterator) => iterator.next_back(),
        }
    }
}
