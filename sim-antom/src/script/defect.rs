//! The ways in which an answer or a notification may be wrong, for the faults that have several.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// What happens to a connection that is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Hangup {
    /// It is closed.
    #[default]
    Close,
    /// It stays open and silent.
    Silence,
    /// It is reset (RST).
    Reset,
}

/// What is wrong with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// Made with a key that is not Antom's.
    #[default]
    ForeignKey,
    /// There is none.
    Absent,
    /// Right, but then the body was changed.
    TamperedBody,
    /// Right, but then the time in the header was changed.
    OtherTime,
    /// Made for another path.
    OtherPath,
    /// Right, but the message is for another client id.
    OtherClient,
    /// No base64.
    Garbled,
    /// Nothing: Antom's own. For a forged notification whose content is changed.
    Valid,
}

/// Where a wrong value stands, beside the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Before it.
    #[default]
    First,
    /// After it.
    Last,
}

/// The same JSON in other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// Blanks and line feeds around it, and after each comma.
    #[default]
    Blanks,
    /// A byte order mark before it.
    Bom,
    /// Over several lines.
    Pretty,
    /// Slashes, and all that is not ASCII, as escapes.
    Escapes,
}

/// Headers that are unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Oddity {
    /// Their names are written Like-This.
    TitleCase,
    /// Their names are written LIKE-THIS.
    UpperCase,
    /// They come in the reverse order.
    Reversed,
    /// The signature has a blank after each comma.
    Blanks,
    /// The base64 of the signature is not percent-encoded.
    Unescaped,
    /// Each is there twice, the same.
    Twice,
    /// There are others whose names and values look alike.
    Others,
    /// No content-type.
    NoContentType,
    /// No response-time.
    NoResponseTime,
    /// No client-id.
    NoClientId,
    /// Another client-id than the one that was signed.
    WrongClientId,
}

/// An HTTP status that is no 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Status(pub u16);

impl Forgery {
    /// The word of the script.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::ForeignKey => "foreign-key",
            Self::Absent => "absent",
            Self::TamperedBody => "tampered-body",
            Self::OtherTime => "other-time",
            Self::OtherPath => "other-path",
            Self::OtherClient => "other-client",
            Self::Garbled => "garbled",
            Self::Valid => "valid",
        }
    }
}

impl Default for Status {
    fn default() -> Self {
        Self(502)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        let status = (300..=599).contains(&number).then_some(Self(number));
        status.ok_or_else(|| D::Error::custom(format!("the status is {number}; write one from 300 to 599")))
    }
}
