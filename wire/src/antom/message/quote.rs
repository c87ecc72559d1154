//! What an amount is in another currency.

use super::object::object;
use super::{Decimal, Flag};
use crate::antom::field::{FieldKind, FieldRule, optional, required};
use crate::time::WireTime;

object! {
    /// `paymentQuote` and `settlementQuote`.
    Quote {
        [
            /// Always there: one official SDK fails without it.
            guaranteed: Flag,
        ]
        quote_id: String,
        /// Two currencies with a slash between them.
        quote_currency_pair: String,
        /// A JSON number.
        quote_price: Decimal,
        quote_start_time: WireTime,
        quote_expiry_time: WireTime,
    }
}

impl Quote {
    /// The price may be written as a text too.
    pub(super) const FIELDS: &'static [FieldRule] = &[
        required("guaranteed", FieldKind::Flag),
        optional("quoteId", FieldKind::Text(64)),
        optional("quoteCurrencyPair", FieldKind::Text(16)),
        optional("quotePrice", FieldKind::Decimal),
        optional("quoteStartTime", FieldKind::DateTime),
        optional("quoteExpiryTime", FieldKind::DateTime),
    ];
}
