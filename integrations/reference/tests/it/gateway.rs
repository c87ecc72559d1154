//! A small gateway that answers what a test lays out for it, signed, and notifies when told.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Mutex, OnceLock};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use wire::antom::{Envelope, Signature, Signer};

pub(crate) const CLIENT: &str = "SANDBOX_5YAAAA0000001";

/// What the gateway does with one request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Answers, signed.
    Say(Value),
    /// Answers with a signature over other bytes.
    Forge(Value),
    /// Answers with a status and nothing of use.
    Status(u16),
    /// Never answers.
    Hang,
    /// Closes the connection.
    Reset,
}

/// A request as it arrived.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) operation: String,
    pub(crate) path: String,
    pub(crate) body: Value,
    pub(crate) raw: Bytes,
    pub(crate) is_signed: bool,
}

struct Keys {
    gateway: Signer,
    merchant: Signer,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys { gateway: Signer::generate().unwrap(), merchant: Signer::generate().unwrap() })
}

/// The `gateway` of `initialize`.
pub(crate) fn config() -> Value {
    json!({
        "url": "http://127.0.0.1:41001",
        "clientId": CLIENT,
        "privateKey": keys().merchant.to_pkcs8_base64().unwrap(),
        "gatewayPublicKey": keys().gateway.public_base64().unwrap(),
    })
}

#[derive(Clone, Default)]
pub(crate) struct FakeGateway(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    replies: BTreeMap<String, VecDeque<Reply>>,
    seen: Vec<Seen>,
    merchant: Option<mpsc::Sender<DuplexStream>>,
}

impl FakeGateway {
    /// Lays out the answers to an operation; the last one goes on for ever.
    pub(crate) fn answers(&self, operation: &str, replies: &[Reply]) {
        self.0.lock().unwrap().replies.insert(operation.to_owned(), replies.iter().cloned().collect());
    }

    pub(crate) fn seen(&self, operation: &str) -> Vec<Seen> {
        self.0.lock().unwrap().seen.iter().filter(|seen| seen.operation == operation).cloned().collect()
    }

    pub(crate) fn found_merchant(&self, connect: mpsc::Sender<DuplexStream>) {
        self.0.lock().unwrap().merchant = Some(connect);
    }

    pub(crate) fn connect(&self) -> io::Result<DuplexStream> {
        let (theirs, ours) = tokio::io::duplex(64 * 1024);
        let gateway = self.clone();
        let service = hyper::service::service_fn(move |request| {
            let gateway = gateway.clone();
            async move { gateway.respond(request).await }
        });
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .header_read_timeout(None)
                .serve_connection(TokioIo::new(ours), service),
        );
        Ok(theirs)
    }

    async fn respond(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, io::Error> {
        let (head, body) = request.into_parts();
        let raw = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let header = |name: &str| head.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        let path = head.uri.to_string();
        let envelope = Envelope {
            method: "POST".to_owned(),
            target: path.clone(),
            headers: wire::antom::Headers::new(),
            body: raw.clone(),
        };
        let verifier = keys().merchant.verifier().unwrap();
        let is_signed = Signature::parse(&header("signature")).is_ok_and(|signature| {
            verifier.verify_envelope(&envelope, &header("client-id"), &header("request-time"), &signature)
        });
        let operation = path.rsplit('/').next().unwrap_or_default().to_owned();
        let body: Value = serde_json::from_slice(&raw).unwrap_or_default();
        let reply = {
            let mut state = self.0.lock().unwrap();
            let seen = Seen { operation: operation.clone(), path: path.clone(), body: body.clone(), raw, is_signed };
            state.seen.push(seen);
            match state.replies.get_mut(&operation) {
                Some(replies) if replies.len() > 1 => replies.pop_front(),
                Some(replies) => replies.front().cloned(),
                None => None,
            }
        };
        let sign = |said: &Bytes, over: &[u8]| {
            let mut response = Response::new(Full::new(said.clone()));
            for (name, value) in keys().gateway.headers(&path, CLIENT, "2026-01-05T18:00:00+08:00", over).iter() {
                let name = if name == "request-time" { "response-time" } else { name };
                response.headers_mut().insert(
                    hyper::header::HeaderName::try_from(name).unwrap(),
                    hyper::header::HeaderValue::try_from(value).unwrap(),
                );
            }
            response
        };
        match reply {
            Some(Reply::Say(value)) => {
                let said = Bytes::from(fill(&value, &body).to_string());
                Ok(sign(&said, &said))
            }
            Some(Reply::Forge(value)) => Ok(sign(&Bytes::from(fill(&value, &body).to_string()), b"something else")),
            Some(Reply::Status(status)) => {
                let mut response = Response::new(Full::new(Bytes::from_static(b"<html>")));
                *response.status_mut() = hyper::StatusCode::from_u16(status).unwrap();
                Ok(response)
            }
            Some(Reply::Hang) => std::future::pending().await,
            Some(Reply::Reset) | None => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        }
    }

    /// Sends a notification signed by Antom and gives back status and body.
    pub(crate) async fn notify(&self, body: &Value) -> (u16, String) {
        let body = Bytes::from(body.to_string());
        let headers = keys().gateway.headers("/notify", CLIENT, "2026-01-05T18:00:00+08:00", &body);
        self.post("/notify", &headers, body).await
    }

    /// One that somebody else made up.
    pub(crate) async fn notify_forged(&self, body: &Value) -> (u16, String) {
        let body = Bytes::from(body.to_string());
        let headers = keys().merchant.headers("/notify", CLIENT, "2026-01-05T18:00:00+08:00", &body);
        self.post("/notify", &headers, body).await
    }

    /// A genuine one for another client.
    pub(crate) async fn notify_other_client(&self, body: &Value) -> (u16, String) {
        let body = Bytes::from(body.to_string());
        let headers = keys().gateway.headers("/notify", "SANDBOX_OTHER", "2026-01-05T18:00:00+08:00", &body);
        self.post("/notify", &headers, body).await
    }

    async fn post(&self, path: &str, headers: &wire::antom::Headers, body: Bytes) -> (u16, String) {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let merchant = self.0.lock().unwrap().merchant.clone().unwrap();
        merchant.send(theirs).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(ours)).await.unwrap();
        tokio::spawn(connection);
        let mut request = Request::post(path).header("host", "127.0.0.1");
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        let response = sender.send_request(request.body(Full::new(body)).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

/// Puts the request's own paymentRequestId where an answer says `$id`.
fn fill(answer: &Value, request: &Value) -> Value {
    let id = request["paymentRequestId"].as_str().unwrap_or_default();
    serde_json::from_str(&answer.to_string().replace("$id", id)).unwrap()
}

pub(crate) fn result(code: &str, status: &str) -> Value {
    json!({"resultCode": code, "resultStatus": status, "resultMessage": ""})
}

/// S of pay, with a redirect.
pub(crate) fn accepted() -> Value {
    json!({
        "result": result("SUCCESS", "S"), "paymentRequestId": "$id", "paymentId": "P-1",
        "paymentAmount": {"currency": "JPY", "value": "1000"}, "paymentCreateTime": "2026-01-05T10:00:00-08:00",
        "redirectActionForm": {"method": "GET", "redirectUrl": "http://wallet/1", "actionFormType": "RedirectActionForm"},
    })
}

/// The answer of an inquiry.
pub(crate) fn stands(status: &str) -> Value {
    json!({
        "result": result("SUCCESS", "S"), "paymentStatus": status, "paymentRequestId": "$id", "paymentId": "P-1",
        "paymentResultCode": status, "paymentAmount": {"currency": "JPY", "value": "1000"},
    })
}

/// A notification of the result of a payment.
pub(crate) fn notice(request_id: &str, value: &str, status: &str) -> Value {
    let code = if status == "S" { "SUCCESS" } else { "PROCESS_FAIL" };
    json!({
        "notifyType": "PAYMENT_RESULT", "result": result(code, status), "paymentRequestId": request_id,
        "paymentId": "P-1", "paymentAmount": {"currency": "JPY", "value": value},
        "actualPaymentAmount": {"currency": "JPY", "value": value}, "paymentTime": "not a time, and nobody's business",
    })
}
