//! What the gateway shall do: the one language, spoken in a scenario's `given: antom`, in `sim-antom --script FILE` and in
//! the control API.
//!
//! ```text
//! text → Script: lists of Rule (what happens, and an Aim: when) → Matcher (which conditions a body fits; one look-up)
//!                                                               → Rules (whose turn it is among those that fit)
//! ```
//! Each list is a sequence: a call, a payment, a notification takes the first rule that fits and is not used up. When
//! nothing is scripted, calls succeed and buyers pay after three seconds.

mod aim;
mod answer;
mod defect;
mod effect;
mod fault;
mod field;
mod play;
mod rule;
mod schema;
mod settings;
mod topic;

use serde::{Deserialize, Serialize};

pub use aim::{Aim, Chance, Point, Times};
pub use answer::{Answer, Code};
pub use defect::{Forgery, Hangup, Oddity, Place, Spelling, Status};
pub use effect::{Buyer, CaptureEnd, RefundEnd};
pub use fault::{Changes, Fault};
pub(crate) use field::text_of;
pub use field::{FieldPath, Fields, Pattern};
pub use play::{Cue, DataGiven, Effect, Emitted, Ending, Opening, PlaceName, Play, PlayStep, Query, Target};
pub use rule::Rule;
pub(crate) use rule::What;
pub use settings::{RateLimit, Settings, UrlKind};
pub use topic::NoticeKind;
pub(crate) use topic::Topic;

/// A script. Everything has a default, so an empty one is a gateway where everybody pays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Script {
    /// Codes that calls are answered with instead of being carried out.
    pub answers: Vec<Rule<Answer>>,
    /// What the buyer of each new payment does.
    pub buyer: Vec<Rule<Buyer>>,
    /// What the client SDK's own page does in each new session; then what a person does there.
    pub client: Vec<Rule<Play>>,
    /// How each new refund ends; then every one at once, or after 3 s when its request says that it may take time.
    pub refunds: Vec<Rule<RefundEnd>>,
    /// How each new capture ends; then every one at once.
    pub captures: Vec<Rule<CaptureEnd>>,
    /// What goes wrong.
    pub faults: Vec<Rule<Fault>>,
    /// How this gateway is set up.
    pub settings: Settings,
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use wire::antom::Operation;
    use wire::time::Span;

    use super::*;

    fn read(yaml: &str) -> Result<Script, String> {
        serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
    }

    fn code(name: &str) -> Code {
        Code(wire::antom::find_anywhere(name).unwrap())
    }

    #[test]
    fn everything_has_its_documented_default() {
        assert_eq!(read("{}").unwrap(), Script::default());
        let script = read(
            "answers: [{on: pay, code: SYSTEM_ERROR}]\n\
             buyer: [pays, {pays: {}}, {declines: {}}, leaves, {leaves: {}}]\n\
             refunds: [fails]\n\
             faults: [{lose-answer: {on: pay}}, repeat-notification, forge-notification: {}, lose-notification]\n\
             settings: {}\n",
        );
        let wanted = Script {
            answers: vec![Answer { on: Operation::Pay, code: code("SYSTEM_ERROR") }.into()],
            buyer: vec![
                Buyer::Pays { after: Span::secs(3) }.into(),
                Buyer::Pays { after: Span::secs(3) }.into(),
                Buyer::Declines { code: code("USER_BALANCE_NOT_ENOUGH"), after: Span::secs(3) }.into(),
                Buyer::Leaves.into(),
                Buyer::Leaves.into(),
            ],
            refunds: vec![RefundEnd::Fails { code: code("MERCHANT_BALANCE_NOT_ENOUGH"), after: Span::secs(3) }.into()],
            faults: vec![
                Fault::LoseAnswer { on: Some(Operation::Pay), how: Hangup::Close, carried_out: true }.into(),
                Fault::RepeatNotification { on: None, deliveries: 2, every: Span::secs(1) }.into(),
                Fault::ForgeNotification {
                    on: None,
                    signature: Forgery::ForeignKey,
                    set: Changes::new(),
                    after: Span::secs(1),
                }
                .into(),
                Fault::LoseNotification { on: None }.into(),
            ],
            ..Script::default()
        };
        assert_eq!(script.unwrap(), wanted);
    }

    #[test]
    fn a_rule_says_when_beside_what() {
        let script = read(
            "answers:\n  - {where: {order.orderDescription: tea*, paymentAmount.value: 100}, on: pay, nth: 2, \
             times: always, code: RISK_REJECT}\n\
             buyer:\n  - leaves: {from: 10m, until: \"2026-01-05T18:00:00+08:00\"}\n\
             faults:\n  - delay-answer: {for: 2s, chance: 30, seed: 7, times: 3}\n",
        )
        .unwrap();
        let two = NonZeroU32::new(2).unwrap();
        let aim = &script.answers[0].aim;
        assert_eq!((aim.nth, aim.times, aim.fields.len()), (two, Times::Always, 2));
        let aim = &script.buyer[0].aim;
        assert_eq!(aim.from, Some(Point::After(Span::secs(600))));
        assert!(matches!(aim.until, Some(Point::At(_))));
        let aim = &script.faults[0].aim;
        assert_eq!((aim.chance, aim.seed, aim.times), (Chance(30), 7, Times::Limited(NonZeroU32::new(3).unwrap())));
    }

    #[test]
    fn the_same_in_json() {
        let text = r#"{"answers": [{"on": "pay", "where": {"paymentAmount.value": 7}, "code": "RISK_REJECT"}],
            "buyer": ["leaves", {"pays": {"after": "1s", "times": 2}}],
            "faults": [{"alter-answer": {"set": {"paymentId": null, "paymentAmount.value": "1"}}}]}"#;
        assert_eq!(serde_json::from_str::<Script>(text).unwrap(), read(text).unwrap());
    }

    #[test]
    fn what_is_written_is_read_again() {
        let script = read(
            "answers: [{where: {order.orderDescription: tea*, paymentAmount.value: 100}, on: pay, nth: 2, times: always, \
             code: RISK_REJECT}]\n\
             buyer: [leaves, {leaves: {from: 10m, until: \"2026-01-05T18:00:00+08:00\"}}, {pays: {after: 1s, times: 2}}]\n\
             refunds: [fails]\ncaptures: [{succeeds: {after: 0s, chance: 3}}]\n\
             faults: [{delay-answer: {for: 2s, chance: 30, seed: 7}}, {alter-answer: {set: {paymentId: null}}}, \
             {html-answer: {status: 503}}, {forge-notification: {signature: absent, nth: 3}}]\n\
             settings: {urls: [normal], rate-limit: {calls: 3}}\n",
        )
        .unwrap();
        let written = serde_json::to_string(&script).unwrap();
        assert_eq!(serde_json::from_str::<Script>(&written).unwrap(), script, "{written}");
    }

    #[test]
    fn what_is_not_known_is_named_with_its_place_and_what_was_meant() {
        for (yaml, place, told) in [
            ("answer: []", "line 1 column 1", "answer"),
            ("answers: [{on: pay, code: RISK_REJCET}]", "line 1 column 27", "did you mean `RISK_REJECT`?"),
            ("answers: [{on: paid, code: SUCCESS}]", "line 1 column 16", "paid"),
            ("answers: [{code: SUCCESS}]", "line 1 column", "on"),
            ("answers: [{on: pay, code: SUCCESS, time: 2}]", "line 1 column 36", "did you mean `times`?"),
            ("answers: [{on: pay, code: SUCCESS, times: 0}]", "line 1 column 43", "`always`"),
            ("answers: [{on: pay, code: SUCCESS, nth: 0}]", "line 1 column 41", "a number from 1"),
            ("answers: [{on: pay, code: SUCCESS, chance: 101}]", "line 1 column 44", "from 1 to 100"),
            (
                "answers:\n- {on: pay, code: SUCCESS, where: {order.orderDescripton: a}}",
                "line 2 column 36",
                "did you mean `order.orderDescription`?",
            ),
            (
                "answers:\n- {on: cancel, code: SUCCESS, where: {order.orderDescription: a}}",
                "line 2 column",
                "cancel has no field",
            ),
            ("answers: [{on: pay, code: SUCCESS, where: {locale: /(/}}]", "line 1 column 52", "no regular expression"),
            ("answers: [{on: pay, code: SUCCESS, from: soon}]", "line 1 column 42", "soon"),
            ("buyer: [{pays: {at: 3s}}]", "line 1 column 17", "unknown field `at`"),
            ("buyer: [{pays: {after: 3}}]", "line 1 column 24", "3"),
            ("buyer: [{pays: {}, leaves: {}}]", "line 1 column", "`leaves` is a second one"),
            ("buyer: [payz]", "line 1 column 9", "payz"),
            ("buyer: [{payz: {}}]", "line 1 column 10", "payz"),
            ("buyer: [{declines: {code: SUCCESS}}]", "line 1 column", "would be a success"),
            ("buyer: [{pends: {code: PAYMENT_IN_PROCESS}}]", "line 1 column", "is no end"),
            ("refunds: [{fails: {code: UNKNOWN_EXCEPTION}}]", "line 1 column", "is no failure"),
            ("refunds: [{fails: {code: SUCCESS}}]", "line 1 column", "is no failure"),
            ("captures: [{fails: {code: CAPTURE_IN_PROCESS}}]", "line 1 column", "is no failure"),
            ("faults: [{lose-answer: {on: pay, how: quietly}}]", "line 1 column 39", "quietly"),
            ("faults: [{lose-answer: {on: notifyPayment}}]", "line 1 column 29", "notifyPayment"),
            ("faults: [{forge-notification: {signature: none}}]", "line 1 column 43", "none"),
            ("faults: [{forge-answer: {signature: valid}}]", "line 1 column", "spoils nothing"),
            ("faults: [{forge-notification: {on: cancel}}]", "line 1 column", "makes no payment"),
            ("faults: [{repeat-notification: {deliveries: 1}}]", "line 1 column", "from 2 to 100"),
            ("faults: [{html-answer: {status: 200}}]", "line 1 column 33", "from 300 to 599"),
            ("faults: [{odd-headers: {}}]", "line 1 column", "how"),
            ("faults: [{alter-answer: {set: {a..b: 1}}}]", "line 1 column 32", "empty name"),
            ("settings: {notifyFailure: true}", "line 1 column 12", "notifyFailure"),
        ] {
            let error = read(yaml).unwrap_err();
            assert!(error.contains(told) && error.contains(place), "{yaml}\n{error}");
        }
    }

    #[test]
    fn every_word_of_a_fault_is_one_of_answers_or_of_notifications() {
        assert_eq!(Fault::WORDS.len(), 20);
        assert!(Fault::WORDS.iter().all(|word| word.ends_with("-answer")
            || word.ends_with("-notification")
            || ["extra-fields", "repeat-key", "odd-headers"].contains(word)));
    }
}
