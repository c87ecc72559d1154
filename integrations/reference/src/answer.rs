//! What an answer of the gateway says about a payment that was asked for. Pure.

use serde::Deserialize;
use wire::antom::{
    BatchPayResponse, CreatePaymentSessionResponse, PayResponse, RedirectActionForm, ResultObject, ResultStatus,
};
use wire::money::Money;

use crate::fault::{Fault, Mistake};
use crate::gateway::read;
use crate::order::{Attempt, By, Taking};

/// What the buyer needs next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// To be sent somewhere.
    Redirect(RedirectActionForm),
    /// A code to scan.
    Code(String),
    /// The data of a session.
    Session(Box<CreatePaymentSessionResponse>),
    /// Nothing: he has paid, or confirms on his telephone.
    Nothing,
}

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Said {
    /// The payment exists, and is not paid.
    Made(Next),
    /// It is paid.
    Paid,
    /// A card's money is held.
    Held,
    /// The attempt is over, for this reason.
    Failed(String),
    /// Nobody knows: the same request is to be sent again, or the payment to be asked about.
    Unknown(String),
}

/// What was read, with the parts that the book keeps.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) said: Said,
    pub(crate) result: ResultObject,
    pub(crate) payment_id: Option<String>,
    /// The payment of each order of a batch.
    pub(crate) summaries: Vec<(String, String)>,
}

/// Reads a verified answer. None when it is none of ours.
pub(crate) fn read_answer(by: By, taking: Taking, attempt: &Attempt, body: &[u8], mistake: Mistake) -> Option<Answer> {
    match by {
        By::Session => session(body),
        By::Batch => batch(body, mistake),
        _ => pay(by, taking, attempt, body, mistake),
    }
}

fn pay(by: By, taking: Taking, attempt: &Attempt, body: &[u8], mistake: Mistake) -> Option<Answer> {
    let is_another = || amount(body).is_some_and(|paid| paid != attempt.amount);
    let response: PayResponse = read(body)?;
    let result = response.result.clone();
    let is_ours = response.payment_request_id.as_deref().is_none_or(|id| id == attempt.request_id);
    let code = || result.result_code.clone();
    let pays_at_once = matches!(by, By::PaymentCode | By::Cashier);
    let in_process = result.result_code == "PAYMENT_IN_PROCESS";
    let said = match result.result_status {
        ResultStatus::F => Said::Failed(code()),
        // S without the fields that make it one is as good as unknown.
        ResultStatus::S if !is_ours || !result.is_success() => Said::Unknown(code()),
        ResultStatus::S if pays_at_once && is_another() => Said::Unknown("paid, but another amount".to_owned()),
        ResultStatus::S if pays_at_once && taking != Taking::AtOnce => Said::Held,
        ResultStatus::S if pays_at_once => Said::Paid,
        ResultStatus::S => Said::Made(made(&response)),
        ResultStatus::U if by == By::Cashier && in_process => {
            let urls = [&response.normal_url, &response.applink_url, &response.scheme_url];
            match (page(urls, mistake), &response.redirect_action_form) {
                (Some(form), _) => Said::Made(Next::Redirect(form)),
                (None, Some(form)) => Said::Made(Next::Redirect(form.clone())),
                // A card needs no page: it is being authorised.
                (None, None) if taking != Taking::AtOnce => Said::Made(Next::Nothing),
                (None, None) => Said::Failed("created without a page to pay on".to_owned()),
            }
        }
        ResultStatus::U => Said::Unknown(code()),
    };
    Some(Answer { said, payment_id: response.payment_id.filter(|_| is_ours), result, summaries: Vec::new() })
}

/// Where the buyer of an in-store payment goes on.
fn made(response: &PayResponse) -> Next {
    let code = response.order_code_form.as_ref().and_then(|form| form.code_details.as_ref()?.first());
    match (&response.redirect_action_form, code) {
        (Some(form), _) => Next::Redirect(form.clone()),
        (None, Some(code)) => Next::Code(code.code_value.clone()),
        (None, None) => Next::Nothing,
    }
}

fn session(body: &[u8]) -> Option<Answer> {
    let response: CreatePaymentSessionResponse = read(body)?;
    let result = response.result.clone();
    let said = match result.result_status {
        ResultStatus::S if response.payment_session_data.is_some() => Said::Made(Next::Session(Box::new(response))),
        ResultStatus::F => Said::Failed(result.result_code.clone()),
        ResultStatus::S | ResultStatus::U => Said::Unknown(result.result_code.clone()),
    };
    Some(Answer { said, result, payment_id: None, summaries: Vec::new() })
}

/// U other than PAYMENT_IN_PROCESS, and PAYMENT_IN_PROCESS without a page, mean that there is no batch.
fn batch(body: &[u8], mistake: Mistake) -> Option<Answer> {
    let response: BatchPayResponse = read(body)?;
    let result = response.result.clone();
    let urls = [&response.normal_url, &response.applink_url, &response.scheme_url];
    let said = match (result.result_status, result.result_code.as_str()) {
        (ResultStatus::S, _) => Said::Made(page(urls, mistake).map_or(Next::Nothing, Next::Redirect)),
        (ResultStatus::U, "PAYMENT_IN_PROCESS") => match page(urls, mistake) {
            Some(form) => Said::Made(Next::Redirect(form)),
            None if mistake.is(Fault::PagelessBatchIsWaitedFor) => Said::Made(Next::Nothing),
            None => Said::Failed("created without a page to pay on".to_owned()),
        },
        (ResultStatus::F | ResultStatus::U, code) => Said::Failed(code.to_owned()),
    };
    let summaries = response.order_summaries.unwrap_or_default();
    let summaries = summaries.into_iter().map(|one| (one.reference_order_id, one.transaction_id)).collect();
    Some(Answer { said, result, payment_id: None, summaries })
}

/// The first page that there is, the one for browsers before those that open an app.
fn page(urls: [&Option<String>; 3], mistake: Mistake) -> Option<RedirectActionForm> {
    let known = if mistake.is(Fault::NormalPageOnly) { 1 } else { urls.len() };
    let url = urls.into_iter().take(known).flatten().next()?;
    Some(RedirectActionForm::new("GET".to_owned(), url.clone()))
}

/// The amount that an answer names.
fn amount(body: &[u8]) -> Option<Money> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        payment_amount: Money,
    }
    serde_json::from_slice(body).ok().map(|Named { payment_amount }| payment_amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use wire::time::Moment;

    fn said(by: By, taking: Taking, more: &Value, code: &str, status: &str) -> Said {
        let attempt = Attempt::new("R-1".to_owned(), Money::krw(1000), Moment::WORLD_START, None);
        let mut body = json!({"result": {"resultCode": code, "resultStatus": status, "resultMessage": ""}});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        read_answer(by, taking, &attempt, body.to_string().as_bytes(), Mistake(None)).unwrap().said
    }

    #[test]
    fn s_is_paid_at_the_counter_and_online_only_and_only_with_the_orders_amount() {
        let (amount, other) = (json!({"paymentAmount": Money::krw(1000)}), json!({"paymentAmount": Money::krw(1)}));
        assert!(matches!(said(By::EntryCode, Taking::AtOnce, &amount, "SUCCESS", "S"), Said::Made(_)));
        assert!(matches!(said(By::PaymentCode, Taking::AtOnce, &amount, "SUCCESS", "S"), Said::Paid));
        assert!(matches!(said(By::PaymentCode, Taking::AtOnce, &other, "SUCCESS", "S"), Said::Unknown(_)));
        assert!(matches!(said(By::Cashier, Taking::WhenAsked, &amount, "SUCCESS", "S"), Said::Held));
    }

    #[test]
    fn what_is_in_process_without_a_page_was_not_made() {
        for by in [By::Cashier, By::Batch] {
            assert!(matches!(said(by, Taking::AtOnce, &json!({}), "PAYMENT_IN_PROCESS", "U"), Said::Failed(_)));
            for page in ["normalUrl", "applinkUrl", "schemeUrl"] {
                let made = said(by, Taking::AtOnce, &json!({page: "http://127.0.0.1/p"}), "PAYMENT_IN_PROCESS", "U");
                assert!(matches!(made, Said::Made(Next::Redirect(form)) if form.redirect_url == "http://127.0.0.1/p"));
            }
        }
        let card = said(By::Cashier, Taking::WhenAsked, &json!({}), "PAYMENT_IN_PROCESS", "U");
        assert!(matches!(card, Said::Made(Next::Nothing)), "a card needs no page");
        assert!(matches!(said(By::Batch, Taking::AtOnce, &json!({}), "UNKNOWN_EXCEPTION", "U"), Said::Failed(_)));
        assert!(matches!(said(By::EntryCode, Taking::AtOnce, &json!({}), "PAYMENT_IN_PROCESS", "U"), Said::Unknown(_)));
    }
}
