//! An HTTP message as it was on the wire: method, target, headers, and the bytes of the body.

use bytes::Bytes;

/// Headers in the order and spelling they came in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.push(name, value);
        self
    }

    /// The first value of a name, whatever its case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// All of them, as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// A request, or a notification, as it was on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The method as written.
    pub method: String,
    /// The request target as written: origin-form, or absolute-form as the Python SDK sends.
    pub target: String,
    /// The headers as written.
    pub headers: Headers,
    /// The body, byte for byte.
    pub body: Bytes,
}

impl Envelope {
    /// Path and query, without scheme and host, as written.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        path_and_query(&self.target)
    }

    /// The path alone.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.path_and_query();
        path.split_once('?').map_or(path, |(path, _)| path)
    }

    /// The forms of the path that a sender may have signed: as written, and with doubled slashes made single.
    #[must_use]
    pub fn signed_paths(&self) -> Vec<String> {
        let written = self.path_and_query();
        let (path, query) = written.split_once('?').map_or((written, None), |(p, q)| (p, Some(q)));
        let mut single = String::with_capacity(written.len());
        for c in path.chars() {
            if !(c == '/' && single.ends_with('/')) {
                single.push(c);
            }
        }
        if let Some(query) = query {
            single.push('?');
            single.push_str(query);
        }
        if single == written { vec![single] } else { vec![written.to_owned(), single] }
    }
}

/// Path and query of a URL or request target, without scheme and host.
pub(super) fn path_and_query(target: &str) -> &str {
    let Some((_, rest)) = target.split_once("://").filter(|(scheme, _)| !scheme.contains('/')) else {
        return target;
    };
    match rest.find(['/', '?']) {
        Some(at) => rest.get(at..).unwrap_or("/"),
        None => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(target: &str) -> Envelope {
        Envelope { method: "POST".to_owned(), target: target.to_owned(), headers: Headers::new(), body: Bytes::new() }
    }

    #[test]
    fn absolute_form_loses_scheme_and_host() {
        assert_eq!(envelope("https://host:443/a/b?c=d").path_and_query(), "/a/b?c=d");
        assert_eq!(envelope("https://host:443/a/b?c=d").path(), "/a/b");
        assert_eq!(envelope("http://host").path_and_query(), "/");
        assert_eq!(envelope("/a?u=http://x/y").path(), "/a");
    }

    #[test]
    fn a_doubled_slash_may_have_been_signed_single() {
        assert_eq!(envelope("//ams/api?x=//").signed_paths(), ["//ams/api?x=//", "/ams/api?x=//"]);
        assert_eq!(envelope("/ams").signed_paths(), ["/ams"]);
    }

    #[test]
    fn header_names_have_no_case() {
        let headers = Headers::new().with("Client-Id", "C").with("client-id", "D");
        assert_eq!(headers.value("CLIENT-ID"), Some("C"));
        assert_eq!(headers.value("x"), None);
    }
}
