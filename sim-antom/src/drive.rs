//! The one loop around a gateway: requests, answers to notifications and the clock in; replies, deliveries and trace out.

use std::collections::BTreeMap;

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
    mut requests: mpsc::Receiver<Call>,
    notifier: Notifier,
    clock: ClockHandle,
    mut observer: impl Observer,
) -> Result<(), StoreError> {
    let mut waiting: BTreeMap<u64, oneshot::Sender<Reply>> = BTreeMap::new();
    let mut deliveries: JoinSet<Input> = JoinSet::new();
    let mut under_way: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    let mut last_id = 0_u64;
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
                Output::Reply { id, reply } => {
                    if let Some(sender) = waiting.remove(&id) {
                        // Whoever asked may be gone; the reply is in the trace all the same.
                        let _: Result<(), Reply> = sender.send(reply);
                    }
                }
                Output::Deliver(delivery) => {
                    let notifier = notifier.clone();
                    let id = delivery.id;
                    let task = deliveries
                        .spawn(async move { Input::Answered { id, answer: notifier.deliver(delivery).await } });
                    under_way.insert(id, task);
                }
                Output::Abandon { id } => {
                    if let Some(task) = under_way.remove(&id) {
                        task.abort();
                    }
                }
            }
        }
        let input = tokio::select! {
            biased;
            incoming = requests.recv() => match incoming {
                Some(Call::Request { envelope, unreadable, reply }) => {
                    last_id += 1;
                    waiting.insert(last_id, reply);
                    Input::Request { id: last_id, envelope, unreadable }
                }
                Some(Call::Errand(errand)) => {
                    errand.0.run(&mut gateway, clock.now());
                    continue;
                }
                None => return Ok(()),
            },
            Some(ended) = deliveries.join_next() => match ended {
                Ok(answered) => answered,
                // Abandoned; nobody waits for it.
                Err(_) => continue,
            },
            () = alarm.at(gateway.deadlines()) => Input::Timeout,
        };
        if let Input::Answered { id, .. } = &input {
            under_way.remove(id);
        }
        if !matches!(input, Input::Timeout) {
            clock.touch();
        }
        gateway.handle(clock.now(), input);
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
