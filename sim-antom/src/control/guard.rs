//! Who may use the control API. Pure.
//!
//! Without a token: whoever connects from loopback, to a loopback name, and is not a page of another origin in
//! somebody's browser. With a token: whoever has it, from wherever.

use std::net::IpAddr;

/// What is known of a caller.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Caller<'a> {
    /// The other end's address; none for a connection in memory.
    pub(super) peer: Option<IpAddr>,
    /// The Host header.
    pub(super) host: Option<&'a str>,
    /// The Origin header, which browsers send.
    pub(super) origin: Option<&'a str>,
    /// The bearer token.
    pub(super) token: Option<&'a str>,
}

/// Why a caller is refused.
pub(super) fn admit(caller: Caller<'_>, token: Option<&str>) -> Result<(), &'static str> {
    if let Some(token) = token {
        let given = caller.token.is_some_and(|given| given == token);
        return if given {
            Ok(())
        } else {
            Err("send the header Authorization: Bearer TOKEN with the token of --control-token")
        };
    }
    if !caller.peer.is_none_or(|peer| peer.to_canonical().is_loopback()) {
        return Err("the control API is for loopback; start the gateway with --control-token to use it from elsewhere");
    }
    let host = caller.host.unwrap_or_default();
    if !is_loopback(host) {
        return Err("the Host header names no loopback address: dial 127.0.0.1 or localhost");
    }
    match caller.origin.map(|origin| origin.split_once("://")) {
        None => Ok(()),
        Some(Some((_, origin))) if origin == host => Ok(()),
        Some(_) => Err("pages of other origins may not use the control API"),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEAR: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    const FAR: Option<IpAddr> = Some(IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)));

    fn near(host: &str) -> Caller<'_> {
        Caller { peer: NEAR, host: Some(host), ..Caller::default() }
    }

    #[test]
    fn loopback_is_let_in_under_its_own_names() {
        for host in ["127.0.0.1:8443", "localhost", "LOCALHOST:1", "[::1]:8443", "127.9.9.9"] {
            assert_eq!(admit(near(host), None), Ok(()), "{host}");
        }
        assert_eq!(
            admit(Caller { peer: Some("::ffff:127.0.0.1".parse().unwrap()), ..near("localhost") }, None),
            Ok(())
        );
    }

    #[test]
    fn another_machine_another_name_and_another_page_are_not() {
        assert!(admit(Caller { peer: FAR, ..near("localhost") }, None).unwrap_err().contains("--control-token"));
        for host in ["gateway.test", "127.0.0.1.evil.test", "192.0.2.1", "", "localhost.evil.test:80"] {
            assert!(admit(near(host), None).unwrap_err().contains("Host"), "{host}");
        }
        assert!(admit(Caller { peer: NEAR, ..Caller::default() }, None).is_err());
        for origin in ["http://evil.test", "null", "http://localhost:9", "https://localhost.evil.test"] {
            assert!(admit(Caller { origin: Some(origin), ..near("localhost:8") }, None).is_err(), "{origin}");
        }
        assert_eq!(admit(Caller { origin: Some("http://localhost:8"), ..near("localhost:8") }, None), Ok(()));
    }

    #[test]
    fn the_token_opens_from_everywhere_and_nothing_else_does_once_there_is_one() {
        let far = Caller { peer: FAR, host: Some("gateway.test"), ..Caller::default() };
        assert_eq!(admit(Caller { token: Some("secret"), ..far }, Some("secret")), Ok(()));
        for token in [None, Some(""), Some("secre"), Some("secrets")] {
            assert!(admit(Caller { token, ..near("localhost") }, Some("secret")).is_err(), "{token:?}");
        }
    }
}
