//! How many deliveries are under way to each target, and which wait for one of them to end: however many notifications
//! are due, a merchant gets so many at once, and the gateway has so many connections open.

use std::collections::{BTreeMap, BTreeSet};

use wire::time::Moment;

/// Deliveries that one target gets at once.
pub(crate) const AT_ONCE: usize = 128;

/// See the module's documentation. A target is scheme, host and port of a URL.
#[derive(Debug)]
pub(crate) struct Targets {
    most: usize,
    busy: BTreeMap<Box<str>, Busy>,
}

/// A notification that is due: when, and its number.
type Due = (Moment, u64);

#[derive(Debug, Default)]
struct Busy {
    under_way: usize,
    waiting: BTreeSet<Due>,
}

impl Default for Targets {
    fn default() -> Self {
        Self::of_at_most(AT_ONCE)
    }
}

impl Targets {
    /// So many deliveries at once to each.
    pub(crate) const fn of_at_most(most: usize) -> Self {
        Self { most, busy: BTreeMap::new() }
    }

    /// A delivery may begin; otherwise it waits.
    pub(crate) fn begin(&mut self, url: &str, due: Due) -> bool {
        let target = target(url);
        if !self.busy.contains_key(target) {
            self.busy.insert(target.into(), Busy::default());
        }
        let Some(busy) = self.busy.get_mut(target) else { return true };
        let begins = busy.under_way < self.most;
        if begins {
            busy.under_way += 1;
        } else {
            busy.waiting.insert(due);
        }
        begins
    }

    /// A delivery has ended: the one that may begin in its place.
    pub(crate) fn ended(&mut self, url: &str) -> Option<Due> {
        let busy = self.busy.get_mut(target(url))?;
        busy.under_way = busy.under_way.saturating_sub(1);
        let next = busy.waiting.pop_first();
        if busy.under_way == 0 && next.is_none() {
            self.busy.remove(target(url));
        }
        next
    }

    /// One that waits has got another time.
    pub(crate) fn forget(&mut self, url: &str, due: Due) {
        if let Some(busy) = self.busy.get_mut(target(url)) {
            busy.waiting.remove(&due);
        }
    }
}

/// Scheme, host and port, as they are written.
fn target(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?']));
    end.and_then(|end| url.get(..host + end)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::WORLD_START;

    #[test]
    fn one_more_than_a_target_takes_waits_for_the_first_that_ends_and_others_do_not() {
        let mut targets = Targets::of_at_most(1);
        assert!(targets.begin("http://a:1/x", (NOW, 1)));
        assert!(!targets.begin("http://a:1/y?z", (NOW, 3)) && !targets.begin("http://a:1", (NOW, 2)));
        assert!(targets.begin("http://a:2/x", (NOW, 4)));
        targets.forget("http://a:1/", (NOW, 2));
        assert_eq!(targets.ended("http://a:1/x"), Some((NOW, 3)));
        assert!(targets.begin("http://a:1/y?z", (NOW, 3)));
        assert_eq!((targets.ended("http://a:1/y?z"), targets.ended("http://a:2/x")), (None, None));
        assert!(targets.busy.is_empty(), "nothing is remembered of a target that has all");
    }

    #[test]
    fn a_target_is_scheme_host_and_port() {
        for (url, wanted) in [
            ("http://127.0.0.1:80/n/m?o=p", "http://127.0.0.1:80"),
            ("https://[::1]?o", "https://[::1]"),
            ("http://localhost", "http://localhost"),
            ("nonsense", "nonsense"),
            ("", ""),
        ] {
            assert_eq!(target(url), wanted);
        }
    }
}
