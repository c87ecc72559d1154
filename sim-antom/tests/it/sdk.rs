//! What the client SDK meets, of the real binary, over HTTP; the vendor's SDK itself is put against it in `conformance`.

use std::fs;

use serde_json::{Value, json};

use super::merchant::INQUIRY;
use super::process::Program;

const SESSION: &str = "/ams/sandbox/api/v1/payments/createPaymentSession";
const CLIENT: &str = "SANDBOX_5Y00000000000001";
/// The first session is played; the second one's question fails; then persons decide.
const SCRIPT: &str = "client:\n\
    - {name: happy, steps: [{until: submitted}, {server: pays}, {result: {code: SUCCESS}}]}\n\
    - {query: {fails: {code: ORDER_IS_CLOSED, shown: false}}}\n";

struct Shop {
    _folder: tempfile::TempDir,
    gateway: Program,
}

impl Shop {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("script.yaml");
        fs::write(&script, SCRIPT).unwrap();
        let (keys, script) = (folder.path().to_str().unwrap(), script.to_str().unwrap());
        let gateway = Program::start(&["--client", "--no-signing", "--keys", keys, "--script", script]);
        Self { _folder: folder, gateway }
    }

    /// A request and the whole answer.
    fn ask(&self, method: &str, path: &str, more: &str, body: &str) -> (String, String) {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: ac.alipay.com\r\nconnection: close\r\n{more}");
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let answer = self.gateway.exchange(request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    }

    fn call(&self, path: &str, body: &Value) -> Value {
        let headers =
            format!("client-id: {CLIENT}\r\nrequest-time: 1767607200000\r\ncontent-type: application/json\r\n");
        serde_json::from_str(&self.ask("POST", path, &headers, &body.to_string()).1).unwrap()
    }

    /// Makes a session: its data, and the payment that they name.
    fn session(&self, id: &str) -> (String, String) {
        let amount = json!({"currency": "USD", "value": "5997"});
        let answer = self.call(
            SESSION,
            &json!({
                "productCode": "CASHIER_PAYMENT", "paymentRequestId": id, "paymentAmount": amount,
                "paymentMethod": {"paymentMethodType": "GCASH"}, "paymentRedirectUrl": "https://shop.example/back",
                "order": {"referenceOrderId": format!("O-{id}"), "orderDescription": "tea", "orderAmount": amount},
                "settlementStrategy": {"settlementCurrency": "USD"},
            }),
        );
        let data = answer["paymentSessionData"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        let payment = answer["normalUrl"].as_str().unwrap().split_once("paymentId=").unwrap().1.to_owned();
        (data, payment)
    }

    /// What the SDK asks of the JSON gateway.
    fn query(&self, data: &str) -> (String, Value) {
        let first = data.rsplit_once("&&").unwrap().0;
        let headers = "operation-type: com.ipay.iexpcashier.sdkAction.query\r\norigin: http://shop.test\r\n";
        let (head, body) = self.ask("POST", "/mgw.htm", headers, &json!([{"paymentSessionData": first}]).to_string());
        (head, serde_json::from_str(&body).unwrap_or_default())
    }

    fn status(&self, id: &str) -> String {
        self.call(INQUIRY, &json!({"paymentRequestId": id}))["paymentStatus"].as_str().unwrap().to_owned()
    }
}

#[test]
fn the_sdk_finds_its_gateway_its_page_and_a_session_that_is_a_real_payment() {
    let shop = Shop::new();
    let asked = "origin: http://shop.test\r\naccess-control-request-headers: operation-type\r\n";
    let (head, _) = shop.ask("OPTIONS", "/mgw.htm", asked, "");
    for header in [
        "204 no content",
        "access-control-allow-origin: http://shop.test",
        "access-control-allow-credentials: true",
        "access-control-allow-headers: operation-type",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
    let (data, payment) = shop.session("A");
    let (head, told) = shop.query(&data);
    assert!(head.contains("result-status: 1000") && head.contains("access-control-allow-origin: http://shop.test"));
    assert_eq!((&told["success"], &told["paymentAmountView"]["value"]), (&json!(true), &json!("59.97")));
    for path in
        ["/page/antom-web-checkout/x/index.html?instanceId=1", "/elements/1/index.html", "/easysafepay/1/x.html"]
    {
        let (head, page) = shop.ask("GET", path, "", "");
        assert!(head.contains("200 ok") && page.contains("APP_TO_SDK") && !page.contains("/*SCRIPT*/"), "{path}");
    }
    let own = format!("/x-sim/sessions/{payment}");
    let seen: Value = serde_json::from_str(&shop.ask("GET", &own, "", "").1).unwrap();
    assert_eq!((&seen["amount"], &seen["isOpen"], &seen["done"]), (&json!("USD 59.97"), &json!(true), &json!(0)));
    let does: Vec<_> = seen["notes"].as_array().unwrap().iter().map(|note| note["do"].as_str().unwrap()).collect();
    assert_eq!(does, ["wait", "server", "end"]);
    assert_eq!(shop.status("A"), "PROCESSING");
    let (head, _) = shop.ask("POST", &format!("{own}/act"), "origin: http://evil.test\r\n", "\"pays\"");
    assert!(head.contains("403 forbidden"), "{head}");
    assert_eq!(shop.status("A"), "PROCESSING");
    shop.ask("POST", &format!("{own}/done"), "", "1");
    let (head, _) = shop.ask("POST", &format!("{own}/act"), "origin: https://ac.alipay.com\r\n", "\"pays\"");
    assert!(head.contains("200 ok"), "{head}");
    assert_eq!(shop.status("A"), "SUCCESS");
    let seen: Value = serde_json::from_str(&shop.ask("GET", &own, "", "").1).unwrap();
    assert_eq!((&seen["isOpen"], &seen["done"]), (&json!(false), &json!(1)));
    let (head, _) = shop.ask("POST", &format!("{own}/act"), "", "\"pays\"");
    assert!(head.contains("409 conflict"), "{head}");
    assert_eq!(shop.query(&data).1["errorCode"], "ORDER_IS_CLOSED");
    assert!(shop.ask("POST", &format!("{own}/act"), "", "\"steals\"").0.contains("400 bad request"));
}

#[test]
fn a_session_waits_for_its_page_and_nothing_else_is_anywhere() {
    let shop = Shop::new();
    shop.session("A");
    let (data, _) = shop.session("B");
    let told = shop.query(&data).1;
    assert_eq!((&told["success"], &told["errorActions"]["showType"]), (&json!(false), &json!("NONE")));
    // Of the third one the script says nothing: a person decides, however long it takes.
    let (_, payment) = shop.session("C");
    shop.gateway.control("POST", "/_sim/clock/advance", r#"{"by": "50m"}"#);
    assert_eq!(shop.status("C"), "PROCESSING");
    let own = format!("/x-sim/sessions/{payment}");
    let seen: Value = serde_json::from_str(&shop.ask("GET", &own, "", "").1).unwrap();
    assert_eq!(seen["notes"], Value::Null);
    assert!(seen["endings"].as_array().unwrap().len() > 27);
    let told = shop.ask("POST", &format!("{own}/end"), "", r#"{"code": "RISK_REJECT"}"#).1;
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told[0]["event"]["code"], "SDK_PAYMENT_FAIL");
    shop.ask("POST", &format!("{own}/act"), "", r#"{"fails": {"code": "RISK_REJECT"}}"#);
    assert_eq!(shop.status("C"), "FAIL");
    for (path, found) in [
        ("/ListAccounts", "404 not found"),
        ("/x-sim/sessions/nobody", "404 not found"),
        ("/loggw/x", "200 ok"),
        ("/config/data/antom-sdk-config/en_US.json", "200 ok"),
        ("/render/p/x.js", "200 ok"),
    ] {
        let (head, _) = shop.ask("GET", path, "", "");
        assert!(head.contains(found), "{path}: {head}");
    }
    for body in ["", "{}", "[]", "[1, 2]"] {
        assert!(shop.ask("POST", "/mgw.htm", "", body).0.contains("400 bad request"), "{body}");
    }
}

#[test]
fn a_card_that_is_to_be_kept_has_a_session_of_its_own_kind() {
    let shop = Shop::new();
    // The script's plays are for whichever session comes first.
    shop.session("A");
    shop.session("B");
    let answer = shop.call(
        "/ams/sandbox/api/v1/vaults/createVaultingSession",
        &json!({
            "paymentMethodType": "CARD", "vaultingRequestId": "V-1", "is3DSAuthentication": true,
            "vaultingNotificationUrl": "http://127.0.0.1:9/vaulted",
        }),
    );
    let data = answer["vaultingSessionData"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let told = shop.query(data).1;
    assert_eq!((&told["success"], told.get("paymentAmountView")), (&json!(true), None));
    let id = answer["vaultingSessionId"].as_str().unwrap().trim_start_matches('V').to_owned();
    let own = format!("/x-sim/sessions/{id}");
    let seen: Value = serde_json::from_str(&shop.ask("GET", &own, "", "").1).unwrap();
    assert_eq!((&seen["purpose"], &seen["is3ds"], &seen["notes"]), (&json!("vaulting"), &json!(true), &Value::Null));
    shop.ask("POST", &format!("{own}/act"), "", "\"pays\"");
    let (_, kept) = shop.gateway.control("GET", "/_sim/vaultings", "");
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!((&kept[0]["vaulting_request_id"], &kept[0]["status"]), (&json!("V-1"), &json!("SUCCESS")), "{kept}");
    assert_eq!(shop.query(data).1["errorMessage"], "The card is kept already.");
}
