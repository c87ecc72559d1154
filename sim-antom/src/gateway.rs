//! The whole gateway, still pure: checks, operations, buyers and the notification schedule together.
//!
//! Run loop: `handle(now, input)`, then `poll()` until it returns nothing, then wait for the next input or `deadlines()`.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::{Ack, Envelope, Operation, PaymentStatus, ResultObject, ResultStatus, Route, Signer};
use wire::clock::Deadlines;
use wire::hex::TextBytes;
use wire::time::Moment;

use crate::checks::{Refusal, check};
use crate::client::{Clients, Signing};
use crate::desk::Desk;
use crate::event::Event;
use crate::forger::Forger;
use crate::held::{Departure, Held};
use crate::ledger::Ledger;
use crate::matcher::Fits;
use crate::notice::{Delivery, Notice, Truth};
use crate::notices::{ANSWER_WAIT, NoticeView};
use crate::operation::{Reader, Serve, read};
use crate::payment::Payment;
use crate::reply::{Reply, json};
use crate::script::{Fault, Forgery, Script};
use crate::seal::{Letter, Seals};
use crate::spoil::{Spoil, changed};
use crate::store::{Store, StoreError};

/// What the gateway is told.
#[derive(Debug)]
pub enum Input {
    /// A request arrived.
    Request {
        /// Whoever asked; the reply carries it.
        id: u64,
        /// The request.
        envelope: Envelope,
        /// Why its body could not be read, if so.
        unreadable: Option<String>,
    },
    /// A delivery was answered, or failed for the reason given.
    Answered {
        /// The delivery's number.
        id: u64,
        /// Status and body, or why there is none.
        answer: Result<(u16, Bytes), String>,
    },
    /// A deadline may have passed.
    Timeout,
}

/// What the gateway wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Answer a request.
    Reply {
        /// The request's number.
        id: u64,
        /// The answer.
        reply: Reply,
    },
    /// Deliver a notification.
    Deliver(Delivery),
    /// Wait no longer for the answer to this delivery: its time is over.
    Abandon {
        /// The delivery's number.
        id: u64,
    },
    /// Something for the trace.
    Event(Event),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Gateway {
    clients: Clients,
    signer: Signer,
    forger: Forger,
    desk: Desk,
    held: Held,
}

impl Gateway {
    /// A gateway that has seen nothing. `forger` signs forged notifications; without one they carry no signature.
    #[must_use]
    pub fn new(clients: Clients, signer: Signer, forger: impl Into<Forger>, script: Script) -> Self {
        Self {
            clients,
            signer,
            forger: forger.into(),
            desk: Desk::new(Ledger::default(), script),
            held: Held::default(),
        }
    }

    /// The same over what a store holds: payments, what is planned for them, notifications that are still due.
    #[must_use]
    pub fn over(
        store: Box<dyn Store>,
        clients: Clients,
        signer: Signer,
        forger: impl Into<Forger>,
        script: Script,
    ) -> Self {
        Self {
            clients,
            signer,
            forger: forger.into(),
            desk: Desk::new(Ledger::of(store), script),
            held: Held::default(),
        }
    }

    /// Sets where notifications go when a request names no URL.
    pub fn set_dashboard_url(&mut self, url: Option<String>) {
        self.desk.dashboard_url = url;
    }

    /// Goes by this script from now on. What is planned already stays planned.
    pub fn set_script(&mut self, now: Moment, script: Script) {
        self.desk.set_script(script);
        self.begin(now);
    }

    /// From now on the script's own time runs. Without it that begins with the first input.
    pub fn begin(&mut self, now: Moment) {
        self.desk.stage.begin(now);
    }

    /// Forgets all payments, plans and notifications. Keys and merchants stay.
    pub fn reset(&mut self, script: Script) {
        self.desk.reset(script);
    }

    /// The notifications that are not done with, and the newest that are.
    #[must_use]
    pub fn notices(&self) -> Vec<NoticeView> {
        self.desk.notices.views()
    }

    /// Whether notifications are held back.
    #[must_use]
    pub const fn holds_notices(&self) -> bool {
        self.desk.notices.is_held()
    }

    /// Holds notifications back, or lets them go.
    pub const fn hold_notices(&mut self, held: bool) {
        self.desk.notices.hold(held);
    }

    /// Sends a notification again, at once. False when there is none of that number, or it is under way.
    pub fn resend(&mut self, now: Moment, number: u64) -> bool {
        let desk = &mut self.desk;
        desk.notices.resend(desk.ledger.store(), now, number)
    }

    /// Lets buyers whom the script says nothing of wait for what happens on their page.
    pub const fn set_by_hand(&mut self, by_hand: bool) {
        self.desk.by_hand = by_hand;
    }

    /// Takes trigger words, or takes them for ordinary texts whatever the script says.
    pub const fn set_triggers(&mut self, triggers: bool) {
        self.desk.triggers = triggers;
    }

    /// A payment in progress ends.
    pub(crate) fn end_payment(&mut self, now: Moment, payment: &Payment, status: PaymentStatus, code: &str) {
        self.desk.now = now;
        self.desk.end_payment(payment, now, status, code);
    }

    /// The merchants.
    pub const fn clients_mut(&mut self) -> &mut Clients {
        &mut self.clients
    }

    /// What answers and notifications are signed with.
    #[must_use]
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The signer, where anything is signed at all.
    fn signs(&self) -> Option<&Signer> {
        match self.clients.signing() {
            Signing::On => Some(&self.signer),
            Signing::Off => None,
        }
    }

    /// Signs with this key from now on, under a version one higher.
    pub fn rotate(&mut self, signer: Signer) {
        self.signer = signer.with_version(self.signer.version().saturating_add(1));
    }

    /// Sets where the pages lie that buyers are sent to: a URL without a slash at its end.
    pub fn set_page_url(&mut self, url: String) {
        self.desk.page_url = url;
    }

    /// Takes an input. Then [`Gateway::commit`], and [`Gateway::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: Input) {
        self.desk.now = now;
        self.begin(now);
        match input {
            Input::Request { id, envelope, unreadable } => self.request(id, envelope, unreadable),
            Input::Answered { id, answer } => self.answered(id, answer),
            Input::Timeout => self.timeout(),
        }
    }

    /// Makes what the inputs changed last. Nothing that [`Gateway::poll`] tells may leave before.
    ///
    /// # Errors
    /// The store cannot keep it; the gateway must stop.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.desk.ledger.commit()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.desk.out.pop_front()
    }

    /// When to call [`Gateway::handle`] with a timeout. Buyers and schedule are the simulated world's; the answer to a
    /// notification is the merchant's.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        let desk = &self.desk;
        let world = [desk.plans.next(), desk.notices.next(), self.held.next()].into_iter().flatten().min();
        let peer = [desk.notices.next_overdue(), self.held.next_overdue()].into_iter().flatten().min();
        Deadlines { world, peer }
    }

    /// All payments.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.desk.ledger
    }

    fn request(&mut self, id: u64, envelope: Envelope, unreadable: Option<String>) {
        let operation = match Route::of(envelope.path()) {
            Route::Operation(operation) => Some(operation),
            Route::Unknown => None,
        };
        let client = self.clients.addressee(&envelope).to_owned();
        let mut notes = Vec::new();
        let checked = match unreadable {
            Some(reason) => Err(Refusal { code: "PARAM_ILLEGAL", reason }),
            None => self.admit(&envelope, &client, &mut notes),
        };
        let is_unknown = checked.as_ref().is_err_and(|refusal| refusal.code == "INVALID_SIGNATURE");
        let is_signed = self.desk.settings.sign_invalid_signature || !is_unknown;
        let refused = checked.as_ref().err().map(|refusal| {
            notes.insert(0, refusal.reason.clone());
            refusal.code.to_owned()
        });
        let Envelope { method, target, headers, body } = envelope;
        self.desk.event(Event::Request {
            id,
            method,
            target: target.clone(),
            headers,
            body: TextBytes(body.clone()),
            operation,
            refused,
            notes,
        });
        self.desk.stage.open(operation, || serde_json::from_slice(&body).unwrap_or_default());
        let spoil = Spoil(self.desk.stage.faults(self.desk.now));
        for fault in &spoil.0 {
            self.desk.event(Event::Fault { name: fault.word().to_owned() });
        }
        let answer = match checked {
            Err(refusal) => bare(&ResultObject::documented(refusal.code)),
            Ok(_) if !spoil.lets_happen() => Bytes::new(),
            Ok((operation, request)) => match self.told(operation, request.as_ref(), &client) {
                Some(result) => {
                    if result.result_status == ResultStatus::F {
                        request.refuse(&mut self.desk, &client, &result);
                    }
                    bare(&result)
                }
                None => request.carry_out(&mut self.desk, &client),
            },
        };
        self.desk.stage.close();
        self.reply(Asked { id, operation, target: &target, body: &body, client: &client, is_signed }, &spoil, answer);
    }

    /// What a request is answered without being carried out: by the script, or by a word of its own.
    fn told(&mut self, operation: Operation, request: &dyn Serve, client: &str) -> Option<ResultObject> {
        let scripted = self.desk.scripted(operation);
        scripted.or_else(|| self.desk.triggered(&request.texts(&self.desk, client), operation))
    }

    fn admit(
        &mut self,
        envelope: &Envelope,
        client: &str,
        notes: &mut Vec<String>,
    ) -> Result<(Operation, Box<dyn Serve>), Refusal> {
        let (operation, body) = check(envelope, &self.clients, self.desk.now, notes)?;
        if !self.desk.counts_call(client) {
            let reason = "more calls than the setting rate-limit allows".to_owned();
            return Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason });
        }
        let mut reader = Reader { strict: self.desk.settings.strict, notes };
        let request = read(operation, &body, &mut reader)?;
        request.admit(&self.desk, client)?;
        Ok((operation, request))
    }

    fn reply(&mut self, asked: Asked<'_>, spoil: &Spoil, body: Bytes) {
        let Asked { id, operation, target, client, .. } = asked;
        let now = self.desk.now;
        let letter = Letter { target, client, time: "response-time", now };
        let ordinary = if asked.is_signed { Forgery::Valid } else { Forgery::Absent };
        let spoilt = spoil.apply(letter, self.seals(), ordinary, body);
        let event = Event::Response {
            id,
            operation,
            headers: spoilt.headers.clone(),
            body: TextBytes(spoilt.body.clone()),
            lost: spoilt.lost,
            spoilt: spoilt.reason.clone(),
        };
        let departure = Departure { id, event, reply: spoilt.into_reply(), waits_for: None };
        let early = spoil.waits_for_notification().map(|at_most| (at_most, self.subject(client, asked.body)));
        let departs = match (spoil.delay(), early) {
            (delay, Some((at_most, Some(id)))) => {
                let waits_for = Some((client.to_owned(), id));
                let at_most = at_most.max(delay.unwrap_or_default());
                self.held.hold(now + at_most, Departure { waits_for, ..departure })
            }
            (Some(delay), _) => self.held.hold(now + delay, departure),
            (None, _) => Some(departure),
        };
        if let Some(departure) = departs {
            self.depart(departure);
        }
    }

    fn depart(&mut self, departure: Departure) {
        let Departure { id, event, reply, .. } = departure;
        self.desk.event(event);
        self.desk.out.push_back(Output::Reply { id, reply });
    }

    fn seals(&self) -> Seals<'_> {
        Seals { own: self.signs(), foreign: &self.forger }
    }

    /// The paymentRequestId of the payment that a request is about.
    fn subject(&self, client: &str, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let by_id = || self.desk.ledger.payment_by_id(client, text("paymentId")?);
        let own = text("paymentRequestId").or_else(|| text("batchPaymentRequestId")).map(str::to_owned);
        own.or_else(|| by_id().map(|payment| payment.payment_request_id.clone()))
    }

    fn timeout(&mut self) {
        let now = self.desk.now;
        // One thing at a time, in the order of the clock, so that a jump over many deadlines changes nothing.
        loop {
            let desk = &mut self.desk;
            let notice = desk.notices.next().map_or(now, |other| now.min(other));
            let until = self.held.next().map_or(notice, |other| notice.min(other));
            if let Some(plan) = desk.plans.take(desk.ledger.store(), until) {
                desk.carry_out(&plan);
            } else if let Some(departure) = self.held.due(notice) {
                self.depart(departure);
            } else if let Some((id, notice)) = desk.notices.begin(desk.ledger.store(), now) {
                self.deliver(id, notice);
            } else {
                break;
            }
        }
        for id in self.desk.notices.overdue(now) {
            self.desk.out.push_back(Output::Abandon { id });
            self.answered(id, Err(format!("no answer within {} s", ANSWER_WAIT.as_secs())));
        }
    }

    fn deliver(&mut self, id: u64, notice: Notice) {
        let mut forgery = match notice.truth {
            Truth::Genuine => Forgery::Valid,
            Truth::Forged(forgery) => forgery,
        };
        let (mut body, mut altered) = (notice.body, notice.truth == Truth::Forged(Forgery::Valid));
        if notice.truth == Truth::Genuine {
            let now = self.desk.now;
            let fits = self.desk.stage.about(notice.kind, || serde_json::from_slice(&body).unwrap_or_default());
            if let Some(Fault::AlterNotification { set, .. }) = self.fault("alter-notification", &fits, now) {
                body = changed(&body, &set);
                altered = true;
            }
            if let Some(Fault::SpoilNotification { signature, .. }) = self.fault("spoil-notification", &fits, now) {
                forgery = signature;
            }
        }
        let letter = Letter { target: &notice.url, client: &notice.client, time: "request-time", now: self.desk.now };
        let (headers, body) = letter.seal(self.seals(), forgery, body);
        self.desk.event(Event::Notice {
            id,
            payment_request_id: notice.payment_request_id,
            attempt: notice.schedule.sent,
            url: notice.url.clone(),
            headers: headers.clone(),
            body: TextBytes(body.clone()),
            genuine: forgery == Forgery::Valid,
            altered,
        });
        self.desk.out.push_back(Output::Deliver(Delivery { id, url: notice.url, headers, body }));
    }

    fn fault(&mut self, word: &str, fits: &Fits, now: Moment) -> Option<Fault> {
        let fault = self.desk.stage.fault(word, fits, now)?;
        self.desk.event(Event::Fault { name: word.to_owned() });
        Some(fault)
    }

    fn answered(&mut self, id: u64, answer: Result<(u16, Bytes), String>) {
        if !self.desk.notices.is_awaited(id) {
            return;
        }
        let (status, body, verdict) = match answer {
            Ok((status, body)) => {
                let verdict = Ack::read(status, &body);
                (Some(status), body, verdict)
            }
            Err(reason) => (None, Bytes::new(), Err(reason)),
        };
        let acknowledged = verdict.is_ok();
        let body = TextBytes(body);
        self.desk.event(Event::NoticeAnswered { id, status, body, acknowledged, problem: verdict.err() });
        let subject = self.desk.notices.subject(id);
        let desk = &mut self.desk;
        desk.notices.answered(desk.ledger.store(), desk.now, id, acknowledged);
        let released = subject.map(|(client, payment)| self.held.notified(&client, &payment));
        for departure in released.into_iter().flatten() {
            self.depart(departure);
        }
    }
}

/// Who asked what.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    id: u64,
    operation: Option<Operation>,
    /// Where it went: a path, or a URL.
    target: &'a str,
    body: &'a [u8],
    client: &'a str,
    /// Whether the answer is signed, if nothing goes wrong.
    is_signed: bool,
}

/// An answer that carries a result and nothing else.
fn bare(result: &ResultObject) -> Bytes {
    json(&serde_json::json!({ "result": result }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;
    use crate::client::Client;
    use crate::plan::{Plan, Turn};
    use crate::script::{Changes, Rule};
    use crate::store::{Key, MemoryStore, Record, Table};
    use serde_json::json;

    const NOW: Moment = Moment::WORLD_START;
    const CLIENT: &str = "C";
    const PAY: &str = "/ams/api/v1/payments/pay";

    fn merchant() -> Signer {
        Signer::load(include_bytes!("../../fixtures/keys/pool-1.private.pem")).unwrap()
    }

    fn gateway(forger: Option<Signer>, faults: Vec<Rule<Fault>>) -> Gateway {
        let antom = Signer::load(include_bytes!("../../fixtures/keys/pool-0.private.pem")).unwrap();
        let clients = Clients::from([(CLIENT.to_owned(), Client::with_key(merchant().verifier().unwrap()))]);
        Gateway::new(clients, antom, forger, Script { faults, ..Script::default() })
    }

    fn pay(gateway: &mut Gateway, id: &str) -> String {
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
        })
        .to_string();
        let headers = merchant().headers(PAY, CLIENT, "1767607200000", body.as_bytes());
        let envelope = Envelope { method: "POST".to_owned(), target: PAY.to_owned(), headers, body: body.into() };
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

    #[test]
    fn a_full_ledger_answers_that_there_are_too_many_and_still_serves_what_it_knows() {
        let mut gateway = gateway(None, Vec::new());
        gateway.desk.ledger = Ledger::for_at_most(2);
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "B"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "C"), "REQUEST_TRAFFIC_EXCEED_LIMIT");
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(gateway.ledger().len(), 2);
        assert_eq!(gateway.desk.plans.len(), 2);
    }

    #[test]
    fn what_is_done_with_is_forgotten() {
        let mut gateway = gateway(None, Vec::new());
        pay(&mut gateway, "A");
        gateway.handle(NOW + Duration::from_secs(3), Input::Timeout);
        assert_eq!((gateway.desk.plans.len(), gateway.desk.notices.counts()), (0, (1, 0, 1)));
        let ack = serde_json::to_vec(&Ack::success()).unwrap().into();
        gateway.handle(NOW, Input::Answered { id: 1, answer: Ok((200, ack)) });
        assert_eq!(gateway.desk.notices.counts(), (0, 0, 0));
    }

    #[test]
    fn without_a_forger_a_foreign_key_is_no_signature() {
        let fault = serde_json::from_value(json!({"forge-notification": {"after": "0s"}})).unwrap();
        let mut gateway = gateway(None, vec![fault]);
        pay(&mut gateway, "A");
        gateway.handle(NOW, Input::Timeout);
        let delivery = std::iter::from_fn(|| gateway.poll()).find_map(|output| match output {
            Output::Deliver(delivery) => Some(delivery),
            _ => None,
        });
        assert_eq!(delivery.unwrap().headers.value("signature"), None);
    }

    /// A store that counts what is written into it.
    #[derive(Debug)]
    struct Counting(MemoryStore, Arc<AtomicUsize>);

    impl Store for Counting {
        fn get(&self, key: &Key) -> Option<Record> {
            self.0.get(key)
        }
        fn put(&mut self, key: Key, record: Record) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.put(key, record);
        }
        fn remove(&mut self, key: &Key) {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.remove(key);
        }
        fn clear(&mut self) {
            self.0.clear();
        }
        fn count(&self, table: Table) -> usize {
            self.0.count(table)
        }
        fn all(&self, table: Table) -> Vec<(Key, Record)> {
            self.0.all(table)
        }
        fn commit(&mut self) -> Result<(), StoreError> {
            self.0.commit()
        }
    }

    /// So many that looking through all of them for each would take minutes; and each is written as often as it changes.
    #[test]
    fn fifty_thousand_notifications_at_once_are_written_as_often_as_they_change() {
        const MANY: usize = 50_000;
        let mut gateway = gateway(None, Vec::new());
        let written = Arc::new(AtomicUsize::new(0));
        gateway.desk.ledger = Ledger::of(Box::new(Counting(MemoryStore::default(), Arc::clone(&written))));
        pay(&mut gateway, "A");
        let payment = gateway.ledger().payment(CLIENT, "A").unwrap();
        gateway.handle(NOW + Duration::from_secs(3), Input::Timeout);
        gateway.handle(NOW + Duration::from_secs(13), Input::Timeout);
        while gateway.poll().is_some() {}
        gateway.desk.notices = crate::notices::Notices::default();
        written.store(0, Ordering::Relaxed);
        // Unsigned, since signing is what would take the time.
        for _ in 0..MANY {
            gateway.desk.forge(&payment, NOW, Truth::Forged(Forgery::Absent), &Changes::new());
            assert_eq!(gateway.deadlines().world, Some(NOW));
        }
        for _ in 0..MANY {
            let turn = Turn::PaymentEnds {
                payment_request_id: "A".to_owned(),
                status: PaymentStatus::Fail,
                code: "ORDER_IS_CLOSED".to_owned(),
            };
            let plan = Plan { at: NOW, client: CLIENT.to_owned(), turn };
            gateway.desk.plans.add(gateway.desk.ledger.store(), plan);
        }
        gateway.handle(NOW, Input::Timeout);
        assert_eq!(gateway.desk.notices.counts().2, MANY);
        for _ in 0..MANY {
            assert_eq!(gateway.deadlines().peer, Some(NOW + ANSWER_WAIT));
        }
        gateway.handle(NOW + ANSWER_WAIT, Input::Timeout);
        let outputs = std::iter::from_fn(|| gateway.poll());
        assert_eq!(outputs.filter(|output| matches!(output, Output::Abandon { .. })).count(), MANY);
        assert_eq!(gateway.deadlines(), Deadlines::default());
        // A notification comes, is sent, and is given up; a plan comes and goes.
        assert_eq!(written.load(Ordering::Relaxed), (3 + 2) * MANY);
    }
}
