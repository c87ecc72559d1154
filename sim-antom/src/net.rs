//! Streams, from wherever they come: TCP on loopback, or memory.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes the end of the connection, which follows, a reset (RST) where there is such a thing.
    fn reset(&mut self) {}
}

impl Stream for DuplexStream {}

impl Stream for TcpStream {
    fn reset(&mut self) {
        // Where it cannot be had, the connection closes.
        let _ = self.set_zero_linger();
    }
}

impl<S: Stream> Stream for tokio_rustls::server::TlsStream<S> {
    fn reset(&mut self) {
        self.get_mut().0.reset();
    }
}

impl<S: Stream> Stream for tokio_rustls::client::TlsStream<S> {}

impl Stream for Box<dyn Stream> {
    fn reset(&mut self) {
        (**self).reset();
    }
}

impl Stream for Begun {
    fn reset(&mut self) {
        self.rest.reset();
    }
}

/// A connection that came, and from where.
pub struct Arrival {
    /// The connection.
    pub stream: Box<dyn Stream>,
    /// The other end's address; none in memory.
    pub peer: Option<IpAddr>,
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Arrival(from {:?})", self.peer)
    }
}

/// Where connections come from.
pub trait Accept: Send + 'static {
    /// The next connection. Cancel-safe.
    ///
    /// # Errors
    /// None will come any more.
    fn accept(&mut self) -> impl Future<Output = io::Result<Arrival>> + Send;
}

/// A connection being made.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>>;

/// A request that was handed over; none when it ends without an answer.
pub type Handing = Pin<Box<dyn Future<Output = Option<Response<Bytes>>> + Send>>;

/// How notifications reach a merchant.
pub trait Connect: Send + Sync + 'static {
    /// Connects to a host and port, which the caller has found to be allowed.
    ///
    /// # Errors
    /// Nobody listens there.
    fn connect(&self, host: &str, port: u16) -> Connecting;

    /// Hands a request to whoever listens there, if he is in this process: for him there is nothing that a connection could
    /// get wrong. Dropping the future gives it up.
    ///
    /// # Errors
    /// The request, which is to be sent over a connection.
    fn hand(&self, _host: &str, _port: u16, request: Request<Bytes>) -> Result<Handing, Box<Request<Bytes>>> {
        Err(Box::new(request))
    }
}

/// A TCP listener. An error of one connection (too many open files, say) is waited out.
#[derive(Debug)]
pub struct TcpAccept(pub TcpListener);

impl Accept for TcpAccept {
    async fn accept(&mut self) -> io::Result<Arrival> {
        loop {
            match self.0.accept().await {
                Ok((stream, peer)) => {
                    // Small messages both ways: do not wait to fill packets.
                    let _ = stream.set_nodelay(true);
                    return Ok(Arrival { stream: Box::new(stream), peer: Some(peer.ip()) });
                }
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
    }
}

/// TCP to loopback only.
#[derive(Debug, Clone, Copy)]
pub struct TcpConnect;

impl Connect for TcpConnect {
    fn connect(&self, host: &str, port: u16) -> Connecting {
        let host = host.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            let address = loopback(&host).ok_or_else(|| not_loopback(&host))?;
            let stream = TcpStream::connect((address, port)).await?;
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

/// TCP to loopback, and to hosts that were allowed by name.
#[derive(Debug, Clone, Default)]
pub struct TcpConnectTo {
    names: Arc<[String]>,
}

impl TcpConnectTo {
    /// Connects to these hosts too: names or addresses as they stand in URLs, whatever their case.
    #[must_use]
    pub fn hosts(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect() }
    }

    /// Whether this host is connected to.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        loopback(host).is_some() || self.is_named(host)
    }

    fn is_named(&self, host: &str) -> bool {
        let bare = |host: &str| host.trim_matches(['[', ']']).to_ascii_lowercase();
        self.names.iter().any(|name| bare(name) == bare(host))
    }
}

impl Connect for TcpConnectTo {
    fn connect(&self, host: &str, port: u16) -> Connecting {
        if loopback(host).is_some() || !self.is_named(host) {
            return TcpConnect.connect(host, port);
        }
        let host = host.trim_matches(['[', ']']).to_owned();
        Box::pin(async move {
            let stream = TcpStream::connect((host.as_str(), port)).await?;
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

/// The loopback address that a host name stands for, if it is one.
pub(crate) fn loopback(host: &str) -> Option<IpAddr> {
    let host = host.trim_matches(['[', ']']);
    if host == "localhost" {
        return Some(IpAddr::from([127, 0, 0, 1]));
    }
    host.parse().ok().filter(IpAddr::is_loopback)
}

/// A connection whose first byte was looked at.
pub(crate) struct Begun {
    pub(crate) first: Option<u8>,
    pub(crate) rest: Box<dyn Stream>,
}

impl AsyncRead for Begun {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buf.remaining() > 0
            && let Some(first) = self.first.take()
        {
            buf.put_slice(&[first]);
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.rest).poll_read(cx, buf)
    }
}

impl AsyncWrite for Begun {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.rest).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.rest).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.rest).poll_shutdown(cx)
    }
}

fn not_loopback(host: &str) -> io::Error {
    let text = format!("notifications go to loopback only; {host} is elsewhere, and not allowed by --notify-host");
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_host_is_connected_to_when_it_is_loopback_or_allowed_by_its_very_name() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // An old spelling of loopback, which resolvers know and Rust does not: as good as a name from elsewhere.
        let named = TcpConnectTo::hosts(["127.1".to_owned(), "[2001:DB8::1]".to_owned()]);
        let nobody = TcpConnectTo::default();
        assert!(named.connect("127.1", port).await.is_ok());
        let refused = nobody.connect("127.1", port).await.err().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        for connect in [&named, &nobody] {
            assert!(connect.connect("localhost", port).await.is_ok());
            assert!(connect.connect("shop.example", port).await.is_err());
        }
        assert!(named.allows("[2001:db8::1]") && named.allows("127.1") && named.allows("[::1]"));
        assert!(!named.allows("27.1") && !named.allows("x127.1") && !nobody.allows("127.1"));
    }
}
