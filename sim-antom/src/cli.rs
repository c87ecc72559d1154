//! The `sim-antom` program: arguments, keys, ready line, clean stop.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::antom::Signer;
use wire::clock::ClockHandle;
use wire::time::{Moment, WireTime};

use crate::keys::{ANTOM_PUBLIC, MERCHANT_PRIVATE, is_client_id};
use crate::log::Log;
use crate::notifier::{Scheme, Target};
use crate::tls::{is_host_name, names_of};
use crate::{
    ApiKey, Authority, Cashier, ClientPages, Clients, Control, DurableStore, Event, Forger, Front, Gateway, Journal,
    KeyRing, MemoryStore, Notifier, Script, Signing, Store, SystemClock, TcpAccept, TcpConnectTo, TlsClient, TlsServer,
    chromium_flags, drive,
};

/// Antom's payment API on loopback, signed as Antom signs.
///
/// Makes keys on first run, prints one ready line, and serves until it gets SIGINT or SIGTERM. Beside the payment API it
/// serves a control API below /_sim; docs/gateway.md describes both.
#[derive(Debug, Parser)]
#[command(name = "sim-antom", version)]
pub struct Arguments {
    /// Where to listen; port 0 picks a free one. May be given several times
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: Vec<SocketAddr>,
    /// Listen beyond loopback too, for machines that are trusted; the control API then asks for --control-token
    #[arg(long)]
    beyond_loopback: bool,
    /// The folder of the keys; those that are missing are made
    #[arg(long, value_name = "DIR", default_value = "sim-antom-keys")]
    keys: PathBuf,
    /// A merchant's client id. May be given several times; the keys of the further ones are below clients/ in the folder
    #[arg(long, value_name = "ID", default_value = "SANDBOX_5Y00000000000001")]
    client_id: Vec<String>,
    /// Ask for no signatures and make none, to measure what is left without them
    #[arg(long)]
    no_signing: bool,
    /// A key with which the first merchant needs no signatures, such as isak_TEST_ID_SECRET
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Speak https too, on the same port, with a private CA that is made on first run
    #[arg(long)]
    tls: bool,
    /// A further host name for the certificate. May be given several times
    #[arg(long, value_name = "NAME", requires = "tls")]
    tls_name: Vec<String>,
    /// Play the client SDK's side too, over https: its gateway, the page that it frames, and the flags for a browser
    #[arg(long)]
    client: bool,
    /// Certificates (PEM) to trust when a notification goes to https, beside the private CA
    #[arg(long, value_name = "FILE")]
    notify_ca: Option<PathBuf>,
    /// Where notifications go when a request names no URL
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
    /// A host beyond loopback that notifications may go to, by its name or address. May be given several times
    #[arg(long, value_name = "HOST")]
    notify_host: Vec<String>,
    /// Where buyers find the gateway: what redirect URLs begin with, if not the (first) address that is listened on
    #[arg(long, value_name = "URL")]
    page_url: Option<String>,
    /// Let buyers whom the script says nothing of wait for what somebody does on their page
    #[arg(long)]
    by_hand: bool,
    /// What gateway, buyers and network shall do (YAML, see docs/gateway.md); read again when it changes
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Take trigger words, such as sim:RISK_REJECT in brackets, for ordinary texts, whatever the script says
    #[arg(long)]
    no_triggers: bool,
    /// Keep payments, plans and notifications in this file, safe against crashes, and go on with them at the next start
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The token that the control API asks for
    #[arg(long, value_name = "TOKEN", env = "SIM_ANTOM_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Show every message on stderr
    #[arg(short, long)]
    verbose: bool,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = match Log::to(io::stderr()) {
        Ok(log) => Arc::new(log),
        Err(error) => {
            let _ = writeln!(io::stderr(), "sim-antom: failed to start a thread: {error}");
            return ExitCode::from(2);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.context("start the runtime").and_then(|runtime| runtime.block_on(run(arguments, &log)));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log.say(format!("sim-antom: failed to {error:#}"));
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments, log: &Arc<Log>) -> anyhow::Result<()> {
    let text = arguments.script.as_deref().map(read_script).transpose()?.unwrap_or_default();
    let script = parse_script(arguments.script.as_deref(), &text)?;
    check(&arguments)?;
    let (clients, antom) = merchants(&arguments)?;
    let tls = Tls::open(&arguments)?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut hangup = signal(SignalKind::hangup()).context("watch for SIGHUP")?;
    let mut listeners = Vec::new();
    for address in &arguments.listen {
        listeners.push(TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))?);
    }
    let store: Box<dyn Store> = match &arguments.store {
        Some(path) => Box::new(DurableStore::open(path)?),
        None => Box::new(MemoryStore::default()),
    };
    let mut gateway = Gateway::over(store, clients, antom, Forger::fresh(), script);
    gateway.set_dashboard_url(arguments.notify_url.clone());
    gateway.set_page_url(page_url(&arguments, &listeners, &tls)?);
    gateway.set_by_hand(arguments.by_hand);
    gateway.set_client(arguments.client);
    gateway.set_triggers(!arguments.no_triggers);
    let clock = SystemClock::from_time_of_day();
    if let Some(moment) = gateway.resumes_at() {
        clock.jump_to(moment);
    }
    let (requests, calls) = mpsc::channel(64);
    let journal = Journal::on_disk().context("make a file for the trace, in the folder for temporary files")?;
    let control = Control::new(requests.clone(), clock.clone(), journal.clone())
        .with_token(arguments.control_token.clone())
        .with_text(&text);
    let handle: ClockHandle = Arc::new(clock);
    let cashier = Cashier::new(requests.clone(), Arc::clone(&handle));
    let mut pages = control.clone().pages().merge(cashier.pages());
    if arguments.client {
        pages = pages.merge(ClientPages::new(requests.clone()).pages());
    }
    let mut front = Front::new(requests, Arc::clone(&handle)).with_pages(pages);
    if let Some(server) = &tls.server {
        front = front.with_tls(server.clone());
    }
    let ready = ready_line(&arguments, &listeners, &tls)?;
    let _ = io::stdout().write_all(ready.as_bytes()).and_then(|()| io::stdout().flush());
    let mut fronts = JoinSet::new();
    for listener in listeners {
        fronts.spawn(front.clone().serve(TcpAccept(listener)));
    }
    // The fronts hold what they need; when they are gone the gateway ends too.
    drop(front);
    let (verbose, told) = (arguments.verbose, Arc::clone(log));
    let observe = move |at: Moment, event: Event| {
        if let Some(line) = line_of(at, &event, verbose) {
            told.say(line);
        }
        journal.add(at, event);
    };
    let notifier = Notifier::new(Arc::new(TcpConnectTo::hosts(arguments.notify_host))).with_tls(tls.client);
    tokio::select! {
        Some(ended) = fronts.join_next() => ended.context("serve")?.context("serve"),
        ended = drive(gateway, calls, notifier, handle, observe) => Ok(ended?),
        () = reload(arguments.script.clone(), text, control, log) => Ok(()),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
        _ = hangup.recv() => Ok(()),
    }
}

/// What can be said to be wrong before anything is made.
fn check(arguments: &Arguments) -> anyhow::Result<()> {
    for address in &arguments.listen {
        if !address.ip().is_loopback() && !arguments.beyond_loopback {
            anyhow::bail!(
                "listen on {address}: only loopback addresses are served, such as 127.0.0.1:8443 \
                 (--beyond-loopback serves others too)"
            );
        }
    }
    for (at, id) in arguments.client_id.iter().enumerate() {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            anyhow::bail!("take the client id {id:?}: it travels in a header, so write visible ASCII");
        }
        if at > 0 && !is_client_id(id) {
            anyhow::bail!("take the client id {id:?}: a further one names a folder, so write letters, digits and -._");
        }
        if arguments.client_id.iter().take(at).any(|other| other == id) {
            anyhow::bail!("take the client id {id:?}: it is given twice");
        }
    }
    if arguments.control_token.as_deref().is_some_and(|token| token.len() < 8) {
        anyhow::bail!("take the control token: it needs at least 8 characters");
    }
    if let Some(name) = arguments.tls_name.iter().find(|name| !is_host_name(name)) {
        anyhow::bail!("take {name:?} into the certificate: it is no host name, such as gateway.test or *.gateway.test");
    }
    let Some(url) = &arguments.notify_url else { return Ok(()) };
    let target = Target::parse(url).map_err(|reason| anyhow::anyhow!("notify {url}: {reason}"))?;
    if !TcpConnectTo::hosts(arguments.notify_host.iter().cloned()).allows(&target.host) {
        anyhow::bail!(
            "notify {url}: notifications go to loopback only, such as http://127.0.0.1:8000/notify \
             (--notify-host {} allows this one)",
            target.host
        );
    }
    if target.scheme == Scheme::Https && !arguments.tls && arguments.notify_ca.is_none() {
        anyhow::bail!("notify {url}: https needs --tls, or the certificate to trust by --notify-ca FILE");
    }
    Ok(())
}

/// The merchants, and the gateway's key.
fn merchants(arguments: &Arguments) -> anyhow::Result<(Clients, Signer)> {
    let (mut first, antom) = KeyRing::open(&arguments.keys)?.into_parts();
    if let Some(key) = &arguments.api_key {
        first.set_api_key(ApiKey::parse(key)?);
    }
    let mut clients = Clients::default();
    if arguments.no_signing {
        clients.set_signing(Signing::Off);
    }
    let mut ids = arguments.client_id.iter();
    if let Some(id) = ids.next() {
        clients.put(id.as_str(), first);
    }
    for id in ids {
        clients.put(id.as_str(), KeyRing::open_merchant(&arguments.keys.join(CLIENTS).join(id))?);
    }
    Ok((clients, antom))
}

/// Both sides of TLS, as far as they are wanted.
#[derive(Debug, Default)]
struct Tls {
    authority: Option<Authority>,
    server: Option<TlsServer>,
    client: Option<TlsClient>,
}

impl Tls {
    fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        let authority = if arguments.tls || arguments.client { Some(Authority::open(&arguments.keys)?) } else { None };
        let mut tls = Self::default();
        if let Some(authority) = &authority {
            let dialled = arguments.listen.iter().filter_map(|address| names_of(address.ip()));
            let names: Vec<String> = dialled.chain(arguments.tls_name.iter().cloned()).collect();
            tls.server = Some(authority.server(&names)?);
            tls.client = Some(authority.client()?);
            authority.provide_merchant(&arguments.keys)?;
        }
        if let Some(path) = &arguments.notify_ca {
            tls.client = Some(TlsClient::open(path, authority.as_ref())?);
        }
        tls.authority = authority;
        Ok(tls)
    }
}

/// Where the pages lie that buyers are sent to.
fn page_url(arguments: &Arguments, listeners: &[TcpListener], tls: &Tls) -> anyhow::Result<String> {
    if let Some(url) = &arguments.page_url {
        Target::parse(url).map_err(|reason| anyhow::anyhow!("send buyers to {url}: {reason}"))?;
        if url.contains(['?', '#']) {
            anyhow::bail!("send buyers to {url}: write it without ? and #, the pages' own paths are put behind it");
        }
        return Ok(format!("{}{}", url.trim_end_matches('/'), Cashier::PATH));
    }
    let scheme = if tls.server.is_some() { "https" } else { "http" };
    let address = listeners.first().map(TcpListener::local_addr).transpose().context("ask for the address")?;
    Ok(address.map_or_else(String::new, |address| format!("{scheme}://{address}{}", Cashier::PATH)))
}

/// One line, words of the form `name=value`; values with blanks are not to be expected in paths that are to be parsed.
fn ready_line(arguments: &Arguments, listeners: &[TcpListener], tls: &Tls) -> anyhow::Result<String> {
    let mut line = "sim-antom ready".to_owned();
    let mut word = |name: &str, value: &dyn std::fmt::Display| {
        // Writing into a text cannot fail.
        let _ = write!(line, " {name}={value}");
    };
    for listener in listeners {
        let address = listener.local_addr().context("ask for the address")?;
        word("url", &format_args!("http://{address}"));
        if tls.server.is_some() {
            word("tls-url", &format_args!("https://{address}"));
        }
    }
    for id in &arguments.client_id {
        word("client", id);
    }
    word("keys", &arguments.keys.display());
    let merchant = arguments.keys.join(MERCHANT_PRIVATE);
    // A merchant who brought only his public key keeps the other half elsewhere.
    if merchant.exists() {
        word("merchant-key", &merchant.display());
    }
    word("antom-key", &arguments.keys.join(ANTOM_PUBLIC).display());
    if let Some(authority) = &tls.authority {
        word("ca", &authority.path().display());
        word("ca-pin", &authority.pin());
    }
    line.push('\n');
    if arguments.client
        && let Some((listener, authority)) = listeners.first().zip(tls.authority.as_ref())
    {
        let address = listener.local_addr().context("ask for the address")?;
        line.push_str(&browser_line(address, &authority.pin()));
    }
    Ok(line)
}

/// A second line, to be pasted: a browser in which the SDK finds this gateway, and nothing else.
fn browser_line(address: SocketAddr, pin: &str) -> String {
    let flags: Vec<String> = chromium_flags(address, pin).iter().map(|flag| format!("'{flag}'")).collect();
    format!("chromium --user-data-dir=$(mktemp -d) {} http://127.0.0.1:PORT/your-page\n", flags.join(" "))
}

/// Looks at the script's file now and then, and takes what is new in it. What is wrong is told once; the old one stays.
async fn reload(path: Option<PathBuf>, mut known: String, control: Control, log: &Log) {
    let Some(path) = path else { return std::future::pending().await };
    loop {
        tokio::time::sleep(GLANCE).await;
        let Ok(text) = tokio::fs::read_to_string(&path).await else { continue };
        if text == known {
            continue;
        }
        let told = match control.replace_script(&text).await {
            Ok(()) => format!("script {} read again", path.display()),
            Err(mistake) => format!("script {} not taken, the old one stays: {mistake}", path.display()),
        };
        log.say(format!("sim-antom: {told}"));
        known = text;
    }
}

/// How often the script's file is looked at.
const GLANCE: Duration = Duration::from_millis(500);
/// The folder of further merchants' keys.
const CLIENTS: &str = "clients";

fn read_script(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read script {}", path.display()))
}

fn parse_script(path: Option<&Path>, text: &str) -> anyhow::Result<Script> {
    let path = path.unwrap_or_else(|| Path::new(""));
    Script::parse(text).map_err(|mistake| anyhow::anyhow!("read script {}: {mistake}", path.display()))
}

/// What is told of an event: of refusals always, of the rest when asked for.
fn line_of(at: Moment, event: &Event, verbose: bool) -> Option<String> {
    let refused =
        matches!(event, Event::Request { refused: Some(_), .. } | Event::NoticeAnswered { acknowledged: false, .. });
    if !verbose && !refused {
        return None;
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
    Some(format!("{} {text}", WireTime::new(at, 0)))
}
