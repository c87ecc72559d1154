//! Who runs the cases of a campaign: threads that take one after the other.
//!
//! They run ahead into the next rounds while the slowest of a round are still under way, [`AHEAD`] rounds at most: what a case
//! draws must not depend on how fast anybody is.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::draw::Origin;
use super::hunt::{AHEAD, Campaign, Draft, Outcome, ROUND};
use crate::driver::Hello;
use crate::interrupt;
use crate::run::{Settings, run};

/// What the threads share.
struct Crew<'a> {
    board: Mutex<Board<'a>>,
    /// Something was written on the board.
    news: Condvar,
    settings: &'a Settings,
    hello: &'a Hello,
}

struct Board<'a> {
    campaign: &'a mut Campaign,
    /// The next case that may be begun.
    next: u64,
    /// No case from here on is run.
    until: u64,
    /// Cases of rounds that are not over.
    outcomes: BTreeMap<u64, Outcome>,
    /// Called when a round is over.
    watch: &'a mut (dyn FnMut(&mut Campaign) -> ControlFlow<()> + Send),
    is_over: bool,
}

/// What a thread does next.
enum Task {
    Run(Draft),
    Wait,
    End,
}

impl Campaign {
    /// Runs the cases before number `until` that are left, on so many threads. After each round `watch` is asked whether to
    /// go on. When it is interrupted, or stopped by `watch`, what was done until then counts, and the rest is run when the
    /// campaign goes on.
    pub fn run(
        &mut self,
        settings: &Settings,
        hello: &Hello,
        threads: usize,
        until: u64,
        mut watch: impl FnMut(&mut Self) -> ControlFlow<()> + Send,
    ) {
        let next = self.rounds * ROUND;
        let (outcomes, watch) = (BTreeMap::new(), &mut watch as &mut (dyn FnMut(&mut Self) -> ControlFlow<()> + Send));
        let board = Board { campaign: self, next, until, outcomes, watch, is_over: false };
        let crew = Crew { board: Mutex::new(board), news: Condvar::new(), settings, hello };
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| crew.work());
            }
        });
        let Board { campaign, outcomes, .. } = crew.board.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (number, outcome) in outcomes {
            campaign.take(number, outcome);
        }
    }
}

impl<'a> Crew<'a> {
    fn board(&self) -> MutexGuard<'_, Board<'a>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut board = self.board();
        loop {
            match board.task() {
                Task::Run(draft) => {
                    drop(board);
                    let (case, origin) = draft.case();
                    let report = run(&case, self.settings, self.hello);
                    let history = (origin == Origin::Chance).then_some(case.scenario);
                    let outcome = Outcome::of(&report, history, draft.area, self.settings);
                    board = self.board();
                    // A case that was interrupted tells nothing.
                    if interrupt::came() {
                        board.is_over = true;
                    } else {
                        board.outcomes.insert(draft.number, outcome);
                        board.end_rounds();
                    }
                    self.news.notify_all();
                }
                Task::Wait => board = self.news.wait(board).unwrap_or_else(PoisonError::into_inner),
                Task::End => return,
            }
        }
    }
}

impl Board<'_> {
    fn task(&mut self) -> Task {
        while self.campaign.open.contains_key(&self.next) {
            self.next += 1;
        }
        if self.is_over || self.next >= self.until {
            return Task::End;
        }
        if self.next / ROUND >= self.campaign.rounds + AHEAD {
            return Task::Wait;
        }
        let draft = self.campaign.draft(self.next);
        self.next += 1;
        Task::Run(draft)
    }

    /// Ends the rounds whose cases are all done.
    fn end_rounds(&mut self) {
        loop {
            let first = self.campaign.rounds * ROUND;
            let is_done = |number| self.outcomes.contains_key(&number) || self.campaign.open.contains_key(&number);
            if !(first..first + ROUND).all(is_done) {
                return;
            }
            let later = self.outcomes.split_off(&(first + ROUND));
            for (number, outcome) in std::mem::replace(&mut self.outcomes, later) {
                self.campaign.take(number, outcome);
            }
            self.campaign.end_round();
            self.is_over |= (self.watch)(self.campaign).is_break();
        }
    }
}
