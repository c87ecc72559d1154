//! What campaigns taught: histories in which a rule accused a right merchant, the harness stumbled, or the reference was
//! wrong. Each was drawn, made small, and is right now.

use std::time::Duration;

use conformance::campaign::findings;
use conformance::integration::Integration;
use conformance::plan::Case;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::parse;
use conformance::verdict::Standard;
use conformance::world::Signing;

const HISTORIES: &[(&str, &str)] = &[
    (
        "EDC-P29: what was called off needs no recovery, though the failure of its Purchase was lost",
        "roles: [edc]\ngiven: {terminal: {faults: [{lose-answer: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 1m}\n  - checkout: {order: B, by: \
         terminal, amount: {currency: KRW, value: \"1007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: cancelled, B: \
         paid}\n",
    ),
    (
        "EDC-P29: a result that comes when the line is open again was heard",
        "roles: [edc]\ngiven: {terminal: {faults: [{unplug: {for: 0s}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, \
         amount: {currency: KRW, value: \"1000\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \
         \"1007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "EDC-P33: a terminal that hangs cannot be asked; the order is parked",
        "roles: [edc]\ngiven: {terminal: {faults: [{hang: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - restart: {}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked}\n",
    ),
    (
        "EDC-P23: an answer to CommandCancel that nobody waits for any more decides nothing",
        "roles: [edc]\ngiven: {terminal: {faults: [{late-answer: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, \
         amount: {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P21: a cancel does not wait behind the ACK of its Purchase, while a card may come",
        "roles: [edc]\ngiven: {terminal: {faults: [{lose-ack: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n  - \
         sent: {command: CommandCancel, times: 0}\n",
    ),
    (
        "a cancel on a line that is gone is answered",
        "roles: [edc]\ngiven: {terminal: {faults: [{unplug: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked}\n",
    ),
    (
        "bytes on a line that is unplugged are lost",
        "roles: [edc]\ngiven: {terminal: {faults: [{unplug: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - send-raw: {to: till, hex: \"00\"}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L01: a frame that was refused three times is given up, and the next one is another",
        "roles: [edc]\ngiven: {terminal: {faults: [{nak-command: {times: 3}}]}}\nsteps:\n  - checkout: {order: A, by: \
         terminal, amount: {currency: KRW, value: \"1000\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, \
         value: \"1007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: failed, B: paid}\n",
    ),
    (
        "BAT-007: a batch may be told of order by order",
        "roles: [antom]\ngiven: {antom: {settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G, orders: \
         [{order: A, amount: {currency: SGD, value: \"1000\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "INQ-001: and after a restart, too",
        "roles: [antom]\ngiven: {antom: {settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G, orders: \
         [{order: A, amount: {currency: SGD, value: \"1000\"}}]}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: \
         {A: paid}\n",
    ),
    (
        "NTF-012: a buyer who tries again after his order was called off pays anew",
        "roles: [antom]\ngiven: {antom: {buyer: [leaves]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: \
         {currency: KRW, value: \"1000\"}}\n  - settle: {within: 2m}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  \
         - order: {A: paid}\n",
    ),
    (
        "INQ-002: each life of a merchant may ask at once",
        "roles: [antom]\ngiven: {antom: {faults: [{lose-answer: {}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, \
         amount: {currency: KRW, value: \"1000\"}}\n  - restart: {}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: \
         {A: paid}\n",
    ),
    (
        "a card's payment needs no page: it is in process until it is paid",
        "roles: [antom]\ngiven: {antom: {buyer: [pays]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: SGD, \
         value: \"1000\"}, method: CARD}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "a restart beside a checkout takes its call along",
        "roles: [antom]\nsteps:\n  - parallel: [[{checkout: {order: A, by: cashier, amount: {currency: SGD, value: \"1000\"}}}], \
         [{restart: {}}]]\n  - settle: {within: 240h}\n",
    ),
];

#[test]
fn a_right_merchant_is_accused_of_nothing_in_the_histories_that_campaigns_found() {
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard::default(),
        signing: Signing::Words,
        client: None,
    };
    let hello = greet(&settings).unwrap();
    for (title, rest) in HISTORIES {
        let text = format!("title: \"{title}\"\n{rest}");
        let scenario = parse("taught.yaml", &text).unwrap_or_else(|mistakes| panic!("{title}: {mistakes:?}"));
        let case = Case { name: "taught".to_owned(), file: String::new(), scenario, seed: 1 };
        let found = findings(&run(&case, &settings, &hello), &settings);
        assert!(found.is_empty(), "{title}: {found:?}");
    }
}
