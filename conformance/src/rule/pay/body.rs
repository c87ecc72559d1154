//! What a pay request says.

use std::time::Duration;

use wire::antom::{FieldProblem, FieldRule, Operation, Product, Severity, check_fields};
use wire::time::WireTime;

use crate::rule::story::Request;
use crate::rule::view::View;
use crate::rule::{Finding, Judgement};
use crate::scenario::By;

/// What others judge: amounts, ids, URLs and times have requirements of their own.
const OF_OTHERS: [&str; 6] = [
    "paymentRequestId",
    "paymentNotifyUrl",
    "paymentExpiryTime",
    "productCode",
    "paymentMethod.paymentMethodType",
    "paymentFactor.inStorePaymentScenario",
];

/// What each product may have at most ahead as its expiry, and the methods that may have more.
const SOON: Duration = Duration::from_secs(600);
const SLOW_METHODS: [&str; 9] =
    ["BANK", "CARD", "APPLEPAY", "GOOGLEPAY", "KONBINI", "PAYEASY", "MERCADOPAGO", "ACH", "VIETQR"];

pub(super) fn pays<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    view.story.requests_of(Operation::Pay).filter(|request| request.is_authentic())
}

/// Requests that open a payment for one order.
fn opening<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    let is_one = |r: &&Request<'_>| r.is(Operation::Pay) || r.is(Operation::CreatePaymentSession);
    view.story.requests.iter().filter(|request| request.is_authentic()).filter(is_one)
}

/// How the orders of a request's amount are sold, when all of them are sold in the same way.
fn sold_by(view: &View<'_>, request: &Request<'_>) -> Option<By> {
    let mut ways = view.story.sales(view).filter(|order| Some(order.amount) == request.amount()).map(|order| order.by);
    let first = ways.next()?;
    ways.all(|by| by == first).then_some(first)
}

/// PAY-001. The other products have other values; a mixture of them is none.
pub(in crate::rule) fn discriminators_are_right(view: &View<'_>) -> Judgement {
    let table = |request: &Request<'_>| -> Option<&'static [FieldRule]> {
        match sold_by(view, request) {
            Some(By::EntryCode) => Some(Product::EntryCode.discriminators()),
            Some(By::OrderCode) => Some(Product::OrderCode.discriminators()),
            Some(By::PaymentCode) => Some(Product::UserPresented.discriminators()),
            Some(_) => None,
            None => match (Product::of(&*request.body), request.text("/paymentFactor/inStorePaymentScenario")) {
                (Some(product), None) => Some(product.discriminators()),
                (Some(product), Some(_)) if product.is_in_store() => Some(product.discriminators()),
                _ => Some(Product::EntryCode.discriminators()),
            },
        }
    };
    let judged = || pays(view).filter_map(|request| Some((request, table(request)?)));
    let findings = judged().filter_map(|(request, table)| {
        let problems = check_fields(&*request.body, table);
        let problem = errors(&problems).next()?;
        Some(Finding { entry: request.n, text: format!("in pay, {problem}") })
    });
    let findings = findings.collect();
    Judgement::new(judged().next().is_some(), findings)
}

fn errors(problems: &[FieldProblem]) -> impl Iterator<Item = &FieldProblem> {
    problems.iter().filter(|problem| problem.severity == Severity::Error)
}

/// PAY-002.
pub(in crate::rule) fn required_fields_are_there(view: &View<'_>) -> Judgement {
    let findings = pays(view).filter_map(|request| {
        let problem = errors(request.problems()).find(|problem| problem.is_missing())?;
        Some(Finding { entry: request.n, text: format!("in pay, {problem}") })
    });
    let findings = findings.collect();
    Judgement::new(pays(view).next().is_some(), findings)
}

/// PAY-003.
pub(in crate::rule) fn user_agents_are_the_buyers(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in view.story.sales(view).filter(|order| order.by == By::EntryCode) {
        let asked = view.story.asked.iter().find(|asked| asked.n == order.n);
        let Some(buyers) = asked.and_then(|asked| asked.params["userAgent"].as_str()) else { continue };
        let payments = view.story.payments_of(view, order);
        for request in payments.iter().flat_map(|payment| payment.requests(&view.story.requests)) {
            let Some(sent) = request.text("/order/env/userAgent") else { continue };
            exercised = true;
            // At most 2048 characters fit.
            let is_cut = sent.chars().count() == 2048 && buyers.starts_with(sent);
            if sent != buyers && !is_cut {
                let text = format!(
                    "env.userAgent is {sent:?}; the buyer's browser said {buyers:?}, by which the wallet is chosen"
                );
                findings.push(Finding { entry: request.n, text });
            }
        }
    }
    Judgement::new(exercised, findings)
}

/// PAY-004. One that is configured at the gateway does as well, when the driver names it.
pub(in crate::rule) fn notify_urls_are_sound(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let greeting = story.answered.iter().find(|(_, method, _)| *method == "initialize");
    let has_dashboard = greeting.is_some_and(|(_, _, hello)| hello["notifyUrl"].is_string());
    let mut findings = Vec::new();
    for request in opening(view) {
        let mut find = |text: String| findings.push(Finding { entry: request.n, text });
        match request.text("/paymentNotifyUrl") {
            None if view.has_book() && !has_dashboard => find(
                "there is no paymentNotifyUrl, and the driver named none for the dashboard: the result of this payment \
                 has nowhere to go"
                    .to_owned(),
            ),
            None => {}
            Some(url) if url.chars().count() > 2048 => {
                find(format!("paymentNotifyUrl has {} characters, 2048 fit", url.chars().count()));
            }
            Some(url) if !(url.starts_with("https://") || url.starts_with("http://")) => {
                find(format!("paymentNotifyUrl {url:?} is no absolute URL"));
            }
            Some(url) => {
                let mut deliveries = story.notices.iter().filter(|notice| notice.url == url).peekable();
                let deaf = deliveries.peek().is_some() && story.killed.is_empty() && deliveries.all(|n| !n.arrived() && n.answer.is_some());
                if deaf && story.requests.iter().find(|r| r.text("/paymentNotifyUrl") == Some(url)).map(|r| r.n) == Some(request.n) {
                    let why = story.notices.iter().find(|n| n.url == url).and_then(|n| n.answer.as_ref());
                    let why = why.map_or("", |answer| answer.problem);
                    find(format!("nothing was ever reached at paymentNotifyUrl {url:?}: {why}"));
                }
            }
        }
    }
    Judgement::new(opening(view).next().is_some(), findings)
}

/// PAY-019. The time is compared with the request's own, since a merchant's clock may lag behind the world. How long an
/// in-store payment may stay open is in the contract, which is not known here.
pub(in crate::rule) fn expiry_times_are_sound(view: &View<'_>) -> Judgement {
    let dated = || opening(view).filter_map(|r| Some((r, r.body.get("paymentExpiryTime")?)));
    let mut seen = Vec::new();
    let mut findings = Vec::new();
    for (request, written) in dated() {
        let mut find = |text: String| findings.push(Finding { entry: request.n, text });
        let Some(Ok(expiry)) = written.as_str().map(WireTime::parse) else {
            find(format!("paymentExpiryTime is {written}, not ISO-8601 with an offset"));
            continue;
        };
        // A repeat of the same request may come later than the time it names.
        let is_first = request.id().is_none_or(|id| !seen.contains(&id));
        seen.extend(request.id());
        let (now, then) = (request.own_time(), expiry.moment());
        if is_first && then <= now {
            find(format!("paymentExpiryTime {} is not in the future", expiry.as_str()));
        }
        let method = request.text("/paymentMethod/paymentMethodType").unwrap_or_default();
        let is_slow = SLOW_METHODS.iter().any(|slow| method.contains(slow));
        if request.product() == Some(Product::Cashier) && !is_slow && then.since(now) > SOON {
            let minutes = then.since(now).as_secs() / 60;
            find(format!("paymentExpiryTime is {minutes} min ahead; {method} may have less than 10"));
        }
    }
    Judgement::new(dated().next().is_some(), findings)
}

/// PAY-026. Whether a contract needs them shows in the gateway's refusal only.
pub(in crate::rule) fn settlement_is_named(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for request in opening(view) {
        let region = request.text("/merchantRegion");
        let refused = request.refused == Some("SETTLE_CONTRACT_NOT_MATCH");
        exercised |= refused || region.is_some() || request.text("/settlementStrategy/settlementCurrency").is_some();
        let text = match region {
            _ if refused => "the settlement currency is missing, or none of those in the contract".to_owned(),
            Some(region) if region.len() != 2 || !region.bytes().all(|b| b.is_ascii_uppercase()) => {
                format!("merchantRegion is {region:?}, not two upper-case letters")
            }
            _ => continue,
        };
        findings.push(Finding { entry: request.n, text });
    }
    Judgement::new(exercised, findings)
}

/// PAY-029.
pub(in crate::rule) fn fields_fit(view: &View<'_>) -> Judgement {
    let judged = |problem: &&FieldProblem| {
        !problem.is_missing() && !problem.path.ends_with("Amount") && !OF_OTHERS.contains(&problem.path.as_str())
    };
    let findings = opening(view).filter_map(|request| {
        let problem = errors(request.problems()).find(judged)?;
        Some(Finding { entry: request.n, text: problem.to_string() })
    });
    let findings = findings.collect();
    Judgement::new(opening(view).next().is_some(), findings)
}

/// PAY-010. What the buyer is sent to is what the driver answers; it must be what the gateway said.
pub(in crate::rule) fn buyers_go_where_they_are_sent(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, _, answer) in view.story.answered.iter().filter(|(_, method, _)| *method == "checkout") {
        let Some(url) = answer["redirect"]["url"].as_str() else { continue };
        exercised = true;
        let replies = || view.story.requests.iter().filter_map(Request::told).filter(|reply| reply.n < *n);
        let mut find = |text: String| findings.push(Finding { entry: *n, text });
        let Some(reply) = replies().find(|reply| reply.urls().any(|known| known == url)) else {
            find(format!("the buyer is sent to {url:?}, which the gateway never named"));
            continue;
        };
        let Some(form) = reply.body.get("redirectActionForm").filter(|form| form["redirectUrl"] == url) else {
            continue;
        };
        let wanted = form["method"].as_str().unwrap_or("GET");
        let method = answer["redirect"]["method"].as_str().unwrap_or("GET");
        if !method.eq_ignore_ascii_case(wanted) {
            find(format!(
                "the buyer is sent to the wallet by {method}; redirectActionForm (entry {}) says {wanted}",
                reply.n
            ));
        } else if wanted.eq_ignore_ascii_case("POST") && form["parameters"] != answer["redirect"]["parameters"] {
            let given = &answer["redirect"]["parameters"];
            find(format!("the form's parameters are {}; the buyer is sent with {given}", form["parameters"]));
        }
    }
    Judgement::new(exercised, findings)
}
