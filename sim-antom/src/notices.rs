//! The notifications that are not done with: which are due, which wait for the merchant's answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::time::Moment;

use crate::notice::{Notice, Truth};
use crate::store::{Key, Record, Store, Table};
use crate::targets::Targets;

/// How long a merchant may take to answer a notification; not documented, so ours.
pub(crate) const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    open: BTreeMap<u64, Notice>,
    numbers: Numbers,
    /// Those that the store has.
    kept: Numbers,
    /// Those of them that wait for their time.
    due: BTreeSet<(Moment, u64)>,
    /// Deliveries that wait for the merchant: which notification, until when. Each waits equally long and time does not
    /// run backwards, so the first is also the first that is overdue.
    under_way: BTreeMap<u64, (u64, Moment)>,
    /// Those of them that wait for others to the same target to end are not among the due.
    targets: Targets,
    /// Whether nothing is sent for now.
    held: bool,
    /// The newest that are done with, so that they can be sent again.
    done: VecDeque<(u64, Notice)>,
    /// Those that wait for the next one to overtake them, and whose they are.
    behind: Vec<(u64, String)>,
}

/// How far notifications and their deliveries are numbered. No number is given twice, whatever is forgotten meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Of the last notification.
    pub notices: u64,
    /// Of the last delivery.
    pub deliveries: u64,
}

/// A notification as others see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeView {
    /// Its number.
    pub number: u64,
    /// What is sent.
    pub notice: Notice,
    /// How far it has come.
    pub progress: Progress,
}

/// How far a notification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// It waits for its time.
    Due,
    /// It was sent, and the merchant has not answered yet.
    UnderWay,
    /// It was acknowledged, or given up.
    Done,
}

/// How many of those that are done with are remembered.
const REMEMBERED: usize = 1000;

impl Notices {
    /// The queue that a store remembers. What was under way is due at once: nobody knows how it went.
    pub(crate) fn restored(records: Vec<(Key, Record)>) -> Self {
        let mut notices = Self::default();
        for (key, record) in records {
            if let Record::Numbers(numbers) = record {
                (notices.numbers, notices.kept) = (numbers, numbers);
            } else if let (Some(number), Record::Notice(notice)) = (key.number(), record) {
                notices.numbers.notices = notices.numbers.notices.max(number);
                notices.due.insert((notice.schedule.due.unwrap_or_default(), number));
                notices.open.insert(number, Arc::unwrap_or_clone(notice));
            }
        }
        notices
    }

    /// Files the numbers that were given since the last time.
    pub(crate) fn keep_numbers(&mut self, store: &mut dyn Store) {
        if self.numbers != self.kept {
            store.put(Key::new(Table::Numbers, ""), Record::Numbers(self.numbers));
            self.kept = self.numbers;
        }
    }

    /// Forgets all of them. Numbers go on, so that an answer to a delivery of before is nobody's.
    pub(crate) fn reset(&mut self) {
        *self = Self { numbers: self.numbers, ..Self::default() };
    }

    pub(crate) fn add(&mut self, store: &mut dyn Store, notice: Notice) {
        self.numbers.notices += 1;
        let number = self.numbers.notices;
        store.put(Key::numbered(Table::Notice, number), Record::Notice(Arc::new(notice.clone())));
        if let Some(at) = notice.schedule.due {
            self.due.insert((at, number));
        }
        self.open.insert(number, notice);
    }

    /// Takes one in that waits until its time, or until the next one of its client has been sent.
    pub(crate) fn add_behind(&mut self, store: &mut dyn Store, notice: Notice) {
        let client = notice.client.clone();
        self.add(store, notice);
        self.behind.push((self.numbers.notices, client));
    }

    /// One of a client's is sent at a moment: those that waited for it come after it.
    pub(crate) fn overtake(&mut self, store: &mut dyn Store, client: &str, at: Moment) {
        let (come, stay) = std::mem::take(&mut self.behind).into_iter().partition(|(_, of)| of == client);
        self.behind = stay;
        let come: Vec<(u64, String)> = come;
        for (number, _) in come {
            // Whoever has been sent already, since its own time came, is not sent again.
            let waits = self.open.get(&number).is_some_and(|notice| notice.schedule.sent == 0);
            if waits {
                self.put_off(store, number, at);
            }
        }
    }

    /// Sends nothing until it is told otherwise.
    pub(crate) const fn hold(&mut self, held: bool) {
        self.held = held;
    }

    /// Whether nothing is sent for now.
    pub(crate) const fn is_held(&self) -> bool {
        self.held
    }

    /// All that are not done with, and the newest that are.
    pub(crate) fn views(&self) -> Vec<NoticeView> {
        let under_way: BTreeSet<u64> = self.under_way.values().map(|(number, _)| *number).collect();
        let progress = |number| if under_way.contains(number) { Progress::UnderWay } else { Progress::Due };
        let view = |number: u64, notice: &Notice, progress| NoticeView { number, notice: notice.clone(), progress };
        let done = self.done.iter().map(|(number, notice)| view(*number, notice, Progress::Done));
        done.chain(self.open.iter().map(|(number, notice)| view(*number, notice, progress(number)))).collect()
    }

    /// Sends a notification again, at once. False when there is none of that number, or it is under way.
    pub(crate) fn resend(&mut self, store: &mut dyn Store, now: Moment, number: u64) -> bool {
        if let Some(at) = self.done.iter().position(|(other, _)| *other == number) {
            let Some((_, notice)) = self.done.remove(at) else { return false };
            self.open.insert(number, notice);
        }
        if !self.open.contains_key(&number) || self.under_way.values().any(|(other, _)| *other == number) {
            return false;
        }
        let Some(notice) = self.open.get_mut(&number) else { return false };
        let planned = notice.schedule.due;
        notice.schedule.ask(now);
        // It leaves its own time for this one.
        notice.schedule.due = planned;
        self.put_off(store, number, now);
        true
    }

    /// Gives one that is not under way another time.
    fn put_off(&mut self, store: &mut dyn Store, number: u64, at: Moment) {
        let Some(notice) = self.open.get_mut(&number) else { return };
        if let Some(before) = notice.schedule.due.replace(at) {
            self.due.remove(&(before, number));
            self.targets.forget(&notice.url, (before, number));
        }
        self.due.insert((at, number));
        store.put(Key::numbered(Table::Notice, number), Record::Notice(Arc::new(notice.clone())));
    }

    /// Whose delivery this is, and about which payment.
    pub(crate) fn subject(&self, delivery: u64) -> Option<(String, String)> {
        let (number, _) = self.under_way.get(&delivery)?;
        self.open.get(number).map(|notice| (notice.client.clone(), notice.payment_request_id.clone()))
    }

    /// When the next delivery is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        if self.held {
            return None;
        }
        self.due.first().map(|(at, _)| *at)
    }

    /// When the patience with a merchant ends.
    pub(crate) fn next_overdue(&self) -> Option<Moment> {
        self.under_way.values().next().map(|(_, until)| *until)
    }

    /// Begins the next delivery that is due and whose target is not too busy: its number, and the notification.
    pub(crate) fn begin(&mut self, store: &mut dyn Store, now: Moment) -> Option<(u64, Notice)> {
        let (number, notice) = loop {
            let due = self.due.first().copied().filter(|(at, _)| *at <= now && !self.held)?;
            self.due.pop_first();
            let notice = self.open.get_mut(&due.1)?;
            if self.targets.begin(&notice.url, due) {
                break (due.1, notice);
            }
        };
        notice.schedule.delivered();
        store.put(Key::numbered(Table::Notice, number), Record::Notice(Arc::new(notice.clone())));
        self.numbers.deliveries += 1;
        self.under_way.insert(self.numbers.deliveries, (number, now + ANSWER_WAIT));
        Some((self.numbers.deliveries, notice.clone()))
    }

    /// Deliveries that were not answered in time.
    pub(crate) fn overdue(&self, now: Moment) -> Vec<u64> {
        let waiting = self.under_way.iter();
        waiting.take_while(|(_, (_, until))| *until <= now).map(|(id, _)| *id).collect()
    }

    /// Whether an answer to this delivery is still waited for. One that comes after its time is nobody's.
    pub(crate) fn is_awaited(&self, delivery: u64) -> bool {
        self.under_way.contains_key(&delivery)
    }

    /// A delivery was answered, or will not be.
    pub(crate) fn answered(&mut self, store: &mut dyn Store, now: Moment, delivery: u64, acknowledged: bool) {
        let Some((number, _)) = self.under_way.remove(&delivery) else { return };
        let Some(notice) = self.open.get_mut(&number) else { return };
        self.due.extend(self.targets.ended(&notice.url));
        // A forger does not insist.
        if notice.truth == Truth::Genuine {
            notice.schedule.answered(now, acknowledged);
        }
        let key = Key::numbered(Table::Notice, number);
        match notice.schedule.due {
            Some(at) => {
                self.due.insert((at, number));
                store.put(key, Record::Notice(Arc::new(notice.clone())));
            }
            None => {
                let notice = self.open.remove(&number);
                self.done.extend(notice.map(|notice| (number, notice)));
                if self.done.len() > REMEMBERED {
                    self.done.pop_front();
                }
                store.remove(&key);
            }
        }
    }

    /// As many at once to one target as there are.
    #[cfg(test)]
    pub(crate) fn unbounded() -> Self {
        Self { targets: Targets::of_at_most(usize::MAX), ..Self::default() }
    }

    #[cfg(test)]
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        (self.open.len(), self.due.len(), self.under_way.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::Schedule;
    use crate::script::NoticeKind;
    use crate::store::MemoryStore;
    use crate::targets::AT_ONCE;

    const NOW: Moment = Moment::WORLD_START;

    fn notice(at: Moment) -> Notice {
        Notice {
            payment_request_id: "A".to_owned(),
            client: "C".to_owned(),
            url: "http://127.0.0.1:9/n".to_owned(),
            body: bytes::Bytes::from_static(b"{}"),
            kind: NoticeKind::NotifyPayment,
            truth: Truth::Genuine,
            schedule: Schedule::starting(at),
        }
    }

    #[test]
    fn an_acknowledged_notification_is_forgotten_and_another_one_waits() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        notices.add(&mut store, notice(NOW));
        notices.add(&mut store, notice(NOW));
        let (first, _) = notices.begin(&mut store, NOW).unwrap();
        let (second, _) = notices.begin(&mut store, NOW).unwrap();
        assert_eq!(notices.next_overdue(), Some(NOW + ANSWER_WAIT));
        notices.answered(&mut store, NOW, first, true);
        notices.answered(&mut store, NOW, second, false);
        assert_eq!((notices.counts(), store.count(Table::Notice)), ((1, 1, 0), 1));
        assert_eq!(notices.next(), Some(NOW + Duration::from_secs(120)));
        assert!(!notices.is_awaited(first));
    }

    #[test]
    fn a_target_gets_so_many_at_once_and_the_next_when_one_has_ended() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        for _ in 0..=AT_ONCE {
            notices.add(&mut store, notice(NOW));
        }
        let begun: Vec<_> = std::iter::from_fn(|| notices.begin(&mut store, NOW)).collect();
        assert_eq!((begun.len(), notices.next()), (AT_ONCE, None), "nothing is due before one has ended");
        notices.add(&mut store, Notice { url: "http://127.0.0.1:10/n".to_owned(), ..notice(NOW) });
        assert!(notices.begin(&mut store, NOW).is_some(), "another target's is not held up");
        notices.answered(&mut store, NOW + ANSWER_WAIT, begun[7].0, true);
        assert_eq!(notices.next(), Some(NOW));
        assert!(notices.begin(&mut store, NOW + ANSWER_WAIT).is_some());
        // One that waits and is sent again waits all the same, and is sent once.
        notices.add(&mut store, notice(NOW));
        assert!(notices.begin(&mut store, NOW).is_none());
        let last = notices.numbers.notices;
        assert!(notices.resend(&mut store, NOW + ANSWER_WAIT, last));
        assert!(notices.begin(&mut store, NOW + ANSWER_WAIT).is_none());
        notices.answered(&mut store, NOW + ANSWER_WAIT, begun[8].0, true);
        assert!(notices.begin(&mut store, NOW + ANSWER_WAIT).is_some_and(|(_, notice)| notice.schedule.sent == 1));
        notices.answered(&mut store, NOW + ANSWER_WAIT, begun[9].0, true);
        assert!(notices.begin(&mut store, NOW + ANSWER_WAIT).is_none());
    }

    #[test]
    fn what_is_held_waits_and_what_is_done_can_be_sent_again() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        notices.add(&mut store, notice(NOW));
        notices.hold(true);
        assert_eq!((notices.next(), notices.begin(&mut store, NOW), notices.is_held()), (None, None, true));
        notices.hold(false);
        assert_eq!(notices.next(), Some(NOW));
        let (delivery, _) = notices.begin(&mut store, NOW).unwrap();
        assert!(!notices.resend(&mut store, NOW, 1), "it is under way");
        assert_eq!(notices.views()[0].progress, Progress::UnderWay);
        notices.answered(&mut store, NOW, delivery, true);
        assert_eq!((notices.views()[0].progress, store.count(Table::Notice)), (Progress::Done, 0));
        assert!(notices.resend(&mut store, NOW, 1));
        assert!(!notices.resend(&mut store, NOW, 2));
        assert_eq!((notices.views().len(), store.count(Table::Notice)), (1, 1));
        let (_, again) = notices.begin(&mut store, NOW).unwrap();
        assert_eq!(again.schedule.sent, 2);
    }

    #[test]
    fn one_that_waits_for_later_is_sent_now_and_once() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        notices.add(&mut store, notice(NOW + Duration::from_secs(60)));
        assert!(notices.resend(&mut store, NOW, 1) && notices.resend(&mut store, NOW, 1));
        assert_eq!(notices.counts(), (1, 1, 0));
        assert!(notices.begin(&mut store, NOW).is_some() && notices.begin(&mut store, NOW).is_none());
    }

    #[test]
    fn one_that_was_overtaken_comes_after_the_one_that_did_it_and_no_later_than_its_own_time() {
        let second = Duration::from_secs(1);
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        notices.add_behind(&mut store, notice(NOW + second * 60));
        notices.overtake(&mut store, "another", NOW);
        assert_eq!(notices.next(), Some(NOW + second * 60));
        notices.overtake(&mut store, "C", NOW + second);
        assert_eq!(notices.next(), Some(NOW + second));
        notices.add_behind(&mut store, notice(NOW));
        notices.begin(&mut store, NOW);
        notices.overtake(&mut store, "C", NOW + second);
        assert_eq!(notices.counts(), (2, 1, 1), "it is under way already");
    }

    #[test]
    fn only_the_newest_are_remembered() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        for _ in 0..REMEMBERED + 3 {
            notices.add(&mut store, notice(NOW));
            let (delivery, _) = notices.begin(&mut store, NOW).unwrap();
            notices.answered(&mut store, NOW, delivery, true);
        }
        assert_eq!((notices.views().len(), notices.views()[0].number), (REMEMBERED, 4));
    }

    #[test]
    fn a_delivery_that_was_under_way_when_the_gateway_died_is_sent_again_at_once() {
        let (mut notices, mut store) = (Notices::default(), MemoryStore::default());
        notices.add(&mut store, notice(NOW));
        notices.begin(&mut store, NOW);
        let mut again = Notices::restored(store.all(Table::Notice));
        let (_, notice) = again.begin(&mut store, NOW).unwrap();
        assert_eq!(notice.schedule.sent, 2);
    }
}
