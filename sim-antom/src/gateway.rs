//! The whole gateway, still pure: checks, ledger, script, buyers and the notification schedule together.
//!
//! Run loop: `handle(now, input)`, then `poll()` until it returns nothing, then wait for the next input or `deadlines()`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use wire::antom::{
    Ack, Envelope, Headers, NotifyPayment, NotifyType, Operation, PayResponse, PaymentStatus, ResultObject,
    ResultStatus, Route, Signer,
};
use wire::clock::Deadlines;
use wire::hex::TextBytes;
use wire::time::{Moment, WireTime};

use crate::checks::{Clients, Refusal, Request, check};
use crate::event::{Event, LostHow};
use crate::ledger::{Effect, Ledger, OFFSET_MINUTES, Payment};
use crate::notice::{Delivery, Notice, Schedule, Truth, as_sent};
use crate::script::{Answer, Buyer, Fault, Forgery, Script, Settings};

/// How long a merchant may take to answer a notification; not documented, so ours.
const ANSWER_WAIT: Duration = Duration::from_secs(10);

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

/// What a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// HTTP 200 with these headers and this body.
    Answer {
        /// Lower-case names; `signature` is the last.
        headers: Headers,
        /// JSON.
        body: Bytes,
    },
    /// Nothing: the answer is lost.
    Lost(LostHow),
}

/// See the module's documentation.
#[derive(Debug)]
pub struct Gateway {
    clients: Clients,
    signer: Signer,
    forger: Option<Signer>,
    ledger: Ledger,
    answers: Vec<Answer>,
    buyers: VecDeque<Buyer>,
    faults: Vec<Fault>,
    settings: Settings,
    /// Where notifications go when a request names no URL, as configured in the dashboard.
    dashboard_url: Option<String>,
    /// What will become of the payments in progress, one entry each: by time, then in the order they were created.
    plans: BTreeMap<(Moment, u64), Plan>,
    planned: u64,
    /// Notifications that are not done with, by number.
    notices: BTreeMap<u64, Notice>,
    notified: u64,
    /// Those of them that wait for their time.
    due: BTreeSet<(Moment, u64)>,
    /// Deliveries that wait for the merchant: which notification, until when. Each waits equally long and time does not
    /// run backwards, so the first is also the first that is overdue.
    under_way: BTreeMap<u64, (u64, Moment)>,
    deliveries: u64,
    out: VecDeque<Output>,
}

/// How a payment will end.
#[derive(Debug)]
struct Plan {
    client: String,
    payment_request_id: String,
    status: PaymentStatus,
    code: String,
}

impl Gateway {
    /// A gateway that has seen nothing. `forger` signs forged notifications; without one they carry no signature.
    #[must_use]
    pub fn new(clients: Clients, signer: Signer, forger: Option<Signer>, script: Script) -> Self {
        Self {
            clients,
            signer,
            forger,
            ledger: Ledger::default(),
            answers: script.answers,
            buyers: script.buyer.into(),
            faults: script.faults,
            settings: script.settings,
            dashboard_url: None,
            plans: BTreeMap::new(),
            planned: 0,
            notices: BTreeMap::new(),
            notified: 0,
            due: BTreeSet::new(),
            under_way: BTreeMap::new(),
            deliveries: 0,
            out: VecDeque::new(),
        }
    }

    /// Sets where notifications go when a request names no URL.
    pub fn set_dashboard_url(&mut self, url: Option<String>) {
        self.dashboard_url = url;
    }

    /// Takes an input. Then [`Gateway::poll`] until it returns nothing.
    pub fn handle(&mut self, now: Moment, input: Input) {
        match input {
            Input::Request { id, envelope, unreadable } => self.request(now, id, &envelope, unreadable),
            Input::Answered { id, answer } => self.answered(now, id, answer),
            Input::Timeout => self.timeout(now),
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    /// When to call [`Gateway::handle`] with a timeout. Buyers and schedule are the simulated world's; the answer to a
    /// notification is the merchant's.
    #[must_use]
    pub fn deadlines(&self) -> Deadlines {
        let plan = self.plans.keys().next().map(|(at, _)| *at);
        let notice = self.due.first().map(|(at, _)| *at);
        let peer = self.under_way.values().next().map(|(_, until)| *until);
        Deadlines { world: plan.into_iter().chain(notice).min(), peer }
    }

    /// All payments.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn request(&mut self, now: Moment, id: u64, envelope: &Envelope, unreadable: Option<String>) {
        let operation = match Route::of(envelope.path()) {
            Route::Operation(operation) => Some(operation),
            Route::Unknown => None,
        };
        let mut notes = Vec::new();
        let checked = match unreadable {
            Some(reason) => Err(Refusal { code: "PARAM_ILLEGAL", reason }),
            None => {
                check(envelope, &self.clients, now, &mut notes).and_then(|request| self.find_room(envelope, request))
            }
        };
        let refused = checked.as_ref().err().map(|refusal| {
            notes.insert(0, refusal.reason.clone());
            refusal.code.to_owned()
        });
        self.event(Event::Request {
            id,
            method: envelope.method.clone(),
            target: envelope.target.clone(),
            headers: envelope.headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            body: TextBytes(envelope.body.clone()),
            operation,
            refused,
            notes,
        });
        let client = client_of(envelope).to_owned();
        let body = match checked {
            Err(refusal) => json(&PayResponse::bare(ResultObject::documented(refusal.code))),
            Ok(Request::Pay(request)) => match self.scripted(Operation::Pay) {
                Some(result) => {
                    if result.result_status == ResultStatus::F
                        && self.ledger.refuse(now, &client, &request, &result) == Effect::Created
                    {
                        self.told(&client, &request.payment_request_id);
                    }
                    json(&PayResponse::bare(result))
                }
                None => {
                    let expires = now + self.settings.expiry.0;
                    let (answer, effect) = self.ledger.pay(now, &client, &request, expires);
                    if effect == Effect::Created {
                        self.told(&client, &request.payment_request_id);
                        self.plan_payment(now, &client, &request.payment_request_id);
                    }
                    json(&answer)
                }
            },
            Ok(Request::InquiryPayment(request)) => match self.scripted(Operation::InquiryPayment) {
                Some(result) => json(&PayResponse::bare(result)),
                None => json(&self.ledger.inquire(&client, &request)),
            },
        };
        self.reply(now, id, operation, envelope, &client, body);
    }

    /// Payments are kept as long as the process lives, so there must be an end to them.
    fn find_room(&self, envelope: &Envelope, request: Request) -> Result<Request, Refusal> {
        match &request {
            Request::Pay(pay) if !self.ledger.has_room_for(client_of(envelope), &pay.payment_request_id) => {
                let reason = format!("the ledger is full: it holds {} payments; start afresh", self.ledger.len());
                Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason })
            }
            _ => Ok(request),
        }
    }

    fn reply(
        &mut self,
        now: Moment,
        id: u64,
        operation: Option<Operation>,
        envelope: &Envelope,
        client: &str,
        body: Bytes,
    ) {
        let time = WireTime::new(now, OFFSET_MINUTES);
        let signature = self.signer.header(envelope.path_and_query(), client, time.as_str(), &body);
        let headers = Headers::new()
            .with("content-type", "application/json; charset=UTF-8")
            .with("client-id", client)
            .with("response-time", time.as_str())
            .with("signature", signature);
        let lost = self.faults.iter_mut().find_map(|fault| match fault {
            Fault::LoseAnswer { on, times, how } if Some(*on) == operation && *times > 0 => {
                *times -= 1;
                Some(*how)
            }
            _ => None,
        });
        if lost.is_some() {
            self.event(Event::Fault { name: "lose-answer".to_owned() });
        }
        self.event(Event::Response {
            id,
            operation,
            headers: headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            body: TextBytes(body.clone()),
            lost,
        });
        let reply = lost.map_or(Reply::Answer { headers, body }, Reply::Lost);
        self.out.push_back(Output::Reply { id, reply });
    }

    /// The scripted answer to a call, if one is left. SUCCESS stands for a call that is carried out.
    fn scripted(&mut self, operation: Operation) -> Option<ResultObject> {
        let answer = self.answers.iter_mut().find(|a| a.on == operation && a.times > 0)?;
        answer.times -= 1;
        Some(ResultObject::from(answer.code.0)).filter(|result| result.result_status != ResultStatus::S)
    }

    /// A payment was created: what will become of it?
    fn plan_payment(&mut self, now: Moment, client: &str, payment_request_id: &str) {
        let Some(payment) = self.ledger.payment(client, payment_request_id).cloned() else { return };
        let default = Buyer::Pays { after: wire::time::Span::secs(3) };
        let buyers = match self.buyers.pop_front().unwrap_or(default) {
            Buyer::Pays { after } => Some((now + after.0, PaymentStatus::Success, "SUCCESS")),
            Buyer::Declines { code, after } => Some((now + after.0, PaymentStatus::Fail, code.0.code)),
            Buyer::Leaves => None,
        };
        // Only the first thing that ends a payment is planned: a plan that can change nothing would keep the world busy.
        let (at, status, code) = buyers.filter(|(at, ..)| *at <= payment.expires).unwrap_or((
            payment.expires,
            PaymentStatus::Fail,
            "ORDER_IS_CLOSED",
        ));
        let payment_request_id = payment_request_id.to_owned();
        self.planned += 1;
        self.plans.insert(
            (at, self.planned),
            Plan { client: client.to_owned(), payment_request_id, status, code: code.to_owned() },
        );
        let forgery = self.faults.iter().position(|fault| matches!(fault, Fault::ForgeNotification { .. }));
        if let Some(Fault::ForgeNotification { signature, after }) = forgery.map(|index| self.faults.remove(index)) {
            self.notify(&payment, now + after.0, Truth::Forged(signature), client, "SUCCESS");
        }
    }

    fn timeout(&mut self, now: Moment) {
        // One thing at a time, in the order of the clock, so that a jump over many deadlines changes nothing.
        loop {
            let notice = self.due.first().copied();
            match (self.plans.first_entry(), notice) {
                (Some(entry), notice)
                    if entry.key().0 <= now && notice.is_none_or(|(other, _)| entry.key().0 <= other) =>
                {
                    let ((at, _), plan) = entry.remove_entry();
                    self.carry_out(at, &plan);
                }
                (_, Some((at, number))) if at <= now => {
                    self.due.pop_first();
                    self.deliver(now, number);
                }
                _ => break,
            }
        }
        let waiting = self.under_way.iter();
        let overdue: Vec<u64> = waiting.take_while(|(_, (_, until))| *until <= now).map(|(id, _)| *id).collect();
        for id in overdue {
            self.out.push_back(Output::Abandon { id });
            self.answered(now, id, Err(format!("no answer within {} s", ANSWER_WAIT.as_secs())));
        }
    }

    fn carry_out(&mut self, at: Moment, plan: &Plan) {
        let ended = self.ledger.end(at, &plan.client, &plan.payment_request_id, plan.status, &plan.code);
        let Some(payment) = ended.cloned() else { return };
        self.told(&plan.client, &plan.payment_request_id);
        if plan.status == PaymentStatus::Success || self.settings.notify_failure {
            self.notify(&payment, at, Truth::Genuine, &plan.client, &plan.code);
        }
    }

    fn notify(&mut self, payment: &Payment, at: Moment, truth: Truth, client: &str, code: &str) {
        let Some(url) = payment.notify_url.as_ref().or(self.dashboard_url.as_ref()) else { return };
        let url = as_sent(url);
        let success = code == "SUCCESS";
        let message = NotifyPayment {
            notify_type: NotifyType::PaymentResult,
            result: ResultObject::documented(code),
            payment_request_id: payment.payment_request_id.clone(),
            payment_id: payment.payment_id.clone(),
            payment_amount: payment.amount,
            actual_payment_amount: Some(payment.amount),
            payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
            payment_time: success.then(|| WireTime::new(at, OFFSET_MINUTES)),
        };
        let mut schedule = Schedule::starting(at);
        if truth == Truth::Genuine {
            if self.take(|fault| if let Fault::LoseNotification { times } = fault { Some(times) } else { None }) {
                return self.event(Event::Fault { name: "lose-notification".to_owned() });
            }
            schedule.repeats = self.faults.iter().find_map(|fault| match fault {
                Fault::RepeatNotification { times, every } => Some((*times, every.0)),
                _ => None,
            });
        }
        let payment_request_id = payment.payment_request_id.clone();
        let notice =
            Notice { payment_request_id, client: client.to_owned(), url, body: json(&message), truth, schedule };
        self.notified += 1;
        self.notices.insert(self.notified, notice);
        self.due.insert((at, self.notified));
    }

    fn deliver(&mut self, now: Moment, number: u64) {
        let Some(notice) = self.notices.get_mut(&number) else { return };
        notice.schedule.delivered();
        let notice = notice.clone();
        let time = WireTime::new(now, OFFSET_MINUTES);
        let signer = match notice.truth {
            Truth::Genuine | Truth::Forged(Forgery::TamperedBody) => Some(&self.signer),
            Truth::Forged(Forgery::ForeignKey) => self.forger.as_ref(),
            Truth::Forged(Forgery::Absent) => None,
        };
        let headers = match signer {
            Some(signer) => signer.headers(&notice.url, &notice.client, time.as_str(), &notice.body),
            None => Headers::new()
                .with("content-type", "application/json; charset=UTF-8")
                .with("client-id", notice.client.as_str())
                .with("request-time", time.as_str()),
        };
        let body = match notice.truth {
            // A blank more changes no meaning, only the bytes that were signed.
            Truth::Forged(Forgery::TamperedBody) => [b" ", notice.body.as_ref()].concat().into(),
            Truth::Genuine | Truth::Forged(_) => notice.body,
        };
        self.deliveries += 1;
        let id = self.deliveries;
        self.event(Event::Notice {
            id,
            payment_request_id: notice.payment_request_id,
            attempt: notice.schedule.sent,
            url: notice.url.clone(),
            headers: headers.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect(),
            body: TextBytes(body.clone()),
            genuine: notice.truth == Truth::Genuine,
        });
        self.under_way.insert(id, (number, now + ANSWER_WAIT));
        self.out.push_back(Output::Deliver(Delivery { id, url: notice.url, headers, body }));
    }

    fn answered(&mut self, now: Moment, id: u64, answer: Result<(u16, Bytes), String>) {
        // An answer that comes after its time is nobody's.
        let Some((number, _)) = self.under_way.remove(&id) else { return };
        let (status, body, verdict) = match answer {
            Ok((status, body)) => {
                let verdict = Ack::read(status, &body);
                (Some(status), body, verdict)
            }
            Err(reason) => (None, Bytes::new(), Err(reason)),
        };
        let acknowledged = verdict.is_ok();
        self.event(Event::NoticeAnswered { id, status, body: TextBytes(body), acknowledged, problem: verdict.err() });
        let Some(notice) = self.notices.get_mut(&number) else { return };
        // A forger does not insist.
        if notice.truth == Truth::Genuine {
            notice.schedule.answered(now, acknowledged);
        }
        match notice.schedule.due {
            Some(at) => {
                self.due.insert((at, number));
            }
            None => {
                self.notices.remove(&number);
            }
        }
    }

    /// Puts a payment's state into the trace.
    fn told(&mut self, client: &str, payment_request_id: &str) {
        if let Some(payment) = self.ledger.payment(client, payment_request_id).cloned() {
            self.event(Event::Payment {
                payment_request_id: payment.payment_request_id,
                payment_id: payment.payment_id,
                reference_order_id: payment.reference_order_id,
                amount: payment.amount,
                status: payment.status,
                code: payment.code,
            });
        }
    }

    fn take(&mut self, times: impl Fn(&mut Fault) -> Option<&mut u32>) -> bool {
        for fault in &mut self.faults {
            if let Some(left) = times(fault)
                && *left > 0
            {
                *left -= 1;
                return true;
            }
        }
        false
    }

    fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }
}

/// The client id to answer to. One that cannot be written into a header is answered with none.
fn client_of(envelope: &Envelope) -> &str {
    let printable = |id: &&str| id.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    envelope.headers.value("client-id").filter(printable).unwrap_or_default()
}

fn json(message: &impl Serialize) -> Bytes {
    // Our message types have string keys and no fallible serialisers; an empty object is the harmless answer to a bug.
    serde_json::to_vec(message).unwrap_or_else(|_| b"{}".to_vec()).into()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use serde_json::{Value, json};
    use wire::antom::PaymentMethod;

    use super::*;
    use crate::checks::Client;

    const NOW: Moment = Moment::WORLD_START;
    const CLIENT: &str = "C";
    const PAY: &str = "/ams/api/v1/payments/pay";

    fn merchant() -> Signer {
        Signer::load(include_bytes!("../../fixtures/keys/pool-1.private.pem")).unwrap()
    }

    fn gateway(forger: Option<Signer>, faults: Vec<Fault>) -> Gateway {
        let antom = Signer::load(include_bytes!("../../fixtures/keys/pool-0.private.pem")).unwrap();
        let clients = Clients::from([(CLIENT.to_owned(), Client { key: Some(merchant().verifier().unwrap()) })]);
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
        gateway.ledger = Ledger::for_at_most(2);
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "B"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "C"), "REQUEST_TRAFFIC_EXCEED_LIMIT");
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(gateway.ledger.len(), 2);
        assert_eq!(gateway.plans.len(), 2);
    }

    #[test]
    fn what_is_done_with_is_forgotten() {
        let mut gateway = gateway(None, Vec::new());
        pay(&mut gateway, "A");
        gateway.handle(NOW + Duration::from_secs(3), Input::Timeout);
        assert_eq!((gateway.plans.len(), gateway.notices.len(), gateway.under_way.len()), (0, 1, 1));
        let ack = serde_json::to_vec(&Ack::success()).unwrap().into();
        gateway.handle(NOW, Input::Answered { id: 1, answer: Ok((200, ack)) });
        assert!(gateway.notices.is_empty() && gateway.due.is_empty() && gateway.under_way.is_empty());
    }

    #[test]
    fn without_a_forger_a_foreign_key_is_no_signature() {
        let fault = Fault::ForgeNotification { signature: Forgery::ForeignKey, after: wire::time::Span::secs(0) };
        let mut gateway = gateway(None, vec![fault]);
        pay(&mut gateway, "A");
        gateway.handle(NOW, Input::Timeout);
        let delivery = std::iter::from_fn(|| gateway.poll()).find_map(|output| match output {
            Output::Deliver(delivery) => Some(delivery),
            _ => None,
        });
        assert_eq!(delivery.unwrap().headers.value("signature"), None);
    }

    /// So many notifications that search for the next one each time would take minutes.
    #[test]
    fn fifty_thousand_notifications_at_once_are_not_slow() {
        const MANY: usize = 50_000;
        let mut gateway = gateway(None, Vec::new());
        let request = wire::antom::PayRequest {
            product_code: String::new(),
            payment_request_id: "A".to_owned(),
            payment_amount: wire::money::Money::krw(1),
            payment_method: PaymentMethod { payment_method_type: String::new(), payment_method_id: None },
            payment_factor: None,
            order: None,
            payment_notify_url: Some("http://127.0.0.1:9/n".to_owned()),
            payment_redirect_url: None,
            payment_expiry_time: None,
        };
        gateway.ledger.pay(NOW, CLIENT, &request, NOW);
        let payment = gateway.ledger.payment(CLIENT, "A").cloned().unwrap();
        let since = Instant::now();
        // Unsigned, since signing is what would take the time.
        for _ in 0..MANY {
            gateway.notify(&payment, NOW, Truth::Forged(Forgery::Absent), CLIENT, "SUCCESS");
            assert_eq!(gateway.deadlines().world, Some(NOW));
        }
        let plan = || Plan {
            client: CLIENT.to_owned(),
            payment_request_id: "A".to_owned(),
            status: PaymentStatus::Fail,
            code: "ORDER_IS_CLOSED".to_owned(),
        };
        gateway.plans.extend((0_u64..).take(MANY).map(|number| ((NOW, number), plan())));
        gateway.handle(NOW, Input::Timeout);
        assert_eq!(gateway.under_way.len(), MANY);
        for _ in 0..MANY {
            assert_eq!(gateway.deadlines().peer, Some(NOW + ANSWER_WAIT));
        }
        gateway.handle(NOW + ANSWER_WAIT, Input::Timeout);
        let outputs = std::iter::from_fn(|| gateway.poll());
        assert_eq!(outputs.filter(|output| matches!(output, Output::Abandon { .. })).count(), MANY);
        assert_eq!(gateway.deadlines(), Deadlines::default());
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
    }
}
