//! See `wire/tests/it/gateway_targets.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| wire_fuzz::gateway_targets::envelope(data));
