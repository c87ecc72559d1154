//! A piece of JSON, kept byte for byte: what was sent and may be sent again, and what was told.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

/// JSON as it was written. Orders are copied often, so that a copy costs nothing.
#[derive(Debug, Clone)]
pub(crate) struct JsonText(Arc<RawValue>);

impl JsonText {
    /// A value written; one that cannot be is null.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        to_raw_value(value).map_or_else(|_| Self::default(), |text| Self(text.into()))
    }

    /// The same with other bytes, for mistakes. What would be no JSON any more stays as it is.
    pub(crate) fn changed(&self, change: impl FnOnce(&str) -> String) -> Self {
        RawValue::from_string(change(self.as_str())).map_or_else(|_| self.clone(), |text| Self(text.into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.get()
    }

    /// What it says, or nothing where it says something else.
    pub(crate) fn read<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_str(self.as_str()).unwrap_or_default()
    }
}

impl Default for JsonText {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned().into())
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|text| Self(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_and_read_again_byte_for_byte() {
        let text = r#"{"a": 1.0, "b":[ "x\u00e9" ]}"#;
        let json: JsonText = serde_json::from_str(text).unwrap();
        assert_eq!((json.as_str(), serde_json::to_string(&json).unwrap().as_str()), (text, text));
        assert_eq!(json.read::<serde_json::Value>()["b"][0], "xé");
    }

    #[test]
    fn a_change_that_leaves_no_json_is_none() {
        let json = JsonText::of(&[1]);
        assert_eq!(json.changed(|text| text.replace('1', "2")).as_str(), "[2]");
        assert_eq!(json.changed(|_| "[".to_owned()).as_str(), "[1]");
    }
}
