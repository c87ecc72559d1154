//! Set pieces at the gateway.

use std::num::NonZeroU32;

use serde_json::json;
use sim_antom::{
    Aim, Answer, Buyer, Changes, Code, Fault, FieldPath, Forgery, NoticeKind, RefundEnd, Rule, Script, Times,
};
use wire::antom::{Operation, WalletRule, codes};
use wire::money::{Currency, Money};
use wire::time::Span;

use super::super::Drawing;
use super::super::gateway::{SELDOM, fault, rule};
use super::super::story::{plain, sale};
use super::settle;
use crate::scenario::{By, OrderRef, Refund, Step, Wait, unplaced};

impl Drawing<'_> {
    /// A set piece at the gateway.
    pub(super) fn piece_at_gateway(&mut self, script: &mut Script) -> Vec<Step> {
        match self.chance.place(14) {
            0 => self.paid_twice(script),
            1 => self.asked_about_another(script),
            2 => self.asked_about_a_cancelled_one(script),
            3 => self.called_off_too_late(script),
            4 => self.failed_after_all(script),
            5 => self.given_back_otherwise(script),
            6 => self.without_a_page(script),
            7 => self.too_little(),
            8 => self.told_before_the_answer(script),
            9 => self.batch_refused(script),
            10 => self.success_after_cancel(script),
            _ => self.one_fault_of_the_gateway(script),
        }
    }

    /// One fault, and nothing else that is out of the ordinary.
    fn one_fault_of_the_gateway(&mut self, script: &mut Script) -> Vec<Step> {
        script.faults = vec![rule(fault(self.chance), SELDOM, self.chance)];
        let (order, amount, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier, By::Session]);
        steps.push(settle(3600));
        if self.chance.falls(40) {
            steps.push(Step::Refund(Refund { order: unplaced(order), amount }));
            steps.push(settle(3600));
        }
        steps
    }

    /// The notification comes before the answer to pay, and inquiries tell nothing.
    fn told_before_the_answer(&mut self, script: &mut Script) -> Vec<Step> {
        script.buyer = vec![always(Buyer::Pays { after: Span::millis(self.chance.one([0, 1000])) }, MANY)];
        let lasting = Span::secs(self.chance.one([2, 8]));
        script.faults = vec![always(Fault::EarlyNotification { on: Some(Operation::Pay), lasting }, 1)];
        script.answers = vec![answer(Operation::InquiryPayment, "UNKNOWN_EXCEPTION", 1000)];
        let (_, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier]);
        steps.push(settle(3600));
        steps
    }

    /// A batch is not made, and its buyer tries again.
    fn batch_refused(&mut self, script: &mut Script) -> Vec<Step> {
        let code =
            self.chance.one(["RISK_REJECT", "UNKNOWN_EXCEPTION", "PROCESS_FAIL", "REQUEST_TRAFFIC_EXCEED_LIMIT"]);
        script.answers = vec![answer(Operation::BatchPay, code, 1)];
        let mut steps = self.batch();
        // As it named itself.
        let batch = format!("G{}", self.sold);
        steps.push(Step::Retry(OrderRef { order: unplaced(batch) }));
        steps.push(settle(3600));
        steps
    }

    /// A success is told, rightly signed, of what was called off.
    fn success_after_cancel(&mut self, script: &mut Script) -> Vec<Step> {
        script.buyer = vec![always(Buyer::Leaves, MANY)];
        let after = Span::secs(self.chance.one([5, 30, 700]));
        let told = Fault::ForgeNotification { on: None, signature: Forgery::Valid, set: Changes::new(), after };
        script.faults = vec![always(told, 1)];
        let (order, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier]);
        steps.push(Step::Advance(Wait { by: Span::secs(1) }));
        steps.push(Step::Cancel(OrderRef { order: unplaced(order) }));
        steps.push(settle(3600));
        steps
    }

    /// The gateway denies a payment that is called off for a new try, and both are paid in the end.
    fn paid_twice(&mut self, script: &mut Script) -> Vec<Step> {
        script.answers = vec![answer(Operation::Cancel, "ORDER_NOT_EXIST", 1)];
        let mut pays = |after| always(Buyer::Pays { after: Span::secs(self.chance.one(after)) }, 1);
        script.buyer = vec![pays([60, 120]), pays([1, 5])];
        let (order, _, mut steps) = self.wallet([By::EntryCode, By::Cashier]);
        steps.push(Step::Advance(Wait { by: Span::secs(2) }));
        steps.push(Step::Retry(OrderRef { order: unplaced(order) }));
        steps.push(settle(1800));
        steps
    }

    /// All that is ever told comes by inquiries, and these speak of another amount or payment.
    fn asked_about_another(&mut self, script: &mut Script) -> Vec<Step> {
        let (field, value) = self.chance.one(OTHERS);
        script.faults = vec![silent(), altered(field, json!(value))];
        let after = Span::secs(self.chance.one([1, 4, 10, 30]));
        script.buyer = vec![always(Buyer::Pays { after }, MANY)];
        let (_, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier]);
        steps.push(settle(3600));
        steps
    }

    /// An inquiry tells that the payment was cancelled: by the wallet, or by a person at the gateway.
    fn asked_about_a_cancelled_one(&mut self, script: &mut Script) -> Vec<Step> {
        script.faults = vec![altered("paymentStatus", json!("CANCELLED"))];
        if let Some(fault) = script.faults.first_mut().map(|rule| &mut rule.what)
            && let Fault::AlterAnswer { set, .. } = fault
        {
            set.extend(changes("paymentResultCode", json!("ORDER_IS_CANCELED")));
        }
        script.buyer = vec![always(Buyer::Leaves, MANY)];
        let (_, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier]);
        steps.push(settle(3600));
        steps.push(Step::Advance(Wait { by: Span::secs(600) }));
        steps
    }

    /// A payment that nobody heard of is called off when the day is over.
    fn called_off_too_late(&mut self, script: &mut Script) -> Vec<Step> {
        script.buyer = vec![always(Buyer::Pays { after: Span::secs(2) }, MANY)];
        script.faults = vec![silent()];
        let times = self.chance.one([1, 2, 3]);
        script.answers = vec![
            answer(Operation::Cancel, "CANCEL_WINDOW_EXCEED", MANY),
            answer(Operation::InquiryPayment, "UNKNOWN_EXCEPTION", times),
        ];
        let (order, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier]);
        steps.push(Step::Advance(Wait { by: Span::secs(self.chance.one([5, 10])) }));
        steps.push(Step::Cancel(OrderRef { order: unplaced(order) }));
        steps.push(Step::Advance(Wait { by: Span::secs(3600) }));
        steps
    }

    /// After the success, the same notification comes once more and tells of a failure.
    fn failed_after_all(&mut self, script: &mut Script) -> Vec<Step> {
        let every = Span::secs(self.chance.one([1, 5, 60]));
        let mut set = changes("result.resultStatus", json!("F"));
        set.extend(changes("result.resultCode", json!("PROCESS_FAIL")));
        let mut later = always(Fault::AlterNotification { on: Some(NoticeKind::NotifyPayment), set }, 1);
        later.aim.nth = times(2);
        let again = Fault::RepeatNotification { on: Some(NoticeKind::NotifyPayment), deliveries: 2, every };
        script.faults = vec![always(again, 1), later];
        let (_, _, mut steps) = self.wallet([By::EntryCode, By::OrderCode, By::Cashier, By::Session]);
        steps.push(settle(3600));
        steps
    }

    /// notifyRefund tells another amount, rightly signed, and inquiries tell nothing for a while.
    fn given_back_otherwise(&mut self, script: &mut Script) -> Vec<Step> {
        let after = Span::secs(self.chance.one([60, 600]));
        script.refunds = vec![always(RefundEnd::Succeeds { after }, MANY)];
        script.answers = vec![answer(Operation::InquiryRefund, "UNKNOWN_EXCEPTION", 3)];
        let set = changes("refundAmount.value", json!("1"));
        script.faults = vec![always(Fault::AlterNotification { on: Some(NoticeKind::NotifyRefund), set }, 1)];
        let (order, amount, mut steps) = self.wallet([By::EntryCode, By::Cashier]);
        steps.push(settle(3600));
        let amount = Money::new(amount.currency, self.chance.one([amount.minor, amount.minor / 2]));
        steps.push(Step::Refund(Refund { order: unplaced(order), amount }));
        steps.push(settle(30 * 3600));
        steps
    }

    /// Batches, and other payments, that are created without an address for the buyer.
    fn without_a_page(&mut self, script: &mut Script) -> Vec<Step> {
        script.settings.urls = Some(Vec::new());
        self.batch()
    }

    /// Around the least that a wallet takes.
    fn too_little(&mut self) -> Vec<Step> {
        let Some(wallet) = self.chance.any(&WalletRule::ALL).copied() else { return Vec::new() };
        let currency = wallet.currency.parse().unwrap_or(Currency::KRW);
        let minor = self.chance.one([wallet.least.saturating_sub(wallet.step), wallet.least, wallet.least / 2]).max(1);
        let order = self.name();
        let mut checkout = plain(&order, By::Cashier, Money::new(currency, minor));
        checkout.method = Some(wallet.method.to_owned());
        vec![Step::Checkout(checkout), settle(1800)]
    }

    /// A sale by wallet: its order, what it costs, and its step.
    fn wallet<const N: usize>(&mut self, by: [By; N]) -> (String, Money, Vec<Step>) {
        let (order, by) = (self.name(), self.chance.one(by));
        let currency = self.chance.one(["JPY", "KRW", "USD", "EUR"]).parse().unwrap_or(Currency::KRW);
        let amount = self.money_in(currency);
        let steps = vec![sale(&order, by, amount)];
        (order, amount, steps)
    }
}

/// Fields of an inquiry's answer that tell of another payment, and what is told in their place.
const OTHERS: [(&str, &str); 3] =
    [("paymentAmount.value", "1"), ("paymentAmount.currency", "THB"), ("paymentRequestId", "NOBODY-1")];

/// As often as anybody asks.
const MANY: u32 = 10_000;

fn times(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn always<T>(what: T, many: u32) -> Rule<T> {
    Rule { what, aim: Aim { times: Times::Limited(times(many)), ..Aim::default() } }
}

fn answer(on: Operation, code: &str, many: u32) -> Rule<Answer> {
    let line = codes(on).iter().find(|line| line.code == code).unwrap_or(&wire::antom::PAY[0]);
    always(Answer { on, code: Code(line) }, many)
}

fn changes(field: &str, value: serde_json::Value) -> Changes {
    FieldPath::parse(field).map(|path| Changes::from([(path, value)])).unwrap_or_default()
}

/// No notification arrives.
fn silent() -> Rule<Fault> {
    always(Fault::LoseNotification { on: None }, MANY)
}

fn altered(field: &str, value: serde_json::Value) -> Rule<Fault> {
    always(Fault::AlterAnswer { on: Some(Operation::InquiryPayment), set: changes(field, value) }, MANY)
}
