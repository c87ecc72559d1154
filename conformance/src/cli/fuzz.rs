//! `conformance fuzz`: how a campaign begins, or goes on. What is wanted of it is in `asked.rs`, how it runs in `hunt.rs`, and
//! what it leaves in `left.rs`.

mod asked;
mod hunt;
mod left;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use self::asked::Asked;
pub(super) use self::asked::SigningKind;
use self::hunt::Hunt;
use self::left::Left;
use super::output::{say, tell, try_folder, unless_unwritten};
use super::run::ClockKind;
use crate::campaign::{Area, Campaign};
use crate::driver::Hello;
use crate::exit::Exit;
use crate::integration::Integration;
use crate::interrupt;
use crate::run::{Settings, TimeMode, greet};
use crate::world::Signing;

/// Where everything is written when nothing else is said.
const OUT: &str = "reports/campaign";
/// What a campaign needs to be resumed.
const LEFT: &str = "resume.json";

#[derive(Debug, clap::Args)]
pub(super) struct FuzzArguments {
    #[command(flatten)]
    asked: Asked,
    /// What everything is drawn from [default: 1]
    #[arg(long, value_name = "N", conflicts_with = "resume")]
    seed: Option<u64>,
    /// Which sides the histories are about [default: all in turn]
    #[arg(long, value_enum, conflicts_with = "resume")]
    area: Option<Area>,
    /// Go on with the campaign that this file tells of, with the options that it had
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Where failing cases are written, and what a campaign needs to be resumed [default: reports/campaign, or where the
    /// campaign that is resumed has its file]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cases that run beside each other [default: one a processor in memory, twelve otherwise]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
}

pub(super) fn main(arguments: &FuzzArguments) -> Exit {
    interrupt::watch();
    let prepared = begin(arguments).and_then(|left| Ok((settings(&left.asked)?, left)));
    let (mut settings, left) = match prepared {
        Ok(prepared) => prepared,
        Err((exit, problem)) => {
            tell(&format!("conformance: {problem}"));
            return exit;
        }
    };
    let (out, place) = places(arguments);
    if let Err(error) = try_folder(&out) {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    let tested = settings.integration.describe();
    let hello = match greet(&settings) {
        Ok(hello) => hello,
        Err(reason) => {
            tell(&format!("conformance: {tested} cannot be tested: {reason}"));
            return Exit::NotCarriedOut;
        }
    };
    settings.signing = match signing(left.asked.signing(), &settings, &hello) {
        Ok(signing) => signing,
        Err(problem) => {
            tell(&format!("conformance: {problem}"));
            return Exit::Usage;
        }
    };
    tell(&format!("testing {tested}: {}, seed {}", hello.name, left.campaign.seed));
    let mut hunt = Hunt {
        left,
        out,
        place,
        jobs: arguments.jobs,
        settings: &settings,
        hello: &hello,
        evidence: BTreeMap::new(),
        began: Instant::now(),
    };
    let finished = hunt.go();
    say(&hunt.summary());
    if let Err(error) = finished {
        tell(&format!("conformance: failed to {error}"));
        return Exit::Usage;
    }
    unless_unwritten(hunt.exit())
}

fn settings(asked: &Asked) -> Result<Settings, (Exit, String)> {
    let integration = Integration::parse(asked.integration())
        .map_err(|problem| (Exit::Usage, format!("--integration: {problem}")))?;
    let time = match (&integration, asked.clock()) {
        (Integration::Memory(_), _) => TimeMode::Paused,
        (_, ClockKind::Skipping) => TimeMode::Skipping,
        (_, ClockKind::Trusting) => TimeMode::Trusting,
        (_, ClockKind::Real) => TimeMode::Real,
    };
    Ok(Settings {
        integration,
        time,
        start_timeout: asked.start_timeout().0,
        case_timeout: asked.case_timeout().0,
        standard: asked.standard(),
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
fn begin(arguments: &FuzzArguments) -> Result<Left, (Exit, String)> {
    let Some(path) = &arguments.resume else {
        let campaign = Campaign::new(arguments.seed.unwrap_or(1), arguments.area);
        return Ok(Left { campaign, asked: arguments.asked.clone(), ..Left::default() });
    };
    let mut left = Left::read(path)?;
    // Another end than before is counted from now.
    if arguments.asked.has_end() {
        left.took = std::time::Duration::ZERO;
    }
    left.asked = arguments.asked.after(&left.asked).map_err(|problem| (Exit::Usage, problem))?;
    Ok(left)
}

/// The folder of what is found, and the file that the campaign leaves.
fn places(arguments: &FuzzArguments) -> (PathBuf, PathBuf) {
    let folder_of = |file: &Path| match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    match (&arguments.out, &arguments.resume) {
        (Some(out), _) => (out.clone(), out.join(LEFT)),
        (None, Some(file)) => (folder_of(file), file.clone()),
        (None, None) => (PathBuf::from(OUT), Path::new(OUT).join(LEFT)),
    }
}
