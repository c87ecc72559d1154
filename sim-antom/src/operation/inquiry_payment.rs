//! inquiryPayment: tells how a payment stands.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{
    InquiryPaymentRequest, InquiryPaymentResponse, PaymentStatus, RefundStatus, ResultObject, Transaction,
    TransactionType,
};
use wire::time::WireTime;

use super::{Reader, Serve};
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::life::AUTHORISED_FOR;
use crate::payment::Payment;
use crate::reply::json;
use crate::trigger::Texts;

impl Serve for InquiryPaymentRequest {
    fn read(body: Value, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(&body, &[Self::FIELDS])?;
        let request: Self = read(body)?;
        reader.needs_one(
            "paymentRequestId or paymentId",
            request.payment_id.as_ref().or(request.payment_request_id.as_ref()),
        )?;
        Ok(request)
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        let payment = desk.find(client, self.payment_id.as_deref(), self.payment_request_id.as_deref());
        Texts { order: payment.map(|payment| payment.description.clone()).unwrap_or_default(), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let Some(payment) = desk.find(client, self.payment_id.as_deref(), self.payment_request_id.as_deref()) else {
            return json(&InquiryPaymentResponse::bare(ResultObject::documented("ORDER_NOT_EXIST")));
        };
        let money = desk.exchanged(&payment);
        let is_exchanged = money.payment_quote.is_some();
        let authorised = payment.capture.and(payment.paid).map(|at| at + AUTHORISED_FOR);
        let transactions = transactions(desk, &payment);
        json(&InquiryPaymentResponse {
            payment_status: Some(payment.status),
            payment_result_code: Some(payment.code.clone()),
            payment_result_message: Some(ResultObject::documented(&payment.code).result_message),
            payment_request_id: Some(payment.payment_request_id.clone()),
            payment_id: Some(payment.payment_id.clone()),
            payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: payment.paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            actual_payment_amount: is_exchanged.then_some(money.actual),
            payment_quote: money.payment_quote,
            gross_settlement_amount: money.settlement,
            settlement_quote: money.settlement_quote,
            auth_expiry_time: authorised.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            transactions: (!transactions.is_empty()).then_some(transactions),
            ..InquiryPaymentResponse::bare(ResultObject::success())
        })
    }
}

/// Its captures and refunds.
fn transactions(desk: &Desk, payment: &Payment) -> Vec<Transaction> {
    let captures = payment.captures.iter().filter_map(|id| desk.ledger.capture_by_id(&payment.client, id));
    let captures = captures.map(|capture| {
        let status = if capture.is_success() { PaymentStatus::Success } else { PaymentStatus::Fail };
        let result = ResultObject::documented(&capture.code);
        Transaction {
            transaction_request_id: Some(capture.capture_request_id.clone()),
            transaction_time: Some(WireTime::new(capture.at, OFFSET_MINUTES)),
            ..Transaction::new(result, capture.capture_id.clone(), TransactionType::Capture, status, capture.amount)
        }
    });
    let refunds = payment.refunds.iter().filter_map(|id| desk.ledger.refund_by_id(&payment.client, id));
    let refunds = refunds.map(|refund| {
        let (status, code) = match refund.status {
            RefundStatus::Success => (PaymentStatus::Success, "SUCCESS"),
            RefundStatus::Processing => (PaymentStatus::Processing, "REFUND_IN_PROCESS"),
            RefundStatus::Fail => (PaymentStatus::Fail, refund.code.as_str()),
        };
        let result = ResultObject::documented(code);
        Transaction {
            transaction_request_id: Some(refund.refund_request_id.clone()),
            transaction_time: refund.done.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            ..Transaction::new(result, refund.refund_id.clone(), TransactionType::Refund, status, refund.amount)
        }
    });
    captures.chain(refunds).collect()
}
