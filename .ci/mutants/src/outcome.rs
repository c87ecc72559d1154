//! What became of each mutant.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::list::List;
use crate::suite::Noticed;

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The compiler does not take it.
    Refused,
    /// No switch can express it.
    NotTried,
    /// Somebody says that something is wrong.
    Noticed(Noticed),
    /// Nobody does.
    Survived,
}

/// What became of all mutants of a list. One of which nothing is known was not asked about yet.
#[derive(Debug)]
pub struct Outcome(BTreeMap<u32, Option<Fate>>);

impl Outcome {
    /// Nothing is known.
    #[must_use]
    pub fn new(list: &List) -> Self {
        Self(list.all().map(|(number, _)| (number, None)).collect())
    }

    /// What is known first stays.
    pub fn set(&mut self, number: u32, fate: Fate) {
        self.0.entry(number).or_default().get_or_insert(fate);
    }

    /// Whether nothing is known of a mutant.
    #[must_use]
    pub fn is_open(&self, number: u32) -> bool {
        self.0.get(&number).is_none_or(Option::is_none)
    }

    /// Takes over what was noticed in an earlier run.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn resume(&mut self, path: &Path) -> anyhow::Result<()> {
        for line in fs::read_to_string(path)?.lines() {
            let columns: Vec<_> = line.split('\t').collect();
            let [word, number, _, who] = columns.as_slice() else { continue };
            let fate = match *word {
                "noticed" => Noticed::Fails((*who).to_owned()),
                "hangs" => Noticed::Hangs((*who).to_owned()),
                _ => continue,
            };
            self.set(number.parse()?, Fate::Noticed(fate));
        }
        Ok(())
    }

    /// Writes a line for each mutant: its fate, its number, its name, and who noticed it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, list: &List, path: &Path) -> anyhow::Result<()> {
        let mut text = String::new();
        for (number, fate) in &self.0 {
            let name = list.get(*number).map(|mutant| mutant.name.as_str()).unwrap_or_default();
            let (word, who) = words(fate.as_ref());
            let _ = writeln!(text, "{word}\t{number}\t{name}\t{who}");
        }
        Ok(fs::write(path, text)?)
    }

    /// How many met which fate: a row for each file, and one for all.
    #[must_use]
    pub fn summary(&self, list: &List) -> String {
        let mut rows = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
        for (number, fate) in &self.0 {
            let file = list.get(*number).map(|mutant| mutant.file.as_str()).unwrap_or_default();
            let (word, _) = words(fate.as_ref());
            for row in [file, "all"] {
                *rows.entry(row).or_default().entry(word).or_default() += 1;
            }
        }
        let mut text = format!("{}\tmutants\n", WORDS.join("\t"));
        for (row, counts) in rows {
            let shown: Vec<_> = WORDS.iter().map(|word| counts.get(word).unwrap_or(&0).to_string()).collect();
            let _ = writeln!(text, "{}\t{}\t{row}", shown.join("\t"), counts.values().sum::<usize>());
        }
        text
    }
}

const WORDS: [&str; 6] = ["refused", "not tried", "noticed", "hangs", "survived", "open"];

fn words(fate: Option<&Fate>) -> (&'static str, &str) {
    match fate {
        Some(Fate::Refused) => ("refused", ""),
        Some(Fate::NotTried) => ("not tried", ""),
        Some(Fate::Noticed(Noticed::Fails(who))) => ("noticed", who),
        Some(Fate::Noticed(Noticed::Hangs(who))) => ("hangs", who),
        Some(Fate::Survived) => ("survived", ""),
        None => ("open", ""),
    }
}
