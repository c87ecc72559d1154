//! batchPay: one payment for all orders, and one for each of them.

use std::sync::LazyLock;

use bytes::Bytes;
use wire::antom::{
    BatchPayRequest, BatchPayResponse, Operation, OrderSummary, Outline, PaymentStatus, ResultObject, Tree,
};
use wire::time::WireTime;

use super::new::{self, New};
use super::{Reader, Serve, urls};
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::payer::{Card, Payer};
use crate::payment::{Kind, Payment};
use crate::reply::json;
use crate::trigger::Texts;

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[BatchPayRequest::FIELDS]));

impl Serve for BatchPayRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        let request: Self = read(body)?;
        let currency = request.payment_amount.currency;
        let amounts = request.order_list.iter().map(|order| order.order_amount);
        let sum = amounts.clone().fold(0_u64, |sum, amount| sum.saturating_add(amount.minor));
        let reason = if let Some(other) = amounts.into_iter().find(|amount| amount.currency != currency) {
            format!("orderList has an order in {}, paymentAmount is in {currency}", other.currency)
        } else if sum != request.payment_amount.minor {
            format!("paymentAmount is {}, the orders' amounts add up to {sum}", request.payment_amount.minor)
        } else {
            reader.note_twins(&request);
            let most = new::at_most_ahead(&request.payment_method.payment_method_type);
            reader.check_expiry(request.payment_expiry_time.as_ref(), Some(most))?;
            reader.check_wallet(&request.payment_method.payment_method_type, request.payment_amount)?;
            return Ok(request);
        };
        Err(Refusal { code: "PARAM_ILLEGAL", reason })
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        new::admit(&new(self), desk, client)
    }

    fn texts(&self, _: &Desk, _: &str) -> Texts {
        let descriptions = self.order_list.iter().map(|order| order.order_description.as_str());
        Texts { own: descriptions.collect::<Vec<_>>().join(" "), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let new = new(self);
        if let Some(known) = desk.ledger.payment(client, new.id) {
            let refused = new::repeated(&new, &known);
            return json(&refused.map_or_else(|| answer(desk, &known), BatchPayResponse::bare));
        }
        let batch = payment(self, desk, client);
        if urls(desk, &batch).is_none() {
            // Without a URL its creation has failed, and there is no payment.
            return json(&BatchPayResponse::bare(ResultObject::documented("PAYMENT_IN_PROCESS")));
        }
        // The orders' ids are counted after the batch's, so the batch is filed first.
        let batch = desk.keep_quietly(batch);
        let mut orders = Vec::new();
        for order in &self.order_list {
            let child = Payment {
                payment_id: desk.ledger.next_payment_id(desk.now),
                kind: Kind::BatchOrder,
                reference_order_id: Some(order.reference_order_id.clone()),
                reference_merchant_id: order.merchant.as_ref().map(|m| m.reference_merchant_id.clone()),
                description: order.order_description.clone(),
                amount: order.order_amount,
                batch: Some(batch.payment_id.clone()),
                // Only the batch is captured, in one sum.
                capture: None,
                ..batch.clone()
            };
            orders.push(desk.keep(child).payment_id.clone());
        }
        let batch = desk.begin(Payment { orders, ..batch });
        desk.forge_if_scripted(&batch);
        json(&answer(desk, &batch))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.payment(client, &self.batch_payment_request_id).is_none() {
            let payment = payment(self, desk, client);
            new::refuse(desk, payment, result);
        }
    }
}

fn new(request: &BatchPayRequest) -> New<'_> {
    New {
        operation: Operation::BatchPay,
        id: &request.batch_payment_request_id,
        amount: request.payment_amount,
        payment_method_id: request.payment_method.payment_method_id.as_deref(),
        settlement: None,
    }
}

fn payment(request: &BatchPayRequest, desk: &Desk, client: &str) -> Payment {
    let method = &request.payment_method.payment_method_type;
    let expires = desk.now + new::stays_open(method).0;
    Payment {
        description: {
            let orders = request.order_list.iter().map(|order| order.order_description.as_str());
            orders.collect::<Vec<_>>().join(", ")
        },
        payment_method_type: method.clone(),
        card: Card::of(&request.payment_method),
        terminal_type: request.env.terminal_type.clone(),
        notify_url: request.payment_notify_url.clone(),
        redirect_url: Some(request.payment_redirect_url.clone()),
        expires: request.payment_expiry_time.as_ref().map_or(expires, WireTime::moment),
        capture: new::capture(method, request.payment_factor.as_ref()),
        ..new::payment(&new(request), Kind::Batch, desk, client)
    }
}

fn answer(desk: &Desk, batch: &Payment) -> BatchPayResponse {
    let orders = batch.orders.iter().filter_map(|id| desk.ledger.payment_by_id(&batch.client, id));
    let summaries = orders.map(|order| OrderSummary {
        reference_merchant_id: order.reference_merchant_id.clone(),
        ..OrderSummary::new(
            order.reference_order_id.clone().unwrap_or_default(),
            order.payment_id.clone(),
            order.amount,
        )
    });
    let is_paid = batch.status == PaymentStatus::Success;
    let payer = Payer::of(batch);
    let urls = urls(desk, batch).filter(|_| !is_paid).unwrap_or_default();
    let result = ResultObject::documented(if is_paid { "SUCCESS" } else { "PAYMENT_IN_PROCESS" });
    BatchPayResponse {
        normal_url: urls.normal,
        scheme_url: urls.scheme,
        applink_url: urls.applink,
        app_identifier: urls.app_identifier,
        psp_customer_info: payer.customer,
        payment_result_info: payer.result,
        order_summaries: Some(summaries.collect()),
        ..BatchPayResponse::bare(result)
    }
}
