//! What a line of the order book does to the orders. The same whether it was just written or is read again.

use wire::money::Money;

use crate::book::{Book, RefundEnd};
use crate::entry::{Entry, Member, PAID_PART};
use crate::json_text::JsonText;
use crate::order::{Attempt, By, Capture, GiveBack, Order, OrderState, Taking};

impl Book {
    /// Takes a line for true.
    pub(crate) fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Started { at } => {
                self.first.get_or_insert(at);
                self.starts += 1;
            }
            Entry::Listening { url, .. } => self.listening = Some(url),
            Entry::Intent { at, order, by, amount, request_id, body, taking } => {
                let order = self.begun(order, by, amount, Attempt::new(request_id, amount, at, body));
                order.taking = taking;
            }
            Entry::BatchIntent { at, batch, amount, request_id, body, orders } => {
                for Member { order, amount } in &orders {
                    let attempt = Attempt::new(request_id.clone(), *amount, at, None);
                    self.begun(order.clone(), By::Batch, *amount, attempt).batch = Some(batch.clone());
                }
                let attempt = Attempt::new(request_id, amount, at, Some(body));
                let members = orders.into_iter().map(|member| member.order).collect();
                self.begun(batch, By::Batch, amount, attempt).members = members;
            }
            Entry::Summaries { request_id, payment_ids, .. } => {
                for (order, payment_id) in payment_ids {
                    if let Some(attempt) = self.attempt_mut(&order, &request_id) {
                        attempt.payment_id.get_or_insert(payment_id);
                    }
                }
            }
            Entry::Sent { order, command, .. } => {
                if let Some(attempt) = self.orders.get_mut(&order).and_then(|order| order.attempts.last_mut()) {
                    attempt.commands.push(command);
                }
            }
            Entry::Note { order, request_id, payment_id, what, .. } => {
                self.learn(&order, &request_id, payment_id);
                if what == PAID_PART
                    && let Some(attempt) = self.attempt_mut(&order, &request_id)
                {
                    attempt.has_paid_part = true;
                }
            }
            Entry::Held { order, request_id, payment_id, .. } => {
                self.learn(&order, &request_id, payment_id);
                if let Some(attempt) = self.attempt_mut(&order, &request_id) {
                    attempt.held = true;
                }
            }
            Entry::Booked { order, amount, reference, data, .. } => self.booked(&order, amount, reference, &data),
            Entry::State { order, state, reason, .. } => {
                for name in self.with_members(&order) {
                    // An order of a batch that was paid by itself does not go the way of the others.
                    let is_touched = |found: &&mut Order| name == order || !found.was_booked;
                    if let Some(order) = self.orders.get_mut(&name).filter(is_touched) {
                        order.state = state;
                        order.reason = Some(reason.clone());
                        order.cancelling = false;
                        if let Some(attempt) = order.attempts.last_mut() {
                            attempt.is_called_off = state == OrderState::Cancelled;
                        }
                    }
                }
                self.batch_failed(&order, &reason);
            }
            Entry::Cancelling { order, .. } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.cancelling = true;
                }
            }
            Entry::Extra { order, request_id, extra, .. } => {
                if let Some(attempt) = self.attempt_mut(&order, &request_id) {
                    attempt.extra = Some(extra);
                }
            }
            entry => self.give_or_take(entry),
        }
    }

    /// Lines about giving money back, and about taking it when it is held.
    fn give_or_take(&mut self, entry: Entry) {
        match entry {
            Entry::RefundIntent { at, order, request_id } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.refund = Some(Attempt::new(request_id, order.amount, at, None));
                    order.refunding = true;
                    order.is_refund_unsure = order.state == OrderState::Parked;
                }
            }
            Entry::RefundSent { order, command, .. } => {
                if let Some(refund) = self.orders.get_mut(&order).and_then(|order| order.refund.as_mut()) {
                    refund.commands.push(command);
                }
            }
            Entry::RefundEnded { order, end, reason, .. } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.refunding = false;
                    let amount = order.amount;
                    // That this one was refused does not say how the one before it ended.
                    let is_unsure = order.is_refund_unsure && end == RefundEnd::Refused;
                    ended(order, amount, if is_unsure { RefundEnd::Parked } else { end }, reason);
                }
            }
            Entry::GiveBack { at, order, request_id, amount, body } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.refunds.push(GiveBack { request_id, amount, at, body, end: None });
                }
            }
            Entry::GivenBack { order, request_id, end, reason, .. } => {
                let Some(order) = self.orders.get_mut(&order) else { return };
                let refund = order.refunds.iter_mut().find(|refund| refund.request_id == request_id);
                if let Some(refund) = refund {
                    refund.end = Some(end);
                    let amount = refund.amount;
                    ended(order, amount, end, reason);
                }
            }
            Entry::CaptureIntent { order, request_id, amount, body, .. } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.capture = Some(Capture { request_id, amount, body, is_over: false });
                }
            }
            Entry::CaptureFailed { order, reason, .. } => {
                if let Some(order) = self.orders.get_mut(&order) {
                    order.capture_failed(reason);
                }
            }
            _ => {}
        }
    }

    /// An order as it is with one more attempt to get it paid.
    fn begun(&mut self, name: String, by: By, amount: Money, attempt: Attempt) -> &mut Order {
        let order = self.orders.entry(name.clone()).or_insert_with(|| Order::new(name, by, amount));
        order.by = by;
        order.amount = amount;
        order.state = OrderState::Open;
        order.reason = None;
        order.cancelling = false;
        order.was_booked = false;
        order.capture = None;
        order.taking = Taking::AtOnce;
        order.attempts.push(attempt);
        order
    }

    fn attempt_mut(&mut self, order: &str, request_id: &str) -> Option<&mut Attempt> {
        self.orders.get_mut(order)?.attempts.iter_mut().find(|attempt| attempt.request_id == request_id)
    }

    fn learn(&mut self, order: &str, request_id: &str, payment_id: Option<String>) {
        if let (Some(attempt), Some(payment_id)) = (self.attempt_mut(order, request_id), payment_id) {
            attempt.payment_id.get_or_insert(payment_id);
        }
    }

    fn booked(&mut self, name: &str, amount: Money, reference: Option<String>, data: &JsonText) {
        for member in self.with_members(name) {
            let Some(order) = self.orders.get_mut(&member) else { continue };
            let is_whole = member == name;
            // One that was told of by itself before is booked already.
            if !is_whole && order.was_booked {
                continue;
            }
            let own = order.attempt().and_then(|attempt| attempt.payment_id.clone());
            order.reference = if is_whole { reference.clone() } else { own };
            let minor = if is_whole { amount.minor } else { order.amount.minor };
            order.booked = order.booked.saturating_add(minor);
            order.was_booked = true;
            order.kept = data.clone();
            order.state = OrderState::Paid;
            order.reason = None;
            order.cancelling = false;
            if let Some(capture) = &mut order.capture {
                capture.is_over = true;
            }
        }
        if let Some(reference) = reference {
            self.references.entry(reference).or_insert_with(|| name.to_owned());
        }
        self.batch_booked(name);
    }

    /// A batch is paid when each of its orders is, told of by itself.
    fn batch_booked(&mut self, member: &str) {
        if let Some(batch) = self.open_batch_of(member, |order| order.was_booked) {
            batch.booked = batch.amount.minor;
            batch.was_booked = true;
            batch.state = OrderState::Paid;
        }
    }

    /// A batch has failed when each of its orders has, told of by itself.
    fn batch_failed(&mut self, member: &str, reason: &str) {
        if let Some(batch) = self.open_batch_of(member, |order| order.state == OrderState::Failed) {
            batch.state = OrderState::Failed;
            batch.reason = Some(reason.to_owned());
        }
    }

    /// The batch that an order is part of, if it is open, and the same is true of all of its orders.
    fn open_batch_of(&mut self, member: &str, is_so: impl Fn(&Order) -> bool) -> Option<&mut Order> {
        let batch = self.orders.get(member)?.batch.clone()?;
        let mut members = self.orders.get(&batch)?.members.iter().map(|name| self.orders.get(name));
        let is_so = members.all(|order| order.is_some_and(&is_so));
        self.orders.get_mut(&batch).filter(|batch| is_so && batch.state == OrderState::Open)
    }

    /// An order, and those that move with it.
    fn with_members(&self, name: &str) -> Vec<String> {
        let members = self.orders.get(name).map(|order| order.members.clone()).unwrap_or_default();
        std::iter::once(name.to_owned()).chain(members).collect()
    }
}

/// A refund ended.
fn ended(order: &mut Order, amount: Money, end: RefundEnd, reason: String) {
    order.reason = Some(reason);
    if end == RefundEnd::Given {
        order.booked = order.booked.saturating_sub(amount.minor);
    }
    order.state = match end {
        RefundEnd::Given if order.booked == 0 => OrderState::Refunded,
        RefundEnd::Given | RefundEnd::Refused => OrderState::Paid,
        RefundEnd::Parked => OrderState::Parked,
    };
}

impl Order {
    fn capture_failed(&mut self, reason: String) {
        if let Some(capture) = &mut self.capture {
            capture.is_over = true;
        }
        if let Some(attempt) = self.attempts.last_mut() {
            attempt.held = false;
        }
        self.reason = Some(reason);
    }
}
