//! A payment as the ledger keeps it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wire::antom::{Operation, PaymentStatus, Product};
use wire::money::{Currency, Money};
use wire::time::Moment;

use crate::capture::CaptureMode;
use crate::payer::Card;

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Whose it is.
    pub client: String,
    /// The merchant's id for it: the idempotency key. An order of a batch has the batch's, and is not found by it.
    pub payment_request_id: String,
    /// Antom's id for it.
    pub payment_id: String,
    /// What was asked for.
    pub kind: Kind,
    /// The merchant's order.
    pub reference_order_id: Option<String>,
    /// What the buyer reads.
    pub description: String,
    /// The seller, in a batch.
    pub reference_merchant_id: Option<String>,
    /// In minor units.
    pub amount: Money,
    /// The wallet or card.
    pub payment_method_type: String,
    /// What may be kept of the card that its request named.
    #[serde(default)]
    pub card: Option<Card>,
    /// Compared on a repeat, beside the amount.
    pub payment_method_id: Option<String>,
    /// How the buyer got here: WEB, WAP, APP or MINI_APP.
    pub terminal_type: Option<String>,
    /// The currency that the merchant is paid in, when he asked for one.
    pub settlement: Option<Currency>,
    /// Where it is.
    pub status: PaymentStatus,
    /// The paymentResultCode.
    pub code: String,
    /// Whether the request was refused for good, and no payment ever began.
    pub refused: bool,
    /// When it was created.
    pub created: Moment,
    /// When it was paid.
    pub paid: Option<Moment>,
    /// When it failed, expired or was cancelled.
    pub ended: Option<Moment>,
    /// When it expires unless paid.
    pub expires: Moment,
    /// Until when a declined attempt may be followed by another one, in a session that ends before the payment does.
    #[serde(default)]
    pub session_until: Option<Moment>,
    /// How long after its end the wallet will say that it paid.
    pub late: Option<Duration>,
    /// How long after that a notifyReversal says that it could not be given back.
    #[serde(default)]
    pub reversal: Option<Duration>,
    /// When the wallet said so.
    pub came_late: Option<Moment>,
    /// Where notifications go.
    pub notify_url: Option<String>,
    /// Where the buyer comes back to.
    pub redirect_url: Option<String>,
    /// The batch that it is an order of.
    pub batch: Option<String>,
    /// The payments of its orders, if it is a batch.
    pub orders: Vec<String>,
    /// How it is captured; only cards are.
    pub capture: Option<CaptureMode>,
    /// How long its holder is bound, if not as long as usual.
    #[serde(default)]
    pub bound: Option<Duration>,
    /// How much of it was captured, in minor units.
    pub captured: u64,
    /// Whether no capture may follow.
    pub is_captured: bool,
    /// How much of it was given back, or will be, in minor units.
    pub refunded: u64,
    /// Its refunds, by Antom's ids.
    pub refunds: Vec<String>,
    /// Its captures, by Antom's ids.
    pub captures: Vec<String>,
}

/// What a payment was asked for with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// pay.
    Pay(Product),
    /// pay with a card: authorised at once, then captured.
    Card,
    /// createPaymentSession.
    Session,
    /// batchPay: all orders together.
    Batch,
    /// One order of a batch.
    BatchOrder,
}

impl Kind {
    /// The operation that asks for it.
    #[must_use]
    pub const fn operation(self) -> Operation {
        match self {
            Self::Pay(_) | Self::Card => Operation::Pay,
            Self::Session => Operation::CreatePaymentSession,
            Self::Batch | Self::BatchOrder => Operation::BatchPay,
        }
    }

    /// Whether the answer to the request tells how it went, rather than where to send the buyer.
    #[must_use]
    pub const fn is_direct(self) -> bool {
        matches!(self, Self::Pay(Product::UserPresented | Product::AutoDebit) | Self::Card)
    }

    /// Whether it is paid in a shop.
    #[must_use]
    pub const fn is_in_store(self) -> bool {
        match self {
            Self::Pay(product) => product.is_in_store(),
            Self::Card | Self::Session | Self::Batch | Self::BatchOrder => false,
        }
    }
}

/// How long a card's holder is bound by an authorisation.
const AUTHORISED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

impl Payment {
    /// A payment that is in progress, and of which nothing else is known.
    #[must_use]
    pub fn new(client: &str, payment_request_id: &str, payment_id: String, amount: Money, now: Moment) -> Self {
        Self {
            client: client.to_owned(),
            payment_request_id: payment_request_id.to_owned(),
            payment_id,
            kind: Kind::Pay(Product::EntryCode),
            reference_order_id: None,
            description: String::new(),
            reference_merchant_id: None,
            amount,
            payment_method_type: String::new(),
            card: None,
            payment_method_id: None,
            terminal_type: None,
            settlement: None,
            status: PaymentStatus::Processing,
            code: "PAYMENT_IN_PROCESS".to_owned(),
            refused: false,
            created: now,
            paid: None,
            ended: None,
            expires: now,
            session_until: None,
            late: None,
            reversal: None,
            came_late: None,
            notify_url: None,
            redirect_url: None,
            batch: None,
            orders: Vec::new(),
            capture: None,
            bound: None,
            captured: 0,
            is_captured: false,
            refunded: 0,
            refunds: Vec::new(),
            captures: Vec::new(),
        }
    }

    /// Until when its holder is bound; only cards' holders are, and only once they have authorised.
    #[must_use]
    pub fn bound_until(&self) -> Option<Moment> {
        self.capture.and(self.paid).map(|paid| paid + self.bound.unwrap_or(AUTHORISED_FOR))
    }

    /// Whether it can still be paid.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.status, PaymentStatus::Processing | PaymentStatus::Pending)
    }

    /// How much can still be given back: what was taken, less what went back.
    #[must_use]
    pub const fn refundable(&self) -> u64 {
        let taken = if self.capture.is_some() { self.captured } else { self.amount.minor };
        taken.saturating_sub(self.refunded)
    }
}

/// A payment of one won, as tests like it.
#[cfg(test)]
pub(crate) fn example(client: &str, id: &str, payment_id: &str, now: Moment) -> Payment {
    let payment = Payment::new(client, id, payment_id.to_owned(), Money::krw(1), now);
    Payment { payment_method_type: "CONNECT_WALLET".to_owned(), ..payment }
}
