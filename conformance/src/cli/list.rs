//! `conformance list`: the cases that `run` would run.

use clap::ValueEnum;
use serde_json::json;

use super::output::{say, unless_unwritten};
use super::select::SelectArguments;
use crate::exit::Exit;
use crate::plan::Case;

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    select: SelectArguments,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn main(arguments: &ListArguments) -> Exit {
    let cases = match arguments.select.cases() {
        Ok(cases) => cases,
        Err(exit) => return exit,
    };
    match arguments.format {
        Format::Text => {
            let line = |case: &Case| format!("{:<44} {}\n", case.name, case.scenario.title.value);
            say(&cases.iter().map(line).collect::<String>());
        }
        Format::Json => {
            let one = |case: &Case| {
                let covers: Vec<_> = case.scenario.covers.iter().map(|id| &id.value).collect();
                json!({
                    "name": case.name, "title": case.scenario.title.value, "file": case.file, "seed": case.seed,
                    "roles": case.scenario.roles, "covers": covers,
                })
            };
            let all: serde_json::Value = cases.iter().map(one).collect();
            say(&format!("{all:#}\n"));
        }
    }
    unless_unwritten(Exit::Expected)
}
