//! Purchase and PurchaseCancel: what the POS sends, and what the terminal makes of it.
//!
//! Two steps, because they fail differently: the *shape* (a missing field, a number for a string) is CommandParamError,
//! the *meaning* (a zero amount, a foreign currency) is PARAM_ILLEGAL. A [`Sale`] that exists has passed both.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::object_writer::ObjectWriter;
use super::shape::{Need, ShapeField};
use crate::money::{Amount, Currency, Money};

/// A signature is taken above this many won; exactly this amount needs none.
pub const SIGNATURE_ABOVE_KRW: u64 = 50_000;

/// Seconds the terminal waits for a card when the POS sends no paymentExpiryTime.
const DEFAULT_EXPIRY: Duration = Duration::from_secs(30);

/// The parameters of a Purchase command. All texts, as on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseRequest {
    /// The merchant's transaction number, unique for ever.
    pub request_id: String,
    /// The total, in won.
    pub payment_amount: Amount,
    /// VAT inside the total; the terminal computes it when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tax_amount: Option<Amount>,
    /// The service fee, `"0"` when there is none.
    pub tip_amount: Amount,
    /// Instalments.
    pub credit_pay_plan: CreditPayPlan,
    /// Seconds to wait for the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_expiry_time: Option<String>,
    /// Which terminal id and business number to pay through.
    pub acquirer_info: AcquirerInfo,
}

/// The parameters of a PurchaseCancel command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseCancelRequest {
    /// A new transaction number of its own.
    pub request_id: String,
    /// The original's total.
    pub payment_amount: Amount,
    /// The original's tip.
    pub tip_amount: Amount,
    /// The original's instalments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_pay_plan: Option<CreditPayPlan>,
    /// `acquirerMetaData` must be exactly what the Purchase returned.
    pub acquirer_info: AcquirerInfo,
}

/// Instalments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreditPayPlan {
    /// `"0"` is a lump sum.
    pub installment_num: String,
}

/// What the acquirer knows the transaction by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(missing_docs, reason = "the provider's own field names")]
pub struct AcquirerInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_transaction_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_terminal_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_registration_no: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_merchant_id: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_approval_num: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_name: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_meta_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_result_code: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquirer_result_message: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<Cow<'static, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_data: Option<String>,
}

impl AcquirerInfo {
    /// Writes the fields as serde writes them; `result.rs` compares the two.
    pub(super) fn write(&self, object: &mut ObjectWriter<'_>) {
        object.text_if_any("acquirerTransactionId", self.acquirer_transaction_id.as_deref());
        object.text_if_any("acquirerTerminalId", self.acquirer_terminal_id.as_deref());
        object.text_if_any("acquirerRegistrationNo", self.acquirer_registration_no.as_deref());
        object.text_if_any("acquirerMerchantId", self.acquirer_merchant_id.as_deref());
        object.text_if_any("acquirerApprovalNum", self.acquirer_approval_num.as_deref());
        object.text_if_any("acquirerName", self.acquirer_name.as_deref());
        object.text_if_any("acquirerMetaData", self.acquirer_meta_data.as_deref());
        object.text_if_any("acquirerResultCode", self.acquirer_result_code.as_deref());
        object.text_if_any("acquirerResultMessage", self.acquirer_result_message.as_deref());
        object.text_if_any("notice", self.notice.as_deref());
        object.text_if_any("signData", self.sign_data.as_deref());
    }
}

impl PurchaseRequest {
    /// The shape of the parameters, after the documented table.
    pub const SHAPE: &'static [ShapeField] = &[
        ("requestId", Need::Required),
        ("paymentAmount.value", Need::Required),
        ("paymentAmount.currency", Need::Required),
        ("taxAmount.value", Need::Optional),
        ("taxAmount.currency", Need::Optional),
        ("tipAmount.value", Need::Required),
        ("tipAmount.currency", Need::Required),
        ("creditPayPlan.installmentNum", Need::Required),
        ("paymentExpiryTime", Need::Optional),
        ("acquirerInfo.acquirerTerminalId", Need::Required),
        ("acquirerInfo.acquirerRegistrationNo", Need::Required),
    ];

    /// Reads the meaning: the second half of parsing.
    ///
    /// # Errors
    /// The first parameter that is illegal, with the reason for the log.
    pub fn sale(&self) -> Result<Sale, IllegalParameter> {
        let request_id = length("requestId", &self.request_id, 1, 64)?;
        let total = won("paymentAmount", &self.payment_amount)?;
        if total.minor == 0 || total.minor > 999_999_999 {
            return Err(IllegalParameter::new("paymentAmount.value", "must be positive and have at most nine digits"));
        }
        let tax = self.tax_amount.as_ref().map(|tax| won("taxAmount", tax)).transpose()?;
        if tax.is_some_and(|tax| tax.minor > total.minor) {
            return Err(IllegalParameter::new(
                "taxAmount.value",
                "must not be larger than the total that it is part of",
            ));
        }
        let tip = won("tipAmount", &self.tip_amount)?;
        let installments: u8 = match self.credit_pay_plan.installment_num.parse() {
            Ok(n @ (0 | 2..=12)) if n == 0 || total.minor >= SIGNATURE_ABOVE_KRW => n,
            _ => {
                return Err(IllegalParameter::new(
                    "creditPayPlan.installmentNum",
                    "must be 0, or 2 to 12 from 50,000 won",
                ));
            }
        };
        let expiry = match &self.payment_expiry_time {
            None => DEFAULT_EXPIRY,
            Some(text) => match text.parse() {
                Ok(seconds @ 1..=240) => Duration::from_secs(seconds),
                _ => return Err(IllegalParameter::new("paymentExpiryTime", "must be 1 to 240 seconds")),
            },
        };
        let terminal_id = self.acquirer_info.acquirer_terminal_id.as_deref().unwrap_or_default();
        let terminal_id = length("acquirerInfo.acquirerTerminalId", terminal_id, 1, 64)?;
        let registration_no = self.acquirer_info.acquirer_registration_no.as_deref().unwrap_or_default();
        let registration_no = length("acquirerInfo.acquirerRegistrationNo", registration_no, 10, 10)?;
        Ok(Sale { request_id, total, tax, tip, installments, expiry, terminal_id, registration_no })
    }
}

impl PurchaseCancelRequest {
    /// The shape of the parameters, after the documented table.
    pub const SHAPE: &'static [ShapeField] = &[
        ("requestId", Need::Required),
        ("paymentAmount.value", Need::Required),
        ("paymentAmount.currency", Need::Required),
        ("tipAmount.value", Need::Required),
        ("tipAmount.currency", Need::Required),
        ("acquirerInfo.acquirerMetaData", Need::Required),
        ("acquirerInfo.acquirerTerminalId", Need::Optional),
        ("acquirerInfo.acquirerRegistrationNo", Need::Optional),
        ("creditPayPlan.installmentNum", Need::Optional),
    ];
}

/// A purchase that makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// 1 to 64 characters.
    pub request_id: String,
    /// The total, 1 to 999,999,999 won.
    pub total: Money,
    /// VAT as the POS sent it, if it did.
    pub tax: Option<Money>,
    /// The tip.
    pub tip: Money,
    /// 0 for a lump sum, else 2 to 12 months.
    pub installments: u8,
    /// How long the terminal waits for a card.
    pub expiry: Duration,
    /// The terminal id to pay through.
    pub terminal_id: String,
    /// The business number, ten characters.
    pub registration_no: String,
}

impl Sale {
    /// Whether a card payment of this amount needs a signature.
    #[must_use]
    pub const fn needs_signature(&self) -> bool {
        self.total.minor > SIGNATURE_ABOVE_KRW
    }

    /// VAT inside the total: what the POS sent, else an eleventh, half up.
    #[must_use]
    pub fn tax_or_computed(&self) -> Money {
        self.tax.unwrap_or_else(|| Money::krw((self.total.minor * 2 + 11) / 22))
    }
}

/// A parameter of the right shape that makes no sense: PARAM_ILLEGAL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parameter {path} {problem}")]
pub struct IllegalParameter {
    /// Dotted path.
    pub path: &'static str,
    /// What is wrong, for the log.
    pub problem: String,
}

impl IllegalParameter {
    fn new(path: &'static str, problem: &str) -> Self {
        Self { path, problem: problem.to_owned() }
    }
}

fn won(path: &'static str, amount: &Amount) -> Result<Money, IllegalParameter> {
    match Money::parse(&amount.currency, &amount.value) {
        Ok(money) if money.currency == Currency::KRW => Ok(money),
        Ok(money) => Err(IllegalParameter { path, problem: format!("must be in KRW, not {}", money.currency) }),
        Err(error) => Err(IllegalParameter { path, problem: format!("is no amount: {error}") }),
    }
}

fn length(path: &'static str, text: &str, least: usize, most: usize) -> Result<String, IllegalParameter> {
    let count = text.chars().count();
    if (least..=most).contains(&count) {
        Ok(text.to_owned())
    } else {
        Err(IllegalParameter { path, problem: format!("must have {least} to {most} characters, has {count}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(value: &str) -> PurchaseRequest {
        let krw = |value: &str| Amount { currency: "KRW".to_owned(), value: value.to_owned() };
        PurchaseRequest {
            request_id: "R-1".to_owned(),
            payment_amount: krw(value),
            tax_amount: None,
            tip_amount: krw("0"),
            credit_pay_plan: CreditPayPlan { installment_num: "0".to_owned() },
            payment_expiry_time: None,
            acquirer_info: AcquirerInfo {
                acquirer_terminal_id: Some("T1".to_owned()),
                acquirer_registration_no: Some("1234567890".to_owned()),
                ..AcquirerInfo::default()
            },
        }
    }

    #[test]
    fn tax_is_an_eleventh_half_up_when_the_pos_sends_none() {
        for (total, tax) in [("104", 9), ("50001", 4546), ("1", 0), ("10400", 945)] {
            assert_eq!(request(total).sale().unwrap().tax_or_computed().minor, tax, "{total}");
        }
    }

    #[test]
    fn exactly_fifty_thousand_needs_no_signature() {
        assert!(!request("50000").sale().unwrap().needs_signature());
        assert!(request("50001").sale().unwrap().needs_signature());
    }

    #[test]
    fn illegal_parameters_are_named() {
        let path = |change: fn(&mut PurchaseRequest)| {
            let mut request = request("50000");
            change(&mut request);
            request.sale().unwrap_err().path
        };
        assert_eq!(path(|r| r.payment_amount.value = "0".to_owned()), "paymentAmount.value");
        assert_eq!(path(|r| r.payment_amount.value = "1000000000".to_owned()), "paymentAmount.value");
        assert_eq!(path(|r| r.payment_amount.currency = "USD".to_owned()), "paymentAmount");
        assert_eq!(path(|r| r.request_id = String::new()), "requestId");
        assert_eq!(path(|r| r.credit_pay_plan.installment_num = "1".to_owned()), "creditPayPlan.installmentNum");
        assert_eq!(path(|r| r.payment_expiry_time = Some("241".to_owned())), "paymentExpiryTime");
        assert_eq!(
            path(|r| r.acquirer_info.acquirer_registration_no = Some("1".to_owned())),
            "acquirerInfo.acquirerRegistrationNo"
        );
    }

    #[test]
    fn nine_digits_are_a_total_and_the_tax_may_be_all_of_it() {
        assert_eq!(request("999999999").sale().unwrap().total.minor, 999_999_999);
        for (tax, fits) in [("0", true), ("103", true), ("104", true), ("105", false)] {
            let mut request = request("104");
            request.tax_amount = Some(Amount { currency: "KRW".to_owned(), value: tax.to_owned() });
            assert_eq!(request.sale().map(|sale| sale.tax_or_computed().value()).ok(), fits.then(|| tax.to_owned()));
        }
    }

    #[test]
    fn instalments_begin_at_fifty_thousand_won() {
        let with = |value, n: &str| {
            let mut request = request(value);
            request.credit_pay_plan.installment_num = n.to_owned();
            request.sale().map(|sale| sale.installments)
        };
        assert_eq!(with("50000", "12").unwrap(), 12);
        assert!(with("49999", "2").is_err());
        assert!(with("50000", "13").is_err());
    }
}
