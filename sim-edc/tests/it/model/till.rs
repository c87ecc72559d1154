//! A till that does what a history says: it resends what is refused, acknowledges what it understands, and writes all down.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use sim_edc::{Device, Event, Input, Output, Profile, RecordKind, State};
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, Packet};
use wire::time::Moment;

use super::history::{History, Step};
use super::prediction::Expected;
use crate::desk::{cancel, purchase};

const GAP: Duration = Duration::from_millis(200);

/// See the module's documentation.
pub(super) struct Till {
    pub(super) device: Device,
    pub(super) trace: Vec<Event>,
    /// Whole messages, in order.
    pub(super) heard: Vec<(Kind, Value)>,
    /// Commands that were sent, with the step they belong to.
    pub(super) commands: Vec<(usize, String)>,
    /// requestIds that the terminal has taken.
    pub(super) used: Vec<String>,
    /// Purchases that were approved, with what was heard or recovered of them.
    sold: Vec<Value>,
    now: Moment,
    plugged: bool,
    acknowledges: bool,
    frames: Decoder,
    last_byte: Moment,
    seq: u8,
    sent: Bytes,
    resends: u8,
    accepted: Option<Moment>,
}

impl Till {
    pub(super) fn new(script: &str) -> Self {
        let script = serde_saphyr::from_str(script).unwrap();
        let mut till = Self {
            device: Device::new(Profile::Stx, &script),
            trace: Vec::new(),
            heard: Vec::new(),
            commands: Vec::new(),
            used: Vec::new(),
            sold: Vec::new(),
            now: Moment::WORLD_START,
            plugged: true,
            acknowledges: true,
            frames: Decoder::default(),
            last_byte: Moment::WORLD_START,
            seq: 0,
            sent: Bytes::new(),
            resends: 0,
            accepted: None,
        };
        till.input(Input::Opened);
        till.greet();
        till
    }

    /// Does a step and checks how its commands end.
    pub(super) fn carry_out(&mut self, n: usize, step: &Step, expected: &Expected, history: &History) {
        match step {
            Step::Purchase { won, call_off, same_id, mute, .. } => {
                let request_id = if *same_id { "SAME".to_owned() } else { format!("R{n}") };
                self.acknowledges = !mute;
                let id = self.command(n, "Purchase", &purchase(&request_id, &won.to_string()));
                let call_off = call_off.filter(|_| history.calls_off());
                let called_off = call_off.map(|halves| {
                    let at = self.accepted.unwrap_or(self.now) + Duration::from_millis(halves * 500);
                    self.wait(at.since(self.now));
                    self.command(n, "CommandCancel", &json!({}))
                });
                self.wait(Duration::from_secs(100));
                self.acknowledges = true;
                self.ends(&id, expected.end, history.loses_results(), n);
                if let Some(called_off) = called_off {
                    // The power may go before a damaged answer is sent again.
                    let unheard = expected.power_lost || history.loses_results();
                    self.ends(&called_off, expected.cancel_end, unheard, n);
                    self.either_order(&id, &called_off, expected, history);
                }
                self.used.push(request_id);
                self.greet_again(expected);
                if expected.is_done {
                    let known = self.result(&id).unwrap_or_else(|| self.last_transaction(n));
                    self.sold.push(known);
                }
            }
            Step::Cancel { which, wrong_amount, .. } if expected.end != "not sent" => {
                let mut request = cancel(&format!("X{n}"), &self.sold[*which]);
                if *wrong_amount {
                    request["paymentAmount"]["value"] = json!("999999999");
                }
                let id = self.command(n, "PurchaseCancel", &request);
                self.wait(Duration::from_secs(100));
                self.ends(&id, expected.end, history.loses_results(), n);
                self.used.push(format!("X{n}"));
                self.greet_again(expected);
            }
            Step::Cancel { .. } => {}
            Step::Reopen => {
                self.input(Input::Closed);
                self.frames = Decoder::default();
                self.input(Input::Opened);
            }
            Step::LastTransaction => {
                let told = self.last_transaction(n);
                assert_eq!(told["responseData"]["requestId"].as_str(), expected.last.as_deref(), "step {n}");
            }
        }
        assert_eq!(self.device.terminal().state(), State::Idle, "step {n}");
    }

    /// Whether a purchase with this id, which was used before, is refused. The line may lose what the till gets to hear.
    pub(super) fn is_used_up(&mut self, request_id: &str) -> bool {
        let begin = self.trace.len();
        self.command(usize::MAX, "Purchase", &purchase(request_id, "104"));
        self.wait(Duration::from_secs(20));
        let is_refusal =
            |event: &Event| matches!(event, Event::Refused { reason } if reason.contains("was seen before"));
        self.trace[begin..].iter().any(is_refusal)
    }

    /// What the journal says was taken minus what it says was given back.
    pub(super) fn ledger(&self) -> i64 {
        let records = self.device.terminal().journal().records().iter().filter(|r| r.data.result.is_success());
        let won = |minor: u64| i64::try_from(minor).unwrap();
        records.map(|r| if r.kind == RecordKind::Purchase { won(r.amount.minor) } else { -won(r.amount.minor) }).sum()
    }

    fn ends(&self, id: &str, expected: &str, may_be_unheard: bool, n: usize) {
        let found = self.result(id).map_or_else(|| "nothing".to_owned(), |result| end(&result));
        let unheard = found == "nothing" && may_be_unheard;
        assert!(unheard || found == expected, "step {n}, command {id}: ended with {found}, not {expected}");
    }

    /// The answer to CommandCancel and the failure of its purchase come in the order that the settings want.
    fn either_order(&self, purchase: &str, called_off: &str, expected: &Expected, history: &History) {
        let place = |id: &str| self.heard.iter().position(|(kind, json)| *kind == Kind::Result && json["id"] == id);
        if let (Some(failure), Some(answer)) = (place(purchase), place(called_off))
            && expected.cancel_end == "SUCCESS"
        {
            assert_eq!(failure < answer, history.failure_first);
        }
    }

    fn greet_again(&mut self, expected: &Expected) {
        if expected.power_lost {
            self.greet();
        }
    }

    fn greet(&mut self) {
        let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
        self.send(&Packet::new(Kind::Hello, &hello));
        self.wait(Duration::from_secs(10));
    }

    /// Asked again where the line may lose the answer: asking moves no money.
    fn last_transaction(&mut self, n: usize) -> Value {
        for _ in 0..3 {
            let id = self.command(n, "GetLastTransaction", &json!({}));
            self.wait(Duration::from_secs(10));
            if let Some(result) = self.result(&id) {
                return result;
            }
        }
        panic!("step {n}: GetLastTransaction is never answered")
    }

    fn result(&self, id: &str) -> Option<Value> {
        self.heard.iter().find(|(kind, json)| *kind == Kind::Result && json["id"] == id).map(|(_, json)| json.clone())
    }

    fn command(&mut self, n: usize, name: &str, parameters: &Value) -> String {
        let id = format!("c{}", self.commands.len());
        self.commands.push((n, id.clone()));
        let object = json!({"id": id, "commandName": name, "commandRequestParams": parameters, "options": {}});
        self.send(&Packet::new(Kind::Command, &object));
        id
    }

    fn send(&mut self, packet: &Packet) {
        self.seq = Frame::seq_after(self.seq);
        self.sent = Frame::new(packet.clone(), self.seq).unwrap().encode().into();
        self.accepted = None;
        if self.device.terminal().state().is_deaf() {
            return;
        }
        let begin = self.trace.len();
        self.resends = 2;
        self.input(Input::Bytes(self.sent.clone()));
        self.wait_for_ack();
        // A frame whose first byte is damaged meets silence. A real till must not send a purchase again then; this one
        // sees in the trace that it never arrived.
        if !self.trace[begin..].iter().any(|event| matches!(event, Event::Received { .. })) {
            self.input(Input::Bytes(self.sent.clone()));
            self.wait_for_ack();
        }
        // Nobody waits any longer: a NAK from here on is a stray one.
        self.resends = 0;
    }

    fn wait_for_ack(&mut self) {
        for _ in 0..20 {
            if self.accepted.is_some() {
                return;
            }
            self.wait(Duration::from_millis(50));
        }
    }

    fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.device.deadlines().next().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timeout);
        }
        self.now = end;
    }

    fn input(&mut self, input: Input) {
        if !self.plugged && matches!(input, Input::Bytes(_)) {
            return;
        }
        self.device.handle(self.now, input);
        while let Some(output) = self.device.poll() {
            match output {
                Output::Event(event) => self.trace.push(event),
                Output::Transmit(bytes) if self.plugged => self.read(&bytes),
                Output::Unplug => {
                    self.plugged = false;
                    self.frames = Decoder::default();
                    self.device.handle(self.now, Input::Closed);
                }
                Output::Plug => {
                    self.plugged = true;
                    self.device.handle(self.now, Input::Opened);
                }
                _ => {}
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        // What began and did not go on is given up; the terminal sends it again.
        if self.now.since(self.last_byte) > GAP {
            self.frames = Decoder::default();
        }
        self.last_byte = self.now;
        let mut rest = bytes;
        while let Some(found) = self.frames.decode(&mut rest) {
            match found {
                Decoded::Frame(frame, _) => {
                    let acknowledged = frame.kind().is_acknowledged();
                    let packet = frame.into_packet();
                    self.heard.push((packet.kind, packet.json().map_or(Value::Null, Value::Object)));
                    if acknowledged && self.acknowledges {
                        self.input(Input::Bytes(Bytes::from_static(&[ACK])));
                    }
                }
                Decoded::Ack => self.accepted = self.accepted.or(Some(self.now)),
                Decoded::Nak if self.resends > 0 && self.accepted.is_none() => {
                    self.resends -= 1;
                    self.input(Input::Bytes(self.sent.clone()));
                }
                _ => {}
            }
        }
    }
}

/// How a result ends its command.
fn end(result: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match text(&result["outcome"]).as_str() {
        "commandFailed" => text(&result["errorCode"]),
        _ => text(&result["responseData"]["result"]["resultCode"]),
    }
}
