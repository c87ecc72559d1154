//! What fails a case, and what is known to: arguments that `run`, `check` and `merge` share.

use std::path::PathBuf;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::output::{tell, tell_mistakes};
use crate::exit::Exit;
use crate::read;
use crate::requirement::{Level, Revision};
use crate::result::known::{self, Known};
use crate::verdict::Standard;

#[derive(Debug, clap::Args)]
pub(super) struct StandardArguments {
    /// The least binding requirements that fail a case when broken; a scenario's own expectations always do
    #[arg(long, value_enum, default_value_t = FailOn::Must)]
    fail_on: FailOn,
    /// Only requirements up to this revision of the catalogue fail a case; docs/requirements.md lists them
    #[arg(long, value_name = "N", default_value_t)]
    revision: Revision,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailOn {
    #[default]
    Must,
    Should,
}

impl FailOn {
    pub(super) const fn level(self) -> Level {
        match self {
            Self::Must => Level::Must,
            Self::Should => Level::Should,
        }
    }

    /// As it is written.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Should => "should",
        }
    }
}

impl StandardArguments {
    pub(super) const fn standard(&self) -> Standard {
        Standard { fail_on: self.fail_on.level(), revision: self.revision }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct KnownArguments {
    /// Failures that are known, with reasons; an entry that is not true any more fails the run (docs/ci.md)
    #[arg(long, value_name = "FILE")]
    known_failing: Option<PathBuf>,
}

impl KnownArguments {
    pub(super) fn read(&self) -> Result<Vec<Known>, Exit> {
        let Some(path) = &self.known_failing else { return Ok(Vec::new()) };
        let text = read::text(path).map_err(|error| {
            tell(&format!("conformance: failed to read {}: {error}", path.display()));
            Exit::Usage
        })?;
        known::parse(&path.display().to_string(), &text).map_err(|mistakes| tell_mistakes(&mistakes, "nothing was run"))
    }

    pub(super) const fn are_given(&self) -> bool {
        self.known_failing.is_some()
    }
}
