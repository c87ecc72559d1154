//! What a rule looks for in a body: a field by its path, and the pattern of its text.

use std::collections::BTreeMap;
use std::fmt;

use regex::RegexBuilder;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use wire::antom::Operation;
use wire::suggest;

use super::topic::{NoticeKind, Topic};

/// A field in a body: names with dots between them, `[]` for any element of a list, `[0]` for its first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name(String),
    Element(usize),
    AnyElement,
}

/// What a text must look like: as it is written, with `*` for anything and `?` for one character; or, between slashes,
/// a regular expression that is found anywhere in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Pattern(String);

/// The fields that a rule looks at, and their patterns; all of them must fit.
pub type Fields = BTreeMap<FieldPath, Pattern>;

/// No pattern compiles into more bytes.
const LARGEST: usize = 256 * 1024;
/// No path has more steps, and no list more elements than can be named.
const LONGEST: usize = 16;

impl FieldPath {
    /// Reads a path.
    ///
    /// # Errors
    /// Where it is no path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (name, elements) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
            if name.is_empty() {
                return Err(format!("`{}` has an empty name: write names with dots between them", clip(text)));
            }
            steps.push(Step::Name(name.to_owned()));
            for element in elements.into_iter().flat_map(|rest| rest.split('[')) {
                let inside = element.strip_suffix(']').ok_or_else(|| format!("`{}` has no closing ]", clip(text)))?;
                steps.push(if inside.is_empty() {
                    Step::AnyElement
                } else {
                    let number = inside.parse().map_err(|_| {
                        format!("`[{}]` names no element: write [] for any, [0] for the first", clip(inside))
                    })?;
                    Step::Element(number)
                });
            }
        }
        if steps.len() > LONGEST {
            return Err(format!("`{}` has more than {LONGEST} steps", clip(text)));
        }
        Ok(Self { text: text.to_owned(), steps })
    }

    /// What stands there, in every element that it names.
    pub(crate) fn find<'v>(&self, body: &'v Value) -> Vec<&'v Value> {
        self.steps.iter().fold(vec![body], |found, step| match step {
            Step::Name(name) => found.into_iter().filter_map(|value| value.get(name)).collect(),
            Step::Element(number) => found.into_iter().filter_map(|value| value.get(number)).collect(),
            Step::AnyElement => found.into_iter().filter_map(Value::as_array).flatten().collect(),
        })
    }

    /// Puts a value there, in every element that it names; what is not there yet is made.
    pub(crate) fn set(&self, body: &mut Value, new: &Value) {
        set(body, &self.steps, new);
    }

    /// Whether a topic has such a field, as its table says; free texts of the merchant may hold anything.
    pub(crate) fn is_of(&self, topic: Topic) -> bool {
        let free =
            matches!(self.steps.first(), Some(Step::Name(name)) if ["extendInfo", "metadata"].contains(&name.as_str()));
        free || topic.fields().iter().any(|known| *known == self.general())
    }

    /// The path with `[]` for every element.
    fn general(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name) if text.is_empty() => text.push_str(name),
                Step::Name(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Element(_) | Step::AnyElement => text.push_str("[]"),
            }
        }
        text
    }

    /// What a field of these topics may have been meant.
    pub(crate) fn help(&self, topics: &[Topic]) -> String {
        let known = || topics.iter().flat_map(|topic| topic.fields()).map(String::as_str);
        let general = self.general();
        if let Some(near) = suggest::nearest(&general, known()) {
            return format!("did you mean `{near}`?");
        }
        // Whoever leaves the objects out means the field of that name.
        let ends = |path: &&str| path.rsplit(['.', ']']).next() == Some(&general);
        known().find(ends).map_or_else(
            || "docs/gateway.md says how paths are written".to_owned(),
            |near| format!("did you mean `{near}`?"),
        )
    }
}

fn set(value: &mut Value, steps: &[Step], new: &Value) {
    let Some((step, rest)) = steps.split_first() else {
        new.clone_into(value);
        return;
    };
    match step {
        Step::Name(name) => {
            if !value.is_object() {
                *value = Value::Object(serde_json::Map::new());
            }
            if let Some(fields) = value.as_object_mut() {
                set(fields.entry(name.as_str()).or_insert(Value::Null), rest, new);
            }
        }
        Step::Element(number) => {
            if let Some(element) = value.get_mut(*number) {
                set(element, rest, new);
            }
        }
        Step::AnyElement => {
            for element in value.as_array_mut().into_iter().flatten() {
                set(element, rest, new);
            }
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// It is no regular expression, or too large a one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let pattern = Self(text.to_owned());
        match RegexBuilder::new(&pattern.expression()).size_limit(LARGEST).build() {
            Ok(_) => Ok(pattern),
            Err(regex::Error::CompiledTooBig(_)) => Err(format!("the pattern `{}` is too large", clip(text))),
            Err(error) => {
                let error = error.to_string();
                let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                Err(format!("the pattern `{}` is no regular expression: {reason}", clip(&pattern.0)))
            }
        }
    }

    /// The text that it stands for, when it is the only one.
    pub(crate) fn exact(&self) -> Option<&str> {
        (self.between_slashes().is_none() && !self.0.contains(['*', '?'])).then_some(&self.0)
    }

    /// The same as a regular expression.
    pub(crate) fn expression(&self) -> String {
        if let Some(expression) = self.between_slashes() {
            return expression.to_owned();
        }
        let mut expression = String::from("(?s)^");
        for c in self.0.chars() {
            match c {
                '*' => expression.push_str(".*"),
                '?' => expression.push('.'),
                other => expression.push_str(&regex::escape(other.encode_utf8(&mut [0; 4]))),
            }
        }
        expression.push('$');
        expression
    }

    fn between_slashes(&self) -> Option<&str> {
        self.0.strip_prefix('/')?.strip_suffix('/')
    }
}

/// A scalar as patterns see it.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(bool) => Some(bool.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A number or a flag is as good as its text: nobody should have to quote an amount.
        let value = Value::deserialize(deserializer)?;
        let text = text_of(&value).ok_or_else(|| D::Error::custom("write a text here, such as `tea*`"))?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

/// A path that some call or notification has: a slip is told where it stands.
pub(crate) fn known_anywhere(path: &FieldPath) -> Result<(), String> {
    let all: Vec<Topic> =
        Operation::ALL.map(Topic::Call).into_iter().chain(NoticeKind::ALL.map(Topic::Notice)).collect();
    if all.iter().any(|topic| path.is_of(*topic)) {
        return Ok(());
    }
    Err(format!("no message has a field `{path}`; {}", path.help(&all)))
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn clip(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).unwrap()
    }

    fn fits(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::parse(pattern).unwrap();
        let found = regex::Regex::new(&pattern.expression()).unwrap().is_match(text);
        assert_eq!(pattern.exact().map(|exact| exact == text).unwrap_or(found), found, "{pattern:?} {text}");
        found
    }

    #[test]
    fn a_path_finds_fields_elements_and_all_elements() {
        let body = json!({"a": {"b": 1}, "l": [{"c": 2}, {"c": 3}, {}], "m": [[4], [5, 6]]});
        let found = |text: &str| path(text).find(&body).into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(found("a.b"), [json!(1)]);
        assert_eq!(found("l[].c"), [json!(2), json!(3)]);
        assert_eq!(found("l[1].c"), [json!(3)]);
        assert_eq!(found("m[][0]"), [json!(4), json!(5)]);
        for nothing in ["a.c", "a[].b", "l.c", "l[9].c", "a.b.c"] {
            assert_eq!(found(nothing), [] as [Value; 0], "{nothing}");
        }
    }

    #[test]
    fn what_is_set_is_replaced_or_made() {
        let mut body = json!({"a": {"b": 1}, "l": [{"c": 2}, {}]});
        for (text, value) in
            [("a.b", json!("x")), ("d.e", json!(7)), ("l[].c", json!(null)), ("l[1].f", json!([])), ("l[9]", json!(1))]
        {
            path(text).set(&mut body, &value);
        }
        assert_eq!(body, json!({"a": {"b": "x"}, "l": [{"c": null}, {"c": null, "f": []}], "d": {"e": 7}}));
    }

    #[test]
    fn what_is_no_path_is_said_why() {
        for (text, why) in [
            ("", "empty name"),
            ("a..b", "empty name"),
            ("a[", "closing"),
            ("a[x]", "[x]"),
            ("[0]", "empty name"),
            ("a[0]b", "closing"),
        ] {
            assert!(FieldPath::parse(text).unwrap_err().contains(why), "{text}");
        }
        assert!(FieldPath::parse(&"a.".repeat(20)).is_err());
    }

    #[test]
    fn a_path_that_nothing_has_is_told_with_the_one_that_was_meant() {
        for (wrong, meant) in [
            ("order.orderDescripton", "`order.orderDescription`"),
            ("orderList[0].orderDescriptio", "`orderList[].orderDescription`"),
            ("userAgent", "userAgent`"),
        ] {
            let told = known_anywhere(&path(wrong)).unwrap_err();
            assert!(told.contains(wrong) && told.contains(meant), "{told}");
        }
        for right in ["order.orderDescription", "orderList[3].orderDescription", "metadata.anything", "refundStatus"] {
            assert_eq!(known_anywhere(&path(right)), Ok(()), "{right}");
        }
    }

    #[test]
    fn a_pattern_is_a_whole_text_with_wildcards_or_an_expression() {
        assert!(fits("tea", "tea") && !fits("tea", "teapot") && !fits("tea", "a tea"));
        assert!(fits("tea*", "teapot") && fits("*pot", "teapot") && fits("t?a", "tea") && !fits("t?a", "ta"));
        assert!(fits("a.b(c)", "a.b(c)") && !fits("a.b", "axb"), "nothing else is special");
        assert!(fits("*", "") && fits("two*", "two\nlines"));
        assert!(fits("/^PR-[0-9]+$/", "PR-17") && !fits("/^PR-[0-9]+$/", "PR-x") && fits("/ea/", "teapot"));
    }

    #[test]
    fn what_is_no_pattern_is_said_why() {
        assert!(Pattern::parse("/(/").unwrap_err().contains("unclosed group"));
        assert!(Pattern::parse("/(a{1000}){1000}/").unwrap_err().contains("too large"));
    }
}
