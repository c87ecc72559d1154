//! What went between merchant and gateway: calls with their answers, and deliveries.

use std::sync::Arc;

use sim_antom::LostHow;
use wire::antom::{Operation, Tree};

use super::at;

/// A call of the gateway and its answer.
#[derive(Debug)]
pub struct Call<'a> {
    /// The request's entry.
    pub n: usize,
    /// The operation that its path names.
    pub operation: Option<Operation>,
    /// The code of the check that it failed.
    pub refused: Option<String>,
    /// The reasons that did not go on the wire.
    pub notes: Vec<String>,
    /// The request's body as sent.
    pub raw: bytes::Bytes,
    /// The request's body, decoded; null when it is not JSON.
    pub body: Arc<Tree<'a>>,
    /// The answer's entry and body.
    pub answer: Option<(usize, Arc<Tree<'a>>)>,
    /// Whether the answer was kept from the merchant.
    pub lost: Option<LostHow>,
    /// Whether a merchant should believe the answer.
    pub is_sound: bool,
}

impl<'a> Call<'a> {
    /// A text in the request's body.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        at(&*self.body, pointer)?.as_str()
    }

    /// The answer that the merchant got and should believe.
    #[must_use]
    pub fn heard(&self) -> Option<&(usize, Arc<Tree<'a>>)> {
        self.answer.as_ref().filter(|_| self.lost.is_none() && self.is_sound)
    }
}

/// A delivery of a notification.
#[derive(Debug)]
pub struct Notice {
    /// The entry.
    pub n: usize,
    /// Which payment it is about.
    pub payment_request_id: String,
    /// Whether a merchant should believe it.
    pub genuine: bool,
    /// Whether it says something else than what happened.
    pub altered: bool,
    /// Whether it says that the payment succeeded.
    pub success: bool,
    /// The answer: its entry, whether it is an acknowledgement, and why not.
    pub answer: Option<(usize, bool, Option<String>)>,
}
