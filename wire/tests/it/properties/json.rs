//! JSON: any, and messages with something wrong.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value};

/// A message with up to three of its fields, at any depth, replaced by any JSON or taken away.
pub(super) fn near(message: Value) -> impl Strategy<Value = Map<String, Value>> {
    let mut paths = Vec::new();
    paths_of(&message, "", &mut paths);
    let change = (select(paths), proptest::option::of(json_value()));
    vec(change, 0..4).prop_map(move |changes| {
        let mut message = message.clone();
        for (path, value) in changes {
            let (parent, key) = path.rsplit_once('/').unwrap();
            // An earlier change may have taken the parent away.
            if let Some(Value::Object(parent)) = message.pointer_mut(parent) {
                match value {
                    Some(value) => parent.insert(key.to_owned(), value),
                    None => parent.shift_remove(key),
                };
            }
        }
        message.as_object().cloned().unwrap()
    })
}

/// Any JSON, small.
pub(super) fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // Quarters: serde_json reads long fractions to the last digit but one, and no message has any.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((text(), inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// A text, often one that means something to a parser.
pub(super) fn text() -> impl Strategy<Value = String> {
    let known = select(
        [
            "",
            "0",
            "1",
            "KRW",
            "JPY",
            "USD",
            "10400",
            "999999999999999999999",
            "true",
            "SUCCESS",
            "S",
            "KICC",
            "id",
            "value",
            "currency",
            "Purchase",
            "success",
            "businessFailed",
            "commandFailed",
            "CommandDeviceBusy",
            "2026-01-05T10:00:00Z",
            "https://m.test/",
            "한글",
        ]
        .as_slice(),
    );
    prop_oneof![2 => known.prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn paths_of(value: &Value, path: &str, paths: &mut Vec<String>) {
    for (key, field) in value.as_object().into_iter().flatten() {
        let path = format!("{path}/{key}");
        paths_of(field, &path, paths);
        paths.push(path);
    }
}
