//! pay: makes a payment, or repeats what an earlier request with its id got.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{PayRequest, PayResponse, PaymentStatus, RedirectActionForm, ResultObject};
use wire::time::WireTime;

use super::Serve;
use crate::checks::{Refusal, check_table, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payment::Payment;
use crate::reply::json;

impl Serve for PayRequest {
    fn read(body: Value, notes: &mut Vec<String>) -> Result<Self, Refusal> {
        check_table(&body, Self::ENTRY_CODE_DISCRIMINATORS, notes)?;
        check_table(&body, Self::ENTRY_CODE_FIELDS, notes)?;
        read(body)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        // Payments are kept as long as the process lives, so there must be an end to them.
        if desk.ledger.has_room() || desk.ledger.payment(client, &self.payment_request_id).is_some() {
            return Ok(());
        }
        let reason = format!("the ledger is full: it holds {} payments; start afresh", desk.ledger.len());
        Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason })
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        if let Some(known) = desk.ledger.payment(client, &self.payment_request_id) {
            return json(&repeated(self, &known));
        }
        let payment = Arc::new(Payment {
            expires: self.payment_expiry_time.as_ref().map_or(desk.now + desk.settings.expiry.0, WireTime::moment),
            ..new_payment(self, desk, client)
        });
        desk.keep(Arc::clone(&payment));
        desk.plan_payment(&payment);
        json(&accepted(&payment))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        // A payment that is known already stays as it is.
        if desk.ledger.payment(client, &self.payment_request_id).is_none() {
            let code = result.result_code.clone();
            let payment = new_payment(self, desk, client);
            desk.keep(Arc::new(Payment { status: PaymentStatus::Fail, code, refused: true, ..payment }));
        }
    }
}

/// What a repeat gets.
fn repeated(request: &PayRequest, known: &Payment) -> PayResponse {
    let refuse = |code: &str| PayResponse::bare(ResultObject::documented(code));
    let same =
        known.amount == request.payment_amount && known.payment_method_id == request.payment_method.payment_method_id;
    match known.status {
        // Inconsistent whatever the state: the request is not the one that was made.
        _ if !same => refuse("REPEAT_REQ_INCONSISTENT"),
        PaymentStatus::Cancelled => refuse("ORDER_IS_CANCELED"),
        // Refused at once: the same F again. Closed later: the order is closed.
        PaymentStatus::Fail if known.refused => refuse(&known.code),
        PaymentStatus::Fail => refuse("ORDER_IS_CLOSED"),
        PaymentStatus::Success | PaymentStatus::Processing | PaymentStatus::Pending => accepted(known),
    }
}

/// S: here is the way to the wallet. It is made from what never changes, so a repeat gets the same bytes.
fn accepted(payment: &Payment) -> PayResponse {
    let payment_id = &payment.payment_id;
    PayResponse {
        payment_request_id: Some(payment.payment_request_id.clone()),
        payment_id: Some(payment_id.clone()),
        payment_amount: Some(payment.amount),
        payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
        redirect_action_form: Some(RedirectActionForm {
            method: "GET".to_owned(),
            redirect_url: format!("https://wallet.example/pay?paymentId={payment_id}"),
            action_form_type: Some("RedirectActionForm".to_owned()),
            parameters: None,
        }),
        ..PayResponse::bare(ResultObject::success())
    }
}

fn new_payment(request: &PayRequest, desk: &Desk, client: &str) -> Payment {
    Payment {
        client: client.to_owned(),
        payment_request_id: request.payment_request_id.clone(),
        payment_id: desk.ledger.next_payment_id(desk.now),
        reference_order_id: request.order.as_ref().map(|order| order.reference_order_id.clone()),
        amount: request.payment_amount,
        payment_method_id: request.payment_method.payment_method_id.clone(),
        status: PaymentStatus::Processing,
        code: "PAYMENT_IN_PROCESS".to_owned(),
        refused: false,
        created: desk.now,
        paid: None,
        expires: desk.now,
        notify_url: request.payment_notify_url.clone(),
    }
}
