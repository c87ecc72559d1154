//! capture: takes money that a card's holder authorised, within seven days.

use std::sync::LazyLock;

use bytes::Bytes;
use wire::antom::{CaptureRequest, CaptureResponse, Outline, PaymentStatus, ResultObject, Tree};
use wire::money::Money;
use wire::time::{Moment, WireTime};

use super::{Reader, Serve};
use crate::capture::Capture;
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payment::Payment;
use crate::reply::json;
use crate::trigger::Texts;

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[CaptureRequest::FIELDS]));

impl Serve for CaptureRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        read(body)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        if desk.ledger.capture(client, &self.capture_request_id).is_some() {
            return Ok(());
        }
        let payment = desk.ledger.payment_by_id(client, &self.payment_id);
        let (wanted, held) = (self.capture_amount.currency, payment.map(|payment| payment.amount.currency));
        if let Some(held) = held.filter(|held| *held != wanted) {
            let reason = format!("captureAmount is in {wanted}, the payment in {held}");
            return Err(Refusal { code: "PARAM_ILLEGAL", reason });
        }
        if desk.ledger.has_room_for_more() {
            return Ok(());
        }
        let reason = "the ledger is full of refunds and captures; start afresh".to_owned();
        Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason })
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        let payment = desk.ledger.payment_by_id(client, &self.payment_id);
        Texts { order: payment.map(|payment| payment.description.clone()).unwrap_or_default(), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        if let Some(known) = desk.ledger.capture(client, &self.capture_request_id) {
            // The amount alone is compared.
            let same = known.amount == self.capture_amount;
            let inconsistent = || CaptureResponse::bare(ResultObject::documented("REPEAT_REQ_INCONSISTENT"));
            return json(&if same { answer(&known) } else { inconsistent() });
        }
        let verdict = match desk.ledger.payment_by_id(client, &self.payment_id) {
            None => Err("ORDER_NOT_EXIST"),
            Some(payment) => allowed(&payment, desk.capturable(&payment), self.capture_amount, desk.now),
        };
        if let Err(code) = verdict {
            let refused = capture(self, desk, client, code);
            let answer = answer(&refused);
            desk.ledger.keep_capture(refused.into());
            return json(&answer);
        }
        let end = desk.stage.capture(desk.now);
        let capture = capture(self, desk, client, "SUCCESS");
        json(&answer(&desk.begin_capture(capture, end.as_ref())))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.capture(client, &self.capture_request_id).is_none() {
            let capture = capture(self, desk, client, &result.result_code);
            desk.ledger.keep_capture(capture.into());
        }
    }
}

/// Whether so much of a payment may be captured of which so much is left, if anything may follow.
fn allowed(payment: &Payment, left: Option<u64>, amount: Money, now: Moment) -> Result<(), &'static str> {
    match (payment.status, payment.paid.filter(|_| payment.capture.is_some())) {
        (PaymentStatus::Cancelled, _) => Err("ORDER_IS_CANCELED"),
        (PaymentStatus::Fail, _) => Err("ORDER_IS_CLOSED"),
        (PaymentStatus::Success, Some(_)) if left.is_none() => Err("MULTIPLE_CAPTURES_NOT_SUPPORTED"),
        (PaymentStatus::Success, Some(_)) if payment.bound_until().is_some_and(|until| now > until) => {
            Err("CAPTURE_WINDOW_EXCEED")
        }
        (PaymentStatus::Success, Some(_)) => {
            let fits = left.is_some_and(|left| amount.minor <= left);
            if fits { Ok(()) } else { Err("CAPTURE_AMOUNT_EXCEED") }
        }
        _ => Err("ORDER_STATUS_INVALID"),
    }
}

fn capture(request: &CaptureRequest, desk: &Desk, client: &str, code: &str) -> Capture {
    Capture {
        client: client.to_owned(),
        capture_request_id: request.capture_request_id.clone(),
        capture_id: desk.ledger.next_capture_id(desk.now),
        payment_id: request.payment_id.clone(),
        amount: request.capture_amount,
        code: code.to_owned(),
        at: desk.now,
        is_last: request.capture_type.as_deref() != Some("NON_FINAL")
            || request.is_last_capture.is_some_and(|flag| flag.0),
    }
}

fn answer(capture: &Capture) -> CaptureResponse {
    let result = ResultObject::documented(&capture.code);
    if !capture.is_success() && !capture.is_open() {
        return CaptureResponse::bare(result);
    }
    CaptureResponse {
        capture_request_id: Some(capture.capture_request_id.clone()),
        capture_id: Some(capture.capture_id.clone()),
        payment_id: Some(capture.payment_id.clone()),
        capture_amount: Some(capture.amount),
        capture_time: capture.is_success().then(|| WireTime::new(capture.at, OFFSET_MINUTES)),
        ..CaptureResponse::bare(result)
    }
}
