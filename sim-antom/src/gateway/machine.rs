//! What the gateway is made of, and its run loop: an input in, deadlines and outputs out.

use wire::antom::Signer;
use wire::clock::Deadlines;
use wire::time::Moment;

use super::{Input, Output};
use crate::client::{Clients, Signing};
use crate::desk::Desk;
use crate::forger::Forger;
use crate::held::Held;
use crate::ledger::Ledger;
use crate::notices::ANSWER_WAIT;
use crate::script::Script;
use crate::seal::Seals;
use crate::store::{Store, StoreError};

/// The gateway. See the parent module's documentation.
#[derive(Debug)]
pub struct Gateway {
    pub(super) clients: Clients,
    pub(super) signer: Signer,
    pub(super) forger: Forger,
    pub(super) desk: Desk,
    pub(super) held: Held,
}

impl Gateway {
    /// A gateway that has seen nothing. `forger` signs forged notifications; without one they carry no signature.
    #[must_use]
    pub fn new(clients: Clients, signer: Signer, forger: impl Into<Forger>, script: Script) -> Self {
        Self {
            clients,
            signer,
            forger: forger.into(),
            desk: Desk::new(Ledger::default(), script),
            held: Held::default(),
        }
    }

    /// The same over what a store holds: payments, what is planned for them, notifications that are still due.
    #[must_use]
    pub fn over(
        store: Box<dyn Store>,
        clients: Clients,
        signer: Signer,
        forger: impl Into<Forger>,
        script: Script,
    ) -> Self {
        Self {
            clients,
            signer,
            forger: forger.into(),
            desk: Desk::new(Ledger::of(store), script),
            held: Held::default(),
        }
    }

    /// From now on the script's own time runs. Without it that begins with the first input.
    pub fn begin(&mut self, now: Moment) {
        self.desk.stage.begin(now);
    }

    /// Takes an input. Then [`Gateway::commit`], and [`Gateway::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: Input) {
        self.desk.now = now;
        self.begin(now);
        match input {
            Input::Request { id, envelope, unreadable } => self.request(id, envelope, unreadable),
            Input::Answered { id, answer } => self.answered(id, answer),
            Input::Timeout => self.timeout(),
        }
    }

    /// Makes what the inputs changed last. Nothing that [`Gateway::poll`] tells may leave before.
    ///
    /// # Errors
    /// The store cannot keep it; the gateway must stop.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.desk.commit()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.desk.out.pop_front()
    }

    /// When to call [`Gateway::handle`] with a timeout. Buyers and schedule are the simulated world's; the answer to a
    /// notification is the merchant's.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        let desk = &self.desk;
        let world = [desk.plans.next(), desk.notices.next(), self.held.next()].into_iter().flatten().min();
        Deadlines { world, peer: desk.notices.next_overdue() }
    }

    /// All payments.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.desk.ledger
    }

    fn timeout(&mut self) {
        let now = self.desk.now;
        // One thing at a time, in the order of the clock, so that a jump over many deadlines changes nothing.
        loop {
            let desk = &mut self.desk;
            let first = desk.notices.next();
            let notice = first.map_or(now, |other| now.min(other));
            let until = self.held.next().map_or(notice, |other| notice.min(other));
            if let Some(plan) = desk.plans.take(desk.ledger.store(), until) {
                desk.carry_out(&plan);
            } else if let Some(departure) = self.held.due(notice) {
                self.depart(departure);
            } else if let Some((id, notice)) = desk.notices.begin(desk.ledger.store(), now) {
                self.deliver(id, notice);
            } else if self.desk.notices.next() == first {
                break;
            }
        }
        for id in self.desk.notices.overdue(now) {
            self.desk.out.push_back(Output::Abandon { id });
            self.answered(id, Err(format!("no answer within {} s", ANSWER_WAIT.as_secs())));
        }
    }

    pub(super) fn seals(&self) -> Seals<'_> {
        Seals { own: self.signs(), foreign: &self.forger }
    }

    /// The signer, where anything is signed at all.
    fn signs(&self) -> Option<&Signer> {
        match self.clients.signing() {
            Signing::On => Some(&self.signer),
            Signing::Off => None,
        }
    }
}
