//! What pay, batchPay and createPaymentSession have in common: a new payment, or one that is known by its id.

use std::time::Duration;

use wire::antom::{Operation, PaymentFactor, PaymentStatus, ResultObject};
use wire::money::Money;
use wire::time::Span;

use crate::capture::CaptureMode;
use crate::checks::Refusal;
use crate::desk::Desk;
use crate::payer::is_card;
use crate::payment::{Kind, Payment};

/// What a request says about the payment that it wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct New<'r> {
    /// Which operation asks for it.
    pub(super) operation: Operation,
    pub(super) id: &'r str,
    pub(super) amount: Money,
    pub(super) payment_method_id: Option<&'r str>,
    pub(super) settlement: Option<&'r str>,
}

/// Whether one more payment can be made, and one like this.
pub(super) fn admit(new: &New<'_>, desk: &Desk, client: &str) -> Result<(), Refusal> {
    let refuse = |code, reason: String| Err(Refusal { code, reason });
    if desk.ledger.payment(client, new.id).is_some() {
        return Ok(());
    }
    // Payments are kept as long as the process lives, so there must be an end to them.
    if !desk.ledger.has_room() {
        let reason = format!("the ledger is full: it holds {} payments; start afresh", desk.ledger.len());
        return refuse("REQUEST_TRAFFIC_EXCEED_LIMIT", reason);
    }
    let (currency, settings) = (new.amount.currency, &desk.settings);
    if !settings.rates.knows(currency) {
        return refuse("CURRENCY_NOT_SUPPORT", format!("{currency} is not in the table of rates"));
    }
    if let Some(limit) = settings.limits.get(&currency).filter(|limit| new.amount.minor > **limit) {
        let reason = format!("{} is over the limit of {} (settings: limits)", new.amount, Money::new(currency, *limit));
        return refuse("PAYMENT_AMOUNT_EXCEED_LIMIT", reason);
    }
    let contracts = &settings.settlement_currencies;
    match new.settlement {
        Some(wanted) if !contracts.is_empty() && !contracts.iter().any(|code| code.as_str() == wanted) => {
            let reason = format!("no contract settles in {wanted:?} (settings: settlement-currencies)");
            refuse("SETTLE_CONTRACT_NOT_MATCH", reason)
        }
        _ => Ok(()),
    }
}

/// What a repeat of a request is refused with; none when it gets what the first one got.
pub(super) fn repeated(new: &New<'_>, known: &Payment) -> Option<ResultObject> {
    // Only pay compares what is paid with; an id that another operation has used cannot be answered in this one's words.
    let same_method = new.operation != Operation::Pay || known.payment_method_id.as_deref() == new.payment_method_id;
    let same = known.kind.operation() == new.operation && known.amount == new.amount && same_method;
    let code = match known.status {
        // Inconsistent whatever the state: the request is not the one that was made.
        _ if !same => "REPEAT_REQ_INCONSISTENT",
        PaymentStatus::Cancelled => "ORDER_IS_CANCELED",
        // Refused, or declined in answer to the request itself: the same F again. Closed later: the order is closed.
        PaymentStatus::Fail if known.refused => &known.code,
        PaymentStatus::Fail if known.kind.is_direct() && known.ended == Some(known.created) => &known.code,
        PaymentStatus::Fail => "ORDER_IS_CLOSED",
        PaymentStatus::Success | PaymentStatus::Processing | PaymentStatus::Pending => return None,
    };
    Some(ResultObject::documented(code))
}

/// A payment as it begins.
pub(super) fn payment(new: &New<'_>, kind: Kind, desk: &Desk, client: &str) -> Payment {
    let payment_id = desk.ledger.next_payment_id(desk.now);
    Payment {
        kind,
        payment_method_id: new.payment_method_id.map(str::to_owned),
        settlement: new.settlement.and_then(|code| code.parse().ok()),
        ..Payment::new(client, new.id, payment_id, new.amount, desk.now)
    }
}

/// Files a payment that was refused for good, so that a repeat is refused in the same way.
pub(super) fn refuse(desk: &mut Desk, payment: Payment, result: &ResultObject) {
    let code = result.result_code.clone();
    desk.keep(Payment { status: PaymentStatus::Fail, code, refused: true, ended: Some(desk.now), ..payment });
}

/// How a payment by this method is captured; only cards are.
pub(super) fn capture(payment_method_type: &str, factor: Option<&PaymentFactor>) -> Option<CaptureMode> {
    let is_manual = factor.is_some_and(|factor| factor.capture_mode.as_deref() == Some("MANUAL"));
    let mode = if is_manual { CaptureMode::Manual } else { CaptureMode::Automatic };
    is_card(payment_method_type).then_some(mode)
}

/// How far ahead a merchant may put the end of an online payment: ten minutes by most methods; as long as it stays open
/// anyway by those that take longer.
pub(super) fn at_most_ahead(payment_method_type: &str) -> Span {
    let usual = stays_open(payment_method_type);
    if usual > Span::secs(14 * 60) { usual } else { Span::secs(10 * 60) }
}

/// How long an online payment stays open, by its method.
pub(super) fn stays_open(payment_method_type: &str) -> Span {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = match payment_method_type {
        "LINKAJA" => 5 * MINUTE,
        "VIETQR" => 15 * MINUTE,
        "BANCOMATPAY" => HOUR,
        bank if bank.starts_with("BANKTRANSFER") || bank.starts_with("ONLINEBANKING") => 48 * HOUR,
        "MERCADOPAGO" | "CARD" | "APPLEPAY" | "GOOGLEPAY" | "KONBINI" | "PAYEASY" | "PAY_BY_BANK" | "ACH" => 7 * DAY,
        _ => 14 * MINUTE,
    };
    Span(Duration::from_secs(seconds))
}
