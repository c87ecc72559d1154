//! An integration as a child process in a case: its stderr heard, ended with everything it started.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{ChildStdin, ChildStdout};
use tokio::task::JoinHandle;

use super::activity::Activity;
use super::lines::Overheard;
use super::message::DriverError;
use super::program::Program;

/// How many of its last words are kept for messages.
const LAST_WORDS: usize = 12;

/// An integration that runs for a case. Dropping it kills it and its process group, unless its program was taken back.
#[derive(Debug)]
pub struct Process {
    program: Program,
    words: Arc<Mutex<VecDeque<String>>>,
    hearing: JoinHandle<()>,
}

impl Process {
    /// Talks to a program that runs. Every line that it says on stderr goes to `said`.
    ///
    /// # Errors
    /// Its streams cannot be had.
    pub fn of(
        program: Program,
        mut said: impl FnMut(String) + Send + 'static,
    ) -> Result<(Self, ChildStdin, ChildStdout), DriverError> {
        let (stdin, stdout, stderr) = program.streams()?;
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
        Ok((Self { program, words: heard, hearing }, stdin, stdout))
    }

    /// How it ended, for messages.
    #[must_use]
    pub fn overheard(&self) -> ChildEnding {
        ChildEnding { program: self.program.clone(), words: Arc::clone(&self.words) }
    }

    /// What it, and anything that it started, does at this moment.
    #[must_use]
    pub fn activity(&self) -> Activity {
        self.program.activity()
    }

    /// Takes the program back, for another case.
    #[must_use]
    pub fn rest(self) -> Program {
        self.hearing.abort();
        self.program
    }

    /// Waits for it to end by itself, then makes sure.
    pub async fn end(self, patience: Duration) {
        self.program.close();
        self.program.ended(patience).await;
        self.program.kill();
        self.hearing.abort();
    }

    /// Kills it at once, as a power cut would, and waits until it is gone.
    pub async fn kill(self) {
        self.program.kill();
        self.program.ended(Duration::from_secs(2)).await;
        self.hearing.abort();
    }
}

/// Tells how a child ended.
#[derive(Debug)]
pub struct ChildEnding {
    program: Program,
    words: Arc<Mutex<VecDeque<String>>>,
}

impl Overheard for ChildEnding {
    async fn ending(&mut self) -> String {
        let status = self.program.ended(Duration::from_millis(500)).await;
        // Its last words may still be on their way.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let how = status.map_or_else(|| "it closed its stdout and still runs".to_owned(), |status| status.to_string());
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
