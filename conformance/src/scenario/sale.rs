//! Selling: how an order is paid, what is in it, several orders at once.

use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;
use wire::money::{Currency, Money};

use super::model::Role;

/// How an order is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// At the card terminal.
    Terminal,
    /// The buyer scanned the shop's code.
    EntryCode,
    /// The buyer scans a code that the shop shows for this order.
    OrderCode,
    /// The shop scans a code that the buyer shows.
    PaymentCode,
    /// On a page of the gateway, or by card.
    Cashier,
    /// In a session of the client SDK.
    Session,
    /// Together with other orders; these are checked out by a step of their own.
    Batch,
}

impl By {
    /// The word in scenarios and in the driver protocol.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::EntryCode => "entry-code",
            Self::OrderCode => "order-code",
            Self::PaymentCode => "payment-code",
            Self::Cashier => "cashier",
            Self::Session => "session",
            Self::Batch => "batch",
        }
    }

    /// Which side an integration must play to sell in this way.
    #[must_use]
    pub const fn role(self) -> Role {
        match self {
            Self::Terminal => Role::Edc,
            Self::EntryCode | Self::OrderCode | Self::PaymentCode | Self::Cashier | Self::Session | Self::Batch => {
                Role::Antom
            }
        }
    }

    /// The capability that an integration must offer beside the role. The first two ways need none.
    #[must_use]
    pub const fn capability(self) -> Option<&'static str> {
        match self {
            Self::Terminal | Self::EntryCode => None,
            Self::OrderCode | Self::PaymentCode | Self::Cashier | Self::Session | Self::Batch => Some(self.as_str()),
        }
    }

    /// Whether it is paid through the gateway.
    #[must_use]
    pub const fn is_at_gateway(self) -> bool {
        matches!(self.role(), Role::Antom)
    }
}

/// Sell an order.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Checkout {
    /// Its name in this scenario.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// How it is paid.
    pub by: By,
    /// How much, in minor units.
    #[schemars(with = "Money")]
    pub amount: Spanned<Money>,
    /// What is sold.
    #[serde(default = "goods")]
    pub description: String,
    /// The code that the buyer shows.
    #[serde(default)]
    pub payment_code: Option<String>,
    /// The paymentMethodType, where the buyer has a choice.
    #[serde(default)]
    pub method: Option<String>,
    /// Whether the money is only held until it is captured.
    #[serde(default)]
    pub capture: Capture,
    /// What is in the basket: then the integration is told this, and computes the amount itself.
    #[serde(default)]
    pub cart: Vec<CartLine>,
}

/// When money that was authorised is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capture {
    /// By itself.
    #[default]
    Automatic,
    /// When it is asked for.
    Manual,
}

/// A line of a basket.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CartLine {
    /// The price of one, in major units with a point: `19.99`.
    pub price: String,
    /// How many. Default 1.
    #[serde(default = "one")]
    pub quantity: u64,
}

/// Sell several orders at once, each of another merchant.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CheckoutBatch {
    /// Its name in this scenario.
    #[schemars(with = "String")]
    pub batch: Spanned<String>,
    /// What is in it.
    pub orders: Vec<BatchOrder>,
}

/// An order of a batch.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct BatchOrder {
    /// Its name in this scenario.
    #[schemars(with = "String")]
    pub order: Spanned<String>,
    /// How much, in minor units.
    #[schemars(with = "Money")]
    pub amount: Spanned<Money>,
    /// What is sold.
    #[serde(default = "goods")]
    pub description: String,
    /// Who sells it. Default one of its own for each order.
    #[serde(default)]
    pub merchant: Option<String>,
}

/// What a basket costs; none when a price is none in this currency, or the sum is too large.
#[must_use]
pub fn total(currency: Currency, cart: &[CartLine]) -> Option<Money> {
    let exponent = usize::try_from(currency.exponent()).ok()?;
    let line = |line: &CartLine| {
        let (whole, decimals) = line.price.split_once('.').unwrap_or((&line.price, ""));
        let digits = format!("{whole}{decimals:0<exponent$}");
        let is_number = !whole.is_empty() && decimals.len() <= exponent && digits.bytes().all(|b| b.is_ascii_digit());
        let price: u64 = digits.parse().ok().filter(|_| is_number)?;
        price.checked_mul(line.quantity)
    };
    let minor = cart.iter().try_fold(0_u64, |sum, next| sum.checked_add(line(next)?))?;
    Some(Money::new(currency, minor))
}

fn goods() -> String {
    "two cups of tea".to_owned()
}
const fn one() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(currency: &str, lines: &[(&str, u64)]) -> Option<u64> {
        let cart: Vec<_> = lines
            .iter()
            .map(|(price, quantity)| CartLine { price: (*price).to_owned(), quantity: *quantity })
            .collect();
        total(currency.parse().unwrap(), &cart).map(|money| money.minor)
    }

    #[test]
    fn a_basket_is_counted_in_minor_units_of_its_currency() {
        assert_eq!(cost("USD", &[("19.99", 3), ("0.1", 1), ("0.2", 1), ("5", 2)]), Some(5997 + 30 + 1000));
        assert_eq!(cost("JPY", &[("1000", 1), ("50", 3)]), Some(1150));
        assert_eq!(cost("USD", &[]), Some(0));
    }

    #[test]
    fn what_is_no_price_in_the_currency_is_refused() {
        for (currency, price) in
            [("JPY", "10.5"), ("USD", "1.005"), ("USD", "-1"), ("USD", ""), ("USD", ".5"), ("USD", "1e3")]
        {
            assert_eq!(cost(currency, &[(price, 1)]), None, "{price}");
        }
        assert_eq!(cost("USD", &[("9999999999999999", 9999)]), None);
    }

    #[test]
    fn each_way_to_pay_has_a_word_of_its_own_that_serde_knows() {
        for by in [By::Terminal, By::EntryCode, By::OrderCode, By::PaymentCode, By::Cashier, By::Session, By::Batch] {
            assert_eq!(serde_json::to_value(by).unwrap(), by.as_str());
        }
    }
}
