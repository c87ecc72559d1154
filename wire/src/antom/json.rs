//! What can be compared with a table of fields: serde_json's values, and the leaner [`super::Tree`].

use serde_json::{Number, Value};

/// A JSON value.
pub trait Json: Sized {
    /// What it is.
    fn view(&self) -> JsonView<'_, Self>;

    /// A field of an object, null too.
    fn any_field(&self, name: &str) -> Option<&Self>;

    /// The fields of an object, each name once, those too that are null.
    fn any_fields(&self) -> impl Iterator<Item = (&str, &Self)>;

    /// A field of an object; null is as good as none.
    fn field(&self, name: &str) -> Option<&Self> {
        self.any_field(name).filter(|value| !matches!(value.view(), JsonView::Null))
    }

    /// The fields of an object, each name once; those that are null are as good as none.
    fn fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.any_fields().filter(|(_, value)| !matches!(value.view(), JsonView::Null))
    }

    /// Its text, if it is one.
    fn text(&self) -> Option<&str> {
        match self.view() {
            JsonView::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What lies at the end of a dotted path of fields.
    fn at(&self, path: &str) -> Option<&Self> {
        match path.split_once('.') {
            None => self.field(path),
            Some((name, rest)) => self.field(name)?.at(rest),
        }
    }
}

/// What a JSON value is.
#[derive(Debug, Clone, Copy)]
pub enum JsonView<'v, T> {
    /// null.
    Null,
    /// true or false.
    Bool(bool),
    /// A number.
    Number(&'v Number),
    /// A string.
    Text(&'v str),
    /// An array.
    List(&'v [T]),
    /// An object.
    Object,
}

impl Json for Value {
    fn view(&self) -> JsonView<'_, Self> {
        match self {
            Self::Null => JsonView::Null,
            Self::Bool(bool) => JsonView::Bool(*bool),
            Self::Number(number) => JsonView::Number(number),
            Self::String(text) => JsonView::Text(text),
            Self::Array(items) => JsonView::List(items),
            Self::Object(_) => JsonView::Object,
        }
    }

    fn any_field(&self, name: &str) -> Option<&Self> {
        // Most objects have a handful of fields, which are compared sooner than one name is hashed; a table asks for many.
        const A_HANDFUL: usize = 24;
        let object = self.as_object()?;
        if object.len() > A_HANDFUL {
            object.get(name)
        } else {
            object.iter().find(|(key, _)| key.as_str() == name).map(|(_, value)| value)
        }
    }

    fn any_fields(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }
}
