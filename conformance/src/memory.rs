//! A world inside this process: serial line, HTTP connections and the order book are memory, time is the paused clock.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use hyper::Request;
use sim_antom::{Heard, Window};
use sim_edc::MemoryPlug;
use tokio::io::DuplexStream;
use tokio::sync::{mpsc, oneshot};
use wire::antom::Envelope;
use wire::clock::{Clock, ClockHandle, Deadlines, Sleep};
use wire::time::Moment;

use crate::tally::Tally;
use crate::world::MEMORY_GATEWAY;

/// Bytes that fit between the two ends of a stream.
const PIPE: usize = 64 * 1024;
/// Where the integration's listener seems to be.
const LISTENER: &str = "127.0.0.1:52001";

/// The streams of one world. Clones share them.
#[derive(Clone)]
pub struct Memory(Arc<Shared>);

struct Shared {
    /// Clients of the terminal's line.
    line: Door,
    /// Whether it can be opened, once there is a terminal.
    plug: OnceLock<MemoryPlug>,
    /// The way to the gateway, once there is one.
    gateway: OnceLock<Window>,
    /// What comes in at the integration's listener; a new one for each time that it listens.
    listener: Mutex<Option<mpsc::Sender<reference::Arrival>>>,
    /// The order book's lines.
    book: Mutex<Vec<String>>,
    clock: Arc<Counting>,
}

/// The integration's clock, which counts how often a wait has come to its end: between two of them, and with nothing on any
/// wire, an integration in memory does nothing.
struct Counting {
    clock: ClockHandle,
    ended: Arc<Tally>,
}

impl Clock for Counting {
    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn sleep(&self, deadlines: Deadlines) -> Sleep {
        let (sleep, ended) = (self.clock.sleep(deadlines), Arc::clone(&self.ended));
        Box::pin(async move {
            sleep.await;
            ended.add();
        })
    }
}

/// A place where streams arrive.
struct Door {
    sender: mpsc::Sender<DuplexStream>,
    receiver: Mutex<Option<mpsc::Receiver<DuplexStream>>>,
}

impl Door {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel(64);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }

    /// The receiving end; a second caller gets one where nothing arrives.
    fn take(&self) -> mpsc::Receiver<DuplexStream> {
        let taken = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| mpsc::channel(1).1)
    }
}

async fn knock(sender: &mpsc::Sender<DuplexStream>) -> io::Result<DuplexStream> {
    let (ours, theirs) = tokio::io::duplex(PIPE);
    let refused = |_| io::Error::from(io::ErrorKind::ConnectionRefused);
    sender.send(theirs).await.map_err(refused)?;
    Ok(ours)
}

impl Memory {
    /// A world without anybody in it; `clock` is the integration's.
    #[must_use]
    pub fn new(clock: ClockHandle) -> Self {
        Self(Arc::new(Shared {
            line: Door::new(),
            plug: OnceLock::new(),
            gateway: OnceLock::new(),
            listener: Mutex::new(None),
            book: Mutex::default(),
            clock: Arc::new(Counting { clock, ended: Arc::default() }),
        }))
    }

    /// The waits of the integration that have come to their end.
    #[must_use]
    pub fn waits(&self) -> &Tally {
        &self.0.clock.ended
    }

    /// How many lines the integration's book has. How an order stands is in there, and nowhere else.
    #[must_use]
    pub fn book_lines(&self) -> usize {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// The terminal's end of the line.
    #[must_use]
    pub fn line(&self) -> sim_edc::MemoryLine {
        let line = sim_edc::MemoryLine::new(self.0.line.take());
        let _ = self.0.plug.set(line.plugged());
        line
    }

    /// Opens the way to the gateway. A world has one: what a second one is told is not heard.
    pub fn open_gateway(&self, window: Window) {
        let _ = self.0.gateway.set(window);
    }

    /// The way to the integration's listener, if it is there and has one that listens.
    fn listener(&self, host: &str, port: u16) -> Option<mpsc::Sender<reference::Arrival>> {
        let is_it =
            LISTENER.strip_prefix(host).and_then(|rest| rest.strip_prefix(':')) == Some(port.to_string().as_str());
        let listener = self.0.listener.lock().unwrap_or_else(PoisonError::into_inner);
        listener.as_ref().filter(|sender| is_it && !sender.is_closed()).cloned()
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

/// What arrives in memory.
struct MemoryAccept(mpsc::Receiver<reference::Arrival>);

impl sim_antom::Connect for Memory {
    fn connect(&self, host: &str, port: u16) -> sim_antom::Connecting {
        let listener = self.listener(host, port);
        Box::pin(async move {
            let (ours, theirs) = tokio::io::duplex(PIPE);
            let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
            let sent = listener.ok_or_else(refused)?.send(reference::Arrival::Connection(Box::new(theirs))).await;
            sent.map_err(|_| refused())?;
            Ok(Box::new(ours) as Box<dyn sim_antom::Stream>)
        })
    }

    fn hand(&self, host: &str, port: u16, request: Request<Bytes>) -> Result<sim_antom::Handing, Box<Request<Bytes>>> {
        let Some(listener) = self.listener(host, port) else { return Err(Box::new(request)) };
        let ((answer, answered), request) = (oneshot::channel(), Box::new(request));
        Ok(Box::pin(async move {
            listener.send(reference::Arrival::Handed { request, answer }).await.ok()?;
            answered.await.ok()
        }))
    }
}

impl reference::World for Memory {
    fn open_serial(&self, _port: &str) -> reference::BoxFuture<'static, io::Result<Box<dyn reference::Stream>>> {
        let shared = Arc::clone(&self.0);
        Box::pin(async move {
            if shared.plug.get().is_some_and(|plug| !plug.is_in()) {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the line is unplugged"));
            }
            Ok(Box::new(knock(&shared.line.sender).await?) as Box<dyn reference::Stream>)
        })
    }

    /// Nothing in memory is connected to: requests are [posted](reference::World::post).
    fn connect(&self, _authority: &str) -> reference::BoxFuture<'static, io::Result<Box<dyn reference::Stream>>> {
        Box::pin(async { Err(io::ErrorKind::ConnectionRefused.into()) })
    }

    fn post(&self, authority: &str, request: Envelope) -> reference::BoxFuture<'static, io::Result<reference::Answer>> {
        let known = MEMORY_GATEWAY.ends_with(authority);
        let window = self.0.gateway.get().filter(|_| known).cloned();
        Box::pin(async move {
            let mut written = request.clone();
            // As HTTP libraries do.
            written.headers.push("content-length", written.body.len().to_string());
            match window.ok_or(io::ErrorKind::ConnectionRefused)?.post(written).await? {
                Heard::Answer { headers, body } => Ok(reference::Answer { status: 200, headers, body }),
                Heard::Written(stream) => reference::post(Box::new(stream), request).await,
            }
        })
    }

    fn listen(&self) -> reference::BoxFuture<'static, io::Result<(String, Box<dyn reference::Accept>)>> {
        let (sender, receiver) = mpsc::channel(64);
        *self.0.listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Box::pin(async move {
            let accept: Box<dyn reference::Accept> = Box::new(MemoryAccept(receiver));
            Ok((format!("http://{LISTENER}"), accept))
        })
    }

    fn book(&self, _folder: &str) -> io::Result<Box<dyn reference::BookStore>> {
        Ok(Box::new(MemoryBook(Arc::clone(&self.0))))
    }

    fn clock(&self) -> ClockHandle {
        let clock: ClockHandle = Arc::clone(&self.0.clock) as _;
        clock
    }

    /// Nobody reads it: the trace says what happened, and a campaign has thousands of cases.
    fn log(&self, _: &str) {}
}

impl reference::Accept for MemoryAccept {
    fn accept(&mut self) -> reference::BoxFuture<'_, io::Result<reference::Arrival>> {
        Box::pin(async { self.0.recv().await.ok_or_else(|| io::ErrorKind::NotConnected.into()) })
    }
}

/// An order book that survives a restart of the integration, in memory.
struct MemoryBook(Arc<Shared>);

impl reference::BookStore for MemoryBook {
    fn load(&self) -> io::Result<Vec<String>> {
        Ok(self.0.book.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
        Ok(())
    }
}
