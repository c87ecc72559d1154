//! What will happen by itself: buyers, expiries. Ordered by time, then in the order in which it was planned.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wire::antom::PaymentStatus;
use wire::time::Moment;

use crate::store::{Key, Record, Store, Table};

/// Something that will happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// When.
    pub at: Moment,
    /// Whose affair it is.
    pub client: String,
    /// What.
    pub turn: Turn,
}

/// A turn of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// A payment ends, if it has not ended before.
    PaymentEnds {
        /// Which.
        payment_request_id: String,
        /// How.
        status: PaymentStatus,
        /// The paymentResultCode.
        code: String,
    },
    /// The wallet says that it paid, after the payment had ended.
    ComesLate {
        /// Which.
        payment_id: String,
    },
    /// A refund ends.
    RefundEnds {
        /// Which.
        refund_id: String,
        /// SUCCESS, or why it failed.
        code: String,
    },
    /// A capture ends.
    CaptureEnds {
        /// Which.
        capture_id: String,
        /// SUCCESS, or why it failed.
        code: String,
    },
    /// Money that came too late could not be given back.
    Reversed {
        /// Which.
        payment_id: String,
    },
    /// The gateway captures a card payment.
    CaptureDue {
        /// Which.
        payment_id: String,
    },
    /// A card's holder is bound no longer: what was not captured is released.
    AuthorisationEnds {
        /// Which.
        payment_id: String,
    },
    /// A card is kept, or is not, or its session has expired.
    VaultingEnds {
        /// Which.
        vaulting_id: String,
        /// SUCCESS, or why not.
        code: String,
    },
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    queue: BTreeMap<(Moment, u64), Arc<Plan>>,
    last: u64,
}

impl Plans {
    /// The queue that a store remembers.
    pub(crate) fn restored(records: Vec<(Key, Record)>) -> Self {
        let mut plans = Self::default();
        for (key, record) in records {
            if let (Some(number), Record::Plan(plan)) = (key.number(), record) {
                plans.last = plans.last.max(number);
                plans.queue.insert((plan.at, number), plan);
            }
        }
        plans
    }

    pub(crate) fn add(&mut self, store: &mut dyn Store, plan: Plan) {
        self.last += 1;
        let plan = Arc::new(plan);
        store.put(Key::numbered(Table::Plan, self.last), Record::Plan(Arc::clone(&plan)));
        self.queue.insert((plan.at, self.last), plan);
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Moment> {
        self.queue.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next one, if it is due by then.
    pub(crate) fn take(&mut self, store: &mut dyn Store, until: Moment) -> Option<Arc<Plan>> {
        let entry = self.queue.first_entry().filter(|entry| entry.key().0 <= until)?;
        let ((_, number), plan) = entry.remove_entry();
        store.remove(&Key::numbered(Table::Plan, number));
        Some(plan)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn plan(at: u64, id: &str) -> Plan {
        let turn = Turn::PaymentEnds {
            payment_request_id: id.to_owned(),
            status: PaymentStatus::Fail,
            code: "ORDER_IS_CLOSED".to_owned(),
        };
        Plan { at: Moment::from_millis(at), client: "C".to_owned(), turn }
    }

    #[test]
    fn plans_come_by_time_then_by_order_and_only_when_due() {
        let (mut plans, mut store) = (Plans::default(), MemoryStore::default());
        for (at, id) in [(2, "A"), (1, "B"), (1, "C")] {
            plans.add(&mut store, plan(at, id));
        }
        assert_eq!(plans.next(), Some(Moment::from_millis(1)));
        assert_eq!(*plans.take(&mut store, Moment::from_millis(1)).unwrap(), plan(1, "B"));
        assert_eq!(*plans.take(&mut store, Moment::from_millis(1)).unwrap(), plan(1, "C"));
        assert_eq!(plans.take(&mut store, Moment::from_millis(1)), None);
        assert_eq!(plans.len(), 1);
    }

    #[test]
    fn what_a_store_remembers_is_planned_again() {
        let (mut plans, mut store) = (Plans::default(), MemoryStore::default());
        plans.add(&mut store, plan(2, "A"));
        plans.add(&mut store, plan(1, "B"));
        plans.take(&mut store, Moment::from_millis(1));
        let mut again = Plans::restored(store.all(Table::Plan));
        again.add(&mut store, plan(2, "C"));
        assert_eq!(*again.take(&mut store, Moment::from_millis(2)).unwrap(), plan(2, "A"));
        assert_eq!(*again.take(&mut store, Moment::from_millis(2)).unwrap(), plan(2, "C"));
    }
}
