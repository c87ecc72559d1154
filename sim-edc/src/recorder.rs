//! What becomes of a terminal's events in the program: shown on stderr, written into the transcript, kept on tape.

use std::io::{self, Write as _};
use std::sync::Arc;

use wire::hex;
use wire::time::{Moment, WireTime};

use crate::drive::Observer;
use crate::event::Event;
use crate::transcript::{Tape, Writer, line};

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// Counts from 1.
    pub(crate) terminal: usize,
    /// Whether there are others, so that lines must say whose they are.
    pub(crate) one_of_many: bool,
    /// 0 shows nothing, 1 every message, 2 its bytes too.
    pub(crate) verbose: u8,
    pub(crate) tape: Option<Tape>,
    pub(crate) writer: Option<Arc<Writer>>,
    /// How many events there were.
    pub(crate) n: u64,
}

impl Observer for Recorder {
    fn observe(&mut self, at: Moment, event: Event) {
        self.n += 1;
        if self.verbose > 0 {
            self.show(at, &event);
        }
        if self.tape.is_none() && self.writer.is_none() {
            return;
        }
        let line: Arc<str> = line(self.terminal, self.n, at, &event).into();
        if let Some(writer) = &self.writer {
            writer.write(Arc::clone(&line));
        }
        if let Some(tape) = &self.tape {
            tape.push(line);
        }
    }
}

impl Recorder {
    fn show(&self, at: Moment, event: &Event) {
        let whose = if self.one_of_many { format!("#{} ", self.terminal) } else { String::new() };
        let time = WireTime::new(at, 0);
        // Nobody may read it any more; that is no reason to stop.
        let mut err = io::stderr().lock();
        let _ = writeln!(err, "{time} {whose}{}", readable(event));
        if self.verbose > 1
            && let Event::Received { raw, .. }
            | Event::Sent { raw, .. }
            | Event::Garbage { raw, .. }
            | Event::OnWire { raw } = event
        {
            let _ = writeln!(err, "{time} {whose}  {}", hex::encode(&raw.0));
        }
    }
}

/// An event for people: `<` came from the POS, `>` went to it.
fn readable(event: &Event) -> String {
    match event {
        Event::Received { json, repeat, refused, .. } => {
            let note = match (repeat, refused) {
                (true, _) => " (repeat)",
                (false, true) => " (refused)",
                (false, false) => "",
            };
            format!("< {json}{note}")
        }
        Event::Sent { json, attempt, fault, .. } => {
            let note = fault.map(|fault| format!(" ({fault:?})")).unwrap_or_default();
            format!("> {json}{}{note}", if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() })
        }
        Event::State { from, to } => format!("  {from} -> {to}"),
        other => format!("  {}", serde_json::to_string(other).unwrap_or_default()),
    }
}
