//! What the wallet gave to the buyer.

use super::object::object;
use crate::money::Money;

object! {
    /// An element of `promotionResult`.
    PromotionResult {
        /// `DISCOUNT` or `INTEREST_FREE`.
        promotion_type: String,
        discount: Discount,
    }
}

object! {
    /// `discount`.
    Discount {
        discount_tag: String,
        discount_name: String,
        savings_amount: Money,
        estimate_savings_amount: Money,
    }
}
