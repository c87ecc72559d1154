//! URLs that merchants wrote, in the form in which they go on the wire.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a request line or a header cannot hold; what is no ASCII is encoded anyway.
const UNSENDABLE: &AsciiSet = &CONTROLS.add(b' ');

/// A URL of visible ASCII alone.
pub(crate) fn encoded(url: &str) -> String {
    utf8_percent_encode(url, UNSENDABLE).to_string()
}

/// A URL in the form in which a request line and a signature agree about its path: visible ASCII, no fragment, and at
/// least a slash.
pub(crate) fn as_sent(url: &str) -> String {
    let url = encoded(url.split_once('#').map_or(url, |(url, _)| url));
    let Some((scheme, rest)) = url.split_once("://") else { return url };
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('?') => format!("{scheme}://{}/{}", &rest[..at], &rest[at..]),
        _ => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_sent_without_fragment_with_a_slash_and_in_plain_ascii() {
        for (url, sent) in [
            ("http://h/a?b=c", "http://h/a?b=c"),
            ("http://h", "http://h"),
            ("http://h?b=/c", "http://h/?b=/c"),
            ("http://h/a#f?g", "http://h/a"),
            ("http://h?b#f", "http://h/?b"),
            ("http://h/\u{fc} x?\u{fc}=%20", "http://h/%C3%BC%20x?%C3%BC=%20"),
            ("http://h/\r\nhost: x", "http://h/%0D%0Ahost:%20x"),
            ("no url", "no%20url"),
        ] {
            assert_eq!(as_sent(url), sent, "{url}");
        }
    }
}
