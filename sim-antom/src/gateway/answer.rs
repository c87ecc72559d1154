//! An answer: sealed, perhaps spoilt, perhaps held back, and on its way.

use bytes::Bytes;
use serde_json::Value;
use wire::antom::Operation;
use wire::hex::TextBytes;

use super::{Gateway, Output};
use crate::event::Event;
use crate::held::Departure;
use crate::script::Forgery;
use crate::seal::Letter;
use crate::spoil::Spoil;

/// Who asked what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) id: u64,
    pub(super) operation: Option<Operation>,
    /// Where it went: a path, or a URL.
    pub(super) target: &'a str,
    pub(super) body: &'a [u8],
    pub(super) client: &'a str,
    /// Whether the answer is signed, if nothing goes wrong.
    pub(super) is_signed: bool,
}

impl Gateway {
    pub(super) fn reply(&mut self, asked: Asked<'_>, spoil: &Spoil, body: Bytes) {
        let Asked { id, operation, target, client, .. } = asked;
        let now = self.desk.now;
        let letter = Letter { target, client, time: "response-time", now };
        let ordinary = if asked.is_signed { Forgery::Valid } else { Forgery::Absent };
        let spoilt = spoil.apply(letter, self.seals(), ordinary, body);
        let event = Event::Response {
            id,
            operation,
            headers: spoilt.headers.clone(),
            body: TextBytes(spoilt.body.clone()),
            lost: spoilt.lost,
            spoilt: spoilt.reason.clone(),
        };
        let departure = Departure { id, event, reply: spoilt.into_reply(), waits_for: None };
        let early = spoil.waits_for_notification().map(|at_most| (at_most, self.subject(client, asked.body)));
        let departs = match (spoil.delay(), early) {
            (delay, Some((at_most, Some(id)))) => {
                let waits_for = Some((client.to_owned(), id));
                let at_most = at_most.max(delay.unwrap_or_default());
                self.held.hold(now + at_most, Departure { waits_for, ..departure })
            }
            (Some(delay), _) => self.held.hold(now + delay, departure),
            (None, _) => Some(departure),
        };
        if let Some(departure) = departs {
            self.depart(departure);
        }
    }

    pub(super) fn depart(&mut self, departure: Departure) {
        let Departure { id, event, reply, .. } = departure;
        self.desk.event(event);
        self.desk.out.push_back(Output::Reply { id, reply });
    }

    /// The paymentRequestId of the payment that a request is about.
    fn subject(&self, client: &str, body: &[u8]) -> Option<String> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let by_id = || self.desk.ledger.payment_by_id(client, text("paymentId")?);
        let own = text("paymentRequestId").or_else(|| text("batchPaymentRequestId")).map(str::to_owned);
        own.or_else(|| by_id().map(|payment| payment.payment_request_id.clone()))
    }
}
