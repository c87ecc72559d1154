//! The one loop around a gateway: requests, answers to notifications and the clock in; replies, deliveries and trace out.

use std::collections::BTreeMap;

use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};
use wire::antom::Envelope;
use wire::clock::ClockHandle;
use wire::time::Moment;

use crate::event::Event;
use crate::gateway::{Gateway, Input, Output};
use crate::notifier::Notifier;
use crate::reply::Reply;
use crate::store::StoreError;

/// A request and where its reply goes.
#[derive(Debug)]
pub struct Call {
    /// The request.
    pub envelope: Envelope,
    /// Why its body could not be read, if so.
    pub unreadable: Option<String>,
    /// Where the reply goes.
    pub reply: oneshot::Sender<Reply>,
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
                Some(Call { envelope, unreadable, reply }) => {
                    last_id += 1;
                    waiting.insert(last_id, reply);
                    Input::Request { id: last_id, envelope, unreadable }
                }
                None => return Ok(()),
            },
            Some(ended) = deliveries.join_next() => match ended {
                Ok(answered) => answered,
                // Abandoned; nobody waits for it.
                Err(_) => continue,
            },
            () = clock.sleep(gateway.deadlines()) => Input::Timeout,
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
