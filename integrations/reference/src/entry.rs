//! What a line of the order book says.

use serde::{Deserialize, Serialize};
use wire::money::Money;
use wire::time::Moment;

use crate::book::RefundEnd;
use crate::json_text::JsonText;
use crate::order::{By, Extra, OrderState, Taking};

/// What is noted of a batch of which somebody has paid an order that nobody can name.
pub(crate) const PAID_PART: &str = "notified of a part";

/// A line of the book.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(crate) enum Entry {
    /// The merchant started; the first of these makes ids unique across fresh books.
    Started { at: Moment },
    /// Where notifications are taken.
    Listening { at: Moment, url: String },
    /// An order shall be paid, by this id. Nothing was sent yet.
    Intent {
        at: Moment,
        order: String,
        by: By,
        amount: Money,
        request_id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<JsonText>,
        #[serde(default)]
        taking: Taking,
    },
    /// Several orders shall be paid together, by this id. Nothing was sent yet.
    BatchIntent { at: Moment, batch: String, amount: Money, request_id: String, body: JsonText, orders: Vec<Member> },
    /// The gateway gave each order of a batch a payment of its own.
    Summaries { at: Moment, batch: String, request_id: String, payment_ids: Vec<(String, String)> },
    /// A Purchase is about to be sent.
    Sent { at: Moment, order: String, command: String },
    /// Something was learnt about an attempt.
    Note { at: Moment, order: String, request_id: String, payment_id: Option<String>, what: String, data: JsonText },
    /// Money came in.
    Booked { at: Moment, order: String, amount: Money, reference: Option<String>, data: JsonText },
    /// The order went into a state other than paid.
    State { at: Moment, order: String, state: OrderState, reason: String },
    /// An order shall be given back at the terminal, by this id. Nothing was sent yet.
    RefundIntent { at: Moment, order: String, request_id: String },
    /// A PurchaseCancel is about to be sent.
    RefundSent { at: Moment, order: String, command: String },
    /// How giving back ended.
    RefundEnded { at: Moment, order: String, end: RefundEnd, reason: String },
    /// A card's money is held.
    Held { at: Moment, order: String, request_id: String, payment_id: Option<String>, data: JsonText },
    /// The order shall be called off at the gateway. Nothing was sent yet.
    Cancelling { at: Moment, order: String },
    /// Part of a paid order shall be given back at the gateway, by this id. Nothing was sent yet.
    GiveBack { at: Moment, order: String, request_id: String, amount: Money, body: JsonText },
    /// How that ended.
    GivenBack { at: Moment, order: String, request_id: String, end: RefundEnd, reason: String },
    /// Held money shall be taken, by this id. Nothing was sent yet.
    CaptureIntent { at: Moment, order: String, request_id: String, amount: Money, body: JsonText },
    /// It was not. When it was, it is booked.
    CaptureFailed { at: Moment, order: String, reason: String },
    /// A payment too many, and what became of it.
    Extra { at: Moment, order: String, request_id: String, extra: Extra },
}

/// An order of a batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    pub(crate) order: String,
    pub(crate) amount: Money,
}
