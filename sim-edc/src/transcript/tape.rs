//! The last lines of a terminal's transcript, for whoever asks: bounded, and nobody who reads slowly holds it up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Lines that are kept at most.
const LINES: usize = 4096;
/// Bytes of lines that are kept at most.
const BYTES: usize = 1024 * 1024;

/// See the module's documentation. Clones are the same tape.
#[derive(Debug, Clone)]
pub struct Tape(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    reel: Mutex<Reel>,
    /// The number of the next line.
    next: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Reel {
    lines: VecDeque<Arc<str>>,
    bytes: usize,
    /// The number of the first line that is kept.
    first: u64,
}

/// A piece of tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Lines, each with its end.
    pub text: String,
    /// Where the next cut begins.
    pub next: u64,
}

impl Default for Tape {
    fn default() -> Self {
        let reel = Reel { first: 1, ..Reel::default() };
        Self(Arc::new(Shared { reel: Mutex::new(reel), next: watch::Sender::new(1) }))
    }
}

impl Tape {
    /// Puts a line at the end; what it pushes out at the beginning is gone.
    pub fn push(&self, line: Arc<str>) {
        let mut reel = self.reel();
        reel.bytes += line.len();
        reel.lines.push_back(line);
        while reel.lines.len() > LINES || (reel.bytes > BYTES && reel.lines.len() > 1) {
            let gone = reel.lines.pop_front().map_or(0, |line| line.len());
            reel.bytes -= gone;
            reel.first += 1;
        }
        let next = reel.first + u64::try_from(reel.lines.len()).unwrap_or_default();
        drop(reel);
        self.0.next.send_replace(next);
    }

    /// What is kept from a number on. Numbers begin at 1, and a line says its own.
    #[must_use]
    pub fn cut(&self, from: u64) -> Cut {
        let reel = self.reel();
        let skip = usize::try_from(from.saturating_sub(reel.first)).unwrap_or(usize::MAX);
        let mut text = String::new();
        for line in reel.lines.iter().skip(skip) {
            text.push_str(line);
            text.push('\n');
        }
        let end = reel.first + u64::try_from(reel.lines.len()).unwrap_or_default();
        Cut { text, next: end.max(from) }
    }

    /// Waits until there is a line with this number, or a later one.
    pub async fn reaches(&self, n: u64) {
        let mut next = self.0.next.subscribe();
        // The sender lives as long as this does.
        let _ = next.wait_for(|next| *next > n).await;
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.0.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_begins_where_it_is_asked_and_the_next_goes_on() {
        let tape = Tape::default();
        for word in ["one", "two", "three"] {
            tape.push(word.into());
        }
        assert_eq!(tape.cut(0), Cut { text: "one\ntwo\nthree\n".to_owned(), next: 4 });
        assert_eq!(tape.cut(3), Cut { text: "three\n".to_owned(), next: 4 });
        assert_eq!(tape.cut(9), Cut { text: String::new(), next: 9 });
        tape.push("four".into());
        assert_eq!(tape.cut(4).text, "four\n");
    }

    #[test]
    fn an_old_line_makes_room_and_numbers_go_on() {
        let tape = Tape::default();
        for n in 1..=LINES + 10 {
            tape.push(n.to_string().into());
        }
        let cut = tape.cut(1);
        assert!(cut.text.starts_with("11\n"), "ten lines are gone");
        assert_eq!(cut.next, u64::try_from(LINES).unwrap() + 11);
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let tape = Tape::default();
        for _ in 0..40 {
            tape.push("x".repeat(65_536).into());
        }
        assert!(tape.cut(1).text.len() <= BYTES + 100);
        tape.push("y".repeat(BYTES * 2).into());
        assert_eq!(tape.cut(1).text.len(), BYTES * 2 + 1, "the last line is always there");
    }

    #[tokio::test]
    async fn whoever_waits_is_woken_by_the_line() {
        let tape = Tape::default();
        let waiting = tokio::spawn({
            let tape = tape.clone();
            async move { tape.reaches(1).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        tape.push("one".into());
        waiting.await.unwrap();
    }
}
