//! The payment in progress: a Purchase or a PurchaseCancel, and how far it has come.

use wire::edc::{AcquirerInfo, CommandName, CreditPayPlan, Sale};
use wire::money::Money;
use wire::time::Moment;

use crate::cardholder::Card;
use crate::journal::RecordKind;
use crate::plan::Plan;

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Payment {
    /// The invocation's id.
    pub(crate) id: String,
    pub(crate) order: PaymentOrder,
    pub(crate) instrument: Instrument,
    pub(crate) signed: bool,
    /// Events sent so far.
    pub(crate) events: u32,
    /// Until when a card may come; going back to READY does not begin it anew.
    pub(crate) card_until: Moment,
    /// The chip has failed, so that swiping is right now.
    pub(crate) fallback: bool,
    /// What a trigger brought along: it applies to this payment instead of the terminal's script.
    pub(crate) plan: Option<Box<Plan>>,
}

/// What is paid, or given back.
#[derive(Debug)]
pub(crate) enum PaymentOrder {
    Purchase(Sale),
    Cancel(Box<Cancellation>),
}

/// A PurchaseCancel that makes sense.
#[derive(Debug, Clone)]
pub(crate) struct Cancellation {
    pub(crate) request_id: String,
    /// The original's requestId.
    pub(crate) original: String,
    pub(crate) total: Money,
    pub(crate) tip: Money,
    /// What is taken off the ledger.
    pub(crate) charged: Money,
    pub(crate) tax: Option<Money>,
    pub(crate) plan: Option<CreditPayPlan>,
    pub(crate) acquirer: AcquirerInfo,
}

/// What the cardholder pays with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Instrument {
    Card(Card),
    Wallet { barcode: String },
    SamsungPay,
}

impl Payment {
    pub(crate) fn new(id: String, order: PaymentOrder, card_until: Moment) -> Self {
        let instrument = Instrument::Card(Card::default());
        Self { id, order, instrument, signed: false, events: 0, card_until, fallback: false, plan: None }
    }

    pub(crate) const fn command(&self) -> CommandName {
        match self.order {
            PaymentOrder::Purchase(_) => CommandName::Purchase,
            PaymentOrder::Cancel(_) => CommandName::PurchaseCancel,
        }
    }

    pub(crate) const fn kind(&self) -> RecordKind {
        match self.order {
            PaymentOrder::Purchase(_) => RecordKind::Purchase,
            PaymentOrder::Cancel(_) => RecordKind::PurchaseCancel,
        }
    }

    pub(crate) fn request_id(&self) -> &str {
        match &self.order {
            PaymentOrder::Purchase(sale) => &sale.request_id,
            PaymentOrder::Cancel(cancellation) => &cancellation.request_id,
        }
    }

    /// Above 50,000 won a card needs a signature; giving back needs none.
    pub(crate) const fn needs_signature(&self) -> bool {
        match &self.order {
            PaymentOrder::Purchase(sale) => sale.needs_signature() && matches!(self.instrument, Instrument::Card(_)),
            PaymentOrder::Cancel(_) => false,
        }
    }
}
