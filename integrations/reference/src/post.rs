//! One request over a connection of its own, and its whole answer.

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use wire::antom::{Envelope, Headers};

use crate::world::Stream;

const LARGEST_BODY: usize = 64 * 1024;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers as written.
    pub headers: Headers,
    /// The body, byte for byte.
    pub body: Bytes,
}

/// Sends a request over a connection and reads the answer to its end. Dropping the future closes the connection.
///
/// # Errors
/// The connection broke, or what came is no HTTP, or longer than 64 KiB.
pub async fn post(stream: Box<dyn Stream>, request: Envelope) -> io::Result<Answer> {
    let (mut sender, driving) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let mut connection = JoinSet::new();
    connection.spawn(async move {
        // Why it ended is told to whoever waits for the answer.
        let _ = driving.await;
    });
    let mut written = Request::builder().method(request.method.as_str()).uri(request.target);
    for (name, value) in request.headers.iter() {
        written = written.header(name, value);
    }
    let written = written.body(Full::new(request.body)).map_err(io::Error::other)?;
    let response = sender.send_request(written).await.map_err(io::Error::other)?;
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), headers: headers(&head.headers), body })
}

/// Headers as the wire crate keeps them; a value that is no text is none of ours.
pub(crate) fn headers(map: &hyper::HeaderMap) -> Headers {
    map.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}
