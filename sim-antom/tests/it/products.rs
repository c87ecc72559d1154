//! The products of pay: what each is answered, and when it is paid.

use rstest::rstest;
use serde_json::{Value, json};
use wire::antom::PaymentStatus;

use super::merchant::{cashier_body, pay_body};
use super::rig::Rig;

fn in_store(id: &str, scenario: &str) -> Value {
    let mut body = pay_body(id, "1000");
    body["paymentFactor"]["inStorePaymentScenario"] = json!(scenario);
    if scenario == "PaymentCode" {
        body["paymentMethod"]["paymentMethodId"] = json!("281012020262467128");
        body["order"]["env"] =
            json!({"storeTerminalId": "T1", "storeTerminalRequestTime": "2026-01-05T18:00:00+08:00"});
    }
    body
}

fn code(answer: &Value) -> (&str, &str) {
    let text = |name: &str| answer["result"][name].as_str().unwrap();
    (text("resultStatus"), text("resultCode"))
}

#[test]
fn an_order_code_is_shown_and_paid_later() {
    let mut rig = Rig::new("");
    let body = in_store("PR-1", "OrderCode");
    let answer = rig.call("pay", &body);
    assert_eq!(code(&answer), ("S", "SUCCESS"));
    let detail = &answer["orderCodeForm"]["codeDetails"][0];
    assert_eq!((&detail["codeValueType"], &detail["displayType"]), (&json!("QRCODE"), &json!("TEXT")));
    assert!(detail["codeValue"].as_str().unwrap().contains(answer["paymentId"].as_str().unwrap()));
    assert_eq!(answer["orderCodeForm"]["expireTime"], "2026-01-05T18:10:00+08:00");
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    assert_eq!(rig.call("pay", &body), answer);
    rig.pass(3);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
    assert_eq!(rig.notified()[0]["result"]["resultStatus"], "S");
}

#[test]
fn a_payment_code_is_paid_at_once() {
    let mut rig = Rig::new("");
    let body = in_store("PR-1", "PaymentCode");
    let answer = rig.call("pay", &body);
    assert_eq!(code(&answer), ("S", "SUCCESS"));
    assert_eq!(answer["paymentTime"], "2026-01-05T18:00:00+08:00");
    assert_eq!(answer["actualPaymentAmount"], json!({"currency": "JPY", "value": "1000"}));
    assert_eq!(rig.call("pay", &body), answer);
    rig.timeout();
    assert_eq!(rig.notified().len(), 1);
}

#[test]
fn a_payment_code_whose_buyer_must_confirm_is_unknown_until_he_does() {
    let mut rig = Rig::new("buyer: [{pays: {after: 5s}}]");
    let body = in_store("PR-1", "PaymentCode");
    let answer = rig.call("pay", &body);
    assert_eq!(code(&answer), ("U", "PAYMENT_IN_PROCESS"));
    assert_eq!(answer.get("normalUrl"), None, "he stands in the shop, and is sent nowhere");
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PROCESSING");
    rig.pass(5);
    assert_eq!(code(&rig.call("pay", &body)), ("S", "SUCCESS"));
}

#[rstest]
#[case("buyer: [{declines: {after: 0s}}]", "F", "USER_BALANCE_NOT_ENOUGH")]
#[case("buyer: [{declines: {after: 5s}}]", "U", "PAYMENT_IN_PROCESS")]
#[case("buyer: [leaves]", "U", "PAYMENT_IN_PROCESS")]
fn a_payment_code_that_is_declined_at_once_stays_refused_and_later_is_closed(
    #[case] script: &str,
    #[case] status: &str,
    #[case] first: &str,
) {
    let mut rig = Rig::new(script);
    let body = in_store("PR-1", "PaymentCode");
    assert_eq!(code(&rig.call("pay", &body)), (status, first));
    rig.pass(180);
    let again = if status == "F" { first } else { "ORDER_IS_CLOSED" };
    assert_eq!(rig.told("pay", &body), again);
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "FAIL");
}

/// A token's or a code's payment that nobody confirms is not waited for as long as one on a page.
#[rstest]
#[case(in_store("PR-1", "PaymentCode"), 3 * 60)]
#[case(by_token("PR-1"), 60)]
fn what_is_to_be_paid_at_once_does_not_stay_open_for_long(#[case] body: Value, #[case] seconds: u64) {
    let mut rig = Rig::new("buyer: [leaves]");
    assert_eq!(code(&rig.call("pay", &body)), ("U", "PAYMENT_IN_PROCESS"));
    rig.pass(seconds - 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

#[rstest]
#[case("GCASH", 14 * 60)]
#[case("LINKAJA", 5 * 60)]
#[case("VIETQR", 15 * 60)]
#[case("BANCOMATPAY", 3600)]
#[case("BANKTRANSFER_THAI", 48 * 3600)]
#[case("KONBINI", 7 * 24 * 3600)]
fn a_cashier_payment_leads_to_a_page_and_expires_with_its_method(#[case] method: &str, #[case] seconds: u64) {
    let mut rig = Rig::new("buyer: [leaves]");
    let body = cashier_body("PR-1", "1000", method);
    let answer = rig.call("pay", &body);
    assert_eq!(code(&answer), ("U", "PAYMENT_IN_PROCESS"));
    assert!(answer["normalUrl"].as_str().unwrap().starts_with("https://wallet.example/cashier?paymentId=2026"));
    assert_eq!(rig.call("pay", &body), answer);
    rig.pass(seconds - 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
    // Online failures are notified.
    let told = rig.notified();
    assert_eq!(
        (&told[0]["result"]["resultStatus"], &told[0]["result"]["resultCode"]),
        (&json!("F"), &json!("ORDER_IS_CLOSED"))
    );
    assert_eq!(rig.told("pay", &body), "ORDER_IS_CLOSED");
}

#[rstest]
#[case("WEB", "", ["normalUrl"].as_slice(), false)]
#[case("WAP", "", ["normalUrl"].as_slice(), true)]
#[case("APP", "", ["normalUrl", "schemeUrl", "applinkUrl"].as_slice(), true)]
#[case("MINI_APP", "", ["normalUrl", "schemeUrl", "applinkUrl"].as_slice(), false)]
#[case("WEB", "settings: {urls: [normal]}", ["normalUrl"].as_slice(), false)]
#[case("WEB", "settings: {urls: [scheme]}", ["schemeUrl"].as_slice(), false)]
#[case("WEB", "settings: {urls: [applink]}", ["applinkUrl"].as_slice(), false)]
fn which_urls_come_is_the_terminals_or_the_scripts_affair(
    #[case] terminal: &str,
    #[case] script: &str,
    #[case] urls: &[&str],
    #[case] identifier: bool,
) {
    let mut rig = Rig::new(script);
    let mut body = cashier_body("PR-1", "1000", "GCASH");
    body["env"] = json!({"terminalType": terminal, "osType": "IOS"});
    body["appId"] = json!("app");
    let answer = rig.call("pay", &body);
    let found: Vec<_> =
        ["normalUrl", "schemeUrl", "applinkUrl"].into_iter().filter(|name| answer.get(name).is_some()).collect();
    assert_eq!(found, urls);
    assert_eq!(answer.get("appIdentifier").is_some(), identifier);
}

#[test]
fn without_a_url_nothing_was_created() {
    let mut rig = Rig::new("settings: {urls: []}");
    let answer = rig.call("pay", &cashier_body("PR-1", "1000", "GCASH"));
    assert_eq!(
        answer,
        json!({"result": {"resultCode": "PAYMENT_IN_PROCESS", "resultStatus": "U", "resultMessage": "The payment is being processed."}})
    );
    assert!(rig.gateway.ledger().is_empty());
}

fn by_token(id: &str) -> Value {
    let mut body = cashier_body(id, "1000", "GCASH");
    body["productCode"] = json!("AGREEMENT_PAYMENT");
    body["paymentMethod"]["paymentMethodId"] = json!("token");
    body
}

#[test]
fn a_token_is_paid_at_once_and_needs_the_token() {
    let mut rig = Rig::new("");
    let mut without = by_token("PR-1");
    without["paymentMethod"]["paymentMethodId"].take();
    assert_eq!(rig.told("pay", &without), "PARAM_ILLEGAL");
    assert_eq!(code(&rig.call("pay", &by_token("PR-1"))), ("S", "SUCCESS"));
}

#[test]
fn money_in_other_currencies_has_quotes() {
    let mut rig =
        Rig::new("settings: {wallet-currency: CNY, settlement-currencies: [USD], rates: {JPY: 6600, CNY: 140000}}");
    rig.pay("PR-1");
    rig.pass(3);
    let told = rig.notified().remove(0);
    assert_eq!(told["paymentAmount"], json!({"currency": "JPY", "value": "1000"}));
    assert_eq!(told["actualPaymentAmount"], json!({"currency": "CNY", "value": "4714"}));
    assert_eq!(
        told["paymentQuote"],
        json!({"guaranteed": false, "quoteCurrencyPair": "JPY/CNY", "quotePrice": 0.04714286})
    );
    assert_eq!(told["grossSettlementAmount"], json!({"currency": "USD", "value": "660"}));
    assert_eq!(told["settlementQuote"]["quotePrice"], json!(0.0066));
    let found = rig.inquire("PR-1");
    for name in ["actualPaymentAmount", "paymentQuote", "grossSettlementAmount", "settlementQuote"] {
        assert_eq!(found[name], told[name], "{name}");
    }
}

#[test]
fn who_paid_is_told_by_the_wallet_and_by_nobody_before() {
    let mut rig = Rig::new("");
    assert_eq!(rig.pay("PR-1")["pspCustomerInfo"], Value::Null);
    assert_eq!(rig.inquire("PR-1")["pspCustomerInfo"], Value::Null);
    rig.pass(3);
    let wanted = json!({"pspName": "ALIPAYCN", "pspCustomerId": "2088000000000001", "displayCustomerId": "buy***@wallet.example"});
    assert_eq!(rig.notified()[0]["pspCustomerInfo"], wanted);
    assert_eq!(rig.inquire("PR-1")["pspCustomerInfo"], wanted);
    let mut scanned = in_store("PR-2", "PaymentCode");
    scanned["paymentMethod"]["paymentMethodId"] = json!("281666040092421401");
    assert_eq!(rig.call("pay", &scanned)["pspCustomerInfo"], wanted);
}

#[test]
fn of_a_card_what_may_be_shown_of_it_is_told() {
    let mut rig = Rig::new("");
    let mut body = cashier_body("PR-1", "1000", "CARD");
    body["paymentMethod"]["paymentMethodMetaData"] = json!({"cardNo": "5162770114774974"});
    let answer = rig.call("pay", &body);
    let info = &answer["paymentResultInfo"];
    assert_eq!((&info["cardNo"], &info["lastFour"]), (&json!("516277******4974"), &json!("4974")));
    assert_eq!((&info["cardBrand"], &answer["pspCustomerInfo"]), (&json!("MASTERCARD"), &Value::Null));
    rig.pass(0);
    let told = rig.notified().remove(0);
    assert_eq!((&told["paymentResultInfo"], &told["cardInfo"]["cardNo"]), (info, &info["cardNo"]));
    let asked = rig.inquire("PR-1");
    assert_eq!((&asked["paymentResultInfo"], &asked["cardInfo"]), (info, &told["cardInfo"]));
    // Without a number it is the provider's own test card.
    let by_token = rig.call("pay", &cashier_body("PR-2", "1000", "CARD"));
    assert_eq!(by_token["paymentResultInfo"]["cardNo"], "405469******0768");
}

fn session(id: &str, scene: &str) -> Value {
    json!({
        "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "productScene": scene,
        "paymentAmount": {"currency": "JPY", "value": "1000"}, "paymentMethod": {"paymentMethodType": "GCASH"},
        "order": {"referenceOrderId": "O", "orderDescription": "tea",
                  "orderAmount": {"currency": "JPY", "value": "1000"}},
        "paymentRedirectUrl": "https://m.test/back", "paymentNotifyUrl": "http://127.0.0.1:9/n",
        "settlementStrategy": {"settlementCurrency": "JPY"},
    })
}

/// An element's payment is open for an hour and as long as its method is; a paymentExpiryTime wins, also over the session.
#[rstest]
#[case("CHECKOUT_PAYMENT", None, 3600)]
#[case("ELEMENT_PAYMENT", None, 3600 + 14 * 60)]
#[case("CHECKOUT_PAYMENT", Some("2026-01-05T18:20:00+08:00"), 20 * 60)]
#[case("ELEMENT_PAYMENT", Some("2026-01-05T18:20:00+08:00"), 20 * 60)]
fn a_session_and_its_payment_have_clocks_of_their_own(
    #[case] scene: &str,
    #[case] expiry: Option<&str>,
    #[case] seconds: u64,
) {
    let mut rig = Rig::new("buyer: [leaves]");
    let mut body = session("PR-1", scene);
    body["paymentExpiryTime"] = json!(expiry);
    assert_eq!(rig.call("createPaymentSession", &body)["paymentSessionExpiryTime"], "2026-01-05T19:00:00+08:00");
    rig.pass(seconds - 1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Processing);
    rig.pass(1);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Fail);
}

/// A declined attempt is the last one when the session is over, or the payment: at that very moment it is.
#[rstest]
#[case::the_session_lasts("59m", None, "SUCCESS")]
#[case::the_session_ends("60m", None, "USER_BALANCE_NOT_ENOUGH")]
#[case::the_session_has_ended("61m", None, "USER_BALANCE_NOT_ENOUGH")]
#[case::the_payment_lasts("19m", Some("2026-01-05T18:20:00+08:00"), "SUCCESS")]
#[case::the_payment_ends("20m", Some("2026-01-05T18:20:00+08:00"), "USER_BALANCE_NOT_ENOUGH")]
fn an_attempt_is_the_last_one_from_the_end_on(
    #[case] declined: &str,
    #[case] expiry: Option<&str>,
    #[case] ends: &str,
) {
    let script = format!("buyer: [{{declines: {{after: {declined}}}}}, {{pays: {{after: 0s}}}}]");
    let mut rig = Rig::new(&script);
    let mut body = session("PR-1", "ELEMENT_PAYMENT");
    body["paymentExpiryTime"] = json!(expiry);
    rig.call("createPaymentSession", &body);
    rig.pass(2 * 3600);
    assert_eq!(rig.inquire("PR-1")["paymentResultCode"], ends);
}

#[test]
fn a_payment_by_bank_is_pending_for_a_day() {
    let mut rig = Rig::new("buyer: [{pends: {}}, {pends: {after: 1s, for: 1h, code: RISK_REJECT}}]");
    let body = cashier_body("PR-1", "1000", "GCASH");
    rig.call("pay", &body);
    rig.call("pay", &cashier_body("PR-2", "1000", "GCASH"));
    rig.pass(3);
    assert_eq!((rig.status("PR-1"), rig.status("PR-2")), (PaymentStatus::Pending, PaymentStatus::Pending));
    let told = rig.notified();
    assert_eq!((&told[0]["notifyType"], &told[0]["result"]["resultStatus"]), (&json!("PAYMENT_PENDING"), &json!("S")));
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PENDING");
    // Expiry does not touch what the bank has.
    rig.pass(3600);
    assert_eq!((rig.status("PR-1"), rig.status("PR-2")), (PaymentStatus::Pending, PaymentStatus::Fail));
    assert_eq!(rig.inquire("PR-2")["paymentResultCode"], "RISK_REJECT");
    rig.pass(24 * 3600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
}

/// A bank that refuses does so also at the moment at which the payment would have expired.
#[rstest]
#[case("SUCCESS")]
#[case("RISK_REJECT")]
fn what_the_bank_has_ends_when_the_bank_says_so_also_at_the_moment_of_expiry(#[case] end: &str) {
    let mut rig = Rig::new(&format!("buyer: [{{pends: {{after: 1s, for: 839s, code: {end}}}}}]"));
    rig.call("pay", &cashier_body("PR-1", "1000", "GCASH"));
    rig.pass(14 * 60 - 1);
    assert_eq!(rig.inquire("PR-1")["paymentStatus"], "PENDING");
    rig.pass(1);
    assert_eq!(rig.inquire("PR-1")["paymentResultCode"], end);
}

/// Who said on the page that the bank has it may take his time; only then was an expiry planned before.
#[test]
fn what_has_become_pending_on_the_page_does_not_expire() {
    let mut rig = Rig::new("buyer: [leaves]");
    let id = rig.call("createPaymentSession", &session("PR-1", "CHECKOUT_PAYMENT"))["normalUrl"].take();
    let (_, id) = id.as_str().unwrap().split_once("paymentId=").unwrap();
    let does = |rig: &mut Rig, what: &str| {
        let effect = serde_json::from_value(json!(what)).unwrap();
        rig.gateway.checkout_does(rig.now, id, &effect).unwrap();
    };
    does(&mut rig, "pends");
    rig.pass(2 * 3600);
    assert_eq!(rig.status("PR-1"), PaymentStatus::Pending);
    does(&mut rig, "pays");
    assert_eq!(rig.status("PR-1"), PaymentStatus::Success);
}
