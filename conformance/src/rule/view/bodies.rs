//! The bodies of a trace's HTTP messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use sim_antom::Event as GatewayEvent;
use wire::antom::Tree;

use crate::trace::{Entry, Event};

/// The bodies of a trace's HTTP messages, decoded once.
#[derive(Debug)]
pub(in crate::rule) struct Bodies<'e>(BTreeMap<usize, Arc<Tree<'e>>>);

impl<'e> Bodies<'e> {
    pub(super) fn of(entries: &'e [Entry]) -> Self {
        // Who asks again and again sends the same, and mostly gets the same.
        let mut known: BTreeMap<&[u8], Arc<Tree<'e>>> = BTreeMap::new();
        let body = |entry: &'e Entry| match &entry.event {
            Event::Gateway(
                GatewayEvent::Request { body, .. }
                | GatewayEvent::Response { body, .. }
                | GatewayEvent::Notice { body, .. },
            ) => {
                let read = || Arc::new(Tree::parse(&body.0).unwrap_or_default());
                Some((entry.n, Arc::clone(known.entry(&body.0).or_insert_with(read))))
            }
            _ => None,
        };
        Self(entries.iter().filter_map(body).collect())
    }

    /// The body of an entry; null when it is no JSON.
    pub(in crate::rule) fn at(&self, n: usize) -> Arc<Tree<'e>> {
        self.0.get(&n).cloned().unwrap_or_default()
    }
}
