//! Turns connections into envelopes and replies into responses. axum routes everything to one handler: which path leads
//! where is the gateway's business, and so is every refusal.

use std::future::Future;
use std::io;
use std::sync::Arc;
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
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tower::ServiceExt as _;
use wire::antom::{Envelope, Headers};
use wire::clock::ClockHandle;

use crate::drive::Call;
use crate::event::LostHow;
use crate::net::{Accept, Stream};
use crate::reply::Reply;

/// The largest body that is read; a longer one is refused with PARAM_ILLEGAL.
const BODY: usize = 1024 * 1024;
/// Connections served at once; more wait.
const CONNECTIONS: usize = 256;
/// How long a client may take to send its headers, and then its body.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
struct Shell {
    requests: mpsc::Sender<Call>,
    clock: ClockHandle,
}

/// Serves connections until none can come any more. Dropping the future closes those that are open.
///
/// # Errors
/// The listener is gone.
pub async fn serve(mut accept: impl Accept, requests: mpsc::Sender<Call>, clock: ClockHandle) -> io::Result<()> {
    let router = Router::new().fallback(handle).with_state(Shell { requests, clock });
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            biased;
            stream = accept.accept() => stream?,
            Some(_) = connections.join_next() => continue,
        };
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
        let connection = connection(stream, router.clone());
        connections.spawn(async move {
            // How a connection ends is the client's affair.
            let _ = connection.await;
            drop(permit);
        });
    }
}

fn connection(stream: Box<dyn Stream>, router: Router) -> impl Future<Output = hyper::Result<()>> {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request).await;
            // An error here makes hyper close the connection without a byte.
            if response.extensions().get::<Lost>().is_some() { Err(Lost) } else { Ok(response) }
        }
    });
    hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
}

/// Marks a response that is never given.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the answer is lost on purpose")]
struct Lost;

async fn handle(State(shell): State<Shell>, request: Request) -> Response {
    shell.clock.touch();
    let (head, body) = request.into_parts();
    let unread = |reason| (bytes::Bytes::new(), Some(reason));
    let (body, unreadable) = match tokio::time::timeout(PATIENCE, Limited::new(body, BODY).collect()).await {
        Ok(Ok(body)) => (body.to_bytes(), None),
        Ok(Err(error)) => unread(format!("the body cannot be read to its end, or is longer than 1 MiB: {error}")),
        Err(_) => unread(format!("the body did not come within {} s", PATIENCE.as_secs())),
    };
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Headers = head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let envelope = Envelope { method: head.method.as_str().to_owned(), target: head.uri.to_string(), headers, body };
    let (reply, answer) = oneshot::channel();
    if shell.requests.send(Call { envelope, unreadable, reply }).await.is_err() {
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
        Ok(Reply::Lost(LostHow::Silence)) => std::future::pending().await,
        Ok(Reply::Lost(LostHow::Close)) | Err(_) => close(),
    }
}

fn close() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Lost);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
