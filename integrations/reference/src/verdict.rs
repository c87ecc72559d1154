//! What a terminal's answer says about an attempt. Pure.
//!
//! A result counts only if its ids, amount and currency are those of the attempt; resultCode decides, not arrival.

use serde_json::{Value, json};
use wire::edc::{
    BusinessCode, BusinessResult, Charge, CommandCode, CommandName, CommandResult, Outcome, TransactionData,
};
use wire::money::{Amount, Money};

use crate::book::Evidence;
use crate::order::Attempt;

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Money came in.
    Paid(Evidence),
    /// It is certain that none did.
    Failed(String),
    /// The terminal was busy and did not take the command.
    Busy,
    /// The terminal wants a hello first and did not take the command.
    WantsHello,
    /// It is not certain whether money came in: ask.
    Unclear(String),
}

/// Judges the result of a Purchase that was sent for an attempt; the id has been compared.
pub(crate) fn of_purchase(result: &CommandResult, attempt: &Attempt) -> Verdict {
    if result.command_name != CommandName::Purchase.as_str() {
        return Verdict::Unclear(format!("the result names the command {:?}", clip(&result.command_name)));
    }
    match &result.outcome {
        Outcome::CommandFailed { code: CommandCode::DeviceBusy, .. } => Verdict::Busy,
        Outcome::CommandFailed { code: CommandCode::Invalid, .. } => Verdict::WantsHello,
        Outcome::CommandFailed { code, .. } if code.charge() == Charge::None => Verdict::Failed(code.to_string()),
        Outcome::CommandFailed { code, .. } => Verdict::Unclear(code.to_string()),
        Outcome::Success(data) if !data.result.is_success() => of_code(data),
        Outcome::Success(data) => match (belongs(data, attempt), data.request_id.as_deref()) {
            (true, Some(_)) => Verdict::Paid(evidence(data, attempt.amount)),
            _ => Verdict::Unclear("the result's requestId or amount is not the order's".to_owned()),
        },
        Outcome::BusinessFailed(data) if data.request_id.as_ref().is_some_and(|id| *id != attempt.request_id) => {
            Verdict::Unclear("the result's requestId is not the order's".to_owned())
        }
        Outcome::BusinessFailed(data) => of_code(data),
    }
}

/// Judges the terminal's last transaction: whether it is this attempt, and how it ended. `only_one` says that no other
/// sale of today has the amount, so that a record without requestId can be told by amount and terminal.
pub(crate) fn of_last_transaction(
    data: &TransactionData,
    attempt: &Attempt,
    terminal_id: &str,
    only_one: bool,
) -> Verdict {
    let command = data.response_command.as_deref();
    if command.is_some_and(|command| command != CommandName::Purchase.as_str()) {
        return Verdict::Unclear("the terminal's last transaction is not a Purchase".to_owned());
    }
    let same_terminal =
        data.acquirer_info.as_ref().and_then(|info| info.acquirer_terminal_id.as_deref()) == Some(terminal_id);
    let told = match data.request_id.as_deref() {
        Some(id) => id == attempt.request_id,
        None => only_one && same_terminal,
    };
    if !told || !belongs(data, attempt) {
        return Verdict::Unclear("the terminal's last transaction is not known to be this order's".to_owned());
    }
    match data.result.result_code.as_str() {
        BusinessResult::SUCCESS => Verdict::Paid(evidence(data, attempt.amount)),
        // As a record of this very payment, not as the refusal of a second one.
        code if code == BusinessCode::RepeatReqReject.as_str() => Verdict::Failed(code.to_owned()),
        _ => of_code(data),
    }
}

/// Whether ids and amount are the attempt's; an id that is not there is not another one.
fn belongs(data: &TransactionData, attempt: &Attempt) -> bool {
    let amount = data.payment_amount.as_ref().and_then(money);
    amount == Some(attempt.amount) && data.request_id.as_ref().is_none_or(|id| *id == attempt.request_id)
}

fn money(amount: &Amount) -> Option<Money> {
    Money::parse(&amount.currency, &amount.value).ok()
}

fn of_code(data: &TransactionData) -> Verdict {
    let code = data.result.result_code.as_str();
    match code.parse::<BusinessCode>() {
        // That this id was seen before does not say how the payment with it ended.
        Ok(BusinessCode::Unknown | BusinessCode::RepeatReqReject) | Err(_) => {
            Verdict::Unclear(format!("the payment ended {:?}", clip(code)))
        }
        Ok(code) => Verdict::Failed(code.to_string()),
    }
}

/// What the sale needs later: to be given back, for the accounts, for the receipt. The drawn signature is not kept.
fn evidence(data: &TransactionData, amount: Money) -> Evidence {
    let info = data.acquirer_info.clone().map(|info| wire::edc::AcquirerInfo { sign_data: None, ..info });
    let reference = info.as_ref().and_then(|info| info.acquirer_transaction_id.clone());
    let kept: Value = json!({"acquirerInfo": info, "taxAmount": data.tax_amount, "tipAmount": data.tip_amount});
    Evidence { amount, reference, data: kept }
}

fn clip(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::edc::AcquirerInfo;
    use wire::time::Moment;

    fn attempt() -> Attempt {
        Attempt {
            request_id: "R".to_owned(),
            amount: Money::krw(104),
            at: Moment::WORLD_START,
            commands: vec!["C".to_owned()],
            body: None,
            payment_id: None,
        }
    }

    fn data(request_id: Option<&str>, won: u64, code: &str) -> TransactionData {
        TransactionData {
            request_id: request_id.map(ToOwned::to_owned),
            payment_amount: Some(Money::krw(won).amount()),
            result: BusinessResult { result_code: code.to_owned(), result_message: String::new() },
            acquirer_info: Some(AcquirerInfo { acquirer_terminal_id: Some("T".to_owned()), ..AcquirerInfo::default() }),
            ..TransactionData::default()
        }
    }

    fn purchase(outcome: Outcome) -> Verdict {
        let result = CommandResult { id: "C".to_owned(), command_name: "Purchase".to_owned(), outcome };
        of_purchase(&result, &attempt())
    }

    #[test]
    fn a_success_counts_only_with_the_right_id_and_amount() {
        let success = |id, won| purchase(Outcome::Success(Box::new(data(id, won, "SUCCESS"))));
        assert!(matches!(success(Some("R"), 104), Verdict::Paid(_)));
        for wrong in [success(Some("Q"), 104), success(Some("R"), 105), success(None, 104)] {
            assert!(matches!(wrong, Verdict::Unclear(_)), "{wrong:?}");
        }
    }

    #[test]
    fn the_result_code_decides_not_the_outcome() {
        let odd = purchase(Outcome::Success(Box::new(data(Some("R"), 104, "PROCESS_FAIL"))));
        assert!(matches!(odd, Verdict::Failed(_)), "{odd:?}");
        let contradiction = purchase(Outcome::BusinessFailed(Box::new(data(Some("R"), 104, "SUCCESS"))));
        assert!(matches!(contradiction, Verdict::Unclear(_)), "{contradiction:?}");
    }

    #[test]
    fn a_code_that_leaves_the_charge_unknown_is_no_failure() {
        for code in ["UNKNOWN", "REPEAT_REQ_REJECT", "SOMETHING_NEW"] {
            let verdict = purchase(Outcome::BusinessFailed(Box::new(data(Some("R"), 104, code))));
            assert!(matches!(verdict, Verdict::Unclear(_)), "{code}: {verdict:?}");
        }
        let silent = Outcome::CommandFailed { code: CommandCode::ResponseTimeout, message: String::new() };
        assert!(matches!(purchase(silent), Verdict::Unclear(_)));
    }

    #[test]
    fn a_record_is_matched_by_more_than_its_amount() {
        let last = |data: TransactionData, only_one| of_last_transaction(&data, &attempt(), "T", only_one);
        assert!(matches!(last(data(Some("R"), 104, "SUCCESS"), false), Verdict::Paid(_)));
        assert!(matches!(last(data(None, 104, "SUCCESS"), true), Verdict::Paid(_)));
        assert!(matches!(last(data(None, 104, "SUCCESS"), false), Verdict::Unclear(_)));
        assert!(matches!(last(data(Some("Q"), 104, "SUCCESS"), true), Verdict::Unclear(_)));
        assert!(matches!(last(data(Some("R"), 105, "SUCCESS"), true), Verdict::Unclear(_)));
        let cancel =
            TransactionData { response_command: Some("PurchaseCancel".to_owned()), ..data(Some("R"), 104, "SUCCESS") };
        assert!(matches!(last(cancel, true), Verdict::Unclear(_)));
    }
}
