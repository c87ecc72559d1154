//! How long a till waits, and what it does not give up for.

use std::collections::BTreeSet;
use std::time::Duration;

use sim_edc::Event as Terminal;
use wire::edc::{CommandName, EventCode, Kind, caller_timeout};
use wire::time::Moment;

use super::super::view::{Command, Order, View};
use super::super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::scenario::By;
use crate::trace::Event;

/// A till that asks again sooner did not wait.
const AT_ONCE: Duration = Duration::from_millis(50);
/// More tries than anybody waits for at a counter.
const TRIES: usize = 20;
/// The caller's clock is not the terminal's, and an order is asked about now and then.
const GRACE: Duration = Duration::from_secs(1);
/// Sooner than that a till has not waited at all; that is the affair of other rules.
const WAITED: Duration = Duration::from_secs(2);
/// How soon after the countdown's end a till that goes by it gives up.
const SOON: Duration = Duration::from_secs(3);

/// EDC-P11.
pub(in crate::rule) fn busy_is_waited_for(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    let mut run = (0, None);
    let financial: Vec<_> = view.commands.iter().filter(|c| c.is_financial() && !c.refused).collect();
    for (index, command) in financial.iter().enumerate() {
        let Some(busy) = view.heard_result_of(command).filter(|r| r.json["errorCode"] == "CommandDeviceBusy") else {
            run = (0, None);
            continue;
        };
        exercised = true;
        run = if run.1 == command.amount() { (run.0 + 1, run.1) } else { (1, command.amount()) };
        if run.0 == TRIES + 1 {
            let text = format!("{} was sent {} times to a terminal that is busy", command.name(), run.0);
            findings.push(Finding { entry: command.n, text });
        }
        // Who was killed in between, or asked once more by a person, begins anew.
        let is_same = |next: &&&Command<'_>| next.n > busy.n && next.amount() == command.amount();
        let is_anew = |next: &&&Command<'_>| {
            view.broke_between(busy.n, next.n) || view.refunds.iter().any(|asked| (busy.n..next.n).contains(&asked.n))
        };
        let next = financial.get(index + 1).filter(is_same).filter(|next| !is_anew(next));
        let next = next.filter(|next| !is_of_another_order(view, &financial, command, next));
        if let Some(next) = next
            && next.at.since(busy.at) < AT_ONCE
        {
            let text = format!("{} was sent again at once; the terminal was busy (entry {})", next.name(), busy.n);
            findings.push(Finding { entry: next.n, text });
        }
    }
    findings.extend(view.orders.iter().filter_map(|order| given_up_when_busy(view, order)));
    Judgement::new(exercised, findings)
}

/// Where an order is given up on the first and only answer that the terminal is busy, while nothing else was in the way.
fn given_up_when_busy(view: &View<'_>, order: &Order) -> Option<Finding> {
    let is_alike = |other: &&Order| other.by == By::Terminal && other.amount == order.amount;
    let mut purchases =
        view.commands.iter().filter(|c| c.name() == "Purchase" && c.amount() == Some(order.amount.value()));
    let purchase = purchases.next().filter(|_| purchases.next().is_none() && order.by == By::Terminal)?;
    let busy = view.heard_result_of(purchase).filter(|r| r.json["errorCode"] == "CommandDeviceBusy")?;
    let is_given_up = |state| matches!(state, OrderState::Failed | OrderState::Parked);
    let last = view.last_status(&order.name).filter(|last| last.n > busy.n && is_given_up(last.status.state))?;
    let is_in_the_way = |event: &Event| {
        matches!(event, Event::Terminal(Terminal::Fault { .. } | Terminal::Garbage { .. } | Terminal::Operated { .. }))
            || matches!(event, Event::Terminal(Terminal::Received { refused: true, .. }))
    };
    let is_hindered = view.entries.iter().skip(busy.n).take_while(|e| e.n < last.n).any(|e| is_in_the_way(&e.event));
    let is_called_off = view.story.asked.iter().any(|asked| asked.method == "cancel" && asked.is_about(&order.name));
    let is_excused = is_hindered
        || view.is_answered_badly_before(purchase, busy.n)
        || is_called_off
        || busy.at.since(purchase.at) > SOON
        || view.broke_between(purchase.n, last.n)
        || view.orders.iter().filter(is_alike).count() > 1;
    let text = format!(
        "order {} is called {} on the first CommandDeviceBusy (entry {}): wait, and try again",
        order.name, last.status.state, busy.n
    );
    (!is_excused).then_some(Finding { entry: last.n, text })
}

/// Whether a Purchase is the first one for another order of the amount: with a requestId of its own, and no more of them than
/// orders were to be sold until then.
fn is_of_another_order(view: &View<'_>, all: &[&Command<'_>], command: &Command<'_>, next: &Command<'_>) -> bool {
    let id = |c: &Command<'_>| c.parameter("/requestId");
    let is_alike = |c: &&&Command<'_>| c.n <= next.n && c.name() == next.name() && c.amount() == next.amount();
    let ids: BTreeSet<_> = all.iter().filter(is_alike).map(|c| id(c)).collect();
    let is_sold = |o: &&Order| o.by == By::Terminal && o.n < next.n && Some(o.amount.value()) == next.amount();
    next.name() == "Purchase" && id(command) != id(next) && ids.len() <= view.orders.iter().filter(is_sold).count()
}

/// Where a payment is when it is given up.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nobody has paid yet: the countdown for the card runs.
    Card,
    /// The countdown for the signature runs.
    Signature,
    /// No countdown runs.
    Authorizing,
}

/// The countdown of a payment: what the till saw of it.
struct Course<'v, 'a> {
    command: &'v Command<'a>,
    /// When the countdown began that counts, and how long it is.
    began: Moment,
    lasts: Duration,
    stage: Stage,
    /// Where and when it was given up, if it was.
    given_up: Option<(usize, Moment, String)>,
    /// Whether the payment went on for longer than the countdown.
    outlasted: bool,
}

/// The courses of payments that began with READY.
fn courses<'v, 'a>(view: &'v View<'a>) -> Vec<Course<'v, 'a>> {
    let purchases = view.commands.iter().filter(|c| c.name() == "Purchase" && !c.refused);
    purchases.filter_map(|command| course(view, command)).collect()
}

fn course<'v, 'a>(view: &'v View<'a>, command: &'v Command<'a>) -> Option<Course<'v, 'a>> {
    let given_up = given_up(view, command);
    let until = given_up.as_ref().map_or(usize::MAX, |(n, ..)| *n);
    let events = view.entries.iter().filter_map(|entry| match &entry.event {
        Event::Terminal(Terminal::Sent { kind: Kind::Event, json, fault: None, .. })
            if entry.n > command.n && entry.n < until && json["id"] == command.json["id"] =>
        {
            Some((entry.at, json["eventCode"].as_str()?.parse::<EventCode>().ok()?))
        }
        _ => None,
    });
    let events: Vec<_> = events.collect();
    let at = |wanted: EventCode| events.iter().rev().find(|(_, code)| *code == wanted).map(|(at, _)| *at);
    let expiry = command.parameter("/paymentExpiryTime").and_then(|text| text.parse().ok()).unwrap_or(30);
    let ready = at(EventCode::Ready)?;
    let stage = match () {
        () if at(EventCode::StartTransaction).is_some() => Stage::Authorizing,
        () if at(EventCode::PendingSignature).is_some() => Stage::Signature,
        () => Stage::Card,
    };
    let (began, lasts) = (ready, Duration::from_secs(expiry));
    let result = view.result_of(command).map(|r| r.at);
    let outlasted = result.is_some_and(|result| result.since(began) > lasts);
    Some(Course { command, began, lasts, stage, given_up, outlasted })
}

/// Where a till gave a Purchase up that had no result yet: its order is called something final, or the next command
/// comes, before the time-out. A line that broke, a terminal that started again and a CommandCancel excuse.
fn given_up(view: &View<'_>, command: &Command<'_>) -> Option<(usize, Moment, String)> {
    let won = command.amount().and_then(|a| a.parse().ok()).unwrap_or(0);
    let limit = caller_timeout(CommandName::Purchase, won);
    let result = view.result_of(command).map_or(usize::MAX, |r| r.n);
    let orders = view.orders.iter().filter(|o| o.by == By::Terminal && Some(o.amount.value()) == command.amount());
    let orders: Vec<&Order> = orders.collect();
    let called = match orders.as_slice() {
        [order] => view.statuses.iter().find_map(|s| {
            let is_final = matches!(s.status.state, OrderState::Failed | OrderState::Parked);
            let at = view.at(s.n)?;
            (s.order == order.name && s.n > command.n && is_final)
                .then(|| (s.n, at, format!("order {} was called {}", order.name, s.status.state)))
        }),
        _ => None,
    };
    let next = view.commands.iter().find(|c| c.n > command.n && !c.refused);
    let asked = next
        .filter(|next| next.name() != "CommandCancel")
        .map(|next| (next.n, next.at, format!("{} was sent", next.name())));
    let cancelled = next.is_some_and(|next| next.name() == "CommandCancel");
    let (n, at, text) = [called, asked].into_iter().flatten().min_by_key(|(n, ..)| *n)?;
    let early = at.since(command.at) + GRACE < limit && at.since(command.at) >= WAITED;
    let is_excused = cancelled || view.broke_between(command.n, n) || view.unreadable_between(command.n, n);
    (early && n < result && !is_excused).then_some((n, at, text))
}

/// Whether the countdown is why a payment was given up.
fn is_by_countdown(course: &Course<'_, '_>) -> bool {
    course.given_up.as_ref().is_some_and(|(_, at, _)| {
        let end = course.began + course.lasts;
        *at + GRACE >= end && at.since(end) <= SOON
    })
}

fn countdown(view: &View<'_>, stage: Stage, told: &str) -> Judgement {
    let courses = courses(view);
    let of_stage = || courses.iter().filter(|course| course.stage == stage);
    let findings = of_stage().filter(|course| is_by_countdown(course)).filter_map(|course| {
        let (entry, _, what) = course.given_up.as_ref()?;
        let text = format!("{what} when the countdown ended, while the Purchase (entry {}) {told}", course.command.n);
        Some(Finding { entry: *entry, text })
    });
    let findings: Vec<_> = findings.collect();
    // What went on past the countdown's end shows that it ended nothing.
    let exercised = match stage {
        Stage::Card => courses.iter().any(|c| c.outlasted),
        Stage::Signature => courses.iter().any(|c| c.outlasted && was_signed(view, c.command)),
        Stage::Authorizing => of_stage().any(|c| c.outlasted),
    };
    Judgement::new(exercised, findings)
}

fn was_signed(view: &View<'_>, command: &Command<'_>) -> bool {
    view.entries.iter().any(|entry| match &entry.event {
        Event::Terminal(Terminal::Sent { kind: Kind::Event, json, .. }) => {
            json["id"] == command.json["id"] && json["eventCode"] == EventCode::PendingSignature.as_str()
        }
        _ => false,
    })
}

/// EDC-P13.
pub(in crate::rule) fn countdown_stops(view: &View<'_>) -> Judgement {
    countdown(view, Stage::Authorizing, "was with the host")
}

/// EDC-P14.
pub(in crate::rule) fn countdown_restarts(view: &View<'_>) -> Judgement {
    countdown(view, Stage::Signature, "waited for the signature")
}

/// EDC-P17.
pub(in crate::rule) fn countdown_ends_nothing(view: &View<'_>) -> Judgement {
    countdown(view, Stage::Card, "had no result yet")
}

/// EDC-P16. Giving up when the countdown ends is the affair of EDC-P13, EDC-P14 and EDC-P17.
pub(in crate::rule) fn results_are_waited_for(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for command in view.commands.iter().filter(|c| c.name() == "Purchase" && !c.refused) {
        let took = view.result_of(command).map(|r| r.at.since(command.at));
        exercised |= took.is_none_or(|took| took > Duration::from_secs(10));
        let Some((entry, at, what)) = given_up(view, command) else { continue };
        if course(view, command).is_some_and(|course| is_by_countdown(&course)) {
            continue;
        }
        let waited = at.since(command.at).as_secs();
        let text = format!("{what} {waited} s after its Purchase (entry {}), which had no result yet", command.n);
        findings.push(Finding { entry, text });
    }
    Judgement::new(exercised, findings)
}
