//! What a field must look like, and whether a value does.

use std::borrow::Cow;

use serde_json::Number;

use super::problem::MISSING;
use super::{FieldRule, Severity};
use crate::antom::{Json, JsonView};
use crate::money::{Currency, Money};
use crate::time::WireTime;

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
    /// An absolute http or https URL of at most so many characters. That what is no ASCII should be percent-encoded is a
    /// lint.
    Url(usize),
    /// The same, or one with an app's own scheme.
    Link(usize),
    /// A text of 1 to so many characters that names something; that none of them should be a control character is a lint.
    Id(usize),
    /// Two upper-case letters.
    Region,
    /// A currency of ISO 4217.
    Currency,
    /// So many digits.
    DigitsOf(usize),
    /// Digits of a positive whole number.
    Digits,
    /// A whole number from, to; native or as text.
    Whole(i64, i64),
    /// A number, native or as text.
    Decimal,
    /// One of these whole numbers; native or as text.
    AnyOf(&'static [i64]),
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
    /// What it looks like in the documents: everything else is a lint.
    Advised(&'static Self),
    /// Anything: another line says what it must look like.
    Present,
}

/// Whether there is nothing to say of a value that is no list with a table of its own.
pub(in crate::antom) fn is_one<J: Json>(value: &J, kind: FieldKind) -> bool {
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

pub(super) fn check_one<J: Json>(value: &J, kind: FieldKind, report: &mut impl FnMut(Severity, String)) {
    match (kind, value.view()) {
        // Natives are what the SDKs send, whatever the documents say of texts.
        (FieldKind::Present, _) | (FieldKind::Flag, JsonView::Bool(_)) | (FieldKind::Decimal, JsonView::Number(_)) => {
            return;
        }
        (FieldKind::Advised(kind), _) => {
            // Behind a pointer, since this goes into itself.
            let mut softly: &mut dyn FnMut(Severity, String) = &mut |_, problem| report(Severity::Lint, problem);
            check_one(value, *kind, &mut softly);
            return;
        }
        (FieldKind::Whole(..) | FieldKind::AnyOf(_), JsonView::Number(number)) => {
            check_whole(&number.to_string(), kind, report);
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
    let clipped = || clip(&text);
    match kind {
        FieldKind::Flag if !["true", "false"].contains(&text.as_ref()) => {
            report(Severity::Error, format!("must be true or false, is {:?}", clip(&text)));
        }
        FieldKind::Whole(..) | FieldKind::AnyOf(_) => check_whole(&text, kind, report),
        FieldKind::Digits if text.is_empty() || !is_digits(&text) => {
            report(Severity::Error, format!("must be digits, is {:?}", clipped()));
        }
        FieldKind::Digits if text.bytes().all(|byte| byte == b'0') => {
            report(Severity::Lint, format!("should be positive, is {:?}", clipped()));
        }
        FieldKind::Decimal if text.parse::<Number>().is_err() => {
            report(Severity::Error, format!("must be a number, is {:?}", clipped()));
        }
        FieldKind::DigitsOf(many) if text.len() != many || !is_digits(&text) => {
            report(Severity::Error, format!("must be {many} digits, is {:?}", clipped()));
        }
        FieldKind::Currency if text.parse::<Currency>().is_err() => {
            report(Severity::Error, format!("must be a currency of ISO 4217, is {:?}", clipped()));
        }
        FieldKind::Text(most) | FieldKind::Id(most) if text.is_empty() || is_longer(&text, most) => {
            report(Severity::Error, format!("must have 1 to {most} characters, has {}", count()));
        }
        FieldKind::Id(_) if text.chars().any(char::is_control) => {
            report(Severity::Lint, format!("should have no control characters, is {:?}", clipped()));
        }
        FieldKind::OneOf(allowed) if !allowed.contains(&text.as_ref()) => {
            report(Severity::Error, format!("must be {}, is {:?}", allowed.join(" or "), clip(&text)));
        }
        FieldKind::DateTime => {
            if let Err(error) = WireTime::parse(&text) {
                report(Severity::Error, format!("must be an ISO-8601 time with an offset: {error}"));
            }
        }
        FieldKind::Url(most) | FieldKind::Link(most) if is_longer(&text, most) => {
            report(Severity::Error, format!("must have at most {most} characters, has {}", count()));
        }
        FieldKind::Url(_) | FieldKind::Link(_) => check_url(&text, kind, report),
        FieldKind::Region if count() != 2 || !text.bytes().all(|b| b.is_ascii_uppercase()) => {
            report(Severity::Error, format!("must be two upper-case letters, is {:?}", clip(&text)));
        }
        _ => {}
    }
}

/// A number of a range or a list, as it was written.
fn check_whole(written: &str, kind: FieldKind, report: &mut impl FnMut(Severity, String)) {
    let number: Option<i64> = written.parse().ok().filter(|_| written != "-0");
    let wanted = match kind {
        FieldKind::AnyOf(numbers) if number.is_none_or(|number| !numbers.contains(&number)) => {
            numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" or ")
        }
        FieldKind::Whole(least, most) if number.is_none_or(|number| !(least..=most).contains(&number)) => {
            format!("a whole number from {least} to {most}")
        }
        _ => return,
    };
    report(Severity::Error, format!("must be {wanted}, is {:?}", clip(written)));
}

fn check_url(url: &str, kind: FieldKind, report: &mut impl FnMut(Severity, String)) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return report(Severity::Error, format!("must be an absolute URL, is {:?}", clip(url)));
    };
    let is_web = ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_app = scheme.starts_with(|first: char| first.is_ascii_alphabetic()) && scheme.bytes().all(is_scheme);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after_user = authority.rsplit('@').next().unwrap_or_default();
    let host = match after_user.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => after_user.split(':').next().unwrap_or_default(),
    };
    let is_no_host = |char: char| char.is_whitespace() || char.is_control() || "\"<>\\^`{|}".contains(char);
    let is_known = is_web || is_app && matches!(kind, FieldKind::Link(_));
    match () {
        () if !is_known => {
            report(Severity::Error, format!("must be an absolute http or https URL, is {:?}", clip(url)));
        }
        () if is_web && (host.is_empty() || host.contains(is_no_host)) => {
            report(Severity::Error, format!("must be a URL with a host, is {:?}", clip(url)));
        }
        () if !url.bytes().all(|byte| byte.is_ascii_graphic()) => {
            report(Severity::Lint, format!("should be percent-encoded, is {:?}", clip(url)));
        }
        () => {}
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

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
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
    use serde_json::{Value, json};

    use super::*;
    use crate::antom::field::{FieldNeed, check_fields, required};

    const INNER: &[FieldRule] = &[required("a", FieldKind::Text(1))];

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
            (json!({"currency": "IDR", "value": "12300"}), FieldKind::Amount),
            (json!("2026-01-05T10:00:00-08:00"), FieldKind::DateTime),
            (json!("https://m.test/x"), FieldKind::Url(64)),
            (json!("JP"), FieldKind::Region),
            (json!({}), FieldKind::Object),
            (json!("12"), FieldKind::Digits),
            (json!("5812"), FieldKind::DigitsOf(4)),
            (json!("JPY"), FieldKind::Currency),
            (json!("PR-1"), FieldKind::Id(4)),
            (json!(0.5), FieldKind::Decimal),
            (json!("0.5"), FieldKind::Decimal),
            (json!(-480), FieldKind::Whole(-500, 0)),
            (json!(24), FieldKind::AnyOf(&[1, 24])),
            (json!("24"), FieldKind::AnyOf(&[1, 24])),
            (json!("x"), FieldKind::Advised(&FieldKind::Text(1))),
            (json!("HTTPS://user@m.test:8443?x"), FieldKind::Url(64)),
            (json!("http://[::1]:8000/n"), FieldKind::Url(64)),
            (json!("my.app+1://back"), FieldKind::Link(64)),
            (json!("http://m.test/x"), FieldKind::Link(64)),
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
            (json!("https://"), FieldKind::Url(64)),
            (json!("https:///path"), FieldKind::Url(64)),
            (json!("https://:8443/"), FieldKind::Url(64)),
            (json!("https://exa mple/"), FieldKind::Url(64)),
            (json!("https://"), FieldKind::Link(64)),
            (json!("myapp://back"), FieldKind::Url(64)),
            (json!("my app://back"), FieldKind::Link(64)),
            (json!("1app://back"), FieldKind::Link(64)),
            (json!("javascript:alert(1)"), FieldKind::Link(64)),
            (json!("581"), FieldKind::DigitsOf(4)),
            (json!("58121"), FieldKind::DigitsOf(4)),
            (json!("58x2"), FieldKind::DigitsOf(4)),
            (json!("jpy"), FieldKind::Currency),
            (json!("QQQ"), FieldKind::Currency),
            (json!(""), FieldKind::Id(4)),
            (json!("12345"), FieldKind::Id(4)),
            (json!(7), FieldKind::AnyOf(&[1, 24])),
            (json!("half"), FieldKind::Decimal),
            (json!(1.5), FieldKind::Whole(1, 2)),
            (json!(u64::MAX), FieldKind::Whole(1, i64::MAX)),
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

    #[test]
    fn what_is_merely_advised_is_a_lint() {
        for (value, kind, problem) in [
            (json!("a\u{0}b"), FieldKind::Id(9), "f should have no control characters, is \"a\\0b\""),
            (json!("0"), FieldKind::Digits, "f should be positive, is \"0\""),
            (json!("https://m.test/a b"), FieldKind::Url(64), "f should be percent-encoded, is \"https://m.test/a b\""),
            (json!("app://\u{fc}"), FieldKind::Link(64), "f should be percent-encoded, is \"app://\u{fc}\""),
            (json!("x"), FieldKind::Advised(&FieldKind::DigitsOf(4)), "f must be 4 digits, is \"x\""),
            (json!({}), FieldKind::Advised(&FieldKind::Text(9)), "f must be a text"),
        ] {
            assert_eq!(told(&value, kind), [(Severity::Lint, problem.to_owned())]);
        }
    }
}
