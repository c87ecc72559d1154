//! Every line of `docs/gateway-codes.md`, asked for in each of its ways.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use sim_antom::{codes_page, natural_cause, trigger_place};
use wire::antom::{CodeLine, NOTIFY_PAYMENT, Operation, PAYMENT_RESULT_CODE, ResultStatus, codes};

use super::merchant::{Draft, KEYLESS, NOTIFY_URL, batch_body, cashier_body, forger, pay_body};
use super::rig::{Rig, path_of};

#[test]
fn the_page_is_what_the_code_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/gateway-codes.md");
    if std::env::var_os("SIM_ANTOM_WRITE").is_some() {
        std::fs::write(&path, codes_page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == codes_page(), "docs/gateway-codes.md differs: write it with SIM_ANTOM_WRITE=1");
}

#[test]
fn the_page_has_every_code_of_the_fixture() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/result-codes.json");
    let fixture: Value = serde_json::from_slice(&std::fs::read(fixture).unwrap()).unwrap();
    let page = codes_page();
    for (table, count) in [("pay", 29), ("batchPay", 42), ("notifyPayment", 3), ("paymentResultCode", 27)] {
        let section = page.split(&format!("\n## {table}\n")).nth(1).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let wanted: BTreeSet<&str> =
            fixture[table].as_array().unwrap().iter().map(|line| line["code"].as_str().unwrap()).collect();
        let found: BTreeSet<&str> = section
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(' ').next())
            .filter(|c| *c != "code")
            .collect();
        assert_eq!((found.len(), &found), (count, &wanted), "{table}");
    }
}

fn amount(value: &str) -> Value {
    json!({"currency": "JPY", "value": value})
}

fn session(id: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "paymentAmount": amount("1000"),
        "order": {"referenceOrderId": "O", "orderDescription": "tea", "orderAmount": amount("1000")},
        "paymentRedirectUrl": "https://shop.example/back", "paymentNotifyUrl": NOTIFY_URL,
        "settlementStrategy": {"settlementCurrency": "JPY"},
    })
}

fn vaulting(id: &str) -> Value {
    json!({"paymentMethodType": "CARD", "vaultingRequestId": id, "vaultingNotificationUrl": NOTIFY_URL})
}

fn card(id: &str) -> Value {
    let mut body = cashier_body(id, "1000", "CARD");
    body["paymentFactor"] = json!({"captureMode": "MANUAL"});
    body
}

fn refund(payment_id: &Value, value: &str) -> Value {
    json!({"refundRequestId": "RR-1", "paymentId": payment_id, "refundAmount": amount(value)})
}

fn capture(payment_id: &Value, value: &str) -> Value {
    json!({"captureRequestId": "CR-1", "paymentId": payment_id, "captureAmount": amount(value), "captureType": "NON_FINAL"})
}

/// A call of an operation that would succeed, with these words in its texts.
fn prepared(rig: &mut Rig, operation: Operation, words: &str) -> Value {
    let mut order = match operation {
        Operation::Capture => card("PR-1"),
        _ => pay_body("PR-1", "1000"),
    };
    match operation {
        Operation::Pay => {
            order["order"]["orderDescription"] = json!(words);
            order
        }
        Operation::BatchPay => {
            let mut body = batch_body("B-1", &[400, 600]);
            body["orderList"][1]["orderDescription"] = json!(words);
            body
        }
        Operation::CreatePaymentSession => {
            let mut body = session("PR-1");
            body["order"]["orderDescription"] = json!(words);
            body
        }
        Operation::CreateVaultingSession => vaulting("V-1"),
        Operation::InquiryPayment | Operation::Cancel => {
            order["order"]["orderDescription"] = json!(words);
            json!({"paymentId": rig.call("pay", &order)["paymentId"]})
        }
        Operation::Capture => {
            order["order"]["orderDescription"] = json!(words);
            let id = rig.call("pay", &order)["paymentId"].clone();
            capture(&id, "1000")
        }
        Operation::Refund => {
            let id = rig.call("pay", &order)["paymentId"].clone();
            rig.pass(3);
            let mut body = refund(&id, "1000");
            body["refundReason"] = json!(words);
            body
        }
        Operation::InquiryRefund => {
            order["order"]["orderDescription"] = json!(words);
            let id = rig.call("pay", &order)["paymentId"].clone();
            rig.pass(3);
            rig.call("refund", &refund(&id, "1000"));
            json!({"refundRequestId": "RR-1"})
        }
    }
}

#[track_caller]
fn is_line(answer: &Value, line: &CodeLine, how: &str) {
    assert_eq!(answer["result"]["resultCode"], line.code, "{how}");
    assert_eq!(answer["result"]["resultStatus"], json!(line.status), "{how} {}", line.code);
    assert_eq!(answer["result"]["resultMessage"], line.message, "{how} {}", line.code);
}

#[test]
fn every_code_of_every_operation_comes_by_script_and_by_trigger_word() {
    for operation in Operation::ALL {
        for line in codes(operation).iter().filter(|line| line.status != ResultStatus::S) {
            let mut rig = Rig::new(&format!("answers: [{{on: {operation}, code: {}}}]", line.code));
            let body = prepared(&mut rig, operation, "tea");
            is_line(&rig.call(operation.as_str(), &body), line, "by script");
            let Some((_, prefix)) = trigger_place(operation) else { continue };
            let word = format!("tea [sim:{prefix}{}] and more", line.code);
            let mut rig = Rig::new("");
            let body = prepared(&mut rig, operation, &word);
            is_line(&rig.call(operation.as_str(), &body), line, "by trigger word");
            let mut rig = Rig::new("settings: {triggers: false}");
            let body = prepared(&mut rig, operation, &word);
            assert_ne!(rig.told(operation.as_str(), &body), line.code.replace("PAYMENT_IN_PROCESS", "–"), "off");
        }
    }
}

#[test]
fn every_way_in_which_a_payment_ends_comes_by_script_and_by_trigger_word() {
    for line in PAYMENT_RESULT_CODE {
        for trigger in [false, true] {
            let script =
                if trigger { String::new() } else { format!("buyer: [{{declines: {{code: {}}}}}]", line.code) };
            let mut rig = Rig::new(&script);
            let mut body = pay_body("PR-1", "1000");
            if trigger {
                body["order"]["orderDescription"] = json!(format!("[sim:result:{}]", line.code));
            }
            assert_eq!(rig.told("pay", &body), "SUCCESS");
            rig.pass(3);
            let found = rig.inquire("PR-1");
            let status = if line.status == ResultStatus::U { "PROCESSING" } else { "FAIL" };
            assert_eq!((&found["paymentResultCode"], &found["paymentStatus"]), (&json!(line.code), &json!(status)));
        }
    }
}

/// A word of the order goes before the script, which would have its buyer decline.
#[test]
fn a_word_may_ask_for_success() {
    let mut rig = Rig::new("buyer: [{declines: {}}]");
    let mut body = pay_body("PR-1", "1000");
    body["order"]["orderDescription"] = json!("tea [sim:result:SUCCESS]");
    assert_eq!(rig.told("pay", &body), "SUCCESS");
    rig.pass(3);
    assert_eq!(rig.status("PR-1"), wire::antom::PaymentStatus::Success);
}

#[test]
fn every_code_of_a_notification_comes_by_script_and_by_trigger_word() {
    for line in NOTIFY_PAYMENT {
        for trigger in [false, true] {
            let buyer = match (trigger, line.status) {
                (true, _) => "[]".to_owned(),
                (false, ResultStatus::S) => "[{pays: {}}]".to_owned(),
                (false, _) => format!("[{{declines: {{code: {}}}}}]", line.code),
            };
            let mut rig = Rig::new(&format!("{{buyer: {buyer}, settings: {{notify-failure: true}}}}"));
            let mut body = pay_body("PR-1", "1000");
            if trigger {
                body["order"]["orderDescription"] = json!(format!("[sim:result:{}]", line.code));
            }
            rig.call("pay", &body);
            rig.pass(3);
            let told = rig.notified();
            assert_eq!(told[0]["result"]["resultCode"], line.code);
            assert_eq!(told[0]["result"]["resultStatus"], json!(line.status));
        }
    }
}

/// Brings about a code without script or trigger word.
fn by_itself(operation: Operation, code: &str) -> String {
    let name = operation.as_str();
    let path = path_of(name);
    let empty = Draft::new(&path, &json!({}));
    let mut rig = Rig::new("buyer: [{pays: {after: 1s}}]");
    match code {
        "ACCESS_DENIED" => {
            let mut headers = wire::antom::Headers::new();
            headers.push("Content-Type", "application/json");
            headers.push("Client-Id", super::merchant::CLIENT);
            headers.push("Authorization", "Bearer isak_TEST_nobody_secret");
            let envelope =
                wire::antom::Envelope { method: "POST".to_owned(), target: path, headers, body: "{}".into() };
            return rig.code(envelope);
        }
        "CLIENT_INVALID" => return rig.code(super::merchant::with_header(&empty.signed(), "Client-Id", None)),
        "INVALID_SIGNATURE" => {
            let signature = forger().header(&path, empty.client_id, empty.time, &empty.body);
            return rig.code(empty.with_signature(signature));
        }
        "KEY_NOT_FOUND" => return rig.code(Draft { client_id: KEYLESS, ..empty }.signed()),
        "MEDIA_TYPE_NOT_ACCEPTABLE" => return rig.code(Draft { content_type: Some("text/plain"), ..empty }.signed()),
        "METHOD_NOT_SUPPORTED" => return rig.code(Draft { method: "GET", ..empty }.signed()),
        "NO_INTERFACE_DEF" => return rig.told(&format!("{name}X"), &json!({})),
        "PARAM_ILLEGAL" => return rig.told(name, &json!({})),
        "REQUEST_TRAFFIC_EXCEED_LIMIT" => {
            return Rig::new("settings: {rate-limit: {calls: 0}}").told(name, &json!({}));
        }
        _ => {}
    }
    match operation {
        Operation::Pay | Operation::BatchPay | Operation::CreatePaymentSession => {
            let (mut body, key) = match operation {
                Operation::Pay => (pay_body("PR-1", "1000"), "PR-1"),
                Operation::BatchPay => (batch_body("B-1", &[1000]), "B-1"),
                _ => (session("PR-1"), "PR-1"),
            };
            let mut dearer = body.clone();
            dearer["paymentAmount"] = amount("2000");
            if operation == Operation::BatchPay {
                dearer["orderList"][0]["orderAmount"] = amount("2000");
            }
            match code {
                "SUCCESS" if operation == Operation::BatchPay => {
                    rig.call(name, &body);
                    rig.pass(3);
                }
                "SUCCESS" => {}
                "PAYMENT_IN_PROCESS" if operation == Operation::Pay => body = cashier_body("PR-1", "1000", "GCASH"),
                "PAYMENT_IN_PROCESS" => {}
                "CURRENCY_NOT_SUPPORT" => {
                    body["paymentAmount"]["currency"] = json!("XAF");
                    if operation == Operation::BatchPay {
                        body["orderList"][0]["orderAmount"]["currency"] = json!("XAF");
                    }
                }
                "PAYMENT_AMOUNT_EXCEED_LIMIT" => rig = Rig::new("settings: {limits: {JPY: 999}}"),
                "SETTLE_CONTRACT_NOT_MATCH" => rig = Rig::new("settings: {settlement-currencies: [USD]}"),
                "REPEAT_REQ_INCONSISTENT" => {
                    rig.call(name, &body);
                    body = dearer;
                }
                "ORDER_IS_CLOSED" => {
                    rig = Rig::new("buyer: [leaves]");
                    rig.call(name, &body);
                    rig.pass(3600);
                }
                "ORDER_IS_CANCELED" => {
                    rig.call(name, &body);
                    rig.call("cancel", &json!({ "paymentRequestId": key }));
                }
                other => panic!("{operation} {other} has no cause here"),
            }
            rig.told(name, &body)
        }
        Operation::InquiryPayment | Operation::Cancel => {
            let body = match code {
                "ORDER_STATUS_INVALID" => cashier_body("PR-1", "1000", "CARD"),
                "PAYMENT_METHOD_NOT_SUPPORTED" => cashier_body("PR-1", "1000", "JKOPAY"),
                _ => pay_body("PR-1", "1000"),
            };
            let id = rig.call("pay", &body)["paymentId"].clone();
            let mut question = json!({ "paymentId": id });
            match code {
                "SUCCESS" | "PAYMENT_METHOD_NOT_SUPPORTED" => {}
                "ORDER_NOT_EXIST" => question = json!({"paymentId": "none"}),
                "CANCEL_WINDOW_EXCEED" => rig.pass(24 * 3600),
                "ORDER_STATUS_INVALID" => rig.pass(10),
                "PROCESS_FAIL" => {
                    rig.pass(3);
                    rig.call("refund", &refund(&id, "1"));
                }
                other => panic!("{operation} {other} has no cause here"),
            }
            rig.told(name, &question)
        }
        Operation::CreateVaultingSession => {
            assert_eq!(code, "SUCCESS", "{operation} {code} has no cause here");
            rig.call(name, &vaulting("V-1"));
            rig.told(name, &vaulting("V-1"))
        }
        Operation::Refund | Operation::InquiryRefund => {
            let id = rig.call("pay", &pay_body("PR-1", "1000"))["paymentId"].clone();
            if !["ORDER_STATUS_INVALID", "ORDER_IS_CANCELED"].contains(&code) {
                rig.pass(3);
            }
            let mut body = refund(&id, "1000");
            match code {
                "SUCCESS" if operation == Operation::InquiryRefund => {
                    rig.call("refund", &body);
                }
                "SUCCESS" | "ORDER_STATUS_INVALID" | "REFUND_NOT_EXIST" => {}
                "REFUND_IN_PROCESS" => body["isAsyncRefund"] = json!(true),
                "ORDER_NOT_EXIST" => body["paymentId"] = json!("none"),
                "ORDER_IS_CANCELED" => {
                    rig.call("cancel", &json!({ "paymentId": id }));
                }
                "REFUND_AMOUNT_EXCEED" => body["refundAmount"] = amount("1001"),
                "REFUND_WINDOW_EXCEED" => rig.pass(366 * 24 * 3600),
                "CURRENCY_NOT_SUPPORT" => body["refundAmount"]["currency"] = json!("USD"),
                "REPEAT_REQ_INCONSISTENT" => {
                    rig.call("refund", &body);
                    body["refundAmount"] = amount("1");
                }
                other => panic!("{operation} {other} has no cause here"),
            }
            if operation == Operation::InquiryRefund {
                body = json!({"refundRequestId": "RR-1"});
            }
            rig.told(name, &body)
        }
        Operation::Capture => {
            let (declined, wallet) = (code == "ORDER_IS_CLOSED", code == "ORDER_STATUS_INVALID");
            if code == "CAPTURE_IN_PROCESS" {
                rig = Rig::new("captures: [succeeds]");
            } else if declined {
                rig = Rig::new("buyer: [{declines: {after: 0s}}]");
            } else {
                rig = Rig::new("");
            }
            let order = if wallet { cashier_body("PR-1", "1000", "GCASH") } else { card("PR-1") };
            rig.call("pay", &order);
            let id = rig.inquire("PR-1")["paymentId"].clone();
            let mut body = capture(&id, "500");
            match code {
                "SUCCESS" | "CAPTURE_IN_PROCESS" | "ORDER_IS_CLOSED" | "ORDER_STATUS_INVALID" => {}
                "CAPTURE_AMOUNT_EXCEED" => body["captureAmount"] = amount("1001"),
                "CAPTURE_WINDOW_EXCEED" | "MULTIPLE_CAPTURES_NOT_SUPPORTED" => {
                    let last = if code == "CAPTURE_WINDOW_EXCEED" { "NON_FINAL" } else { "FINAL" };
                    body["captureType"] = json!(last);
                    rig.call("capture", &body);
                    rig.pass(if code == "CAPTURE_WINDOW_EXCEED" { 8 * 24 * 3600 } else { 1 });
                    body["captureRequestId"] = json!("CR-2");
                }
                "ORDER_NOT_EXIST" => body["paymentId"] = json!("none"),
                "ORDER_IS_CANCELED" => {
                    rig.call("cancel", &json!({ "paymentId": id }));
                }
                "REPEAT_REQ_INCONSISTENT" => {
                    rig.call("capture", &body);
                    body["captureAmount"] = amount("1");
                }
                other => panic!("{operation} {other} has no cause here"),
            }
            rig.told(name, &body)
        }
    }
}

#[test]
fn every_cause_on_the_page_has_its_effect() {
    let mut causes = 0;
    for operation in Operation::ALL {
        for line in codes(operation) {
            if natural_cause(operation, line.code).is_some() {
                assert_eq!(by_itself(operation, line.code), line.code, "{operation}");
                causes += 1;
            }
        }
    }
    assert!(causes > 100, "{causes}");
}
