//! The way back: a scenario as YAML, in the manner of those that people write. Reading what is written gives the same
//! scenario; what only says a default is left out.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::file::ScenarioFile;
use super::model::Scenario;

/// What is laid out over several lines; everything below stands between braces and brackets.
const BLOCKS: &[&str] = &["given", "given.terminal", "given.antom"];

/// A scenario as a file, ready to be read again.
#[must_use]
pub fn write(scenario: &Scenario) -> String {
    text(&terse(to_value(scenario)))
}

/// A scenario's file as a value: what is written down, and what can be made smaller.
#[must_use]
pub fn to_value(scenario: &Scenario) -> Value {
    // Every part of a scenario has string keys and no fallible serialiser.
    serde_json::to_value(scenario).unwrap_or_default()
}

/// The scenario that a file's value stands for. Only its form is looked at: `parse` checks the rest.
///
/// # Errors
/// It is no scenario.
pub fn from_value(value: Value) -> Result<Scenario, String> {
    let file: ScenarioFile = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let ScenarioFile { title, roles, covers, given, steps, expect, .. } = file;
    Ok(Scenario { title, roles, covers, given, steps, expect })
}

/// The same without what makes no difference.
#[must_use]
pub fn terse(mut value: Value) -> Value {
    // What an entry of a list means does not depend on the others, and by itself it is read sooner.
    for list in LISTS {
        let items = value.pointer_mut(list).and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
        let alone = |item: Value| {
            let mut file = json!({"title": "", "roles": [], "steps": []});
            put(&mut file, list, vec![item].into());
            without_defaults(file)
                .pointer_mut(list)
                .and_then(|items| items.get_mut(0))
                .map(Value::take)
                .unwrap_or_default()
        };
        let items: Vec<Value> = items.into_iter().map(alone).collect();
        if !items.is_empty() {
            put(&mut value, list, items.into());
        }
    }
    without_defaults(value)
}

/// Where the lists of a file are.
const LISTS: &[&str] = &[
    "/steps",
    "/expect",
    "/given/terminal/cardholder",
    "/given/terminal/host",
    "/given/terminal/answers",
    "/given/terminal/faults",
    "/given/antom/answers",
    "/given/antom/buyer",
    "/given/antom/refunds",
    "/given/antom/captures",
    "/given/antom/faults",
];

/// Puts a value in its place; what it stands in is made.
fn put(file: &mut Value, pointer: &str, value: Value) {
    let mut place = file;
    for key in pointer.split('/').skip(1) {
        place = &mut place[key];
    }
    *place = value;
}

/// Takes out every key whose absence means the same. Those within lists of several entries have been looked at.
fn without_defaults(mut value: Value) -> Value {
    let Ok(meaning) = from_value(value.clone()).map(|scenario| to_value(&scenario)) else { return value };
    // What is outermost goes first, and everything in it with it.
    let mut all = Vec::new();
    paths(&value, &mut String::new(), &mut all);
    for path in all {
        let mut less = value.clone();
        if remove(&mut less, &path) && from_value(less.clone()).is_ok_and(|scenario| to_value(&scenario) == meaning) {
            value = less;
        }
    }
    value
}

/// A file's value as YAML.
#[must_use]
pub fn text(value: &Value) -> String {
    let mut text = String::new();
    block(value, "", &mut text);
    text
}

/// Every key of every mapping, as a JSON pointer, but for those in the file's own lists when they
/// have several entries.
fn paths(value: &Value, at: &mut String, all: &mut Vec<String>) {
    let before = at.len();
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) if items.len() < 2 || !LISTS.contains(&at.as_str()) => {
            items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => return,
    };
    for (key, child) in children {
        let _ = write!(at, "/{}", key.replace('~', "~0").replace('/', "~1"));
        if value.is_object() {
            all.push(at.clone());
        }
        paths(child, at, all);
        at.truncate(before);
    }
}

/// Takes a key out; whether it was there.
fn remove(value: &mut Value, path: &str) -> bool {
    let Some((parent, key)) = path.rsplit_once('/') else { return false };
    let key = key.replace("~1", "/").replace("~0", "~");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut);
    parent.is_some_and(|fields| fields.shift_remove(&key).is_some())
}

fn block(value: &Value, at: &str, text: &mut String) {
    let Some(fields) = value.as_object() else { return };
    let indent = "  ".repeat(at.matches('.').count() + usize::from(!at.is_empty()));
    for (key, value) in fields {
        let below = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let _ = match value {
            Value::Object(_) if BLOCKS.contains(&below.as_str()) => {
                let _ = writeln!(text, "{indent}{key}:");
                block(value, &below, text);
                continue;
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let lines = items.iter().map(|item| format!("{indent}  - {}\n", line(item)));
                writeln!(text, "{indent}{key}:").and_then(|()| text.write_str(&lines.collect::<String>()))
            }
            other => writeln!(text, "{indent}{key}: {}", flow(other)),
        };
    }
}

/// An entry of a list: its outermost word needs no braces.
fn line(item: &Value) -> String {
    match item.as_object().map(|fields| (fields.len(), fields.iter().next())) {
        Some((1, Some((name, inner)))) => format!("{}: {}", word(name), flow(inner)),
        _ => flow(item),
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> = fields.iter().map(|(key, value)| format!("{}: {}", word(key), flow(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// A key. The words of scenarios need no quotes.
fn word(key: &str) -> String {
    let is_plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.[]".contains(&b));
    if is_plain && key.starts_with(|c: char| c.is_ascii_alphabetic()) { key.to_owned() } else { scalar(key) }
}

/// A text, quoted unless nobody could take it for anything else. In a scenario's texts a dollar begins a variable.
fn scalar(text: &str) -> String {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    let is_span = wire::time::parse_duration(text).is_ok() && !text.contains(' ');
    if is_word || is_span {
        text.to_owned()
    } else {
        // JSON's quotes are YAML's too.
        Value::from(text.replace('$', "$$")).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::parse;

    #[test]
    fn what_is_written_reads_like_what_people_write() {
        let text = "title: \"The \\\"first\\\" answer: lost\"\nroles: [edc, antom]\ngiven:\n  terminal:\n    cardholder:\n      - \
            nothing\n      - insert: {card: debit}\n    faults:\n      - lose-answer: {times: 2}\n  antom:\n    answers:\n      \
            - {on: pay, code: SYSTEM_ERROR}\n    settings: {expiry: 3m}\nsteps:\n  - checkout: {order: A, by: terminal, \
            amount: {currency: KRW, value: \"10400\"}}\n  - until: {event: READY}\n  - restart: {}\n  - notify-raw: {body: \
            \"{\\\"a\\\": 1}\"}\n  - settle: {within: 5m}\nexpect:\n  - order: {A: paid}\n";
        assert_eq!(write(&parse("a.yaml", text).unwrap()), text);
    }

    #[test]
    fn what_could_be_read_as_something_else_is_quoted() {
        for (text, wanted) in [
            ("no", "\"no\""),
            ("10400", "\"10400\""),
            ("5s", "5s"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            ("${n}", "\"$${n}\""),
        ] {
            assert_eq!(scalar(text), wanted);
        }
    }

    #[test]
    fn a_default_that_is_said_is_left_out() {
        let text = "title: x\nroles: [edc]\ngiven: {terminal: {faults: [{busy: {times: 1, skip: 2, direction: to-pos}}]}}\n\
            steps: [{settle: {within: 1m}}]\n";
        let written = write(&parse("a.yaml", text).unwrap());
        assert!(written.contains("- busy: {skip: 2}\n"), "{written}");
    }
}
