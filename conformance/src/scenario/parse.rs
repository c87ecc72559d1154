//! YAML to scenario. The serde-saphyr crate's parser is used here only.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{Error, Location, PropertySyntax};
use wire::suggest;

use super::expand::{Contents, expand};
use super::model::Scenario;
use super::source::{NoShelf, Source};
use super::variables::Variables;
use crate::diagnostic::Diagnostic;
use crate::read::TEXT;

/// How an empty scenario file should begin.
pub(super) const BEGIN: &str = "begin with `title: …`, `roles: [edc]` and `steps:`; docs/scenarios.md shows how";

/// Parses and checks a scenario in one text that includes nothing and has no table. `path` is for messages.
///
/// # Errors
/// Everything that is wrong, in the order of the file; a file that is no YAML has one mistake.
pub fn parse(path: &str, text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let one = |message: &str| {
        let help = "write one scenario here".to_owned();
        vec![Diagnostic::new(path, text, 0..0, message.to_owned(), help)]
    };
    match expand(Source::new(path, text), &NoShelf)? {
        Contents::Cases(rows) if rows.len() == 1 => {
            rows.into_iter().next().map(|row| row.scenario).ok_or_else(|| one("no case"))
        }
        Contents::Cases(_) => Err(one("a table makes several cases of it")),
        Contents::Part => Err(one("it is a part for others to include")),
    }
}

/// The refusal of a file that is too large, without its text: to show a place in it would cost more than to read it.
pub(crate) fn too_large(path: &str) -> Diagnostic {
    let help = "split it: a scenario tells one story".to_owned();
    Diagnostic::new(path, "", 0..0, "the file is larger than 1 MiB".to_owned(), help)
}

/// Parses a YAML file of any kind. `begin` says what an empty one should begin with.
///
/// # Errors
/// The first mistake in it.
pub(crate) fn document<T: DeserializeOwned>(path: &str, text: &str, begin: &str) -> Result<T, Vec<Diagnostic>> {
    let one = |span, message: &str, help: &str| {
        Err(vec![Diagnostic::new(path, text, span, message.to_owned(), help.to_owned())])
    };
    if text.len() > TEXT {
        return Err(vec![too_large(path)]);
    }
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return one(0..0, "the file is empty", begin);
    }
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| vec![explain(path, text, &error, &Variables::default())])
}

/// Parses a file of a case with what its variables stand for, in the round of that number.
pub(super) fn with_variables<T: DeserializeOwned>(
    source: &Source,
    variables: &Variables<'_>,
    round: u32,
) -> Result<T, Vec<Diagnostic>> {
    // `$${name}` and quoted texts are read as in a compose file; a name that nobody knows was told before.
    let options = serde_saphyr::options! {
        with_snippet: false, strict_booleans: true, property_syntax: PropertySyntax::DockerCompose
    };
    let options = options.with_properties(variables.properties(round));
    serde_saphyr::from_str_with_options(&source.text, options)
        .map_err(|error| vec![explain(&source.path, &source.text, &error, variables)])
}

/// The bytes of a place. What has no place is shown at the top.
pub(super) fn span(text: &str, location: Location) -> Range<usize> {
    let line = usize::try_from(location.line()).unwrap_or(0);
    if line == 0 {
        return 0..0;
    }
    let to = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok());
    let start = to(location.span().byte_offset()).unwrap_or_else(|| {
        let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let column = usize::try_from(location.column()).unwrap_or(1).max(1);
        let within: usize = text.get(before..).unwrap_or_default().chars().take(column - 1).map(char::len_utf8).sum();
        before + within
    });
    let rest = text.get(start..).unwrap_or_default();
    // A location may cover a whole block; the word it begins with is enough to point at.
    let word = rest.find(|c: char| c.is_whitespace() || ":,{}[]".contains(c)).unwrap_or(rest.len());
    let len = to(location.span().byte_len())
        .filter(|len| *len > 0 && *len < 80 && !rest.get(..*len).unwrap_or("\n").contains('\n'));
    start..start + len.unwrap_or(word)
}

fn explain(path: &str, text: &str, error: &Error, variables: &Variables<'_>) -> Diagnostic {
    let error = error.without_snippet();
    let place = error.location().map_or(0..0, |location| span(text, location));
    let (message, help) = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown key `{field}`"), suggest::help(field, expected))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            let variant = &variables.put_in(variant);
            // Two words where one belongs: the next line was read as part of this one.
            let help = if variant.contains(' ') { indentation_help(text, &place) } else { None };
            (format!("unknown word `{variant}`"), help.unwrap_or_else(|| suggest::help(variant, expected)))
        }
        Error::SerdeMissingField { field, .. } => {
            let help = displaced(text, &place, field).unwrap_or_else(|| format!("add `{field}: …`"));
            (format!("the key `{field}` is missing here"), help)
        }
        Error::SerdeInvalidType { unexpected, expected, .. } => {
            let help = indentation_help(text, &place).unwrap_or_else(|| format!("write {expected} here"));
            (format!("expected {expected}, found {unexpected}"), help)
        }
        Error::DuplicateMappingKey { .. } => ("this key is there twice".to_owned(), "remove one of them".to_owned()),
        other => match in_our_words(other, text, &place) {
            Some((message, help)) => (message.to_owned(), help),
            None => other_mistake(text, &place, &variables.put_in(&other.to_string())),
        },
    };
    let place = quoted(text, &place, &message).unwrap_or(place);
    Diagnostic::new(path, text, place, message, help)
}

/// What the parser tells in words for programmers.
fn in_our_words(error: &Error, text: &str, place: &Range<usize>) -> Option<(&'static str, String)> {
    let (message, help) = match error {
        Error::MultipleDocuments { .. } => {
            ("a second document begins here", "write one a file: take the line `---` out, or make two files of it")
        }
        Error::InvalidScalar { ty, .. } if ty.starts_with(['u', 'i']) => {
            ("expected a whole number here, 0 or more", "write digits only, such as `3`")
        }
        Error::InvalidScalar { ty, .. } if ty.starts_with('f') => {
            ("expected a number here", "write digits, such as `0.5`")
        }
        Error::InvalidBooleanStrict { .. } => ("expected true or false here", "write `true` or `false`"),
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => {
            ("a second key in one entry of the list", "begin it with a dash of its own: `- settle: {within: 3m}`")
        }
        Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. } => {
            ("expected a word here, or a key with its value", "such as `settle: {within: 3m}`")
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            ("brackets stand in each other too deep here", "no file needs more than a few levels")
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasReplayCounterOverflow { .. } => TOO_MANY_ALIASES,
        Error::AliasError { error, .. } => return in_our_words(error, text, place),
        Error::UnknownAnchor { .. } => {
            ("no anchor of that name stands before this", "write `&name` at what `*name` is to repeat, or use `vars`")
        }
        Error::Unexpected { expected: "string scalar", .. } => {
            ("expected a text here", "put it in quotes when it has brackets, braces, `:` or `#` in it")
        }
        Error::Unexpected { expected: "sequence start", .. } => {
            let word = text.get(place.clone()).filter(|word| !word.is_empty() && !word.contains(['{', '"']))?;
            return Some(("expected a list here", format!("write `[{word}]`")));
        }
        _ => return None,
    };
    Some((message, help.to_owned()))
}

const TOO_MANY_ALIASES: (&str, &str) =
    ("with its aliases put in, the file is too large", "write it out, or use `vars` and `repeat`");

/// The value that a message quotes, where it stands behind the place: nearer to the mistake than what it is a part of.
fn quoted(text: &str, place: &Range<usize>, message: &str) -> Option<Range<usize>> {
    let value = message.strip_prefix("read money: \"")?.split('"').next().filter(|value| !value.is_empty())?;
    let line = text.get(place.start..)?.lines().next()?;
    let at = line.find(value).filter(|_| line.starts_with('{'))?;
    let (start, end) = (place.start + at, place.start + at + value.len());
    let is_quoted = text.get(..start)?.ends_with('"') && text.get(end..)?.starts_with('"');
    Some(if is_quoted { start - 1..end + 1 } else { start..end })
}

/// Messages of our own types' parsers, and YAML that is none.
fn other_mistake(text: &str, place: &Range<usize>, raw: &str) -> (String, String) {
    let message = raw.split(" at line ").next().unwrap_or(raw).lines().next().unwrap_or(raw).trim().to_owned();
    if message.contains("read duration") {
        return (message, "write a number and a unit, such as `5s`".to_owned());
    }
    if message.contains("read money") {
        return (message, "write an amount such as `{currency: KRW, value: \"10400\"}`, in minor units".to_owned());
    }
    if message.contains("read hex") {
        return (message, "write pairs of hex digits, such as `02 00 ff`".to_owned());
    }
    if message.starts_with("mapping values are not allowed") {
        return ("a key where none can be".to_owned(), "put a text that has `: ` in it into quotes".to_owned());
    }
    // Our own types say after a semicolon what to do.
    if let Some((message, help)) = message.split_once("; ") {
        return (message.to_owned(), help.to_owned());
    }
    if is_unquoted(text, place) {
        let help = "between { and }, and between [ and ], put it in quotes: \"${name}\"".to_owned();
        return ("a variable must be quoted here".to_owned(), help);
    }
    let message =
        message.replace("expected mapping start", "expected keys with their values here, such as `key: value`");
    let message =
        message.replace("expected sequence start", "expected a list here, such as `[…]` or lines that begin with `- `");
    let help = indentation_help(text, place)
        .unwrap_or_else(|| "look at the quotes, brackets and colons of this line and the one before".to_owned());
    (message, help)
}

/// Whether `${` stands without quotes in a line of braces or brackets: to YAML, the brace opens a mapping.
fn is_unquoted(text: &str, place: &Range<usize>) -> bool {
    let line = text.lines().nth(number_at(text, place.start) - 1).unwrap_or_default();
    let quotes = |before: &str, quote| before.matches(quote).count() % 2 == 1;
    line.match_indices("${").any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        before.contains(['{', '[']) && !quotes(before, '"') && !quotes(before, '\'')
    })
}

/// A line of the file, with its number and the column where it begins.
struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

/// The lines that say something.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let all = text.lines().enumerate().map(|(index, line)| Line {
        number: index + 1,
        indent: line.len() - line.trim_start().len(),
        text: line.trim(),
    });
    all.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

fn number_at(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// A key that is said to be missing but stands near, at another depth.
fn displaced(text: &str, place: &Range<usize>, field: &str) -> Option<String> {
    let number = number_at(text, place.start);
    let here = lines(text).find(|line| line.number == number)?;
    let is_field =
        |line: &Line<'_>| line.text.strip_prefix(field).is_some_and(|rest| rest.trim_start().starts_with(':'));
    let there =
        lines(text).find(|line| line.number.abs_diff(number) < 12 && line.indent != here.indent && is_field(line))?;
    Some(format!(
        "`{field}:` stands in line {}, but its indentation is another: it begins at column {}, and line {} at column {}",
        there.number,
        there.indent + 1,
        here.number,
        here.indent + 1
    ))
}

/// The commonest YAML mistake: a line that stands deeper or shallower than its neighbours.
fn indentation_help(text: &str, place: &Range<usize>) -> Option<String> {
    let number = number_at(text, place.start);
    let here = lines(text).find(|line| line.number == number)?;
    let raw = text.lines().nth(number - 1)?;
    if raw.contains('\t') || text.lines().nth(number).is_some_and(|next| next.starts_with('\t')) {
        return Some("indent with blanks, not tabs".to_owned());
    }
    // Where the key itself begins, behind the dashes of a list.
    let key = here.indent + (here.text.len() - here.text.trim_start_matches(['-', ' ']).len());
    let next = lines(text).find(|line| line.number > number);
    if let Some(next) = next.filter(|_| here.text.ends_with(':'))
        && next.indent <= key
    {
        let word = here.text.trim_start_matches(['-', ' ']);
        return Some(format!(
            "look at the indentation: what belongs to `{word}` must stand deeper than column {}, but line {} begins at column {}",
            key + 1,
            next.number,
            next.indent + 1
        ));
    }
    let deeper =
        lines(text).find(|line| line.number > number).filter(|next| !here.text.ends_with(':') && next.indent > key);
    if let Some(next) = deeper {
        return Some(format!(
            "look at the indentation: line {} begins at column {}, deeper than line {number}",
            next.number,
            next.indent + 1
        ));
    }
    let before = lines(text).take_while(|line| line.number < number).last()?;
    (here.text.contains(':') && here.indent != before.indent && !before.text.ends_with(':')).then(|| {
        format!(
            "look at the indentation: this line begins at column {}, the one before at column {}",
            here.indent + 1,
            before.indent + 1
        )
    })
}
