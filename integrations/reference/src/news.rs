//! News for whoever waits for them, told in the order in which he began to wait: the same run must go the same every time.
//! Tokio's own watch channel wakes its receivers in an order of chance.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Where news are told.
#[derive(Debug, Default)]
pub(crate) struct News(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    count: AtomicU64,
    told: Notify,
}

/// Who hears of news from the moment at which he was made.
#[derive(Debug)]
pub(crate) struct Listener {
    shared: Arc<Shared>,
    heard: u64,
}

impl News {
    pub(crate) fn tell(&self) {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        self.0.told.notify_waiters();
    }

    pub(crate) fn listen(&self) -> Listener {
        Listener { shared: Arc::clone(&self.0), heard: self.0.count.load(Ordering::Relaxed) }
    }
}

impl Listener {
    /// Completes when there are news since the last time. Cancel-safe.
    pub(crate) async fn changed(&mut self) {
        loop {
            let mut told = std::pin::pin!(self.shared.told.notified());
            // Whatever is told from here on wakes it.
            told.as_mut().enable();
            let count = self.shared.count.load(Ordering::Relaxed);
            if count != self.heard {
                self.heard = count;
                return;
            }
            told.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_hears_once_what_is_told_after_he_began_to_listen() {
        let news = News::default();
        news.tell();
        let mut listener = news.listen();
        let mut other = news.listen();
        news.tell();
        news.tell();
        listener.changed().await;
        other.changed().await;
        let again = tokio::time::timeout(std::time::Duration::from_millis(1), listener.changed()).await;
        assert!(again.is_err(), "it was heard already");
    }
}
