//! A request: whether it is let in, what the script says to it, and what it does.

use bytes::Bytes;
use wire::antom::{Envelope, Operation, ResultObject, ResultStatus, Route};
use wire::hex::TextBytes;

use super::Gateway;
use super::answer::Asked;
use crate::checks::{Refusal, check};
use crate::event::Event;
use crate::operation::{Reader, Serve, read};
use crate::reply::json;
use crate::spoil::Spoil;

impl Gateway {
    pub(super) fn request(&mut self, id: u64, envelope: Envelope, unreadable: Option<String>) {
        let operation = match Route::of(envelope.path()) {
            Route::Operation(operation) => Some(operation),
            Route::Unknown => None,
        };
        let client = self.clients.addressee(&envelope).to_owned();
        let mut notes = Vec::new();
        let checked = match unreadable {
            Some(reason) => Err(Refusal { code: "PARAM_ILLEGAL", reason }),
            None => self.admit(&envelope, &client, &mut notes),
        };
        let (request, refusal) = match checked {
            Ok((operation, request)) => {
                let refusal = request.admit(&self.desk, &client).err();
                if self.desk.takes_triggers() {
                    notes.extend(crate::trigger::misspelt(&request.texts(&self.desk, &client).own));
                }
                (Some((operation, request)), refusal)
            }
            Err(refusal) => (None, Some(refusal)),
        };
        let is_unknown = refusal.as_ref().is_some_and(|refusal| refusal.code == "INVALID_SIGNATURE");
        let is_signed = self.desk.settings.sign_invalid_signature || !is_unknown;
        let refused = refusal.as_ref().map(|refusal| {
            notes.insert(0, refusal.reason.clone());
            refusal.code.to_owned()
        });
        let Envelope { method, target, headers, body } = envelope;
        self.desk.event(Event::Request {
            id,
            method,
            target: target.clone(),
            headers,
            body: TextBytes(body.clone()),
            operation,
            refused,
            notes,
        });
        self.desk.stage.open(operation, || serde_json::from_slice(&body).unwrap_or_default());
        let spoil = Spoil(self.desk.stage.faults(self.desk.now));
        for fault in &spoil.0 {
            self.desk.event(Event::Fault { name: fault.word().to_owned() });
        }
        let answer = match (request, refusal) {
            (Some((_, request)), Some(refusal)) if refusal.code != "PARAM_ILLEGAL" && spoil.lets_happen() => {
                self.refuse(request.as_ref(), &client, &ResultObject::documented(refusal.code))
            }
            (_, Some(refusal)) => bare(&ResultObject::documented(refusal.code)),
            (Some((operation, request)), None) if spoil.lets_happen() => {
                match self.told(operation, request.as_ref(), &client) {
                    Some(result) => self.refuse(request.as_ref(), &client, &result),
                    None => request.carry_out(&mut self.desk, &client),
                }
            }
            (_, None) => Bytes::new(),
        };
        self.desk.stage.close();
        self.reply(Asked { id, operation, target: &target, body: &body, client: &client, is_signed }, &spoil, answer);
    }

    /// Answers with a code that is no success. An F is final for the request's id.
    fn refuse(&mut self, request: &dyn Serve, client: &str, result: &ResultObject) -> Bytes {
        let accepted = match result.result_status {
            ResultStatus::F => {
                request.refuse(&mut self.desk, client, result);
                None
            }
            _ => request.accept(&mut self.desk, client, result),
        };
        accepted.unwrap_or_else(|| bare(result))
    }

    /// What a request is answered without being carried out: by the script, or by a word of its own.
    fn told(&mut self, operation: Operation, request: &dyn Serve, client: &str) -> Option<ResultObject> {
        let scripted = self.desk.scripted(operation);
        scripted.or_else(|| self.desk.triggered(&request.texts(&self.desk, client), operation))
    }

    fn admit(
        &mut self,
        envelope: &Envelope,
        client: &str,
        notes: &mut Vec<String>,
    ) -> Result<(Operation, Box<dyn Serve>), Refusal> {
        let (operation, body) = check(envelope, &self.clients, self.desk.now, notes)?;
        if !self.desk.counts_call(client) {
            let reason = "more calls than the setting rate-limit allows".to_owned();
            return Err(Refusal { code: "REQUEST_TRAFFIC_EXCEED_LIMIT", reason });
        }
        if self.desk.settings.strict && !notes.is_empty() {
            return Err(Refusal { code: "PARAM_ILLEGAL", reason: std::mem::take(notes).join("; ") });
        }
        let mut reader = Reader { strict: self.desk.settings.strict, notes, now: self.desk.now };
        let request = read(operation, &body, &mut reader)?;
        Ok((operation, request))
    }
}

/// An answer that carries a result and nothing else.
fn bare(result: &ResultObject) -> Bytes {
    json(&serde_json::json!({ "result": result }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::rig::{gateway, pay, told};
    use crate::ledger::Ledger;

    #[test]
    fn a_full_ledger_answers_that_there_are_too_many_and_still_serves_what_it_knows() {
        let mut gateway = gateway(None, Vec::new());
        gateway.desk.ledger = Ledger::for_at_most(2);
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "B"), "SUCCESS");
        assert_eq!(pay(&mut gateway, "C"), "REQUEST_TRAFFIC_EXCEED_LIMIT");
        assert_eq!(pay(&mut gateway, "A"), "SUCCESS");
        assert_eq!(gateway.ledger().len(), 2);
        assert_eq!(gateway.desk.plans.len(), 2);
    }

    #[test]
    fn a_ledger_that_is_full_of_refunds_takes_no_more_and_still_knows_those_it_has() {
        let mut gateway = gateway(None, Vec::new());
        gateway.desk.ledger = Ledger::for_at_most(1);
        let mut refund = |number: u8| {
            let amount = json!({"currency": "JPY", "value": "1"});
            let body =
                json!({"refundRequestId": format!("R-{number}"), "paymentId": "nobody's", "refundAmount": amount});
            told(&mut gateway, "/ams/api/v1/payments/refund", &body)
        };
        // What was refused for good is kept, too.
        for number in 1..=10 {
            assert_eq!(refund(number), "ORDER_NOT_EXIST", "{number}");
        }
        assert_eq!(refund(11), "REQUEST_TRAFFIC_EXCEED_LIMIT");
        assert_eq!(refund(10), "ORDER_NOT_EXIST");
    }

    #[test]
    fn a_ledger_that_is_full_of_cards_to_be_kept_takes_no_more_and_still_knows_those_it_has() {
        let mut gateway = gateway(None, Vec::new());
        gateway.desk.ledger = Ledger::for_at_most(2);
        let mut begin = |id: &str| {
            let body = json!({"paymentMethodType": "CARD", "vaultingRequestId": id, "vaultingNotificationUrl": "http://127.0.0.1:9/n"});
            told(&mut gateway, "/ams/api/v1/vaults/createVaultingSession", &body)
        };
        assert_eq!((begin("A").as_str(), begin("B").as_str()), ("SUCCESS", "SUCCESS"));
        assert_eq!(begin("C"), "REQUEST_TRAFFIC_EXCEED_LIMIT");
        assert_eq!(begin("A"), "SUCCESS");
        assert_eq!(gateway.ledger().vaultings().len(), 2);
    }
}
