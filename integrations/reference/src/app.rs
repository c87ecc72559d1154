//! The front end as an app has it: a handler for the client SDK's callbacks, and what the buyer sees. Whether an order is paid,
//! only the shop's book says.

use serde_json::{Value, json};
use wire::time::{Moment, WireTime};

use crate::fault::{Fault, Mistake};
use crate::order::OrderState;

/// The app's screen.
#[derive(Debug, Default)]
pub(crate) struct App {
    view: View,
    text: String,
    is_loading: bool,
    /// The shop holds the goods: the buyer is not promised them.
    is_held: bool,
    /// The parameters of the sale, for another try.
    sale: Option<Value>,
    /// What the shop gave for the SDK.
    session: Option<Value>,
    /// There is nothing to draw on: the screen was destroyed. What the SDK tells is kept all the same.
    is_gone: bool,
}

/// What the buyer sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum View {
    #[default]
    Form,
    Pending,
    Paid,
    Failed,
    Cancelled,
    Problem,
}

/// After these, another try needs a session of its own.
const NEW_SESSION: [&str; 2] = ["USER_PAYMENT_VERIFICATION_FAILED", "ORDER_IS_CLOSED"];

impl App {
    /// A buyer begins to pay.
    pub(crate) fn begin(&mut self, sale: Value) {
        *self = Self { sale: Some(sale), ..Self::default() };
    }

    /// The shop has a session.
    pub(crate) fn opens(&mut self, session: Value) {
        self.session = Some(session);
    }

    /// The screen goes, or comes back.
    pub(crate) const fn set_gone(&mut self, is_gone: bool) {
        self.is_gone = is_gone;
    }

    /// The buyer comes back from somewhere else: nobody here knows how that went.
    pub(crate) fn returns(&mut self) {
        self.wait();
    }

    /// The SDK calls back for a payment. What the handler throws, if it does: a correct one throws nothing.
    pub(crate) fn called(
        &mut self,
        order: Option<&str>,
        channel: &str,
        payload: &Value,
        state: Option<OrderState>,
        mistake: Mistake,
    ) -> Option<&'static str> {
        if self.is_gone && mistake.is(Fault::AppNeedsItsScreen) {
            return Some("the view is gone");
        }
        let is_other = order.zip(self.sale.as_ref()).is_some_and(|(order, sale)| sale["order"] != order);
        let is_success = payload["code"] == "SDK_PAYMENT_SUCCESSFUL";
        if is_success && (mistake.is(Fault::AppFulfilsWhatIsHeld) || is_other && mistake.is(Fault::AppCreditsOldEvents))
        {
            self.show(View::Paid, "Paid. Thank you!");
        } else if !is_other {
            // An event of an old payment is nothing that this screen is about.
            self.hear(channel, payload, state);
        }
        None
    }

    /// The SDK calls back. `state` is how the order stands in the book.
    pub(crate) fn hear(&mut self, channel: &str, payload: &Value, state: Option<OrderState>) {
        if channel == "onSubmitPayCallback" {
            return self.answered(payload, state);
        }
        // Every part of an event may be missing.
        let result = &payload["result"];
        match payload["code"].as_str().unwrap_or_default() {
            "SDK_START_OF_LOADING" => self.is_loading = true,
            "SDK_END_OF_LOADING" => self.is_loading = false,
            "SDK_PAYMENT_SUCCESSFUL" => {
                let decision = result["popRiskDecisionResultInfo"]["riskDecision"].as_str();
                self.is_held |= matches!(decision, Some("REJECT" | "REVIEW"));
                self.wait();
            }
            "SDK_PAYMENT_PROCESSING" | "SDK_PAYMENT_ERROR" => self.wait(),
            "SDK_PAYMENT_FAIL" => self.fail(result["paymentResultCode"].as_str().unwrap_or("no code"), state),
            "SDK_PAYMENT_CANCEL" => self.show(View::Cancelled, "You have not paid yet. Your order is still here."),
            "SDK_CREATECOMPONENT_ERROR"
            | "SDK_CREATEPAYMENT_PARAMETER_ERROR"
            | "SDK_INIT_PARAMETER_ERROR"
            | "SDK_INTERNAL_ERROR" => self.show(View::Problem, "The payment form cannot be shown. Try again."),
            // The others change nothing that the buyer must know, and so do codes that nobody knows yet.
            _ => {}
        }
    }

    /// submitPayment has an answer: its error counts first.
    fn answered(&mut self, told: &Value, state: Option<OrderState>) {
        let status = told["status"].as_str().unwrap_or_default();
        let error = &told["error"];
        if error.is_null() || matches!(status, "PROCESSING" | "PENDING") {
            return if status == "CANCELLED" {
                self.show(View::Cancelled, "You have not paid yet.");
            } else {
                self.wait();
            };
        }
        if error["needChangeSessionForRetry"] == true {
            self.session = None;
        }
        self.fail(error["code"].as_str().unwrap_or("no code"), state);
    }

    /// Nobody knows yet how it ends.
    fn wait(&mut self) {
        self.show(View::Pending, "We are asking how your payment stands.");
    }

    fn fail(&mut self, code: &str, state: Option<OrderState>) {
        if NEW_SESSION.contains(&code) {
            self.session = None;
        }
        // Another attempt may have succeeded meanwhile.
        if state == Some(OrderState::Paid) {
            return self.wait();
        }
        self.show(View::Failed, &format!("The payment was not made ({code}). Try again, or use another way to pay."));
    }

    fn show(&mut self, view: View, text: &str) {
        self.is_loading = false;
        if self.view != View::Paid {
            (self.view, self.text) = (view, text.to_owned());
        }
    }

    /// What the buyer sees, with the order as it stands.
    pub(crate) fn state(&mut self, state: Option<OrderState>) -> Value {
        match (self.view, state) {
            (View::Pending, Some(OrderState::Paid)) if !self.is_held => {
                self.show(View::Paid, "Paid. Thank you! Your tea is on its way.");
            }
            (View::Pending, Some(OrderState::Failed | OrderState::Cancelled)) => {
                self.show(View::Failed, "The payment was not made. You have not paid.");
            }
            _ => {}
        }
        let view = match self.view {
            View::Form => "form",
            View::Pending => "pending",
            View::Paid => "paid",
            View::Failed => "failed",
            View::Cancelled => "cancelled",
            View::Problem => "problem",
        };
        let shows: Vec<&str> = std::iter::once(view).chain(self.is_loading.then_some("loading")).collect();
        json!({"shows": shows, "text": self.text})
    }

    /// The buyer tries again: with the session that is there while it lives.
    pub(crate) fn again(&mut self, now: Moment) -> Option<Value> {
        (self.view, self.text, self.is_loading) = (View::Form, String::new(), false);
        let lives = |session: &Value| {
            let until = session["paymentSessionExpiryTime"].as_str().and_then(|text| WireTime::parse(text).ok());
            until.is_some_and(|until| until.moment() > now)
        };
        self.session.clone().filter(lives)
    }

    /// The sale, for a session of its own.
    pub(crate) fn sale(&self) -> Option<Value> {
        self.sale.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::WORLD_START;

    fn told(events: &[Value], state: OrderState) -> Value {
        let mut app = App::default();
        for event in events {
            app.hear("onEventCallback", event, Some(state));
        }
        app.state(Some(state))["shows"].clone()
    }

    #[test]
    fn paid_is_what_the_book_calls_paid() {
        let success = json!({"code": "SDK_PAYMENT_SUCCESSFUL"});
        assert_eq!(told(std::slice::from_ref(&success), OrderState::Open), json!(["pending"]));
        assert_eq!(told(&[success], OrderState::Paid), json!(["paid"]));
        assert_eq!(told(&[json!({"code": "SDK_PAYMENT_FAIL"})], OrderState::Paid), json!(["paid"]));
        assert_eq!(told(&[json!({}), json!({"code": "SDK_FUTURE"})], OrderState::Paid), json!(["form"]));
        let risky = json!({
            "code": "SDK_PAYMENT_SUCCESSFUL", "result": {"popRiskDecisionResultInfo": {"riskDecision": "REVIEW"}},
        });
        assert_eq!(told(&[risky], OrderState::Paid), json!(["pending"]));
    }

    #[test]
    fn a_session_is_used_again_while_it_lives_and_is_good_for_it() {
        let session = json!({"paymentSessionData": "x", "paymentSessionExpiryTime": "2026-01-05T11:00:00+00:00"});
        let app = || {
            let mut app = App::default();
            app.opens(session.clone());
            app
        };
        assert_eq!(app().again(NOW), Some(session.clone()));
        assert_eq!(app().again(NOW + std::time::Duration::from_secs(7200)), None);
        let mut refused = app();
        refused.hear(
            "onSubmitPayCallback",
            &json!({"status": "FAIL", "error": {"needChangeSessionForRetry": true}}),
            None,
        );
        assert_eq!(refused.again(NOW), None);
    }
}
