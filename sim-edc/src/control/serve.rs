//! The shell of the control API: connections in, calls to running terminals, replies out. axum is used here only.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use hyper::header::{ALLOW, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, ORIGIN};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use super::live::Live;
use super::{Ask, Call, Reply, answer, read};
use crate::drive::Operator;
use crate::text::LARGEST;
use crate::transcript::Tape;

/// Connections served at once; more wait.
const CONNECTIONS: usize = 64;
/// Readers of growing transcripts at once; more are refused.
const READERS: usize = 32;
/// How long a client may take to send its headers, and then its body.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the API needs of one terminal.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) operator: Operator,
    pub(crate) tape: Tape,
    /// What it hangs on, as its ready line says it.
    pub(crate) line: String,
}

#[derive(Debug, Clone)]
struct Shell {
    posts: Arc<[Post]>,
    readers: Arc<Semaphore>,
}

/// Whoever reaches the API can do anything with the terminals, so it is served on loopback only.
///
/// # Errors
/// The address is not loopback.
pub(crate) fn check_address(address: SocketAddr) -> anyhow::Result<()> {
    if !address.ip().is_loopback() {
        anyhow::bail!("serve the control API on {address}: only loopback is served, such as 127.0.0.1:8081");
    }
    Ok(())
}

/// Serves for as long as it is polled; without a listener, nothing.
///
/// # Errors
/// The listener is gone.
pub(crate) async fn serve(listener: Option<TcpListener>, posts: Vec<Post>) -> io::Result<()> {
    let Some(listener) = listener else { return std::future::pending().await };
    let shell = Shell { posts: posts.into(), readers: Arc::new(Semaphore::new(READERS)) };
    let router = Router::new().fallback(handle).with_state(shell);
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return Ok(()) };
        let stream = loop {
            tokio::select! {
                biased;
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => break stream,
                    // Too many open files, say: waited out.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        };
        let router = router.clone();
        let service = service_fn(move |request| router.clone().oneshot(request));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(PATIENCE)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move {
            // How a connection ends is the client's affair.
            let _ = connection.await;
            drop(place);
        });
    }
}

async fn handle(State(shell): State<Shell>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    if let Err(reply) = check_sender(&head.headers) {
        return response(&reply);
    }
    let body = match tokio::time::timeout(PATIENCE, Limited::new(body, LARGEST).collect()).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(_)) => return response(&Reply::refused(413, "the body is longer than 1 MiB, or broke off")),
        Err(_) => return response(&Reply::refused(408, "the body did not come in time")),
    };
    let query = head.uri.query().unwrap_or_default();
    let call = match read(head.method.as_str(), head.uri.path(), query, &body, shell.posts.len()) {
        Ok(call) => call,
        Err(reply) => return response(&reply),
    };
    let Some(post) = shell.posts.get(call.terminal - 1) else {
        return response(&Reply::refused(404, "there is no such terminal"));
    };
    match call {
        Call { ask: Ask::Transcript { from, follow: false }, .. } => lines(Body::from(post.tape.cut(from).text)),
        Call { ask: Ask::Transcript { from, follow: true }, .. } => {
            match Arc::clone(&shell.readers).try_acquire_owned() {
                Ok(place) => lines(Body::new(Live::new(post.tape.clone(), from, place))),
                Err(_) => response(&Reply::refused(503, "enough others follow a transcript already")),
            }
        }
        Call { terminal, ask } => {
            let reply = post.operator.ask(move |device, now| answer(device, now, ask)).await;
            let mut reply = reply.unwrap_or_else(|| Reply::refused(503, "the terminal is stopping"));
            if let Some(state) = reply.body.as_object_mut().filter(|body| body.contains_key("waitsFor")) {
                state.insert("terminal".to_owned(), terminal.into());
                state.insert("port".to_owned(), post.line.as_str().into());
            }
            response(&reply)
        }
    }
}

/// A page in a browser on this machine could reach loopback too. Browsers say where a page is from, and under which name
/// they think that they reach us.
fn check_sender(headers: &HeaderMap) -> Result<(), Reply> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if headers.contains_key(ORIGIN) || !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        return Err(Reply::refused(403, "this API is for programs on this machine, not for pages in a browser"));
    }
    Ok(())
}

fn lines(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response
}

fn response(reply: &Reply) -> Response {
    let mut text = serde_json::to_string_pretty(&reply.body).unwrap_or_default();
    text.push('\n');
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(allow) = reply.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    response
}
