//! Which cases are run: patterns of names, and shards.

use std::path::PathBuf;
use std::str::FromStr;

use wire::suggest;

use super::output::{tell, tell_mistakes};
use crate::exit::Exit;
use crate::plan::{Case, PlanError, plan};
use crate::result::known::Scope;

#[derive(Debug, clap::Args)]
pub(super) struct SelectArguments {
    /// Scenario files, or folders of them
    #[arg(default_value = "scenarios", value_name = "PATHS")]
    paths: Vec<PathBuf>,
    /// Draws everything that is drawn
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Only cases whose name fits; * is anything within a folder, ** anything
    #[arg(long, value_name = "PATTERN")]
    run: Vec<String>,
    /// Leave out cases whose name fits
    #[arg(long, value_name = "PATTERN")]
    skip: Vec<String>,
    /// Only the i-th of n parts; a case is always in the same part, whatever other cases there are
    #[arg(long, value_name = "i/n")]
    shard: Option<Shard>,
}

impl SelectArguments {
    /// The cases, or how the program ends because there is none.
    pub(super) fn cases(&self) -> Result<Vec<Case>, Exit> {
        let cases = match plan(&self.paths, self.seed) {
            Ok(cases) => cases,
            Err(PlanError::Unreadable { path, source }) => {
                tell(&format!("conformance: failed to read {}: {source}", path.display()));
                return Err(Exit::Usage);
            }
            Err(PlanError::Mistakes(mistakes)) => return Err(tell_mistakes(&mistakes, "nothing was run")),
        };
        let idle: Vec<_> =
            self.run.iter().filter(|pattern| !cases.iter().any(|case| fits(pattern, &case.name))).collect();
        for pattern in &idle {
            tell(&format!("conformance: no case fits --run {pattern:?}; {}", meant(pattern, &cases)));
        }
        if !idle.is_empty() {
            return Err(Exit::NothingSelected);
        }
        let cases: Vec<Case> = cases.into_iter().filter(|case| self.selects(&case.name)).collect();
        if cases.is_empty() {
            tell("conformance: no case is selected; see --run, --skip and --shard");
            return Err(Exit::NothingSelected);
        }
        Ok(cases)
    }

    pub(super) const fn scope(&self) -> Scope {
        if self.run.is_empty() && self.skip.is_empty() && self.shard.is_none() { Scope::Whole } else { Scope::Part }
    }

    fn selects(&self, name: &str) -> bool {
        let fits = |pattern: &String| fits(pattern, name);
        (self.run.is_empty() || self.run.iter().any(fits))
            && !self.skip.iter().any(fits)
            && self.shard.is_none_or(|shard| shard.has(name))
    }
}

/// One of `of` parts, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    number: u64,
    of: u64,
}

impl Shard {
    /// FNV-1a of the name: what else is in the plan does not move a case.
    fn has(self, name: &str) -> bool {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, step);
        // The lower bits of FNV alone are not spread well enough for small n.
        (hash ^ (hash >> 32)) % self.of == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match parts {
            Some((number, of)) if number >= 1 && number <= of => Ok(Self { number, of }),
            _ => Err("write i/n with i from 1 to n, such as 2/4".to_owned()),
        }
    }
}

/// The name of a file with a table stands for all its rows.
fn family(name: &str) -> &str {
    name.split_once('[').map_or(name, |(file, _)| file)
}

/// Whether a case of that name, or the file of which it is a row, fits a pattern.
fn fits(pattern: &str, name: &str) -> bool {
    matches(pattern, name) || matches(pattern, family(name))
}

/// What somebody may have meant who wrote a pattern that no case fits.
fn meant(pattern: &str, cases: &[Case]) -> String {
    // Who names a row means a row, and a folder without stars is no pattern of its cases.
    let names = cases.iter().map(|case| if pattern.contains('[') { case.name.as_str() } else { family(&case.name) });
    let folder = format!("{}/", pattern.trim_end_matches('/'));
    if cases.iter().any(|case| case.name.starts_with(&folder)) {
        return format!("did you mean \"{folder}**\"?");
    }
    suggest::nearest(pattern, names).map_or_else(
        || "`conformance list` names all cases".to_owned(),
        |near| format!("did you mean {near:?}? `conformance list` names all cases"),
    )
}

/// Whether a name fits a pattern: `*` stands for anything but `/`, `**` for anything.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    match pattern.find('*') {
        None => pattern == name,
        Some(star) => {
            let (before, rest) = pattern.split_at(star);
            let Some(name) = name.strip_prefix(before) else { return false };
            let (rest, deep) = match rest.strip_prefix("**") {
                Some(rest) => (rest, true),
                None => (rest.strip_prefix('*').unwrap_or_default(), false),
            };
            let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
            ends.take_while(|at| deep || !name.get(..*at).unwrap_or_default().contains('/'))
                .any(|at| matches(rest, name.get(at..).unwrap_or_default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stay_within_a_folder_and_double_stars_do_not() {
        assert!(matches("edc/*", "edc/a"));
        assert!(!matches("edc/*", "edc/a/b"));
        assert!(matches("edc/**", "edc/a/b"));
        assert!(matches("**/lost*", "pay/x/lost-answer"));
        assert!(!matches("edc", "edc/a"));
    }

    #[test]
    fn every_case_is_in_one_shard_and_no_shard_is_empty() {
        let names: Vec<_> = (0..200).map(|n| format!("edc/case-{n}")).collect();
        for of in 1..=8 {
            let shards: Vec<Shard> = (1..=of).map(|number| Shard { number, of }).collect();
            for name in &names {
                assert_eq!(shards.iter().filter(|shard| shard.has(name)).count(), 1, "{name} of {of}");
            }
            assert!(shards.iter().all(|shard| names.iter().any(|name| shard.has(name))), "{of}");
        }
    }

    #[test]
    fn a_case_stays_in_its_shard_for_ever() {
        assert!(Shard { number: 1, of: 3 }.has("edc/purchase-approved"));
    }

    #[test]
    fn a_shard_is_read_and_nonsense_is_not() {
        assert_eq!("2/4".parse(), Ok(Shard { number: 2, of: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "2", "/", "a/b", "-1/2", "1/99999999999999999999"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
