//! What the client SDK finds under the vendor's host names: the JSON gateway, the page that it frames, and harmless answers
//! for risk, log and configuration. What the framed page asks for lies below `/x-sim`.

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::{any, get, post};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use wire::time::Moment;

use super::query::{Question, answer, failure};
use super::session_data::SessionData;
use super::{Saying, Side};
use crate::cashier::is_foreign;
use crate::drive::{Call, Errand};
use crate::gateway::Gateway;
use crate::script::{Effect, Ending};

/// The longest body that is read.
const BODY: usize = 64 * 1024;

/// The pages, and the gateway behind them.
#[derive(Clone)]
pub struct ClientPages {
    calls: mpsc::Sender<Call>,
}

impl ClientPages {
    /// Pages of the gateway that takes these calls.
    #[must_use]
    pub fn new(calls: mpsc::Sender<Call>) -> Self {
        Self { calls }
    }

    /// The pages.
    pub fn pages(self) -> Router {
        Router::new()
            .route("/mgw.htm", any(gateway))
            // Cashier and vaulting; Element and express checkout; EasySafePay and auto debit.
            .route("/page/antom-web-checkout/{*path}", get(inner))
            .route("/elements/{*path}", get(inner))
            .route("/easysafepay/{*path}", get(inner))
            .route("/x-sim/sessions/{id}", get(show))
            .route("/x-sim/sessions/{id}/act", post(act))
            .route("/x-sim/sessions/{id}/end", post(end))
            .route("/x-sim/sessions/{id}/done", post(done))
            .route("/x-sim/sessions/{id}/said", post(said))
            // Risk, log, configuration, pictures.
            .route("/api/open/risk_client/{*path}", any(harmless))
            .route("/loggw/{*path}", any(harmless))
            .route("/config/data/{*path}", any(harmless))
            .route("/render/p/{*path}", get(tracker))
            .route("/storage/{*path}", get(picture))
            // A browser asks for more than its pages want: all of that ends here, and none of it is a merchant's request.
            .route("/", any(elsewhere))
            .route("/{*path}", any(elsewhere))
            .layer(DefaultBodyLimit::max(BODY))
            .with_state(self)
    }

    async fn ask<T: Send + 'static>(
        &self,
        errand: impl FnOnce(&mut Gateway, Moment) -> T + Send + 'static,
    ) -> Result<T, Response> {
        let stopping = || plain(StatusCode::SERVICE_UNAVAILABLE, "the gateway is stopping");
        let (errand, outcome) = Errand::new(errand);
        self.calls.send(Call::Errand(errand)).await.map_err(|_| stopping())?;
        outcome.await.map_err(|_| stopping())
    }
}

/// The JSON gateway: one question in a list.
async fn gateway(State(pages): State<ClientPages>, method: Method, headers: HeaderMap, body: Bytes) -> Response {
    if method == Method::OPTIONS {
        return shared(&headers, plain(StatusCode::NO_CONTENT, ""));
    }
    let told = match asked(&pages, &headers, &body).await {
        Ok(told) => told,
        Err(response) => return shared(&headers, response),
    };
    let mut response = match told {
        Some(told) => json_of(StatusCode::OK, &told),
        None => plain(StatusCode::INTERNAL_SERVER_ERROR, "the script says that the network fails"),
    };
    response.headers_mut().insert("result-status", HeaderValue::from_static("1000"));
    shared(&headers, response)
}

/// Answers a question, and writes both down.
async fn asked(pages: &ClientPages, headers: &HeaderMap, body: &Bytes) -> Result<Option<Value>, Response> {
    let operation = text(headers, "operation-type").unwrap_or_default().to_owned();
    let bad = |why| json_of(StatusCode::BAD_REQUEST, &failure("PARAM_ILLEGAL", why, true));
    let asked: Value = serde_json::from_slice(body).map_err(|_| bad("the body is no JSON"))?;
    let asked = match asked {
        Value::Array(mut all) if all.len() == 1 => all.remove(0),
        _ => return Err(bad("the body is a list of one object")),
    };
    let payment_id = asked["paymentSessionData"].as_str().and_then(SessionData::payment_id);
    let answered = pages.ask(move |gateway, now| {
        let id = payment_id.as_deref().unwrap_or_default();
        let told = match Question::of(&operation) {
            Question::Session => answer(gateway.checkout(id).as_ref()),
            Question::Submit => Some(match gateway.checkout_does(now, id, &Effect::Pays) {
                Ok(()) => json!({"success": true, "paymentStatus": "SUCCESS"}),
                Err(too_late) => failure("ORDER_IS_CLOSED", &too_late.to_string(), true),
            }),
            Question::Other => Some(json!({"success": true, "errorActions": {}})),
        };
        let outcome = told.as_ref().map_or("lost", |told| if told["success"] == true { "success" } else { "failure" });
        let data = json!({"answer": outcome});
        gateway.checkout_said(id, Saying { side: Side::Sdk, event: operation, data });
        told
    });
    answered.await
}

/// The page that the SDK frames.
async fn inner() -> Response {
    static PAGE: LazyLock<String> = LazyLock::new(|| {
        let page = include_str!("page/page.html");
        page.replace("/*STYLE*/", include_str!("page/page.css")).replace("/*SCRIPT*/", include_str!("page/page.js"))
    });
    let mut response = Response::new(Body::from(PAGE.as_str()));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A session.
async fn show(State(pages): State<ClientPages>, Path(id): Path<String>) -> Response {
    match pages.ask(move |gateway, _| gateway.checkout(&id)).await {
        Ok(Some(checkout)) => json_of(StatusCode::OK, &json!(checkout)),
        Ok(None) => json_of(StatusCode::NOT_FOUND, &json!({"error": "there is no such session"})),
        Err(response) => response,
    }
}

/// The server does something.
async fn act(State(pages): State<ClientPages>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let effect: Effect = match own(&headers, &body) {
        Ok(effect) => effect,
        Err(response) => return response,
    };
    let done = pages.ask(move |gateway, now| {
        let done = gateway.checkout_does(now, &id, &effect);
        let told = match &done {
            Ok(()) => json!(effect),
            Err(too_late) => json!({"effect": effect, "refused": too_late.to_string()}),
        };
        gateway.checkout_said(&id, Saying { side: Side::Buyer, event: "server".to_owned(), data: told });
        done
    });
    match done.await {
        Ok(Ok(())) => json_of(StatusCode::OK, &json!({})),
        Ok(Err(too_late)) => json_of(StatusCode::CONFLICT, &json!({"error": too_late.to_string()})),
        Err(response) => response,
    }
}

/// What the page does when a person lets the session end so.
async fn end(State(pages): State<ClientPages>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let ending: Ending = match own(&headers, &body) {
        Ok(ending) => ending,
        Err(response) => return response,
    };
    match pages.ask(move |gateway, _| gateway.checkout_ending(&id, &ending)).await {
        Ok(Some(notes)) => json_of(StatusCode::OK, &notes),
        Ok(None) => json_of(StatusCode::NOT_FOUND, &json!({"error": "there is no such session"})),
        Err(response) => response,
    }
}

/// How far the play has come.
async fn done(State(pages): State<ClientPages>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let done: usize = match own(&headers, &body) {
        Ok(done) => done,
        Err(response) => return response,
    };
    match pages.ask(move |gateway, _| gateway.checkout_goes_on(&id, done)).await {
        Ok(()) => json_of(StatusCode::OK, &json!({})),
        Err(response) => response,
    }
}

/// Something for the trace.
async fn said(State(pages): State<ClientPages>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let saying: Saying = match own(&headers, &body) {
        Ok(saying) => saying,
        Err(response) => return response,
    };
    match pages.ask(move |gateway, _| gateway.checkout_said(&id, saying)).await {
        Ok(()) => json_of(StatusCode::OK, &json!({})),
        Err(response) => response,
    }
}

/// A body that the framed page itself has sent.
#[expect(clippy::result_large_err, reason = "it is the response")]
fn own<T: DeserializeOwned>(headers: &HeaderMap, body: &Bytes) -> Result<T, Response> {
    if is_foreign(headers) {
        return Err(json_of(StatusCode::FORBIDDEN, &json!({"error": "only the SDK's own page may ask for this"})));
    }
    serde_json::from_slice(body).map_err(|error| json_of(StatusCode::BAD_REQUEST, &json!({"error": error.to_string()})))
}

async fn elsewhere(headers: HeaderMap) -> Response {
    shared(&headers, plain(StatusCode::NOT_FOUND, "nothing is here, and nowhere else can be reached"))
}

async fn harmless(headers: HeaderMap) -> Response {
    shared(&headers, json_of(StatusCode::OK, &json!({})))
}

/// The tracker, which tracks nothing.
async fn tracker(headers: HeaderMap) -> Response {
    let script = "window.iTracker={initiTracker(){},set(){},logInfo(){},logError(){},reportRPC(){}};";
    let mut response = plain(StatusCode::OK, script);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    shared(&headers, response)
}

/// A logo, of nothing.
async fn picture(headers: HeaderMap) -> Response {
    let mut response = plain(StatusCode::OK, r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    shared(&headers, response)
}

/// Lets the page that asked read the answer, wherever it lies: the SDK runs in the merchant's.
fn shared(asked: &HeaderMap, mut response: Response) -> Response {
    let value = |name: &str| asked.get(name).cloned();
    let any = || HeaderValue::from_static("*");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value("origin").unwrap_or_else(any));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, value("access-control-request-headers").unwrap_or_else(any));
    for (name, text) in [
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, POST, OPTIONS"),
        ("access-control-allow-private-network", "true"),
        ("access-control-expose-headers", "Result-Status, Tips, Memo"),
        ("access-control-max-age", "600"),
        ("vary", "Origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(text));
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn json_of(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
