//! Which conditions a body fits, found by looking it up: however many rules there are, a body's fields are looked at once
//! each, and all patterns of a field are tried together.
//!
//! Rules about the same with the same `where` share a group. A body that arrives is turned into the groups that it fits ([`Fits`]); whose
//! turn it is among their rules is the business of [`crate::rules`].

use std::collections::{BTreeMap, HashMap};

use regex::{RegexSet, RegexSetBuilder};
use serde_json::Value;

use crate::script::{Aim, FieldPath, Fields, Pattern, Topic, text_of};

/// The conditions of all rules of a script.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    /// How many fields each group looks at.
    conditions: Vec<usize>,
    groups: BTreeMap<(Vec<Topic>, Fields), usize>,
    topics: BTreeMap<Topic, Index>,
}

/// The groups that a body fits, in ascending order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fits(Vec<usize>);

/// The conditions about one topic.
#[derive(Debug, Default)]
struct Index {
    /// Groups that look at nothing.
    open: Vec<usize>,
    /// The others, by field.
    fields: BTreeMap<FieldPath, Patterns>,
}

/// The patterns of one field.
#[derive(Debug, Default)]
struct Patterns {
    exact: HashMap<String, Vec<usize>>,
    /// Expressions and their groups, and the sets that they are tried in.
    other: Vec<(String, usize)>,
    sets: Vec<(RegexSet, Vec<usize>)>,
}

impl Fits {
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().copied()
    }
}

impl Matcher {
    /// Takes a rule's conditions in: its group. [`Matcher::compile`] follows when all are in.
    pub(crate) fn add(&mut self, topics: &[Topic], aim: &Aim) -> usize {
        let next = self.conditions.len();
        let group = *self.groups.entry((topics.to_vec(), aim.fields.clone())).or_insert(next);
        if group == next {
            self.conditions.push(aim.fields.len());
            for topic in topics {
                self.topics.entry(*topic).or_default().add(&aim.fields, group);
            }
        }
        group
    }

    /// Compiles what was taken in.
    pub(crate) fn compile(&mut self) {
        for patterns in self.topics.values_mut().flat_map(|index| index.fields.values_mut()) {
            patterns.sets = sets(&patterns.other);
        }
    }

    /// The groups that a body fits. It is asked for only when a rule looks at it.
    pub(crate) fn look(&self, topic: Topic, body: impl FnOnce() -> Value) -> Fits {
        let Some(index) = self.topics.get(&topic) else { return Fits::default() };
        let mut fits = index.open.clone();
        if !index.fields.is_empty() {
            let body = body();
            let mut met: BTreeMap<usize, usize> = BTreeMap::new();
            for (path, patterns) in &index.fields {
                for group in patterns.look(path, &body) {
                    *met.entry(group).or_default() += 1;
                }
            }
            fits.extend(
                met.into_iter().filter(|(group, met)| self.conditions.get(*group) == Some(met)).map(|(g, _)| g),
            );
        }
        fits.sort_unstable();
        Fits(fits)
    }
}

impl Index {
    fn add(&mut self, fields: &Fields, group: usize) {
        if fields.is_empty() {
            self.open.push(group);
        }
        for (path, pattern) in fields {
            self.fields.entry(path.clone()).or_default().add(pattern, group);
        }
    }
}

impl Patterns {
    fn add(&mut self, pattern: &Pattern, group: usize) {
        if let Some(text) = pattern.exact() {
            return self.exact.entry(text.to_owned()).or_default().push(group);
        }
        self.other.push((pattern.expression(), group));
    }

    /// The groups whose pattern some value of the field fits, each once.
    fn look(&self, path: &FieldPath, body: &Value) -> Vec<usize> {
        let mut groups = Vec::new();
        for text in path.find(body).into_iter().filter_map(text_of) {
            groups.extend(self.exact.get(&text).into_iter().flatten());
            for (set, of) in &self.sets {
                groups.extend(set.matches(&text).into_iter().filter_map(|at| of.get(at)));
            }
        }
        groups.sort_unstable();
        groups.dedup();
        groups
    }
}

/// One set, or as many as it takes: each pattern compiles alone, but all of them together may be too much.
fn sets(patterns: &[(String, usize)]) -> Vec<(RegexSet, Vec<usize>)> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let expressions = patterns.iter().map(|(expression, _)| expression);
    match RegexSetBuilder::new(expressions).size_limit(SET).build() {
        Ok(set) => vec![(set, patterns.iter().map(|(_, group)| *group).collect())],
        Err(_) if patterns.len() > 1 => {
            let (first, second) = patterns.split_at(patterns.len() / 2);
            [sets(first), sets(second)].concat()
        }
        // A pattern that exists has been compiled before.
        Err(_) => Vec::new(),
    }
}

/// No set compiles into more bytes.
const SET: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde_json::json;
    use wire::antom::Operation;

    use super::*;

    const PAY: Topic = Topic::Call(Operation::Pay);
    const CANCEL: Topic = Topic::Call(Operation::Cancel);

    fn aim(fields: &[(&str, &str)]) -> Aim {
        let fields =
            fields.iter().map(|(path, pattern)| (FieldPath::parse(path).unwrap(), Pattern::parse(pattern).unwrap()));
        Aim { fields: fields.collect(), ..Aim::default() }
    }

    fn matcher(rules: &[&[(&str, &str)]]) -> Matcher {
        let mut matcher = Matcher::default();
        for fields in rules {
            matcher.add(&[PAY], &aim(fields));
        }
        matcher.compile();
        matcher
    }

    fn look(matcher: &Matcher, body: Value) -> Vec<usize> {
        matcher.look(PAY, || body).iter().collect()
    }

    #[test]
    fn a_body_fits_the_groups_all_of_whose_fields_fit() {
        let matcher = matcher(&[
            &[],
            &[("locale", "ja*")],
            &[("locale", "ja*"), ("paymentRequestId", "A")],
            &[("paymentRequestId", "/^[AB]$/")],
            &[("locale", "ja*")],
        ]);
        assert_eq!(look(&matcher, json!({"locale": "ja_JP", "paymentRequestId": "A"})), [0, 1, 2, 3]);
        assert_eq!(look(&matcher, json!({"locale": "ja_JP", "paymentRequestId": "B"})), [0, 1, 3]);
        assert_eq!(look(&matcher, json!({"locale": "ko_KR"})), [0]);
        assert_eq!(look(&matcher, json!(null)), [0]);
        assert_eq!(matcher.look(CANCEL, || json!({})), Fits::default());
    }

    #[test]
    fn the_same_conditions_about_something_else_are_other_ones() {
        let mut matcher = Matcher::default();
        let groups =
            [matcher.add(&[PAY], &aim(&[])), matcher.add(&[CANCEL], &aim(&[])), matcher.add(&[PAY], &aim(&[]))];
        assert_eq!(groups, [0, 1, 0]);
        assert_eq!(look(&matcher, json!({})), [0]);
    }

    #[test]
    fn several_elements_that_fit_are_one_condition_and_numbers_are_texts() {
        let matcher =
            matcher(&[&[("orderList[].orderDescription", "tea*"), ("locale", "ja")], &[("paymentAmount.value", "7")]]);
        let two = json!([{"orderDescription": "tea"}, {"orderDescription": "teapot"}]);
        assert_eq!(look(&matcher, json!({ "orderList": two })), [] as [usize; 0], "the other field is not there");
        assert_eq!(look(&matcher, json!({ "orderList": two, "locale": "ja" })), [0]);
        assert_eq!(look(&matcher, json!({"paymentAmount": {"value": 7}})), [1]);
    }

    #[test]
    fn a_body_that_no_rule_looks_at_is_not_even_read() {
        let open = matcher(&[&[]]);
        let asked = Cell::new(false);
        let body = || {
            asked.set(true);
            json!({})
        };
        assert_eq!(open.look(PAY, body).iter().collect::<Vec<_>>(), [0]);
        assert!(!asked.get());
    }

    #[test]
    fn more_patterns_than_fit_into_one_set_are_tried_all_the_same() {
        let patterns: Vec<(String, usize)> = (0..20).map(|n| (format!("^{n}-(ab?c){{400}}$"), n)).collect();
        let whole = sets(&patterns);
        assert_eq!(whole.iter().map(|(_, groups)| groups.len()).sum::<usize>(), 20);
        let text = format!("17-{}", "ac".repeat(400));
        let found: Vec<usize> =
            whole.iter().flat_map(|(set, of)| set.matches(&text).into_iter().map(|at| of[at])).collect();
        assert_eq!(found, [17]);
    }
}
