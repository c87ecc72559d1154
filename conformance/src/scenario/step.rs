//! Steps: what is done, in order. They are externally tagged, so that errors keep their line and column.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_saphyr::{Location, Spanned};
use wire::antom::Operation;
use wire::edc::{CommandName, EventCode};
use wire::hex::HexBytes;
use wire::money::Money;
use wire::time::Span;

use super::front::{Callback, Press, Screen, Visit};
use super::sale::{Checkout, CheckoutBatch};
use crate::driver::OrderState;

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Sell an order.
    Checkout(Checkout),
    /// Sell several orders at once.
    CheckoutBatch(CheckoutBatch),
    /// Let the buyer try again: the same order or batch is checked out once more.
    Retry(OrderRef),
    /// Take money that was only held.
    Capture(CaptureOrder),
    /// Call an order off.
    Cancel(OrderRef),
    /// Give back what was paid for an order, or part of it.
    Refund(Refund),
    /// Wait for something to happen.
    Until(#[schemars(with = "Until")] Spanned<Until>),
    /// Kill the integration and start it again on the same state.
    Restart(Restart),
    /// Let time pass.
    Advance(Wait),
    /// Let everything run until every order has ended and nothing is going on any more.
    Settle(Settle),
    /// Take the same steps several times; `${n}` in them counts from 1.
    Repeat(#[schemars(with = "Repeat")] Spanned<Repeat>),
    /// Take several lists of steps at the same time.
    Parallel(#[schemars(with = "Vec<Vec<Self>>")] Spanned<Vec<Vec<Self>>>),
    /// Put bytes on the line to the till, as they are.
    SendRaw(SendRaw),
    /// Send bytes to where the integration listens for notifications, unsigned.
    NotifyRaw(#[schemars(with = "NotifyRaw")] Spanned<NotifyRaw>),
    /// Open a page of the front end in a browser, as the buyer of an order.
    Visit(Visit),
    /// Press something on the page that is open.
    Press(Press),
    /// Call an app back, as the SDK would, at this moment.
    Callback(Callback),
    /// Take an app's screen away, or bring it back.
    Screen(Screen),
    /// Deliver the last genuine notification once more, byte for byte, as one who overheard it would.
    ReplayNotification(ReplayNotification),
}

impl Step {
    /// This step and all that are in it.
    pub fn all(&self) -> impl Iterator<Item = &Self> {
        let mut rest = vec![self];
        std::iter::from_fn(move || {
            let step = rest.pop()?;
            match step {
                Self::Repeat(repeat) => rest.extend(repeat.value.steps.iter().rev()),
                Self::Parallel(tracks) => rest.extend(tracks.value.iter().flatten().rev()),
                _ => {}
            }
            Some(step)
        })
    }
}

impl Step {
    /// The line of its file where it stands; none for one that has no place of its own, and where it stands in no file.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        let at = match self {
            Self::Checkout(checkout) => checkout.order.referenced,
            Self::CheckoutBatch(batch) => batch.batch.referenced,
            Self::Retry(order) | Self::Cancel(order) => order.order.referenced,
            Self::Capture(capture) => capture.order.referenced,
            Self::Refund(refund) => refund.order.referenced,
            Self::Until(until) => until.referenced,
            Self::Repeat(repeat) => repeat.referenced,
            Self::Parallel(lists) => lists.referenced,
            Self::NotifyRaw(raw) => raw.referenced,
            Self::Visit(visit) => visit.order.referenced,
            Self::Restart(_)
            | Self::Advance(_)
            | Self::Settle(_)
            | Self::SendRaw(_)
            | Self::Press(_)
            | Self::Callback(_)
            | Self::Screen(_)
            | Self::ReplayNotification(_) => return None,
        };
        line(at)
    }

    /// Forgets where it stands: it came from another file than that of its scenario.
    pub(super) fn unplace(&mut self) {
        let place = match self {
            Self::Checkout(checkout) => &mut checkout.order.referenced,
            Self::CheckoutBatch(batch) => &mut batch.batch.referenced,
            Self::Retry(order) | Self::Cancel(order) => &mut order.order.referenced,
            Self::Capture(capture) => &mut capture.order.referenced,
            Self::Refund(refund) => &mut refund.order.referenced,
            Self::Until(until) => &mut until.referenced,
            Self::Repeat(repeat) => &mut repeat.referenced,
            Self::Parallel(lists) => &mut lists.referenced,
            Self::NotifyRaw(raw) => &mut raw.referenced,
            Self::Visit(visit) => &mut visit.order.referenced,
            Self::Restart(_)
            | Self::Advance(_)
            | Self::Settle(_)
            | Self::SendRaw(_)
            | Self::Press(_)
            | Self::Callback(_)
            | Self::Screen(_)
            | Self::ReplayNotification(_) => return,
        };
        *place = Location::UNKNOWN;
    }
}

/// The line of a place; none when it is nowhere.
pub(crate) fn line(at: Location) -> Option<usize> {
    usize::try_from(at.line()).ok().filter(|line| *line > 0)
}

/// An order by its name.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OrderRef {
    /// Its name.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
}

/// Take money that was only held.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CaptureOrder {
    /// The order's name.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// How much, in minor units. Default all of it.
    #[serde(default)]
    pub amount: Option<Money>,
}

/// Give back what was paid.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Refund {
    /// The order's name.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// How much, in minor units.
    pub amount: Money,
}

/// Wait until one thing has happened since the step before began.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["event"]}, {"required": ["sent"]}, {"required": ["called"]}, {"required": ["notified"]}, {"required": ["order"]}, {"required": ["told"]}, {"required": ["sees"]}]))]
pub struct Until {
    /// The terminal has sent this event.
    #[serde(default)]
    pub event: Option<EventCode>,
    /// The till has sent this command.
    #[serde(default)]
    pub sent: Option<CommandName>,
    /// The integration has called this operation of the gateway.
    #[serde(default)]
    pub called: Option<Operation>,
    /// The gateway has sent a notification of this type.
    #[serde(default)]
    pub notified: Option<NoticeType>,
    /// The integration says that these orders stand so.
    #[serde(default)]
    pub order: Option<BTreeMap<String, OrderState>>,
    /// The client SDK has told the front end this code, by whichever callback.
    #[serde(default)]
    pub told: Option<String>,
    /// The buyer sees this view of the front end.
    #[serde(default)]
    pub sees: Option<String>,
    /// How long at most. Default 1m.
    #[serde(default = "one_minute")]
    pub within: Span,
}

impl Until {
    /// What is waited for, when it is one thing.
    #[must_use]
    pub fn condition(&self) -> Option<Condition<'_>> {
        let all = [
            self.event.map(Condition::Event),
            self.sent.map(Condition::Sent),
            self.called.map(Condition::Called),
            self.notified.map(Condition::Notified),
            self.order.as_ref().map(Condition::Order),
            self.told.as_deref().map(Condition::Told),
            self.sees.as_deref().map(Condition::Sees),
        ];
        let mut named = all.into_iter().flatten();
        let first = named.next()?;
        named.next().is_none().then_some(first)
    }
}

/// What [`Until`] waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// An event of the terminal.
    Event(EventCode),
    /// A command of the till.
    Sent(CommandName),
    /// A call of the gateway.
    Called(Operation),
    /// A notification.
    Notified(NoticeType),
    /// A code that the front end is told.
    Told(&'a str),
    /// A view that the buyer sees.
    Sees(&'a str),
    /// Orders that stand so.
    Order(&'a BTreeMap<String, OrderState>),
}

/// The `notifyType` of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeType {
    /// A payment has ended.
    PaymentResult,
    /// A payment is pending.
    PaymentPending,
    /// A refund has ended.
    RefundResult,
    /// A capture has ended.
    CaptureResult,
    /// Money that came after a payment's end could not be given back.
    PaymentReversal,
}

impl NoticeType {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PaymentResult => "PAYMENT_RESULT",
            Self::PaymentPending => "PAYMENT_PENDING",
            Self::RefundResult => "REFUND_RESULT",
            Self::CaptureResult => "CAPTURE_RESULT",
            Self::PaymentReversal => "PAYMENT_REVERSAL",
        }
    }
}

/// Kill and start again.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Restart {
    /// With which key of the gateway. Default the same.
    #[serde(default)]
    pub gateway_key: GatewayKey,
}

/// With which key the gateway signs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GatewayKey {
    /// As before.
    #[default]
    Same,
    /// Another one, as version 2: `initialize` tells it, and from then on everything is signed with it.
    New,
}

/// Deliver a notification once more.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReplayNotification {}

/// Let time pass.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Wait {
    /// How much.
    pub by: Span,
}

/// Let everything run.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settle {
    /// How long at most.
    pub within: Span,
}

/// Take the same steps several times.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Repeat {
    /// How often.
    pub times: u32,
    /// Which steps.
    pub steps: Vec<Step>,
}

/// Bytes on the line.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SendRaw {
    /// To whom.
    pub to: RawTo,
    /// The bytes, such as `02 00 ff`.
    pub hex: HexBytes,
}

/// Who gets bytes from the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawTo {
    /// The till, as from the terminal.
    Till,
}

/// An HTTP POST to where notifications go, which Antom never sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NotifyRaw {
    /// The body as text.
    #[serde(default)]
    pub body: Option<String>,
    /// The body as bytes.
    #[serde(default)]
    pub hex: Option<HexBytes>,
    /// Headers, beside Content-Type: application/json; one of the same name replaces it.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

impl NotifyRaw {
    /// The body's bytes.
    #[must_use]
    pub fn bytes(&self) -> bytes::Bytes {
        match (&self.hex, &self.body) {
            (Some(hex), _) => hex.0.clone(),
            (None, body) => body.clone().unwrap_or_default().into(),
        }
    }
}

const fn one_minute() -> Span {
    Span::secs(60)
}
