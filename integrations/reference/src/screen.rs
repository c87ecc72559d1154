//! The methods of the driver protocol that are about what the buyer has on the screen.

use std::sync::PoisonError;

use serde_json::Value;

use crate::app::App;
use crate::driver::{Driver, may_be_called, not_initialized};
use crate::fault::{Fault, Mistake};
use crate::order::OrderState;
use crate::params::{ClientEvent, ClientPress, ClientReturn, ClientScreen, Presence};
use crate::rpc::{Asker, Refusal, read};

impl Driver {
    pub(crate) fn screen(&self) -> std::sync::MutexGuard<'_, App> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the order on the screen stands in the book.
    fn on_screen(&self) -> Option<OrderState> {
        let sale = self.screen().sale()?;
        let order = self.running.as_ref()?.merchant.order(sale["order"].as_str()?)?;
        Some(order.told_state())
    }

    /// The SDK calls the app back.
    pub(crate) fn client_event(&mut self, event: &ClientEvent) -> Result<Value, Refusal> {
        let now = self.running.as_ref().ok_or_else(not_initialized)?.merchant.now();
        let mistake = Mistake(self.fault);
        if let Some(order) = event.order.as_deref().filter(|order| self.pos.knows(order)) {
            self.pos.hear(order, &event.channel, &event.payload, now, mistake);
            return Ok(self.pos.state(now));
        }
        if mistake.is(Fault::EventsCredit) && event.payload["code"] == "SDK_PAYMENT_SUCCESSFUL" {
            self.credit(event.order.as_deref().unwrap_or_default())?;
        }
        let state = self.on_screen();
        let mut app = self.screen();
        let threw = app.called(event.order.as_deref(), &event.channel, &event.payload, state, mistake);
        let mut told = app.state(state);
        if let Some(threw) = threw {
            told["threw"] = threw.into();
        }
        Ok(told)
    }

    /// The buyer comes back by the shop's return address: how his order stands, the book says.
    pub(crate) fn client_return(&self, back: &ClientReturn) -> Result<Value, Refusal> {
        if Mistake(self.fault).is(Fault::ComingBackCredits) {
            self.credit(&back.order)?;
        }
        let state = self.on_screen();
        let mut app = self.screen();
        app.returns();
        Ok(app.state(state))
    }

    /// Takes an order for paid on nobody's word, as a mistake has it.
    fn credit(&self, order: &str) -> Result<(), Refusal> {
        let merchant = &self.running.as_ref().ok_or_else(not_initialized)?.merchant;
        let at = merchant.now();
        let written = merchant.book(|book| book.overwrite(at, order, OrderState::Paid));
        written.map_err(|error| Refusal::new(error.to_string()))
    }

    /// The screen goes, or comes back.
    pub(crate) fn client_screen(&mut self, screen: &ClientScreen) -> Value {
        self.screen().set_gone(screen.is == Presence::Gone);
        self.client_state()
    }

    pub(crate) fn client_state(&mut self) -> Value {
        if let Some(running) = self.running.as_ref().filter(|_| self.pos.is_shown()) {
            return self.pos.state(running.merchant.now());
        }
        let state = self.on_screen();
        self.screen().state(state)
    }

    /// The buyer tries again: with the session that is there, or with a new one.
    pub(crate) fn client_press(
        &mut self,
        press: ClientPress,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let now = self.running.as_ref().ok_or_else(not_initialized)?.merchant.now();
        if press.what == "sell" || self.pos.knows(&press.order) {
            may_be_called(&press.order)?;
            let pressed = self.pos.press(&press.order, &press.what, press.amount, Mistake(self.fault));
            pressed.map_err(Refusal::new)?;
            return Ok(Some(self.pos.state(now)));
        }
        let (again, sale) = {
            let mut app = self.screen();
            (app.again(now), app.sale())
        };
        match (again, sale) {
            (Some(session), _) => {
                let mut told = self.client_state();
                told["session"] = session;
                Ok(Some(told))
            }
            (None, Some(sale)) => self.checkout(read(sale)?, asker),
            (None, None) => Err(Refusal::new("nothing is being paid")),
        }
    }
}
