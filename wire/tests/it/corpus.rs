//! The committed corpus of the fuzz targets, and the golden frames and lines, through the same claims.

#![expect(clippy::disallowed_methods, reason = "a folder of inputs is read, not built in")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use wire::hex;

use crate::{gateway_targets, targets};

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 8] = [
    ("frames", targets::frames),
    ("lines", targets::lines),
    ("command", targets::command),
    ("hello", targets::hello),
    ("result", targets::result),
    ("envelope", gateway_targets::envelope),
    ("signature", gateway_targets::signature),
    ("message", gateway_targets::message),
];

/// How the decoders' inputs are cut in the golden runs: bytewise, in small pieces, and (nearly) whole.
const CUTS: [u8; 3] = [0, 6, 255];

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Calls a target, and says which input broke it.
fn holds(name: &str, target: Target, from: &str, data: &[u8]) {
    let outcome = std::panic::catch_unwind(|| target(data));
    assert!(outcome.is_ok(), "{name} does not hold of {from}: {}", data.escape_ascii());
}

#[test]
fn every_input_of_the_corpus_keeps_the_claims_of_its_target() {
    let mut counts = BTreeMap::new();
    for (name, target) in TARGETS {
        let folder = repository().join("wire/fuzz/corpus").join(name);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            holds(name, target, &path.display().to_string(), &std::fs::read(&path).unwrap());
            *counts.entry(name).or_insert(0) += 1;
        }
    }
    // A folder that went missing must not pass for one that holds.
    assert!(TARGETS.iter().all(|(name, _)| counts.get(name).is_some_and(|count| *count >= 20)), "{counts:?}");
}

#[test]
fn every_golden_frame_and_line_keeps_the_claims_of_the_decoders() {
    let text = std::fs::read(repository().join("fixtures/frames/frames.json")).unwrap();
    let golden: Value = serde_json::from_slice(&text).unwrap();
    let list = |key: &str| golden[key].as_array().unwrap().clone();
    let mut stream = Vec::new();
    for frame in [list("frames"), list("bad")].concat() {
        let bytes = hex::decode(frame["hex"].as_str().unwrap()).unwrap();
        for cut in CUTS {
            holds("frames", targets::frames, &frame["name"].to_string(), &[&[cut], bytes.as_slice()].concat());
        }
        stream.extend(bytes);
    }
    for cut in CUTS {
        holds("frames", targets::frames, "all of them in a row", &[&[cut], stream.as_slice()].concat());
    }
    for line in list("lines") {
        let (text, data) = (line["line"].as_str().unwrap(), line["data"].as_str().unwrap());
        for cut in CUTS {
            holds("lines", targets::lines, &line["name"].to_string(), &[&[cut], text.as_bytes(), b"\n"].concat());
        }
        for (name, target) in TARGETS.into_iter().skip(2).take(3) {
            holds(name, target, &line["name"].to_string(), data.as_bytes());
        }
    }
}
