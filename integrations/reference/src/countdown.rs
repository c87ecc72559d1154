//! The countdown that the cashier sees: how long the cardholder has. It ends nothing; only the result does. Pure.

use std::time::Duration;

use wire::edc::{Event, EventCode, TimerEffect};
use wire::time::Moment;

use crate::fault::{Fault, Mistake};

/// How long a card is waited for, in seconds; sent as paymentExpiryTime.
pub(crate) const CARD_SECONDS: u64 = 30;
const CARD: Duration = Duration::from_secs(CARD_SECONDS);
const SIGNATURE: Duration = Duration::from_secs(20);

/// See the module's documentation.
pub(crate) struct Countdown {
    ends: Option<Moment>,
    /// The number of the event heard last.
    seq: u32,
    mistake: Mistake,
}

impl Countdown {
    /// One that stands still.
    pub(crate) fn new(mistake: Mistake) -> Self {
        Self { ends: None, seq: 0, mistake }
    }

    /// When it ends, while it runs.
    pub(crate) const fn ends(&self) -> Option<Moment> {
        self.ends
    }

    /// Goes by an event. Whatever the event is, a correct till goes on; the reason is a fault's.
    pub(crate) fn hear(&mut self, event: &Event, now: Moment) -> Option<&'static str> {
        let code = event.event_code.parse::<EventCode>();
        match code.as_ref().map(|code| code.timer()) {
            Ok(TimerEffect::StartPaymentExpiry) => self.ends = Some(now + CARD),
            Ok(TimerEffect::RestartSignature) if !self.mistake.is(Fault::SignatureTimeForgotten) => {
                self.ends = Some(now + SIGNATURE);
            }
            Ok(TimerEffect::Stop) if !self.mistake.is(Fault::CountdownNotStopped) => self.ends = None,
            _ => {}
        }
        let next = event.seq.parse().unwrap_or(0);
        let is_next = next == self.seq + 1;
        self.seq = next;
        match code {
            Err(_) if self.mistake.is(Fault::UnknownEventIsAnError) => Some("an event that nobody knows"),
            Ok(EventCode::CardTryAgain | EventCode::CardMissing) if self.mistake.is(Fault::TryAgainFailsTheSale) => {
                Some("the card could not be read")
            }
            _ if !is_next && self.mistake.is(Fault::EventsInOrderOnly) => Some("an event is missing"),
            _ => None,
        }
    }

    /// Stops when it has ended. A correct till goes on waiting for the result; the reason is a fault's.
    pub(crate) fn end(&mut self, now: Moment) -> Option<&'static str> {
        if self.ends.is_none_or(|at| at > now) {
            return None;
        }
        self.ends = None;
        let ends_the_sale = [Fault::CountdownEndsTheSale, Fault::CountdownNotStopped, Fault::SignatureTimeForgotten];
        ends_the_sale.into_iter().any(|fault| self.mistake.is(fault)).then_some("nobody presented a card in time")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::WORLD_START;

    #[test]
    fn it_starts_when_the_terminal_is_ready_restarts_for_the_signature_and_stops() {
        let mut countdown = Countdown::new(Mistake::default());
        assert_eq!(countdown.ends(), None);
        let mut after = |code, seq| {
            assert_eq!(countdown.hear(&Event::new("1", code, seq), NOW), None);
            countdown.ends()
        };
        assert_eq!(after(EventCode::Ready, 1), Some(NOW + CARD));
        assert_eq!(after(EventCode::CardDetected, 2), Some(NOW + CARD));
        assert_eq!(after(EventCode::PendingSignature, 7), Some(NOW + SIGNATURE));
        assert_eq!(after(EventCode::StartTransaction, 7), None);
    }

    #[test]
    fn its_end_ends_nothing() {
        let mut countdown = Countdown::new(Mistake::default());
        countdown.hear(&Event::new("1", EventCode::Ready, 1), NOW);
        assert_eq!((countdown.end(NOW + CARD), countdown.ends()), (None, None));
    }
}
