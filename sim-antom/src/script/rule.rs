//! A rule: what happens, and the words beside it that say when.
//!
//! Both stand in one mapping, `{on: pay, code: RISK_REJECT, where: {…}, nth: 2}`, and in one type each: [`Aim`] takes its
//! words out of the mapping while it is read, the rest is read as what happens. Mistakes keep their place that way, which
//! serde's own flattening loses.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer as _, MapAccess, VariantAccess, Visitor,
};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer, forward_to_deserialize_any};
use serde_json::{Map, Value};
use wire::suggest;

use super::aim::Aim;
use super::topic::Topic;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule<T> {
    /// What happens.
    pub what: T,
    /// When.
    pub aim: Aim,
}

/// What a rule may say that happens.
pub(crate) trait What {
    /// The calls or notifications that it is about.
    fn topics(&self) -> Vec<Topic>;

    /// What it says that makes no sense.
    ///
    /// # Errors
    /// Why not.
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

impl<T> From<T> for Rule<T> {
    fn from(what: T) -> Self {
        Self { what, aim: Aim::default() }
    }
}

/// As it is read: the words of the aim stand beside those of what happens.
impl<T: Serialize> Serialize for Rule<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let what = serde_json::to_value(&self.what).map_err(S::Error::custom)?;
        let said = self.aim.said::<S::Error>()?;
        if said.is_empty() { what.serialize(serializer) } else { beside(what, said).serialize(serializer) }
    }
}

/// Puts the words of an aim where they are read: below an enum's word, or beside the fields of a struct.
fn beside(what: Value, said: Vec<(&'static str, Value)>) -> Value {
    let said = said.into_iter().map(|(word, value)| (word.to_owned(), value));
    match what {
        Value::String(word) => Value::Object(Map::from_iter([(word, Value::Object(said.collect()))])),
        Value::Object(mut fields) => {
            let is_enum = fields.len() == 1;
            match fields.values_mut().next() {
                Some(Value::Object(inner)) if is_enum => inner.extend(said),
                _ => fields.extend(said),
            }
            Value::Object(fields)
        }
        other => other,
    }
}

impl<'de, T: Deserialize<'de> + What> Deserialize<'de> for Rule<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut aim = Aim::default();
        let what = T::deserialize(Aiming { inner: deserializer, aim: &mut aim })?;
        what.check().map_err(D::Error::custom)?;
        let topics = what.topics();
        for path in aim.fields.keys() {
            if !topics.iter().any(|topic| path.is_of(*topic)) {
                let name = topics.first().map(|topic| topic.as_str()).unwrap_or_default();
                return Err(D::Error::custom(format!("{name} has no field `{path}`; {}", path.help(&topics))));
            }
        }
        Ok(Self { what, aim })
    }
}

/// Reads a mapping, or the mapping below an enum's word, and keeps the words of an aim for itself.
struct Aiming<'a, D> {
    inner: D,
    aim: &'a mut Aim,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Aiming<'_, D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Mapping { fields, visitor, aim: self.aim })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Word { variants, visitor, aim: self.aim })
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// Visits a mapping whose own fields are these.
struct Mapping<'a, V> {
    fields: &'static [&'static str],
    visitor: V,
    aim: &'a mut Aim,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Mapping<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<V::Value, M::Error> {
        self.visitor.visit_map(Others { map, fields: self.fields, aim: self.aim })
    }
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Mapping<'_, V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// A mapping without the words of an aim.
struct Others<'a, M> {
    map: M,
    fields: &'static [&'static str],
    aim: &'a mut Aim,
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for Others<'_, M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, M::Error> {
        loop {
            match self.map.next_key_seed(KeySeed { fields: self.fields, seed })? {
                None => return Ok(None),
                Some(Key::Own(key)) => return Ok(Some(key)),
                Some(Key::Aim(word, unused)) => {
                    self.aim.read(word, &mut self.map)?;
                    seed = unused;
                }
            }
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, M::Error> {
        self.map.next_value_seed(seed)
    }
}

struct KeySeed<K> {
    fields: &'static [&'static str],
    seed: K,
}

enum Key<O, K> {
    Own(O),
    Aim(&'static str, K),
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<K> {
    type Value = Key<K::Value, K>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for KeySeed<K> {
    type Value = Key<K::Value, K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Self::Value, E> {
        if let Some(aim) = Aim::WORDS.iter().find(|known| **known == word) {
            return Ok(Key::Aim(aim, self.seed));
        }
        if !self.fields.contains(&word) {
            let known: Vec<&str> = self.fields.iter().chain(Aim::WORDS).copied().collect();
            let word: String = word.chars().take(64).collect();
            return Err(E::custom(format!("unknown field `{word}`; {}", suggest::help(&word, &known))));
        }
        let own: StrDeserializer<'_, E> = word.into_deserializer();
        self.seed.deserialize(own).map(Key::Own)
    }
}

/// Visits an enum's word: alone, or with a mapping behind it.
struct Word<'a, V> {
    variants: &'static [&'static str],
    visitor: V,
    aim: &'a mut Aim,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Word<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of: {}", self.variants.join(", "))
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<V::Value, E> {
        self.visitor.visit_enum(Alone { word, error: PhantomData })
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<V::Value, M::Error> {
        self.visitor.visit_enum(Named { map, aim: self.aim })
    }
}

/// A word alone: whatever belongs behind it has its default.
struct Alone<'w, E> {
    word: &'w str,
    error: PhantomData<E>,
}

impl<'de, E: serde::de::Error> EnumAccess<'de> for Alone<'_, E> {
    type Error = E;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), E> {
        let word: StrDeserializer<'_, E> = self.word.into_deserializer();
        Ok((seed.deserialize(word)?, self))
    }
}

impl<'de, E: serde::de::Error> VariantAccess<'de> for Alone<'_, E> {
    type Error = E;

    fn unit_variant(self) -> Result<(), E> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, _: S) -> Result<S::Value, E> {
        Err(E::custom(format!("`{}` needs a value", self.word)))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, E> {
        Err(E::custom(format!("`{}` needs a value", self.word)))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, E> {
        visitor.visit_map(serde::de::value::MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
    }
}

/// A word with a mapping behind it.
struct Named<'a, M> {
    map: M,
    aim: &'a mut Aim,
}

impl<'de, M: MapAccess<'de>> Named<'_, M> {
    fn end(mut self) -> Result<(), M::Error> {
        match self.map.next_key::<String>()? {
            None => Ok(()),
            Some(other) => {
                let other: String = other.chars().take(64).collect();
                Err(M::Error::custom(format!("one word an entry; `{other}` is a second one: begin it with a dash")))
            }
        }
    }
}

impl<'de, M: MapAccess<'de>> EnumAccess<'de> for Named<'_, M> {
    type Error = M::Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), M::Error> {
        let word = self.map.next_key_seed(seed)?;
        word.map(|word| (word, self)).ok_or_else(|| M::Error::custom("a word is missing here"))
    }
}

impl<'de, M: MapAccess<'de>> VariantAccess<'de> for Named<'_, M> {
    type Error = M::Error;

    fn unit_variant(mut self) -> Result<(), M::Error> {
        self.map.next_value_seed(Mapping { fields: &[], visitor: Nothing, aim: &mut *self.aim })?;
        self.end()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, M::Error> {
        let value = self.map.next_value_seed(seed)?;
        self.end()?;
        Ok(value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, M::Error> {
        Err(M::Error::custom("a list does not belong here"))
    }

    fn struct_variant<V: Visitor<'de>>(
        mut self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, M::Error> {
        let value = self.map.next_value_seed(Mapping { fields, visitor, aim: &mut *self.aim })?;
        self.end()?;
        Ok(value)
    }
}

/// Visits a mapping in which nothing is left but an aim.
struct Nothing;

impl<'de> Visitor<'de> for Nothing {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing, or when it applies")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        // Every key is an aim's, or refused before it gets here.
        while map.next_key::<String>()?.is_some() {}
        Ok(())
    }
}
