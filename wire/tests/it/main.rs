//! The proof of the wire crate: one binary, compared with what other tools made and with what must hold for any input.
//!
//! Both simulators and the reference integration share the crate, so they would agree with each other about a mistake.
//! Here it meets frames made by Python, keys and signatures made by openssl, and codes copied from the documents.
//!
//! | module | compares with |
//! |---|---|
//! | `frames` | `fixtures/frames/frames.json`, byte for byte, both ways |
//! | `signatures` | `fixtures/signatures/`, byte for byte; and nothing altered is accepted |
//! | `keys` | `fixtures/keys/`: every form loads, everything else says what it is |
//! | `codes` | `fixtures/result-codes.json`, line by line |
//! | `properties` | statements that hold for every input |
//! | `schemas` | what the schemas say of values that are written as texts |
//! | `corpus` | the claims of the fuzz targets (`targets`), for every input of `wire/fuzz/corpus` |

#![expect(clippy::unwrap_used, reason = "these are tests; clippy lets only the test functions themselves unwrap")]

mod codes;
mod corpus;
mod decode;
mod frames;
#[expect(unreachable_pub, reason = "the fuzz targets call them too")]
mod gateway_targets;
mod keys;
mod messages;
mod properties;
mod schemas;
mod signatures;
#[expect(unreachable_pub, reason = "the fuzz targets call them too")]
mod targets;
