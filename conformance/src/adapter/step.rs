//! The payments by which an adapter is tried, from the simplest on: scenarios that are built in.

use crate::plan::Case;
use crate::scenario::{Role, parse};

/// A payment to try an adapter with.
#[derive(Debug, Clone, Copy)]
pub struct Payment {
    /// Which role it needs.
    pub role: Role,
    /// Which capability it needs.
    pub capability: Option<&'static str>,
    /// What an adapter that passes has shown.
    pub shows: &'static str,
    name: &'static str,
    scenario: &'static str,
}

/// In the order in which they are tried.
pub const PAYMENTS: &[Payment] = &[
    Payment {
        role: Role::Edc,
        capability: None,
        shows: "a sale at the terminal is approved, and its order is paid",
        name: "driver-check/terminal-approves",
        scenario: "title: A card is approved\nroles: [edc]\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
                   {currency: KRW, value: \"10400\"}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: paid}\n",
    },
    Payment {
        role: Role::Edc,
        capability: None,
        shows: "a declined card leaves its order unpaid",
        name: "driver-check/terminal-declines",
        scenario: "title: A card is declined\nroles: [edc]\ngiven:\n  terminal:\n    host: [{decline: {code: \
                   USER_BALANCE_NOT_ENOUGH}}]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \
                   \"10400\"}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: failed}\n",
    },
    Payment {
        role: Role::Edc,
        capability: Some("cancel"),
        shows: "a sale is called off while no card is there",
        name: "driver-check/terminal-cancel",
        scenario: "title: A sale is called off\nroles: [edc]\ngiven:\n  terminal:\n    cardholder: [nothing]\nsteps:\n  - \
                   checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - until: {event: READY}\n  - \
                   cancel: {order: A}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: cancelled}\n",
    },
    Payment {
        role: Role::Antom,
        capability: None,
        shows: "a payment at the gateway is notified, and its order is paid",
        name: "driver-check/gateway-pays",
        scenario: "title: The buyer pays\nroles: [antom]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: \
                   JPY, value: \"1000\"}}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid}\n  - acknowledged: \
                   {at-least: 1}\n",
    },
    Payment {
        role: Role::Antom,
        capability: None,
        shows: "a refused payment leaves its order unpaid",
        name: "driver-check/gateway-refuses",
        scenario: "title: The gateway refuses\nroles: [antom]\ngiven:\n  antom:\n    answers: [{on: pay, code: \
                   RISK_REJECT}]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"1000\"}}\n  - \
                   settle: {within: 10m}\nexpect:\n  - order: {A: failed}\n",
    },
];

impl Payment {
    /// The case to run.
    ///
    /// # Errors
    /// What is built in is no scenario: a bug.
    pub fn case(&self) -> Result<Case, String> {
        let scenario = parse(self.name, self.scenario)
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        Ok(Case { name: self.name.to_owned(), file: self.name.to_owned(), scenario, seed: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_built_in_can_be_read() {
        for payment in PAYMENTS {
            assert_eq!(payment.case().map(|case| case.name), Ok(payment.name.to_owned()));
        }
    }
}
