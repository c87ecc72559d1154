//! Whether a front end does with each code what belongs to it, and no more.

use std::time::Duration;

use super::history::{History, RESULTS, SUCCESS, Telling, after_each};
use super::money::{shown_by_a_strange_event, shown_by_the_end_of_loading};
use crate::client::ClientEvent;
use crate::code::client_codes;
use crate::rule::{Finding, Judgement, View};

/// CLI-004.
pub(crate) fn branches_have_their_code(view: &View<'_>) -> Judgement {
    let exercised = !History::of(view).tellings.is_empty();
    Judgement::new(exercised, shown_by_a_strange_event(view))
}

/// CLI-005.
pub(crate) fn unknown_codes_are_tolerated(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let unknown =
        |told: &Telling<'_>| !told.is_answer() && !told.code().is_empty() && !client_codes().contains(&told.code());
    after_each(&history, history.tellings.iter().copied().filter(unknown), |told| {
        let (n, error) = history.threw_after(told)?;
        Some((n, format!("the handler throws on {}, which it does not know: {error}", told.code())))
    })
}

/// CLI-006.
pub(crate) fn missing_parts_are_tolerated(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let lacks = |told: &Telling<'_>| {
        let expects_result = RESULTS.contains(&told.code());
        !told.is_answer() && (told.code().is_empty() || expects_result && told.payload.get("result").is_none())
    };
    after_each(&history, history.tellings.iter().copied().filter(lacks), |told| {
        let (n, error) = history.threw_after(told)?;
        Some((n, format!("the handler throws where a part is missing ({}): {error}", told.words())))
    })
}

/// CLI-009: failed, why, and another try.
pub(crate) fn failures_have_a_reason(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut said: Vec<(&str, String)> = Vec::new();
    let mut findings = Vec::new();
    let failures: Vec<_> = history.told("SDK_PAYMENT_FAIL").filter(|told| !history.is_paid_at(told.n)).collect();
    for told in &failures {
        let until = history.next_told(told.n).min(history.next_act(told.n));
        let code = told.payload.pointer("/result/paymentResultCode").and_then(|code| code.as_str()).unwrap_or_default();
        if let Some(sight) = history.seen_between(told.n, until).filter(|sight| sight.shows("failed")).last() {
            let same = said.iter().find(|(other, text)| *other != code && *text == sight.text);
            if let Some((other, text)) = same {
                let text = format!("{code} is told in the words of {other}: {text:?}");
                findings.push(Finding { entry: sight.n, text });
            }
            said.push((code, sight.text.to_owned()));
        } else if history.is_last(told.n, until) && !history.seen_at(until).is_some_and(|sight| sight.shows("failed")) {
            let text = format!("SDK_PAYMENT_FAIL ({code}) was told, and the buyer does not see that it failed");
            findings.push(Finding { entry: told.n, text });
        }
    }
    findings.extend(history.missed("again", &failures, "after SDK_PAYMENT_FAIL the buyer finds no way to try again"));
    Judgement::new(!failures.is_empty(), findings)
}

/// CLI-010.
pub(crate) fn end_of_loading_is_no_end(view: &View<'_>) -> Judgement {
    shown_by_the_end_of_loading(view)
}

/// CLI-011: in the end nothing turns any more, whatever came of loading.
pub(crate) fn spinners_end(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let begun = history.told("SDK_START_OF_LOADING").last().map_or(0, |told| told.n);
    let turned = history.sights.iter().any(|sight| sight.shows("loading"));
    let ended = history.tellings.iter().rev().find(|told| told.n > begun);
    let (Some(told), Some(last)) = (ended, history.seen_last()) else {
        return Judgement::NotExercised;
    };
    let turns = last.shows("loading");
    let text = format!("the page still turns after {}", told.words());
    Judgement::new(turned, if turns { vec![Finding { entry: told.n, text }] } else { Vec::new() })
}

/// CLI-016.
pub(crate) fn duplicates_begin_nothing(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_DUPLICATE_SUBMISSION_BEHAVIOR"), |told| history.begins_by_itself(told))
}

/// CLI-017.
pub(crate) fn forms_are_kept(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_FORM_VERIFICATION_FAILED"), |told| {
        history.takes_away(told).or_else(|| history.begins_by_itself(told))
    })
}

/// CLI-018.
pub(crate) fn challenges_are_left_alone(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_PAYMENT_CHALLENGE"), |told| history.takes_away(told))
}

/// CLI-020.
pub(crate) fn redirects_are_the_sdks(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    // Where the SDK was told to go, the page goes.
    let is_sent = history.posted().any(|(_, event)| event == "onRedirect");
    let told = history.told("SDK_CALL_URL_SUCCESS").filter(|_| !is_sent);
    after_each(&history, told, |told| {
        let until = history.next_act(told.n);
        history.events.iter().find_map(|(n, _, event)| match event {
            ClientEvent::Navigated { url } if *n > told.n && *n < until => {
                Some((*n, format!("on SDK_CALL_URL_SUCCESS the page itself goes to {url}")))
            }
            _ => None,
        })
    })
}

/// CLI-021.
pub(crate) fn launch_errors_are_no_end(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let told = history.told("SDK_LAUNCH_PAYMENT_APP_ERROR").chain(history.told("SDK_CALL_URL_ERROR"));
    after_each(&history, told, |told| {
        let until = history.next_told(told.n).min(history.next_act(told.n));
        let seen = history.seen_between(told.n, until).find(|sight| sight.shows("failed"))?;
        Some((seen.n, format!("the buyer sees `failed` after {}; a fallback may still open", told.code())))
    })
}

/// CLI-024.
pub(crate) fn network_errors_begin_nothing(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    after_each(&history, history.told("SDK_SUBMIT_NETWORK_ERROR"), |told| history.begins_by_itself(told))
}

/// CLI-025: told by onError, or by the promise only; the buyer sees that it does not work.
pub(crate) fn parameter_errors_are_shown(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let code = "SDK_CREATEPAYMENT_PARAMETER_ERROR";
    let broken = history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Settled { method, ok: false, .. } if method == "createComponent" || method == "mountComponent" => {
            Some(*n)
        }
        _ => None,
    });
    let first = history.told(code).map(|told| told.n).chain(broken).min();
    let Some(first) = first.filter(|_| history.told(code).next().is_some()) else { return Judgement::NotExercised };
    let until = history.next_act(first);
    let told = |view: &str| history.seen_between(first.saturating_sub(1), until).any(|sight| sight.shows(view));
    let text = format!("{code} was told, and the buyer sees nothing of it");
    let is_told = told("problem") || told("failed");
    Judgement::new(true, if is_told { Vec::new() } else { vec![Finding { entry: first, text }] })
}

/// CLI-032.
pub(crate) fn handlers_do_not_throw(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let thrown = history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Threw { channel, error } => {
            Some(Finding { entry: *n, text: format!("{channel} throws: {error}") })
        }
        _ => None,
    });
    let delivered = history.events.iter().any(|(_, _, event)| matches!(event, ClientEvent::Delivered { .. }));
    Judgement::new(delivered, thrown.collect())
}

/// CLI-041.
pub(crate) fn cards_are_optional(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let bare = |told: &Telling<'_>| {
        let has = |name: &str| told.payload["result"].get(name).is_some();
        let is_result = RESULTS.contains(&told.code()) && told.payload.get("result").is_some();
        is_result && !(has("cardPaymentResultInfo") && has("popRiskDecisionResultInfo"))
    };
    after_each(&history, history.tellings.iter().copied().filter(bare), |told| {
        let (n, error) = history.threw_after(told)?;
        Some((n, format!("the handler throws on {} without card or risk details: {error}", told.code())))
    })
}

/// CLI-042.
pub(crate) fn only_masked_data_is_logged(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let data: Vec<&str> = history.calls().filter_map(|(_, _, _, args)| History::data_of(args)).collect();
    let is_secret = |text: &str| {
        let session = data.iter().any(|data| data.len() > 40 && text.contains(data.get(..40).unwrap_or(data)));
        session || text.contains("\"cardBin\"") || text.contains("4054695723100768")
    };
    let found = history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Logged { text, .. } if is_secret(text) => {
            Some(Finding { entry: *n, text: "the session's data, or the card, are written to the console".to_owned() })
        }
        _ => None,
    });
    let exercised = !data.is_empty() && history.told(SUCCESS).next().is_some();
    Judgement::new(exercised, found.collect())
}

/// How long a page may take to show something.
const MOMENT: Duration = Duration::from_millis(1500);

impl History<'_> {
    /// Whether the page had time to show something between two entries.
    fn is_last(&self, from: usize, until: usize) -> bool {
        let at = |n: usize| self.view.at(n.min(self.view.entries.len()));
        at(from).zip(at(until)).is_some_and(|(from, until)| until.since(from) >= MOMENT)
    }

    /// Where the page begins another attempt by itself after something that ends none.
    fn begins_by_itself(&self, told: &Telling<'_>) -> Option<(usize, String)> {
        let until = self.next_act(told.n).min(self.next_told(told.n));
        let n = self.began_between(told.n, until)?;
        Some((n, format!("on {} the page begins another payment by itself", told.code())))
    }

    /// Where the page takes the form away after something that wants it kept.
    fn takes_away(&self, told: &Telling<'_>) -> Option<(usize, String)> {
        let until = self.next_act(told.n).min(self.next_told(told.n));
        let n = self.released_between(told.n, until)?;
        Some((n, format!("on {} the page takes the form away", told.code())))
    }

    /// Where the buyer did not find what he wanted to press, after one of these.
    pub(super) fn missed(&self, what: &str, after: &[Telling<'_>], text: &str) -> Vec<Finding> {
        let found = self.events.iter().filter_map(|(n, _, event)| match event {
            ClientEvent::Missed { what: missed } if missed == what => {
                let told = self.told_before(*n)?;
                let is_one = after.iter().any(|one| one.n == told.n);
                is_one.then(|| Finding { entry: *n, text: text.to_owned() })
            }
            _ => None,
        });
        found.collect()
    }
}
