//! The official Python SDK, unmodified, over TLS against the real binary (`tests/official/merchant.py`): it signs and
//! verifies by itself, so a mistake that both of our ends make would show here.
//!
//! The test installs the SDK by itself (`fixtures/python/with.py`); where it cannot, it fails.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use super::process::Program;

const CLIENT: &str = "SANDBOX_5Y00000000000001";
const SCRIPT: &str = "buyer: [{pays: {after: 100ms}}, {pays: {after: 100ms}}, {pays: {after: 100ms}}]\n";

/// What the merchant does, in this order, and what it says when all of it held.
const HELD: &[(&str, &str)] = &[
    ("pay", "PR-pay"),
    ("inquiryPayment", "SUCCESS"),
    ("notifyPayment", "PAYMENT_RESULT S"),
    ("wrongKey", "refused: response verify failed"),
];

/// Where to listen. The SDK dials port 443 only; where that cannot be had, the merchant's program forwards it.
fn address() -> String {
    // An address of its own, so that runs beside each other do not want the same port.
    let [high, low] = u16::try_from(std::process::id() % 0xffff).unwrap_or_default().to_be_bytes();
    let host = format!("127.43.{high}.{}", low.max(1));
    match TcpListener::bind(format!("{host}:443")) {
        Ok(_) => format!("{host}:443"),
        Err(_) => format!("{host}:0"),
    }
}

#[test]
fn the_official_python_sdk_works_unmodified_over_tls() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.yaml");
    std::fs::write(&script, SCRIPT).unwrap();
    let keys = folder.path().join("keys");
    let gateway = Program::start(&[
        "--tls",
        "--listen",
        &address(),
        "--keys",
        keys.to_str().unwrap(),
        "--client-id",
        CLIENT,
        "--script",
        script.to_str().unwrap(),
    ]);
    let (host, port) = gateway.field("url").strip_prefix("http://").unwrap().split_once(':').unwrap();
    let merchant = Command::new("python3")
        .arg(package.join("../fixtures/python/with.py"))
        .arg(package.join("tests/official/requirements.txt"))
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg(package.join("tests/official/merchant.py"))
        .args([host, port, keys.to_str().unwrap(), CLIENT])
        .args(HELD.iter().map(|(operation, _)| operation))
        .env("SSL_CERT_FILE", gateway.field("ca"))
        .output()
        .expect("start python3: install it, this test needs it");
    let said = String::from_utf8_lossy(&merchant.stdout);
    let wanted: String = HELD.iter().map(|(operation, held)| format!("{operation}: {held}\n")).collect();
    assert!(merchant.status.success(), "{said}{}", String::from_utf8_lossy(&merchant.stderr));
    assert_eq!(said, wanted);
    // It came over TLS, and as that SDK writes it: the whole URL as the request's target.
    let (_, trace) = gateway.control("GET", "/_sim/trace", "");
    assert!(trace.contains(&format!("\"target\":\"https://{host}/ams/sandbox/api/v1/payments/pay\"")), "{trace}");
}
