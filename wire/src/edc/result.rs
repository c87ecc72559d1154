//! Results: how a command ended.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::{BusinessCode, CommandCode};
use super::object_writer::ObjectWriter;
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
    pub result_code: Cow<'static, str>,
    /// The same in words.
    #[serde(default)]
    pub result_message: Cow<'static, str>,
}

impl BusinessResult {
    /// The code of success.
    pub const SUCCESS: &'static str = "SUCCESS";

    /// Success.
    #[must_use]
    pub fn success() -> Self {
        Self { result_code: Cow::Borrowed(Self::SUCCESS), result_message: Cow::Borrowed("success") }
    }

    /// A failure with its own message.
    #[must_use]
    pub fn failure(code: BusinessCode) -> Self {
        Self { result_code: Cow::Borrowed(code.as_str()), result_message: Cow::Borrowed(code.message()) }
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
    pub issuer_code: Cow<'static, str>,
    /// `DEBIT`, `CREDIT` or `PREPAID`.
    pub funding: Cow<'static, str>,
    /// ISO 3166 two letters, or `GLOBAL`.
    pub payment_method_region: Cow<'static, str>,
    /// `CARD`, `CONNECT_WALLET` or `SAMSUNGPAY`.
    pub payment_method_type: Cow<'static, str>,
    /// The first eight digits; cards only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_bin: Option<Cow<'static, str>>,
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
        match &self.outcome {
            Outcome::Success(data) => Self::success_packet(&self.id, &self.command_name, data),
            Outcome::BusinessFailed(data) => ended(&self.id, &self.command_name, "businessFailed", |object| {
                object.object("responseData", |object| data.write(object));
            }),
            Outcome::CommandFailed { code, message } => {
                ended(&self.id, &self.command_name, "commandFailed", |object| {
                    object.text("errorCode", code.as_str());
                    object.text("errorMessage", message);
                })
            }
        }
    }

    /// The packet of a success whose data stays where it is.
    #[must_use]
    pub fn success_packet(id: &str, command_name: &str, data: &TransactionData) -> Packet {
        ended(id, command_name, "success", |object| object.object("responseData", |object| data.write(object)))
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

/// A result, and how it goes on after its outcome.
fn ended(id: &str, command_name: &str, outcome: &str, rest: impl FnOnce(&mut ObjectWriter<'_>)) -> Packet {
    Packet::written(Kind::Result, |object| {
        object.text("id", id);
        object.text("commandName", command_name);
        object.text("outcome", outcome);
        rest(object);
    })
}

impl TransactionData {
    /// Writes the fields as serde writes them: a test compares the two, and a field that is forgotten does not compile.
    fn write(&self, object: &mut ObjectWriter<'_>) {
        let Self {
            response_command,
            request_id,
            payment_amount,
            tax_amount,
            tip_amount,
            credit_pay_plan,
            result,
            acquirer_info,
            payment_result_info,
            extend_info,
        } = self;
        object.text_if_any("responseCommand", response_command.as_deref());
        object.text_if_any("requestId", request_id.as_deref());
        let amounts = [("paymentAmount", payment_amount), ("taxAmount", tax_amount), ("tipAmount", tip_amount)];
        for (name, amount) in amounts {
            if let Some(amount) = amount {
                object.object(name, |object| {
                    object.text("currency", &amount.currency);
                    object.text("value", &amount.value);
                });
            }
        }
        if let Some(plan) = credit_pay_plan {
            object.object("creditPayPlan", |object| object.text("installmentNum", &plan.installment_num));
        }
        object.object("result", |object| {
            object.text("resultCode", &result.result_code);
            object.text("resultMessage", &result.result_message);
        });
        if let Some(info) = acquirer_info {
            object.object("acquirerInfo", |object| info.write(object));
        }
        if let Some(info) = payment_result_info {
            object.object("paymentResultInfo", |object| info.write(object));
        }
        if let Some(notes) = extend_info {
            object.object("extendInfo", |object| notes.iter().for_each(|(name, note)| object.note(name, note)));
        }
    }
}

impl PaymentResultInfo {
    fn write(&self, object: &mut ObjectWriter<'_>) {
        object.text("issuerCode", &self.issuer_code);
        object.text("funding", &self.funding);
        object.text("paymentMethodRegion", &self.payment_method_region);
        object.text("paymentMethodType", &self.payment_method_type);
        object.text_if_any("cardBin", self.card_bin.as_deref());
        object.text_if_any("paymentMethodId", self.payment_method_id.as_deref());
    }
}

/// A result that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read result: {0}")]
pub struct ResultFault(String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A transaction with every field there is.
    fn full() -> Value {
        let amount = json!({"currency": "KRW", "value": "104"});
        json!({
            "responseCommand": "Purchase", "requestId": "R", "creditPayPlan": {"installmentNum": "0"},
            "paymentAmount": amount, "taxAmount": amount, "tipAmount": amount,
            "result": {"resultCode": "SUCCESS", "resultMessage": "m"},
            "acquirerInfo": {
                "acquirerTransactionId": "1", "acquirerTerminalId": "2", "acquirerRegistrationNo": "3",
                "acquirerMerchantId": "4", "acquirerApprovalNum": "5", "acquirerName": "6", "acquirerMetaData": "7",
                "acquirerResultCode": "8", "acquirerResultMessage": "정상승인", "notice": "9", "signData": "10",
            },
            "paymentResultInfo": {
                "issuerCode": "1", "funding": "2", "paymentMethodRegion": "3", "paymentMethodType": "4",
                "cardBin": "5", "paymentMethodId": "6",
            },
            "extendInfo": {"AD1": "note", "\"": "\n"},
        })
    }

    /// Every text in it, at any depth.
    fn texts(value: &mut Value) -> Vec<&mut Value> {
        match value {
            Value::Object(fields) => fields.values_mut().flat_map(texts).collect(),
            text => vec![text],
        }
    }

    /// What need not be there.
    const OPTIONAL: [&str; 12] = [
        "/responseCommand",
        "/requestId",
        "/paymentAmount",
        "/taxAmount",
        "/tipAmount",
        "/creditPayPlan",
        "/acquirerInfo",
        "/acquirerInfo/acquirerTransactionId",
        "/acquirerInfo/notice",
        "/paymentResultInfo",
        "/paymentResultInfo/cardBin",
        "/extendInfo",
    ];

    proptest! {
        #[test]
        fn a_result_is_written_as_serde_writes_it(
            changes in prop::collection::vec((any::<prop::sample::Index>(), ".{0,20}"), 0..4),
            gone in prop::sample::subsequence(&OPTIONAL, 0..4),
        ) {
            let mut value = full();
            for (at, text) in changes {
                let mut texts = texts(&mut value);
                let at = at.index(texts.len());
                *texts[at] = json!(text);
            }
            for pointer in gone {
                value.pointer_mut(pointer).map(Value::take);
            }
            let data: TransactionData = serde_json::from_value(value).unwrap();
            let packet = CommandResult::success_packet("1", "Purchase", &data);
            let head = r#"{"id":"1","commandName":"Purchase","outcome":"success","responseData":"#;
            let expected = format!("{head}{}}}", serde_json::to_string(&data).unwrap());
            prop_assert_eq!(String::from_utf8(packet.data.to_vec()).unwrap(), expected);
        }
    }

    #[test]
    fn a_full_transaction_has_every_field() {
        let data: TransactionData = serde_json::from_value(full()).unwrap();
        assert_eq!(json!(data).to_string().len(), full().to_string().len());
        assert!(!format!("{data:?}").contains("None"));
    }

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
    fn success_is_told_by_its_code() {
        let code = |code: &'static str| BusinessResult { result_code: code.into(), ..BusinessResult::success() };
        assert_eq!(json!(BusinessResult::success()), json!({"resultCode": "SUCCESS", "resultMessage": "success"}));
        assert!(BusinessResult::success().is_success());
        assert!(!code("success").is_success());
        let failure = BusinessResult::failure(BusinessCode::ALL[0]);
        assert_eq!((failure.result_code.as_ref(), failure.is_success()), (BusinessCode::ALL[0].as_str(), false));
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
