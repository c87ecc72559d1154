//! Which reports are written, and where: arguments that `run`, `check` and `merge` share.

use std::io;
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::ValueEnum;

use super::output::{say, tell, try_file, unless_unwritten, write_file};
use crate::exit::Exit;
use crate::report::{annotations, html, junit, sarif, text};
use crate::result::RunResult;

#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    /// What goes to stdout
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Also write the report for programs here; `merge` reads it
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Also write JUnit XML here
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Also write one HTML file here, with a sequence diagram a case
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Also write SARIF 2.1.0 here
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Also print workflow commands that GitHub shows beside the scenarios, to stderr
    #[arg(long)]
    annotations: bool,
    /// Colours; NO_COLOR is honoured
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

/// Whether a command takes a file of known failures, so that new ones are worth offering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KnownFailures {
    Taken,
    NotTaken,
}

impl ReportArguments {
    /// Whether each case is printed as it ends.
    pub(super) fn is_text(&self) -> bool {
        self.format == Format::Text
    }

    /// Sets colours, and finds out before anything runs whether the reports can be written.
    pub(super) fn prepare(&self) -> io::Result<()> {
        match self.color {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        }
        .write_global();
        let files = [&self.json, &self.junit, &self.html, &self.sarif];
        files.into_iter().flatten().try_for_each(|path| try_file(path))
    }

    /// Prints the sum and writes the files. Cases that were not printed yet are the caller's.
    pub(super) fn finish(&self, run: &RunResult, exit: Exit, known: KnownFailures) -> Exit {
        match self.format {
            Format::Text => {
                say(&text::summary(run));
                let entries = text::pasteable(run);
                if known == KnownFailures::Taken && !entries.is_empty() {
                    tell(&format!(
                        "to take these failures for known (--known-failing FILE), with a reason:\n{entries}"
                    ));
                }
            }
            Format::Json => say(&json(run)),
        }
        if self.annotations {
            tell(annotations::render(run).trim_end());
        }
        let written = self.write(run);
        if let Err(error) = written {
            tell(&format!("conformance: failed to {error}"));
            return Exit::Usage;
        }
        unless_unwritten(exit)
    }

    fn write(&self, run: &RunResult) -> io::Result<()> {
        if let Some(path) = &self.json {
            write_file(path, &json(run))?;
        }
        if let Some(path) = &self.junit {
            write_file(path, &junit::render(run).map_err(io::Error::other)?)?;
        }
        if let Some(path) = &self.html {
            write_file(path, &html::render(run))?;
        }
        if let Some(path) = &self.sarif {
            write_file(path, &format!("{:#}\n", sarif::render(run)))?;
        }
        Ok(())
    }
}

fn json(run: &RunResult) -> String {
    // Every part of it has string keys and no fallible serialiser.
    let text = serde_json::to_string_pretty(&run.brief()).unwrap_or_default();
    format!("{text}\n")
}
