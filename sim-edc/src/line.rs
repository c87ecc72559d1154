//! The line that a device hangs on: a PTY, or memory. Only whole sessions of one client at a time.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;

use crate::event::Event;

/// Room that is made for what comes, and how little of it may be left before more is made.
const ROOM: usize = 4096;
const LEAST_ROOM: usize = 1024;

/// What a line did.
#[derive(Debug, PartialEq)]
pub enum LineEvent {
    /// A client opened it.
    Opened,
    /// Bytes came from the client.
    Read(Bytes),
    /// So many of the pending bytes went out.
    Wrote(usize),
    /// Something about the line itself, for the trace.
    Noticed(Event),
    /// The client closed it.
    Closed,
}

/// A line to a client that may come and go.
pub trait Line: Send {
    /// Waits for the next thing to happen, writing from `pending` as far as the client takes it. While no client is
    /// there, pending bytes are left alone: the caller drops them, as an unread serial line does. Cancel-safe.
    ///
    /// # Errors
    /// The line is gone for good.
    fn next(&mut self, pending: &[u8]) -> impl Future<Output = io::Result<LineEvent>> + Send;

    /// Takes the line away from whoever has it open. [`Line::next`] is not called before it is plugged in again.
    fn unplug(&mut self);

    /// Plugs it in again.
    ///
    /// # Errors
    /// The line is gone for good.
    fn plug(&mut self) -> io::Result<()>;
}

/// A line in memory: each stream that arrives is a client that opens it.
#[derive(Debug)]
pub struct MemoryLine {
    clients: mpsc::Receiver<DuplexStream>,
    client: Option<DuplexStream>,
    buffer: BytesMut,
    plug: MemoryPlug,
}

/// Tells whoever wants to open a line in memory whether it is there.
#[derive(Debug, Clone)]
pub struct MemoryPlug(Arc<AtomicBool>);

impl MemoryPlug {
    /// Whether the line is plugged in. Nobody can open one that is not.
    #[must_use]
    pub fn is_in(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl MemoryLine {
    /// A line whose clients come from a channel.
    #[must_use]
    pub fn new(clients: mpsc::Receiver<DuplexStream>) -> Self {
        Self { clients, client: None, buffer: BytesMut::new(), plug: MemoryPlug(Arc::new(AtomicBool::new(true))) }
    }

    /// What tells whether it is plugged in.
    #[must_use]
    pub fn plugged(&self) -> MemoryPlug {
        self.plug.clone()
    }
}

impl Line for MemoryLine {
    async fn next(&mut self, pending: &[u8]) -> io::Result<LineEvent> {
        let Some(client) = &mut self.client else {
            let gone = || io::Error::new(io::ErrorKind::NotConnected, "nobody can open this line any more");
            self.client = Some(self.clients.recv().await.ok_or_else(gone)?);
            return Ok(LineEvent::Opened);
        };
        let event = exchange(client, &mut self.buffer, pending).await;
        if matches!(event, LineEvent::Closed) {
            self.client = None;
        }
        Ok(event)
    }

    fn unplug(&mut self) {
        self.plug.0.store(false, Ordering::Release);
        self.client = None;
        // Whoever was about to open it finds it gone.
        while self.clients.try_recv().is_ok() {}
    }

    fn plug(&mut self) -> io::Result<()> {
        self.plug.0.store(true, Ordering::Release);
        Ok(())
    }
}

/// Reads from a stream, or writes to it what is pending, whichever goes first; what came is read before more is said.
/// `buffer` is only room for what comes, the same from one call to the next.
pub(crate) async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    buffer: &mut BytesMut,
    pending: &[u8],
) -> LineEvent {
    let (mut reader, mut writer) = tokio::io::split(stream);
    if buffer.capacity() < LEAST_ROOM {
        buffer.reserve(ROOM);
    }
    tokio::select! {
        biased;
        read = reader.read_buf(buffer) => match read {
            Ok(0) | Err(_) => LineEvent::Closed,
            Ok(_) => LineEvent::Read(buffer.split().freeze()),
        },
        wrote = writer.write(pending), if !pending.is_empty() => match wrote {
            Ok(0) | Err(_) => LineEvent::Closed,
            Ok(n) => LineEvent::Wrote(n),
        },
    }
}
