//! What a parsed scenario must also satisfy: names that exist, orders that can be told apart.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;
use wire::money::{Currency, Money};

use super::expect::Expectation;
use super::model::{By, Checkout, Role, Scenario, Step};
use super::parse::span;
use crate::diagnostic::Diagnostic;
use crate::requirement;
use crate::suggest;

/// All mistakes, in the order of the file.
pub(super) fn check(path: &str, text: &str, scenario: &Scenario) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let mut report = |location, message: String, help: String| {
        mistakes.push(Diagnostic::new(path, text, span(text, location), message, help));
    };
    if scenario.title.value.trim().is_empty() {
        report(scenario.title.referenced, "the title is empty".to_owned(), "say in a sentence what happens".to_owned());
    }
    for id in &scenario.covers {
        if requirement::find(&id.value).is_none() {
            let known: Vec<_> = requirement::ALL.iter().map(|r| r.id).collect();
            let help = match suggest::nearest(&id.value, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`conformance requirements` lists them".to_owned(),
            };
            report(id.referenced, format!("unknown requirement `{}`", id.value), help);
        }
    }
    let mut orders: BTreeMap<&str, &Checkout> = BTreeMap::new();
    for step in &scenario.steps {
        match step {
            Step::Checkout(checkout) => {
                check_checkout(scenario, checkout, &orders, &mut report);
                orders.insert(&checkout.order.value, checkout);
            }
            Step::Cancel(cancel) => check_order(&cancel.order.value, cancel.order.referenced, &orders, &mut report),
            Step::Refund(refund) => check_order(&refund.order.value, refund.order.referenced, &orders, &mut report),
            Step::Until(_) | Step::Restart(_) | Step::Advance(_) | Step::Settle(_) => {}
        }
    }
    for expectation in &scenario.expect {
        check_expectation(expectation, &orders, &mut report);
    }
    mistakes
}

fn check_checkout(
    scenario: &Scenario,
    checkout: &Checkout,
    orders: &BTreeMap<&str, &Checkout>,
    report: &mut impl FnMut(serde_saphyr::Location, String, String),
) {
    let name = &checkout.order.value;
    let good =
        (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !good {
        report(
            checkout.order.referenced,
            format!("the order name `{name}` is not usable"),
            "use 1 to 32 letters, digits, - and _".to_owned(),
        );
    }
    if name == "times" {
        report(
            checkout.order.referenced,
            "an order cannot be called `times`".to_owned(),
            "choose another name".to_owned(),
        );
    }
    if orders.contains_key(name.as_str()) {
        report(
            checkout.order.referenced,
            format!("the order `{name}` was checked out before"),
            "give each order a name of its own".to_owned(),
        );
    }
    let role = match checkout.by {
        By::Terminal => Role::Edc,
        By::EntryCode => Role::Antom,
    };
    if !scenario.roles.contains(&role) {
        let message = format!("this order needs the role `{}`, which the scenario does not name", role.as_str());
        report(checkout.order.referenced, message, format!("add `{}` to `roles`", role.as_str()));
    }
    if checkout.by == By::Terminal && checkout.amount.value.currency != Currency::KRW {
        let message = format!("the terminal takes KRW only, not {}", checkout.amount.value.currency);
        report(checkout.amount.referenced, message, "write `currency: KRW`".to_owned());
    }
}

fn check_order(
    name: &str,
    location: serde_saphyr::Location,
    orders: &BTreeMap<&str, &Checkout>,
    report: &mut impl FnMut(serde_saphyr::Location, String, String),
) {
    if !orders.contains_key(name) {
        let known: Vec<_> = orders.keys().copied().collect();
        report(location, format!("no order `{name}` is checked out"), suggest::help(name, &known));
    }
}

fn check_expectation(
    expectation: &Spanned<Expectation>,
    orders: &BTreeMap<&str, &Checkout>,
    report: &mut impl FnMut(serde_saphyr::Location, String, String),
) {
    match &expectation.value {
        Expectation::Order(states) => {
            for name in states.keys() {
                check_order(name, expectation.referenced, orders, report);
            }
        }
        Expectation::Charged(charged) => {
            check_order(&charged.order, expectation.referenced, orders, report);
            let amount = orders.get(charged.order.as_str()).map(|o| (o.by, o.amount.value));
            // Which order a charge belongs to is seen by its amount alone: a black box shows nothing else.
            if orders.values().filter(|o| Some((o.by, o.amount.value)) == amount).count() > 1 {
                let message = format!(
                    "order `{}` shares its amount with another, so its charges cannot be counted",
                    charged.order
                );
                report(expectation.referenced, message, "give it an amount of its own, or leave this out".to_owned());
            }
            if Money::parse("KRW", &charged.value).is_err() {
                let message = format!("`{}` is not a number of minor units", charged.value);
                report(expectation.referenced, message, "write digits only, such as \"10400\"".to_owned());
            }
        }
        Expectation::Sent(_) | Expectation::Called(_) | Expectation::Acknowledged(_) | Expectation::Resent(_) => {}
    }
}
