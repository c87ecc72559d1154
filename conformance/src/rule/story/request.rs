//! One request of the merchant, and what came back.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::LazyLock;
use std::time::Duration;

use bytes::Bytes;
use sim_antom::LostHow;
use wire::antom::{
    CreatePaymentSessionRequest, FieldProblem, FieldRule, Headers, Json, JsonView, Operation, Outline, PayRequest,
    Product, Tree, check_fields,
};
use wire::money::Money;
use wire::time::{Moment, WireTime};

use crate::rule::view::at;

/// An answer that takes longer may not have been waited for: the shortest time-out of an official SDK.
const SURELY_WAITED_FOR: Duration = Duration::from_secs(5);

/// A request of the merchant.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// The operation that its path names.
    pub(crate) operation: Option<Operation>,
    /// The method as written.
    pub(crate) method: &'a str,
    /// The request target as written.
    pub(crate) target: &'a str,
    /// Whether it goes to the payment API, whatever is wrong with it, and is none of a buyer's page.
    pub(crate) is_to_api: bool,
    /// The headers as written.
    pub(crate) headers: &'a Headers,
    /// The body as sent.
    pub(crate) raw: &'a Bytes,
    /// The body, decoded; null when it is not JSON.
    pub(crate) body: Arc<Tree<'a>>,
    /// The code of the check that it failed.
    pub(crate) refused: Option<&'a str>,
    /// The reasons that did not go on the wire.
    pub(crate) notes: &'a [String],
    /// What was answered.
    pub(crate) reply: Option<Reply<'a>>,
    /// What is wrong with its fields, once somebody has asked.
    pub(super) problems: OnceCell<Vec<FieldProblem>>,
}

/// Tables of fields, and all of them at once.
type Tables = (Vec<&'static [FieldRule]>, Outline);

fn tables(tables: Vec<&'static [FieldRule]>) -> Tables {
    let outline = Outline::of(&tables);
    (tables, outline)
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    /// The entry.
    pub(crate) n: usize,
    /// When.
    pub(crate) at: Moment,
    /// The body, decoded; null when it is not JSON.
    pub(crate) body: Arc<Tree<'a>>,
    /// Whether it never arrived.
    pub(crate) lost: Option<LostHow>,
    /// Why a merchant must not believe it; none when it is sound.
    pub(crate) spoilt: Option<&'a str>,
    /// How its bytes came.
    pub(crate) pace: Pace,
}

/// How long an answer that trickles may take (docs/choices.md).
pub(super) const TRICKLE: Duration = Duration::from_secs(10);

/// How the bytes of an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// At once.
    Whole,
    /// One after the other.
    Trickling,
    /// The merchant was killed while they came, or before it can have taken them in.
    BrokenOff,
}

impl Request<'_> {
    /// A text in the body. A number counts as its digits, as at the gateway.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        at(&*self.body, pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// A header, its name in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.value(name)
    }

    /// The merchant's own id for the payment.
    pub(crate) fn id(&self) -> Option<&str> {
        self.text(if self.is(Operation::BatchPay) { "/batchPaymentRequestId" } else { "/paymentRequestId" })
    }

    /// Whether it asks for this.
    pub(crate) fn is(&self, operation: Operation) -> bool {
        self.operation == Some(operation)
    }

    /// Whether it makes a payment, and got past the door.
    pub(crate) fn is_creating(&self) -> bool {
        self.operation.is_some_and(creates) && self.is_authentic()
    }

    /// Whether the gateway knew who asked.
    pub(crate) fn is_authentic(&self) -> bool {
        !matches!(self.refused, Some("INVALID_SIGNATURE" | "KEY_NOT_FOUND" | "CLIENT_INVALID"))
    }

    /// What it is to be paid with.
    pub(crate) fn product(&self) -> Option<Product> {
        self.is(Operation::Pay).then(|| Product::of(&*self.body))?
    }

    /// What is wrong with the fields of a request that opens a payment for one order, by the tables of its product.
    pub(crate) fn problems(&self) -> &[FieldProblem] {
        self.problems.get_or_init(|| {
            let (tables, outline) = self.tables();
            // Most fit, and that is soon seen.
            if outline.fits(&*self.body) {
                return Vec::new();
            }
            tables.iter().flat_map(|table| check_fields(&*self.body, table)).collect()
        })
    }

    /// The tables of its fields.
    fn tables(&self) -> &'static Tables {
        static PAY: LazyLock<[Tables; Product::ALL.len()]> =
            LazyLock::new(|| Product::ALL.map(|product| tables(vec![PayRequest::FIELDS, product.fields()])));
        static SESSION: LazyLock<Tables> = LazyLock::new(|| tables(vec![CreatePaymentSessionRequest::FIELDS]));
        let product = Product::of(&*self.body).unwrap_or(Product::EntryCode);
        let place = Product::ALL.iter().position(|known| *known == product);
        place.and_then(|place| PAY.get(place)).filter(|_| self.is(Operation::Pay)).unwrap_or(&SESSION)
    }

    /// What is to be paid.
    pub(crate) fn amount(&self) -> Option<Money> {
        money(&self.body["paymentAmount"])
    }

    /// The answer, when it may have been heard: it arrived, and was sound.
    pub(crate) fn told(&self) -> Option<&Reply<'_>> {
        self.reply.as_ref().filter(|reply| reply.lost.is_none() && reply.spoilt.is_none())
    }

    /// The answer, when it surely was heard: it also came soon, and to its end.
    pub(crate) fn heard(&self) -> Option<&Reply<'_>> {
        let is_heard =
            |reply: &&Reply<'_>| reply.at.since(self.at) <= SURELY_WAITED_FOR && reply.pace != Pace::BrokenOff;
        self.told().filter(is_heard)
    }

    /// When the merchant's own clock stood, by its word: what its own times are compared with. An integration without a
    /// clock of its own lags behind a world whose waits are skipped.
    pub(crate) fn own_time(&self) -> Moment {
        self.header("request-time").and_then(moment).unwrap_or(self.at)
    }
}

impl Reply<'_> {
    /// Whether its last byte had come before a moment.
    pub(crate) fn has_come_before(&self, moment: Moment) -> bool {
        let may_take = if self.pace == Pace::Trickling { TRICKLE } else { Duration::ZERO };
        self.at + may_take < moment
    }

    /// Whether it trickles, and its last byte may come when a moment is over.
    pub(crate) fn may_come_after(&self, moment: Moment) -> bool {
        self.pace == Pace::Trickling && !self.has_come_before(moment)
    }

    /// S, F or U.
    pub(crate) fn status(&self) -> &str {
        self.body["result"]["resultStatus"].as_str().unwrap_or_default()
    }

    /// The result code.
    pub(crate) fn code(&self) -> &str {
        self.body["result"]["resultCode"].as_str().unwrap_or_default()
    }

    /// A text in the body.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        at(&*self.body, pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// Where the buyer may be sent to.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &str> {
        ["/redirectActionForm/redirectUrl", "/normalUrl", "/schemeUrl", "/applinkUrl", "/url"]
            .into_iter()
            .filter_map(|pointer| self.text(pointer))
    }
}

/// Whether an operation makes a payment.
pub(super) const fn creates(operation: Operation) -> bool {
    matches!(operation, Operation::Pay | Operation::BatchPay | Operation::CreatePaymentSession)
}

/// A time as headers write it: milliseconds since 1970, or ISO-8601 with an offset.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    if text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Moment::from_millis);
    }
    WireTime::parse(text).ok().map(|time| time.moment())
}

/// An amount object as money. Read as [`Money`] reads itself, of which a trace has so many that two texts each would be felt.
pub(crate) fn money(value: &impl Json) -> Option<Money> {
    let currency = value.field("currency")?.text()?;
    match value.field("value")?.view() {
        JsonView::Text(digits) => Money::parse(currency, digits).ok(),
        JsonView::Number(number) => Money::parse(currency, &number.as_u64()?.to_string()).ok(),
        _ => None,
    }
}
