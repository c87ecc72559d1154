//! A front end that is no web page: an app's handler behind the driver. The harness plays the SDK: it delivers the callbacks as
//! the platform would, and asks what the buyer sees.
//!
//! The same plays run here as in a browser; what the SDK's shell adds by itself on the web is added here in the same order.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sim_antom::{Call, Effect, Errand, Gateway, session_payment};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::JoinSet;
use wire::clock::{ClockHandle, Deadlines};
use wire::time::Moment;

use super::ClientEvent;
use super::replay::Handed;
use crate::driver::Driver;
use crate::driver::request::{ClientCallback, ClientPress, ClientReturn, params};
use crate::scenario::{Press, Product, Visit, Which};
use crate::trace::{DriverEvent, Event, Recorder};

/// How long a handler may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long a sale may take, or another try: an old attempt may have to be called off first.
const SALE: Duration = Duration::from_secs(600);
/// How often the server is looked at, in the world's time.
const LOOK: Duration = Duration::from_millis(60);

/// See the module's documentation. Clones share it.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

struct Inner {
    driver: std::sync::Mutex<Driver>,
    /// The gateway, where the case has one.
    errands: Option<mpsc::Sender<Call>>,
    recorder: Recorder,
    clock: ClockHandle,
    submitted: Notify,
    sold: std::sync::Mutex<Vec<String>>,
    /// The order that the app shows.
    shown: std::sync::Mutex<String>,
    handed: std::sync::Mutex<Handed>,
    product: std::sync::Mutex<Product>,
    playing: Mutex<JoinSet<()>>,
    last: std::sync::Mutex<Option<(Vec<String>, String)>>,
}

impl App {
    /// The app behind a driver, at the gateway that takes these errands.
    pub(crate) fn new(
        driver: Driver,
        errands: Option<mpsc::Sender<Call>>,
        recorder: Recorder,
        clock: ClockHandle,
    ) -> Self {
        Self(Arc::new(Inner {
            driver: std::sync::Mutex::new(driver),
            errands,
            recorder,
            clock,
            submitted: Notify::new(),
            sold: std::sync::Mutex::default(),
            shown: std::sync::Mutex::default(),
            handed: std::sync::Mutex::default(),
            product: std::sync::Mutex::default(),
            playing: Mutex::default(),
            last: std::sync::Mutex::default(),
        }))
    }

    /// A buyer begins to pay for an order in the app.
    ///
    /// # Errors
    /// The integration cannot sell it, or there is no session.
    pub(crate) async fn visit(&self, visit: &Visit, offer: Value) -> Result<(), String> {
        let order = visit.order.value.clone();
        let is_at_terminal = visit.product == Product::Terminal;
        self.record(ClientEvent::Visited {
            order: order.clone(),
            page: if is_at_terminal { "terminal" } else { visit.page.as_str() }.to_owned(),
            url: "app".to_owned(),
            query: visit.query.clone(),
            amount: None,
        });
        if visit.page == Which::Return {
            let back = ClientReturn { order: order.clone(), query: visit.query.clone() };
            let told = self.call("clientReturn", params(&back), false).await?;
            self.heard(&order, &told);
            return Ok(());
        }
        lock(&self.0.shown).clone_from(&order);
        if is_at_terminal {
            return self.sell(visit).await;
        }
        lock(&self.0.sold).push(order.clone());
        *lock(&self.0.product) = visit.product;
        let told = self.call("checkout", offer, true).await?;
        self.begin(&order, &told).await
    }

    /// The app opens the SDK's form with a session, if it got one.
    async fn begin(&self, order: &str, told: &Value) -> Result<(), String> {
        let Some(data) = told["session"]["paymentSessionData"].as_str() else {
            return self.look().await;
        };
        let args = json!([{"sessionData": data}]);
        self.record(ClientEvent::Called { method: "createComponent".to_owned(), instance: 1, args });
        let payment = session_payment(data).ok_or("the session's data are not those of this gateway")?;
        let (app, order, product) = (self.clone(), order.to_owned(), *lock(&self.0.product));
        let mut playing = self.0.playing.lock().await;
        // A buyer who begins again has left the form that was open.
        playing.abort_all();
        playing.spawn(async move {
            // An app that does not answer is told by the next call.
            let _ = app.play(&order, &payment, product).await;
        });
        Ok(())
    }

    /// A buyer presses something: pay is the form's, everything else is the app's.
    ///
    /// # Errors
    /// The app does not answer.
    pub(crate) async fn press(&self, press: &Press) -> Result<(), String> {
        for _ in 0..press.times {
            self.record(ClientEvent::Pressed { what: press.what.clone() });
            if press.what == "pay" {
                self.0.submitted.notify_one();
            } else {
                let order = lock(&self.0.shown).clone();
                let press = ClientPress { order: order.clone(), what: press.what.clone(), amount: None };
                let told = self.call("clientPress", params(&press), true).await?;
                self.heard(&order, &told);
                self.begin(&order, &told).await?;
            }
        }
        Ok(())
    }

    /// Asks what the buyer sees.
    ///
    /// # Errors
    /// The app does not answer.
    pub(crate) async fn look(&self) -> Result<(), String> {
        let told = self.call("clientState", json!({}), false).await?;
        let order = lock(&self.0.shown).clone();
        self.heard(&order, &told);
        Ok(())
    }

    /// The orders that were sold.
    pub(crate) fn sold(&self) -> Vec<String> {
        lock(&self.0.sold).clone()
    }

    /// The integration was started again: whatever was on its screen is gone.
    pub(crate) async fn use_driver(&self, driver: Driver) {
        self.0.playing.lock().await.abort_all();
        *lock(&self.0.driver) = driver;
    }

    /// Nothing is played any more.
    pub(crate) async fn end(&self) {
        self.0.playing.lock().await.abort_all();
    }

    async fn play(&self, order: &str, payment: &str, product: Product) -> Result<(), String> {
        let event = |payload: Value| async move { self.deliver(order, "onEventCallback", payload).await };
        let seen = self.session(payment).await?;
        event(json!({"code": "SDK_START_OF_LOADING"})).await?;
        match seen["page"].as_str() {
            Some("absent") => {
                self.sleep(Duration::from_secs(15)).await;
                return event(json!({"code": "SDK_CREATECOMPONENT_ERROR", "message": "Load resource timeout"})).await;
            }
            Some("hidden") => {}
            _ => event(json!({"code": "SDK_END_OF_LOADING", "message": ""})).await?,
        }
        let notes = seen["notes"].as_array().cloned().unwrap_or_default();
        let done = seen["done"].as_u64().and_then(|done| usize::try_from(done).ok()).unwrap_or_default();
        let mut closes = false;
        for (at, note) in notes.iter().enumerate().skip(done) {
            let kind = note["do"].as_str().unwrap_or_default();
            let waits = matches!(kind, "sleep" | "wait");
            if !waits {
                self.goes_on(payment, at + 1).await;
            }
            match kind {
                "sleep" => self.sleep(Duration::from_millis(note["ms"].as_u64().unwrap_or_default())).await,
                "wait" => self.wait(payment, note["until"].as_str().unwrap_or_default()).await?,
                "form" => event(json!({"code": "SDK_END_OF_LOADING", "message": ""})).await?,
                "end" if product == Product::Element => {
                    self.deliver(order, "onSubmitPayCallback", note["answer"].clone()).await?;
                }
                "end" => event(note["event"].clone()).await?,
                "answer" => self.deliver(order, "onSubmitPayCallback", note["data"].clone()).await?,
                "server" => self.server(payment, &note["effect"]).await?,
                "post" => match note["event"].as_str().unwrap_or_default() {
                    "onEventCallback" => event(note["data"].clone()).await?,
                    "declareEventCallbackInfo" => closes = true,
                    "onClose" if closes => {
                        event(json!({"code": "SDK_PAYMENT_CANCEL", "result": {"result": {}}})).await?
                    }
                    "onRedirect" => event(json!({"code": "SDK_CALL_URL_SUCCESS"})).await?,
                    _ => {}
                },
                // Garbled messages and foreign windows are the web's.
                _ => {}
            }
            if waits {
                self.goes_on(payment, at + 1).await;
            }
        }
        Ok(())
    }

    async fn wait(&self, payment: &str, cue: &str) -> Result<(), String> {
        if matches!(cue, "submitted" | "validated") {
            self.0.submitted.notified().await;
            return Ok(());
        }
        loop {
            let seen = self.session(payment).await?;
            let is_there = match cue {
                "paid" => seen["status"] == "SUCCESS",
                "notified" => seen["isNotified"] == true,
                _ => seen["isOpen"] == false,
            };
            if is_there {
                return Ok(());
            }
            self.sleep(LOOK).await;
        }
    }

    /// Delivers a callback, and hears what came of it.
    pub(super) async fn deliver(&self, order: &str, channel: &str, payload: Value) -> Result<(), String> {
        self.record(match channel {
            "onSubmitPayCallback" => ClientEvent::Settled {
                method: "submitPayment".to_owned(),
                instance: 1,
                ok: true,
                value: payload.clone(),
            },
            _ => ClientEvent::Delivered {
                channel: channel.to_owned(),
                instance: 1,
                payload: payload.clone(),
                order: Some(order.to_owned()),
            },
        });
        let callback = ClientCallback { order: order.to_owned(), channel: channel.to_owned(), payload };
        let told = self.call("clientEvent", params(&callback), false).await?;
        if let Some(error) = told["threw"].as_str() {
            self.record(ClientEvent::Threw { channel: channel.to_owned(), error: error.to_owned() });
        }
        self.heard(order, &told);
        let is_terminals =
            lock(&self.0.shown).as_str() == order && !lock(&self.0.sold).iter().any(|sold| sold == order);
        if is_terminals {
            self.record(ClientEvent::Counted { left: told["countdown"].as_u64() });
        }
        Ok(())
    }

    /// Writes down what the buyer sees, when it is news.
    pub(super) fn saw(&self, told: &Value) {
        let Some(shows) = told["shows"].as_array() else { return };
        let shows: Vec<String> = shows.iter().filter_map(|view| view.as_str().map(str::to_owned)).collect();
        let text = told["text"].as_str().unwrap_or_default().to_owned();
        let mut last = lock(&self.0.last);
        if last.as_ref() != Some(&(shows.clone(), text.clone())) {
            *last = Some((shows.clone(), text.clone()));
            self.record(ClientEvent::Saw { shows, text });
        }
    }

    /// What was handed to the terminal's SDK.
    pub(super) fn handed(&self) -> std::sync::MutexGuard<'_, Handed> {
        lock(&self.0.handed)
    }

    pub(super) async fn call(&self, method: &str, params: Value, is_told: bool) -> Result<Value, String> {
        let driver = lock(&self.0.driver).clone();
        let record = |event| {
            if is_told {
                self.0.recorder.record(Event::Driver(event));
            }
        };
        record(DriverEvent::Called { method: method.to_owned(), params: params.clone() });
        let limit = if is_told { SALE } else { ANSWER };
        let answer = driver.call(method, params, limit).await;
        let method = method.to_owned();
        record(match &answer {
            Ok(result) => DriverEvent::Answered { method, result: result.clone() },
            Err(error) => DriverEvent::Failed { method, error: error.to_string() },
        });
        answer.map_err(|error| error.to_string())
    }

    async fn ask<T: Send + 'static>(
        &self,
        errand: impl FnOnce(&mut Gateway, Moment) -> T + Send + 'static,
    ) -> Result<T, String> {
        let stopped = || "the gateway does not run any more".to_owned();
        let (errand, outcome) = Errand::new(errand);
        let errands = self.0.errands.as_ref().ok_or("the case has no gateway")?;
        errands.send(Call::Errand(errand)).await.map_err(|_| stopped())?;
        outcome.await.map_err(|_| stopped())
    }

    async fn session(&self, payment: &str) -> Result<Value, String> {
        let payment = payment.to_owned();
        let seen = self.ask(move |gateway, _| gateway.checkout(&payment)).await?;
        serde_json::to_value(seen).map_err(|error| error.to_string())
    }

    async fn goes_on(&self, payment: &str, done: usize) {
        let payment = payment.to_owned();
        // A gateway that is gone is told by the next thing that is asked of it.
        let _ = self.ask(move |gateway, _| gateway.checkout_goes_on(&payment, done)).await;
    }

    async fn server(&self, payment: &str, effect: &Value) -> Result<(), String> {
        let effect: Effect = serde_json::from_value(effect.clone()).map_err(|error| error.to_string())?;
        let payment = payment.to_owned();
        // What comes too late does nothing, as in a browser.
        self.ask(move |gateway, now| gateway.checkout_does(now, &payment, &effect)).await.map(drop)
    }

    async fn sleep(&self, span: Duration) {
        self.0.clock.sleep(Deadlines { world: Some(self.0.clock.now() + span), peer: None }).await;
    }

    pub(super) fn record(&self, event: ClientEvent) {
        self.0.recorder.record(Event::Client(event));
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App")
    }
}

fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
