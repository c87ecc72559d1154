//! Notifications: what is sent, when, and when it is given up. Pure.
//!
//! Without a valid acknowledgement a notification is sent at most eight times, with pauses of 0 s, 2 min, 10 min, 10 min,
//! 1 h, 2 h, 6 h and 15 h: the provider's schedule, read as eight deliveries in all (docs/gateway.md).

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wire::antom::Headers;
use wire::time::Moment;

use crate::script::NoticeKind;

/// One message to the merchant, ready to be put on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Counts deliveries from 1.
    pub id: u64,
    /// Where to.
    pub url: String,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}

/// A notification and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which payment it is about.
    pub payment_request_id: String,
    /// Whose payment.
    pub client: String,
    /// Where to.
    pub url: String,
    /// The body, the same in every delivery.
    pub body: Bytes,
    /// Which one it is.
    #[serde(default)]
    pub kind: NoticeKind,
    /// What a merchant should make of it.
    pub truth: Truth,
    /// When it is sent next.
    pub schedule: Schedule,
}

/// Whether a merchant may believe a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Truth {
    /// Antom's own.
    Genuine,
    /// A forgery of this kind.
    Forged(crate::script::Forgery),
}

/// When a notification is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// When the next delivery is due; none while one is under way or all are done.
    pub due: Option<Moment>,
    /// Deliveries so far.
    pub sent: u32,
    /// Identical deliveries that follow although it was acknowledged, and their pause.
    pub repeats: Option<(u32, Duration)>,
    /// Those of the deliveries so far that somebody asked for.
    #[serde(default)]
    pub asked: u32,
    /// Somebody asked for the delivery that is due or under way; how it goes on after it.
    #[serde(default)]
    pub beside: Option<Beside>,
}

/// How a schedule goes on after a delivery that is none of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// When its own next delivery is due, if there is one.
    pub then: Option<Moment>,
}

/// The pauses before each delivery.
const PAUSES: [u64; 8] = [0, 120, 600, 600, 3600, 7200, 21_600, 54_000];

impl Schedule {
    /// The first delivery at a moment.
    #[must_use]
    pub const fn starting(at: Moment) -> Self {
        Self { due: Some(at), sent: 0, repeats: None, asked: 0, beside: None }
    }

    /// A delivery is under way.
    pub const fn delivered(&mut self) {
        self.due = None;
        self.sent += 1;
    }

    /// Somebody asks for a delivery at once, beside those of the schedule.
    pub const fn ask(&mut self, now: Moment) {
        if self.beside.is_none() {
            self.beside = Some(Beside { then: self.due });
        }
        self.due = Some(now);
    }

    /// The delivery was answered: the next one is due as documented, or never.
    pub fn answered(&mut self, now: Moment, acknowledged: bool) {
        if let Some(Beside { then }) = self.beside.take() {
            self.asked += 1;
            self.due = then.filter(|_| !acknowledged).map(|then| then.max(now));
            return;
        }
        let own = self.sent.saturating_sub(self.asked);
        if let Some((times, every)) = self.repeats
            && own < times
        {
            self.due = Some(now + every);
            return;
        }
        let pause = PAUSES.get(usize::try_from(own).unwrap_or(usize::MAX));
        self.due = match pause {
            Some(seconds) if !acknowledged => Some(now + Duration::from_secs(*seconds)),
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(acknowledged_at: u32) -> Vec<u64> {
        let mut schedule = Schedule::starting(Moment::WORLD_START);
        let mut sent = Vec::new();
        while let Some(due) = schedule.due {
            sent.push(due.since(Moment::WORLD_START).as_secs());
            schedule.delivered();
            schedule.answered(due, schedule.sent == acknowledged_at);
        }
        sent
    }

    #[test]
    fn eight_deliveries_with_the_documented_pauses() {
        assert_eq!(run(0), [0, 120, 720, 1320, 4920, 12_120, 33_720, 87_720]);
    }

    #[test]
    fn an_acknowledgement_ends_them() {
        assert_eq!(run(1), [0]);
        assert_eq!(run(3), [0, 120, 720]);
    }

    #[test]
    fn nothing_is_due_while_a_delivery_is_under_way() {
        let mut schedule = Schedule::starting(Moment::WORLD_START);
        schedule.delivered();
        assert_eq!((schedule.due, schedule.sent), (None, 1));
    }

    #[test]
    fn repeats_come_first_whatever_was_answered_and_then_the_documented_pauses_go_on() {
        let run = |acknowledged: bool| {
            let mut schedule =
                Schedule { repeats: Some((3, Duration::from_secs(1))), ..Schedule::starting(Moment::WORLD_START) };
            let mut sent = Vec::new();
            while let Some(due) = schedule.due {
                sent.push(due.since(Moment::WORLD_START).as_secs());
                schedule.delivered();
                schedule.answered(due, acknowledged);
            }
            sent
        };
        assert_eq!(run(true), [0, 1, 2]);
        assert_eq!(run(false), [0, 1, 2, 602, 4202, 11_402, 33_002, 87_002]);
    }

    #[test]
    fn more_repeats_than_documented_deliveries_end_too() {
        let mut schedule = Schedule { repeats: Some((20, Duration::ZERO)), ..Schedule::starting(Moment::WORLD_START) };
        while schedule.due.is_some() {
            schedule.delivered();
            schedule.answered(Moment::WORLD_START, false);
        }
        assert_eq!(schedule.sent, 20);
    }

    #[test]
    fn a_delivery_that_somebody_asked_for_uses_up_none_of_the_documented_ones() {
        let mut schedule = Schedule::starting(Moment::WORLD_START);
        schedule.delivered();
        schedule.answered(Moment::WORLD_START, false);
        let next = schedule.due;
        for asked in [1, 2] {
            let now = Moment::WORLD_START + Duration::from_secs(asked);
            schedule.ask(now);
            schedule.ask(now);
            assert_eq!(schedule.due, Some(now));
            schedule.delivered();
            schedule.answered(now, false);
            assert_eq!(schedule.due, next, "it goes on as it would have");
        }
        let mut sent = Vec::new();
        while let Some(due) = schedule.due {
            sent.push(due.since(Moment::WORLD_START).as_secs());
            schedule.delivered();
            schedule.answered(due, false);
        }
        assert_eq!(sent, [120, 720, 1320, 4920, 12_120, 33_720, 87_720]);
        assert_eq!(schedule.sent, 10);
        // Given up it is sent once more and given up again; what is acknowledged after all is done with.
        for acknowledged in [false, true] {
            schedule.ask(Moment::WORLD_START);
            schedule.delivered();
            schedule.answered(Moment::WORLD_START, acknowledged);
            assert_eq!(schedule.due, None);
        }
        let mut early = Schedule::starting(Moment::WORLD_START + Duration::from_secs(60));
        early.ask(Moment::WORLD_START);
        early.delivered();
        early.answered(Moment::WORLD_START, true);
        assert_eq!(early.due, None);
    }
}
