//! cancel: closes a payment, and gives back what was paid, while the window is open.

use std::time::Duration;

use bytes::Bytes;
use wire::antom::{CancelRequest, CancelResponse, PaymentStatus, RefundStatus, ResultObject, Tree};
use wire::time::{Moment, WireTime};

use super::{Reader, Serve, named};
use crate::checks::Refusal;
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payment::Payment;
use crate::reply::json;
use crate::trigger::Texts;

impl Serve for CancelRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        named::read(body, reader)
    }

    fn texts(&self, desk: &Desk, client: &str) -> Texts {
        named::texts(self, desk, client)
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let found = named::payment(self, desk, client);
        let verdict = match &found {
            None => Err("ORDER_NOT_EXIST"),
            Some(payment) => allowed(desk, payment),
        };
        let Some(payment) = found.filter(|_| verdict.is_ok()) else {
            return json(&CancelResponse::bare(ResultObject::documented(verdict.err().unwrap_or("PROCESS_FAIL"))));
        };
        // Cancelled or failed before: S again, and nothing changes.
        if payment.is_open() || payment.status == PaymentStatus::Success {
            desk.cancel(&payment, desk.now);
        }
        let at = payment.ended.unwrap_or(desk.now);
        json(&CancelResponse {
            payment_id: Some(payment.payment_id.clone()),
            payment_request_id: Some(payment.payment_request_id.clone()),
            cancel_time: Some(WireTime::new(at, OFFSET_MINUTES)),
            ..CancelResponse::bare(ResultObject::success())
        })
    }
}

fn allowed(desk: &Desk, payment: &Payment) -> Result<(), &'static str> {
    if payment.is_open() || payment.status == PaymentStatus::Success {
        alone(desk, payment)?;
        if is_never(&payment.payment_method_type) {
            return Err("PAYMENT_METHOD_NOT_SUPPORTED");
        }
    }
    let Some(paid) = payment.paid.filter(|_| payment.status == PaymentStatus::Success) else { return Ok(()) };
    if payment.refunded > 0 {
        return Err("PROCESS_FAIL");
    }
    if payment.captured > 0 {
        return Err("ORDER_STATUS_INVALID");
    }
    let until = payment.bound_until().unwrap_or_else(|| window(&payment.payment_method_type, paid));
    if desk.now > until { Err("CANCEL_WINDOW_EXCEED") } else { Ok(()) }
}

/// An order of a batch is cancelled alone once the batch is paid, but not when its buyer still sees the sum of all orders,
/// nor what a card was authorised or charged for in one sum, nor when nobody knows which order was given back already.
fn alone(desk: &Desk, order: &Payment) -> Result<(), &'static str> {
    let Some(batch) = order.batch.as_ref().and_then(|id| desk.ledger.payment_by_id(&order.client, id)) else {
        return Ok(());
    };
    let refunds = batch.refunds.iter().filter_map(|id| desk.ledger.refund_by_id(&batch.client, id));
    let is_refunded = refunds.into_iter().any(|refund| refund.status != RefundStatus::Fail);
    match () {
        () if batch.is_open() || batch.capture.is_some() => Err("ORDER_STATUS_INVALID"),
        () if is_refunded || order.amount.minor > batch.refundable() => Err("PROCESS_FAIL"),
        () => Ok(()),
    }
}

/// Methods whose payments are never cancelled: JKOPay's and the Indonesian ones.
fn is_never(method: &str) -> bool {
    matches!(method, "JKOPAY" | "DANA" | "LINKAJA") || method.ends_with("_ID")
}

/// Until when a payment by this method is given back by cancel. Once a Thai bank has paid, not at all; Mercado Pago's for
/// seven days; the others' until the day after the payment, a quarter past midnight, both at +08:00.
fn window(method: &str, paid: Moment) -> Moment {
    const DAY: u64 = 24 * 3600 * 1_000_000;
    match method {
        bank if bank.starts_with("BANKTRANSFER_TH") => return Moment::default(),
        "MERCADOPAGO" => return Moment::from_micros(paid.as_micros().saturating_add(7 * DAY)),
        _ => {}
    }
    let offset = Duration::from_secs(u64::from(OFFSET_MINUTES.unsigned_abs()) * 60);
    let local = (paid + offset).as_micros();
    let midnight = Moment::from_micros((local / DAY + 1).saturating_mul(DAY)) - offset;
    midnight + Duration::from_secs(15 * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_closes_a_quarter_past_the_next_midnight_at_plus_eight() {
        for (paid, until) in [
            ("2026-01-05T18:00:00+08:00", "2026-01-06T00:15:00+08:00"),
            ("2026-01-05T00:00:00+08:00", "2026-01-06T00:15:00+08:00"),
            ("2026-01-05T23:59:59+08:00", "2026-01-06T00:15:00+08:00"),
            // 16:00 UTC is the next day there.
            ("2026-01-05T16:00:00Z", "2026-01-07T00:15:00+08:00"),
        ] {
            let at = |text| WireTime::parse(text).unwrap().moment();
            assert_eq!(window("GCASH", at(paid)), at(until), "{paid}");
        }
    }
}
