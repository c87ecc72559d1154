//! Serves connections: bounds them, begins TLS, and ends them as the answer wants. What is asked over them is the
//! business of [`crate::counter`].

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use wire::clock::ClockHandle;

use crate::counter::{Counter, Parting};
use crate::drive::Call;
use crate::net::{Accept, Arrival, Begun, Stream};
use crate::patience::{PATIENCE, Patience};
use crate::raw;
use crate::room::{Room, Seat};
use crate::tls::TlsServer;

/// Connections served at once; for one more, whoever has kept us waiting longest goes.
const CONNECTIONS: usize = 256;

/// The gateway's front: what is needed to serve connections.
#[derive(Clone)]
pub struct Front {
    requests: mpsc::Sender<Call>,
    clock: ClockHandle,
    tls: Option<TlsServer>,
    pages: Router,
}

impl Front {
    /// Hands requests to a gateway.
    #[must_use]
    pub fn new(requests: mpsc::Sender<Call>, clock: ClockHandle) -> Self {
        Self { requests, clock, tls: None, pages: Router::new() }
    }

    /// Speaks TLS to whoever begins with it; plain HTTP is served on the same port all the same.
    #[must_use]
    pub fn with_tls(mut self, tls: TlsServer) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Serves other pages beside the payment API.
    #[must_use]
    pub fn with_pages(mut self, pages: Router) -> Self {
        self.pages = self.pages.merge(pages);
        self
    }

    /// Serves connections until none can come any more. Dropping the future closes those that are open.
    ///
    /// # Errors
    /// The listener is gone.
    pub async fn serve(self, mut accept: impl Accept) -> io::Result<()> {
        let counter = Arc::new(Counter::new(self.requests, self.clock, self.pages));
        let room = Room::for_at_most(CONNECTIONS);
        let mut connections = JoinSet::new();
        loop {
            let arrival = tokio::select! {
                biased;
                arrival = accept.accept() => arrival?,
                Some(_) = connections.join_next() => continue,
            };
            let seat = Arc::new(room.take().await);
            let (counter, tls, kept) = (Arc::clone(&counter), self.tls.clone(), Arc::clone(&seat));
            let task = connections.spawn(async move {
                // How a connection ends is the client's affair.
                let _ = connection(arrival, counter, tls, kept).await;
            });
            seat.belongs_to(task);
        }
    }
}

/// Serves a gateway's API, and nothing beside it, until no connections can come any more.
///
/// # Errors
/// The listener is gone.
pub async fn serve(accept: impl Accept, requests: mpsc::Sender<Call>, clock: ClockHandle) -> io::Result<()> {
    Front::new(requests, clock).serve(accept).await
}

/// Where a request came from; the handlers find it among the request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// The address; none for a connection in memory.
    pub(crate) address: Option<IpAddr>,
}

async fn connection(
    arrival: Arrival,
    counter: Arc<Counter>,
    tls: Option<TlsServer>,
    seat: Arc<Seat>,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let peer = Peer { address: arrival.peer };
    let stream = match tls {
        Some(tls) => tokio::time::timeout(PATIENCE, either(arrival.stream, &tls)).await??,
        None => arrival.stream,
    };
    // What is to be done with the connection itself, when no ordinary answer is given.
    let last = Arc::new(Mutex::new(None));
    let (words, clock) = (Arc::clone(&last), counter.clock());
    let asked = Arc::clone(&seat);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (counter, seat, words) = (Arc::clone(&counter), Arc::clone(&asked), Arc::clone(&words));
        // Boxed, since the connection is polled by hand below.
        Box::pin(async move {
            match counter.answer(request, peer, &seat).await {
                Ok(response) => Ok(response),
                Err(parting) => {
                    *words.lock().unwrap_or_else(PoisonError::into_inner) = Some(parting);
                    // An error here makes hyper let the connection go without a byte.
                    Err(Lost)
                }
            }
        })
    });
    let mut served = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    let mut patience = Patience::begin();
    let ended = std::future::poll_fn(|cx| match served.poll_without_shutdown(cx) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending => patience.poll(seat.waits_since(), cx).map(|()| None),
    })
    .await;
    // Whoever says nothing for so long is not answered.
    let Some(ended) = ended else { return Ok(()) };
    let mut stream = served.into_parts().io.into_inner();
    let parting = last.lock().unwrap_or_else(PoisonError::into_inner).take();
    match parting {
        Some(Parting::Written(answer)) => raw::write(&mut *stream, &answer, &clock).await?,
        Some(Parting::Reset) => {
            stream.reset();
            return Ok(());
        }
        Some(Parting::Closed) => {}
        None => ended?,
    }
    // Whoever is still writing hears the end of it all the same.
    let _ = stream.shutdown().await;
    Ok(())
}

/// TLS when the first byte is that of a TLS record, plain HTTP otherwise.
async fn either(mut stream: Box<dyn Stream>, tls: &TlsServer) -> io::Result<Box<dyn Stream>> {
    let mut first = [0];
    if stream.read(&mut first).await? == 0 {
        return Ok(stream);
    }
    let stream = Box::new(Begun { first: Some(first[0]), rest: stream });
    if first == [HANDSHAKE] { tls.accept(stream).await } else { Ok(stream) }
}

/// How a TLS connection begins; no HTTP method does.
const HANDSHAKE: u8 = 0x16;

/// Stands for a response that is never given.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no ordinary answer is given")]
struct Lost;
