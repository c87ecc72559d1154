//! The listener for notifications. What they mean is in `notice.rs`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Body;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use wire::antom::Envelope;

use crate::fault::Fault;
use crate::post::headers;
use crate::shop::Shop;
use crate::world::{Accept, Arrival, Stream};

const LARGEST_BODY: usize = 64 * 1024;
const CONNECTIONS: usize = 64;
const LIMIT: Duration = Duration::from_secs(10);

/// Serves notifications. Never ends by itself.
pub(crate) async fn serve(shop: Arc<Shop>, mut accept: Box<dyn Accept>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(_) = connections.join_next() => {}
            accepted = accept.accept(), if connections.len() < CONNECTIONS => match accepted {
                Ok(Arrival::Connection(stream)) => {
                    connections.spawn(Box::pin(converse(Arc::clone(&shop), stream)));
                }
                Ok(Arrival::Handed { request, answer }) => {
                    // In a box, like all that is large: it would be moved about otherwise.
                    connections.spawn(Box::pin(answer_handed(Arc::clone(&shop), *request, answer)));
                }
                Err(error) => {
                    shop.merchant.log(&format!("notifications: {error}"));
                    shop.merchant.pause(Duration::from_millis(100)).await;
                }
            },
        }
    }
}

/// One connection, one request, a bounded time.
async fn converse(shop: Arc<Shop>, stream: Box<dyn Stream>) {
    let merchant = Arc::clone(&shop.merchant);
    let service = service_fn(move |request| {
        let shop = Arc::clone(&shop);
        async move { Ok::<_, Infallible>(respond(&shop, request).await.map(Full::new)) }
    });
    // No date header: it would be the time of day, in worlds that have a time of their own.
    let connection = http1::Builder::new()
        .keep_alive(false)
        .auto_date_header(false)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        biased;
        // A sender that goes away sends again.
        _ = connection => {}
        () = merchant.pause(LIMIT) => {}
    }
}

/// One request of somebody in this process, in the same time.
async fn answer_handed(shop: Arc<Shop>, request: Request<Bytes>, mut answer: oneshot::Sender<Response<Bytes>>) {
    let response = tokio::select! {
        biased;
        response = respond(&shop, request.map(Full::new)) => Some(response),
        // Whoever goes away sends again.
        () = answer.closed() => None,
        () = shop.merchant.pause(LIMIT) => None,
    };
    if let Some(response) = response {
        let _: Result<(), Response<Bytes>> = answer.send(response);
    }
}

async fn respond<B>(shop: &Shop, request: Request<B>) -> Response<Bytes>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    if head.uri.path() == "/back" {
        // Where the wallet sends the buyer. What it says proves nothing, so nothing is read from it.
        return plain(StatusCode::OK, "Thank you. Your payment is being processed.\n");
    }
    if head.uri.path() != "/notify" {
        return plain(StatusCode::NOT_FOUND, "there is nothing here\n");
    }
    if head.method != Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "notifications are sent with POST\n");
    }
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "a notification is not that large\n");
    };
    let envelope = Envelope {
        method: "POST".to_owned(),
        target: head.uri.to_string(),
        headers: headers(&head.headers),
        body: body.to_bytes(),
    };
    if shop.merchant.has(Fault::NotificationsNeedLogin) {
        return plain(StatusCode::UNAUTHORIZED, "please log in\n");
    }
    let Some(ack) = Box::pin(shop.notified(&envelope)).await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong\n");
    };
    let text = if shop.merchant.has(Fault::AckWithoutResult) {
        "OK".to_owned()
    } else {
        serde_json::to_string(&ack).unwrap_or_default()
    };
    let mut response = Response::new(Bytes::from(text));
    let json = hyper::header::HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response
}
