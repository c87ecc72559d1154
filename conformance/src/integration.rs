//! What is under test: a command, a URL, or the reference integration in memory.

use std::path::PathBuf;

use crate::driver::{HttpDriver, Idle, split_words};

/// An integration under test.
#[derive(Debug, Clone)]
pub enum Integration {
    /// A program that is started for each case, or stays from one to the next.
    Command {
        /// Program and arguments.
        words: Vec<String>,
        /// As it was written, for messages.
        written: String,
        /// Of those that stay, the ones that wait for another case.
        idle: Idle,
    },
    /// A driver that already runs.
    Url(HttpDriver),
    /// The reference integration inside this process, under the paused clock.
    Memory(Option<reference::Fault>),
}

impl Integration {
    /// Reads `--integration`: `memory`, `memory --fault NAME`, a URL, or a command. A command whose first word is
    /// `reference` means the reference integration that is built into this program.
    ///
    /// # Errors
    /// What cannot be read, and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("http://") || text.starts_with("https://") {
            return HttpDriver::new(text).map(Self::Url);
        }
        let mut words = split_words(text)?;
        match words.first().map(String::as_str) {
            None => Err("the command is empty; write a program, a URL, or `memory`".to_owned()),
            Some("memory") => match words.get(1..).unwrap_or_default() {
                [] => Ok(Self::Memory(None)),
                [option, name] if option == "--fault" => {
                    let fault = name.parse::<reference::Fault>().map_err(|error| error.to_string())?;
                    Ok(Self::Memory(Some(fault)))
                }
                _ => Err("after `memory` only `--fault NAME` may follow".to_owned()),
            },
            Some("reference") => {
                let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("conformance"));
                words.insert(0, program.display().to_string());
                Ok(Self::Command { words, written: text.to_owned(), idle: Idle::default() })
            }
            Some(_) => Ok(Self::Command { words, written: text.to_owned(), idle: Idle::default() }),
        }
    }

    /// How it is called in messages.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Command { written, .. } => format!("`{written}`"),
            Self::Url(_) => "the integration at the URL".to_owned(),
            Self::Memory(None) => "the reference integration in memory".to_owned(),
            Self::Memory(Some(fault)) => format!("the reference integration in memory with the fault {}", fault.name()),
        }
    }

    /// Whether the harness can kill it and start it again.
    #[must_use]
    pub const fn can_be_restarted(&self) -> bool {
        matches!(self, Self::Command { .. } | Self::Memory(_))
    }

    /// Whether cases may run beside each other.
    #[must_use]
    pub const fn runs_in_parallel(&self) -> bool {
        matches!(self, Self::Command { .. } | Self::Memory(_))
    }
}
