//! The text of a script: YAML, or JSON, which is YAML too. A mistake has its line and column.

use std::fmt;

use serde::Serialize;
use serde_saphyr::Error;
use utoipa::ToSchema;
use wire::suggest;

use crate::script::Script;

/// The longest script that is read.
const LONGEST: usize = 4 * 1024 * 1024;

/// What is wrong with a script, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Mistake {
    /// What is wrong.
    pub error: String,
    /// The line, counted from 1; none when the place is not known.
    pub line: Option<u64>,
    /// The column, counted from 1.
    pub column: Option<u64>,
}

impl Script {
    /// Reads a script. A text that says nothing is the empty script.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        if text.len() > LONGEST {
            let error = format!("the script has {} bytes, the longest that is read {LONGEST}", text.len());
            return Err(Mistake { error, line: None, column: None });
        }
        if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return Ok(Self::default());
        }
        // `no` and `y` are texts: countries and ids are written so.
        let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true };
        let script: Self = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
            let place = error.location().filter(|place| place.line() > 0);
            let (line, column) = (place.map(|place| place.line()), place.map(|place| place.column()));
            Mistake { error: explain(error.without_snippet()), line, column }
        })?;
        script.settings.check().map_err(|error| Mistake { error, line: None, column: None })?;
        Ok(script)
    }
}

/// What is wrong, and what was meant if that can be told.
fn explain(error: &Error) -> String {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            format!("unknown field `{field}`; {}", suggest::help(field, expected))
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            format!("unknown variant `{variant}`; {}", suggest::help(variant, expected))
        }
        Error::DuplicateMappingKey { key, .. } => match key {
            Some(key) => format!("`{key}` stands here twice; write it once"),
            None => "a word stands here twice; write it once".to_owned(),
        },
        Error::MultipleDocuments { .. } => "a second document begins here; a script is one, without `---`".to_owned(),
        other => without_place(&other.to_string()),
    }
}

/// The place is told beside the text, not in it.
fn without_place(text: &str) -> String {
    let line = text.lines().next().unwrap_or(text);
    line.rsplit_once(" at line ").map_or(line, |(what, _)| what).to_owned()
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line} column {column}: {}", self.error),
            _ => f.write_str(&self.error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_has_its_place() {
        let mistake = Script::parse("settings:\n  expiri: 3m\n").unwrap_err();
        assert_eq!((mistake.line, mistake.column), (Some(2), Some(3)));
        assert!(mistake.error.contains("expiri"), "{mistake}");
        assert!(mistake.to_string().contains("line 2 column 3"), "{mistake}");
    }

    #[test]
    fn only_true_and_false_are_flags() {
        let script =
            Script::parse("faults: [{alter-answer: {set: {userRegion: NO, paymentId: y, flag: true}}}]").unwrap();
        let crate::Fault::AlterAnswer { set, .. } = &script.faults[0].what else { panic!("{script:?}") };
        let values: Vec<String> = set.values().map(ToString::to_string).collect();
        assert_eq!(values, ["true", "\"y\"", "\"NO\""]);
    }

    #[test]
    fn a_slip_is_told_with_what_was_meant() {
        for (text, told) in [
            ("buyers: []", "unknown field `buyers`; did you mean `buyer`?"),
            ("answers: [{on: pey, code: SUCCESS}]", "unknown variant `pey`; did you mean `pay`?"),
            ("faults: [{loose-answer: {}}]", "did you mean `lose-answer`?"),
            ("faults: [{lose-answer: {onn: pay}}]", "unknown field `onn`; did you mean `on`?"),
            ("answers: [{on: pay, code: RISK_REJET}]", "did you mean `RISK_REJECT`?"),
            ("answers: [{on: pay, code: SUCCESS, where: {paymentRequestID: a}}]", "did you mean `paymentRequestId`?"),
        ] {
            let mistake = Script::parse(text).unwrap_err();
            assert!(mistake.error.contains(told), "{mistake}");
            assert!(mistake.line == Some(1) && mistake.column.is_some(), "{mistake}");
        }
    }

    #[test]
    fn what_would_do_nothing_is_a_mistake() {
        for (text, told) in [
            ("settings: {limits: {jpy: 1}}", "jpy"),
            ("settings: {rates: {JPYX: 1}}", "JPYX"),
            ("settings: {wallet-currency: XAF}", "wallet-currency: XAF has no rate"),
            ("settings: {settlement-currencies: [JPY, XAF]}", "settlement-currencies: XAF has no rate"),
            ("answers: [{on: pay, code: SUCCESS, nth: x}]", "expected a number from 1"),
            ("answers: [{on: pay, code: SUCCESS, nth: 0}]", "expected a number from 1"),
            ("answers: [{on: pay, code: SUCCESS, chance: x}]", "write a number from 1 to 100"),
            ("answers: [{on: pay, code: SUCCESS, chance: 101}]", "write a number from 1 to 100"),
            ("buyer: [pays]\nbuyer: [leaves]", "stands here twice"),
            ("buyer: [pays]\n---\nbuyer: [leaves]", "a second document begins here"),
        ] {
            let error = Script::parse(text).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
        let with_rate = "settings: {wallet-currency: XAF, rates: {XAF: 1650}}";
        assert!(Script::parse(with_rate).is_ok());
        let numbers = "answers: [{on: pay, code: SUCCESS, nth: \"2\", chance: \"30\"}]";
        assert!(Script::parse(numbers).is_ok(), "a number that was put in for a variable comes as a text");
    }

    #[test]
    fn comments_and_blank_lines_are_a_script_and_json_is_one_too() {
        assert_eq!(Script::parse("\n  # nothing\n"), Ok(Script::default()));
        assert_eq!(Script::parse("{\"settings\": {\"expiry\": \"3m\"}}").unwrap().settings.expiry.0.as_secs(), 180);
    }

    #[test]
    fn a_script_without_end_is_not_read() {
        assert!(Script::parse(&"#".repeat(LONGEST + 1)).unwrap_err().error.contains("the longest"));
    }
}
