//! The JSON gateway that the SDK asks: one question in a list, one answer. Pure.

use serde_json::{Value, json};
use wire::antom::PaymentStatus;

use super::Checkout;
use super::subject::Subject;
use crate::payment::Payment;
use crate::script::Query;

/// What the SDK asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// What is to be paid in a session.
    Session,
    /// To pay.
    Submit,
    /// Anything else: connected accounts, wallets of others.
    Other,
}

impl Question {
    /// By the header Operation-Type.
    pub(super) fn of(operation: &str) -> Self {
        match operation.rsplit('.').next() {
            Some("query") if operation.contains("sdkAction") => Self::Session,
            Some("submitPayByPaymentSession") => Self::Submit,
            _ => Self::Other,
        }
    }
}

/// The answer to what is to be paid; none when the network fails.
pub(super) fn answer(checkout: Option<&Checkout>) -> Option<Value> {
    let Some(checkout) = checkout else {
        return Some(failure("PAYMENT_SESSION_INVALID", "There is no such session.", true));
    };
    match &checkout.query {
        Query::Lost => None,
        Query::Fails { code, shown } => {
            let message = wire::antom::find_anywhere(code).map_or("The session cannot be used.", |line| line.message);
            Some(failure(code, message, *shown))
        }
        Query::Truly if !checkout.subject.is_open() => {
            let text = match (&checkout.subject, checkout.subject.status()) {
                (Subject::Payment(_), PaymentStatus::Success) => "The order is paid.",
                (Subject::Payment(_), _) => "The order is closed.",
                (Subject::Vaulting(_), PaymentStatus::Success) => "The card is kept already.",
                (Subject::Vaulting(_), _) => "The session is over.",
            };
            Some(failure("ORDER_IS_CLOSED", text, true))
        }
        Query::Truly => Some(form(checkout)),
    }
}

/// What an answer that fails looks like.
pub(super) fn failure(code: &str, message: &str, shown: bool) -> Value {
    let actions = if shown { json!({}) } else { json!({"showType": "NONE"}) };
    json!({
        "success": false, "errorCode": code, "errorMessage": message, "errorStatus": "F", "errorActions": actions,
    })
}

fn form(checkout: &Checkout) -> Value {
    let method = if checkout.subject.method().is_empty() { "CARD" } else { checkout.subject.method() };
    let mut form = json!({
        "success": true,
        "paymentMethods": [{
            "paymentMethodType": method, "paymentMethodName": method, "expressCheckout": false, "paymentElements": [],
        }],
        "savedPaymentMethods": [],
        "errorActions": {},
        "extendInfo": {},
        "links": {},
    });
    // Of a card that is to be kept nothing is paid.
    if let Subject::Payment(payment) = &checkout.subject {
        let amount = amount(payment);
        form["orderAmountView"] = amount.clone();
        form["paymentAmountView"] = amount;
    }
    form
}

fn amount(payment: &Payment) -> Value {
    let formatted = crate::cashier::major(payment.amount);
    let currency = payment.amount.currency.as_str();
    let value = formatted.strip_prefix(currency).unwrap_or(&formatted).trim();
    json!({
        "currency": currency, "currencyDivider": " ", "currencyLabel": currency, "currencySymbolPosition": "L",
        "formattedValue": value, "value": value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_known_by_the_end_of_its_name() {
        assert_eq!(Question::of("com.ipay.iexpcashier.sdkAction.query"), Question::Session);
        assert_eq!(Question::of("com.ipay.iexpcashier.cashier.submitPayByPaymentSession"), Question::Submit);
        assert_eq!(Question::of("com.ipay.iexpfront.one.account.query"), Question::Other);
        assert_eq!(Question::of(""), Question::Other);
    }

    #[test]
    fn a_session_that_nobody_knows_is_a_failure_that_may_be_shown() {
        let told = answer(None).unwrap();
        assert_eq!((&told["success"], &told["errorActions"]), (&json!(false), &json!({})));
        assert_eq!(failure("X", "y", false)["errorActions"]["showType"], "NONE");
    }
}
