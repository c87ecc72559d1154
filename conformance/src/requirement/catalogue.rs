//! All areas in one list.

use std::sync::LazyLock;

use super::{Requirement, amount, batch, cancel, client, edc, inquiry, line, money, notify, pay, refund, signing};

/// All obligations, in the order of the areas.
pub static ALL: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    [
        edc::ALL,
        line::ALL,
        signing::ALL,
        pay::ALL,
        batch::ALL,
        notify::ALL,
        inquiry::ALL,
        cancel::ALL,
        refund::ALL,
        amount::ALL,
        client::ALL,
        money::ALL,
    ]
    .concat()
});

/// The requirement of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Requirement> {
    ALL.iter().find(|requirement| requirement.id == id)
}
