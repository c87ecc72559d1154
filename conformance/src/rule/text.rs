//! The texts in a decoded message: what it says, without the marks between.

use wire::antom::{Json, JsonView};

/// Whether a text of a message fits: a name, a string or a number, wherever it stands.
pub(super) fn any_text(value: &impl Json, fits: &mut impl FnMut(&str) -> bool) -> bool {
    match value.view() {
        JsonView::Null | JsonView::Bool(_) => false,
        JsonView::Number(number) => fits(&number.to_string()),
        JsonView::Text(text) => fits(text),
        JsonView::List(values) => values.iter().any(|value| any_text(value, fits)),
        JsonView::Object => value.any_fields().any(|(name, value)| fits(name) || any_text(value, fits)),
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
