//! The line over TCP, for systems without PTYs and for containers: the same bytes, one client at a time.
//!
//! A second client is turned away at once. Unplugged, the connection is gone and nobody listens; plugged in again, the
//! same port listens.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};

use crate::event::Event;
use crate::line::{Line, LineEvent};

/// How long an error of the listener (too many open files, say) is waited out.
const PAUSE: Duration = Duration::from_millis(50);

/// See the module's documentation.
#[derive(Debug)]
pub struct TcpLine {
    /// None while it is unplugged.
    listener: Option<TcpListener>,
    client: Option<TcpStream>,
    address: SocketAddr,
}

impl TcpLine {
    /// Listens; port 0 picks a free one, which is kept from then on. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The address is not loopback, or taken.
    pub fn open(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let text = format!("{address} is not loopback; only loopback is listened on, such as 127.0.0.1:4001");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let listener = listen(address)?;
        let address = listener.local_addr()?;
        Ok(Self { listener: Some(listener), client: None, address })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Line for TcpLine {
    async fn next(&mut self, pending: &[u8]) -> io::Result<LineEvent> {
        let Some(listener) = &self.listener else { return std::future::pending().await };
        let Some(client) = &self.client else {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        // Small messages both ways: do not wait to fill packets.
                        let _ = stream.set_nodelay(true);
                        self.client = Some(stream);
                        return Ok(LineEvent::Opened);
                    }
                    Err(_) => tokio::time::sleep(PAUSE).await,
                }
            }
        };
        let mut buffer = [0; 4096];
        loop {
            let writable = tokio::select! {
                biased;
                _ = client.readable() => false,
                _ = client.writable(), if !pending.is_empty() => true,
                second = listener.accept() => match second {
                    // Dropped, and so closed.
                    Ok(_) => return Ok(LineEvent::Noticed(Event::TurnedAway)),
                    Err(_) => {
                        tokio::time::sleep(PAUSE).await;
                        continue;
                    }
                },
            };
            let done = if writable { client.try_write(pending) } else { client.try_read(&mut buffer) };
            match done {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(n) if writable => return Ok(LineEvent::Wrote(n)),
                Ok(n) if n > 0 => {
                    return Ok(LineEvent::Read(Bytes::copy_from_slice(buffer.get(..n).unwrap_or_default())));
                }
                Ok(_) | Err(_) => {
                    self.client = None;
                    return Ok(LineEvent::Closed);
                }
            }
        }
    }

    fn unplug(&mut self) {
        self.client = None;
        self.listener = None;
    }

    fn plug(&mut self) -> io::Result<()> {
        let taken =
            |error: io::Error| io::Error::new(error.kind(), format!("listen on {} again: {error}", self.address));
        self.listener = Some(listen(self.address).map_err(taken)?);
        Ok(())
    }
}

/// The address may be used again although connections of before are not quite gone: the standard library sees to that.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn opened() -> (TcpLine, TcpStream) {
        let mut line = TcpLine::open(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let client = TcpStream::connect(line.address()).await.unwrap();
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Opened));
        (line, client)
    }

    #[tokio::test]
    async fn bytes_go_both_ways_until_the_client_leaves() {
        let (mut line, mut client) = opened().await;
        client.write_all(b"question").await.unwrap();
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Read(bytes) if bytes == "question"));
        assert!(matches!(line.next(b"answer").await.unwrap(), LineEvent::Wrote(6)));
        let mut said = [0; 6];
        client.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"answer");
        drop(client);
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Closed));
    }

    #[tokio::test]
    async fn a_second_client_is_turned_away_and_the_first_stays() {
        let (mut line, mut client) = opened().await;
        let mut second = TcpStream::connect(line.address()).await.unwrap();
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Noticed(Event::TurnedAway)));
        assert_eq!(second.read(&mut [0; 8]).await.unwrap_or(0), 0, "it is closed");
        client.write_all(b"still here").await.unwrap();
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Read(bytes) if bytes == "still here"));
    }

    #[tokio::test]
    async fn unplugged_nobody_listens_and_plugged_in_the_same_port_does() {
        let (mut line, mut client) = opened().await;
        line.unplug();
        assert_eq!(client.read(&mut [0; 8]).await.unwrap_or(0), 0, "the connection is gone");
        assert!(TcpStream::connect(line.address()).await.is_err());
        line.plug().unwrap();
        let _client = TcpStream::connect(line.address()).await.unwrap();
        assert!(matches!(line.next(&[]).await.unwrap(), LineEvent::Opened));
    }

    #[tokio::test]
    async fn only_loopback_is_listened_on() {
        let error = TcpLine::open(SocketAddr::from(([0, 0, 0, 0], 0))).unwrap_err().to_string();
        assert!(error.contains("only loopback"), "{error}");
    }
}
