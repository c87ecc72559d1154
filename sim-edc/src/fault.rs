//! Which scripted faults are left, and whether one applies now.

use wire::edc::{CommandName, Kind};
use wire::time::Span;

use crate::event::{Direction, Note};
use crate::rng::Rng;
use crate::trouble::{Aim, Fault, PowerLossAt, Trick};

/// The faults that have not been used up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    /// The five words with a shape of their own.
    plain: Vec<Fault>,
    armed: Vec<Armed>,
}

#[derive(Debug, Clone)]
struct Armed {
    trick: Trick,
    aim: Aim,
    skipped: u32,
    used: u32,
    rng: Rng,
}

/// A fault that applies now.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) trick: Trick,
    pub(crate) count: Option<usize>,
    pub(crate) lasting: Option<Span>,
    pub(crate) rng: Rng,
}

/// What a fault may be aimed at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) direction: Direction,
    pub(crate) kind: Option<Kind>,
    /// The name of the command it belongs to, and the event's code.
    pub(crate) command: Option<&'a str>,
    pub(crate) event: Option<&'a str>,
    pub(crate) at: Option<PowerLossAt>,
}

impl Target<'_> {
    pub(crate) const fn point(at: PowerLossAt) -> Self {
        Self { direction: Direction::ToPos, kind: None, command: None, event: None, at: Some(at) }
    }

    pub(crate) const fn of(direction: Direction, kind: Option<Kind>) -> Self {
        Self { direction, kind, command: None, event: None, at: None }
    }
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let mut all = Self::default();
        all.add(faults);
        all
    }

    /// Arms more of them.
    pub(crate) fn add(&mut self, faults: Vec<Fault>) {
        for fault in faults {
            match fault.into_trick() {
                Ok((trick, aim)) => {
                    let rng = Rng::new(aim.seed);
                    self.armed.push(Armed { trick, aim, skipped: 0, used: 0, rng });
                }
                Err(plain) => self.plain.push(plain),
            }
        }
    }

    /// Whether any of these tricks is armed at all: what cannot be hit need not be looked at.
    pub(crate) fn has(&self, fits: impl Fn(Trick) -> bool) -> bool {
        self.armed.iter().any(|armed| fits(armed.trick))
    }

    /// The faults among these tricks that apply to this target. Each is a chance: it counts whether taken or not.
    pub(crate) fn hits(&mut self, fits: impl Fn(Trick) -> bool, target: Target<'_>) -> Vec<Hit> {
        let aimed = self.armed.iter_mut().filter(|armed| fits(armed.trick) && armed.is_aimed_at(target));
        aimed.filter_map(Armed::chance).collect()
    }

    /// One fault, if it applies.
    pub(crate) fn hit(&mut self, trick: Trick, target: Target<'_>) -> Option<Hit> {
        self.hits(|candidate| candidate == trick, target).pop()
    }

    /// Takes a power loss that is scripted for this point.
    pub(crate) fn take_power_loss(&mut self, point: PowerLossAt) -> Option<Span> {
        let index = self.plain.iter().position(|f| matches!(f, Fault::PowerLoss { at, .. } if *at == point))?;
        match self.plain.remove(index) {
            Fault::PowerLoss { lasting, .. } => Some(lasting),
            _ => None,
        }
    }

    /// Whether an intact frame of this kind is refused.
    pub(crate) fn take_nak(&mut self, kind: Kind) -> bool {
        kind == Kind::Command && self.take(|f| if let Fault::NakCommand { times } = f { Some(times) } else { None })
    }

    /// Whether the ACK of a frame of this kind is lost.
    pub(crate) fn take_lost_ack(&mut self, kind: Kind) -> bool {
        kind == Kind::Command && self.take(|f| if let Fault::LoseAck { times } = f { Some(times) } else { None })
    }

    /// Whether the final result of a command is lost, all its sends.
    pub(crate) fn take_lost_answer(&mut self, command: Option<CommandName>) -> bool {
        command == Some(CommandName::Purchase)
            && self.take(|f| if let Fault::LoseAnswer { times } = f { Some(times) } else { None })
    }

    /// What happens to one sending of a frame.
    pub(crate) fn take_outgoing(&mut self, kind: Kind) -> Option<Note> {
        let corrupt = kind == Kind::Result
            && self.take(|f| if let Fault::CorruptResult { times } = f { Some(times) } else { None });
        corrupt.then_some(Note::Corrupted)
    }

    fn take(&mut self, times: impl Fn(&mut Fault) -> Option<&mut u32>) -> bool {
        for fault in &mut self.plain {
            if let Some(left) = times(fault)
                && *left > 0
            {
                *left -= 1;
                return true;
            }
        }
        false
    }
}

impl Armed {
    fn is_aimed_at(&self, target: Target<'_>) -> bool {
        let is_ours = target.direction == Direction::ToPos;
        let kind = self.aim.on.or_else(|| self.trick.default_kind().filter(|_| is_ours));
        let point = match (self.aim.at, target.at) {
            (Some(wanted), Some(at)) => wanted == at,
            (None, Some(at)) => at == PowerLossAt::Ready,
            (_, None) => true,
        };
        // A result says which command it ends; what does not say so is not excluded by the question.
        let is = |wanted: Option<&str>, found: Option<&str>| wanted.is_none() || wanted == found;
        self.aim.direction == target.direction
            && point
            && (target.kind.is_none() || kind.is_none() || kind == target.kind)
            && is(self.aim.command.map(CommandName::as_str), target.command)
            && is(self.aim.event.map(wire::edc::EventCode::as_str), target.event)
    }

    fn chance(&mut self) -> Option<Hit> {
        if self.used >= self.aim.times {
            return None;
        }
        if self.skipped < self.aim.skip {
            self.skipped += 1;
            return None;
        }
        self.used += 1;
        let rng = Rng::new(self.rng.next());
        let count = self.aim.count.map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        Some(Hit { trick: self.trick, count, lasting: self.aim.lasting, rng })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_applies_as_often_as_it_says() {
        let mut faults = Faults::new(vec![Fault::NakCommand { times: 2 }]);
        assert!(!faults.take_nak(Kind::Hello));
        assert_eq!(
            [faults.take_nak(Kind::Command), faults.take_nak(Kind::Command), faults.take_nak(Kind::Command)],
            [true, true, false]
        );
    }

    #[test]
    fn power_goes_at_the_scripted_point_only() {
        let mut faults = Faults::new(vec![Fault::PowerLoss { at: PowerLossAt::Approved, lasting: Span::secs(5) }]);
        assert_eq!(faults.take_power_loss(PowerLossAt::Ready), None);
        assert_eq!(faults.take_power_loss(PowerLossAt::Approved), Some(Span::secs(5)));
        assert_eq!(faults.take_power_loss(PowerLossAt::Approved), None);
    }

    #[test]
    fn a_fault_skips_chances_and_is_then_used_up() {
        let mut faults = Faults::new(vec![Fault::WrongCheck(Aim { skip: 1, times: 2, ..Aim::default() })]);
        let result = Target::of(Direction::ToPos, Some(Kind::Result));
        let hits: Vec<_> = (0..5).map(|_| faults.hit(Trick::WrongCheck, result).is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert!(faults.hit(Trick::WrongCheck, Target::of(Direction::ToPos, Some(Kind::Event))).is_none());
    }
}
