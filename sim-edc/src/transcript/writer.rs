//! The transcript as a file, or on stdout.
//!
//! A thread of its own writes, so that a slow disk, or a pipe that nobody reads, does not hold up the terminal. What
//! waits for it is bounded; lines that found no room are counted and told in a line of their own.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Lines that may wait to be written.
const WAITING: usize = 8192;
/// How long the end of the program waits for the last lines.
const LAST: Duration = Duration::from_secs(2);

/// See the module's documentation. Dropping it writes what waits.
#[derive(Debug)]
pub struct Writer {
    lines: Option<SyncSender<Arc<str>>>,
    skipped: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Writes into a file, which is made anew; `-` is stdout. `complain` gets what goes wrong later, in words.
    ///
    /// # Errors
    /// The file cannot be made, or no thread is to be had.
    pub fn open(path: &Path, complain: impl Fn(String) + Send + 'static) -> io::Result<Self> {
        let name = path.display().to_string();
        let out: Box<dyn Write + Send> =
            if name == "-" { Box::new(io::stdout()) } else { Box::new(File::create(path)?) };
        let (lines, queue) = sync_channel(WAITING);
        let skipped = Arc::new(AtomicU64::new(0));
        let lost = Arc::clone(&skipped);
        let write = move || match write_all(BufWriter::new(out), &queue, &lost) {
            Ok(()) => {}
            // Whoever read it has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => complain(format!("write the transcript {name}: {error}; it ends here, the terminal goes on")),
        };
        let thread = std::thread::Builder::new().name("transcript".to_owned()).spawn(write)?;
        Ok(Self { lines: Some(lines), skipped, thread: Some(thread) })
    }

    /// Writes a line, soon.
    pub fn write(&self, line: Arc<str>) {
        if let Some(lines) = &self.lines
            && matches!(lines.try_send(line), Err(TrySendError::Full(_)))
        {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Writer {
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

/// Writes line after line, and flushes when nothing more waits.
fn write_all(mut out: impl Write, lines: &Receiver<Arc<str>>, skipped: &AtomicU64) -> io::Result<()> {
    loop {
        let line = match lines.try_recv() {
            Ok(line) => line,
            Err(TryRecvError::Disconnected) => return out.flush(),
            Err(TryRecvError::Empty) => {
                out.flush()?;
                let Ok(line) = lines.recv() else { return Ok(()) };
                line
            }
        };
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
        let lost = skipped.swap(0, Ordering::Relaxed);
        if lost > 0 {
            writeln!(out, r#"{{"event":"skipped","lines":{lost}}}"#)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_there_when_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("transcript.jsonl");
        let writer = Writer::open(&path, |_| {}).unwrap();
        for n in 0..1000 {
            writer.write(n.to_string().into());
        }
        drop(writer);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.lines().enumerate().all(|(n, line)| line == n.to_string()));
        assert_eq!(text.lines().count(), 1000);
    }

    #[test]
    fn a_full_disk_is_told_once_and_stops_nothing() {
        let (told, complaints) = std::sync::mpsc::channel();
        let writer = Writer::open(Path::new("/dev/full"), move |text| told.send(text).unwrap()).unwrap();
        writer.write("a line".into());
        let text = complaints.recv().unwrap();
        assert!(text.contains("write the transcript /dev/full") && text.contains("space"), "{text}");
        writer.write("another".into());
        drop(writer);
        assert!(complaints.recv().is_err(), "it was told once");
    }

    #[test]
    fn what_found_no_room_is_counted() {
        let (lines, queue) = sync_channel(4);
        lines.send("one".into()).unwrap();
        drop(lines);
        let mut out = Vec::new();
        write_all(&mut out, &queue, &AtomicU64::new(7)).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "one\n{\"event\":\"skipped\",\"lines\":7}\n");
    }
}
