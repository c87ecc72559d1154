//! `conformance requirements` and `conformance explain`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use wire::suggest;

use super::output::{say, tell, tell_mistakes, unless_unwritten};
use crate::exit::Exit;
use crate::plan::{PlanError, plan};
use crate::report::requirements;
use crate::requirement;

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where the scenarios are that exercise them [default: scenarios, if it is there]
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
    Md,
}

#[derive(Debug, clap::Args)]
pub(super) struct ExplainArguments {
    /// Its id, such as EDC-P27
    id: String,
    /// Where the scenarios are that exercise it [default: scenarios, if it is there]
    #[arg(long, value_name = "DIR")]
    scenarios: Option<PathBuf>,
}

pub(super) fn list(arguments: &ListArguments) -> Exit {
    let covers = match covers(arguments.scenarios.as_deref()) {
        Ok(covers) => covers.unwrap_or_default(),
        Err(exit) => return exit,
    };
    match arguments.format {
        Format::Text => say(&requirements::text()),
        Format::Json => say(&format!("{:#}\n", requirements::json(&covers))),
        Format::Md => say(&requirements::markdown()),
    }
    unless_unwritten(Exit::Expected)
}

pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let id = arguments.id.as_str();
    let Some(found) = requirement::find(id).or_else(|| requirement::find(&id.to_ascii_uppercase())) else {
        let known: Vec<_> = requirement::ALL.iter().map(|r| r.id).collect();
        let help = suggest::nearest(id, known).map_or_else(
            || "; `conformance requirements` lists them".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        tell(&format!("conformance: there is no requirement {id:?}{help}"));
        return Exit::Usage;
    };
    let covers = match covers(arguments.scenarios.as_deref()) {
        Ok(covers) => covers,
        Err(exit) => return exit,
    };
    let scenarios = covers.as_ref().map(|covers| covers.get(found.id).map_or(&[][..], Vec::as_slice));
    say(&requirements::explain(found, scenarios));
    unless_unwritten(Exit::Expected)
}

/// The cases that exercise each requirement on purpose; none when no folder is named and the usual one is not there, or is
/// wrong. How the program ends when one that is named is no good.
fn covers(named: Option<&Path>) -> Result<Option<BTreeMap<String, Vec<String>>>, Exit> {
    let folder = named.unwrap_or_else(|| Path::new("scenarios")).to_owned();
    let cases = match (plan(&[folder], 1), named) {
        (Ok(cases), _) => cases,
        (Err(_), None) => return Ok(None),
        (Err(PlanError::Unreadable { path, source }), Some(_)) => {
            tell(&format!("conformance: --scenarios: failed to read {}: {source}", path.display()));
            return Err(Exit::Usage);
        }
        (Err(PlanError::Mistakes(mistakes)), Some(_)) => return Err(tell_mistakes(&mistakes, "nothing is told")),
    };
    let mut covers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in cases {
        for id in &case.scenario.covers {
            covers.entry(id.value.clone()).or_default().push(case.name.clone());
        }
    }
    Ok(Some(covers))
}
