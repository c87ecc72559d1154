//! The steps of a scenario, one by one: what each asks of the driver.

use std::time::Duration;

use serde_json::Value;
use wire::clock::Clock as _;

use super::TimeMode;
use super::stage::{ANSWER, Call, Stage};
use crate::client::Front;
use crate::driver::DriverError;
use crate::driver::request::{CheckoutOrder, CheckoutOrders, NamedOrder, OrderInBatch, RefundOrder, TakeHeld, params};
use crate::scenario::{By, Capture, Checkout, CheckoutBatch, Condition, GatewayKey, Step, Visit};
use crate::trace::{DriverEvent, Event};

/// What a wallet's browser says of itself.
const WALLET: &str = "Mozilla/5.0 (Linux; Android 14) AlipayClient/10.6.0 AlipayConnect";
/// A code as a wallet shows it.
const PAYMENT_CODE: &str = "281012020262467128001337";

/// What a step has begun.
pub(super) enum Begun {
    Nothing,
    /// An answer that comes at once is awaited; one that comes with the end of it is not.
    Long(Call),
    /// The answer is awaited.
    Short(Call),
}

impl Begun {
    /// Waits for it no more.
    pub(super) fn abandon(self) {
        if let Self::Long(call) | Self::Short(call) = self {
            call.abort();
        }
    }
}

impl Stage<'_> {
    /// Does a step, or as much of it as needs no answer.
    pub(super) async fn begin(&mut self, step: &Step) -> Result<Begun, DriverError> {
        let long = super::limit(self.settings);
        match step {
            Step::Checkout(checkout) => {
                self.orders.insert(checkout.order.value.clone(), None);
                Ok(self.sell(&checkout.order.value, "checkout", sale(checkout)))
            }
            Step::CheckoutBatch(batch) => {
                self.orders.extend(batch.orders.iter().map(|order| (order.order.value.clone(), None)));
                Ok(self.sell(&batch.batch.value, "checkoutBatch", batch_sale(batch)))
            }
            Step::Retry(retry) => {
                self.check_calls().await?;
                // What was never sold is told when the file is read.
                let Some((method, params)) = self.sold.get(&retry.order.value).cloned() else {
                    return Ok(Begun::Nothing);
                };
                // Whoever is told of it now must know it.
                let was_cut = self.cut.remove(&retry.order.value);
                let call = self.call(method, params, long);
                if was_cut {
                    self.selling.insert(retry.order.value.clone(), call.abort_handle());
                }
                Ok(Begun::Long(call))
            }
            Step::Capture(capture) => {
                self.check_calls().await?;
                let order = capture.order.value.clone();
                let held = TakeHeld { order, amount: capture.amount.map(|money| money.amount()) };
                Ok(Begun::Long(self.call("capture", params(&held), long)))
            }
            Step::Cancel(cancel) => {
                self.check_calls().await?;
                let params = params(&NamedOrder { order: cancel.order.value.clone() });
                if self.is_at_terminal(&cancel.order.value) {
                    return Ok(Begun::Short(self.call("cancel", params, ANSWER)));
                }
                // At the gateway it may have to be asked more than once, with pauses.
                Ok(Begun::Long(self.call("cancel", params, long)))
            }
            Step::Refund(refund) => {
                self.check_calls().await?;
                let refund = RefundOrder { order: refund.order.value.clone(), amount: refund.amount.amount() };
                Ok(Begun::Long(self.call("refund", params(&refund), long)))
            }
            Step::Restart(restart) => Box::pin(self.restart(restart.gateway_key)).await.map(|()| Begun::Nothing),
            Step::Visit(visit) => {
                let params = offer(visit);
                self.sold.insert(visit.order.value.clone(), ("checkout", params.clone()));
                Box::pin(self.front()?.visit(visit, params)).await.map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::Press(press) => {
                Box::pin(self.front()?.press(press)).await.map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::Callback(callback) => {
                Box::pin(self.front()?.callback(callback)).await.map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::Screen(screen) => {
                Box::pin(self.front()?.screen(*screen)).await.map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::SendRaw(raw) => {
                Box::pin(self.world.send_raw(raw.hex.0.clone())).await.map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::NotifyRaw(raw) => {
                self.world.notify_raw(&raw.value).map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::ReplayNotification(_) => {
                self.world.replay_notification().map_err(DriverError::Unreachable)?;
                Ok(Begun::Nothing)
            }
            Step::Advance(wait) => {
                if let Some(front) = &self.front {
                    Box::pin(front.advance(wait.by.0)).await;
                }
                Ok(Begun::Nothing)
            }
            // They wait, or their steps are taken in their place.
            Step::Until(_) | Step::Settle(_) | Step::Repeat(_) | Step::Parallel(_) => Ok(Begun::Nothing),
        }
    }

    /// Waits for what a step has begun, as long as it is waited for.
    pub(super) async fn end(&mut self, begun: Begun) -> Result<(), DriverError> {
        match begun {
            Begun::Nothing => Ok(()),
            Begun::Short(mut call) => loop {
                let answer = async {
                    tokio::select! {
                        biased;
                        answer = &mut call => Some(answer),
                        () = self.rest(), if self.tells_time => None,
                    }
                };
                if let Some(answer) = answer.await {
                    return answer.map_or(Ok(()), |answer| answer.map(|_| ()));
                }
                self.skip_for_answer().await?;
            },
            Begun::Long(mut call) => {
                let is_paused = self.settings.time == TimeMode::Paused;
                let soon = async {
                    tokio::select! {
                        biased;
                        answer = &mut call => Some(answer),
                        // Who waits says nothing before something comes or time passes.
                        () = self.rest(), if !is_paused => None,
                    }
                };
                let longest = Duration::from_millis(if is_paused { 1 } else { 50 });
                match tokio::time::timeout(longest, soon).await {
                    Ok(Some(answer)) => answer.map_or(Ok(()), |answer| answer.map(|_| ())),
                    Ok(None) | Err(_) => {
                        self.calls.push(call);
                        Ok(())
                    }
                }
            }
        }
    }

    /// Sells an order or a batch, and remembers how, for a buyer who tries again.
    fn sell(&mut self, name: &str, method: &'static str, params: Value) -> Begun {
        self.sold.insert(name.to_owned(), (method, params.clone()));
        let call = self.call(method, params, super::limit(self.settings));
        self.selling.insert(name.to_owned(), call.abort_handle());
        Begun::Long(call)
    }

    fn front(&self) -> Result<&Front, DriverError> {
        self.front.as_ref().ok_or_else(|| DriverError::Unreachable("the case has no browser".to_owned()))
    }

    fn is_at_terminal(&self, order: &str) -> bool {
        self.sold.get(order).is_some_and(|(_, params)| params["by"] == By::Terminal.as_str())
    }

    /// Calls the driver, and writes down what it answers. That it knows nothing of an order is no error when it was killed before
    /// it had taken it.
    fn call(&self, method: &'static str, params: Value, within: Duration) -> Call {
        self.recorder.record(Event::Driver(DriverEvent::Called { method: method.to_owned(), params: params.clone() }));
        let (driver, recorder) = (self.session.driver.clone(), self.recorder.clone());
        let is_cut = params["order"].as_str().is_some_and(|order| self.cut.contains(order));
        // In a box: it is large, and would be moved about otherwise.
        let call = tokio::spawn(Box::pin(async move {
            let result = driver.call(method, params, within).await;
            let method = method.to_owned();
            recorder.record(Event::Driver(match &result {
                Ok(result) => DriverEvent::Answered { method, result: result.clone() },
                Err(error) => DriverEvent::Failed { method, error: error.to_string() },
            }));
            match result {
                Err(error) if is_cut && error.is_about_an_order() => Ok(Value::Null),
                result => result,
            }
        }));
        self.clock.touch();
        call
    }
}

/// The parameters of `checkout`. Who is told the basket computes the amount, and is not told it.
fn sale(checkout: &Checkout) -> Value {
    let (amount, has_cart) = (checkout.amount.value, !checkout.cart.is_empty());
    let code = || checkout.payment_code.as_deref().unwrap_or(PAYMENT_CODE).to_owned();
    params(&CheckoutOrder {
        order: checkout.order.value.clone(),
        by: checkout.by,
        amount: (!has_cart).then(|| amount.amount()),
        description: checkout.description.clone(),
        currency: has_cart.then_some(amount.currency),
        cart: checkout.cart.clone(),
        user_agent: (checkout.by == By::EntryCode).then(|| WALLET.to_owned()),
        payment_code: (checkout.by == By::PaymentCode).then(code),
        method: checkout.method.clone(),
        capture: (checkout.capture == Capture::Manual).then_some(checkout.capture),
        product: None,
        return_url: None,
    })
}

/// The parameters of `checkout` for an order that a buyer pays in a front end.
fn offer(visit: &Visit) -> Value {
    params(&CheckoutOrder {
        order: visit.order.value.clone(),
        by: By::Session,
        amount: Some(visit.amount.value.amount()),
        description: visit.description.clone(),
        currency: None,
        cart: Vec::new(),
        user_agent: None,
        payment_code: None,
        method: visit.method.clone(),
        capture: (visit.capture == Capture::Manual).then_some(visit.capture),
        product: Some(visit.product),
        return_url: None,
    })
}

/// The parameters of `checkoutBatch`.
fn batch_sale(batch: &CheckoutBatch) -> Value {
    let orders = batch.orders.iter().enumerate().map(|(index, order)| OrderInBatch {
        order: order.order.value.clone(),
        amount: order.amount.value.amount(),
        description: order.description.clone(),
        merchant: order.merchant.clone().unwrap_or_else(|| format!("SELLER-{}", index + 1)),
    });
    params(&CheckoutOrders { batch: batch.batch.value.clone(), orders: orders.collect() })
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
        Step::Until(until) => {
            let what = match until.value.condition() {
                Some(Condition::Event(event)) => event.to_string(),
                Some(Condition::Sent(command)) => format!("{command} is sent"),
                Some(Condition::Called(operation)) => format!("{operation} is called"),
                Some(Condition::Told(code)) => format!("the page is told {code}"),
                Some(Condition::Sees(view)) => format!("the buyer sees `{view}`"),
                Some(Condition::Notified(kind)) => format!("{} is notified", kind.as_str()),
                Some(Condition::Order(states)) => {
                    let all: Vec<_> = states.iter().map(|(name, state)| format!("{name} is {state}")).collect();
                    all.join(" and ")
                }
                None => "nothing".to_owned(),
            };
            format!("until {what} within {}", until.value.within)
        }
        Step::Visit(visit) => format!(
            "the buyer of {} opens the {} page ({}, {})",
            visit.order.value,
            visit.page.as_str(),
            visit.product.as_str(),
            visit.amount.value
        ),
        Step::Press(press) if press.times == 1 => format!("the buyer presses {}", press.what),
        Step::Press(press) => format!("the buyer presses {} {} times", press.what, press.times),
        Step::Callback(callback) => {
            let code = callback.payload["code"].as_str().unwrap_or_default();
            format!("the SDK calls {} for {}: {code}", callback.channel, callback.order.value)
        }
        Step::Screen(screen) => format!("the app's screen is {}", screen.is.as_str()),
        Step::Restart(restart) if restart.gateway_key == GatewayKey::New => {
            "restart, with another key of the gateway".to_owned()
        }
        Step::Restart(_) => "restart".to_owned(),
        Step::Advance(wait) => format!("advance by {}", wait.by),
        Step::Settle(settle) => format!("settle within {}", settle.within),
        Step::Repeat(repeat) => format!("repeat {} times", repeat.value.times),
        Step::Parallel(lists) => format!("{} lists of steps at the same time", lists.value.len()),
        Step::SendRaw(raw) => format!("send {} raw bytes to the till", raw.hex.0.len()),
        Step::ReplayNotification(_) => "deliver the last notification once more, byte for byte".to_owned(),
        Step::NotifyRaw(raw) => format!("notify {} raw bytes", raw.value.bytes().len()),
    }
}
