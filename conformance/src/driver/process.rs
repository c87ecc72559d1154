//! An integration as a child process: started without a shell, its stderr heard, ended with everything it started.

use std::collections::VecDeque;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

use super::activity::{Activity, Group};
use super::lines::Overheard;
use super::message::DriverError;

/// How many of its last words are kept for messages.
const LAST_WORDS: usize = 12;

/// A running child. Dropping it kills it and its process group.
#[derive(Debug)]
pub struct Process {
    child: Arc<tokio::sync::Mutex<Child>>,
    group: Option<Group>,
    words: Arc<Mutex<VecDeque<String>>>,
    hearing: JoinHandle<()>,
}

impl Process {
    /// Starts a program in a process group of its own. Every line that it says on stderr goes to `said`.
    ///
    /// # Errors
    /// There is no such program, or it cannot be started.
    pub fn start(
        words: &[String],
        mut said: impl FnMut(String) + Send + 'static,
    ) -> Result<(Self, ChildStdin, ChildStdout), DriverError> {
        let (program, arguments) =
            words.split_first().ok_or_else(|| DriverError::Unreachable("the command is empty".to_owned()))?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let spawned = command.process_group(0).kill_on_drop(true).spawn();
        let mut child = spawned.map_err(|error| DriverError::Unreachable(format!("start {program:?}: {error}")))?;
        let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(DriverError::Unreachable(format!("start {program:?}: its streams cannot be had")));
        };
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(|id| Group::new(Pid::from_raw(id)));
        let heard = Arc::new(Mutex::new(VecDeque::new()));
        let keep = Arc::clone(&heard);
        let hearing = tokio::spawn(async move {
            let mut reader = BufReader::new(stderr);
            let mut line = Vec::new();
            loop {
                line.clear();
                // Bounded: a line longer than this is heard in pieces.
                match (&mut reader).take(4096).read_until(b'\n', &mut line).await {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                let mut words = keep.lock().unwrap_or_else(PoisonError::into_inner);
                if words.len() == LAST_WORDS {
                    words.pop_front();
                }
                words.push_back(text.clone());
                drop(words);
                said(text);
            }
        });
        Ok((Self { child: Arc::new(tokio::sync::Mutex::new(child)), group, words: heard, hearing }, stdin, stdout))
    }

    /// How it ended, for messages.
    #[must_use]
    pub fn overheard(&self) -> ChildEnding {
        ChildEnding { child: Arc::clone(&self.child), words: Arc::clone(&self.words) }
    }

    /// What it, and anything that it started, does at this moment.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.group.as_ref().map_or(Activity::Idle, Group::look)
    }

    /// Waits for it to end by itself, then makes sure.
    pub async fn end(self, patience: Duration) {
        let _ = tokio::time::timeout(patience, async { self.child.lock().await.wait().await }).await;
    }

    /// Kills it at once, as a power cut would, and waits until it is gone.
    pub async fn kill(self) {
        self.kill_group();
        let _ = tokio::time::timeout(Duration::from_secs(2), async { self.child.lock().await.wait().await }).await;
    }

    fn kill_group(&self) {
        if let Some(group) = &self.group {
            // Nobody there any more is what we want.
            let _ = killpg(group.id(), Signal::SIGKILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
        self.hearing.abort();
    }
}

/// Tells how a child ended.
#[derive(Debug)]
pub struct ChildEnding {
    child: Arc<tokio::sync::Mutex<Child>>,
    words: Arc<Mutex<VecDeque<String>>>,
}

impl Overheard for ChildEnding {
    async fn ending(&mut self) -> String {
        let status =
            tokio::time::timeout(Duration::from_millis(500), async { self.child.lock().await.wait().await }).await;
        // Its last words may still be on their way.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let how = match status {
            Ok(Ok(status)) => status.to_string(),
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it closed its stdout and still runs".to_owned(),
        };
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        if words.is_empty() {
            return format!("{how}; it said nothing on stderr");
        }
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        format!("{how}; its last words on stderr: {}", words.join(" | "))
    }
}

/// Splits a command at blanks. Single and double quotes group; a backslash takes the next character as it is, except
/// inside single quotes.
///
/// # Errors
/// A quote is not closed.
pub fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => word.get_or_insert_default().push(chars.next().unwrap_or('\\')),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(format!("the quote {quote} in {text:?} is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_blanks_and_quotes_group() {
        assert_eq!(split_words("a  b\tc").unwrap(), ["a", "b", "c"]);
        assert_eq!(split_words("a 'b c' \"d \\\" e\" f\\ g ''").unwrap(), ["a", "b c", "d \" e", "f g", ""]);
        assert_eq!(split_words("").unwrap(), Vec::<String>::new());
        assert!(split_words("a 'b").is_err());
    }
}
