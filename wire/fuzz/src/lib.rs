//! What the fuzz targets do: the same functions that the tests of `wire` call with the committed corpus.

#[path = "../../tests/it/decode.rs"]
#[expect(dead_code, reason = "the tests use more of it than the targets")]
mod decode;
#[path = "../../tests/it/gateway_targets.rs"]
pub mod gateway_targets;
#[path = "../../tests/it/targets.rs"]
pub mod targets;
