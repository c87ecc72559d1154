//! How a merchant's page is told how a payment ended: the event and its result, or what submitPayment answers. Pure.

use serde_json::{Value, json};
use wire::antom::{CodeLine, PAYMENT_RESULT_CODE, ResultStatus, find, find_anywhere};

use super::subject::Subject;
use crate::script::Ending;

/// Both ways in which an ending is told; the product decides which it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// `{code, message, result}` of onEventCallback.
    pub(crate) event: Value,
    /// `{status, error?}` of submitPayment.
    pub(crate) answer: Value,
}

/// What the page is told. The mapping is ours where the documents have none: S is successful, F failed, PAYMENT_IN_PROCESS
/// processing, and every other U an error, which means unknown.
///
/// Of a card that is to be kept, how the call ended is all that is told: no document says more of it.
pub(crate) fn told(ending: &Ending, subject: &Subject) -> Told {
    let line = line(&ending.code);
    let status = line.map_or(ResultStatus::F, |line| line.status);
    let message = line.map_or("The code is not documented.", |line| line.message);
    let (event, payment_status, answered) = match (status, ending.code.as_str()) {
        (ResultStatus::S, _) => ("SDK_PAYMENT_SUCCESSFUL", "SUCCESS", "SUCCESS"),
        (ResultStatus::F, _) => ("SDK_PAYMENT_FAIL", "FAIL", "FAIL"),
        (ResultStatus::U, "PAYMENT_IN_PROCESS") => ("SDK_PAYMENT_PROCESSING", "PROCESSING", "PROCESSING"),
        (ResultStatus::U, _) => ("SDK_PAYMENT_ERROR", "PROCESSING", "PENDING"),
    };
    let mut result = json!({
        "result": {"resultCode": ending.code, "resultStatus": status, "resultMessage": message},
        "paymentStatus": ending.status.as_deref().unwrap_or(payment_status),
        "paymentResultCode": ending.code,
        "paymentResultMessage": message,
    });
    let is_final = status != ResultStatus::U;
    let has_card = is_final && subject.method() == "CARD";
    if ending.card.unwrap_or(has_card) {
        result["cardPaymentResultInfo"] = card();
    }
    if let Some(decision) = &ending.risk {
        result["popRiskDecisionResultInfo"] =
            json!({"riskDecision": decision, "riskAuthDecision": "NON_3D", "postRiskDecision": decision});
    }
    let mut answer = json!({"status": ending.status.as_deref().unwrap_or(answered)});
    if status == ResultStatus::F {
        let anew = ending.new_session.unwrap_or_else(|| NEW_SESSION.contains(&ending.code.as_str()));
        answer["error"] = json!({"code": ending.code, "message": message, "needChangeSessionForRetry": anew});
    }
    if matches!(subject, Subject::Vaulting(_)) {
        result = json!({"result": result["result"]});
    }
    let code = ending.event.as_deref().unwrap_or(event);
    Told { event: json!({"code": code, "message": message, "result": result}), answer }
}

/// Every documented code that a payment may end with; success is told by the word that calls use too.
pub(crate) fn endings() -> impl Iterator<Item = &'static CodeLine> {
    find_anywhere("SUCCESS").into_iter().chain(PAYMENT_RESULT_CODE)
}

fn line(code: &str) -> Option<&'static CodeLine> {
    find(PAYMENT_RESULT_CODE, code).or_else(|| find_anywhere(code))
}

/// After these, another try needs a new session; the list is that of public integrations.
const NEW_SESSION: [&str; 9] = [
    "FRAUD_REJECT",
    "INVALID_MERCHANT_STATUS",
    "MERCHANT_KYB_NOT_QUALIFIED",
    "NO_PAY_OPTIONS",
    "ORDER_IS_CLOSED",
    "PAYMENT_AMOUNT_EXCEED_LIMIT",
    "PAYMENT_COUNT_EXCEED_LIMIT",
    "PAYMENT_NOT_QUALIFIED",
    "SUSPECTED_RISK",
];

/// A published test card, masked.
fn card() -> Value {
    json!({
        "cardNo": "405469******0768", "cardBrand": "VISA", "cardBin": "405469", "lastFour": "0768",
        "issuerName": "TEST BANK", "issuingCountry": "SG", "funding": "CREDIT", "avsResultRaw": "Y",
        "cvvResultRaw": "Y", "holdName": "TEST BUYER", "fingerprint": "", "expiryMonth": "12", "expiryYear": "34",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::{Payment, example};
    use wire::time::Moment;

    fn payment(method: &str) -> Subject {
        let example = example("C", "A", "1", Moment::WORLD_START);
        Subject::Payment(Payment { payment_method_type: method.to_owned(), ..example }.into())
    }

    fn ending(code: &str) -> Ending {
        serde_json::from_value(json!({"code": code})).unwrap()
    }

    #[test]
    fn each_payment_result_code_has_its_event_and_its_answer() {
        let mut events = std::collections::BTreeMap::<String, usize>::new();
        for line in endings() {
            let told = told(&ending(line.code), &payment("CARD"));
            assert_eq!(told.event["result"]["paymentResultCode"], line.code);
            assert_eq!(told.answer.get("error").is_some(), line.status == ResultStatus::F, "{}", line.code);
            *events.entry(told.event["code"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert_eq!(events["SDK_PAYMENT_SUCCESSFUL"], 1);
        assert_eq!(events["SDK_PAYMENT_PROCESSING"], 1);
        assert_eq!(events["SDK_PAYMENT_ERROR"], 1);
        assert_eq!(events["SDK_PAYMENT_FAIL"], PAYMENT_RESULT_CODE.len() - 2);
    }

    #[test]
    fn card_and_risk_are_there_when_they_belong_there_or_are_asked_for() {
        let has = |ending: &Ending, method, field| told(ending, &payment(method)).event["result"].get(field).is_some();
        let card = "cardPaymentResultInfo";
        assert!(has(&ending("SUCCESS"), "CARD", card) && !has(&ending("SUCCESS"), "GCASH", card));
        assert!(!has(&ending("PAYMENT_IN_PROCESS"), "CARD", card));
        assert!(!has(&Ending { card: Some(false), ..ending("SUCCESS") }, "CARD", card));
        assert!(has(&Ending { card: Some(true), ..ending("SUCCESS") }, "GCASH", card));
        let risk = "popRiskDecisionResultInfo";
        assert!(!has(&ending("SUCCESS"), "CARD", risk));
        assert!(has(&Ending { risk: Some("REVIEW".to_owned()), ..ending("SUCCESS") }, "CARD", risk));
    }

    #[test]
    fn what_is_said_otherwise_is_told_otherwise() {
        let odd = Ending {
            event: Some("SDK_PAYMENT_SUCCESSFUL".to_owned()),
            status: Some("FAIL".to_owned()),
            new_session: Some(true),
            ..ending("BANANA")
        };
        let told = told(&odd, &payment("CARD"));
        assert_eq!(told.event["code"], "SDK_PAYMENT_SUCCESSFUL");
        assert_eq!(told.event["result"]["paymentStatus"], "FAIL");
        assert_eq!(told.answer["error"]["needChangeSessionForRetry"], true);
    }
}
