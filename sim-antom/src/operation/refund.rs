//! refund: gives back a paid amount, or a part of it.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use wire::antom::{Outline, PaymentStatus, RefundRequest, RefundResponse, RefundStatus, ResultObject, Tree};
use wire::time::WireTime;

use super::{Reader, Serve};
use crate::checks::{Refusal, read};
use crate::desk::{Desk, Exchanged};
use crate::ledger::OFFSET_MINUTES;
use crate::payment::Payment;
use crate::refund::Refund;
use crate::reply::json;
use crate::trigger::Texts;

/// How long after the payment a refund is possible: the documents speak of about a year.
const WINDOW: Duration = Duration::from_secs(365 * 24 * 3600);

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[RefundRequest::FIELDS]));

impl Serve for RefundRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        read(body)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        if desk.ledger.has_room_for_more() || desk.ledger.refund(client, &self.refund_request_id).is_some() {
            return Ok(());
        }
        let reason = "the ledger is full of refunds and captures; start afresh".to_owned();
        Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason })
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        let payment = desk.ledger.payment_by_id(client, &self.payment_id);
        Texts {
            own: self.refund_reason.clone().unwrap_or_default(),
            order: payment.map(|payment| payment.description.clone()).unwrap_or_default(),
        }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        if let Some(known) = desk.ledger.refund(client, &self.refund_request_id) {
            // The amount alone is compared.
            let same = known.amount == self.refund_amount;
            let inconsistent = || RefundResponse::bare(ResultObject::documented("REPEAT_REQ_INCONSISTENT"));
            return json(&if same { answer(desk, &known) } else { inconsistent() });
        }
        let refund = refund(self, desk, client);
        if let Err(code) = self.allowed(desk, client) {
            let refund = Refund { status: RefundStatus::Fail, code: code.to_owned(), refused: true, ..refund };
            let refund = desk.keep_refund(refund);
            return json(&answer(desk, &refund));
        }
        let refund = desk.begin_refund(refund);
        json(&answer(desk, &refund))
    }

    fn accept(&self, desk: &mut Desk, client: &str, result: &ResultObject) -> Option<Bytes> {
        let is_new = desk.ledger.refund(client, &self.refund_request_id).is_none();
        let is_begun = result.result_code == "REFUND_IN_PROCESS" && is_new && self.allowed(desk, client).is_ok();
        is_begun.then(|| {
            let refund = Refund { is_async: true, ..refund(self, desk, client) };
            let refund = desk.begin_refund(refund);
            json(&answer(desk, &refund))
        })
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.refund(client, &self.refund_request_id).is_none() {
            let refund = refund(self, desk, client);
            let code = result.result_code.clone();
            desk.keep_refund(Refund { status: RefundStatus::Fail, code, refused: true, ..refund });
        }
    }
}

trait Allowed {
    fn allowed(&self, desk: &Desk, client: &str) -> Result<(), &'static str>;
}

impl Allowed for RefundRequest {
    fn allowed(&self, desk: &Desk, client: &str) -> Result<(), &'static str> {
        let payment = desk.ledger.payment_by_id(client, &self.payment_id).ok_or("ORDER_NOT_EXIST")?;
        let batch = payment.batch.as_ref().and_then(|id| desk.ledger.payment_by_id(&payment.client, id));
        let left = batch.as_ref().map_or(u64::MAX, |batch| batch.refundable()).min(payment.refundable());
        let is_only_held = |payment: &Payment| payment.capture.is_some() && payment.captured == 0;
        let is_held = is_only_held(&payment) || batch.is_some_and(|batch| is_only_held(&batch));
        match (payment.status, payment.paid) {
            (PaymentStatus::Cancelled, _) => Err("ORDER_IS_CANCELED"),
            (PaymentStatus::Success, _) if is_held => Err("ORDER_STATUS_INVALID"),
            (PaymentStatus::Success, Some(paid)) => match () {
                () if payment.amount.currency != self.refund_amount.currency => Err("CURRENCY_NOT_SUPPORT"),
                () if desk.now > paid + WINDOW => Err("REFUND_WINDOW_EXCEED"),
                () if self.refund_amount.minor > left => Err("REFUND_AMOUNT_EXCEED"),
                () => Ok(()),
            },
            _ => Err("ORDER_STATUS_INVALID"),
        }
    }
}

fn refund(request: &RefundRequest, desk: &Desk, client: &str) -> Refund {
    Refund {
        client: client.to_owned(),
        refund_request_id: request.refund_request_id.clone(),
        refund_id: desk.ledger.next_refund_id(desk.now),
        payment_id: request.payment_id.clone(),
        amount: request.refund_amount,
        status: RefundStatus::Processing,
        code: "REFUND_IN_PROCESS".to_owned(),
        refused: false,
        created: desk.now,
        done: None,
        is_async: request.is_async_refund.is_some_and(|flag| flag.0),
        notify_url: request.refund_notify_url.clone(),
    }
}

fn answer(desk: &Desk, refund: &Refund) -> RefundResponse {
    let code = match refund.status {
        RefundStatus::Success => "SUCCESS",
        RefundStatus::Processing => "REFUND_IN_PROCESS",
        RefundStatus::Fail => return RefundResponse::bare(ResultObject::documented(&refund.code)),
    };
    let payment = desk.ledger.payment_by_id(&refund.client, &refund.payment_id);
    let money = payment.filter(|_| refund.done.is_some()).map(|payment| desk.exchange(&payment, refund.amount));
    RefundResponse {
        actual_refund_amount: money.as_ref().and_then(Exchanged::returned),
        gross_settlement_amount: money.as_ref().and_then(|money| money.settlement),
        settlement_quote: money.and_then(|money| money.settlement_quote),
        refund_request_id: Some(refund.refund_request_id.clone()),
        refund_id: Some(refund.refund_id.clone()),
        payment_id: Some(refund.payment_id.clone()),
        refund_amount: Some(refund.amount),
        refund_time: refund.done.map(|at| WireTime::new(at, OFFSET_MINUTES)),
        ..RefundResponse::bare(ResultObject::documented(code))
    }
}
