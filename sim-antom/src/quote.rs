//! Exchange rates: what an amount is in another currency. Whole numbers only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wire::antom::{Flag, Quote};
use wire::money::{Currency, Money};

/// One major unit of a currency, in millionths of a US dollar.
const BUILT_IN: &[(&str, u64)] = &[
    ("AUD", 660_000),
    ("BDT", 8_200),
    ("BRL", 185_000),
    ("CAD", 730_000),
    ("CLP", 1_050),
    ("CNY", 140_000),
    ("EUR", 1_100_000),
    ("GBP", 1_280_000),
    ("HKD", 128_000),
    ("IDR", 62),
    ("JPY", 6_600),
    ("KRW", 730),
    ("MXN", 55_000),
    ("MYR", 225_000),
    ("NZD", 600_000),
    ("PEN", 270_000),
    ("PHP", 17_500),
    ("PKR", 3_580),
    ("PLN", 255_000),
    ("SGD", 750_000),
    ("THB", 28_500),
    ("TWD", 31_000),
    ("USD", 1_000_000),
    ("VND", 39),
];

/// Decimals of a price.
const DECIMALS: u32 = 8;

/// The table of rates: fixed ones, and what a script puts in their place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Rates(#[schemars(with = "BTreeMap<String, u64>")] BTreeMap<Currency, u64>);

impl Rates {
    /// Whether the gateway deals in this currency: those of the provider's own table.
    #[must_use]
    pub fn knows(&self, currency: Currency) -> bool {
        self.of(currency).is_some()
    }

    fn of(&self, currency: Currency) -> Option<u64> {
        let built_in = || BUILT_IN.iter().find(|(code, _)| *code == currency.as_str()).map(|(_, rate)| *rate);
        self.0.get(&currency).copied().or_else(built_in).filter(|rate| *rate > 0)
    }

    /// An amount in another currency, and the quote that says so. None when there is nothing to exchange, or no rate.
    #[must_use]
    pub fn exchange(&self, amount: Money, into: Currency) -> Option<(Money, Quote)> {
        if amount.currency == into {
            return None;
        }
        let (from_rate, into_rate) = (u128::from(self.of(amount.currency)?), u128::from(self.of(into)?));
        let scale = 10_u128.pow(DECIMALS);
        let price = (from_rate * scale + into_rate / 2) / into_rate;
        // minor × price × 10^(decimals of the other − own decimals), rounded half up.
        let numerator = u128::from(amount.minor).checked_mul(price)?.checked_mul(10_u128.pow(into.exponent()))?;
        let denominator = scale * 10_u128.pow(amount.currency.exponent());
        let minor = u64::try_from(numerator.checked_add(denominator / 2)? / denominator).ok()?;
        let quote = Quote {
            quote_currency_pair: Some(format!("{}/{into}", amount.currency)),
            quote_price: decimal(price, scale).parse().ok(),
            ..Quote::new(Flag(false))
        };
        Some((Money::new(into, minor), quote))
    }
}

/// A price as JSON writes it: no zeros at the end.
fn decimal(price: u128, scale: u128) -> String {
    let width = usize::try_from(DECIMALS).unwrap_or_default();
    let text = format!("{}.{:0width$}", price / scale, price % scale);
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(currency: &str, minor: u64) -> Money {
        Money::new(currency.parse().unwrap(), minor)
    }

    #[test]
    fn amounts_with_and_without_decimals_are_exchanged() {
        let rates = Rates::default();
        let exchanged = |amount: Money, into: &str| {
            let (other, quote) = rates.exchange(amount, into.parse().unwrap()).unwrap();
            (other, quote.quote_currency_pair.unwrap(), quote.quote_price.unwrap().0.to_string())
        };
        // 1000 yen are 6.60 dollars; and 47.14 yuan.
        assert_eq!(
            exchanged(money("JPY", 1000), "USD"),
            (money("USD", 660), "JPY/USD".to_owned(), "0.0066".to_owned())
        );
        assert_eq!(exchanged(money("JPY", 1000), "CNY").0, money("CNY", 4714));
        // 1.00 dollar is 152 yen: no decimals.
        assert_eq!(exchanged(money("USD", 100), "JPY").0, money("JPY", 152));
        assert_eq!(exchanged(money("USD", 100), "HKD"), (money("HKD", 781), "USD/HKD".to_owned(), "7.8125".to_owned()));
    }

    #[test]
    fn a_script_may_set_a_rate() {
        let rates: Rates = serde_json::from_str(r#"{"JPY": 10000}"#).unwrap();
        let (dollars, _) = rates.exchange(money("JPY", 1000), "USD".parse().unwrap()).unwrap();
        assert_eq!(dollars, money("USD", 1000));
    }

    #[test]
    fn what_is_equal_or_unknown_is_not_exchanged() {
        let rates = Rates::default();
        assert_eq!(rates.exchange(money("JPY", 1), "JPY".parse().unwrap()), None);
        assert_eq!(rates.exchange(money("XAF", 1), "JPY".parse().unwrap()), None);
        assert!(rates.knows(Currency::KRW) && !rates.knows("XAF".parse().unwrap()));
    }

    #[test]
    fn the_largest_amount_overflows_nothing() {
        let rates: Rates = serde_json::from_str(&format!(r#"{{"JPY": {}, "IDR": 1}}"#, u64::MAX)).unwrap();
        assert_eq!(rates.exchange(money("JPY", u64::MAX), "IDR".parse().unwrap()), None);
    }
}
