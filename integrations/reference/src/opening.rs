//! Opening the serial line: again and again with growing pauses, then only when somebody wants to send.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, ReadBuf};

use crate::port::{Delivery, Heard, Outgoing};
use crate::serial::Serial;
use crate::world::Stream;

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const GIVE_UP: Duration = Duration::from_secs(30);

impl Serial {
    /// Tries until the port is open; after half a minute, only when somebody wants to send. None: nobody is left who might.
    pub(crate) async fn open(&mut self) -> Option<Box<dyn Stream>> {
        let mut give_up = self.merchant.now() + GIVE_UP;
        let mut pause = FIRST_PAUSE;
        loop {
            let mut opening = self.merchant.world().open_serial(&self.name);
            let opened = loop {
                tokio::select! {
                    biased;
                    opened = &mut opening => break opened,
                    request = self.requests.recv() => { self.not_sent(request?).await; }
                }
            };
            match opened {
                Ok(stream) => return Some(stream),
                Err(error) if self.merchant.now() >= give_up => {
                    self.merchant.log(&format!("terminal {}: cannot be opened: {error}", self.name));
                    self.tell(Heard::Closed).await;
                    let request = self.requests.recv().await?;
                    self.not_sent(request).await;
                    give_up = self.merchant.now() + GIVE_UP;
                    pause = FIRST_PAUSE;
                }
                Err(_) => {
                    let until = self.merchant.now() + pause;
                    loop {
                        tokio::select! {
                            biased;
                            request = self.requests.recv() => { self.not_sent(request?).await; }
                            () = self.merchant.until(until) => break,
                        }
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    pub(crate) async fn not_sent(&self, request: Outgoing) {
        if request.packet.is_some() {
            self.tell(Heard::Delivery(request.token, Delivery::NotSent)).await;
        }
    }
}

/// Throws away what lay in the line before it was opened. Whether the line is still there.
pub(crate) async fn discard_stale(reader: &mut (impl AsyncRead + Unpin), space: &mut [u8]) -> bool {
    for _ in 0..64 {
        let mut buffer = ReadBuf::new(space);
        let read = poll_fn(|cx| match Pin::new(&mut *reader).poll_read(cx, &mut buffer) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => Poll::Ready(None),
        });
        match read.await {
            None => return true,
            Some(Ok(())) if !buffer.filled().is_empty() => {}
            Some(_) => return false,
        }
    }
    true
}
