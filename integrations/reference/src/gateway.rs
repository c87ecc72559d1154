//! The signed way to the gateway: one request, one verified answer, or no knowledge at all.
//!
//! Whatever is not a verified answer (no connection, a time-out, a status other than 200, a signature that does not fit)
//! is *unknown*: it says nothing about the payment.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{Envelope, Headers, Operation, Signature, Signer, Verifier};
use wire::time::WireTime;

use crate::fault::Fault;
use crate::merchant::Merchant;
use crate::post::Answer;
use crate::settings::ANSWER;

/// Where the gateway is, who we are to it, and the keys.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GatewayConfig {
    url: String,
    client_id: String,
    private_key: String,
    gateway_public_key: String,
}

/// See the module's documentation.
pub(crate) struct Gateway {
    merchant: Arc<Merchant>,
    authority: String,
    /// What the URL's own path puts before ours; mostly nothing.
    prefix: String,
    client_id: String,
    signer: Signer,
    verifier: Verifier,
}

/// Why there is no answer that could be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unknown(String);

impl Gateway {
    pub(crate) fn new(merchant: Arc<Merchant>, config: &GatewayConfig) -> Result<Self, String> {
        let rest = config.url.strip_prefix("http://").ok_or("gateway.url must begin with http://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let signer = Signer::load_or_word(config.private_key.as_bytes()).map_err(|error| error.to_string())?;
        let verifier =
            Verifier::load_or_word(config.gateway_public_key.as_bytes()).map_err(|error| error.to_string())?;
        let path = path.trim_matches('/');
        let prefix = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self {
            merchant,
            authority: authority.to_owned(),
            prefix,
            client_id: config.client_id.clone(),
            signer,
            verifier,
        })
    }

    /// Sends a body to an operation. The answer's body has been verified.
    pub(crate) async fn call(&self, operation: Operation, body: Bytes) -> Result<Bytes, Unknown> {
        let limit = if self.merchant.has(Fault::Impatient) { ANSWER / 4 } else { ANSWER };
        tokio::select! {
            biased;
            answer = self.exchange(operation, body) => answer,
            () = self.merchant.pause(limit) => Err(Unknown("no answer in time".to_owned())),
        }
    }

    /// Whether a message that claims to be from Antom and for us is, over the exact bytes.
    pub(crate) fn vouches(&self, envelope: &Envelope, time_header: &str) -> bool {
        let headers = &envelope.headers;
        let (Some(client), Some(time)) = (headers.value("client-id"), headers.value(time_header)) else { return false };
        let signature = headers.value("signature").map(Signature::parse);
        let Some(Ok(signature)) = signature else { return false };
        client == self.client_id && self.verifier.verify_envelope(envelope, client, time, &signature)
    }

    async fn exchange(&self, operation: Operation, body: Bytes) -> Result<Bytes, Unknown> {
        let target = self.path(operation);
        let request = self.request(target.clone(), body);
        let answered = self.merchant.world().post(&self.authority, request).await;
        let Answer { status, headers, body } = answered.map_err(|error| Unknown(error.to_string()))?;
        if status != 200 {
            return Err(Unknown(format!("HTTP status {status}")));
        }
        let envelope = Envelope { method: "POST".to_owned(), target, headers, body };
        if self.merchant.has(Fault::AnswerSignatureUnchecked) || self.vouches(&envelope, "response-time") {
            Ok(envelope.body)
        } else {
            Err(Unknown("the answer's signature does not fit".to_owned()))
        }
    }

    fn request(&self, target: String, body: Bytes) -> Envelope {
        let time = self.merchant.now().as_millis().to_string();
        let signed_time = if self.merchant.has(Fault::TimeMadeTwice) { format!("{time}0") } else { time.clone() };
        let signed = match self.merchant.mistake() {
            mistake if mistake.is(Fault::SignsReserialisedBody) => pretty(&body),
            mistake if mistake.is(Fault::SignsEscapedBody) => escaped(&body),
            _ => body.clone(),
        };
        let plain = self.merchant.has(Fault::SignatureNotEscaped);
        let signed = self.signer.headers(&target, &self.client_id, &signed_time, &signed);
        // One more comes on the way: the length.
        let (number, bytes) = (signed.len() + 3, signed.bytes() + self.authority.len() + 64);
        let mut headers =
            Headers::with_capacity(number, bytes).with("host", &self.authority).with("connection", "close");
        for (name, value) in signed.iter() {
            let value = if plain { Cow::Owned(unescaped(value)) } else { Cow::Borrowed(value) };
            headers.push(name, self.spoiled(name, &value, &time));
        }
        Envelope { method: "POST".to_owned(), target, headers, body }
    }

    /// A header as it is sent, with the mistakes that are to be made.
    fn spoiled<'h>(&self, name: &str, value: &'h str, time: &'h str) -> &'h str {
        match name {
            "request-time" => time,
            "signature" if self.merchant.has(Fault::BareSignature) => value.rsplit(',').next().unwrap_or(value),
            "content-type" if self.merchant.has(Fault::BodyAsText) => "text/plain",
            _ => value,
        }
    }

    fn path(&self, operation: Operation) -> String {
        let sandbox = if self.client_id.starts_with("SANDBOX_") { "/sandbox" } else { "" };
        format!("{}/ams{sandbox}/api/v1/payments/{operation}", self.prefix)
    }
}

/// What the shop acts on. Nothing else of a message is looked at.
const ACTED_ON: &[&str] = &[
    "result",
    "notifyType",
    "paymentRequestId",
    "paymentId",
    "paymentAmount",
    "paymentStatus",
    "paymentResultCode",
    "transactions",
    "redirectActionForm",
    "orderCodeForm",
    "normalUrl",
    "applinkUrl",
    "schemeUrl",
    "orderSummaries",
    "paymentSessionData",
    "paymentSessionExpiryTime",
    "refundRequestId",
    "refundId",
    "refundAmount",
    "refundStatus",
    "captureRequestId",
    "captureId",
    "captureAmount",
];

/// Reads a verified message, so that an odd time or a new field of no interest does not make money unreadable.
pub(crate) fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Option<T> {
    // Bytes are found to be text sooner all at once than text by text.
    let body = std::str::from_utf8(body).ok()?;
    // Mostly nothing is odd.
    if let Ok(message) = serde_json::from_str(body) {
        return Some(message);
    }
    let mut message: Value = serde_json::from_str(body).ok()?;
    let is_time = |value: &Value| value.as_str().is_some_and(|text| WireTime::parse(text).is_ok());
    message.as_object_mut()?.retain(|name, value| {
        ACTED_ON.contains(&name.as_str()) && (name != "paymentSessionExpiryTime" || is_time(value))
    });
    serde_json::from_value(message).ok()
}

/// The body with every character beyond ASCII escaped.
fn escaped(body: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(body);
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a text cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    escaped.into()
}

/// A Signature header with its base64 as it is.
fn unescaped(value: &str) -> String {
    value.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
}

fn pretty(body: &[u8]) -> Bytes {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    serde_json::to_vec_pretty(&value).unwrap_or_default().into()
}
