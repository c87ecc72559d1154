//! What a basket costs: whole minor units, from prices in major units. No binary fractions anywhere.

use serde::Deserialize;
use wire::money::{Currency, Money};

use crate::fault::{Fault, Mistake};

/// A line of a basket.
#[derive(Debug, Deserialize)]
pub(crate) struct Line {
    /// Of one, in major units: `19.99`.
    price: String,
    #[serde(default = "one")]
    quantity: u64,
}

/// What it comes to; none when a price is none in this currency, or the sum is too large.
pub(crate) fn total(currency: Currency, cart: &[Line], mistake: Mistake) -> Option<Money> {
    let exponent = if mistake.is(Fault::CentsForEveryCurrency) { 2 } else { currency.exponent() };
    if mistake.is(Fault::BinaryFractions) {
        return in_fractions(currency, exponent, cart);
    }
    let width = usize::try_from(exponent).ok()?;
    let minor = cart.iter().try_fold(0_u64, |sum, line| {
        let (whole, decimals) = line.price.split_once('.').unwrap_or((&line.price, ""));
        let digits = format!("{whole}{decimals:0<width$}");
        let is_price = !whole.is_empty() && decimals.len() <= width && digits.bytes().all(|b| b.is_ascii_digit());
        let price: u64 = digits.parse().ok().filter(|_| is_price)?;
        sum.checked_add(price.checked_mul(line.quantity)?)
    })?;
    Some(Money::new(currency, minor))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the mistake that is to be made"
)]
fn in_fractions(currency: Currency, exponent: u32, cart: &[Line]) -> Option<Money> {
    let mut sum = 0.0;
    for line in cart {
        sum += line.price.parse::<f64>().ok()? * line.quantity as f64;
    }
    Some(Money::new(currency, (sum * f64::from(10_u32.pow(exponent))) as u64))
}

const fn one() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(currency: &str, prices: &[(&str, u64)], fault: Option<Fault>) -> Option<u64> {
        let cart: Vec<_> =
            prices.iter().map(|(price, quantity)| Line { price: (*price).to_owned(), quantity: *quantity }).collect();
        total(currency.parse().unwrap(), &cart, Mistake(fault)).map(|money| money.minor)
    }

    #[test]
    fn a_basket_is_counted_in_whole_minor_units() {
        assert_eq!(cost("USD", &[("19.99", 3), ("0.1", 1), ("5", 1)], None), Some(6507));
        assert_eq!(cost("JPY", &[("1000", 1)], None), Some(1000));
        assert_eq!(cost("JPY", &[("10.5", 1)], None), None);
        assert_eq!(cost("USD", &[("9999999999999999", 9999)], None), None);
    }

    #[test]
    fn the_mistakes_come_to_something_else() {
        assert_eq!(cost("USD", &[("19.99", 1)], Some(Fault::BinaryFractions)), Some(1998));
        assert_eq!(cost("JPY", &[("1000", 1)], Some(Fault::CentsForEveryCurrency)), Some(100_000));
    }
}
