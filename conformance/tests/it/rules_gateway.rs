//! Words for traces of the gateway, so that a test reads as a story. Each exchange is two entries, unless it says otherwise.

use conformance::trace::{DriverEvent, Event};
use serde_json::{Value, json};
use sim_antom::{Event as Gateway, LostHow};
use wire::antom::{Headers, Operation, PaymentStatus, RefundStatus};
use wire::hex::TextBytes;
use wire::money::Money;
use wire::time::Moment;

use crate::rules::{Trace, pay};

/// What every request of these traces comes with.
pub(crate) fn headers(at: Moment) -> Headers {
    Headers::new()
        .with("Client-Id", "SANDBOX_1")
        .with("Request-Time", at.as_millis().to_string())
        .with("Content-Type", "application/json; charset=UTF-8")
        .with("Signature", "algorithm=RSA256,keyVersion=1,signature=YWFh")
}

/// The same headers with another value of one, at the end, or without it.
pub(crate) fn changed(headers: &Headers, name: &str, value: Option<&str>) -> Headers {
    let others = headers.iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name));
    others.chain(value.map(|value| (name, value))).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `S SUCCESS` as a result.
fn result(answer: &str) -> Value {
    json!({"result": {"resultStatus": &answer[..1], "resultCode": &answer[2..]}})
}

/// An object with the fields of both.
pub(crate) fn with(mut object: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

pub(crate) fn yen(value: &str) -> Value {
    json!({"currency": "JPY", "value": value})
}

impl Trace {
    pub(crate) fn exchange(self, operation: Operation, body: &Value, answer: &Value) -> Self {
        let id = u64::try_from(self.entries.len()).unwrap() + 1;
        self.call(id, operation, body, answer, None)
    }

    /// Pay of 1000 yen for order A; the S of Entry Code carries the form and Antom's id, which is `pid-` and ours.
    pub(crate) fn pays(self, id: &str, answer: &str) -> Self {
        self.pays_with(&pay(id), answer)
    }

    pub(crate) fn pays_with(self, body: &Value, answer: &str) -> Self {
        let id = body["paymentRequestId"].as_str().unwrap_or_default();
        let form = json!({"redirectUrl": format!("https://wallet.test/{id}"), "method": "GET"});
        let more = json!({"paymentRequestId": id, "paymentId": format!("pid-{id}"), "redirectActionForm": form});
        let answer = if answer.starts_with('S') { with(result(answer), &more) } else { result(answer) };
        self.exchange(Operation::Pay, body, &answer)
    }

    /// An inquiry that is answered with a paymentStatus, or with a result such as `U UNKNOWN_EXCEPTION`.
    pub(crate) fn inquires(self, id: &str, answer: &str) -> Self {
        let said = json!({"paymentStatus": answer, "paymentRequestId": id, "paymentId": format!("pid-{id}"),
            "paymentAmount": yen("1000")});
        let answer = if answer.contains(' ') { result(answer) } else { with(result("S SUCCESS"), &said) };
        self.exchange(Operation::InquiryPayment, &json!({"paymentRequestId": id}), &answer)
    }

    pub(crate) fn cancels(self, id: &str, answer: &str) -> Self {
        self.exchange(Operation::Cancel, &json!({"paymentRequestId": id}), &result(answer))
    }

    /// A refund of a part of payment P.
    pub(crate) fn hands_back(self, id: &str, value: &str, answer: &str) -> Self {
        let body = json!({"refundRequestId": id, "paymentId": "pid-P", "refundAmount": yen(value)});
        self.exchange(Operation::Refund, &body, &result(answer))
    }

    /// An inquiryRefund that is answered with a refundStatus, or with a result.
    pub(crate) fn asks_for_refund(self, id: &str, answer: &str) -> Self {
        let said = json!({"refundStatus": answer, "refundRequestId": id});
        let answer = if answer.contains(' ') { result(answer) } else { with(result("S SUCCESS"), &said) };
        self.exchange(Operation::InquiryRefund, &json!({"refundRequestId": id}), &answer)
    }

    /// The last answer is kept from the merchant.
    pub(crate) fn unheard(mut self, how: LostHow) -> Self {
        match self.entries.last_mut().map(|entry| &mut entry.event) {
            Some(Event::Gateway(Gateway::Response { lost, .. })) => *lost = Some(how),
            other => panic!("{other:?}"),
        }
        self
    }

    /// The last answer must not be believed.
    pub(crate) fn unsound(mut self) -> Self {
        match self.entries.last_mut().map(|entry| &mut entry.event) {
            Some(Event::Gateway(Gateway::Response { spoilt, .. })) => *spoilt = Some("a foreign key".to_owned()),
            other => panic!("{other:?}"),
        }
        self
    }

    /// The last request, changed.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut String, &mut String, &mut Headers)) -> Self {
        let requests = self.entries.iter_mut().rev().find_map(|entry| match &mut entry.event {
            Event::Gateway(Gateway::Request { method, target, headers, .. }) => Some((method, target, headers)),
            _ => None,
        });
        let (method, target, headers) = requests.unwrap();
        change(method, target, headers);
        self
    }

    /// The last request, with another header, or without it.
    pub(crate) fn header(self, name: &str, value: Option<&str>) -> Self {
        self.but(|_, _, headers| *headers = changed(headers, name, value))
    }

    /// The last request, refused at the door.
    pub(crate) fn refused(mut self, code: &str) -> Self {
        let refused = self.entries.iter_mut().rev().find_map(|entry| match &mut entry.event {
            Event::Gateway(Gateway::Request { refused, .. }) => Some(refused),
            _ => None,
        });
        *refused.unwrap() = Some(code.to_owned());
        self
    }

    /// The ledger changes; one entry. The amount is 1000 yen.
    pub(crate) fn ledger(self, id: &str, status: PaymentStatus, code: &str) -> Self {
        self.gateway(Gateway::Payment {
            payment_request_id: id.to_owned(),
            payment_id: format!("pid-{id}"),
            reference_order_id: None,
            amount: Money::parse("JPY", "1000").unwrap(),
            status,
            code: code.to_owned(),
        })
    }

    /// The ledger gives back, or not; one entry.
    pub(crate) fn given_back(self, id: &str, yen: &str, status: RefundStatus) -> Self {
        self.gateway(Gateway::Refund {
            refund_request_id: id.to_owned(),
            refund_id: "rid".to_owned(),
            payment_id: "pid-P".to_owned(),
            amount: Money::parse("JPY", yen).unwrap(),
            status,
            code: "x".to_owned(),
        })
    }

    /// A genuine notification, acknowledged.
    pub(crate) fn notified(self, id: &str, kind: &str, answer: &str) -> Self {
        let told = json!({"notifyType": kind, "paymentRequestId": id, "paymentId": format!("pid-{id}"),
            "paymentAmount": yen("1000")});
        self.delivered(id, &with(result(answer), &told), true).answered(Some(200), None)
    }

    /// A delivery; one entry.
    pub(crate) fn delivered(self, id: &str, body: &Value, genuine: bool) -> Self {
        let number = u64::try_from(self.entries.len()).unwrap() + 1;
        self.gateway(Gateway::Notice {
            id: number,
            payment_request_id: id.to_owned(),
            attempt: 1,
            url: "http://127.0.0.1/n".to_owned(),
            headers: Headers::new()
                .with("client-id", "SANDBOX_1")
                .with("signature", "algorithm=RSA256,keyVersion=1,signature=YWFh"),
            body: TextBytes(body.to_string().into()),
            genuine,
            altered: false,
        })
    }

    /// The answer to the first delivery that has none; one entry.
    pub(crate) fn answered(self, status: Option<u16>, problem: Option<&str>) -> Self {
        let is_answered = |wanted: u64| {
            self.entries
                .iter()
                .any(|e| matches!(&e.event, Event::Gateway(Gateway::NoticeAnswered { id, .. }) if *id == wanted))
        };
        let open = self.entries.iter().find_map(|entry| match &entry.event {
            Event::Gateway(Gateway::Notice { id, .. }) if !is_answered(*id) => Some(*id),
            _ => None,
        });
        let id = open.unwrap();
        self.gateway(Gateway::NoticeAnswered {
            id,
            status,
            body: TextBytes::default(),
            acknowledged: problem.is_none(),
            problem: problem.map(ToOwned::to_owned),
        })
    }

    /// The harness asks for something; one entry.
    pub(crate) fn asked(self, method: &str, params: Value) -> Self {
        self.with(Event::Driver(DriverEvent::Called { method: method.to_owned(), params }))
    }

    /// The integration answers; one entry.
    pub(crate) fn replied(self, method: &str, result: Value) -> Self {
        self.with(Event::Driver(DriverEvent::Answered { method: method.to_owned(), result }))
    }

    pub(crate) fn crashed(self) -> Self {
        self.with(Event::Driver(DriverEvent::Killed))
    }

    /// How order A stands, in yen; two entries.
    pub(crate) fn stands(self, state: &str, booked: &str) -> Self {
        self.status("A", state, "JPY", booked)
    }
}
