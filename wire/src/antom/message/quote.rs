//! What an amount is in another currency.

use serde_json::Number;

use super::Flag;
use super::object::object;
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
        quote_price: Number,
        quote_start_time: WireTime,
        quote_expiry_time: WireTime,
    }
}
