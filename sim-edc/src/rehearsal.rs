//! A terminal and a plain till in memory, which play the exchange that brings a code: `sim-edc --try CODE`.
//!
//! The till does what the recipe says and nothing more. Time is moved to the next deadline, so nobody waits.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value, json};
use wire::edc::{EventCode, Kind, LineDecoder, Packet};
use wire::time::Moment;

use crate::device::{Device, Input, Output};
use crate::event::Direction;
use crate::profile::Profile;
use crate::recipe::{Exchange, Recipe, Trigger};
use crate::script::Script;

/// Longer than any exchange of a recipe.
const LONGEST: Duration = Duration::from_secs(300);

/// A message of a rehearsal.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// When.
    pub at: Moment,
    /// By whom.
    pub direction: Direction,
    /// The message, as a line of the profile `ndjson` carries it.
    pub line: String,
}

/// By what the terminal knows that a code is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// By its script.
    Script,
    /// By the trigger in what the till sends.
    Trigger,
}

/// Plays a recipe's exchange from a hello to its end.
#[must_use]
pub fn rehearse(recipe: &Recipe, wish: Wish) -> Vec<Said> {
    let mut script = match wish {
        Wish::Script => recipe.script(),
        Wish::Trigger => Script::default(),
    };
    script.settings.triggers = wish == Wish::Trigger;
    let mut device = Device::new(Profile::Ndjson, &script);
    let mut till = Till::new(recipe);
    let (mut now, mut said, mut lines) = (Moment::WORLD_START, Vec::new(), LineDecoder::default());
    let end = now + LONGEST;
    device.handle(now, Input::Opened);
    let mut talk = VecDeque::from([till.hello()]);
    loop {
        while let Some(packet) = talk.pop_front() {
            let line = packet.to_line();
            said.push(Said { at: now, direction: Direction::FromPos, line: text(&line) });
            device.handle(now, Input::Bytes(line.into()));
        }
        while let Some(output) = device.poll() {
            let Output::Transmit(bytes) = output else { continue };
            let mut rest = bytes.as_ref();
            while let Some(wire::edc::Line::Packet(packet, raw)) = lines.decode(&mut rest) {
                said.push(Said { at: now, direction: Direction::ToPos, line: text(&raw) });
                talk.extend(till.hears(&packet));
            }
        }
        if !talk.is_empty() {
            continue;
        }
        match device.deadlines().next().filter(|at| *at <= end) {
            Some(at) => now = now.max(at),
            None => return said,
        }
        device.handle(now, Input::Timeout);
    }
}

/// Does what a recipe's exchange says.
struct Till {
    exchange: Exchange,
    merchant: String,
    won: u64,
    sent: u32,
}

impl Till {
    fn new(recipe: &Recipe) -> Self {
        let merchant = match recipe.trigger {
            Trigger::Merchant => format!("M0001-{}", recipe.code),
            Trigger::Always | Trigger::Amount(_) => "M0001".to_owned(),
        };
        let won = match (recipe.trigger, recipe.exchange) {
            (Trigger::Amount(digits), _) => 10_000 + u64::from(digits),
            (_, Exchange::LargePurchase) => 60_000,
            _ => 10_400,
        };
        Self { exchange: recipe.exchange, merchant, won, sent: 0 }
    }

    fn hello(&self) -> Packet {
        let options = json!({"merchantId": self.merchant, "useBuiltInDialog": false});
        Packet::new(Kind::Hello, &json!({"provider": "KICC", "options": options}))
    }

    fn hears(&mut self, packet: &Packet) -> Option<Packet> {
        let object = packet.json().unwrap_or_default();
        let is = |field: &str, word: &str| object.get(field).and_then(Value::as_str) == Some(word);
        match packet.kind {
            Kind::Hello if is("code", "INIT_SUCCESS") && self.exchange != Exchange::Hello => Some(self.purchase()),
            Kind::Event if is("eventCode", EventCode::Ready.as_str()) && self.exchange == Exchange::CommandCancel => {
                Some(self.command("CommandCancel", &json!({})))
            }
            Kind::Result
                if self.exchange == Exchange::PurchaseCancel
                    && is("commandName", "Purchase")
                    && is("outcome", "success") =>
            {
                Some(self.cancel(&object))
            }
            _ => None,
        }
    }

    fn purchase(&mut self) -> Packet {
        let parameters = json!({
            "requestId": "R-1",
            "paymentAmount": {"value": self.won.to_string(), "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "creditPayPlan": {"installmentNum": "0"},
            "acquirerInfo": {"acquirerTerminalId": "T0000001", "acquirerRegistrationNo": "1234567890"},
        });
        self.command("Purchase", &parameters)
    }

    fn cancel(&mut self, purchased: &Map<String, Value>) -> Packet {
        let meta = purchased.get("responseData").and_then(|data| data.pointer("/acquirerInfo/acquirerMetaData"));
        let parameters = json!({
            "requestId": "R-2",
            "paymentAmount": {"value": self.won.to_string(), "currency": "KRW"},
            "tipAmount": {"value": "0", "currency": "KRW"},
            "acquirerInfo": {"acquirerMetaData": meta},
        });
        self.command("PurchaseCancel", &parameters)
    }

    fn command(&mut self, name: &str, parameters: &Value) -> Packet {
        self.sent += 1;
        let object = json!({
            "id": self.sent.to_string(), "commandName": name, "commandRequestParams": parameters, "options": {},
        });
        Packet::new(Kind::Command, &object)
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).trim_end().to_owned()
}
