//! What the gateway shall do: the one language, spoken in a scenario's `given: antom` and in `sim-antom --script FILE`.
//!
//! Lists are sequences: each new payment takes the next entry of `buyer`; each call takes the first of `answers` that
//! fits its operation and is not used up. When nothing is scripted, calls succeed and buyers pay after three seconds.

mod settings;

use serde::{Deserialize, Serialize};
use wire::antom::Operation;
use wire::time::Span;

pub use settings::{RateLimit, Settings, UrlKind};

/// A script. Everything has a default, so an empty one is a gateway where everybody pays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Script {
    /// Codes that calls are answered with instead of being carried out.
    pub answers: Vec<Answer>,
    /// What the buyer of each new payment does.
    pub buyer: Vec<Buyer>,
    /// How each new refund ends; then every one at once, or after 3 s when its request says that it may take time.
    pub refunds: Vec<RefundEnd>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// How this gateway is set up.
    pub settings: Settings,
}

/// A scripted answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Answer {
    /// The operation that is answered.
    pub on: Operation,
    /// The code, with its documented status and message. SUCCESS stands for a call that is carried out.
    pub code: Code,
    /// How many calls. Default 1.
    #[serde(default = "once")]
    pub times: u32,
}

/// A result code that is documented for some operation of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub &'static wire::antom::CodeLine);

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.code)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        wire::antom::find_anywhere(&text).map(Code).ok_or_else(|| {
            serde::de::Error::custom(format!("unknown result code `{}`", text.chars().take(64).collect::<String>()))
        })
    }
}

/// What a buyer does after he was sent to his wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Buyer {
    /// Pays.
    Pays {
        /// How long after the payment was created. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Declines, or his wallet does.
    Declines {
        /// The paymentResultCode. Default USER_BALANCE_NOT_ENOUGH.
        #[serde(default = "no_balance")]
        code: Code,
        /// How long after the payment was created. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Leaves, and the payment expires.
    Leaves,
    /// Leaves; and after the payment expired or was cancelled, his wallet says that it paid.
    PaysLate {
        /// How long after the end. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// Pays by bank: the payment is pending for a while, then it ends.
    Pends {
        /// How long after the payment was created it becomes pending. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
        /// How long it is pending. Default 24h.
        #[serde(rename = "for", default = "one_day")]
        lasting: Span,
        /// How it ends. Default SUCCESS.
        #[serde(default = "success")]
        code: Code,
    },
}

/// How an accepted refund ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum RefundEnd {
    /// It is answered REFUND_IN_PROCESS, and given back later.
    Succeeds {
        /// How long after the request. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
    /// It is answered REFUND_IN_PROCESS, and fails later.
    Fails {
        /// Why. Default MERCHANT_BALANCE_NOT_ENOUGH.
        #[serde(default = "no_merchant_balance")]
        code: Code,
        /// How long after the request. Default 3s.
        #[serde(default = "three_seconds")]
        after: Span,
    },
}

/// What goes wrong. Each fault applies so many times and is then used up, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// The call is carried out, and its answer never arrives.
    LoseAnswer {
        /// The operation.
        on: Operation,
        /// How many answers. Default 1.
        #[serde(default = "once")]
        times: u32,
        /// Whether the connection closes or just stays silent. Default close.
        #[serde(default)]
        how: crate::event::LostHow,
    },
    /// Notifications are delivered again although they were acknowledged: every genuine one, each so many times.
    RepeatNotification {
        /// How many deliveries in all.
        times: u32,
        /// How long after the one before. Default 1s.
        #[serde(default = "one_second")]
        every: Span,
    },
    /// A notification of success that Antom never sent, for a payment that is not paid.
    ForgeNotification {
        /// What is wrong with it. Default foreign-key.
        #[serde(default)]
        signature: Forgery,
        /// How long after the payment was created. Default 1s.
        #[serde(default = "one_second")]
        after: Span,
    },
    /// A notification is never sent, none of its repeats.
    LoseNotification {
        /// How many notifications. Default 1.
        #[serde(default = "once")]
        times: u32,
    },
}

/// What is wrong with a forged notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forgery {
    /// Signed with a key that is not Antom's.
    #[default]
    ForeignKey,
    /// No signature at all.
    Absent,
    /// Rightly signed, then the body was changed.
    TamperedBody,
}

const fn once() -> u32 {
    1
}
const fn one_second() -> Span {
    Span::secs(1)
}
const fn three_seconds() -> Span {
    Span::secs(3)
}
const fn one_day() -> Span {
    Span::secs(24 * 3600)
}
fn success() -> Code {
    Code(wire::antom::find_anywhere("SUCCESS").unwrap_or(&wire::antom::PAY[0]))
}
fn no_merchant_balance() -> Code {
    Code(wire::antom::find_anywhere("MERCHANT_BALANCE_NOT_ENOUGH").unwrap_or(&wire::antom::REFUND[0]))
}
fn no_balance() -> Code {
    Code(wire::antom::find_anywhere("USER_BALANCE_NOT_ENOUGH").unwrap_or(&wire::antom::PAYMENT_RESULT_CODE[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(yaml: &str) -> Result<Script, String> {
        serde_saphyr::from_str(yaml).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_has_its_documented_default() {
        assert_eq!(read("{}").unwrap(), Script::default());
        let script = read(
            "answers: [{on: pay, code: SYSTEM_ERROR}]\n\
             buyer: [{pays: {}}, {declines: {}}, leaves]\n\
             faults: [{lose-answer: {on: pay}}, {repeat-notification: {times: 2}}, {forge-notification: {}}, \
               {lose-notification: {}}]\n\
             settings: {}\n",
        );
        let wanted = Script {
            answers: vec![Answer {
                on: Operation::Pay,
                code: Code(wire::antom::find_anywhere("SYSTEM_ERROR").unwrap()),
                times: 1,
            }],
            buyer: vec![
                Buyer::Pays { after: Span::secs(3) },
                Buyer::Declines { code: no_balance(), after: Span::secs(3) },
                Buyer::Leaves,
            ],
            faults: vec![
                Fault::LoseAnswer { on: Operation::Pay, times: 1, how: crate::event::LostHow::Close },
                Fault::RepeatNotification { times: 2, every: Span::secs(1) },
                Fault::ForgeNotification { signature: Forgery::ForeignKey, after: Span::secs(1) },
                Fault::LoseNotification { times: 1 },
            ],
            ..Script::default()
        };
        assert_eq!(script.unwrap(), wanted);
        assert_eq!(no_balance().0.code, "USER_BALANCE_NOT_ENOUGH");
    }

    #[test]
    fn a_script_reads_back_as_it_was_written() {
        let script = read(
            "answers: [{on: inquiryPayment, code: UNKNOWN_EXCEPTION, times: 3}]\n\
             buyer: [{pays: {after: 200ms}}, {declines: {code: RISK_REJECT, after: 1m 30s}}, leaves, {pays-late: {}}, {pends: {for: 72h}}]\n\
             faults: [{lose-answer: {on: pay, times: 2, how: silence}}, {repeat-notification: {times: 8, every: 2m}}, \
               {forge-notification: {signature: tampered-body, after: 0s}}, {lose-notification: {times: 2}}]\n\
             refunds: [{succeeds: {}}, {fails: {after: 1m}}]\n\
             settings: {notify-failure: true, expiry: 3m, urls: [normal, scheme], wallet-currency: CNY, \
               rates: {JPY: 7000}, limits: {JPY: 100000}, rate-limit: {calls: 3}}\n",
        )
        .unwrap();
        let text = serde_json::to_string(&script).unwrap();
        assert_eq!(serde_json::from_str::<Script>(&text).unwrap(), script);
    }

    #[test]
    fn what_is_not_known_is_named() {
        for (yaml, name) in [
            ("answer: []", "answer"),
            ("answers: [{on: pay, code: NO_SUCH_CODE}]", "NO_SUCH_CODE"),
            ("answers: [{on: paid, code: SUCCESS}]", "paid"),
            ("answers: [{code: SUCCESS}]", "on"),
            ("buyer: [{pays: {at: 3s}}]", "at"),
            ("buyer: [{pays: {after: 3}}]", "3"),
            ("faults: [{lose-answer: {on: pay, how: quietly}}]", "quietly"),
            ("faults: [{forge-notification: {signature: none}}]", "none"),
            ("faults: [{repeat-notification: {}}]", "times"),
            ("settings: {notifyFailure: true}", "notifyFailure"),
        ] {
            let error = read(yaml).unwrap_err();
            assert!(error.contains(name) && error.contains("line 1 column"), "{yaml}: {error}");
        }
    }
}
