//! What the SDK's package names: codes that it tells, and messages that it exchanges with the page that it frames. A version
//! that names others may behave otherwise than what was measured. Pure.

use std::collections::BTreeSet;

use serde::Deserialize;

/// What a version of the package names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Contract {
    /// Codes such as SDK_INTERNAL_ERROR.
    pub codes: BTreeSet<String>,
    /// Messages such as onLaunch.
    pub messages: BTreeSet<String>,
}

/// What was measured.
const MEASURED: &str = include_str!("../../../fixtures/client-sdk/contract.json");

impl Contract {
    /// That of the version on which everything was measured.
    #[must_use]
    pub fn measured() -> Self {
        // The file is ours, and a test reads it.
        serde_json::from_str(MEASURED).unwrap_or(Self { codes: BTreeSet::new(), messages: BTreeSet::new() })
    }

    /// Reads what the package's own tables name: of constants, and of types.
    #[must_use]
    pub fn read(tables: &str) -> Self {
        let quoted = |text: &str| text.split('\'').nth(1).map(str::to_owned);
        let listed = tables.split("eventCodeEnum[\"").skip(1);
        let codes = listed.filter_map(|rest| rest.split_once('"')).map(|(code, _)| code.to_owned()).collect();
        let is_name = |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic());
        let named = tables.split("name: ").skip(1).filter(|rest| rest.starts_with('\''));
        Self { codes, messages: named.filter_map(quoted).filter(is_name).collect() }
    }

    /// What is there that was not, and what is there no more.
    #[must_use]
    pub fn differences(&self, measured: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (what, now, before) in
            [("code", &self.codes, &measured.codes), ("message", &self.messages, &measured.messages)]
        {
            found.extend(now.difference(before).map(|name| format!("the {what} {name} is new")));
            found.extend(before.difference(now).map(|name| format!("the {what} {name} is gone")));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_and_what_is_gone_is_named() {
        let read = |text: &str| Contract::read(text);
        let before = read("onLaunch: { name: 'onLaunch' }, x: { name: \"no\" } eventCodeEnum[\"SDK_A\"] = \"SDK_A\";");
        assert_eq!(before.messages.iter().collect::<Vec<_>>(), ["onLaunch"]);
        assert_eq!(before.codes.iter().collect::<Vec<_>>(), ["SDK_A"]);
        let after = read("a: { name: 'onBegin' }, eventCodeEnum[\"SDK_A\"] = 1; eventCodeEnum[\"SDK_FUTURE\"] = 2");
        assert_eq!(
            after.differences(&before),
            ["the code SDK_FUTURE is new", "the message onBegin is new", "the message onLaunch is gone"]
        );
        assert!(before.differences(&before).is_empty());
        assert!(Contract::measured().messages.contains("onLaunch"));
    }
}
