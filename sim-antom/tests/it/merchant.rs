//! A merchant that signs, with keys that openssl made.

use bytes::Bytes;
use serde_json::{Value, json};
use wire::antom::{Envelope, Headers, Signature, Signer, Verifier, string_to_sign};

/// The merchant that the gateway knows.
pub(super) const CLIENT: &str = "SANDBOX_5Y00000000000001";
/// A client without a key.
pub(super) const KEYLESS: &str = "SANDBOX_5Y00000000000002";
/// Another merchant, with the forger's key.
pub(super) const OTHER: &str = "SANDBOX_5Y00000000000003";
/// The start of the world, as most SDKs write it.
pub(super) const TIME: &str = "1767607200000";
pub(super) const PAY: &str = "/ams/api/v1/payments/pay";
pub(super) const INQUIRY: &str = "/ams/api/v1/payments/inquiryPayment";
pub(super) const NOTIFY_URL: &str = "http://127.0.0.1:9/notify?shop=1";

macro_rules! pool {
    ($number:literal) => {
        (
            include_bytes!(concat!("../../../fixtures/keys/pool-", $number, ".private.pem")).as_slice(),
            include_bytes!(concat!("../../../fixtures/keys/pool-", $number, ".public.pem")).as_slice(),
        )
    };
}

const ANTOM: (&[u8], &[u8]) = pool!("0");
const MERCHANT: (&[u8], &[u8]) = pool!("1");
const FORGER: (&[u8], &[u8]) = pool!("2");

pub(super) fn antom() -> Signer {
    Signer::load(ANTOM.0).unwrap()
}

pub(super) fn antom_public() -> Verifier {
    Verifier::load(ANTOM.1).unwrap()
}

pub(super) fn merchant() -> Signer {
    Signer::load(MERCHANT.0).unwrap()
}

pub(super) fn merchant_public() -> Verifier {
    Verifier::load(MERCHANT.1).unwrap()
}

pub(super) fn forger() -> Signer {
    Signer::load(FORGER.0).unwrap()
}

pub(super) fn forger_public() -> Verifier {
    Verifier::load(FORGER.1).unwrap()
}

/// A whole pay request for so many yen.
pub(super) fn pay_body(id: &str, value: &str) -> Value {
    let amount = json!({"currency": "JPY", "value": value});
    json!({
        "productCode": "IN_STORE_PAYMENT",
        "paymentRequestId": id,
        "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
        "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "paymentNotifyUrl": NOTIFY_URL,
        "paymentRedirectUrl": "https://shop.example/back",
        "order": {
            "referenceOrderId": format!("O-{id}"),
            "orderDescription": "tea",
            "orderAmount": amount,
            "merchant": {
                "referenceMerchantId": "M1",
                "merchantMCC": "5812",
                "merchantName": "Shop",
                "store": {"referenceStoreId": "S1", "storeName": "Shop 1", "storeMCC": "5812"},
            },
            "env": {"userAgent": "Mozilla/5.0 AlipayClient/10.3 AlipayConnect"},
        },
    })
}

/// A pay request on the cashier page, or by card.
pub(super) fn cashier_body(id: &str, value: &str, method: &str) -> Value {
    let amount = json!({"currency": "JPY", "value": value});
    json!({
        "productCode": "CASHIER_PAYMENT",
        "paymentRequestId": id,
        "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": method},
        "paymentNotifyUrl": NOTIFY_URL,
        "paymentRedirectUrl": "https://shop.example/back",
        "env": {"terminalType": "WEB"},
        "order": {"referenceOrderId": format!("O-{id}"), "orderDescription": "tea", "orderAmount": amount},
    })
}

/// A batchPay request with an order of each amount.
pub(super) fn batch_body(id: &str, values: &[u64]) -> Value {
    let amount = |value: u64| json!({"currency": "JPY", "value": value.to_string()});
    let order = |(index, value): (usize, &u64)| {
        json!({
            "referenceOrderId": format!("O-{id}-{index}"), "orderDescription": "tea", "orderAmount": amount(*value),
            "merchant": {"referenceMerchantId": format!("M{index}"), "merchantName": "Shop"},
        })
    };
    json!({
        "productCode": "CASHIER_PAYMENT",
        "batchPaymentRequestId": id,
        "paymentAmount": amount(values.iter().sum()),
        "paymentMethod": {"paymentMethodType": "GCASH"},
        "paymentNotifyUrl": NOTIFY_URL,
        "paymentRedirectUrl": "https://shop.example/back",
        "env": {"terminalType": "WEB"},
        "orderList": values.iter().enumerate().map(order).collect::<Vec<_>>(),
    })
}

/// A request before it is signed: what is written into the headers, and with which key.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) method: &'static str,
    pub(super) target: String,
    /// What is signed instead of the target's path.
    pub(super) signed_path: Option<String>,
    pub(super) client_id: &'static str,
    pub(super) time: &'static str,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: Bytes,
}

impl Draft {
    pub(super) fn new(target: &str, body: &Value) -> Self {
        Self::of_bytes(target, body.to_string())
    }

    pub(super) fn of_bytes(target: &str, body: impl Into<Bytes>) -> Self {
        Self {
            method: "POST",
            target: target.to_owned(),
            signed_path: None,
            client_id: CLIENT,
            time: TIME,
            content_type: Some("application/json; charset=UTF-8"),
            body: body.into(),
        }
    }

    pub(super) fn pay(id: &str, value: &str) -> Self {
        Self::new(PAY, &pay_body(id, value))
    }

    /// The `Signature` header that belongs to it.
    pub(super) fn signature(&self) -> String {
        merchant().header(self.signed_path.as_ref().unwrap_or(&self.target), self.client_id, self.time, &self.body)
    }

    pub(super) fn signed(&self) -> Envelope {
        self.with_signature(self.signature())
    }

    pub(super) fn with_signature(&self, signature: impl AsRef<str>) -> Envelope {
        let mut headers = Headers::new();
        if let Some(content_type) = self.content_type {
            headers.push("Content-Type", content_type);
        }
        headers.push("Client-Id", self.client_id);
        headers.push("Request-Time", self.time);
        headers.push("Signature", signature);
        Envelope { method: self.method.to_owned(), target: self.target.clone(), headers, body: self.body.clone() }
    }
}

/// The envelope with one header replaced, or taken away.
pub(super) fn with_header(envelope: &Envelope, name: &str, value: Option<&str>) -> Envelope {
    let others = envelope.headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name));
    let mut headers: Headers = others.map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
    if let Some(value) = value {
        headers.push(name, value);
    }
    Envelope { headers, ..envelope.clone() }
}

/// Whether an answer, or a notification, with these headers and body is what Antom signed. `time` names the header.
pub(super) fn is_antoms(path: &str, headers: &Headers, time: &str, body: &[u8]) -> bool {
    let Some(Ok(signature)) = headers.value("signature").map(Signature::parse) else { return false };
    let (Some(client), Some(time)) = (headers.value("client-id"), headers.value(time)) else { return false };
    antom_public().verify(&string_to_sign("POST", path, client, time, body), &signature.bytes)
}
