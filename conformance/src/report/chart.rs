//! The exchange as lines of text, for reports that have no picture.

use std::fmt::Write as _;

use serde_json::Value;

use crate::result::{Lane, Row};

/// How many lines are shown at most: the beginning, and what is around the marked entries.
const LINES: usize = 80;
/// Fields of a message that are shown beside the line that cuts it off.
const FIELDS: usize = 4;
/// Characters of such a field.
const LONGEST: usize = 200;

/// The exchange, one line a row, with `>>` before the marked ones.
pub(crate) fn render(rows: &[Row]) -> String {
    annotated(rows, &[])
}

/// The same, with what is wrong under the row that shows it: entries and words. What no row shows stands under the one
/// before it.
pub(crate) fn annotated(rows: &[Row], problems: &[(usize, String)]) -> String {
    let near = |n: usize| rows.iter().any(|row| row.marked && n + 12 >= row.entry && n <= row.entry + 4);
    let mut shown = String::new();
    let mut left_out = 0;
    for (index, row) in rows.iter().enumerate() {
        if rows.len() <= LINES || index < LINES / 4 || near(row.entry) {
            if left_out > 0 {
                let _ = writeln!(shown, "         … {left_out} more …");
                left_out = 0;
            }
            let mark = if row.marked { ">>" } else { "  " };
            let _ = writeln!(shown, "{mark} {:>5} {:>10.3}s  {}", format!("#{}", row.entry), row.at, line(row));
            let next = rows.get(index + 1).map_or(usize::MAX, |row| row.entry);
            for (_, words) in problems.iter().filter(|(entry, _)| (row.entry..next).contains(entry)) {
                let _ = writeln!(shown, "{:>20}  ^ {words}", "");
                for field in accused(row, words) {
                    let _ = writeln!(shown, "{:>20}    there: {field}", "");
                }
            }
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let _ = writeln!(shown, "         … {left_out} more …");
    }
    shown
}

/// The fields that words name and the row does not show, since its message is longer than a line.
fn accused(row: &Row, words: &str) -> Vec<String> {
    let Some(message) = row.decoded.as_deref().filter(|_| row.text.contains('…')) else { return Vec::new() };
    let Ok(message) = serde_json::from_str::<Value>(message) else { return Vec::new() };
    let mut found = Vec::new();
    let is_word = |c: char| c.is_alphanumeric();
    let named = |key: &str| key.len() > 2 && words.split(|c| !is_word(c)).any(|word| word == key);
    let mut left = vec![(String::new(), &message)];
    while let Some((path, value)) = left.pop() {
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    let is_shown = row.text.contains(&format!("\"{key}\":{value}"));
                    if named(key) && !is_shown {
                        found.push(format!("{path}: {}", clip(&value.to_string())));
                    } else {
                        left.push((path, value));
                    }
                }
            }
            Value::Array(items) => {
                left.extend(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)));
            }
            _ => {}
        }
    }
    found.sort();
    found.truncate(FIELDS);
    found
}

fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(LONGEST).collect();
    if clipped.len() < text.len() {
        clipped.push('…');
    }
    clipped
}

fn line(row: &Row) -> String {
    let text = &row.text;
    match (row.from, row.to) {
        (Lane::Integration, Some(Lane::Terminal)) => format!("POS      -> terminal  {text}"),
        (Lane::Terminal, Some(_)) => format!("POS      <- terminal  {text}"),
        (Lane::Integration, Some(Lane::Gateway)) => format!("merchant -> gateway   {text}"),
        (Lane::Gateway, Some(_)) => format!("merchant <- gateway   {text}"),
        (Lane::Harness, Some(_)) => format!("harness  => integration  {text}"),
        (Lane::Integration, Some(_)) => format!("harness  <= integration  {text}"),
        (Lane::Harness, None) => text.clone(),
        (Lane::Integration, None) => format!("            integration  {text}"),
        (Lane::Terminal, None) => format!("            terminal  {text}"),
        (Lane::Gateway, None) => format!("            gateway   {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, message: &str) -> Row {
        let (text, decoded) = (text.to_owned(), Some(message.to_owned()));
        let (from, to) = (Lane::Integration, Some(Lane::Gateway));
        Row { entry: 7, at: 0.0, from, to, text, marked: true, lost: false, bytes: None, decoded }
    }

    #[test]
    fn the_field_that_is_accused_is_shown_where_the_line_cuts_it_off() {
        let message = r#"{"order":{"env":{"userAgent":""}},"paymentExpiryTime":"2026-01-05T10:00:00"}"#;
        let problems = [(7, "PAY-019: paymentExpiryTime has no offset".to_owned())];
        let shown = annotated(&[row("POST /pay {\"order\":…", message)], &problems);
        assert!(shown.ends_with("^ PAY-019: paymentExpiryTime has no offset\n                        there: paymentExpiryTime: \"2026-01-05T10:00:00\"\n"), "{shown}");
    }

    #[test]
    fn a_field_within_is_shown_with_its_path_and_one_that_is_seen_is_not_shown_again() {
        let message = r#"{"order":{"env":{"userAgent":"x"}},"a":[{"appId":1}],"order2":1}"#;
        let cut = row("{\"order\":{\"env\":{\"userAgent\":\"x\"}}…", message);
        assert_eq!(accused(&cut, "PAY-003: userAgent is not the buyer's; appId"), ["a[0].appId: 1"]);
        assert!(accused(&row("{} whole", message), "appId").is_empty());
    }
}
