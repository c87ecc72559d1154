//! Every row of `docs/gateway-faults.md`, run.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};
use sim_antom::{
    EFFECTS, Event, Fault, FaultRow, Hangup, LostHow, OF_ANSWERS, OF_NOTIFICATIONS, Reply, Script, faults_page,
};
use wire::antom::{Headers, PaymentStatus};

use super::merchant::{CLIENT, Draft, NOTIFY_URL, PAY, antom, cashier_body, forger, is_antoms};
use super::rig::{ACK, Rig};

#[test]
fn the_page_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateway-faults.md");
    if std::env::var_os("SIM_ANTOM_WRITE").is_some() {
        std::fs::write(&path, faults_page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == faults_page(), "docs/gateway-faults.md differs: write it with SIM_ANTOM_WRITE=1");
}

#[test]
fn every_word_is_on_the_page() {
    let mut asked = BTreeSet::new();
    for row in OF_ANSWERS.iter().chain(OF_NOTIFICATIONS) {
        let script = Script::parse(row.ask).unwrap_or_else(|mistake| panic!("{}: {mistake}", row.ask));
        asked.extend(script.faults.iter().map(|rule| rule.what.word()));
    }
    assert_eq!(asked, Fault::WORDS.iter().copied().collect());
}

/// What went back to whoever asked, and the trace's word about it.
struct Got {
    status: u16,
    headers: Headers,
    body: Bytes,
    whole: usize,
    paced: bool,
    lost: Option<LostHow>,
    is_sound: bool,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn is_signed(&self) -> bool {
        is_antoms(PAY, &self.headers, "response-time", &self.body)
    }
}

fn got(rig: &mut Rig, row: &FaultRow) -> Got {
    let reply = rig.reply(Draft::pay("PR-1", "1000").signed()).unwrap_or_else(|| panic!("{}", row.fault));
    let (status, headers, body, whole, paced) = match reply {
        Reply::Answer { headers, body } => (200, headers, body.clone(), body.len(), false),
        Reply::Raw(raw) => {
            let body = raw.cut.map_or_else(|| raw.body.clone(), |cut| raw.body.slice(..cut));
            (raw.status, raw.headers, body, raw.body.len(), raw.pace.is_some())
        }
        Reply::Lost(how) => panic!("{}: {how:?}", row.fault),
    };
    let said = rig.events.iter().rev().find_map(|event| match event {
        Event::Response { lost, spoilt, body: told, .. } => {
            assert_eq!(told.0, body, "the trace tells what was on the wire");
            Some((*lost, spoilt.is_none()))
        }
        _ => None,
    });
    let (lost, is_sound) = said.unwrap();
    Got { status, headers, body, whole, paced, lost, is_sound }
}

fn is_paying(rig: &Rig) -> bool {
    rig.gateway.ledger().payment(CLIENT, "PR-1").is_some()
}

fn lost(row: &FaultRow, how: Hangup, carried_out: bool) {
    let mut rig = Rig::new(row.ask);
    assert_eq!(rig.reply(Draft::pay("PR-1", "1000").signed()), Some(Reply::Lost(how)), "{}", row.fault);
    assert_eq!(is_paying(&rig), carried_out, "{}", row.fault);
    // The next one is answered.
    assert_eq!(rig.pay("PR-1")["result"]["resultCode"], "SUCCESS", "{}", row.fault);
}

#[test]
fn every_row_about_answers_arrives_as_it_says() {
    for row in OF_ANSWERS {
        match row.fault {
            "carried out, and the answer lost" => lost(row, Hangup::Close, true),
            "not carried out, and no answer" => lost(row, Hangup::Close, false),
            "no answer, ever" => lost(row, Hangup::Silence, true),
            "connection reset" => lost(row, Hangup::Reset, true),
            "late" => late(row),
            _ => arrives(row),
        }
    }
}

fn late(row: &FaultRow) {
    let mut rig = Rig::new(row.ask);
    assert_eq!(rig.reply(Draft::pay("PR-1", "1000").signed()), None);
    assert!(is_paying(&rig), "it was carried out at once");
    assert_eq!(rig.late_replies(8), []);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success, "the buyer has paid meanwhile");
    let replies = rig.late_replies(1);
    let [Reply::Answer { headers, body }] = replies.as_slice() else { panic!("{replies:?}") };
    assert!(is_antoms(PAY, headers, "response-time", body));
    assert_eq!(headers.value("response-time"), Some("2026-01-05T18:00:00+08:00"));
}

fn arrives(row: &FaultRow) {
    let mut rig = Rig::new(row.ask);
    let plain = Rig::new("").pay("PR-1");
    let got = got(&mut rig, row);
    let names: Vec<&str> = got.headers.iter().map(|(name, _)| name).collect();
    let usual = ["content-type", "client-id", "response-time", "signature"];
    let (mut sound, mut altered, mut signed, mut lost) = (true, false, true, None);
    match row.fault {
        "cut" => {
            assert_eq!((got.body.len(), got.whole), (20, plain.to_string().len()));
            (signed, lost) = (false, Some(LostHow::Cut));
        }
        "trickling" => assert!(got.paced && got.json() == plain),
        "a proxy's page" | "a proxy's page, and nothing done" => {
            let is_done = row.fault == "a proxy's page";
            assert_eq!((got.status, is_paying(&rig)), if is_done { (503, true) } else { (502, false) });
            assert_eq!(got.headers.value("content-type"), Some("text/html; charset=UTF-8"));
            assert!(got.body.starts_with(b"<html>"));
            (signed, lost) = (false, Some(LostHow::Page));
        }
        "signed with a foreign key" => {
            let time = got.headers.value("response-time").unwrap();
            let foreign = forger().header(PAY, CLIENT, time, &got.body);
            assert_eq!(got.headers.value("signature"), Some(foreign.as_str()));
            (sound, signed) = (false, false);
        }
        "not signed" => {
            assert_eq!(names, usual[..3]);
            (sound, signed) = (false, false);
        }
        "changed after it was signed" => {
            assert!(is_antoms(PAY, &got.headers, "response-time", &got.body[1..]));
            (sound, signed) = (false, false);
        }
        "with another time than was signed" => {
            let right = antom().header(PAY, CLIENT, "2026-01-05T18:00:00+08:00", &got.body);
            assert_eq!(got.headers.value("response-time"), Some("2026-01-05T18:00:01+08:00"));
            assert_eq!(got.headers.value("signature"), Some(right.as_str()));
            (sound, signed) = (false, false);
        }
        "signed for another path" => {
            assert!(is_antoms(&format!("{PAY}x"), &got.headers, "response-time", &got.body));
            (sound, signed) = (false, false);
        }
        "signed for another client" => {
            assert_ne!(got.headers.value("client-id"), Some(CLIENT));
            sound = false;
        }
        "signature that is none" => {
            assert!(got.headers.value("signature").unwrap().ends_with('*'));
            (sound, signed) = (false, false);
        }
        "wrong ids" | "wrong amounts" | "fields missing" => {
            let mut wanted = plain.clone();
            match row.fault {
                "wrong ids" => wanted["paymentId"] = json!("20260101000000000000000000000000000"),
                "wrong amounts" => wanted["paymentAmount"]["value"] = json!("1"),
                _ => wanted["paymentId"] = Value::Null,
            }
            assert_eq!(got.json(), wanted);
            altered = true;
        }
        "unknown fields" => {
            let (told, known) = (got.json(), plain.as_object().unwrap().len());
            assert_eq!(told.as_object().unwrap().len(), known + 4);
            assert!(told["result"]["newResultField"].is_string() && got.body.len() > 8192);
        }
        "a key twice" => {
            let text = String::from_utf8(got.body.to_vec()).unwrap();
            let right = format!("\"paymentId\":\"X\",\"paymentId\":{}", plain["paymentId"]);
            assert!(text.contains(&right), "{text}");
            // Whoever takes the last one reads what happened.
            assert_eq!(got.json(), plain);
        }
        "blanks around it" => assert!(got.body.starts_with(b" \r\n\t{") && got.json() == plain),
        "a byte order mark" => {
            assert_eq!(got.body[..3], *b"\xef\xbb\xbf");
            assert_eq!(serde_json::from_slice::<Value>(&got.body[3..]).unwrap(), plain);
        }
        "over several lines" => assert!(got.body.starts_with(b"{\n  \"result\"") && got.json() == plain),
        "escapes" => {
            let text = String::from_utf8(got.body.to_vec()).unwrap();
            assert!(text.contains("https:\\/\\/") && got.json() == plain, "{text}");
        }
        "header names Like-This" => assert_eq!(names, ["Content-Type", "Client-Id", "Response-Time", "Signature"]),
        "header names LIKE-THIS" => assert_eq!(names, usual.map(str::to_ascii_uppercase)),
        "headers in another order" => {
            assert_eq!(names.iter().rev().copied().collect::<Vec<_>>(), usual);
        }
        "blanks in the signature" => {
            assert!(got.headers.value("signature").unwrap().starts_with("algorithm=RSA256, keyVersion=1, signature="));
        }
        "signature not percent-encoded" => assert!(!got.headers.value("signature").unwrap().contains('%')),
        "headers twice" => assert_eq!(names, usual.iter().flat_map(|n| [*n, *n]).collect::<Vec<_>>()),
        "headers that look alike" => {
            assert_eq!(names[..3], ["tracerid", "x-response-time-ms", "x-signature-input"]);
            assert_eq!(names[3..], usual);
        }
        "no content-type" => assert_eq!(names, usual[1..]),
        "no response-time" => {
            assert_eq!(names, ["content-type", "client-id", "signature"]);
            (sound, signed) = (false, false);
        }
        "no client-id" => {
            assert_eq!(names, ["content-type", "response-time", "signature"]);
            (sound, signed) = (false, false);
        }
        "wrong client-id" => {
            let headers = &got.headers;
            let time = headers.value("response-time").unwrap();
            assert_eq!(headers.value("signature"), Some(antom().header(PAY, CLIENT, time, &got.body).as_str()));
            assert_ne!(headers.value("client-id"), Some(CLIENT));
            (sound, signed) = (false, false);
        }
        other => panic!("no test for {other}"),
    }
    assert_eq!((got.is_sound, got.lost), (sound, lost), "{}", row.fault);
    assert_eq!(got.is_signed(), signed, "{}", row.fault);
    // What nothing is wrong with says the same as ever.
    if sound && !altered && lost.is_none() && !row.ask.contains("bom") && row.fault != "unknown fields" {
        assert_eq!(got.json(), plain, "{}", row.fault);
    }
    assert_eq!(rig.pay("PR-1")["result"]["resultCode"], "SUCCESS", "the next one is answered as ever");
}

/// Deliveries with their time in seconds since the payment began, each acknowledged.
fn deliveries(rig: &mut Rig, seconds: u64) -> Vec<(u64, sim_antom::Delivery)> {
    let mut all = Vec::new();
    for _ in 0..seconds {
        rig.pass(1);
        for (at, delivery) in std::mem::take(&mut rig.deliveries) {
            rig.answer(delivery.id, Ok((200, ACK)));
            all.push((at.since(wire::time::Moment::WORLD_START).as_secs(), delivery));
        }
    }
    all
}

fn body(delivery: &sim_antom::Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn is_believed(delivery: &sim_antom::Delivery) -> bool {
    is_antoms("/notify?shop=1", &delivery.headers, "request-time", &delivery.body)
}

#[test]
fn every_row_about_notifications_arrives_as_it_says() {
    for row in OF_NOTIFICATIONS {
        notified(row);
    }
}

fn notified(row: &FaultRow) {
    let mut rig = Rig::new(row.ask);
    let reply = rig.reply(Draft::pay("PR-1", "1000").signed());
    assert_eq!(reply.is_none(), row.fault == "early", "{}", row.fault);
    match row.fault {
        "lost" => {
            assert_eq!(deliveries(&mut rig, 300), []);
            rig.pay("PR-2");
            assert_eq!(deliveries(&mut rig, 5).len(), 1);
        }
        "late" => assert_eq!(times(&mut rig, 400), [303]),
        "early" => {
            assert_eq!(rig.late_replies(3), []);
            assert_eq!(rig.deliveries.len(), 1);
            let (_, delivery) = rig.deliveries.remove(0);
            let replies = rig.answered(delivery.id, Ok((200, ACK)));
            assert!(matches!(replies.as_slice(), [Reply::Answer { .. }]), "{replies:?}");
        }
        "repeated" => assert_eq!(times(&mut rig, 300), [3, 5, 7]),
        "concurrent" => assert_eq!(times(&mut rig, 300), [3, 3, 3]),
        "reordered" | "pending first" => {
            let all = deliveries(&mut rig, 300);
            let told: Vec<_> = all.iter().map(|(at, d)| (*at, body(d)["notifyType"].clone())).collect();
            let (pending, result) = (json!("PAYMENT_PENDING"), json!("PAYMENT_RESULT"));
            if row.fault == "reordered" {
                assert_eq!(told, [(8, result), (9, pending)]);
            } else {
                assert_eq!(told, [(3, pending), (8, result)]);
            }
        }
        "forged" | "forged for an unknown order" => {
            let all = deliveries(&mut rig, 300);
            let [(1, forged)] = all.as_slice() else { panic!("{all:?}") };
            let is_signed = row.fault == "forged for an unknown order";
            let id = if is_signed { "NOBODY-1" } else { "PR-1" };
            assert_eq!((is_believed(forged), &body(forged)["paymentRequestId"]), (is_signed, &json!(id)));
            let worth = (is_signed, is_signed);
            assert_eq!(worths(&rig), [worth]);
            assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
        }
        "a redirect in answer to it" => {
            rig.pass(3);
            let (_, delivery) = rig.deliveries.remove(0);
            rig.answer(delivery.id, Ok((302, ACK)));
            assert_eq!(times(&mut rig, 300), [123]);
        }
        _ => spoilt(row, &mut rig),
    }
}

fn times(rig: &mut Rig, seconds: u64) -> Vec<u64> {
    deliveries(rig, seconds).into_iter().map(|(at, _)| at).collect()
}

/// Of each delivery, whether it is genuine and whether it is altered.
fn worths(rig: &Rig) -> Vec<(bool, bool)> {
    let notices = rig.events.iter().filter_map(|event| match event {
        Event::Notice { genuine, altered, .. } => Some((*genuine, *altered)),
        _ => None,
    });
    notices.collect()
}

/// The first delivery is wrong in one way, and not acknowledged; the second is right.
fn spoilt(row: &FaultRow, rig: &mut Rig) {
    rig.pass(3);
    let (_, first) = rig.deliveries.remove(0);
    rig.answer(first.id, Ok((500, b"")));
    let second = deliveries(rig, 120).remove(0).1;
    let (told, right) = (body(&first), body(&second));
    assert!(is_believed(&second), "{}", row.fault);
    let time = first.headers.value("request-time").unwrap();
    let signature = first.headers.value("signature");
    let mut wanted = right;
    let worth = match row.fault {
        "signed with a foreign key" => {
            assert_eq!(signature, Some(forger().header(NOTIFY_URL, CLIENT, time, &first.body).as_str()));
            (false, false)
        }
        "not signed" => {
            assert_eq!(signature, None);
            (false, false)
        }
        "tampered with" => {
            assert!(is_antoms("/notify?shop=1", &first.headers, "request-time", &first.body[1..]));
            (false, false)
        }
        "with another time than was signed" => {
            let right = antom().header(NOTIFY_URL, CLIENT, "2026-01-05T18:00:03+08:00", &first.body);
            assert_eq!((time, signature), ("2026-01-05T18:00:04+08:00", Some(right.as_str())));
            (false, false)
        }
        "signed for another path" => {
            assert!(is_antoms("/notify?shop=1x", &first.headers, "request-time", &first.body));
            (false, false)
        }
        "wrong client" => {
            assert!(is_believed(&first) && first.headers.value("client-id") != Some(CLIENT));
            (false, false)
        }
        "signature that is none" => {
            assert!(signature.unwrap().ends_with('*'));
            (false, false)
        }
        "other amount" => {
            wanted["paymentAmount"]["value"] = json!("1");
            (true, true)
        }
        "other currency" => {
            wanted["paymentAmount"]["currency"] = json!("USD");
            (true, true)
        }
        "unknown order" => {
            wanted["paymentRequestId"] = json!("NOBODY-1");
            (true, true)
        }
        "missing fields" => {
            wanted["paymentTime"] = Value::Null;
            wanted["pspCustomerInfo"] = Value::Null;
            (true, true)
        }
        other => panic!("no test for {other}"),
    };
    assert_eq!(told, wanted, "{}", row.fault);
    let is_signed = worth == (true, true) || row.fault == "wrong client";
    assert_eq!(is_believed(&first), is_signed, "{}", row.fault);
    assert_eq!(worths(rig), [worth, (true, false)], "{}", row.fault);
}

#[test]
fn every_effect_comes_as_it_says() {
    for row in EFFECTS {
        effect(row);
    }
}

/// A card payment that the merchant captures himself, or leaves to the gateway.
fn card(rig: &mut Rig, is_manual: bool) -> Value {
    let mut body = cashier_body("PR-1", "1000", "CARD");
    if is_manual {
        body["paymentFactor"] = json!({"captureMode": "MANUAL"});
    }
    let answer = rig.call("pay", &body);
    rig.timeout();
    rig.notified();
    answer["paymentId"].clone()
}

/// Time passes; what is told then, as its kind and its status.
fn told_after(rig: &mut Rig, seconds: u64) -> Vec<String> {
    rig.pass(seconds);
    let told = rig.notified();
    told.iter()
        .map(|body| format!("{} {}", body["notifyType"], body["result"]["resultStatus"]).replace('"', ""))
        .collect()
}

const HOUR: u64 = 3600;

fn effect(row: &FaultRow) {
    let mut rig = Rig::new(row.ask);
    let name = row.fault;
    let hour = json!({"currency": "JPY", "value": "1000"});
    match name {
        "the buyer pays" | "the buyer declines" => {
            rig.pay("PR-1");
            assert_eq!(told_after(&mut rig, 4), [] as [&str; 0], "{name}");
            let (status, told): (_, &[&str]) = match name {
                "the buyer pays" => (PaymentStatus::Success, &["PAYMENT_RESULT S"]),
                _ => (PaymentStatus::Fail, &[]),
            };
            assert_eq!(told_after(&mut rig, 1), told, "{name}");
            assert_eq!(rig.status("PR-1"), status, "{name}");
        }
        "the buyer leaves" => {
            rig.pay("PR-1");
            rig.pass(599);
            assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
            rig.pass(1);
            assert_eq!(rig.inquire("PR-1")["paymentResultCode"], "ORDER_IS_CLOSED");
        }
        "the buyer pays too late" | "the buyer pays after the cancel" | "late money that cannot go back" => {
            rig.pay("PR-1");
            let end = if name == "the buyer pays too late" {
                rig.pass(600);
                PaymentStatus::Fail
            } else {
                rig.told("cancel", &json!({"paymentRequestId": "PR-1"}));
                PaymentStatus::Cancelled
            };
            rig.pass(4);
            assert!(!rig.events.contains(&Event::Fault { name: "pays-late".to_owned() }), "{name}");
            let told = told_after(&mut rig, 1);
            assert!(rig.events.contains(&Event::Fault { name: "pays-late".to_owned() }), "{name}");
            assert_eq!((told.len(), rig.status("PR-1")), (0, end), "{name}");
            let reversal: &[&str] =
                if name == "late money that cannot go back" { &["PAYMENT_REVERSAL S"] } else { &[] };
            assert_eq!(told_after(&mut rig, HOUR - 1), [] as [&str; 0], "{name}");
            assert_eq!(told_after(&mut rig, 1), reversal, "{name}");
            assert_eq!(rig.status("PR-1"), end, "{name}");
        }
        "the bank takes its time" => {
            rig.pay("PR-1");
            assert_eq!(told_after(&mut rig, 3), ["PAYMENT_PENDING S"]);
            assert_eq!(rig.status("PR-1"), PaymentStatus::Pending);
            assert_eq!(told_after(&mut rig, 24 * HOUR), ["PAYMENT_RESULT S"]);
        }
        "a card that is authorised only" => {
            card(&mut rig, false);
            assert_eq!(told_after(&mut rig, 2 * HOUR - 1), [] as [&str; 0], "nobody captures");
            assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
            rig.pass(1);
            assert_eq!(rig.status("PR-1"), PaymentStatus::Cancelled);
        }
        "a refund that takes time" | "a refund that fails later" => {
            let id = rig.pay("PR-1")["paymentId"].clone();
            told_after(&mut rig, 3);
            let refund = json!({
                "refundRequestId": "RR-1", "paymentId": id, "refundAmount": hour, "refundNotifyUrl": NOTIFY_URL,
            });
            assert_eq!(rig.told("refund", &refund), "REFUND_IN_PROCESS", "{name}");
            let well = name == "a refund that takes time";
            assert_eq!(told_after(&mut rig, HOUR), [if well { "REFUND_RESULT S" } else { "REFUND_RESULT F" }]);
            let status = rig.call("inquiryRefund", &json!({"refundRequestId": "RR-1"}))["refundStatus"].clone();
            assert_eq!(status, if well { "SUCCESS" } else { "FAIL" });
        }
        "the gateway's own capture fails" => {
            let id = card(&mut rig, false);
            assert_eq!(told_after(&mut rig, 4), ["CAPTURE_RESULT F"]);
            assert_eq!(rig.inquire("PR-1")["transactions"][0]["transactionStatus"], "FAIL");
            let mut by_hand = Rig::new(row.ask);
            std::mem::swap(&mut rig, &mut by_hand);
            assert_eq!(told_after(&mut by_hand, 7 * 24 * HOUR), [] as [&str; 0]);
            assert_eq!(by_hand.status("PR-1"), PaymentStatus::Cancelled);
            // Captured by hand, it is not released.
            assert_eq!(card(&mut rig, false), id);
            rig.pass(4);
            let capture = json!({"captureRequestId": "CR-1", "paymentId": id, "captureAmount": hour});
            assert_eq!(rig.told("capture", &capture), "SUCCESS");
            rig.pass(7 * 24 * HOUR);
            assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
        }
        "a capture that takes time" | "a capture that fails" | "a capture that fails later" => captured(row),
        other => panic!("no test for {other}"),
    }
}

fn captured(row: &FaultRow) {
    let mut rig = Rig::new(row.ask);
    let id = card(&mut rig, true);
    let capture = |id: &Value, request: &str| {
        json!({
            "captureRequestId": request, "paymentId": id, "captureAmount": {"currency": "JPY", "value": "600"},
            "captureType": "NON_FINAL",
        })
    };
    let asked = capture(&id, "CR-1");
    let code = rig.told("capture", &asked);
    if row.fault == "a capture that fails" {
        assert_eq!(code, "PROCESS_FAIL");
        assert_eq!(told_after(&mut rig, 0), ["CAPTURE_RESULT F"]);
    } else {
        assert_eq!(code, "CAPTURE_IN_PROCESS", "{}", row.fault);
        assert_eq!(rig.told("capture", &asked), "CAPTURE_IN_PROCESS", "asked again");
        assert_eq!(rig.told("capture", &capture(&id, "CR-2")), "CAPTURE_AMOUNT_EXCEED", "what is under way counts");
        assert_eq!(rig.inquire("PR-1")["transactions"][0]["transactionStatus"], "PROCESSING");
        let well = row.fault == "a capture that takes time";
        assert_eq!(told_after(&mut rig, HOUR), [if well { "CAPTURE_RESULT S" } else { "CAPTURE_RESULT F" }]);
        assert_eq!(rig.told("capture", &asked), if well { "SUCCESS" } else { "PROCESS_FAIL" });
    }
    let left = if row.fault == "a capture that takes time" { "CAPTURE_AMOUNT_EXCEED" } else { "SUCCESS" };
    assert_eq!(rig.told("capture", &capture(&id, "CR-3")), left, "{}", row.fault);
    let captured = if left == "SUCCESS" { 2 } else { 1 };
    assert_eq!(rig.inquire("PR-1")["transactions"].as_array().unwrap().len(), captured);
}

#[test]
fn a_capture_under_way_fails_when_the_payment_is_called_off_meanwhile() {
    let mut rig = Rig::new("captures: [{succeeds: {after: 1h}}]");
    let id = card(&mut rig, true);
    let capture =
        json!({"captureRequestId": "CR-1", "paymentId": id, "captureAmount": {"currency": "JPY", "value": "1000"}});
    assert_eq!(rig.told("capture", &capture), "CAPTURE_IN_PROCESS");
    assert_eq!(rig.told("cancel", &json!({ "paymentId": id })), "SUCCESS");
    assert_eq!(told_after(&mut rig, HOUR), ["CAPTURE_RESULT F"]);
    assert_eq!(rig.told("capture", &capture), "ORDER_IS_CANCELED");
}

#[test]
fn effects_are_chosen_by_what_the_call_says() {
    let mut rig = Rig::new(
        "buyer: [{declines: {after: 1s, where: {paymentRequestId: D*}, times: always}}, {leaves: {where: {paymentRequestId: L*}}}]",
    );
    for id in ["A", "D1", "L1", "L2", "D2"] {
        rig.pay(id);
    }
    rig.pass(3);
    use PaymentStatus::{Fail, Processing, Success};
    assert_eq!(["A", "D1", "L1", "L2", "D2"].map(|id| rig.status(id)), [Success, Fail, Processing, Success, Fail]);
}

#[test]
fn several_words_spoil_one_answer_and_of_each_word_the_first_that_fits() {
    let mut rig = Rig::new(
        "faults: [{alter-answer: {on: pay, set: {paymentId: X}}}, {alter-answer: {set: {paymentId: Z}}}, \
         {forge-answer: {on: pay}}, {odd-headers: {how: reversed}}, {cut-answer: {on: cancel}}]",
    );
    let row = FaultRow { fault: "several", ask: "", arrives: "" };
    let first = got(&mut rig, &row);
    assert_eq!((first.json()["paymentId"].clone(), first.is_sound), (json!("X"), false));
    assert_eq!(first.headers.iter().next().unwrap().0, "signature");
    assert_eq!(rig.pay("PR-1")["paymentId"], "Z");
    assert_ne!(rig.pay("PR-1")["paymentId"], "Z");
}

#[rstest]
#[case::not_acknowledged(true)]
#[case::never_answered(false)]
fn an_early_notification_does_not_hold_the_answer_for_ever(#[case] is_answered: bool) {
    let mut rig = Rig::new("{buyer: [{pays: {after: 0s}}], faults: [{early-notification: {on: pay, for: 7s}}]}");
    assert_eq!(rig.reply(Draft::pay("PR-1", "1000").signed()), None);
    assert_eq!(rig.late_replies(1), []);
    let (_, delivery) = rig.deliveries.remove(0);
    if is_answered {
        assert_eq!(rig.answered(delivery.id, Ok((500, b""))).len(), 1);
    } else {
        assert_eq!(rig.late_replies(5), []);
        let deadlines = rig.gateway.deadlines();
        assert_eq!(deadlines.world, Some(rig.now + std::time::Duration::from_secs(1)));
        assert!(deadlines.peer.is_some(), "the merchant owes an answer, which is waited for");
        assert_eq!(rig.late_replies(1).len(), 1);
    }
}

#[test]
fn a_fault_is_aimed_like_any_rule() {
    let mut rig = Rig::new(
        "faults: [{alter-notification: {on: notifyRefund, set: {refundStatus: FAIL}, times: always}}, \
         {lose-notification: {where: {paymentRequestId: B*}, nth: 2}}]",
    );
    for id in ["A", "B1", "B2", "B3"] {
        rig.pay(id);
    }
    rig.pass(3);
    let told: Vec<Value> = rig.notified().iter().map(|body| body["paymentRequestId"].clone()).collect();
    assert_eq!(told, ["A", "B1", "B3"]);
}
