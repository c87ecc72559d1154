//! The money invariants: what must hold whatever happened.
//!
//! Charges belong to orders by their amount, since a black box shows nothing else; orders of the same amount are judged
//! together.

use wire::money::Money;

use super::story::Charge;
use super::view::{Order, View};
use super::{Finding, Judgement};
use crate::driver::OrderState;
use crate::trace::{CaseEvent, Event};

/// The orders of one amount at the end of a case: what became of them, and what was taken for them.
struct Group<'v> {
    orders: Vec<(&'v Order, usize, OrderState)>,
    charges: Vec<Charge>,
    amount: Money,
}

impl Group<'_> {
    fn names(&self) -> String {
        let names: Vec<_> = self.orders.iter().map(|(order, ..)| order.name.as_str()).collect();
        if let [name] = names.as_slice() { format!("order {name}") } else { format!("the orders {}", names.join(", ")) }
    }

    fn count(&self, fits: fn(OrderState) -> bool) -> usize {
        self.orders.iter().filter(|(_, _, state)| fits(*state)).count()
    }

    fn is_at_gateway(&self) -> bool {
        self.orders.iter().any(|(order, ..)| order.by.is_at_gateway())
    }

    fn last(&self) -> usize {
        self.orders.iter().map(|(_, n, _)| *n).max().unwrap_or_default()
    }
}

fn groups<'v>(view: &'v View<'_>) -> Vec<Group<'v>> {
    let mut groups: Vec<Group<'v>> = Vec::new();
    for order in view.orders.iter().filter(|_| view.ended.is_some()) {
        let Some(status) = view.last_status(&order.name) else { continue };
        let end = (order, status.n, status.status.state);
        let known =
            groups.iter_mut().find(|g| g.amount == order.amount && g.is_at_gateway() == order.by.is_at_gateway());
        match known {
            Some(group) => group.orders.push(end),
            None => groups.push(Group {
                orders: vec![end],
                charges: view.taken(order.by, order.amount),
                amount: order.amount,
            }),
        }
    }
    groups
}

/// MONEY-001.
pub(super) fn taken_equals_paid(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let groups = groups(view);
    for group in &groups {
        let paid = group.count(|state| state == OrderState::Paid);
        if paid > group.charges.len() {
            let text = format!(
                "{} called paid: {paid} times {}; taken: {} times",
                group.names(),
                group.amount,
                group.charges.len()
            );
            findings.push(Finding { entry: group.last(), text });
        }
    }
    if view.ended.is_some() {
        findings.extend(
            view.unowned_charges().into_iter().map(|(entry, amount)| Finding {
                entry,
                text: format!("{amount} was taken, which no order asked for"),
            }),
        );
    }
    Judgement::new(!groups.is_empty(), findings)
}

/// MONEY-002.
pub(super) fn nothing_is_paid_twice(view: &View<'_>) -> Judgement {
    let groups = groups(view);
    let findings = groups.iter().filter_map(|group| {
        let extra = group.charges.get(group.orders.len())?;
        let text = format!("{} was taken {} times for {}", group.amount, group.charges.len(), group.names());
        Some(Finding { entry: extra.n, text })
    });
    Judgement::new(groups.iter().any(|g| !g.charges.is_empty()), findings.collect())
}

/// MONEY-003. At the terminal, evidence is a success that the POS heard, from Purchase or GetLastTransaction.
pub(super) fn paid_needs_evidence(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let mut exercised = false;
    for order in &view.orders {
        let Some(paid) = view.called_paid(&order.name) else { continue };
        exercised = true;
        let evidence = match order.by {
            by if by.is_at_gateway() => {
                let told = view.story.payments_of(view, order).iter().any(|payment| payment.is_known_paid(paid.n));
                told || view.evidence_before(paid.n, &view.payment_request_ids(order.amount))
            }
            _ => view.results.iter().any(|r| {
                let data = &r.json["responseData"];
                r.n < paid.n
                    && r.fault.is_none()
                    && data["result"]["resultCode"] == "SUCCESS"
                    && data["paymentAmount"]["value"] == order.amount.value().as_str()
            }),
        };
        if !evidence {
            findings.push(Finding {
                entry: paid.n,
                text: format!("order {} is called paid, and nothing on the wire says so", order.name),
            });
        }
    }
    Judgement::new(exercised, findings)
}

/// MONEY-004. A parked order is accounted for: a person is told.
pub(super) fn taken_money_is_accounted_for(view: &View<'_>) -> Judgement {
    let mut findings = Vec::new();
    let groups = groups(view);
    for group in groups.iter().filter(|g| !g.charges.is_empty()) {
        let kept = group.count(|state| matches!(state, OrderState::Paid | OrderState::Parked | OrderState::Open));
        let asked = group.charges.len().min(group.orders.len());
        if asked > kept {
            let states: Vec<_> = group.orders.iter().map(|(_, _, state)| state.to_string()).collect();
            let text = format!("{} was taken for {}, called {}", group.amount, group.names(), states.join(", "));
            findings.push(Finding { entry: group.last(), text });
        }
        findings.extend(misbooked(view, group));
    }
    Judgement::new(groups.iter().any(|g| !g.charges.is_empty()), findings)
}

/// Paid orders whose bookings are not what was taken for them, less what was given back.
fn misbooked(view: &View<'_>, group: &Group<'_>) -> Vec<Finding> {
    let paid: Vec<_> = group.orders.iter().filter(|(_, _, state)| *state == OrderState::Paid).collect();
    let last = |order: &Order| view.last_status(&order.name).map(|last| &last.status);
    let shown = |money: Option<Money>| money.map_or_else(|| "nothing".to_owned(), |money| money.to_string());
    if group.charges.iter().all(|charge| charge.left == group.amount.minor) {
        let wrong = paid.into_iter().filter_map(|(order, n, _)| {
            let booked = last(order).and_then(|status| status.booked);
            let text =
                format!("order {} of {} is paid, but {} is booked for it", order.name, order.amount, shown(booked));
            (booked != Some(order.amount)).then_some(Finding { entry: *n, text })
        });
        return wrong.collect();
    }
    // Something was given back, or taken in part only. What is on its way back may be booked still or no more.
    let sum = |of: &dyn Fn(&Order) -> Option<Money>| -> u64 {
        paid.iter().filter_map(|(order, ..)| of(order)).map(|money| money.minor).sum()
    };
    let booked = sum(&|order| last(order)?.booked);
    let on_its_way = sum(&|order| last(order)?.refunding);
    let left: u64 = group.charges.iter().map(|charge| charge.left).sum();
    let fits = (left..=left.saturating_add(on_its_way)).contains(&booked);
    if paid.is_empty() || paid.len() != group.charges.len() || fits {
        return Vec::new();
    }
    let money = |minor| Money::new(group.amount.currency, minor);
    let text = format!("{} is left of what was taken for {}; {} is booked", money(left), group.names(), money(booked));
    vec![Finding { entry: group.last(), text }]
}

/// What an integration said of a later moment, when time was skipped last.
fn meant_to_act(view: &View<'_>) -> String {
    let last = view.entries.iter().rev().find_map(|entry| match &entry.event {
        Event::Case(CaseEvent::Jumped { to, wake_at, .. }) => Some((*to, *wake_at)),
        _ => None,
    });
    match last {
        Some((to, Some(wake))) if wake > to => {
            let late = wake.since(to).as_secs_f64();
            format!("; the integration means to act {late:.0} s later, which is too late for that step")
        }
        _ => String::new(),
    }
}

/// MONEY-005. Only where everything was given time to end: when the last thing a scenario did was to settle.
pub(super) fn every_order_ends(view: &View<'_>) -> Judgement {
    let steps = view.entries.iter().rev().filter_map(|entry| match &entry.event {
        Event::Case(CaseEvent::Step { text, .. }) => Some(text.as_str()),
        _ => None,
    });
    let settled = steps.into_iter().next().filter(|last| last.starts_with("settle"));
    let Some((end, step)) = view.ended.zip(settled) else { return Judgement::NotExercised };
    let groups = groups(view);
    let open = groups.iter().flat_map(|g| &g.orders).filter(|(_, _, state)| *state == OrderState::Open);
    let meant = meant_to_act(view);
    let findings = open.map(|(order, n, _)| Finding {
        entry: end,
        text: format!("order {} is still open (entry {n}) when `{step}` is over{meant}", order.name),
    });
    Judgement::new(!groups.is_empty(), findings.collect())
}
