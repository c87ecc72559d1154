//! The pure gateway, a clock that the test turns by hand, and a pile of everything that came out.

use bytes::Bytes;
use serde_json::Value;
use sim_antom::{Client, Clients, Delivery, Event, Gateway, Hangup, Input, MemoryStore, Output, Reply, Script, Store};
use std::time::Duration;
use wire::antom::{Envelope, PaymentStatus};
use wire::time::Moment;

use super::merchant::{
    CLIENT, Draft, INQUIRY, KEYLESS, OTHER, antom, forger, forger_public, is_antoms, merchant_public,
};

/// The documented acknowledgement.
pub(super) const ACK: &[u8] = br#"{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success"}}"#;

pub(super) struct Rig {
    pub(super) gateway: Gateway,
    pub(super) now: Moment,
    requests: u64,
    pub(super) deliveries: Vec<(Moment, Delivery)>,
    pub(super) abandoned: Vec<u64>,
    pub(super) events: Vec<Event>,
}

pub(super) fn script(yaml: &str) -> Script {
    Script::parse(yaml).unwrap()
}

pub(super) fn clients() -> Clients {
    Clients::from([
        (CLIENT.to_owned(), Client::with_key(merchant_public())),
        (KEYLESS.to_owned(), Client::keyless()),
        (OTHER.to_owned(), Client::with_key(forger_public())),
    ])
}

/// The path of an operation, or of what nearly is one.
pub(super) fn path_of(operation: &str) -> String {
    let area = if operation.contains("Vaulting") { "vaults" } else { "payments" };
    format!("/ams/api/v1/{area}/{operation}")
}

impl Rig {
    pub(super) fn new(yaml: &str) -> Self {
        Self::over(Box::new(MemoryStore::default()), yaml)
    }

    /// The same over what a store holds.
    pub(super) fn over(store: Box<dyn Store>, yaml: &str) -> Self {
        Self {
            gateway: Gateway::over(store, clients(), antom(), Some(forger()), script(yaml)),
            now: Moment::WORLD_START,
            requests: 0,
            deliveries: Vec::new(),
            abandoned: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Sends a request. Whatever the answer says, it must be signed as answers are.
    pub(super) fn send(&mut self, envelope: Envelope) -> Result<Bytes, Hangup> {
        self.requests += 1;
        let path = envelope.path_and_query().to_owned();
        let id = self.requests;
        self.gateway.handle(self.now, Input::Request { id, envelope, unreadable: None });
        match self.drain() {
            Some(Reply::Answer { headers, body }) => {
                let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
                assert_eq!(names, ["content-type", "client-id", "response-time", "signature"]);
                assert!(is_antoms(&path, &headers, "response-time", &body), "{headers:?}");
                let signature = headers.value("signature").unwrap();
                assert!(signature.starts_with("algorithm=RSA256,keyVersion=1,signature="), "{signature}");
                assert!(!signature.rsplit_once('=').unwrap().1.contains(['+', '/', '=']), "{signature}");
                Ok(body)
            }
            Some(Reply::Raw(raw)) => panic!("{raw:?}"),
            Some(Reply::Lost(how)) => Err(how),
            None => panic!("no reply"),
        }
    }

    /// Sends a request: the reply as it is, if it comes at once.
    pub(super) fn reply(&mut self, envelope: Envelope) -> Option<Reply> {
        self.requests += 1;
        self.gateway.handle(self.now, Input::Request { id: self.requests, envelope, unreadable: None });
        self.drain()
    }

    /// Lets time pass: the replies that come meanwhile.
    pub(super) fn late_replies(&mut self, seconds: u64) -> Vec<Reply> {
        let until = self.now + Duration::from_secs(seconds);
        let mut replies = Vec::new();
        while let Some(next) = self.gateway.deadlines().next().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.gateway.handle(self.now, Input::Timeout);
            replies.extend(self.drain());
        }
        self.now = until;
        replies
    }

    /// A merchant answers a delivery: the replies that waited for it.
    pub(super) fn answered(&mut self, id: u64, answer: Result<(u16, &'static [u8]), &str>) -> Vec<Reply> {
        let answer = answer.map(|(status, body)| (status, Bytes::from_static(body))).map_err(str::to_owned);
        self.gateway.handle(self.now, Input::Answered { id, answer });
        self.drain().into_iter().collect()
    }

    pub(super) fn ask(&mut self, envelope: Envelope) -> Value {
        serde_json::from_slice(&self.send(envelope).unwrap()).unwrap()
    }

    /// The code of the answer.
    pub(super) fn code(&mut self, envelope: Envelope) -> String {
        self.ask(envelope)["result"]["resultCode"].as_str().unwrap().to_owned()
    }

    pub(super) fn pay(&mut self, id: &str) -> Value {
        self.ask(Draft::pay(id, "1000").signed())
    }

    /// Calls an operation.
    pub(super) fn call(&mut self, operation: &str, body: &Value) -> Value {
        self.ask(Draft::new(&path_of(operation), body).signed())
    }

    /// Calls an operation: the code of its answer.
    pub(super) fn told(&mut self, operation: &str, body: &Value) -> String {
        self.call(operation, body)["result"]["resultCode"].as_str().unwrap().to_owned()
    }

    /// The bodies of the notifications since the last call, each acknowledged.
    pub(super) fn notified(&mut self) -> Vec<Value> {
        let deliveries = self.delivered();
        for delivery in &deliveries {
            self.answer(delivery.id, Ok((200, ACK)));
        }
        deliveries.iter().map(|delivery| serde_json::from_slice(&delivery.body).unwrap()).collect()
    }

    pub(super) fn inquire(&mut self, id: &str) -> Value {
        self.ask(Draft::new(INQUIRY, &serde_json::json!({ "paymentRequestId": id })).signed())
    }

    pub(super) fn status(&self, id: &str) -> PaymentStatus {
        self.gateway.ledger().payment(CLIENT, id).unwrap().status
    }

    /// The notes and the refusal of the last request.
    pub(super) fn noticed(&self) -> (Option<String>, Vec<String>) {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::Request { refused, notes, .. } => Some((refused.clone(), notes.clone())),
            _ => None,
        });
        last.unwrap()
    }

    /// Lets time pass: every deadline on the way is met exactly.
    pub(super) fn pass(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.gateway.deadlines().next().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.timeout();
        }
        self.now = until;
    }

    pub(super) fn timeout(&mut self) {
        self.gateway.handle(self.now, Input::Timeout);
        assert_eq!(self.drain(), None);
    }

    /// A merchant answers a delivery.
    pub(super) fn answer(&mut self, id: u64, answer: Result<(u16, &'static [u8]), &str>) {
        let answer = answer.map(|(status, body)| (status, Bytes::from_static(body))).map_err(str::to_owned);
        self.gateway.handle(self.now, Input::Answered { id, answer });
        assert_eq!(self.drain(), None);
    }

    /// Deliveries since the last call.
    pub(super) fn delivered(&mut self) -> Vec<Delivery> {
        self.deliveries.drain(..).map(|(_, delivery)| delivery).collect()
    }

    /// The verdicts about deliveries, as in the trace.
    pub(super) fn verdicts(&self) -> Vec<(u64, bool, Option<String>)> {
        let answered = self.events.iter().filter_map(|event| match event {
            Event::NoticeAnswered { id, acknowledged, problem, .. } => Some((*id, *acknowledged, problem.clone())),
            _ => None,
        });
        answered.collect()
    }

    fn drain(&mut self) -> Option<Reply> {
        let mut found = None;
        self.gateway.commit().unwrap();
        while let Some(output) = self.gateway.poll() {
            match output {
                Output::Reply { id, reply } => {
                    assert_eq!(id, self.requests);
                    assert!(found.is_none(), "two replies");
                    found = Some(reply);
                }
                Output::Deliver(delivery) => self.deliveries.push((self.now, delivery)),
                Output::Abandon { id } => self.abandoned.push(id),
                Output::Event(event) => self.events.push(event),
            }
        }
        found
    }
}
