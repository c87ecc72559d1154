//! The bodies of a trace's HTTP messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sim_antom::Event as GatewayEvent;

use crate::trace::{Entry, Event};

/// The bodies of a trace's HTTP messages, decoded once.
#[derive(Debug)]
pub(in crate::rule) struct Bodies(BTreeMap<usize, Arc<Value>>);

impl Bodies {
    pub(super) fn of<'e>(entries: &'e [Entry]) -> Self {
        // Who asks again and again sends the same, and mostly gets the same.
        let mut known: BTreeMap<&[u8], Arc<Value>> = BTreeMap::new();
        let body = |entry: &'e Entry| match &entry.event {
            Event::Gateway(
                GatewayEvent::Request { body, .. }
                | GatewayEvent::Response { body, .. }
                | GatewayEvent::Notice { body, .. },
            ) => {
                let read = || Arc::new(serde_json::from_slice(&body.0).unwrap_or_default());
                Some((entry.n, Arc::clone(known.entry(&body.0).or_insert_with(read))))
            }
            _ => None,
        };
        Self(entries.iter().filter_map(body).collect())
    }

    /// The body of an entry; null when it is no JSON.
    pub(in crate::rule) fn at(&self, n: usize) -> Arc<Value> {
        self.0.get(&n).cloned().unwrap_or_default()
    }
}
