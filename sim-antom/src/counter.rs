//! Where requests are answered: turns them into envelopes, and replies into responses. Which path leads where is the
//! gateway's business, and so is every refusal; pages beside the payment API have a router of their own.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode, Uri};
use tokio::sync::mpsc;
use tower::ServiceExt as _;
use wire::antom::{Envelope, Headers};
use wire::clock::ClockHandle;

use crate::drive::Call;
use crate::patience::PATIENCE;
use crate::reply::{Raw, Reply};
use crate::room::{Phase, Seat};
use crate::script::Hangup;
use crate::server::Peer;
use crate::window::{Unanswered, Window};

/// The largest body that is read; a longer one is refused with PARAM_ILLEGAL.
const BODY: usize = 1024 * 1024;

/// See the module's documentation. All connections share it.
pub(crate) struct Counter {
    window: Window,
    router: Router,
}

/// How a connection ends without an ordinary answer.
#[derive(Debug, Clone)]
pub(crate) enum Parting {
    /// With bytes of our own.
    Written(Raw),
    /// Without a byte.
    Closed,
    /// With a reset.
    Reset,
}

/// The payment API's own bodies are whole; pages may be streams.
pub(crate) type Answer = Response<Either<Full<Bytes>, Page>>;

impl Counter {
    /// Answers from a gateway, and with other pages beside it.
    pub(crate) fn new(requests: mpsc::Sender<Call>, clock: ClockHandle, pages: Router) -> Self {
        let window = Window::new(requests, clock);
        let router = Router::new().fallback(no_page).with_state(window.clone()).merge(pages);
        Self { window, router }
    }

    /// The time that answers go by.
    pub(crate) fn clock(&self) -> ClockHandle {
        self.window.clock()
    }

    /// Answers a request, in one way or another.
    pub(crate) async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        peer: Peer,
        seat: &Arc<Seat>,
    ) -> Result<Answer, Parting> {
        // From here on it is the gateway that is waited for, or a body with a time of its own.
        seat.client_waits();
        // The payment API has a shorter way than through the router, which would end at the same window.
        let answer = if request.method() == Method::CONNECT {
            seat.client_is_awaited();
            // The gateway's own refusal comes with 200, which would tell that a tunnel is open.
            plain(StatusCode::METHOD_NOT_ALLOWED, "this is no proxy").map(Either::Left)
        } else if request.uri().path().starts_with("/ams/") {
            let response = hand_over(&self.window, request, Some(seat)).await?;
            seat.client_is_awaited();
            response.map(Either::Left)
        } else {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(Arc::clone(seat));
            let Ok(mut response) = self.router.clone().oneshot(request).await;
            if let Some(parting) = response.extensions_mut().remove::<Parting>() {
                return Err(parting);
            }
            response.map(|body| Either::Right(Page { body, seat: Arc::clone(seat) }))
        };
        seat.is_now(Phase::Idle);
        Ok(answer)
    }
}

/// What is no page is the gateway's business, wherever it came in.
async fn no_page(State(window): State<Window>, mut request: hyper::Request<Body>) -> Response<Body> {
    let seat = request.extensions_mut().remove::<Arc<Seat>>();
    match hand_over(&window, request, seat.as_ref()).await {
        Ok(response) => response.map(Body::new),
        Err(parting) => {
            let mut response = Response::default();
            response.extensions_mut().insert(parting);
            response
        }
    }
}

/// The body of a page. When it is gone, the client is waited for again.
pub(crate) struct Page {
    body: Body,
    seat: Arc<Seat>,
}

impl hyper::body::Body for Page {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.seat.client_is_awaited();
    }
}

/// Hands a request to the gateway once its body is there, and waits for its reply.
async fn hand_over<B>(
    window: &Window,
    request: hyper::Request<B>,
    seat: Option<&Arc<Seat>>,
) -> Result<Response<Full<Bytes>>, Parting>
where
    B: hyper::body::Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let is_now = |phase| {
        if let Some(seat) = seat {
            seat.is_now(phase);
        }
    };
    window.touch();
    let (head, body) = request.into_parts();
    let unread = |reason| (Bytes::new(), Some(reason));
    let (body, unreadable) = match tokio::time::timeout(PATIENCE, Limited::new(body, BODY).collect()).await {
        // Copied, so that what is kept of it does not keep the buffer that it was read into.
        Ok(Ok(body)) => (Bytes::copy_from_slice(&body.to_bytes()), None),
        Ok(Err(error)) => unread(format!("the body cannot be read to its end, or is longer than 1 MiB: {error}")),
        Err(_) => unread(format!("the body did not come within {} s", PATIENCE.as_secs())),
    };
    is_now(Phase::Served);
    let envelope = Envelope {
        method: head.method.as_str().to_owned(),
        target: target(&head.uri),
        headers: headers(&head.headers),
        body,
    };
    match window.ask(envelope, unreadable).await {
        Ok(Reply::Answer { headers, body }) => Ok(response(&headers, body)),
        Ok(Reply::Raw(answer)) => Err(Parting::Written(answer)),
        Ok(Reply::Lost(Hangup::Silence)) => {
            is_now(Phase::Forsaken);
            std::future::pending().await
        }
        Ok(Reply::Lost(Hangup::Reset)) => Err(Parting::Reset),
        Ok(Reply::Lost(Hangup::Close)) | Err(Unanswered::Dropped) => Err(Parting::Closed),
        Err(Unanswered::Stopping) => Ok(plain(StatusCode::SERVICE_UNAVAILABLE, "the gateway is stopping")),
    }
}

/// The request target as it was written, in either form.
fn target(uri: &Uri) -> String {
    match (uri.scheme(), uri.path_and_query()) {
        (None, Some(path)) => path.as_str().to_owned(),
        _ => uri.to_string(),
    }
}

fn headers(map: &HeaderMap) -> Headers {
    let bytes = map.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    let mut headers = Headers::with_capacity(map.len(), bytes);
    for (name, value) in map {
        headers.push(name, String::from_utf8_lossy(value.as_bytes()));
    }
    headers
}

fn response(headers: &Headers, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    let map = response.headers_mut();
    map.reserve(headers.len());
    for (name, value) in headers.iter() {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => map.append(name, value),
            _ => return plain(StatusCode::INTERNAL_SERVER_ERROR, "a header cannot be sent"),
        };
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
