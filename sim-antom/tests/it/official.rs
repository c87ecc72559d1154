//! The official Python SDK, unmodified, over TLS against the real binary (`tests/official/merchant.py`): it signs and
//! verifies by itself, so a mistake that both of our ends make would show here.
//!
//! The test installs the SDK by itself (`fixtures/python/with.py`); where it cannot, it fails.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use super::process::Program;

const CLIENT: &str = "SANDBOX_5Y00000000000001";
/// Four who pay, one who leaves the session, one whose payment is cancelled before, two whose money goes back.
const SCRIPT: &str = "buyer: [{pays: {after: 100ms}}, {pays: {after: 100ms}}, {pays: {after: 100ms}}, \
    {pays: {after: 100ms}}, leaves, leaves, {pays: {after: 100ms}}, {pays: {after: 100ms}}]\n";

/// What the merchant does, in this order, and what it says when all of it held.
const HELD: &[(&str, &str)] = &[
    ("pay", "PR-pay"),
    ("inquiryPayment", "SUCCESS"),
    ("notifyPayment", "PAYMENT_RESULT S"),
    ("notifyHttps", "PR-https = PR-https"),
    ("createPaymentSession", "made"),
    ("cancel", "CANCELLED"),
    ("refund", "SUCCESS"),
    ("inquiryRefund", "SUCCESS"),
    ("apiKey", "SUCCESS, a guess ACCESS_DENIED"),
    ("wrongKey", "refused: response verify failed"),
];

static NEXT: AtomicU8 = AtomicU8::new(0);

/// Where to listen. The SDK dials port 443 only; where that cannot be had, the merchant's program forwards it.
fn address() -> String {
    // An address of its own, so that tests and runs beside each other do not want the same port.
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let host = format!("127.{}.{high}.{}", 16 + NEXT.fetch_add(1, Ordering::Relaxed), low.max(1));
    match TcpListener::bind(format!("{host}:443")) {
        Ok(_) => format!("{host}:443"),
        Err(_) => format!("{host}:0"),
    }
}

/// A gateway with TLS where the SDK finds it, and where that is.
fn gateway(folder: &Path) -> (Program, String, String) {
    let script = folder.join("script.yaml");
    std::fs::write(&script, SCRIPT).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (keys, script) = (path(&folder.join("sim-antom-keys")), path(&script));
    let (address, api_key) = (address(), "isak_TEST_shop_secret");
    let arguments = ["--tls", "--listen", &address, "--keys", &keys, "--client-id", CLIENT, "--script", &script];
    let gateway = Program::start(&[arguments.as_slice(), &["--api-key", api_key]].concat());
    let (host, port) = gateway.field("url").strip_prefix("http://").unwrap().split_once(':').unwrap();
    let (host, port) = (host.to_owned(), port.to_owned());
    (gateway, host, port)
}

/// Python with the SDK, and the gateway's CA in its environment.
fn python(gateway: &Program, program: &Path) -> Command {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new("python3");
    command
        .arg(package.join("../fixtures/python/with.py"))
        .arg(package.join("../integrations/python/requirements.txt"))
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg(program)
        .env("SSL_CERT_FILE", gateway.field("ca"));
    command
}

/// What it said, when all went well.
fn said(command: &mut Command) -> String {
    let ran = command.output().expect("start python3: install it, this test needs it");
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    said
}

#[test]
fn the_official_python_sdk_works_unmodified_over_tls() {
    let folder = tempfile::tempdir().unwrap();
    let (gateway, host, port) = gateway(folder.path());
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/official/merchant.py");
    let mut merchant = python(&gateway, &program);
    merchant.args([host.as_str(), port.as_str(), gateway.field("keys"), CLIENT]);
    merchant.args(HELD.iter().map(|(operation, _)| operation));
    let wanted: String = HELD.iter().map(|(operation, held)| format!("{operation}: {held}\n")).collect();
    assert_eq!(said(&mut merchant), wanted);
    // It came over TLS, and as that SDK writes it: the whole URL as the request's target.
    let (_, trace) = gateway.control("GET", "/_sim/trace", "");
    assert!(trace.contains(&format!("\"target\":\"https://{host}/ams/sandbox/api/v1/payments/pay\"")), "{trace}");
}

#[test]
fn the_documented_order_with_the_python_sdk_is_paid() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sdk.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("\n```python\n").unwrap();
    let order = rest.split_once("\n```\n").unwrap().0;
    let folder = tempfile::tempdir().unwrap();
    let (gateway, host, port) = gateway(folder.path());
    assert!(order.contains("https://127.0.0.2\""));
    let mut order = order.replace("127.0.0.2", &host);
    if port != "443" {
        let forward = "import socket\nconnect = socket.create_connection\n\
            socket.create_connection = lambda at, *a, **n: connect((at[0], PORT), *a, **n)\n";
        order.insert_str(0, &forward.replace("PORT", &port));
    }
    let program = folder.path().join("order.py");
    std::fs::write(&program, order).unwrap();
    let said = said(python(&gateway, &program).current_dir(folder.path()));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 2 && lines[0].starts_with("SUCCESS http") && lines[1] == "SUCCESS", "{said}");
}
