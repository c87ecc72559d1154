//! Every check, its order and its documented code.

use rstest::rstest;
use serde_json::{Value, json};
use wire::antom::{Envelope, Operation};

use super::merchant::{
    CLIENT, Draft, INQUIRY, KEYLESS, OTHER, PAY, cashier_body, forger, merchant, pay_body, with_header,
};
use super::rig::Rig;

/// What the gateway says to a request, with its reasons.
fn said(envelope: Envelope) -> (String, String) {
    let mut rig = Rig::new("");
    let code = rig.code(envelope);
    let (refused, notes) = rig.noticed();
    assert_eq!(refused.as_deref().unwrap_or("SUCCESS"), code);
    (code, notes.join("; "))
}

fn code(envelope: Envelope) -> String {
    said(envelope).0
}

fn signed_by_another(draft: &Draft) -> Envelope {
    draft.with_signature(forger().header(&draft.target, draft.client_id, draft.time, &draft.body))
}

#[test]
fn the_checks_come_in_their_order() {
    let wrong_in_everything = Draft {
        method: "GET",
        target: "/ams/api/v1/payments/nothing".to_owned(),
        client_id: "nobody",
        content_type: Some("text/plain"),
        ..Draft::of_bytes(PAY, "no JSON")
    };
    let posted = Draft { method: "POST", ..wrong_in_everything.clone() };
    let json = Draft { content_type: Some("application/json"), ..posted.clone() };
    let routed = Draft { target: PAY.to_owned(), ..json.clone() };
    let known = Draft { client_id: KEYLESS, ..routed.clone() };
    let keyed = Draft { client_id: CLIENT, ..known.clone() };
    for (draft, wanted) in [
        (wrong_in_everything, "METHOD_NOT_SUPPORTED"),
        (posted, "MEDIA_TYPE_NOT_ACCEPTABLE"),
        (json, "NO_INTERFACE_DEF"),
        (routed, "CLIENT_INVALID"),
        (known, "KEY_NOT_FOUND"),
        (keyed.clone(), "INVALID_SIGNATURE"),
    ] {
        assert_eq!(code(signed_by_another(&draft)), wanted);
    }
    assert_eq!(code(keyed.signed()), "PARAM_ILLEGAL");
    let right = Draft { body: pay_body("PR-1", "1000").to_string().into(), ..keyed };
    assert_eq!(code(right.signed()), "SUCCESS");
}

#[rstest]
#[case("GET")]
#[case("PUT")]
#[case("post")]
fn only_post_is_served(#[case] method: &'static str) {
    let (code, why) = said(Draft { method, ..Draft::pay("PR-1", "1000") }.signed());
    assert_eq!(code, "METHOD_NOT_SUPPORTED");
    assert!(why.contains(method), "{why}");
}

#[rstest]
#[case("application/json")]
#[case("Application/JSON;charset=utf-8")]
#[case(" application/json ; charset=UTF-8")]
fn json_is_served_however_it_is_written(#[case] content_type: &'static str) {
    let draft = Draft { content_type: Some(content_type), ..Draft::pay("PR-1", "1000") };
    assert_eq!(said(draft.signed()), ("SUCCESS".to_owned(), String::new()));
}

#[test]
fn no_content_type_is_let_pass_with_a_note() {
    let draft = Draft { content_type: None, ..Draft::pay("PR-1", "1000") };
    assert_eq!(said(draft.signed()), ("SUCCESS".to_owned(), "no Content-Type header".to_owned()));
}

#[rstest]
#[case("")]
#[case("application/jsonp")]
#[case("text/json")]
#[case("application/x-www-form-urlencoded")]
fn other_media_types_are_refused(#[case] content_type: &'static str) {
    let draft = Draft { content_type: Some(content_type), ..Draft::pay("PR-1", "1000") };
    let (code, why) = said(draft.signed());
    assert_eq!(code, "MEDIA_TYPE_NOT_ACCEPTABLE");
    assert!(why.contains(&format!("{content_type:?}")), "{why}");
}

#[rstest]
#[case("/")]
#[case("/ams/api/v2/payments/pay")]
#[case("/ams/api/v1/payments/consult")]
#[case("/ams/api/v1/payments/pay/")]
#[case("/ams/test/api/v1/payments/pay")]
fn other_paths_have_no_interface_unless_a_slash_makes_no_difference(#[case] path: &str) {
    let mut draft = Draft::pay("PR-1", "1000");
    path.clone_into(&mut draft.target);
    let wanted = if path.ends_with("pay/") { "SUCCESS" } else { "NO_INTERFACE_DEF" };
    assert_eq!(code(draft.signed()), wanted);
}

#[test]
fn every_operation_reads_its_body_after_the_signature() {
    for operation in Operation::ALL {
        let draft = Draft::new(&super::rig::path_of(operation.as_str()), &json!({}));
        let (code, why) = said(draft.signed());
        assert_eq!(code, "PARAM_ILLEGAL", "{operation}");
        assert!(why.contains("required"), "{operation}: {why}");
        assert_eq!(said(signed_by_another(&draft)).0, "INVALID_SIGNATURE");
    }
}

#[rstest]
#[case("/ams/sandbox/api/v1/payments/pay")]
#[case("/ams/api/v1/payments/pay?source=checkout")]
#[case("//ams/api/v1/payments/pay")]
#[case("/ams/api//v1/payments/pay")]
#[case("https://open-sea-global.alipay.com/ams/api/v1/payments/pay")]
#[case("http://127.0.0.1:8443/ams/sandbox/api/v1/payments/pay?x=y")]
fn targets_of_every_form_are_served_and_signed_as_written(#[case] target: &str) {
    let draft = Draft { target: target.to_owned(), ..Draft::pay("PR-1", "1000") };
    assert_eq!(code(draft.signed()), "SUCCESS");
}

#[test]
fn a_doubled_slash_may_be_signed_single() {
    let mut draft = Draft { target: format!("/{PAY}"), ..Draft::pay("PR-1", "1000") };
    draft.signed_path = Some(PAY.to_owned());
    assert_eq!(code(draft.signed()), "SUCCESS");
    // But not the other way round, and no other difference is let pass.
    let (target, signed_path) = (PAY.to_owned(), Some(format!("/{PAY}")));
    assert_eq!(code(Draft { target, signed_path, ..draft.clone() }.signed()), "INVALID_SIGNATURE");
    let signed_path = Some("/ams/sandbox/api/v1/payments/pay".to_owned());
    assert_eq!(code(Draft { signed_path, ..draft }.signed()), "INVALID_SIGNATURE");
}

#[test]
fn a_client_that_is_missing_or_unknown_is_invalid() {
    let signed = Draft::pay("PR-1", "1000").signed();
    let (code, why) = said(with_header(&signed, "Client-Id", None));
    assert_eq!((code.as_str(), why.as_str()), ("CLIENT_INVALID", "the header Client-Id is missing"));
    let (code, why) = said(with_header(&signed, "Client-Id", Some("nobody")));
    assert_eq!(code, "CLIENT_INVALID");
    assert!(why.contains("\"nobody\"") && why.contains(CLIENT), "{why}");
}

#[test]
fn a_client_id_that_no_header_takes_is_refused_and_answered_all_the_same() {
    let signed = Draft::pay("PR-1", "1000").signed();
    assert_eq!(code(with_header(&signed, "Client-Id", Some("caf\u{e9}"))), "CLIENT_INVALID");
}

#[test]
fn a_client_without_a_key_is_told_so() {
    let (code, why) = said(Draft { client_id: KEYLESS, ..Draft::pay("PR-1", "1000") }.signed());
    assert_eq!(code, "KEY_NOT_FOUND");
    assert!(why.contains(KEYLESS), "{why}");
}

#[test]
fn every_signed_part_is_covered() {
    let draft = Draft::pay("PR-1", "1000");
    let signed = draft.signed();
    assert_eq!(code(signed.clone()), "SUCCESS");
    let body = [draft.body.as_ref(), b" "].concat().into();
    let flipped = {
        let mut signature = wire::antom::Signature::parse(&draft.signature()).unwrap();
        signature.bytes[0] ^= 1;
        signature.to_string()
    };
    let shortened = {
        let mut signature = wire::antom::Signature::parse(&draft.signature()).unwrap();
        signature.bytes.pop();
        signature.to_string()
    };
    for (what, tampered) in [
        ("path", Envelope { target: INQUIRY.to_owned(), ..signed.clone() }),
        ("prefix", Envelope { target: "/ams/sandbox/api/v1/payments/pay".to_owned(), ..signed.clone() }),
        ("query", Envelope { target: format!("{PAY}?"), ..signed.clone() }),
        ("client", with_header(&signed, "Client-Id", Some(OTHER))),
        ("time", with_header(&signed, "Request-Time", Some("1767607200001"))),
        ("body", Envelope { body, ..signed.clone() }),
        ("signature", with_header(&signed, "Signature", Some(&flipped))),
        ("length", with_header(&signed, "Signature", Some(&shortened))),
        ("key", signed_by_another(&draft)),
    ] {
        let (code, why) = said(tampered);
        assert_eq!(code, "INVALID_SIGNATURE", "{what}");
        assert!(why.contains("does not fit the string to sign POST /ams/"), "{what}: {why}");
    }
}

#[rstest]
#[case("Request-Time", None, "the header Request-Time is missing")]
#[case("Signature", None, "the header Signature is missing")]
#[case("Signature", Some(""), "it has no signature=… part")]
#[case("Signature", Some("algorithm=RSA256,keyVersion=1"), "it has no signature=… part")]
#[case("Signature", Some("algorithm=RSA256,keyVersion=1,signature=!"), "not (percent-encoded) base64")]
fn a_signature_that_cannot_be_checked_is_invalid(
    #[case] name: &str,
    #[case] value: Option<&str>,
    #[case] reason: &str,
) {
    let (code, why) = said(with_header(&Draft::pay("PR-1", "1000").signed(), name, value));
    assert_eq!(code, "INVALID_SIGNATURE");
    assert!(why.contains(reason), "{why}");
}

#[test]
fn other_algorithms_are_refused() {
    let draft = Draft::pay("PR-1", "1000");
    let (code, why) = said(draft.with_signature(draft.signature().replace("RSA256", "RSA512")));
    assert_eq!(code, "INVALID_SIGNATURE");
    assert!(why.contains("\"RSA512\""), "{why}");
}

#[test]
fn signatures_are_read_in_every_spelling() {
    let draft = Draft::pay("PR-1", "1000");
    let upper = draft.signature();
    let lower = with_lower_case_escapes(&upper);
    assert_ne!(upper, lower);
    let plain = upper.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    for signature in [upper.replace(',', ", "), lower, plain, upper.replace("keyVersion=1,", "")] {
        assert_eq!(code(draft.with_signature(signature)), "SUCCESS");
    }
}

#[rstest]
#[case("1767607200000")]
#[case("2026-01-05T10:00:00+00:00")]
#[case("2026-01-05T10:00:00+0000")]
#[case("2026-01-05T02:00:00-08:00")]
#[case("2026-01-05T10:00:00.0000000Z")]
#[case("1767607500000")]
#[case("2026-01-05T09:55:00Z")]
fn both_time_formats_are_read(#[case] time: &'static str) {
    let draft = Draft { time, ..Draft::pay("PR-1", "1000") };
    assert_eq!(said(draft.signed()), ("SUCCESS".to_owned(), String::new()));
}

#[rstest]
#[case("1767607500001", "differs from the gateway's clock")]
#[case("2026-01-05T09:54:59Z", "differs from the gateway's clock")]
#[case("1767607200", "neither epoch milliseconds nor ISO-8601")]
#[case("yesterday", "neither epoch milliseconds nor ISO-8601")]
#[case("2026-01-05T10:00:00", "neither epoch milliseconds nor ISO-8601")]
fn odd_times_are_noted_and_let_pass(#[case] time: &'static str, #[case] note: &str) {
    let (code, why) = said(Draft { time, ..Draft::pay("PR-1", "1000") }.signed());
    assert_eq!(code, "SUCCESS");
    assert!(why.contains(note), "{why}");
    let mut rig = Rig::new("settings: {strict: true}");
    assert_eq!(rig.code(Draft { time, ..Draft::pay("PR-1", "1000") }.signed()), "PARAM_ILLEGAL");
    assert!(rig.noticed().1[0].contains(note), "{:?}", rig.noticed());
}

#[rstest]
#[case(b"", "the body is not JSON")]
#[case(b"{", "the body is not JSON")]
#[case(b"\xff{}", "the body is not JSON")]
#[case(b"[]", "not an object")]
#[case(b"null", "not an object")]
#[case(b"\"text\"", "not an object")]
fn a_body_must_be_a_json_object(#[case] body: &'static [u8], #[case] reason: &str) {
    for path in [PAY, INQUIRY] {
        let (code, why) = said(Draft::of_bytes(path, body).signed());
        assert_eq!(code, "PARAM_ILLEGAL");
        assert!(why.contains(reason), "{why}");
    }
}

#[test]
fn a_body_that_is_nested_without_end_is_refused() {
    let body = "{\"a\":".repeat(100_000);
    assert_eq!(code(Draft::of_bytes(PAY, body).signed()), "PARAM_ILLEGAL");
}

/// The body of a pay request with one field changed, or taken away.
fn changed(path: &str, value: Option<Value>) -> Value {
    let mut body = pay_body("PR-1", "1000");
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    body
}

#[rstest]
#[case("/productCode")]
#[case("/paymentRequestId")]
#[case("/paymentAmount")]
#[case("/paymentAmount/currency")]
#[case("/paymentAmount/value")]
#[case("/paymentMethod/paymentMethodType")]
#[case("/paymentFactor")]
#[case("/paymentFactor/inStorePaymentScenario")]
#[case("/order")]
#[case("/order/referenceOrderId")]
#[case("/order/orderDescription")]
#[case("/order/orderAmount")]
#[case("/order/merchant")]
#[case("/order/merchant/merchantMCC")]
#[case("/order/merchant/store/storeMCC")]
#[case("/order/env/userAgent")]
fn a_required_field_that_is_missing_or_null_is_named(#[case] path: &str) {
    for value in [None, Some(Value::Null)] {
        let (code, why) = said(Draft::new(PAY, &changed(path, value)).signed());
        assert_eq!(code, "PARAM_ILLEGAL");
        let name = path.rsplit('/').next().unwrap();
        assert!(why.contains(name) && why.contains("is required and missing"), "{why}");
    }
}

#[rstest]
#[case("/productCode", json!("CASHIER_PAYMENT"))]
#[case("/paymentMethod/paymentMethodType", json!("GCASH"))]
#[case("/paymentFactor/inStorePaymentScenario", json!("entrycode"))]
#[case("/paymentRequestId", json!(""))]
#[case("/paymentRequestId", json!("x".repeat(65)))]
#[case("/paymentRequestId", json!({}))]
#[case("/paymentAmount/value", json!("10.5"))]
#[case("/paymentAmount/value", json!("-1"))]
#[case("/paymentAmount/value", json!("0"))]
#[case("/paymentAmount/value", json!(10.5))]
#[case("/paymentAmount/currency", json!("YEN"))]
#[case("/paymentNotifyUrl", json!("shop/notify"))]
#[case("/paymentExpiryTime", json!("soon"))]
#[case("/merchantRegion", json!("Japan"))]
#[case("/paymentMethod/paymentMethodId", json!([]))]
fn an_illegal_field_is_refused(#[case] path: &str, #[case] value: Value) {
    let (code, why) = said(Draft::new(PAY, &changed(path, Some(value))).signed());
    assert_eq!(code, "PARAM_ILLEGAL");
    assert!(!why.is_empty());
}

#[rstest]
#[case("/paymentRequestId", json!(1001))]
#[case("/paymentAmount/value", json!(1000))]
#[case("/order/merchant/merchantMCC", json!(5812))]
#[case("/order/referenceOrderId", json!(true))]
fn a_native_scalar_is_let_pass_with_a_note(#[case] path: &str, #[case] value: Value) {
    let (code, why) = said(Draft::new(PAY, &changed(path, Some(value))).signed());
    assert_eq!(code, "SUCCESS", "{why}");
    assert!(why.contains("should be a JSON string"), "{why}");
}

#[test]
fn a_number_as_id_is_the_payment_of_the_same_text() {
    let mut rig = Rig::new("");
    let body = changed("/paymentRequestId", Some(json!(1001)));
    let first = rig.ask(Draft::new(PAY, &body).signed());
    assert_eq!(first["paymentRequestId"], "1001");
    assert_eq!(rig.pay("1001"), first);
    let found = rig.ask(Draft::new(INQUIRY, &json!({"paymentRequestId": 1001})).signed());
    assert_eq!(found["paymentId"], first["paymentId"]);
    assert_eq!(rig.noticed().1, ["paymentRequestId should be a JSON string, is a number"]);
}

#[test]
fn unknown_fields_and_nulls_are_let_pass() {
    let mut body = changed("/paymentRedirectUrl", Some(Value::Null));
    body["unheardOf"] = json!({"deep": [1, {"er": null}]});
    let noted = "unheardOf is not documented, and is ignored".to_owned();
    assert_eq!(said(Draft::new(PAY, &body).signed()), ("SUCCESS".to_owned(), noted));
}

#[test]
fn a_trigger_word_that_asks_for_nothing_is_noted_unless_words_are_off() {
    let body = changed("/order/orderDescription", Some(json!("tea [sim:risk_reject]")));
    let (code, why) = said(Draft::new(PAY, &body).signed());
    assert_eq!(code, "SUCCESS");
    assert_eq!(why, "`[sim:risk_reject]` asks for nothing; did you mean `[sim:RISK_REJECT]`?");
    let mut rig = Rig::new("settings: {triggers: false}");
    assert_eq!(rig.code(Draft::new(PAY, &body).signed()), "SUCCESS");
    assert_eq!(rig.noticed().1, [""; 0]);
}

/// Of wallets, strict refuses what lenient notes; of unknown fields neither refuses anything.
#[test]
fn an_amount_that_its_wallet_does_not_take_is_noted_and_refused_strictly() {
    let mut body = cashier_body("PR-1", "150", "JKOPAY");
    body["paymentAmount"]["currency"] = json!("TWD");
    body["unheardOf"] = json!(1);
    let mut rig = Rig::new("");
    assert_eq!(rig.told("pay", &body), "PAYMENT_IN_PROCESS");
    let notes = rig.noticed().1.join("; ");
    assert!(notes.contains("of TWD JKOPAY takes multiples of 100"), "{notes}");
    let mut rig = Rig::new("settings: {strict: true}");
    assert_eq!(rig.told("pay", &body), "PARAM_ILLEGAL");
    assert!(rig.noticed().1[0].contains("of TWD JKOPAY takes multiples of 100"));
    body["paymentAmount"]["value"] = json!("200");
    assert_eq!(rig.told("pay", &body), "PAYMENT_IN_PROCESS");
}

#[test]
fn a_missing_notify_url_is_let_pass_with_a_note() {
    let (code, why) = said(Draft::new(PAY, &changed("/paymentNotifyUrl", None)).signed());
    assert_eq!(code, "SUCCESS");
    assert_eq!(why, "paymentNotifyUrl is required by the documents and missing");
}

#[rstest]
#[case(json!({}))]
#[case(json!({"paymentRequestId": null, "paymentId": null}))]
#[case(json!({"paymentRequestId": ""}))]
#[case(json!({"paymentRequestId": "PR-1", "paymentId": ""}))]
#[case(json!({"paymentId": "x".repeat(65)}))]
#[case(json!({"paymentId": {}}))]
fn an_inquiry_needs_an_id_of_1_to_64_characters(#[case] body: Value) {
    let (code, why) = said(Draft::new(INQUIRY, &body).signed());
    assert_eq!(code, "PARAM_ILLEGAL");
    assert!(why.contains("paymentRequestId") || why.contains("paymentId"), "{why}");
}

#[test]
fn the_reason_stays_in_the_log() {
    let mut rig = Rig::new("");
    let answer = rig.ask(signed_by_another(&Draft::pay("PR-1", "1000")));
    assert_eq!(answer["result"]["resultStatus"], "F");
    assert_eq!(answer["result"]["resultMessage"], "The signature is not validated.");
    assert_eq!(answer.as_object().unwrap().len(), 1);
    assert!(rig.noticed().1[0].contains("string to sign"));
}

#[test]
fn an_unreadable_body_is_illegal_and_says_why() {
    let mut rig = Rig::new("");
    let envelope = Draft::pay("PR-1", "1000").signed();
    let reason = Some("too long".to_owned());
    rig.gateway.handle(rig.now, sim_antom::Input::Request { id: 1, envelope, unreadable: reason });
    let outputs: Vec<_> = std::iter::from_fn(|| rig.gateway.poll()).collect();
    let text = format!("{outputs:?}");
    assert!(text.contains("PARAM_ILLEGAL") && text.contains("too long"), "{text}");
    assert!(rig.gateway.ledger().is_empty());
}

#[test]
fn a_key_version_that_was_not_uploaded_is_no_key() {
    let draft = Draft::pay("PR-1", "1000");
    let signature = merchant().header(PAY, CLIENT, draft.time, &draft.body).replace("keyVersion=1", "keyVersion=7");
    assert_eq!(code(draft.with_signature(signature)), "KEY_NOT_FOUND");
}

/// Percent escapes as .NET writes them.
fn with_lower_case_escapes(signature: &str) -> String {
    signature.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d")
}
