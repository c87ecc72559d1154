//! The `reference` program: arguments, runtime, stdio. Other programs call it as a subcommand.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};
use serde_json::json;

use crate::{Fault, SystemWorld, UnknownFault, serve, stdio};

/// A correct little merchant: a till at a card terminal and a shop at the gateway, driven over stdio.
///
/// Speaks the driver protocol (docs/driver.md): JSON-RPC 2.0, one message a line, requests on stdin, answers on stdout.
#[derive(Debug, Parser)]
#[command(name = "reference", version)]
struct Arguments {
    /// Make one mistake on purpose; --list-faults names them
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<Fault>,
    /// Print the faults and the requirement that each breaks, and stop
    #[arg(long)]
    list_faults: bool,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t, requires = "list_faults")]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

fn fault(name: &str) -> Result<Fault, UnknownFault> {
    name.parse()
}

/// Runs the program with the process's own arguments.
#[must_use]
pub fn main() -> ExitCode {
    main_from(std::env::args_os())
}

/// Runs the program with these arguments; the first is its name.
#[must_use]
pub fn main_from(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Where it is printed depends on what it is; if that is closed, there is nobody to tell.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let done = if arguments.list_faults { list(arguments.format) } else { run(arguments.fault) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "reference: failed to {error:#}");
            ExitCode::from(70)
        }
    }
}

fn list(format: Format) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format::Text => {
            for fault in Fault::ALL {
                writeln!(out, "{:<30} {:<9} {}", fault.name(), fault.requirement(), fault.what())?;
            }
        }
        Format::Json => {
            let line =
                |fault: &Fault| json!({"name": fault.name(), "requirement": fault.requirement(), "what": fault.what()});
            let all: Vec<_> = Fault::ALL.iter().map(line).collect();
            writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
        }
    }
    Ok(out.flush()?)
}

fn run(fault: Option<Fault>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let served =
        runtime.block_on(async { serve(stdio::input(), stdio::output(), Arc::new(SystemWorld::new()), fault).await });
    // A read of stdin that is still going on must not hold up the end.
    runtime.shutdown_background();
    served.context("serve on stdio")
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}
