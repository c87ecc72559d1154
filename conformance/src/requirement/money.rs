//! The sums: what holds over a whole history, whatever happened in it.

use super::obligation::{Area, Level, Requirement};

pub(super) const ALL: &[Requirement] = &[
    must(
        "MONEY-001",
        MONEY,
        "money taken minus money returned equals the value of the orders called paid",
        "the till's day and the bank's day differ",
    )
    .since(1),
    must("MONEY-002", MONEY, "no order is paid for twice", "the customer is charged twice").since(1),
    must("MONEY-003", MONEY, "nothing is called paid without verified evidence", "goods go out for nothing").since(1),
    must(
        "MONEY-004",
        MONEY,
        "money that was taken is booked once or given back, or a person is told",
        "the customer paid, and nobody knows for what",
    )
    .since(1),
    must("MONEY-005", MONEY, "every order reaches an end", "stock and customer wait for an order that nobody ends")
        .since(1),
];

const MONEY: &str = "follows from all of them";

const fn must(id: &'static str, source: &'static str, statement: &'static str, why: &'static str) -> Requirement {
    Requirement::new(Area::Money, Level::Must, id, source, statement, why)
}
