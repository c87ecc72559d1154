//! Signing and transport of the gateway's API.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "SIG-001",
        SIGNING,
        "sign every request over its path, client, time and exact body",
        "an unsigned or wrongly signed request is refused, and nothing can be sold",
    )
    .since(1),
    must(
        "SIG-002",
        ERR,
        "sign exactly the bytes that are sent",
        "the first product name with an umlaut, quote or slash cannot be paid for",
    ),
    must(
        "SIG-003",
        FUND,
        "send Client-Id, Request-Time and Signature, with algorithm and keyVersion",
        "the gateway does not know who calls, or with which key to verify",
    ),
    must(
        "SIG-004",
        ERR,
        "send the Request-Time that was signed, from a clock that is right",
        "requests fail at random when the clock drifts or the header is made twice",
    ),
    must(
        "SIG-005",
        SIGNING,
        "verify the signature of an answer on its raw body before using it",
        "whoever sits on the network can mark orders as paid",
    ),
    should(
        "SIG-006",
        FUND,
        "accept any header case and order, blanks after commas, extra headers and unknown fields",
        "a harmless change at the gateway stops all payments",
    ),
    must(
        "SIG-007",
        FUND,
        "call by POST with JSON, over HTTPS only in production",
        "other methods are refused, and plain HTTP shows orders to everybody on the way",
    ),
    must(
        "SIG-008",
        FUND,
        "do not mix ids, paths and keys of sandbox and production",
        "test payments are taken for real ones, or real ones fail on the first day",
    ),
    should(
        "SIG-009",
        SIGNING,
        "survive a change of keys by keyVersion",
        "on the day of the rotation every answer and notification is refused",
    ),
    must(
        "SIG-010",
        CHECK,
        "keep the private key out of browser, app, log and repository",
        "who finds it can order refunds in the merchant's name",
    ),
    should(
        "SIG-011",
        DER,
        "read an answer that is not 200, no JSON, cut off or unverifiable as unknown",
        "a broken proxy turns paid orders into failed ones, or unpaid ones into paid",
    ),
];

const SIGNING: &str = "digital signature";
const FUND: &str = "message structure and headers";
const ERR: &str = "INVALID_SIGNATURE";
const CHECK: &str = "integration checklist";
const DER: &str = "follows from it";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Signing, Level::Must, id, source, statement, why)
}

const fn should(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Signing, Level::Should, id, source, statement, why)
}
