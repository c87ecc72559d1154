//! Set pieces: circumstances that belong together, in the neighbourhood of money, and that chance alone brings together too
//! seldom; or one alone, where chance mostly draws several. What is about them is drawn: amounts, times, who is asked in which
//! way, a restart in between.

mod gateway;
mod terminal;

use wire::time::Span;

use super::{Area, Drawing};
use crate::scenario::{Given, Restart, Settle, Step};

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
            self.piece_at_terminal(&mut given.terminal)
        } else {
            self.piece_at_gateway(&mut given.antom)
        };
        if self.chance.falls(20) {
            let place = 1 + self.chance.place(steps.len());
            steps.insert(place, Step::Restart(Restart::default()));
        }
        steps.push(settle(if is_at_terminal { 2 * 3600 } else { 10 * 24 * 3600 }));
        (given, steps)
    }
}

const fn settle(secs: u64) -> Step {
    Step::Settle(Settle { within: Span::secs(secs) })
}
