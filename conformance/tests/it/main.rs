//! The judge through its public door: the `conformance` program, as a person or a pipeline runs it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics, in its helpers too")]

mod adapters;
mod campaigns;
mod catalogue;
mod charts;
mod client;
mod documents;
mod families;
mod faults;
mod files;
mod generated;
mod integrations;
mod judgements;
mod language;
mod live;
mod matrix;
mod reports;
mod restarting;
mod resuming;
mod rules;
mod rules_amount;
mod rules_apart;
mod rules_batch;
mod rules_cancel;
mod rules_client;
mod rules_client_apps;
mod rules_client_back;
mod rules_client_halves;
mod rules_edc;
mod rules_elsewhere;
mod rules_gateway;
mod rules_given_up;
mod rules_halves;
mod rules_inquiry;
mod rules_line;
mod rules_moments;
mod rules_notify;
mod rules_operations;
mod rules_others;
mod rules_pay;
mod rules_refund;
mod rules_refund_halves;
mod rules_signing;
mod rules_till;
mod runs;
mod schemas;
mod staying;
mod taught;
mod vaulting;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs the program in the root of the repository.
fn conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .output()
        .expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the program ends by itself")
}
