//! Tables of fields merged into one tree, so that a body is compared with all of them in one pass over its own fields.
//!
//! Nearly every body fits, and then there is nothing to tell. One that does not is compared again rule by rule
//! ([`check_fields`]), which says what is wrong, in the order of the tables; and a field that no table knows is noted.

use super::field::{Condition, FieldKind, FieldNeed, FieldProblem, FieldRule, Severity, check_fields, is_one};
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
    conditions: Vec<(&'static str, Condition)>,
}

#[derive(Debug)]
struct Field {
    name: &'static str,
    is_required: bool,
    node: Node,
}

impl Outline {
    /// Merges tables.
    #[must_use]
    pub fn of(tables: &[&'static [FieldRule]]) -> Self {
        let mut root = Node::default();
        tables.iter().for_each(|table| root.add_table(table));
        Self { tables: tables.to_vec(), root }
    }

    /// Whether there is nothing to be said of a body, not even that a field of it is unknown.
    #[must_use]
    pub fn fits<J: Json>(&self, body: &J) -> bool {
        self.root.fits(body, body)
    }

    /// What [`check_fields`] says of a body and each of the tables, and which of its fields none of them knows.
    #[must_use]
    pub fn check<J: Json>(&self, body: &J) -> Vec<FieldProblem> {
        if self.fits(body) {
            return Vec::new();
        }
        let mut problems: Vec<_> = self.tables.iter().flat_map(|table| check_fields(body, table)).collect();
        let mut unknown = Vec::new();
        self.root.find_unknown(body, "", &mut unknown);
        let note = |path| FieldProblem { path, problem: UNKNOWN.to_owned(), severity: Severity::Note };
        problems.extend(unknown.into_iter().map(note));
        problems
    }
}

/// What is said of a field that no table knows.
const UNKNOWN: &str = "is not documented, and is ignored";
/// So many of them are told of one body; a stranger could write any number.
const MOST_UNKNOWN: usize = 8;

impl Node {
    fn add_table(&mut self, table: &'static [FieldRule]) {
        for rule in table {
            match rule.need {
                // One whose absence is merely noticed does not fit either.
                FieldNeed::Required | FieldNeed::Expected => self.require(rule.path),
                FieldNeed::When(condition) | FieldNeed::ExpectedWhen(condition) => {
                    self.conditions.push((rule.path, condition));
                }
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
            let Some(place) = behind.or_else(|| before.iter().position(is_it)) else {
                // Of an object without fields in the tables nothing is known.
                if self.fields.is_empty() {
                    break;
                }
                return false;
            };
            next = place + 1;
            let Some(field) = self.fields.get(place) else { continue };
            required += usize::from(field.is_required);
            if !field.node.fits(root, value) {
                return false;
            }
        }
        let is_met = |(path, condition): &(&str, Condition)| value.at(path).is_some() || !condition.holds(root, value);
        required == self.required && self.conditions.iter().all(is_met)
    }

    /// The paths of the fields that no table knows, the first of them.
    fn find_unknown<J: Json>(&self, value: &J, prefix: &str, found: &mut Vec<String>) {
        for (name, value) in value.fields().filter(|_| !self.fields.is_empty()) {
            if found.len() >= MOST_UNKNOWN {
                return;
            }
            let clipped: String = name.chars().take(64).collect();
            let path = if prefix.is_empty() { clipped } else { format!("{prefix}.{clipped}") };
            let Some(field) = self.fields.iter().find(|field| field.name == name) else {
                found.push(path);
                continue;
            };
            field.node.find_unknown(value, &path, found);
            if let JsonView::List(items) = value.view() {
                for (_, most, element) in &field.node.lists {
                    for (index, item) in items.iter().take(*most).enumerate() {
                        element.find_unknown(item, &format!("{path}[{index}]"), found);
                    }
                }
            }
        }
    }
}

fn split(path: &'static str) -> (&'static str, Option<&'static str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::antom::Tree;
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
        let mut problems = Outline::of(&[OUTER, PATHS]).check(body);
        problems.retain(|problem| problem.severity != Severity::Note);
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

    #[test]
    fn what_fits_is_seen_in_one_pass_whatever_the_order_of_its_fields() {
        let outline = Outline::of(&[OUTER, PATHS]);
        for body in [
            json!({"k": "1", "p": {"q": "x", "r": {"s": "1"}}, "o": {"b": 1, "a": "x"}, "l": [{"a": "1", "b": 0}], "i": ["x"]}),
            json!({"p": {"t": true, "q": "x"}, "o": {"a": "x", "b": 1}, "k": "2", "i": []}),
            json!({"o": {"a": "x", "b": 1}, "l": [{"b": {"z": 0}, "a": "1"}, {"a": "2", "b": 0}], "p": {"q": "x"}, "k": "1"}),
        ] {
            assert!(outline.root.fits(&body, &body), "{body}");
            let tree: Tree<'_> = Tree::parse(body.to_string().leak().as_bytes()).unwrap();
            assert!(outline.root.fits(&tree, &tree), "{body}");
        }
    }

    #[test]
    fn an_element_of_which_nothing_is_required_is_an_object_all_the_same() {
        const EASY: &[FieldRule] = &[optional("l", FieldKind::List(0, 2, &[optional("a", FieldKind::Present)]))];
        assert_eq!(Outline::of(&[EASY]).check(&json!({"l": [{}]})), []);
        assert_eq!(Outline::of(&[EASY]).check(&json!({"l": ["x"]})).len(), 1);
    }

    #[test]
    fn what_no_table_knows_is_noted_wherever_it_stands_and_what_is_described_nowhere_may_hold_anything() {
        let told = |body: Value| Outline::of(&[OUTER, PATHS]).check(&body);
        let good =
            json!({"k": "1", "p": {"q": "x"}, "o": {"b": 1, "a": "x"}, "l": [{"a": "1", "b": {"z": 0}}], "n": null});
        assert_eq!(told(good), []);
        let strange = json!({"z": {"y": 1}, "k": "1", "p": {"x": 1, "q": "x", "r": {"y": 1}}, "o": {"b": 1, "a": "x"},
                             "l": [{"a": "1", "b": 0}, {"c": 1, "a": "1", "b": 0}]});
        let problems = told(strange);
        assert!(problems.iter().all(|problem| problem.severity == Severity::Note));
        let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let wanted = ["z", "p.x", "p.r.y", "l[1].c"].map(|path| format!("{path} is not documented, and is ignored"));
        assert_eq!(texts, wanted);
    }

    #[test]
    fn of_any_number_of_fields_that_no_table_knows_the_first_are_noted_with_a_short_name() {
        let names = (0..1000).map(|n| (format!("{n:0100}"), json!(1))).chain([("k".to_owned(), json!("1"))]);
        let problems = Outline::of(&[OUTER]).check(&Value::Object(names.collect()));
        assert_eq!(problems.len(), MOST_UNKNOWN);
        assert!(problems.iter().all(|problem| problem.path.len() == 64));
    }
}
