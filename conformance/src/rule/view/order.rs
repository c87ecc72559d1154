//! What the integration was asked to sell, and what it said of it.

use serde_json::Value;
use wire::money::Money;

use crate::driver::OrderStatus;
use crate::scenario::{By, CartLine, total};

/// An order that was checked out.
#[derive(Debug, Clone)]
pub struct Order {
    /// The entry.
    pub n: usize,
    /// Its name.
    pub name: String,
    /// How it is paid.
    pub by: By,
    /// How much.
    pub amount: Money,
}

/// What the integration said of an order.
#[derive(Debug)]
pub struct Status {
    /// The entry.
    pub n: usize,
    /// The order.
    pub order: String,
    /// What it said.
    pub status: OrderStatus,
}

/// What a basket costs that an integration was given instead of an amount.
pub(super) fn cart(params: &Value) -> Option<Money> {
    let currency = serde::Deserialize::deserialize(&params["currency"]).ok()?;
    let cart: Vec<CartLine> = serde::Deserialize::deserialize(&params["cart"]).ok()?;
    total(currency, &cart)
}
