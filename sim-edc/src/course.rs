//! The course of a payment: card, signature, host, reversal, record, and what the power does to it.

use std::sync::Arc;
use std::time::Duration;

use wire::edc::{CommandResult, Outcome, TransactionData};
use wire::time::{Moment, Span};

use crate::cardholder::{Card, CardholderAction};
use crate::event::Event;
use crate::fault::{Faults, Target};
use crate::host::{HostAnswer, Reversal};
use crate::journal::Record;
use crate::payment::{Instrument, Payment, PaymentOrder};
use crate::reason::Reason;
use crate::terminal::{Terminal, TerminalOutput};
use crate::timer::Timer;
use crate::transition::{Cause, next};
use crate::trouble::{PowerLossAt, Trick};

const SIGNATURE_LIMIT: Duration = Duration::from_secs(20);
const HOST_LIMIT: Duration = Duration::from_secs(30);
const REVERSAL_TIME: Duration = Duration::from_secs(2);

impl Terminal {
    /// Asks the cardholder for what this state waits for, unless he is about to do something already.
    pub(crate) fn await_cardholder(&mut self, now: Moment) {
        if self.next_action.is_none()
            && let state = self.state
            && let Some(action) = self.plan().cardholder.asked(state)
        {
            self.expect(now, action);
        }
    }

    pub(crate) fn cardholder_acts(&mut self, now: Moment, action: &CardholderAction, faults: &mut Faults) {
        use CardholderAction as Does;
        match action {
            Does::Insert { card: Card::Magstripe, .. } => self.present(now, None, Some(Cause::ChipFails), faults),
            Does::Insert { card, .. } | Does::Tap { card, .. } => {
                self.present(now, Some(Instrument::Card(*card)), None, faults);
            }
            Does::Swipe { card, .. } => {
                let fallback = self.payment.as_ref().is_some_and(|payment| payment.fallback);
                if *card == Card::Magstripe || fallback {
                    self.present(now, Some(Instrument::Card(*card)), None, faults);
                } else if self.step(now, Cause::ChipCardSwiped) {
                    self.await_cardholder(now);
                }
            }
            Does::ChipFailure { .. } => self.present(now, None, Some(Cause::ChipFails), faults),
            Does::TapFailure { .. } => self.present(now, None, Some(Cause::ContactlessFails), faults),
            Does::WalletQr { barcode, .. } => {
                self.present(now, Some(Instrument::Wallet { barcode: barcode.clone() }), None, faults);
            }
            Does::SamsungPay { .. } => self.present(now, Some(Instrument::SamsungPay), None, faults),
            Does::Remove { .. } => self.back_to_ready(now, Cause::CardPulled),
            Does::Sign { .. } => {
                if self.step(now, Cause::Signed) {
                    if let Some(payment) = &mut self.payment {
                        payment.signed = true;
                    }
                    self.ask_host(now, faults);
                }
            }
            Does::RefuseSignature { .. } => {
                self.fail_payment(now, Cause::SignatureRefused, Reason::SignatureRefused);
            }
            Does::CancelKey { .. } => {
                self.fail_payment(now, Cause::CancelKey, Reason::CancelKey);
            }
            Does::On { .. } | Does::Nothing => {}
        }
    }

    /// A card or wallet comes; `fails` says how it cannot be read.
    fn present(&mut self, now: Moment, with: Option<Instrument>, fails: Option<Cause>, faults: &mut Faults) {
        if !self.step(now, Cause::CardPresented) {
            return;
        }
        self.timers.stop(Timer::CardExpiry);
        if let (Some(payment), Some(instrument)) = (&mut self.payment, with) {
            payment.instrument = instrument;
        }
        if self.mishap(now, PowerLossAt::CardDetected, faults) {
            return;
        }
        if let Some(cause) = fails {
            return self.back_to_ready(now, cause);
        }
        self.timers.set(Timer::CardRead, now + self.settings.reading.0);
        self.await_cardholder(now);
    }

    fn back_to_ready(&mut self, now: Moment, cause: Cause) {
        if !self.step(now, cause) {
            return;
        }
        self.timers.stop(Timer::CardRead);
        if let Some(payment) = &mut self.payment {
            payment.fallback |= cause == Cause::ChipFails;
        }
        self.wait_for_card(now);
    }

    pub(crate) fn card_read(&mut self, now: Moment, faults: &mut Faults) {
        if !self.step(now, Cause::CardRead) {
            return;
        }
        if self.payment.as_ref().is_some_and(Payment::needs_signature) {
            self.step(now, Cause::SignatureNeeded);
            self.timers.set(Timer::SignatureExpiry, now + SIGNATURE_LIMIT);
            self.await_cardholder(now);
            self.mishap(now, PowerLossAt::Signing, faults);
        } else {
            self.step(now, Cause::NoSignatureNeeded);
            self.ask_host(now, faults);
        }
    }

    pub(crate) fn nobody_came(&mut self, now: Moment) {
        self.fail_payment(now, Cause::CardTimeout, Reason::NobodyCame);
    }

    pub(crate) fn nobody_signed(&mut self, now: Moment) {
        self.fail_payment(now, Cause::SignatureTimeout, Reason::NobodySigned);
    }

    /// In AUTH: asks the host.
    pub(crate) fn ask_host(&mut self, now: Moment, faults: &mut Faults) {
        self.timers.stop(Timer::SignatureExpiry);
        if self.mishap(now, PowerLossAt::Authorizing, faults) {
            return;
        }
        if self.is_other_terminal() {
            return self.fail_payment(now, Cause::Declined, Reason::OtherTerminal);
        }
        let answer = self.plan().ask_host();
        if let Some(after) = answer.after() {
            self.timers.set(Timer::HostAnswer, now + after.0);
        }
        self.timers.set(Timer::HostLimit, now + HOST_LIMIT);
        self.next_answer = Some(answer);
    }

    /// Whether this is paid with cannot be paid with through this terminal id: cards and wallets may have their own.
    fn is_other_terminal(&self) -> bool {
        let Some(Payment { order: PaymentOrder::Purchase(sale), instrument, .. }) = &self.payment else {
            return false;
        };
        let known = match instrument {
            Instrument::Wallet { .. } => &self.settings.wallet_terminals,
            Instrument::Card(_) | Instrument::SamsungPay => &self.settings.terminals,
        };
        !known.is_empty() && !known.contains(&sale.terminal_id)
    }

    pub(crate) fn host_answers(&mut self, now: Moment, answer: &HostAnswer, faults: &mut Faults) {
        self.timers.stop(Timer::HostLimit);
        match answer {
            HostAnswer::Approve { .. } => {
                let Some(payment) = self.payment.take() else { return };
                let number = u64::try_from(self.journal.records().len()).unwrap_or(u64::MAX).saturating_add(1);
                let data = self.clerk.approved(&payment, number);
                // Stored before the first byte of the answer leaves: what is lost after this can be recovered.
                let record = self.record(&payment, data);
                if self.mishap(now, PowerLossAt::Approved, faults) {
                    return;
                }
                self.step(now, Cause::Approved);
                self.timers.stop(Timer::Cardholder);
                self.next_action = None;
                let name = payment.command();
                self.answer_with(Some(name), &payment.id, || {
                    CommandResult::success_packet(&payment.id, name.as_str(), &record.data)
                });
            }
            HostAnswer::Decline { code, .. } => {
                if let Some(payment) = self.payment.take() {
                    let data = self.clerk.failed(&payment, Reason::Declined(*code));
                    self.record(&payment, data);
                    self.payment = Some(payment);
                }
                self.fail_payment(now, Cause::Declined, Reason::Declined(*code));
            }
            HostAnswer::NetworkDown { .. } => {
                self.fail_payment(now, Cause::NetworkDown, Reason::NetworkDown);
            }
            HostAnswer::Silent { .. } => {}
        }
    }

    pub(crate) fn host_is_silent(&mut self, now: Moment) {
        if self.step(now, Cause::HostSilent) {
            self.timers.stop(Timer::HostAnswer);
            self.timers.set(Timer::Reversal, now + REVERSAL_TIME);
        }
    }

    pub(crate) fn reversal_ends(&mut self, now: Moment) {
        let reversal = match self.next_answer.take() {
            Some(HostAnswer::Silent { reversal }) => reversal,
            _ => Reversal::Done,
        };
        let reason = match reversal {
            Reversal::Done => Reason::Reversed,
            Reversal::Refused => Reason::ReversalRefused,
            Reversal::Silent => Reason::ReversalUnanswered,
        };
        self.fail_payment(now, Cause::ReversalEnded, reason);
    }

    fn record(&mut self, payment: &Payment, data: TransactionData) -> Arc<Record> {
        let (amount, cancels) = match &payment.order {
            PaymentOrder::Purchase(sale) => (self.clerk.charged(sale), None),
            PaymentOrder::Cancel(cancellation) => (cancellation.charged, Some(cancellation.original.clone())),
        };
        let (kind, request_id) = (payment.kind(), payment.request_id().to_owned());
        if self.is_traced {
            let result_code = data.result.result_code.clone().into_owned();
            self.event(Event::Recorded { kind, request_id: request_id.clone(), amount, result_code });
        }
        let record = Arc::new(Record { kind, request_id, amount, cancels, data });
        self.journal.store(Arc::clone(&record));
        record
    }

    /// Ends the payment with a failure, if the table says that this can end it here.
    pub(crate) fn fail_payment(&mut self, now: Moment, cause: Cause, reason: Reason) {
        if !self.step(now, cause) {
            return;
        }
        self.timers.stop_all();
        self.next_action = None;
        self.next_answer = None;
        let Some(payment) = self.payment.take() else { return };
        let name = payment.command();
        let outcome = Outcome::BusinessFailed(Box::new(self.clerk.failed(&payment, reason)));
        self.answer(Some(name), &CommandResult { id: payment.id, command_name: name.as_str().to_owned(), outcome });
    }

    /// Whether a fault that is scripted for this point ends everything here.
    pub(crate) fn mishap(&mut self, now: Moment, point: PowerLossAt, faults: &mut Faults) -> bool {
        let target = Target::point(point);
        if let Some(hit) = faults.hit(Trick::Unplug, target) {
            self.say(TerminalOutput::Unplug { lasting: hit.lasting });
        }
        if let Some(lasting) = faults.take_power_loss(point) {
            self.stop_dead(now, "power-loss", Cause::PowerLost, Some(lasting));
            return true;
        }
        // It hangs where it waits only, which the table says.
        if next(self.state, Cause::Hangs).is_some()
            && let Some(hit) = faults.hit(Trick::Hang, target)
        {
            self.stop_dead(now, Trick::Hang.word(), Cause::Hangs, hit.lasting);
            return true;
        }
        false
    }

    /// Everything that is not in the journal is gone.
    pub(crate) fn stop_dead(&mut self, now: Moment, fault: &str, cause: Cause, lasting: Option<Span>) {
        self.event(Event::Fault { name: fault.to_owned() });
        self.timers.stop_all();
        self.session = None;
        self.payment = None;
        self.unsettled = 0;
        self.instead.clear();
        self.next_action = None;
        self.next_answer = None;
        self.step(now, cause);
        if let Some(lasting) = lasting {
            self.timers.set(Timer::PowerReturns, now + lasting.0);
        }
        self.say(TerminalOutput::PowerLost);
    }
}
