//! Delivers notifications: one connection each, answer bounded.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Uri;
use hyper_util::rt::TokioIo;

use crate::net::Connect;
use crate::notice::Delivery;

/// The most that is read of a merchant's answer.
const LIMIT: usize = 64 * 1024;

/// See the module's documentation.
#[derive(Clone)]
pub struct Notifier {
    connect: Arc<dyn Connect>,
}

impl Notifier {
    /// A notifier that connects in this way.
    #[must_use]
    pub fn new(connect: Arc<dyn Connect>) -> Self {
        Self { connect }
    }

    /// Delivers once.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub async fn deliver(&self, delivery: Delivery) -> Result<(u16, Bytes), String> {
        let uri: Uri = delivery.url.parse().map_err(|_| format!("{:?} is no URL", delivery.url))?;
        if uri.scheme_str() != Some("http") {
            return Err(format!("{} is not plain http; https is not built yet", delivery.url));
        }
        let host = uri.host().ok_or_else(|| format!("{} names no host", delivery.url))?;
        let port = uri.port_u16().unwrap_or(80);
        let stream =
            self.connect.connect(host, port).await.map_err(|error| format!("connect to {host}:{port}: {error}"))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let exchange = async {
            let path = uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
            let mut request = hyper::Request::post(path).header("host", format!("{host}:{port}"));
            for (name, value) in delivery.headers.iter() {
                request = request.header(name, value);
            }
            let request = request.body(Full::new(delivery.body)).map_err(|error| error.to_string())?;
            let response = sender.send_request(request).await.map_err(|error| format!("no answer: {error}"))?;
            let status = response.status().as_u16();
            let body = Limited::new(response.into_body(), LIMIT).collect().await;
            body.map(|body| (status, body.to_bytes())).map_err(|error| format!("read the answer: {error}"))
        };
        tokio::select! {
            biased;
            answer = exchange => answer,
            // The connection's own end matters only when the exchange cannot end any more.
            Err(error) = connection => Err(format!("connection: {error}")),
        }
    }
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notifier")
    }
}
