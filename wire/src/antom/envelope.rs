//! An HTTP message as it was on the wire: method, target, headers, and the bytes of the body.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Headers in the order and spelling they came in; in a trace, a list of pairs.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers {
    /// All names and values, one after the other: many headers are two pieces of memory.
    text: String,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
}

impl Headers {
    /// No headers.
    #[must_use]
    pub const fn new() -> Self {
        Self { text: String::new(), ends: Vec::new() }
    }

    /// No headers, and room for so many, with so many bytes of text.
    #[must_use]
    pub fn with_capacity(headers: usize, bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::with_capacity(headers) }
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) {
        self.text.push_str(name.as_ref());
        let name = self.text.len();
        self.text.push_str(value.as_ref());
        self.ends.push((name, self.text.len()));
    }

    /// The same with one more.
    #[must_use]
    pub fn with(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.push(name, value);
        self
    }

    /// The first value of a name, whatever its case.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        // Looked up for every message, more than once: only names of the right length are looked at.
        let mut begin = 0;
        for (end, next) in &self.ends {
            let at = std::mem::replace(&mut begin, *next);
            let is_it = |known: &[u8]| known.eq_ignore_ascii_case(name.as_bytes());
            if end - at == name.len() && self.text.as_bytes().get(at..*end).is_some_and(is_it) {
                return self.text.get(*end..*next);
            }
        }
        None
    }

    /// All of them, as they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        begins.zip(&self.ends).map(move |(begin, (name, end))| (text(begin, *name), text(*name, *end)))
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All names and values, one after the other, without anything between them: to look for what stands in any of them.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of all names and values.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.text.len()
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl FromIterator<(String, String)> for Headers {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut headers = Self::new();
        pairs.into_iter().for_each(|(name, value)| headers.push(name, value));
        headers
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The number of pairs is told beforehand, which a packed form needs.
        let mut pairs = serializer.serialize_seq(Some(self.len()))?;
        self.iter().try_for_each(|pair| pairs.serialize_element(&pair))?;
        pairs.end()
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Headers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of pairs of name and value")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut pairs: A) -> Result<Headers, A::Error> {
                let mut headers = Headers::new();
                while let Some((name, value)) = pairs.next_element::<(String, String)>()? {
                    headers.push(name, value);
                }
                Ok(headers)
            }
        }
        deserializer.deserialize_seq(Pairs)
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
    pub fn signed_paths(&self) -> Vec<Cow<'_, str>> {
        let written = self.path_and_query();
        if !written.contains("//") {
            return vec![written.into()];
        }
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
        if single == written { vec![written.into()] } else { vec![written.into(), single.into()] }
    }
}

/// Path and query of a URL or request target, without scheme and host.
pub(super) fn path_and_query(target: &str) -> &str {
    // Nearly all are in origin-form.
    if target.starts_with('/') {
        return target;
    }
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

    #[test]
    fn headers_keep_order_and_spelling_and_are_pairs_in_a_trace() {
        let headers = Headers::new().with("B", "1").with("a", "").with("B", "é");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("B", "1"), ("a", ""), ("B", "é")]);
        assert_eq!((headers.len(), headers.bytes()), (3, 6));
        let text = serde_json::to_string(&headers).unwrap();
        assert_eq!(text, r#"[["B","1"],["a",""],["B","é"]]"#);
        assert_eq!(serde_json::from_str::<Headers>(&text).unwrap(), headers);
        assert_eq!(
            headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Headers>(),
            headers
        );
        assert_eq!(format!("{headers:?}"), r#"[("B", "1"), ("a", ""), ("B", "é")]"#);
        assert!(!headers.is_empty() && Headers::new().is_empty());
        let error = serde_json::from_str::<Headers>("{}").unwrap_err().to_string();
        assert!(error.contains("a list of pairs of name and value"), "{error}");
    }
}
