//! From files to cases: names that are paths, a seed each, everything checked before anything runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::scenario::{Scenario, parse};

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
            match parse(&shown, &text) {
                Ok(scenario) => {
                    let name = name(root, &file);
                    let seed = mix(seed, &name);
                    cases.push(Case { name, file: shown, scenario, seed });
                }
                Err(found) => mistakes.extend(found),
            }
        }
    }
    if mistakes.is_empty() { Ok(cases) } else { Err(PlanError::Mistakes(mistakes)) }
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

/// The path below the folder that was named, without its extension; a file that was named itself keeps its folder.
fn name(root: &Path, file: &Path) -> String {
    let below = match file.strip_prefix(root) {
        Ok(below) if below.components().next().is_some() => below.to_owned(),
        _ => {
            let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
            Path::new(folder).join(file.file_name().unwrap_or_default())
        }
    };
    below.with_extension("").display().to_string()
}

/// A seed for a case: the same name and run seed give the same, whatever else is in the plan (FNV-1a).
fn mix(seed: u64, name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = name.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // Small enough to be exact in every language's numbers.
    hash >> 16
}
