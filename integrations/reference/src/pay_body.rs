//! What the gateway is asked for: the bodies of pay, createPaymentSession and batchPay. Written once an attempt, stored,
//! and repeated byte for byte.

use std::time::Duration;

use wire::antom::{
    BatchPayRequest, CreatePaymentSessionRequest, Env, Merchant as Seller, Order, PayRequest, PaymentFactor,
    PaymentMethod, SettlementStrategy, Store,
};
use wire::money::Money;
use wire::time::{Moment, WireTime};

use crate::fault::{Fault, Mistake};
use crate::json_text::JsonText;
use crate::order::{By, Taking};
use crate::params::Product;
use crate::settings::{
    CARD, MERCHANT_CATEGORY, MERCHANT_ID, MERCHANT_NAME, OFFSET, ONLINE_METHOD, STORE_ID, STORE_NAME, STORE_TERMINAL,
    expiry,
};

/// A sale at the gateway, as the driver asks for it.
#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    pub(crate) order: String,
    pub(crate) by: By,
    pub(crate) amount: Money,
    pub(crate) description: String,
    /// The buyer's own, by which the wallet is recognised.
    pub(crate) user_agent: Option<String>,
    /// What the buyer's wallet shows.
    pub(crate) payment_code: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) taking: Taking,
    /// The client SDK's product, by session.
    pub(crate) product: Product,
    /// Where the buyer comes back to, if not to us.
    pub(crate) return_url: Option<String>,
}

/// Several orders that are paid at once.
#[derive(Debug, Clone)]
pub(crate) struct BatchCheckout {
    /// The batch, as the book names it.
    pub(crate) batch: String,
    pub(crate) amount: Money,
    pub(crate) orders: Vec<BatchOrder>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct BatchOrder {
    pub(crate) order: String,
    pub(crate) amount: Money,
    pub(crate) description: String,
    pub(crate) merchant: String,
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer<'a> {
    /// Our own listener.
    pub(crate) base_url: &'a str,
    pub(crate) now: Moment,
    pub(crate) mistake: Mistake,
}

impl Writer<'_> {
    /// The body for a sale.
    pub(crate) fn sale(&self, checkout: &Checkout, request_id: &str) -> JsonText {
        let body = match checkout.by {
            By::Session => JsonText::of(&self.session(checkout, request_id)),
            _ => JsonText::of(&self.pay(checkout, request_id)),
        };
        self.spoiled(body, checkout.amount)
    }

    fn pay(&self, checkout: &Checkout, request_id: &str) -> PayRequest {
        let is_online = checkout.by == By::Cashier;
        let code = if is_online { PayRequest::CASHIER_PAYMENT } else { PayRequest::IN_STORE_PAYMENT };
        let method = PaymentMethod {
            payment_method_id: checkout.payment_code.clone().filter(|_| checkout.by == By::PaymentCode),
            ..PaymentMethod::new(if is_online { method(checkout) } else { PayRequest::CONNECT_WALLET.to_owned() })
        };
        PayRequest {
            payment_factor: self.factor(checkout),
            order: Some(self.order(checkout)),
            env: is_online.then(online),
            payment_notify_url: self.notify_url(),
            payment_redirect_url: Some(format!("{}/back", self.base_url)),
            payment_expiry_time: Some(self.expires(expiry(checkout.by))),
            settlement_strategy: Some(settlement(checkout.amount)),
            ..PayRequest::new(code.to_owned(), request_id.to_owned(), checkout.amount, method)
        }
    }

    fn session(&self, checkout: &Checkout, request_id: &str) -> CreatePaymentSessionRequest {
        let lives = if self.mistake.is(Fault::SessionForADay) { 24 * expiry(By::Session) } else { expiry(By::Session) };
        CreatePaymentSessionRequest {
            payment_method: checkout.method.clone().map(PaymentMethod::new),
            payment_factor: self.factor(checkout),
            product_scene: (checkout.product == Product::Element).then(|| "ELEMENT_PAYMENT".to_owned()),
            payment_redirect_url: Some(
                checkout.return_url.clone().unwrap_or_else(|| format!("{}/back", self.base_url)),
            ),
            payment_notify_url: self.notify_url(),
            payment_session_expiry_time: Some(self.expires(lives)),
            settlement_strategy: Some(settlement(checkout.amount)),
            env: Some(online()),
            ..CreatePaymentSessionRequest::new(
                PayRequest::CASHIER_PAYMENT.to_owned(),
                request_id.to_owned(),
                checkout.amount,
                self.order(checkout),
            )
        }
    }

    /// The body for a batch.
    pub(crate) fn batch(&self, checkout: &BatchCheckout, request_id: &str) -> JsonText {
        let order = |order: &BatchOrder| Order {
            merchant: Some(Seller::new(
                clip(&order.merchant, 64),
                format!("{} at {MERCHANT_NAME}", clip(&order.merchant, 64)),
            )),
            ..Order::new(clip(&order.order, 64), clip(&order.description, 256), order.amount)
        };
        let ahead = if self.mistake.is(Fault::BatchForAnHour) { 10 } else { 1 };
        let body = BatchPayRequest {
            payment_notify_url: self.notify_url(),
            payment_expiry_time: Some(self.expires(expiry(By::Batch) * ahead)),
            ..BatchPayRequest::new(
                PayRequest::CASHIER_PAYMENT.to_owned(),
                request_id.to_owned(),
                checkout.amount,
                PaymentMethod::new(ONLINE_METHOD.to_owned()),
                format!("{}/back", self.base_url),
                online(),
                checkout.orders.iter().map(order).collect(),
            )
        };
        JsonText::of(&body)
    }

    fn order(&self, checkout: &Checkout) -> Order {
        let own_agent = self.mistake.is(Fault::OwnUserAgent);
        let user_agent = if own_agent { Some("reference-shop/0.1".to_owned()) } else { checkout.user_agent.clone() };
        let env = match checkout.by {
            By::EntryCode => Some(Env { user_agent, ..Env::new() }),
            By::PaymentCode => Some(self.till()),
            _ => None,
        };
        let longest = if self.mistake.is(Fault::DescriptionUncut) { 4096 } else { 256 };
        Order {
            merchant: Some(seller()),
            env,
            ..Order::new(clip(&checkout.order, 64), clip(&checkout.description, longest), checkout.amount)
        }
    }

    /// The till that scanned the buyer's code.
    fn till(&self) -> Env {
        Env {
            store_terminal_id: Some(STORE_TERMINAL.to_owned()),
            store_terminal_request_time: Some(WireTime::new(self.now, OFFSET)),
            ..Env::new()
        }
    }

    fn factor(&self, checkout: &Checkout) -> Option<PaymentFactor> {
        let scenario = match checkout.by {
            By::EntryCode if self.mistake.is(Fault::OrderCodeForEntryCode) => PayRequest::ORDER_CODE,
            By::EntryCode => PayRequest::ENTRY_CODE,
            By::OrderCode => PayRequest::ORDER_CODE,
            By::PaymentCode => PayRequest::PAYMENT_CODE,
            By::Terminal | By::Cashier | By::Session | By::Batch => {
                let mode = match checkout.taking {
                    Taking::AtOnce => return None,
                    Taking::ByItself => "AUTOMATIC",
                    Taking::WhenAsked => "MANUAL",
                };
                return Some(PaymentFactor { capture_mode: Some(mode.to_owned()), ..PaymentFactor::new() });
            }
        };
        Some(PaymentFactor { in_store_payment_scenario: Some(scenario.to_owned()), ..PaymentFactor::new() })
    }

    fn notify_url(&self) -> Option<String> {
        let path = "/notify";
        Some(if self.mistake.is(Fault::RelativeNotifyUrl) {
            path.to_owned()
        } else {
            format!("{}{path}", self.base_url)
        })
    }

    fn expires(&self, ahead: Duration) -> WireTime {
        WireTime::new(self.now + ahead, OFFSET)
    }

    /// The mistakes that types do not allow.
    fn spoiled(&self, body: JsonText, amount: Money) -> JsonText {
        let value = format!("\"value\":\"{}\"", amount.value());
        if self.mistake.is(Fault::AmountAsANumber) {
            return body.changed(|text| text.replace(&value, &format!("\"value\":{}", amount.value())));
        }
        if self.mistake.is(Fault::LeadingZeros) {
            return body.changed(|text| text.replace(&value, &format!("\"value\":\"{:0>8}\"", amount.value())));
        }
        if self.mistake.is(Fault::CurrencyInLowerCase) {
            let code = amount.currency.as_str();
            let (right, wrong) =
                (format!("\"currency\":\"{code}\""), format!("\"currency\":\"{}\"", code.to_lowercase()));
            return body.changed(|text| text.replace(&right, &wrong));
        }
        if self.mistake.is(Fault::ExpiryWithoutOffset) {
            return body.changed(|text| without_offset(text, "paymentExpiryTime"));
        }
        body
    }
}

fn seller() -> Seller {
    let store = Store {
        store_mcc: Some(MERCHANT_CATEGORY.to_owned()),
        ..Store::new(STORE_ID.to_owned(), STORE_NAME.to_owned())
    };
    Seller {
        merchant_mcc: Some(MERCHANT_CATEGORY.to_owned()),
        store: Some(store),
        ..Seller::new(MERCHANT_ID.to_owned(), MERCHANT_NAME.to_owned())
    }
}

fn method(checkout: &Checkout) -> String {
    checkout.method.clone().unwrap_or_else(|| ONLINE_METHOD.to_owned())
}

/// When the money of a method comes.
pub(crate) fn taking(method: Option<&str>, is_manual: bool) -> Taking {
    match (method, is_manual) {
        (_, true) => Taking::WhenAsked,
        (Some(CARD), false) => Taking::ByItself,
        _ => Taking::AtOnce,
    }
}

fn settlement(amount: Money) -> SettlementStrategy {
    SettlementStrategy { settlement_currency: Some(amount.currency.as_str().to_owned()) }
}

fn online() -> Env {
    Env { terminal_type: Some("WEB".to_owned()), ..Env::new() }
}

fn clip(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

/// Cuts what follows the seconds of a time.
fn without_offset(body: &str, field: &str) -> String {
    let Some((before, rest)) = body.split_once(&format!("\"{field}\":\"")) else { return body.to_owned() };
    let (time, after) = rest.split_once('"').unwrap_or((rest, ""));
    let bare: String = time.chars().take(19).collect();
    format!("{before}\"{field}\":\"{bare}\"{after}")
}
