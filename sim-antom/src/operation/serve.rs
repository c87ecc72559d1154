//! The shape that all operations have.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{InquiryPaymentRequest, Operation, PayRequest, ResultObject};

use crate::checks::Refusal;
use crate::desk::Desk;

/// A request that passed its table of fields.
pub(crate) trait Serve {
    /// Reads a body. What is let pass but should be told goes into `notes`.
    ///
    /// # Errors
    /// The fields that are missing or illegal.
    fn read(body: Value, notes: &mut Vec<String>) -> Result<Self, Refusal>
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

    /// Carries it out: the body of the answer.
    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes;

    /// It is answered with a scripted F instead, which is final for its id.
    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        let _ = (desk, client, result);
    }
}

/// Reads the body of a request.
///
/// # Errors
/// Fields that are missing or illegal; an operation that is not built.
pub(crate) fn read(operation: Operation, body: Value, notes: &mut Vec<String>) -> Result<Box<dyn Serve>, Refusal> {
    fn boxed<T: Serve + 'static>(body: Value, notes: &mut Vec<String>) -> Result<Box<dyn Serve>, Refusal> {
        T::read(body, notes).map(|request| Box::new(request) as Box<dyn Serve>)
    }
    match operation {
        Operation::Pay => boxed::<PayRequest>(body, notes),
        Operation::InquiryPayment => boxed::<InquiryPaymentRequest>(body, notes),
        other => Err(Refusal { code: "NO_INTERFACE_DEF", reason: format!("{other} is not built yet") }),
    }
}
