//! The copy of the repository that is mutated. The repository itself is only read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};

use crate::list::List;
use crate::rewrite::rewrite;
use crate::site::{self, Sites};

/// The module of every mutated crate.
const MODULE: &str = include_str!("../switch.rs");
/// What declares it, at the end of the crate's root.
const DECLARED: &str = "\npub mod mutants_switch;\n";
/// The test that judges what was recorded.
const JUDGED: &str = include_str!("../judged.rs");

/// A copy of the repository, and where each mutant is in it.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    package: String,
    files: BTreeMap<String, (String, Sites)>,
    words: BTreeMap<u32, String>,
}

impl Tree {
    /// Copies what git knows of a repository, and finds the mutants in it.
    ///
    /// # Errors
    /// A file cannot be copied, or a mutant is in a file that is not there.
    pub fn copy(repository: &Path, root: PathBuf, package: &str, list: &List) -> anyhow::Result<Self> {
        let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(repository).output()?;
        ensure!(listed.status.success(), "git ls-files failed in {}", repository.display());
        let mut mutated = list.by_file();
        // Where traces are judged is written below even when none of its own mutants is on the list.
        if JUDGE.strip_prefix(package).is_some_and(|rest| rest.starts_with('/')) {
            mutated.entry(JUDGE).or_default();
        }
        let library = format!("{package}/src/lib.rs");
        for file in String::from_utf8(listed.stdout)?.split_terminator('\0') {
            let (from, to) = (repository.join(file), root.join(file));
            // What is written below anyway need not be seen as it was: cargo would compile it again.
            if from.is_file() && !mutated.contains_key(file) {
                let more = if file == library { DECLARED } else { "" };
                copy_if_other(&from, &to, more).with_context(|| format!("copy {file}"))?;
            }
        }
        let mut files = BTreeMap::new();
        for (file, mutants) in mutated {
            let text = fs::read_to_string(repository.join(file)).with_context(|| format!("read {file}"))?;
            let sites = site::find(&text, &mutants).with_context(|| format!("parse {file}"))?;
            files.insert(file.to_owned(), (text, sites));
        }
        let words = list.all().map(|(number, mutant)| (number, mutant.returned().to_owned())).collect();
        Ok(Self { root, package: package.to_owned(), files, words })
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Mutants that no compiler takes.
    pub fn impossible(&self) -> impl Iterator<Item = u32> {
        self.files.values().flat_map(|(_, sites)| sites.impossible.iter().copied())
    }

    /// Mutants that no switch can express.
    pub fn inexpressible(&self) -> impl Iterator<Item = u32> {
        self.files.values().flat_map(|(_, sites)| sites.inexpressible.iter().copied())
    }

    /// Writes every file that has mutants, with a switch at each that `is_kept`.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self, is_kept: impl Fn(u32) -> bool) -> anyhow::Result<()> {
        for (file, (text, sites)) in &self.files {
            let kept = |number| self.words.get(&number).filter(|_| is_kept(number)).map(String::as_str);
            let mut text = rewrite(text, sites, kept);
            if *file == format!("{}/src/lib.rs", self.package) {
                text.push_str(DECLARED);
            }
            if file == JUDGE {
                text = text.replacen(JUDGE_BODY, &format!("{JUDGE_BODY}\n    {KEEP}"), 1);
                ensure!(text.contains(KEEP), "{JUDGE} has another function that judges");
            }
            write_if_other(&self.root.join(file), &text)?;
        }
        let folder = self.root.join(&self.package);
        write_if_other(&folder.join("src/mutants_switch.rs"), MODULE)?;
        if self.files.contains_key(JUDGE) {
            write_if_other(&folder.join("tests/judged.rs"), JUDGED)?;
        }
        Ok(())
    }

    /// A file of the copy as it is now.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn text(&self, file: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.root.join(file)).with_context(|| format!("read {file}"))
    }
}

/// What keeps a trace when it is judged: rules are asked about what was recorded once, since recording takes longer.
const JUDGE: &str = "conformance/src/rule.rs";
const JUDGE_BODY: &str = "pub fn judge_view(view: &View<'_>) -> Vec<(&'static str, Judgement)> {";
const KEEP: &str = "crate::mutants_switch::keep(|| crate::trace::to_json_lines(view.entries));";

/// A file that stays as it is need not be compiled again.
fn write_if_other(path: &Path, text: &str) -> anyhow::Result<()> {
    if fs::read(path).ok().as_deref() != Some(text.as_bytes()) {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn copy_if_other(from: &Path, to: &Path, more: &str) -> anyhow::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut bytes = fs::read(from)?;
    bytes.extend_from_slice(more.as_bytes());
    if fs::read(to).ok().as_deref() != Some(bytes.as_slice()) {
        fs::write(to, bytes)?;
        // A script stays a script.
        fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    }
    Ok(())
}
