//! The JSON Schema of a script's rules: what the derived ones do not know, that the words of an aim stand among those of a
//! rule, and that a word alone stands for one whose fields all have their defaults.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::answer::Code;
use super::defect::Status;
use super::field::FieldPath;
use super::rule::Rule;

impl<T: JsonSchema> JsonSchema for Rule<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator).to_value();
        match schema.get_mut("oneOf").and_then(Value::as_array_mut) {
            None => aimed(&mut schema),
            Some(variants) => {
                let more: Vec<Value> = variants.iter_mut().flat_map(variant).collect();
                variants.extend(more);
            }
        }
        Schema::try_from(schema).unwrap_or_default()
    }
}

/// Lets a word of an enum be aimed. The other ways to write it.
fn variant(variant: &mut Value) -> Vec<Value> {
    let description = variant.get("description").cloned();
    let Some((word, body)) =
        variant.get_mut("properties").and_then(Value::as_object_mut).and_then(|all| all.iter_mut().next())
    else {
        let word =
            variant.get("const").or_else(|| variant.pointer("/enum/0")).and_then(Value::as_str).unwrap_or_default();
        let mut body = json!({"type": "object", "additionalProperties": false});
        aimed(&mut body);
        let properties: Map<_, _> = [(word.to_owned(), body)].into_iter().collect();
        return vec![json!({
            "description": description, "type": "object", "properties": properties, "required": [word],
            "additionalProperties": false,
        })];
    };
    let alone = json!({"description": description, "const": word});
    aimed(body);
    let needs_more = body.get("required").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    if needs_more { Vec::new() } else { vec![alone] }
}

/// Adds the words of an aim to a mapping.
fn aimed(body: &mut Value) {
    body["properties"]["where"] = json!({
        "description": "The fields of the body, all of which must fit, with their patterns.", "type": "object",
    });
    let words = [
        (
            "nth",
            json!({"description": "The first of the calls that fit which it takes. Default 1.", "type": "integer", "minimum": 1}),
        ),
        (
            "times",
            json!({
                "description": "How many it takes. Default 1.", "anyOf": [{"type": "integer", "minimum": 1}, {"const": "always"}],
            }),
        ),
        (
            "from",
            json!({"description": "Only from then on: a time, or so long after the script began.", "type": "string"}),
        ),
        (
            "until",
            json!({"description": "Only until then: a time, or so long after the script began.", "type": "string"}),
        ),
        (
            "chance",
            json!({
                "description": "In how many of a hundred cases. Default 100.", "type": "integer", "minimum": 1, "maximum": 100,
            }),
        ),
        ("seed", json!({"description": "What chance begins from. Default 0.", "type": "integer", "minimum": 0})),
    ];
    for (word, schema) in words {
        body["properties"][word] = schema;
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<_> = wire::antom::known_codes().into_iter().collect();
        json_schema!({"type": "string", "description": "A result code of the gateway.", "enum": known})
    }
}

impl JsonSchema for FieldPath {
    fn schema_name() -> Cow<'static, str> {
        "FieldPath".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "description": "A field of a message, such as `paymentAmount.value`."})
    }
}

impl JsonSchema for Status {
    fn schema_name() -> Cow<'static, str> {
        "HttpStatus".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "description": "An HTTP status.", "minimum": 100, "maximum": 599})
    }
}
