//! `conformance codes`: every documented code, and how it is had.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::output::{say, tell, unless_unwritten};
use super::select::matches;
use crate::code::{Entry, Side, all};
use crate::exit::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct CodesArguments {
    /// Only codes whose name fits, such as gateway/pay/*; * is anything within a part, ** anything
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,
    /// Only the codes of one side
    #[arg(long, value_enum)]
    area: Option<Side>,
    /// How they are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn main(arguments: &CodesArguments) -> Exit {
    let fits = |entry: &Entry| {
        let name = entry.name();
        let named = arguments.run.is_empty()
            || arguments.run.iter().any(|pattern| matches(pattern, &name) || pattern == entry.code);
        named && arguments.area.is_none_or(|side| side == entry.side)
    };
    let entries: Vec<Entry> = all().into_iter().filter(fits).collect();
    if entries.is_empty() {
        tell("conformance: no code is selected; see --run and --area. A name is like gateway/pay/RISK_REJECT");
        return Exit::NothingSelected;
    }
    match arguments.format {
        Format::Text => say(&text(&entries)),
        Format::Json => {
            let all: Value = entries.iter().map(as_json).collect();
            say(&format!("{all:#}\n"));
        }
    }
    unless_unwritten(Exit::Expected)
}

fn text(entries: &[Entry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let status = entry.status.map_or_else(String::new, |status| format!(", {status:?}"));
        let _ = writeln!(text, "{}  ({}{status})", entry.name(), entry.family);
        let _ = writeln!(text, "    {}", entry.meaning);
        let _ = writeln!(text, "    to get it: {}", entry.ask());
        if let Some(script) = entry.script() {
            let _ = writeln!(text, "    script:    {script}");
        }
        if let Some(trigger) = entry.trigger() {
            let _ = writeln!(text, "    trigger:   {trigger}");
        }
        if let Some(cause) = entry.cause() {
            let _ = writeln!(text, "    by itself: {cause}");
        }
        let _ = writeln!(text, "    command:   {}", command(entry));
    }
    let _ = writeln!(text, "{} codes, all to be had", entries.len());
    text
}

fn as_json(entry: &Entry) -> Value {
    json!({
        "name": entry.name(), "side": entry.side.as_str(), "on": entry.on, "family": entry.family, "code": entry.code,
        "status": entry.status, "meaning": entry.meaning, "producible": true, "ask": entry.ask(),
        "script": entry.script(), "trigger": entry.trigger(), "cause": entry.cause(), "command": command(entry),
    })
}

/// The command that starts what brings it.
fn command(entry: &Entry) -> String {
    format!("conformance reproduce {} --on {}", entry.code, entry.on)
}
