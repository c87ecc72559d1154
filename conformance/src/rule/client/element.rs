//! Whether a front end reads what submitPayment of the Element comes to.

use super::history::{History, Telling, after_each};
use super::money::shown_by_an_error;
use crate::rule::{Finding, Judgement, View};

/// CLI-033: an error counts, whatever the status beside it; what is open leads to asking.
pub(crate) fn errors_come_first(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let answers: Vec<_> = history.tellings.iter().copied().filter(Telling::is_answer).collect();
    let mut findings = shown_by_an_error(view);
    let is_open = |told: &&Telling<'_>| {
        let status = told.payload["status"].as_str().unwrap_or_default();
        matches!(status, "PROCESSING" | "PENDING")
    };
    for told in answers.iter().filter(is_open) {
        let until = history.next_act(told.n).min(history.next_told(told.n));
        let paid =
            history.seen_between(told.n, until).find(|sight| sight.shows("paid") && !history.is_paid_at(sight.n));
        if let Some(sight) = paid {
            findings.push(Finding { entry: sight.n, text: format!("the buyer sees `paid` after {}", told.words()) });
        }
    }
    Judgement::new(!answers.is_empty(), findings)
}

/// CLI-034.
pub(crate) fn processing_is_no_failure(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let open = |told: &Telling<'_>| {
        let status = told.payload["status"].as_str().unwrap_or_default();
        told.is_answer() && !has_error(told) && matches!(status, "PROCESSING" | "PENDING")
    };
    after_each(&history, history.tellings.iter().copied().filter(open), |told| {
        let until = history.next_act(told.n).min(history.next_told(told.n));
        let seen = history.seen_between(told.n, until).find(|sight| sight.shows("failed"))?;
        let is_open = history.is_open_at(seen.n);
        is_open.then(|| (seen.n, format!("the buyer sees `failed` after {}, without an error", told.words())))
    })
}

/// CLI-035: another try after needChangeSessionForRetry has another session.
pub(crate) fn retries_read_the_error(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let wants = |told: &Telling<'_>| told.is_answer() && told.payload["error"]["needChangeSessionForRetry"] == true;
    let all: Vec<_> = history.tellings.iter().copied().filter(wants).collect();
    let mut exercised = false;
    let mut findings = Vec::new();
    for told in &all {
        let data = |n: usize| history.data_before(n);
        let next = history.calls().find(|(n, method, ..)| *n > told.n && *method == "new AMSElement");
        let again = history.calls().find(|(n, method, ..)| *n > told.n && *method == "submitPayment");
        let (entry, same) = match (next, again) {
            (Some((n, _, _, args)), again) if again.is_none_or(|(at, ..)| at > n) => {
                (n, History::data_of(args).is_some_and(|new| data(told.n) == Some(new)))
            }
            (_, Some((n, ..))) => (n, true),
            _ => continue,
        };
        exercised = true;
        if same {
            let text = "needChangeSessionForRetry was true, and the next try has the same session".to_owned();
            findings.push(Finding { entry, text });
        }
    }
    Judgement::new(exercised, findings)
}

fn has_error(told: &Telling<'_>) -> bool {
    told.payload.get("error").is_some_and(|error| !error.is_null())
}

impl<'v> History<'v> {
    /// The session data that the SDK was given last before an entry.
    pub(super) fn data_before(&self, n: usize) -> Option<&'v str> {
        let given = self.calls().filter(|(at, ..)| *at < n).filter_map(|(_, _, _, args)| Self::data_of(args));
        given.last()
    }
}
