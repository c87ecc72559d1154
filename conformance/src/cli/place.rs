//! Where terminal and gateway stand: arguments that `serve` and `reproduce` share.

use std::net::SocketAddr;
use std::path::PathBuf;

use sim_edc::Profile;
use tempfile::TempDir;

use crate::live::{FrontEnds, GatewayPlan, TerminalPlan};

#[derive(Debug, clap::Args)]
pub(super) struct PlaceArguments {
    /// The terminal's virtual port: this path becomes a symlink to a PTY [default: in a new folder]
    #[arg(long, value_name = "PATH")]
    link: Option<PathBuf>,
    /// What the terminal's line speaks: stx frames, or one JSON object a line [default: stx]
    #[arg(long, value_name = "stx|ndjson", value_parser = profile)]
    profile: Option<Profile>,
    /// Where the gateway listens; port 0 picks a free one. Loopback only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The folder of the gateway's keys; those that are missing are made [default: a new folder]
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The merchant's client id at the gateway
    #[arg(long, value_name = "ID", default_value = "SANDBOX_5Y00000000000001")]
    client_id: String,
    /// Where notifications go when a request names no URL. Loopback only
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
}

impl PlaceArguments {
    pub(super) fn terminal(&self, folder: &TempDir, profile: Profile, script: sim_edc::Script) -> TerminalPlan {
        let link = self.link.clone().unwrap_or_else(|| folder.path().join("terminal"));
        TerminalPlan { link, profile: self.profile.unwrap_or(profile), script }
    }

    pub(super) fn gateway(&self, folder: &TempDir, script: sim_antom::Script, front_ends: FrontEnds) -> GatewayPlan {
        GatewayPlan {
            listen: self.listen,
            keys: self.keys.clone().unwrap_or_else(|| folder.path().join("keys")),
            client_id: self.client_id.clone(),
            notify_url: self.notify_url.clone(),
            script,
            front_ends,
        }
    }
}

/// A folder for what was given no place; it goes when it is dropped.
pub(super) fn folder() -> Result<TempDir, String> {
    tempfile::Builder::new().prefix("conformance-").tempdir().map_err(|error| format!("make a folder: {error}"))
}

fn profile(text: &str) -> Result<Profile, String> {
    Profile::ALL.into_iter().find(|profile| profile.word() == text).ok_or_else(|| "choose stx or ndjson".to_owned())
}
