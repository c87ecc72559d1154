//! JSON-RPC over HTTP POST, to an integration that is already running.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Uri;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::message::DriverError;
use super::reply::{Reply, nonsense};

/// The longest answer that is read.
const LIMIT: usize = 1024 * 1024;

/// See the module's documentation.
#[derive(Debug, Clone)]
pub struct HttpDriver {
    uri: Uri,
    last_id: Arc<AtomicU64>,
}

impl HttpDriver {
    /// A driver for a URL such as `http://127.0.0.1:9000/driver`.
    ///
    /// # Errors
    /// It is no plain http URL on loopback.
    pub fn new(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("{url:?} is no URL: {error}"))?;
        if uri.scheme_str() != Some("http") {
            return Err(format!("{url:?}: only http:// is spoken to drivers"));
        }
        if !has_good_port(&uri) {
            return Err(format!("{url:?}: the port is none; it is a number from 1 to 65535"));
        }
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_loopback = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if is_loopback {
            Ok(Self { uri, last_id: Arc::default() })
        } else {
            Err(format!("{url:?}: drivers are called on loopback only"))
        }
    }

    pub(super) async fn call(&self, method: &str, params: Value) -> Result<Value, DriverError> {
        let unreachable = |what: &str| {
            let text = format!("{what} {}", self.uri);
            move |error: &dyn std::fmt::Display| DriverError::Unreachable(format!("{text}: {error}"))
        };
        let id = self.last_id.fetch_add(1, Ordering::Relaxed) + 1;
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string();
        let host = match self.uri.host().unwrap_or_default().trim_matches(['[', ']']) {
            "localhost" => "127.0.0.1",
            host => host,
        };
        let connect = TcpStream::connect((host, self.uri.port_u16().unwrap_or(80))).await;
        let stream = connect.map_err(|error| unreachable("connect to")(&error))?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| unreachable("talk to")(&error))?;
        let exchange = async {
            let path = self.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str);
            let authority = self.uri.authority().map(ToString::to_string).unwrap_or_default();
            let request = hyper::Request::post(path)
                .header("host", authority)
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from(message)))
                .map_err(|error| unreachable("ask")(&error))?;
            let response = sender.send_request(request).await.map_err(|error| unreachable("ask")(&error))?;
            let body = Limited::new(response.into_body(), LIMIT).collect().await;
            body.map(http_body_util::Collected::to_bytes).map_err(|error| unreachable("hear")(&error))
        };
        let body = tokio::select! {
            biased;
            body = exchange => body?,
            Err(error) = connection => return Err(unreachable("talk to")(&error)),
        };
        let reply = Reply::read(&body)?;
        if reply.id != id {
            return Err(nonsense(&body, &format!("it answers request {}, and this is request {id}", reply.id)));
        }
        reply.result(method)
    }
}

/// Whether the port of a URL, if it has one, can be a port: one that cannot is read as none.
pub(super) fn has_good_port(uri: &Uri) -> bool {
    let authority = uri.authority().map_or("", hyper::http::uri::Authority::as_str);
    let behind = authority.rsplit_once(']').map_or(authority, |(_, behind)| behind);
    !behind.contains(':') || uri.port_u16().is_some_and(|port| port > 0)
}
