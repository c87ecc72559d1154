//! Whether a scenario's own expectations hold in a trace. Pure.

use wire::edc::CommandName;
use wire::money::Money;

use crate::driver::OrderState;
use crate::rule::{Call, Command, Finding, View};
use crate::scenario::Expectation;

/// What an expectation finds; nothing when it holds.
#[must_use]
pub fn examine(expectation: &Expectation, view: &View<'_>) -> Vec<Finding> {
    let at_end = view.entries.len();
    let finding = |entry, text| vec![Finding { entry, text }];
    match expectation {
        Expectation::Order(wanted) => wanted.iter().filter_map(|(name, state)| order(view, name, &[*state])).collect(),
        Expectation::OneOf(wanted) => wanted.iter().filter_map(|(name, states)| order(view, name, states)).collect(),
        Expectation::Charged(charged) => {
            let Some(order) = view.orders.iter().find(|o| o.name == charged.order) else { return Vec::new() };
            let Ok(money) = Money::parse(order.amount.currency.as_str(), &charged.value) else { return Vec::new() };
            let charges = view.charges(order.by, money);
            if charges.len() == usize::try_from(charged.times).unwrap_or(usize::MAX) {
                return Vec::new();
            }
            let entry = charges.last().copied().unwrap_or(at_end);
            finding(
                entry,
                format!(
                    "{money} should have been taken {} times for order {}, was taken {} times",
                    charged.times,
                    charged.order,
                    charges.len()
                ),
            )
        }
        Expectation::Sent(sent) => {
            let is_it = |c: &&Command<'_>| !c.refused && c.name().parse::<CommandName>() == Ok(sent.command);
            let all: Vec<_> = view.commands.iter().filter(is_it).map(|c| c.n).collect();
            let number = all.len();
            if sent.count().fits(number) {
                Vec::new()
            } else {
                finding(
                    all.last().copied().unwrap_or(at_end),
                    format!("{} should have been sent {} times, was sent {number} times", sent.command, sent.count()),
                )
            }
        }
        Expectation::Called(called) => {
            let is_it = |c: &&Call<'_>| c.operation == Some(called.operation);
            let all: Vec<_> = view.calls.iter().filter(is_it).map(|c| c.n).collect();
            let number = all.len();
            if called.count().fits(number) {
                Vec::new()
            } else {
                finding(
                    all.last().copied().unwrap_or(at_end),
                    format!(
                        "{} should have been called {} times, was called {number} times",
                        called.operation,
                        called.count()
                    ),
                )
            }
        }
        Expectation::Acknowledged(count) => {
            let number =
                view.notices.iter().filter(|n| n.genuine && n.answer.as_ref().is_some_and(|(_, yes, _)| *yes)).count();
            if count.fits(number) {
                Vec::new()
            } else {
                finding(at_end, format!("{count} notifications should have been acknowledged, {number} were"))
            }
        }
        Expectation::Resent(count) => {
            let again: Vec<_> = view.results.iter().filter(|sending| sending.attempt > 1).map(|s| s.n).collect();
            if count.fits(again.len()) {
                Vec::new()
            } else {
                let entry = again.first().copied().unwrap_or(at_end);
                finding(entry, format!("results should have been sent again {count} times, were {} times", again.len()))
            }
        }
    }
}

fn order(view: &View<'_>, name: &str, wanted: &[OrderState]) -> Option<Finding> {
    let words: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    let words = words.join(" or ");
    let Some(last) = view.last_status(name) else {
        return Some(Finding {
            entry: view.entries.len(),
            text: format!("order {name} should be {words}, but nothing is known of it"),
        });
    };
    let state = last.status.state;
    let reason = last.status.reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default();
    (!wanted.contains(&state))
        .then(|| Finding { entry: last.n, text: format!("order {name} should be {words}, is {state}{reason}") })
}
