//! Known failures: a file of what is expected to fail, and why. They still run; an entry that is not true any more fails
//! the run, so that the file cannot rot.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseResult, Outcome, Problem};
use crate::diagnostic::Diagnostic;
use crate::{requirement, scenario};

/// An entry of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Known {
    /// The case that fails. Without it: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The requirement that is broken. Without it: any, or an expectation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirement: Option<String>,
    /// What the report says of it, or a part of that.
    pub message: String,
    /// Why this is known and not mended.
    pub reason: String,
}

/// An entry that is not true any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stale {
    /// The entry.
    pub entry: Known,
    /// What is wrong with it.
    pub problem: String,
}

/// How much of the plan was run: what can be said of entries that met nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    Whole,
    /// A part, by shard or selection: an entry for what was not run says nothing.
    Part,
}

/// Reads a file of known failures.
///
/// # Errors
/// Everything that is wrong with it.
pub fn parse(path: &str, text: &str) -> Result<Vec<Known>, Vec<Diagnostic>> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Vec::new());
    }
    let known: Vec<Known> = scenario::document(path, text, "begin with `- case: …`; docs/ci.md shows how")?;
    let mut mistakes = Vec::new();
    for entry in &known {
        let wrong = |word: &str, message: String, help: &str| {
            let at = text.find(word).unwrap_or_default();
            Diagnostic::new(path, text, at..at + word.len(), message, help.to_owned())
        };
        match (&entry.case, &entry.requirement) {
            (None, None) => mistakes.push(wrong(
                &entry.reason,
                "this entry names neither a case nor a requirement".to_owned(),
                "add `case: …` or `requirement: …`",
            )),
            (_, Some(id)) if requirement::find(id).is_none() => {
                mistakes.push(wrong(id, format!("unknown requirement `{id}`"), "`conformance requirements` lists them"))
            }
            _ => {}
        }
        if entry.message.trim().is_empty() || entry.reason.trim().is_empty() {
            mistakes.push(wrong(
                "message",
                "an entry needs the expected message and a reason".to_owned(),
                "copy a part of what the report says, and say why it is not mended",
            ));
        }
    }
    if mistakes.is_empty() { Ok(known) } else { Err(mistakes) }
}

/// Marks the cases that fail as expected, and tells the entries that are not true any more.
#[must_use]
pub fn apply(known: &[Known], cases: &mut [CaseResult], scope: Scope) -> Vec<Stale> {
    let mut used = vec![false; known.len()];
    // One that was marked before is looked at again: its entries are used. What could not be carried out is never known:
    // nothing is.
    for case in cases.iter_mut().filter(|case| matches!(case.verdict, Outcome::Failed | Outcome::KnownFailure)) {
        let mut reasons = Vec::new();
        let mut all = true;
        for problem in case.problems().iter().filter(|problem| problem.counts) {
            let fitting: Vec<_> = known.iter().enumerate().filter(|(_, k)| k.fits(&case.name, problem)).collect();
            all &= !fitting.is_empty();
            for (index, entry) in fitting {
                if let Some(used) = used.get_mut(index) {
                    *used = true;
                }
                if !reasons.contains(&entry.reason) {
                    reasons.push(entry.reason.clone());
                }
            }
        }
        if all && !reasons.is_empty() {
            case.verdict = Outcome::KnownFailure;
            case.reason = Some(reasons.join("; "));
        }
    }
    let unused = known.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry);
    unused.filter_map(|entry| Some(Stale { entry: entry.clone(), problem: entry.staleness(cases, scope)? })).collect()
}

impl Known {
    /// The failures of a case, as entries to paste.
    #[must_use]
    pub fn of(case: &CaseResult) -> Vec<Self> {
        let mut entries: Vec<Self> = Vec::new();
        for problem in case.problems().into_iter().filter(|problem| problem.counts) {
            let entry = Self {
                case: Some(case.name.clone()),
                requirement: problem.requirement.map(ToOwned::to_owned),
                message: problem.text.to_owned(),
                reason: "why this is known and not mended".to_owned(),
            };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        entries
    }

    /// The entry as YAML: JSON strings are YAML strings, whatever is in them.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let fields = [
            ("case", self.case.as_ref()),
            ("requirement", self.requirement.as_ref()),
            ("message", Some(&self.message)),
            ("reason", Some(&self.reason)),
        ];
        let lines = fields.into_iter().filter_map(|(key, value)| Some((key, value?)));
        let lines = lines.enumerate().map(|(index, (key, value))| {
            let dash = if index == 0 { "- " } else { "  " };
            format!("{dash}{key}: {}\n", serde_json::Value::from(value.as_str()))
        });
        lines.collect()
    }

    fn fits(&self, case: &str, problem: &Problem<'_>) -> bool {
        self.concerns(case, problem.requirement)
            && (problem.text.contains(&self.message) || lasting(problem.text).contains(&lasting(&self.message)))
    }

    fn concerns(&self, case: &str, requirement: Option<&str>) -> bool {
        self.case.as_ref().is_none_or(|name| name == case)
            && self.requirement.as_deref().is_none_or(|id| Some(id) == requirement)
    }

    /// What is wrong with an entry that met no failure.
    fn staleness(&self, cases: &[CaseResult], scope: Scope) -> Option<String> {
        let named = || cases.iter().filter(|case| self.case.as_ref().is_none_or(|name| *name == case.name));
        let otherwise = named().find_map(|case| {
            let problems = case.problems();
            let other = problems.iter().find(|p| p.counts && self.concerns(&case.name, p.requirement))?;
            Some(format!("{} fails otherwise: {}", case.name, other.text))
        });
        if otherwise.is_some() {
            return otherwise;
        }
        match (&self.case, named().next()) {
            (Some(_), Some(case)) => match case.verdict {
                // It was not run to its end, so nothing is known of it.
                Outcome::Skipped | Outcome::NotCarriedOut | Outcome::Flaky => None,
                Outcome::Passed => Some("it passes now: remove the entry".to_owned()),
                Outcome::Failed | Outcome::KnownFailure => {
                    Some("the case fails, but not in this: mend the entry".to_owned())
                }
            },
            (_, _) if scope == Scope::Part => None,
            (Some(_), None) => Some("there is no such case: mend its name or remove the entry".to_owned()),
            (None, _) => Some("no case breaks this requirement any more: remove the entry".to_owned()),
        }
    }
}

/// What of a message is the same in the next run: numbers of entries, and words that are drawn (ids, moments, ports), are
/// left out.
fn lasting(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-_.:+".contains(c);
    let mut lasting = String::new();
    let mut rest = text;
    let mut in_entries = false;
    while !rest.is_empty() {
        let word_end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word_end);
        let gap_end = after.find(is_word).unwrap_or(after.len());
        let (gap, next) = after.split_at(gap_end);
        rest = next;
        // A full stop or colon behind it is the sentence's.
        let bare = word.trim_end_matches(['.', ':']);
        let is_number = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit());
        in_entries = matches!(bare, "entry" | "entries") || in_entries && (is_number || bare == "and");
        if in_entries && is_number || is_drawn(bare) {
            lasting.push('…');
            lasting.push_str(word.get(bare.len()..).unwrap_or_default());
        } else {
            lasting.push_str(word);
        }
        lasting.push_str(gap);
    }
    lasting
}

/// Whether a word is an id, a moment or an address: long, with digits in it. Amounts are shorter.
fn is_drawn(word: &str) -> bool {
    let has_letters = word.chars().any(|c| c.is_ascii_alphabetic());
    word.chars().any(|c| c.is_ascii_digit()) && word.len() >= if has_letters { 8 } else { 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_anew_is_left_out_and_amounts_stay() {
        let first = "pay (entries 5, 8 and 13) used 0b5f-77aa91c2 for 10400 at http://127.0.0.1:41001/n: entry 9.";
        let second = "pay (entries 6, 9 and 21) used 99ce-01fb44d0 for 10400 at http://127.0.0.1:52873/n: entry 11.";
        assert_eq!(lasting(first), lasting(second));
        assert_eq!(lasting(first), "pay (entries …, … and …) used … for 10400 at http://…/n: entry ….");
        assert_ne!(lasting(first), lasting(&second.replace("10400", "500")));
        assert_eq!(lasting("EDC-P27 in A after 120 s, twice"), "EDC-P27 in A after 120 s, twice");
        assert_eq!(lasting("주문 é"), "주문 é");
    }
}
