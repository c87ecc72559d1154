//! Tables of fields merged into one tree, so that a body is compared with all of them in one pass over its own fields.
//!
//! Nearly every body fits, and then there is nothing to tell. One that does not is compared again rule by rule
//! ([`check_fields`]), which says what is wrong, in the order of the tables.

use super::field::{FieldKind, FieldNeed, FieldProblem, FieldRule, check_fields, is_one};
use super::json::{Json, JsonView};

/// See the module's documentation.
#[derive(Debug)]
pub struct Outline {
    tables: Vec<&'static [FieldRule]>,
    root: Node,
}

/// What the tables say of one value.
#[derive(Debug, Default)]
struct Node {
    /// What it must look like.
    kinds: Vec<FieldKind>,
    /// Whether it must be an object.
    is_object: bool,
    /// How many elements it must have, if it must be an array, and what they look like.
    lists: Vec<(usize, usize, Self)>,
    /// What its fields look like, if it is an object.
    fields: Vec<Field>,
    /// How many of them must be there.
    required: usize,
    /// Which must be there under a condition.
    conditions: Vec<Condition>,
}

#[derive(Debug)]
struct Field {
    name: &'static str,
    is_required: bool,
    node: Node,
}

/// A field that must be there when another one has one of these values.
#[derive(Debug)]
struct Condition {
    path: &'static str,
    /// Its path from the root.
    other: &'static str,
    values: &'static [&'static str],
}

impl Outline {
    /// Merges tables.
    #[must_use]
    pub fn of(tables: &[&'static [FieldRule]]) -> Self {
        let mut root = Node::default();
        tables.iter().for_each(|table| root.add_table(table));
        Self { tables: tables.to_vec(), root }
    }

    /// What [`check_fields`] says of a body and each of the tables.
    #[must_use]
    pub fn check<J: Json>(&self, body: &J) -> Vec<FieldProblem> {
        if self.root.fits(body, body) {
            return Vec::new();
        }
        self.tables.iter().flat_map(|table| check_fields(body, table)).collect()
    }
}

impl Node {
    fn add_table(&mut self, table: &'static [FieldRule]) {
        for rule in table {
            match rule.need {
                // One whose absence is merely noticed does not fit either.
                FieldNeed::Required | FieldNeed::Expected => self.require(rule.path),
                FieldNeed::When(other, values) => self.conditions.push(Condition { path: rule.path, other, values }),
                FieldNeed::Optional => {}
            }
            self.at(rule.path).add_kind(rule.kind);
        }
    }

    fn add_kind(&mut self, kind: FieldKind) {
        match kind {
            FieldKind::Present => {}
            FieldKind::Object => self.is_object = true,
            FieldKind::Nested(table) => {
                self.is_object = true;
                self.add_table(table);
            }
            FieldKind::List(least, most, table) => {
                let mut element = Self { is_object: true, ..Self::default() };
                element.add_table(table);
                self.lists.push((least, most, element));
            }
            // Tables overlap; once is enough.
            kind if self.kinds.contains(&kind) => {}
            kind => self.kinds.push(kind),
        }
    }

    /// The field at the end of a dotted path must be there, and so must every one on the way.
    fn require(&mut self, path: &'static str) {
        let (name, rest) = split(path);
        let field = self.field(name);
        let is_new = !std::mem::replace(&mut field.is_required, true);
        if let Some(rest) = rest {
            field.node.require(rest);
        }
        self.required += usize::from(is_new);
    }

    fn at(&mut self, path: &'static str) -> &mut Self {
        let (name, rest) = split(path);
        let node = &mut self.field(name).node;
        match rest {
            Some(rest) => node.at(rest),
            None => node,
        }
    }

    fn field(&mut self, name: &'static str) -> &mut Field {
        let place = self.fields.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.fields.push(Field { name, is_required: false, node: Self::default() });
            self.fields.len() - 1
        });
        &mut self.fields[place]
    }

    fn fits<J: Json>(&self, root: &J, value: &J) -> bool {
        if self.is_object && !matches!(value.view(), JsonView::Object)
            || !self.kinds.iter().all(|kind| is_one(value, *kind))
            || !self.lists.iter().all(|(least, most, element)| match value.view() {
                JsonView::List(items) => {
                    (*least..=*most).contains(&items.len()) && items.iter().all(|item| element.fits(root, item))
                }
                _ => false,
            })
        {
            return false;
        }
        let mut required = 0;
        // Most bodies have their fields in the order of the tables, so the next one is looked for behind the last one.
        let mut next = 0;
        for (name, value) in value.fields() {
            let (before, after) = self.fields.split_at_checked(next).unwrap_or((&self.fields, &[]));
            let is_it = |field: &Field| field.name == name;
            let behind = after.iter().position(is_it).map(|place| next + place);
            let Some(place) = behind.or_else(|| before.iter().position(is_it)) else { continue };
            next = place + 1;
            let Some(field) = self.fields.get(place) else { continue };
            required += usize::from(field.is_required);
            if !field.node.fits(root, value) {
                return false;
            }
        }
        let is_met = |Condition { path, other, values }: &Condition| {
            value.at(path).is_some() || !root.at(other).and_then(Json::text).is_some_and(|text| values.contains(&text))
        };
        required == self.required && self.conditions.iter().all(is_met)
    }
}

fn split(path: &'static str) -> (&'static str, Option<&'static str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::antom::field::{expected, optional, required, when};

    const INNER: &[FieldRule] = &[required("a", FieldKind::Text(2)), when("b", FieldKind::Present, "k", &["1"])];
    const OUTER: &[FieldRule] = &[
        required("k", FieldKind::OneOf(&["1", "2"])),
        optional("o", FieldKind::Nested(INNER)),
        optional("l", FieldKind::List(1, 2, INNER)),
        optional("i", FieldKind::Items(1, &FieldKind::Text(1))),
    ];
    const PATHS: &[FieldRule] = &[
        required("p.q", FieldKind::Text(3)),
        optional("p.r.s", FieldKind::Digits),
        when("p.t", FieldKind::Flag, "k", &["2"]),
        expected("o", FieldKind::Object),
    ];

    fn told(body: &Value) -> usize {
        let problems = Outline::of(&[OUTER, PATHS]).check(body);
        let slowly: Vec<_> = [OUTER, PATHS].iter().flat_map(|table| check_fields(body, table)).collect();
        assert_eq!(problems, slowly, "{body}");
        problems.len()
    }

    #[test]
    fn what_fits_all_tables_is_let_pass_and_what_does_not_is_told_in_their_order() {
        let good = json!({"k": "1", "p": {"q": "x", "r": {"s": "1"}}, "o": {"b": 1, "a": "x"}, "l": [{"a": "1", "b": 0}], "i": ["x"]});
        assert_eq!(told(&good), 0);
        assert_eq!(told(&json!({"o": {"a": "x"}, "unknown": 7, "p": {"t": true, "q": "x"}, "k": "2"})), 0);
        for (path, value) in [
            ("/k", json!("3")),
            ("/k", json!("2")),
            ("/k", json!(null)),
            ("/p", json!(null)),
            ("/p", json!("x")),
            ("/p/q", json!(7)),
            ("/p/q", json!(null)),
            ("/p/r/s", json!("x")),
            ("/o", json!([])),
            ("/o", json!(null)),
            ("/o/a", json!("long")),
            ("/o/a", json!(null)),
            ("/o/b", json!(null)),
            ("/l", json!({})),
            ("/l", json!([])),
            ("/l/0", json!(null)),
            ("/l/0/a", json!("")),
            ("/l/0/b", json!(null)),
            ("/i", json!("x")),
            ("/i", json!(["x", "y"])),
            ("/i/0", json!("xx")),
            ("/i/0", json!(["x"])),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(path).unwrap() = value;
            assert_ne!(told(&bad), 0, "{bad}");
        }
        assert_ne!(told(&json!([])), 0);
    }
}
