//! Lists of steps that are taken, several at the same time where a scenario says `parallel`.
//!
//! A step either does something or waits. In each round every list does what comes next up to where it waits; what all of
//! them have begun is awaited together; then time passes (`passing.rs`) until one of them need not wait any more.

use std::collections::VecDeque;

use wire::clock::Clock as _;

use super::passing::Waiting;
use super::stage::Stage;
use super::steps::describe;
use crate::scenario::Step;
use crate::trace::{CaseEvent, Event};

/// A list of steps that is being taken.
pub(super) struct Track<'s> {
    steps: VecDeque<&'s Step>,
    waiting: Option<Waiting<'s>>,
    /// The trace's length when its last step began.
    before: usize,
    /// Its number, where there are several.
    number: Option<usize>,
}

impl Stage<'_> {
    /// Takes lists of steps beside each other, until all are at their end. Where the last step began in the trace.
    pub(super) async fn take_all(&mut self, number: usize, mut tracks: Vec<Track<'_>>) -> Result<usize, String> {
        loop {
            let mut begun = Vec::new();
            for track in &mut tracks {
                if track.waiting.is_none()
                    && let Some(step) = track.next()
                {
                    let mark = std::mem::replace(&mut track.before, self.recorder.len());
                    let text = track.describe(step);
                    self.recorder.record(Event::Case(CaseEvent::Step { number, text: text.clone() }));
                    track.waiting = Waiting::of(step, self.clock.now(), mark);
                    let tell = |error| format!("step {number} ({text}): {error}");
                    begun.push((self.begin(step).await.map_err(tell)?, self.lives, text));
                }
            }
            for (begun, life, text) in begun {
                // What was begun before a restart beside it went with the integration that was killed.
                if life != self.lives {
                    begun.abandon();
                    continue;
                }
                self.end(begun).await.map_err(|error| format!("step {number} ({text}): {error}"))?;
            }
            if tracks.iter().any(|track| track.waiting.is_none() && !track.steps.is_empty()) {
                continue;
            }
            let mut waiting: Vec<_> = tracks.iter_mut().map(|track| &mut track.waiting).collect();
            if waiting.iter().all(|one| one.is_none()) {
                return Ok(tracks.iter().map(|track| track.before).max().unwrap_or_default());
            }
            let passed = self.pass_time(&mut waiting).await;
            passed.map_err(|error| format!("step {number}: {error}"))?;
        }
    }
}

impl<'s> Track<'s> {
    /// The lists that a step stands for. `before` is the trace's length when the step before it began.
    pub(super) fn all(step: &'s Step, before: usize) -> Vec<Self> {
        let track = |steps: &'s [Step], number| Self { steps: steps.iter().collect(), waiting: None, before, number };
        match step {
            Step::Parallel(lists) => lists.value.iter().zip(1..).map(|(list, n)| track(list, Some(n))).collect(),
            step => vec![track(std::slice::from_ref(step), None)],
        }
    }

    /// The next step that is one, repeated ones in their places.
    fn next(&mut self) -> Option<&'s Step> {
        loop {
            match self.steps.pop_front()? {
                Step::Repeat(repeat) => {
                    for _ in 0..repeat.value.times {
                        repeat.value.steps.iter().rev().for_each(|step| self.steps.push_front(step));
                    }
                }
                // Within a list they come one after the other; a scenario that says so is refused before.
                Step::Parallel(tracks) => {
                    tracks.value.iter().flatten().rev().for_each(|step| self.steps.push_front(step))
                }
                step => return Some(step),
            }
        }
    }

    fn describe(&self, step: &Step) -> String {
        let text = describe(step);
        self.number.map_or_else(|| text.clone(), |number| format!("list {number}: {text}"))
    }
}
