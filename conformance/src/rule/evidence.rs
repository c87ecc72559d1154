//! What a trace proves about money: charges in the ledgers, and what a merchant could know of them.

use serde_json::Value;
use sim_antom::Event as GatewayEvent;
use sim_edc::Event as TerminalEvent;
use wire::antom::{Operation, PaymentStatus};
use wire::money::Money;

use super::view::{Call, View};
use crate::scenario::By;
use crate::trace::{Entry, Event};

impl View<'_> {
    /// What was taken for an order and not given back: the entries of the ledgers, told apart by their amount.
    #[must_use]
    pub fn charges(&self, by: By, amount: Money) -> Vec<usize> {
        let mut charges: Vec<(usize, &str)> = Vec::new();
        for entry in self.entries {
            match (&entry.event, by) {
                (
                    Event::Terminal(TerminalEvent::Recorded { amount: taken, result_code, request_id, kind }),
                    By::Terminal,
                ) if *taken == amount && result_code == "SUCCESS" => match kind {
                    sim_edc::RecordKind::Purchase => charges.push((entry.n, request_id)),
                    sim_edc::RecordKind::PurchaseCancel => {
                        charges.pop();
                    }
                },
                (Event::Gateway(GatewayEvent::Payment { amount: taken, status, payment_request_id, .. }), by)
                    if by.is_at_gateway() && *taken == amount =>
                {
                    charges.retain(|(_, id)| id != payment_request_id);
                    if *status == PaymentStatus::Success {
                        charges.push((entry.n, payment_request_id));
                    }
                }
                _ => {}
            }
        }
        charges.into_iter().map(|(n, _)| n).collect()
    }

    /// Money that was taken in an amount that no order has.
    #[must_use]
    pub fn unowned_charges(&self) -> Vec<(usize, Money)> {
        let owned = |by: By, amount: Money| {
            self.orders.iter().any(|o| o.by.is_at_gateway() == by.is_at_gateway() && o.amount == amount)
        };
        let charge = |entry: &Entry| match &entry.event {
            Event::Terminal(TerminalEvent::Recorded { amount, result_code, .. }) if result_code == "SUCCESS" => {
                (!owned(By::Terminal, *amount)).then_some((entry.n, *amount))
            }
            // The payment of a batch is the sum of its orders', each of which is there too.
            Event::Gateway(GatewayEvent::Payment {
                amount,
                status: PaymentStatus::Success,
                payment_request_id,
                ..
            }) if !self.is_batch(payment_request_id) => (!owned(By::EntryCode, *amount)).then_some((entry.n, *amount)),
            _ => None,
        };
        self.entries.iter().filter_map(charge).collect()
    }

    /// Whether an id is that of a batch.
    fn is_batch(&self, id: &str) -> bool {
        self.calls.iter().any(|c| c.text("/batchPaymentRequestId") == Some(id))
    }

    /// The ids that an amount was asked for with: of payments, of sessions, and of batches with an order of it.
    #[must_use]
    pub fn payment_request_ids(&self, amount: Money) -> Vec<&str> {
        let is_it = |value: &Value| serde_json::from_value::<Money>(value.clone()).is_ok_and(|asked| asked == amount);
        let asked = |call: &Call| match call.operation {
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
        let notified = self.notices.iter().any(|s| s.n < n && s.genuine && s.success && known(&s.payment_request_id));
        let inquired = self.calls.iter().filter(|c| c.operation == Some(Operation::InquiryPayment)).any(|c| {
            c.heard().is_some_and(|(at, body)| {
                *at < n && body["paymentStatus"] == "SUCCESS" && body["paymentRequestId"].as_str().is_some_and(known)
            })
        });
        notified || inquired
    }
}
