//! Recovery: what became of a sale whose result did not come, cannot be read, or does not decide.
//!
//! No answer does not mean not charged. So the terminal is asked for its last transaction, and only a record that is this
//! sale's decides. What cannot be decided is parked for a person. Purchase is never sent again from here.

use std::time::Duration;

use wire::edc::{Command, CommandCode, CommandName, InitCode, Outcome, TransactionData};

use crate::fault::Fault;
use crate::order::{Attempt, By, Order};
use crate::till::Till;
use crate::verdict::{self, Verdict};

/// Pauses between tries, in seconds.
const PAUSES: [u64; 5] = [1, 2, 3, 5, 5];
/// Pauses while it is busy: soon again at first, and then as often as a cashier can bear.
const BUSY_PAUSES: [u64; 3] = [2, 3, 5];
const LAST_BUSY_PAUSE: u64 = 10;
/// A terminal that is busy may still be busy with this very sale, which takes two minutes at most.
const BUSY_LIMIT: Duration = Duration::from_secs(130);
const NO_RECORD: &str = "the terminal knows of no last transaction";
pub(crate) const NO_ANSWER: &str = "no answer to the command, nor to what became of it";
const DAY_MICROS: u64 = 24 * 60 * 60 * 1_000_000;

impl Till {
    /// Asks until the order is decided, or parks it.
    pub(crate) async fn recover(&mut self, name: &str) {
        match self.last_transaction(name, Order::is_open).await {
            Some(Ok(data)) => self.decide(name, &data),
            Some(Err(reason)) if reason == NO_RECORD && self.merchant.has(Fault::NoRecordIsFailure) => {
                self.fail(name, reason);
            }
            Some(Err(reason)) => self.park(name, reason),
            None => {}
        }
    }

    /// The terminal's last transaction, or why it cannot be had. None when the order was decided meanwhile.
    pub(crate) async fn last_transaction(
        &mut self,
        name: &str,
        is_open: fn(&Order) -> bool,
    ) -> Option<Result<Box<TransactionData>, &'static str>> {
        let patience = self.merchant.now() + BUSY_LIMIT;
        let (mut pauses, mut busy) = (PAUSES.iter(), BUSY_PAUSES.iter());
        loop {
            // A late result may have settled it meanwhile.
            if !self.merchant.is(name, is_open) {
                return None;
            }
            match self.ask_last_transaction(name).await {
                Asked::Told(data) => return Some(Ok(data)),
                Asked::Nothing(reason) => return Some(Err(reason)),
                Asked::Busy if self.merchant.now() < patience => {
                    self.wait(Duration::from_secs(*busy.next().unwrap_or(&LAST_BUSY_PAUSE))).await;
                    continue;
                }
                Asked::Busy | Asked::Silence => {}
            }
            match pauses.next() {
                Some(seconds) => self.wait(Duration::from_secs(*seconds)).await,
                None => return Some(Err(NO_ANSWER)),
            }
        }
    }

    async fn ask_last_transaction(&mut self, name: &str) -> Asked {
        let says_hello = !self.session && !self.merchant.has(Fault::NoHello);
        if says_hello && self.hello().await != Some(InitCode::InitSuccess) {
            return Asked::Silence;
        }
        let Some(result) = self.ask(name, Command::GetLastTransaction).await else { return Asked::Silence };
        match result.outcome {
            Outcome::Success(data) => Asked::Told(data),
            Outcome::BusinessFailed(data) if data.payment_amount.is_some() => Asked::Told(data),
            Outcome::BusinessFailed(_) => Asked::Nothing(NO_RECORD),
            Outcome::CommandFailed { code: CommandCode::DeviceBusy, .. } => Asked::Busy,
            Outcome::CommandFailed { code: CommandCode::Invalid, .. } => {
                self.session = false;
                Asked::Silence
            }
            Outcome::CommandFailed { code: CommandCode::NotSupport | CommandCode::ParamError, .. } => {
                Asked::Nothing("the terminal cannot tell its last transaction")
            }
            Outcome::CommandFailed { .. } => Asked::Silence,
        }
    }

    fn decide(&mut self, name: &str, data: &TransactionData) {
        let Some(order) = self.merchant.order(name) else { return };
        let Some(attempt) = order.attempt() else { return };
        let mistake = self.merchant.mistake();
        let day = |attempt: &Attempt| attempt.at.as_micros() / DAY_MICROS;
        let only_one = self.merchant.book(|book| {
            let rivals = book.orders().filter(|other| other.by == By::Terminal && other.name != order.name);
            !rivals.flat_map(|other| &other.attempts).any(|a| a.amount == attempt.amount && day(a) == day(attempt))
        });
        let terminal_id = &self.config.terminal_id;
        match verdict::of_last_transaction(data, CommandName::Purchase, attempt, terminal_id, only_one, mistake) {
            Verdict::Succeeded(evidence) => {
                let is_anothers = evidence
                    .reference
                    .as_ref()
                    .is_some_and(|reference| self.merchant.book(|book| book.is_booked_elsewhere(reference, name)));
                if is_anothers && !self.merchant.has(Fault::RecoversByAmount) {
                    self.park(name, "the terminal's last transaction is booked for another order");
                } else {
                    self.paid(name, evidence);
                }
            }
            Verdict::Failed(reason) => self.fail(name, &reason),
            Verdict::Unclear(reason) => self.park(name, &reason),
            Verdict::Busy | Verdict::WantsHello => self.park(name, "the terminal does not say"),
        }
    }
}

/// What came of asking for the last transaction.
enum Asked {
    Told(Box<TransactionData>),
    /// The terminal answered, and has nothing to tell.
    Nothing(&'static str),
    Busy,
    /// No answer, or none that helps; it may help to ask again.
    Silence,
}
