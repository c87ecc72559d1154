//! The port of an integration that was killed, kept for it until it listens again: where many cases run beside each other,
//! the gateway or the integration of another would be given it meanwhile, and answer what is not for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::Uri;
use tokio::net::TcpSocket;
use tokio::task::{JoinHandle, spawn_blocking};

/// How often it is tried to get a port of one that is being killed: every connection of anybody takes a port meanwhile.
const TRY: Duration = Duration::from_micros(100);

/// A port at which nobody listens, and that nobody is given who asks for any.
#[derive(Debug)]
pub(super) struct KeptPort {
    _socket: TcpSocket,
}

impl KeptPort {
    /// Keeps the port of a URL on loopback. None where that cannot be done: elsewhere than on Linux, the one that it is kept
    /// for would not get it either.
    pub(super) fn of(url: &str) -> Option<Self> {
        let url: Uri = url.parse().ok()?;
        let ip = match url.host()?.trim_matches(['[', ']']) {
            "localhost" => Ipv4Addr::LOCALHOST.into(),
            host => host.parse::<IpAddr>().ok().filter(IpAddr::is_loopback)?,
        };
        let socket = if ip.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }.ok()?;
        // Linux lets somebody listen at a port that another one only has, if both say so; servers do.
        socket.set_reuseaddr(true).ok()?;
        socket.bind(SocketAddr::new(ip, url.port_u16()?)).ok()?;
        cfg!(target_os = "linux").then_some(Self { _socket: socket })
    }
}

/// The port of one that is being killed: it is kept from the moment on at which it is free.
#[derive(Debug)]
pub(super) struct ComingPort {
    port: JoinHandle<Option<KeptPort>>,
    is_free: Arc<AtomicBool>,
}

impl ComingPort {
    /// Waits for it, in a thread of its own: a timer of a runtime would be too slow.
    pub(super) fn of(url: String) -> Self {
        let is_free = Arc::new(AtomicBool::new(false));
        let is_told = Arc::clone(&is_free);
        let port = spawn_blocking(move || {
            loop {
                let is_last = is_told.load(Ordering::Acquire);
                let kept = KeptPort::of(&url);
                if kept.is_some() || is_last {
                    return kept;
                }
                std::thread::sleep(TRY);
            }
        });
        Self { port, is_free }
    }

    /// The port, once the one that had it is gone; none when somebody else got it.
    pub(super) async fn kept(self) -> Option<KeptPort> {
        self.is_free.store(true, Ordering::Release);
        self.port.await.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;
    use std::net::{TcpListener, TcpStream};

    /// A port that was somebody's a moment ago.
    fn port() -> u16 {
        TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
    }

    #[tokio::test]
    #[cfg_attr(not(target_os = "linux"), ignore = "no port is kept there")]
    async fn a_port_that_is_kept_is_nobodys_until_a_server_listens_there() {
        let port = port();
        let kept = KeptPort::of(&format!("http://127.0.0.1:{port}/notify")).unwrap();
        let at = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        assert_eq!(TcpStream::connect(at).unwrap_err().kind(), ErrorKind::ConnectionRefused, "nobody listens");
        let other = TcpSocket::new_v4().unwrap().bind(at).unwrap_err();
        assert_eq!(other.kind(), ErrorKind::AddrInUse, "it is kept");
        let server = TcpListener::bind(at).unwrap();
        drop(kept);
        TcpStream::connect(at).unwrap();
        drop(server);
    }

    #[tokio::test]
    #[cfg_attr(not(target_os = "linux"), ignore = "no port is kept there")]
    async fn a_port_is_kept_from_the_moment_on_at_which_it_is_free() {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/", server.local_addr().unwrap());
        assert!(ComingPort::of(url.clone()).kept().await.is_none(), "somebody listens there");
        let coming = ComingPort::of(url.clone());
        drop(server);
        let kept = coming.kept().await;
        assert!(kept.is_some());
        let at = url.trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
        assert_eq!(TcpSocket::new_v4().unwrap().bind(at).unwrap_err().kind(), ErrorKind::AddrInUse);
    }

    #[tokio::test]
    #[cfg_attr(not(target_os = "linux"), ignore = "no port is kept there")]
    async fn only_loopback_has_ports_to_keep() {
        for url in ["http://192.0.2.1:80/", "http://shop.example:8080/", "http://127.0.0.1/", "/notify", "no url"] {
            assert!(KeptPort::of(url).is_none(), "{url}");
        }
        assert!(KeptPort::of(&format!("http://localhost:{}/", port())).is_some());
        assert!(KeptPort::of(&format!("http://[::1]:{}/", port())).is_some());
    }
}
