//! pay: makes a payment, or tells what became of the one that its id has made before.

use std::sync::LazyLock;

use bytes::Bytes;
use wire::antom::{
    CodeDetail, Operation, OrderCodeForm, Outline, PayRequest, PayResponse, PaymentStatus, Product, RedirectActionForm,
    ResultObject, Tree,
};
use wire::time::{Span, WireTime};

use super::new::{self, New};
use super::{Reader, Serve, urls};
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payer::{Card, Payer};
use crate::payment::{Kind, Payment};
use crate::reply::json;
use crate::trigger::Texts;

/// A pay request, and the product that it asks for.
#[derive(Debug)]
pub(super) struct Pay {
    kind: Kind,
    request: PayRequest,
}

impl Serve for Pay {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        // What is known is enough to tell which table counts; what is not is told by the first one.
        let product = Product::of(body).unwrap_or(Product::EntryCode);
        reader.check(body, outline(product))?;
        let request: PayRequest = read(body)?;
        let is_card = new::capture(&request.payment_method.payment_method_type, None).is_some();
        let kind = if product == Product::Cashier && is_card { Kind::Card } else { Kind::Pay(product) };
        // How long a payment in a shop may stay open is in the contract, which is not known here.
        let most = (!product.is_in_store()).then(|| new::at_most_ahead(&request.payment_method.payment_method_type));
        reader.check_expiry(request.payment_expiry_time.as_ref(), most)?;
        reader.check_wallet(&request.payment_method.payment_method_type, request.payment_amount)?;
        Ok(Self { kind, request })
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        new::admit(&self.wanted(), desk, client)
    }

    fn texts(&self, _: &Desk, _: &str) -> Texts {
        let order = self.request.order.as_ref();
        Texts { own: order.map(|order| order.order_description.clone()).unwrap_or_default(), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let new = self.wanted();
        if let Some(known) = desk.ledger.payment(client, new.id) {
            let refused = new::repeated(&new, &known);
            return json(&refused.map_or_else(|| answer(desk, &known), PayResponse::bare));
        }
        let payment = self.payment(desk, client);
        if !payment.kind.is_direct() && payment.kind == Kind::Pay(Product::Cashier) && urls(desk, &payment).is_none() {
            // Without a URL its creation has failed, and there is no payment.
            return json(&PayResponse::bare(ResultObject::documented("PAYMENT_IN_PROCESS")));
        }
        let payment = desk.begin(payment);
        desk.forge_if_scripted(&payment);
        json(&answer(desk, &payment))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.payment(client, &self.request.payment_request_id).is_none() {
            let payment = self.payment(desk, client);
            new::refuse(desk, payment, result);
        }
    }
}

impl Pay {
    fn wanted(&self) -> New<'_> {
        let request = &self.request;
        New {
            operation: Operation::Pay,
            id: &request.payment_request_id,
            amount: request.payment_amount,
            payment_method_id: request.payment_method.payment_method_id.as_deref(),
            settlement: request.settlement_strategy.as_ref().and_then(|s| s.settlement_currency.as_deref()),
        }
    }

    fn payment(&self, desk: &Desk, client: &str) -> Payment {
        let request = &self.request;
        let method = &request.payment_method.payment_method_type;
        let stays_open = match self.kind {
            Kind::Pay(Product::EntryCode | Product::OrderCode) => desk.settings.expiry,
            Kind::Pay(Product::UserPresented) => Span::secs(3 * 60),
            Kind::Pay(Product::AutoDebit) => Span::secs(60),
            _ => new::stays_open(method),
        };
        let order = request.order.as_ref();
        let env = request.env.as_ref().or_else(|| order.and_then(|order| order.env.as_ref()));
        let capture = new::capture(method, request.payment_factor.as_ref());
        Payment {
            reference_order_id: order.map(|order| order.reference_order_id.clone()),
            description: order.map(|order| order.order_description.clone()).unwrap_or_default(),
            payment_method_type: method.clone(),
            card: Card::of(&request.payment_method),
            terminal_type: env.and_then(|env| env.terminal_type.clone()),
            notify_url: request.payment_notify_url.clone(),
            redirect_url: request.payment_redirect_url.clone(),
            expires: request.payment_expiry_time.as_ref().map_or(desk.now + stays_open.0, WireTime::moment),
            capture: capture.filter(|_| !self.kind.is_in_store()),
            ..new::payment(&self.wanted(), self.kind, desk, client)
        }
    }
}

/// The tables of a product.
fn outline(product: Product) -> &'static Outline {
    static OUTLINES: LazyLock<[Outline; Product::ALL.len()]> = LazyLock::new(|| {
        Product::ALL.map(|product| Outline::of(&[product.discriminators(), product.fields(), PayRequest::FIELDS]))
    });
    // The list is in the order of the enum.
    &OUTLINES[product as usize]
}

/// How a payment stands, in the words of its product. What never changes comes out the same each time.
fn answer(desk: &Desk, payment: &Payment) -> PayResponse {
    let created = PayResponse {
        payment_request_id: Some(payment.payment_request_id.clone()),
        payment_id: Some(payment.payment_id.clone()),
        payment_amount: Some(payment.amount),
        payment_create_time: Some(WireTime::new(payment.created, OFFSET_MINUTES)),
        ..PayResponse::bare(ResultObject::success())
    };
    let in_process = || ResultObject::documented("PAYMENT_IN_PROCESS");
    match payment.kind {
        Kind::Pay(Product::EntryCode) => PayResponse {
            redirect_action_form: Some(RedirectActionForm {
                action_form_type: Some("RedirectActionForm".to_owned()),
                ..RedirectActionForm::new("GET".to_owned(), page(desk, payment))
            }),
            ..created
        },
        Kind::Pay(Product::OrderCode) => PayResponse { order_code_form: Some(codes(desk, payment)), ..created },
        _ if payment.status == PaymentStatus::Success => paid(desk, payment, created),
        _ if payment.status == PaymentStatus::Fail => PayResponse::bare(ResultObject::documented(&payment.code)),
        _ if payment.kind.is_direct() => PayResponse { result: in_process(), ..created },
        _ => {
            let urls = urls(desk, payment).unwrap_or_default();
            PayResponse {
                result: in_process(),
                normal_url: urls.normal,
                scheme_url: urls.scheme,
                applink_url: urls.applink,
                app_identifier: urls.app_identifier,
                ..created
            }
        }
    }
}

fn paid(desk: &Desk, payment: &Payment, created: PayResponse) -> PayResponse {
    let money = desk.exchanged(payment);
    let payer = Payer::of(payment);
    let authorised = payment.bound_until().map(|at| WireTime::new(at, OFFSET_MINUTES));
    PayResponse {
        payment_time: payment.paid.map(|at| WireTime::new(at, OFFSET_MINUTES)),
        actual_payment_amount: Some(money.actual),
        payment_quote: money.payment_quote,
        gross_settlement_amount: money.settlement,
        settlement_quote: money.settlement_quote,
        psp_customer_info: payer.customer,
        payment_result_info: payer.result,
        auth_expiry_time: authorised,
        ..created
    }
}

/// The wallet's page for a payment.
fn page(desk: &Desk, payment: &Payment) -> String {
    format!("{}/pay?paymentId={}", desk.page_url, payment.payment_id)
}

/// What the shop shows to be scanned.
fn codes(desk: &Desk, payment: &Payment) -> OrderCodeForm {
    let detail = |kind: &str| CodeDetail {
        code_value_type: Some("QRCODE".to_owned()),
        ..CodeDetail::new(page(desk, payment), kind.to_owned())
    };
    OrderCodeForm {
        payment_method_type: Some(payment.payment_method_type.clone()),
        expire_time: Some(WireTime::new(payment.expires, OFFSET_MINUTES)),
        code_details: Some(vec![detail("TEXT")]),
        ..OrderCodeForm::new()
    }
}
