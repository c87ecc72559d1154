//! What a Chromium must be told so that the SDK in it finds this gateway under the vendor's names, and nothing else.

use std::net::SocketAddr;

/// The flags for one browser: every host name leads to the gateway, and what the private CA vouches for is believed. Chromium
/// wants a profile of its own for the second.
///
/// `pin` is the CA's, with or without the word `sha256/` before it.
#[must_use]
pub fn chromium_flags(gateway: SocketAddr, pin: &str) -> Vec<String> {
    let pin = pin.strip_prefix("sha256/").unwrap_or(pin);
    vec![
        format!("--host-resolver-rules=MAP * {gateway}, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
        format!("--ignore-certificate-errors-spki-list={pin}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_mapped_and_the_pin_is_bare() {
        let flags = chromium_flags("127.0.0.1:8443".parse().unwrap(), "sha256/AAAA=");
        assert_eq!(flags[0], "--host-resolver-rules=MAP * 127.0.0.1:8443, EXCLUDE 127.0.0.1, EXCLUDE localhost");
        assert_eq!(flags[1], "--ignore-certificate-errors-spki-list=AAAA=");
    }
}
