//! What a scenario expects in the end, beside every rule.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use wire::antom::Operation;
use wire::edc::CommandName;

use crate::driver::OrderState;

/// An expectation.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expectation {
    /// How orders stand, as the integration says: `order: {A: paid}`.
    Order(BTreeMap<String, OrderState>),
    /// The same where several ends are right: `one-of: {A: [cancelled, failed]}`.
    OneOf(BTreeMap<String, Vec<OrderState>>),
    /// What a terminal or gateway took for an order: `charged: {A: "10400", times: 1}`.
    Charged(Charged),
    /// How often a command came from the POS: `sent: {command: Purchase, times: 1}`.
    Sent(Sent),
    /// How often an operation was called: `called: {operation: pay, at-least: 2}`.
    Called(Called),
    /// How many deliveries of notifications were acknowledged: `acknowledged: {times: 8}`.
    Acknowledged(Count),
    /// How often the terminal had to send a result again: `resent: {times: 0}`.
    Resent(Count),
}

/// Money that was taken for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// The order.
    pub order: String,
    /// How much each time, in minor units of the order's currency.
    pub value: String,
    /// How often. Default 1.
    pub times: u32,
}

impl<'de> Deserialize<'de> for Charged {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Charged;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an order with its value, and times, such as {A: \"10400\", times: 1}")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Charged, M::Error> {
                let mut order = None;
                let mut times = 1;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "times" {
                        times = map.next_value()?;
                    } else if order.is_some() {
                        return Err(M::Error::custom("one order at a time: write another `- charged:` for the next"));
                    } else {
                        order = Some((key, map.next_value::<String>()?));
                    }
                }
                let (order, value) =
                    order.ok_or_else(|| M::Error::custom("name an order and its value, such as {A: \"10400\"}"))?;
                Ok(Charged { order, value, times })
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for Charged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry(&self.order, &self.value)?;
        map.serialize_entry("times", &self.times)?;
        map.end()
    }
}

impl schemars::JsonSchema for Charged {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Charged".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An order with its value in minor units, and how often: {A: \"10400\", times: 1}.",
            "type": "object",
            "properties": {"times": {"description": "How often. Default 1.", "type": "integer", "minimum": 0}},
            "additionalProperties": {"type": ["string", "integer"], "pattern": "^[0-9]{1,16}$", "minimum": 0},
            "minProperties": 1,
            "maxProperties": 2,
        })
    }
}

/// How often a command came.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sent {
    /// The command.
    pub command: CommandName,
    /// Exactly.
    pub times: Option<u32>,
    /// At least.
    pub at_least: Option<u32>,
    /// At most.
    pub at_most: Option<u32>,
}

/// How often an operation was called.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Called {
    /// The operation.
    pub operation: Operation,
    /// Exactly.
    pub times: Option<u32>,
    /// At least.
    pub at_least: Option<u32>,
    /// At most.
    pub at_most: Option<u32>,
}

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Count {
    /// Exactly.
    pub times: Option<u32>,
    /// At least.
    pub at_least: Option<u32>,
    /// At most.
    pub at_most: Option<u32>,
}

impl Count {
    /// Whether a number is as expected.
    #[must_use]
    pub fn fits(&self, number: usize) -> bool {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.times.is_none_or(|n| number == n)
            && self.at_least.is_none_or(|n| number >= n)
            && self.at_most.is_none_or(|n| number <= n)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [(self.times, "exactly"), (self.at_least, "at least"), (self.at_most, "at most")];
        let words: Vec<_> = parts.iter().filter_map(|(n, word)| n.map(|n| format!("{word} {n}"))).collect();
        f.write_str(if words.is_empty() { "any number" } else { "" })?;
        f.write_str(&words.join(" and "))
    }
}

impl Sent {
    /// The number that is expected.
    #[must_use]
    pub const fn count(&self) -> Count {
        Count { times: self.times, at_least: self.at_least, at_most: self.at_most }
    }
}

impl Called {
    /// The number that is expected.
    #[must_use]
    pub const fn count(&self) -> Count {
        Count { times: self.times, at_least: self.at_least, at_most: self.at_most }
    }
}
