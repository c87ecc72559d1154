//! What becomes of a command that the terminal may take up: checked, refused with a business code, or begun.

use wire::edc::{
    BusinessCode, BusinessResult, CommandCode, CommandName, CommandResult, Invocation, Outcome, PurchaseCancelRequest,
    PurchaseRequest, Sale, TransactionData,
};
use wire::money::Money;
use wire::time::{Moment, Span};

use crate::answer;
use crate::cardholder::{Card, CardholderAction};
use crate::event::{Direction, Event};
use crate::fault::{Faults, Target};
use crate::journal::RecordKind;
use crate::payment::{Cancellation, Payment, PaymentOrder};
use crate::plan::Plan;
use crate::reason::Reason;
use crate::recipe::Recipe;
use crate::settings::{CancelOrder, LastTransaction, Tip};
use crate::terminal::Terminal;
use crate::timer::Timer;
use crate::transition::Cause;
use crate::trouble::{PowerLossAt, Trick};

/// How long a cancel waits for a card; its request has no field for it.
const CANCEL_EXPIRY: std::time::Duration = std::time::Duration::from_secs(30);

impl Terminal {
    pub(crate) fn purchase(
        &mut self,
        now: Moment,
        invocation: &Invocation,
        request: &PurchaseRequest,
        faults: &mut Faults,
    ) {
        let (id, name) = (&invocation.id, CommandName::Purchase);
        let sale = match request.sale() {
            Ok(sale) if self.settings.tip == Tip::Inside && sale.tip.minor > sale.total.minor => {
                self.refuse("the tip is larger than the total that it is part of".to_owned());
                return self.refuse_business(id, name, answer::illegal(request));
            }
            Ok(sale) => sale,
            Err(error) => {
                self.refuse(error.to_string());
                return self.refuse_business(id, name, answer::illegal(request));
            }
        };
        if let Some((code, reason)) = self.unknown_party(&sale) {
            self.refuse(reason.clone());
            let data = self.clerk.failed_sale(&sale, code, &reason);
            return self.refuse_business(id, name, data);
        }
        if self.journal.knows(&sale.request_id) {
            self.refuse(format!("requestId {:?} was seen before", sale.request_id));
            let reason = "an order with this requestId exists";
            let data = self.clerk.failed_sale(&sale, BusinessCode::RepeatReqReject, reason);
            return self.refuse_business(id, name, data);
        }
        let mut plan = self.triggered(name, sale.total, faults);
        if let Some(reply) = plan.as_mut().and_then(|plan| plan.take_reply(name))
            && self.reply_instead(invocation, reply)
        {
            return;
        }
        self.journal.claim(&sale.request_id);
        let until = now + sale.expiry;
        let payment = Payment::new(id.clone(), PaymentOrder::Purchase(sale), until);
        self.payment = Some(Payment { plan: plan.map(Box::new), ..payment });
        self.want_card(now, faults);
    }

    fn want_card(&mut self, now: Moment, faults: &mut Faults) {
        self.step(now, Cause::CardWanted);
        self.wait_for_card(now);
        self.mishap(now, PowerLossAt::Ready, faults);
    }

    /// What the amount of a command asks for, when triggers are on.
    fn triggered(&mut self, name: CommandName, amount: Money, faults: &mut Faults) -> Option<Plan> {
        let recipe = self.settings.triggers.then(|| Recipe::wanted_by_amount(name, amount)).flatten()?;
        self.event(Event::Fault { name: format!("trigger {}", recipe.code) });
        let script = recipe.script();
        faults.add(script.faults.clone());
        Some(Plan::new(&script))
    }

    /// Whether merchant and terminal id are known here.
    fn unknown_party(&self, sale: &Sale) -> Option<(BusinessCode, String)> {
        let settings = &self.settings;
        let merchant = self.session.as_ref().map(|session| session.merchant_id.as_str()).unwrap_or_default();
        if !settings.merchants.is_empty() && !settings.merchants.iter().any(|known| known == merchant) {
            return Some((BusinessCode::InvalidContract, format!("merchant {merchant:?} has no contract")));
        }
        let mut known = settings.terminals.iter().chain(&settings.wallet_terminals);
        if !settings.terminals.is_empty() && !known.any(|known| *known == sale.terminal_id) {
            return Some((BusinessCode::InvalidContract, format!("terminal {:?} is unknown", sale.terminal_id)));
        }
        None
    }

    pub(crate) fn purchase_cancel(
        &mut self,
        now: Moment,
        invocation: &Invocation,
        request: &PurchaseCancelRequest,
        faults: &mut Faults,
    ) {
        let (id, name) = (&invocation.id, CommandName::PurchaseCancel);
        let cancellation = match self.cancellation(request) {
            Ok(cancellation) => cancellation,
            Err((code, reason)) => {
                self.refuse(format!("{name}: {reason}"));
                return self.refuse_business(id, name, answer::refused_cancel(request, code, &reason));
            }
        };
        let mut plan = self.triggered(name, cancellation.total, faults);
        if let Some(reply) = plan.as_mut().and_then(|plan| plan.take_reply(name))
            && self.reply_instead(invocation, reply)
        {
            return;
        }
        let order = PaymentOrder::Cancel(Box::new(cancellation));
        let payment = Payment::new(id.clone(), order, now + CANCEL_EXPIRY);
        self.payment = Some(Payment { plan: plan.map(Box::new), ..payment });
        if self.settings.cancel_requires_card {
            self.want_card(now, faults);
        } else {
            self.step(now, Cause::CancelWithoutCard);
            self.ask_host(now, faults);
        }
    }

    fn cancellation(&mut self, request: &PurchaseCancelRequest) -> Result<Cancellation, (BusinessCode, String)> {
        let illegal = |reason: String| (BusinessCode::ParamIllegal, reason);
        if !(1..=64).contains(&request.request_id.chars().count()) {
            return Err(illegal("the parameter requestId must have 1 to 64 characters".to_owned()));
        }
        let meta_data = request.acquirer_info.acquirer_meta_data.as_deref().unwrap_or_default();
        let original = self.clerk.original(meta_data).map_err(illegal)?;
        if !self.journal.claim(&request.request_id) {
            return Err((BusinessCode::RepeatReqReject, format!("requestId {:?} was seen before", request.request_id)));
        }
        let Some(record) = self.journal.purchase(&original).filter(|record| record.data.result.is_success()) else {
            return Err((BusinessCode::OrderStatusInvalid, format!("no purchase {original:?} succeeded here")));
        };
        let given = &record.data;
        if Some(&request.payment_amount) != given.payment_amount.as_ref()
            || Some(&request.tip_amount) != given.tip_amount.as_ref()
        {
            return Err(illegal("the amounts are not the original's; there is no cancel in part".to_owned()));
        }
        let acquirer = given.acquirer_info.clone().unwrap_or_default();
        for (asked, known) in [
            (&request.acquirer_info.acquirer_terminal_id, &acquirer.acquirer_terminal_id),
            (&request.acquirer_info.acquirer_registration_no, &acquirer.acquirer_registration_no),
        ] {
            if asked.is_some() && asked != known {
                return Err(illegal("terminal id or business number are not the original's".to_owned()));
            }
        }
        if request.credit_pay_plan.is_some() && request.credit_pay_plan != given.credit_pay_plan {
            return Err(illegal("the instalments are not the original's".to_owned()));
        }
        if self.journal.is_cancelled(&original) {
            return Err((BusinessCode::OrderIsCanceled, format!("purchase {original:?} was cancelled before")));
        }
        let won = |amount: &Option<wire::money::Amount>| {
            amount.as_ref().and_then(|amount| Money::parse(&amount.currency, &amount.value).ok())
        };
        Ok(Cancellation {
            request_id: request.request_id.clone(),
            original,
            total: won(&given.payment_amount).unwrap_or(record.amount),
            tip: won(&given.tip_amount).unwrap_or(Money::krw(0)),
            charged: record.amount,
            tax: won(&given.tax_amount),
            plan: given.credit_pay_plan.clone(),
            acquirer: wire::edc::AcquirerInfo {
                acquirer_terminal_id: acquirer.acquirer_terminal_id,
                acquirer_registration_no: acquirer.acquirer_registration_no,
                acquirer_merchant_id: acquirer.acquirer_merchant_id,
                acquirer_name: acquirer.acquirer_name,
                acquirer_meta_data: acquirer.acquirer_meta_data,
                ..wire::edc::AcquirerInfo::default()
            },
        })
    }

    pub(crate) fn last_transaction(&mut self, id: String) {
        let name = CommandName::GetLastTransaction;
        let record = match self.settings.last_transaction {
            LastTransaction::Ok => self.journal.last(),
            LastTransaction::Stale => self.journal.last_but_one(),
            LastTransaction::Empty => None,
            LastTransaction::Unsupported => {
                self.refuse("GetLastTransaction is switched off by the settings".to_owned());
                return self.fail_command(&id, name, CommandCode::NotSupport);
            }
        };
        let outcome = match record {
            Some(record) => {
                let of = match record.kind {
                    RecordKind::Purchase => CommandName::Purchase,
                    RecordKind::PurchaseCancel => CommandName::PurchaseCancel,
                };
                let mut data =
                    TransactionData { response_command: Some(of.as_str().to_owned()), ..record.data.clone() };
                if !self.settings.last_transaction_has_request_id {
                    data.request_id = None;
                }
                Outcome::Success(Box::new(data))
            }
            None => {
                let result = BusinessResult::failure(BusinessCode::OrderStatusInvalid);
                Outcome::BusinessFailed(Box::new(TransactionData { result, ..TransactionData::default() }))
            }
        };
        self.answer(Some(name), &CommandResult { id, command_name: name.as_str().to_owned(), outcome });
    }

    /// CommandCancel while the terminal waits for a card.
    pub(crate) fn call_off(&mut self, now: Moment, id: String, faults: &mut Faults) {
        let name = CommandName::CommandCancel;
        if faults.hit(Trick::CardRacesCancel, Target::of(Direction::ToPos, None)).is_some() {
            self.event(Event::Fault { name: Trick::CardRacesCancel.word().to_owned() });
            let card = CardholderAction::Insert { card: Card::default(), after: Span::default() };
            self.cardholder_acts(now, &card, faults);
            // The card may have been more than the terminal bore.
            if self.state.is_deaf() {
                return;
            }
            self.refuse("CommandCancel: a card was quicker".to_owned());
            return self.fail_command(&id, name, CommandCode::Invalid);
        }
        self.step(now, Cause::CommandCancel);
        if self.mishap(now, PowerLossAt::Cancelling, faults) {
            return;
        }
        let data = TransactionData { result: BusinessResult::success(), ..TransactionData::default() };
        let outcome = Outcome::Success(Box::new(data));
        let agreed = CommandResult { id, command_name: name.as_str().to_owned(), outcome };
        match self.settings.cancel_order {
            CancelOrder::AnswerFirst => {
                self.answer(Some(name), &agreed);
                self.fail_payment(now, Cause::CalledOff, Reason::CalledOff);
            }
            CancelOrder::FailureFirst => {
                self.fail_payment(now, Cause::CalledOff, Reason::CalledOff);
                self.answer(Some(name), &agreed);
            }
        }
    }

    pub(crate) fn refuse_business(&mut self, id: &str, name: CommandName, data: TransactionData) {
        let outcome = Outcome::BusinessFailed(Box::new(data));
        self.answer(Some(name), &CommandResult { id: id.to_owned(), command_name: name.as_str().to_owned(), outcome });
    }

    /// Waits for a card, until the time that was set when the payment began.
    pub(crate) fn wait_for_card(&mut self, now: Moment) {
        if let Some(payment) = &self.payment {
            self.timers.set(Timer::CardExpiry, payment.card_until);
        }
        self.await_cardholder(now);
    }
}
