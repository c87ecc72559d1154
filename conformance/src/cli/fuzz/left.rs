//! `resume.json`: what a campaign leaves, so that it can go on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::Asked;
use crate::campaign::{Campaign, Standing};
use crate::cli::output::replace_file;
use crate::exit::Exit;
use crate::read;

/// A campaign as it was left.
#[derive(Debug, Default)]
pub(super) struct Left {
    pub(super) campaign: Campaign,
    /// What was wanted of it.
    pub(super) asked: Asked,
    /// The files that were written, by requirement.
    pub(super) written: BTreeMap<String, Written>,
    /// How long it has run.
    pub(super) took: Duration,
}

/// A finding that was made small, in a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Written {
    /// Where it is, for messages.
    pub(super) path: PathBuf,
    /// Steps that are left.
    pub(super) steps: usize,
    /// How sure it is.
    pub(super) standing: Standing,
    /// All that its smallest case breaks.
    pub(super) breaks: Vec<String>,
}

impl Left {
    /// Reads what [`Left::write`] wrote.
    pub(super) fn read(path: &Path) -> Result<Self, (Exit, String)> {
        let shown = path.display();
        let text = read::record(path).map_err(|error| (Exit::Usage, format!("failed to read {shown}: {error}")))?;
        let value = serde_json::from_slice(&text).map_err(|error| error.to_string());
        value.and_then(Self::from_value).map_err(|problem| {
            let help = "give a file that an earlier campaign left";
            (Exit::BadFile, format!("{shown} is no campaign to be resumed: {problem}; {help}"))
        })
    }

    /// Writes it, with what was done since: the file is the old one or the new one at any moment.
    pub(super) fn write(&self, path: &Path, campaign: &Campaign, since: Duration) -> std::io::Result<()> {
        let value = json!({
            "asked": self.asked, "campaign": campaign.to_value(), "written": self.written,
            "took": (self.took + since).as_secs_f64(),
        });
        replace_file(path, &value.to_string())
    }

    fn from_value(mut value: Value) -> Result<Self, String> {
        let campaign = Campaign::from_value(value["campaign"].take())?;
        let wrong = |name: &str, error: serde_json::Error| format!("{name}: {error}");
        let took = value["took"].as_f64().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Ok(Self {
            campaign,
            asked: serde_json::from_value(value["asked"].take()).map_err(|error| wrong("asked", error))?,
            written: serde_json::from_value(value["written"].take()).map_err(|error| wrong("written", error))?,
            took: took.ok_or_else(|| "took: it is no time in seconds".to_owned())?,
        })
    }
}
