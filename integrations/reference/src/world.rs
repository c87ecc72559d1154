//! What an integration needs of the outside, as one trait: a serial port, a network, a folder, a clock.

use std::future::Future;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use hyper::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use wire::antom::Envelope;
use wire::clock::ClockHandle;

use crate::clock::ToldClock;
use crate::post::{Answer, post};

/// A future that a world hands out.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Bytes both ways: a serial port, a TCP connection, a pipe in memory.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// The outside of an integration. The program implements it with the operating system, a harness with memory.
pub trait World: Send + Sync + 'static {
    /// Opens the serial port with this name.
    fn open_serial(&self, port: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>>;

    /// Connects to `host:port`.
    fn connect(&self, authority: &str) -> BoxFuture<'static, io::Result<Box<dyn Stream>>>;

    /// Posts a request to `host:port`, over a connection of its own, and reads the whole answer. Dropping the future gives
    /// it up.
    fn post(&self, authority: &str, request: Envelope) -> BoxFuture<'static, io::Result<Answer>> {
        let connecting = self.connect(authority);
        Box::pin(async move { post(connecting.await?, request).await })
    }

    /// Listens for notifications: the base URL (`http://127.0.0.1:52001`) and the connections.
    fn listen(&self) -> BoxFuture<'static, io::Result<(String, Box<dyn Accept>)>>;

    /// Listens where an earlier process did, if that is possible: the gateway still notifies there.
    fn listen_again(&self, _url: &str) -> BoxFuture<'static, io::Result<(String, Box<dyn Accept>)>> {
        self.listen()
    }

    /// The order book in a state folder.
    ///
    /// # Errors
    /// The folder or the book cannot be opened.
    fn book(&self, folder: &str) -> io::Result<Box<dyn BookStore>>;

    /// The time. All waits of till and shop go through it.
    fn clock(&self) -> ClockHandle;

    /// Says something to whoever reads the log.
    fn log(&self, line: &str) {
        // A closed stderr is no reason to stop selling.
        let _ = writeln!(io::stderr(), "{line}");
    }

    /// The clock, when it is one that can be told the time: then the capability `clock` is offered.
    fn told_clock(&self) -> Option<Arc<ToldClock>> {
        None
    }
}

/// Connections and requests that come in.
pub trait Accept: Send {
    /// The next one. Cancel-safe.
    fn accept(&mut self) -> BoxFuture<'_, io::Result<Arrival>>;
}

/// What comes in where notifications are listened for.
pub enum Arrival {
    /// A connection, on which HTTP is spoken.
    Connection(Box<dyn Stream>),
    /// A request of somebody in this process.
    Handed {
        /// The request.
        request: Box<Request<Bytes>>,
        /// Where the answer goes; closed when nobody waits for it any more.
        answer: oneshot::Sender<Response<Bytes>>,
    },
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connection(_) => "Connection",
            Self::Handed { .. } => "Handed",
        })
    }
}

/// Where the lines of the order book are kept.
pub trait BookStore: Send {
    /// All whole lines that were appended, oldest first.
    ///
    /// # Errors
    /// They cannot be read.
    fn load(&self) -> io::Result<Vec<String>>;

    /// Adds a line (without its line feed). When this returns, the line survives a crash.
    ///
    /// # Errors
    /// It cannot be written.
    fn append(&mut self, line: &str) -> io::Result<()>;
}
