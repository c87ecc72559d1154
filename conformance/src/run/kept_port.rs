//! The port of an integration that was killed, kept for it until it listens again: where many cases run beside each other,
//! the gateway or the integration of another would be given it meanwhile, and answer what is not for it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hyper::Uri;
use tokio::net::TcpSocket;

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
    async fn only_loopback_has_ports_to_keep() {
        for url in ["http://192.0.2.1:80/", "http://shop.example:8080/", "http://127.0.0.1/", "/notify", "no url"] {
            assert!(KeptPort::of(url).is_none(), "{url}");
        }
        assert!(KeptPort::of(&format!("http://localhost:{}/", port())).is_some());
        assert!(KeptPort::of(&format!("http://[::1]:{}/", port())).is_some());
    }
}
