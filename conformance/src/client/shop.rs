//! A page's files, and a backend for it: what the page asks goes to the integration over the driver.
//!
//! The page asks `POST /api/checkout` with `{"order": …}` and `GET /api/orders/{order}`; which order costs what is the
//! backend's business, as it must be.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path as UrlPath, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::Sdk;
use crate::driver::Driver;
use crate::trace::{DriverEvent, Event, Recorder};

/// Where a front end under test is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageSource {
    /// Its files; the harness serves them, and a backend.
    Folder(PathBuf),
    /// It is served already, with a backend of its own.
    Url(String),
}

/// The largest file that is served.
const FILE: u64 = 16 * 1024 * 1024;
/// How long the integration may take.
const ANSWER: Duration = Duration::from_secs(30);
/// Where the SDK lies for pages that take it from us.
pub(super) const SDK: &str = "/sdk/ams-checkout.min.js";

/// A server on loopback. Dropping it stops it.
#[derive(Debug)]
pub(super) struct Shop {
    state: Shared,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

type Shared = Arc<Inner>;

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    sdk: Option<Arc<Sdk>>,
    driver: Mutex<Driver>,
    recorder: Recorder,
    /// What each order costs, and how it is paid: the parameters of `checkout`.
    offers: Mutex<BTreeMap<String, Value>>,
    /// The orders that were asked for.
    sold: Mutex<Vec<String>>,
}

impl Shop {
    /// Opens one on a free port.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn open(
        folder: &Path,
        sdk: Option<Arc<Sdk>>,
        driver: Driver,
        recorder: Recorder,
    ) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Inner {
            folder: folder.to_owned(),
            sdk,
            driver: Mutex::new(driver),
            recorder,
            offers: Mutex::default(),
            sold: Mutex::default(),
        });
        let router = Router::new()
            .route("/api/checkout", post(checkout))
            .route("/api/orders/{order}", get(order))
            .route("/api/orders/{order}/receipt", post(receipt))
            .route(SDK, get(sdk_bundle))
            .fallback(file)
            .layer(DefaultBodyLimit::max(64 * 1024))
            .with_state(Arc::clone(&state));
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { state, address, serving })
    }

    /// Its URL, without a slash at the end.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Offers an order: the parameters with which it will be checked out.
    pub(super) fn offer(&self, order: &str, params: Value) {
        lock(&self.state.offers).insert(order.to_owned(), params);
    }

    /// The orders that the page has asked for.
    pub(super) fn sold(&self) -> Vec<String> {
        lock(&self.state.sold).clone()
    }

    /// The integration was started again.
    pub(super) fn use_driver(&self, driver: Driver) {
        *lock(&self.state.driver) = driver;
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    fn asked_for(&self, order: &str) {
        let mut sold = lock(&self.sold);
        if !sold.iter().any(|known| known == order) {
            sold.push(order.to_owned());
        }
    }

    async fn call(&self, method: &'static str, params: Value) -> Result<Value, String> {
        let driver = lock(&self.driver).clone();
        let called = |event| self.recorder.record(Event::Driver(event));
        called(DriverEvent::Called { method: method.to_owned(), params: params.clone() });
        let result = driver.call(method, params, ANSWER).await;
        let method = method.to_owned();
        called(match &result {
            Ok(result) => DriverEvent::Answered { method, result: result.clone() },
            Err(error) => DriverEvent::Failed { method, error: error.to_string() },
        });
        result.map_err(|error| error.to_string())
    }
}

/// The buyer wants to pay for an order: a session for it, or its state when there is nothing to pay.
async fn checkout(State(shop): State<Shared>, body: Bytes) -> Response {
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let order = asked["order"].as_str().unwrap_or_default().to_owned();
    let Some(params) = lock(&shop.offers).get(&order).cloned() else {
        return answer(StatusCode::NOT_FOUND, &json!({"error": "there is no such order"}));
    };
    shop.asked_for(&order);
    let amount = params["amount"].clone();
    match shop.call("checkout", params).await {
        Ok(mut told) => {
            told["order"] = order.into();
            told["amount"] = amount;
            told["environment"] = "sandbox".into();
            answer(StatusCode::OK, &told)
        }
        Err(error) => answer(StatusCode::BAD_GATEWAY, &json!({"error": error})),
    }
}

/// How an order stands: the server's word.
async fn order(State(shop): State<Shared>, UrlPath(order): UrlPath<String>) -> Response {
    if !lock(&shop.sold).contains(&order) {
        return answer(StatusCode::NOT_FOUND, &json!({"error": "there is no such order"}));
    }
    match shop.call("orderStatus", json!({"order": order})).await {
        Ok(told) => answer(StatusCode::OK, &json!({"order": order, "state": told["state"]})),
        Err(error) => answer(StatusCode::BAD_GATEWAY, &json!({"error": error})),
    }
}

/// A receipt for the buyer: what a shop does once. Nothing is sent; that it was asked for is in the trace.
async fn receipt(State(shop): State<Shared>, UrlPath(order): UrlPath<String>) -> Response {
    let is_known = lock(&shop.sold).contains(&order);
    let status = if is_known { StatusCode::OK } else { StatusCode::NOT_FOUND };
    answer(status, &json!({"order": order}))
}

async fn sdk_bundle(State(shop): State<Shared>) -> Response {
    match &shop.sdk {
        Some(sdk) => bytes("text/javascript; charset=utf-8", sdk.script.clone()),
        None => answer(StatusCode::NOT_FOUND, &json!({"error": "no SDK: name it by --sdk DIR"})),
    }
}

/// A file of the page.
async fn file(State(shop): State<Shared>, uri: Uri) -> Response {
    let missing = || answer(StatusCode::NOT_FOUND, &json!({"error": "there is no such page"}));
    let Some(path) = inside(&shop.folder, uri.path()) else { return missing() };
    let path = if path.is_dir() { path.join("index.html") } else { path };
    if std::fs::metadata(&path).map_or(true, |about| about.len() > FILE) {
        return missing();
    }
    match tokio::fs::read(&path).await {
        Ok(content) => bytes(kind(&path), content),
        Err(_) => missing(),
    }
}

/// A path below the folder; none when it would lead out of it.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    let path = Path::new(path.trim_start_matches('/'));
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    is_plain.then(|| folder.join(path))
}

fn kind(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

fn bytes(kind: &'static str, content: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn answer(status: StatusCode, value: &Value) -> Response {
    let mut response = bytes("application/json", value.to_string().into_bytes());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let folder = Path::new("/shop");
        assert_eq!(inside(folder, "/a/b.html"), Some(PathBuf::from("/shop/a/b.html")));
        assert_eq!(inside(folder, "/"), Some(PathBuf::from("/shop")));
        for out in ["/../secret", "/a/../../secret", "//etc/../../passwd"] {
            assert_eq!(inside(folder, out), None, "{out}");
        }
    }
}
