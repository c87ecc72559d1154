//! inquiryPayment: tells how a payment stands.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{InquiryPaymentRequest, InquiryPaymentResponse, ResultObject};
use wire::time::WireTime;

use super::Serve;
use crate::checks::{Refusal, check_table, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::reply::json;

impl Serve for InquiryPaymentRequest {
    fn read(body: Value, notes: &mut Vec<String>) -> Result<Self, Refusal> {
        check_table(&body, Self::FIELDS, notes)?;
        let request: Self = read(body)?;
        if request.payment_id.is_none() && request.payment_request_id.is_none() {
            let reason = "paymentRequestId or paymentId is required".to_owned();
            return Err(Refusal { code: "PARAM_ILLEGAL", reason });
        }
        Ok(request)
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let found = match (&self.payment_id, &self.payment_request_id) {
            (Some(id), _) => desk.ledger.payment_by_id(client, id),
            (None, Some(id)) => desk.ledger.payment(client, id),
            (None, None) => None,
        };
        let Some(payment) = found else {
            return json(&InquiryPaymentResponse::bare(ResultObject::documented("ORDER_NOT_EXIST")));
        };
        json(&InquiryPaymentResponse {
            payment_status: Some(payment.status),
            payment_result_code: Some(payment.code.clone()),
            payment_result_message: Some(ResultObject::documented(&payment.code).result_message),
            payment_request_id: Some(payment.payment_request_id.clone()),
            payment_id: Some(payment.payment_id.clone()),
            payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: payment.paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..InquiryPaymentResponse::bare(ResultObject::success())
        })
    }
}
