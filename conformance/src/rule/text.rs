//! The texts in a decoded message: what it says, without the marks between.

use serde_json::Value;

/// Whether a text of a message fits: a name, a string or a number, wherever it stands.
pub(super) fn any_text(value: &Value, fits: &mut impl FnMut(&str) -> bool) -> bool {
    match value {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => fits(&number.to_string()),
        Value::String(text) => fits(text),
        Value::Array(values) => values.iter().any(|value| any_text(value, fits)),
        Value::Object(fields) => fields.iter().any(|(name, value)| fits(name) || any_text(value, fits)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_strings_and_numbers_are_texts_wherever_they_stand() {
        let message = json!({"a": [{"name": "text"}, 42], "b": {"c": null, "d": true}});
        for text in ["a", "name", "text", "42", "b", "c", "d"] {
            assert!(any_text(&message, &mut |found| found == text), "{text}");
        }
        for text in ["null", "true", "", "te"] {
            assert!(!any_text(&message, &mut |found| found == text), "{text}");
        }
    }
}
