//! See `wire/tests/it/targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire_fuzz::targets::command(data));
