//! The methods of the driver protocol, see `docs/driver.md`. How they are asked for is in `serve.rs`.
//!
//! Requests are handled in order; what takes time goes on in tasks that end with the driver.

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use wire::money::Money;
use wire::time::Moment;

use crate::app::App;
use crate::book::Book;
use crate::entry::Entry;
use crate::fault::Fault;
use crate::gateway::{Gateway, GatewayConfig};
use crate::merchant::Merchant;
use crate::notify;
use crate::order::{By, Order, OrderState};
use crate::params::{CheckoutParams, ClockNow, Initialize, OrderParams, PartParams};
use crate::pos::Pos;
use crate::rpc::{Asker, Refusal, read};
use crate::shop::{Shop, Trials, Turns, is_batch_name};
use crate::till::{self, Request as TillRequest, Till, TillHandle};
use crate::world::World;

/// Sales and requests that may go on at the same time.
const AT_ONCE: usize = 1024;
const LONGEST_ORDER: usize = 128;
/// In which tasks of tasks come to their end.
const TURNS: u32 = 4;
const CAPABILITIES: &[&str] = &[
    "cancel",
    "refund",
    "restart",
    "order-code",
    "payment-code",
    "cashier",
    "card",
    "session",
    "batch",
    "capture",
    "cart",
    "retry",
    "returns",
    "screen",
    "terminal-sdk",
];

pub(crate) struct Driver {
    world: Arc<dyn World>,
    pub(crate) fault: Option<Fault>,
    pub(crate) running: Option<Running>,
    /// What the buyer has on the screen.
    pub(crate) app: Arc<Mutex<App>>,
    /// What the cashier has.
    pub(crate) pos: Pos,
    pub(crate) tasks: JoinSet<()>,
}

/// What `initialize` set up.
pub(crate) struct Running {
    pub(crate) merchant: Arc<Merchant>,
    till: Option<TillHandle>,
    shop: Option<Arc<Shop>>,
}

impl Driver {
    pub(crate) fn new(world: Arc<dyn World>, fault: Option<Fault>) -> Self {
        Self { world, fault, running: None, app: Arc::default(), pos: Pos::default(), tasks: JoinSet::new() }
    }

    /// Ends whatever is going on: port, listener and timers are free after that.
    pub(crate) async fn end(&mut self) {
        self.tasks.shutdown().await;
        // What these tasks had started ends with them, each at its next turn.
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }

    /// Begins work that goes on beside the calls. In a box: it is large, and would be moved about otherwise.
    pub(crate) fn spawn(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(Box::pin(work));
    }

    /// Carries a method out. What there is to answer at once, and to whom; nothing when the answer comes later, from a task.
    pub(crate) async fn handle(
        &mut self,
        method: &str,
        params: Value,
        asker: Asker,
    ) -> Option<(Asker, Result<Value, Refusal>)> {
        let mut asker = Some(asker);
        let answer = self.call(method, params, &mut asker).await.transpose()?;
        Some((asker?, answer))
    }

    /// None: the answer comes later, from a task that took the asker along.
    async fn call(&mut self, method: &str, params: Value, asker: &mut Option<Asker>) -> Result<Option<Value>, Refusal> {
        match method {
            // In a box, like what else is large and rare.
            "initialize" => Box::pin(self.initialize(read(params)?)).await.map(Some),
            "checkout" => {
                if params["by"] == "session" {
                    self.pos.leave();
                    self.screen().begin(params.clone());
                }
                self.checkout(read(params)?, asker)
            }
            "clientEvent" => self.client_event(&read(params)?).map(Some),
            "clientState" => Ok(Some(self.client_state())),
            "clientPress" => self.client_press(read(params)?, asker),
            "clientReturn" => self.client_return(&read(params)?).map(Some),
            "clientScreen" => Ok(Some(self.client_screen(&read(params)?))),
            "checkoutBatch" => self.checkout_batch(read(params)?, asker),
            "capture" => self.capture(read(params)?, asker),
            "orderStatus" => self.status(&read::<OrderParams>(params)?.order).map(Some),
            "cancel" => self.cancel(read::<OrderParams>(params)?.order, asker),
            "refund" => self.refund(read(params)?, asker),
            "clock" => self.clock(&read(params)?).await.map(Some),
            "shutdown" => Ok(Some(json!({}))),
            _ => Err(Refusal::unknown_method(method)),
        }
    }

    async fn initialize(&mut self, params: Initialize) -> Result<Value, Refusal> {
        if self.running.is_some() {
            return Err(Refusal::new("initialize was asked for twice"));
        }
        if params.protocol != "1" {
            return Err(Refusal::new("this driver speaks protocol 1"));
        }
        let told = self.world.told_clock();
        if let (Some(clock), Some(ClockNow { now })) = (&told, &params.clock) {
            clock.tell(Moment::from_millis(*now));
        }
        let store = self.world.book(&params.state).map_err(|error| Refusal::new(format!("open the book: {error}")))?;
        let book = Book::open(store, self.world.clock().now()).map_err(|error| Refusal::new(error.to_string()))?;
        let merchant = Arc::new(Merchant::new(Arc::clone(&self.world), book, self.fault));
        let shop = match &params.gateway {
            Some(config) => Some(self.open_shop(&merchant, config).await?),
            None => None,
        };
        let till = params.terminal.map(|config| {
            let (till, handle) = Till::new(Arc::clone(&merchant), config);
            self.spawn(till.run());
            handle
        });
        let mut capabilities = CAPABILITIES.to_vec();
        if told.is_some() {
            capabilities.extend(["clock", "stay", "words"]);
        }
        let mut result = json!({
            "name": env!("CARGO_PKG_NAME"),
            "version": env!("CARGO_PKG_VERSION"),
            "roles": ["edc", "antom", "client"],
            "capabilities": capabilities,
        });
        if let Some(shop) = &shop {
            result["notifyUrl"] = json!(format!("{}/notify", shop.base_url));
        }
        self.running = Some(Running { merchant, till, shop });
        Ok(result)
    }

    /// Opens the shop and goes on with what an earlier process left open.
    async fn open_shop(&mut self, merchant: &Arc<Merchant>, config: &GatewayConfig) -> Result<Arc<Shop>, Refusal> {
        let gateway = Gateway::new(Arc::clone(merchant), config).map_err(Refusal::new)?;
        let before = merchant.book(|book| book.listening.clone());
        let listening = match before {
            Some(url) => self.world.listen_again(&url).await,
            None => self.world.listen().await,
        };
        let (base_url, accept) = listening.map_err(|error| Refusal::new(format!("listen: {error}")))?;
        let entry = Entry::Listening { at: merchant.now(), url: base_url.clone() };
        merchant.book(|book| book.write(entry)).map_err(|error| Refusal::new(error.to_string()))?;
        let shop = Arc::new(Shop {
            merchant: Arc::clone(merchant),
            gateway,
            base_url,
            turns: Turns::default(),
            trials: Trials::default(),
            makings: Trials::default(),
        });
        self.spawn(notify::serve(Arc::clone(&shop), accept));
        if !merchant.has(Fault::OpenPaymentsForgotten) {
            for order in shop.left() {
                let shop = Arc::clone(&shop);
                self.spawn(async move { shop.resume(&order).await });
            }
        }
        let extras = Arc::clone(&shop);
        self.spawn(async move { extras.return_extras().await });
        Ok(shop)
    }

    pub(crate) fn checkout(
        &mut self,
        params: CheckoutParams,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let running = self.running.as_ref().ok_or_else(not_initialized)?;
        may_be_called(&params.order)?;
        self.has_room()?;
        let known = running.merchant.order(&params.order);
        // Asked again, an order is not sold again, unless nothing came of it.
        let is_over = |order: &Order| matches!(order.state, OrderState::Failed | OrderState::Cancelled);
        if let Some(known) = known.as_ref().filter(|known| !is_over(known))
            && (!known.is_open() || known.by == By::Terminal || known.batch.is_some())
        {
            return Ok(Some(json!({"state": known.told_state().as_str()})));
        }
        if params.by != By::Terminal {
            let shop = Arc::clone(running.shop.as_ref().ok_or_else(no_gateway)?);
            return self.sell_at_gateway(shop, params, known.is_some_and(|known| known.is_open()), asker);
        }
        let till = running.till.as_ref().ok_or_else(|| Refusal::new("there is no terminal"))?;
        let (order, amount) = (params.order, params.amount.ok_or_else(|| Refusal::new("there is no amount"))?);
        let place = till.sales.try_reserve().map_err(|_| Refusal::new("too many sales wait for the terminal"))?;
        till::begin(&running.merchant, &order, amount).map_err(|error| Refusal::new(error.to_string()))?;
        let gives_away = amount.minor == 0 && running.merchant.has(Fault::NothingIsSold);
        if let Some(reason) = till::refuses(amount).filter(|_| !gives_away) {
            running.merchant.close(&order, OrderState::Failed, reason);
            return Ok(Some(json!({"state": "failed"})));
        }
        place.send(order);
        Ok(Some(json!({"state": "open"})))
    }

    pub(crate) fn has_room(&self) -> Result<(), Refusal> {
        if self.tasks.len() >= AT_ONCE { Err(Refusal::new("too much is going on")) } else { Ok(()) }
    }

    /// The shop, and an order that it was asked to sell.
    pub(crate) fn shop_and_order(&self, order: &str) -> Result<(Arc<Shop>, Order), Refusal> {
        let shop = self.shop()?;
        let known = shop.merchant.order(order).ok_or_else(|| Refusal::new("there is no such order"))?;
        Ok((shop, known))
    }

    pub(crate) fn shop(&self) -> Result<Arc<Shop>, Refusal> {
        let running = self.running.as_ref().ok_or_else(not_initialized)?;
        running.shop.as_ref().map(Arc::clone).ok_or_else(no_gateway)
    }

    fn cancel(&mut self, order: String, asker: &mut Option<Asker>) -> Result<Option<Value>, Refusal> {
        let running = self.running.as_ref().ok_or_else(not_initialized)?;
        let known = running.merchant.order(&order).ok_or_else(|| Refusal::new("there is no such order"))?;
        if known.by.is_at_gateway() {
            return self.cancel_at_gateway(&order, asker);
        }
        let till = match &running.till {
            Some(till) if known.is_open() => till.clone(),
            _ => return Ok(Some(json!({"state": known.state.as_str()}))),
        };
        let (done, is_done) = oneshot::channel();
        till.cancels
            .try_send(TillRequest { order: order.clone(), at: running.merchant.now(), done })
            .map_err(|_| Refusal::new("too many cancels wait for the terminal"))?;
        self.answer_when(is_done, order, asker);
        Ok(None)
    }

    /// At the terminal an order is given back whole, or not at all.
    fn refund(&mut self, params: PartParams, asker: &mut Option<Asker>) -> Result<Option<Value>, Refusal> {
        let PartParams { order, amount } = params;
        let running = self.running.as_ref().ok_or_else(not_initialized)?;
        let known = running.merchant.order(&order).ok_or_else(|| Refusal::new("there is no such order"))?;
        if known.by.is_at_gateway() {
            return self.refund_at_gateway(&order, amount, asker);
        }
        let is_whole = amount.is_none_or(|amount| amount == known.amount);
        let till = match &running.till {
            Some(till) if known.can_be_refunded() && is_whole => till.clone(),
            _ => return Ok(Some(json!({"state": known.told_state().as_str()}))),
        };
        let (done, is_done) = oneshot::channel();
        till.refunds
            .try_send(TillRequest { order: order.clone(), at: running.merchant.now(), done })
            .map_err(|_| Refusal::new("too many refunds wait for the terminal"))?;
        self.answer_when(is_done, order, asker);
        Ok(None)
    }

    /// Answers with an order's state once till or shop are done with a request.
    pub(crate) fn answer_when(&mut self, is_done: oneshot::Receiver<()>, order: String, asker: &mut Option<Asker>) {
        let Some((running, asker)) = self.running.as_ref().zip(asker.take()) else { return };
        let merchant = Arc::clone(&running.merchant);
        self.spawn(async move {
            // An error means that the till is gone, and the state is what it is.
            let _ = is_done.await;
            asker.answer(Ok(json!({"state": state_of(&merchant, &order)}))).await;
        });
    }

    fn status(&self, order: &str) -> Result<Value, Refusal> {
        let running = self.running.as_ref().ok_or_else(not_initialized)?;
        // Nothing is sold before it is in the book: an order that is not there was not sold.
        let unknown = || {
            let nothing = json!({"currency": "KRW", "value": "0"});
            json!({"order": order, "state": "failed", "booked": nothing, "reason": "not in the book"})
        };
        Ok(running.merchant.book(|book| book.order(order).map_or_else(unknown, status)))
    }

    async fn clock(&self, params: &ClockNow) -> Result<Value, Refusal> {
        let Some(clock) = self.world.told_clock() else {
            return Err(Refusal { code: -32601, message: "this driver has no clock that can be told".to_owned() });
        };
        if clock.tell(Moment::from_millis(params.now)) > 0 {
            clock.settle().await;
        }
        // Rounded up, so that whoever tells this very time finds the deadline reached.
        let wake_at = clock.next_wake().map(|at| at.as_micros().div_ceil(1000));
        Ok(json!({"wakeAt": wake_at}))
    }
}

/// How an order stands, as it is told.
fn status(order: &Order) -> Value {
    let Order { name, amount, reason, booked, kept, .. } = order;
    let booked = Money::new(amount.currency, *booked);
    let mut status = json!({"order": name, "state": order.told_state().as_str(), "booked": booked});
    if let Some(reason) = reason {
        status["reason"] = json!(reason);
    }
    // What the receipt says; only the terminal tells of such.
    let receipt: Receipt = if order.by == By::Terminal { kept.read() } else { Receipt::default() };
    if let Some(card) = receipt.card_number {
        status["reason"] = card;
    }
    if let Some(refund) = order.refund_under_way() {
        status["refunding"] = json!(refund.amount);
    }
    if let Some(tax) = receipt.tax_amount.filter(Value::is_object) {
        status["tax"] = tax;
    }
    status
}

/// What of the terminal's answer is for the buyer.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    card_number: Option<Value>,
    tax_amount: Option<Value>,
}

pub(crate) fn not_initialized() -> Refusal {
    Refusal::new("initialize comes first")
}

fn no_gateway() -> Refusal {
    Refusal::new("there is no gateway")
}

/// Whether an order may have this name.
pub(crate) fn may_be_called(order: &str) -> Result<(), Refusal> {
    if !(1..=LONGEST_ORDER).contains(&order.chars().count()) {
        return Err(Refusal::new(format!("an order's name has 1 to {LONGEST_ORDER} characters")));
    }
    if is_batch_name(order) {
        return Err(Refusal::new("an order's name does not begin like a batch's"));
    }
    Ok(())
}

pub(crate) fn state_of(merchant: &Merchant, order: &str) -> &'static str {
    merchant.book(|book| book.order(order).map_or("failed", |order| order.told_state().as_str()))
}
