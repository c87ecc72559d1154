//! Garbage at full speed: the real program's memory stays flat, and it answers afterwards.
//!
//! Two seconds for each profile, or as long as `SIM_EDC_FLOOD_SECONDS` says (CI takes ten).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::io::{ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use wire::edc::{Frame, Kind, Packet};

use crate::desk::purchase;
use crate::running::{Client, Program};

/// What may be added by what is kept on purpose: a frame, a line, what was not read yet, an allocator's slack.
const SLACK: u64 = 6 * 1024 * 1024;

/// How long the flood lasts.
fn lasting() -> Duration {
    let asked = std::env::var("SIM_EDC_FLOOD_SECONDS").ok().map(|text| text.parse().unwrap());
    Duration::from_secs(asked.unwrap_or(2))
}

/// Noise; heads of frames that never come, each with another length; a line without an end.
fn garbage() -> Vec<u8> {
    let mut word = 0x9e37_79b9_u32;
    let mut noise = || {
        word ^= word << 13;
        word ^= word >> 17;
        word ^= word << 5;
        word.to_le_bytes()[1]
    };
    let mut bytes: Vec<u8> = (0..64 * 1024).map(|_| noise()).collect();
    for _ in 0..8 * 1024 {
        bytes.extend([0x02, noise() & 0x7f, noise(), b'C']);
    }
    bytes.extend(std::iter::repeat_n(b'x', 128 * 1024));
    bytes
}

/// What a process holds in memory.
fn resident(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// Writes garbage as fast as it is taken; how many bytes.
fn flood(till: &mut Client, garbage: &[u8], lasting: Duration) -> usize {
    let until = Instant::now() + lasting;
    let (mut written, mut scrap) = (0, [0; 4096]);
    while Instant::now() < until {
        match till.stream.write(&garbage[written % garbage.len()..]) {
            Ok(n) => written += n,
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("the line broke after {written} bytes: {error}"),
        }
        // A till that floods is not one that listens, but its own input shall not be what stops it.
        while till.stream.read(&mut scrap).is_ok_and(|n| n > 0) {}
    }
    written
}

/// Messages as this profile wants them, numbered for the frames.
fn bytes_of(profile: &str, kind: Kind, message: &Value, seq: u8) -> Vec<u8> {
    let packet = Packet::new(kind, message);
    match profile {
        "stx" => Frame::new(packet, seq).unwrap().encode(),
        _ => [b"\n".to_vec(), packet.to_line()].concat(),
    }
}

fn floods(profile: &str) {
    let quick = "{cardholder: [{insert: {after: 0ms}}], host: [{approve: {after: 0ms}}]}";
    let program = Program::start(profile, quick);
    let mut till = program.open();
    let garbage = garbage();
    // Once through everything, so that what is kept on purpose is there before it is measured.
    flood(&mut till, &garbage, lasting() / 4);
    let before = resident(&program);
    let written = flood(&mut till, &garbage, lasting());
    let after = resident(&program);
    assert!(written > garbage.len(), "only {written} bytes were taken: that was no flood");
    assert!(after < before + SLACK, "{before} bytes of memory before, {after} after {written} bytes of garbage");
    // Last of all, heads of frames that never come: each of them seems to have begun.
    let heads = [0x02, 0x7f, 0xff, b'C'].repeat(4096);
    let mut rest = heads.as_slice();
    while !rest.is_empty() {
        match till.stream.write(rest) {
            Ok(n) => rest = &rest[n..],
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    // They are given up together, after one silence.
    std::thread::sleep(Duration::from_millis(600));
    till.said.clear();
    let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
    till.stream.write_all(&bytes_of(profile, Kind::Hello, &hello, 201)).unwrap();
    assert!(till.waits_for("INIT_SUCCESS"), "no answer to a hello after {written} bytes of garbage");
    till.stream.write_all(&[0x06][..usize::from(profile == "stx")]).unwrap();
    let command = json!({"id": "after", "commandName": "Purchase", "commandRequestParams": purchase("R-1", "10400")});
    till.stream.write_all(&bytes_of(profile, Kind::Command, &command, 202)).unwrap();
    assert!(till.waits_for(r#""outcome":"success""#), "no purchase after {written} bytes of garbage");
    assert!(program.stop(Signal::SIGTERM));
}

#[test]
fn garbage_at_full_speed_leaves_memory_flat_and_frames_answered() {
    floods("stx");
}

#[test]
fn garbage_at_full_speed_leaves_memory_flat_and_lines_answered() {
    floods("ndjson");
}
