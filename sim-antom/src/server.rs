//! Turns connections into envelopes and replies into responses. axum routes everything to one handler: which path leads
//! where is the gateway's business, and so is every refusal.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::StatusCode;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use wire::antom::{Envelope, Headers};
use wire::clock::ClockHandle;

use crate::drive::Call;
use crate::net::{Accept, Arrival, Begun, Stream};
use crate::raw;
use crate::reply::{Raw, Reply};
use crate::room::{Phase, Room, Seat};
use crate::script::Hangup;
use crate::tls::TlsServer;

/// The largest body that is read; a longer one is refused with PARAM_ILLEGAL.
const BODY: usize = 1024 * 1024;
/// Connections served at once; for one more, whoever has kept us waiting longest goes.
const CONNECTIONS: usize = 256;
/// How long a client may take to send its headers, and then its body.
const PATIENCE: Duration = Duration::from_secs(30);

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
        let clock = Arc::clone(&self.clock);
        let shell = Shell { requests: self.requests, clock: self.clock };
        let router = Router::new().fallback(handle).with_state(shell.clone()).merge(self.pages);
        let room = Room::for_at_most(CONNECTIONS);
        let mut connections = JoinSet::new();
        loop {
            let arrival = tokio::select! {
                biased;
                arrival = accept.accept() => arrival?,
                Some(_) = connections.join_next() => continue,
            };
            let seat = Arc::new(room.take().await);
            let routes = Routes { shell: shell.clone(), router: router.clone() };
            let (tls, kept, clock) = (self.tls.clone(), Arc::clone(&seat), Arc::clone(&clock));
            let task = connections.spawn(async move {
                // How a connection ends is the client's affair.
                let _ = connection(arrival, routes, tls, kept, clock).await;
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

#[derive(Clone)]
struct Shell {
    requests: mpsc::Sender<Call>,
    clock: ClockHandle,
}

/// Where a request came from; the handlers find it among the request's extensions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// The address; none for a connection in memory.
    pub(crate) address: Option<IpAddr>,
}

/// Where requests go.
#[derive(Clone)]
struct Routes {
    shell: Shell,
    router: Router,
}

impl Routes {
    /// The payment API has a shorter way than through the router, which would end at the same handler.
    async fn answer(self, request: hyper::Request<Incoming>) -> Response {
        let request = request.map(Body::new);
        if request.uri().path().starts_with("/ams/") {
            return handle(State(self.shell), request).await;
        }
        let Ok(response) = self.router.oneshot(request).await;
        response
    }
}

async fn connection(
    arrival: Arrival,
    routes: Routes,
    tls: Option<TlsServer>,
    seat: Arc<Seat>,
    clock: ClockHandle,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let peer = Peer { address: arrival.peer };
    let stream = match tls {
        Some(tls) => tokio::time::timeout(PATIENCE, either(arrival.stream, &tls)).await??,
        None => arrival.stream,
    };
    // What is to be done with the connection itself, when no ordinary answer is given.
    let last = Arc::new(Mutex::new(None));
    let (words, kept) = (Arc::clone(&last), Arc::clone(&seat));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let (routes, seat, words) = (routes.clone(), Arc::clone(&kept), Arc::clone(&words));
        // Boxed, since the connection is polled by hand below.
        Box::pin(async move {
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(Arc::clone(&seat));
            let mut response = routes.answer(request).await;
            let Some(parting) = response.extensions_mut().remove::<Parting>() else {
                seat.is_now(Phase::Idle);
                return Ok(response);
            };
            // An error here makes hyper let the connection go without a byte.
            *words.lock().unwrap_or_else(PoisonError::into_inner) = Some(parting);
            Err(Lost)
        })
    });
    let mut served = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    let ended = std::future::poll_fn(|cx| served.poll_without_shutdown(cx)).await;
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

/// How a connection ends without an ordinary answer.
#[derive(Debug, Clone)]
enum Parting {
    /// With bytes of our own.
    Written(Raw),
    /// Without a byte.
    Closed,
    /// With a reset.
    Reset,
}

async fn handle(State(shell): State<Shell>, request: Request) -> Response {
    shell.clock.touch();
    let (mut head, body) = request.into_parts();
    let seat = head.extensions.remove::<Arc<Seat>>();
    let is_now = |phase| {
        if let Some(seat) = &seat {
            seat.is_now(phase)
        }
    };
    let unread = |reason| (bytes::Bytes::new(), Some(reason));
    let (body, unreadable) = match tokio::time::timeout(PATIENCE, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => (body.to_bytes(), None),
        Ok(Err(error)) => unread(format!("the body cannot be read to its end, or is longer than 1 MiB: {error}")),
        Err(_) => unread(format!("the body did not come within {} s", PATIENCE.as_secs())),
    };
    is_now(Phase::Served);
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let envelope = Envelope { method: head.method.as_str().to_owned(), target: head.uri.to_string(), headers, body };
    let (reply, answer) = oneshot::channel();
    if shell.requests.send(Call::Request { envelope, unreadable, reply }).await.is_err() {
        return plain(StatusCode::SERVICE_UNAVAILABLE, "the gateway is stopping");
    }
    let reply = answer.await;
    shell.clock.touch();
    match reply {
        Ok(Reply::Answer { headers, body }) => {
            let mut response = Response::builder().status(StatusCode::OK);
            for (name, value) in headers.iter() {
                response = response.header(name, value);
            }
            response
                .body(Body::from(body))
                .unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "a header cannot be sent"))
        }
        Ok(Reply::Raw(answer)) => parting(Parting::Written(answer)),
        Ok(Reply::Lost(Hangup::Silence)) => {
            is_now(Phase::Forsaken);
            std::future::pending().await
        }
        Ok(Reply::Lost(Hangup::Reset)) => parting(Parting::Reset),
        Ok(Reply::Lost(Hangup::Close)) | Err(_) => parting(Parting::Closed),
    }
}

fn parting(how: Parting) -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(how);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
