//! Which payments are for which order: by amount, and by the merchant's own reference where amounts are not enough.

use wire::antom::Operation;

use super::{Payment, Story};
use crate::rule::view::{Order, View};

/// Which payments are for an order.
#[derive(Debug)]
pub(super) struct OfOrder {
    name: String,
    /// Their places among the payments.
    payments: Vec<usize>,
}

impl<'a> Story<'a> {
    /// The payments for an order, in the order of their making. None when another order has the same amount and nothing
    /// else tells them apart.
    pub(crate) fn payments_of<'s>(&'s self, view: &View<'_>, order: &Order) -> Vec<&'s Payment<'a>> {
        let of = |order: &Order| OfOrder { name: order.name.clone(), payments: self.find_payments_of(view, order) };
        // Most rules ask it of each order.
        let known = self.of_orders.get_or_init(|| view.orders.iter().map(of).collect());
        let places = known.iter().find(|known| known.name == order.name).map(|known| known.payments.iter());
        places.into_iter().flatten().filter_map(|place| self.payments.get(*place)).collect()
    }

    /// The same, as places among the payments.
    fn find_payments_of(&self, view: &View<'_>, order: &Order) -> Vec<usize> {
        let fitting = self.payments.iter().enumerate().filter(|(_, payment)| self.is_of_amount(payment, order));
        let twins = self.sales(view).filter(|other| other.amount == order.amount).count();
        let names = |payment: &Payment<'_>| match payment.operation {
            Some(Operation::BatchPay) => self.parts(payment).iter().any(|part| part.reference == order.name),
            _ => payment.reference.as_deref() == Some(order.name.as_str()),
        };
        fitting.filter(|(_, payment)| twins <= 1 || names(payment)).map(|(place, _)| place).collect()
    }

    /// The orders that are sold through the gateway.
    pub(crate) fn sales<'v>(&self, view: &'v View<'_>) -> impl Iterator<Item = &'v Order> {
        view.orders.iter().filter(|order| order.by.is_at_gateway())
    }

    fn is_of_amount(&self, payment: &Payment<'_>, order: &Order) -> bool {
        let in_batch = || {
            let lists = payment.requests(&self.requests).filter_map(|r| r.body["orderList"].as_array());
            lists.flatten().any(|item| super::request::money(&item["orderAmount"]) == Some(order.amount))
        };
        !payment.made_by.is_empty() && (payment.amount == Some(order.amount) || in_batch())
    }

    /// Whether two payments are for one order, as far as a trace can tell.
    pub(crate) fn is_same_sale(&self, view: &View<'_>, one: &Payment<'_>, other: &Payment<'_>) -> bool {
        if one.amount != other.amount || one.operation != other.operation {
            return false;
        }
        let sold = self.sales(view).filter(|order| Some(order.amount) == one.amount).count();
        (view.has_book() && sold == 1) || (one.reference.is_some() && one.reference == other.reference)
    }
}
