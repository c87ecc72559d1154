//! The shop: wallet payments through the gateway, from the stored intent to an end that is backed by evidence.
//!
//! An answer of pay never books: S means that there is a page to send the buyer to. Money is booked on a verified
//! notification (`notify.rs`) or on an inquiry whose paymentStatus is SUCCESS. Whatever is unknown is asked again, with
//! the same id and the same bytes, a bounded number of times; then the order is parked.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use wire::antom::{
    Env, InquiryPaymentRequest, InquiryPaymentResponse, Merchant as OrderMerchant, Operation, Order as PayOrder,
    PayRequest, PayResponse, PaymentFactor, PaymentMethod, PaymentStatus, RedirectActionForm, ResultStatus, Store,
};
use wire::money::Money;

use crate::book::{BookError, Evidence};
use crate::fault::Fault;
use crate::gateway::{Gateway, read};
use crate::merchant::Merchant;
use crate::order::{By, OrderState};

/// How long a notification may take before the shop asks.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_INQUIRIES: Duration = Duration::from_secs(4);
const INQUIRIES: u32 = 20;
/// Sends of one pay request: without any answer, and with the answer U.
const UNANSWERED_SENDS: usize = 3;
const UNKNOWN_SENDS: usize = 4;
const MERCHANT_CATEGORY: &str = "5814";

/// A wallet sale, as the driver asks for it.
pub(crate) struct Checkout {
    pub(crate) order: String,
    pub(crate) amount: Money,
    pub(crate) description: String,
    /// The buyer's own, by which the wallet is recognised.
    pub(crate) user_agent: String,
}

/// See the module's documentation.
pub(crate) struct Shop {
    pub(crate) merchant: Arc<Merchant>,
    pub(crate) gateway: Gateway,
    /// Our own listener.
    pub(crate) base_url: String,
}

/// What an inquiry said.
enum Inquired {
    /// The order is decided, and the book says how.
    Settled,
    /// The gateway knows the payment and has not decided.
    Going,
    /// The gateway does not know the payment (yet).
    NoSuchPayment,
    /// No answer that can be used.
    Unknown,
}

impl Shop {
    /// Stores the intent. Only then [`Shop::sell`].
    pub(crate) fn begin(&self, checkout: &Checkout) -> Result<(), BookError> {
        let now = self.merchant.now();
        self.merchant.book(|book| {
            let request_id = book.new_id(&checkout.order);
            let body = self.pay_request(checkout, &request_id);
            book.intent(now, &checkout.order, By::EntryCode, checkout.amount, &request_id, Some(body))
        })
    }

    /// Pays an order whose intent is stored, and follows it to its end. `answer` gets what the buyer is told first.
    pub(crate) async fn sell(&self, checkout: &Checkout, answer: oneshot::Sender<Option<RedirectActionForm>>) {
        let redirect = self.pay(checkout).await;
        // Whoever asked may have gone; the order goes on.
        let _ = answer.send(redirect);
        self.follow(&checkout.order, PATIENCE).await;
    }

    /// Follows an order that an earlier process left open.
    pub(crate) async fn resume(&self, order: &str) {
        self.follow(order, Duration::ZERO).await;
    }

    /// Sends pay until there is an answer, within bounds. The redirect, when there is one.
    async fn pay(&self, checkout: &Checkout) -> Option<RedirectActionForm> {
        let name = checkout.order.as_str();
        let (mut unanswered, mut unknown) = (0, 0);
        loop {
            let (request_id, body) = self.merchant.book(|book| {
                let attempt = book.order(name)?.attempt()?;
                Some((attempt.request_id.clone(), attempt.body.clone()?))
            })?;
            let pause = match self.gateway.call(Operation::Pay, Bytes::from(body)).await.map(|body| read(&body)) {
                Ok(Some(response)) => match self.paying(name, &request_id, &response) {
                    ResultStatus::S => return response.redirect_action_form,
                    ResultStatus::F => return None,
                    ResultStatus::U => {
                        unknown += 1;
                        if unknown >= UNKNOWN_SENDS {
                            return None;
                        }
                        unknown
                    }
                },
                unusable => {
                    let error = unusable.err().map_or_else(|| "no pay response".to_owned(), |e| e.to_string());
                    self.merchant.log(&format!("order {name}: pay: {error}"));
                    unanswered += 1;
                    if self.merchant.has(Fault::NewIdAfterNoAnswer) {
                        self.begin(checkout).ok()?;
                    } else {
                        self.inquire(name).await;
                    }
                    if unanswered >= UNANSWERED_SENDS {
                        return None;
                    }
                    unanswered
                }
            };
            // A notification may have come first.
            if !self.merchant.is_open(name) {
                return None;
            }
            self.merchant.pause(Duration::from_secs(u64::try_from(pause).unwrap_or(1))).await;
        }
    }

    /// What an answer of pay means. S without the fields that make it one is as good as unknown.
    fn paying(&self, name: &str, request_id: &str, response: &PayResponse) -> ResultStatus {
        let result = &response.result;
        let is_ours = response.payment_request_id.as_deref().is_none_or(|id| id == request_id);
        match result.result_status {
            ResultStatus::S if is_ours && result.is_success() => {
                self.note(name, request_id, response.payment_id.as_deref(), "pay", json!(result));
                if self.merchant.has(Fault::PaySIsPaid) {
                    self.book(name, request_id, response.payment_id.clone(), json!(result));
                }
                ResultStatus::S
            }
            ResultStatus::F => {
                self.merchant.close(name, OrderState::Failed, &result.result_code);
                ResultStatus::F
            }
            ResultStatus::S | ResultStatus::U => ResultStatus::U,
        }
    }

    /// Waits for the notification, then asks, within bounds.
    async fn follow(&self, name: &str, patience: Duration) {
        let mut changes = self.merchant.changes();
        let mut until = self.merchant.now() + patience;
        for _ in 0..INQUIRIES {
            loop {
                if !self.merchant.is_open(name) {
                    return;
                }
                tokio::select! {
                    biased;
                    _ = changes.changed() => {}
                    () = self.merchant.until(until) => break,
                }
            }
            if matches!(self.inquire(name).await, Inquired::Settled) {
                return;
            }
            until = self.merchant.now() + BETWEEN_INQUIRIES;
        }
        self.merchant.close(name, OrderState::Parked, "no notification, and the gateway does not decide");
    }

    /// Asks once how the payment stands.
    async fn inquire(&self, name: &str) -> Inquired {
        let Some(attempt) = self.merchant.order(name).and_then(|order| order.attempt().cloned()) else {
            return Inquired::Settled;
        };
        let question = InquiryPaymentRequest {
            payment_request_id: Some(attempt.request_id.clone()),
            ..InquiryPaymentRequest::new()
        };
        let body = serde_json::to_vec(&question).unwrap_or_default();
        let answer = self.gateway.call(Operation::InquiryPayment, body.into()).await;
        let Some(answer) = answer.ok().and_then(|body| read::<InquiryPaymentResponse>(&body)) else {
            return Inquired::Unknown;
        };
        if !answer.result.is_success() {
            return if answer.result.result_code == "ORDER_NOT_EXIST" {
                Inquired::NoSuchPayment
            } else {
                Inquired::Unknown
            };
        }
        let fits = |theirs: &Option<String>, ours: &Option<String>| match (theirs, ours) {
            (Some(theirs), Some(ours)) => theirs == ours,
            _ => true,
        };
        let is_ours = fits(&answer.payment_request_id, &Some(attempt.request_id.clone()))
            && fits(&answer.payment_id, &attempt.payment_id);
        let code = answer.payment_result_code.as_deref().unwrap_or("");
        match answer.payment_status {
            Some(PaymentStatus::Success) if is_ours && answer.payment_amount == Some(attempt.amount) => {
                self.book(name, &attempt.request_id, answer.payment_id.clone(), json!(answer));
                Inquired::Settled
            }
            Some(PaymentStatus::Success) => {
                self.note(name, &attempt.request_id, None, "inquiry", json!(answer));
                self.merchant.close(name, OrderState::Parked, "paid, but the amount or the ids are not the order's");
                Inquired::Settled
            }
            _ if !is_ours => Inquired::Unknown,
            Some(PaymentStatus::Fail) => {
                self.merchant.close(name, OrderState::Failed, &format!("the payment failed {code}"));
                Inquired::Settled
            }
            Some(PaymentStatus::Cancelled) => {
                self.merchant.close(name, OrderState::Cancelled, "the payment was cancelled");
                Inquired::Settled
            }
            Some(PaymentStatus::Processing | PaymentStatus::Pending) => Inquired::Going,
            None => Inquired::Unknown,
        }
    }

    fn book(&self, name: &str, request_id: &str, payment_id: Option<String>, data: Value) {
        let Some(amount) = self.merchant.book(|book| book.by_payment(request_id).map(|(_, attempt)| attempt.amount))
        else {
            return;
        };
        if let Err(error) = self.merchant.paid(name, Evidence { amount, reference: payment_id, data }) {
            self.merchant.log(&format!("order {name}: {error}"));
        }
    }

    fn note(&self, name: &str, request_id: &str, payment_id: Option<&str>, what: &str, data: Value) {
        let now = self.merchant.now();
        let noted = self.merchant.book(|book| book.note(now, name, (request_id, payment_id), what, data));
        if let Err(error) = noted {
            self.merchant.log(&format!("order {name}: {error}"));
        }
    }

    fn pay_request(&self, checkout: &Checkout, request_id: &str) -> String {
        let scenario =
            if self.merchant.has(Fault::OrderCodeForEntryCode) { "OrderCode" } else { PayRequest::ENTRY_CODE };
        let store = Store {
            store_mcc: Some(MERCHANT_CATEGORY.to_owned()),
            ..Store::new("REFERENCE-STORE-1".to_owned(), "Reference Tea House, Main Street".to_owned())
        };
        let merchant = OrderMerchant {
            merchant_mcc: Some(MERCHANT_CATEGORY.to_owned()),
            store: Some(store),
            ..OrderMerchant::new("REFERENCE-MERCHANT".to_owned(), "Reference Tea House".to_owned())
        };
        let order_id = checkout.order.chars().take(64).collect();
        let description = checkout.description.chars().take(256).collect();
        let order = PayOrder {
            merchant: Some(merchant),
            env: Some(Env { user_agent: Some(checkout.user_agent.clone()), ..Env::new() }),
            ..PayOrder::new(order_id, description, checkout.amount)
        };
        let factor = PaymentFactor { in_store_payment_scenario: Some(scenario.to_owned()), ..PaymentFactor::new() };
        let request = PayRequest {
            payment_factor: Some(factor),
            order: Some(order),
            payment_notify_url: Some(format!("{}/notify", self.base_url)),
            payment_redirect_url: Some(format!("{}/back", self.base_url)),
            ..PayRequest::new(
                PayRequest::IN_STORE_PAYMENT.to_owned(),
                request_id.to_owned(),
                checkout.amount,
                PaymentMethod::new(PayRequest::CONNECT_WALLET.to_owned()),
            )
        };
        serde_json::to_string(&request).unwrap_or_default()
    }
}
