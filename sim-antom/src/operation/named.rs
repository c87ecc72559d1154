//! Requests that name a payment by either of its ids, as inquiryPayment and cancel do.

use std::sync::{Arc, LazyLock};

use serde::de::DeserializeOwned;
use wire::antom::{CancelRequest, InquiryPaymentRequest, Outline, Tree};

use super::Reader;
use crate::checks::{Refusal, read as read_body};
use crate::desk::Desk;
use crate::payment::Payment;
use crate::trigger::Texts;

/// Such a request.
pub(super) trait Named: DeserializeOwned {
    /// Its table of fields.
    fn outline() -> &'static Outline;

    /// Antom's id and the merchant's.
    fn ids(&self) -> (Option<&String>, Option<&String>);
}

/// Reads its body.
pub(super) fn read<T: Named>(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<T, Refusal> {
    reader.check(body, T::outline())?;
    let request: T = read_body(body)?;
    let (payment_id, payment_request_id) = request.ids();
    reader.needs_one("paymentRequestId or paymentId", payment_id.or(payment_request_id))?;
    Ok(request)
}

/// The payment that it names.
pub(super) fn payment(request: &impl Named, desk: &Desk, client: &str) -> Option<Arc<Payment>> {
    let (payment_id, payment_request_id) = request.ids();
    desk.find(client, payment_id.map(String::as_str), payment_request_id.map(String::as_str))
}

/// Its trigger words are the order's.
pub(super) fn texts(request: &impl Named, desk: &Desk, client: &str) -> Texts {
    let payment = payment(request, desk, client);
    Texts { order: payment.map(|payment| payment.description.clone()).unwrap_or_default(), ..Texts::default() }
}

impl Named for CancelRequest {
    fn outline() -> &'static Outline {
        static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[CancelRequest::FIELDS]));
        &OUTLINE
    }

    fn ids(&self) -> (Option<&String>, Option<&String>) {
        (self.payment_id.as_ref(), self.payment_request_id.as_ref())
    }
}

impl Named for InquiryPaymentRequest {
    fn outline() -> &'static Outline {
        static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[InquiryPaymentRequest::FIELDS]));
        &OUTLINE
    }

    fn ids(&self) -> (Option<&String>, Option<&String>) {
        (self.payment_id.as_ref(), self.payment_request_id.as_ref())
    }
}
