//! A desk with a terminal on it: a till's side of the line in memory, and a clock that is moved by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall fail here")]

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use sim_edc::{Device, Event, Input, Journal, Kept, Lever, Output, Profile, RecordKind, Script};
use wire::edc::{ACK, Decoded, Decoder, Frame, Kind, Packet};
use wire::time::Moment;

/// See the module's documentation.
pub(crate) struct Desk {
    pub(crate) device: Device,
    pub(crate) now: Moment,
    /// Whether hello answers and results are acknowledged.
    pub(crate) acknowledges: bool,
    pub(crate) plugged: bool,
    /// What the terminal said: whole messages, in order.
    pub(crate) heard: Vec<(Kind, Value)>,
    /// Every byte that came.
    pub(crate) bytes: Vec<u8>,
    pub(crate) trace: Vec<Event>,
    /// What a store would have kept.
    pub(crate) kept: Vec<Kept>,
    /// How much of it was kept when the last bytes came.
    pub(crate) kept_by_first_byte: usize,
    frames: Decoder,
    seq: u8,
    commands: u32,
}

impl Desk {
    /// A terminal that does as a script says, not greeted yet.
    pub(crate) fn silent(script: &Script) -> Self {
        let mut desk = Self {
            device: Device::new(Profile::Stx, script),
            now: Moment::WORLD_START,
            acknowledges: true,
            plugged: true,
            heard: Vec::new(),
            bytes: Vec::new(),
            trace: Vec::new(),
            kept: Vec::new(),
            kept_by_first_byte: 0,
            frames: Decoder::default(),
            seq: 0,
            commands: 0,
        };
        desk.input(Input::Opened);
        desk
    }

    /// A terminal that has been greeted, with what another left behind.
    pub(crate) fn remembering(script: &Script, journal: Journal) -> Self {
        let mut desk = Self::silent(script);
        desk.device = Device::new(Profile::Stx, script).with_journal(journal);
        desk.input(Input::Opened);
        desk.greet();
        desk
    }

    /// A terminal that has been greeted.
    pub(crate) fn new(script: &Script) -> Self {
        let mut desk = Self::silent(script);
        desk.greet();
        desk
    }

    /// A terminal whose script is written as in a file.
    pub(crate) fn scripted(yaml: &str) -> Self {
        Self::new(&serde_saphyr::from_str(yaml).unwrap())
    }

    pub(crate) fn greet(&mut self) {
        let hello = json!({"provider": "KICC", "options": {"merchantId": "M0001", "useBuiltInDialog": false}});
        self.send(&Packet::new(Kind::Hello, &hello));
    }

    pub(crate) fn input(&mut self, input: Input) {
        self.device.handle(self.now, input);
        self.carry_out();
    }

    /// Pulls a lever; the error as a text.
    pub(crate) fn pull(&mut self, lever: Lever) -> Result<(), String> {
        let pulled = self.device.pull(self.now, lever).map_err(|stuck| stuck.to_string());
        self.carry_out();
        pulled
    }

    fn carry_out(&mut self) {
        while let Some(output) = self.device.poll() {
            match output {
                Output::Event(event) => self.trace.push(event),
                Output::Store(kept) => self.kept.push(kept),
                Output::Transmit(bytes) => {
                    self.kept_by_first_byte = self.kept.len();
                    self.read(&bytes);
                }
                Output::Unplug => self.plugged = false,
                Output::Plug => self.plugged = true,
            }
        }
    }

    fn read(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        let mut rest = bytes;
        while let Some(found) = self.frames.decode(&mut rest) {
            if let Decoded::Frame(frame, _) = found {
                let acknowledged = frame.kind().is_acknowledged();
                let packet = frame.into_packet();
                self.heard.push((packet.kind, packet.json().map_or(Value::Null, Value::Object)));
                if acknowledged && self.acknowledges {
                    self.input(Input::Bytes(Bytes::from_static(&[ACK])));
                }
            }
        }
    }

    pub(crate) fn send(&mut self, packet: &Packet) -> Vec<u8> {
        self.seq = Frame::seq_after(self.seq);
        let bytes = Frame::new(packet.clone(), self.seq).unwrap().encode();
        self.input(Input::Bytes(bytes.clone().into()));
        bytes
    }

    /// Sends a command and returns its id.
    pub(crate) fn command(&mut self, name: &str, parameters: &Value) -> String {
        self.commands += 1;
        let id = format!("c{}", self.commands);
        let object = json!({"id": id, "commandName": name, "commandRequestParams": parameters, "options": {}});
        self.send(&Packet::new(Kind::Command, &object));
        id
    }

    pub(crate) fn purchase(&mut self, request_id: &str, won: &str) -> String {
        self.command("Purchase", &purchase(request_id, won))
    }

    pub(crate) fn last_transaction(&mut self) -> Value {
        let id = self.command("GetLastTransaction", &json!({}));
        self.result(&id).unwrap()
    }

    /// Lets time pass, stopping at each deadline on the way.
    pub(crate) fn wait(&mut self, duration: Duration) {
        let end = self.now + duration;
        while let Some(at) = self.device.deadlines().next().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.input(Input::Timeout);
        }
        self.now = end;
    }

    pub(crate) fn wait_secs(&mut self, seconds: u64) {
        self.wait(Duration::from_secs(seconds));
    }

    /// Cancels a purchase with what its result said.
    pub(crate) fn cancel(&mut self, request_id: &str, purchased: &Value) -> String {
        self.command("PurchaseCancel", &cancel(request_id, purchased))
    }

    /// The first result of an invocation.
    pub(crate) fn result(&self, id: &str) -> Option<Value> {
        self.heard.iter().find(|(kind, json)| *kind == Kind::Result && json["id"] == id).map(|(_, json)| json.clone())
    }

    /// The events of an invocation.
    pub(crate) fn events(&self, id: &str) -> Vec<String> {
        let events = self.heard.iter().filter(|(kind, json)| *kind == Kind::Event && json["id"] == id);
        events.map(|(_, json)| json["eventCode"].as_str().unwrap().to_owned()).collect()
    }

    /// How an invocation ended: `success`, a business code, or a command code.
    pub(crate) fn end(&self, id: &str) -> String {
        let Some(result) = self.result(id) else { return "nothing".to_owned() };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match text(&result["outcome"]).as_str() {
            "commandFailed" => text(&result["errorCode"]),
            _ => text(&result["responseData"]["result"]["resultCode"]),
        }
    }

    /// What was taken minus what was given back.
    pub(crate) fn ledger(&self) -> i64 {
        let records = self.device.terminal().journal().records().iter().filter(|r| r.data.result.is_success());
        let won = |minor: u64| i64::try_from(minor).unwrap();
        records.map(|r| if r.kind == RecordKind::Purchase { won(r.amount.minor) } else { -won(r.amount.minor) }).sum()
    }
}

pub(crate) fn purchase(request_id: &str, won: &str) -> Value {
    json!({
        "requestId": request_id,
        "paymentAmount": {"value": won, "currency": "KRW"},
        "tipAmount": {"value": "0", "currency": "KRW"},
        "creditPayPlan": {"installmentNum": "0"},
        "acquirerInfo": {"acquirerTerminalId": "T0000001", "acquirerRegistrationNo": "1234567890"},
    })
}

pub(crate) fn cancel(request_id: &str, purchased: &Value) -> Value {
    let data = &purchased["responseData"];
    json!({
        "requestId": request_id,
        "paymentAmount": data["paymentAmount"],
        "tipAmount": data["tipAmount"],
        "acquirerInfo": {"acquirerMetaData": data["acquirerInfo"]["acquirerMetaData"]},
    })
}
