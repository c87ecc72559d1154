//! What a device says to a question, and does on demand.

use serde_json::{Value, json};
use wire::time::{Moment, WireTime};

use super::ask::Ask;
use super::reply::Reply;
use crate::device::Device;
use crate::journal::{Journal, RecordKind};

/// Carries out what is asked. The transcript is not the device's to tell, so it is answered with what goes on.
pub(crate) fn answer(device: &mut Device, now: Moment, ask: Ask) -> Reply {
    match ask {
        Ask::State | Ask::Transcript { .. } => Reply::ok(state(device, now)),
        Ask::Ledger => Reply::ok(ledger(device.terminal().journal())),
        Ask::Script => Reply::ok(json!(device.script())),
        Ask::Settings => Reply::ok(json!(device.script().settings)),
        Ask::Pull(lever) => match device.pull(now, lever) {
            Ok(()) => Reply::ok(state(device, now)),
            Err(stuck) => Reply::refused(409, &stuck.to_string()),
        },
    }
}

fn state(device: &Device, now: Moment) -> Value {
    let terminal = device.terminal();
    let session = terminal
        .session
        .as_ref()
        .map(|session| json!({"merchantId": session.merchant_id, "useBuiltInDialog": session.built_in_dialog}));
    let payment = terminal.payment.as_ref().map(|payment| {
        json!({
            "command": payment.command().as_str(),
            "id": payment.id,
            "requestId": payment.request_id(),
            "events": payment.events,
        })
    });
    let [cardholder, host, answers] = terminal.plan.left();
    json!({
        "time": WireTime::new(now, 0).to_string(),
        "state": terminal.state(),
        "waitsFor": terminal.state().waits_for(),
        "line": {"plugged": device.is_plugged(), "open": device.is_open()},
        "session": session,
        "payment": payment,
        "cardholderWill": terminal.next_action,
        "left": {"cardholder": cardholder, "host": host, "answers": answers},
        "records": terminal.journal().records().len(),
    })
}

fn ledger(journal: &Journal) -> Value {
    let successes = journal.records().iter().filter(|record| record.data.result.is_success());
    let total = successes.fold(0_i128, |total, record| match record.kind {
        RecordKind::Purchase => total + i128::from(record.amount.minor),
        RecordKind::PurchaseCancel => total - i128::from(record.amount.minor),
    });
    json!({"total": {"currency": "KRW", "value": total.to_string()}, "records": journal.records()})
}
