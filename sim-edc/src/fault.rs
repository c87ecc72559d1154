//! Which scripted faults are left, and whether one applies now.

use wire::edc::{CommandName, Kind};

use crate::event::Note;
use crate::script::{Fault, PowerLossAt};
use wire::time::Span;

/// The faults that have not been used up.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Takes a power loss that is scripted for this point.
    pub(crate) fn take_power_loss(&mut self, point: PowerLossAt) -> Option<Span> {
        let index = self.0.iter().position(|f| matches!(f, Fault::PowerLoss { at, .. } if *at == point))?;
        match self.0.remove(index) {
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
        for fault in &mut self.0 {
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
}
