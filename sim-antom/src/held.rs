//! Answers that are held back: until their time, or until the merchant has answered a notification.

use std::collections::BTreeMap;

use wire::time::Moment;

use crate::event::Event;
use crate::reply::Reply;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Held {
    /// By when they go at the latest, then in the order in which they came.
    waiting: BTreeMap<(Moment, u64), Departure>,
}

/// An answer that is ready to leave.
#[derive(Debug)]
pub(crate) struct Departure {
    /// The request's number.
    pub(crate) id: u64,
    /// What the trace says of it.
    pub(crate) event: Event,
    pub(crate) reply: Reply,
    /// The payment whose notification it waits for: client and paymentRequestId.
    pub(crate) waits_for: Option<(String, String)>,
}

/// How many are held at once; further ones go without delay.
const MOST: usize = 1024;

impl Held {
    /// Holds an answer back; gives it back when there is no room.
    pub(crate) fn hold(&mut self, until: Moment, departure: Departure) -> Option<Departure> {
        if self.waiting.len() >= MOST {
            return Some(departure);
        }
        self.waiting.insert((until, departure.id), departure);
        None
    }

    /// When the next one goes at the latest. A merchant that owes the answer to a notification is waited for by whoever
    /// delivers it.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.waiting.first_key_value().map(|((until, _), _)| *until)
    }

    /// The next one whose time has come.
    pub(crate) fn due(&mut self, now: Moment) -> Option<Departure> {
        self.waiting.first_entry().filter(|entry| entry.key().0 <= now).map(|entry| entry.remove())
    }

    /// Those that waited for this payment's notification.
    pub(crate) fn notified(&mut self, client: &str, payment_request_id: &str) -> Vec<Departure> {
        let is_it =
            |held: &Departure| held.waits_for.as_ref().is_some_and(|(of, id)| of == client && id == payment_request_id);
        let keys: Vec<_> = self.waiting.iter().filter(|(_, held)| is_it(held)).map(|(key, _)| *key).collect();
        keys.iter().filter_map(|key| self.waiting.remove(key)).collect()
    }
}
