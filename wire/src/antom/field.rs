//! Field rules as data: required, conditional, length, format. One table an operation.
//!
//! The gateway answers PARAM_ILLEGAL from it, the judge names the broken requirement from it. What the real gateway is
//! known to let pass (a number where the documents demand a string) is a lint, not an error.

use serde_json::Value;

use crate::money::Money;
use crate::time::WireTime;

/// One line of a table.
#[derive(Debug, Clone, Copy)]
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
    /// An object; its fields have lines of their own.
    Object,
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

/// Compares a body with its table; problems come in the order of the table.
#[must_use]
pub fn check_fields(body: &Value, table: &[FieldRule]) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for rule in table {
        let value = rule.path.split('.').try_fold(body, |value, key| value.get(key)).filter(|v| !v.is_null());
        let mut report = |severity, problem: String| {
            problems.push(FieldProblem { path: rule.path.to_owned(), problem, severity });
        };
        match (value, rule.need) {
            (None, FieldNeed::Required) => report(Severity::Error, "is required and missing".to_owned()),
            (None, FieldNeed::Expected) => {
                report(Severity::Lint, "is required by the documents and missing".to_owned())
            }
            (None, FieldNeed::Optional) => {}
            (Some(value), _) => check_one(value, rule.kind, &mut report),
        }
    }
    problems
}

fn check_one(value: &Value, kind: FieldKind, report: &mut impl FnMut(Severity, String)) {
    match kind {
        FieldKind::Object => {
            if !value.is_object() {
                report(Severity::Error, "must be an object".to_owned());
            }
            return;
        }
        FieldKind::Amount => {
            check_amount(value, report);
            return;
        }
        _ => {}
    }
    let Some(text) = scalar(value, report) else { return };
    let count = text.chars().count();
    match kind {
        FieldKind::Text(most) if !(1..=most).contains(&count) => {
            report(Severity::Error, format!("must have 1 to {most} characters, has {count}"));
        }
        FieldKind::OneOf(allowed) if !allowed.contains(&text.as_str()) => {
            report(Severity::Error, format!("must be {}, is {:?}", allowed.join(" or "), clip(&text)));
        }
        FieldKind::DateTime => {
            if let Err(error) = WireTime::parse(&text) {
                report(Severity::Error, format!("must be an ISO-8601 time with an offset: {error}"));
            }
        }
        FieldKind::Url(most) if count > most => {
            report(Severity::Error, format!("must have at most {most} characters, has {count}"))
        }
        FieldKind::Url(_) if !(text.starts_with("https://") || text.starts_with("http://")) => {
            report(Severity::Error, format!("must be an absolute http or https URL, is {:?}", clip(&text)));
        }
        FieldKind::Region if count != 2 || !text.bytes().all(|b| b.is_ascii_uppercase()) => {
            report(Severity::Error, format!("must be two upper-case letters, is {:?}", clip(&text)));
        }
        _ => {}
    }
}

fn check_amount(value: &Value, report: &mut impl FnMut(Severity, String)) {
    let Some(object) = value.as_object() else {
        return report(Severity::Error, "must be an amount object".to_owned());
    };
    let mut text = |key: &str| match object.get(key).filter(|v| !v.is_null()) {
        Some(value) => scalar(value, &mut |severity, problem| report(severity, format!("{key} {problem}"))),
        None => {
            report(Severity::Error, format!("{key} is required and missing"));
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
fn scalar(value: &Value, report: &mut impl FnMut(Severity, String)) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => {
            report(Severity::Lint, "should be a JSON string, is a number".to_owned());
            Some(number.to_string())
        }
        Value::Bool(bool) => {
            report(Severity::Lint, "should be a JSON string, is a boolean".to_owned());
            Some(bool.to_string())
        }
        Value::Null | Value::Array(_) | Value::Object(_) => {
            report(Severity::Error, "must be a text".to_owned());
            None
        }
    }
}

fn clip(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
        ] {
            let problems = told(&value, kind);
            assert!(
                matches!(problems.as_slice(), [(Severity::Error, text)] if text.starts_with("f ")),
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
