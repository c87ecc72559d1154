//! Delivers notifications: one connection each, answer bounded.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;

use crate::net::{Connect, Stream};
use crate::notice::Delivery;
use crate::tls::TlsClient;

/// The most that is read of a merchant's answer.
const LIMIT: usize = 64 * 1024;

/// See the module's documentation.
#[derive(Clone)]
pub struct Notifier {
    connect: Arc<dyn Connect>,
    tls: Option<TlsClient>,
}

impl Notifier {
    /// A notifier that connects in this way, to plain http.
    #[must_use]
    pub fn new(connect: Arc<dyn Connect>) -> Self {
        Self { connect, tls: None }
    }

    /// Delivers to https too.
    #[must_use]
    pub fn with_tls(mut self, tls: Option<TlsClient>) -> Self {
        self.tls = tls;
        self
    }

    /// Delivers once.
    ///
    /// # Errors
    /// Why there is no answer, in words.
    pub async fn deliver(&self, delivery: Delivery) -> Result<(u16, Bytes), String> {
        let target = Target::parse(&delivery.url)?;
        let (host, port) = (&target.host, target.port);
        let mut request = Request::post(&target.path).header("host", format!("{host}:{port}"));
        for (name, value) in delivery.headers.iter() {
            request = request.header(name, value);
        }
        let request = request.body(delivery.body).map_err(|error| error.to_string())?;
        let request = match self.connect.hand(host, port, request) {
            Ok(handed) => {
                let answer = handed.await.ok_or("no answer: connection closed before message completed")?;
                return Ok((answer.status().as_u16(), answer.into_body()));
            }
            Err(request) => request.map(Full::new),
        };
        let stream = self.reach(&target).await.map_err(|error| format!("connect to {host}:{port}: {error}"))?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        let exchange = async {
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

    async fn reach(&self, target: &Target) -> io::Result<Box<dyn Stream>> {
        let tls = match (target.scheme, &self.tls) {
            (Scheme::Http, _) => None,
            (Scheme::Https, Some(tls)) => Some(tls),
            (Scheme::Https, None) => return Err(io::Error::other("https is spoken with --tls or --notify-ca only")),
        };
        let stream = self.connect.connect(&target.host, target.port).await?;
        match tls {
            Some(tls) => tls.connect(&target.host, stream).await,
            None => Ok(stream),
        }
    }
}

impl std::fmt::Debug for Notifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Notifier")
    }
}

/// Where a notification goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    path: String,
}

/// How it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Target {
    /// Reads an absolute http or https URL.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|_| format!("{url:?} is no URL"))?;
        let (scheme, usual) = match uri.scheme_str() {
            Some("http") => (Scheme::Http, 80),
            Some("https") => (Scheme::Https, 443),
            _ => return Err(format!("{url:?} is neither http nor https")),
        };
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| format!("{url:?} names no host"))?;
        let after_host =
            uri.authority().and_then(|authority| authority.as_str().rsplit('@').next()?.strip_prefix(host));
        let port = match (after_host.unwrap_or_default().trim_start_matches(':'), uri.port_u16()) {
            ("", _) => usual,
            (_, Some(port @ 1..)) => port,
            // Read as no port at all, it would be delivered to whoever listens on the usual one.
            (port, _) => return Err(format!("{url:?} has the port {port}, which is none: 1 to 65535 are")),
        };
        Ok(Self {
            scheme,
            host: host.to_ascii_lowercase(),
            port,
            path: uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_scheme_host_port_and_path() {
        let target = |url| Target::parse(url).map(|t| (t.scheme, t.host, t.port, t.path));
        let wanted = |scheme, host: &str, port, path: &str| Ok((scheme, host.to_owned(), port, path.to_owned()));
        assert_eq!(target("http://127.0.0.1/n?a=b"), wanted(Scheme::Http, "127.0.0.1", 80, "/n?a=b"));
        assert_eq!(target("https://localhost"), wanted(Scheme::Https, "localhost", 443, "/"));
        assert_eq!(target("http://[::1]:8000/n"), wanted(Scheme::Http, "[::1]", 8000, "/n"));
        assert_eq!(target("http://LOCALHOST:/n"), wanted(Scheme::Http, "localhost", 80, "/n"));
        for wrong in ["", "/notify", "ftp://127.0.0.1/", "127.0.0.1:8000/notify", "http://", "notify"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
        for wrong in ["http://127.0.0.1:99999/x", "http://127.0.0.1:0/x", "http://[::1]:65536/"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
    }
}
