//! Streams, from wherever they come: TCP on loopback, or memory.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

/// A connection.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for T {}

/// Where connections come from.
pub trait Accept: Send + 'static {
    /// The next connection. Cancel-safe.
    ///
    /// # Errors
    /// None will come any more.
    fn accept(&mut self) -> impl Future<Output = io::Result<Box<dyn Stream>>> + Send;
}

/// A connection being made.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send>>;

/// How notifications reach a merchant.
pub trait Connect: Send + Sync + 'static {
    /// Connects to a host and port, which the caller has found to be allowed.
    ///
    /// # Errors
    /// Nobody listens there.
    fn connect(&self, host: &str, port: u16) -> Connecting;
}

/// A TCP listener. An error of one connection (too many open files, say) is waited out.
#[derive(Debug)]
pub struct TcpAccept(pub TcpListener);

impl Accept for TcpAccept {
    async fn accept(&mut self) -> io::Result<Box<dyn Stream>> {
        loop {
            match self.0.accept().await {
                Ok((stream, _)) => {
                    // Small messages both ways: do not wait to fill packets.
                    let _ = stream.set_nodelay(true);
                    return Ok(Box::new(stream));
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
            let address: IpAddr = if host == "localhost" {
                IpAddr::from([127, 0, 0, 1])
            } else {
                host.parse().map_err(|_| not_loopback(&host))?
            };
            if !address.is_loopback() {
                return Err(not_loopback(&host));
            }
            let stream = TcpStream::connect((address, port)).await?;
            let _ = stream.set_nodelay(true);
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

fn not_loopback(host: &str) -> io::Error {
    let text = format!("notifications go to loopback only; {host} is elsewhere");
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}
