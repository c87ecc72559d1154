//! The listener for notifications: verify, book once, acknowledge.
//!
//! What cannot be vouched for changes nothing and is not acknowledged with S, so that the real one comes again. A booking
//! is on disk before the acknowledgement leaves.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::task::JoinSet;
use wire::antom::{Ack, Envelope, NotifyPayment, NotifyType, ResultStatus};

use crate::book::{BookError, Evidence};
use crate::fault::Fault;
use crate::gateway::{headers, read};
use crate::order::{Attempt, Order, OrderState};
use crate::shop::Shop;
use crate::world::{Accept, Stream};

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
                Ok(stream) => {
                    connections.spawn(converse(Arc::clone(&shop), stream));
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
        async move { Ok::<_, Infallible>(respond(&shop, request).await) }
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

async fn respond(shop: &Shop, request: Request<Incoming>) -> Response<Full<Bytes>> {
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
    let ack = shop.notified(&envelope);
    let text = if shop.merchant.has(Fault::AckWithoutResult) {
        "OK".to_owned()
    } else {
        serde_json::to_string(&ack).unwrap_or_default()
    };
    let mut response = Response::new(Full::new(Bytes::from(text)));
    let json = hyper::header::HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    response
}

impl Shop {
    /// Takes a notification in and says how it is acknowledged.
    fn notified(&self, envelope: &Envelope) -> Ack {
        if !self.merchant.has(Fault::NotifySignatureUnchecked) && !self.gateway.vouches(envelope, "request-time") {
            self.merchant.log("a notification whose signature does not fit");
            return Ack::unknown();
        }
        let Some(notice) = read::<NotifyPayment>(&envelope.body) else {
            self.merchant.log("a notification that cannot be read");
            return Ack::unknown();
        };
        let found = self.merchant.book(|book| {
            book.by_payment(&notice.payment_request_id).map(|(order, attempt)| (order.clone(), attempt.clone()))
        });
        let Some((order, attempt)) = found else {
            // Genuine, but none of ours: nothing to do, and nothing gained by getting it again.
            self.merchant.log("a notification for a payment that is not ours");
            return Ack::success();
        };
        match self.take_in(&order, &attempt, &notice) {
            Ok(true) => Ack::success(),
            Ok(false) => Ack::unknown(),
            Err(error) => {
                self.merchant.log(&format!("order {}: {error}", order.name));
                Ack::unknown()
            }
        }
    }

    /// Whether the notification is dealt with.
    fn take_in(&self, order: &Order, attempt: &Attempt, notice: &NotifyPayment) -> Result<bool, BookError> {
        let is_cancelled = order.state == OrderState::Cancelled;
        let order = order.name.as_str();
        let is_same_payment = attempt.payment_id.as_ref().is_none_or(|id| *id == notice.payment_id);
        let is_same_amount = notice.payment_amount == attempt.amount;
        match (notice.notify_type, notice.result.result_status) {
            (NotifyType::PaymentPending, _) => Ok(true),
            (NotifyType::PaymentResult, _) if !is_same_payment || !is_same_amount => {
                self.merchant.close(order, OrderState::Parked, "notified of another amount or another payment");
                Ok(false)
            }
            (NotifyType::PaymentResult, ResultStatus::S) => {
                let now = self.merchant.now();
                let reference = Some(notice.payment_id.clone());
                let evidence = Evidence { amount: attempt.amount, reference, data: json!(notice) };
                let ids = (attempt.request_id.as_str(), Some(notice.payment_id.as_str()));
                self.merchant.book(|book| book.note(now, order, ids, "notified", json!(notice.result)))?;
                if is_cancelled {
                    // Called off is called off: the gateway gives back what came in after all.
                    return Ok(true);
                }
                if self.merchant.has(Fault::NotifyBookedTwice) {
                    self.merchant.book(|book| book.book(now, order, evidence))?;
                    self.merchant.tell_change();
                } else {
                    self.merchant.paid(order, evidence)?;
                }
                Ok(true)
            }
            (NotifyType::PaymentResult, ResultStatus::F) => {
                self.merchant.close(order, OrderState::Failed, &notice.result.result_code);
                Ok(true)
            }
            // A result that is none: the next delivery may say more.
            (NotifyType::PaymentResult, ResultStatus::U) => Ok(false),
        }
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
}
