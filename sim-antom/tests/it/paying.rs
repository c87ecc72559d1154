//! pay: the idempotency matrix, what buyers do, expiry.

use rstest::rstest;
use serde_json::{Value, json};
use sim_antom::Event;
use wire::antom::PaymentStatus;

use super::merchant::{CLIENT, Draft, OTHER, PAY, batch_body, cashier_body, forger, pay_body};
use super::rig::Rig;

fn with_expiry(id: &str, time: &str) -> Draft {
    let mut body = pay_body(id, "1000");
    body["paymentExpiryTime"] = json!(time);
    Draft::new(PAY, &body)
}

fn result(answer: &Value) -> (&str, &str) {
    (answer["result"]["resultStatus"].as_str().unwrap(), answer["result"]["resultCode"].as_str().unwrap())
}

#[test]
fn a_payment_gets_a_form_and_an_id_of_35_characters() {
    let mut rig = Rig::new("");
    let answer = rig.pay("PR-1");
    let id = answer["paymentId"].as_str().unwrap();
    assert_eq!(id, "20260105114010800100000000000000001");
    assert_eq!(id.len(), 35);
    assert_eq!(
        answer,
        json!({
            "result": {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "success."},
            "paymentRequestId": "PR-1",
            "paymentId": id,
            "paymentAmount": {"currency": "JPY", "value": "1000"},
            "paymentCreateTime": "2026-01-05T18:00:00+08:00",
            "redirectActionForm": {
                "method": "GET",
                "redirectUrl": format!("https://wallet.example/pay?paymentId={id}"),
                "actionFormType": "RedirectActionForm",
            },
        })
    );
}

#[test]
fn the_same_request_gets_the_same_bytes_as_long_as_it_lives_and_when_it_is_paid() {
    let mut rig = Rig::new("");
    let first = rig.send(Draft::pay("PR-1", "1000").signed()).unwrap();
    rig.pass(2);
    assert_eq!(rig.send(Draft::pay("PR-1", "1000").signed()).unwrap(), first);
    rig.pass(100);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
    assert_eq!(rig.send(Draft::pay("PR-1", "1000").signed()).unwrap(), first);
    assert_eq!(rig.gateway.ledger().len(), 1);
}

#[rstest]
#[case::while_it_lives(0)]
#[case::when_it_is_paid(100)]
fn another_amount_under_the_same_id_is_inconsistent(#[case] later: u64) {
    let mut rig = Rig::new("");
    rig.pay("PR-1");
    rig.pass(later);
    assert_eq!(rig.code(Draft::pay("PR-1", "1001").signed()), "REPEAT_REQ_INCONSISTENT");
    let mut other_currency = pay_body("PR-1", "1000");
    other_currency["paymentAmount"]["currency"] = json!("KRW");
    assert_eq!(rig.code(Draft::new(PAY, &other_currency).signed()), "REPEAT_REQ_INCONSISTENT");
    let mut other_method = pay_body("PR-1", "1000");
    other_method["paymentMethod"]["paymentMethodId"] = json!("W-2");
    assert_eq!(rig.code(Draft::new(PAY, &other_method).signed()), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.gateway.ledger().payment(CLIENT, "PR-1").unwrap().amount.minor, 1000);
}

#[test]
fn fields_that_are_not_compared_may_differ() {
    let mut rig = Rig::new("");
    let first = rig.pay("PR-1");
    let mut body = pay_body("PR-1", "1000");
    body["order"]["orderDescription"] = json!("two teas");
    assert_eq!(rig.ask(Draft::new(PAY, &body).signed()), first);
}

#[rstest]
#[case::declined("buyer: [{declines: {}}]", "USER_BALANCE_NOT_ENOUGH")]
#[case::expired("buyer: [leaves]", "ORDER_IS_CLOSED")]
fn a_payment_that_failed_later_is_closed(#[case] script: &str, #[case] code: &str) {
    let mut rig = Rig::new(script);
    rig.pay("PR-1");
    rig.pass(600);
    assert_eq!(rig.gateway.ledger().payment(CLIENT, "PR-1").unwrap().code, code);
    assert_eq!(result(&rig.pay("PR-1")), ("F", "ORDER_IS_CLOSED"));
    assert_eq!(rig.code(Draft::pay("PR-1", "1001").signed()), "REPEAT_REQ_INCONSISTENT");
    // A new id is a new attempt.
    assert_eq!(result(&rig.pay("PR-2")), ("S", "SUCCESS"));
}

#[test]
fn a_scripted_failure_is_final_for_its_id() {
    let mut rig = Rig::new("answers: [{on: pay, code: RISK_REJECT}]");
    let first = rig.send(Draft::pay("PR-1", "1000").signed()).unwrap();
    assert_eq!(result(&serde_json::from_slice(&first).unwrap()), ("F", "RISK_REJECT"));
    assert_eq!(rig.send(Draft::pay("PR-1", "1000").signed()).unwrap(), first);
    assert_eq!(rig.code(Draft::pay("PR-1", "1001").signed()), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "FAIL");
    assert_eq!(rig.inquire("PR-1")["paymentResultCode"], "RISK_REJECT");
    // Nobody was sent to a wallet, so nobody pays.
    rig.pass(1000);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
    assert_eq!(rig.delivered(), []);
    assert_eq!(result(&rig.pay("PR-2")), ("S", "SUCCESS"));
}

#[test]
fn a_scripted_failure_of_a_repeat_changes_nothing() {
    let mut rig = Rig::new("answers: [{on: pay, code: SUCCESS}, {on: pay, code: SYSTEM_ERROR}]");
    let first = rig.pay("PR-1");
    assert_eq!(result(&first), ("S", "SUCCESS"));
    let payments = |rig: &Rig| rig.events.iter().filter(|event| matches!(event, Event::Payment { .. })).count();
    assert_eq!(payments(&rig), 1);
    assert_eq!(result(&rig.pay("PR-1")), ("F", "SYSTEM_ERROR"));
    assert_eq!(payments(&rig), 1);
    assert_eq!(rig.pay("PR-1"), first);
}

#[test]
fn two_merchants_may_use_the_same_id() {
    let mut rig = Rig::new("");
    let first = rig.pay("PR-1");
    let draft = Draft { client_id: OTHER, ..Draft::pay("PR-1", "7") };
    let signature = forger().header(PAY, OTHER, draft.time, &draft.body);
    let second = rig.ask(draft.with_signature(signature));
    assert_eq!(result(&second), ("S", "SUCCESS"));
    assert_ne!(first["paymentId"], second["paymentId"]);
}

#[test]
fn each_payment_takes_the_next_buyer_and_then_everybody_pays() {
    let mut rig = Rig::new("buyer: [leaves, {declines: {code: RISK_REJECT, after: 1s}}, {pays: {after: 20s}}]");
    for id in ["A", "B", "C", "D"] {
        rig.pay(id);
        // A repeat is no new payment, so it takes no buyer.
        rig.pay(id);
    }
    let states = |rig: &Rig| ["A", "B", "C", "D"].map(|id| rig.status(id));
    use PaymentStatus::{Fail, Processing, Success};
    assert_eq!(states(&rig), [Processing; 4]);
    rig.pass(1);
    assert_eq!(states(&rig), [Processing, Fail, Processing, Processing]);
    rig.pass(2);
    assert_eq!(states(&rig), [Processing, Fail, Processing, Success]);
    rig.pass(17);
    assert_eq!(states(&rig), [Processing, Fail, Success, Success]);
    rig.pass(579);
    assert_eq!(states(&rig), [Processing, Fail, Success, Success]);
    rig.pass(1);
    assert_eq!(states(&rig), [Fail, Fail, Success, Success]);
    assert_eq!(rig.gateway.ledger().payment(CLIENT, "B").unwrap().code, "RISK_REJECT");
}

#[rstest]
#[case::default("buyer: [leaves]", 600)]
#[case::set("{buyer: [leaves], settings: {expiry: 3m}}", 180)]
fn a_payment_that_nobody_pays_expires_as_set(#[case] script: &str, #[case] seconds: u64) {
    let mut rig = Rig::new(script);
    rig.pay("PR-1");
    rig.pass(seconds - 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

#[test]
fn the_expiry_of_the_request_wins_in_any_offset() {
    let mut rig = Rig::new("buyer: [leaves]");
    rig.ask(with_expiry("PR-1", "2026-01-05T19:01:00+09:00").signed());
    rig.pass(59);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

#[test]
fn nobody_pays_what_has_expired() {
    let mut rig = Rig::new("buyer: [{pays: {after: 61s}}, {pays: {after: 60s}}]");
    rig.ask(with_expiry("late", "2026-01-05T10:01:00Z").signed());
    rig.ask(with_expiry("just", "2026-01-05T10:01:00Z").signed());
    rig.pass(1000);
    assert_eq!(rig.status("late"), PaymentStatus::Fail);
    assert_eq!(rig.status("just"), PaymentStatus::Success);
    assert!(rig.deliveries.iter().all(|(_, delivery)| !String::from_utf8_lossy(&delivery.body).contains("late")));
}

#[test]
fn a_payment_that_has_expired_already_is_closed_at_once() {
    let mut rig = Rig::new("");
    rig.ask(with_expiry("PR-1", "2026-01-05T09:00:00Z").signed());
    rig.timeout();
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

#[test]
fn a_jump_over_many_deadlines_keeps_their_order_and_times() {
    let states = |rig: &Rig| -> Vec<String> {
        let payment = |event: &Event| matches!(event, Event::Payment { .. });
        rig.events.iter().filter(|event| payment(event)).map(|event| format!("{event:?}")).collect()
    };
    let script = "buyer: [leaves, {pays: {after: 9s}}, {pays: {after: 1s}}, {declines: {after: 5s}}]";
    let [mut steps, mut jump] = [Rig::new(script), Rig::new(script)];
    for rig in [&mut steps, &mut jump] {
        for id in ["A", "B", "C", "D"] {
            rig.pay(id);
        }
    }
    steps.pass(700);
    jump.now = steps.now;
    jump.timeout();
    assert_eq!(states(&steps), states(&jump));
    assert_eq!(jump.inquire("B")["paymentTime"], "2026-01-05T18:00:09+08:00");
}

#[rstest]
#[case("limits: {JPY: 1000}", "2000", "PAYMENT_AMOUNT_EXCEED_LIMIT")]
#[case("settlement-currencies: [USD]", "1000", "SETTLE_CONTRACT_NOT_MATCH")]
fn what_the_gateway_refuses_by_itself_is_refused_for_good(
    #[case] settings: &str,
    #[case] value: &str,
    #[case] code: &str,
) {
    let mut rig = Rig::new(&format!("settings: {{{settings}}}"));
    let mut body = pay_body("PR-1", value);
    body["settlementStrategy"] = json!({"settlementCurrency": "KRW"});
    assert_eq!(rig.told("pay", &body), code);
    let found = rig.inquire("PR-1");
    assert_eq!((&found["paymentStatus"], &found["paymentResultCode"]), (&json!("FAIL"), &json!(code)));
    assert_eq!(rig.told("pay", &pay_body("PR-1", "500")), "REPEAT_REQ_INCONSISTENT");
    assert_eq!(rig.told("pay", &body), code);
    rig.pass(3600);
    assert!(rig.notified().is_empty());
}

#[test]
fn what_is_written_wrongly_and_what_never_arrived_leave_nothing() {
    let mut rig = Rig::new("{settings: {limits: {JPY: 1000}}, faults: [{lose-answer: {on: pay, carried-out: false}}]}");
    assert!(rig.send(Draft::pay("PR-1", "2000").signed()).is_err());
    let mut body = pay_body("PR-2", "1000");
    body["paymentNotifyUrl"] = json!("nowhere");
    assert_eq!(rig.told("pay", &body), "PARAM_ILLEGAL");
    assert!(rig.gateway.ledger().is_empty());
}

#[rstest]
#[case("GCASH", "2026-01-05T18:10:00+08:00", None)]
#[case("GCASH", "2026-01-05T18:10:01+08:00", Some("more than 10 min ahead"))]
#[case("GCASH", "2026-01-05T18:00:00+08:00", Some("not in the future"))]
#[case("GCASH", "2020-01-05T18:00:00+08:00", Some("not in the future"))]
#[case("BANKTRANSFER_THAI", "2026-01-07T18:00:00+08:00", None)]
#[case("BANKTRANSFER_THAI", "2026-01-07T18:01:00+08:00", Some("more than 2880 min ahead"))]
#[case("CARD", "2026-01-12T18:00:00+08:00", None)]
fn an_expiry_that_is_over_or_too_far_off_is_noted_and_refused_strictly(
    #[case] method: &str,
    #[case] time: &str,
    #[case] told: Option<&str>,
) {
    let mut body = cashier_body("PR-1", "1000", method);
    body["paymentExpiryTime"] = json!(time);
    body["paymentMethod"]["paymentMethodId"] = json!("token");
    let mut rig = Rig::new("");
    assert_ne!(rig.told("pay", &body), "PARAM_ILLEGAL");
    let notes = rig.noticed().1.join("; ");
    assert!(told.map_or_else(|| !notes.contains("paymentExpiryTime"), |told| notes.contains(told)), "{notes}");
    let mut rig = Rig::new("settings: {strict: true}");
    assert_eq!(rig.told("pay", &body) == "PARAM_ILLEGAL", told.is_some());
    // The page of batchPay says the same; in a shop only the past is wrong.
    let mut body = batch_body("B-1", &[1000]);
    body["paymentExpiryTime"] = json!(time);
    body["paymentMethod"]["paymentMethodType"] = json!(method.replace("CARD", "KONBINI"));
    assert_eq!(rig.told("batchPay", &body) == "PARAM_ILLEGAL", told.is_some());
    let mut body = pay_body("PR-2", "1000");
    body["paymentExpiryTime"] = json!(time);
    assert_eq!(rig.told("pay", &body) == "PARAM_ILLEGAL", told == Some("not in the future"));
}

#[test]
fn an_inquiry_from_a_shop_is_never_told_that_a_payment_is_pending() {
    let mut rig = Rig::new("buyer: [{pends: {after: 1s, for: 1h}}]");
    rig.pay("PR-1");
    rig.pass(2);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Pending);
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PROCESSING");
    rig.pass(3600);
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "SUCCESS");
}
