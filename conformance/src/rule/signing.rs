//! What a correct merchant signs, and with what its requests come.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use memchr::memmem;
use sim_antom::LostHow;
use wire::antom::{Operation, Signature};
use wire::time::Moment;

use super::story::{Reply, Request, moment};
use super::text::any_text;
use super::view::{Status, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::trace::{DriverEvent, Event};

/// How far a merchant's clock may be off. Not documented, so ours (docs/choices.md).
const SKEW: Duration = Duration::from_secs(300);

/// Requests to the payment API, whatever is wrong with them: not those of a buyer's page.
fn requests<'v>(view: &'v View<'_>) -> impl Iterator<Item = &'v Request<'v>> {
    view.story.requests.iter().filter(|request| request.is_to_api)
}

/// With an API key instead of a signature. Only the newest official SDK does so.
fn is_by_api_key(request: &Request<'_>) -> bool {
    request.header("signature").is_none()
        && request.header("authorization").is_some_and(|value| value.starts_with("Bearer "))
}

/// SIG-001.
pub(super) fn requests_are_signed(view: &View<'_>) -> Judgement {
    let findings = requests(view).filter(|r| r.refused == Some("INVALID_SIGNATURE")).map(|request| {
        let why = request.notes.first().map_or("", String::as_str);
        Finding { entry: request.n, text: format!("a request does not verify: {why}") }
    });
    Judgement::new(requests(view).next().is_some(), findings.collect())
}

/// SIG-002. What serialisers write in different ways: text beyond ASCII, and escapes.
pub(super) fn the_bytes_that_are_sent_are_signed(view: &View<'_>) -> Judgement {
    let is_tricky = |r: &&Request<'_>| !r.raw.is_ascii() || memchr::memchr(b'\\', r.raw).is_some();
    let tricky = || requests(view).filter(is_tricky).filter(|r| !is_by_api_key(r));
    let findings =
        tricky().filter(|r| r.refused == Some("INVALID_SIGNATURE") && r.header("signature").is_some()).map(|request| {
            Finding {
            entry: request.n,
            text: "a body with characters beyond ASCII, or escapes, does not verify: the signature must cover the very \
                   bytes that are sent, not another spelling of the same JSON"
                .to_owned(),
        }
        });
    Judgement::new(tricky().next().is_some(), findings.collect())
}

/// SIG-003. A missing keyVersion is legal: the newest key is meant.
pub(super) fn headers_are_complete(view: &View<'_>) -> Judgement {
    let missing = |request: &Request<'_>| {
        let present = |name: &str| request.header(name).filter(|value| !value.is_empty());
        let Some(client) = present("Client-Id") else { return Some("the header Client-Id is missing".to_owned()) };
        let Some(time) = present("Request-Time") else { return Some("the header Request-Time is missing".to_owned()) };
        if moment(time).is_none() {
            return Some(format!("Request-Time is {time:?}, neither epoch milliseconds nor ISO-8601 with an offset"));
        }
        let Some(signature) = request.header("signature") else {
            return (!is_by_api_key(request)).then(|| "the header Signature is missing".to_owned());
        };
        match Signature::parse(signature) {
            Err(error) => Some(error.to_string()),
            Ok(signature) if signature.algorithm != Signature::ALGORITHM => {
                Some(format!("Signature names the algorithm {:?}, there is only RSA256", signature.algorithm))
            }
            Ok(_) if request.refused == Some("CLIENT_INVALID") => Some(format!("Client-Id {client:?} is nobody's")),
            Ok(signature) if request.refused == Some("KEY_NOT_FOUND") => {
                let version = signature.key_version.unwrap_or_default();
                Some(format!("Signature names key version {version:?}, which was never uploaded"))
            }
            Ok(_) if !is_escaped(signature) => {
                let text =
                    "Signature carries base64 that is not URL-encoded: a `+` in it is a blank to whoever decodes it";
                Some(text.to_owned())
            }
            Ok(_) => None,
        }
    };
    let findings = requests(view).filter_map(|request| missing(request).map(|text| Finding { entry: request.n, text }));
    Judgement::new(requests(view).next().is_some(), findings.collect())
}

/// Whether the signature in a header is URL-encoded, as documented and as every official SDK does it. That of an RSA key
/// of any usual size ends in `=` where it is not.
fn is_escaped(header: &str) -> bool {
    let value = header.split(',').find_map(|part| part.trim().strip_prefix("signature=")).unwrap_or_default();
    !value.contains(['+', '/', '='])
}

/// SIG-004. A merchant without the driver's clock lags behind a world whose waits are skipped, so its time may be
/// anywhere between the beginning of the trace and now.
pub(super) fn clocks_are_right(view: &View<'_>) -> Judgement {
    let began = view.entries.first().map_or(Moment::WORLD_START, |entry| entry.at);
    let timed = || requests(view).filter_map(|r| Some((r, moment(r.header("request-time")?)?)));
    let findings = timed().filter(|(r, time)| began.since(*time) > SKEW || time.since(r.at) > SKEW).map(|(r, time)| {
        let (off, side) = if time > r.at { (time.since(r.at), "ahead") } else { (r.at.since(time), "behind") };
        let time = r.header("request-time").unwrap_or_default();
        let text =
            format!("Request-Time is {time}, {} s {side}: the clock is wrong, or the header is old", off.as_secs());
        Finding { entry: r.n, text }
    });
    Judgement::new(timed().next().is_some(), findings.collect())
}

/// SIG-005. An order moves on what nobody vouches for: an answer that is unsound says so, and nothing else does.
pub(super) fn only_sound_answers_are_used(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let unsound = || requests(view).filter_map(|r| Some((r, r.reply.as_ref().filter(|reply| reply.spoilt.is_some())?)));
    for order in view.story.sales(view) {
        let payments = view.story.payments_of(view, order);
        for (request, reply) in unsound() {
            let (claims, state) = match (request.operation, reply.status()) {
                (Some(Operation::InquiryPayment), "S") if reply.body["paymentStatus"] == "SUCCESS" => {
                    ("paid", OrderState::Paid)
                }
                (Some(Operation::Cancel), "S") => ("cancelled", OrderState::Cancelled),
                (Some(Operation::Refund), "S") => ("refunded", OrderState::Refunded),
                _ => continue,
            };
            let Some(payment) = payments.iter().find(|p| p.is_meant_by(request)) else { continue };
            let moved =
                view.statuses.iter().find(|s| s.order == order.name && s.status.state == state && s.n > reply.n);
            let Some(moved) = moved else { continue };
            let is_known = match state {
                OrderState::Paid => payments.iter().any(|p| p.is_known_paid(moved.n)),
                OrderState::Cancelled => payment.is_known_over(moved.n),
                _ => view.story.is_known_refunded(payment, moved.n),
            };
            if !is_known {
                let why = reply.spoilt.unwrap_or_default();
                let text = format!(
                    "order {} is called {claims} on an answer (entry {}) that cannot be verified: {why}",
                    order.name, reply.n
                );
                findings.push(Finding { entry: moved.n, text });
            }
        }
    }
    Judgement::new(unsound().next().is_some(), findings)
}

/// SIG-007. That production is https cannot be seen on loopback.
pub(super) fn calls_are_posted_json(view: &View<'_>) -> Judgement {
    let wrong = |request: &Request<'_>| {
        let media = request.header("content-type").map(|value| value.split(';').next().unwrap_or_default().trim());
        if request.method != "POST" {
            return Some(format!("the method is {}, the API takes POST only", request.method));
        }
        if let Some(media) = media.filter(|media| !media.eq_ignore_ascii_case("application/json")) {
            return Some(format!("the Content-Type is {media:?}, the API takes application/json only"));
        }
        (!request.body.is_object()).then(|| "the body is no JSON object".to_owned())
    };
    let findings = requests(view).filter_map(|request| wrong(request).map(|text| Finding { entry: request.n, text }));
    Judgement::new(requests(view).next().is_some(), findings.collect())
}

/// SIG-008. A sandbox id at the production path by itself is let pass: integrations are known to work that way.
pub(super) fn sandbox_is_kept_apart(view: &View<'_>) -> Judgement {
    let is_sandbox = |request: &Request<'_>| request.target.contains("/ams/sandbox/");
    let mut findings = Vec::new();
    let mut first: BTreeMap<(&str, bool), &Request<'_>> = BTreeMap::new();
    for request in requests(view) {
        let client = request.header("client-id");
        let other = client.and_then(|client| first.get(&(client, !is_sandbox(request))).copied());
        if let Some(client) = client {
            first.entry((client, is_sandbox(request))).or_insert(request);
        }
        let client = client.unwrap_or_default();
        if is_sandbox(request) && !client.is_empty() && !client.starts_with("SANDBOX_") {
            let text = format!("the client id {client:?} of production calls the sandbox's path {}", request.target);
            findings.push(Finding { entry: request.n, text });
        } else if let Some(other) = other {
            let text = format!(
                "{client:?} calls {} here and {} before (entry {}): one of them is the wrong world",
                request.target, other.target, other.n
            );
            findings.push(Finding { entry: request.n, text });
        }
    }
    Judgement::new(requests(view).next().is_some(), findings)
}

/// SIG-010. What is in every RSA private key, whoever's it is: the head of PKCS#8 and PKCS#1 as base64, and of PEM.
pub(super) fn private_keys_stay_private(view: &View<'_>) -> Judgement {
    const MARKS: [&str; 3] = ["IBADANBgkqhkiG9w0BAQEFAASC", "IBAAKCAQEA", "PRIVATE KEY-----"];
    // To get ready for a search costs more than to search what is this short.
    static FINDERS: LazyLock<[memmem::Finder<'_>; 3]> = LazyLock::new(|| MARKS.map(memmem::Finder::new));
    let has_key_in = |bytes: &[u8]| FINDERS.iter().any(|finder| finder.find(bytes).is_some());
    let has_key = |text: &str| has_key_in(text.as_bytes());
    let mut findings = Vec::new();
    let mut exercised = false;
    for entry in view.entries {
        let (place, has_key) = match &entry.event {
            Event::Driver(DriverEvent::Said { line }) => ("its log", has_key(line)),
            Event::Driver(DriverEvent::Answered { method, result }) if method != "initialize" => {
                ("what the client gets", any_text(result, &mut |text| has_key(text)))
            }
            Event::Gateway(sim_antom::Event::Request { headers, body, .. }) => {
                exercised = true;
                ("a request", has_key(headers.text()) || has_key_in(&body.0))
            }
            Event::Gateway(sim_antom::Event::NoticeAnswered { body, .. }) => {
                ("the answer to a notification", has_key_in(&body.0))
            }
            _ => continue,
        };
        if has_key {
            let text = format!("there is a private key in {place}: whoever reads it can sign in the merchant's name");
            findings.push(Finding { entry: entry.n, text });
        }
    }
    Judgement::new(exercised, findings)
}

/// SIG-011. Nothing is known after such an answer, so an order that ends as failed right after it was guessed at. One that
/// never came is another matter.
pub(super) fn spoilt_answers_are_unknown(view: &View<'_>) -> Judgement {
    let why = |request: &Request<'_>| {
        let reply = request.reply.as_ref()?;
        match (reply.lost, reply.spoilt) {
            (Some(LostHow::Cut), _) => Some((reply.n, "it breaks off".to_owned())),
            (Some(LostHow::Page), _) => Some((reply.n, "it is a page, not an answer".to_owned())),
            (None, Some(why)) => Some((reply.n, why.to_owned())),
            _ => None,
        }
    };
    let mut findings = Vec::new();
    for order in view.story.sales(view) {
        for payment in view.story.payments_of(view, order) {
            let spoilt = requests(view).filter(|r| payment.is_meant_by(r)).find_map(why);
            let Some((n, why)) = spoilt else { continue };
            let failed =
                view.statuses.iter().find(|s| s.order == order.name && s.status.state == OrderState::Failed && s.n > n);
            // Told later that nobody can pay it.
            let is_bare = |made: &Request<'_>, reply: &Reply<'_>| {
                let is_of_no_url = reply.code() == "PAYMENT_IN_PROCESS" || made.is(Operation::BatchPay);
                reply.status() == "U" && is_of_no_url && reply.urls().next().is_none()
            };
            let is_told = |s: &Status| {
                let mut made = requests(view).filter(|r| r.is_creating() && payment.is_meant_by(r));
                made.any(|r| r.told().is_some_and(|reply| (n..s.n).contains(&reply.n) && is_bare(r, reply)))
            };
            let is_known = |s: &Status| payment.is_known_over(s.n) || payment.is_over(s.n) || is_told(s);
            if let Some(failed) = failed.filter(|s| !is_known(s)) {
                let text = format!(
                    "order {} is called failed, but all that is known is an answer (entry {n}) that says nothing: {why}",
                    order.name
                );
                findings.push(Finding { entry: failed.n, text });
            }
        }
    }
    Judgement::new(requests(view).any(|request| why(request).is_some()), findings)
}
