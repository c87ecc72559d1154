//! The ledger against an independent model: whatever a merchant asks in whatever order, the answers and the books are
//! those that a page of arithmetic predicts. Unsigned, so that hundreds of histories take a second.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use sim_antom::{Buyer, Client, Clients, Gateway, Input, Output, RefundEnd, Reply, Rule, Script, Signing};
use wire::antom::{Envelope, Headers, Operation};
use wire::time::{Moment, Span};

use super::merchant::{antom, merchant_public};

const CLIENT: &str = "C";

/// What a merchant, or time, may do.
#[derive(Debug, Clone)]
enum Act {
    Pay { id: u8, amount: u64 },
    Cancel { id: u8 },
    Refund { id: u8, of: u8, amount: u64 },
    InquireRefund { id: u8 },
    Wait { seconds: u64 },
}

/// How a buyer behaves: pays or declines after so many seconds, or leaves.
#[derive(Debug, Clone, Copy)]
enum Shopper {
    Pays(u64),
    Declines(u64),
    Leaves,
}

/// A payment as the model sees it.
#[derive(Debug, Clone, Copy)]
struct Sale {
    amount: u64,
    status: &'static str,
    /// When its state changes by itself, and to what.
    turn: (u64, &'static str),
    paid_at: u64,
    given_back: u64,
}

/// A refund as the model sees it: of which payment, how much, its status and the code of its answer.
#[derive(Debug, Clone, Copy)]
struct Return {
    of: u8,
    amount: u64,
    status: &'static str,
    code: &'static str,
    done_at: u64,
    will: &'static str,
}

/// The model: seconds since the start, payments and refunds by number.
#[derive(Debug, Default)]
struct Model {
    now: u64,
    sales: BTreeMap<u8, Sale>,
    returns: BTreeMap<u8, Return>,
    shoppers: Vec<Shopper>,
    /// How refunds end: at once, or after so many seconds well or not.
    ends: Vec<Option<(u64, bool)>>,
}

impl Model {
    fn pass(&mut self, seconds: u64) {
        self.now += seconds;
        for sale in self.sales.values_mut().filter(|sale| sale.status == "PROCESSING" && sale.turn.0 <= self.now) {
            sale.status = sale.turn.1;
            sale.paid_at = sale.turn.0;
        }
        for back in self.returns.values_mut().filter(|back| back.status == "PROCESSING" && back.done_at <= self.now) {
            back.status = back.will;
            back.code = if back.will == "SUCCESS" { "SUCCESS" } else { "MERCHANT_BALANCE_NOT_ENOUGH" };
            if back.will == "FAIL"
                && let Some(sale) = self.sales.get_mut(&back.of)
            {
                sale.given_back -= back.amount;
            }
        }
    }

    fn pay(&mut self, id: u8, amount: u64) -> &'static str {
        if let Some(known) = self.sales.get(&id) {
            return match known.status {
                _ if known.amount != amount => "REPEAT_REQ_INCONSISTENT",
                "CANCELLED" => "ORDER_IS_CANCELED",
                "FAIL" => "ORDER_IS_CLOSED",
                _ => "SUCCESS",
            };
        }
        let shopper = if self.shoppers.is_empty() { Shopper::Pays(3) } else { self.shoppers.remove(0) };
        let turn = match shopper {
            Shopper::Pays(after) if after <= 600 => (self.now + after, "SUCCESS"),
            Shopper::Declines(after) if after <= 600 => (self.now + after, "FAIL"),
            _ => (self.now + 600, "FAIL"),
        };
        self.sales.insert(id, Sale { amount, status: "PROCESSING", turn, paid_at: 0, given_back: 0 });
        "SUCCESS"
    }

    fn cancel(&mut self, id: u8) -> &'static str {
        // The world begins at 18:00 at +08:00: 00:15 is six hours and a quarter later, then every day.
        let closes = |paid: u64| (paid + 18 * 3600) / 86_400 * 86_400 + 86_400 + 900 - 18 * 3600;
        let Some(sale) = self.sales.get_mut(&id) else { return "ORDER_NOT_EXIST" };
        match sale.status {
            "SUCCESS" if sale.given_back > 0 => return "PROCESS_FAIL",
            "SUCCESS" if self.now > closes(sale.paid_at) => return "CANCEL_WINDOW_EXCEED",
            "SUCCESS" | "PROCESSING" => sale.status = "CANCELLED",
            _ => {}
        }
        "SUCCESS"
    }

    fn refund(&mut self, id: u8, of: u8, amount: u64) -> &'static str {
        if let Some(known) = self.returns.get(&id) {
            return if (known.of, known.amount) == (of, amount) { known.code } else { "REPEAT_REQ_INCONSISTENT" };
        }
        let Some(sale) = self.sales.get_mut(&of) else { return "ORDER_NOT_EXIST" };
        let refused = match sale.status {
            "CANCELLED" => Some("ORDER_IS_CANCELED"),
            "SUCCESS" if sale.given_back + amount > sale.amount => Some("REFUND_AMOUNT_EXCEED"),
            "SUCCESS" => None,
            _ => Some("ORDER_STATUS_INVALID"),
        };
        let mut back = Return { of, amount, status: "FAIL", code: "", done_at: self.now, will: "SUCCESS" };
        if let Some(code) = refused {
            back.code = code;
        } else {
            sale.given_back += amount;
            let end = if self.ends.is_empty() { None } else { self.ends.remove(0) };
            (back.status, back.code) =
                if end.is_some() { ("PROCESSING", "REFUND_IN_PROCESS") } else { ("SUCCESS", "SUCCESS") };
            if let Some((after, well)) = end {
                back.done_at = self.now + after;
                back.will = if well { "SUCCESS" } else { "FAIL" };
            }
        }
        self.returns.insert(id, back);
        back.code
    }
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
        let money = |value: u64| json!({"currency": "JPY", "value": value.to_string()});
        Some(match act {
            Act::Pay { id, amount } => self.call(
                Operation::Pay,
                &json!({
                    "productCode": "IN_STORE_PAYMENT", "paymentRequestId": format!("P{id}"),
                    "paymentAmount": money(*amount), "paymentMethod": {"paymentMethodType": "CONNECT_WALLET"},
                    "paymentFactor": {"inStorePaymentScenario": "EntryCode"},
                    "order": {
                        "referenceOrderId": "O", "orderDescription": "tea", "orderAmount": money(*amount),
                        "merchant": {
                            "referenceMerchantId": "M", "merchantMCC": "5812", "merchantName": "Shop",
                            "store": {"referenceStoreId": "S", "storeName": "Shop", "storeMCC": "5812"},
                        },
                        "env": {"userAgent": "wallet"},
                    },
                }),
            ),
            Act::Cancel { id } => self.call(Operation::Cancel, &json!({ "paymentRequestId": format!("P{id}") })),
            Act::Refund { id, of, amount } => {
                let payment_id = self.payment_id(*of);
                let request_id = format!("R{id}");
                let body =
                    json!({"refundRequestId": request_id, "paymentId": payment_id, "refundAmount": money(*amount)});
                self.call(Operation::Refund, &body)
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

fn act() -> impl Strategy<Value = Act> {
    let id = 0_u8..4;
    let amount = select(vec![1_u64, 400, 600, 999, 1000]);
    prop_oneof![
        3 => (id.clone(), select(vec![1000_u64, 1000, 999])).prop_map(|(id, amount)| Act::Pay { id, amount }),
        2 => id.clone().prop_map(|id| Act::Cancel { id }),
        4 => (0_u8..6, id, amount).prop_map(|(id, of, amount)| Act::Refund { id, of, amount }),
        1 => (0_u8..6).prop_map(|id| Act::InquireRefund { id }),
        3 => select(vec![0_u64, 1, 3, 10, 599, 600, 5 * 3600, 86_400]).prop_map(|seconds| Act::Wait { seconds }),
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
    let decline = serde_json::from_value::<Buyer>(json!({"declines": {}})).unwrap();
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
        let mut model = Model { shoppers, ends, ..Model::default() };
        for act in &acts {
            let answer = world.act(act);
            let code = match act {
                Act::Pay { id, amount } => Some(model.pay(*id, *amount)),
                Act::Cancel { id } => Some(model.cancel(*id)),
                Act::Refund { id, of, amount } => Some(model.refund(*id, *of, *amount)),
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
                prop_assert_eq!((status, found.refunded), (json!(sale.status), sale.given_back), "P{}", id);
                prop_assert!(found.refunded <= found.amount.minor);
            }
        }
        let taken = |counts: bool| world.gateway.ledger().payments().iter().filter(|p| p.paid.is_some() == counts).count();
        prop_assert_eq!(taken(true) + taken(false), model.sales.len());
    }
}
