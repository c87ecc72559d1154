//! The schema of the report for programs, made from the types that write and read it. The schemars crate makes it.

use schemars::schema_for;
use serde_json::Value;

use crate::result::RunResult;
use crate::result::known::Known;

/// The JSON Schema of `--format json`, `--json` and what `merge` reads.
#[must_use]
pub fn report() -> Value {
    schema_for!(RunResult).to_value()
}

/// The JSON Schema of a file for `--known-failing`.
#[must_use]
pub fn known_failing() -> Value {
    schema_for!(Vec<Known>).to_value()
}
