//! inquiryRefund: tells how a refund stands.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use wire::antom::{InquiryRefundRequest, InquiryRefundResponse, Outline, ResultObject, Tree};
use wire::time::WireTime;

use super::{Reader, Serve};
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::refund::Refund;
use crate::reply::json;
use crate::trigger::Texts;

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[InquiryRefundRequest::FIELDS]));

impl Serve for InquiryRefundRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        let request: Self = read(body)?;
        reader.needs_one(
            "refundRequestId or refundId",
            request.refund_id.as_ref().or(request.refund_request_id.as_ref()),
        )?;
        Ok(request)
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        let payment = find(self, desk, client).and_then(|refund| desk.ledger.payment_by_id(client, &refund.payment_id));
        Texts { order: payment.map(|payment| payment.description.clone()).unwrap_or_default(), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let Some(refund) = find(self, desk, client) else {
            return json(&InquiryRefundResponse::bare(ResultObject::documented("REFUND_NOT_EXIST")));
        };
        let payment = desk.ledger.payment_by_id(client, &refund.payment_id);
        let money = payment.filter(|_| refund.done.is_some()).map(|payment| desk.exchange(&payment, refund.amount));
        let (settlement, quote) = money.map(|money| (money.settlement, money.settlement_quote)).unwrap_or_default();
        json(&InquiryRefundResponse {
            gross_settlement_amount: settlement,
            settlement_quote: quote,
            refund_id: Some(refund.refund_id.clone()),
            refund_request_id: Some(refund.refund_request_id.clone()),
            refund_amount: Some(refund.amount),
            refund_status: Some(refund.status),
            refund_time: refund.done.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..InquiryRefundResponse::bare(ResultObject::success())
        })
    }
}

fn find(request: &InquiryRefundRequest, desk: &Desk, client: &str) -> Option<Arc<Refund>> {
    match (&request.refund_id, &request.refund_request_id) {
        (Some(id), _) => desk.ledger.refund_by_id(client, id),
        (None, Some(id)) => desk.ledger.refund(client, id),
        (None, None) => None,
    }
}
