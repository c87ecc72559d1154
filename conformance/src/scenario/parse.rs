//! YAML to scenario. The serde-saphyr crate's parser is used here only.

use serde_saphyr::{Error, Location};

use super::check;
use super::model::Scenario;
use crate::diagnostic::Diagnostic;
use crate::suggest;

/// The largest file that is read.
const LARGEST: usize = 1024 * 1024;

/// Parses and checks a scenario file. `path` is for messages.
///
/// # Errors
/// Everything that is wrong, in the order of the file; a file that is no YAML has one mistake.
pub fn parse(path: &str, text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let one = |span, message: &str, help: &str| {
        Err(vec![Diagnostic::new(path, text, span, message.to_owned(), help.to_owned())])
    };
    if text.len() > LARGEST {
        return one(0..0, "the file is larger than 1 MiB", "split it: a scenario tells one story");
    }
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return one(
            0..0,
            "the file is empty",
            "begin with `title: …`, `roles: [edc]` and `steps:`; docs/scenarios.md shows how",
        );
    }
    let options = serde_saphyr::options! { with_snippet: false };
    let scenario: Scenario =
        serde_saphyr::from_str_with_options(text, options).map_err(|error| vec![explain(path, text, &error)])?;
    let mistakes = check::check(path, text, &scenario);
    if mistakes.is_empty() { Ok(scenario) } else { Err(mistakes) }
}

/// The bytes of a place. What has no place is shown at the top.
pub(super) fn span(text: &str, location: Location) -> std::ops::Range<usize> {
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

fn explain(path: &str, text: &str, error: &Error) -> Diagnostic {
    let error = error.without_snippet();
    let place = error.location().map_or(0..0, |location| span(text, location));
    let (message, help) = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            (format!("unknown key `{field}`"), suggest::help(field, expected))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            (format!("unknown word `{variant}`"), suggest::help(variant, expected))
        }
        Error::SerdeMissingField { field, .. } => {
            (format!("the key `{field}` is missing here"), format!("add `{field}: …`"))
        }
        Error::SerdeInvalidType { unexpected, expected, .. } => (
            format!("expected {expected}, found {unexpected}"),
            indentation_help(text, &place).unwrap_or_else(|| format!("write {expected} here")),
        ),
        Error::DuplicateMappingKey { .. } => ("this key is there twice".to_owned(), "remove one of them".to_owned()),
        other => other_mistake(text, &place, &other.to_string()),
    };
    Diagnostic::new(path, text, place, message, help)
}

/// Messages of our own types' parsers, and YAML that is none.
fn other_mistake(text: &str, place: &std::ops::Range<usize>, raw: &str) -> (String, String) {
    let message = raw.split(" at line ").next().unwrap_or(raw).lines().next().unwrap_or(raw).trim().to_owned();
    if let Some(code) = message.split("unknown result code `").nth(1).and_then(|rest| rest.split('`').next()) {
        let known: Vec<_> =
            [wire::antom::PAY, wire::antom::INQUIRY_PAYMENT, wire::antom::BATCH_PAY, wire::antom::PAYMENT_RESULT_CODE]
                .into_iter()
                .flatten()
                .map(|line| line.code)
                .collect();
        let help = match suggest::nearest(code, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "fixtures/result-codes.json lists the documented codes".to_owned(),
        };
        return (format!("unknown result code `{code}`"), help);
    }
    if message.contains("read duration") {
        return (message, "write a number and a unit, such as `5s`".to_owned());
    }
    if message.contains("read money") {
        return (message, "write an amount such as `{currency: KRW, value: \"10400\"}`, in minor units".to_owned());
    }
    let help = indentation_help(text, place)
        .unwrap_or_else(|| "look at the quotes, brackets and colons of this line and the one before".to_owned());
    (message, help)
}

/// A key that stands deeper or shallower than its neighbours: the commonest YAML mistake.
fn indentation_help(text: &str, place: &std::ops::Range<usize>) -> Option<String> {
    let line_start = text.get(..place.start)?.rfind('\n').map_or(0, |at| at + 1);
    let here = text.get(line_start..)?.lines().next()?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let before = text
        .get(..line_start)?
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
    let is_key = here.trim_start().split_once(':').is_some();
    if here.contains('\t') {
        return Some("indent with blanks, not tabs".to_owned());
    }
    (is_key && indent(here) != indent(before)).then(|| {
        format!(
            "look at the indentation: this line begins at column {}, the one before at column {}",
            indent(here) + 1,
            indent(before) + 1
        )
    })
}
