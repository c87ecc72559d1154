//! Compiles the copy until nothing is left that the compiler refuses: what it refuses cannot be built.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::list::List;
use crate::rewrite;
use crate::tree::Tree;

/// How cargo is called for the copy.
#[derive(Debug, Clone)]
pub struct Cargo {
    /// The crate.
    pub package: String,
    /// Where it builds.
    pub target: PathBuf,
    /// What else it is told.
    pub arguments: Vec<OsString>,
}

impl Cargo {
    fn command(&self, what: &[&str], root: &Path) -> Command {
        let mut command = Command::new("cargo");
        command.args(what).args(["-p", &self.package, "--message-format", "json"]).args(&self.arguments);
        command.current_dir(root).env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0");
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        command
    }

    fn messages(&self, what: &[&str], root: &Path) -> anyhow::Result<(bool, Vec<Value>)> {
        let mut child = self.command(what, root).spawn().context("start cargo")?;
        let stdout = child.stdout.take().context("cargo has no output")?;
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let messages = lines.filter_map(|line| serde_json::from_str(&line).ok()).collect();
        Ok((child.wait()?.success(), messages))
    }

    /// Writes and builds the copy until it compiles. Returns the mutants that could not be built.
    ///
    /// # Errors
    /// The compiler refuses something that is no mutant.
    pub fn settle(&self, tree: &Tree, list: &List, mut refused: BTreeSet<u32>) -> anyhow::Result<BTreeSet<u32>> {
        loop {
            tree.write(|number| !refused.contains(&number))?;
            let (is_done, messages) = self.messages(&["build", "--lib"], tree.root())?;
            if is_done {
                return Ok(refused);
            }
            let before = refused.len();
            let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
            let errors: Vec<_> = errors.map(|message| &message["message"]).collect();
            for error in &errors {
                refused.extend(accused(error, tree)?);
            }
            eprintln!("{} errors; {} mutants cannot be built", errors.len(), refused.len());
            if refused.len() == before {
                let text = errors.iter().filter_map(|error| error["rendered"].as_str()).next().unwrap_or_default();
                bail!("the copy does not compile, and no mutant is the cause ({} in all):\n{text}", list.all().count());
            }
        }
    }

    /// Builds the tests of the copy. Returns their programs.
    ///
    /// # Errors
    /// They do not compile.
    pub fn tests(&self, tree: &Tree, targets: &[&str]) -> anyhow::Result<Vec<(String, PathBuf)>> {
        let mut what = vec!["test", "--no-run"];
        what.extend(targets);
        let (is_done, messages) = self.messages(&what, tree.root())?;
        if !is_done {
            let text = messages.iter().filter(|message| message["message"]["level"] == "error");
            let text = text.filter_map(|message| message["message"]["rendered"].as_str()).next().unwrap_or_default();
            bail!("the tests of the copy do not compile:\n{text}");
        }
        let programs = messages.iter().filter(|message| message["profile"]["test"] == true);
        let programs = programs.filter_map(|message| {
            let name = message["target"]["name"].as_str()?.to_owned();
            Some((name, PathBuf::from(message["executable"].as_str()?)))
        });
        Ok(programs.collect())
    }
}

/// The mutants that an error of the compiler is about: those in whose text it is, or else those beside it.
fn accused(error: &Value, tree: &Tree) -> anyhow::Result<Vec<u32>> {
    let mut spans = Vec::new();
    collect(error, &mut spans);
    spans.sort_by_key(|(_, _, is_primary)| !is_primary);
    let mut beside = Vec::new();
    for (file, byte, _) in spans {
        let Ok(text) = tree.text(&file) else { continue };
        if let Some(number) = rewrite::at(&text, byte) {
            return Ok(vec![number]);
        }
        beside.extend(rewrite::near(&text, byte));
    }
    Ok(beside)
}

/// The places of an error, of its notes, and of the macros that it comes from.
fn collect(message: &Value, spans: &mut Vec<(String, usize, bool)>) {
    for span in message["spans"].as_array().into_iter().flatten() {
        place(span, spans);
    }
    for child in message["children"].as_array().into_iter().flatten() {
        collect(child, spans);
    }
}

fn place(span: &Value, spans: &mut Vec<(String, usize, bool)>) {
    let byte = span["byte_start"].as_u64().and_then(|byte| usize::try_from(byte).ok());
    if let (Some(file), Some(byte)) = (span["file_name"].as_str(), byte) {
        spans.push((file.to_owned(), byte, span["is_primary"] == true));
    }
    if span["expansion"].is_object() {
        place(&span["expansion"]["span"], spans);
    }
}
