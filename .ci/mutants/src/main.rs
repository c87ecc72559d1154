//! Mutants, all at once: takes cargo-mutants' list, compiles a copy of the repository in which each is behind a switch, and asks
//! the tests about each.
//!
//! ```text
//! list → sites → copy with switches → compile, leave out what is refused → survey → recorded traces → tests → outcome
//! ```
//! `docs/quality.md` says how it is called and what came out.

mod compile;
mod list;
mod outcome;
mod rewrite;
mod site;
mod suite;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use crate::compile::Cargo;
use crate::list::List;
use crate::outcome::{Fate, Outcome};
use crate::suite::{Noticed, Suite};
use crate::tree::Tree;

const USAGE: &str =
    "mutants --package NAME --list FILE --out FOLDER [--record TEST]... [--cargo ARGUMENT]... [--only TEXT]... \
                     [--longest SECONDS] [--resume] [TEST]...

Run it in the root of the repository.
  --package  the crate whose files are mutated
  --list     what `cargo mutants -p NAME --list --json` printed
  --out      where the copy, its build and the outcome are; what is there of an earlier run is used again
  --record   a test whose traces are recorded once and judged with each mutant (rules only)
  --cargo    is passed on to cargo
  --only     only mutants whose name has this in it
  --longest  leaves out tests that take longer than so many seconds
  --resume   what the outcome that is there says was noticed is not asked again
  TEST       tests that are run for each mutant that they come to, by the beginning of their names; all without one";

struct Wanted {
    package: String,
    list: PathBuf,
    out: PathBuf,
    record: Vec<String>,
    cargo: Vec<OsString>,
    only: Vec<String>,
    longest: Duration,
    is_resumed: bool,
    tests: Vec<String>,
}

impl Wanted {
    fn read(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut one = BTreeMap::new();
        let (mut record, mut cargo, mut only, mut tests) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (mut longest, mut is_resumed) = (Duration::MAX, false);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().with_context(|| format!("{argument} needs a value\n{USAGE}"));
            match argument.as_str() {
                "--package" | "--list" | "--out" => drop(one.insert(argument.clone(), value()?)),
                "--record" => record.push(value()?),
                "--cargo" => cargo.push(value()?.into()),
                "--only" => only.push(value()?),
                "--longest" => longest = Duration::from_secs_f64(value()?.parse()?),
                "--resume" => is_resumed = true,
                "--help" => anyhow::bail!("{USAGE}"),
                _ => tests.push(argument),
            }
        }
        let mut take = |name: &str| one.remove(name).with_context(|| format!("{name} is missing\n{USAGE}"));
        let (package, list, out) = (take("--package")?, take("--list")?.into(), take("--out")?.into());
        Ok(Self { package, list, out, record, cargo, only, longest, is_resumed, tests })
    }
}

fn main() -> anyhow::Result<()> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    let list = List::read(&wanted.list)?;
    fs::create_dir_all(&wanted.out)?;
    let out = wanted.out.canonicalize()?;
    let tree = Tree::copy(&std::env::current_dir()?, out.join("tree"), &wanted.package, &list)?;
    let cargo = Cargo { package: wanted.package.clone(), target: out.join("target"), arguments: wanted.cargo.clone() };
    let known = out.join("refused");
    let text = fs::read_to_string(&known).unwrap_or_default();
    let mut refused: BTreeSet<u32> = text.lines().filter_map(|line| line.parse().ok()).collect();
    refused.extend(tree.impossible());
    let refused = cargo.settle(&tree, &list, refused)?;
    fs::write(&known, refused.iter().map(|number| format!("{number}\n")).collect::<String>())?;

    let mut outcome = Outcome::new(&list);
    refused.iter().for_each(|number| outcome.set(*number, Fate::Refused));
    tree.inexpressible().for_each(|number| outcome.set(number, Fate::NotTried));
    if wanted.is_resumed {
        outcome.resume(&out.join("outcome.tsv"))?;
    }
    let folder = tree.root().join(&wanted.package);
    if !wanted.record.is_empty() {
        for (number, trace) in judged(&cargo, &tree, &folder, &out, &wanted.record)? {
            outcome.set(number, Fate::Noticed(Noticed::Fails(format!("the trace {trace}"))));
        }
    }
    let programs = cargo.tests(&tree, &["--lib", "--test", "it"])?;
    let suite = Suite::survey(&folder, &programs, &wanted.tests, wanted.longest, &out)?;
    let reached = suite.reached();
    eprintln!("{} tests, {:.1} s, come to {} mutants", suite.len(), suite.took().as_secs_f64(), reached.len());
    let is_wanted = |name: &str| wanted.only.is_empty() || wanted.only.iter().any(|text| name.contains(text));
    let open = list.all().filter(|(number, mutant)| outcome.is_open(*number) && is_wanted(&mutant.name));
    let open: Vec<u32> = open.map(|(number, _)| number).collect();
    for (index, number) in open.iter().enumerate() {
        match suite.ask(*number)? {
            Some(noticed) => outcome.set(*number, Fate::Noticed(noticed)),
            None => outcome.set(*number, Fate::Survived),
        }
        if index % 50 == 49 {
            eprintln!("{} of {}", index + 1, open.len());
            outcome.write(&list, &out.join("outcome.tsv"))?;
        }
    }
    outcome.write(&list, &out.join("outcome.tsv"))?;
    println!("{}", outcome.summary(&list));
    Ok(())
}

/// Records what some tests judge, and judges it with each mutant. Returns the mutants with which a trace is judged otherwise.
fn judged(
    cargo: &Cargo,
    tree: &Tree,
    folder: &Path,
    out: &Path,
    tests: &[String],
) -> anyhow::Result<Vec<(u32, String)>> {
    let traces = out.join("traces");
    if !traces.is_dir() {
        let programs = cargo.tests(tree, &["--test", "it"])?;
        fs::create_dir_all(&traces)?;
        for (_, program) in &programs {
            for name in suite::names(program, folder)? {
                if tests.iter().any(|word| name.starts_with(word.as_str())) {
                    suite::run(program, folder, &name, &[("MUTANTS_KEEP", &traces)])?;
                }
            }
        }
    }
    let (written, nothing) = (out.join("judged"), Path::new("/dev/null"));
    let programs = cargo.tests(tree, &["--test", "judged"])?;
    let (_, program) = programs.first().context("the copy has no test that judges")?;
    let environment =
        [("MUTANTS_TRACES", traces.as_path()), ("MUTANTS_JUDGED", &written), ("MUTANTS_REACHED", nothing)];
    suite::run(program, folder, "judged", &environment)?;
    let text = fs::read_to_string(&written)?;
    let lines = text.lines().filter_map(|line| line.split_once(' ')).filter(|(_, trace)| !trace.is_empty());
    Ok(lines.filter_map(|(number, trace)| Some((number.parse().ok()?, trace.to_owned()))).collect())
}
