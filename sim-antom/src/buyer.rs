//! The buyer, as somebody outside plays him: what he sees of a payment, and what he does about it. Pure.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::antom::PaymentStatus;
use wire::time::Moment;

use crate::gateway::Gateway;
use crate::payment::{Kind, Payment};

/// What a buyer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Pays.
    Pay,
    /// Declines, or has no money: USER_BALANCE_NOT_ENOUGH.
    Decline,
    /// Looks on until it is too late: ORDER_IS_CLOSED.
    Expire,
    /// Closes the window; the payment stays open until it expires.
    Close,
}

/// Why a buyer can do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooLate {
    /// There is no such payment.
    #[error("there is no payment of this id")]
    Unknown,
    /// It has ended.
    #[error("this payment has ended: {0:?}")]
    Ended(PaymentStatus),
}

/// A payment as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The payment.
    pub payment: Arc<Payment>,
    /// Its orders, if it is a batch.
    pub orders: Vec<Arc<Payment>>,
}

impl Gateway {
    /// A payment as its buyer sees it, whoever the merchant is.
    #[must_use]
    pub fn sale(&self, payment_id: &str) -> Option<Sale> {
        // An order of a batch is paid on the batch's page.
        let payment = self.ledger().payment_of_anybody(payment_id).filter(|found| found.kind != Kind::BatchOrder)?;
        let orders = payment.orders.iter().filter_map(|id| self.ledger().payment_by_id(&payment.client, id)).collect();
        Some(Sale { payment, orders })
    }

    /// A buyer does something, and the payment as it is then.
    ///
    /// # Errors
    /// It is too late, or there is no such payment.
    pub fn buyer_does(&mut self, now: Moment, payment_id: &str, act: Act) -> Result<Sale, TooLate> {
        let sale = self.sale(payment_id).ok_or(TooLate::Unknown)?;
        if sale.payment.status != PaymentStatus::Processing {
            return Err(TooLate::Ended(sale.payment.status));
        }
        let end = match act {
            Act::Pay => Some((PaymentStatus::Success, "SUCCESS")),
            Act::Decline => Some((PaymentStatus::Fail, "USER_BALANCE_NOT_ENOUGH")),
            Act::Expire => Some((PaymentStatus::Fail, "ORDER_IS_CLOSED")),
            Act::Close => None,
        };
        if let Some((status, code)) = end {
            self.end_payment(now, &sale.payment, status, code);
        }
        self.sale(payment_id).ok_or(TooLate::Unknown)
    }
}
