//! Set pieces at the terminal.

use sim_edc::{Aim, FailureCode, Fault, Instead, LastTransaction, PowerLossAt, Profile, Reply, Script, When};
use wire::edc::{BusinessCode, CommandName};
use wire::time::Span;

use super::super::Drawing;
use super::super::story::sale;
use super::super::terminal::fault;
use super::settle;
use crate::scenario::{By, Refund, Step, Wait, unplaced};

impl Drawing<'_> {
    /// A set piece at the terminal.
    pub(super) fn piece_at_terminal(&mut self, script: &mut Script) -> Vec<Step> {
        match self.chance.place(8) {
            0 => self.asks_back_again(script),
            1 => self.cannot_be_given_back(script),
            2 => self.unplugged(script, true),
            3 => self.unplugged(script, false),
            4 => self.bare_record(script),
            5 => self.of_one_amount(script),
            _ => self.one_fault(script),
        }
    }

    /// One fault, and nothing else that is out of the ordinary.
    fn one_fault(&mut self, script: &mut Script) -> Vec<Step> {
        script.faults = vec![fault(self.chance, Profile::Stx)];
        let (order, amount) = (self.name(), self.won());
        let mut steps = vec![sale(&order, By::Terminal, amount), settle(1800)];
        if self.chance.falls(50) {
            steps.push(Step::Refund(Refund { order: unplaced(order), amount }));
            steps.push(settle(1800));
        }
        steps
    }

    /// Two sales cost the same, and what is said of the one may be taken for the other's.
    fn of_one_amount(&mut self, script: &mut Script) -> Vec<Step> {
        let at = Some(PowerLossAt::Authorizing);
        let second = Aim { at, skip: 1, lasting: Some(Span::secs(5)), ..Aim::default() };
        script.faults = vec![match self.chance.place(5) {
            0 => Fault::Hang(second),
            1 => Fault::Unplug(second),
            2 => Fault::StaleResult(Aim { skip: 1, ..Aim::default() }),
            3 => Fault::UnsolicitedResult(Aim { skip: self.chance.one([0, 1]), ..Aim::default() }),
            _ => Fault::RepeatResult(Aim { times: 2, ..Aim::default() }),
        }];
        let amount = self.won();
        let mut sells = || [sale(&self.name(), By::Terminal, amount), settle(1800)];
        let (first, then) = (sells(), sells());
        first.into_iter().chain(then).collect()
    }

    /// Nobody knows how a refund ended, and a person asks for it again.
    fn asks_back_again(&mut self, script: &mut Script) -> Vec<Step> {
        let of_cancel = Aim { command: Some(CommandName::PurchaseCancel), ..Aim::default() };
        let late = Some(Span::secs(self.chance.one([130, 600])));
        script.faults = vec![match self.chance.place(3) {
            0 => Fault::LateAnswer(Aim { lasting: late, ..of_cancel }),
            _ => Fault::MalformedJson(of_cancel),
        }];
        script.settings.last_transaction = self.chance.one([LastTransaction::Unsupported, LastTransaction::Empty]);
        let (order, amount) = (self.name(), self.won());
        let refund = Step::Refund(Refund { order: unplaced(order.clone()), amount });
        vec![sale(&order, By::Terminal, amount), settle(1800), refund.clone(), settle(1800), refund]
    }

    /// The acquirer does not give a sale back, however often it is asked.
    fn cannot_be_given_back(&mut self, script: &mut Script) -> Vec<Step> {
        use BusinessCode::{InvalidContract, OrderStatusInvalid, ProcessFail, Unknown};
        let code = self.chance.one([OrderStatusInvalid, OrderStatusInvalid, ProcessFail, InvalidContract, Unknown]);
        let reply = Reply { code: FailureCode::Business(code), when: When::AtOnce };
        script.answers = vec![Instead::PurchaseCancel(reply); self.chance.one([1, 3])];
        let (order, amount) = (self.name(), self.won());
        let refund = Step::Refund(Refund { order: unplaced(order.clone()), amount });
        vec![sale(&order, By::Terminal, amount), settle(1800), refund, settle(1800)]
    }

    /// The cable is pulled while a card is waited for, and is back after a while, with what was left in it or without.
    fn unplugged(&mut self, script: &mut Script, is_stale: bool) -> Vec<Step> {
        let at = Some(self.chance.one([PowerLossAt::Ready, PowerLossAt::Authorizing]));
        let lasting = Some(Span::secs(self.chance.one([1, 8, 20, 60])));
        script.faults = vec![Fault::Unplug(Aim { at, lasting, ..Aim::default() })];
        if is_stale {
            script.faults.push(Fault::StaleBytes(Aim::default()));
        }
        let (order, amount) = (self.name(), self.won());
        vec![sale(&order, By::Terminal, amount), settle(60), Step::Advance(Wait { by: Span::secs(600) })]
    }

    /// A result is lost, and the terminal's last transaction names no requestId.
    fn bare_record(&mut self, script: &mut Script) -> Vec<Step> {
        script.faults = vec![match self.chance.place(2) {
            0 => Fault::LoseAnswer { times: 1 },
            _ => Fault::PowerLoss { at: PowerLossAt::Approved, lasting: Span::secs(5) },
        }];
        script.settings.last_transaction_has_request_id = false;
        let (order, amount) = (self.name(), self.won());
        vec![sale(&order, By::Terminal, amount), settle(1800)]
    }
}
