//! `conformance client --every-fault`: each mistake that a page lists of itself, in the scenario that shows it. So a judge is
//! judged: a mistake that passes is a gap of ours, or of the page's list.

use std::path::Path;
use std::time::Instant;

use serde::Deserialize;

use super::output::{say, tell};
use super::run::{self, RunArguments};
use crate::client::Setup;
use crate::exit::Exit;
use crate::interrupt;
use crate::plan::Case;
use crate::run::{greet, run as carry_out};
use crate::scenario::Role;

/// The name of the list beside a page.
const FILE: &str = "faults.json";

/// A mistake that a page can be told to make.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Mistake {
    /// What the page is told.
    pub(super) name: String,
    /// What it breaks.
    requirement: String,
    /// The case that shows it.
    scenario: String,
}

impl Mistake {
    /// Those that a page lists; none where it has no list.
    ///
    /// # Errors
    /// The list cannot be read.
    pub(super) fn listed(folder: &Path) -> Result<Vec<Self>, String> {
        let path = folder.join(FILE);
        let Ok(text) = std::fs::read_to_string(&path) else { return Ok(Vec::new()) };
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// Runs them all.
pub(super) fn main(arguments: &RunArguments, setup: &Setup, mistakes: &[Mistake]) -> Exit {
    let cases = match arguments.cases() {
        Ok(cases) => cases,
        Err(exit) => return exit,
    };
    interrupt::watch();
    let (began, mut missed) = (Instant::now(), 0);
    for mistake in mistakes {
        if interrupt::came() {
            return Exit::Interrupted;
        }
        let Some(case) = cases.iter().find(|case| case.name == mistake.scenario) else {
            tell(&format!("conformance: {}: no case {} is selected", mistake.name, mistake.scenario));
            missed += 1;
            continue;
        };
        let begun = Instant::now();
        let is_caught = match is_caught(arguments, setup, mistake, case) {
            Ok(is_caught) => is_caught,
            Err(problem) => {
                tell(&format!("conformance: {}: {problem}", mistake.name));
                return Exit::NotCarriedOut;
            }
        };
        missed += usize::from(!is_caught);
        let word = if is_caught { "caught" } else { "MISSED" };
        let Mistake { name, requirement, scenario } = mistake;
        let took = begun.elapsed().as_secs_f32();
        say(&format!("{word} {requirement} {name:<28} {scenario} ({took:.1} s)\n"));
    }
    let (all, took) = (mistakes.len(), began.elapsed().as_secs());
    say(&format!("{all} mistakes: {} caught, {missed} missed, in {took} s\n", all - missed));
    if missed == 0 { Exit::Expected } else { Exit::Failed }
}

/// Whether the requirement of a mistake is found broken in its case.
fn is_caught(arguments: &RunArguments, setup: &Setup, mistake: &Mistake, case: &Case) -> Result<bool, String> {
    let setup = Setup { fault: Some(mistake.name.clone()), ..setup.clone() };
    let settings = run::settings(arguments, Some(setup))?;
    let mut hello = greet(&settings)?;
    if !hello.roles.contains(&Role::Client) {
        hello.roles.push(Role::Client);
    }
    let report = carry_out(case, &settings, &hello);
    Ok(report.broken().any(|(id, _)| id == mistake.requirement))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_lists_its_mistakes_beside_itself() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Mistake::listed(folder.path()), Ok(Vec::new()));
        std::fs::write(folder.path().join(FILE), "[{}]").unwrap();
        assert!(Mistake::listed(folder.path()).unwrap_err().contains("faults.json"));
        let all = Mistake::listed(Path::new("../integrations/web")).unwrap();
        assert!(all.iter().any(|mistake| mistake.name == "copied-sample" && mistake.requirement == "CLI-004"));
    }
}
