//! What goes wrong: with answers, and with notifications. docs/gateway-faults.md shows each word and what arrives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::antom::Operation;
use wire::time::Span;

use super::defect::{Forgery, Hangup, Oddity, Place, Spelling, Status};
use super::field::FieldPath;
use super::rule::What;
use super::topic::{NoticeKind, Topic};

/// New values of fields; null is a value too, and a field that is not there is added.
pub type Changes = BTreeMap<FieldPath, Value>;

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $variant:ident $word:literal $($body:tt)?)+) => {
        /// What goes wrong. Each fault takes the first call or notification that it fits, unless its aim says otherwise.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all_fields = "kebab-case", deny_unknown_fields)]
        pub enum Fault {
            $($(#[doc = $doc])+ #[serde(rename = $word)] $variant $($body)?,)+
        }

        impl Fault {
            /// Every word.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word of the script.
            #[must_use]
            pub const fn word(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $word,)+ }
            }
        }
    };
}

faults! {
    /// An answer never comes.
    LoseAnswer "lose-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// What happens to the connection instead. Default close.
        #[serde(default)]
        how: Hangup,
        /// Whether the call is carried out all the same. Default true.
        #[serde(default = "yes")]
        carried_out: bool,
    }
    /// An answer comes later than it should; the call is carried out at once.
    DelayAnswer "delay-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// How much later. Default 5s.
        #[serde(rename = "for", default = "five_seconds")]
        lasting: Span,
    }
    /// An answer breaks off in its body, and the connection closes.
    CutAnswer "cut-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// How many bytes of the body come. Default half of it.
        #[serde(default)]
        bytes: Option<u32>,
    }
    /// An answer comes in small pieces.
    TrickleAnswer "trickle-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// How many bytes a piece has. Default 16.
        #[serde(default = "sixteen")]
        bytes: std::num::NonZeroU32,
        /// How long after the one before. Default 200ms.
        #[serde(default = "a_fifth")]
        every: Span,
    }
    /// A page of HTML with another status comes instead of an answer, as from a proxy.
    HtmlAnswer "html-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// The HTTP status. Default 502.
        #[serde(default)]
        status: Status,
        /// Whether the call is carried out all the same. Default true.
        #[serde(default = "yes")]
        carried_out: bool,
    }
    /// The signature of an answer is wrong.
    ForgeAnswer "forge-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// In which way. Default foreign-key.
        #[serde(default)]
        signature: Forgery,
    }
    /// An answer says something else than what happened, rightly signed.
    AlterAnswer "alter-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// Fields and their new values.
        set: Changes,
    }
    /// An answer has fields that no documentation knows, and a long one.
    ExtraFields "extra-fields" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
    }
    /// An answer has a key of its outermost object twice: once with this value, once with the right one.
    RepeatKey "repeat-key" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// The key. Default result.
        #[serde(default = "result")]
        key: String,
        /// The value that is not so. Default null.
        #[serde(default)]
        value: Value,
        /// Which of the two the wrong one is. Default first.
        #[serde(default)]
        place: Place,
    }
    /// An answer is the same JSON in other bytes, rightly signed.
    RespellAnswer "respell-answer" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// Which. Default blanks.
        #[serde(rename = "as", default)]
        spelling: Spelling,
    }
    /// The headers of an answer are unusual.
    OddHeaders "odd-headers" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// In which way.
        how: Oddity,
    }
    /// An answer is held back until the payment that it is about was notified and the merchant has answered that.
    EarlyNotification "early-notification" {
        /// The operation. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// How long at most. Default 10s.
        #[serde(rename = "for", default = "ten_seconds")]
        lasting: Span,
    }
    /// A notification is never sent, none of its repeats.
    LoseNotification "lose-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
    }
    /// A notification is sent later than it should.
    DelayNotification "delay-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// How much later. Default 1m.
        #[serde(rename = "for", default = "one_minute")]
        lasting: Span,
    }
    /// A notification is delivered again although it was acknowledged.
    RepeatNotification "repeat-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// How many deliveries in all. Default 2.
        #[serde(default = "two")]
        deliveries: u32,
        /// How long after the one before was answered. Default 1s.
        #[serde(default = "one_second")]
        every: Span,
    }
    /// A notification is sent several times at once.
    ConcurrentNotification "concurrent-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// How many deliveries. Default 2.
        #[serde(default = "two")]
        deliveries: u32,
    }
    /// A notification waits until the next one to the same merchant was sent, and comes a second after it.
    ReorderNotification "reorder-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// How long at most. Default 1m.
        #[serde(rename = "for", default = "one_minute")]
        lasting: Span,
    }
    /// A delivery says something else than what happened, rightly signed. The next one is right again.
    AlterNotification "alter-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// Fields and their new values.
        set: Changes,
    }
    /// The signature of a delivery is wrong. The next one is right again.
    SpoilNotification "spoil-notification" {
        /// Which. Default any.
        #[serde(default)]
        on: Option<NoticeKind>,
        /// In which way. Default foreign-key.
        #[serde(default)]
        signature: Forgery,
    }
    /// A notification of success that Antom never sent, for a payment that is new.
    ForgeNotification "forge-notification" {
        /// The operation that makes the payment. Default any.
        #[serde(default)]
        on: Option<Operation>,
        /// What is wrong with it. Default foreign-key.
        #[serde(default)]
        signature: Forgery,
        /// Fields and their new values. Default none.
        #[serde(default)]
        set: Changes,
        /// How long after the payment was created. Default 1s.
        #[serde(default = "one_second")]
        after: Span,
    }
}

impl Fault {
    /// Whether it is one of answers; otherwise it is one of notifications.
    pub(crate) const fn is_of_answers(&self) -> bool {
        matches!(
            self,
            Self::LoseAnswer { .. }
                | Self::DelayAnswer { .. }
                | Self::CutAnswer { .. }
                | Self::TrickleAnswer { .. }
                | Self::HtmlAnswer { .. }
                | Self::ForgeAnswer { .. }
                | Self::AlterAnswer { .. }
                | Self::ExtraFields { .. }
                | Self::RepeatKey { .. }
                | Self::RespellAnswer { .. }
                | Self::OddHeaders { .. }
                | Self::EarlyNotification { .. }
        )
    }
}

impl What for Fault {
    fn topics(&self) -> Vec<Topic> {
        match self {
            Self::LoseAnswer { on, .. }
            | Self::DelayAnswer { on, .. }
            | Self::CutAnswer { on, .. }
            | Self::TrickleAnswer { on, .. }
            | Self::HtmlAnswer { on, .. }
            | Self::ForgeAnswer { on, .. }
            | Self::AlterAnswer { on, .. }
            | Self::ExtraFields { on }
            | Self::RepeatKey { on, .. }
            | Self::RespellAnswer { on, .. }
            | Self::OddHeaders { on, .. }
            | Self::EarlyNotification { on, .. } => Topic::calls(*on),
            Self::LoseNotification { on }
            | Self::DelayNotification { on, .. }
            | Self::RepeatNotification { on, .. }
            | Self::ConcurrentNotification { on, .. }
            | Self::ReorderNotification { on, .. }
            | Self::AlterNotification { on, .. }
            | Self::SpoilNotification { on, .. } => Topic::notices(*on),
            Self::ForgeNotification { on: Some(operation), .. } => vec![Topic::Call(*operation)],
            Self::ForgeNotification { on: None, .. } => Topic::PAYING.into(),
        }
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::ForgeAnswer { signature: Forgery::Valid, .. }
            | Self::SpoilNotification { signature: Forgery::Valid, .. } => {
                Err("a `valid` signature spoils nothing; write foreign-key, absent, tampered-body …".to_owned())
            }
            Self::ForgeNotification { on: Some(operation), .. }
                if !Topic::BUYING.contains(&Topic::Call(*operation)) =>
            {
                let words = "pay, batchPay, createPaymentSession or createVaultingSession";
                Err(format!("{operation} makes no payment; write {words}"))
            }
            Self::RepeatNotification { deliveries, .. } | Self::ConcurrentNotification { deliveries, .. }
                if !(2..=MOST_DELIVERIES).contains(deliveries) =>
            {
                Err(format!("{deliveries} deliveries; write a number from 2 to {MOST_DELIVERIES}"))
            }
            _ => Ok(()),
        }
    }
}

/// So many deliveries of one notification are enough for any test.
const MOST_DELIVERIES: u32 = 100;

const fn yes() -> bool {
    true
}
const fn two() -> u32 {
    2
}
const fn sixteen() -> std::num::NonZeroU32 {
    std::num::NonZeroU32::MIN.saturating_add(15)
}
const fn a_fifth() -> Span {
    Span(std::time::Duration::from_millis(200))
}
const fn one_second() -> Span {
    Span::secs(1)
}
const fn five_seconds() -> Span {
    Span::secs(5)
}
const fn ten_seconds() -> Span {
    Span::secs(10)
}
const fn one_minute() -> Span {
    Span::secs(60)
}
fn result() -> String {
    "result".to_owned()
}
