//! The `sim-antom` program: arguments, keys, ready line, clean stop.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use wire::antom::Signer;
use wire::time::{Moment, WireTime};

use crate::checks::Client;
use crate::keys::{ANTOM_PUBLIC, MERCHANT_PRIVATE};
use crate::{Clients, Event, Gateway, KeyRing, Notifier, Script, SystemClock, TcpAccept, TcpConnect, drive, serve};

/// Antom's payment API on loopback, signed as Antom signs.
///
/// Makes keys on first run, prints one ready line, and serves until it gets SIGINT or SIGTERM. Serves pay (Entry Code)
/// and inquiryPayment and delivers notifyPayment; the other operations answer NO_INTERFACE_DEF.
#[derive(Debug, Parser)]
#[command(name = "sim-antom", version)]
pub struct Arguments {
    /// Where to listen; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The folder of the keys; those that are missing are made
    #[arg(long, value_name = "DIR", default_value = "sim-antom-keys")]
    keys: PathBuf,
    /// The client id of the one merchant
    #[arg(long, value_name = "ID", default_value = "SANDBOX_5Y00000000000001")]
    client_id: String,
    /// Where notifications go when a request names no URL
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
    /// What gateway, buyers and network shall do (YAML, see docs/gateway.md); with an empty script everybody pays
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Show every message on stderr
    #[arg(short, long)]
    verbose: bool,
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
            let _ = writeln!(io::stderr(), "sim-antom: failed to {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let script = match &arguments.script {
        Some(path) => read_script(path)?,
        None => Script::default(),
    };
    if !arguments.listen.ip().is_loopback() {
        anyhow::bail!("listen on {}: only loopback addresses are served, such as 127.0.0.1:8443", arguments.listen);
    }
    if arguments.client_id.is_empty() || !arguments.client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        anyhow::bail!("take the client id {:?}: it travels in a header, so write visible ASCII", arguments.client_id);
    }
    let keys = KeyRing::open(&arguments.keys)?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut hangup = signal(SignalKind::hangup()).context("watch for SIGHUP")?;
    let listener =
        TcpListener::bind(arguments.listen).await.with_context(|| format!("listen on {}", arguments.listen))?;
    let address = listener.local_addr().context("ask for the address")?;
    let clients = Clients::from([(arguments.client_id.clone(), Client { key: Some(keys.merchant) })]);
    // A key of its own for forged notifications, new each time: nobody may ever trust it.
    let forger = Signer::generate().context("make the forger's key")?;
    let mut gateway = Gateway::new(clients, keys.antom, Some(forger), script);
    gateway.set_dashboard_url(arguments.notify_url);
    let clock = Arc::new(SystemClock::from_time_of_day());
    let (requests, calls) = mpsc::channel(64);
    // Whoever started us may have closed our stdout; that is no error.
    let path = |name| arguments.keys.join(name).display().to_string();
    let ready = format!(
        "sim-antom ready url=http://{address} client={} keys={} merchant-key={} antom-key={}\n",
        arguments.client_id,
        arguments.keys.display(),
        path(MERCHANT_PRIVATE),
        path(ANTOM_PUBLIC),
    );
    let _ = io::stdout().write_all(ready.as_bytes()).and_then(|()| io::stdout().flush());
    let verbose = arguments.verbose;
    tokio::select! {
        result = serve(TcpAccept(listener), requests, clock.clone()) => result.context("serve"),
        kept = drive(gateway, calls, Notifier::new(Arc::new(TcpConnect)), clock, move |at, event| show(at, &event, verbose)) => Ok(kept?),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

fn read_script(path: &PathBuf) -> anyhow::Result<Script> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read script {}", path.display()))?;
    // YAML without a document: comments, or nothing at all.
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Script::default());
    }
    serde_saphyr::from_str(&text).map_err(|error| anyhow::anyhow!("read script {}: {error}", path.display()))
}

/// Refusals are always told; the rest when asked for.
fn show(at: Moment, event: &Event, verbose: bool) {
    let refused =
        matches!(event, Event::Request { refused: Some(_), .. } | Event::NoticeAnswered { acknowledged: false, .. });
    if !verbose && !refused {
        return;
    }
    let text = match event {
        Event::Request { id, method, target, refused: Some(code), notes, .. } => {
            format!("#{id} {method} {target} refused with {code}: {}", notes.join("; "))
        }
        Event::NoticeAnswered { id, problem: Some(problem), .. } => {
            format!("notification #{id} not acknowledged: {problem}")
        }
        other => serde_json::to_string(other).unwrap_or_default(),
    };
    let _ = writeln!(io::stderr(), "{} {text}", WireTime::new(at, 0));
}
