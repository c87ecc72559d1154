//! Where files come from, and what a file includes: in order, no circles, bounded, nowhere outside its folder.

use std::sync::Arc;

use serde_saphyr::Spanned;
use wire::suggest;

use super::head::Head;
use super::mistake::Mistake;
use super::parse::{BEGIN, document, span};
use crate::diagnostic::Diagnostic;

/// How deep files may include others.
const DEPTH: usize = 8;
/// How many files a scenario may be made of.
const FILES: usize = 32;

/// A file's text and names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As it is named in messages.
    pub path: String,
    /// What tells it from every other file.
    pub key: String,
    /// All of it.
    pub text: Arc<str>,
}

impl Source {
    /// A file whose name is also its key.
    #[must_use]
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), key: path.to_owned(), text: text.into() }
    }
}

/// Where included files are found.
pub trait Shelf {
    /// The file that another one names.
    ///
    /// # Errors
    /// Why it is not to be had.
    fn find(&self, from: &Source, name: &str) -> Result<Source, Missing>;
}

/// Why an included file is not to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is wrong.
    pub message: String,
    /// The names that would have been right.
    pub known: Vec<String>,
}

/// Nothing can be included.
#[derive(Debug, Clone, Copy)]
pub struct NoShelf;

impl Shelf for NoShelf {
    fn find(&self, _: &Source, _: &str) -> Result<Source, Missing> {
        Err(Missing { message: "nothing can be included here".to_owned(), known: Vec::new() })
    }
}

/// A file with its head.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) source: Source,
    pub(super) head: Head,
}

/// Reads a file's head.
pub(super) fn load(source: Source) -> Result<Loaded, Vec<Diagnostic>> {
    let head = document(&source.path, &source.text, BEGIN)?;
    Ok(Loaded { source, head })
}

/// A file after all that it includes, each once, in the order in which they apply.
pub(super) fn with_includes(file: Loaded, shelf: &dyn Shelf) -> Result<Vec<Loaded>, Vec<Diagnostic>> {
    let mut collected = Vec::new();
    collect(file, shelf, &mut Vec::new(), &mut collected)?;
    Ok(collected)
}

fn collect(
    file: Loaded,
    shelf: &dyn Shelf,
    above: &mut Vec<String>,
    collected: &mut Vec<Loaded>,
) -> Result<(), Vec<Diagnostic>> {
    above.push(file.source.key.clone());
    for name in &file.head.include {
        let found = found(&file.source, name, shelf, above, collected.len())?;
        if collected.iter().any(|other| other.source.key == found.key) {
            continue;
        }
        let part = load(found)?;
        if part.head.part.is_none() {
            let place = span(&file.source.text, name.referenced);
            let message = format!("{} is no part, but a scenario of its own", part.source.path);
            let help = "begin it with `part: …` instead of title and roles".to_owned();
            return Err(vec![Diagnostic::new(&file.source.path, &file.source.text, place, message, help)]);
        }
        collect(part, shelf, above, collected)?;
    }
    above.pop();
    collected.push(file);
    Ok(())
}

fn found(
    from: &Source,
    name: &Spanned<String>,
    shelf: &dyn Shelf,
    above: &[String],
    files: usize,
) -> Result<Source, Vec<Diagnostic>> {
    let wrong =
        |message: String, help: String| vec![Mistake { location: name.referenced, message, help }.in_file(from)];
    if above.len() > DEPTH || files + above.len() >= FILES {
        let help = format!("include at most {FILES} files, one within the other at most {DEPTH} deep");
        return Err(wrong("too many files are included".to_owned(), help));
    }
    let found = shelf.find(from, &name.value).map_err(|missing| {
        let known: Vec<_> = missing.known.iter().map(String::as_str).collect();
        let help = match suggest::nearest(&name.value, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write a path from this file's folder, such as `../common/korean-till.yaml`".to_owned(),
        };
        wrong(missing.message, help)
    })?;
    if above.contains(&found.key) {
        let message = format!("{} includes itself, by way of this file", found.path);
        return Err(wrong(message, "take one of the includes out".to_owned()));
    }
    Ok(found)
}
