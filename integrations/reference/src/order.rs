//! An order as the book knows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::money::Money;
use wire::time::Moment;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum By {
    /// A card at the terminal.
    Terminal,
    /// A wallet that scanned the shop's code.
    EntryCode,
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
    /// What was booked with the money: needed to give it back, and for the accounts.
    pub(crate) kept: Value,
    /// The last attempt to give it back at the terminal.
    pub(crate) refund: Option<Attempt>,
    /// Whether that attempt has not ended.
    pub(crate) refunding: bool,
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
    pub(crate) body: Option<String>,
    /// The gateway's own id of the payment, once known.
    pub(crate) payment_id: Option<String>,
}

impl Order {
    /// The attempt that is going on, or was the last.
    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state == OrderState::Open
    }

    /// Whether it is not known yet whether it was given back.
    pub(crate) fn is_being_refunded(&self) -> bool {
        self.refunding
    }

    /// Whether there is something to give back, and nobody is giving it back already.
    pub(crate) fn can_be_refunded(&self) -> bool {
        !self.refunding && self.booked > 0 && matches!(self.state, OrderState::Paid | OrderState::Parked)
    }

    /// How it stands to whoever asks: neither paid nor refunded while it is being given back.
    pub(crate) fn told_state(&self) -> OrderState {
        if self.refunding { OrderState::Open } else { self.state }
    }
}
