//! To look at a tree as one looks at serde_json's values: by name, and what is not there is null.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Index;

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::Value;

use super::Tree;
use crate::antom::json::{Json, JsonView};

impl<'b> Tree<'b> {
    /// A field of an object, null too.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Its text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What is in it, if it is a list.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Whether it is an object.
    #[must_use]
    pub const fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// Whether it is a list.
    #[must_use]
    pub const fn is_array(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<'b> Index<&str> for Tree<'b> {
    type Output = Self;

    /// A field of an object; null where there is none.
    fn index(&self, name: &str) -> &Self {
        self.get(name).unwrap_or(&Tree::Null)
    }
}

impl PartialEq for Tree<'_> {
    fn eq(&self, other: &Self) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<Value> for Tree<'_> {
    fn eq(&self, other: &Value) -> bool {
        is_same(self, other)
    }
}

/// Whether two say the same. Objects with the same fields do, in whatever order.
fn is_same<A: Json, B: Json>(one: &A, other: &B) -> bool {
    match (one.view(), other.view()) {
        (JsonView::Null, JsonView::Null) => true,
        (JsonView::Bool(one), JsonView::Bool(other)) => one == other,
        (JsonView::Number(one), JsonView::Number(other)) => one == other,
        (JsonView::Text(one), JsonView::Text(other)) => one == other,
        (JsonView::List(one), JsonView::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (JsonView::Object, JsonView::Object) => {
            // Looked up, since there may be very many.
            let others: BTreeMap<&str, &B> = other.any_fields().collect();
            let is_there = |(name, value): (&str, &A)| others.get(name).is_some_and(|other| is_same(value, *other));
            one.any_fields().count() == others.len() && one.any_fields().all(is_there)
        }
        _ => false,
    }
}

impl PartialEq<&str> for Tree<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == Some(*other)
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                fields.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

impl fmt::Display for Tree<'_> {
    /// As JSON, without blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = r#"{"b":{"n":null,"t":true},"a":[1,"x",{"é":2.5}],"s":"a\"\u00e9"}"#;

    fn tree(text: &str) -> Tree<'_> {
        Tree::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn what_is_not_there_is_null_and_so_is_what_lies_below() {
        let tree = tree(TEXT);
        assert!(tree["x"]["y"].is_null() && tree["b"]["n"].is_null() && tree["s"]["x"].is_null());
        assert_eq!((tree["b"].get("n"), tree["b"].get("m")), (Some(&Tree::Null), None));
        assert_eq!(tree["s"].as_str(), Some("a\"é"));
        assert_eq!(tree["a"].as_array().map(<[_]>::len), Some(3));
        assert!(tree.is_object() && !tree["a"].is_object() && tree["a"].is_array() && !tree.is_array());
        assert!(tree["s"] == "a\"é" && tree["s"] != "a" && tree["a"] != "a" && tree["b"].as_array().is_none());
    }

    #[test]
    fn it_equals_what_says_the_same_in_whatever_order() {
        let one = tree(TEXT);
        let other = tree(r#"{"s":"a\"é","a":[1,"x",{"é":2.5}],"b":{"t":true,"n":null}}"#);
        let value: Value = serde_json::from_str(TEXT).unwrap();
        assert!(one == other && one == value && other == value);
        for (name, wrong) in [
            ("b", json!({"n": null, "t": false})),
            ("b", json!({"n": null})),
            ("b", json!({"n": null, "u": true})),
            ("b", json!({"n": 0, "t": true})),
            ("a", json!([1, "x"])),
            ("a", json!(["x", 1, {"é": 2.5}])),
            ("a", json!([1, "x", {"é": 2}])),
            ("s", json!(null)),
            ("s", json!("a")),
            ("s", json!({})),
        ] {
            let mut changed = value.clone();
            changed[name] = wrong;
            let text = changed.to_string();
            assert!(one != changed && one != tree(&text), "{changed}");
        }
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        assert_eq!(tree(TEXT).to_string(), TEXT.replace("\\u00e9", "é"));
    }
}
