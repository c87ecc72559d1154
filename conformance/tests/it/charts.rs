//! What a reader sees of a mistake: the report of a broken reference names the requirement, and its chart shows the place,
//! with what is wrong in words.

use std::time::Duration;

use conformance::integration::Integration;
use conformance::plan::plan;
use conformance::report::text;
use conformance::requirement::Level;
use conformance::result::CaseResult;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::verdict::Standard;
use conformance::world::Signing;
use reference::Fault;

use crate::root;

/// A mistake, a case that shows it, its requirement, what is on the wire at that place, and what is said of it.
const SEEN: &[(&str, &str, &str, &str, &str)] = &[
    (
        "no-hello",
        "edc/purchase-approved",
        "EDC-P01",
        "POS      -> terminal  command Purchase",
        "before any initialisation",
    ),
    ("numbers-for-strings", "edc/purchase-approved", "EDC-P03", "amount=10400 (a JSON number)", "is a number"),
    ("request-id-reused", "edc/two-sales-of-one-amount", "EDC-P07", "-> terminal  command Purchase", "requestId"),
    ("cancels-after-the-card", "edc/cancel-too-late", "EDC-P21", "command CommandCancel", "after START_TRANSACTION"),
    ("purchase-again-after-silence", "edc/answer-lost-and-recovered", "EDC-P27", "command Purchase", "sent again"),
    ("any-result-is-ours", "edc/fault-altered-amount", "EDC-P44", "harness  <= integration", "order A"),
    ("bad-frame-acknowledged", "edc/fault-wrong-check", "LINE-L03", "POS      -> terminal  ACK", "damaged frame"),
    ("resend-with-new-seq", "edc/nak-then-resend", "LINE-L01", "command Purchase", "refused"),
    ("signs-escaped-body", "pay/texts-of-every-kind", "SIG-002", "(INVALID_SIGNATURE", "bytes"),
    ("signs-reserialised-body", "pay/paid-by-notification", "SIG-001", "(INVALID_SIGNATURE", "does not verify"),
    ("expiry-without-offset", "pay/addresses-and-times", "PAY-019", "/payments/pay", "paymentExpiryTime"),
    ("new-try-beside-the-old", "pay/second-try-beside-an-open-one", "PAY-024", "/payments/pay", "begins while"),
    ("batch-costs-its-first", "batch/ten-merchants", "BAT-001", "/payments/batchPay", "add up to"),
    ("notify-signature-unchecked", "notify/forged-absent", "NTF-001", "\"state\":\"paid\"", "forged notification"),
    ("unknown-payment-crashes", "notify/of-nobodys-payment", "NTF-009", "merchant -> gateway   500", "HTTP 500"),
    ("inquiry-s-is-paid", "inquiry/failed", "INQ-001", "\"state\":\"paid\"", "is called paid"),
    ("cancelled-before-the-answer", "cancel/unknown-for-ever", "CAN-003", "\"cancelled\"", "is called cancelled"),
    ("refunds-more-than-paid", "refund/more-than-paid", "REF-003", "/payments/refund", "is to be given back"),
    ("cents-for-every-currency", "pay/cart-in-won", "AMT-001", "/payments/pay", "has 0 decimals"),
    ("amount-as-a-number", "pay/cart-in-yen", "AMT-002", "\"value\":1150", "a JSON number"),
    ("session-tells-all", "session/paid", "SES-001", "harness  <= integration  checkout", "beside the session's data"),
    ("limit-ignored", "pay/limited", "OPS-003", "/payments/pay", "too many requests"),
];

#[test]
fn the_report_of_a_mistake_names_its_requirement_and_its_chart_shows_the_place() {
    let cases = plan(&[root().join("scenarios")], 1).unwrap();
    let standard = Standard { fail_on: Level::Should, ..Standard::default() };
    let settings = |fault| Settings {
        integration: Integration::Memory(fault),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        signing: Signing::Rsa,
        client: None,
        standard,
    };
    let hello = greet(&settings(None)).unwrap();
    let mut unseen = Vec::new();
    for (name, case, requirement, on_wire, words) in SEEN {
        let fault = Fault::ALL.iter().find(|fault| fault.name() == *name).unwrap_or_else(|| panic!("{name}"));
        let case = cases.iter().find(|known| known.name == *case).unwrap_or_else(|| panic!("{case}"));
        let report = run(case, &settings(Some(*fault)), &hello);
        let shown = text::case(&CaseResult::new(&report, &standard));
        let plain = anstream::adapter::strip_str(&shown).to_string();
        let told = plain.lines().any(|line| line.trim_start().starts_with(&format!("{requirement} broken")));
        let lines: Vec<&str> = plain.lines().collect();
        let note = format!("^ {requirement}: ");
        // The marked row stands right above what is said of it, but for what others say of the same.
        let is_shown = lines.iter().enumerate().any(|(index, line)| {
            let row = lines[..index].iter().rev().find(|line| !line.trim_start().starts_with('^'));
            let is_marked = row.is_some_and(|row| row.trim_start().starts_with(">>") && row.contains(on_wire));
            line.trim_start().starts_with(&note) && line.contains(words) && is_marked
        });
        if !(told && is_shown) {
            unseen.push(format!("{name} ({requirement}: {on_wire:?}, {words:?})\n{plain}"));
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}
