//! createPaymentSession: a payment that the buyer may try more than once while the session lasts.

use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use wire::antom::{CreatePaymentSessionRequest, CreatePaymentSessionResponse, Operation, Outline, ResultObject, Tree};
use wire::time::WireTime;

use super::new::{self, New};
use super::{Reader, Serve};
use crate::capture::CaptureMode;
use crate::checks::{Refusal, read};
use crate::desk::Desk;
use crate::ledger::OFFSET_MINUTES;
use crate::payer::Card;
use crate::payment::{Kind, Payment};
use crate::reply::json;
use crate::script::Opening;
use crate::sdk::{Scene, SessionData};
use crate::trigger::Texts;

/// How long a session lasts at most, and when nothing is said.
const HOUR: Duration = Duration::from_secs(3600);

/// The scene whose page is built of elements.
const ELEMENT: &str = "ELEMENT_PAYMENT";

static OUTLINE: LazyLock<Outline> = LazyLock::new(|| Outline::of(&[CreatePaymentSessionRequest::FIELDS]));

impl Serve for CreatePaymentSessionRequest {
    fn read(body: &Tree<'_>, reader: &mut Reader<'_>) -> Result<Self, Refusal> {
        reader.check(body, &OUTLINE)?;
        let request: Self = read(body)?;
        reader.check_expiry(request.payment_expiry_time.as_ref(), None)?;
        if let Some(method) = &request.payment_method {
            reader.check_wallet(&method.payment_method_type, request.payment_amount)?;
        }
        Ok(request)
    }

    fn admit(&self, desk: &Desk, client: &str) -> Result<(), Refusal> {
        // One that is known is told how it stands, however late it is asked for again.
        let is_new = desk.ledger.payment(client, &self.payment_request_id).is_none();
        if let Some(expiry) = self.payment_session_expiry_time.as_ref().map(WireTime::moment).filter(|_| is_new)
            && (expiry <= desk.now || expiry > desk.now + HOUR)
        {
            let reason = "paymentSessionExpiryTime must lie within the next hour".to_owned();
            return Err(Refusal { code: "PARAM_ILLEGAL", reason });
        }
        new::admit(&new(self), desk, client)
    }

    fn texts(&self, _: &Desk, _: &str) -> Texts {
        Texts { own: self.order.order_description.clone(), ..Texts::default() }
    }

    fn carry_out(&self, desk: &mut Desk, client: &str) -> Bytes {
        let new = new(self);
        if let Some(known) = desk.ledger.payment(client, new.id) {
            let refused = new::repeated(&new, &known);
            return json(&refused.map_or_else(|| answer(self, desk, &known), CreatePaymentSessionResponse::bare));
        }
        let payment = payment(self, desk, client);
        if let Some(play) = desk.stage.play(desk.now) {
            desk.checkouts.set(&payment.payment_id, play);
        }
        let payment = desk.begin(payment);
        desk.forge_if_scripted(&payment);
        json(&answer(self, desk, &payment))
    }

    fn refuse(&self, desk: &mut Desk, client: &str, result: &ResultObject) {
        if desk.ledger.payment(client, &self.payment_request_id).is_none() {
            let payment = payment(self, desk, client);
            new::refuse(desk, payment, result);
        }
    }
}

fn new(request: &CreatePaymentSessionRequest) -> New<'_> {
    New {
        operation: Operation::CreatePaymentSession,
        id: &request.payment_request_id,
        amount: request.payment_amount,
        payment_method_id: request.payment_method.as_ref().and_then(|method| method.payment_method_id.as_deref()),
        settlement: request.settlement_strategy.as_ref().and_then(|s| s.settlement_currency.as_deref()),
    }
}

fn payment(request: &CreatePaymentSessionRequest, desk: &Desk, client: &str) -> Payment {
    let method = request.payment_method.as_ref().map(|method| method.payment_method_type.clone()).unwrap_or_default();
    let session_until = request.payment_session_expiry_time.as_ref().map_or(desk.now + HOUR, WireTime::moment);
    // What is paid by an element stays open for an hour longer than by its method alone.
    let is_element = request.product_scene.as_deref() == Some(ELEMENT);
    let usual = if is_element { desk.now + HOUR + new::stays_open(&method).0 } else { session_until };
    Payment {
        card: request.payment_method.as_ref().and_then(Card::of),
        reference_order_id: Some(request.order.reference_order_id.clone()),
        description: request.order.order_description.clone(),
        payment_method_type: method,
        terminal_type: request.env.as_ref().and_then(|env| env.terminal_type.clone()),
        notify_url: request.payment_notify_url.clone(),
        redirect_url: request.payment_redirect_url.clone(),
        capture: capture(request),
        expires: request.payment_expiry_time.as_ref().map_or(usual, WireTime::moment),
        session_until: Some(session_until),
        ..new::payment(&new(request), Kind::Session, desk, client)
    }
}

/// A card is captured as its request says; one that says nothing of it is taken at once.
fn capture(request: &CreatePaymentSessionRequest) -> Option<CaptureMode> {
    let is_card = request.payment_method.as_ref().is_some_and(|method| method.payment_method_type == "CARD");
    match request.payment_factor.as_ref()?.capture_mode.as_deref()? {
        "MANUAL" if is_card => Some(CaptureMode::Manual),
        _ if is_card => Some(CaptureMode::Automatic),
        _ => None,
    }
}

/// The session is named after its payment; of its data the client SDK reads the last part, and this gateway the first.
fn answer(request: &CreatePaymentSessionRequest, desk: &Desk, payment: &Payment) -> CreatePaymentSessionResponse {
    let id = &payment.payment_id;
    let data = SessionData {
        payment_id: id,
        client: &payment.client,
        payment_method_type: &payment.payment_method_type,
        scene: Scene::of(request.product_scene.as_deref()),
        play: desk.checkouts.play(id).and_then(|play| play.name.as_deref()),
        is_absent: desk.checkouts.play(id).is_some_and(|play| play.page == Opening::Absent),
    };
    CreatePaymentSessionResponse {
        payment_session_id: Some(format!("S{id}")),
        payment_session_data: Some(data.given(desk.checkouts.play(id).map(|play| play.data).unwrap_or_default())),
        payment_session_expiry_time: Some(WireTime::new(
            payment.session_until.unwrap_or(payment.expires),
            OFFSET_MINUTES,
        )),
        normal_url: Some(format!("{}/session?paymentId={id}", desk.page_url)),
        ..CreatePaymentSessionResponse::bare(ResultObject::success())
    }
}
