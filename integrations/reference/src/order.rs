//! An order as the book knows it.

use serde::{Deserialize, Serialize};
use wire::money::Money;
use wire::time::Moment;

use crate::book::RefundEnd;
use crate::json_text::JsonText;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    /// A card at the terminal.
    Terminal,
    /// A wallet that scanned the shop's code.
    EntryCode,
    /// A wallet that scans a code that the shop shows for this order.
    OrderCode,
    /// A wallet whose code the shop scanned.
    PaymentCode,
    /// Online: a page of the gateway, or a card.
    Cashier,
    /// Online: a session of the client SDK.
    Session,
    /// Online, together with other orders.
    Batch,
}

impl By {
    pub(crate) const fn is_at_gateway(self) -> bool {
        !matches!(self, Self::Terminal)
    }
}

/// When the money comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Taking {
    /// With the payment.
    #[default]
    AtOnce,
    /// A card is authorised, and its money captured by itself.
    ByItself,
    /// A card is authorised, and its money captured when somebody asks for it.
    WhenAsked,
}

/// How an order stands, in the words of the driver protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderState {
    Open,
    Paid,
    Failed,
    Cancelled,
    Refunded,
    Parked,
}

impl OrderState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
            Self::Parked => "parked",
        }
    }
}

/// An order, replayed from the book's lines.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) name: String,
    pub(crate) by: By,
    pub(crate) amount: Money,
    pub(crate) state: OrderState,
    pub(crate) reason: Option<String>,
    /// The sum of all bookings, in minor units.
    pub(crate) booked: u64,
    /// What was tried to get it paid, oldest first. An order that exists has at least one.
    pub(crate) attempts: Vec<Attempt>,
    /// Whether money was booked for it, given back since or not.
    pub(crate) was_booked: bool,
    /// What was booked with the money: needed to give it back, and for the accounts.
    pub(crate) kept: JsonText,
    /// The other side's own id of the transaction that was booked.
    pub(crate) reference: Option<String>,
    pub(crate) taking: Taking,
    /// Whether it is being called off at the gateway.
    pub(crate) cancelling: bool,
    /// What was given back at the gateway, or is being given back.
    pub(crate) refunds: Vec<GiveBack>,
    /// The capture that was asked for last.
    pub(crate) capture: Option<Capture>,
    /// The batch that it is part of.
    pub(crate) batch: Option<String>,
    /// The orders of which it is the batch.
    pub(crate) members: Vec<String>,
    /// The last attempt to give it back at the terminal.
    pub(crate) refund: Option<Attempt>,
    /// Whether that attempt has not ended.
    pub(crate) refunding: bool,
    /// Whether nobody knows how the one before it ended.
    pub(crate) is_refund_unsure: bool,
}

/// One attempt to get an order paid: one id that the other side counts by.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// requestId at the terminal, paymentRequestId at the gateway.
    pub(crate) request_id: String,
    pub(crate) amount: Money,
    pub(crate) at: Moment,
    /// Ids of the Purchase commands that were sent for it; more than one only when the terminal was busy.
    pub(crate) commands: Vec<String>,
    /// The body of the pay request, repeated byte for byte.
    pub(crate) body: Option<JsonText>,
    /// The gateway's own id of the payment, once known.
    pub(crate) payment_id: Option<String>,
    /// A card's money is held, and not taken yet.
    pub(crate) held: bool,
    /// It was paid although the order is paid by another attempt: to be given back.
    pub(crate) extra: Option<Extra>,
    /// The gateway called it off: whatever is told of it later, its money is back.
    pub(crate) is_called_off: bool,
    /// Of a batch: an order of it was told to be paid, and nobody knows which one.
    pub(crate) has_paid_part: bool,
}

/// A payment too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Extra {
    /// It is to be given back.
    Owed,
    /// It was.
    Returned,
}

/// A refund at the gateway.
#[derive(Debug, Clone)]
pub(crate) struct GiveBack {
    pub(crate) request_id: String,
    pub(crate) amount: Money,
    pub(crate) at: Moment,
    /// Repeated byte for byte.
    pub(crate) body: JsonText,
    pub(crate) end: Option<RefundEnd>,
}

/// A capture that the shop asked for.
#[derive(Debug, Clone)]
pub(crate) struct Capture {
    pub(crate) request_id: String,
    pub(crate) amount: Money,
    /// Repeated byte for byte.
    pub(crate) body: JsonText,
    pub(crate) is_over: bool,
}

impl Attempt {
    /// An attempt of which only the intent is known.
    pub(crate) const fn new(request_id: String, amount: Money, at: Moment, body: Option<JsonText>) -> Self {
        Self {
            request_id,
            amount,
            at,
            commands: Vec::new(),
            body,
            payment_id: None,
            held: false,
            extra: None,
            is_called_off: false,
            has_paid_part: false,
        }
    }
}

impl Order {
    /// An order of which nothing is known but what it is.
    pub(crate) fn new(name: String, by: By, amount: Money) -> Self {
        Self {
            name,
            by,
            amount,
            state: OrderState::Open,
            reason: None,
            booked: 0,
            was_booked: false,
            attempts: Vec::new(),
            kept: JsonText::default(),
            reference: None,
            taking: Taking::AtOnce,
            cancelling: false,
            refunds: Vec::new(),
            capture: None,
            batch: None,
            members: Vec::new(),
            refund: None,
            refunding: false,
            is_refund_unsure: false,
        }
    }

    /// The attempt that is going on, or was the last.
    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == OrderState::Open
    }

    /// Whether an inquiry that was answered just now may end it: it has not ended, and nobody calls it off.
    pub(crate) fn may_be_decided(&self) -> bool {
        matches!(self.state, OrderState::Open | OrderState::Parked) && !self.cancelling
    }

    /// Whether it is not known yet whether it was given back.
    pub(crate) fn is_being_refunded(&self) -> bool {
        self.refunding
    }

    /// Whether there is something to give back, and nobody is giving it back already.
    pub(crate) fn can_be_refunded(&self) -> bool {
        !self.refunding && self.booked > 0 && matches!(self.state, OrderState::Paid | OrderState::Parked)
    }

    /// The last refund at the terminal, if a person was called for it: nobody knows how it ended.
    pub(crate) fn refund_in_doubt(&self) -> Option<&Attempt> {
        let is_in_doubt = self.can_be_refunded() && self.state == OrderState::Parked;
        self.refund.as_ref().filter(|refund| is_in_doubt && !refund.commands.is_empty())
    }

    /// The refund that is under way at the gateway.
    pub(crate) fn refund_under_way(&self) -> Option<&GiveBack> {
        self.refunds.iter().find(|refund| refund.end.is_none())
    }

    /// The capture that is under way.
    pub(crate) fn capture_under_way(&self) -> Option<&Capture> {
        self.capture.as_ref().filter(|capture| !capture.is_over)
    }

    /// How it stands to whoever asks: neither paid nor refunded while it is being given back.
    pub(crate) fn told_state(&self) -> OrderState {
        if self.refunding || self.refund_under_way().is_some() { OrderState::Open } else { self.state }
    }
}
