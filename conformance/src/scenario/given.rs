//! What the simulators shall do, from several files: lists follow one another, and of what can be said once the last file
//! that says it is right.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::model::Given;

/// Which keys a file's `given` has, of those that can be said once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    given: SaidGiven,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SaidGiven {
    terminal: SaidScript,
    antom: SaidScript,
    profile: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SaidScript {
    settings: BTreeMap<String, IgnoredAny>,
}

/// Adds what the next file gives.
pub(super) fn add(before: &mut Given, next: Given, said: &Said) {
    let Given { terminal, antom, profile } = next;
    settle(&mut before.terminal.settings, &terminal.settings, &said.given.terminal);
    before.terminal.append(terminal);
    let sim_antom::Script { answers, buyer, client, refunds, captures, faults, settings } = antom;
    settle(&mut before.antom.settings, &settings, &said.given.antom);
    before.antom.answers.extend(answers);
    before.antom.buyer.extend(buyer);
    before.antom.client.extend(client);
    before.antom.refunds.extend(refunds);
    before.antom.captures.extend(captures);
    before.antom.faults.extend(faults);
    if said.given.profile.is_some() {
        before.profile = profile;
    }
}

/// Takes over the settings that were said.
fn settle<T: Serialize + DeserializeOwned>(before: &mut T, next: &T, said: &SaidScript) {
    if said.settings.is_empty() {
        return;
    }
    let (Ok(mut all), Ok(own)) = (serde_json::to_value(&*before), serde_json::to_value(next)) else { return };
    for key in said.settings.keys() {
        all[key] = own[key].clone();
    }
    if let Ok(both) = serde_json::from_value(all) {
        *before = both;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What two files give together.
    fn together(first: &str, second: &str) -> Given {
        let given =
            |text: &str| serde_saphyr::from_str::<BTreeMap<String, Given>>(text).unwrap().remove("given").unwrap();
        let mut both = given(first);
        add(&mut both, given(second), &serde_saphyr::from_str(second).unwrap());
        both
    }

    #[test]
    fn lists_follow_one_another_and_a_setting_that_is_said_again_is_the_last_one() {
        let first = "given: {terminal: {cardholder: [nothing], settings: {require-init: true}}, \
                     antom: {settings: {expiry: 3m}, answers: [{on: pay, code: SYSTEM_ERROR}]}, profile: ndjson}";
        let second = "given: {terminal: {cardholder: [cancel-key: {}], settings: {require-init: false}}, \
                      antom: {answers: [{on: cancel, code: SYSTEM_ERROR}], buyer: [leaves]}}";
        let both = together(first, second);
        assert_eq!(both.terminal.cardholder.len(), 2);
        assert!(!both.terminal.settings.require_init, "said again, though to what it is by itself");
        assert_eq!(both.antom.settings.expiry, wire::time::Span::secs(180));
        assert_eq!((both.antom.answers.len(), both.antom.buyer.len()), (2, 1));
        assert_eq!(both.profile, sim_edc::Profile::Ndjson);
        let other = together(second, first);
        assert!(other.terminal.settings.require_init);
    }
}
