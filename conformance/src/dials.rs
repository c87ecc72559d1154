//! Connections to the integration of which it may not know yet.
//!
//! Who listens takes a few at a time. Those that come beside them are not refused: the kernel tries again after a second of
//! real time. Until then that the integration waits proves nothing, and it cannot say that it will answer.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use sim_antom::{Connect, Connecting, Stream, TcpConnect};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// After one second Linux sends a SYN again that was dropped; what is left is for the machine.
const TRIED_AGAIN: Duration = Duration::from_millis(1200);

/// Connections that nothing has come back on. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dials(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    /// Since when, and whether there was another at any time since.
    since: BTreeMap<u64, (Instant, bool)>,
    last: u64,
}

impl Dials {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Dial {
        let mut open = self.open();
        open.last += 1;
        let number = open.last;
        let is_beside = !open.since.is_empty();
        open.since.values_mut().for_each(|(_, is_beside)| *is_beside = true);
        open.since.insert(number, (Instant::now(), is_beside));
        Dial { number, dials: self.clone() }
    }

    /// Whether one came beside others, and may be waiting for the kernel. A single one finds room.
    pub(crate) fn is_crowded(&self) -> bool {
        self.open().since.values().any(|(since, is_beside)| *is_beside && since.elapsed() < TRIED_AGAIN)
    }
}

impl Connect for Dials {
    fn connect(&self, host: &str, port: u16) -> Connecting {
        let (dial, connecting) = (self.begin(), TcpConnect.connect(host, port));
        Box::pin(async move {
            let stream = connecting.await?;
            Ok(Box::new(Dialed { stream, dial: Some(dial) }) as Box<dyn Stream>)
        })
    }
}

/// One of them, as long as nothing has come back.
#[derive(Debug)]
struct Dial {
    number: u64,
    dials: Dials,
}

impl Drop for Dial {
    fn drop(&mut self) {
        self.dials.open().since.remove(&self.number);
    }
}

/// A connection that was asked for.
struct Dialed {
    stream: Box<dyn Stream>,
    dial: Option<Dial>,
}

impl AsyncRead for Dialed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.dial = None;
        }
        read
    }
}

impl AsyncWrite for Dialed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl Stream for Dialed {
    fn reset(&mut self) {
        self.stream.reset();
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn several_are_a_crowd_until_something_has_come_back_on_all_of_them() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let dials = Dials::default();
        let mut first = dials.connect("127.0.0.1", port).await.unwrap();
        assert!(!dials.is_crowded(), "there is room for one");
        let second = dials.connect("127.0.0.1", port).await.unwrap();
        assert!(dials.is_crowded());
        let (mut heard, _) = listener.accept().await.unwrap();
        heard.write_all(b"x").await.unwrap();
        assert_eq!(first.read_u8().await.unwrap(), b'x');
        assert!(dials.is_crowded(), "the other may be waiting for the kernel");
        drop(second);
        assert!(!dials.is_crowded());
        let third = dials.connect("127.0.0.1", port).await.unwrap();
        assert!(!dials.is_crowded(), "what was heard on is no crowd");
        drop((first, third));
        assert!(dials.connect("192.0.2.1", port).await.is_err(), "only loopback");
        assert!(dials.open().since.is_empty());
    }
}
