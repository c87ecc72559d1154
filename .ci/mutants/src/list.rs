//! The list of mutants, as `cargo mutants --list --json` prints it. It is the only source of what is a mutant: nothing is
//! invented here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// One small change of a program.
#[derive(Debug, Clone, Deserialize)]
pub struct Mutant {
    /// What it is called: place and change.
    pub name: String,
    /// The file, from the root of the tree.
    pub file: String,
    /// The function that it is in; none in a constant.
    pub function: Option<Function>,
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub replacement: String,
    /// What kind of thing is replaced.
    pub genre: Genre,
}

impl Mutant {
    /// What a function returns whose body it replaces.
    #[must_use]
    pub fn returned(&self) -> &str {
        if self.replacement.is_empty() { "()" } else { &self.replacement }
    }
}

/// The function that a mutant is in.
#[derive(Debug, Clone, Deserialize)]
pub struct Function {
    /// With its arrow; empty for nothing.
    pub return_type: String,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Span {
    /// Its first character.
    pub start: Place,
}

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl From<proc_macro2::LineColumn> for Place {
    fn from(at: proc_macro2::LineColumn) -> Self {
        Self { line: at.line, column: at.column + 1 }
    }
}

/// What kind of thing a mutant replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Genre {
    /// The body of a function.
    FnValue,
    /// An operator between two.
    BinaryOperator,
    /// An operator before one.
    UnaryOperator,
    /// An arm of a match, which is taken away.
    MatchArm,
    /// The condition of an arm.
    MatchArmGuard,
    /// A field of a struct, which is left to the rest.
    StructField,
}

/// All mutants. The number of one is its place in the list, from 1.
#[derive(Debug)]
pub struct List(Vec<Mutant>);

impl List {
    /// Reads what `cargo mutants --list --json` printed.
    ///
    /// # Errors
    /// The file cannot be read, or is something else.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("understand {}", path.display()))
    }

    /// Reads the text of a list.
    ///
    /// # Errors
    /// It is something else.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(Self(serde_json::from_str(text)?))
    }

    /// Each with its number.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Mutant)> {
        (1..).zip(&self.0)
    }

    /// One by its number.
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&Mutant> {
        self.0.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// The mutants of each file.
    #[must_use]
    pub fn by_file(&self) -> BTreeMap<&str, Vec<(u32, &Mutant)>> {
        let mut files = BTreeMap::<_, Vec<_>>::new();
        for (number, mutant) in self.all() {
            files.entry(mutant.file.as_str()).or_default().push((number, mutant));
        }
        files
    }
}
