//! From files to cases: names that are paths, a seed each, everything checked before anything runs.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::scenario::{Contents, Missing, Scenario, Shelf, Source, expand};

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
    for root in paths {
        let mut files = Vec::new();
        collect(root, &mut files).map_err(|(path, source)| PlanError::Unreadable { path, source })?;
        for file in files {
            let text = fs::read(&file).map_err(|source| PlanError::Unreadable { path: file.clone(), source })?;
            let shown = file.display().to_string();
            let Ok(text) = String::from_utf8(text) else {
                let help = "save it as UTF-8".to_owned();
                mistakes.push(Diagnostic::new(&shown, "", 0..0, "the file is not UTF-8".to_owned(), help));
                continue;
            };
            let source = Source { path: shown.clone(), key: key(&file), text: text.into() };
            match expand(source, &Folder::of(root)) {
                Ok(Contents::Part) => {}
                Ok(Contents::Cases(rows)) => {
                    let name = name(root, &file);
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
    if mistakes.is_empty() { Ok(cases) } else { Err(PlanError::Mistakes(mistakes)) }
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
        // One more than is taken: what is too long is told by the parser.
        let mut text = String::new();
        let read = fs::File::open(&whole).and_then(|file| file.take(1024 * 1024 + 1).read_to_string(&mut text));
        if let Err(error) = read {
            return missing(format!("`{name}` cannot be read: {error}"), Vec::new());
        }
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
