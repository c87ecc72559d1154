//! inquiryPayment: tells how a payment stands.

use bytes::Bytes;
use wire::antom::{
    InquiryPaymentRequest, InquiryPaymentResponse, PaymentStatus, RefundStatus, ResultObject, Transaction,
    TransactionType, Tree,
};
use wire::time::WireTime;

use super::{Reader, Serve, named};
use crate::checks::Refusal;
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payer::Payer;
use crate::payment::Payment;
use crate::reply::json;
use crate::trigger::Texts;

impl Serve for InquiryPaymentRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        named::read(body, reader)
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        named::texts(self, desk, client)
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let Some(payment) = named::payment(self, desk, client) else {
            return json(&InquiryPaymentResponse::bare(ResultObject::documented("ORDER_NOT_EXIST")));
        };
        let (money, payer) = (desk.exchanged(&payment), Payer::of(&payment));
        let paid = payment.paid.filter(|_| payment.status == PaymentStatus::Success);
        let is_exchanged = money.payment_quote.is_some();
        let transactions = transactions(desk, &payment);
        json(&InquiryPaymentResponse {
            payment_status: Some(told(&payment)),
            payment_result_code: Some(payment.code.clone()),
            payment_result_message: Some(ResultObject::documented(&payment.code).result_message),
            payment_request_id: Some(payment.payment_request_id.clone()),
            payment_id: Some(payment.payment_id.clone()),
            payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            actual_payment_amount: is_exchanged.then_some(money.actual),
            payment_quote: money.payment_quote,
            gross_settlement_amount: money.settlement,
            settlement_quote: money.settlement_quote,
            psp_customer_info: payer.customer,
            card_info: payer.card,
            payment_result_info: payer.result,
            auth_expiry_time: payment.bound_until().map(|at| WireTime::new(at, OFFSET_MINUTES)),
            transactions: (!transactions.is_empty()).then_some(transactions),
            ..InquiryPaymentResponse::bare(ResultObject::success())
        })
    }
}

/// A payment's status in the words of its product: in a shop, what is pending is in progress.
fn told(payment: &Payment) -> PaymentStatus {
    match payment.status {
        PaymentStatus::Pending if payment.kind.is_in_store() => PaymentStatus::Processing,
        status => status,
    }
}

/// Its captures and refunds, and those of its orders if it is a batch.
fn transactions(desk: &Desk, payment: &Payment) -> Vec<Transaction> {
    let captures = payment.captures.iter().filter_map(|id| desk.ledger.capture_by_id(&payment.client, id));
    let captures = captures.map(|capture| {
        let status = match () {
            () if capture.is_success() => PaymentStatus::Success,
            () if capture.is_open() => PaymentStatus::Processing,
            () => PaymentStatus::Fail,
        };
        let result = ResultObject::documented(&capture.code);
        Transaction {
            transaction_request_id: Some(capture.capture_request_id.clone()),
            transaction_time: Some(WireTime::new(capture.at, OFFSET_MINUTES)),
            ..Transaction::new(result, capture.capture_id.clone(), TransactionType::Capture, status, capture.amount)
        }
    });
    let orders = payment.orders.iter().filter_map(|id| desk.ledger.payment_by_id(&payment.client, id));
    let refunds = payment.refunds.iter().cloned().chain(orders.flat_map(|order| order.refunds.clone()));
    let refunds = refunds.filter_map(|id| desk.ledger.refund_by_id(&payment.client, &id));
    let refunds = refunds.map(|refund| {
        let money = (refund.status == RefundStatus::Success).then(|| desk.exchange(payment, refund.amount));
        let (settlement, quote) = money.map(|money| (money.settlement, money.settlement_quote)).unwrap_or_default();
        let (status, code) = match refund.status {
            RefundStatus::Success => (PaymentStatus::Success, "SUCCESS"),
            RefundStatus::Processing => (PaymentStatus::Processing, "REFUND_IN_PROCESS"),
            RefundStatus::Fail => (PaymentStatus::Fail, refund.code.as_str()),
        };
        let result = ResultObject::documented(code);
        Transaction {
            transaction_request_id: Some(refund.refund_request_id.clone()),
            transaction_time: refund.done.map(|at| WireTime::new(at, OFFSET_MINUTES)),
            gross_settlement_amount: settlement,
            settlement_quote: quote,
            ..Transaction::new(result, refund.refund_id.clone(), TransactionType::Refund, status, refund.amount)
        }
    });
    captures.chain(refunds).collect()
}
