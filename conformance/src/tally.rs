//! A number that grows, and whose growth can be waited for.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Tally {
    count: AtomicU64,
    grown: Notify,
}

impl Tally {
    /// One more.
    pub fn add(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.grown.notify_waiters();
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Waits until there are more than so many.
    pub async fn grown_beyond(&self, count: u64) {
        loop {
            let grown = self.grown.notified();
            if self.count() > count {
                return;
            }
            grown.await;
        }
    }
}
