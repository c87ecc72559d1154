//! The one loop around a gateway: requests, answers to notifications and the clock in; replies, deliveries and trace out.

use std::collections::BTreeMap;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use wire::antom::Envelope;
use wire::clock::{ClockHandle, Deadlines, Sleep};
use wire::time::Moment;

use crate::event::Event;
use crate::gateway::{Gateway, Input, Output};
use crate::notifier::Notifier;
use crate::reply::Reply;
use crate::store::StoreError;

/// What others want of a gateway.
#[derive(Debug)]
pub enum Call {
    /// A request of a merchant.
    Request {
        /// The request.
        envelope: Envelope,
        /// Why its body could not be read, if so.
        unreadable: Option<String>,
        /// Where the reply goes.
        reply: oneshot::Sender<Reply>,
    },
    /// An errand of the control API or of a page.
    Errand(Errand),
}

/// Something to be done with the gateway between two inputs, at the time of its clock.
pub struct Errand(Box<dyn Run>);

trait Run: Send {
    fn run(self: Box<Self>, gateway: &mut Gateway, now: Moment);
}

impl<F: FnOnce(&mut Gateway, Moment) + Send> Run for F {
    fn run(self: Box<Self>, gateway: &mut Gateway, now: Moment) {
        self(gateway, now);
    }
}

impl Errand {
    /// An errand, and where its outcome will be.
    pub fn new<T: Send + 'static>(
        errand: impl FnOnce(&mut Gateway, Moment) -> T + Send + 'static,
    ) -> (Self, oneshot::Receiver<T>) {
        let (sender, receiver) = oneshot::channel();
        let run = move |gateway: &mut Gateway, now: Moment| {
            // Whoever asked may be gone.
            let _: Result<(), T> = sender.send(errand(gateway, now));
        };
        (Self(Box::new(run)), receiver)
    }
}

impl std::fmt::Debug for Errand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Errand")
    }
}

/// Where the trace goes.
pub trait Observer: Send {
    /// Something happened.
    fn observe(&mut self, at: Moment, event: Event);
}

impl<F: FnMut(Moment, Event) + Send> Observer for F {
    fn observe(&mut self, at: Moment, event: Event) {
        self(at, event);
    }
}

/// Runs a gateway until nobody can send requests any more. Dropping the future stops it and its deliveries.
///
/// # Errors
/// The store cannot keep what happened.
pub async fn drive(
    mut gateway: Gateway,
    mut calls: mpsc::Receiver<Call>,
    notifier: Notifier,
    clock: ClockHandle,
    mut observer: impl Observer,
) -> Result<(), StoreError> {
    let mut outside = Outside::new(notifier);
    // Most inputs leave the next deadline where it was.
    let mut alarm = Alarm { clock: &clock, set: None };
    gateway.begin(clock.now());
    loop {
        let now = clock.now();
        // What cannot be kept is not answered: whoever waits sees the connection close.
        gateway.commit()?;
        while let Some(output) = gateway.poll() {
            match output {
                Output::Event(event) => observer.observe(now, event),
                other => outside.carry_out(other),
            }
        }
        tokio::select! {
            biased;
            call = calls.recv() => {
                let Some(call) = call else { return Ok(()) };
                // Whatever else is asked at this moment is kept with it: a store writes once for all of them.
                let others = std::iter::from_fn(|| calls.try_recv().ok());
                for call in std::iter::once(call).chain(others).take(AT_ONCE) {
                    outside.called(call, &mut gateway, &clock);
                }
            }
            Some(ended) = outside.deliveries.join_next() => {
                // One that was abandoned is waited for by nobody.
                if let Ok((id, answer)) = ended {
                    outside.under_way.remove(&id);
                    clock.touch();
                    gateway.handle(clock.now(), Input::Answered { id, answer });
                }
            }
            () = alarm.at(gateway.deadlines()) => gateway.handle(clock.now(), Input::Timeout),
        }
    }
}

/// So many calls are kept in one transaction at most.
const AT_ONCE: usize = 64;

/// Who waits for the gateway, and for whom it waits.
struct Outside {
    notifier: Notifier,
    /// Requests so far.
    requests: u64,
    waiting: BTreeMap<u64, oneshot::Sender<Reply>>,
    deliveries: JoinSet<(u64, Answer)>,
    under_way: BTreeMap<u64, AbortHandle>,
}

/// A merchant's answer to a notification: status and body, or why there is none.
type Answer = Result<(u16, Bytes), String>;

impl Outside {
    fn new(notifier: Notifier) -> Self {
        let (waiting, deliveries, under_way) = (BTreeMap::new(), JoinSet::new(), BTreeMap::new());
        Self { notifier, requests: 0, waiting, deliveries, under_way }
    }

    fn called(&mut self, call: Call, gateway: &mut Gateway, clock: &ClockHandle) {
        match call {
            Call::Request { envelope, unreadable, reply } => {
                self.requests += 1;
                self.waiting.insert(self.requests, reply);
                clock.touch();
                gateway.handle(clock.now(), Input::Request { id: self.requests, envelope, unreadable });
            }
            Call::Errand(errand) => errand.0.run(gateway, clock.now()),
        }
    }

    fn carry_out(&mut self, output: Output) {
        match output {
            Output::Event(_) => {}
            Output::Reply { id, reply } => {
                if let Some(sender) = self.waiting.remove(&id) {
                    // Whoever asked may be gone; the reply is in the trace all the same.
                    let _: Result<(), Reply> = sender.send(reply);
                }
            }
            Output::Deliver(delivery) => {
                let (notifier, id) = (self.notifier.clone(), delivery.id);
                // In a box: it is large, and would be moved about otherwise.
                let delivery = Box::pin(async move { (id, notifier.deliver(delivery).await) });
                let task = self.deliveries.spawn(delivery);
                self.under_way.insert(id, task);
            }
            Output::Abandon { id } => {
                if let Some(task) = self.under_way.remove(&id) {
                    task.abort();
                }
            }
        }
    }
}

/// A sleep until the next deadline, which goes on for as long as the deadline is the same.
struct Alarm<'c> {
    clock: &'c ClockHandle,
    set: Option<(Deadlines, Sleep)>,
}

impl Alarm<'_> {
    /// Completes at these deadlines. Cancel-safe.
    async fn at(&mut self, deadlines: Deadlines) {
        if self.set.as_ref().is_none_or(|(of, _)| *of != deadlines) {
            // The old one goes first: what is held is what is pending.
            self.set = None;
            self.set = Some((deadlines, self.clock.sleep(deadlines)));
        }
        if let Some((_, sleep)) = &mut self.set {
            sleep.await;
        }
        self.set = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use wire::antom::{Headers, Signer};

    use super::*;
    use crate::store::{Key, MemoryStore, Record, Store, Table};
    use crate::{Client, Clients, Script, Signing, SystemClock, TcpConnect};

    /// A store that counts its transactions, and breaks after so many.
    #[derive(Debug)]
    struct Counting {
        memory: MemoryStore,
        changed: bool,
        transactions: Arc<AtomicUsize>,
        most: usize,
    }

    impl Store for Counting {
        fn get(&self, key: &Key) -> Option<Record> {
            self.memory.get(key)
        }
        fn put(&mut self, key: Key, record: Record) {
            self.changed = true;
            self.memory.put(key, record);
        }
        fn remove(&mut self, key: &Key) {
            self.memory.remove(key);
        }
        fn clear(&mut self) {
            self.memory.clear();
        }
        fn count(&self, table: Table) -> usize {
            self.memory.count(table)
        }
        fn all(&self, table: Table) -> Vec<(Key, Record)> {
            self.memory.all(table)
        }
        fn commit(&mut self) -> Result<(), StoreError> {
            if !std::mem::take(&mut self.changed) {
                return Ok(());
            }
            let before = self.transactions.fetch_add(1, Ordering::Relaxed);
            if before < self.most { Ok(()) } else { Err(StoreError("the disk is full".to_owned())) }
        }
    }

    /// So many payments that are refused for good, and kept as that, asked for at one moment.
    async fn asked_at_once(calls: usize, most: usize) -> (Vec<Option<Reply>>, usize, Result<(), StoreError>) {
        let transactions = Arc::new(AtomicUsize::new(0));
        let store =
            Counting { memory: MemoryStore::default(), changed: false, transactions: Arc::clone(&transactions), most };
        let mut clients = Clients::from([("C".to_owned(), Client::keyless())]);
        clients.set_signing(Signing::Off);
        let answers = "{answers: [{on: pay, code: RISK_REJECT, times: always}]}";
        let script = Script::parse(answers).unwrap();
        let gateway = Gateway::over(Box::new(store), clients, Signer::word("antom"), None, script);
        let (sender, receiver) = mpsc::channel(2 * AT_ONCE);
        let mut replies = Vec::new();
        for number in 0..calls {
            let amount = serde_json::json!({"currency": "JPY", "value": "1"});
            let body = serde_json::json!({
                "productCode": "AGREEMENT_PAYMENT", "paymentRequestId": number.to_string(), "paymentAmount": amount,
                "paymentMethod": {"paymentMethodType": "KAKAOPAY", "paymentMethodId": "token"},
                "order": {"referenceOrderId": "O", "orderDescription": "tea", "orderAmount": amount},
            });
            let envelope = Envelope {
                method: "POST".to_owned(),
                target: "/ams/api/v1/payments/pay".to_owned(),
                headers: Headers::new().with("client-id", "C"),
                body: body.to_string().into(),
            };
            let (reply, answer) = oneshot::channel();
            sender.try_send(Call::Request { envelope, unreadable: None, reply }).unwrap();
            replies.push(answer);
        }
        drop(sender);
        let clock = Arc::new(SystemClock::starting_at(Moment::WORLD_START));
        let notifier = Notifier::new(Arc::new(TcpConnect));
        let ended = drive(gateway, receiver, notifier, clock, |_: Moment, _: Event| {}).await;
        let replies = replies.iter_mut().map(|reply| reply.try_recv().ok()).collect();
        (replies, transactions.load(Ordering::Relaxed), ended)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_asked_at_one_moment_is_kept_in_one_transaction() {
        let (replies, transactions, ended) = asked_at_once(AT_ONCE, usize::MAX).await;
        assert!(ended.is_ok() && replies.iter().all(Option::is_some));
        assert_eq!(transactions, 1);
        let (replies, transactions, _) = asked_at_once(AT_ONCE + 1, usize::MAX).await;
        assert_eq!((replies.iter().filter(|reply| reply.is_some()).count(), transactions), (AT_ONCE + 1, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_kept_is_not_answered() {
        let (replies, transactions, ended) = asked_at_once(AT_ONCE + 3, 1).await;
        assert!(ended.is_err() && transactions == 2);
        assert!(replies[..AT_ONCE].iter().all(Option::is_some) && replies[AT_ONCE..].iter().all(Option::is_none));
    }
}
