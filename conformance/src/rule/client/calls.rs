//! Whether a front end calls the SDK as it wants to be called.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use wire::antom::Operation;

use super::history::History;
use crate::client::ClientEvent;
use crate::rule::story::Request;
use crate::rule::{Finding, Judgement, View};

/// CLI-026.
pub(crate) fn rejections_are_caught(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let made = |method: &str| matches!(method, "createComponent" | "mountComponent" | "mount");
    let broken: Vec<usize> = settled(&history).filter(|(_, method, ok)| made(method) && !ok).map(|(n, ..)| n).collect();
    let findings = uncaught(&history, &broken, "what the SDK's promise was broken with is caught by nobody");
    Judgement::new(!broken.is_empty(), findings)
}

/// CLI-027.
pub(crate) fn constructor_errors_are_caught(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let broken: Vec<usize> =
        settled(&history).filter(|(_, method, ok)| method.starts_with("new ") && !ok).map(|(n, ..)| n).collect();
    let findings = uncaught(&history, &broken, "what the SDK's constructor threw is caught by nobody");
    Judgement::new(!broken.is_empty(), findings)
}

/// CLI-028: any other word silently means production (measured on 1.47.2).
pub(crate) fn environments_are_words(view: &View<'_>) -> Judgement {
    options(view, "/environment", |text| {
        let is_word = matches!(text, "sandbox" | "prod");
        (!is_word).then(|| format!("the environment is {text:?}, which silently means production"))
    })
}

/// CLI-029.
pub(crate) fn environment_fits_the_session(view: &View<'_>) -> Judgement {
    let sandbox = view.story.requests_of(Operation::CreatePaymentSession).last().map(|request| is_sandbox(request));
    let Some(is_sandbox) = sandbox else { return Judgement::NotExercised };
    options(view, "/environment", |text| {
        let fits = (text == "sandbox") == is_sandbox;
        let session = if is_sandbox { "sandbox" } else { "prod" };
        (!fits).then(|| format!("the session is of {session}, the SDK is told {text:?}"))
    })
}

/// Sandbox has a path of its own, or client ids of its own.
fn is_sandbox(request: &Request<'_>) -> bool {
    request.target.contains("/sandbox/") || request.header("client-id").is_some_and(|id| id.starts_with("SANDBOX_"))
}

/// CLI-040.
pub(crate) fn locales_are_mapped(view: &View<'_>) -> Judgement {
    options(view, "/locale", |text| {
        let form: Vec<char> = text.chars().collect();
        let fits = matches!(form.as_slice(), [a, b, '_', c, d]
            if a.is_ascii_lowercase() && b.is_ascii_lowercase() && c.is_ascii_uppercase() && d.is_ascii_uppercase());
        (!fits).then(|| format!("the locale is {text:?}, which is not of the form xx_YY"))
    })
}

/// Judges an option of every instance that has it.
fn options(view: &View<'_>, pointer: &str, wrong: impl Fn(&str) -> Option<String>) -> Judgement {
    let history = History::of(view);
    let given: Vec<(usize, &str)> = history
        .calls()
        .filter(|(_, method, ..)| method.starts_with("new "))
        .filter_map(|(n, _, _, args)| Some((n, args.get(0)?.pointer(pointer)?.as_str()?)))
        .collect();
    let findings = given.iter().filter_map(|(n, text)| Some(Finding { entry: *n, text: wrong(text)? }));
    Judgement::new(!given.is_empty(), findings.collect())
}

/// CLI-030: of the cashier; the Element's is CLI-031.
pub(crate) fn one_component_lives(view: &View<'_>) -> Judgement {
    beside(view, |class| class != "AMSElement", &["createComponent", "mountComponent"], "unmount")
}

/// CLI-031: an Element is released by destroy; it has no unmount, and nobody tells whoever calls it.
pub(crate) fn releases_fit(view: &View<'_>) -> Judgement {
    beside(view, |class| class == "AMSElement", &["mount"], "destroy")
}

/// Judges whether a component is made while another one of its kind lives on the page.
fn beside(view: &View<'_>, is_class: fn(&str) -> bool, makes: &[&str], releases: &str) -> Judgement {
    let history = History::of(view);
    let mut classes: BTreeMap<u32, &str> = BTreeMap::new();
    let mut alive: BTreeSet<u32> = BTreeSet::new();
    let mut made = 0;
    let mut findings = Vec::new();
    for (n, _, event) in &history.events {
        match event {
            // The next page has nothing of the last one.
            ClientEvent::Navigated { .. } => alive.clear(),
            ClientEvent::Called { method, instance, .. } => {
                if let Some(class) = method.strip_prefix("new ") {
                    classes.insert(*instance, class);
                } else if !classes.get(instance).is_some_and(|class| is_class(class)) {
                    continue;
                } else if method == releases {
                    alive.remove(instance);
                } else if makes.contains(&method.as_str()) {
                    made += 1;
                    if !alive.is_empty() {
                        let text = format!("{method}, while the component before it was not released by {releases}");
                        findings.push(Finding { entry: *n, text });
                    }
                    alive.insert(*instance);
                }
            }
            _ => {}
        }
    }
    Judgement::new(made > 1, findings)
}

/// CLI-037.
pub(crate) fn buttons_are_locked(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut under_way: BTreeSet<u32> = BTreeSet::new();
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, _, event) in &history.events {
        match event {
            ClientEvent::Navigated { .. } => under_way.clear(),
            ClientEvent::Called { method, instance, .. } if is_submit(method) => {
                exercised = true;
                if !under_way.insert(*instance) {
                    let text = format!("{method} is called while one is under way; the SDK does not stop it");
                    findings.push(Finding { entry: *n, text });
                }
            }
            ClientEvent::Settled { method, instance, .. } if is_submit(method) => {
                under_way.remove(instance);
            }
            _ => {}
        }
    }
    Judgement::new(exercised, findings)
}

/// CLI-038.
pub(crate) fn submits_follow_a_gesture(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let mut last = None;
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, at, event) in &history.events {
        match event {
            ClientEvent::Pressed { .. } => last = Some(*at),
            ClientEvent::Called { method, .. } if is_submit(method) => {
                exercised = true;
                if last.is_none_or(|pressed| at.since(pressed) > GESTURE) {
                    let text = format!("{method} is called, and the buyer has pressed nothing");
                    findings.push(Finding { entry: *n, text });
                }
            }
            _ => {}
        }
    }
    Judgement::new(exercised, findings)
}

/// How long browsers remember a gesture.
const GESTURE: Duration = Duration::from_secs(5);

fn is_submit(method: &str) -> bool {
    matches!(method, "submit" | "submitPayment")
}

/// CLI-039.
pub(crate) fn data_is_whole(view: &View<'_>) -> Judgement {
    let history = History::of(view);
    let told: Vec<&str> = view
        .story
        .requests_of(Operation::CreatePaymentSession)
        .filter_map(|request| request.told()?.text("/paymentSessionData"))
        .collect();
    let given: Vec<(usize, &str)> =
        history.calls().filter_map(|(n, _, _, args)| Some((n, History::data_of(args)?))).collect();
    // What was empty from the beginning was not cut.
    let wrong = given.iter().filter(|(_, data)| !data.is_empty() && !told.contains(data));
    let findings = wrong.map(|(n, data)| Finding {
        entry: *n,
        text: format!("the SDK gets session data of {} characters that no session was made with", data.len()),
    });
    Judgement::new(!given.is_empty() && !told.is_empty(), findings.collect())
}

/// CLI-047.
pub(crate) fn hooks_answer(view: &View<'_>) -> Judgement {
    const ALLOWED: [&str; 5] = ["CANCEL", "CONTINUE", "ERROR", "IGNORE", "TIMEOUT"];
    const SOON: u64 = 3000;
    let history = History::of(view);
    let mut exercised = false;
    let mut findings = Vec::new();
    for (n, _, event) in &history.events {
        let text = match event {
            ClientEvent::Answered { channel, value, took } if channel == "onBeforeSubmit" => {
                let answer = value["result"].as_str();
                if !answer.is_some_and(|answer| ALLOWED.contains(&answer)) {
                    Some(format!("onBeforeSubmit answers {value}; its result is one of {}", ALLOWED.join(", ")))
                } else if *took > SOON {
                    Some(format!("onBeforeSubmit answers after {took} ms"))
                } else {
                    None
                }
            }
            ClientEvent::Threw { channel, error } if channel == "onBeforeSubmit" => {
                Some(format!("onBeforeSubmit throws: {error}"))
            }
            _ => continue,
        };
        exercised = true;
        findings.extend(text.map(|text| Finding { entry: *n, text }));
    }
    Judgement::new(exercised, findings)
}

/// Calls that have ended: entry, method, and whether well.
fn settled<'h>(history: &'h History<'_>) -> impl Iterator<Item = (usize, &'h str, bool)> + 'h {
    history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Settled { method, ok, .. } => Some((*n, method.as_str(), *ok)),
        _ => None,
    })
}

/// Errors that nobody caught, shortly after one of these.
fn uncaught(history: &History<'_>, after: &[usize], text: &str) -> Vec<Finding> {
    let found = history.events.iter().filter_map(|(n, _, event)| match event {
        ClientEvent::Uncaught { text: what } => {
            let near = after.iter().any(|at| *at < *n && *n < at + 12);
            near.then(|| Finding { entry: *n, text: format!("{text}: {what}") })
        }
        _ => None,
    });
    found.collect()
}
