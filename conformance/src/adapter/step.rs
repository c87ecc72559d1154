//! The payments by which an adapter is tried, from the simplest on: scenarios that are built in.

use crate::driver::{Hello, NO_ENTRY_CODE};
use crate::plan::Case;
use crate::scenario::{Role, parse};

/// A payment to try an adapter with.
#[derive(Debug, Clone, Copy)]
pub struct Payment {
    /// Which role it needs.
    pub role: Role,
    /// A capability that it needs and that its steps do not show.
    pub needs: Option<&'static str>,
    /// What an adapter that passes has shown.
    pub shows: &'static str,
    name: &'static str,
    /// What follows title and roles.
    scenario: &'static str,
}

/// In the order in which they are tried.
pub const PAYMENTS: &[Payment] = &[
    Payment {
        role: Role::Edc,
        needs: None,
        shows: "a sale at the terminal is approved, and its order is paid",
        name: "driver-check/terminal-approves",
        scenario: "steps:\n  - checkout: {order: A, by: terminal, amount: \
                   {currency: KRW, value: \"10400\"}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: paid}\n",
    },
    Payment {
        role: Role::Edc,
        needs: None,
        shows: "a declined card leaves its order unpaid",
        name: "driver-check/terminal-declines",
        scenario: "given:\n  terminal:\n    host: [{decline: {code: \
                   USER_BALANCE_NOT_ENOUGH}}]\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \
                   \"10400\"}}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: failed}\n",
    },
    Payment {
        role: Role::Edc,
        needs: None,
        shows: "a sale is called off while no card is there",
        name: "driver-check/terminal-cancel",
        scenario: "given:\n  terminal:\n    cardholder: [nothing]\nsteps:\n  - \
                   checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - until: {event: READY}\n  - \
                   cancel: {order: A}\n  - settle: {within: 3m}\nexpect:\n  - order: {A: cancelled}\n",
    },
    Payment {
        role: Role::Antom,
        needs: None,
        shows: "a payment at the gateway is notified, and its order is paid",
        name: "driver-check/gateway-pays",
        scenario: "steps:\n  - checkout: {order: A, by: entry-code, amount: {currency: \
                   JPY, value: \"1000\"}}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid}\n  - acknowledged: \
                   {at-least: 1}\n",
    },
    Payment {
        role: Role::Antom,
        needs: None,
        shows: "a refused payment leaves its order unpaid",
        name: "driver-check/gateway-refuses",
        scenario: "given:\n  antom:\n    answers: [{on: pay, code: \
                   RISK_REJECT}]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"1000\"}}\n  - \
                   settle: {within: 10m}\nexpect:\n  - order: {A: failed}\n",
    },
    gateway(
        "driver-check/gateway-cancel",
        "a payment at the gateway is called off while nobody has paid",
        "given:\n  antom:\n    buyer: [leaves]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, \
         value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    gateway(
        "driver-check/gateway-refund",
        "a paid order is given back at the gateway",
        "steps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: \
         10m}\n  - refund: {order: A, amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: 10m}\nexpect:\n  - \
         order: {A: refunded}\n",
    ),
    Payment {
        role: Role::Antom,
        needs: Some("clock"),
        shows: "a payment of which no notification comes is asked about, on a clock that is told",
        name: "driver-check/clock",
        scenario: "given:\n  antom:\n    faults: [{lose-notification: {times: 20}}]\nsteps:\n  - checkout: {order: A, by: entry-code, \
                   amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid}\n",
    },
    gateway(
        "driver-check/order-code",
        "a code is shown for an order, and scanned",
        "steps:\n  - checkout: {order: A, by: order-code, amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: \
         10m}\nexpect:\n  - order: {A: paid}\n",
    ),
    gateway(
        "driver-check/payment-code",
        "the buyer's code pays for an order",
        "steps:\n  - checkout: {order: A, by: payment-code, amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: \
         10m}\nexpect:\n  - order: {A: paid}\n",
    ),
    gateway(
        "driver-check/cashier",
        "an online payment is paid",
        "steps:\n  - checkout: {order: A, by: cashier, amount: {currency: USD, value: \"1000\"}}\n  - settle: {within: \
         10m}\nexpect:\n  - order: {A: paid}\n",
    ),
    gateway(
        "driver-check/session",
        "a session is made, and its payment is notified",
        "steps:\n  - checkout: {order: A, by: session, amount: {currency: USD, value: \"1000\"}}\n  - settle: {within: \
         2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    gateway(
        "driver-check/batch",
        "two orders of two merchants are paid at once",
        "steps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: JPY, value: \"1000\"}}, {order: B, \
         amount: {currency: JPY, value: \"500\"}}]}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    gateway(
        "driver-check/capture",
        "money that a card's holder authorised is taken when it is asked for",
        "steps:\n  - checkout: {order: A, by: cashier, amount: {currency: USD, value: \"1000\"}, method: CARD, capture: \
         manual}\n  - advance: {by: 30s}\n  - capture: {order: A}\n  - settle: {within: 10m}\nexpect:\n  - order: {A: \
         paid}\n",
    ),
    Payment {
        role: Role::Client,
        needs: Some("session"),
        shows: "an app shows that it is paid when the server has it",
        name: "driver-check/client-pays",
        scenario: "given:\n  antom:\n    client:\n      - steps: [{server: pays}, {until: notified}, {result: {code: \
                   SUCCESS}}]\nsteps:\n  - visit: {order: A}\n  - until: {sees: paid, within: 1m}\nexpect:\n  - order: {A: \
                   paid}\n",
    },
];

/// How most scenarios sell at the gateway.
const ENTRY_CODE: &str = "by: entry-code";
/// How a shop sells that has no Entry Code: the first that it offers is tried in its place.
const OTHER_WAYS: [&str; 4] = ["cashier", "order-code", "payment-code", "session"];

const fn gateway(name: &'static str, shows: &'static str, rest: &'static str) -> Payment {
    Payment { role: Role::Antom, needs: None, shows, name, scenario: rest }
}

impl Payment {
    /// The case to run with an adapter: what is sold by Entry Code is sold in another way where there is none.
    ///
    /// # Errors
    /// What is built in is no scenario: a bug.
    pub fn case(&self, hello: &Hello) -> Result<Case, String> {
        let other = OTHER_WAYS.iter().find(|way| hello.can(way)).filter(|_| hello.can(NO_ENTRY_CODE));
        let scenario = match other {
            Some(way) if self.scenario.contains(ENTRY_CODE) => {
                let called = if *way == "session" { "on: createPaymentSession" } else { "on: pay" };
                let told = self.scenario.replace(ENTRY_CODE, &format!("by: {way}")).replace("on: pay", called);
                // An online payment is waited for longer.
                told.replace("within: 10m", "within: 2h")
            }
            _ => self.scenario.to_owned(),
        };
        // A front end needs a merchant behind it.
        let roles = if self.role == Role::Client { "antom, client" } else { self.role.as_str() };
        let text = format!("title: {}\nroles: [{roles}]\n{scenario}", self.shows);
        let scenario = parse(self.name, &text)
            .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
        Ok(Case { name: self.name.to_owned(), file: self.name.to_owned(), scenario, seed: 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(capabilities: &[&str]) -> Hello {
        serde_json::from_value(serde_json::json!({"name": "n", "roles": ["antom"], "capabilities": capabilities}))
            .unwrap()
    }

    #[test]
    fn everything_that_is_built_in_can_be_read() {
        for capabilities in [vec![], vec![NO_ENTRY_CODE, "session"]] {
            for payment in PAYMENTS {
                assert_eq!(payment.case(&hello(&capabilities)).map(|case| case.name), Ok(payment.name.to_owned()));
            }
        }
    }
}
