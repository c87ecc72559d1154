//! A world inside this process: serial line, HTTP connections and the order book are memory, time is the paused clock.

use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sim_antom::{Heard, Window};
use tokio::io::DuplexStream;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
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
    /// The way to the gateway, once there is one.
    gateway: OnceLock<Window>,
    /// Connections to the integration's listener; a new one for each time that it listens.
    listener: Mutex<Option<mpsc::Sender<DuplexStream>>>,
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

    /// The terminal's end of the line.
    #[must_use]
    pub fn line(&self) -> sim_edc::MemoryLine {
        sim_edc::MemoryLine::new(self.0.line.take())
    }

    /// Opens the way to the gateway. A world has one: what a second one is told is not heard.
    pub fn open_gateway(&self, window: Window) {
        let _ = self.0.gateway.set(window);
    }

    async fn connect_listener(&self) -> io::Result<DuplexStream> {
        let sender = self.0.listener.lock().unwrap_or_else(PoisonError::into_inner).clone();
        knock(&sender.ok_or(io::ErrorKind::ConnectionRefused)?).await
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

/// Connections that arrive in memory.
#[derive(Debug)]
pub struct MemoryAccept(Arc<AsyncMutex<mpsc::Receiver<DuplexStream>>>);

impl MemoryAccept {
    async fn next(&self) -> io::Result<DuplexStream> {
        self.0.lock().await.recv().await.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl sim_antom::Accept for MemoryAccept {
    async fn accept(&mut self) -> io::Result<sim_antom::Arrival> {
        Ok(sim_antom::Arrival { stream: Box::new(self.next().await?), peer: None })
    }
}

impl sim_antom::Connect for Memory {
    fn connect(&self, host: &str, port: u16) -> sim_antom::Connecting {
        let memory = self.clone();
        let known = format!("{host}:{port}") == LISTENER;
        Box::pin(async move {
            if !known {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            Ok(Box::new(memory.connect_listener().await?) as Box<dyn sim_antom::Stream>)
        })
    }
}

impl reference::World for Memory {
    fn open_serial(&self, _port: &str) -> reference::BoxFuture<'static, io::Result<Box<dyn reference::Stream>>> {
        let sender = self.0.line.sender.clone();
        Box::pin(async move { Ok(Box::new(knock(&sender).await?) as Box<dyn reference::Stream>) })
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
            let accept: Box<dyn reference::Accept> = Box::new(MemoryAccept(Arc::new(AsyncMutex::new(receiver))));
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
    fn accept(&mut self) -> reference::BoxFuture<'_, io::Result<Box<dyn reference::Stream>>> {
        let receiver = Self(Arc::clone(&self.0));
        Box::pin(async move { Ok(Box::new(receiver.next().await?) as Box<dyn reference::Stream>) })
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
