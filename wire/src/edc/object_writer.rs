//! A JSON object of texts and of objects, written straight into a buffer: every message of the terminal is one.
//!
//! The bytes are those that serde_json writes, which tests compare. It is quicker because field names are not looked at,
//! and because a text that needs no escape, as nearly all, is copied whole.

/// An object that has begun. See the module's documentation.
pub(super) struct ObjectWriter<'a> {
    out: &'a mut Vec<u8>,
    is_empty: bool,
}

impl ObjectWriter<'_> {
    /// Writes an object with the fields that `fields` puts into it.
    pub(super) fn write(out: &mut Vec<u8>, fields: impl FnOnce(&mut ObjectWriter<'_>)) {
        out.push(b'{');
        fields(&mut ObjectWriter { out, is_empty: true });
        out.push(b'}');
    }

    /// A field that is a text.
    pub(super) fn text(&mut self, name: &'static str, text: &str) {
        self.name(name);
        self.value(text);
    }

    /// A field that is a text, if it is there.
    pub(super) fn text_if_any(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A field that is a text, under a name that is not the protocol's own.
    pub(super) fn note(&mut self, name: &str, text: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.out.push(b',');
        }
        self.value(name);
        self.out.push(b':');
        self.value(text);
    }

    /// A field that is an object.
    pub(super) fn object(&mut self, name: &'static str, fields: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.name(name);
        ObjectWriter::write(self.out, fields);
    }

    /// Names are the protocol's own and need no escape.
    fn name(&mut self, name: &'static str) {
        self.out.extend_from_slice(if self.is_empty { b"\"" } else { b",\"" });
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.is_empty = false;
    }

    fn value(&mut self, text: &str) {
        if is_plain(text) {
            self.out.push(b'"');
            self.out.extend_from_slice(text.as_bytes());
            self.out.push(b'"');
        } else if serde_json::to_writer(&mut *self.out, text).is_err() {
            // Writing a text into memory cannot fail; an empty one is the harmless answer to a bug.
            self.out.extend_from_slice(b"\"\"");
        }
    }
}

/// Whether JSON writes a text as it is. All of it is looked at, without a way out in between: several bytes a step.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |is_plain, byte| is_plain & (byte >= b' ') & (byte != b'"') & (byte != b'\\'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn the_bytes_are_those_of_serde_json(a in ".{0,40}", b in "[ -~]{0,40}", c in prop::option::of("\\PC{0,9}")) {
            let mut out = Vec::new();
            ObjectWriter::write(&mut out, |object| {
                object.text("a", &a);
                object.object("inner", |inner| inner.text_if_any("c", c.as_deref()));
                object.note(&b, &a);
            });
            let inner = c.map_or(json!({}), |c| json!({"c": c}));
            let mut expected = json!({"a": a, "inner": inner});
            prop_assume!(expected.get(&b).is_none());
            expected[&b] = json!(a);
            prop_assert_eq!(String::from_utf8(out).unwrap(), expected.to_string());
        }
    }

    #[test]
    fn every_sign_that_has_an_escape_is_escaped() {
        for sign in (0..=0x7f_u8).map(char::from) {
            let mut out = Vec::new();
            ObjectWriter::write(&mut out, |object| object.text("t", &format!("a{sign}b")));
            assert_eq!(String::from_utf8(out).unwrap(), json!({"t": format!("a{sign}b")}).to_string());
        }
    }
}
