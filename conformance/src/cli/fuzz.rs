//! `conformance fuzz`: what is wanted of a campaign. How it goes on is in `hunt.rs`.

mod hunt;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use wire::time::Span;

use self::hunt::Hunt;
use super::output::{say, tell, try_folder, unless_unwritten};
use super::run::{ClockKind, span};
use super::standard::StandardArguments;
use crate::campaign::{Area, Campaign};
use crate::driver::Hello;
use crate::exit::Exit;
use crate::integration::Integration;
use crate::interrupt;
use crate::read;
use crate::run::{Settings, TimeMode, greet};
use crate::world::Signing;

#[derive(Debug, clap::Args)]
pub(super) struct FuzzArguments {
    /// What to test: `memory` for the reference integration inside this process (also `memory --fault NAME`), a command
    /// that starts a driver, or the URL of one that runs
    #[arg(long, value_name = "CMD|URL|memory", default_value = "memory")]
    integration: String,
    /// How many cases, those of a campaign that is resumed included [default: 1000, unless --for]
    #[arg(long, value_name = "N", conflicts_with = "lasting")]
    cases: Option<u64>,
    /// For how long
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    lasting: Option<Span>,
    /// What everything is drawn from [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    seed: Option<u64>,
    /// Which sides the histories are about [default: all in turn]
    #[arg(long, value_enum, conflicts_with = "resume")]
    area: Option<Area>,
    /// Go on with the campaign that this file tells of
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Where failing cases are written, and what a campaign needs to be resumed
    #[arg(long, value_name = "DIR", default_value = "reports/campaign")]
    out: PathBuf,
    /// Runs that making a finding small may take; 0 leaves it as it was drawn [default: 2000 in memory, 200 otherwise]
    #[arg(long, value_name = "N")]
    tries: Option<u32>,
    /// Cases that run beside each other [default: one a processor in memory, twelve otherwise]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// How time passes for a process or URL. What is found is looked at again with `skipping`
    #[arg(long, value_enum, default_value_t = ClockKind::Trusting)]
    clock: ClockKind,
    /// How long an integration may take to answer `initialize`
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = span)]
    start_timeout: Span,
    /// How long a case may take in real time
    #[arg(long, value_name = "TIME", default_value = "1m", value_parser = span)]
    case_timeout: Span,
    /// What messages of the gateway are signed with: RSA, or words that both sides know, which cost a fraction. What is
    /// found is looked at again with RSA [default: words where the integration can]
    #[arg(long, value_enum)]
    signing: Option<SigningKind>,
    #[command(flatten)]
    standard: StandardArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SigningKind {
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

pub(super) fn main(arguments: &FuzzArguments) -> Exit {
    let prepared = settings(arguments).and_then(|settings| Ok((settings, begin(arguments)?)));
    let (mut settings, campaign) = match prepared {
        Ok(prepared) => prepared,
        Err((exit, problem)) => {
            tell(&format!("conformance: {problem}"));
            return exit;
        }
    };
    if let Err(error) = try_folder(&arguments.out) {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    interrupt::watch();
    let tested = settings.integration.describe();
    let hello = match greet(&settings) {
        Ok(hello) => hello,
        Err(reason) => {
            tell(&format!("conformance: {tested} cannot be tested: {reason}"));
            return Exit::NotCarriedOut;
        }
    };
    settings.signing = match signing(arguments.signing, &settings, &hello) {
        Ok(signing) => signing,
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            return Exit::Usage;
        }
    };
    tell(&format!("testing {tested}: {}, seed {}", hello.name, campaign.seed));
    let mut hunt = Hunt { arguments, settings: &settings, hello: &hello, campaign, records: BTreeMap::new() };
    let began = Instant::now();
    let finished = hunt.go(began).and_then(|()| hunt.leave_word());
    say(&hunt.summary(began.elapsed()));
    if let Err(error) = finished {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    unless_unwritten(hunt.exit())
}

fn settings(arguments: &FuzzArguments) -> Result<Settings, (Exit, String)> {
    let integration = Integration::parse(&arguments.integration)
        .map_err(|problem| (Exit::Usage, format!("--integration: {problem}")))?;
    let time = match (&integration, arguments.clock) {
        (Integration::Memory(_), _) => TimeMode::Paused,
        (_, ClockKind::Skipping) => TimeMode::Skipping,
        (_, ClockKind::Trusting) => TimeMode::Trusting,
        (_, ClockKind::Real) => TimeMode::Real,
    };
    Ok(Settings {
        integration,
        time,
        start_timeout: arguments.start_timeout.0,
        case_timeout: arguments.case_timeout.0,
        standard: arguments.standard.standard(),
        // Until it is known what the integration can.
        signing: Signing::Rsa,
        client: None,
    })
}

/// What is signed with: only the reference in memory, and who says so, knows words.
fn signing(wanted: Option<SigningKind>, settings: &Settings, hello: &Hello) -> Result<Signing, String> {
    let knows_words = settings.time == TimeMode::Paused || hello.can("words");
    match wanted {
        Some(SigningKind::Words) if !knows_words => {
            Err("--signing words: the integration has not the capability `words` \
             (docs/driver.md); leave it out for RSA"
                .to_owned())
        }
        Some(kind) => Ok(kind.into()),
        None if knows_words => Ok(Signing::Words),
        None => Ok(Signing::Rsa),
    }
}

/// The campaign as it begins, or as it was left.
fn begin(arguments: &FuzzArguments) -> Result<Campaign, (Exit, String)> {
    let Some(path) = &arguments.resume else {
        return Ok(Campaign::new(arguments.seed.unwrap_or(1), arguments.area));
    };
    let shown = path.display();
    let text = read::record(path).map_err(|error| (Exit::Usage, format!("failed to read {shown}: {error}")))?;
    let value = serde_json::from_slice(&text).map_err(|error| error.to_string());
    value.and_then(Campaign::from_value).map_err(|problem| {
        let help = "give a file that an earlier campaign left";
        (Exit::BadFile, format!("{shown} is no campaign to be resumed: {problem}; {help}"))
    })
}
