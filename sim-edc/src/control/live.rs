//! A transcript as it grows: a body that ends when whoever reads it goes.
//!
//! Nothing is queued for a reader: each piece is cut from the tape when the last one is out, so a slow one misses what
//! the tape has let go, and sees it by the numbers.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::OwnedSemaphorePermit;

use crate::transcript::Tape;

/// See the module's documentation.
pub(super) struct Live {
    tape: Tape,
    from: u64,
    wait: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// One of few places.
    _place: OwnedSemaphorePermit,
}

impl Live {
    pub(super) const fn new(tape: Tape, from: u64, place: OwnedSemaphorePermit) -> Self {
        Self { tape, from, wait: None, _place: place }
    }
}

impl Body for Live {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            if let Some(wait) = &mut self.wait {
                if wait.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                self.wait = None;
            }
            let cut = self.tape.cut(self.from);
            self.from = cut.next;
            if !cut.text.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(cut.text.into()))));
            }
            let (tape, from) = (self.tape.clone(), self.from);
            self.wait = Some(Box::pin(async move { tape.reaches(from).await }));
        }
    }
}
