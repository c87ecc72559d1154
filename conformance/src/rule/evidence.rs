//! What a trace proves about money: charges in the ledgers, and what a merchant could know of them.

use sim_edc::Event as TerminalEvent;
use wire::antom::{Operation, Tree};
use wire::money::Money;

use super::story::{Charge, money};
use super::view::{Call, View};
use crate::scenario::By;
use crate::trace::{Entry, Event};

impl View<'_> {
    /// What was taken for an order and not given back whole, told apart by its amount.
    pub(crate) fn taken(&self, by: By, amount: Money) -> Vec<Charge> {
        if by.is_at_gateway() { self.story.charges(amount) } else { self.taken_by_terminal(amount) }
    }

    /// The entries of the ledgers that took money for an order which was not given back whole.
    #[must_use]
    pub fn charges(&self, by: By, amount: Money) -> Vec<usize> {
        self.taken(by, amount).into_iter().map(|charge| charge.n).collect()
    }

    fn taken_by_terminal(&self, amount: Money) -> Vec<Charge> {
        let mut charges = Vec::new();
        for entry in self.entries {
            let Event::Terminal(TerminalEvent::Recorded { amount: taken, result_code, kind, .. }) = &entry.event else {
                continue;
            };
            if *taken == amount && result_code == "SUCCESS" {
                match kind {
                    sim_edc::RecordKind::Purchase => charges.push(Charge { n: entry.n, left: amount.minor }),
                    sim_edc::RecordKind::PurchaseCancel => {
                        charges.pop();
                    }
                }
            }
        }
        charges
    }

    /// Money that was taken in an amount that no order has.
    #[must_use]
    pub fn unowned_charges(&self) -> Vec<(usize, Money)> {
        let is_owned = |at_gateway: bool, amount: Money| {
            self.orders.iter().any(|order| order.by.is_at_gateway() == at_gateway && order.amount == amount)
        };
        let charge = |entry: &Entry| match &entry.event {
            Event::Terminal(TerminalEvent::Recorded { amount, result_code, .. }) if result_code == "SUCCESS" => {
                (!is_owned(false, *amount)).then_some((entry.n, *amount))
            }
            _ => None,
        };
        let mut found: Vec<_> = self.entries.iter().filter_map(charge).collect();
        found.extend(self.story.unowned(|amount| is_owned(true, amount)));
        found
    }

    /// The ids that an amount was asked for with: of payments, of sessions, and of batches with an order of it.
    #[must_use]
    pub fn payment_request_ids(&self, amount: Money) -> Vec<&str> {
        let is_it = |value: &Tree<'_>| money(value) == Some(amount);
        let asked = |call: &Call<'_>| match call.operation {
            Some(Operation::Pay | Operation::CreatePaymentSession) => is_it(&call.body["paymentAmount"]),
            Some(Operation::BatchPay) => {
                call.body["orderList"].as_array().into_iter().flatten().any(|order| is_it(&order["orderAmount"]))
            }
            _ => false,
        };
        let calls = self.calls.iter().filter(|call| asked(call));
        calls.filter_map(|c| c.text("/paymentRequestId").or_else(|| c.text("/batchPaymentRequestId"))).collect()
    }

    /// Whether, before an entry, the merchant had verified evidence that one of these payments succeeded.
    #[must_use]
    pub fn evidence_before(&self, n: usize, payment_request_ids: &[&str]) -> bool {
        // An order of a batch may be told of by itself: its id begins with that of the batch.
        let of_batch = |id: &str, batch: &str| id.strip_prefix(batch).is_some_and(|rest| rest.starts_with('_'));
        let known = |id: &str| payment_request_ids.iter().any(|known| *known == id || of_batch(id, known));
        let notified = self
            .notices
            .iter()
            .any(|s| s.n < n && s.genuine && !s.altered && s.success && known(&s.payment_request_id));
        let inquired = self.calls.iter().filter(|c| c.operation == Some(Operation::InquiryPayment)).any(|c| {
            c.heard().is_some_and(|(at, body)| {
                *at < n && body["paymentStatus"] == "SUCCESS" && body["paymentRequestId"].as_str().is_some_and(known)
            })
        });
        notified || inquired
    }
}
