//! capture: takes money that a card's holder authorised, within seven days.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{CaptureRequest, CaptureResponse, PaymentStatus, ResultObject};
use wire::money::Money;
use wire::time::{Moment, WireTime};

use super::{Reader, Serve};
use crate::capture::Capture;
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::life::AUTHORISED_FOR;
use crate::payment::Payment;
use crate::reply::json;
use crate::trigger::Texts;

impl Serve for CaptureRequest {
    fn read(body: Value, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(&body, &[Self::FIELDS])?;
        read(body)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        if desk.ledger.has_room_for_more() || desk.ledger.capture(client, &self.capture_request_id).is_some() {
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
            let same = known.amount == self.capture_amount && known.payment_id == self.payment_id;
            let inconsistent = || CaptureResponse::bare(ResultObject::documented("REPEAT_REQ_INCONSISTENT"));
            return json(&if same { answer(&known) } else { inconsistent() });
        }
        let verdict = match desk.ledger.payment_by_id(client, &self.payment_id) {
            None => Err("ORDER_NOT_EXIST"),
            Some(payment) => allowed(&payment, self.capture_amount, desk.now),
        };
        if let Err(code) = verdict {
            return json(&CaptureResponse::bare(ResultObject::documented(code)));
        }
        let capture = capture(self, desk, client, "SUCCESS");
        json(&answer(&desk.keep_capture(capture)))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.capture(client, &self.capture_request_id).is_none() {
            let capture = capture(self, desk, client, &result.result_code);
            desk.ledger.keep_capture(capture.into());
        }
    }
}

fn allowed(payment: &Payment, amount: Money, now: Moment) -> Result<(), &'static str> {
    match (payment.status, payment.paid.filter(|_| payment.capture.is_some())) {
        (PaymentStatus::Cancelled, _) => Err("ORDER_IS_CANCELED"),
        (PaymentStatus::Fail, _) => Err("ORDER_IS_CLOSED"),
        (PaymentStatus::Success, Some(_)) if payment.is_captured => Err("MULTIPLE_CAPTURES_NOT_SUPPORTED"),
        (PaymentStatus::Success, Some(paid)) if now > paid + AUTHORISED_FOR => Err("CAPTURE_WINDOW_EXCEED"),
        (PaymentStatus::Success, Some(_)) => {
            let left = payment.amount.minor.saturating_sub(payment.captured);
            let fits = amount.currency == payment.amount.currency && amount.minor <= left;
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
    if !capture.is_success() {
        return CaptureResponse::bare(result);
    }
    CaptureResponse {
        capture_request_id: Some(capture.capture_request_id.clone()),
        capture_id: Some(capture.capture_id.clone()),
        payment_id: Some(capture.payment_id.clone()),
        capture_amount: Some(capture.amount),
        capture_time: Some(WireTime::new(capture.at, OFFSET_MINUTES)),
        ..CaptureResponse::bare(result)
    }
}
