//! What campaigns taught: histories in which a rule accused a right merchant, the harness stumbled, or the reference was
//! wrong. Each was drawn, made small, and is right now.

use std::time::Duration;

use conformance::campaign::findings;
use conformance::integration::Integration;
use conformance::plan::Case;
use conformance::requirement::Level;
use conformance::run::{Settings, TimeMode, greet, run};
use conformance::scenario::parse;
use conformance::verdict::Standard;
use conformance::world::Signing;

use crate::generated::equal;
use crate::judgements::{of_report, paragraph};

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
    (
        "PAY-007: who clicks twice while the first try is cleared up tries once",
        "roles: [antom]\ngiven: {antom: {buyer: [leaves, pays], settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - checkout: {order: A, \
         by: entry-code, amount: {currency: JPY, value: \"1000\"}}\n  - advance: {by: 2s}\n  - parallel: [[{retry: {order: A}}], \
         [{retry: {order: A}}]]\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "OPS-001: a success that was told before an endless cancel does not make its order paid",
        "roles: [antom]\ngiven: {antom: {answers: [{on: cancel, code: UNKNOWN_EXCEPTION, times: 50}], buyer: [{pays: {after: 10s}}], \
         faults: [{delay-notification: {for: 10m}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, \
         value: \"1000\"}}\n  - advance: {by: 1s}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: \
         parked}\n",
    ),
    (
        "EDC-P37: what was told with an amount that was not so is not what is given back",
        "roles: [edc]\ngiven: {terminal: {faults: [{altered-amount: {command: Purchase}}]}}\nsteps:\n  - checkout: {order: A, by: \
         terminal, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 30m}\n  - refund: {order: A, amount: {currency: KRW, \
         value: \"1000\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: refunded}\n",
    ),
    (
        "EDC-P11: a person who asks once more need not know that the terminal was busy a moment ago",
        "roles: [edc]\ngiven: {terminal: {faults: [{busy: {command: PurchaseCancel, times: 6}}]}}\nsteps:\n  - checkout: {order: A, by: \
         terminal, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 30m}\n  - refund: {order: A, amount: {currency: KRW, \
         value: \"1000\"}}\n  - advance: {by: 5100ms}\n  - refund: {order: A, amount: {currency: KRW, value: \"1000\"}}\n  - settle: \
         {within: 2h}\n",
    ),
    (
        "EDC-P10: a Purchase that was called off runs no more, though its failure was lost",
        "roles: [edc]\ngiven: {terminal: {faults: [{lose-answer: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - advance: {by: 10s}\n  - checkout: {order: B, by: terminal, \
         amount: {currency: KRW, value: \"1007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: cancelled, B: paid}\n",
    ),
    (
        "NTF-016: who parked an order has told a person, who asks",
        "roles: [antom]\ngiven: {antom: {answers: [{on: cancel, code: UNKNOWN_EXCEPTION, times: 50}], buyer: [{pays: {after: 10s}}], \
         faults: [lose-notification]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \
         \"1000\"}}\n  - advance: {by: 1s}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: parked}\n",
    ),
    (
        "PAY-030: who calls an order off asks for its end, too",
        "roles: [antom]\ngiven: {antom: {answers: [{on: pay, code: UNKNOWN_EXCEPTION}]}}\nsteps:\n  - checkout: {order: A, by: \
         payment-code, amount: {currency: JPY, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-030: what was said of the last try is not said of the next",
        "roles: [antom]\ngiven: {antom: {answers: [{on: pay, code: PROCESS_FAIL}], buyer: [{pays: {after: 1m}}]}}\nsteps:\n  - checkout: \
         {order: A, by: payment-code, amount: {currency: JPY, value: \"1000\"}}\n  - settle: {within: 5s}\n  - retry: {order: \
         A}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P23: an answer at the end of its time may come too late",
        "roles: [edc]\ngiven: {terminal: {faults: [{late-answer: {for: 5s}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10407\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L06: a frame that began before may be refused beside strays",
        "roles: [edc]\ngiven: {terminal: {faults: [{nak-storm: {times: 3}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10407\"}}\n  - until: {event: START_TRANSACTION}\n  - send-raw: {to: till, hex: \"02ffff\"}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L02: a terminal whose power went when a card came says nothing",
        "roles: [edc]\ngiven: {terminal: {faults: [{card-races-cancel: {}}, {power-loss: {at: card-detected, for: 20s}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L03: on a line of JSON nothing is refused",
        "roles: [edc]\ngiven: {profile: ndjson, terminal: {faults: [{wrong-check: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P29: a frame whose last byte comes twice is whole",
        "roles: [edc]\ngiven: {terminal: {faults: [{duplicate-bytes: {seed: 96}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "AMT-003: a refund in rupiah that cannot be paid is not asked for",
        "roles: [antom]\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: IDR, value: \"1500700\"}}\n  - advance: {by: 5s}\n  - refund: {order: A, amount: {currency: IDR, value: \"500233\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "BAT-005: of two batches at the same time one may fail",
        "roles: [antom]\ngiven: {antom: {answers: [{on: batchPay, code: PROCESS_FAIL}]}}\nsteps:\n  - parallel: [[{checkout-batch: {batch: G, orders: [{order: A, amount: {currency: USD, value: \"1021\"}}]}}], [{checkout-batch: {batch: H, orders: [{order: B, amount: {currency: KRW, value: \"6025\"}}]}}]]\n  - settle: {within: 240h}\n",
    ),
    (
        "MONEY-003: a notification that held money was taken is evidence",
        "roles: [antom]\ngiven: {antom: {buyer: [pays], faults: [{spoil-notification: {times: 3}}]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: SGD, value: \"1000\"}, method: CARD}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "NTF-011: what is on its way when a failure is told is no answer to it",
        "roles: [antom]\ngiven: {antom: {buyer: [{pends: {after: 0s, for: 1s, code: ACCESS_DENIED}}], faults: [lose-answer]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: EUR, value: \"815\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "PAY-005: a payment that got no page was never made",
        "roles: [antom]\ngiven: {antom: {settings: {urls: []}}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: SGD, value: \"6004\"}}\n  - restart: {}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-027: money that is held and not taken may be let go",
        "roles: [antom]\ngiven: {antom: {captures: [{succeeds: {after: 24h}}], faults: [html-answer]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: KRW, value: \"100007\"}, method: CARD}\n  - settle: {within: 240h}\n",
    ),
    (
        "REF-007: a click long after a restart is no click at the same time",
        "roles: [antom]\ngiven: {antom: {refunds: [fails], faults: [{trickle-answer: {times: 3}}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: USD, value: \"1007\"}}\n  - refund: {order: A, amount: {currency: USD, value: \"1007\"}}\n  - restart: {}\n  - settle: {within: 30m}\n  - refund: {order: A, amount: {currency: USD, value: \"1007\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P29: two faults that undo each other spoil nothing",
        "roles: [edc]\ngiven: {terminal: {faults: [{corrupt-result: {}}, {wrong-check: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50014\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1000020\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "EDC-P27: a frame that is found again behind doubled bytes was heard",
        "roles: [edc]\ngiven: {terminal: {faults: [{duplicate-bytes: {times: 3}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - restart: {}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "MONEY-001: a refund that never left does not say how the one before it ended",
        "roles: [edc]\ngiven: {terminal: {faults: [{unplug: {at: authorizing, skip: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000006\"}}\n  - settle: {within: 1m}\n  - refund: {order: A, amount: {currency: KRW, value: \"1000006\"}}\n  - settle: {within: 5m}\n  - refund: {order: A, amount: {currency: KRW, value: \"1000006\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked}\n",
    ),
    (
        "CAN-005: a success of the try that was called off does not pay for the next",
        "roles: [antom]\ngiven: {antom: {faults: [{alter-answer: {on: inquiryPayment, set: {paymentAmount.value: \"1\"}, times: 2}}, {reorder-notification: {times: 2}}], settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"6025\"}}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-027: who wants to be rid of a payment need not take it",
        "roles: [antom]\ngiven: {antom: {faults: [early-notification]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: SGD, value: \"1234\"}}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    (
        "PAY-005: what was refused is over, after a restart too",
        "roles: [antom]\ngiven: {antom: {answers: [{on: createPaymentSession, code: REPEAT_REQ_INCONSISTENT}]}}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: JPY, value: \"1014\"}}\n  - restart: {}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-030: each life of a merchant asks anew",
        "roles: [antom]\ngiven: {antom: {buyer: [{pays: {after: 539s}}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: EUR, value: \"100007\"}}\n  - advance: {by: 20s}\n  - restart: {}\n  - advance: {by: 40s}\n  - restart: {}\n  - settle: {within: 240h}\n",
    ),
    (
        "BAT-005: a batch that cannot be sold is not the one before it",
        "roles: [antom]\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: EUR, value: \"6004\"}}]}\n  - checkout-batch: {batch: H, orders: [{order: B, amount: {currency: USD, value: \"1000\"}, merchant: M-1}, {order: C, amount: {currency: USD, value: \"1007\"}, merchant: M-1}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: failed, C: failed}\n",
    ),
    (
        "LINE-L03: noise beside a bad frame may be refused, too",
        "roles: [edc]\ngiven: {terminal: {faults: [{false-stx: {skip: 1, times: 2}}, {corrupt-result: {}}]}}\nsteps:\n  - parallel: [[{restart: {}}, {restart: {}}], [{checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50001\"}}}, {restart: {}}]]\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P39: who clicks while it is being given back clicks twice, however quick the answer",
        "roles: [edc]\ngiven: {terminal: {answers: [{PurchaseCancel: {code: ORDER_STATUS_INVALID}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"121\"}}\n  - settle: {within: 5s}\n  - parallel: [[{refund: {order: A, amount: {currency: KRW, value: \"121\"}}}], [{refund: {order: A, amount: {currency: KRW, value: \"121\"}}}]]\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L02: a result that trickles is acknowledged when its last byte is there",
        "roles: [edc]\ngiven: {terminal: {faults: [{trickle: {count: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50015\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "LINE-L03: an ACK may be for the sending before, found behind a false beginning",
        "roles: [edc]\ngiven: {terminal: {faults: [{false-stx: {}}, {length-short: {skip: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50000\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P21: events that are held back have not been heard",
        "roles: [edc]\ngiven: {terminal: {faults: [{merge: {times: 9}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50001\"}}\n  - until: {event: START_TRANSACTION}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P21: what a terminal said before its power went is of another sale",
        "roles: [edc]\ngiven: {terminal: {faults: [{power-loss: {at: approved, for: 1m}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - restart: {}\n  - settle: {within: 1m}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1000013\"}}\n  - until: {event: START_TRANSACTION}\n  - cancel: {order: B}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P23: a cancel that could not leave, since the line was unplugged, does not leave later",
        "roles: [edc]\ngiven: {profile: ndjson, terminal: {cardholder: [{cancel-key: {after: 29s}}], faults: [{unplug: {for: 5s}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"107\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "EDC-P27: a Purchase that was called off charged nothing, though its failure comes late",
        "roles: [edc]\ngiven: {terminal: {faults: [{late-answer: {skip: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - cancel: {order: A}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: cancelled, B: paid}\n",
    ),
    (
        "PAY-005: a batch that was answered U was never made",
        "roles: [antom]\ngiven: {antom: {answers: [{on: batchPay, code: UNKNOWN_EXCEPTION, times: 2}]}}\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: EUR, value: \"1007\"}}]}\n  - restart: {}\n  - retry: {order: G}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "PAY-005: nor was one without a page",
        "roles: [antom]\ngiven: {antom: {settings: {urls: []}}}\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: EUR, value: \"1241\"}}]}\n  - restart: {}\n  - retry: {order: G}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "SES-002: a refusal that cannot be read ends no session",
        "roles: [antom]\ngiven: {antom: {answers: [{on: createPaymentSession, code: KEY_NOT_FOUND}], faults: [{repeat-key: {place: last, times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: JPY, value: \"2586\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "SES-002: nor does one that breaks off",
        "roles: [antom]\ngiven: {antom: {answers: [{on: createPaymentSession, code: MERCHANT_KYB_NOT_QUALIFIED}], faults: [{cut-answer: {times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: EUR, value: \"1014\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "SIG-005: a try that is begun afterwards does not undo what was known",
        "roles: [antom]\ngiven: {antom: {faults: [{forge-answer: {nth: 2}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: EUR, value: \"6004\"}}\n  - cancel: {order: A}\n  - settle: {within: 5s}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "REF-011: of what was captured in part, less is booked than the order costs",
        "roles: [antom]\ngiven: {antom: {refunds: [{fails: {}}]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: EUR, value: \"1007\"}, method: CARD, capture: manual}\n  - capture: {order: A, amount: {currency: EUR, value: \"503\"}}\n  - refund: {order: A, amount: {currency: EUR, value: \"335\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "CAN-005: an inquiry that is answered after a cancel tells what was before",
        "roles: [antom]\ngiven: {antom: {faults: [spoil-notification, {early-notification: {for: 1s, times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: KRW, value: \"6011\"}}\n  - until: {called: inquiryPayment}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    (
        "NTF-003: which order of a batch is told of is not known before the answer that made it",
        "roles: [antom]\ngiven: {antom: {faults: [{html-answer: {times: 3}}], settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: JPY, value: \"100014\"}}, {order: B, amount: {currency: JPY, value: \"6018\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "PAY-030: whatever is refused at the counter is over",
        "roles: [antom]\ngiven: {antom: {answers: [{on: pay, code: REPEAT_REQ_INCONSISTENT}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: JPY, value: \"1241\"}}\n  - advance: {by: 1m}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "REF-002: who was killed while a refusal trickled in has not heard it",
        "roles: [antom]\ngiven: {antom: {answers: [{on: refund, code: PROCESS_FAIL}], faults: [{trickle-answer: {times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: IDR, value: \"1500700\"}}\n  - settle: {within: 5s}\n  - refund: {order: A, amount: {currency: IDR, value: \"1500700\"}}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "NTF-008: a notification of a part of a batch names the batch",
        "roles: [antom]\ngiven: {antom: {faults: [{alter-notification: {set: {paymentRequestId: NOBODY-1}}}], settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: A, amount: {currency: JPY, value: \"1007\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "REF-003: a refund that failed while it was repeated is repeated no more",
        "roles: [antom]\ngiven: {antom: {refunds: [{fails: {after: 0s}}], faults: [{forge-answer: {on: refund}}]}}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: IDR, value: \"1500700\"}}\n  - settle: {within: 5s}\n  - refund: {order: A, amount: {currency: IDR, value: \"1500700\"}}\n  - refund: {order: A, amount: {currency: IDR, value: \"1500700\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: refunded}\n",
    ),
    (
        "BAT-005: of two batches at the same time the later answer is not the later batch's",
        "roles: [antom]\ngiven: {antom: {settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - parallel: [[{checkout-batch: {batch: G, orders: [{order: A, amount: {currency: EUR, value: \"1241\"}}]}}], [{checkout-batch: {batch: H, orders: [{order: B, amount: {currency: KRW, value: \"1028\"}}]}}]]\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: failed}\n",
    ),
    (
        "INQ-003: a failure that is told of another payment ends none",
        "roles: [antom]\ngiven: {antom: {answers: [{on: pay, code: USER_NOT_EXIST}], faults: [cut-answer, {alter-answer: {set: {paymentRequestId: NOBODY-1}, times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: order-code, amount: {currency: SGD, value: \"5997\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "CAN-001: what is said of a try that is over says nothing of the next",
        "roles: [antom]\ngiven: {antom: {answers: [{on: pay, code: PROCESS_FAIL}], faults: [{early-notification: {for: 1s}}]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: SGD, value: \"1007\"}}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P27: a Purchase that the terminal was too busy for is sent again, and is no second one",
        "roles: [edc]\ngiven: {terminal: {faults: [{late-answer: {for: 5m}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "CAN-006: a batch of which an order was paid is not called off for a new try",
        "roles: [antom]\ngiven: {antom: {faults: [{lose-answer: {how: silence, nth: 2}}], settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: JPY, value: \"100000\"}}]}\n  - retry: {order: G3}\n  - settle: {within: 240h}\n",
    ),
    (
        "SES-002: what was sent at the moment at which a session ended could not know",
        "roles: [antom]\ngiven: {antom: {buyer: [{pends: {after: 1s, for: 0s, code: ORDER_IS_CLOSED}}], faults: [{repeat-key: {place: last}}]}}\nsteps:\n  - checkout: {order: B, by: session, amount: {currency: KRW, value: \"1014\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-030: a person was called, who looks after the buyer at the counter",
        "roles: [antom]\ngiven: {antom: {buyer: [{pays: {after: 1s}}], faults: [{alter-notification: {set: {paymentAmount.currency: USD}}}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: JPY, value: \"1007\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-030: nobody need have asked whether a person was called",
        "roles: [antom]\ngiven: {antom: {buyer: [{pays: {after: 100ms}}], faults: [{alter-notification: {set: {paymentAmount.currency: USD}}}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: KRW, value: \"1007\"}}\n  - until: {called: refund, within: 5m}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P10: a result that cannot be read, and came before the question, does not answer it",
        "roles: [edc]\ngiven: {terminal: {cardholder: [{cancel-key: {}}], faults: [{malformed-json: {command: Purchase}}, {late-answer: {skip: 2}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1007\"}}\n  - restart: {}\n  - settle: {within: 2h}\n",
    ),
    (
        "INQ-002: a cancel that came to nothing is reason enough to inquire at once",
        "roles: [antom]\ngiven: {antom: {answers: [{on: cancel, code: METHOD_NOT_SUPPORTED}], buyer: [{pends: {}}], faults: [{lose-answer: {on: pay, how: silence, times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"877\"}}\n  - settle: {within: 20s}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P10: a result that was spoilt twice is the result that was meant",
        "roles: [edc]\ngiven: {terminal: {faults: [{malformed-json: {}}, {malformed-json: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P33: what a person was called for before a restart is asked for no more",
        "roles: [edc]\ngiven: {terminal: {faults: [{lose-answer: {}}, {late-answer: {times: 7, for: 5m}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000006\"}}\n  - until: {event: START_TRANSACTION}\n  - settle: {within: 100s}\n  - until: {sent: PurchaseCancel}\n  - restart: {}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked}\n",
    ),
    (
        "LINE-L02: nothing is heard behind a frame that trickles",
        "roles: [edc]\ngiven: {terminal: {faults: [{trickle: {times: 3, count: 1}}]}}\nsteps:\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1000013\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "LINE-L06: bytes that somebody puts on the line are refused beside a stray",
        "roles: [edc]\ngiven: {terminal: {faults: [{nak-storm: {}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - send-raw: {to: till, hex: \"02ffff\"}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P27: what became of a refund is asked before a person's next try",
        "roles: [edc]\ngiven: {terminal: {faults: [{unplug: {at: authorizing, skip: 2, for: 2m}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50007\"}}\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"50021\"}}\n  - settle: {within: 1m}\n  - refund: {order: C, amount: {currency: KRW, value: \"50021\"}}\n  - restart: {}\n  - settle: {within: 5m}\n  - refund: {order: C, amount: {currency: KRW, value: \"50021\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, C: refunded}\n",
    ),
    (
        "NTF-003: the answer that made a batch may be read after a notification of the same moment",
        "roles: [antom]\ngiven: {antom: {buyer: [{declines: {after: 0s}}], faults: [{odd-headers: {how: unescaped, times: 2}}], settings: {notify-each-order: true}}}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: USD, value: \"1241\"}}, {order: B, amount: {currency: USD, value: \"100014\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed, B: failed}\n",
    ),
    (
        "EDC-P27: a person may ask for a refund again when the terminal told nonsense",
        "roles: [edc]\ngiven: {terminal: {faults: [{busy: {command: PurchaseCancel}}, {altered-amount: {command: GetLastTransaction, times: 2}}, {late-answer: {skip: 1}}]}}\nsteps:\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10414\"}}\n  - settle: {within: 5s}\n  - refund: {order: B, amount: {currency: KRW, value: \"10414\"}}\n  - restart: {}\n  - refund: {order: B, amount: {currency: KRW, value: \"10414\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {B: refunded}\n",
    ),
    (
        "EDC-P27: a frame that comes again because of noise is no second Purchase",
        "roles: [edc]\ngiven: {terminal: {faults: [{hang: {skip: 1, for: 0s}}, {bit-noise: {on: event, skip: 2, times: 4, count: 60}}]}}\nsteps:\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"10421\"}}\n  - settle: {within: 5s}\n  - refund: {order: C, amount: {currency: KRW, value: \"10421\"}}\n  - checkout: {order: D, by: terminal, amount: {currency: KRW, value: \"1000027\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "LINE-L01: a frame that came damaged was one of three sends",
        "roles: [edc]\ngiven: {terminal: {faults: [{drop-bytes: {direction: from-pos, skip: 1}}, {nak-command: {times: 2}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1014\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L01: a frame that came damaged was one of three sends, and nothing need come after them",
        "roles: [edc]\ngiven: {terminal: {faults: [{nak-command: {}}, {nak-command: {}}, {bit-noise: {direction: from-pos, skip: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "CAN-005: what an inquiry said before a cancel is old after it",
        "roles: [antom]\ngiven: {antom: {buyer: [{pays-late: {nth: 3}}], faults: [{early-notification: {on: inquiryPayment, for: 5s, times: 2}}, {lose-notification: {nth: 2}}]}}\nsteps:\n  - checkout: {order: B, by: payment-code, amount: {currency: JPY, value: \"6011\"}}\n  - checkout: {order: C, by: order-code, amount: {currency: JPY, value: \"1255\"}}\n  - retry: {order: C}\n  - settle: {within: 240h}\n",
    ),
    (
        "CAN-001: what an inquiry says of the try before ends nothing",
        "roles: [antom]\ngiven: {antom: {buyer: [{pends: {for: 0s, code: ACCESS_DENIED}}], faults: [{lose-answer: {how: silence}}]}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: USD, value: \"6004\"}}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "NTF-011: a failure that is told of another payment ends none",
        "roles: [antom]\ngiven: {antom: {buyer: [{declines: {after: 0s}}], faults: [{alter-notification: {set: {paymentRequestId: NOBODY-1}}}, {forge-answer: {times: 2}}]}}\nsteps:\n  - checkout-batch: {batch: G1, orders: [{order: A, amount: {currency: SGD, value: \"1007\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "PAY-027: who begins anew lets go of what is paid meanwhile",
        "roles: [antom]\ngiven: {antom: {faults: [{trickle-answer: {every: 0s, times: 2}}, {lose-answer: {how: silence}}]}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: IDR, value: \"1500700\"}}\n  - retry: {order: A}\n  - advance: {by: 3100ms}\n  - restart: {}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-030: a person who was called is seen when somebody asks",
        "roles: [antom]\ngiven: {antom: {buyer: [{authorises: {after: 100ms}}], faults: [{alter-notification: {set: {paymentAmount.value: \"1\"}}}]}}\nsteps:\n  - checkout: {order: A, by: payment-code, amount: {currency: KRW, value: \"1234\"}}\n  - advance: {by: 30s}\n  - settle: {within: 240h}\n",
    ),
    (
        "SES-002: a session that ends while it is handed out was handed out alive",
        "roles: [antom]\ngiven: {antom: {buyer: [{declines: {code: ORDER_IS_CLOSED, after: 0s}}]}}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: SGD, value: \"1007\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "EDC-P10: an event that names the CommandCancel is not its answer",
        "roles: [edc]\ngiven: {terminal: {faults: [{event-after-final: {}}, {late-answer: {}}]}}\nsteps:\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"50021\"}}\n  - cancel: {order: C}\n  - checkout: {order: D, by: terminal, amount: {currency: KRW, value: \"1028\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P23: an event that names the CommandCancel does not end it",
        "roles: [edc]\ngiven: {terminal: {faults: [{event-after-final: {}}, {repeat-result: {}}, {late-answer: {}}]}}\nsteps:\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"50021\"}}\n  - cancel: {order: C}\n  - settle: {within: 240h}\nexpect:\n  - order: {C: cancelled}\n",
    ),
    (
        "INQ-010: an order that was told to have failed is not under way when the merchant is killed",
        "roles: [antom]\ngiven: {antom: {settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"6004\"}}\n  - checkout-batch: {batch: G6, orders: [{order: D, amount: {currency: IDR, value: \"1502800\"}}]}\n  - restart: {}\n  - until: {called: refund}\n  - settle: {within: 240h}\n",
    ),
    (
        "OPS-003: who is killed knows nothing of a limit",
        "roles: [antom]\ngiven: {antom: {settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - parallel: [[{checkout: {order: A, by: cashier, amount: {currency: KRW, value: \"1241\"}}}, {restart: {}}, {restart: {}}], [{checkout: {order: C, by: cashier, amount: {currency: IDR, value: \"1502100\"}}}]]\n  - settle: {within: 240h}\n",
    ),
    (
        "OPS-003: what the next buyer wants is no repetition",
        "roles: [antom]\ngiven: {antom: {settings: {rate-limit: {calls: 1}}}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: KRW, value: \"1241\"}}\n  - checkout: {order: B, by: cashier, amount: {currency: JPY, value: \"100014\"}}\n  - checkout: {order: C, by: cashier, amount: {currency: IDR, value: \"1502100\"}}\n  - checkout: {order: D, by: entry-code, amount: {currency: JPY, value: \"2027\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P27: while every result comes damaged, the next order of the same amount is another",
        "roles: [edc]\ngiven: {terminal: {faults: [{corrupt-result: {times: 31}}]}}\nsteps:\n  - checkout: {order: C, by: terminal, \
         amount: {currency: KRW, value: \"100\"}}\n  - checkout: {order: D, by: terminal, amount: {currency: KRW, value: \
         \"100\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {C: parked, D: paid}\n",
    ),
    (
        "NTF-012: a batch that was called off stays called off, too",
        "roles: [antom]\ngiven: {antom: {answers: [{on: inquiryPayment, code: UNKNOWN_EXCEPTION, times: 25}], buyer: [{pays: {after: \
         1m}}]}}\nsteps:\n  - checkout-batch: {batch: G, orders: [{order: B, amount: {currency: SGD, value: \"1248\"}}]}\n  - until: \
         {notified: PAYMENT_RESULT}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: {B: cancelled}\n",
    ),
    (
        "CAN-005: a notification of another amount does not end the cancel that is under way",
        "roles: [antom]\ngiven: {antom: {buyer: [{pays: {after: 1s}}], faults: [{concurrent-notification: {}}, \
         {alter-notification: {set: {paymentAmount.value: \"1\"}}}]}}\nsteps:\n  - checkout: {order: B, by: payment-code, amount: \
         {currency: SGD, value: \"100000\"}}\n  - advance: {by: 1s}\n  - cancel: {order: B}\n  - settle: {within: 240h}\nexpect:\n  - \
         order: {B: cancelled}\n",
    ),
    (
        "INQ-007: what pay answers later may say that there is no payment",
        "roles: [antom]\ngiven: {antom: {faults: [{early-notification: {for: 1s}}], settings: {urls: []}}}\nsteps:\n  - checkout: \
         {order: A, by: cashier, amount: {currency: JPY, value: \"1007\"}}\n  - retry: {order: A}\n  - settle: {within: \
         240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "EDC-P37: what a result that nobody asked for says, is not what was sold",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - altered-amount: {skip: 1}\n      - unsolicited-result: {times: 2}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10414\"}}\n  - settle: {within: 1m}\n  - refund: {order: B, amount: {currency: KRW, value: \"10414\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {B: refunded}\n",
    ),
    (
        "EDC-P10: whose answer it was that cannot be read, nobody knows",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - malformed-json: {command: Purchase}\n      - late-answer: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"107\"}}\n  - until: {sent: GetLastTransaction, within: 1s}\n  - restart: {}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P29: a refusal is one, whatever amount it names",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - altered-amount: {command: PurchaseCancel, times: 2}\n    settings: {last-transaction-has-request-id: false}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 5s}\n  - refund: {order: A, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 1s}\n  - refund: {order: A, amount: {currency: KRW, value: \"1000\"}}\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"1021\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: refunded, C: paid}\n",
    ),
    (
        "SES-002: an answer that came when nobody waited for it any more is none",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: createPaymentSession, code: INVALID_API}\n    faults:\n      - delay-answer: {for: 20s, times: 2}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: IDR, value: \"1500700\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "NTF-003: orders of a batch by whose ids nobody learnt to know them are acknowledged all the same; the inquiry decides",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - repeat-key: {place: last}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G2, orders: [{order: A, amount: {currency: EUR, value: \"1234\"}}, {order: B, amount: {currency: EUR, value: \"1234\"}}]}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "NTF-003: the same, when the merchant was killed before the answer",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - early-notification: {}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: JPY, value: \"6004\"}}, {order: B, amount: {currency: JPY, value: \"100014\"}}]}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "CAN-006: nobody calls an order off beside its capture",
        "roles: [antom]\ngiven:\n  antom:\n    settings: {rate-limit: {calls: 1}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: KRW, value: \"100000\"}, method: CARD, capture: manual}\n  - capture: {order: A}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P23: the other half of a sale that was called off may come when its CommandCancel is not waited for any more",
        "roles: [edc]\ngiven:\n  terminal:\n    cardholder: [nothing]\n    faults:\n      - late-answer: {times: 2, for: 7s}\n    settings: {cancel-order: failure-first}\n  profile: ndjson\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50007\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    (
        "EDC-P10: nothing is asked while a CommandCancel has no answer",
        "roles: [edc]\ngiven:\n  terminal:\n    answers:\n      - Purchase: {code: CommandParamError}\n    faults:\n      - late-answer: {times: 2, for: 5m}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10407\"}}\n  - advance: {by: 92s}\n  - cancel: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P27: a terminal that hangs cannot be asked about the sale before",
        "roles: [edc]\ngiven:\n  terminal:\n    cardholder:\n      - on: {event: READY, then: {insert: {after: 29s}}}\n    faults:\n      - hang: {at: authorizing, for: 2m}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - until: {event: PENDING_SIGNATURE, within: 5m}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: parked, B: paid}\n",
    ),
    (
        "EDC-P27: what another sale brought is given back",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - hang: {at: authorizing, skip: 1, for: 1m}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - settle: {within: 5s}\n  - refund: {order: A, amount: {currency: KRW, value: \"100\"}}\n  - restart: {}\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"100\"}}\n  - settle: {within: 5m}\n  - refund: {order: C, amount: {currency: KRW, value: \"100\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked, C: refunded}\n",
    ),
    (
        "EDC-P32: a refusal is one, whatever amount it names",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - corrupt-result: {times: 3}\n      - altered-amount: {command: Purchase}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000006\"}}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "EDC-P10: nobody can open a line that is unplugged, and what could not be sent then is not sent later",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - unplug: {for: 2m}\n      - late-answer: {skip: 1}\n  profile: ndjson\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "CAN-002: an answer that comes when a later cancel was answered already says nothing any more",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: UNKNOWN_EXCEPTION}\n    faults:\n      - delay-answer: {on: cancel, for: 20s}\n      - respell-answer: {on: cancel, as: bom}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: USD, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 1m}\n  - until: {called: inquiryPayment}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    (
        "LINE-L02: a frame with noise between its pieces is damaged",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - corrupt-result: {}\n      - split: {times: 2, for: 0s}\n      - line-noise: {skip: 1}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"107\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "NTF-011: what is told of an order of a batch waits for the answer to the batch, while there may be one",
        "roles: [antom]\ngiven:\n  antom:\n    buyer:\n      - declines: {}\n    faults:\n      - cut-answer: {}\n      - delay-answer: {on: inquiryPayment}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: USD, value: \"1007\"}}, {order: B, amount: {currency: USD, value: \"1014\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed, B: failed}\n",
    ),
    (
        "EDC-P21: a cancel is not about the sale before, which is over",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - bit-noise: {direction: from-pos, skip: 2, times: 2}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - settle: {within: 1m}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1014\"}}\n  - cancel: {order: B}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L01: what is sent again may come damaged",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - nak-command: {}\n      - duplicate-bytes: {direction: from-pos, skip: 2}\nsteps:\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1000013\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "LINE-L03: two frames of one moment have two ACKs",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - length-short: {skip: 2}\n      - false-stx: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1000\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: cancelled}\n",
    ),
    (
        "PAY-014: who tried again while an earlier answer was missing tries by himself",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: PROCESS_FAIL}\n    faults:\n      - lose-answer: {}\n      - lose-answer: {how: silence, times: 2}\nsteps:\n  - checkout: {order: A, by: order-code, amount: {currency: EUR, value: \"6004\"}}\n  - settle: {within: 1s}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "LINE-L02: a false start between the pieces of a frame damages it",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - split: {times: 2, for: 0s}\n      - false-stx: {times: 2}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P27: the byte of a NAK in a frame that came damaged looks like a refusal",
        "roles: [edc]\ngiven:\n  terminal:\n    answers:\n      - Purchase: {code: UNKNOWN}\n    faults:\n      - lose-ack: {}\n      - length-long: {}\nsteps:\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"1021\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {C: parked}\n",
    ),
    (
        "SES-002: an answer about another payment tells nothing of this one",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: createPaymentSession, code: SYSTEM_ERROR}\n    faults:\n      - lose-answer: {}\n      - alter-answer: {set: {paymentRequestId: NOBODY-1}, times: 2}\nsteps:\n  - checkout: {order: B, by: session, amount: {currency: KRW, value: \"1000\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {B: failed}\n",
    ),
    (
        "EDC-P27: a Purchase for which the terminal wanted a hello first is sent once more, and is no other",
        "roles: [edc]\ngiven:\n  terminal:\n    answers:\n      - Purchase: {code: CommandInvalid}\n    faults:\n      - corrupt-result: {times: 3}\n      - busy: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50001\"}}\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"50001\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: parked, C: paid}\n",
    ),
    (
        "LINE-L03: two faults that undo each other leave a sound frame",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - malformed-json: {}\n      - wrong-check: {}\n      - corrupt-result: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "EDC-P11: the first Purchase of another order follows at once",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - busy: {times: 9}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60000\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"60000\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: failed, B: paid}\n",
    ),
    (
        "LINE-L03: two faults that undo each other leave a sound frame, whatever it says",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - malformed-json: {}\n      - wrong-check: {}\n      - corrupt-result: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "BAT-005: a batch that failed before its answer came is called failed",
        "roles: [antom]\ngiven:\n  antom:\n    buyer:\n      - declines: {}\n    faults:\n      - delay-answer: {for: 20s, times: 2}\nsteps:\n  - checkout-batch: {batch: G1, orders: [{order: A, amount: {currency: USD, value: \"1007\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "EDC-P37: an altered result that comes twice is not so either time",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - altered-amount: {}\n      - repeat-result: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10407\"}}\n  - settle: {within: 5s}\n  - refund: {order: A, amount: {currency: KRW, value: \"10407\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: refunded}\n",
    ),
    (
        "EDC-P37: an altered result that comes again much later is not so then either",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - altered-amount: {}\n      - stale-result: {times: 2}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"60007\"}}\n  - settle: {within: 1m}\n  - refund: {order: A, amount: {currency: KRW, value: \"60007\"}}\n  - settle: {within: 2h}\nexpect:\n  - order: {A: refunded}\n",
    ),
    (
        "EDC-P10, EDC-P16: whose an unreadable result is nobody knows, however late it leaves",
        "roles: [edc]\ngiven: {terminal: {faults: [{malformed-json: {times: 2}}, {late-answer: {times: 9}}]}}\nsteps:\n  - \
         checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - checkout: {order: B, by: terminal, \
         amount: {currency: KRW, value: \"50014\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "INQ-008: what an inquiry knows of is not failed by a batchPay that is answered U",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: batchPay, code: REQUEST_TRAFFIC_EXCEED_LIMIT, nth: \
         3}\n    buyer:\n      - pays: {after: 5s}\n    faults:\n      - lose-answer: {times: 3}\nsteps:\n  - checkout-batch: \
         {batch: G1, orders: [{order: A, amount: {currency: SGD, value: \"100007\"}}]}\n  - settle: {within: 240h}\nexpect:\n  \
         - order: {A: paid}\n",
    ),
    (
        "EDC-P53: the record of a sale that is being given back says that it was sold, and not how the refund ended",
        "roles: [edc]\ngiven:\n  terminal:\n    host:\n      - approve: {after: 20s}\n      - silent: {reversal: silent}\n    \
         faults:\n      - drop-bytes: {times: 9, count: 1, seed: 83}\nsteps:\n  - checkout: {order: A, by: terminal, amount: \
         {currency: KRW, value: \"50007\"}}\n  - until: {event: CARD_DETECTED}\n  - settle: {within: 5s}\n  - refund: {order: \
         A, amount: {currency: KRW, value: \"50007\"}}\n  - until: {sent: PurchaseCancel, within: 1s}\n  - restart: {}\n  - \
         settle: {within: 30m}\n  - refund: {order: A, amount: {currency: KRW, value: \"50007\"}}\n  - refund: {order: A, \
         amount: {currency: KRW, value: \"25003\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "NTF-024: who was called to give money back is not sent away by a failure that is told later",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryPayment, code: SYSTEM_ERROR, times: 3}\n      - \
         {on: cancel, code: ORDER_STATUS_INVALID}\n    buyer: [pays-late: {}]\n    faults: [{delay-notification: {for: 30s}}]\n    \
         settings: {reversal-fails: true}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: EUR, value: \
         \"100007\"}}\n  - until: {called: cancel, within: 5m}\n  - cancel: {order: A}\n  - settle: {within: 240h}\nexpect:\n  \
         - order: {A: parked}\n",
    ),
    (
        "OPS-003: three buyers of one moment cannot know that there are too many of them",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: REQUEST_TRAFFIC_EXCEED_LIMIT, times: 2}\nsteps:\n  \
         - parallel: [[{checkout: {order: A, by: cashier, amount: {currency: JPY, value: \"1007\"}}}], [{checkout: {order: B, by: \
         entry-code, amount: {currency: KRW, value: \"1248\"}}}], [{checkout: {order: C, by: entry-code, amount: {currency: USD, \
         value: \"100021\"}}}]]\n  - settle: {within: 240h}\n",
    ),
    (
        "LINE-L03: a frame that was damaged twice may have no beginning left",
        "roles: [edc]\ngiven: {terminal: {faults: [{drop-bytes: {count: 60}}, {length-long: {}}]}}\nsteps:\n  - checkout: {order: \
         A, by: terminal, amount: {currency: KRW, value: \"60000\"}}\n  - restart: {}\n  - settle: {within: 2h}\n",
    ),
    (
        "INQ-011: orders of a batch by whose answer nobody learnt to know them are asked about after they were told of",
        "roles: [antom]\ngiven:\n  antom:\n    faults: [{forge-answer: {times: always}}]\n    settings: {notify-each-order: \
         true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: B, amount: {currency: EUR, value: \"100014\"}}, {order: \
         C, amount: {currency: EUR, value: \"1255\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "OPS-003: a buyer who tries again is asked about once at a time",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: UNKNOWN_EXCEPTION}\n      - {on: \
         inquiryPayment, code: REQUEST_TRAFFIC_EXCEED_LIMIT, nth: 7, times: 3}\n    buyer: [leaves, leaves]\nsteps:\n  - \
         checkout: {order: A, by: cashier, amount: {currency: JPY, value: \"100000\"}}\n  - retry: {order: A}\n  - settle: \
         {within: 240h}\n",
    ),
    (
        "LINE-L03: an altered result, too, may have come behind a false beginning, and be what an ACK is for",
        "roles: [edc]\ngiven: {terminal: {faults: [{altered-amount: {}}, {length-short: {skip: 1}}, {false-stx: {}}]}}\nsteps:\n  \
         - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50021\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "NTF-016: of a payment that a bank has one may wait to be told",
        "roles: [antom]\ngiven:\n  antom:\n    buyer:\n      - pends: {for: 0s, code: ACCESS_DENIED}\n      - pays: {after: \
         5m}\n    faults: [{lose-notification: {times: 2}}]\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: \
         KRW, value: \"1007\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid}\n",
    ),
    (
        "AMT-007: an answer in other money altogether is a person's to look at",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - lose-answer: {on: batchPay, times: 3}\n      - alter-answer: {on: \
         inquiryPayment, set: {paymentAmount.currency: USD}, nth: 3}\n    settings: {notify-each-order: true}\nsteps:\n  - \
         checkout-batch: {batch: G4, orders: [{order: B, amount: {currency: KRW, value: \"1234\"}}, {order: C, amount: \
         {currency: KRW, value: \"1255\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "INQ-011: a batch of which one order was told of has not ended",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: inquiryPayment, code: ACCESS_DENIED, times: 9}]\n    faults: \
         [{lose-notification: {}}]\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: \
         [{order: A, amount: {currency: EUR, value: \"100007\"}}, {order: B, amount: {currency: EUR, value: \"1248\"}}]}\n  - \
         settle: {within: 240h}\n",
    ),
    (
        "SIG-011: batchPay that is answered U without a page made nothing, whatever the code",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: batchPay, code: REQUEST_TRAFFIC_EXCEED_LIMIT, times: 2}]\n    \
         faults: [{cut-answer: {}}]\nsteps:\n  - checkout-batch: {batch: G4, orders: [{order: B, amount: {currency: KRW, value: \
         \"1234\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "INQ-011: a notification that names another payment by one of its ids ends nothing",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: inquiryPayment, code: MEDIA_TYPE_NOT_ACCEPTABLE, times: 6}]\n    \
         buyer: [declines: {}]\n    faults: [{alter-notification: {set: {paymentRequestId: NOBODY-1}}}]\nsteps:\n  - \
         checkout-batch: {batch: G1, orders: [{order: A, amount: {currency: JPY, value: \"1007\"}}]}\n  - settle: {within: \
         240h}\n",
    ),
    (
        "EDC-P10: a question that waited behind a frame without ACK has as long as any other",
        "roles: [edc]\ngiven: {terminal: {answers: [Purchase: {code: CommandParamError}], faults: [{lose-ack: {}}, \
         {malformed-json: {}}, {late-answer: {skip: 1}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: \
         KRW, value: \"1000006\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "NTF-003: who still reads the answer that names a batch's orders cannot know them yet",
        "roles: [antom]\ngiven:\n  antom:\n    faults: [{trickle-answer: {}}]\n    settings: {notify-each-order: true}\nsteps:\n  \
         - checkout-batch: {batch: G2, orders: [{order: A, amount: {currency: KRW, value: \"6004\"}}, {order: B, amount: \
         {currency: KRW, value: \"6011\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: paid, B: paid}\n",
    ),
    (
        "LINE-L01: a refused frame that came again, and was damaged each time, did come again",
        "roles: [edc]\ngiven: {terminal: {faults: [{nak-command: {}}, {drop-bytes: {direction: from-pos, skip: 2, times: \
         2}}]}}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1007\"}}\n  - until: {sent: \
         GetLastTransaction}\n  - settle: {within: 2h}\n",
    ),
    (
        "CAN-002: money that is told to have come after the end tells of the end",
        "roles: [antom]\ngiven:\n  antom:\n    buyer: [pays-late: {after: 0s}]\n    faults: [{lose-answer: {on: cancel}}]\n    \
         settings: {reversal-fails: true}\nsteps:\n  - parallel: [[{until: {called: pay}}, {restart: {}}], [{checkout: {order: C, \
         by: payment-code, amount: {currency: USD, value: \"2187\"}}}, {retry: {order: C}}]]\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-011: who is told of the failure meanwhile need not ask again",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: pay, code: UNKNOWN_EXCEPTION, nth: 2}]\n    buyer: [declines: \
         {}]\n    faults: [{html-answer: {}}]\n    settings: {notify-failure: true}\nsteps:\n  - checkout: {order: A, by: \
         entry-code, amount: {currency: JPY, value: \"1241\"}}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "CAN-008: a cancel that nobody answers is repeated, though it was refused once",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: cancel, code: PROCESS_FAIL}]\n    faults: [{lose-answer: {how: \
         silence, nth: 3, times: 3}}]\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: JPY, value: \
         \"1241\"}}\n  - cancel: {order: A}\n  - advance: {by: 1s}\n  - restart: {}\n  - settle: {within: 240h}\nexpect:\n  - \
         order: {A: cancelled}\n",
    ),
    (
        "SIG-011: what was told just before it was killed may have been read",
        "roles: [antom]\ngiven: {antom: {faults: [{forge-answer: {}}], settings: {urls: []}}}\nsteps:\n  - checkout: {order: \
         A, by: cashier, amount: {currency: JPY, value: \"2006\"}}\n  - advance: {by: 1s}\n  - restart: {}\n  - settle: \
         {within: 240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "OPS-001: what is known to have failed has nothing left to cancel",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: cancel, code: UNKNOWN_EXCEPTION}]\n    buyer: [declines: {}, \
         leaves: {times: 2}]\n    settings: {rate-limit: {calls: 1}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: \
         {currency: KRW, value: \"6004\"}}\n  - cancel: {order: A}\n  - checkout: {order: B, by: entry-code, amount: {currency: \
         SGD, value: \"1014\"}}\n  - until: {called: inquiryPayment}\n  - restart: {}\n  - retry: {order: B}\n  - settle: \
         {within: 240h}\nexpect:\n  - order: {A: failed, B: cancelled}\n",
    ),
    (
        "AMT-007: an answer that speaks of another payment is a person's to look at",
        "roles: [antom]\ngiven:\n  antom:\n    faults: [{alter-answer: {set: {paymentRequestId: NOBODY-1}, times: 2}}, \
         {lose-notification: {}}]\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G2, orders: \
         [{order: A, amount: {currency: SGD, value: \"1000\"}}, {order: B, amount: {currency: SGD, value: \"1248\"}}]}\n  - \
         settle: {within: 240h}\nexpect:\n  - order: {A: parked, B: paid}\n",
    ),
    (
        "EDC-P53: a terminal that was off for minutes tells what a person was called for before",
        "roles: [edc]\ngiven: {terminal: {cardholder: [insert: {after: 29s}], faults: [{power-loss: {at: approved, for: \
         2m}}]}}\nsteps:\n  - parallel: [[{checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10407\"}}}, \
         {advance: {by: 5m}}], [{checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"50015\"}}}]]\n  - settle: \
         {within: 2h}\nexpect:\n  - order: {A: parked, B: parked}\n",
    ),
    (
        "NTF-003: who cannot read the answer that names a batch's orders cannot know them",
        "roles: [antom]\ngiven: {antom: {faults: [{respell-answer: {as: bom, times: always}}], settings: {notify-each-order: \
         true}}}\nsteps:\n  - checkout-batch: {batch: G2, orders: [{order: A, amount: {currency: SGD, value: \"1000\"}}, {order: \
         B, amount: {currency: SGD, value: \"6011\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: parked, B: parked}\n",
    ),
    (
        "INQ-002: who is asked for a batch again begins anew",
        "roles: [antom]\ngiven: {antom: {buyer: [pays-late: {}]}}\nsteps:\n  - checkout-batch: {batch: G2, orders: [{order: B, \
         amount: {currency: KRW, value: \"6011\"}}]}\n  - until: {called: pay, within: 5m}\n  - restart: {}\n  - retry: {order: \
         G2}\n  - settle: {within: 240h}\n",
    ),
    (
        "INQ-011: of a batch a notification that names another tells no part",
        "roles: [antom]\ngiven:\n  antom:\n    answers: [{on: inquiryPayment, code: ACCESS_DENIED, times: 9}]\n    faults: \
         [{alter-notification: {set: {paymentRequestId: NOBODY-1}}}]\n    settings: {notify-each-order: true}\nsteps:\n  - \
         checkout-batch: {batch: G2, orders: [{order: A, amount: {currency: IDR, value: \"1500700\"}}, {order: B, amount: \
         {currency: IDR, value: \"1501400\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "INQ-007: an answer to pay that trickles may say that nothing was made when the inquiry is over",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - trickle-answer: {}\n    settings: {urls: []}\nsteps:\n  - \
         checkout: {order: A, by: cashier, amount: {currency: IDR, value: \"1500700\"}}\n  - retry: {order: A}\n  - settle: \
         {within: 240h}\n",
    ),
    (
        "AMT-007: a part of a batch that is told of with a wrong paymentAmount is a person's to look at",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - forge-answer: {}\n      - alter-notification: {set: \
         {paymentAmount.value: \"1\"}}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, \
         orders: [{order: A, amount: {currency: JPY, value: \"100007\"}}, {order: B, amount: {currency: JPY, value: \
         \"6011\"}}]}\n  - restart: {}\n  - settle: {within: 240h}\n",
    ),
    (
        "a batch of which one order is told of, and nothing of the other, is a person's in the end",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryPayment, code: UNKNOWN_EXCEPTION, times: 12}\n    \
         faults:\n      - lose-notification: {}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: \
         G3, orders: [{order: A, amount: {currency: JPY, value: \"1234\"}}, {order: B, amount: {currency: JPY, value: \
         \"1014\"}}]}\n  - settle: {within: 240h}\nexpect:\n  - order: {A: parked, B: paid}\n",
    ),
    (
        "SIG-005: a try that was refused has nothing left to call off",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: REPEAT_REQ_INCONSISTENT}\n    buyer:\n      \
         - leaves: {}\n    faults:\n      - forge-answer: {on: cancel}\nsteps:\n  - checkout: {order: A, by: entry-code, \
         amount: {currency: USD, value: \"1241\"}}\n  - retry: {order: A}\n  - settle: {within: 240h}\nexpect:\n  - order: \
         {A: cancelled}\n",
    ),
    (
        "EDC-P11: who got the answer that the terminal is busy in two forms may have taken the other one",
        "roles: [edc]\ngiven:\n  terminal:\n    answers:\n      - Purchase: {code: CommandDeviceBusy}\n    faults:\n      - repeat-result: {}\n      - malformed-json: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P53: an answer about the last transaction that comes again need not be read once more",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - lose-answer: {}\n      - repeat-result: {command: GetLastTransaction}\n      - altered-amount: {command: GetLastTransaction}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "NTF-016: money that could not go back was a person's before the next try was paid",
        "roles: [antom]\ngiven:\n  antom:\n    buyer:\n      - authorises: {nth: 2}\n      - pays-late: {}\n    faults:\n      - spoil-notification: {times: 3}\n    settings: {reversal-fails: true}\nsteps:\n  - checkout: {order: B, by: cashier, amount: {currency: KRW, value: \"100014\"}}\n  - retry: {order: B}\n  - advance: {by: 30m}\n  - settle: {within: 240h}\n",
    ),
    (
        "a part of a batch that is being called off is not booked by a notification",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: cancel, code: REQUEST_TRAFFIC_EXCEED_LIMIT}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G1, orders: [{order: A, amount: {currency: EUR, value: \"1007\"}}]}\n  - retry: {order: G1}\n  - settle: {within: 240h}\n",
    ),
    (
        "NTF-016: a cancel that came to nothing was a person's before the money came",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: cancel, code: PROCESS_FAIL}\n    buyer:\n      - pays: {after: 5m}\n    faults:\n      - spoil-notification: {times: 2}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: EUR, value: \"1007\"}}\n  - advance: {by: 30m}\n  - settle: {within: 240h}\n",
    ),
    (
        "a batch whose answer could not be read is not failed by the next U",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: batchPay, code: UNKNOWN_EXCEPTION, nth: 2}\n    faults:\n      - repeat-key: {place: last, times: 2}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G2, orders: [{order: A, amount: {currency: KRW, value: \"1241\"}}, {order: B, amount: {currency: KRW, value: \"1248\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "a refund that was refused when it was sent once more is not sent again",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryRefund, code: REFUND_NOT_EXIST, times: 2}\n    refunds:\n      - fails: {}\n    faults:\n      - spoil-notification: {on: notifyRefund}\nsteps:\n  - checkout: {order: B, by: cashier, amount: {currency: USD, value: \"100014\"}}\n  - settle: {within: 5s}\n  - refund: {order: B, amount: {currency: USD, value: \"100014\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "a batch of which an order was told to be paid is not called off when nothing else is told",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryPayment, code: UNKNOWN_EXCEPTION, nth: 2, times: 9}\n    faults:\n      - lose-answer: {how: silence, times: 2}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: B, amount: {currency: JPY, value: \"1014\"}}, {order: C, amount: {currency: JPY, value: \"6018\"}}]}\n  - restart: {}\n  - settle: {within: 240h}\n",
    ),
    (
        "NTF-003: an answer with a key twice, which may not be read, need not name a batch's orders",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - repeat-key: {place: last}\n      - delay-answer: {nth: 2}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: USD, value: \"100007\"}}, {order: B, amount: {currency: USD, value: \"1234\"}}]}\n  - settle: {within: 240h}\n",
    ),
    (
        "a payment that is known is not failed by the answer to a repeat",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: SUCCESS}\n      - {on: pay, code: PROCESS_FAIL}\n    faults:\n      - lose-answer: {}\n      - alter-notification: {set: {paymentRequestId: NOBODY-1}}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: JPY, value: \"1007\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "PAY-007: what was told to have failed is resolved, though it was asked about once more",
        "roles: [antom]\ngiven:\n  antom:\n    buyer:\n      - pends: {after: 1s, for: 0s, code: PAYMENT_COUNT_EXCEED_LIMIT, nth: 2}\n    faults:\n      - cut-answer: {times: always}\n    settings: {notify-failure: true}\nsteps:\n  - checkout: {order: A, by: session, amount: {currency: JPY, value: \"2027\"}}\n  - checkout: {order: C, by: order-code, amount: {currency: IDR, value: \"1502100\"}}\n  - settle: {within: 1s}\n  - retry: {order: C}\n  - settle: {within: 240h}\n",
    ),
    (
        "BAT-006: a batch in process without a page to pay on is failed, though the answer before could not be read",
        "roles: [antom]\ngiven:\n  antom:\n    faults:\n      - cut-answer: {times: 2}\n    settings: {urls: []}\nsteps:\n  - \
         checkout-batch: {batch: G1, orders: [{order: A, amount: {currency: KRW, value: \"100007\"}}]}\n  - settle: {within: \
         240h}\nexpect:\n  - order: {A: failed}\n",
    ),
    (
        "OPS-003: who asks about two payments, each at its own pace, asks about the other one soon",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryPayment, code: REQUEST_TRAFFIC_EXCEED_LIMIT, times: always, chance: 12}\n      - {on: pay, code: REQUEST_TRAFFIC_EXCEED_LIMIT, times: 9}\n    faults:\n      - cut-answer: {}\nsteps:\n  - checkout: {order: A, by: entry-code, amount: {currency: JPY, value: \"6004\"}}\n  - checkout: {order: B, by: entry-code, amount: {currency: EUR, value: \"1248\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "INQ-011: what is refused when it is sent once more may be going on",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: SUCCESS}\n      - {on: pay, code: PROCESS_FAIL}\n    buyer:\n      - pays-late: {}\n    faults:\n      - lose-answer: {}\nsteps:\n  - checkout: {order: A, by: order-code, amount: {currency: USD, value: \"6004\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P23: a result that came in the midst of noise, and was refused, was not heard",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - trickle: {times: 3}\n      - line-noise: {times: 3}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"107\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P53: a field that is a number twice over is one all the same",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - malformed-json: {}\n      - numbers-for-strings: {times: 7}\n      - numbers-for-strings: {times: 7}\nsteps:\n  - checkout: {order: C, by: terminal, amount: {currency: KRW, value: \"60021\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "a batch of which an order was told to be paid while its answer was waited for is not called off",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: inquiryPayment, code: ACCESS_DENIED, times: 12}\n    faults:\n      - delay-answer: {for: 20s}\n    settings: {notify-each-order: true}\nsteps:\n  - checkout-batch: {batch: G3, orders: [{order: A, amount: {currency: USD, value: \"1241\"}}, {order: B, amount: {currency: USD, value: \"1000\"}}]}\n  - until: {called: inquiryPayment}\n  - restart: {}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P27: what the terminal says of a sale and cannot be is a person's, and the next sale goes on",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - altered-amount: {command: GetLastTransaction}\n      - lose-answer: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "what is asked after an answer that came too late is not asked of the next try",
        "roles: [antom]\ngiven:\n  antom:\n    answers:\n      - {on: pay, code: USER_NOT_EXIST}\n    faults:\n      - early-notification: {}\n      - cut-answer: {on: pay, times: 3}\nsteps:\n  - checkout: {order: A, by: cashier, amount: {currency: JPY, value: \"1241\"}}\n  - retry: {order: A}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P23: a result that came behind a false beginning, and was refused, was not heard",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - trickle: {times: 3}\n      - false-stx: {times: 3}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50007\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P32: who refuses the noise in front of a result and takes the result has heard it",
        "roles: [edc]\ngiven:\n  terminal:\n    host:\n      - decline: {code: PROCESS_FAIL}\n    faults:\n      - corrupt-result: {}\n      - duplicate-bytes: {skip: 1, times: 9, seed: 1}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"50008\"}}\n  - settle: {within: 2h}\n",
    ),
    (
        "EDC-P32: an answer whose ACK came after it was sent once more was heard",
        "roles: [edc]\ngiven:\n  terminal:\n    faults:\n      - wrong-check: {skip: 1}\n      - lose-answer: {}\n      - false-stx: {}\nsteps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1007\"}}\n  - cancel: {order: A}\n  - settle: {within: 2h}\n",
    ),
    (
        "a byte of a broken frame that looks like a refusal is none",
        "roles: [edc]\ngiven:\n  terminal:\n    answers:\n      - Purchase: {code: UNKNOWN}\n    faults:\n      - lose-ack: {}\n      - nak-command: {}\n      - corrupt-result: {times: 2}\nsteps:\n  - checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"60000\"}}\n  - settle: {within: 240h}\n",
    ),
    (
        "EDC-P27: a byte of a frame in fragments that looks like a refusal may be read after the next frame left",
        "roles: [edc]\ngiven:\n  terminal:\n    cardholder: [nothing]\n    faults:\n      - false-stx: {}\n      - drop-bytes: {skip: 1}\nsteps:\n  - parallel: [[{checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"1007\"}}}], [{checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"10414\"}}}]]\n  - settle: {within: 2h}\n",
    ),
];

#[test]
fn a_right_merchant_is_accused_of_nothing_in_the_histories_that_campaigns_found() {
    let settings = Settings {
        integration: Integration::Memory(None),
        time: TimeMode::Paused,
        start_timeout: Duration::from_secs(5),
        case_timeout: Duration::from_secs(60),
        standard: Standard { fail_on: Level::Should, ..Standard::default() },
        signing: Signing::Words,
        client: None,
    };
    let hello = greet(&settings).unwrap();
    let mut accused = Vec::new();
    let mut page = "What the rules say of the reference in the histories that campaigns taught.\n".to_owned();
    for (title, rest) in HISTORIES {
        let text = format!("title: \"{title}\"\n{rest}");
        let scenario = parse("taught.yaml", &text).unwrap_or_else(|mistakes| panic!("{title}: {mistakes:?}"));
        let case = Case { name: "taught".to_owned(), file: String::new(), scenario, seed: 1 };
        let report = run(&case, &settings, &hello);
        page.push_str(&paragraph(title, &of_report(&report.requirements)));
        let found = findings(&report, &settings);
        if !found.is_empty() {
            accused.push(format!("{title}: {found:?}"));
        }
    }
    assert!(accused.is_empty(), "{}", accused.join("\n"));
    equal("docs/judgements/taught.txt", &page);
}
