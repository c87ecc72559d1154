//! The ledger against an independent model: whatever a merchant asks in whatever order, the answers and the books are
//! those that a page of arithmetic predicts. Unsigned, so that hundreds of histories take a second.

mod arithmetic;

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sim_antom::{Buyer, Client, Clients, Gateway, Input, Output, RefundEnd, Reply, Rule, Script, Signing};
use wire::antom::{Envelope, Headers, Operation};
use wire::time::{Moment, Span};

use self::arithmetic::{DECLINED, Model, Product, Shopper};
use super::merchant::{antom, cashier_body, merchant_public};

const CLIENT: &str = "C";

/// What a merchant, or time, may do.
#[derive(Debug, Clone)]
enum Act {
    Pay { id: u8, amount: u64 },
    Cancel { id: u8 },
    Refund { id: u8, of: u8, amount: u64 },
    InquireRefund { id: u8 },
    Capture { id: u8, of: u8, amount: u64, last: bool },
    Wait { seconds: u64 },
}

/// The gateway, and its clock. Nothing is signed: that is what would take the time.
struct World {
    gateway: Gateway,
    now: Moment,
}

impl World {
    fn new(script: Script) -> Self {
        let mut clients = Clients::from([(CLIENT.to_owned(), Client::with_key(merchant_public()))]);
        clients.set_signing(Signing::Off);
        Self { gateway: Gateway::new(clients, antom(), None, script), now: Moment::WORLD_START }
    }

    fn call(&mut self, operation: Operation, body: &Value) -> Value {
        let envelope = Envelope {
            method: "POST".to_owned(),
            target: format!("/ams/api/v1/payments/{operation}"),
            headers: Headers::new().with("client-id", CLIENT).with("content-type", "application/json"),
            body: body.to_string().into(),
        };
        self.gateway.handle(self.now, Input::Request { id: 1, envelope, unreadable: None });
        let reply = std::iter::from_fn(|| self.gateway.poll()).find_map(|output| match output {
            Output::Reply { reply: Reply::Answer { body, .. }, .. } => Some(body),
            _ => None,
        });
        while self.gateway.poll().is_some() {}
        serde_json::from_slice(&reply.unwrap()).unwrap()
    }

    fn pass(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.gateway.deadlines().next().filter(|next| *next <= until) {
            self.now = next.max(self.now);
            self.gateway.handle(self.now, Input::Timeout);
            while self.gateway.poll().is_some() {}
        }
        self.now = until;
    }

    fn payment_id(&self, id: u8) -> String {
        let payment = self.gateway.ledger().payment(CLIENT, &format!("P{id}"));
        payment.map_or_else(|| "none".to_owned(), |payment| payment.payment_id.clone())
    }

    fn act(&mut self, act: &Act) -> Option<Value> {
        Some(match act {
            Act::Pay { id, amount } => {
                let operation = match Product::of(*id) {
                    Product::Session => Operation::CreatePaymentSession,
                    _ => Operation::Pay,
                };
                self.call(operation, &body(*id, *amount))
            }
            Act::Cancel { id } => self.call(Operation::Cancel, &json!({ "paymentRequestId": format!("P{id}") })),
            Act::Refund { id, of, amount } => {
                let payment_id = self.payment_id(*of);
                let request_id = format!("R{id}");
                let body =
                    json!({"refundRequestId": request_id, "paymentId": payment_id, "refundAmount": money(*amount)});
                self.call(Operation::Refund, &body)
            }
            Act::Capture { id, of, amount, last } => {
                let payment_id = self.payment_id(*of);
                let body = json!({
                    "captureRequestId": format!("C{id}"), "paymentId": payment_id, "captureAmount": money(*amount),
                    "captureType": if *last { "FINAL" } else { "NON_FINAL" },
                });
                self.call(Operation::Capture, &body)
            }
            Act::InquireRefund { id } => {
                self.call(Operation::InquiryRefund, &json!({ "refundRequestId": format!("R{id}") }))
            }
            Act::Wait { seconds } => {
                self.pass(*seconds);
                return None;
            }
        })
    }
}

fn money(value: u64) -> Value {
    json!({"currency": "JPY", "value": value.to_string()})
}

/// The body of the request for a payment.
fn body(id: u8, amount: u64) -> Value {
    let request_id = format!("P{id}");
    let product = Product::of(id);
    if let Product::Card { manual } = product {
        let mut body = cashier_body(&request_id, &amount.to_string(), "CARD");
        body["paymentFactor"] =
            json!({"captureMode": if manual { "MANUAL" } else { "AUTOMATIC" }, "isAuthorization": true});
        return body;
    }
    let mut body = json!({
        "productCode": "IN_STORE_PAYMENT", "paymentRequestId": request_id,
        "paymentAmount": money(amount), "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
        "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
        "order": {
            "referenceOrderId": "O", "orderDescription": "tea", "orderAmount": money(amount),
            "merchant": {
                "referenceMerchantId": "M", "merchantMCC": "5812", "merchantName": "Shop",
                "store": {"referenceStoreId": "S", "storeName": "Shop", "storeMCC": "5812"},
            },
            "env": {"userAgent": "wallet"},
        },
    });
    if product == Product::Session {
        body["productCode"] = json!("CASHIER_PAYMENT");
        body["paymentRedirectUrl"] = json!("https://shop.example/back");
    }
    body
}

fn act() -> impl Strategy<Value = Act> {
    let id = 0_u8..6;
    // Mostly cards: nothing else can be captured.
    let card = select(vec![0_u8, 3, 4, 4, 4, 5, 5, 5]);
    let amount = select(vec![1_u64, 400, 600, 999, 1000]);
    prop_oneof![
        3 => (id.clone(), select(vec![1000_u64, 1000, 999])).prop_map(|(id, amount)| Act::Pay { id, amount }),
        2 => id.clone().prop_map(|id| Act::Cancel { id }),
        4 => (0_u8..6, id, amount.clone()).prop_map(|(id, of, amount)| Act::Refund { id, of, amount }),
        3 => (0_u8..4, card, amount, any::<bool>()).prop_map(|(id, of, amount, last)| Act::Capture { id, of, amount, last }),
        1 => (0_u8..6).prop_map(|id| Act::InquireRefund { id }),
        3 => select(vec![0_u64, 1, 3, 4, 10, 599, 600, 3000, 5 * 3600, 86_400, 7 * 86_400]).prop_map(|seconds| Act::Wait { seconds }),
    ]
}

fn shopper() -> impl Strategy<Value = Shopper> {
    let after = select(vec![0_u64, 3, 600, 601]);
    prop_oneof![
        4 => after.clone().prop_map(Shopper::Pays),
        1 => after.prop_map(Shopper::Declines),
        1 => Just(Shopper::Leaves),
    ]
}

fn script(shoppers: &[Shopper], ends: &[Option<(u64, bool)>]) -> Script {
    let decline = serde_json::from_value::<Buyer>(json!({"declines": {"code": DECLINED}})).unwrap();
    let Buyer::Declines { code, .. } = decline else { panic!("declines") };
    let buyer = shoppers.iter().map(|shopper| match shopper {
        Shopper::Pays(after) => Buyer::Pays { after: Span::secs(*after) },
        Shopper::Declines(after) => Buyer::Declines { code, after: Span::secs(*after) },
        Shopper::Leaves => Buyer::Leaves,
    });
    // An end that comes at once has no word: such a list stops the words.
    let refunds = ends.iter().map_while(|end| *end).map(|(after, well)| {
        let word = if well { "succeeds" } else { "fails" };
        serde_json::from_value::<RefundEnd>(json!({ word: {"after": format!("{after}s")} })).unwrap()
    });
    Script { buyer: buyer.map(Rule::from).collect(), refunds: refunds.map(Rule::from).collect(), ..Script::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_goes_as_the_model_says(
        acts in proptest::collection::vec(act(), 1..40),
        shoppers in proptest::collection::vec(shopper(), 0..4),
        ends in proptest::collection::vec((select(vec![1_u64, 10, 86_400]), any::<bool>()).prop_map(Some), 0..4),
    ) {
        let mut world = World::new(script(&shoppers, &ends));
        let mut model = Model::new(shoppers, ends);
        for act in &acts {
            let answer = world.act(act);
            let code = match act {
                Act::Pay { id, amount } => Some(model.pay(*id, *amount)),
                Act::Cancel { id } => Some(model.cancel(*id)),
                Act::Refund { id, of, amount } => Some(model.refund(*id, *of, *amount)),
                Act::Capture { id, of, amount, last } => Some(model.capture(*id, *of, *amount, *last)),
                Act::InquireRefund { id } => {
                    let known = model.returns.get(id);
                    let status = answer.as_ref().unwrap().get("refundStatus").cloned();
                    prop_assert_eq!(status, known.map(|back| json!(back.status)));
                    Some(if known.is_some() { "SUCCESS" } else { "REFUND_NOT_EXIST" })
                }
                Act::Wait { seconds } => {
                    model.pass(*seconds);
                    None
                }
            };
            prop_assert_eq!(answer.as_ref().map(|a| a["result"]["resultCode"].as_str().unwrap()), code, "{:?}", act);
            // What is due at this very moment happens before anything else.
            world.pass(0);
            model.pass(0);
            for (id, sale) in &model.sales {
                let found = world.gateway.ledger().payment(CLIENT, &format!("P{id}")).unwrap();
                let status = serde_json::to_value(found.status).unwrap();
                let wanted = (json!(sale.status), sale.given_back, sale.captured);
                prop_assert_eq!((status, found.refunded, found.captured), wanted, "P{}", id);
                prop_assert!(found.refunded <= found.amount.minor && found.captured <= found.amount.minor);
            }
        }
        let taken = |counts: bool| world.gateway.ledger().payments().iter().filter(|p| p.paid.is_some() == counts).count();
        prop_assert_eq!(taken(true) + taken(false), model.sales.len());
    }
}
