//! Results: how a command ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::{BusinessCode, CommandCode};
use super::packet::{Kind, Packet};
use super::purchase::{AcquirerInfo, CreditPayPlan};
use crate::money::Amount;

/// The final result of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandResult {
    /// The invocation it ends.
    pub id: String,
    /// The command's name as the caller wrote it.
    pub command_name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The command and the payment succeeded.
    Success(Box<TransactionData>),
    /// The command was carried out, the payment failed; `result.resultCode` says why.
    BusinessFailed(Box<TransactionData>),
    /// The command itself failed.
    CommandFailed {
        /// Why.
        code: CommandCode,
        /// The same in words.
        message: String,
    },
}

/// `responseData`: a transaction as the terminal tells it. Which fields are there depends on the command and outcome.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct TransactionData {
    /// Only in the answer to GetLastTransaction: the command whose shape this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip_amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_pay_plan: Option<CreditPayPlan>,
    pub result: BusinessResult,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_info: Option<AcquirerInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_result_info: Option<PaymentResultInfo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extend_info: Option<BTreeMap<String, String>>,
}

/// `result`: the code that decides.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BusinessResult {
    /// `SUCCESS`, or one of [`BusinessCode`].
    pub result_code: String,
    /// The same in words.
    #[serde(default)]
    pub result_message: String,
}

impl BusinessResult {
    /// The code of success.
    pub const SUCCESS: &'static str = "SUCCESS";

    /// Success.
    #[must_use]
    pub fn success() -> Self {
        Self { result_code: Self::SUCCESS.to_owned(), result_message: "success".to_owned() }
    }

    /// A failure with its own message.
    #[must_use]
    pub fn failure(code: BusinessCode) -> Self {
        Self { result_code: code.as_str().to_owned(), result_message: code.message().to_owned() }
    }

    /// Whether the payment succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.result_code == Self::SUCCESS
    }
}

/// How the cardholder paid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct PaymentResultInfo {
    pub issuer_code: String,
    /// `DEBIT`, `CREDIT` or `PREPAID`.
    pub funding: String,
    /// ISO 3166 two letters, or `GLOBAL`.
    pub payment_method_region: String,
    /// `CARD`, `CONNECT_WALLET` or `SAMSUNGPAY`.
    pub payment_method_type: String,
    /// The first eight digits; cards only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_bin: Option<String>,
    /// The barcode; wallets only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_method_id: Option<String>,
}

impl CommandResult {
    /// A command that failed, with the code's own message.
    #[must_use]
    pub fn command_failed(id: &str, command_name: &str, code: CommandCode) -> Self {
        let outcome = Outcome::CommandFailed { code, message: code.message().to_owned() };
        Self { id: id.to_owned(), command_name: command_name.to_owned(), outcome }
    }

    /// The packet that carries it.
    #[must_use]
    pub fn packet(&self) -> Packet {
        let (id, command_name) = (self.id.as_str(), self.command_name.as_str());
        let blank = OnWire { id, command_name, ..OnWire::default() };
        let object = match &self.outcome {
            Outcome::Success(data) => OnWire { outcome: "success", response_data: Some(data), ..blank },
            Outcome::BusinessFailed(data) => OnWire { outcome: "businessFailed", response_data: Some(data), ..blank },
            Outcome::CommandFailed { code, message } => OnWire {
                outcome: "commandFailed",
                error_code: Some(code.as_str()),
                error_message: Some(message),
                ..blank
            },
        };
        Packet::new(Kind::Result, &object)
    }

    /// The packet of a success whose data stays where it is.
    #[must_use]
    pub fn success_packet(id: &str, command_name: &str, data: &TransactionData) -> Packet {
        let success = OnWire { id, command_name, outcome: "success", response_data: Some(data), ..OnWire::default() };
        Packet::new(Kind::Result, &success)
    }

    /// Reads a result packet's object, as a POS does: fields it does not know are let pass, what is missing is empty.
    ///
    /// # Errors
    /// No known outcome, or data of another shape.
    pub fn parse(object: &Map<String, Value>) -> Result<Self, ResultFault> {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let data = || -> Result<Box<TransactionData>, ResultFault> {
            let value = object.get("responseData").unwrap_or(&Value::Null);
            TransactionData::deserialize(value).map(Box::new).map_err(|error| ResultFault(error.to_string()))
        };
        let outcome = match text("outcome").as_str() {
            "success" => Outcome::Success(data()?),
            "businessFailed" => Outcome::BusinessFailed(data()?),
            "commandFailed" => {
                let code = text("errorCode");
                let code = code.parse().map_err(|_| ResultFault(format!("unknown errorCode {code:?}")))?;
                Outcome::CommandFailed { code, message: text("errorMessage") }
            }
            other => {
                return Err(ResultFault(format!("unknown outcome {:?}", other.chars().take(64).collect::<String>())));
            }
        };
        Ok(Self { id: text("id"), command_name: text("commandName"), outcome })
    }
}

/// A result as it is written.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct OnWire<'a> {
    id: &'a str,
    command_name: &'a str,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_data: Option<&'a TransactionData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
}

/// A result that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read result: {0}")]
pub struct ResultFault(String);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_result_reads_back_as_it_was_written() {
        let data = TransactionData {
            request_id: Some("R".to_owned()),
            result: BusinessResult::success(),
            ..TransactionData::default()
        };
        for outcome in [
            Outcome::Success(Box::new(data.clone())),
            Outcome::BusinessFailed(Box::new(data)),
            Outcome::CommandFailed { code: CommandCode::DeviceBusy, message: "busy".to_owned() },
        ] {
            let result = CommandResult { id: "1".to_owned(), command_name: "Purchase".to_owned(), outcome };
            assert_eq!(CommandResult::parse(&result.packet().json().unwrap()), Ok(result));
        }
    }

    #[test]
    fn a_success_has_one_form_on_the_wire() {
        let data = TransactionData { result: BusinessResult::success(), ..TransactionData::default() };
        let packet = CommandResult::success_packet("1", "Purchase", &data);
        let outcome = Outcome::Success(Box::new(data));
        let result = CommandResult { id: "1".to_owned(), command_name: "Purchase".to_owned(), outcome };
        assert_eq!(packet, result.packet());
    }

    #[test]
    fn an_unknown_outcome_is_an_error_not_a_guess() {
        for value in [
            json!({}),
            json!({"outcome": "done"}),
            json!({"outcome": "success"}),
            json!({"outcome": "commandFailed", "errorCode": "X"}),
        ] {
            assert!(CommandResult::parse(value.as_object().unwrap()).is_err(), "{value}");
        }
    }
}
