//! Commands: what a POS asks of the terminal, parsed so that what is left is only what can be obeyed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::packet::{Kind, Packet};
use super::purchase::{PurchaseCancelRequest, PurchaseRequest, SIGNATURE_ABOVE_KRW};
use super::shape::{ShapeError, shape_errors};
use super::usual;

/// One invocation of a command. The id is the caller's own, 1 to 64 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Names this invocation; results and events carry it.
    pub id: String,
    /// What is asked.
    pub command: Command,
}

/// A command with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Take a payment.
    Purchase(PurchaseRequest),
    /// Give a payment back, whole.
    PurchaseCancel(PurchaseCancelRequest),
    /// Say how the most recent transaction ended.
    GetLastTransaction,
    /// Stop the payment that waits for a card.
    CommandCancel,
}

/// The four documented names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[expect(missing_docs, reason = "the provider's own names")]
pub enum CommandName {
    Purchase,
    PurchaseCancel,
    GetLastTransaction,
    CommandCancel,
}

impl CommandName {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Purchase, Self::PurchaseCancel, Self::GetLastTransaction, Self::CommandCancel];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "Purchase",
            Self::PurchaseCancel => "PurchaseCancel",
            Self::GetLastTransaction => "GetLastTransaction",
            Self::CommandCancel => "CommandCancel",
        }
    }

    /// Whether it moves money.
    #[must_use]
    pub const fn is_financial(self) -> bool {
        matches!(self, Self::Purchase | Self::PurchaseCancel)
    }
}

impl fmt::Display for CommandName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CommandName {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(())
    }
}

/// How long the caller waits for a result: 95 s, or 115 s when a signature may be asked for; 85 s; 5 s; 5 s.
#[must_use]
pub const fn caller_timeout(name: CommandName, won: u64) -> Duration {
    Duration::from_secs(match name {
        CommandName::Purchase if won > SIGNATURE_ABOVE_KRW => 115,
        CommandName::Purchase => 95,
        CommandName::PurchaseCancel => 85,
        CommandName::GetLastTransaction | CommandName::CommandCancel => 5,
    })
}

impl Command {
    /// The documented name.
    #[must_use]
    pub const fn name(&self) -> CommandName {
        match self {
            Self::Purchase(_) => CommandName::Purchase,
            Self::PurchaseCancel(_) => CommandName::PurchaseCancel,
            Self::GetLastTransaction => CommandName::GetLastTransaction,
            Self::CommandCancel => CommandName::CommandCancel,
        }
    }
}

impl Invocation {
    /// Reads a command packet's data; what is no object is one without fields.
    ///
    /// # Errors
    /// As [`Invocation::parse`].
    pub fn read(packet: &Packet) -> Result<Self, CommandFault> {
        match usual::purchase(&packet.data) {
            Some(invocation) => Ok(invocation),
            None => Self::parse(&packet.json().unwrap_or_default()),
        }
    }

    /// Reads a command packet's object.
    ///
    /// # Errors
    /// An unknown name, or a shape that differs from the documented one; with the id where one could be read, so that
    /// the terminal can answer.
    pub fn parse(object: &Map<String, Value>) -> Result<Self, CommandFault> {
        let id = match object.get("id") {
            Some(Value::String(id)) if is_id(id) => id.clone(),
            _ => return Err(CommandFault::id()),
        };
        let written = match object.get("commandName") {
            Some(Value::String(name)) => name.clone(),
            _ => return Err(CommandFault { id, name: String::new(), problem: CommandProblem::NoName }),
        };
        let Ok(name) = written.parse() else {
            return Err(CommandFault { id, name: written, problem: CommandProblem::UnknownName });
        };
        let fault = |problem| CommandFault { id: id.clone(), name: written.clone(), problem };
        let empty = json!({});
        let parameters = match object.get("commandRequestParams") {
            None | Some(Value::Null) => &empty,
            Some(object @ Value::Object(_)) => object,
            Some(_) => {
                return Err(fault(CommandProblem::Parameters("commandRequestParams must be an object".to_owned())));
            }
        };
        let options = object.get("options").filter(|options| !options.is_null());
        if options.is_some_and(|options| !options.as_object().is_some_and(|map| map.values().all(Value::is_string))) {
            return Err(fault(CommandProblem::Parameters("options must be an object of texts".to_owned())));
        }
        let table = match name {
            CommandName::Purchase => PurchaseRequest::SHAPE,
            CommandName::PurchaseCancel => PurchaseCancelRequest::SHAPE,
            CommandName::GetLastTransaction | CommandName::CommandCancel => &[],
        };
        if let Some(error) = shape_errors(parameters, table).into_iter().next() {
            return Err(fault(CommandProblem::Shape(error)));
        }
        // The table has vouched for the fields it lists; what the types still refuse is told in serde's words.
        let unfit = |error: serde_json::Error| fault(CommandProblem::Parameters(error.to_string()));
        let command = match name {
            CommandName::Purchase => Command::Purchase(PurchaseRequest::deserialize(parameters).map_err(unfit)?),
            CommandName::PurchaseCancel => {
                Command::PurchaseCancel(PurchaseCancelRequest::deserialize(parameters).map_err(unfit)?)
            }
            CommandName::GetLastTransaction => Command::GetLastTransaction,
            CommandName::CommandCancel => Command::CommandCancel,
        };
        Ok(Self { id, command })
    }

    /// The packet that carries it.
    #[must_use]
    pub fn packet(&self) -> Packet {
        let parameters = match &self.command {
            Command::Purchase(request) => json!(request),
            Command::PurchaseCancel(request) => json!(request),
            Command::GetLastTransaction | Command::CommandCancel => json!({}),
        };
        let object = json!({
            "id": self.id,
            "commandName": self.command.name().as_str(),
            "commandRequestParams": parameters,
            "options": {},
        });
        Packet::new(Kind::Command, &object)
    }
}

/// Whether a text can name an invocation.
pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.chars().count())
}

/// A command that cannot be obeyed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read command {name:?} (id {id:?}): {problem}")]
pub struct CommandFault {
    /// The invocation's id, empty when it could not be read.
    pub id: String,
    /// The name as written, empty when it could not be read.
    pub name: String,
    /// What is wrong.
    pub problem: CommandProblem,
}

impl CommandFault {
    fn id() -> Self {
        Self { id: String::new(), name: String::new(), problem: CommandProblem::Id }
    }
}

/// What is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandProblem {
    /// No usable id.
    #[error("the field id must be a text of 1 to 64 characters")]
    Id,
    /// No name.
    #[error("the field commandName must be a text")]
    NoName,
    /// None of the four names: CommandNotSupport.
    #[error("not one of Purchase, PurchaseCancel, GetLastTransaction, CommandCancel")]
    UnknownName,
    /// A field of the wrong shape: CommandParamError.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The parameters are no object or do not fit: CommandParamError.
    #[error("{0}")]
    Parameters(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn purchase() -> Value {
        json!({
            "id": "1", "commandName": "Purchase", "options": {},
            "commandRequestParams": {
                "requestId": "R-1",
                "paymentAmount": {"value": "104", "currency": "KRW"},
                "tipAmount": {"value": "0", "currency": "KRW"},
                "creditPayPlan": {"installmentNum": "0"},
                "acquirerInfo": {"acquirerTerminalId": "T1", "acquirerRegistrationNo": "1234567890"}
            }
        })
    }

    #[test]
    fn a_command_reads_back_as_it_was_written() {
        let invocation = Invocation::parse(&object(purchase())).unwrap();
        assert_eq!(Invocation::parse(&invocation.packet().json().unwrap()), Ok(invocation));
    }

    #[test]
    fn two_commands_move_money() {
        let moving: Vec<_> =
            CommandName::ALL.into_iter().filter(|name| name.is_financial()).map(|n| n.to_string()).collect();
        assert_eq!(moving, ["Purchase", "PurchaseCancel"]);
    }

    #[test]
    fn a_number_for_a_string_is_named() {
        let mut value = purchase();
        value["commandRequestParams"]["paymentAmount"]["value"] = json!(104);
        let fault = Invocation::parse(&object(value)).unwrap_err();
        assert_eq!(fault.problem.to_string(), "the field paymentAmount.value must be a JSON string, but is a number");
        assert_eq!(fault.id, "1");
    }

    #[test]
    fn an_unknown_name_is_told_apart_from_wrong_parameters() {
        let fault = Invocation::parse(&object(json!({"id": "1", "commandName": "Refund"}))).unwrap_err();
        assert_eq!(fault.problem, CommandProblem::UnknownName);
        let fault =
            Invocation::parse(&object(json!({"id": "1", "commandName": "Purchase", "commandRequestParams": []})))
                .unwrap_err();
        assert!(matches!(fault.problem, CommandProblem::Parameters(_)));
    }

    #[test]
    fn options_are_texts_or_absent() {
        for (options, fits) in [
            (json!({"any": "text"}), true),
            (Value::Null, true),
            (json!([]), false),
            (json!("x"), false),
            (json!({"n": 1}), false),
            (json!({"o": {}}), false),
        ] {
            let mut value = purchase();
            value["options"] = options;
            assert_eq!(Invocation::parse(&object(value.clone())).is_ok(), fits, "{value}");
        }
        let mut value = object(purchase());
        value.remove("options");
        assert!(Invocation::parse(&value).is_ok());
    }

    #[test]
    fn an_id_has_one_to_64_characters() {
        for id in [json!(""), json!("x".repeat(65)), json!(7), Value::Null] {
            let fault = Invocation::parse(&object(json!({"id": id, "commandName": "CommandCancel"}))).unwrap_err();
            assert_eq!(fault.problem, CommandProblem::Id);
        }
    }
}
