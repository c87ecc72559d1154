//! A notification on its way to the merchant, and what the merchant says to it.

use bytes::Bytes;
use wire::antom::Ack;
use wire::hex::TextBytes;
use wire::time::Moment;

use super::{Gateway, Output};
use crate::event::Event;
use crate::matcher::Fits;
use crate::notice::{Delivery, Notice, Truth};
use crate::script::{Fault, Forgery};
use crate::seal::Letter;
use crate::spoil::changed;

impl Gateway {
    pub(super) fn deliver(&mut self, id: u64, notice: Notice) {
        let mut forgery = match notice.truth {
            Truth::Genuine => Forgery::Valid,
            Truth::Forged(forgery) => forgery,
        };
        let (mut body, mut altered) = (notice.body, notice.truth == Truth::Forged(Forgery::Valid));
        if notice.truth == Truth::Genuine {
            let now = self.desk.now;
            let fits = self.desk.stage.about(notice.kind, || serde_json::from_slice(&body).unwrap_or_default());
            if let Some(Fault::AlterNotification { set, .. }) = self.fault("alter-notification", &fits, now) {
                body = changed(&body, &set);
                altered = true;
            }
            if let Some(Fault::SpoilNotification { signature, .. }) = self.fault("spoil-notification", &fits, now) {
                forgery = signature;
            }
        }
        let letter = Letter { target: &notice.url, client: &notice.client, time: "request-time", now: self.desk.now };
        let (headers, body) = letter.seal(self.seals(), forgery, body);
        self.desk.event(Event::Notice {
            id,
            payment_request_id: notice.payment_request_id,
            attempt: notice.schedule.sent,
            url: notice.url.clone(),
            headers: headers.clone(),
            body: TextBytes(body.clone()),
            genuine: forgery == Forgery::Valid,
            altered,
        });
        self.desk.out.push_back(Output::Deliver(Delivery { id, url: notice.url, headers, body }));
    }

    fn fault(&mut self, word: &str, fits: &Fits, now: Moment) -> Option<Fault> {
        let fault = self.desk.stage.fault(word, fits, now)?;
        self.desk.event(Event::Fault { name: word.to_owned() });
        Some(fault)
    }

    pub(super) fn answered(&mut self, id: u64, answer: Result<(u16, Bytes), String>) {
        if !self.desk.notices.is_awaited(id) {
            return;
        }
        let (status, body, verdict) = match answer {
            Ok((status, body)) => {
                let verdict = Ack::read(status, &body);
                (Some(status), body, verdict)
            }
            Err(reason) => (None, Bytes::new(), Err(reason)),
        };
        let acknowledged = verdict.is_ok();
        let body = TextBytes(body);
        self.desk.event(Event::NoticeAnswered { id, status, body, acknowledged, problem: verdict.err() });
        let subject = self.desk.notices.subject(id);
        let desk = &mut self.desk;
        desk.notices.answered(desk.ledger.store(), desk.now, id, acknowledged);
        let released = subject.map(|(client, payment)| self.held.notified(&client, &payment));
        for departure in released.into_iter().flatten() {
            self.depart(departure);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use serde_json::json;
    use wire::antom::PaymentStatus;
    use wire::clock::Deadlines;

    use super::super::Input;
    use super::super::rig::{CLIENT, NOW, gateway, pay};
    use super::*;
    use crate::ledger::Ledger;
    use crate::notices::ANSWER_WAIT;
    use crate::plan::{Plan, Turn};
    use crate::script::Changes;
    use crate::store::{Key, MemoryStore, Record, Store, StoreError, Table};

    #[test]
    fn what_is_done_with_is_forgotten() {
        let mut gateway = gateway(None, Vec::new());
        pay(&mut gateway, "A");
        gateway.handle(NOW + Duration::from_secs(3), Input::Timeout);
        assert_eq!((gateway.desk.plans.len(), gateway.desk.notices.counts()), (0, (1, 0, 1)));
        let ack = serde_json::to_vec(&Ack::success()).unwrap().into();
        gateway.handle(NOW, Input::Answered { id: 1, answer: Ok((200, ack)) });
        assert_eq!(gateway.desk.notices.counts(), (0, 0, 0));
    }

    #[test]
    fn without_a_forger_a_foreign_key_is_no_signature() {
        let fault = serde_json::from_value(json!({"forge-notification": {"after": "0s"}})).unwrap();
        let mut gateway = gateway(None, vec![fault]);
        pay(&mut gateway, "A");
        gateway.handle(NOW, Input::Timeout);
        let delivery = std::iter::from_fn(|| gateway.poll()).find_map(|output| match output {
            Output::Deliver(delivery) => Some(delivery),
            _ => None,
        });
        assert_eq!(delivery.unwrap().headers.value("signature"), None);
    }

    /// A store that counts what is written into it.
    #[derive(Debug)]
    struct Counting(MemoryStore, Arc<AtomicUsize>);

    impl Store for Counting {
        fn get(&self, key: &Key) -> Option<Record> {
            self.0.get(key)
        }
        fn put(&mut self, key: Key, record: Record) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.put(key, record);
        }
        fn remove(&mut self, key: &Key) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.remove(key);
        }
        fn clear(&mut self) {
            self.0.clear();
        }
        fn count(&self, table: Table) -> usize {
            self.0.count(table)
        }
        fn all(&self, table: Table) -> Vec<(Key, Record)> {
            self.0.all(table)
        }
        fn commit(&mut self) -> Result<(), StoreError> {
            self.0.commit()
        }
    }

    /// So many that looking through all of them for each would take minutes; and each is written as often as it changes.
    #[test]
    fn fifty_thousand_notifications_at_once_are_written_as_often_as_they_change() {
        const MANY: usize = 50_000;
        let mut gateway = gateway(None, Vec::new());
        let written = Arc::new(AtomicUsize::new(0));
        gateway.desk.ledger = Ledger::of(Box::new(Counting(MemoryStore::default(), Arc::clone(&written))));
        pay(&mut gateway, "A");
        let payment = gateway.ledger().payment(CLIENT, "A").unwrap();
        gateway.handle(NOW + Duration::from_secs(3), Input::Timeout);
        gateway.handle(NOW + Duration::from_secs(13), Input::Timeout);
        while gateway.poll().is_some() {}
        gateway.desk.notices = crate::notices::Notices::unbounded();
        written.store(0, Ordering::Relaxed);
        // Unsigned, since signing is what would take the time.
        for _ in 0..MANY {
            gateway.desk.forge(&payment, NOW, Truth::Forged(Forgery::Absent), &Changes::new());
            assert_eq!(gateway.deadlines().world, Some(NOW));
        }
        for _ in 0..MANY {
            let turn = Turn::PaymentEnds {
                payment_request_id: "A".to_owned(),
                status: PaymentStatus::Fail,
                code: "ORDER_IS_CLOSED".to_owned(),
            };
            let plan = Plan { at: NOW, client: CLIENT.to_owned(), turn };
            gateway.desk.plans.add(gateway.desk.ledger.store(), plan);
        }
        gateway.handle(NOW, Input::Timeout);
        assert_eq!(gateway.desk.notices.counts().2, MANY);
        for _ in 0..MANY {
            assert_eq!(gateway.deadlines().peer, Some(NOW + ANSWER_WAIT));
        }
        gateway.handle(NOW + ANSWER_WAIT, Input::Timeout);
        let outputs = std::iter::from_fn(|| gateway.poll());
        assert_eq!(outputs.filter(|output| matches!(output, Output::Abandon { .. })).count(), MANY);
        assert_eq!(gateway.deadlines(), Deadlines::default());
        // A notification comes, is sent, and is given up; a plan comes and goes.
        assert_eq!(written.load(Ordering::Relaxed), (3 + 2) * MANY);
    }
}
