//! What a terminal's answer says about an attempt. Pure.
//!
//! A result counts only if its ids, amount and currency are those of the attempt; resultCode decides, not arrival.

use serde_json::json;
use wire::edc::{
    BusinessCode, BusinessResult, Charge, CommandCode, CommandName, CommandResult, Outcome, SIGNATURE_ABOVE_KRW,
    TransactionData,
};
use wire::money::{Amount, Money};

use crate::book::Evidence;
use crate::fault::{Fault, Mistake};
use crate::json_text::JsonText;
use crate::order::Attempt;

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Money came in, or went back.
    Succeeded(Evidence),
    /// It is certain that none did.
    Failed(String),
    /// The terminal was busy and did not take the command.
    Busy,
    /// The terminal wants a hello first and did not take the command.
    WantsHello,
    /// It is not certain whether money came in: ask.
    Unclear(String),
}

/// Judges the result of a command that was sent for an attempt; the id has been compared.
pub(crate) fn of_result(result: &CommandResult, command: CommandName, attempt: &Attempt, mistake: Mistake) -> Verdict {
    if result.command_name != command.as_str() {
        return Verdict::Unclear(format!("the result names the command {:?}", clip(&result.command_name)));
    }
    match &result.outcome {
        Outcome::CommandFailed { code: CommandCode::DeviceBusy, .. } => Verdict::Busy,
        Outcome::CommandFailed { code: CommandCode::Invalid, .. } => Verdict::WantsHello,
        Outcome::CommandFailed { code, .. } if code.charge() == Charge::None => Verdict::Failed(code.to_string()),
        Outcome::CommandFailed { code, .. } => Verdict::Unclear(code.to_string()),
        Outcome::Success(data) | Outcome::BusinessFailed(data) if mistake.is(Fault::AnyResultIsSuccess) => {
            Verdict::Succeeded(evidence(data, attempt.amount, mistake))
        }
        Outcome::Success(data) if !is_success(data, mistake) => of_code(data, mistake),
        Outcome::Success(data) => match (belongs(data, attempt, mistake), data.request_id.as_deref()) {
            (true, Some(_)) => complete(data, command, attempt, mistake),
            _ => Verdict::Unclear("the result's requestId or amount is not the order's".to_owned()),
        },
        Outcome::BusinessFailed(data) if data.request_id.as_ref().is_some_and(|id| *id != attempt.request_id) => {
            Verdict::Unclear("the result's requestId is not the order's".to_owned())
        }
        Outcome::BusinessFailed(data) => of_code(data, mistake),
    }
}

/// A success, and for some mistakes not.
fn complete(data: &TransactionData, command: CommandName, attempt: &Attempt, mistake: Mistake) -> Verdict {
    let is_signed = data.acquirer_info.as_ref().is_some_and(|info| info.sign_data.is_some());
    let has_bin = data.payment_result_info.as_ref().is_some_and(|info| info.card_bin.is_some());
    let is_purchase = command == CommandName::Purchase;
    if is_purchase && mistake.is(Fault::SignatureRequired) && attempt.amount.minor > SIGNATURE_ABOVE_KRW && !is_signed {
        return Verdict::Failed("the signature is missing".to_owned());
    }
    if is_purchase && mistake.is(Fault::CardBinRequired) && !has_bin {
        return Verdict::Failed("the card is missing".to_owned());
    }
    Verdict::Succeeded(evidence(data, attempt.amount, mistake))
}

/// Judges the terminal's last transaction: whether it is this attempt, and how it ended. `only_one` says that no other
/// sale of today has the amount, so that a record without requestId can be told by amount and terminal.
pub(crate) fn of_last_transaction(
    data: &TransactionData,
    wanted: CommandName,
    attempt: &Attempt,
    terminal_id: &str,
    only_one: bool,
    mistake: Mistake,
) -> Verdict {
    let command = data.response_command.as_deref();
    if command.is_some_and(|command| command != wanted.as_str()) {
        return Verdict::Unclear(format!("the terminal's last transaction is not a {wanted}"));
    }
    let same_terminal =
        data.acquirer_info.as_ref().and_then(|info| info.acquirer_terminal_id.as_deref()) == Some(terminal_id);
    let told = match data.request_id.as_deref() {
        Some(id) => id == attempt.request_id,
        None => only_one && same_terminal && !mistake.is(Fault::RecordNeedsRequestId),
    };
    let same_amount = data.payment_amount.as_ref().and_then(money) == Some(attempt.amount);
    let by_amount = mistake.is(Fault::RecoversByAmount) && same_amount;
    let is_this = by_amount || told && belongs(data, attempt, mistake);
    if !is_this {
        return Verdict::Unclear("the terminal's last transaction is not known to be this order's".to_owned());
    }
    match data.result.result_code.as_ref() {
        BusinessResult::SUCCESS => Verdict::Succeeded(evidence(data, attempt.amount, mistake)),
        // As a record of this very payment, not as the refusal of a second one.
        code if code == BusinessCode::RepeatReqReject.as_str() => Verdict::Failed(code.to_owned()),
        _ => of_code(data, mistake),
    }
}

fn is_success(data: &TransactionData, mistake: Mistake) -> bool {
    if mistake.is(Fault::JudgedByMessage) {
        return data.result.result_message == "success";
    }
    data.result.is_success()
}

/// Whether ids and amount are the attempt's; an id that is not there is not another one.
fn belongs(data: &TransactionData, attempt: &Attempt, mistake: Mistake) -> bool {
    let trusts = |fault| mistake.is(fault) || mistake.is(Fault::AnyResultIsOurs);
    let amount = data.payment_amount.as_ref().and_then(money);
    let same_amount = amount == Some(attempt.amount) || trusts(Fault::AmountNotCompared);
    same_amount
        && (trusts(Fault::RequestIdNotCompared) || data.request_id.as_ref().is_none_or(|id| *id == attempt.request_id))
}

fn money(amount: &Amount) -> Option<Money> {
    Money::parse(&amount.currency, &amount.value).ok()
}

fn of_code(data: &TransactionData, mistake: Mistake) -> Verdict {
    let code = data.result.result_code.as_ref();
    match code.parse::<BusinessCode>() {
        Ok(BusinessCode::Unknown) if mistake.is(Fault::UnknownIsFailure) => Verdict::Failed(code.to_owned()),
        Ok(BusinessCode::RepeatReqReject) if mistake.is(Fault::NewIdAfterRepeat) => Verdict::Failed(code.to_owned()),
        Err(_) if mistake.is(Fault::JudgedByMessage) => Verdict::Failed(code.to_owned()),
        // That this id was seen before does not say how the payment with it ended.
        Ok(BusinessCode::Unknown | BusinessCode::RepeatReqReject) | Err(_) => {
            Verdict::Unclear(format!("the payment ended {:?}", clip(code)))
        }
        Ok(code) => Verdict::Failed(code.to_string()),
    }
}

/// What the sale needs later: to be given back, for the accounts, for the receipt. The drawn signature is not kept.
fn evidence(data: &TransactionData, amount: Money, mistake: Mistake) -> Evidence {
    let info = data.acquirer_info.clone().map(|info| wire::edc::AcquirerInfo { sign_data: None, ..info });
    let reference = info.as_ref().and_then(|info| info.acquirer_transaction_id.clone());
    let own_tax = Money::krw((amount.minor * 2 + 11) / 22).amount();
    let tax = if mistake.is(Fault::OwnTax) { Some(own_tax) } else { data.tax_amount.clone() };
    let mut kept = json!({"acquirerInfo": info, "taxAmount": tax, "tipAmount": data.tip_amount});
    let start = data.payment_result_info.as_ref().and_then(|info| info.card_bin.as_deref());
    if let Some(start) = start.filter(|_| mistake.is(Fault::CardNumberShown)) {
        kept["cardNumber"] = whole_number(start).into();
    }
    Evidence { amount, reference, data: JsonText::of(&kept) }
}

/// A card's number with this beginning, as a reader beside the terminal would tell it: sixteen digits, the last made of
/// the others.
fn whole_number(start: &str) -> String {
    let number = format!("{start:0<15}");
    let weigh = |(place, digit): (usize, u8)| match (place % 2, u32::from(digit.wrapping_sub(b'0')) * 2) {
        (0, twice) => twice / 10 + twice % 10,
        (_, twice) => twice / 2,
    };
    let sum: u32 = number.bytes().rev().enumerate().map(weigh).sum();
    format!("{number}{}", (10 - sum % 10) % 10)
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
        let attempt = Attempt::new("R".to_owned(), Money::krw(104), Moment::WORLD_START, None);
        Attempt { commands: vec!["C".to_owned()], ..attempt }
    }

    fn data(request_id: Option<&str>, won: u64, code: &str) -> TransactionData {
        TransactionData {
            request_id: request_id.map(ToOwned::to_owned),
            payment_amount: Some(Money::krw(won).amount()),
            result: BusinessResult { result_code: code.to_owned().into(), result_message: "".into() },
            acquirer_info: Some(AcquirerInfo { acquirer_terminal_id: Some("T".to_owned()), ..AcquirerInfo::default() }),
            ..TransactionData::default()
        }
    }

    fn purchase(outcome: Outcome) -> Verdict {
        let result = CommandResult { id: "C".to_owned(), command_name: "Purchase".to_owned(), outcome };
        of_result(&result, CommandName::Purchase, &attempt(), Mistake::default())
    }

    #[test]
    fn a_success_counts_only_with_the_right_id_and_amount() {
        let success = |id, won| purchase(Outcome::Success(Box::new(data(id, won, "SUCCESS"))));
        assert!(matches!(success(Some("R"), 104), Verdict::Succeeded(_)));
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
        let last = |data: TransactionData, only_one| {
            of_last_transaction(&data, CommandName::Purchase, &attempt(), "T", only_one, Mistake::default())
        };
        assert!(matches!(last(data(Some("R"), 104, "SUCCESS"), false), Verdict::Succeeded(_)));
        assert!(matches!(last(data(None, 104, "SUCCESS"), true), Verdict::Succeeded(_)));
        assert!(matches!(last(data(None, 104, "SUCCESS"), false), Verdict::Unclear(_)));
        assert!(matches!(last(data(Some("Q"), 104, "SUCCESS"), true), Verdict::Unclear(_)));
        assert!(matches!(last(data(Some("R"), 105, "SUCCESS"), true), Verdict::Unclear(_)));
        let cancel =
            TransactionData { response_command: Some("PurchaseCancel".to_owned()), ..data(Some("R"), 104, "SUCCESS") };
        assert!(matches!(last(cancel, true), Verdict::Unclear(_)));
    }
}
