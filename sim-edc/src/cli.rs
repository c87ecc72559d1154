//! The `sim-edc` program: arguments, ready line, clean stop.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use tokio::signal::unix::{SignalKind, signal};
use wire::hex;
use wire::time::{Moment, WireTime};

use crate::{Code, Device, Direction, Event, Profile, Pty, Recipe, Script, SystemClock, Wish, drive, rehearse};

/// A KICC card terminal on a virtual serial port.
///
/// Opens a PTY, makes PATH a symlink to it, prints one ready line, and answers a POS until it gets SIGINT or SIGTERM.
/// The JSON commands are Antom's documented contract; the framing is described in docs/line.md.
#[derive(Debug, Parser)]
#[command(name = "sim-edc", version)]
pub struct Arguments {
    /// Where to publish the port: this path becomes a symlink to the PTY
    #[arg(long, value_name = "PATH", required_unless_present = "rehearsed")]
    link: Option<PathBuf>,
    /// What the line speaks: stx frames, or one JSON object a line
    #[arg(long, value_name = "stx|ndjson", default_value = "stx", value_parser = profile)]
    profile: Profile,
    /// What cardholder, host, line and power shall do (YAML, see docs/scenarios.md); an empty script approves everything
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Let the next exchange that fits bring this code, after what the script says; may be repeated. docs/terminal-codes.md
    /// tells for each of the 32 codes what a POS has to do
    #[arg(long, value_name = "CODE", value_parser = codes(), hide_possible_values = true)]
    give: Vec<Code>,
    /// Let amounts and merchantIds ask for codes, as docs/terminal-codes.md lists them
    #[arg(long)]
    triggers: bool,
    /// Play the exchange that brings this code in memory, print what both sides say, and leave; with --triggers, the code
    /// is asked for by its trigger
    #[arg(long = "try", id = "rehearsed", value_name = "CODE", value_parser = codes(), hide_possible_values = true)]
    rehearsed: Option<Code>,
    /// Show every message on stderr; twice, with its bytes
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

fn codes() -> impl clap::builder::TypedValueParser<Value = Code> {
    let words = PossibleValuesParser::new(Code::all().map(Code::as_str));
    words.try_map(|word| word.parse().map_err(|()| "is not a documented code"))
}

fn profile(text: &str) -> Result<Profile, String> {
    match text {
        "stx" => Ok(Profile::Stx),
        "ndjson" => Ok(Profile::Ndjson),
        _ => Err("choose stx or ndjson".to_owned()),
    }
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.context("start the runtime").and_then(|runtime| runtime.block_on(run(arguments)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sim-edc: failed to {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    if let Some(code) = arguments.rehearsed {
        return show_rehearsal(code, if arguments.triggers { Wish::Trigger } else { Wish::Script });
    }
    let link = arguments.link.context("find --link PATH, where the port shall be published")?;
    let mut script = match &arguments.script {
        Some(path) => read_script(path)?,
        None => Script::default(),
    };
    arguments.give.iter().for_each(|code| script.append(Recipe::of(*code).script()));
    script.settings.triggers |= arguments.triggers;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut hangup = signal(SignalKind::hangup()).context("watch for SIGHUP")?;
    let pty = Pty::open(&link).with_context(|| format!("open a PTY and link {} to it", link.display()))?;
    let profile = match arguments.profile {
        Profile::Stx => "stx",
        Profile::Ndjson => "ndjson",
    };
    // Whoever started us may have closed our stdout; that is no error.
    let ready = format!("sim-edc ready link={} device={} profile={profile}\n", link.display(), pty.device().display());
    let _ = io::stdout().write_all(ready.as_bytes()).and_then(|()| io::stdout().flush());
    let verbose = arguments.verbose;
    let device = Device::new(arguments.profile, &script);
    let clock = Arc::new(SystemClock::from_time_of_day());
    tokio::select! {
        result = drive(device, pty, clock, move |at, event| show(at, &event, verbose)) => result.context("keep the line"),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

fn show_rehearsal(code: Code, wish: Wish) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for said in rehearse(&Recipe::of(code), wish) {
        let arrow = if said.direction == Direction::FromPos { '>' } else { '<' };
        match writeln!(out, "{} {arrow} {}", WireTime::new(said.at, 0), said.line) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            result => result.context("print the exchange")?,
        }
    }
    Ok(())
}

fn read_script(path: &PathBuf) -> anyhow::Result<Script> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read script {}", path.display()))?;
    if text.trim().is_empty() {
        return Ok(Script::default());
    }
    serde_saphyr::from_str(&text).map_err(|error| anyhow::anyhow!("read script {}: {error}", path.display()))
}

fn show(at: Moment, event: &Event, verbose: u8) {
    let line = match event {
        _ if verbose == 0 => return,
        Event::Received { json, repeat, .. } => format!("< {json}{}", if *repeat { " (repeat)" } else { "" }),
        Event::Sent { json, attempt, fault, .. } => {
            let note = fault.map(|f| format!(" ({f:?})")).unwrap_or_default();
            format!("> {json}{}{note}", if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() })
        }
        Event::State { from, to } => format!("  {from} -> {to}"),
        other => format!("  {}", serde_json::to_string(other).unwrap_or_default()),
    };
    let time = WireTime::new(at, 0);
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "{time} {line}");
    if verbose > 1
        && let Event::Received { raw, .. } | Event::Sent { raw, .. } = event
    {
        let _ = writeln!(err, "{time}   {}", hex::encode(&raw.0));
    }
}
