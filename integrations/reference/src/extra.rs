//! A payment too many: the order was paid by another attempt. It goes back, and the order stays as it is.

use std::collections::BTreeSet;

use wire::antom::{Operation, RefundRequest, ResultStatus};

use crate::entry::Entry;
use crate::order::Extra;
use crate::shop::Shop;

/// Whether it went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Returned {
    Yes,
    No,
}

impl Shop {
    /// Gives back every payment too many, as they turn up. Never ends by itself.
    pub(crate) async fn return_extras(&self) {
        let mut changes = self.merchant.changes();
        let mut tried = BTreeSet::new();
        loop {
            let owed = self.merchant.book(|book| {
                let attempts =
                    book.orders().flat_map(|order| order.attempts.iter().map(move |attempt| (order, attempt)));
                let mut owed = attempts.filter(|(_, attempt)| attempt.extra == Some(Extra::Owed));
                owed.find(|(_, attempt)| !tried.contains(&attempt.request_id))
                    .map(|(order, attempt)| (order.name.clone(), attempt.request_id.clone()))
            });
            match owed {
                Some((order, request_id)) => {
                    self.give_back_extra(&order, &request_id).await;
                    tried.insert(request_id);
                }
                // The other end is ours: it never closes.
                None => changes.changed().await,
            }
        }
    }

    /// Remembers that a payment is to be given back.
    pub(crate) fn owe_extra(&self, name: &str, request_id: &str) {
        let (at, order, request_id) = (self.merchant.now(), name.to_owned(), request_id.to_owned());
        self.write(name, Entry::Extra { at, order, request_id, extra: Extra::Owed });
    }

    /// The day is over, so that it cannot be cancelled any more.
    pub(crate) async fn refund_extra(&self, name: &str, request_id: &str) -> Returned {
        let attempt = self.merchant.order(name).and_then(|order| {
            let found = order.attempts.iter().find(|attempt| attempt.request_id == request_id);
            found.cloned()
        });
        let Some((attempt, payment_id)) = attempt.and_then(|attempt| {
            let payment_id = attempt.payment_id.clone()?;
            Some((attempt, payment_id))
        }) else {
            return Returned::No;
        };
        let id = self.merchant.new_id(name);
        let request = RefundRequest {
            refund_reason: Some("paid twice".to_owned()),
            ..RefundRequest::new(id, payment_id, attempt.amount)
        };
        let body = serde_json::to_string(&request).unwrap_or_default();
        match self.insist(name, Operation::Refund, &body, "REFUND_IN_PROCESS").await {
            Some(answer) if answer.result.result_status != ResultStatus::F => Returned::Yes,
            _ => Returned::No,
        }
    }

    pub(crate) fn extra_ended(&self, name: &str, request_id: &str, returned: Returned) {
        if returned == Returned::No {
            self.merchant.log(&format!("order {name}: a person must give back the second payment {request_id}"));
            return;
        }
        let (at, order, request_id) = (self.merchant.now(), name.to_owned(), request_id.to_owned());
        self.write(name, Entry::Extra { at, order, request_id, extra: Extra::Returned });
    }
}
