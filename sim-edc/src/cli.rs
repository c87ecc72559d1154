//! The command line of `sim-edc`.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use wire::time::WireTime;

use crate::{Code, Direction, Profile, Recipe, Wish, program, rehearse};

/// A KICC card terminal on a virtual serial port, on TCP or on a real port.
///
/// Opens the line, prints one ready line for each thing that can be opened, and answers a POS until it gets SIGINT or
/// SIGTERM. The JSON commands are Antom's documented contract; the framing is described in docs/line.md.
///
/// docs/first-purchase.md leads from nothing to a purchase in five commands; docs/terminal.md has all that can be scripted.
#[derive(Debug, Clone, Parser)]
#[command(name = "sim-edc", version)]
#[command(group(clap::ArgGroup::new("place").required(true).args(["link", "listen", "port", "rehearsed"])))]
pub struct Arguments {
    /// A virtual port: this path becomes a symlink to a PTY
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// A line over TCP, such as tcp:127.0.0.1:4001; port 0 picks a free one. Loopback only, one client at a time
    #[arg(long, value_name = "tcp:ADDRESS", value_parser = tcp)]
    listen: Option<SocketAddr>,
    /// A real serial port, such as /dev/ttyUSB0: 57600 8N1, no flow control
    #[arg(long, value_name = "DEVICE")]
    port: Option<PathBuf>,
    /// Several terminals: PATH.1, PATH.2, … or ports counted from the one that is named
    #[arg(long, value_name = "N", default_value = "1", value_parser = terminals, conflicts_with = "port")]
    pub(crate) terminals: usize,
    /// What the line speaks: stx frames, or one JSON object a line
    #[arg(long, value_name = "stx|ndjson", default_value = "stx", value_parser = profile)]
    pub(crate) profile: Profile,
    /// What cardholder, host, line and power shall do (YAML or JSON, see docs/terminal.md); an empty script approves
    /// everything. Read again when it changes
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
    /// Let the next exchange that fits bring this code, after what the script says; may be repeated. docs/terminal-codes.md
    /// tells for each of the 32 codes what a POS has to do
    #[arg(long, value_name = "CODE", value_parser = codes(), hide_possible_values = true)]
    pub(crate) give: Vec<Code>,
    /// Let amounts and merchantIds ask for codes, as docs/terminal-codes.md lists them
    #[arg(long)]
    pub(crate) triggers: bool,
    /// Play the exchange that brings this code in memory, print what both sides say, and leave; with --triggers, the code
    /// is asked for by its trigger
    #[arg(long = "try", id = "rehearsed", value_name = "CODE", value_parser = codes(), hide_possible_values = true)]
    rehearsed: Option<Code>,
    /// Serve the control API here, such as 127.0.0.1:8081; port 0 picks a free one. Loopback only
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) control: Option<SocketAddr>,
    /// Keep records and requestIds here, over restarts; FILE.1, FILE.2, … for several terminals
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// Write everything that happens here, as JSON Lines; - is stdout (ready lines are then on stderr)
    #[arg(long, value_name = "FILE")]
    pub(crate) transcript: Option<PathBuf>,
    /// Show every message on stderr; twice, with its bytes
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What a terminal hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Where {
    Link(PathBuf),
    Tcp(SocketAddr),
    Port(PathBuf),
}

impl Arguments {
    pub(crate) fn place(&self) -> Where {
        match (&self.link, self.listen, &self.port) {
            (Some(link), ..) => Where::Link(link.clone()),
            (None, Some(address), _) => Where::Tcp(address),
            // The parser sees to it that one of the three is there.
            (None, None, port) => Where::Port(port.clone().unwrap_or_default()),
        }
    }
}

fn codes() -> impl clap::builder::TypedValueParser<Value = Code> {
    let words = PossibleValuesParser::new(Code::all().map(Code::as_str));
    words.try_map(|word| word.parse().map_err(|()| "is not a documented code"))
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::ALL.into_iter().find(|profile| profile.word() == text).ok_or_else(|| "choose stx or ndjson".to_owned())
}

fn tcp(text: &str) -> Result<SocketAddr, String> {
    let address = text.strip_prefix("tcp:").and_then(|address| address.parse().ok());
    address.ok_or_else(|| "write it like tcp:127.0.0.1:4001".to_owned())
}

fn terminals(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=1000).contains(n)).ok_or_else(|| "choose 1 to 1000".to_owned())
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.rehearsed {
        Some(code) => show_rehearsal(code, if arguments.triggers { Wish::Trigger } else { Wish::Script }),
        None => run(arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sim-edc: failed to {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("start the runtime")?.block_on(program::run(arguments))
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
