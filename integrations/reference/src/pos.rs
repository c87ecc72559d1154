//! The cashier's app, over the vendor's SDK for the terminal: what it hands to the SDK, and what it makes of the callbacks. The
//! SDK's answer is the terminal's word, so that a result counts; silence does not. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use wire::edc::EventCode;
use wire::edc::TimerEffect;
use wire::time::Moment;

use crate::countdown::CARD_SECONDS;
use crate::fault::{Fault, Mistake};

const SIGNATURE: Duration = Duration::from_secs(20);
/// How long a terminal that is busy is left alone.
const BUSY: Duration = Duration::from_secs(3);
/// Sales that are remembered.
const SALES: usize = 1024;

/// The app.
#[derive(Debug, Default)]
pub(crate) struct Pos {
    sales: BTreeMap<String, Sale>,
    /// The order on the screen.
    shown: Option<String>,
    countdown: Option<Moment>,
    /// Handed to the SDK, and not told yet.
    sends: Vec<Value>,
    ids: u64,
}

#[derive(Debug)]
struct Sale {
    amount: Value,
    request_id: String,
    /// What giving back needs.
    metadata: Option<String>,
    /// When a terminal that was busy is asked again.
    again: Option<Moment>,
    view: &'static str,
    text: String,
}

impl Pos {
    /// Whether a sale of the app is on the screen.
    pub(crate) const fn is_shown(&self) -> bool {
        self.shown.is_some()
    }

    /// Something else is on the screen.
    pub(crate) fn leave(&mut self) {
        self.shown = None;
    }

    /// Whether an order is sold here.
    pub(crate) fn knows(&self, order: &str) -> bool {
        self.sales.contains_key(order)
    }

    /// The cashier presses something.
    pub(crate) fn press(
        &mut self,
        order: &str,
        what: &str,
        amount: Option<Value>,
        mistake: Mistake,
    ) -> Result<(), String> {
        if what == "sell" {
            let amount = amount.ok_or("there is no amount")?;
            if self.sales.len() == SALES {
                return Err("too many sales".to_owned());
            }
            let sale = Sale {
                amount,
                request_id: String::new(),
                metadata: None,
                again: None,
                view: "form",
                text: String::new(),
            };
            self.sales.insert(order.to_owned(), sale);
            self.shown = Some(order.to_owned());
            self.purchase(order);
            return Ok(());
        }
        let sale = self.sales.get(order).ok_or("nothing is being sold")?;
        match what {
            "again" if sale.view == "failed" || sale.view == "cancelled" => self.purchase(order),
            "cancel" if sale.view == "form" => self.send("CommandCancel", json!({})),
            "give-back" if sale.view == "paid" => {
                let metadata = sale.metadata.clone().filter(|_| !mistake.is(Fault::AppForgetsMetadata));
                let (amount, id) = (sale.amount.clone(), self.new_id(order));
                self.send(
                    "PurchaseCancel",
                    json!({
                        "requestId": id, "paymentAmount": amount,
                        "acquirerInfo": {"acquirerMetaData": metadata.unwrap_or_default()},
                    }),
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// The SDK calls back.
    pub(crate) fn hear(&mut self, order: &str, channel: &str, payload: &Value, now: Moment, mistake: Mistake) {
        let (command, code) = (payload["command"].as_str().unwrap_or_default(), code(payload));
        match (channel, command) {
            ("onEvent", _) => self.count(code, now, mistake),
            ("onSuccess", "Purchase") => self.paid(order, payload),
            ("onSuccess", "CommandCancel") => {
                self.countdown = None;
                self.show(order, "cancelled", "The sale was called off.");
            }
            ("onSuccess", "PurchaseCancel") => self.show(order, "cancelled", "The money is given back."),
            ("onSuccess", "GetLastTransaction") => {
                let last = payload.pointer("/lastTransaction/requestId");
                if self.sales.get(order).is_some_and(|sale| last == Some(&json!(sale.request_id))) {
                    self.paid(order, &payload["lastTransaction"]);
                } else {
                    self.show(order, "failed", "Nothing was charged. Sell again.");
                }
            }
            ("onCommandFailed", "Purchase") if code == "CommandResponseTimeout" => {
                self.countdown = None;
                self.show(order, "pending", "We are asking the terminal what became of the sale.");
                if mistake.is(Fault::AppChargesAfterSilence) {
                    self.purchase(order);
                } else {
                    self.send("GetLastTransaction", json!({}));
                }
            }
            ("onCommandFailed", "Purchase") if code == "CommandDeviceBusy" => {
                self.show(order, "pending", "The terminal is busy. One moment.");
                if let Some(sale) = self.sales.get_mut(order) {
                    sale.again = Some(now + BUSY);
                }
            }
            ("onBusinessFailed", "Purchase") if matches!(code, "REPEAT_REQ_REJECT" | "UNKNOWN") => {
                self.show(order, "pending", "We are asking the terminal what became of the sale.");
                self.send("GetLastTransaction", json!({}));
            }
            ("onCommandFailed" | "onBusinessFailed", "Purchase") => {
                self.countdown = None;
                self.show(order, "failed", &format!("Not paid ({code})."));
            }
            // A cancel or a refund that fails leaves the sale as it is.
            _ => {}
        }
    }

    /// What the cashier sees, and what was handed to the SDK meanwhile.
    pub(crate) fn state(&mut self, now: Moment) -> Value {
        let order = self.shown.clone().unwrap_or_default();
        let is_due = self.sales.get_mut(&order).is_some_and(|sale| sale.again.take_if(|at| *at <= now).is_some());
        if is_due {
            self.purchase(&order);
        }
        let sale = self.sales.get(&order);
        let left = self.countdown.filter(|end| *end > now).map(|end| end.since(now).as_secs());
        json!({
            "shows": sale.map(|sale| vec![sale.view]).unwrap_or_default(),
            "text": sale.map(|sale| sale.text.as_str()).unwrap_or_default(),
            "countdown": left,
            "sends": std::mem::take(&mut self.sends),
        })
    }

    fn count(&mut self, code: &str, now: Moment, mistake: Mistake) {
        match code.parse::<EventCode>().map(|code| code.timer()) {
            Ok(TimerEffect::StartPaymentExpiry) => self.countdown = Some(now + Duration::from_secs(CARD_SECONDS)),
            Ok(TimerEffect::RestartSignature) => self.countdown = Some(now + SIGNATURE),
            Ok(TimerEffect::Stop) if !mistake.is(Fault::AppCountsOn) => self.countdown = None,
            _ => {}
        }
    }

    fn paid(&mut self, order: &str, result: &Value) {
        self.countdown = None;
        if let Some(sale) = self.sales.get_mut(order) {
            let metadata = result.pointer("/acquirerInfo/acquirerMetaData").and_then(Value::as_str);
            sale.metadata = metadata.map(str::to_owned);
        }
        self.show(order, "paid", "Paid.");
    }

    /// A Purchase has an id of its own, always.
    fn purchase(&mut self, order: &str) {
        let id = self.new_id(order);
        let Some(sale) = self.sales.get_mut(order) else { return };
        sale.request_id.clone_from(&id);
        (sale.view, sale.again) = ("form", None);
        sale.text = String::new();
        let amount = sale.amount.clone();
        self.send(
            "Purchase",
            json!({"requestId": id, "paymentAmount": amount, "paymentExpiryTime": CARD_SECONDS.to_string()}),
        );
    }

    fn new_id(&mut self, order: &str) -> String {
        self.ids += 1;
        format!("{order}-{}", self.ids)
    }

    fn send(&mut self, command: &str, params: Value) {
        self.sends.push(json!({"command": command, "params": params}));
    }

    fn show(&mut self, order: &str, view: &'static str, text: &str) {
        if let Some(sale) = self.sales.get_mut(order) {
            (sale.view, sale.text) = (view, text.to_owned());
        }
    }
}

/// The event, the errorCode or the resultCode.
fn code(payload: &Value) -> &str {
    let all = ["/code", "/errorCode", "/result/resultCode"].into_iter();
    all.filter_map(|pointer| payload.pointer(pointer)?.as_str()).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::WORLD_START;

    fn sells() -> Pos {
        let mut pos = Pos::default();
        pos.press("A", "sell", Some(json!({"currency": "KRW", "value": "10400"})), Mistake::default()).unwrap();
        assert_eq!(pos.state(NOW)["sends"][0]["params"]["requestId"], "A-1");
        pos
    }

    fn after(channel: &str, payload: Value) -> Value {
        let mut pos = sells();
        pos.hear("A", channel, &payload, NOW, Mistake::default());
        pos.state(NOW)
    }

    #[test]
    fn silence_is_asked_about_and_a_busy_terminal_is_left_alone() {
        let silence = after("onCommandFailed", json!({"command": "Purchase", "errorCode": "CommandResponseTimeout"}));
        assert_eq!(
            (&silence["shows"][0], &silence["sends"][0]["command"]),
            (&json!("pending"), &json!("GetLastTransaction"))
        );
        let mut pos = sells();
        pos.hear(
            "A",
            "onCommandFailed",
            &json!({"command": "Purchase", "errorCode": "CommandDeviceBusy"}),
            NOW,
            Mistake::default(),
        );
        assert_eq!(pos.state(NOW)["sends"], json!([]));
        assert_eq!(pos.state(NOW + BUSY)["sends"][0]["params"]["requestId"], "A-2");
        assert_eq!(pos.state(NOW + BUSY)["sends"], json!([]));
        let failed =
            after("onBusinessFailed", json!({"command": "Purchase", "result": {"resultCode": "PROCESS_FAIL"}}));
        assert_eq!((&failed["shows"][0], &failed["sends"]), (&json!("failed"), &json!([])));
    }

    #[test]
    fn what_a_sale_brought_goes_back_with_its_refund() {
        let mut pos = sells();
        let told = json!({"command": "Purchase", "acquirerInfo": {"acquirerMetaData": "m=="}});
        pos.hear("A", "onSuccess", &told, NOW, Mistake::default());
        pos.press("A", "give-back", None, Mistake::default()).unwrap();
        assert_eq!(pos.state(NOW)["sends"][0]["params"]["acquirerInfo"]["acquirerMetaData"], "m==");
        assert!(pos.press("B", "cancel", None, Mistake::default()).is_err());
    }

    #[test]
    fn the_countdown_runs_from_ready_to_the_transaction() {
        let mut pos = sells();
        let mut shown = |code: &str| {
            pos.hear("A", "onEvent", &json!({"code": code}), NOW, Mistake::default());
            pos.state(NOW)["countdown"].as_u64()
        };
        assert_eq!(shown("READY"), Some(30));
        assert_eq!(shown("PENDING_SIGNATURE"), Some(20));
        assert_eq!(shown("START_TRANSACTION"), None);
        assert_eq!(shown("NEWS_OF_TOMORROW"), None);
    }
}
