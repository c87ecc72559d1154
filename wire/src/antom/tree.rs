//! A request's body as it was read: texts borrowed from its bytes, fields in their order. Made to be looked at twice, by a
//! table of fields and by the message that is read out of it, and then dropped: for that it is a third of the work of
//! serde_json's own values.

mod look;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::Number;

use super::json::{Json, JsonView};

/// See the module's documentation.
#[derive(Debug, Clone, Default)]
pub enum Tree<'b> {
    /// null.
    #[default]
    Null,
    /// true or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(Cow<'b, str>),
    /// An array.
    List(Vec<Self>),
    /// An object; of a name that comes twice the last value counts.
    Object(Vec<(Cow<'b, str>, Self)>),
}

impl<'b> Tree<'b> {
    /// Reads JSON.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(bytes: &'b [u8]) -> Result<Self, serde_json::Error> {
        // Bytes are found to be text sooner all at once than text by text.
        match std::str::from_utf8(bytes) {
            Ok(text) => serde_json::from_str(text),
            // It says where.
            Err(_) => serde_json::from_slice(bytes),
        }
    }

    /// Reads a message out of it. Numbers and booleans are taken for the texts that they look like, which the real gateway
    /// does too: no field of a request is anything but a text.
    ///
    /// # Errors
    /// A field that must be there is not, or is of another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(self)
    }
}

impl Json for Tree<'_> {
    fn view(&self) -> JsonView<'_, Self> {
        match self {
            Self::Null => JsonView::Null,
            Self::Bool(bool) => JsonView::Bool(*bool),
            Self::Number(number) => JsonView::Number(number),
            Self::Text(text) => JsonView::Text(text),
            Self::List(items) => JsonView::List(items),
            Self::Object(_) => JsonView::Object,
        }
    }

    fn any_field(&self, name: &str) -> Option<&Self> {
        self.get(name)
    }

    fn any_fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        let fields = if let Self::Object(fields) = self { fields.as_slice() } else { &[] };
        fields.iter().map(|(name, value)| (name.as_ref(), value))
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, bool: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool(bool))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree<'de>, E> {
        Ok(Number::from_f64(number).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(text.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(text.to_owned().into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree<'de>, A::Error> {
        // Few objects have more fields; to grow costs more than to have room.
        let mut fields: Vec<(Cow<'de, str>, Tree<'de>)> = Vec::with_capacity(8);
        while let Some((Name(name), value)) = entries.next_entry()? {
            fields.push((name, value));
        }
        Ok(Tree::Object(without_twins(fields)))
    }
}

/// A field's name, borrowed where it can be.
struct Name<'b>(Cow<'b, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(text.into()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

/// The fields, of each name one: where the first was, with what the last says.
fn without_twins<'b>(mut fields: Vec<(Cow<'b, str>, Tree<'b>)>) -> Vec<(Cow<'b, str>, Tree<'b>)> {
    /// Fewer are compared with each other, more are looked up.
    const MANY: usize = 32;
    let has_twin = |at: usize| {
        let (before, rest) = fields.split_at(at);
        rest.first().is_some_and(|(name, _)| before.iter().any(|(other, _)| other == name))
    };
    if fields.len() < MANY && !(1..fields.len()).any(has_twin) {
        return fields;
    }
    let mut places: HashMap<Cow<'b, str>, usize> = HashMap::with_capacity(fields.len());
    let mut all: Vec<(Cow<'b, str>, Tree<'b>)> = Vec::with_capacity(fields.len());
    for (name, value) in fields.drain(..) {
        match places.get(&name).and_then(|at| all.get_mut(*at)) {
            Some((_, earlier)) => *earlier = value,
            None => {
                places.insert(name.clone(), all.len());
                all.push((name, value));
            }
        }
    }
    all
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for &'de Tree<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for &'de Tree<'_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        match self {
            Tree::Null => visitor.visit_unit(),
            Tree::Bool(bool) => visitor.visit_str(if *bool { "true" } else { "false" }),
            Tree::Number(number) => visitor.visit_string(number.to_string()),
            Tree::Text(text) => visitor.visit_borrowed_str(text),
            Tree::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            Tree::Object(fields) => {
                visitor.visit_map(MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_ref(), value))))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, serde_json::Error> {
        visitor.visit_newtype_struct(self)
    }

    /// What nobody asks for is not looked at.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, serde_json::Error> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, serde_json::Error> {
        let text = self.text().ok_or_else(|| serde_json::Error::custom(format!("one of {variants:?} is expected")))?;
        IntoDeserializer::<serde_json::Error>::into_deserializer(text).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::antom::{Flag, Whole};
    use crate::money::Money;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Message {
        some_text: String,
        flag: Option<Flag>,
        whole: Option<Whole>,
        amount: Option<Money>,
        list: Option<Vec<Self>>,
        rest: Option<Value>,
    }

    fn read(text: &str) -> Result<Message, String> {
        Tree::parse(text.as_bytes()).unwrap().read().map_err(|error: serde_json::Error| error.to_string())
    }

    #[test]
    fn numbers_and_booleans_are_read_as_the_texts_that_they_look_like() {
        let message = read(
            r#"{"someText": 7, "flag": true, "whole": "3", "amount": {"currency": "JPY", "value": 100}, "unknown": [{}],
                "list": [{"someText": "a\nb"}], "rest": {"a": [1, null, false]}}"#,
        );
        let inner =
            Message { some_text: "a\nb".to_owned(), flag: None, whole: None, amount: None, list: None, rest: None };
        let wanted = Message {
            some_text: "7".to_owned(),
            flag: Some(Flag(true)),
            whole: Some(Whole(3)),
            amount: Some(Money::parse("JPY", "100").unwrap()),
            list: Some(vec![inner]),
            rest: Some(json!({"a": ["1", null, "false"]})),
        };
        assert_eq!(message, Ok(wanted));
    }

    #[test]
    fn null_is_absent_and_what_is_absent_or_of_another_shape_is_told() {
        assert_eq!(read(r#"{"someText": "x", "flag": null, "list": null}"#).unwrap().list, None);
        for (text, told) in [
            ("{}", "missing field `someText`"),
            (r#"{"someText": null}"#, "invalid type: null"),
            (r#"{"someText": {}}"#, "invalid type: map"),
            (r#"{"someText": "x", "list": 3}"#, "invalid type: string"),
            (r#"{"someText": "x", "flag": "no"}"#, "true or false"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(told) || error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn of_a_name_that_comes_twice_the_last_value_counts_however_many_names_there_are() {
        for others in [0, 100] {
            let others: String = (0..others).map(|n| format!(r#""x{n}": 1, "#)).collect();
            let text = format!(r#"{{{others}"someText": "first", "b": 1, "someText": "last"}}"#);
            assert_eq!(read(&text).unwrap().some_text, "last");
        }
        let all = |text: &str| {
            let tree = Tree::parse(text.as_bytes()).unwrap();
            tree.fields()
                .map(|(name, value)| format!("{name}={}", value.text().unwrap_or_default()))
                .collect::<String>()
        };
        assert_eq!(all(r#"{"a": "1", "a": "2"}"#), "a=2");
        assert_eq!(all(r#"{"a": "1", "b": "2", "a": "3", "c": null}"#), "a=3b=2");
    }

    #[test]
    fn a_tree_says_of_its_fields_what_a_value_says() {
        let text = r#"{"a": {"b": {"c": "deep"}, "n": null}, "l": [1], "t": true, "u": "\u00e9"}"#;
        let (tree, value) = (Tree::parse(text.as_bytes()).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        for path in ["a", "a.b", "a.b.c", "a.n", "a.x", "l", "l.x", "t", "u", "", "a..b"] {
            assert_eq!(tree.at(path).is_some(), value.at(path).is_some(), "{path}");
            assert_eq!(tree.at(path).and_then(Json::text), value.at(path).and_then(Json::text), "{path}");
        }
        assert_eq!(tree.at("u").and_then(Json::text), Some("é"));
    }

    #[test]
    fn what_another_format_may_hold_and_json_does_not_is_told() {
        use serde::de::value::{BytesDeserializer, Error};
        let told = |error: Error| error.to_string();
        let bytes = Tree::deserialize(BytesDeserializer::<Error>::new(b"x")).map_err(told).unwrap_err();
        assert!(bytes.ends_with("expected any JSON value"), "{bytes}");
        let map = MapDeserializer::<_, Error>::new([(7_u8, 1_u8)].into_iter());
        let name = Tree::deserialize(map).map_err(told).unwrap_err();
        assert!(name.ends_with("expected a field's name"), "{name}");
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place_and_depth_has_an_end() {
        assert!(Tree::parse(b"{\"a\": }").unwrap_err().to_string().ends_with("at line 1 column 7"));
        assert!(Tree::parse(b"{} {}").is_err());
        assert!(Tree::parse(&[b'"', 0xff, b'"']).is_err());
        assert!(Tree::parse("[".repeat(100_000).as_bytes()).unwrap_err().to_string().contains("recursion"));
    }
}
