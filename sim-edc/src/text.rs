//! The script language as text: YAML, or JSON. The serde-saphyr crate is used here only.
//!
//! JSON is tried first, since a body that a program wrote may hold escapes that YAML spells otherwise.

use std::fmt;

use serde::de::{DeserializeOwned, IgnoredAny};

/// The largest script that is read.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// Reads a value of the script language; a text without a word is the default.
///
/// # Errors
/// It is too long, or not what was expected; the text says what and where.
pub(crate) fn read<T: DeserializeOwned + Default>(text: &str) -> Result<T, TextFault> {
    if text.len() <= LARGEST && text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(T::default());
    }
    read_one(text)
}

/// Reads a value that must be there.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_one<T: DeserializeOwned>(text: &str) -> Result<T, TextFault> {
    if text.len() > LARGEST {
        return Err(TextFault { line: 0, column: 0, message: "it is larger than 1 MiB".to_owned() });
    }
    if serde_json::from_str::<IgnoredAny>(text).is_ok() {
        return serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default().to_owned();
            TextFault { line: error.line(), column: error.column(), message }
        });
    }
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let number = |n: u64| usize::try_from(n).unwrap_or_default();
        let (line, column) = error.location().map_or((0, 0), |at| (number(at.line()), number(at.column())));
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default().lines().next().unwrap_or_default();
        let message = message.trim().trim_end_matches(':').to_owned();
        TextFault { line, column, message }
    })
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// From 1; 0 when it is about the whole.
    pub line: usize,
    /// From 1; 0 when it is about the whole.
    pub column: usize,
    /// What.
    pub message: String,
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TextFault {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Script;

    #[test]
    fn the_same_script_in_yaml_and_in_json() {
        let yaml: Script = read("host:\n  - decline: {code: UNKNOWN, after: 3s}\n").unwrap();
        let json: Script = read(r#"{"host":[{"decline":{"code":"UNKNOWN","after":"3s"}}]}"#).unwrap();
        assert_eq!(yaml, json);
        assert_eq!(yaml.host.len(), 1);
    }

    #[test]
    fn a_text_without_a_word_is_the_default() {
        assert_eq!(read::<Script>("# nothing yet\n\n").unwrap(), Script::default());
    }

    #[test]
    fn a_mistake_has_its_line_and_column() {
        for (text, line, word) in [
            ("settings: {}\nhosts: []\n", 2, "hosts"),
            ("host:\n  - approve: {}\n  - aprove: {}\n", 3, "aprove"),
            ("{\"host\": [],\n \"hosts\": []}", 2, "hosts"),
            ("host: [\n", 1, ""),
        ] {
            let fault = read::<Script>(text).unwrap_err();
            assert!(fault.line >= line && fault.column > 0, "{text:?}: {fault:?}");
            assert!(fault.message.contains(word), "{text:?}: {fault:?}");
            assert!(!fault.to_string().contains('\n'), "{fault}");
        }
    }

    #[test]
    fn a_long_text_is_not_even_parsed() {
        let fault = read::<Script>(&"x".repeat(LARGEST + 1)).unwrap_err();
        assert!(fault.to_string().contains("1 MiB"), "{fault}");
    }
}
