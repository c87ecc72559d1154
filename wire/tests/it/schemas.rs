//! The schemas of values that are written as texts: what people see of them in the schemas of scenarios and reports.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;
use wire::hex::HexBytes;
use wire::money::Money;
use wire::time::Span;

/// The pattern at a place of the schema of a type.
fn pattern<T: JsonSchema>(pointer: &str) -> String {
    let schema = Value::from(schema_for!(T));
    let pattern = schema.pointer(pointer).and_then(|place| place.get("pattern")).and_then(Value::as_str);
    pattern.unwrap_or_else(|| panic!("no pattern at {pointer:?} of {schema:#}")).to_owned()
}

#[test]
fn what_is_written_as_a_text_has_the_pattern_of_that_text() {
    assert_eq!(pattern::<HexBytes>(""), r"^[0-9A-Fa-f\s]*$");
    assert_eq!(pattern::<Span>(""), "^[0-9][0-9hms. ]*[hms]$");
    assert_eq!(pattern::<wire::money::Amount>("/$defs/Currency"), "^[A-Z]{3}$");
    assert_eq!(pattern::<wire::money::Amount>("/$defs/Digits"), "^[0-9]{1,16}$");
    assert_eq!(pattern::<Money>("/$defs/Currency"), "^[A-Z]{3}$");
}
