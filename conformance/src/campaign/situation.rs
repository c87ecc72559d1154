//! Where a case was at a moment: the terminal's state, the state of the payment that moved last, and how the merchant
//! said that an order stands. What a campaign counts as reached.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sim_edc::{State, Transition};
use wire::antom::PaymentStatus;

use super::draw::Area;
use crate::driver::{OrderState, OrderStatus};
use crate::trace::{DriverEvent, Entry, Event};

/// See the module's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Situation {
    /// The terminal's state; none where there is no terminal.
    pub terminal: Option<State>,
    /// The payment's status at the gateway; none before there is one.
    pub payment: Option<PaymentState>,
    /// The order's state; none before the merchant was asked.
    pub order: Option<OrderWord>,
}

/// A [`PaymentStatus`] with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words of the gateway")]
pub enum PaymentState {
    Processing,
    Pending,
    Success,
    Fail,
    Cancelled,
}

/// An [`OrderState`] with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words of the driver protocol")]
pub enum OrderWord {
    Open,
    Paid,
    Failed,
    Cancelled,
    Refunded,
    Parked,
}

/// Every situation of a trace.
#[must_use]
pub fn situations(trace: &[Entry], area: Area) -> BTreeSet<Situation> {
    let mut now = Situation { terminal: (area != Area::Antom).then_some(State::Idle), payment: None, order: None };
    let mut seen = BTreeSet::from([now]);
    for entry in trace {
        match &entry.event {
            Event::Terminal(sim_edc::Event::State { to, .. }) => now.terminal = Some(*to),
            Event::Gateway(sim_antom::Event::Payment { status, .. }) => now.payment = Some((*status).into()),
            Event::Driver(DriverEvent::Answered { method, result }) if method == "orderStatus" => {
                let Ok(status) = OrderStatus::deserialize(result) else { continue };
                now.order = Some(status.state.into());
            }
            _ => continue,
        }
        seen.insert(now);
    }
    seen
}

/// Every situation that an area's histories can reach: the states that the terminal's table leads to, the statuses of
/// the gateway's payments, the states of orders. Only one thing is impossible: where there is no terminal and no payment
/// yet, no order is paid or given back.
#[must_use]
pub fn reachable(area: Area) -> BTreeSet<Situation> {
    let terminals = if area == Area::Antom { vec![None] } else { states().into_iter().map(Some).collect() };
    let payments = if area == Area::Edc { vec![None] } else { with_none(&PaymentState::ALL) };
    let mut all = BTreeSet::new();
    for terminal in terminals {
        for payment in &payments {
            for order in with_none(&OrderWord::ALL) {
                let is_taken = matches!(order, Some(OrderWord::Paid | OrderWord::Refunded));
                if !(is_taken && terminal.is_none() && payment.is_none()) {
                    all.insert(Situation { terminal, payment: *payment, order });
                }
            }
        }
    }
    all
}

/// The states that the table leads to, from where a terminal begins.
fn states() -> BTreeSet<State> {
    let mut found = BTreeSet::from([State::Idle]);
    loop {
        let next: Vec<_> = Transition::TABLE.iter().filter(|row| found.contains(&row.from)).map(|row| row.to).collect();
        let before = found.len();
        found.extend(next);
        if found.len() == before {
            return found;
        }
    }
}

fn with_none<T: Copy>(all: &[T]) -> Vec<Option<T>> {
    std::iter::once(None).chain(all.iter().copied().map(Some)).collect()
}

impl PaymentState {
    const ALL: [Self; 5] = [Self::Processing, Self::Pending, Self::Success, Self::Fail, Self::Cancelled];
}

impl OrderWord {
    const ALL: [Self; 6] = [Self::Open, Self::Paid, Self::Failed, Self::Cancelled, Self::Refunded, Self::Parked];
}

impl From<PaymentStatus> for PaymentState {
    fn from(status: PaymentStatus) -> Self {
        match status {
            PaymentStatus::Processing => Self::Processing,
            PaymentStatus::Pending => Self::Pending,
            PaymentStatus::Success => Self::Success,
            PaymentStatus::Fail => Self::Fail,
            PaymentStatus::Cancelled => Self::Cancelled,
        }
    }
}

impl From<OrderState> for OrderWord {
    fn from(state: OrderState) -> Self {
        match state {
            OrderState::Open => Self::Open,
            OrderState::Paid => Self::Paid,
            OrderState::Failed => Self::Failed,
            OrderState::Cancelled => Self::Cancelled,
            OrderState::Refunded => Self::Refunded,
            OrderState::Parked => Self::Parked,
        }
    }
}

#[cfg(test)]
mod tests {
    use wire::time::Moment;

    use super::*;

    #[test]
    fn reachable_is_the_product_of_the_tables_but_for_what_was_never_paid() {
        assert_eq!(reachable(Area::Edc).len(), State::ALL.len() * 7);
        assert_eq!(reachable(Area::Antom).len(), 6 * 7 - 2);
        assert_eq!(reachable(Area::Joint).len(), State::ALL.len() * 6 * 7);
    }

    #[test]
    fn a_trace_goes_from_one_situation_to_the_next() {
        let entry = |event| Entry { n: 1, at: Moment::WORLD_START, event };
        let paid = serde_json::json!({"order": "A", "state": "paid"});
        let trace = [
            entry(Event::Terminal(sim_edc::Event::State { from: State::Idle, to: State::Ready })),
            entry(Event::Driver(DriverEvent::Answered { method: "orderStatus".to_owned(), result: paid })),
        ];
        let place = |terminal, order| Situation { terminal: Some(terminal), payment: None, order };
        let wanted = [place(State::Idle, None), place(State::Ready, None), place(State::Ready, Some(OrderWord::Paid))];
        let found = situations(&trace, Area::Edc);
        assert_eq!(found, BTreeSet::from(wanted));
        assert!(found.is_subset(&reachable(Area::Edc)));
    }
}
