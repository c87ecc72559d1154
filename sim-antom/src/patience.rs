//! How long a client may keep its connection waiting. One alarm a connection, set again only when it has rung: a timer for
//! each request would cost more than the request's headers.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// How long a client may take to send its headers, and then its body; and how long a connection may be idle.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// See the module's documentation.
pub(crate) struct Patience {
    alarm: Pin<Box<Sleep>>,
    has_rung: bool,
}

impl Patience {
    /// A client has just come.
    pub(crate) fn begin() -> Self {
        Self { alarm: Box::pin(sleep(PATIENCE)), has_rung: false }
    }

    /// Ready when the client has been waited for too long. It says since when it is waited for; none when it waits itself.
    pub(crate) fn poll(&mut self, waits_since: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            if !self.has_rung {
                std::task::ready!(self.alarm.as_mut().poll(cx));
                self.has_rung = true;
            }
            // Whoever waits itself is not hurried; this is asked again when it has its answer.
            let Some(since) = waits_since else { return Poll::Pending };
            let until = since + PATIENCE;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            self.alarm.as_mut().reset(until);
            self.has_rung = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn patience_ends_thirty_seconds_after_the_client_was_last_heard() {
        let began = Instant::now();
        let mut patience = Patience::begin();
        let heard = began + Duration::from_secs(20);
        poll_fn(|cx| patience.poll(Some(heard), cx)).await;
        assert_eq!(began.elapsed().as_secs(), 50);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_for_its_answer_is_waited_for_until_it_has_it() {
        let mut patience = Patience::begin();
        let waiting = tokio::time::timeout(Duration::from_secs(3600), poll_fn(|cx| patience.poll(None, cx)));
        assert!(waiting.await.is_err());
        let answered = Instant::now();
        poll_fn(|cx| patience.poll(Some(answered), cx)).await;
        assert_eq!(answered.elapsed().as_secs(), 30);
    }
}
