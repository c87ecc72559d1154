//! Deliveries to where notifications go that the gateway does not send: raw bytes, and one of its own overheard.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use sim_antom::{Delivery, Event as Gateway, Notifier};
use wire::antom::{Ack, Headers};
use wire::clock::{Clock as _, Deadlines};
use wire::hex::TextBytes;

use crate::clock::WorldClock;
use crate::scenario::NotifyRaw;
use crate::trace::{Event, Recorder};

/// Their numbers begin behind it, so that none is a delivery of the gateway.
const FIRST: u64 = 1_000_000;
/// How long an answer is waited for.
const ANSWER: Duration = Duration::from_secs(10);

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct Post {
    notifier: Notifier,
    clock: WorldClock,
    recorder: Recorder,
    /// Where the integration said that notifications go.
    usual: Option<String>,
    /// Deliveries so far.
    sent: u64,
}

impl Post {
    pub(crate) const fn new(notifier: Notifier, clock: WorldClock, recorder: Recorder) -> Self {
        Self { notifier, clock, recorder, usual: None, sent: 0 }
    }

    /// Where notifications go when no request names a URL.
    pub(crate) fn usually_to(&mut self, url: Option<String>) {
        self.usual = url;
    }

    /// Raw bytes, which Antom never sent. The delivery goes on in what is returned.
    ///
    /// # Errors
    /// Nobody has said where notifications go.
    pub(crate) fn raw(&mut self, raw: &NotifyRaw) -> Result<impl Future<Output = ()> + Send + 'static, String> {
        let url = self.recorder.last(named_url).or_else(|| self.usual.clone());
        let url = url.ok_or("the integration has named no URL for notifications yet")?;
        let mut headers = Headers::new();
        if !raw.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
            headers.push("Content-Type", "application/json; charset=UTF-8");
        }
        raw.headers.iter().for_each(|(name, value)| headers.push(name, value));
        let notice = Gateway::Notice {
            id: self.next(),
            payment_request_id: String::new(),
            attempt: 1,
            url,
            headers: headers.clone(),
            body: TextBytes(raw.bytes()),
            genuine: false,
            altered: false,
        };
        Ok(self.deliver(notice))
    }

    /// The last genuine notification once more, as one who overheard it sends it.
    ///
    /// # Errors
    /// There was none.
    pub(crate) fn replay(&mut self) -> Result<impl Future<Output = ()> + Send + 'static, String> {
        let genuine = |event: &Event| match event {
            Event::Gateway(notice @ Gateway::Notice { genuine: true, altered: false, .. }) => Some(notice.clone()),
            _ => None,
        };
        let mut notice = self.recorder.last(genuine).ok_or("nothing was notified yet")?;
        if let Gateway::Notice { id, .. } = &mut notice {
            *id = self.next();
        }
        Ok(self.deliver(notice))
    }

    const fn next(&mut self) -> u64 {
        self.sent += 1;
        FIRST + self.sent
    }

    /// Delivers a notice and writes down what came of it.
    fn deliver(&self, notice: Gateway) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (clock, recorder, notifier) = (self.clock.clone(), self.recorder.clone(), self.notifier.clone());
        let delivery = delivery(&notice);
        recorder.record(Event::Gateway(notice));
        let patience = Deadlines { world: None, peer: Some(clock.now() + ANSWER) };
        async move {
            let Some(delivery) = delivery else { return };
            let id = delivery.id;
            let answer = tokio::select! {
                biased;
                answer = notifier.deliver(delivery) => answer,
                () = clock.sleep(patience) => Err(format!("no answer within {} s", ANSWER.as_secs())),
            };
            let (status, body, verdict) = match answer {
                Ok((status, body)) => (Some(status), body.clone(), Ack::read(status, &body)),
                Err(problem) => (None, Bytes::new(), Err(problem)),
            };
            recorder.record(Event::Gateway(Gateway::NoticeAnswered {
                id,
                status,
                body: TextBytes(body),
                acknowledged: verdict.is_ok(),
                problem: verdict.err(),
            }));
        }
    }
}

/// What goes on the wire for a notice.
fn delivery(notice: &Gateway) -> Option<Delivery> {
    let Gateway::Notice { id, url, headers, body, .. } = notice else { return None };
    Some(Delivery { id: *id, url: url.clone(), headers: headers.clone(), body: body.0.clone() })
}

/// Where a request of the integration says that notifications go.
fn named_url(event: &Event) -> Option<String> {
    let Event::Gateway(Gateway::Request { body, .. }) = event else { return None };
    let body: Value = serde_json::from_slice(&body.0).ok()?;
    body["paymentNotifyUrl"].as_str().map(str::to_owned)
}
