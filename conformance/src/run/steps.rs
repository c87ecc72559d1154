//! The steps of a scenario, one by one: what each asks of the driver.

use std::time::Duration;

use serde_json::{Value, json};
use wire::clock::Clock as _;

use super::TimeMode;
use super::session::Session;
use super::stage::{ANSWER, Stage};
use crate::driver::DriverError;
use crate::scenario::{By, Capture, Checkout, CheckoutBatch, Step};
use crate::trace::{DriverEvent, Event};

/// What a wallet's browser says of itself.
const WALLET: &str = "Mozilla/5.0 (Linux; Android 14) AlipayClient/10.6.0 AlipayConnect";
/// A code as a wallet shows it.
const PAYMENT_CODE: &str = "281012020262467128001337";

impl Stage<'_> {
    pub(super) async fn take(&mut self, step: &Step) -> Result<(), DriverError> {
        match step {
            Step::Checkout(checkout) => {
                self.orders.insert(checkout.order.value.clone(), None);
                self.sell(&checkout.order.value, "checkout", sale(checkout)).await
            }
            Step::CheckoutBatch(batch) => {
                self.orders.extend(batch.orders.iter().map(|order| (order.order.value.clone(), None)));
                self.sell(&batch.batch.value, "checkoutBatch", batch_sale(batch)).await
            }
            Step::Retry(retry) => {
                self.check_calls().await?;
                // What was never sold is told when the file is read.
                let Some((method, params)) = self.sold.get(&retry.order.value).cloned() else { return Ok(()) };
                self.call(method, params).await
            }
            Step::Capture(capture) => {
                self.check_calls().await?;
                let mut params = json!({"order": capture.order.value});
                if let Some(amount) = capture.amount {
                    params["amount"] = json!(amount.amount());
                }
                self.call("capture", params).await
            }
            Step::Cancel(cancel) => {
                self.check_calls().await?;
                let params = json!({"order": cancel.order.value});
                if self.is_at_terminal(&cancel.order.value) {
                    return self.session.call(self.recorder, "cancel", params, ANSWER).await.map(|_| ());
                }
                // At the gateway it may have to be asked more than once, with pauses.
                self.call("cancel", params).await
            }
            Step::Refund(refund) => {
                self.check_calls().await?;
                let params = json!({"order": refund.order.value, "amount": refund.amount.amount()});
                self.call("refund", params).await
            }
            Step::Until(until) => {
                let (mark, recorder) = (self.mark, self.recorder.clone());
                let code = until.event.as_str();
                let seen = move || {
                    recorder.any_after(mark, |event| {
                        matches!(event, Event::Terminal(sim_edc::Event::Sent { kind: wire::edc::Kind::Event, json, .. }) if json["eventCode"] == code)
                    })
                };
                self.pass_time(until.within.0, seen).await
            }
            Step::Advance(wait) => self.pass_time(wait.by.0, || false).await,
            Step::Settle(settle) => self.settle(settle.within.0).await,
            Step::Restart(_) => {
                for call in std::mem::take(&mut self.calls) {
                    call.abort();
                }
                let fresh = Session::start(self.settings, self.recorder, self.memory);
                std::mem::replace(&mut self.session, fresh?).kill(self.recorder).await;
                let params = self.world.initialize(self.case);
                self.session.initialize(self.settings, self.recorder, params).await.map(|_| ())
            }
        }
    }

    /// Sells an order or a batch, and remembers how, for a buyer who tries again.
    async fn sell(&mut self, name: &str, method: &'static str, params: Value) -> Result<(), DriverError> {
        self.sold.insert(name.to_owned(), (method, params.clone()));
        self.call(method, params).await
    }

    fn is_at_terminal(&self, order: &str) -> bool {
        self.sold.get(order).is_some_and(|(_, params)| params["by"] == By::Terminal.as_str())
    }

    /// Starts what may take long. An answer that comes at once is awaited; one that comes with the end of it is not.
    async fn call(&mut self, method: &'static str, params: Value) -> Result<(), DriverError> {
        self.recorder.record(Event::Driver(DriverEvent::Called { method: method.to_owned(), params: params.clone() }));
        let (driver, recorder) = (self.session.driver.clone(), self.recorder.clone());
        let within = super::limit(self.settings);
        let mut call = tokio::spawn(async move {
            let result = driver.call(method, params, within).await;
            let method = method.to_owned();
            recorder.record(Event::Driver(match &result {
                Ok(result) => DriverEvent::Answered { method, result: result.clone() },
                Err(error) => DriverEvent::Failed { method, error: error.to_string() },
            }));
            result
        });
        self.clock.touch();
        let soon = Duration::from_millis(if self.settings.time == TimeMode::Paused { 1 } else { 50 });
        match tokio::time::timeout(soon, &mut call).await {
            Ok(Ok(answer)) => answer.map(|_| ()),
            Ok(Err(_)) => Ok(()),
            Err(_) => {
                self.calls.push(call);
                Ok(())
            }
        }
    }
}

/// The parameters of `checkout`.
fn sale(checkout: &Checkout) -> Value {
    let amount = checkout.amount.value;
    let mut params = json!({
        "order": checkout.order.value,
        "by": checkout.by,
        "amount": amount.amount(),
        "description": checkout.description,
    });
    if let (false, Some(fields)) = (checkout.cart.is_empty(), params.as_object_mut()) {
        // Who is told the amount does not compute it.
        fields.remove("amount");
        fields.insert("currency".to_owned(), json!(amount.currency));
        fields.insert("cart".to_owned(), json!(checkout.cart));
    }
    match checkout.by {
        By::EntryCode => params["userAgent"] = Value::from(WALLET),
        By::PaymentCode => params["paymentCode"] = json!(checkout.payment_code.as_deref().unwrap_or(PAYMENT_CODE)),
        By::Terminal | By::OrderCode | By::Cashier | By::Session | By::Batch => {}
    }
    if let Some(method) = &checkout.method {
        params["method"] = json!(method);
    }
    if checkout.capture == Capture::Manual {
        params["capture"] = json!(checkout.capture);
    }
    params
}

/// The parameters of `checkoutBatch`.
fn batch_sale(batch: &CheckoutBatch) -> Value {
    let orders = batch.orders.iter().enumerate().map(|(index, order)| {
        let merchant = order.merchant.clone().unwrap_or_else(|| format!("SELLER-{}", index + 1));
        json!({
            "order": order.order.value,
            "amount": order.amount.value.amount(),
            "description": order.description,
            "merchant": merchant,
        })
    });
    json!({"batch": batch.batch.value, "orders": orders.collect::<Vec<_>>()})
}

/// A step in a line of a report.
pub(super) fn describe(step: &Step) -> String {
    match step {
        Step::Checkout(checkout) => {
            format!("checkout {} of {} by {}", checkout.order.value, checkout.amount.value, checkout.by.as_str())
        }
        Step::CheckoutBatch(batch) => {
            let orders: Vec<_> = batch.orders.iter().map(|order| order.order.value.as_str()).collect();
            format!("checkout of the batch {}: {}", batch.batch.value, orders.join(", "))
        }
        Step::Retry(retry) => format!("the buyer of {} tries again", retry.order.value),
        Step::Capture(capture) => match capture.amount {
            Some(amount) => format!("capture {amount} of {}", capture.order.value),
            None => format!("capture {}", capture.order.value),
        },
        Step::Cancel(cancel) => format!("cancel {}", cancel.order.value),
        Step::Refund(refund) => format!("refund {} of {}", refund.amount, refund.order.value),
        Step::Until(until) => format!("until {} within {}", until.event, until.within),
        Step::Restart(_) => "restart".to_owned(),
        Step::Advance(wait) => format!("advance by {}", wait.by),
        Step::Settle(settle) => format!("settle within {}", settle.within),
    }
}
