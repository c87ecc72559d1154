//! Asks tests as they are: which mutants each comes to, and, for a mutant, whether any of those that come to it fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

/// A test, and what is known of it.
#[derive(Debug)]
pub struct Test {
    program: PathBuf,
    name: String,
    took: Duration,
    reached: BTreeSet<u32>,
}

/// How a mutant was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noticed {
    /// This test fails.
    Fails(String),
    /// Some test does not end.
    Hangs(String),
}

/// The tests of a mutated crate.
#[derive(Debug)]
pub struct Suite {
    folder: PathBuf,
    tests: Vec<Test>,
}

impl Suite {
    /// Runs each test whose name begins with one of some words once, with every mutant off, and sees where it comes. Those
    /// that take too long are left out.
    ///
    /// # Errors
    /// A program cannot be run.
    pub fn survey(
        folder: &Path,
        programs: &[(String, PathBuf)],
        words: &[String],
        longest: Duration,
        scratch: &Path,
    ) -> anyhow::Result<Self> {
        let mut suite = Self { folder: folder.to_owned(), tests: Vec::new() };
        let list = scratch.join("reached");
        for (_, program) in programs {
            for name in names(program, folder)? {
                if !words.is_empty() && !words.iter().any(|word| name.starts_with(word.as_str())) {
                    continue;
                }
                let _ = fs::remove_file(&list);
                let began = Instant::now();
                let mut command = command(program, folder, &[&name]);
                let status = wait(command.env("MUTANTS_REACHED", &list).spawn()?, Duration::from_secs(600))?;
                if !status.is_some_and(|status| status.success()) {
                    eprintln!("left out, since it fails without a mutant: {name}");
                    continue;
                }
                if began.elapsed() > longest {
                    eprintln!("left out, since it takes {:.1} s: {name}", began.elapsed().as_secs_f64());
                    continue;
                }
                let text = fs::read_to_string(&list).unwrap_or_default();
                let reached = text.lines().filter_map(|line| line.parse().ok()).collect();
                suite.tests.push(Test { program: program.clone(), name, took: began.elapsed(), reached });
            }
        }
        suite.tests.sort_by_key(|test| test.took);
        Ok(suite)
    }

    /// How many tests there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tests.len()
    }

    /// How long all of them take, one after the other.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.tests.iter().map(|test| test.took).sum()
    }

    /// Asks the tests that come to a mutant until one of them fails. The quick ones are asked first, some at once.
    ///
    /// # Errors
    /// A program cannot be run.
    pub fn ask(&self, mutant: u32) -> anyhow::Result<Option<Noticed>> {
        let mut programs = BTreeMap::<&Path, Vec<&Test>>::new();
        for test in self.tests.iter().filter(|test| test.reached.contains(&mutant)) {
            programs.entry(&test.program).or_default().push(test);
        }
        for (program, tests) in programs {
            let mut tests = tests.as_slice();
            let mut some = 4;
            while !tests.is_empty() {
                let (now, later) = tests.split_at(some.min(tests.len()));
                if let Some(noticed) = self.run(program, now, mutant)? {
                    return Ok(Some(noticed));
                }
                (tests, some) = (later, some * 4);
            }
        }
        Ok(None)
    }

    fn run(&self, program: &Path, tests: &[&Test], mutant: u32) -> anyhow::Result<Option<Noticed>> {
        let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
        let usual: Duration = tests.iter().map(|test| test.took).sum();
        let mut command = command(program, &self.folder, &names);
        let status = wait(command.env("MUTANT", mutant.to_string()).spawn()?, usual * 5 + PATIENCE)?;
        let first = || names.first().copied().unwrap_or_default().to_owned();
        Ok(match status {
            None => Some(Noticed::Hangs(first())),
            Some(status) if status.success() => None,
            Some(_) => Some(Noticed::Fails(first())),
        })
    }

    /// The mutants that some test comes to.
    #[must_use]
    pub fn reached(&self) -> BTreeSet<u32> {
        self.tests.iter().flat_map(|test| test.reached.iter().copied()).collect()
    }
}

/// How much longer than usual tests may take.
const PATIENCE: Duration = Duration::from_secs(20);

fn command(program: &Path, folder: &Path, names: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg("--exact").args(names).args(["--test-threads", "2"]).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a test that is no question about a mutant.
///
/// # Errors
/// It fails.
pub fn run(program: &Path, folder: &Path, name: &str, environment: &[(&str, &Path)]) -> anyhow::Result<()> {
    let mut command = command(program, folder, &[name]);
    let status = command.envs(environment.iter().copied()).stderr(Stdio::inherit()).status()?;
    ensure!(status.success(), "{name} fails");
    Ok(())
}

/// The names of the tests in a program.
///
/// # Errors
/// It cannot be asked.
pub fn names(program: &Path, folder: &Path) -> anyhow::Result<Vec<String>> {
    let listed = Command::new(program).args(["--list", "--format", "terse"]).current_dir(folder).output();
    let listed = listed.with_context(|| format!("start {}", program.display()))?;
    let text = String::from_utf8(listed.stdout)?;
    Ok(text.lines().filter_map(|line| line.strip_suffix(": test").map(str::to_owned)).collect())
}

/// Waits for a program to end; one that takes too long is ended, and has no status.
fn wait(mut child: Child, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
