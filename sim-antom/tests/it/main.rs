//! The proof of the gateway: one binary.
//!
//! | module | what it proves |
//! |---|---|
//! | `checking` | every check, its order and its documented code |
//! | `paying` | the idempotency matrix, buyers, expiry |
//! | `products` | what each product of pay is answered, and when it is paid |
//! | `batches` | batchPay, createPaymentSession |
//! | `vaulting` | cards that are kept, and what is told of them |
//! | `cancelling`, `refunding`, `capturing` | what comes after a payment, its windows and bounds |
//! | `codes` | every line of `docs/gateway-codes.md`, in each of its ways |
//! | `contracts` | currencies, limits, calls, strictness |
//! | `inquiring` | both ids, every state |
//! | `scripting` | scripted answers, lost answers |
//! | `faults` | every line of `docs/gateway-faults.md` |
//! | `checklist` | every line of `docs/gateway-checklist.md`: what the sandbox cannot do, and the scenario that shows it |
//! | `notifying` | the schedule, what is an acknowledgement, forgeries |
//! | `idling` | nothing is pending when nothing can happen, the same inputs give the same outputs |
//! | `model` | the ledger against a page of arithmetic, over hundreds of histories |
//! | `properties` | whatever is asked or answered, the gateway stays in order |
//! | `events` | the trace reads back as it was written |
//! | `http` | the server over loopback sockets, with bytes under control |
//! | `delivering` | notifications over loopback sockets |
//! | `cashier` | the page of the buyer, over HTTP and in a real browser |
//! | `controlling` | the control API, of the real binary |
//! | `hostile` | hundreds of hostile messages, and the real binary goes on answering |
//! | `crashing` | a ledger in a file, and a gateway that is killed |
//! | `keeping` | what a kept ledger counts, across restarts and resets |
//! | `interop` | how the Java, Go, PHP and .NET SDKs sign and parse |
//! | `official` | the official Python SDK, unmodified, over TLS |
//! | `program` | the real binary, and what `docs/gateway.md` says to type |
//!
//! Those above `http` drive the pure gateway at moments of their choice ([`rig`]); nothing sleeps there.

#![expect(clippy::unwrap_used, reason = "these are tests; clippy lets only the test functions themselves unwrap")]

mod batches;
mod cancelling;
mod capturing;
mod cashier;
mod checking;
mod checklist;
mod codes;
mod contracts;
mod controlling;
mod crashing;
mod delivering;
mod events;
mod faults;
mod fields;
mod hostile;
mod http;
mod idling;
mod inquiring;
mod interop;
mod keeping;
mod merchant;
mod model;
mod notifying;
mod official;
mod paying;
mod process;
mod products;
mod program;
mod properties;
mod refunding;
mod rig;
mod scripting;
mod sdk;
mod vaulting;
