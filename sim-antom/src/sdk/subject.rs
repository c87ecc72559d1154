//! What a session of the client SDK is about: a payment, or a card that is to be kept. Pure.

use std::sync::Arc;

use serde::Serialize;
use wire::antom::PaymentStatus;

use crate::gateway::Gateway;
use crate::payment::{Kind, Payment};
use crate::vaulting::{Vaulting, VaultingStatus};

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Subject {
    Payment(Arc<Payment>),
    Vaulting(Arc<Vaulting>),
}

/// What a session is for, as the SDK's page is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Purpose {
    Payment,
    Vaulting,
}

impl Subject {
    /// What a session's id names, whosever it is; none for what is no session.
    pub(super) fn of(gateway: &Gateway, id: &str) -> Option<Self> {
        let ledger = gateway.ledger();
        let payment = ledger.payment_of_anybody(id).filter(|payment| payment.kind == Kind::Session);
        payment.map(Self::Payment).or_else(|| ledger.vaulting_by_id(id).map(Self::Vaulting))
    }

    pub(super) const fn purpose(&self) -> Purpose {
        match self {
            Self::Payment(_) => Purpose::Payment,
            Self::Vaulting(_) => Purpose::Vaulting,
        }
    }

    /// The merchant, and his id for it.
    pub(super) fn names(&self) -> (&str, &str) {
        match self {
            Self::Payment(payment) => (&payment.client, &payment.payment_request_id),
            Self::Vaulting(vaulting) => (&vaulting.client, &vaulting.vaulting_request_id),
        }
    }

    /// The paymentMethodType.
    pub(super) fn method(&self) -> &str {
        match self {
            Self::Payment(payment) => &payment.payment_method_type,
            Self::Vaulting(_) => "CARD",
        }
    }

    /// Where the shop wants its buyer back.
    pub(super) fn redirect_url(&self) -> Option<&String> {
        match self {
            Self::Payment(payment) => payment.redirect_url.as_ref(),
            Self::Vaulting(vaulting) => vaulting.redirect_url.as_ref(),
        }
    }

    /// Where it is, in the words of payments.
    pub(super) fn status(&self) -> PaymentStatus {
        match self {
            Self::Payment(payment) => payment.status,
            Self::Vaulting(vaulting) => match vaulting.status {
                VaultingStatus::Processing => PaymentStatus::Processing,
                VaultingStatus::Success => PaymentStatus::Success,
                VaultingStatus::Fail => PaymentStatus::Fail,
            },
        }
    }

    /// The code that it ended with.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Payment(payment) => &payment.code,
            Self::Vaulting(vaulting) => &vaulting.code,
        }
    }

    /// Whether it can still end.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Payment(payment) => payment.is_open(),
            Self::Vaulting(vaulting) => vaulting.is_open(),
        }
    }
}
