//! From files to cases: names that are paths, a seed each, everything checked before anything runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::read::{self, TEXT};
use crate::scenario::{Contents, Missing, Scenario, Shelf, Source, expand, too_large};

/// A case: a scenario that was checked, with a name and a seed.
#[derive(Debug, Clone)]
pub struct Case {
    /// A path such as `edc/purchase-approved`.
    pub name: String,
    /// The file that it was read from.
    pub file: String,
    /// The scenario.
    pub scenario: Scenario,
    /// Its own seed, drawn from the run's.
    pub seed: u64,
}

/// Why there is no plan.
#[derive(Debug)]
pub enum PlanError {
    /// A path cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Files are wrong.
    Mistakes(Vec<Diagnostic>),
}

/// Finds and parses scenarios. A folder means all `.yaml` and `.yml` files in it, in the order of their names.
///
/// # Errors
/// A path that cannot be read; or every mistake in every file.
pub fn plan(paths: &[PathBuf], seed: u64) -> Result<Vec<Case>, PlanError> {
    let mut cases = Vec::new();
    let mut mistakes = Vec::new();
    // A file counts once, however often it is named; and two files must not have one name.
    let (mut seen, mut names) = (BTreeSet::new(), BTreeMap::<String, String>::new());
    for root in paths {
        let mut files = Vec::new();
        collect(root, &mut files).map_err(|(path, source)| PlanError::Unreadable { path, source })?;
        for file in files {
            if !seen.insert(key(&file)) {
                continue;
            }
            let shown = file.display().to_string();
            let text =
                read::bytes(&file, TEXT).map_err(|source| PlanError::Unreadable { path: file.clone(), source })?;
            if text.len() > TEXT {
                mistakes.push(too_large(&shown));
                continue;
            }
            let text = match String::from_utf8(text) {
                Ok(text) => text,
                Err(error) => {
                    mistakes.push(not_utf8(&shown, &error));
                    continue;
                }
            };
            let source = Source { path: shown.clone(), key: key(&file), text: text.into() };
            match expand(source, &Folder::of(root)) {
                Ok(Contents::Part) => {}
                Ok(Contents::Cases(rows)) => {
                    let name = name(root, &file);
                    if let Some(other) = names.insert(name.clone(), shown.clone()) {
                        let message = format!("it has the same name as {other}: `{name}`");
                        let help = "rename one of them: a case is known by its name".to_owned();
                        mistakes.push(Diagnostic::new(&shown, "", 0..0, message, help));
                        continue;
                    }
                    for row in rows {
                        let name = row.name.map_or_else(|| name.clone(), |row| format!("{name}[{row}]"));
                        let seed = seed_of(seed, &name);
                        cases.push(Case { name, file: shown.clone(), scenario: row.scenario, seed });
                    }
                }
                Err(found) => mistakes.extend(found),
            }
        }
    }
    told_once(&mut mistakes);
    if mistakes.is_empty() { Ok(cases) } else { Err(PlanError::Mistakes(mistakes)) }
}

/// The first byte that is none of a UTF-8 text, at its place.
fn not_utf8(path: &str, error: &std::string::FromUtf8Error) -> Diagnostic {
    let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
    let is_wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let help = if is_wide { "save it as UTF-8: it is UTF-16 now" } else { "save it as UTF-8" };
    let message = format!("the file is not UTF-8: the byte {:#04x} stands here", bytes.get(at).unwrap_or(&0));
    // What is good of it, and its line to the end.
    let end = bytes.iter().skip(at).position(|b| *b == b'\n').map_or(bytes.len(), |line| at + line);
    let shown = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    Diagnostic::new(path, &shown, at..at, message, help.to_owned())
}

/// A mistake in a part is found in the part and by whoever includes it.
fn told_once(mistakes: &mut Vec<Diagnostic>) {
    let mut seen = BTreeSet::new();
    mistakes.retain(|one| seen.insert((key(Path::new(&one.path)), one.line, one.column, one.message.clone())));
}

/// The folder below which scenarios include parts: the nearest one called `scenarios`, or the one that was named.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn of(root: &Path) -> Self {
        let whole = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let named = if whole.is_dir() { whole.as_path() } else { whole.parent().unwrap_or(&whole) };
        let nearest = named.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "scenarios"));
        Self(nearest.unwrap_or(named).to_owned())
    }
}

impl Shelf for Folder {
    fn find(&self, from: &Source, name: &str) -> Result<Source, Missing> {
        let missing = |message: String, known| Err(Missing { message, known });
        if Path::new(name).is_absolute() {
            return missing(format!("`{name}` is no path from this file's folder"), Vec::new());
        }
        let folder = Path::new(&from.key).parent().unwrap_or(&self.0);
        let Ok(whole) = fs::canonicalize(folder.join(name)) else {
            return missing(format!("there is no file `{name}`"), beside(&folder.join(name), name));
        };
        if !whole.starts_with(&self.0) {
            return missing(format!("`{name}` is outside the folder of the scenarios"), Vec::new());
        }
        let text = match read::bytes(&whole, TEXT) {
            Ok(text) => text,
            Err(error) => return missing(format!("`{name}` cannot be read: {error}"), Vec::new()),
        };
        if text.len() > TEXT {
            return missing(format!("`{name}` is larger than 1 MiB"), Vec::new());
        }
        let Ok(text) = String::from_utf8(text) else {
            return missing(format!("`{name}` is not UTF-8"), Vec::new());
        };
        let path = Path::new(&from.path).parent().unwrap_or_else(|| Path::new("")).join(name);
        Ok(Source { path: path.display().to_string(), key: key(&whole), text: text.into() })
    }
}

/// The files beside one that is not there, written as it is.
fn beside(path: &Path, name: &str) -> Vec<String> {
    let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let files = entries.map(|entry| Path::new(name).with_file_name(entry.file_name()).display().to_string());
    let mut files: Vec<_> = files.take(1000).collect();
    files.sort();
    files
}

/// What tells a file from every other.
fn key(path: &Path) -> String {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), (PathBuf, io::Error)> {
    let fail = |source| (path.to_owned(), source);
    if !fs::metadata(path).map_err(fail)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path)
        .map_err(fail)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<io::Result<_>>()
        .map_err(fail)?;
    entries.sort();
    for entry in entries {
        let is_scenario = entry.extension().is_some_and(|e| e == "yaml" || e == "yml");
        if is_scenario || entry.is_dir() {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

/// A case's path without its extension, counted from the nearest folder called `scenarios`, so that a case has one name
/// (and seed, shard and entry among the known failures) however it was selected. Elsewhere from the folder that was
/// named; a file that was named itself keeps its folder.
fn name(root: &Path, file: &Path) -> String {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let (root, file) = (whole(root), whole(file));
    let shelf = Folder::of(&root).0;
    let base = if root.is_dir() || shelf.file_name().is_some_and(|name| name == "scenarios") {
        shelf.as_path()
    } else {
        shelf.parent().unwrap_or(&shelf)
    };
    file.strip_prefix(base).unwrap_or(&file).with_extension("").display().to_string()
}

/// A seed for a case: the same name and run seed give the same, whatever else is in the plan (FNV-1a).
pub fn seed_of(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = name.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // Small enough to be exact in every language's numbers.
    hash >> 16
}
