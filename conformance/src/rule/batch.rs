//! What a correct merchant does to be paid for several merchants at once.

use std::time::Duration;

use wire::antom::{BatchPayRequest, FieldProblem, Operation, PaymentStatus, Severity, Tree, check_fields};
use wire::money::Money;
use wire::time::WireTime;

use super::pay::{believed, failed_on_silence, silent_before};
use super::story::{Payment, Reply, Request, Tells, Word, money};
use super::view::View;
use super::{Finding, Judgement};
use crate::driver::OrderState;

const MOST_ORDERS: usize = 10;
const SOON: Duration = Duration::from_secs(600);
const BANK: Duration = Duration::from_secs(48 * 3600);

fn batches<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    view.story.requests_of(Operation::BatchPay).filter(|request| request.is_authentic())
}

/// Judges each batchPay request by itself.
fn each(view: &View<'_>, wrong: impl Fn(&Request<'_>) -> Option<String>) -> Judgement {
    let findings = batches(view).filter_map(|r| Some(Finding { entry: r.n, text: wrong(r)? }));
    let findings = findings.collect();
    Judgement::new(batches(view).next().is_some(), findings)
}

fn orders<'r>(request: &'r Request<'_>) -> &'r [Tree<'r>] {
    request.body["orderList"].as_array().unwrap_or_default()
}

/// BAT-001.
pub(super) fn the_sum_is_right(view: &View<'_>) -> Judgement {
    each(view, |request| {
        let whole = request.amount()?;
        let amounts: Vec<Money> = orders(request).iter().filter_map(|order| money(&order["orderAmount"])).collect();
        if let Some(other) = amounts.iter().find(|amount| amount.currency != whole.currency) {
            return Some(format!("paymentAmount is in {}, an order in {}", whole.currency, other.currency));
        }
        let sum: u64 = amounts.iter().map(|amount| amount.minor).sum();
        let sum = Money::new(whole.currency, sum);
        (sum != whole).then(|| format!("paymentAmount is {whole}, the orders add up to {sum}"))
    })
}

/// BAT-002.
pub(super) fn orders_are_complete_and_apart(view: &View<'_>) -> Judgement {
    each(view, |request| {
        let orders = orders(request);
        if !(1..=MOST_ORDERS).contains(&orders.len()) {
            return Some(format!("orderList has {} orders, 1 to {MOST_ORDERS} fit", orders.len()));
        }
        if let Some(index) = orders.iter().position(|order| !order.is_object()) {
            return Some(format!("orderList[{index}] is no order"));
        }
        let merchant = |order: &Tree<'_>| order["merchant"]["referenceMerchantId"].as_str().map(ToOwned::to_owned);
        let twin = orders.iter().enumerate().find_map(|(index, order)| {
            let name = merchant(order)?;
            orders[..index].iter().any(|other| merchant(other).as_ref() == Some(&name)).then_some(name)
        });
        twin.map(|name| format!("two orders are of the merchant {name:?}: each merchant has one order of a batch"))
    })
}

/// BAT-003.
pub(super) fn ids_are_short_and_kept(view: &View<'_>) -> Judgement {
    let judged = each(view, |request| {
        let length = request.id().unwrap_or_default().chars().count();
        (!(1..=64).contains(&length)).then(|| format!("batchPaymentRequestId has {length} characters, 1 to 64 fit"))
    });
    let mut findings = match judged {
        Judgement::Broken(findings) => findings,
        Judgement::Held => Vec::new(),
        Judgement::NotExercised => return Judgement::NotExercised,
    };
    findings.extend(silent_before(view, |operation| operation == Operation::BatchPay));
    findings.extend(failed_on_silence(view, |operation| operation == Operation::BatchPay));
    Judgement::new(true, findings)
}

/// Requests whose answer was surely heard and is of this kind, with the entry and code of the answer.
fn heard<'v>(view: &'v View<'_>, is_it: impl Fn(&str, &str, bool) -> bool) -> Vec<(&'v Request<'v>, usize, &'v str)> {
    let answer = |request: &'v Request<'v>| {
        let reply = request.heard()?;
        let fits = is_it(reply.status(), reply.code(), reply.urls().next().is_some());
        fits.then(|| (request, reply.n, reply.code()))
    };
    batches(view).filter_map(answer).collect()
}

/// The next request with the same id.
fn again<'v>(view: &'v View<'_>, request: &Request<'_>, after: usize) -> Option<&'v Request<'v>> {
    batches(view).find(|other| other.n > after && other.id() == request.id())
}

fn new_id_after(view: &View<'_>, answers: &[(&Request<'_>, usize, &str)], why: &str) -> Judgement {
    let findings = answers.iter().filter_map(|(request, n, code)| {
        let again = again(view, request, *n)?;
        let id = request.id().unwrap_or_default();
        Some(Finding { entry: again.n, text: format!("{code} (entry {n}) {why}; the id {id:?} is used again") })
    });
    Judgement::new(!answers.is_empty(), findings.collect())
}

/// BAT-004. A refusal at the door is no answer to the batch.
pub(super) fn failed_ids_are_left(view: &View<'_>) -> Judgement {
    const AT_THE_DOOR: [&str; 3] = ["INVALID_SIGNATURE", "KEY_NOT_FOUND", "CLIENT_INVALID"];
    let failed = heard(view, |status, code, _| {
        (status == "F" && !AT_THE_DOOR.contains(&code)) || (status == "U" && code != "PAYMENT_IN_PROCESS")
    });
    new_id_after(view, &failed, "ends the attempt")
}

/// BAT-005.
pub(super) fn buyers_are_sent_to_the_url(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for (n, _, answer) in view.story.answered.iter().filter(|(_, method, _)| *method == "checkoutBatch") {
        // Of several checkouts at the same time nobody can tell whose answer it is.
        let is_one = |method: &str| method == "checkoutBatch";
        let asked: Vec<_> = view.story.asked.iter().filter(|asked| asked.n < *n && is_one(asked.method)).collect();
        let Some(last) = asked.last() else { continue };
        let answered = view.story.answered.iter().filter(|(at, method, _)| *at < last.n && is_one(method)).count();
        if asked.len() > answered + 1 {
            continue;
        }
        let before = || batches(view).filter_map(Request::told).filter(|reply| reply.n < *n);
        let is_its = |reply: &&Reply<'_>| reply.n > last.n && reply.code() == "PAYMENT_IN_PROCESS";
        let Some(reply) = before().filter(is_its).last() else { continue };
        let Some(named) = reply.urls().next() else { continue };
        exercised = true;
        // Before this answer a notification may have told that the buyer did not pay.
        let made = view.story.payments.iter().filter(|payment| payment.operation == Some(Operation::BatchPay));
        let mut told = made.flat_map(|payment| payment.before(*n)).filter(|word| word.n > last.n && word.sure);
        let is_over = told.any(|word| word.is_failure());
        let text = match answer["redirect"]["url"].as_str() {
            Some(url) if before().any(|reply| reply.urls().any(|known| known == url)) => continue,
            Some(url) => format!("the buyer is sent to {url:?}, which the gateway never named"),
            None if answer["state"] == "failed" && !is_over => {
                format!("the batch is called failed, though the buyer can pay at {named:?} (entry {})", reply.n)
            }
            None => continue,
        };
        findings.push(Finding { entry: *n, text });
    }
    Judgement::new(exercised, findings)
}

/// Who still asks then has not taken it for failed.
const LONG_AFTER: Duration = Duration::from_secs(60);

/// BAT-006. To ask at once whether there is a payment after all is no mistake.
pub(super) fn nothing_was_made_without_a_url(view: &View<'_>) -> Judgement {
    let bare = heard(view, |status, code, has_url| status == "U" && code == "PAYMENT_IN_PROCESS" && !has_url);
    let judged = new_id_after(view, &bare, "came without a URL: there is no payment");
    let mut findings = if let Judgement::Broken(findings) = judged { findings } else { Vec::new() };
    for (request, n, _) in &bare {
        let is_retried = batches(view).any(|other| other.n > *n);
        let payment = view.story.payments.iter().find(|payment| Some(payment.id.as_str()) == request.id());
        let is_there = |payment: &Payment<'_>| {
            payment.status().is_some()
                || payment.words.iter().any(|w| matches!(w.tells, Tells::Status(_) | Tells::Accepted))
        };
        let asked = payment.filter(|payment| !is_there(payment)).and_then(|payment| {
            let mut after = payment.asked_after(*n).filter(|(_, operation)| *operation == Operation::InquiryPayment);
            after.find(|(asked, _)| {
                view.at(*asked).zip(view.at(*n)).is_some_and(|(asked, at)| asked.since(at) >= LONG_AFTER)
            })
        });
        if let Some((asked, _)) = asked {
            let text =
                format!("a payment that was never made (entry {n}) is still asked about: its order is not closed");
            findings.push(Finding { entry: asked, text });
        }
        let sold = view.story.sales(view).filter(|order| {
            payment.is_some_and(|payment| view.story.payments_of(view, order).iter().any(|p| p.id == payment.id))
        });
        let open = sold.filter_map(|order| view.last_status(&order.name)).find(|s| s.status.state == OrderState::Open);
        let had_time = view.at(*n).is_some_and(|at| view.story.had_time(at));
        if let Some(open) = open.filter(|_| !is_retried && had_time) {
            let text = format!("order {} waits for a payment that was never made (entry {n})", open.order);
            findings.push(Finding { entry: open.n, text });
        }
    }
    Judgement::new(!bare.is_empty(), findings)
}

/// BAT-007.
pub(super) fn a_batch_that_was_made_is_not_paid(view: &View<'_>) -> Judgement {
    let is_batch = |payment: &Payment<'_>, word: &Word<'_>| {
        word.tells == Tells::Accepted && payment.operation == Some(Operation::BatchPay)
    };
    believed(view, is_batch, |_, word| {
        format!("but the last thing said is that the batch was made (entry {}): nobody has paid yet", word.n)
    })
}

/// BAT-008.
pub(super) fn required_fields_are_there(view: &View<'_>) -> Judgement {
    each(view, |request| {
        let problems = check_fields(&*request.body, BatchPayRequest::FIELDS);
        let missing = problems.iter().find(|p| p.severity == Severity::Error && p.is_missing());
        missing.map(FieldProblem::to_string)
    })
}

/// BAT-009.
pub(super) fn expiry_is_near(view: &View<'_>) -> Judgement {
    let dated = || batches(view).filter_map(|r| Some((r, r.text("/paymentExpiryTime")?)));
    let findings = dated().filter_map(|(request, written)| {
        let method = request.text("/paymentMethod/paymentMethodType").unwrap_or_default();
        let most = if method.contains("BANK") { BANK } else { SOON };
        let text = match WireTime::parse(written) {
            Err(error) => format!("paymentExpiryTime: {error}"),
            Ok(expiry) if expiry.moment().since(request.own_time()) > most => {
                format!("paymentExpiryTime {written} is too far ahead: less than {} min fit", most.as_secs() / 60)
            }
            Ok(_) => return None,
        };
        Some(Finding { entry: request.n, text })
    });
    let findings = findings.collect();
    Judgement::new(dated().next().is_some(), findings)
}

/// BAT-010. Orders that somebody called off or gave back go their own way.
pub(super) fn orders_move_together(view: &View<'_>) -> Judgement {
    let story = &view.story;
    let mut findings = Vec::new();
    let mut exercised = false;
    for asked in story.asked.iter().filter(|asked| asked.method == "checkoutBatch") {
        let names: Vec<_> =
            asked.params["orders"].as_array().into_iter().flatten().filter_map(|o| o["order"].as_str()).collect();
        let apart = |name: &str| {
            story.asked.iter().any(|other| matches!(other.method, "cancel" | "refund") && other.is_about(name))
        };
        let last: Vec<_> = names.iter().filter(|name| !apart(name)).filter_map(|name| view.last_status(name)).collect();
        let is_paid = story.payments.iter().any(|payment| {
            payment.operation == Some(Operation::BatchPay) && payment.status() == Some(PaymentStatus::Success)
        });
        if !is_paid || last.len() < 2 || view.ended.is_none() {
            continue;
        }
        exercised = true;
        let (Some(paid), Some(behind)) = (
            last.iter().find(|s| s.status.state == OrderState::Paid),
            last.iter()
                .find(|s| matches!(s.status.state, OrderState::Open | OrderState::Failed | OrderState::Cancelled)),
        ) else {
            continue;
        };
        let text = format!(
            "order {} is {}, and order {} of the same payment is paid",
            behind.order, behind.status.state, paid.order
        );
        findings.push(Finding { entry: behind.n, text });
    }
    Judgement::new(exercised, findings)
}
