//! The shape of a message as a table: which fields there are, and whether they must be.
//!
//! One table serves the terminal (which answers CommandParamError) and the judge (which names the requirement).
//! Every scalar in every message is a JSON string; that is checked for all fields, listed or not.

use std::fmt::Write as _;

use serde_json::Value;

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Required,
    /// May be absent. Its parent may be absent too.
    Optional,
}

/// A line of a shape table: a dotted path to a text, and whether it must be there.
pub type ShapeField = (&'static str, Need);

/// Compares an object with its table. An empty list means that it fits.
#[must_use]
pub fn shape_errors(object: &Value, table: &[ShapeField]) -> Vec<ShapeError> {
    let mut errors = Vec::new();
    for (path, need) in table {
        let found = path.split('.').try_fold(object, |value, key| value.get(key)).filter(|v| !v.is_null());
        match found {
            Some(Value::Object(_) | Value::Array(_)) => {
                errors.push(ShapeError::NotText { path: (*path).to_owned(), found: "an object or array" })
            }
            None if let Some(parent) = misfit_parent(object, path) => {
                let error = ShapeError::NotObject { path: parent.to_owned() };
                if !errors.contains(&error) {
                    errors.push(error);
                }
            }
            None if *need == Need::Required => errors.push(ShapeError::Missing { path: (*path).to_owned() }),
            _ => {}
        }
    }
    walk(object, &mut String::new(), &mut errors);
    errors
}

/// The first part of a dotted path that is there and is no object. Without this look, the derived readers would let an
/// array of an object's fields pass for the object.
fn misfit_parent<'a>(object: &Value, path: &'a str) -> Option<&'a str> {
    let mut value = object;
    for (at, _) in path.match_indices('.') {
        let parent = path.get(..at)?;
        let key = parent.rsplit_once('.').map_or(parent, |(_, key)| key);
        value = value.get(key).filter(|v| !v.is_null())?;
        if !value.is_object() {
            return Some(parent);
        }
    }
    None
}

fn walk(value: &Value, path: &mut String, errors: &mut Vec<ShapeError>) {
    let found = match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let len = path.len();
                if len > 0 {
                    path.push('.');
                }
                path.push_str(key);
                walk(field, path, errors);
                path.truncate(len);
            }
            return;
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let len = path.len();
                let _ = write!(path, "[{index}]");
                walk(item, path, errors);
                path.truncate(len);
            }
            return;
        }
        Value::Null | Value::String(_) => return,
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
    };
    errors.push(ShapeError::NotText { path: path.clone(), found });
}

/// A field that does not have the documented shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A required field is absent or null.
    #[error("the field {path} is required and missing")]
    Missing {
        /// Dotted path.
        path: String,
    },
    /// What has fields is not an object.
    #[error("the field {path} must be an object")]
    NotObject {
        /// Dotted path.
        path: String,
    },
    /// A scalar is not a JSON string.
    #[error("the field {path} must be a JSON string, but is {found}")]
    NotText {
        /// Dotted path.
        path: String,
        /// What it is instead.
        found: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TABLE: &[ShapeField] = &[("a.b", Need::Required), ("c", Need::Optional)];

    #[test]
    fn a_fitting_object_has_no_errors() {
        assert_eq!(shape_errors(&json!({"a": {"b": "1"}, "more": {"x": ["y", null]}}), TABLE), []);
    }

    #[test]
    fn missing_null_and_structured_fields_are_named_by_path() {
        let texts = |value| shape_errors(&value, TABLE).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(json!({})), ["the field a.b is required and missing"]);
        assert_eq!(texts(json!({"a": {"b": null}})), ["the field a.b is required and missing"]);
        assert_eq!(texts(json!({"a": {"b": {}}})), ["the field a.b must be a JSON string, but is an object or array"]);
    }

    #[test]
    fn a_parent_that_is_no_object_is_an_error_even_if_its_fields_are_optional() {
        let table = &[("a.b", Need::Optional), ("a.c", Need::Required), ("d", Need::Optional)];
        for parent in [json!(["1", "2"]), json!("1")] {
            let errors = shape_errors(&json!({ "a": parent }), table);
            assert_eq!(errors, [ShapeError::NotObject { path: "a".to_owned() }]);
        }
    }

    #[test]
    fn numbers_and_booleans_anywhere_are_errors() {
        let errors = shape_errors(&json!({"a": {"b": 1}, "z": [true]}), TABLE);
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(matches!(&errors[1], ShapeError::NotText { path, found: "a boolean" } if path == "z[0]"));
    }
}
