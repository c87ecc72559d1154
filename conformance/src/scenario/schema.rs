//! The JSON Schema of scenario files, made from the types that read them. The schemars crate makes it.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::file::{PartFile, ScenarioFile};

/// The JSON Schema of a scenario file, or of a part.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let (scenario, part) = (generator.subschema_for::<ScenarioFile>(), generator.subschema_for::<PartFile>());
    let mut definitions: Map<String, Value> = generator.take_definitions(true);
    definitions.values_mut().for_each(let_variables_in);
    // What a head says is said before any variable is there.
    definitions.insert(
        VARIABLE.to_owned(),
        json!({"description": "A text with a variable in it: `${name}`.", "type": "string", "pattern": "\\$\\{"}),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario",
        "description": "docs/scenarios.md teaches it by example.",
        "if": {"required": ["part"]},
        "then": part,
        "else": scenario,
        "$defs": definitions,
    })
}

const VARIABLE: &str = "Variable";

/// Wherever only some texts or numbers are allowed, a variable may stand for one.
fn let_variables_in(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if is_choice_of_scalars(object) {
        let description = object.shift_remove("description");
        let own = std::mem::take(object);
        if let Some(description) = description {
            object.insert("description".to_owned(), description);
        }
        object.insert("anyOf".to_owned(), json!([own, {"$ref": format!("#/$defs/{VARIABLE}")}]));
        return;
    }
    for (key, value) in object.iter_mut() {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(let_variables_in),
            ("items" | "additionalProperties", value) => let_variables_in(value),
            ("anyOf" | "allOf" | "prefixItems", Value::Array(all)) => all.iter_mut().for_each(let_variables_in),
            // Words beside objects: a variable among the words would be one word too many for oneOf.
            ("oneOf", Value::Array(all)) => {
                all.iter_mut().filter(|one| one.get("properties").is_some()).for_each(let_variables_in);
            }
            _ => {}
        }
    }
}

/// Whether it allows only texts, numbers and truths, and not all of them.
fn is_choice_of_scalars(schema: &Map<String, Value>) -> bool {
    let is_scalar = |kind: &Value| matches!(kind.as_str(), Some("string" | "integer" | "number" | "boolean" | "null"));
    let scalars = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().all(is_scalar) && !kinds.iter().all(|kind| kind == "null"),
        Some(kind) => is_scalar(kind) && kind != "null",
        None => schema.contains_key("enum") || schema.contains_key("const"),
    };
    let words = schema.get("oneOf").and_then(Value::as_array).is_some_and(|all| {
        all.iter().all(|one| one.as_object().is_some_and(|one| one.contains_key("const") || one.contains_key("enum")))
    });
    let any_text = schema.get("type") == Some(&json!("string"))
        && !["enum", "const", "pattern", "format"].iter().any(|key| schema.contains_key(*key));
    (scalars || words) && !any_text
}
