//! Field rules as data: required, conditional, length, format. One table an operation.
//!
//! The gateway answers PARAM_ILLEGAL from it, the judge names the broken requirement from it. What the real gateway is
//! known to let pass (a number where the documents demand a string) is a lint, not an error.

use std::borrow::Cow;

use super::json::{Json, JsonView};
use crate::money::Money;
use crate::time::WireTime;

/// One line of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldRule {
    /// Dotted path in the body.
    pub path: &'static str,
    /// Whether it must be there.
    pub need: FieldNeed,
    /// What it must look like.
    pub kind: FieldKind,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldNeed {
    /// Always.
    Required,
    /// The documents demand it, the real gateway is known to accept its absence.
    Expected,
    /// When another field, by its path from the root, has one of these values.
    When(&'static str, &'static [&'static str]),
    /// May be absent.
    Optional,
}

/// What a field must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A text of 1 to so many characters.
    Text(usize),
    /// Exactly one of these texts.
    OneOf(&'static [&'static str]),
    /// An amount object: ISO currency and digits.
    Amount,
    /// ISO-8601 with an offset.
    DateTime,
    /// An absolute http or https URL of at most so many characters.
    Url(usize),
    /// Two upper-case letters.
    Region,
    /// Digits of a positive whole number.
    Digits,
    /// A whole number from, to; native or as text.
    Whole(u32, u32),
    /// true or false, native or as text.
    Flag,
    /// An object; its fields have lines of their own.
    Object,
    /// An object with a table of its own.
    Nested(&'static [FieldRule]),
    /// An array of so many objects, from, to, each with this table.
    List(usize, usize, &'static [FieldRule]),
    /// An array of at most so many scalars.
    Items(usize, &'static Self),
    /// Anything: another line says what it must look like.
    Present,
}

/// A line for a field that must be there.
#[must_use]
pub(super) const fn required(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Required, kind }
}

/// A line for a field that the documents demand and the real gateway does not.
#[must_use]
pub(super) const fn expected(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Expected, kind }
}

/// A line for a field that may be absent.
#[must_use]
pub(super) const fn optional(path: &'static str, kind: FieldKind) -> FieldRule {
    FieldRule { path, need: FieldNeed::Optional, kind }
}

/// A line for a field that must be there when another has one of these values.
#[must_use]
pub(super) const fn when(
    path: &'static str,
    kind: FieldKind,
    other: &'static str,
    values: &'static [&'static str],
) -> FieldRule {
    FieldRule { path, need: FieldNeed::When(other, values), kind }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The gateway answers PARAM_ILLEGAL.
    Error,
    /// The gateway lets it pass; the documents do not.
    Lint,
}

/// A field that breaks its rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub struct FieldProblem {
    /// Dotted path.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// How bad it is.
    pub severity: Severity,
}

impl FieldProblem {
    /// Whether a field is not there, as opposed to one that is there and wrong.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.problem.starts_with(MISSING)
    }
}

/// How the problem of a field that is not there begins.
const MISSING: &str = "is required";

/// Compares a body with its table; problems come in the order of the table.
#[must_use]
pub fn check_fields<J: Json>(body: &J, table: &[FieldRule]) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    check_object(body, body, "", table, &mut problems);
    problems
}

fn check_object<J: Json>(root: &J, object: &J, prefix: &str, table: &[FieldRule], problems: &mut Vec<FieldProblem>) {
    for rule in table {
        // Most rules hold, so the path is written only for those that do not, and for what lies deeper.
        let path = || if prefix.is_empty() { rule.path.to_owned() } else { format!("{prefix}.{}", rule.path) };
        let mut report = |severity, problem: String| {
            problems.push(FieldProblem { path: path(), problem, severity });
        };
        let Some(value) = object.at(rule.path) else {
            match rule.need {
                FieldNeed::Required => report(Severity::Error, format!("{MISSING} and missing")),
                FieldNeed::Expected => report(Severity::Lint, format!("{MISSING} by the documents and missing")),
                FieldNeed::When(other, values) => {
                    if let Some(text) = root.at(other).and_then(Json::text).filter(|text| values.contains(text)) {
                        report(Severity::Error, format!("{MISSING} and missing, since {other} is {text}"));
                    }
                }
                FieldNeed::Optional => {}
            }
            continue;
        };
        match (rule.kind, value.view()) {
            (FieldKind::Nested(table), JsonView::Object) => check_object(root, value, &path(), table, problems),
            (FieldKind::List(least, most, table), view) => match view {
                JsonView::List(items) => {
                    if !(least..=most).contains(&items.len()) {
                        report(Severity::Error, format!("must have {least} to {most} elements, has {}", items.len()));
                    }
                    for (index, item) in items.iter().take(most).enumerate() {
                        let place = format!("{}[{index}]", path());
                        if matches!(item.view(), JsonView::Object) {
                            check_object(root, item, &place, table, problems);
                        } else {
                            let problem = "must be an object".to_owned();
                            problems.push(FieldProblem { path: place, problem, severity: Severity::Error });
                        }
                    }
                }
                _ => report(Severity::Error, "must be an array".to_owned()),
            },
            (FieldKind::Items(most, kind), view) => match view {
                JsonView::List(items) if items.len() > most => {
                    report(Severity::Error, format!("must have at most {most} elements, has {}", items.len()));
                }
                JsonView::List(items) => items.iter().for_each(|item| check_one(item, *kind, &mut report)),
                _ => report(Severity::Error, "must be an array".to_owned()),
            },
            (kind, _) => check_one(value, kind, &mut report),
        }
    }
}

/// Whether there is nothing to say of a value that is no list with a table of its own.
pub(super) fn is_one<J: Json>(value: &J, kind: FieldKind) -> bool {
    let mut is_one = true;
    let mut check = |value, kind| check_one(value, kind, &mut |_, _| is_one = false);
    match (kind, value.view()) {
        (FieldKind::Items(most, kind), JsonView::List(items)) => {
            items.iter().for_each(|item| check(item, *kind));
            is_one && items.len() <= most
        }
        (FieldKind::Items(..), _) => false,
        (kind, _) => {
            check(value, kind);
            is_one
        }
    }
}

fn check_one<J: Json>(value: &J, kind: FieldKind, report: &mut impl FnMut(Severity, String)) {
    match (kind, value.view()) {
        // Natives are what the SDKs send, whatever the documents say of texts.
        (FieldKind::Present, _) | (FieldKind::Flag, JsonView::Bool(_)) => return,
        (FieldKind::Whole(least, most), JsonView::Number(value)) => {
            let fits = value.as_u64().is_some_and(|number| (u64::from(least)..=u64::from(most)).contains(&number));
            if !fits {
                report(Severity::Error, format!("must be a whole number from {least} to {most}, is {value}"));
            }
            return;
        }
        (FieldKind::Object | FieldKind::Nested(_), JsonView::Object) => return,
        (FieldKind::Object | FieldKind::Nested(_), _) => {
            report(Severity::Error, "must be an object".to_owned());
            return;
        }
        (FieldKind::Amount, _) => {
            check_amount(value, report);
            return;
        }
        _ => {}
    }
    let Some(text) = scalar(value, report) else { return };
    let count = || text.chars().count();
    match kind {
        FieldKind::Flag if !["true", "false"].contains(&text.as_ref()) => {
            report(Severity::Error, format!("must be true or false, is {:?}", clip(&text)));
        }
        FieldKind::Whole(least, most) if !text.parse().is_ok_and(|n: u32| (least..=most).contains(&n)) => {
            report(Severity::Error, format!("must be a whole number from {least} to {most}, is {:?}", clip(&text)));
        }
        FieldKind::Digits if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            report(Severity::Error, format!("must be digits, is {:?}", clip(&text)));
        }
        FieldKind::Text(most) if text.is_empty() || is_longer(&text, most) => {
            report(Severity::Error, format!("must have 1 to {most} characters, has {}", count()));
        }
        FieldKind::OneOf(allowed) if !allowed.contains(&text.as_ref()) => {
            report(Severity::Error, format!("must be {}, is {:?}", allowed.join(" or "), clip(&text)));
        }
        FieldKind::DateTime => {
            if let Err(error) = WireTime::parse(&text) {
                report(Severity::Error, format!("must be an ISO-8601 time with an offset: {error}"));
            }
        }
        FieldKind::Url(most) if is_longer(&text, most) => {
            report(Severity::Error, format!("must have at most {most} characters, has {}", count()));
        }
        FieldKind::Url(_) if !(text.starts_with("https://") || text.starts_with("http://")) => {
            report(Severity::Error, format!("must be an absolute http or https URL, is {:?}", clip(&text)));
        }
        FieldKind::Region if count() != 2 || !text.bytes().all(|b| b.is_ascii_uppercase()) => {
            report(Severity::Error, format!("must be two upper-case letters, is {:?}", clip(&text)));
        }
        _ => {}
    }
}

fn check_amount<J: Json>(value: &J, report: &mut impl FnMut(Severity, String)) {
    if !matches!(value.view(), JsonView::Object) {
        return report(Severity::Error, "must be an amount object".to_owned());
    }
    let mut text = |key: &str| match value.field(key) {
        Some(value) => scalar(value, &mut |severity, problem| report(severity, format!("{key} {problem}"))),
        None => {
            report(Severity::Error, format!("{key} {MISSING} and missing"));
            None
        }
    };
    let (currency, minor) = (text("currency"), text("value"));
    if let (Some(currency), Some(minor)) = (currency, minor) {
        match Money::parse(&currency, &minor) {
            Err(error) => report(Severity::Error, format!("is no amount: {error}")),
            Ok(money) if money.minor == 0 => report(Severity::Error, "must be positive".to_owned()),
            Ok(money) if currency == "IDR" && money.minor % 100 != 0 => {
                report(Severity::Error, "must end in 00 for IDR".to_owned());
            }
            Ok(_) => {}
        }
    }
}

/// The text of a scalar; a number or boolean is let pass with a lint.
fn scalar<'v, J: Json>(value: &'v J, report: &mut impl FnMut(Severity, String)) -> Option<Cow<'v, str>> {
    match value.view() {
        JsonView::Text(text) => Some(text.into()),
        JsonView::Number(number) => {
            report(Severity::Lint, "should be a JSON string, is a number".to_owned());
            Some(number.to_string().into())
        }
        JsonView::Bool(bool) => {
            report(Severity::Lint, "should be a JSON string, is a boolean".to_owned());
            Some(bool.to_string().into())
        }
        JsonView::Null | JsonView::List(_) | JsonView::Object => {
            report(Severity::Error, "must be a text".to_owned());
            None
        }
    }
}

/// Whether a text has more characters. It has no more than bytes, which are sooner counted.
fn is_longer(text: &str, most: usize) -> bool {
    text.len() > most && text.chars().count() > most
}

fn clip(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const INNER: &[FieldRule] = &[required("a", FieldKind::Text(1))];

    #[test]
    fn a_nested_problem_is_named_by_its_whole_path() {
        const TABLE: &[FieldRule] =
            &[required("list", FieldKind::List(1, 2, INNER)), optional("o", FieldKind::Nested(INNER))];
        let body = json!({"list": [{"a": "x"}, {"a": "xx"}, {"a": "never looked at"}], "o": {"a": null}});
        let told: Vec<_> = check_fields(&body, TABLE).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "list must have 1 to 2 elements, has 3",
                "list[1].a must have 1 to 1 characters, has 2",
                "o.a is required and missing",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_told_from_what_is_wrong() {
        const TABLE: &[FieldRule] = &[required("a", FieldKind::Text(1)), expected("b", FieldKind::Text(1))];
        let told: Vec<_> = check_fields(&json!({"a": "xx"}), TABLE).iter().map(FieldProblem::is_missing).collect();
        assert_eq!(told, [false, true]);
        assert!(check_fields(&json!({"b": "x"}), TABLE)[0].is_missing());
    }

    #[test]
    fn a_conditional_field_is_required_when_the_other_field_says_so() {
        const TABLE: &[FieldRule] = &[when("a", FieldKind::Text(9), "b.c", &["X", "Y"])];
        for (body, problems) in [
            (json!({"b": {"c": "X"}}), 1),
            (json!({"b": {"c": "Y"}, "a": "there"}), 0),
            (json!({"b": {"c": "Z"}}), 0),
            (json!({}), 0),
        ] {
            assert_eq!(check_fields(&body, TABLE).len(), problems, "{body}");
        }
    }

    fn told(value: &Value, kind: FieldKind) -> Vec<(Severity, String)> {
        let table = [FieldRule { path: "f", need: FieldNeed::Required, kind }];
        check_fields(&json!({ "f": value }), &table).into_iter().map(|p| (p.severity, p.to_string())).collect()
    }

    #[test]
    fn what_fits_is_let_pass() {
        for (value, kind) in [
            (json!("x"), FieldKind::Text(1)),
            (json!("A"), FieldKind::OneOf(&["A", "B"])),
            (json!({"currency": "JPY", "value": "1"}), FieldKind::Amount),
            (json!("2026-01-05T10:00:00-08:00"), FieldKind::DateTime),
            (json!("https://m.test/x"), FieldKind::Url(64)),
            (json!("JP"), FieldKind::Region),
            (json!({}), FieldKind::Object),
            (json!("12"), FieldKind::Digits),
            (json!(2), FieldKind::Whole(2, 3)),
            (json!("3"), FieldKind::Whole(2, 3)),
            (json!(true), FieldKind::Flag),
            (json!("false"), FieldKind::Flag),
            (json!({"a": "x"}), FieldKind::Nested(INNER)),
            (json!([{"a": "x"}]), FieldKind::List(1, 2, INNER)),
            (json!(["x", "y"]), FieldKind::Items(2, &FieldKind::Text(1))),
            (json!([]), FieldKind::Present),
        ] {
            assert_eq!(told(&value, kind), [], "{value}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error_that_names_the_path() {
        for (value, kind) in [
            (json!("xy"), FieldKind::Text(1)),
            (json!(""), FieldKind::Text(1)),
            (json!("C"), FieldKind::OneOf(&["A", "B"])),
            (json!({"currency": "JPY"}), FieldKind::Amount),
            (json!({"currency": "JPY", "value": "0"}), FieldKind::Amount),
            (json!({"currency": "IDR", "value": "101"}), FieldKind::Amount),
            (json!("1"), FieldKind::Amount),
            (json!("tomorrow"), FieldKind::DateTime),
            (json!("ftp://x"), FieldKind::Url(64)),
            (json!("https://too.long"), FieldKind::Url(8)),
            (json!("jp"), FieldKind::Region),
            (json!("{}"), FieldKind::Object),
            (json!([]), FieldKind::Text(9)),
            (Value::Null, FieldKind::Text(9)),
            (json!("-1"), FieldKind::Digits),
            (json!(4), FieldKind::Whole(2, 3)),
            (json!("1"), FieldKind::Whole(2, 3)),
            (json!("yes"), FieldKind::Flag),
            (json!("x"), FieldKind::Nested(INNER)),
            (json!({}), FieldKind::Nested(INNER)),
            (json!({}), FieldKind::List(1, 2, INNER)),
            (json!([]), FieldKind::List(1, 2, INNER)),
            (json!(["x", "y", "z"]), FieldKind::Items(2, &FieldKind::Text(1))),
            (json!(["xx"]), FieldKind::Items(2, &FieldKind::Text(1))),
        ] {
            let problems = told(&value, kind);
            assert!(
                matches!(problems.as_slice(), [(Severity::Error, text)] if text.starts_with(['f'])),
                "{value}: {problems:?}"
            );
        }
    }

    #[test]
    fn a_native_number_is_a_lint() {
        assert_eq!(
            told(&json!(7), FieldKind::Text(9)),
            [(Severity::Lint, "f should be a JSON string, is a number".to_owned())]
        );
        let amount = told(&json!({"currency": "JPY", "value": 100}), FieldKind::Amount);
        assert_eq!(amount, [(Severity::Lint, "f value should be a JSON string, is a number".to_owned())]);
    }
}
