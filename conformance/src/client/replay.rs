//! What a scenario does to an app by itself: a callback that comes late, a screen that goes, and the terminal's SDK, whose
//! callbacks are all written as steps and whose commands are seen.

use serde_json::{Value, json};

use super::ClientEvent;
use super::app::App;
use crate::driver::request::{ClientPress, ScreenChange, SdkCommand, params};
use crate::scenario::{Callback, Screen, Visit};

/// What an app at the terminal has handed to the SDK last, by order and command.
#[derive(Debug, Default)]
pub(super) struct Handed(Vec<(String, SdkCommand)>);

/// Commands that are remembered.
const KEPT: usize = 256;

impl App {
    /// The SDK calls back now.
    ///
    /// # Errors
    /// The app does not answer.
    pub(crate) async fn callback(&self, callback: &Callback) -> Result<(), String> {
        let order = callback.order.value.as_str();
        let mut payload = callback.payload.clone();
        let command = payload["command"].as_str().unwrap_or_default().to_owned();
        if let Some(id) = self.handed().request_id(order, &command)
            && let Some(parts) = payload.as_object_mut()
        {
            parts.entry("requestId").or_insert_with(|| json!(id));
        }
        self.deliver(order, &callback.channel, payload).await
    }

    /// The screen goes, or comes back.
    ///
    /// # Errors
    /// The app does not answer.
    pub(crate) async fn screen(&self, screen: Screen) -> Result<(), String> {
        self.record(ClientEvent::Screen { is: screen.is.as_str().to_owned() });
        let told = self.call("clientScreen", params(&ScreenChange { is: screen.is }), true).await?;
        self.heard("", &told);
        Ok(())
    }

    /// A cashier sells an order in the app.
    ///
    /// # Errors
    /// The app does not answer.
    pub(super) async fn sell(&self, visit: &Visit) -> Result<(), String> {
        let order = visit.order.value.clone();
        let press =
            ClientPress { order: order.clone(), what: "sell".to_owned(), amount: Some(visit.amount.value.amount()) };
        let told = self.call("clientPress", params(&press), true).await?;
        self.heard(&order, &told);
        Ok(())
    }

    /// What the app tells of itself: what it shows, and what it has handed to the terminal's SDK.
    pub(super) fn heard(&self, order: &str, told: &Value) {
        self.saw(told);
        let sends: Vec<SdkCommand> = serde_json::from_value(told["sends"].clone()).unwrap_or_default();
        for sent in sends {
            let SdkCommand { command, params } = sent.clone();
            self.record(ClientEvent::Sent { order: order.to_owned(), command, params });
            self.handed().keep(order, sent);
        }
    }
}

impl Handed {
    fn keep(&mut self, order: &str, command: SdkCommand) {
        if self.0.len() == KEPT {
            self.0.remove(0);
        }
        self.0.push((order.to_owned(), command));
    }

    /// The requestId of the last command of this name.
    fn request_id(&self, order: &str, command: &str) -> Option<String> {
        let is_it = |(of, sent): &&(String, SdkCommand)| of == order && sent.command == command;
        let (_, sent) = self.0.iter().rev().find(is_it)?;
        sent.params["requestId"].as_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_names_the_request_that_it_answers() {
        let mut handed = Handed::default();
        let sent =
            |command: &str, id: &str| SdkCommand { command: command.to_owned(), params: json!({"requestId": id}) };
        for n in 0..=KEPT {
            handed.keep("A", sent("Purchase", &n.to_string()));
        }
        handed.keep("B", sent("Purchase", "of B"));
        handed.keep("A", sent("PurchaseCancel", "back"));
        assert_eq!(handed.request_id("A", "Purchase"), Some(KEPT.to_string()));
        assert_eq!(handed.request_id("A", "PurchaseCancel").as_deref(), Some("back"));
        assert_eq!(handed.request_id("A", "CommandCancel"), None);
        assert_eq!(handed.0.len(), KEPT);
    }
}
