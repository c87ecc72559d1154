//! What a parsed scenario must also satisfy: names that exist, orders that can be told apart.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::{Location, Spanned};
use wire::money::{Currency, Money};
use wire::suggest;

use super::expand::Piece;
use super::expect::{Count, Expectation};
use super::front::Product;
use super::mistake::Mistake;
use super::model::{Role, Scenario};
use super::sale::{By, Capture, Checkout, CheckoutBatch, total};
use super::source::Source;
use super::step::{GatewayKey, Step};
use crate::diagnostic::Diagnostic;
use crate::requirement;

/// How many lists of steps may be taken at the same time.
const LISTS: usize = 16;

/// All mistakes, in the order of the files. `scenario` has no steps and expectations yet: they are in the pieces.
pub(super) fn check(source: &Source, scenario: &Scenario, pieces: &[Piece<'_>]) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    let mut report = |location, message: String, help: String| {
        mistakes.push(Mistake { location, message, help }.in_file(source));
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
    if pieces.iter().all(|piece| piece.steps.is_empty()) {
        let message = "there are no steps: nothing is done, so nothing can be found wrong".to_owned();
        let place = source.text.lines().take_while(|line| !line.starts_with("steps")).map(|line| line.len() + 1).sum();
        let help = "write what is done, such as `- checkout: {…}` and `- settle: {within: 3m}`".to_owned();
        mistakes.push(Diagnostic::new(&source.path, &source.text, place..place + 5, message, help));
    }
    let mut orders = Orders::new();
    let mut batches = BTreeSet::new();
    for piece in pieces {
        let mut report = |location, message: String, help: String| {
            mistakes.push(Mistake { location, message, help }.in_file(piece.source));
        };
        for step in &piece.steps {
            check_step(scenario, step, &mut orders, &mut batches, &mut report);
        }
    }
    for piece in pieces {
        let mut report = |location, message: String, help: String| {
            mistakes.push(Mistake { location, message, help }.in_file(piece.source));
        };
        for expectation in &piece.expect {
            check_expectation(expectation, &orders, &mut report);
        }
    }
    mistakes
}

fn check_step<'s>(
    scenario: &'s Scenario,
    step: &'s Step,
    orders: &mut Orders<'s>,
    batches: &mut BTreeSet<&'s str>,
    report: &mut impl FnMut(Location, String, String),
) {
    match step {
        Step::Checkout(checkout) => {
            check_checkout(scenario, checkout, orders, report);
            orders.insert(&checkout.order.value, (checkout.by, checkout.amount.value));
        }
        Step::Visit(visit) => {
            let is_paid_online = visit.product != Product::Terminal;
            if !scenario.roles.contains(&Role::Client) || is_paid_online && !scenario.roles.contains(&Role::Antom) {
                let message =
                    "a page is opened, but the scenario does not name the roles `antom` and `client`".to_owned();
                report(visit.order.referenced, message, "write `roles: [antom, client]`".to_owned());
            }
            orders.insert(&visit.order.value, (By::Session, visit.amount.value));
        }
        Step::Callback(callback) if scenario.roles.contains(&Role::Client) => {
            check_order(&callback.order.value, callback.order.referenced, orders, report);
        }
        Step::Press(_) | Step::Callback(_) | Step::Screen(_) if !scenario.roles.contains(&Role::Client) => {
            let message = "there is no page: the scenario does not name the role `client`".to_owned();
            report(scenario.title.referenced, message, "write `roles: [antom, client]`".to_owned());
        }
        Step::CheckoutBatch(batch) => {
            check_batch(scenario, batch, orders, report);
            batches.insert(&batch.batch.value);
        }
        Step::Retry(retry) if batches.contains(retry.order.value.as_str()) => {}
        Step::Retry(retry) => check_order(&retry.order.value, retry.order.referenced, orders, report),
        Step::Capture(capture) => check_order(&capture.order.value, capture.order.referenced, orders, report),
        Step::Cancel(cancel) => check_order(&cancel.order.value, cancel.order.referenced, orders, report),
        Step::Refund(refund) => check_order(&refund.order.value, refund.order.referenced, orders, report),
        Step::Until(until) => {
            if until.value.condition().is_none() {
                let help = "name one of: event, sent, called, notified, order, told, sees".to_owned();
                report(until.referenced, "`until` waits for one thing".to_owned(), help);
            }
            for name in until.value.order.iter().flatten().map(|(name, _)| name) {
                check_order(name, until.referenced, orders, report);
            }
        }
        Step::Parallel(lists) => check_parallel(scenario, lists, orders, batches, report),
        Step::SendRaw(_) if !scenario.roles.contains(&Role::Edc) => {
            let message = "there is no line to a till: the scenario does not name the role `edc`".to_owned();
            report(scenario.title.referenced, message, "add `edc` to `roles`".to_owned());
        }
        Step::NotifyRaw(raw) => {
            if !scenario.roles.contains(&Role::Antom) {
                let message =
                    "nobody listens for notifications: the scenario does not name the role `antom`".to_owned();
                report(raw.referenced, message, "add `antom` to `roles`".to_owned());
            }
            if raw.value.body.is_some() && raw.value.hex.is_some() {
                let message = "the body is said twice".to_owned();
                report(raw.referenced, message, "write `body`, or `hex`".to_owned());
            }
            let header = raw.value.headers.iter().find(|(name, value)| !is_header(name, value));
            if let Some((name, _)) = header {
                let help = "write a name of letters, digits and -, and a value of printable characters".to_owned();
                report(raw.referenced, format!("`{name}` cannot be sent as a header"), help);
            }
        }
        Step::ReplayNotification(_) if !scenario.roles.contains(&Role::Antom) => {
            let message = "there are no notifications: the scenario does not name the role `antom`".to_owned();
            report(scenario.title.referenced, message, "add `antom` to `roles`".to_owned());
        }
        Step::Restart(restart) if restart.gateway_key == GatewayKey::New && !scenario.roles.contains(&Role::Antom) => {
            let message = "there is no gateway: the scenario does not name the role `antom`".to_owned();
            report(scenario.title.referenced, message, "add `antom` to `roles`".to_owned());
        }
        Step::SendRaw(_)
        | Step::Press(_)
        | Step::Callback(_)
        | Step::Screen(_)
        | Step::ReplayNotification(_)
        | Step::Repeat(_)
        | Step::Restart(_)
        | Step::Advance(_)
        | Step::Settle(_) => {}
    }
}

fn check_parallel<'s>(
    scenario: &'s Scenario,
    lists: &'s Spanned<Vec<Vec<Step>>>,
    orders: &mut Orders<'s>,
    batches: &mut BTreeSet<&'s str>,
    report: &mut impl FnMut(Location, String, String),
) {
    if !(2..=LISTS).contains(&lists.value.len()) || lists.value.iter().any(Vec::is_empty) {
        let help = format!("write two to {LISTS} lists, each with a step: `parallel: [[…], [… ]]`");
        report(lists.referenced, "these are no lists of steps to take at the same time".to_owned(), help);
    }
    let all = || lists.value.iter().flatten();
    if all().any(|step| matches!(step, Step::Parallel(_))) {
        let help = "write all lists beside each other".to_owned();
        report(lists.referenced, "`parallel` within `parallel`".to_owned(), help);
        return;
    }
    // An order of one list is known in all of them, whichever comes first.
    let (sales, others): (Vec<_>, Vec<_>) =
        all().partition(|step| matches!(step, Step::Checkout(_) | Step::CheckoutBatch(_)));
    for step in sales.into_iter().chain(others) {
        check_step(scenario, step, orders, batches, report);
    }
}

fn is_header(name: &str, value: &str) -> bool {
    let good = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !name.is_empty() && name.bytes().all(good) && value.bytes().all(|b| (b' '..=b'~').contains(&b))
}

/// Orders that were checked out: how, and for how much.
type Orders<'s> = BTreeMap<&'s str, (By, Money)>;

fn check_checkout(
    scenario: &Scenario,
    checkout: &Checkout,
    orders: &Orders<'_>,
    report: &mut impl FnMut(Location, String, String),
) {
    let (name, at) = (&checkout.order.value, checkout.order.referenced);
    check_name(name, at, orders, report);
    check_role(scenario, checkout.by.role(), at, report);
    let amount = checkout.amount.value;
    match checkout.by {
        By::Terminal if amount.currency != Currency::KRW => {
            let message = format!("the terminal takes KRW only, not {}", amount.currency);
            report(checkout.amount.referenced, message, "write `currency: KRW`".to_owned());
        }
        By::Batch => {
            let help = "write `checkout-batch: {batch: G, orders: […]}`".to_owned();
            report(at, "the orders of a batch are checked out together".to_owned(), help);
        }
        _ => {}
    }
    let takes_a_method = matches!(checkout.by, By::Cashier | By::Session);
    if !takes_a_method && (checkout.method.is_some() || checkout.capture == Capture::Manual) {
        let help = "write `by: cashier` or `by: session`, or leave it out".to_owned();
        report(at, "`method` and `capture` are for orders that are paid online".to_owned(), help);
    }
    if checkout.by != By::PaymentCode && checkout.payment_code.is_some() {
        let help = "write `by: payment-code`, or leave it out".to_owned();
        report(at, "`payment-code` is for orders whose buyer shows a code".to_owned(), help);
    }
    if !checkout.cart.is_empty() {
        let sum = total(amount.currency, &checkout.cart);
        if sum != Some(amount) {
            let sum = sum.map_or_else(|| format!("no sum in {}", amount.currency), |sum| sum.to_string());
            let message = format!("the cart comes to {sum}, the amount is {amount}");
            let help = "prices are in major units with a point, `amount` is in minor units".to_owned();
            report(checkout.amount.referenced, message, help);
        }
    }
}

fn check_batch<'s>(
    scenario: &'s Scenario,
    batch: &'s CheckoutBatch,
    orders: &mut Orders<'s>,
    report: &mut impl FnMut(Location, String, String),
) {
    check_name(&batch.batch.value, batch.batch.referenced, orders, report);
    check_role(scenario, Role::Antom, batch.batch.referenced, report);
    if batch.orders.is_empty() {
        let help = "write `orders: [{order: A, amount: {…}}, …]`".to_owned();
        report(batch.batch.referenced, "the batch has no orders".to_owned(), help);
    }
    for order in &batch.orders {
        check_name(&order.order.value, order.order.referenced, orders, report);
        orders.insert(&order.order.value, (By::Batch, order.amount.value));
    }
}

fn check_name(name: &str, at: Location, orders: &Orders<'_>, report: &mut impl FnMut(Location, String, String)) {
    let good =
        (1..=32).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if !good {
        let help = "use 1 to 32 letters, digits, - and _".to_owned();
        report(at, format!("the order name `{name}` is not usable"), help);
    }
    if name == "times" {
        report(at, "an order cannot be called `times`".to_owned(), "choose another name".to_owned());
    }
    if orders.contains_key(name) {
        let help = "give each order a name of its own; `retry` is for a buyer who tries again".to_owned();
        report(at, format!("the order `{name}` was checked out before"), help);
    }
}

fn check_role(scenario: &Scenario, role: Role, at: Location, report: &mut impl FnMut(Location, String, String)) {
    if !scenario.roles.contains(&role) {
        let message = format!("this order needs the role `{}`, which the scenario does not name", role.as_str());
        report(at, message, format!("add `{}` to `roles`", role.as_str()));
    }
}

fn check_order(name: &str, location: Location, orders: &Orders<'_>, report: &mut impl FnMut(Location, String, String)) {
    if !orders.contains_key(name) {
        let known: Vec<_> = orders.keys().copied().collect();
        let help = match known.as_slice() {
            [] => format!("no order is, before this: add `- checkout: {{order: {name}, …}}`"),
            known => suggest::help(name, known),
        };
        report(location, format!("no order `{name}` is checked out"), help);
    }
}

fn check_expectation(
    expectation: &Spanned<Expectation>,
    orders: &Orders<'_>,
    report: &mut impl FnMut(Location, String, String),
) {
    match &expectation.value {
        Expectation::Order(states) => {
            nothing_named(states.is_empty(), expectation.referenced, report);
            for name in states.keys() {
                check_order(name, expectation.referenced, orders, report);
            }
        }
        Expectation::OneOf(states) => {
            nothing_named(states.is_empty(), expectation.referenced, report);
            for (name, states) in states {
                check_order(name, expectation.referenced, orders, report);
                if states.is_empty() {
                    let help = format!("write one at least: {{{name}: [paid]}}");
                    report(expectation.referenced, format!("order `{name}` can end in no state"), help);
                }
            }
        }
        Expectation::Charged(charged) => {
            check_order(&charged.order, expectation.referenced, orders, report);
            let amount = orders.get(charged.order.as_str());
            // Which order a charge belongs to is seen by its amount alone: a black box shows nothing else.
            let same = |other: &&(By, Money)| {
                amount.is_some_and(|(by, money)| other.0.role() == by.role() && other.1 == *money)
            };
            if orders.values().filter(same).count() > 1 {
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
        Expectation::Sent(sent) => check_count(sent.count(), expectation.referenced, report),
        Expectation::Called(called) => check_count(called.count(), expectation.referenced, report),
        Expectation::Acknowledged(count) | Expectation::Resent(count) => {
            check_count(*count, expectation.referenced, report);
        }
    }
}

fn nothing_named(is_empty: bool, at: Location, report: &mut impl FnMut(Location, String, String)) {
    if is_empty {
        let help = "name an order and its state, such as `{A: paid}`".to_owned();
        report(at, "this expects nothing".to_owned(), help);
    }
}

/// A number that everything fits, or nothing, is a slip.
fn check_count(count: Count, at: Location, report: &mut impl FnMut(Location, String, String)) {
    let least = count.times.max(count.at_least).unwrap_or(0);
    let most = [count.times, count.at_most].into_iter().flatten().min().unwrap_or(u32::MAX);
    if (least, most) == (0, u32::MAX) {
        let help = "write `times`, `at-least` from 1 on, or `at-most`".to_owned();
        report(at, "any number is right by this, so it expects nothing".to_owned(), help);
    } else if least > most {
        let help = "`times` alone says exactly how often; `at-least` and `at-most` make a range".to_owned();
        report(at, format!("no number is {count}"), help);
    }
}
