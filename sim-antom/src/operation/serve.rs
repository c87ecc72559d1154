//! The shape that all operations have.

use bytes::Bytes;
use wire::antom::{
    BatchPayRequest, CancelRequest, CaptureRequest, CreatePaymentSessionRequest, CreateVaultingSessionRequest,
    InquiryPaymentRequest, InquiryRefundRequest, Operation, RefundRequest, ResultObject, Tree,
};

use super::Reader;
use super::pay::Pay;
use crate::checks::Refusal;
use crate::desk::Desk;
use crate::trigger::Texts;

/// A request that passed its table of fields.
pub(crate) trait Serve {
    /// Reads a body.
    ///
    /// # Errors
    /// The fields that are missing or illegal.
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal>
    where
        Self: Sized;

    /// Whether it can be carried out at all. The reason of a refusal goes into the log.
    ///
    /// # Errors
    /// Why not.
    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        let _ = (desk, client);
        Ok(())
    }

    /// The texts in which trigger words may stand.
    fn texts(&self, desk: &Desk, client: &str) -> Texts;

    /// Carries it out: the body of the answer.
    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes;

    /// It is answered with a scripted U that says more than that nobody knows: the body of the answer, if it does what the
    /// code says.
    fn accept(&self, desk: &mut Desk, client: &str, result: &ResultObject) -> Option<Bytes> {
        let _ = (desk, client, result);
        None
    }

    /// It is answered with an F instead, which is final for its id: the script's, or why it cannot be carried out.
    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        let _ = (desk, client, result);
    }
}

/// Reads the body of a request.
///
/// # Errors
/// Fields that are missing or illegal.
pub(crate) fn read(operation: Operation, body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Box<dyn Serve>, Refusal> {
    fn boxed<T: Serve + 'static>(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Box<dyn Serve>, Refusal> {
        T::read(body, reader).map(|request| Box::new(request) as Box<dyn Serve>)
    }
    match operation {
        Operation::Pay => boxed::<Pay>(body, reader),
        Operation::BatchPay => boxed::<BatchPayRequest>(body, reader),
        Operation::CreatePaymentSession => boxed::<CreatePaymentSessionRequest>(body, reader),
        Operation::InquiryPayment => boxed::<InquiryPaymentRequest>(body, reader),
        Operation::Cancel => boxed::<CancelRequest>(body, reader),
        Operation::Refund => boxed::<RefundRequest>(body, reader),
        Operation::InquiryRefund => boxed::<InquiryRefundRequest>(body, reader),
        Operation::Capture => boxed::<CaptureRequest>(body, reader),
        Operation::CreateVaultingSession => boxed::<CreateVaultingSessionRequest>(body, reader),
    }
}
