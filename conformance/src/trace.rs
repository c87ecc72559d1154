//! The trace of a case: everything that happened, in order, with raw bytes, decoded views and times. A product of its
//! own: JSON Lines, one entry a line, and all that rules ever see.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;
use wire::clock::ClockHandle;
use wire::time::Moment;

use crate::client::ClientEvent;

/// Entries of one case at most; a case that makes more is not carried out to its end.
pub const LIMIT: usize = 200_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1.
    pub n: usize,
    /// When, in the simulated world, in microseconds since 1970.
    pub at: Moment,
    /// What.
    pub event: Event,
}

/// What happened, by where it was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The harness itself.
    Case(CaseEvent),
    /// The driver of the integration.
    Driver(DriverEvent),
    /// The terminal and its line.
    Terminal(sim_edc::Event),
    /// The gateway and its notifications.
    Gateway(sim_antom::Event),
    /// The front end, in a browser or an app.
    Client(ClientEvent),
}

/// What the harness did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseEvent {
    /// The case began.
    Began {
        /// Its name.
        case: String,
        /// Its seed.
        seed: u64,
    },
    /// A step began.
    Step {
        /// Counts from 1.
        number: usize,
        /// What it does.
        text: String,
    },
    /// Nobody had anything to do, and time was skipped.
    Jumped {
        /// From here.
        from: Moment,
        /// To here.
        to: Moment,
        /// When the integration means to act by itself, as it answered `clock`.
        wake_at: Option<Moment>,
    },
    /// The case ended; `settled` says whether every order had, too, and every request was answered.
    Ended {
        /// Whether every order had reached an end.
        settled: bool,
    },
}

/// What went over the driver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriverEvent {
    /// The integration was started.
    Started,
    /// The harness called.
    Called {
        /// The method.
        method: String,
        /// Its parameters; private keys are left out.
        params: Value,
    },
    /// The integration answered.
    Answered {
        /// The method.
        method: String,
        /// Its answer.
        result: Value,
    },
    /// The integration did not, or answered with an error.
    Failed {
        /// The method.
        method: String,
        /// Why.
        error: String,
    },
    /// A line that the integration wrote to stderr.
    Said {
        /// The line.
        line: String,
    },
    /// The harness killed the integration.
    Killed,
}

/// A trace that is being written, from several tasks of one case.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    clock: ClockHandle,
}

struct Shared {
    entries: Mutex<Vec<Entry>>,
    grown: Notify,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recorder({} entries)", self.len())
    }
}

impl Recorder {
    /// An empty trace on a clock.
    #[must_use]
    pub fn new(clock: ClockHandle) -> Self {
        // Most cases have some dozens of entries, and a campaign has many cases.
        let entries = Mutex::new(Vec::with_capacity(64));
        Self { shared: Arc::new(Shared { entries, grown: Notify::new() }), clock }
    }

    /// Writes what happened now. Whatever goes over the driver keeps the wires from being quiet.
    pub fn record(&self, event: Event) {
        self.clock.touch();
        self.record_at(self.clock.now(), event);
    }

    /// Writes down what an integration says to itself: that is no traffic, and a chatty one is quiet all the same.
    pub fn overhear(&self, event: Event) {
        self.record_at(self.clock.now(), event);
    }

    /// Writes what happened at a moment.
    pub fn record_at(&self, at: Moment, event: Event) {
        let mut entries = self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() < LIMIT {
            let n = entries.len() + 1;
            entries.push(Entry { n, at, event });
        }
        drop(entries);
        self.shared.grown.notify_waiters();
    }

    /// Waits until something is written after entry number `n`.
    pub async fn grown_beyond(&self, n: usize) {
        loop {
            let grown = self.shared.grown.notified();
            if self.len() > n {
                return;
            }
            grown.await;
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an entry after number `n` fits.
    pub fn any_after(&self, n: usize, fits: impl Fn(&Event) -> bool) -> bool {
        self.shared
            .entries
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .skip(n)
            .any(|entry| fits(&entry.event))
    }

    /// What the last entry says in which it is found.
    pub fn last<T>(&self, find: impl Fn(&Event) -> Option<T>) -> Option<T> {
        let entries = self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().find_map(|entry| find(&entry.event))
    }

    /// All entries; what is written afterwards begins anew.
    #[must_use]
    pub fn take(&self) -> Vec<Entry> {
        std::mem::take(&mut self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A copy of all entries.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The trace as JSON Lines.
#[must_use]
pub fn to_json_lines(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        // Every part of an entry has string keys and no fallible serialiser.
        text.push_str(&serde_json::to_string(entry).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// Why a text is no trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// There is nothing in it.
    #[error("there is no entry in it")]
    Empty,
    /// More entries than a case may have.
    #[error("line {line}: more than {LIMIT} entries")]
    TooLong {
        /// The line, from 1.
        line: usize,
    },
    /// A line is no entry.
    #[error("line {line}, column {column}: {problem}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Entries are not in order.
    #[error("line {line}: entry number {n} comes after number {before}; entries are numbered upwards")]
    Order {
        /// The line, from 1.
        line: usize,
        /// Its number.
        n: usize,
        /// The number before it.
        before: usize,
    },
}

/// Reads a trace. Empty lines are passed over.
///
/// # Errors
/// The first thing that is wrong with it, and where.
pub fn from_json_lines(text: &str) -> Result<Vec<Entry>, TraceError> {
    let mut entries: Vec<Entry> = Vec::new();
    for (line, content) in text.lines().enumerate().map(|(index, content)| (index + 1, content)) {
        if content.trim().is_empty() {
            continue;
        }
        if entries.len() == LIMIT {
            return Err(TraceError::TooLong { line });
        }
        let entry: Entry = serde_json::from_str(content).map_err(|error| {
            let text = error.to_string();
            let problem = text.split(" at line ").next().unwrap_or_default().to_owned();
            TraceError::Line { line, column: error.column(), problem }
        })?;
        let before = entries.last().map_or(0, |last| last.n);
        if entry.n <= before {
            return Err(TraceError::Order { line, n: entry.n, before });
        }
        entries.push(entry);
    }
    if entries.is_empty() { Err(TraceError::Empty) } else { Ok(entries) }
}
