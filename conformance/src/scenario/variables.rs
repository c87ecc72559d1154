//! Variables: what `${name}` stands for in a case, where each value was written, and which names nobody knows.
//!
//! The values are put in by the parser (serde-saphyr's properties), which keeps every place as it is in the file and shows
//! `${name}` in its messages; here those are turned into messages about the value, at the place of the value.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};
use wire::suggest;

use super::head::Cells;
use super::mistake::Mistake;
use super::parse::{document, span};
use super::source::{Loaded, Source};
use crate::diagnostic::Diagnostic;

/// The number of a round of `repeat`.
pub(super) const ROUND: &str = "n";
/// The longest value.
const LONGEST: usize = 4096;
/// What all values together may add to a file.
const LARGEST: usize = 1024 * 1024;

/// What the names of a case stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Variables<'a>(BTreeMap<String, Definition<'a>>);

#[derive(Debug, Clone)]
struct Definition<'a> {
    value: String,
    source: &'a Source,
    location: Location,
}

impl<'a> Variables<'a> {
    /// The variables of files in the order in which they apply, the last one's row of values last.
    pub(super) fn of(files: &'a [Loaded], row: Option<&'a Cells>) -> Self {
        let mut all = Self::default();
        for file in files {
            all.define(&file.source, &file.head.vars);
        }
        if let (Some(row), Some(file)) = (row, files.last()) {
            all.define(&file.source, row);
        }
        all
    }

    fn define(&mut self, source: &'a Source, cells: &Cells) {
        for (name, value) in &cells.0 {
            let definition = Definition { value: value.value.clone(), source, location: value.referenced };
            self.0.insert(name.value.clone(), definition);
        }
    }

    /// What the parser puts in, in the round of that number.
    pub(super) fn properties(&self, round: u32) -> HashMap<String, String> {
        let mut all: HashMap<_, _> = self.0.iter().map(|(name, one)| (name.clone(), one.value.clone())).collect();
        all.insert(ROUND.to_owned(), round.to_string());
        all
    }

    /// Whether nothing of it is in the file's own hands: what its references come to is bounded.
    pub(super) fn size(&self, references: &[Reference]) -> usize {
        references.iter().filter_map(|one| self.0.get(&one.name)).map(|one| one.value.len()).sum()
    }

    /// A mistake about a value is told where the value was written; then it is also said whether it was moved there.
    pub(super) fn at_its_source(&self, diagnostic: Diagnostic) -> (Diagnostic, bool) {
        let Some((name, definition)) = self.blamed(&diagnostic) else { return (diagnostic, false) };
        let Diagnostic { path, line, message, help, .. } = diagnostic;
        let message = format!("{message} (as `${{{name}}}` in {path}, line {line})");
        (Mistake { location: definition.location, message, help }.in_file(definition.source), true)
    }

    /// The variable at the place of a mistake; or behind it in its line, when the message tells its value.
    fn blamed(&self, diagnostic: &Diagnostic) -> Option<(&str, &Definition<'a>)> {
        let at = |range: std::ops::Range<usize>| diagnostic.source.get(range).unwrap_or_default();
        let known = |text: &str, is_it: &dyn Fn(&Definition<'a>) -> bool| {
            let mut names = names_in(text).into_iter().flatten();
            names.find_map(|name| self.0.get_key_value(name).filter(|(_, one)| is_it(one)))
        };
        let behind = at(diagnostic.span.start..diagnostic.source.len()).lines().next().unwrap_or_default();
        let is_told = |one: &Definition<'_>| diagnostic.message.contains(&format!("\"{}\"", one.value));
        let found = known(at(diagnostic.span.clone()), &|_| true).or_else(|| known(behind, &is_told));
        found.map(|(name, one)| (name.as_str(), one))
    }

    /// A message of the parser with the values that it left out.
    pub(super) fn put_in(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, one) in &self.0 {
            text = text.replace(&format!("${{{name}}}"), &one.value);
        }
        text
    }

    /// Whether all that a part refers to is known without whoever includes it.
    pub(super) fn defines(&self, references: &[Reference]) -> bool {
        let is_known = |one: &Reference| one.name == ROUND || self.0.contains_key(&one.name);
        references.iter().all(|one| one.fault.is_none() && is_known(one))
    }

    fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// A name that a text refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) name: String,
    location: Location,
    /// Whether it stands below `repeat`.
    repeated: bool,
    /// Why it is none.
    fault: Option<&'static str>,
}

/// All references in a file, those where nothing is put in left out.
pub(super) fn references(source: &Source) -> Result<Vec<Reference>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    if source.text.contains('$') {
        let tree: Node = document(&source.path, &source.text, "")?;
        if let Node::Map(entries) = tree {
            for (_, node) in entries.iter().filter(|(key, _)| !["vars", "table", "include"].contains(&key.as_str())) {
                node.value.search(node.referenced, false, &mut found);
            }
        }
    }
    Ok(found)
}

/// What is wrong with a file's variables and with what refers to them. `rows` are all that its table defines.
pub(super) fn check(
    source: &Source,
    head: &super::head::Head,
    references: &[Reference],
    all: &Variables<'_>,
) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    for reference in references {
        let name = reference.name.as_str();
        let mistake = if let Some(fault) = reference.fault {
            Some((fault.to_owned(), "write `${name}`; for the sign itself write `$$`".to_owned()))
        } else if name == ROUND && !all.0.contains_key(ROUND) {
            let help = "it counts the rounds of `repeat`, and means nothing outside".to_owned();
            (!reference.repeated).then(|| ("`${n}` stands outside `repeat`".to_owned(), help))
        } else if all.0.contains_key(name) {
            None
        } else {
            let help = match suggest::nearest(name, all.names()) {
                Some(near) => format!("did you mean `${{{near}}}`?"),
                None => {
                    let known: Vec<_> = all.names().into_iter().take(10).map(|known| format!("`{known}`")).collect();
                    let known =
                        if known.is_empty() { String::new() } else { format!("; known are {}", known.join(", ")) };
                    format!("add `vars: {{{name}: …}}`, or a column of that name{known}")
                }
            };
            Some((format!("unknown variable `{name}`"), help))
        };
        mistakes.extend(
            mistake.map(|(message, help)| Mistake { location: reference.location, message, help }.in_file(source)),
        );
    }
    let rows = head.table.iter().flat_map(|table| &table.rows).map(|row| &row.value);
    for (name, value) in rows.chain([&head.vars]).flat_map(|cells| &cells.0) {
        let wrong = |location, message: String, help: &str| {
            Mistake { location, message, help: help.to_owned() }.in_file(source)
        };
        if !is_name(&name.value) {
            let message = format!("`{}` is no name of a variable", name.value);
            mistakes.push(wrong(name.referenced, message, "use letters, digits and _, and begin with a letter"));
        } else if name.value == ROUND {
            let message = "`n` counts the rounds of `repeat`".to_owned();
            mistakes.push(wrong(name.referenced, message, "choose another name"));
        } else if value.value.contains("${") {
            let message = "a value cannot refer to another variable".to_owned();
            mistakes.push(wrong(value.referenced, message, "write both where they are used: `${a} ${b}`"));
        } else if value.value.len() > LONGEST {
            let message = format!("the value is longer than {LONGEST} bytes");
            mistakes.push(wrong(value.referenced, message, "write it where it is used"));
        }
    }
    if mistakes.is_empty() && all.size(references) > LARGEST {
        let message = "with its variables put in, the file is larger than 1 MiB".to_owned();
        mistakes.push(Diagnostic::new(&source.path, &source.text, 0..0, message, "use shorter values".to_owned()));
    }
    // A cell that is wrong in every row is told once.
    mistakes.dedup_by(|a, b| a.span == b.span && a.message == b.message);
    mistakes
}

/// A name that a file defines and nothing uses: a slip of the finger, most likely.
pub(super) fn unused(files: &[Loaded], used: &[Reference], naming: Option<&str>) -> Vec<Diagnostic> {
    let Some(file) = files.last() else { return Vec::new() };
    let first = file.head.table.as_ref().and_then(|table| table.rows.first()).map(|row| &row.value);
    let own = first.into_iter().chain([&file.head.vars]).flat_map(|cells| &cells.0);
    let idle =
        own.filter(|(name, _)| Some(name.value.as_str()) != naming && !used.iter().any(|r| r.name == name.value));
    idle.map(|(name, _)| {
        let message = format!("nothing uses the variable `{}`", name.value);
        let help = format!("write `${{{}}}` where it belongs, or take it out", name.value);
        Diagnostic::new(&file.source.path, &file.source.text, span(&file.source.text, name.referenced), message, help)
    })
    .collect()
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The names in a text, or why something in it is none.
fn names_in(text: &str) -> Vec<Result<&str, &'static str>> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let Some((name, after)) = after.split_once('}') else {
                names.push(Err("`${` is not closed"));
                return names;
            };
            names.push(if is_name(name) { Ok(name) } else { Err("what stands in `${…}` is no name") });
            rest = after;
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            names.push(Err("a `$` without braces"));
        }
    }
    names
}

/// A document as a tree, for looking through all its texts.
enum Node {
    Text(String),
    List(Vec<Spanned<Self>>),
    Map(Vec<(String, Spanned<Self>)>),
    Other,
}

impl Node {
    /// Adds what the texts below refer to.
    fn search(&self, location: Location, repeated: bool, found: &mut Vec<Reference>) {
        match self {
            Self::Text(text) => found.extend(names_in(text).into_iter().map(|name| {
                let (name, fault) = (name.unwrap_or_default().to_owned(), name.err());
                Reference { name, location, repeated, fault }
            })),
            Self::List(nodes) => {
                nodes.iter().for_each(|node| node.value.search(node.referenced, repeated, found));
            }
            Self::Map(entries) => {
                for (key, node) in entries {
                    node.value.search(node.referenced, repeated || key == "repeat", found);
                }
            }
            Self::Other => {}
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }
            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(if text.contains('$') { Node::Text(text.to_owned()) } else { Node::Other })
            }
            fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
                Ok(Node::Other)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Other)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
                Ok(Node::Other)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Other)
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Other)
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Node, S::Error> {
                let mut nodes = Vec::new();
                while let Some(node) = sequence.next_element()? {
                    nodes.push(node);
                }
                Ok(Node::List(nodes))
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Node, M::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Node::Map(entries))
            }
        }
        deserializer.deserialize_any(Any)
    }
}
