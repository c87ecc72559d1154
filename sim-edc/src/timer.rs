//! The terminal's named timers, in one small table. All belong to the simulated world and may be skipped to.

use wire::time::Moment;

/// What a deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The power comes back.
    PowerReturns,
    /// Initialisation is done.
    Initialized,
    /// The cardholder does what the script says.
    Cardholder,
    /// No card came.
    CardExpiry,
    /// The card is read.
    CardRead,
    /// No signature came.
    SignatureExpiry,
    /// The host answers.
    HostAnswer,
    /// The host did not answer.
    HostLimit,
    /// The reversal is decided.
    Reversal,
}

const COUNT: usize = Timer::Reversal as usize + 1;

/// At most one deadline a timer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timers([Option<Moment>; COUNT]);

impl Timers {
    pub(crate) const fn set(&mut self, timer: Timer, at: Moment) {
        self.0[timer as usize] = Some(at);
    }

    pub(crate) const fn stop(&mut self, timer: Timer) {
        self.0[timer as usize] = None;
    }

    pub(crate) fn stop_all(&mut self) {
        self.0 = Self::default().0;
    }

    /// The next deadline.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.0.iter().flatten().min().copied()
    }

    /// Takes the earliest timer that is due; among equals, the one named first.
    pub(crate) fn take_due(&mut self, now: Moment) -> Option<Timer> {
        let due = Self::ALL.into_iter().filter(|t| self.0[*t as usize].is_some_and(|at| at <= now));
        let timer = due.min_by_key(|t| self.0[*t as usize])?;
        self.stop(timer);
        Some(timer)
    }

    const ALL: [Timer; COUNT] = [
        Timer::PowerReturns,
        Timer::Initialized,
        Timer::Cardholder,
        Timer::CardExpiry,
        Timer::CardRead,
        Timer::SignatureExpiry,
        Timer::HostAnswer,
        Timer::HostLimit,
        Timer::Reversal,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_timers_come_out_earliest_first_and_once() {
        let mut timers = Timers::default();
        timers.set(Timer::HostAnswer, Moment::from_micros(5));
        timers.set(Timer::CardExpiry, Moment::from_micros(3));
        timers.set(Timer::Reversal, Moment::from_micros(9));
        assert_eq!(timers.next(), Some(Moment::from_micros(3)));
        let due: Vec<_> = std::iter::from_fn(|| timers.take_due(Moment::from_micros(5))).collect();
        assert_eq!(due, [Timer::CardExpiry, Timer::HostAnswer]);
    }
}
