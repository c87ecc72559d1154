//! What is asked for: pay requests with ids of their own, signed in advance where signatures count.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;
use wire::antom::Signer;

/// The path of all calls.
pub(crate) const PAY: &str = "/ams/api/v1/payments/pay";
/// The merchant.
pub(crate) const CLIENT: &str = "SANDBOX_5Y00000000000001";
/// Its key.
pub(crate) const MERCHANT: &[u8] = include_bytes!("../../../fixtures/keys/pool-1.private.pem");
/// The gateway's.
pub(crate) const ANTOM: &[u8] = include_bytes!("../../../fixtures/keys/pool-0.private.pem");
/// What stands in for the number of a request.
const NUMBER: &str = "0000000000";
/// Signed requests a second that are prepared: more than one core can verify and answer.
const A_SECOND: u64 = 4_000;

/// Scripts for wrk.
pub(crate) struct Orders {
    /// Requests are made as they go.
    pub(crate) unsigned: PathBuf,
    /// Requests were made and signed in advance.
    pub(crate) signed: PathBuf,
}

impl Orders {
    /// Writes the scripts and the signatures.
    pub(crate) fn prepare(folder: &Path, seconds: u64) -> io::Result<Self> {
        let body = body();
        let unsigned = folder.join("unsigned.lua");
        std::fs::write(
            &unsigned,
            format!(
                "local head, tail = ({:?}):match('^(.*){NUMBER}(.*)$')\nlocal number = 0\n\
                 local headers = {{['Content-Type'] = 'application/json; charset=UTF-8', ['Client-Id'] = '{CLIENT}', \
                 ['Request-Time'] = '1767607200000'}}\n\
                 function request()\n  number = number + 1\n  \
                 return wrk.format('POST', '{PAY}', headers, head .. string.format('%010d', number) .. tail)\nend\n",
                body
            ),
        )?;
        let signer = Signer::load(MERCHANT).map_err(io::Error::other)?;
        let mut signatures = String::new();
        for number in 1..=A_SECOND * seconds {
            let body = body.replace(NUMBER, &format!("{number:010}"));
            let headers = signer.headers(PAY, CLIENT, "1767607200000", body.as_bytes());
            let _ = writeln!(signatures, "{}", headers.value("signature").unwrap_or_default());
        }
        let list = folder.join("signatures");
        std::fs::write(&list, signatures)?;
        let signed = folder.join("signed.lua");
        std::fs::write(
            &signed,
            format!(
                "local head, tail = ({body:?}):match('^(.*){NUMBER}(.*)$')\nlocal signatures, number = {{}}, 0\n\
                 for line in io.lines({:?}) do signatures[#signatures + 1] = line end\n\
                 function request()\n  number = number % #signatures + 1\n  \
                 local headers = {{['Content-Type'] = 'application/json; charset=UTF-8', ['Client-Id'] = '{CLIENT}', \
                 ['Request-Time'] = '1767607200000', ['Signature'] = signatures[number]}}\n  \
                 return wrk.format('POST', '{PAY}', headers, head .. string.format('%010d', number) .. tail)\nend\n",
                list.display()
            ),
        )?;
        Ok(Self { unsigned, signed })
    }
}

/// A whole request, unsigned, after whose answer the connection closes.
pub(crate) fn request() -> String {
    let body = body();
    format!(
        "POST {PAY} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n\
         client-id: {CLIENT}\r\nrequest-time: 1767607200000\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An Entry Code payment as a shop sends it, its id still open.
pub(crate) fn body() -> String {
    let amount = json!({"currency": "JPY", "value": "1000"});
    json!({
        "productCode": "IN_STORE_PAYMENT",
        "paymentRequestId": format!("BENCH-{NUMBER}"),
        "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
        "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "paymentNotifyUrl": "http://127.0.0.1:9/notify",
        "paymentRedirectUrl": "http://127.0.0.1:9/back",
        "settlementStrategy": {"settlementCurrency": "JPY"},
        "order": {
            "referenceOrderId": "ORDER-1", "orderDescription": "two teas and a cake", "orderAmount": amount,
            "merchant": {
                "referenceMerchantId": "M0001", "merchantMCC": "5812", "merchantName": "Tea house",
                "store": {"referenceStoreId": "S0001", "storeName": "Tea house, station", "storeMCC": "5812"},
            },
            "env": {"userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AlipayClient/10.3"},
        },
    })
    .to_string()
}
