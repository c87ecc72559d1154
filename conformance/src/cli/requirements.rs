//! `conformance requirements` and `conformance explain`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum;
use wire::suggest;

use super::output::{say, tell, unless_unwritten};
use crate::exit::Exit;
use crate::plan::plan;
use crate::report::requirements;
use crate::requirement;

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Where the scenarios are that exercise them
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    scenarios: PathBuf,
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
    /// Where the scenarios are that exercise it
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    scenarios: PathBuf,
}

pub(super) fn list(arguments: &ListArguments) -> Exit {
    let covers = || covers(&arguments.scenarios).unwrap_or_default();
    match arguments.format {
        Format::Text => say(&requirements::text()),
        Format::Json => say(&format!("{:#}\n", requirements::json(&covers()))),
        Format::Md => say(&requirements::markdown()),
    }
    unless_unwritten(Exit::Expected)
}

pub(super) fn explain(arguments: &ExplainArguments) -> Exit {
    let id = arguments.id.as_str();
    let Some(found) = requirement::find(id) else {
        let known: Vec<_> = requirement::ALL.iter().map(|r| r.id).collect();
        let help = suggest::nearest(id, known).map_or_else(
            || "; `conformance requirements` lists them".to_owned(),
            |near| format!("; did you mean {near}?"),
        );
        tell(&format!("conformance: there is no requirement {id:?}{help}"));
        return Exit::Usage;
    };
    let covers = covers(&arguments.scenarios);
    let scenarios = covers.as_ref().map(|covers| covers.get(found.id).map_or(&[][..], Vec::as_slice));
    say(&requirements::explain(found, scenarios));
    unless_unwritten(Exit::Expected)
}

/// The cases that exercise each requirement on purpose; none when there are no scenarios, or wrong ones.
fn covers(folder: &std::path::Path) -> Option<BTreeMap<String, Vec<String>>> {
    let cases = plan(&[folder.to_owned()], 1).ok()?;
    let mut covers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for case in cases {
        for id in &case.scenario.covers {
            covers.entry(id.value.clone()).or_default().push(case.name.clone());
        }
    }
    Some(covers)
}
