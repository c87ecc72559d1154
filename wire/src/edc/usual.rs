//! A Purchase as tills write it, read straight from its bytes: no tree of values in between.
//!
//! Stricter than the documented shape, never laxer: whatever is not wholly as expected here (another command, a field
//! more, a number for a text) is nothing, and [`Invocation::read`] goes the long way, which also knows the words for what
//! is wrong. A test holds the two ways against each other.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::command::{Command, Invocation, is_id};
use super::purchase::{AcquirerInfo, CreditPayPlan, PurchaseRequest};
use crate::money::Amount;

/// The invocation, if it is a Purchase without anything unusual.
pub(super) fn purchase(data: &[u8]) -> Option<Invocation> {
    let Object(Written { id, command_name: Name::Purchase, command_request_params: Object(parameters), .. }) =
        serde_json::from_str(std::str::from_utf8(data).ok()?).ok()?;
    is_id(&id).then(|| Invocation { id, command: Command::Purchase(parameters.into()) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: String,
    command_name: Name,
    command_request_params: Object<Parameters>,
    #[serde(rename = "options")]
    _options: Option<Object<NoOptions>>,
}

/// Options that say something take the long way.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoOptions {}

#[derive(Deserialize)]
enum Name {
    Purchase,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parameters {
    request_id: String,
    payment_amount: Object<Won>,
    tax_amount: Option<Object<Won>>,
    tip_amount: Object<Won>,
    credit_pay_plan: Object<Instalments>,
    payment_expiry_time: Option<String>,
    acquirer_info: Object<Acquirer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Instalments {
    installment_num: String,
}

/// An amount whose value is a text: [`Amount`] itself reads a number too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Won {
    currency: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Acquirer {
    acquirer_terminal_id: String,
    acquirer_registration_no: String,
}

impl From<Parameters> for PurchaseRequest {
    fn from(parameters: Parameters) -> Self {
        Self {
            request_id: parameters.request_id,
            payment_amount: parameters.payment_amount.0.into(),
            tax_amount: parameters.tax_amount.map(|Object(won)| won.into()),
            tip_amount: parameters.tip_amount.0.into(),
            credit_pay_plan: CreditPayPlan { installment_num: parameters.credit_pay_plan.0.installment_num },
            payment_expiry_time: parameters.payment_expiry_time,
            acquirer_info: AcquirerInfo {
                acquirer_terminal_id: Some(parameters.acquirer_info.0.acquirer_terminal_id),
                acquirer_registration_no: Some(parameters.acquirer_info.0.acquirer_registration_no),
                ..AcquirerInfo::default()
            },
        }
    }
}

impl From<Won> for Amount {
    fn from(Won { currency, value }: Won) -> Self {
        Self { currency, value }
    }
}

/// A JSON object and nothing else: derived readers take an array of the fields for one.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn usual() -> Value {
        json!({
            "id": "1", "commandName": "Purchase", "options": {},
            "commandRequestParams": {
                "requestId": "R-1",
                "paymentAmount": {"value": "104", "currency": "KRW"},
                "taxAmount": {"value": "9", "currency": "KRW"},
                "tipAmount": {"value": "0", "currency": "KRW"},
                "creditPayPlan": {"installmentNum": "0"},
                "paymentExpiryTime": "30",
                "acquirerInfo": {"acquirerTerminalId": "T1", "acquirerRegistrationNo": "1234567890"}
            }
        })
    }

    /// The long way.
    fn parsed(data: &[u8]) -> Option<Invocation> {
        let object = serde_json::from_slice(data).ok()?;
        Invocation::parse(&object).ok()
    }

    #[test]
    fn the_usual_purchase_is_read_and_as_the_long_way_reads_it() {
        let mut less = usual();
        let parameters = less["commandRequestParams"].as_object_mut().unwrap();
        parameters.remove("taxAmount");
        parameters.insert("paymentExpiryTime".to_owned(), Value::Null);
        less["options"] = Value::Null;
        for value in [usual(), less] {
            let data = value.to_string();
            let read = purchase(data.as_bytes());
            assert!(read.is_some() && read == parsed(data.as_bytes()), "{data}");
        }
    }

    #[test]
    fn an_array_is_no_object_and_a_number_no_text() {
        for (pointer, instead) in [
            ("", json!(["1", "Purchase", usual()["commandRequestParams"], {}])),
            ("/options", json!([])),
            ("/options", json!({"any": 1})),
            ("/id", json!("")),
            ("/commandRequestParams/paymentAmount", json!(["KRW", "104"])),
            ("/commandRequestParams/paymentAmount/value", json!(104)),
            ("/commandRequestParams/creditPayPlan", json!(["0"])),
            ("/commandRequestParams/acquirerInfo", json!(["T1", "1234567890"])),
            ("/commandRequestParams/acquirerInfo", json!({"acquirerTerminalId": "T1", "acquirerRegistrationNo": null})),
        ] {
            let mut value = usual();
            *value.pointer_mut(pointer).unwrap() = instead;
            assert_eq!(purchase(value.to_string().as_bytes()), None, "{value}");
        }
    }

    /// Where something else may stand.
    const PLACES: [&str; 14] = [
        "",
        "/id",
        "/commandName",
        "/options",
        "/commandRequestParams",
        "/commandRequestParams/requestId",
        "/commandRequestParams/paymentAmount",
        "/commandRequestParams/paymentAmount/value",
        "/commandRequestParams/taxAmount",
        "/commandRequestParams/taxAmount/currency",
        "/commandRequestParams/creditPayPlan",
        "/commandRequestParams/paymentExpiryTime",
        "/commandRequestParams/acquirerInfo",
        "/commandRequestParams/acquirerInfo/acquirerTerminalId",
    ];

    fn anything() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            Just(json!(7)),
            Just(json!(true)),
            Just(json!([])),
            Just(json!({})),
            Just(json!({"x": 1})),
            Just(json!(["KRW", "104"])),
            "\\PC{0,70}".prop_map(Value::String),
        ]
    }

    proptest! {
        #[test]
        fn what_is_read_here_is_what_the_long_way_reads(
            changes in prop::collection::vec((prop::sample::select(&PLACES), anything(), any::<bool>()), 0..3),
            damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut value = usual();
            for (pointer, instead, is_added) in changes {
                match value.pointer_mut(pointer) {
                    Some(Value::Object(fields)) if is_added => drop(fields.insert("more".to_owned(), instead)),
                    Some(there) => *there = instead,
                    None => {}
                }
            }
            let mut data = value.to_string().into_bytes();
            if let Some((at, byte)) = damage {
                *at.get_mut(&mut data) = byte;
            }
            if let Some(read) = purchase(&data) {
                prop_assert_eq!(Some(read), parsed(&data));
            }
        }
    }
}
