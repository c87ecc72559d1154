//! What was taken, and what is left of it: by the ledger, less what was given back.

use wire::antom::{Operation, PaymentStatus, RefundStatus, Tree};
use wire::money::Money;

use super::request::money;
use super::{Payment, Request, Story};
use crate::rule::view::{Order, View};

/// Money that was taken and not given back whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Charge {
    /// The entry that took it.
    pub(crate) n: usize,
    /// What is left of it, in minor units.
    pub(crate) left: u64,
}

/// An order of a batch, with Antom's id for its part.
pub(crate) struct Part {
    /// The merchant's reference.
    pub(crate) reference: String,
    /// What it costs.
    pub(crate) amount: Money,
    /// Antom's id, when an answer told it.
    pub(crate) payment_id: Option<String>,
}

impl<'a> Story<'a> {
    /// What was taken in one amount, by payments of it and as parts of batches.
    pub(crate) fn charges(&self, amount: Money) -> Vec<Charge> {
        let mut charges = Vec::new();
        for payment in self.payments.iter().filter(|payment| payment.status() == Some(PaymentStatus::Success)) {
            if payment.operation == Some(Operation::BatchPay) {
                let parts = self.parts(payment).into_iter().filter(|part| part.amount == amount);
                charges.extend(parts.filter_map(|part| self.charge_of_part(payment, &part)));
            } else if payment.amount == Some(amount) {
                charges.extend(self.charge(payment, amount));
            }
        }
        charges.sort_by_key(|charge| charge.n);
        charges
    }

    /// What was taken in an amount that is none of these: the entry and the amount.
    pub(crate) fn unowned(&self, is_owned: impl Fn(Money) -> bool) -> Vec<(usize, Money)> {
        let mut found = Vec::new();
        for payment in &self.payments {
            let Some(paid) = payment.paid() else { continue };
            let amounts = match payment.operation {
                Some(Operation::BatchPay) => self.parts(payment).into_iter().map(|part| part.amount).collect(),
                _ => Vec::from_iter(payment.amount),
            };
            found.extend(amounts.into_iter().filter(|amount| !is_owned(*amount)).map(|amount| (paid.n, amount)));
        }
        found
    }

    fn charge(&self, payment: &Payment<'_>, amount: Money) -> Option<Charge> {
        let is_ours = |id: &str| payment.payment_ids.iter().any(|(_, known)| known == id);
        let mut n = payment.changes.iter().rev().find(|change| change.status == PaymentStatus::Success)?.n;
        let mut taken = amount.minor;
        if self.is_authorised_first(payment) {
            let captures: Vec<_> = self.captures.iter().filter(|c| c.status && is_ours(c.payment_id)).collect();
            n = captures.first()?.n;
            taken = captures.iter().map(|capture| capture.amount.minor).sum();
        }
        let left = taken.saturating_sub(self.given_back(is_ours));
        (left > 0).then_some(Charge { n, left })
    }

    fn charge_of_part(&self, batch: &Payment<'_>, part: &Part) -> Option<Charge> {
        let n = batch.paid()?.n;
        let Some(id) = &part.payment_id else { return Some(Charge { n, left: part.amount.minor }) };
        let is_cancelled = self
            .requests_of(Operation::Cancel)
            .any(|r| r.text("/paymentId") == Some(id) && r.reply.as_ref().is_some_and(|reply| reply.status() == "S"));
        let left = part.amount.minor.saturating_sub(self.given_back(|known| known == id));
        (left > 0 && !is_cancelled).then_some(Charge { n, left })
    }

    /// How much the ledger gave back of the payments with these ids.
    pub(crate) fn given_back(&self, is_ours: impl Fn(&str) -> bool) -> u64 {
        let done = self.refunds.iter().filter(|r| is_ours(r.payment_id) && r.status == RefundStatus::Success);
        let mut seen = Vec::new();
        let mut sum = 0_u64;
        for refund in done {
            if !seen.contains(&refund.id) {
                seen.push(refund.id);
                sum = sum.saturating_add(refund.amount.minor);
            }
        }
        sum
    }

    /// Whether SUCCESS only means that the money is held: cards.
    pub(crate) fn is_authorised_first(&self, payment: &Payment<'_>) -> bool {
        let is_card = |r: &Request<'_>| {
            matches!(r.text("/paymentMethod/paymentMethodType"), Some("CARD" | "APPLEPAY" | "GOOGLEPAY"))
        };
        let is_captured = |id: &str| payment.payment_ids.iter().any(|(_, known)| known == id);
        payment.requests(&self.requests).any(is_card) || self.captures.iter().any(|c| is_captured(c.payment_id))
    }

    /// Whether less was captured for an order than it costs.
    pub(crate) fn is_captured_in_part(&self, view: &View<'_>, order: &Order) -> bool {
        self.payments_of(view, order).into_iter().any(|payment| {
            let is_ours = |id: &str| payment.payment_ids.iter().any(|(_, known)| known == id);
            let captured = self.captures.iter().filter(|c| c.status && is_ours(c.payment_id)).map(|c| c.amount.minor);
            let captured: u64 = captured.sum();
            captured > 0 && captured < order.amount.minor
        })
    }

    /// The orders of a batch.
    pub(crate) fn parts(&self, batch: &Payment<'a>) -> Vec<Part> {
        let Some(first) = batch.requests(&self.requests).next() else { return Vec::new() };
        let listed = first.body["orderList"].as_array().into_iter().flatten();
        let replies = || batch.requests(&self.requests).filter_map(|r| r.reply.as_ref());
        let id_of = |reference: &str| {
            let summaries = replies().filter_map(|reply| reply.body["orderSummaries"].as_array()).flatten();
            let ours = summaries.into_iter().find(|summary| summary["referenceOrderId"] == reference)?;
            ours["transactionId"].as_str().map(ToOwned::to_owned)
        };
        let part = |item: &Tree<'_>| {
            let reference = item["referenceOrderId"].as_str().unwrap_or_default().to_owned();
            Some(Part { amount: money(&item["orderAmount"])?, payment_id: id_of(&reference), reference })
        };
        listed.filter_map(part).collect()
    }
}
