//! What the terminal answers instead of what it would: the words of a script's `answers`.
//!
//! The list is a queue for each command, and for hello: an entry is taken by the next one it names. At once means that
//! nothing is carried out, so nothing is charged. In the end means that the command is carried out, with all that belongs
//! to it, and only its result is another: then a POS that believes "failed" loses the cardholder's money.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wire::edc::{BusinessCode, Charge, CommandCode, CommandName, InitCode};

/// What is answered instead, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub enum Instead {
    /// The answer to a hello.
    #[serde(rename = "hello")]
    Hello {
        /// One of three; INIT_SUCCESS lets a hello pass.
        code: InitCode,
    },
    /// The result of a Purchase.
    Purchase(Reply),
    /// The result of a PurchaseCancel.
    PurchaseCancel(Reply),
    /// The result of a GetLastTransaction.
    GetLastTransaction(Reply),
    /// The result of a CommandCancel.
    CommandCancel(Reply),
}

/// A failure, and when it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, try_from = "Written")]
pub struct Reply {
    /// The code.
    pub code: FailureCode,
    /// When. Default in-the-end for CommandInvalidResponse and CommandResponseTimeout, which tell of a command that was
    /// carried out; at-once for all others.
    pub when: When,
}

/// A code that ends a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCode {
    /// The command failed.
    Command(CommandCode),
    /// The payment failed.
    Business(BusinessCode),
}

/// Whether the command is carried out first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// It is not.
    AtOnce,
    /// It is, to its end.
    InTheEnd,
}

impl Instead {
    /// The failure, if it is about this command.
    pub(crate) fn reply_to(&self, name: CommandName) -> Option<Reply> {
        match (self, name) {
            (Self::Purchase(reply), CommandName::Purchase)
            | (Self::PurchaseCancel(reply), CommandName::PurchaseCancel)
            | (Self::GetLastTransaction(reply), CommandName::GetLastTransaction)
            | (Self::CommandCancel(reply), CommandName::CommandCancel) => Some(*reply),
            _ => None,
        }
    }
}

/// A reply as it is written.
#[derive(Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    code: FailureCode,
    when: Option<When>,
}

impl TryFrom<Written> for Reply {
    type Error = &'static str;
    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let told_in_the_end = matches!(written.code, FailureCode::Command(code) if code.charge() == Charge::Unknown);
        let when = written.when.unwrap_or(if told_in_the_end { When::InTheEnd } else { When::AtOnce });
        match (written.code, when) {
            (FailureCode::Business(_), When::InTheEnd) => {
                Err("a payment that was carried out has not failed: use `when: at-once`, or the host's `decline`")
            }
            (code, when) => Ok(Self { code, when }),
        }
    }
}

impl Serialize for FailureCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Command(code) => code.as_str(),
            Self::Business(code) => code.as_str(),
        })
    }
}

impl<'de> Deserialize<'de> for FailureCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let command = text.parse().map(Self::Command);
        command.or_else(|_| text.parse().map(Self::Business)).map_err(|_| D::Error::unknown_variant(&text, WORDS))
    }
}

impl schemars::JsonSchema for FailureCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FailureCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "description": "A code that ends a command.", "enum": WORDS})
    }
}

/// Every code that ends a command; a test compares it with the two tables.
const WORDS: &[&str] = &[
    "CommandInvalidResponse",
    "CommandResponseTimeout",
    "CommandNotSupport",
    "CommandDeviceBusy",
    "CommandParamError",
    "CommandInvalid",
    "REPEAT_REQ_REJECT",
    "INVALID_CONTRACT",
    "ACCESS_DENIED",
    "PROCESS_FAIL",
    "PARAM_ILLEGAL",
    "ORDER_STATUS_INVALID",
    "ORDER_IS_CANCELED",
    "USER_AMOUNT_EXCEED_LIMIT",
    "USER_BALANCE_NOT_ENOUGH",
    "INVALID_CARD_NUMBER",
    "IDENTITY_VERIFY_FAILED",
    "UNKNOWN",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Instead, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_words_are_the_two_tables() {
        let commands = CommandCode::ALL.iter().map(|code| code.as_str());
        let all: Vec<_> = commands.chain(BusinessCode::ALL.iter().map(|code| code.as_str())).collect();
        assert_eq!(WORDS, all);
    }

    #[test]
    fn what_tells_of_a_command_that_was_carried_out_comes_in_the_end() {
        for word in WORDS {
            let Ok(Instead::Purchase(reply)) = read(&format!("Purchase: {{code: {word}}}")) else { panic!("{word}") };
            let end = matches!(*word, "CommandInvalidResponse" | "CommandResponseTimeout");
            assert_eq!(reply.when == When::InTheEnd, end, "{word}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, word) in [
            ("hello: {code: CommandInvalid}", "CommandInvalid"),
            ("Purchase: {code: INIT_FAILED}", "INIT_FAILED"),
            ("Purchase: {code: SUCCESS}", "SUCCESS"),
            ("Purchase: {code: UNKNOWN, when: in-the-end}", "decline"),
            ("Purchase: {code: UNKNOWN, whenever: at-once}", "whenever"),
            ("Refund: {code: UNKNOWN}", "Refund"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
    }
}
