//! The JSON Schema of the driver's messages, made from the types that write and read them. The schemars crate makes it.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::request::{
    CheckoutOrder, CheckoutOrders, ClientCallback, ClientPress, ClientReturn, ClientScreen, ClockNow, Goodbye,
    Initialize, NamedOrder, Nothing, Outcome, RefundOrder, ScreenChange, TakeHeld, Waking,
};
use super::{Hello, OrderStatus};

/// A JSON Schema that every message fits; each one by itself is in `anyOf` under its title, its parts are in `$defs`.
#[must_use]
pub fn schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let g = &mut generator;
    let methods: [(&str, Schema, Schema); 14] = [
        ("initialize", g.subschema_for::<Initialize>(), g.subschema_for::<Hello>()),
        ("checkout", g.subschema_for::<CheckoutOrder>(), g.subschema_for::<Outcome>()),
        ("checkoutBatch", g.subschema_for::<CheckoutOrders>(), g.subschema_for::<Outcome>()),
        ("orderStatus", g.subschema_for::<NamedOrder>(), g.subschema_for::<OrderStatus>()),
        ("cancel", g.subschema_for::<NamedOrder>(), g.subschema_for::<Outcome>()),
        ("refund", g.subschema_for::<RefundOrder>(), g.subschema_for::<Outcome>()),
        ("capture", g.subschema_for::<TakeHeld>(), g.subschema_for::<Outcome>()),
        ("clientEvent", g.subschema_for::<ClientCallback>(), g.subschema_for::<ClientScreen>()),
        ("clientState", g.subschema_for::<Nothing>(), g.subschema_for::<ClientScreen>()),
        ("clientPress", g.subschema_for::<ClientPress>(), g.subschema_for::<ClientScreen>()),
        ("clientReturn", g.subschema_for::<ClientReturn>(), g.subschema_for::<ClientScreen>()),
        ("clientScreen", g.subschema_for::<ScreenChange>(), g.subschema_for::<ClientScreen>()),
        ("clock", g.subschema_for::<ClockNow>(), g.subschema_for::<Waking>()),
        ("shutdown", g.subschema_for::<Goodbye>(), Schema::from(serde_json::Map::new())),
    ];
    let mut messages = Vec::new();
    for (method, params, result) in methods {
        messages.push(message(&format!("{method}: request"), &json!({"method": {"const": method}, "params": params})));
        messages.push(message(&format!("{method}: answer"), &json!({"result": result})));
    }
    let error = json!({
        "type": "object",
        "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
        "required": ["code", "message"],
    });
    messages.push(message("error", &json!({"error": error})));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A message between the harness and a driver",
        "description": "docs/driver.md is the specification. One message a line, or one a request.",
        "anyOf": messages,
        "$defs": generator.take_definitions(true),
    })
}

/// A JSON-RPC message with these members beside the usual ones.
fn message(title: &str, members: &Value) -> Value {
    let mut properties = json!({"jsonrpc": {"const": "2.0"}, "id": {"type": "integer", "minimum": 1}});
    for (name, schema) in members.as_object().into_iter().flatten() {
        properties[name] = schema.clone();
    }
    let required: Vec<_> = properties.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    json!({"title": title, "type": "object", "properties": properties, "required": required})
}
