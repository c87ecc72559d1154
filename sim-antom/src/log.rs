//! What the program says while it serves: lines for people.
//!
//! A thread of its own writes them, so that a pipe that nobody reads, or a slow terminal, does not hold up the gateway.
//! What waits for it is bounded; lines that found no room are counted, and told of in a line of their own.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Lines that may wait to be written.
const LINES: usize = 4096;
/// Bytes that they may have together; one line more may be longer than what is left of them.
const BYTES: usize = 4 * 1024 * 1024;
/// How long the end of the program waits for the last lines.
const LAST: Duration = Duration::from_secs(1);

/// See the module's documentation. Dropping it writes what waits.
#[derive(Debug)]
pub(crate) struct Log {
    lines: Option<SyncSender<String>>,
    waiting: Arc<Waiting>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    /// Lines that found no room.
    skipped: AtomicU64,
}

impl Log {
    /// Writes to a pipe, a terminal, a file.
    ///
    /// # Errors
    /// No thread is to be had.
    pub(crate) fn to(out: impl Write + Send + 'static) -> io::Result<Self> {
        let (lines, queue) = sync_channel(LINES);
        let waiting = Arc::new(Waiting::default());
        let shared = Arc::clone(&waiting);
        // Whoever read it has gone, or the disk is full: there is nobody left to tell.
        let write = move || write_all(out, &queue, &shared).unwrap_or_default();
        let thread = std::thread::Builder::new().name("log".to_owned()).spawn(write)?;
        Ok(Self { lines: Some(lines), waiting, thread: Some(thread) })
    }

    /// Writes a line, soon.
    pub(crate) fn say(&self, line: String) {
        let Some(lines) = &self.lines else { return };
        let bytes = line.len();
        let before = self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed);
        if before >= BYTES || lines.try_send(line).is_err() {
            self.waiting.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.waiting.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.lines = None;
        let Some(thread) = self.thread.take() else { return };
        // A pipe that is full and that nobody reads would keep the program for ever.
        let until = Instant::now() + LAST;
        while !thread.is_finished() {
            if Instant::now() >= until {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = thread.join();
    }
}

/// Writes line after line.
fn write_all(mut out: impl Write, lines: &Receiver<String>, waiting: &Waiting) -> io::Result<()> {
    while let Ok(mut line) = lines.recv() {
        waiting.bytes.fetch_sub(line.len(), Ordering::Relaxed);
        line.push('\n');
        out.write_all(line.as_bytes())?;
        waiting.tell_of_skipped(&mut out)?;
    }
    waiting.tell_of_skipped(&mut out)?;
    out.flush()
}

impl Waiting {
    fn tell_of_skipped(&self, out: &mut impl Write) -> io::Result<()> {
        match self.skipped.swap(0, Ordering::Relaxed) {
            0 => Ok(()),
            lines => writeln!(out, "sim-antom: {lines} lines are missing here: nobody read them in time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use super::*;

    #[test]
    fn what_was_said_is_there_when_it_is_dropped() {
        let (reader, writer) = io::pipe().unwrap();
        let log = Log::to(writer).unwrap();
        (0..500).for_each(|n| log.say(n.to_string()));
        drop(log);
        let lines: Vec<_> = BufReader::new(reader).lines().map(Result::unwrap).collect();
        assert!(lines.iter().enumerate().all(|(n, line)| *line == n.to_string()));
        assert_eq!(lines.len(), 500);
    }

    /// Counts what was written, and what was told to be missing.
    fn read(reader: impl io::Read) -> (u64, u64) {
        let missing = |line: &str| line.strip_prefix("sim-antom: ")?.split(' ').next()?.parse::<u64>().ok();
        let lines = BufReader::new(reader).lines().map(Result::unwrap);
        lines.fold((0, 0), |(written, gone), line| match missing(&line) {
            Some(lines) => (written, gone + lines),
            None => (written + 1, gone),
        })
    }

    #[test]
    fn a_pipe_that_nobody_reads_holds_nobody_up_and_what_was_lost_is_counted() {
        for line in ["x".to_owned(), "y".repeat(BYTES / 8)] {
            let (reader, writer) = io::pipe().unwrap();
            let log = Log::to(writer).unwrap();
            // More than the pipe and the queue hold.
            let many = 100_000;
            (0..many).for_each(|_| log.say(line.clone()));
            assert!(log.waiting.bytes.load(Ordering::Relaxed) <= BYTES + line.len());
            let reader = std::thread::spawn(move || read(reader));
            drop(log);
            let (written, missing) = reader.join().unwrap();
            assert!(missing > 0);
            assert_eq!(written + missing, many);
        }
    }

    #[test]
    fn a_log_whose_reader_has_gone_stops_nothing() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let log = Log::to(writer).unwrap();
        (0..10).for_each(|n| log.say(n.to_string()));
    }
}
