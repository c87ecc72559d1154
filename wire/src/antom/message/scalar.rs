//! Scalars that some write as JSON natives and some as texts: read either, write the native.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

/// A boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Flag(pub bool);

/// A whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Whole(pub u32);

/// A number with decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Decimal(pub Number);

impl FromStr for Decimal {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        text.parse().map(Self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl serde::de::Visitor<'_> for Reader {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_u64<E>(self, number: u64) -> Result<Decimal, E> {
                Ok(Decimal(number.into()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Decimal, E> {
                Ok(Decimal(number.into()))
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Decimal, E> {
                Number::from_f64(number).map(Decimal).ok_or_else(|| E::custom("a finite number is expected"))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl serde::de::Visitor<'_> for Reader {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E>(self, value: bool) -> Result<Flag, E> {
                Ok(Flag(value))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Flag, E> {
                text.parse().map(Flag).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl serde::de::Visitor<'_> for Reader {
            type Value = Whole;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Whole, E> {
                u32::try_from(number).map(Whole).map_err(|_| E::custom("a number below 4294967296 is expected"))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Whole, E> {
                text.parse().map(Whole).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_read_and_the_native_one_is_written() {
        for text in ["true", "\"true\""] {
            assert_eq!(serde_json::from_str::<Flag>(text).unwrap(), Flag(true));
        }
        for text in ["12", "\"12\""] {
            assert_eq!(serde_json::from_str::<Whole>(text).unwrap(), Whole(12));
        }
        for text in ["0.5", "\"0.5\""] {
            assert_eq!(serde_json::from_str::<Decimal>(text).unwrap(), "0.5".parse().unwrap());
        }
        let written = serde_json::to_string(&(Flag(false), Whole(3), "0.5".parse::<Decimal>().unwrap()));
        assert_eq!(written.unwrap(), "[false,3,0.5]");
        for text in ["\"half\"", "true"] {
            let error = serde_json::from_str::<Decimal>(text).unwrap_err().to_string();
            assert!(error.contains("expected a number"), "{error}");
        }
        let error = serde_json::from_str::<Whole>("\"x\"").unwrap_err().to_string();
        assert!(error.contains("expected a whole number"), "{error}");
        for text in ["\"yes\"", "1", "null"] {
            assert!(serde_json::from_str::<Flag>(text).is_err(), "{text}");
        }
        for text in ["-1", "1.5", "\"x\"", "4294967296"] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }
}
