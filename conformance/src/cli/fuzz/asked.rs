//! What is wanted of a campaign: options that it keeps, so that whoever goes on with it need not say them again.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use wire::time::Span;

use crate::cli::run::{ClockKind, span};
use crate::cli::standard::FailOn;
use crate::requirement::Revision;
use crate::verdict::Standard;
use crate::world::Signing;

/// Cases when nothing else is said.
const CASES: u64 = 1000;
/// How long an integration may take to answer `initialize`, when nothing else is said.
const START_TIMEOUT: Span = Span::secs(20);
/// How long a case may take, when nothing else is said.
const CASE_TIMEOUT: Span = Span::secs(60);

#[derive(Debug, Clone, Default, clap::Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::cli) struct Asked {
    /// What to test: `memory` for the reference integration inside this process (also `memory --fault NAME`), a command
    /// that starts a driver, or the URL of one that runs [default: memory]
    #[arg(long, value_name = "CMD|URL|memory")]
    #[serde(skip_serializing_if = "Option::is_none")]
    integration: Option<String>,
    /// How many cases, those of a campaign that is resumed included [default: 1000, unless --for]
    #[arg(long, value_name = "N", conflicts_with = "lasting")]
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<u64>,
    /// For how long
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    #[serde(skip_serializing_if = "Option::is_none")]
    lasting: Option<Span>,
    /// Runs that making a finding small may take; 0 leaves it as it was drawn [default: 2000 in memory, 200 otherwise]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tries: Option<u32>,
    /// How time passes for a process or URL. What is found is looked at again with `skipping` [default: trusting]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<ClockKind>,
    /// How long an integration may take to answer `initialize` [default: 20s]
    #[arg(long, value_name = "TIME", value_parser = span)]
    #[serde(skip_serializing_if = "Option::is_none")]
    start_timeout: Option<Span>,
    /// How long a case may take in real time [default: 1m]
    #[arg(long, value_name = "TIME", value_parser = span)]
    #[serde(skip_serializing_if = "Option::is_none")]
    case_timeout: Option<Span>,
    /// What messages of the gateway are signed with: RSA, or words that both sides know, which cost a fraction. What is
    /// found is looked at again with RSA [default: words where the integration can]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    signing: Option<SigningKind>,
    /// The least binding requirements that are findings when broken [default: must]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_on: Option<FailOn>,
    /// Only requirements up to this revision of the catalogue are findings; docs/requirements.md lists them
    /// [default: the newest]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<Revision>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum SigningKind {
    Rsa,
    Words,
}

impl From<SigningKind> for Signing {
    fn from(kind: SigningKind) -> Self {
        match kind {
            SigningKind::Rsa => Self::Rsa,
            SigningKind::Words => Self::Words,
        }
    }
}

impl Asked {
    /// The same campaign once more: what is not said now is as it was.
    ///
    /// # Errors
    /// What would make another campaign of it.
    pub(super) fn after(&self, before: &Self) -> Result<Self, String> {
        let is_other = |name: &str, was: &str| {
            format!(
                "--{name}: that campaign was of {was}; leave --{name} out to go on with it, or --resume to begin another one"
            )
        };
        let is_url = |text: &str| text.starts_with("http://") || text.starts_with("https://");
        // A driver that runs may have another address by now.
        let is_moved = is_url(self.integration()) && is_url(before.integration());
        if self.integration.is_some() && self.integration() != before.integration() && !is_moved {
            return Err(is_other("integration", before.integration()));
        }
        if self.fail_on.is_some() && self.standard().fail_on != before.standard().fail_on {
            return Err(is_other("fail-on", before.fail_on.unwrap_or_default().word()));
        }
        if self.revision.is_some() && self.standard().revision != before.standard().revision {
            return Err(is_other("revision", &before.standard().revision.to_string()));
        }
        let is_new_end = self.cases.is_some() || self.lasting.is_some();
        let end = if is_new_end { self } else { before };
        Ok(Self {
            integration: self.integration.clone().or_else(|| before.integration.clone()),
            cases: end.cases,
            lasting: end.lasting,
            tries: self.tries.or(before.tries),
            clock: self.clock.or(before.clock),
            start_timeout: self.start_timeout.or(before.start_timeout),
            case_timeout: self.case_timeout.or(before.case_timeout),
            signing: self.signing.or(before.signing),
            fail_on: before.fail_on,
            revision: before.revision,
        })
    }

    /// Whether it is said when the campaign ends.
    pub(super) const fn has_end(&self) -> bool {
        self.cases.is_some() || self.lasting.is_some()
    }

    pub(super) fn integration(&self) -> &str {
        self.integration.as_deref().unwrap_or("memory")
    }

    /// How many cases in all; none when there is another end.
    pub(super) fn cases(&self) -> Option<u64> {
        let usual = if self.lasting.is_some() { None } else { Some(CASES) };
        self.cases.or(usual)
    }

    pub(super) const fn lasting(&self) -> Option<Span> {
        self.lasting
    }

    pub(super) fn clock(&self) -> ClockKind {
        self.clock.unwrap_or(ClockKind::Trusting)
    }

    pub(super) fn start_timeout(&self) -> Span {
        self.start_timeout.unwrap_or(START_TIMEOUT)
    }

    pub(super) fn case_timeout(&self) -> Span {
        self.case_timeout.unwrap_or(CASE_TIMEOUT)
    }

    pub(super) const fn signing(&self) -> Option<SigningKind> {
        self.signing
    }

    pub(super) fn standard(&self) -> Standard {
        Standard { fail_on: self.fail_on.unwrap_or_default().level(), revision: self.revision.unwrap_or_default() }
    }
}
