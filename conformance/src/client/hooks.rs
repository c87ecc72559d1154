//! What a page says of itself, in a small file beside it: where it begins, what a buyer can press, and what he sees.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wire::money::Amount;
use wire::suggest;

/// The name of the file beside a page.
pub(super) const FILE: &str = "client-hooks.yaml";

/// What a buyer may see; a page shows those that it has, each by an element that is visible then.
pub const VIEWS: [&str; 7] = ["loading", "form", "paid", "pending", "failed", "cancelled", "problem"];

/// What may stand in it at least.
const EXAMPLE: &str =
    "  checkout: \"index.html?order={order}\"\n  start: \"#buy\"\n  sees: {form: iframe, paid: \"#thanks\"}\n";

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hooks {
    /// The checkout page, from the folder or the URL that --page names. `{order}`, `{product}`, `{method}`, `{amount}` (in
    /// minor units), `{currency}` and `{fault}` are put in.
    pub checkout: String,
    /// The page that a buyer comes back to.
    #[serde(default)]
    pub r#return: Option<String>,
    /// What is pressed to begin, as a CSS selector; a page that begins by itself has none.
    #[serde(default)]
    pub start: Option<String>,
    /// What else a buyer can press: names, with CSS selectors.
    #[serde(default)]
    pub press: BTreeMap<String, String>,
    /// What he sees: names of views, with CSS selectors.
    pub sees: BTreeMap<String, String>,
    /// The message that he reads, as a CSS selector.
    #[serde(default)]
    pub message: Option<String>,
}

/// Why a hook file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HooksError {
    /// It is not there.
    #[error(
        "read {}: {reason}. A page says of itself where it begins and what a buyer sees, such as:\n{EXAMPLE}docs/client.md \
         explains each line",
        path.display()
    )]
    Unread {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// It is wrong.
    #[error("{}: {reason}", path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// What is put into an address.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blanks<'a> {
    pub(super) order: &'a str,
    pub(super) product: &'a str,
    pub(super) method: &'a str,
    pub(super) amount: &'a Amount,
    pub(super) fault: &'a str,
}

impl Hooks {
    /// Every CSS selector in it, and what it is for.
    pub(super) fn selectors(&self) -> impl Iterator<Item = (String, &str)> {
        let start = self.start.iter().map(|selector| ("start".to_owned(), selector.as_str()));
        let message = self.message.iter().map(|selector| ("message".to_owned(), selector.as_str()));
        let press = self.press.iter().map(|(name, selector)| (format!("press.{name}"), selector.as_str()));
        let sees = self.sees.iter().map(|(name, selector)| (format!("sees.{name}"), selector.as_str()));
        start.chain(press).chain(sees).chain(message)
    }

    /// Reads the file, or the one in the folder.
    ///
    /// # Errors
    /// It is not there, or is wrong.
    pub fn read(path: &Path) -> Result<Self, HooksError> {
        let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
        let text = fs::read_to_string(&path)
            .map_err(|error| HooksError::Unread { path: path.clone(), reason: error.to_string() })?;
        Self::parse(&text).map_err(|reason| HooksError::Wrong { path, reason })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let options = serde_saphyr::options! { with_snippet: false };
        let hooks: Self = serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())?;
        if let Some(view) = hooks.sees.keys().find(|view| !VIEWS.contains(&view.as_str())) {
            return Err(format!("`sees` has `{view}`; {}", suggest::help(view, &VIEWS)));
        }
        if !hooks.sees.contains_key("paid") {
            return Err("`sees` must say how a buyer sees that he has paid: add `paid`".to_owned());
        }
        Ok(hooks)
    }

    /// Fills an address in.
    pub(super) fn filled(template: &str, blanks: Blanks<'_>) -> String {
        let escape = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
                    other => format!("%{other:02X}"),
                })
                .collect()
        };
        template
            .replace("{order}", &escape(blanks.order))
            .replace("{product}", &escape(blanks.product))
            .replace("{method}", &escape(blanks.method))
            .replace("{amount}", &escape(&blanks.amount.value))
            .replace("{currency}", &escape(&blanks.amount.currency))
            .replace("{fault}", &escape(blanks.fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::money::Money;

    #[test]
    fn a_hook_file_is_read_and_its_slips_are_told() {
        let hooks = Hooks::parse("checkout: a.html?o={order}\nsees: {paid: '#paid', form: iframe}").unwrap();
        let amount = Money::krw(10400).amount();
        let blanks = Blanks { order: "A&b=1", product: "element", method: "CARD", amount: &amount, fault: "" };
        assert_eq!(Hooks::filled(&hooks.checkout, blanks), "a.html?o=A%26b%3D1");
        assert_eq!(Hooks::filled("{amount} {currency}", blanks), "10400 KRW");
        for (text, told) in [
            ("checkout: a\nsees: {payed: x}", "did you mean `paid`?"),
            ("checkout: a\nsees: {form: x}", "add `paid`"),
            ("sees: {paid: x}", "checkout"),
            ("checkout: a\nsees: {paid: x}\nstrat: x", "strat"),
        ] {
            let error = Hooks::parse(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
