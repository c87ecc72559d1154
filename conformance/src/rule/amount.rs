//! Amounts on the wire, wherever they stand.

use std::fmt::Write as _;

use wire::antom::{Operation, Tree, WalletRule};
use wire::money::{Currency, MAX_DIGITS, Money};

use super::story::{Outcome, Payment, Request, Tells, Word, money};
use super::view::View;
use super::{Finding, Judgement};
use crate::driver::OrderState;

/// An amount object in a request.
struct Written<'v> {
    object: &'v Tree<'v>,
}

impl Written<'_> {
    fn currency(&self) -> &str {
        self.object["currency"].as_str().unwrap_or_default()
    }

    /// The value as it was written, with or without quotes.
    fn value(&self) -> String {
        match &self.object["value"] {
            Tree::Text(text) => text.to_string(),
            other => other.to_string(),
        }
    }
}

/// Does something with each amount of a message, and the names and numbers that lead to it.
fn each_amount<'v>(value: &'v Tree<'v>, path: &mut Vec<Step<'v>>, visit: &mut impl FnMut(&Written<'v>, &[Step<'v>])) {
    let mut deeper = |step: Step<'v>, value: &'v Tree<'v>| {
        if value.is_object() || value.is_array() {
            path.push(step);
            each_amount(value, path, visit);
            path.pop();
        }
    };
    match value {
        Tree::Object(_) if value.get("currency").is_some() && value.get("value").is_some() => {
            visit(&Written { object: value }, path);
        }
        Tree::Object(fields) => fields.iter().for_each(|(name, value)| deeper(Step::Name(name), value)),
        Tree::List(items) => items.iter().enumerate().for_each(|(index, item)| deeper(Step::Place(index), item)),
        _ => {}
    }
}

/// A step on the way to an amount.
#[derive(Clone, Copy)]
enum Step<'v> {
    Name(&'v str),
    Place(usize),
}

/// The way as people write it.
fn written(path: &[Step<'_>]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) if text.is_empty() => text.push_str(name),
            Step::Name(name) => text.extend([".", name]),
            Step::Place(index) => {
                // Writing to a text cannot fail.
                let _ = write!(text, "[{index}]");
            }
        }
    }
    text
}

/// Judges each amount of each request by itself.
fn each(
    view: &View<'_>,
    concerns: impl Fn(&Written<'_>) -> bool,
    wrong: impl Fn(&Written<'_>) -> Option<String>,
) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in &view.story.requests {
        each_amount(&request.body, &mut Vec::new(), &mut |amount, path| {
            if concerns(amount) {
                exercised = true;
                let finding = |text| Finding { entry: request.n, text: format!("{} {text}", written(path)) };
                findings.extend(wrong(amount).map(finding));
            }
        });
    }
    Judgement::new(exercised, findings)
}

/// Requests that make a payment for one order, with their amounts, and whether an order costs just that.
fn asked<'v>(view: &'v View<'_>) -> Vec<(&'v Request<'v>, Money, bool)> {
    let is_one = |r: &&Request<'_>| r.is_creating() && !r.is(Operation::BatchPay);
    let priced = view.story.requests.iter().filter(is_one).filter_map(|r| Some((r, r.amount()?)));
    let owned = |amount: Money| view.story.sales(view).any(|order| order.amount == amount);
    priced.map(|(request, amount)| (request, amount, owned(amount))).collect()
}

/// AMT-001. The amount of an order is known in minor units; one that is off by its decimals was converted wrongly.
pub(super) fn amounts_are_in_minor_units(view: &View<'_>) -> Judgement {
    let asked = asked(view);
    let findings = asked.iter().filter(|(_, _, is_owned)| !is_owned).filter_map(|(request, amount, _)| {
        let shifted = view.story.sales(view).find(|order| {
            let (one, other) = (order.amount.minor, amount.minor);
            let is_shift = |unit: u64| one == other.saturating_mul(unit) || other == one.saturating_mul(unit);
            order.amount.currency == amount.currency && [10, 100, 1000].into_iter().any(is_shift)
        })?;
        let text = format!(
            "{amount} is asked for, order {} costs {}: {} has {} decimals",
            shifted.name,
            shifted.amount,
            amount.currency,
            amount.currency.exponent()
        );
        Some(Finding { entry: request.n, text })
    });
    let findings = findings.collect();
    Judgement::new(!asked.is_empty() && view.story.sales(view).next().is_some(), findings)
}

/// AMT-002.
pub(super) fn values_are_digits(view: &View<'_>) -> Judgement {
    each(
        view,
        |_| true,
        |amount| {
            let value = amount.value();
            if matches!(amount.object["value"], Tree::Number(_)) {
                return Some(format!("has the value {value}, a JSON number, where a string belongs"));
            }
            let is_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let problem = if !is_digits {
                "not digits only"
            } else if value.len() > MAX_DIGITS {
                "longer than 16 digits"
            } else if value.len() > 1 && value.starts_with('0') {
                "written with leading zeros"
            } else {
                return None;
            };
            Some(format!("has the value {value:?}, which is {problem}"))
        },
    )
}

/// AMT-003.
pub(super) fn rupiah_end_with_zeros(view: &View<'_>) -> Judgement {
    each(
        view,
        |amount| amount.currency() == "IDR",
        |amount| {
            let value = amount.value();
            (!value.ends_with("00")).then(|| format!("is {value} of IDR, which must end with 00"))
        },
    )
}

/// AMT-004.
pub(super) fn currencies_agree(view: &View<'_>) -> Judgement {
    let spelled = each(
        view,
        |_| true,
        |amount| {
            let currency = amount.currency();
            currency
                .parse::<Currency>()
                .is_err()
                .then(|| format!("is in {currency:?}, which is no currency of ISO 4217 in upper case"))
        },
    );
    let mut findings = match spelled {
        Judgement::Broken(findings) => findings,
        Judgement::Held => Vec::new(),
        Judgement::NotExercised => return Judgement::NotExercised,
    };
    for request in view.story.requests.iter().filter(|r| r.is_creating()) {
        let (paid, ordered) = (request.text("/paymentAmount/currency"), request.text("/order/orderAmount/currency"));
        if let (Some(paid), Some(ordered)) = (paid, ordered)
            && paid != ordered
        {
            let text = format!("the order is in {ordered}, its payment in {paid}");
            findings.push(Finding { entry: request.n, text });
        }
    }
    for request in view.story.requests_of(Operation::Refund) {
        let Some(payment) = view.story.payments.iter().find(|payment| payment.is_meant_by(request)) else { continue };
        if let (Some(back), Some(paid)) = (request.text("/refundAmount/currency"), payment.amount)
            && back != paid.currency.as_str()
        {
            let text = format!("the payment is in {}, its refund in {back}", paid.currency);
            findings.push(Finding { entry: request.n, text });
        }
    }
    Judgement::new(true, findings)
}

/// AMT-005.
pub(super) fn minimums_are_respected(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in view.story.requests.iter().filter(|r| r.is_creating()) {
        let method = request.text("/paymentMethod/paymentMethodType").unwrap_or_default();
        let Some(amount) = request.amount() else { continue };
        let Some(rule) = WalletRule::of(method, amount) else { continue };
        exercised = true;
        if amount.minor < rule.least {
            let least = Money::new(amount.currency, rule.least);
            findings.push(Finding {
                entry: request.n,
                text: format!("{amount} is asked for by {method}, which takes {least} at least"),
            });
        }
    }
    Judgement::new(exercised, findings)
}

/// AMT-006. An integration that was told a basket computes itself; so does one that keeps prices as fractions.
pub(super) fn amounts_are_computed_exactly(view: &View<'_>) -> Judgement {
    let asked = asked(view);
    let has_decimals = |amount: Money| amount.currency.exponent() > 0;
    let findings = asked.iter().filter(|(_, _, is_owned)| !is_owned).filter_map(|(request, amount, _)| {
        let near = view
            .story
            .sales(view)
            .find(|order| order.amount.currency == amount.currency && order.amount.minor.abs_diff(amount.minor) <= 2)?;
        let text = format!("{amount} is asked for, order {} costs {}: a rounding mistake", near.name, near.amount);
        Some(Finding { entry: request.n, text })
    });
    let findings = findings.collect();
    let exercised = view.story.sales(view).any(|order| has_decimals(order.amount)) && !asked.is_empty();
    Judgement::new(exercised, findings)
}

/// AMT-007. Exercised by a success whose actual or settled amount is another than that of the payment.
pub(super) fn other_amounts_are_let_pass(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in story.sales(view) {
        for payment in story.payments_of(view, order) {
            let Some(word) =
                payment.words.iter().find(|word| word.sure && word.is_success() && is_exchanged(view, payment, word))
            else {
                continue;
            };
            if is_doubtful(view, payment) {
                continue;
            }
            exercised = true;
            let Some(last) = view.last_status(&order.name).filter(|_| view.ended.is_some()) else { continue };
            let dropped = matches!(last.status.state, OrderState::Open | OrderState::Failed | OrderState::Parked);
            let is_foreign = last.status.booked.is_some_and(|b| b.currency != order.amount.currency);
            let is_kept = payment.status() == Some(wire::antom::PaymentStatus::Success);
            if is_kept && (dropped || is_foreign) && last.n > word.n {
                let text = format!(
                    "order {} is {}; its payment succeeded (entry {}), and paymentAmount is right: actualPaymentAmount and \
                     grossSettlementAmount are in other money",
                    order.name, last.status.state, word.n
                );
                findings.push(Finding { entry: last.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// Whether the gateway was wrong about paymentAmount itself, or spoke of another payment: that is a person's to look at.
fn is_doubtful(view: &View<'_>, payment: &Payment<'_>) -> bool {
    let story = &view.story;
    let answers = story.requests.iter().filter(|r| payment.is_meant_by(r)).filter_map(Request::told);
    let mut amounts = answers.filter_map(|reply| money(&reply.body["paymentAmount"]));
    // An order of a batch may be told of by itself.
    let is_known = |told: Money| Some(told) == payment.amount || story.sales(view).any(|order| order.amount == told);
    let names_nothing = |word: &Word<'_>| {
        let notice = story.notices.iter().find(|notice| notice.n == word.n);
        notice.and_then(|notice| money(&notice.body["paymentAmount"])).is_some_and(|told| !is_known(told))
    };
    // A forgery says nothing of it.
    let is_odd = |word: &Word<'_>| !matches!(word.tells, Tells::Forged(_)) && (!word.fits || names_nothing(word));
    amounts.any(|told| Some(told) != payment.amount) || payment.words.iter().any(is_odd)
}

/// Whether a success also names another amount than paymentAmount.
fn is_exchanged(view: &View<'_>, payment: &Payment<'_>, word: &Word<'_>) -> bool {
    let story = &view.story;
    let body = match word.tells {
        Tells::Notified(Outcome::Paid) => {
            story.notices.iter().find(|notice| notice.n == word.n).map(|notice| &notice.body)
        }
        _ => word.request.and_then(|index| story.requests.get(index)?.told()).map(|reply| &reply.body),
    };
    let amount = |field: &str| body.and_then(|body| money(&body[field]));
    // What is told of an order of a batch is compared with what the order costs.
    let paid = amount("paymentAmount").or(payment.amount);
    let differs = |field: &str| amount(field).is_some_and(|told| Some(told) != paid);
    differs("actualPaymentAmount") || differs("grossSettlementAmount")
}
