//! Cards that are kept: createVaultingSession, what becomes of it, notifyVaulting.

use rstest::rstest;
use serde_json::{Value, json};
use sim_antom::{Event, VaultingStatus};

use super::merchant::{CLIENT, NOTIFY_URL, is_antoms};
use super::rig::Rig;

const HOUR: u64 = 3600;

fn wanted(id: &str) -> Value {
    json!({
        "paymentMethodType": "CARD", "vaultingRequestId": id, "vaultingNotificationUrl": NOTIFY_URL,
        "redirectUrl": "https://shop.example/cards", "merchantRegion": "SG", "is3DSAuthentication": "false",
    })
}

fn begin(rig: &mut Rig, id: &str) -> Value {
    rig.call("createVaultingSession", &wanted(id))
}

fn status(rig: &Rig, id: &str) -> VaultingStatus {
    rig.gateway.ledger().vaulting(CLIENT, id).unwrap().status
}

#[test]
fn a_card_is_kept_and_its_token_is_notified_and_nothing_is_paid() {
    let mut rig = Rig::new("");
    let answer = begin(&mut rig, "V-1");
    assert_eq!(answer["result"]["resultStatus"], "S");
    assert_eq!(answer["vaultingSessionExpiryTime"], "2026-01-05T19:00:00+08:00");
    assert_eq!(answer["vaultingSessionData"].as_str().unwrap().split("&&").count(), 4);
    assert!(answer["vaultingSessionId"].as_str().unwrap().len() <= 64 && answer.get("normalUrl").is_none());
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Processing);
    rig.pass(3);
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Success);
    assert_eq!(rig.deliveries[0].1.url, NOTIFY_URL);
    let delivery = &rig.deliveries[0].1;
    assert!(is_antoms("/notify?shop=1", &delivery.headers, "request-time", &delivery.body));
    assert_eq!(
        rig.notified(),
        [json!({
            "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
            "vaultingRequestId": "V-1",
            "vaultingCreateTime": "2026-01-05T18:00:00+08:00",
            "paymentMethodDetail": {
                "paymentMethodType": "CARD",
                "card": {
                    "cardToken": "TOKEN20260105114010801700000000000000001", "brand": "VISA",
                    "maskedCardNo": "405469******0768", "lastFour": "0768", "bin": "405469", "expiryMonth": "12",
                    "expiryYear": "34", "funding": "CREDIT", "issuingCountry": "SG",
                },
            },
        })]
    );
    assert!(rig.gateway.ledger().is_empty(), "no payment");
    assert!(rig.events.iter().any(|event| matches!(event, Event::Vaulting { code, .. } if code == "SUCCESS")));
}

#[test]
fn the_same_id_gets_the_same_answer_however_late_and_one_card_is_kept() {
    let mut rig = Rig::new("");
    let first = begin(&mut rig, "V-1");
    assert_eq!(begin(&mut rig, "V-1"), first);
    rig.pass(3);
    assert_eq!(rig.notified().len(), 1);
    rig.pass(2 * HOUR);
    let mut other = wanted("V-1");
    other["is3DSAuthentication"] = json!("true");
    assert_eq!(rig.call("createVaultingSession", &other), first);
    rig.pass(2 * HOUR);
    assert!(rig.notified().is_empty());
    assert_eq!(rig.gateway.ledger().vaultings().len(), 1);
    // A paymentRequestId of the same text is another thing.
    assert_eq!(rig.pay("V-1")["result"]["resultCode"], "SUCCESS");
    assert_ne!(begin(&mut rig, "V-2")["vaultingSessionId"], first["vaultingSessionId"]);
}

#[test]
fn what_is_refused_stays_refused_and_what_is_unknown_may_be_asked_again() {
    let mut rig = Rig::new(
        "answers:\n- {on: createVaultingSession, code: PROCESS_FAIL}\n- {on: createVaultingSession, code: UNKNOWN_EXCEPTION}\n",
    );
    let code = |answer: Value| answer["result"]["resultCode"].as_str().unwrap().to_owned();
    assert_eq!(code(begin(&mut rig, "V-1")), "PROCESS_FAIL");
    assert_eq!(code(begin(&mut rig, "V-2")), "UNKNOWN_EXCEPTION");
    assert_eq!(code(begin(&mut rig, "V-1")), "PROCESS_FAIL");
    assert_eq!(code(begin(&mut rig, "V-2")), "SUCCESS");
    rig.pass(3);
    let told = rig.notified();
    assert_eq!((told.len(), &told[0]["vaultingRequestId"]), (1, &json!("V-2")));
}

#[rstest]
#[case("paymentMethodType", json!("GCASH"))]
#[case("paymentMethodType", json!(null))]
#[case("vaultingRequestId", json!("x".repeat(65)))]
#[case("vaultingRequestId", json!(null))]
#[case("vaultingNotificationUrl", json!(null))]
#[case("vaultingNotificationUrl", json!("shop"))]
#[case("redirectUrl", json!(""))]
#[case("merchantRegion", json!("SGP"))]
#[case("is3DSAuthentication", json!("perhaps"))]
fn what_breaks_the_table_is_refused(#[case] field: &str, #[case] value: Value) {
    let mut rig = Rig::new("");
    let mut body = wanted("V-1");
    body[field] = value;
    assert_eq!(rig.told("createVaultingSession", &body), "PARAM_ILLEGAL");
    assert!(rig.noticed().1[0].contains(field));
    assert!(rig.gateway.ledger().vaultings().is_empty());
}

#[test]
fn a_card_that_is_declined_is_told_of_without_a_token_and_a_session_that_expires_is_not() {
    let mut rig = Rig::new("buyer: [{declines: {code: SUSPECTED_CARD}}, leaves]");
    begin(&mut rig, "V-1");
    begin(&mut rig, "V-2");
    rig.pass(3);
    let told = rig.notified();
    assert_eq!((told.len(), &told[0]["result"]["resultCode"]), (1, &json!("SUSPECTED_CARD")));
    assert_eq!(told[0]["paymentMethodDetail"], json!({"paymentMethodType": "CARD"}));
    assert_eq!(status(&rig, "V-2"), VaultingStatus::Processing);
    rig.pass(HOUR);
    assert_eq!(status(&rig, "V-2"), VaultingStatus::Fail);
    assert!(rig.notified().is_empty());
}

#[test]
fn faults_and_the_documented_pauses_are_those_of_any_notification() {
    let mut rig = Rig::new("");
    begin(&mut rig, "V-1");
    rig.pass(30 * HOUR);
    assert_eq!(rig.delivered().len(), 8);
    let mut rig = Rig::new("faults:\n- delay-notification: {on: notifyVaulting, for: 1h}\n");
    begin(&mut rig, "V-1");
    rig.pass(60);
    assert!(rig.notified().is_empty());
    rig.pass(HOUR);
    assert_eq!(rig.notified().len(), 1);
    let alter =
        "faults:\n- alter-notification: {on: notifyVaulting, set: {paymentMethodDetail.card.cardToken: other}}\n";
    let mut rig = Rig::new(alter);
    begin(&mut rig, "V-1");
    rig.pass(3);
    assert_eq!(rig.notified()[0]["paymentMethodDetail"]["card"]["cardToken"], "other");
}

#[test]
fn a_forged_one_names_a_card_of_somebody_else_and_is_not_signed_as_antom_signs() {
    let mut rig = Rig::new(
        "buyer: [leaves]\nfaults:\n- forge-notification: {on: createVaultingSession, signature: foreign-key}\n",
    );
    begin(&mut rig, "V-1");
    rig.pass(60);
    let delivery = rig.delivered().remove(0);
    assert!(!is_antoms("/notify?shop=1", &delivery.headers, "request-time", &delivery.body));
    let told: Value = serde_json::from_slice(&delivery.body).unwrap();
    assert_eq!((&told["vaultingRequestId"], &told["result"]["resultStatus"]), (&json!("V-1"), &json!("S")));
    assert_eq!(told["paymentMethodDetail"]["card"]["cardToken"], "TOKEN20260105114010801700000000000000001X");
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Processing);
}

#[test]
fn the_script_plays_in_a_session_of_a_card_and_the_card_is_kept_when_it_says_so() {
    let play = "client:\n- {where: {vaultingRequestId: V-1}, steps: [{until: submitted}, {server: pays}, {result: {code: SUCCESS}}]}\n";
    let mut rig = Rig::new(play);
    begin(&mut rig, "V-1");
    let id = rig.gateway.ledger().vaulting(CLIENT, "V-1").unwrap().vaulting_id.clone();
    rig.pass(60);
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Processing);
    let seen = serde_json::to_value(rig.gateway.checkout(&id).unwrap()).unwrap();
    assert_eq!(
        (&seen["purpose"], &seen["isOpen"], &seen["method"]),
        (&json!("vaulting"), &json!(true), &json!("CARD"))
    );
    let event = &seen["notes"][2]["event"];
    assert_eq!(event["code"], "SDK_PAYMENT_SUCCESSFUL");
    let result = json!({"result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."}});
    assert_eq!(event["result"], result, "no card and no payment is told to the page");
    let effect = |word: &str| serde_json::from_value(json!(word)).unwrap();
    let declined = serde_json::from_value(json!({"declines": {}})).unwrap();
    rig.gateway.checkout_does(rig.now, &id, &declined).unwrap();
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Processing, "another try may follow");
    rig.gateway.checkout_does(rig.now, &id, &effect("pays")).unwrap();
    assert_eq!(status(&rig, "V-1"), VaultingStatus::Success);
    rig.timeout();
    assert_eq!(rig.notified().len(), 1);
    let seen = serde_json::to_value(rig.gateway.checkout(&id).unwrap()).unwrap();
    assert_eq!((&seen["isNotified"], &seen["status"]), (&json!(true), &json!("SUCCESS")));
    assert!(rig.gateway.checkout_does(rig.now, &id, &effect("closes")).is_err());
    assert!(rig.gateway.sale(&id).is_none(), "it is on no page of a payment");
}

#[test]
fn a_reset_forgets_them() {
    let mut rig = Rig::new("buyer: [leaves]");
    begin(&mut rig, "V-1");
    rig.gateway.reset(super::rig::script(""));
    assert!(rig.gateway.ledger().vaulting(CLIENT, "V-1").is_none());
    assert_eq!(begin(&mut rig, "V-1")["result"]["resultCode"], "SUCCESS");
}
