//! Set pieces: circumstances that belong together, in the neighbourhood of money, and that chance alone brings together too
//! seldom. What is about them is drawn: amounts, times, who is asked in which way, a restart in between.

use std::num::NonZeroU32;

use serde_json::json;
use sim_antom::{Aim, Answer, Buyer, Changes, Code, Fault, FieldPath, NoticeKind, RefundEnd, Rule, Script, Times};
use sim_edc::{FailureCode, Instead, LastTransaction, PowerLossAt, Reply, When};
use wire::antom::{Operation, WalletRule, codes};
use wire::edc::{BusinessCode, CommandName};
use wire::money::{Currency, Money};
use wire::time::Span;

use super::story::{plain, sale};
use super::{Area, Drawing};
use crate::scenario::{By, Given, OrderRef, Refund, Restart, Settle, Step, Wait, unplaced};

impl Drawing<'_> {
    /// What is given in a set piece, and its steps.
    pub(super) fn piece(&mut self) -> (Given, Vec<Step>) {
        let mut given = Given::default();
        let is_at_terminal = match self.area {
            Area::Edc => true,
            Area::Antom => false,
            Area::Joint => self.chance.falls(50),
        };
        let mut steps = if is_at_terminal {
            match self.chance.place(5) {
                0 => self.asks_back_again(&mut given.terminal),
                3 => self.cannot_be_given_back(&mut given.terminal),
                1 => self.unplugged(&mut given.terminal, true),
                2 => self.unplugged(&mut given.terminal, false),
                _ => self.bare_record(&mut given.terminal),
            }
        } else {
            match self.chance.place(8) {
                0 => self.paid_twice(&mut given.antom),
                1 => self.asked_about_another(&mut given.antom),
                2 => self.asked_about_a_cancelled_one(&mut given.antom),
                3 => self.called_off_too_late(&mut given.antom),
                4 => self.failed_after_all(&mut given.antom),
                5 => self.given_back_otherwise(&mut given.antom),
                6 => self.without_a_page(&mut given.antom),
                _ => self.too_little(),
            }
        };
        if self.chance.falls(20) {
            let place = 1 + self.chance.place(steps.len());
            steps.insert(place, Step::Restart(Restart::default()));
        }
        steps.push(settle(if is_at_terminal { 2 * 3600 } else { 10 * 24 * 3600 }));
        (given, steps)
    }

    /// Nobody knows how a refund ended, and a person asks for it again.
    fn asks_back_again(&mut self, script: &mut sim_edc::Script) -> Vec<Step> {
        let of_cancel = sim_edc::Aim { command: Some(CommandName::PurchaseCancel), ..sim_edc::Aim::default() };
        let late = Some(Span::secs(self.chance.one([130, 600])));
        script.faults = vec![match self.chance.place(3) {
            0 => sim_edc::Fault::LateAnswer(sim_edc::Aim { lasting: late, ..of_cancel }),
            _ => sim_edc::Fault::MalformedJson(of_cancel),
        }];
        script.settings.last_transaction = self.chance.one([LastTransaction::Unsupported, LastTransaction::Empty]);
        let (order, amount) = (self.name(), self.won());
        let refund = Step::Refund(Refund { order: unplaced(order.clone()), amount });
        vec![sale(&order, By::Terminal, amount), settle(1800), refund.clone(), settle(1800), refund]
    }

    /// The acquirer does not give a sale back, however often it is asked.
    fn cannot_be_given_back(&mut self, script: &mut sim_edc::Script) -> Vec<Step> {
        use BusinessCode::{InvalidContract, OrderStatusInvalid, ProcessFail, Unknown};
        let code = self.chance.one([OrderStatusInvalid, OrderStatusInvalid, ProcessFail, InvalidContract, Unknown]);
        let reply = Reply { code: FailureCode::Business(code), when: When::AtOnce };
        script.answers = vec![Instead::PurchaseCancel(reply); self.chance.one([1, 3])];
        let (order, amount) = (self.name(), self.won());
        let refund = Step::Refund(Refund { order: unplaced(order.clone()), amount });
        vec![sale(&order, By::Terminal, amount), settle(1800), refund, settle(1800)]
    }

    /// The cable is pulled while a card is waited for, and is back after a while, with what was left in it or without.
    fn unplugged(&mut self, script: &mut sim_edc::Script, is_stale: bool) -> Vec<Step> {
        let at = Some(self.chance.one([PowerLossAt::Ready, PowerLossAt::Authorizing]));
        let lasting = Some(Span::secs(self.chance.one([1, 8, 20, 60])));
        script.faults = vec![sim_edc::Fault::Unplug(sim_edc::Aim { at, lasting, ..sim_edc::Aim::default() })];
        if is_stale {
            script.faults.push(sim_edc::Fault::StaleBytes(sim_edc::Aim::default()));
        }
        let (order, amount) = (self.name(), self.won());
        vec![sale(&order, By::Terminal, amount), settle(60), Step::Advance(Wait { by: Span::secs(600) })]
    }

    /// A result is lost, and the terminal's last transaction names no requestId.
    fn bare_record(&mut self, script: &mut sim_edc::Script) -> Vec<Step> {
        script.faults = vec![match self.chance.place(2) {
            0 => sim_edc::Fault::LoseAnswer { times: 1 },
            _ => sim_edc::Fault::PowerLoss { at: PowerLossAt::Approved, lasting: Span::secs(5) },
        }];
        script.settings.last_transaction_has_request_id = false;
        let (order, amount) = (self.name(), self.won());
        vec![sale(&order, By::Terminal, amount), settle(1800)]
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

const fn settle(secs: u64) -> Step {
    Step::Settle(Settle { within: Span::secs(secs) })
}
