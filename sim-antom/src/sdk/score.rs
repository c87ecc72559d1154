//! A play as the SDK's page plays it: nothing is left for it to decide. Pure.

use serde::Serialize;
use serde_json::{Value, json};

use super::ending::told;
use super::subject::Subject;
use crate::script::{Cue, Effect, Emitted, PlaceName, PlayStep, Target};

/// One thing for the page to do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub(crate) enum Note {
    /// Wait so many milliseconds.
    Sleep { ms: u64 },
    /// Wait until something has happened.
    Wait { until: Cue },
    /// Show the form, and say that loading has ended.
    Form,
    /// Post a message of the protocol.
    Post { event: String, data: Value },
    /// Tell how it ended: by the event, or by the answer to submitPayment.
    End { event: Value, answer: Value },
    /// Answer submit or submitPayment.
    Answer { data: Value },
    /// Have the server do something.
    Server { effect: Effect },
    /// Post a text as it is.
    Garble { text: String },
    /// Post an event as somebody else.
    Forge { data: Value },
}

/// What the page does for a step, in a session.
pub(crate) fn notes(step: &PlayStep, subject: &Subject, wallet: &str) -> Vec<Note> {
    let post = |event: &str, data: Value| Note::Post { event: event.to_owned(), data };
    match step {
        PlayStep::After(span) => vec![Note::Sleep { ms: u64::try_from(span.0.as_millis()).unwrap_or(u64::MAX) }],
        PlayStep::Until(cue) => vec![Note::Wait { until: *cue }],
        PlayStep::ShowForm => vec![Note::Form],
        PlayStep::Emit(emitted) => vec![post("onEventCallback", event(emitted))],
        PlayStep::Result(ending) => {
            let told = told(ending, subject);
            vec![Note::End { event: told.event, answer: told.answer }]
        }
        PlayStep::Answer(data) => vec![Note::Answer { data: data.clone() }],
        PlayStep::Server(effect) => vec![Note::Server { effect: effect.clone() }],
        PlayStep::Close { told } => {
            let mut notes = Vec::new();
            if *told {
                let info = json!({"enableCallback": true, "eventName": "SDK_PAYMENT_CANCEL", "eventResult": {}});
                notes.push(post("declareEventCallbackInfo", json!({"popWindowEventInfo": info})));
            }
            // Otherwise the SDK asks the buyer whether he really wants to leave.
            notes.extend([post("setAllowRetention", json!(false)), post("onClose", json!({}))]);
            notes
        }
        PlayStep::Redirect(target) => vec![post("onRedirect", redirect(target, subject, wallet))],
        PlayStep::Post { event, data } => vec![post(event, data.clone())],
        PlayStep::Garble(text) => vec![Note::Garble { text: text.clone() }],
        PlayStep::Forge(emitted) => vec![Note::Forge { data: event(emitted) }],
    }
}

/// An event with the parts that were written.
fn event(emitted: &Emitted) -> Value {
    let mut event = json!({});
    for (name, value) in [
        ("code", emitted.code.clone().map(Value::from)),
        ("message", emitted.message.clone().map(Value::from)),
        ("result", emitted.result.clone()),
    ] {
        if let Some(value) = value {
            event[name] = value;
        }
    }
    event
}

fn redirect(target: &Target, subject: &Subject, wallet: &str) -> Value {
    let Target { to, normal_url, scheme_url, applink_url } = target;
    let place = match to {
        Some(PlaceName::Wallet) => Some(wallet.to_owned()),
        Some(PlaceName::Shop) => subject.redirect_url().cloned(),
        None if normal_url.is_none() && scheme_url.is_none() && applink_url.is_none() => {
            subject.redirect_url().cloned()
        }
        None => None,
    };
    let mut data = json!({});
    for (name, url) in [
        ("normalUrl", normal_url.clone().or(place)),
        ("schemeUrl", scheme_url.clone()),
        ("applinkUrl", applink_url.clone()),
    ] {
        if let Some(url) = url {
            data[name] = url.into();
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::{Payment, example};
    use wire::time::Moment;

    fn played(step: Value) -> Value {
        let step: PlayStep = serde_json::from_value(step).unwrap();
        let payment = Payment {
            redirect_url: Some("http://shop.test/back".to_owned()),
            ..example("C", "A", "1", Moment::WORLD_START)
        };
        serde_json::to_value(notes(&step, &Subject::Payment(payment.into()), "http://wallet.test")).unwrap()
    }

    #[test]
    fn a_step_becomes_what_the_page_posts() {
        assert_eq!(played(json!({"after": "1500ms"})), json!([{"do": "sleep", "ms": 1500}]));
        assert_eq!(played(json!({"until": "submitted"})), json!([{"do": "wait", "until": "submitted"}]));
        assert_eq!(played(json!({"emit": {}})), json!([{"do": "post", "event": "onEventCallback", "data": {}}]));
        assert_eq!(
            played(json!({"close": {"told": false}})),
            json!([
                {"do": "post", "event": "setAllowRetention", "data": false},
                {"do": "post", "event": "onClose", "data": {}},
            ])
        );
        assert_eq!(played(json!({"close": {}}))[0]["event"], "declareEventCallbackInfo");
        assert_eq!(
            played(json!({"server": {"fails": {"code": "RISK_REJECT"}}})),
            json!([{"do": "server", "effect": {"fails": {"code": "RISK_REJECT"}}}])
        );
    }

    #[test]
    fn a_redirect_goes_to_the_shop_unless_it_says_where() {
        assert_eq!(played(json!({"redirect": {}}))[0]["data"], json!({"normalUrl": "http://shop.test/back"}));
        assert_eq!(
            played(json!({"redirect": {"to": "wallet"}}))[0]["data"],
            json!({"normalUrl": "http://wallet.test"})
        );
        let app = played(json!({"redirect": {"to": "shop", "scheme-url": "wallet://x"}}));
        assert_eq!(app[0]["data"], json!({"normalUrl": "http://shop.test/back", "schemeUrl": "wallet://x"}));
        assert_eq!(
            played(json!({"redirect": {"scheme-url": "wallet://x"}}))[0]["data"],
            json!({"schemeUrl": "wallet://x"})
        );
    }
}
