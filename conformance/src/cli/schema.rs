//! `conformance schema`: JSON Schemas, made from the types that read and write what they describe.

use clap::ValueEnum;

use super::output::{say, unless_unwritten};
use crate::exit::Exit;
use crate::report::schema;
use crate::{driver, scenario};

#[derive(Debug, clap::Args)]
pub(super) struct SchemaArguments {
    /// What it describes
    #[arg(value_enum)]
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// A scenario file, or a part of one
    Scenario,
    /// The messages between harness and driver
    Driver,
    /// The report of --json and --format json
    Report,
    /// A file for --known-failing
    KnownFailing,
}

pub(super) fn main(arguments: &SchemaArguments) -> Exit {
    let schema = match arguments.what {
        What::Scenario => scenario::schema(),
        What::Driver => driver::schema(),
        What::Report => schema::report(),
        What::KnownFailing => schema::known_failing(),
    };
    say(&format!("{schema:#}\n"));
    unless_unwritten(Exit::Expected)
}
