//! The `sim-edc` program: arguments, ready line, clean stop.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use wire::hex;
use wire::time::{Moment, WireTime};

use crate::{Device, Event, Profile, Pty, Script, SystemClock, drive};

/// A KICC card terminal on a virtual serial port.
///
/// Opens a PTY, makes PATH a symlink to it, prints one ready line, and answers a POS until it gets SIGINT or SIGTERM.
/// The JSON commands are Antom's documented contract; the framing is described in docs/line.md.
#[derive(Debug, Parser)]
#[command(name = "sim-edc", version)]
pub struct Arguments {
    /// Where to publish the port: this path becomes a symlink to the PTY
    #[arg(long, value_name = "PATH")]
    link: PathBuf,
    /// What the line speaks: stx frames, or one JSON object a line
    #[arg(long, value_name = "stx|ndjson", default_value = "stx", value_parser = profile)]
    profile: Profile,
    /// What cardholder, host, line and power shall do (YAML, see docs/scenarios.md); an empty script approves everything
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Show every message on stderr; twice, with its bytes
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
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
    let script = match &arguments.script {
        Some(path) => read_script(path)?,
        None => Script::default(),
    };
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut hangup = signal(SignalKind::hangup()).context("watch for SIGHUP")?;
    let pty = Pty::open(&arguments.link)
        .with_context(|| format!("open a PTY and link {} to it", arguments.link.display()))?;
    let profile = match arguments.profile {
        Profile::Stx => "stx",
        Profile::Ndjson => "ndjson",
    };
    // Whoever started us may have closed our stdout; that is no error.
    let ready = format!(
        "sim-edc ready link={} device={} profile={profile}\n",
        arguments.link.display(),
        pty.device().display()
    );
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
