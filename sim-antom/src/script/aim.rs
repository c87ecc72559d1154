//! When a rule applies: to which bodies, from which call on, how often, at what time, how likely. One shape for all rules.

use std::num::NonZeroU32;

use serde::de::value::StrDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use wire::time::{Moment, Span, WireTime};

use super::field::{FieldPath, Fields, Pattern, known_anywhere};

/// See the module's documentation. Unless it says something else, a rule takes the first call that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aim {
    /// `where`: the fields of the body, all of which must fit.
    pub fields: Fields,
    /// The first of the calls that fit which it takes. Default 1.
    pub nth: NonZeroU32,
    /// How many it takes. Default 1.
    pub times: Times,
    /// Only from then on.
    pub from: Option<Point>,
    /// Only until then.
    pub until: Option<Point>,
    /// In how many of a hundred cases. Default 100.
    pub chance: Chance,
    /// What chance begins from. Default 0.
    pub seed: u64,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// So many times.
    Limited(NonZeroU32),
    /// Each time: `always`.
    Always,
}

/// A point in the world's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// So long after the gateway took the script up.
    After(Span),
    /// At this time.
    At(WireTime),
}

/// Per cent, from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Chance(pub u8);

impl Aim {
    /// The words, as they stand beside those of a rule itself.
    pub(crate) const WORDS: &'static [&'static str] = &["where", "nth", "times", "from", "until", "chance", "seed"];

    /// Reads the value of one of the words.
    pub(crate) fn read<'de, M: MapAccess<'de>>(&mut self, word: &str, map: &mut M) -> Result<(), M::Error> {
        match word {
            "where" => self.fields = map.next_value::<Conditions>()?.0,
            "nth" => self.nth = map.next_value::<Ordinal>()?.0,
            "times" => self.times = map.next_value()?,
            "from" => self.from = Some(map.next_value()?),
            "until" => self.until = Some(map.next_value()?),
            "chance" => self.chance = map.next_value()?,
            _ => self.seed = map.next_value()?,
        }
        Ok(())
    }
}

impl Aim {
    /// The words that say something else than the default, with their values, as they are written.
    pub(crate) fn said<E: serde::ser::Error>(&self) -> Result<Vec<(&'static str, Value)>, E> {
        let usual = Self::default();
        let all = [
            ("where", self.fields != usual.fields, serde_json::to_value(&self.fields)),
            ("nth", self.nth != usual.nth, serde_json::to_value(self.nth)),
            ("times", self.times != usual.times, serde_json::to_value(self.times)),
            ("from", self.from != usual.from, serde_json::to_value(&self.from)),
            ("until", self.until != usual.until, serde_json::to_value(&self.until)),
            ("chance", self.chance != usual.chance, serde_json::to_value(self.chance)),
            ("seed", self.seed != usual.seed, serde_json::to_value(self.seed)),
        ];
        let said = all.into_iter().filter(|(_, is_said, _)| *is_said);
        said.map(|(word, _, value)| Ok((word, value.map_err(E::custom)?))).collect()
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Limited(number) => serializer.serialize_u32(number.get()),
            Self::Always => serializer.serialize_str("always"),
        }
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::After(span) => span.serialize(serializer),
            Self::At(time) => time.serialize(serializer),
        }
    }
}

impl Default for Aim {
    fn default() -> Self {
        let one = NonZeroU32::MIN;
        let (fields, chance) = (Fields::new(), Chance(100));
        Self { fields, nth: one, times: Times::Limited(one), from: None, until: None, chance, seed: 0 }
    }
}

impl Point {
    /// The moment, for a script that was taken up at another.
    pub(crate) fn since(&self, began: Moment) -> Moment {
        match self {
            Self::After(span) => began + span.0,
            Self::At(time) => time.moment(),
        }
    }
}

/// A number, or a text of one, as it comes when it was put in for a variable.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    })
}

/// A number from 1.
struct Ordinal(NonZeroU32);

impl<'de> Deserialize<'de> for Ordinal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = number(deserializer)?.and_then(|number| NonZeroU32::new(u32::try_from(number).ok()?));
        number.map(Self).ok_or_else(|| D::Error::custom("expected a number from 1"))
    }
}

/// Fields with their patterns. A path that no message has is refused where it stands.
struct Conditions(Fields);

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Known(FieldPath);
        impl<'de> Deserialize<'de> for Known {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let path = FieldPath::deserialize(deserializer)?;
                known_anywhere(&path).map_err(D::Error::custom)?;
                Ok(Self(path))
            }
        }
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Fields;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("fields with their patterns, such as `{order.orderDescription: tea*}`")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Fields, M::Error> {
                let mut fields = Fields::new();
                while let Some((Known(path), pattern)) = map.next_entry::<Known, Pattern>()? {
                    fields.insert(path, pattern);
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(Read).map(Self)
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Times;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number from 1, or `always`")
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Times, E> {
                let number = u32::try_from(number).ok().and_then(NonZeroU32::new);
                number.map(Times::Limited).ok_or_else(|| E::custom("expected a number from 1, or `always`"))
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Times, E> {
                self.visit_u64(u64::try_from(number).unwrap_or(0))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Times, E> {
                // A number that was put in for a variable comes as a text.
                match text {
                    "always" => Ok(Times::Always),
                    number => number.parse().map_or_else(|_| self.visit_u64(0), |number| Ok(Times::Limited(number))),
                }
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Point {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains('T') {
            return WireTime::parse(&text).map(Self::At).map_err(D::Error::custom);
        }
        let read = StrDeserializer::<'_, D::Error>::new(&text);
        Span::deserialize(read).map(Self::After)
    }
}

impl<'de> Deserialize<'de> for Chance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = number(deserializer)?.and_then(|number| u8::try_from(number).ok());
        let chance = number.filter(|number| (1..=100).contains(number)).map(Self);
        chance.ok_or_else(|| D::Error::custom("no such chance: write a number from 1 to 100"))
    }
}
