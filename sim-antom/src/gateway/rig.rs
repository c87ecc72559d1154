//! A small gateway for the tests beside it, and a payment in it.

use serde_json::{Value, json};
use wire::antom::{Envelope, Signer};
use wire::time::Moment;

use super::{Gateway, Input, Output};
use crate::client::{Client, Clients};
use crate::event::Event;
use crate::reply::Reply;
use crate::script::{Fault, Rule, Script};

pub(super) const NOW: Moment = Moment::WORLD_START;
pub(super) const CLIENT: &str = "C";
const PAY: &str = "/ams/api/v1/payments/pay";

fn merchant() -> Signer {
    Signer::load(include_bytes!("../../../fixtures/keys/pool-1.private.pem")).unwrap()
}

pub(super) fn gateway(forger: Option<Signer>, faults: Vec<Rule<Fault>>) -> Gateway {
    let antom = Signer::load(include_bytes!("../../../fixtures/keys/pool-0.private.pem")).unwrap();
    let clients = Clients::from([(CLIENT.to_owned(), Client::with_key(merchant().verifier().unwrap()))]);
    Gateway::new(clients, antom, forger, Script { faults, ..Script::default() })
}

pub(super) fn pay(gateway: &mut Gateway, id: &str) -> String {
    let amount = json!({"currency": "JPY", "value": "1"});
    let body = json!({
        "productCode": "IN_STORE_PAYMENT", "paymentRequestId": id, "paymentAmount": amount,
        "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
        "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "paymentNotifyUrl": "http://127.0.0.1:9/n",
        "order": {
            "referenceOrderId": "O", "orderDescription": "tea", "orderAmount": amount,
            "merchant": {
                "referenceMerchantId": "M", "merchantMCC": "5812", "merchantName": "Shop",
                "store": {"referenceStoreId": "S", "storeName": "Shop", "storeMCC": "5812"},
            },
            "env": {"userAgent": "wallet"},
        },
    });
    told(gateway, PAY, &body)
}

/// Sends a request: the code of its answer.
pub(super) fn told(gateway: &mut Gateway, target: &str, body: &Value) -> String {
    let body = body.to_string();
    let headers = merchant().headers(target, CLIENT, "1767607200000", body.as_bytes());
    let envelope = Envelope { method: "POST".to_owned(), target: target.to_owned(), headers, body: body.into() };
    gateway.handle(NOW, Input::Request { id: 1, envelope, unreadable: None });
    let reply = std::iter::from_fn(|| gateway.poll()).find_map(|output| match output {
        Output::Reply { reply: Reply::Answer { body, .. }, .. } => Some(body),
        Output::Event(Event::Request { notes, refused: Some(_), .. }) => {
            assert!(!notes.is_empty(), "a refusal without a reason");
            None
        }
        _ => None,
    });
    while gateway.poll().is_some() {}
    let answer: Value = serde_json::from_slice(&reply.unwrap()).unwrap();
    answer["result"]["resultCode"].as_str().unwrap().to_owned()
}
