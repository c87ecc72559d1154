//! Codes that calls are answered with instead of being carried out.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wire::antom::Operation;
use wire::suggest;

use super::rule::What;
use super::topic::Topic;

/// A scripted answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// The operation that is answered.
    pub on: Operation,
    /// The code, with its documented status and message. SUCCESS stands for a call that is carried out.
    pub code: Code,
}

/// A result code that is documented for some operation of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub &'static wire::antom::CodeLine);

impl What for Answer {
    fn topics(&self) -> Vec<Topic> {
        vec![Topic::Call(self.on)]
    }
}

impl Code {
    pub(super) fn named(code: &str) -> Option<Self> {
        wire::antom::find_anywhere(code).map(Self)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::named(&text).ok_or_else(|| {
            let known = Operation::ALL.into_iter().flat_map(wire::antom::codes).chain(wire::antom::PAYMENT_RESULT_CODE);
            let text: String = text.chars().take(64).collect();
            let help = suggest::nearest(&text, known.map(|line| line.code)).map_or_else(
                || "docs/gateway-codes.md lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            D::Error::custom(format!("unknown result code `{text}`; {help}"))
        })
    }
}
