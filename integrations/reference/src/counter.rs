//! The driver's methods for what is sold at the gateway.

use std::sync::{Arc, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use wire::money::Money;

use crate::answer::Next;
use crate::cart;
use crate::driver::{Driver, may_be_called, state_of};
use crate::fault::Fault;
use crate::order::{By, OrderState};
use crate::params::{CaptureMode, CheckoutParams, PartParams};
use crate::pay_body::{BatchCheckout, BatchOrder, Checkout, taking};
use crate::rpc::{Asker, Refusal};
use crate::settings;
use crate::shop::{Shop, batch_name, refuses_batch, told};

/// `checkoutBatch`.
#[derive(Deserialize)]
pub(crate) struct BatchParams {
    batch: String,
    orders: Vec<BatchOrderParams>,
}

#[derive(Deserialize)]
struct BatchOrderParams {
    order: String,
    amount: Money,
    description: Option<String>,
    merchant: String,
}

/// What is to be sold: the book's name of it, and how its intent is stored.
enum Sale {
    One(Checkout),
    Batch(BatchCheckout),
}

impl Sale {
    fn name(&self) -> &str {
        match self {
            Self::One(checkout) => &checkout.order,
            Self::Batch(checkout) => &checkout.batch,
        }
    }
}

impl Driver {
    /// Sells an order; `again` says that its last attempt has not ended.
    pub(crate) fn sell_at_gateway(
        &mut self,
        shop: Arc<Shop>,
        params: CheckoutParams,
        again: bool,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let mistake = shop.merchant.mistake();
        let amount = match (params.amount, params.currency) {
            (Some(amount), _) => amount,
            (None, Some(currency)) => cart::total(currency, &params.cart, mistake)
                .ok_or_else(|| Refusal::new(format!("the cart has no price in {currency}")))?,
            (None, None) => return Err(Refusal::new("there is neither an amount nor a cart with its currency")),
        };
        let checkout = Checkout {
            description: params.description.filter(|text| !text.is_empty()).unwrap_or_else(|| params.order.clone()),
            taking: taking(params.method.as_deref(), params.capture == Some(CaptureMode::Manual)),
            order: params.order,
            by: params.by,
            amount,
            user_agent: params.user_agent.or_else(|| Some("unknown".to_owned())),
            payment_code: params.payment_code,
            method: params.method,
            product: params.product.unwrap_or_default(),
            return_url: params.return_url,
        };
        if checkout.by == By::PaymentCode && checkout.payment_code.is_none() {
            return Err(Refusal::new("there is no paymentCode"));
        }
        let any_rupiah = shop.merchant.has(Fault::AnyRupiah);
        let of_wallet = settings::wallet_refuses(checkout.method.as_deref(), amount);
        let of_wallet = of_wallet.filter(|_| !shop.merchant.has(Fault::AnyAmount));
        if let Some(reason) = settings::refuses(amount).filter(|_| !any_rupiah).or(of_wallet) {
            return refused(&shop, &Sale::One(checkout), reason);
        }
        self.sell(shop, Sale::One(checkout), again, asker)
    }

    /// Sells several orders at once.
    pub(crate) fn checkout_batch(
        &mut self,
        params: BatchParams,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let shop = self.shop()?;
        let batch = batch_name(&params.batch);
        for order in &params.orders {
            may_be_called(&order.order)?;
            let known = shop.merchant.order(&order.order);
            if known.is_some_and(|known| known.batch.as_ref() != Some(&batch)) {
                return Err(Refusal::new(format!("the order {:?} was checked out before", order.order)));
            }
        }
        self.has_room()?;
        let known = shop.merchant.order(&batch);
        if let Some(known) = &known
            && !matches!(known.state, OrderState::Open | OrderState::Failed | OrderState::Cancelled)
        {
            return Ok(Some(json!({"state": known.state.as_str()})));
        }
        let order = |order: BatchOrderParams| BatchOrder {
            description: order.description.filter(|text| !text.is_empty()).unwrap_or_else(|| order.order.clone()),
            order: order.order,
            amount: order.amount,
            merchant: order.merchant,
        };
        let orders: Vec<_> = params.orders.into_iter().map(order).collect();
        let Some(first) = orders.first().map(|order| order.amount) else {
            return Err(Refusal::new("there are no orders in the batch"));
        };
        let counted = if shop.merchant.has(Fault::BatchCostsItsFirst) { 1 } else { orders.len() };
        let minor = orders.iter().take(counted).fold(0_u64, |sum, order| sum.saturating_add(order.amount.minor));
        let checkout = BatchCheckout { batch, amount: Money::new(first.currency, minor), orders };
        if let Some(reason) = refuses_batch(&checkout, shop.merchant.mistake()) {
            return refused(&shop, &Sale::Batch(checkout), reason);
        }
        self.sell(shop, Sale::Batch(checkout), known.is_some_and(|known| known.is_open()), asker)
    }

    /// Sells, and answers as soon as there is something to tell the buyer.
    fn sell(
        &mut self,
        shop: Arc<Shop>,
        sale: Sale,
        again: bool,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        if !again {
            begin(&shop, &sale)?;
        } else if !shop.trials.begin(sale.name()) {
            return Ok(Some(json!({"state": state_of(&shop.merchant, sale.name())})));
        }
        let (tell, next) = oneshot::channel();
        let (merchant, name) = (Arc::clone(&shop.merchant), sale.name().to_owned());
        self.spawn(async move {
            if again {
                let begun = shop.clear_up(sale.name()).await && begin(&shop, &sale).is_ok();
                shop.trials.end(sale.name());
                if !begun {
                    return;
                }
            }
            shop.sell(sale.name(), tell).await;
        });
        let Some(asker) = asker.take() else { return Ok(None) };
        let app = Arc::clone(&self.app);
        self.spawn(async move {
            let next: Option<Next> = next.await.ok().flatten();
            let mut result = json!({"state": state_of(&merchant, &name)});
            // A notification may have been quicker than the answer: what has come to nothing is handed to no buyer.
            let has_ended = |state| matches!(state, OrderState::Failed | OrderState::Cancelled);
            let is_over = merchant.is(&name, |order| has_ended(order.state));
            if let Some((key, value)) = next.filter(|_| !is_over).and_then(|next| told(&next, merchant.mistake())) {
                result[key] = value;
            }
            if let Some(session) = result.get("session") {
                app.lock().unwrap_or_else(PoisonError::into_inner).opens(session.clone());
            }
            asker.answer(Ok(result)).await;
        });
        Ok(None)
    }

    /// Calls an order off while it is not paid. A batch goes as a whole.
    pub(crate) fn cancel_at_gateway(
        &mut self,
        order: &str,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let (shop, known) = self.shop_and_order(order)?;
        let may = known.is_open() || shop.merchant.has(Fault::CancelsWhatIsPaid);
        if !may || known.cancelling {
            return Ok(Some(json!({"state": known.told_state().as_str()})));
        }
        self.has_room()?;
        let (done, is_done) = oneshot::channel();
        let payer = shop.payer(order);
        self.spawn(async move {
            shop.cancel(&payer).await;
            // Whoever asked may have gone.
            let _ = done.send(());
        });
        self.answer_when(is_done, order.to_owned(), asker);
        Ok(None)
    }

    /// Gives an order back, or a part of it.
    pub(crate) fn refund_at_gateway(
        &mut self,
        order: &str,
        amount: Option<Money>,
        asker: &mut Option<Asker>,
    ) -> Result<Option<Value>, Refusal> {
        let (shop, known) = self.shop_and_order(order)?;
        self.has_room()?;
        let amount = amount.unwrap_or_else(|| Money::new(known.amount.currency, known.booked));
        let Some(request_id) = shop.begin_refund(order, amount) else {
            return Ok(Some(json!({"state": state_of(&shop.merchant, order)})));
        };
        let (done, is_done) = oneshot::channel();
        let name = order.to_owned();
        self.spawn(async move {
            shop.send_refund(&name, &request_id).await;
            // What takes days is not waited for.
            let _ = done.send(());
            shop.follow_refund(&name, &request_id).await;
        });
        self.answer_when(is_done, order.to_owned(), asker);
        Ok(None)
    }

    /// Takes money that is held.
    pub(crate) fn capture(&mut self, params: PartParams, asker: &mut Option<Asker>) -> Result<Option<Value>, Refusal> {
        let PartParams { order, amount } = params;
        let (shop, _) = self.shop_and_order(&order)?;
        self.has_room()?;
        if !shop.begin_capture(&order, amount) {
            return Ok(Some(json!({"state": state_of(&shop.merchant, &order)})));
        }
        let (done, is_done) = oneshot::channel();
        let name = order.clone();
        self.spawn(async move {
            shop.capture(&name).await;
            let _ = done.send(());
        });
        self.answer_when(is_done, order, asker);
        Ok(None)
    }
}

fn begin(shop: &Shop, sale: &Sale) -> Result<(), Refusal> {
    let begun = match sale {
        Sale::One(checkout) => shop.begin(checkout),
        Sale::Batch(checkout) => shop.begin_batch(checkout),
    };
    begun.map_err(|error| Refusal::new(error.to_string()))
}

/// What cannot be sold is in the book, and over.
fn refused(shop: &Shop, sale: &Sale, reason: &str) -> Result<Option<Value>, Refusal> {
    begin(shop, sale)?;
    shop.merchant.close(sale.name(), OrderState::Failed, reason);
    Ok(Some(json!({"state": "failed"})))
}
