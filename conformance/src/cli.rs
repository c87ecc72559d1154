//! The `conformance` program: one file a subcommand, and what they share: where reports go, what is selected.

mod check;
mod client;
mod codes;
mod driver_check;
mod fuzz;
mod list;
mod merge;
mod mistakes;
mod new_adapter;
mod order;
mod output;
mod place;
mod reports;
mod reproduce;
mod requirements;
mod run;
mod schema;
mod select;
mod serve;
mod shell;
mod standard;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Puts an Antom integration through scenarios, and says which documented obligation it breaks.
///
/// Exit codes: 0 as expected; 1 a case failed, or a known failure is not true any more; 2 wrong usage; 3 a scenario,
/// trace or other file is wrong; 4 a case could not be carried out; 5 nothing selected; 70 a bug in this program; 130
/// interrupted.
#[derive(Debug, Parser)]
#[command(name = "conformance", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scenarios against an integration
    Run(run::RunArguments),
    /// Run scenarios against a front end, in a browser with the vendor's own SDK
    Client(Box<client::ClientArguments>),
    /// Judge recorded traces, made by `run --trace-dir` or by hand
    Check(check::CheckArguments),
    /// Make one report of the JSON reports of several runs, such as shards
    Merge(merge::MergeArguments),
    /// Draw whole histories from a seed, judge them by all rules, and make what fails small
    Fuzz(fuzz::FuzzArguments),
    /// List the cases that `run` would run
    List(list::ListArguments),
    /// List the requirements that are judged
    Requirements(requirements::ListArguments),
    /// Explain a requirement
    Explain(requirements::ExplainArguments),
    /// List every documented code, and how it is had
    Codes(codes::CodesArguments),
    /// Start what brings a code, so that the next call that fits gets it
    Reproduce(reproduce::ReproduceArguments),
    /// Start terminal and gateway together, and judge whoever comes, without an adapter
    Serve(Box<serve::ServeArguments>),
    /// Lead an adapter to a first green light, step by step
    DriverCheck(driver_check::DriverCheckArguments),
    /// Write a skeleton of an adapter
    NewAdapter(new_adapter::NewAdapterArguments),
    /// Print a JSON Schema of what this program reads or writes
    Schema(schema::SchemaArguments),
    /// Print a script that completes this program's arguments in a shell
    Completions(shell::CompletionsArguments),
    /// Print the manual page
    Man,
    /// The reference integration: a driver on stdin and stdout
    #[command(disable_help_flag = true)]
    Reference {
        /// Its own arguments; try --list-faults
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::main(&arguments).into(),
        Command::Client(arguments) => client::main(&arguments).into(),
        Command::Check(arguments) => check::main(&arguments).into(),
        Command::Merge(arguments) => merge::main(&arguments).into(),
        Command::Fuzz(arguments) => fuzz::main(&arguments).into(),
        Command::List(arguments) => list::main(&arguments).into(),
        Command::Requirements(arguments) => requirements::list(&arguments).into(),
        Command::Explain(arguments) => requirements::explain(&arguments).into(),
        Command::Codes(arguments) => codes::main(&arguments).into(),
        Command::Reproduce(arguments) => reproduce::main(&arguments).into(),
        Command::Serve(arguments) => serve::main(&arguments).into(),
        Command::DriverCheck(arguments) => driver_check::main(&arguments).into(),
        Command::NewAdapter(arguments) => new_adapter::main(&arguments).into(),
        Command::Schema(arguments) => schema::main(&arguments).into(),
        Command::Completions(arguments) => shell::completions(&arguments).into(),
        Command::Man => shell::man().into(),
        Command::Reference { arguments } => {
            let name = OsString::from("conformance reference");
            reference::cli::main_from(std::iter::once(name).chain(arguments))
        }
    }
}
