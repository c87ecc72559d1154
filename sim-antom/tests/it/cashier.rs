//! The buyer's page, of the real binary: over HTTP, and in a real browser.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use rstest::rstest;
use serde_json::{Value, json};
use wire::antom::Signer;

use super::http::written;
use super::merchant::{CLIENT, Draft, INQUIRY, PAY, pay_body};
use super::process::Program;

const BATCH: &str = "/ams/api/v1/payments/batchPay";

struct Shop {
    _folder: tempfile::TempDir,
    gateway: Program,
    merchant: Signer,
}

impl Shop {
    /// A gateway whose buyers wait for what is done on their page.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().to_str().unwrap();
        let gateway = Program::start(&["--by-hand", "--keys", keys, "--client-id", CLIENT]);
        let merchant = Signer::load(&fs::read(folder.path().join("merchant-private.key")).unwrap()).unwrap();
        Self { _folder: folder, gateway, merchant }
    }

    fn send(&self, path: &str, body: &Value) -> Value {
        let draft = Draft::new(path, body);
        let signature = self.merchant.header(path, CLIENT, draft.time, &draft.body);
        let answer = self.gateway.exchange(&written(&draft.with_signature(signature)));
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Makes a payment: where the buyer is sent.
    fn pay(&self, body: &Value) -> String {
        let answer = self.send(PAY, body);
        answer["redirectActionForm"]["redirectUrl"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn inquire(&self, id: &str) -> (String, String) {
        let answer = self.send(INQUIRY, &json!({ "paymentRequestId": id }));
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("paymentStatus"), text("paymentResultCode"))
    }

    /// The page as text.
    fn open(&self, url: &str) -> (u16, String) {
        let path = url.strip_prefix(self.gateway.field("url")).unwrap_or(url);
        self.gateway.request(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
    }

    /// Presses a button: the whole answer.
    fn press(&self, url: &str, form: &str, more: &str) -> String {
        let path = url.strip_prefix(self.gateway.field("url")).unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}content-length: {}\r\n\r\n{form}",
            form.len()
        );
        self.gateway.exchange(request.as_bytes())
    }
}

#[rstest]
#[case::pays("pay", "SUCCESS", "SUCCESS")]
#[case::declines("decline", "FAIL", "USER_BALANCE_NOT_ENOUGH")]
#[case::lets_it_expire("expire", "FAIL", "ORDER_IS_CLOSED")]
fn the_buyer_decides_and_comes_back_to_the_shop(#[case] act: &str, #[case] status: &str, #[case] code: &str) {
    let shop = Shop::new();
    let url = shop.pay(&pay_body("A", "1000"));
    let (found, page) = shop.open(&url);
    assert_eq!(found, 200);
    assert!(page.contains("JPY 1000") && page.contains("tea") && page.contains("O-A"), "{page}");
    assert_eq!(shop.inquire("A").0, "PROCESSING");
    let answer = shop.press(&url, &format!("act={act}"), "origin: http://localhost\r\n");
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    assert!(answer.contains("location: https://shop.example/back\r\n"), "{answer}");
    assert_eq!(shop.inquire("A"), (status.to_owned(), code.to_owned()));
    // What has ended offers nothing but the way back.
    let (_, page) = shop.open(&url);
    assert!(!page.contains("<button") && page.contains("href=\"https://shop.example/back\""), "{page}");
    assert!(shop.press(&url, "act=pay", "").starts_with("HTTP/1.1 409 "));
    assert_eq!(shop.inquire("A").0, status);
}

#[test]
fn who_closes_the_window_can_come_back_until_it_expires() {
    let shop = Shop::new();
    let url = shop.pay(&pay_body("A", "1000"));
    assert!(shop.press(&url, "act=close", "").starts_with("HTTP/1.1 200 "));
    assert_eq!(shop.inquire("A").0, "PROCESSING");
    shop.gateway.control("POST", "/_sim/clock/advance", r#"{"by": "11m"}"#);
    assert_eq!(shop.inquire("A"), ("FAIL".to_owned(), "ORDER_IS_CLOSED".to_owned()));
    // A shop whose URL is no plain ASCII gets its buyer back all the same.
    let mut body = pay_body("B", "1000");
    body["paymentRedirectUrl"] = json!("https://shop.example/zur\u{fc}ck nach");
    let answer = shop.press(&shop.pay(&body), "act=pay", "");
    assert!(answer.contains("location: https://shop.example/zur%C3%BCck%20nach\r\n"), "{answer}");
    assert!(shop.press(&url, "act=pay", "").starts_with("HTTP/1.1 409 "));
}

#[test]
fn what_a_merchant_wrote_is_text_on_the_page_whatever_it_is() {
    let shop = Shop::new();
    let evil = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";
    let mut body = pay_body("A", "1000");
    body["order"]["orderDescription"] = json!(evil);
    body["order"]["referenceOrderId"] = json!(evil);
    body["paymentRedirectUrl"] = json!("https://shop.example/\"><script>alert(3)</script>");
    let url = shop.pay(&body);
    let page = shop.gateway.request(&format!(
        "GET {} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        url.strip_prefix(shop.gateway.field("url")).unwrap()
    ));
    assert_eq!(page.1.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count(), 2, "{}", page.1);
    for raw in ["<script", "<img", "onerror=alert(2)>&amp;<"] {
        assert!(!page.1.contains(raw), "{raw}: {}", page.1);
    }
    assert!(shop.press(&url, "act=pay", "").starts_with("HTTP/1.1 303 "));
    let (_, page) = shop.open(&url);
    assert!(!page.contains("<script") && page.contains("&quot;&gt;&lt;script&gt;alert(3)"), "{page}");
    // Nothing may be loaded or run, should something slip through.
    let answer = shop.press(&url, "act=close", "");
    assert!(answer.contains("content-security-policy: default-src 'none'; style-src 'unsafe-inline';"), "{answer}");
}

#[test]
fn unknown_payments_unknown_acts_and_other_origins_do_nothing() {
    let shop = Shop::new();
    let url = shop.pay(&pay_body("A", "1000"));
    for wrong in ["/wallet/pay", "/wallet/pay?paymentId=", "/wallet/pay?paymentId=%3Cb%3E%ff"] {
        let (status, page) = shop.open(wrong);
        assert!(status == 404 && !page.contains("<b>"), "{wrong}: {page}");
    }
    assert!(shop.press(&url, "act=steal", "").starts_with("HTTP/1.1 400 "));
    assert!(shop.press(&url, "", "").starts_with("HTTP/1.1 400 "));
    assert!(shop.press(&url, "act=pay", "origin: http://evil.test\r\n").starts_with("HTTP/1.1 403 "));
    assert!(shop.press(&url, "act=pay", "origin: null\r\n").starts_with("HTTP/1.1 403 "));
    assert_eq!(shop.inquire("A").0, "PROCESSING");
}

#[test]
fn a_batch_shows_its_orders() {
    let shop = Shop::new();
    let order = |number: u32, value: &str| {
        json!({
            "referenceOrderId": format!("O-{number}"), "orderDescription": format!("part {number}"),
            "orderAmount": {"currency": "USD", "value": value},
            "merchant": {"referenceMerchantId": format!("SELLER-{number}"), "merchantName": "S", "merchantMCC": "5812"},
        })
    };
    let answer = shop.send(
        BATCH,
        &json!({
            "productCode": "CASHIER_PAYMENT", "batchPaymentRequestId": "B",
            "paymentAmount": {"currency": "USD", "value": "1505"},
            "paymentMethod": {"paymentMethodType": "ALIPAY_CN"},
            "paymentRedirectUrl": "https://shop.example/back", "paymentNotifyUrl": "http://127.0.0.1:9/n",
            "env": {"terminalType": "WEB"}, "orderList": [order(1, "1000"), order(2, "505")],
        }),
    );
    let url = answer["normalUrl"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let (_, page) = shop.open(url);
    for text in ["USD 15.05", "<td>SELLER-1</td><td>USD 10.00</td>", "<td>SELLER-2</td><td>USD 5.05</td>"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(shop.press(url, "act=pay", "").starts_with("HTTP/1.1 303 "));
    assert_eq!(shop.inquire("B").0, "SUCCESS");
}

/// A shop's page that buyers come back to.
fn shop_page() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/back?order=1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let body = "<!doctype html><title>shop</title><main>welcome back</main>";
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    url
}

/// `.ci/run` installs the browser; a machine without one is told, and the test over HTTP has to do there.
#[rstest]
#[case::at_a_desk(1024)]
#[case::on_a_phone(360)]
fn a_person_pays_in_a_real_browser_and_is_back_in_the_shop(#[case] width: u32) {
    let there = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|ran| ran.status.success());
    let Some(chromium) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(there) else {
        assert!(std::env::var_os("CI").is_none(), "CI has no Chromium: .ci/run installs it");
        // The macros are not heard of a test that passes.
        let _ = writeln!(std::io::stderr(), "not run: no Chromium on this machine");
        return;
    };
    let shop = Shop::new();
    let back = shop_page();
    let mut body = pay_body("A", "1000");
    body["paymentRedirectUrl"] = json!(back);
    body["order"]["orderDescription"] = json!("tea <script>document.title = 'evil'</script> \u{8336}");
    let url = shop.pay(&body);
    let profile = tempfile::tempdir().unwrap();
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cashier-{width}.png"));
    let ran = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/buyer.py"))
        .args([chromium, profile.path().to_str().unwrap(), &url, "pay"])
        .args([picture.to_str().unwrap(), &width.to_string()])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(
        (&told["title"], &told["scripts"], &told["overflows"]),
        (&json!("Your payment"), &json!(0), &json!(false))
    );
    let text = told["text"].as_str().unwrap();
    assert!(text.contains("JPY 1000") && text.contains("<script>") && text.contains('\u{8336}'), "{text}");
    assert_eq!(told["requested"], json!([url]), "the page loads nothing beside itself");
    assert_eq!((&told["url"], &told["after"]), (&json!(back), &json!("welcome back")));
    assert_eq!(shop.inquire("A").0, "SUCCESS");
}
